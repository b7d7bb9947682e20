/**
 * Random packets, from the IP header on, aimed at the edges of random rules.
 *
 * @module
 */

import { internetChecksum, onesSum } from "../../lib/bytes/checksum.ts";
import { address } from "../../lib/ip/address.ts";
import { wordsOf } from "../../lib/firewall/simulate/host.ts";
import { addressOf, type Dice, portOf } from "./dice.ts";
import type { Exhibit, Side } from "./oracle.ts";

const TCP = 6;
const UDP = 17;

/** A packet before it is written. */
interface Plan {
  readonly family: 4 | 6;
  readonly src: string;
  readonly dst: string;
  readonly protocol: number;
  readonly ttl: number;
  readonly dscp: number;
}

/** Writes a packet with right checksums around a transport header and payload. */
function wrap(plan: Plan, body: Uint8Array): Uint8Array {
  const { family, src, dst, protocol, ttl, dscp } = plan;
  const header = family === 4 ? 20 : 40;
  const octets = new Uint8Array(header + body.length);
  const view = new DataView(octets.buffer);
  octets.set(body, header);
  if (family === 4) {
    view.setUint16(0, 0x4500 | dscp << 2);
    view.setUint16(2, octets.length);
    octets[8] = ttl;
    octets[9] = protocol;
    view.setUint32(12, wordsOf(address(src))[0]!);
    view.setUint32(16, wordsOf(address(dst))[0]!);
    view.setUint16(10, internetChecksum(octets, 0, 0, header));
  } else {
    view.setUint32(0, 0x60000000 | dscp << 22);
    view.setUint16(4, body.length);
    octets[6] = protocol;
    octets[7] = ttl;
    wordsOf(address(src)).forEach((w, i) => view.setUint32(8 + i * 4, w));
    wordsOf(address(dst)).forEach((w, i) => view.setUint32(24 + i * 4, w));
  }
  sum(octets);
  return octets;
}

/** Writes the transport checksum. */
function sum(octets: Uint8Array): void {
  const isV4 = octets[0]! >> 4 === 4;
  const header = isV4 ? 20 : 40;
  const protocol = octets[isV4 ? 9 : 6]!;
  const at = { 6: 16, 17: 6, 1: 2, 58: 2 }[protocol];
  if (at === undefined) return;
  const view = new DataView(octets.buffer);
  view.setUint16(header + at, 0);
  const pseudo = protocol === 1 ? 0 : onesSum(
    octets,
    protocol + octets.length - header,
    isV4 ? 12 : 8,
    header,
  );
  const value = internetChecksum(octets, pseudo, header, octets.length);
  view.setUint16(
    header + at,
    value === 0 && protocol === UDP ? 0xffff : value,
  );
}

const FLAGS = [2, 2, 2, 2, 0x12, 0x10, 0x10, 0x18, 0x11, 4, 0x14, 0, 0x29, 3];

function transport(dice: Dice, protocol: number): Uint8Array {
  const length = dice.once(2) ? 0 : dice.within(1, 24);
  if (protocol === TCP) {
    const hasOption = dice.once(3);
    const header = hasOption ? 24 : 20;
    const body = new Uint8Array(header + length);
    const view = new DataView(body.buffer);
    view.setUint16(0, portOf(dice));
    view.setUint16(2, portOf(dice));
    view.setUint32(4, dice.within(1, 1000));
    view.setUint16(12, header / 4 << 12 | dice.of(FLAGS));
    if (body[13]! & 0x10) view.setUint32(8, dice.within(1, 1000));
    view.setUint16(14, dice.within(998, 1003));
    if (hasOption) {
      view.setUint16(20, 0x0204);
      view.setUint16(22, dice.of([1300, 1400, 1460]));
    }
    return body;
  }
  const body = new Uint8Array(8 + length);
  const view = new DataView(body.buffer);
  if (protocol === UDP) {
    view.setUint16(0, portOf(dice));
    view.setUint16(2, portOf(dice));
    view.setUint16(4, body.length);
  } else if (protocol === 1) {
    body[0] = dice.of([8, 8, 8, 0, 3, 13, 5]);
    body[1] = dice.once(6) ? dice.below(4) : 0;
    view.setUint16(4, dice.within(1, 4));
  } else if (protocol === 58) {
    body[0] = dice.of([128, 128, 128, 129, 1, 2]);
    view.setUint16(4, dice.within(1, 4));
  }
  return body;
}

/** A packet with more between its headers, or one piece of it. */
function elaborate(dice: Dice, octets: Uint8Array): Uint8Array {
  const view = new DataView(octets.buffer);
  if (octets[0]! >> 4 === 4) {
    view.setUint16(6, dice.of([0x2000, 0x2001, 0x0003]));
    view.setUint16(10, 0);
    view.setUint16(10, internetChecksum(octets, 0, 0, 20));
    return octets;
  }
  // Destination options that are padding, or the header of a first fragment: of
  // others the kernel's trace does not tell which they are.
  const isFragment = dice.once(2);
  const extra = isFragment ? [0, 0, 1, 0, 0, 0, 7] : [0, 1, 4, 0, 0, 0, 0];
  const longer = new Uint8Array(octets.length + 8);
  longer.set(octets.subarray(0, 40));
  longer.set([octets[6]!, ...extra], 40);
  longer.set(octets.subarray(40), 48);
  longer[6] = isFragment ? 44 : 60;
  new DataView(longer.buffer).setUint16(4, longer.length - 40);
  return longer;
}

