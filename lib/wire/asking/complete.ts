/**
 * What a packet still lacks before it can be sent: addresses of the sender, and
 * numbers that tell its answers from others.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { isSpec } from "../../packet/assemble.ts";
import { Packet } from "../../packet/packet.ts";

/** What is known of the way that a packet will go. */
export interface Facts {
  /** The address that it is sent from. */
  readonly source?: Address | undefined;
  /** The hardware address that it is sent from, six octets. */
  readonly mac?: Uint8Array | undefined;
  /** The hardware address that it is sent to, six octets. */
  readonly hop?: Uint8Array | undefined;
}

const NO_MAC = "00:00:00:00:00:00";
const ALL = "ff:ff:ff:ff:ff:ff";
/** Ports for who needs one for a while (RFC 6335 §6). */
const PRIVATE_PORTS = 49152;
const DHCP_CLIENT = 68;
/** Messages of ICMP and of ICMPv6 whose identifier is the asker's to choose. */
const ICMP_ASKED = [8, 13, 15, 17, 37, 42];
const ICMPV6_ASKED = [128, 144, 146, 160];

/**
 * Says to whom a packet goes.
 *
 * @param packet The packet.
 * @returns The destination of its outermost IP header, or the address that ARP
 * asks for; `undefined` if it has neither.
 */
export function targetOf(packet: Packet): Address | undefined {
  for (const layer of packet.layers) {
    if (layer.name === "ipv4" || layer.name === "ipv6") return layer.dst;
    if (layer.name === "arp") return layer.targetIp;
  }
  return undefined;
}

/**
 * Says whether a packet lacks what only its way can tell.
 *
 * @param packet The packet.
 * @returns Whether its source is open, and whether the station is that it goes to.
 */
export function lacks(
  packet: Packet,
): { readonly source: boolean; readonly hop: boolean } {
  return { source: sourceIn(packet) !== undefined, hop: lacksHop(packet) };
}

function lacksHop(packet: Packet): boolean {
  return packet.ethernet?.dst === NO_MAC && isOpen(packet, "ethernet", "dst");
}

/** The header and the field that its own address is to be put into. */
function sourceIn(packet: Packet): readonly [string, string] | undefined {
  for (const layer of packet.layers) {
    const { name } = layer;
    if (name === "arp") {
      return layer.senderIp?.w3 === 0 && isOpen(packet, name, "senderIp")
        ? [name, "senderIp"]
        : undefined;
    }
    if (name !== "ipv4" && name !== "ipv6") continue;
    const { w0, w1, w2, w3 } = layer.src;
    if ((w0 | w1 | w2 | w3) !== 0 || !isOpen(packet, name, "src")) {
      return undefined;
    }
    // Who asks for an address has none yet (RFC 2131 §4.1).
    return packet.udp?.srcPort === DHCP_CLIENT ? undefined : [name, "src"];
  }
  return undefined;
}

/** Whether a field that reads 0 does so because nobody set it. */
function isOpen(packet: Packet, layer: string, field: string): boolean {
  const spec = packet.parts.find((part) =>
    isSpec(part) && part.layer.name === layer
  );
  if (spec === undefined || !isSpec(spec)) return false;
  return (spec.values as Readonly<Record<string, unknown>>)[field] ===
    undefined;
}

/**
 * Fills in what nobody set: source addresses, a private port or a number of its
 * own for TCP, UDP and ICMP. What was set stays, even if it is 0.
 *
 * @param packet The packet.
 * @param facts What its way says.
 * @returns The packet, the same one if it lacks nothing.
 *
 * @example
 * ```ts
 * import { parse } from "../../ip/address.ts";
 * import { build } from "../../packet/build.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { udp } from "../../packet/layers/udp.ts";
 * import { complete } from "./complete.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort: 53 }));
 * const whole = complete(packet, { source: parse("192.0.2.9") });
 * assert.equal(String(whole.ipv4?.src), "192.0.2.9");
 * assert.ok(whole.udp!.srcPort >= 49152);
 * ```
 */
