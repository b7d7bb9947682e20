/**
 * Packets made of facts, in the buffer of a transit.
 *
 * @module
 */

import { internetChecksum, onesSum } from "../../bytes/checksum.ts";
import { type Address, parse as parseAddress } from "../../ip/address.ts";
import { mac } from "../../ip/mac/mac.ts";
import { dataType, numberOf } from "../model/data_types.ts";
import type { PacketFacts } from "./packet_facts.ts";
import { place } from "./place_headers.ts";
import { NETWORK, type Transit } from "./transit.ts";

const PROTOCOL = dataType("inet_proto");
const FLAGS = dataType("tcp_flag");

function addressOf(facts: PacketFacts, end: "src" | "dst"): Address {
  const { [end]: value } = facts;
  if (typeof value === "string") return parseAddress(value);
  if (value !== undefined) return value;
  throw new TypeError(
    `Cannot simulate a packet as '${end}' must be an address: current value is undefined`,
  );
}

/** Writes the packet into the transit's buffer. */
export function makePacket(transit: Transit, facts: PacketFacts): void {
  const { octets, view } = transit;
  const src = addressOf(facts, "src");
  const dst = addressOf(facts, "dst");
  const isV4 = src.family === 4;
  if (src.family !== dst.family) {
    throw new TypeError(
      `Cannot simulate a packet as 'src' and 'dst' must be of one family: current values are ${src} and ${dst}`,
    );
  }
  const protocol = protocolOf(facts, isV4);
  const hasLink = facts.srcMac !== undefined || facts.dstMac !== undefined ||
    transit.in !== undefined && transit.in.type === 1;
  if (hasLink) {
    writeMac(view, 0, facts.dstMac, transit.in?.mac ?? -1);
    writeMac(view, 6, facts.srcMac, -1);
    view.setUint16(12, isV4 ? 0x0800 : 0x86dd);
  }
  const header = isV4 ? 20 : 40;
  const th = NETWORK + header;
  const length = protocol === 6
    ? 20
    : PORTS.has(protocol) || isIcmp(protocol)
    ? 8
    : 0;
  const body = th + length;
  const end = body + fill(octets, body, facts.payload);
  const { ttl = 64 } = facts;
  const dscp = facts.dscp === undefined
    ? 0
    : Number(numberOf(dataType("dscp"), facts.dscp));
  if (isV4) {
    view.setUint16(NETWORK, 0x4500 | dscp << 2);
    view.setUint16(NETWORK + 2, end - NETWORK);
    view.setUint32(NETWORK + 4, 0);
    octets[NETWORK + 8] = ttl;
    octets[NETWORK + 9] = protocol;
    view.setUint16(NETWORK + 10, 0);
    view.setInt32(NETWORK + 12, src.w3);
    view.setInt32(NETWORK + 16, dst.w3);
    view.setUint16(
      NETWORK + 10,
      internetChecksum(octets, 0, NETWORK, NETWORK + 20),
    );
  } else {
    view.setUint32(NETWORK, 0x60000000 | dscp << 22);
    view.setUint16(NETWORK + 4, end - th);
    octets[NETWORK + 6] = protocol;
    octets[NETWORK + 7] = ttl;
    writeWide(view, NETWORK + 8, src);
    writeWide(view, NETWORK + 24, dst);
  }
  writeTransport(transit, facts, protocol, th, end);
  transit.isMade = true;
  place(transit, hasLink, end);
}

const PORTS = new Set([17, 33, 132, 136]);
const isIcmp = (protocol: number) => protocol === 1 || protocol === 58;

function protocolOf(facts: PacketFacts, isV4: boolean): number {
  const { protocol } = facts;
  if (typeof protocol === "number") return protocol;
  if (protocol === "tcp") return 6;
  if (protocol === "udp") return 17;
  if (protocol === "icmp") return isV4 ? 1 : 58;
  if (protocol !== undefined) return Number(numberOf(PROTOCOL, protocol));
  if (facts.flags !== undefined) return 6;
  if (facts.type !== undefined) return isV4 ? 1 : 58;
  return 17;
}

function writeTransport(
  { octets, view }: Transit,
  facts: PacketFacts,
  protocol: number,
  th: number,
  end: number,
): void {
  if (protocol === 6) {
    view.setUint16(th, port(facts, "srcPort"));
    view.setUint16(th + 2, port(facts, "dstPort"));
    view.setUint32(th + 4, facts.seq ?? 0);
    view.setUint32(th + 8, facts.ack ?? 0);
    const flags = facts.flags === undefined
      ? 2
      : Number(numberOf(FLAGS, facts.flags));
    view.setUint16(th + 12, 0x5000 | flags);
    view.setUint32(th + 14, 0xffff0000);
    view.setUint16(th + 18, 0);
  } else if (PORTS.has(protocol)) {
    view.setUint16(th, port(facts, "srcPort"));
    view.setUint16(th + 2, port(facts, "dstPort"));
    view.setUint16(th + 4, end - th);
    view.setUint16(th + 6, 0);
  } else if (isIcmp(protocol)) {
    const { type = "echo-request" } = facts;
    octets[th] = Number(
      numberOf(dataType(protocol === 1 ? "icmp_type" : "icmpv6_type"), type),
    );
    octets[th + 1] = facts.code ?? 0;
    view.setUint16(th + 2, 0);
    view.setUint16(th + 4, facts.id ?? 0);
    view.setUint16(th + 6, facts.seq ?? 0);
  }
}

/** A port, which is no name here: who asks about "ssh" would be told of 0. */
function port(facts: PacketFacts, end: "srcPort" | "dstPort"): number {
  const { [end]: value = 0 } = facts;
  if (value >= 0 && value <= 0xffff) return value;
  throw new TypeError(
    `Cannot simulate a packet as '${end}' must be a number from 0 to 65535: current value is ${
      JSON.stringify(value)
    }`,
  );
}

/** Makes the transport checksum: only a packet that is shown needs it. */
export function seal(transit: Transit): void {
  const { octets, view, nh, th, end, l4proto, family } = transit;
  const at = l4proto === 6 ? 16 : l4proto === 17 ? 6 : isIcmp(l4proto) ? 2 : -1;
  if (at < 0 || th < 0) return;
  const from = nh + (family === 4 ? 12 : 8);
  const pseudo = l4proto === 1
    ? 0
    : onesSum(octets, l4proto + end - th, from, nh + (family === 4 ? 20 : 40));
  view.setUint16(th + at, 0);
  const sum = internetChecksum(octets, pseudo, th, end);
  view.setUint16(th + at, sum === 0 && l4proto === 17 ? 0xffff : sum);
}

function fill(
  octets: Uint8Array,
  at: number,
  payload: PacketFacts["payload"],
): number {
  if (payload === undefined) return 0;
  if (typeof payload === "number") {
    octets.fill(0, at, at + payload);
    return payload;
  }
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  octets.set(bytes, at);
  return bytes.length;
}

function writeMac(
  view: DataView,
  at: number,
  text: string | undefined,
  otherwise: number,
): void {
  const value = text === undefined
    ? Math.max(0, otherwise)
    : Number(mac(text).toBigint());
  view.setUint16(at, Math.floor(value / 4294967296));
  view.setUint32(at + 2, value % 4294967296);
}

function writeWide(view: DataView, at: number, address: Address): void {
  view.setInt32(at, address.w0);
  view.setInt32(at + 4, address.w1);
  view.setInt32(at + 8, address.w2);
  view.setInt32(at + 12, address.w3);
}
