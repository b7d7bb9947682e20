/**
 * Bridge protocol data units: what bridges tell each other, and its octets.
 *
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { type Mac, mac } from "../../ip/mac/mac.ts";
import type { BridgeId, PriorityVector, SpanningTimes } from "./vector.ts";

/** What a port says that it is, in a BPDU of RSTP. */
export type BpduRole = "unknown" | "alternate" | "root" | "designated";

/** A configuration BPDU (STP), or one of RSTP. */
export interface ConfigurationBpdu extends PriorityVector, SpanningTimes {
  /** Which protocol it is of. */
  readonly type: "configuration" | "rapid";
  /** What the sending port is; in STP always `"designated"`. */
  readonly role: BpduRole;
  /** Somewhere the topology has changed. */
  readonly topologyChange: boolean;
  /** A notice of a change has been heard. */
  readonly topologyChangeAck: boolean;
  /** RSTP: may I forward? */
  readonly proposal: boolean;
  /** RSTP: you may forward. */
  readonly agreement: boolean;
  /** RSTP: the sending port learns. */
  readonly learning: boolean;
  /** RSTP: the sending port forwards. */
  readonly forwarding: boolean;
}

/** STP's notice that the topology has changed, sent towards the root. */
export interface TopologyChangeBpdu {
  /** It says nothing else. */
  readonly type: "topologyChange";
}

/** Any BPDU of STP or RSTP. */
export type Bpdu = ConfigurationBpdu | TopologyChangeBpdu;

/** By the two bits in the flags (IEEE 802.1D-2004 §9.2.9). */
const ROLES: readonly BpduRole[] = [
  "unknown",
  "alternate",
  "root",
  "designated",
];

/** Octets of each type, and of the largest. */
const [TCN_LENGTH, CONFIGURATION_LENGTH, RAPID_LENGTH] = [4, 35, 36];

/** Ethernet header and LLC before a BPDU. */
const FRAME_HEADER = 17;

/** The smallest frame, without its check sequence. */
const SMALLEST_FRAME = 60;

/** BPDUs count time in parts of a second. */
const TICKS = 256;

/**
 * Writes a BPDU as it stands behind the LLC header.
 *
 * @param bpdu What to say.
 * @returns 4, 35 or 36 octets.
 * @see IEEE 802.1D-2004 §9.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = net.switching.encodeBpdu({ type: "topologyChange" });
 * assert.equal(octets.toHex(), "00000080");
 * ```
 */
export function encodeBpdu(bpdu: Bpdu): Uint8Array<ArrayBuffer> {
  if (bpdu.type === "topologyChange") return Uint8Array.of(0, 0, 0, 0x80);
  const isRapid = bpdu.type === "rapid";
  const octets = new Uint8Array(isRapid ? RAPID_LENGTH : CONFIGURATION_LENGTH);
  const view = new DataView(octets.buffer);
  if (isRapid) octets.set([2, 2], 2);
  octets[4] = flagsOf(bpdu);
  octets.set(identifier(bpdu.root), 5);
  view.setUint32(13, bpdu.rootPathCost);
  octets.set(identifier(bpdu.bridge), 17);
  view.setUint16(25, bpdu.portId);
  const { messageAge, maxAge, helloTime, forwardDelay } = bpdu;
  [messageAge, maxAge, helloTime, forwardDelay].forEach((seconds, i) =>
    view.setUint16(27 + 2 * i, Math.round(seconds * TICKS))
  );
  return octets;
}

function flagsOf(bpdu: ConfigurationBpdu): number {
  const bit = (on: boolean, n: number) => on ? 1 << n : 0;
  const old = bit(bpdu.topologyChange, 0) | bit(bpdu.topologyChangeAck, 7);
  if (bpdu.type === "configuration") return old;
  return old | bit(bpdu.proposal, 1) | ROLES.indexOf(bpdu.role) << 2 |
    bit(bpdu.learning, 4) | bit(bpdu.forwarding, 5) | bit(bpdu.agreement, 6);
}

function identifier(id: BridgeId): Uint8Array {
  return Uint8Array.fromHex(id.replace(".", ""));
}

/**
 * Reads a BPDU of STP or RSTP; of MSTP, what an RSTP bridge reads of it.
 *
 * @param octets What stands behind the LLC header; padding may follow.
 * @returns What it says.
 * @throws {DecodeError} If it is cut short, or of no spanning tree protocol.
 * @see IEEE 802.1D-2004 §9.3.4 (validation)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { decodeBpdu } = net.switching;
 * assert.deepEqual(decodeBpdu(Uint8Array.of(0, 0, 0, 0x80)), { type: "topologyChange" });
 * assert.throws(() => decodeBpdu(Uint8Array.of(0, 0, 0)), /cut short/);
 * ```
 */