export function complete(packet: Packet, facts: Facts): Packet {
  const { source, mac, hop } = facts;
  const changes: Record<string, Record<string, unknown>> = {};
  const set = (layer: string, field: string, value: unknown) => {
    (changes[layer] ??= {})[field] = value;
  };
  const place = sourceIn(packet);
  if (source !== undefined && place !== undefined) set(...place, source);
  const { ethernet, arp } = packet;
  if (ethernet !== undefined) {
    if (
      mac !== undefined && ethernet.src === NO_MAC &&
      isOpen(packet, "ethernet", "src")
    ) set("ethernet", "src", mac);
    const to = arp === undefined ? hop : ALL;
    if (to !== undefined && lacksHop(packet)) set("ethernet", "dst", to);
    if (
      mac !== undefined && arp?.senderMac === NO_MAC &&
      isOpen(packet, "arp", "senderMac")
    ) set("arp", "senderMac", mac);
  }
  for (const [layer, field, value] of ownNumbers(packet)) {
    set(layer, field, value);
  }
  for (const _ in changes) return packet.with(changes as never);
  return packet;
}

/** A port or a number, where there is to be one and nobody chose it. */
function ownNumbers(packet: Packet): [string, string, number][] {
  const { layers } = packet;
  for (const layer of layers) {
    const { name } = layer;
    if (name === "tcp" || name === "udp") {
      if (layer.srcPort !== 0 || !isOpen(packet, name, "srcPort")) return [];
      const more = Math.floor(Math.random() * (65536 - PRIVATE_PORTS));
      return [[name, "srcPort", PRIVATE_PORTS + more]];
    }
    if (name === "icmp" || name === "icmpv6") {
      const asked = name === "icmp" ? ICMP_ASKED : ICMPV6_ASKED;
      if (
        layer.identifier !== 0 || !asked.includes(layer.type) ||
        !isOpen(packet, name, "identifier")
      ) return [];
      return [[name, "identifier", 1 + Math.floor(Math.random() * 65535)]];
    }
  }
  return [];
}

const ETHERNET = 1;
/** Octets of an Ethernet header. */
const HEADER = 14;

/**
 * Puts an Ethernet header before an IP packet.
 *
 * @param packet The packet, from its IP header on.
 * @param to The station that it goes to, six octets.
 * @param from The station that it comes from, six octets.
 * @returns The frame.
 */
export function framed(
  packet: Packet,
  to: Uint8Array,
  from: Uint8Array,
): Packet {
  const { bytes } = packet;
  const octets = new Uint8Array(HEADER + bytes.length);
  octets.set(to);
  octets.set(from, 6);
  octets.set(bytes[0]! >> 4 === 6 ? [0x86, 0xdd] : [0x08, 0x00], 12);
  octets.set(bytes, HEADER);
  return packetOf(octets, ETHERNET);
}

/**
 * Gives an answer the link header that takes it back to who asked.
 *
 * @param answer The answer, with an Ethernet header, whose empty addresses are
 * filled in, or from its IP header on.
 * @param question What it answers, whose tags it gets.
 * @param own The station that answers, six octets.
 * @returns The frame; an answer from its IP header on, where links have none.
 */
export function returned(
  answer: Packet,
  question: Packet,
  own: Uint8Array,
): Packet {
  const { ethernet: asked, bytes, layers } = question;
  if (asked === undefined) return answer;
  const { ethernet } = answer;
  if (ethernet !== undefined) {
    const open = {
      ...ethernet.src === NO_MAC && { src: own },
      ...ethernet.dst === NO_MAC && { dst: asked.src },
    };
    for (const _ in open) return answer.with({ ethernet: open } as never);
    return answer;
  }
  const frame = framed(answer, bytes.subarray(6, 12), own);
  const end = layers.findIndex(({ name }) =>
    name !== "ethernet" && name !== "vlan"
  );
  if (end < 2) return frame;
  const tags = bytes.subarray(12, layers[end]!.offset - 2);
  const octets = new Uint8Array(frame.bytes.length + tags.length);
  octets.set(frame.bytes.subarray(0, 12));
  octets.set(tags, 12);
  octets.set(frame.bytes.subarray(12), 12 + tags.length);
  return packetOf(octets, ETHERNET);
}

/**
 * Takes the link header off.
 *
 * @param packet A packet with an IP header in it.
 * @returns It, from that header on.
 */
export function unframed(packet: Packet): Packet {
  const network = packet.layers.find(({ name }) =>
    name === "ipv4" || name === "ipv6"
  );
  if (network === undefined || network.offset === 0) return packet;
  const { bytes } = packet;
  return packetOf(
    bytes.slice(network.offset, bytes.length - packet.trailer.length),
    network.name === "ipv6" ? 229 : 228,
  );
}

function packetOf(octets: Uint8Array<ArrayBuffer>, linkType: number): Packet {
  return new Packet({
    octets,
    view: new DataView(octets.buffer),
    start: 0,
    end: octets.length,
    linkType,
    length: octets.length,
    seconds: undefined,
    nanoseconds: 0,
  });
}