/** A packet that knows of no other. */
function fresh(dice: Dice): Exhibit {
  const family = dice.of([4, 6] as const);
  const from: Side = dice.of(["in0", "in0", "in0", "out0", undefined]);
  const near = from === "in0" ? "in" : from === "out0" ? "out" : "own";
  const far = dice.once(6) && from !== undefined
    ? "own"
    : near === "in"
    ? "out"
    : near === "out"
    ? "in"
    : dice.of(["in", "out"] as const);
  const protocol = dice.of([
    TCP,
    TCP,
    TCP,
    UDP,
    UDP,
    family === 4 ? 1 : 58,
    family === 4 ? 1 : 58,
    dice.once(4) ? 132 : TCP,
  ]);
  const plan: Plan = {
    family,
    src: addressOf(dice, family, near),
    dst: addressOf(dice, family, far),
    protocol,
    ttl: dice.once(40) ? dice.within(1, 2) : dice.within(62, 66),
    dscp: dice.of([0, 0, 8, 10, 46]),
  };
  const octets = wrap(plan, transport(dice, protocol));
  // Pieces of one's own are not for a raw socket to send.
  const isPlain = from === undefined || !dice.once(15);
  return { octets: isPlain ? octets : elaborate(dice, octets), from };
}

/** What the one who gets a packet might send back. */
function answer(dice: Dice, to: Uint8Array, from: Side): Exhibit | undefined {
  const octets = to.slice();
  const view = new DataView(octets.buffer);
  const isV4 = octets[0]! >> 4 === 4;
  const [header, at, size] = isV4 ? [20, 12, 4] : [40, 8, 16];
  const protocol = octets[isV4 ? 9 : 6]!;
  const isPiece = isV4 && (view.getUint16(6) & 0x3fff) !== 0;
  if (octets.length < header + 8 || isPiece) return undefined;
  octets.set(to.subarray(at + size, at + 2 * size), at);
  octets.set(to.subarray(at, at + size), at + size);
  octets[isV4 ? 8 : 7] = 64;
  if (isV4 && dice.once(6)) {
    // An error that quotes what came.
    const body = new Uint8Array(8 + Math.min(to.length, 48));
    body[0] = dice.of([3, 11]);
    body[1] = dice.below(2);
    body.set(to.subarray(0, body.length - 8), 8);
    const dotted = (from: number) => to.subarray(from, from + 4).join(".");
    const plan: Plan = {
      ...{ family: 4, src: dotted(16), dst: dotted(12) },
      ...{ protocol: 1, ttl: 64, dscp: 0 },
    };
    return { octets: wrap(plan, body), from };
  }
  if (protocol === TCP || protocol === UDP) {
    const [a, b] = [view.getUint16(header), view.getUint16(header + 2)];
    view.setUint16(header, b);
    view.setUint16(header + 2, a);
    if (protocol === TCP) {
      const [seq, ack] = [
        view.getUint32(header + 4),
        view.getUint32(header + 8),
      ];
      const flags = octets[header + 13]!;
      const isSyn = (flags & 2) !== 0;
      octets[header + 13] = dice.once(6)
        ? 0x14
        : isSyn && !(flags & 0x10)
        ? 0x12
        : 0x10;
      view.setUint32(header + 4, isSyn && !(flags & 0x10) ? 5000 : ack);
      view.setUint32(header + 8, seq + (isSyn ? 1 : 0));
    }
  } else if (protocol === 1 && octets[header] === 8) octets[header] = 0;
  else if (protocol === 58 && octets[header] === 128) octets[header] = 129;
  else return undefined;
  if (isV4) {
    view.setUint16(10, 0);
    view.setUint16(10, internetChecksum(octets, 0, 0, 20));
  }
  sum(octets);
  return { octets, from };
}

/** What was sent before, and how it left. */
export interface Past {
  readonly sent: Exhibit;
  readonly left: readonly {
    readonly by: "in0" | "out0";
    readonly octets: Uint8Array;
  }[];
}

/** The next packet: a fresh one, one again, or an answer to one that left. */
export function randomPacket(dice: Dice, past: readonly Past[]): Exhibit {
  if (past.length > 0 && dice.once(2)) {
    const { sent, left } = dice.of(past.slice(-60));
    const [gone] = left;
    if (gone !== undefined && !dice.once(4)) {
      const back = answer(dice, gone.octets, gone.by);
      if (back !== undefined) return back;
    } else if (dice.once(2)) {
      return { octets: sent.octets.slice(), from: sent.from };
    }
  }
  return fresh(dice);
}