export function decodeBpdu(octets: Uint8Array): Bpdu {
  need(octets, TCN_LENGTH);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const [version, type] = [octets[2]!, octets[3]!];
  if (view.getUint16(0) !== 0) malformed("protocol identifier is not 0", 0);
  if (type === 0x80) return { type: "topologyChange" };
  if (type !== 0 && type !== 2) malformed(`type is ${type}`, 3);
  const isRapid = type === 2 && version >= 2;
  if (type === 2 && !isRapid) malformed(`version is ${version}`, 2);
  need(octets, isRapid ? RAPID_LENGTH : CONFIGURATION_LENGTH);
  const flags = octets[4]!;
  const bit = (n: number) => (flags >> n & 1) === 1;
  const rapid = (n: number) => isRapid && bit(n);
  return {
    type: isRapid ? "rapid" : "configuration",
    role: isRapid ? ROLES[flags >> 2 & 3]! : "designated",
    root: identifierText(octets, 5),
    rootPathCost: view.getUint32(13),
    bridge: identifierText(octets, 17),
    portId: view.getUint16(25),
    messageAge: view.getUint16(27) / TICKS,
    maxAge: view.getUint16(29) / TICKS,
    helloTime: view.getUint16(31) / TICKS,
    forwardDelay: view.getUint16(33) / TICKS,
    topologyChange: bit(0),
    topologyChangeAck: bit(7),
    proposal: rapid(1),
    agreement: rapid(6),
    learning: rapid(4),
    forwarding: rapid(5),
  };
}

function identifierText(octets: Uint8Array, at: number): BridgeId {
  const text = octets.subarray(at, at + 8).toHex();
  return `${text.slice(0, 4)}.${text.slice(4)}`;
}

function need(octets: Uint8Array, needed: number): void {
  const available = octets.length;
  if (available >= needed) return;
  throw new DecodeError("cut short", {
    layer: "stp",
    offset: 0,
    needed,
    available,
  });
}

function malformed(reason: string, offset: number): never {
  throw new DecodeError(reason, { layer: "stp", offset });
}

/**
 * Writes the Ethernet frame of a BPDU, padded to 60 octets.
 *
 * @param bpdu What to say.
 * @param src The MAC address of the sending port.
 * @returns The frame, for 01:80:c2:00:00:00 and without a check sequence.
 * @see IEEE 802.1D-2004 §7.12.3 (the address), §9.1 (LLC)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const frame = net.switching.encodeBpduFrame({ type: "topologyChange" }, "02:00:00:00:00:01");
 * assert.equal(net.packet.decode(frame).stp?.type, 0x80);
 * ```
 */
export function encodeBpduFrame(
  bpdu: Bpdu,
  src: string | Mac,
): Uint8Array<ArrayBuffer> {
  const octets = encodeBpdu(bpdu);
  const frame = new Uint8Array(
    Math.max(SMALLEST_FRAME, FRAME_HEADER + octets.length),
  );
  frame.set([0x01, 0x80, 0xc2]);
  frame.set(mac(src).toBytes(), 6);
  frame.set([0, octets.length + 3, 0x42, 0x42, 0x03], 12);
  frame.set(octets, FRAME_HEADER);
  return frame;
}

/**
 * Reads the BPDU in an Ethernet frame, if it is one for the bridges.
 *
 * @param frame The frame, without tags.
 * @returns The BPDU, or `undefined` if the frame carries none.
 * @throws {DecodeError} If it carries one that is cut short or impossible.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.switching.decodeBpduFrame(new Uint8Array(60)), undefined);
 * ```
 */
export function decodeBpduFrame(frame: Uint8Array): Bpdu | undefined {
  if (frame.length < FRAME_HEADER) return undefined;
  const isForBridges = [0x01, 0x80, 0xc2, 0, 0, 0].every((octet, i) =>
    frame[i] === octet
  );
  const length = frame[12]! << 8 | frame[13]!;
  const isLlc = length <= 1500 && frame[14] === 0x42 && frame[15] === 0x42 &&
    frame[16] === 0x03;
  if (!isForBridges || !isLlc) return undefined;
  return decodeBpdu(frame.subarray(FRAME_HEADER, 14 + length));
}
