/**
 * The packets of a traceroute, and what comes back of them.
 *
 * A router with several ways picks one by addresses, protocol and ports. So all
 * that it may look at stays the same for the probes of one flow, and what tells
 * them apart, a tag, lies where it does not look: in the checksum of UDP, which
 * two octets of payload bring about, in the sequence numbers of TCP and ICMP,
 * and in IPv4's identification. ICMP's checksum stays the same too.
 *
 * @see Augustin et al., "Avoiding traceroute anomalies with Paris traceroute", IMC 2006
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { build } from "../../packet/build.ts";
import {
  icmpExtensions,
  type IcmpLabel,
} from "../../packet/layers/icmp_extensions.ts";
import { icmp } from "../../packet/layers/icmp.ts";
import { icmpv6 } from "../../packet/layers/icmpv6.ts";
import { ipv4 } from "../../packet/layers/ipv4.ts";
import { ipv6 } from "../../packet/layers/ipv6.ts";
import { tcp } from "../../packet/layers/tcp.ts";
import { udp } from "../../packet/layers/udp.ts";
import type { AnyLayer, Packet } from "../../packet/packet.ts";

/** What the probes of a traceroute are. */
export type TraceProtocol = "udp" | "tcp" | "icmp";

/** What all probes of one flow have in common. */
export interface TraceFlow {
  /** From whom. */
  readonly source: Address;
  /** To whom. */
  readonly target: Address;
  /** What they are. */
  readonly protocol: TraceProtocol;
  /** The port of the target; ICMP has none. */
  readonly port: number;
  /** The port that they come from, or the identifier of ICMP: it tells flows apart. */
  readonly identity: number;
}

/** What tells one probe of a flow from the others. */
export interface TraceProbe {
  /** How many hops it may take, 1 to 255. */
  readonly hopLimit: number;
  /** A number of its own, 1 to 65534. */
  readonly tag: number;
  /** Octets of the whole IP packet, as far as its headers leave a choice. */
  readonly size: number;
}

/** What came back of a probe. */
export interface ProbeAnswer {
  /** Who says it. */
  readonly from: Address;
  /** To whom the probe went. */
  readonly target: Address;
  /** What the probe was. */
  readonly protocol: TraceProtocol;
  /** The identity of its flow. */
  readonly identity: number;
  /** Its tag. */
  readonly tag: number;
  /** It went as far as it might, could not go on, or arrived. */
  readonly kind: "expired" | "unreachable" | "arrived";
  /** Why it could not go on, as traceroute writes it: `"!H"`, `"!X"`, `"!F-1400"`. */
  readonly mark: string | undefined;
  /** The largest packet that would go on, in octets, where that is why. */
  readonly mtu: number | undefined;
  /** The port of the target, as TCP's answer tells it; of UDP, that it is closed. */
  readonly port: "open" | "closed" | undefined;
  /** The MPLS labels that the probe came with, the outermost first. */
  readonly labels: readonly IcmpLabel[];
  /** How many hops the answer could still have taken. */
  readonly hopLimit: number;
}

const PROTOCOLS: Readonly<Record<number, TraceProtocol>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  58: "icmp",
};

/** Octets of the headers that a probe has besides IP's. */
const HEADER = { udp: 8, tcp: 24, icmp: 8 } as const;

/**
 * Makes a probe.
 *
 * @param flow What it shares with its flow.
 * @param probe What is its own.
 * @returns The IP packet.
 *
 * @example
 * ```ts
 * import { parse } from "../../ip/address.ts";
 * import { probePacket } from "./trace_probe.ts";
 * import assert from "node:assert/strict";
 *
 * const [source, target] = [parse("192.0.2.1"), parse("192.0.2.9")];
 * const flow = { source, target, protocol: "udp", port: 33434, identity: 61000 } as const;
 * const octets = probePacket(flow, { hopLimit: 3, tag: 0x1234, size: 60 });
 * assert.equal(octets[8], 3);
 * assert.deepEqual([...octets.subarray(26, 28)], [0x12, 0x34]);
 * ```
 */
export function probePacket(flow: TraceFlow, probe: TraceProbe): Uint8Array {
  const { source: src, target: dst, protocol, identity } = flow;
  const { hopLimit, tag, size } = probe;
  const ip = dst.family === 4
    ? ipv4({ src, dst, ttl: hopLimit, id: tag, flags: ["DF"] })
    // The label is looked at as the ports are (RFC 6437 §3).
    : ipv6({ src, dst, hopLimit, flowLabel: identity });
  const headers = (dst.family === 4 ? 20 : 40) + HEADER[protocol];
  const payload = new Uint8Array(Math.max(2, size - headers));
  if (protocol === "tcp") {
    const segment = tcp({
      srcPort: identity,
      dstPort: flow.port,
      seq: tag * 0x10000,
      flags: ["SYN"],
      // Some firewalls take no SYN for true that has none.
      options: [{ kind: "mss", mss: dst.family === 4 ? 1460 : 1440 }],
    });
    return build(ip, segment).bytes;
  }
  const view = new DataView(payload.buffer);
  if (protocol === "icmp") {
    // Number and complement add up to the same: so does the checksum.
    view.setUint16(0, ~tag & 0xffff);
    const numbers = { identifier: identity, sequenceNumber: tag } as const;
    const header = dst.family === 4
      ? icmp({ type: "echo", ...numbers })
      : icmpv6({ type: "echoRequest", ...numbers });
    return build(ip, header, payload).bytes;
  }
  const datagram = udp({ srcPort: identity, dstPort: flow.port });
  const sum = build(ip, datagram, payload).udp.checksum;
  // With a checksum c for a payload of 0, one of ~tag + c gives the tag.
  const word = (~tag & 0xffff) + sum;
  view.setUint16(0, (word & 0xffff) + (word >> 16));
  return build(ip, datagram, payload).bytes;
}

/**
 * Reads what came back of a probe, of whosoever's.
 *
 * @param packet What came in.
 * @returns What it says; `undefined` if it is no answer to a probe.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { icmp } from "../../packet/layers/icmp.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { parse } from "../../ip/address.ts";
 * import { probeAnswer, probePacket } from "./trace_probe.ts";
 * import assert from "node:assert/strict";
 *
 * const [source, target] = [parse("192.0.2.1"), parse("192.0.2.9")];
 * const flow = { source, target, protocol: "udp", port: 33434, identity: 61000 } as const;
 * const probe = probePacket(flow, { hopLimit: 3, tag: 7, size: 60 });
 * const packet = build(ipv4({ src: "10.0.0.1", dst: source }), icmp({ type: "timeExceeded" }), probe);
 * const answer = probeAnswer(packet);
 * assert.deepEqual([String(answer?.from), answer?.kind, answer?.tag], ["10.0.0.1", "expired", 7]);
 * ```
 */
export function probeAnswer(packet: Packet): ProbeAnswer | undefined {
  const { layers } = packet;
  const at = layers.findIndex(({ name }) => name === "ipv4" || name === "ipv6");
  const outer = ipHeader(layers[at]);
  const header = layers[at + 1];
  if (outer === undefined || header === undefined) return undefined;
  switch (header.name) {
    case "tcp": {
      const { dstPort, ack, flags } = header;
      if (!flags.includes("ACK")) return undefined;
      const isOpen = flags.includes("SYN");
      if (!isOpen && !flags.includes("RST")) return undefined;
      return {
        ...arrived(outer, "tcp", dstPort, ((ack - 1) >>> 0) >>> 16),
        port: isOpen ? "open" : "closed",
      };
    }
    case "icmp":
    case "icmpv6": {
      const isReply = header.type === (header.name === "icmp" ? 0 : 129);
      const { identifier = 0, sequenceNumber = 0 } = header;
      return isReply
        ? arrived(outer, "icmp", identifier, sequenceNumber)
        : failed(packet, outer, header, ipHeader(layers[at + 2]));
    }
    default:
      return undefined;
  }
}

/** What a probe says of itself. */
export type ProbeName = Pick<
  ProbeAnswer,
  "target" | "protocol" | "identity" | "tag"
>;

/**
 * Reads which probe a packet is, be it one of ours or not.
 *
 * @param packet What went out.
 * @returns To whom and of which flow it is; `undefined` if it can be none.
 *
 * @example
 * ```ts
 * import { parse } from "../../ip/address.ts";
 * import { decode } from "../../packet/packet.ts";
 * import { probeName, probePacket } from "./trace_probe.ts";
 * import assert from "node:assert/strict";
 *
 * const [source, target] = [parse("2001:db8::1"), parse("2001:db8::9")];
 * const flow = { source, target, protocol: "tcp", port: 80, identity: 61000 } as const;
 * const octets = probePacket(flow, { hopLimit: 3, tag: 7, size: 0 });
 * const name = probeName(decode(octets, { linkType: 101 }));
 * assert.deepEqual([name?.identity, name?.tag], [61000, 7]);
 * ```
 */
export function probeName(packet: Packet): ProbeName | undefined {
  const { layers } = packet;
  const ip = ipHeader(
    layers.find(({ name }) => name === "ipv4" || name === "ipv6"),
  );
  return ip && readProbe(packet, ip);
}

/** Of a probe that an error quotes there are 8 octets behind its IP header for sure. */
function readProbe(packet: Packet, ip: IpFacts): ProbeName | undefined {
  const protocol = PROTOCOLS[ip.protocol];
  const { bytes } = packet;
  if (protocol === undefined || bytes.length < ip.end + 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + ip.end, 8);
  // An answer to a ping is no ping.
  if (protocol === "icmp" && ![8, 128].includes(view.getUint8(0))) {
    return undefined;
  }
  // UDP has its checksum in the last two octets, ICMP its number; TCP's number
  // begins with the tag.
  const tag = ip.id ?? view.getUint16(protocol === "tcp" ? 4 : 6);
  const identity = view.getUint16(protocol === "icmp" ? 4 : 0);
  return { target: ip.dst, protocol, identity, tag };
}

/** The facts of an IP header of either version. */
interface IpFacts {
  readonly src: Address;
  readonly dst: Address;
  readonly hopLimit: number;
  readonly protocol: number;
  readonly id: number | undefined;
  /** Where in the packet its payload starts. */
  readonly end: number;
}

function ipHeader(layer: AnyLayer | undefined): IpFacts | undefined {
  if (layer?.name === "ipv4") {
    const { src, dst, ttl: hopLimit, protocol, id } = layer;
    const end = layer.offset + layer.headerLength;
    return { src, dst, hopLimit, protocol, id, end };
  }
  if (layer?.name === "ipv6") {
    const { src, dst, hopLimit, nextHeader: protocol } = layer;
    const end = layer.offset + layer.headerLength;
    return { src, dst, hopLimit, protocol, id: undefined, end };
  }
  return undefined;
}

function arrived(
  { src, hopLimit }: IpFacts,
  protocol: TraceProtocol,
  identity: number,
  tag: number,
): ProbeAnswer {
  return {
    from: src,
    target: src,
    protocol,
    identity,
    tag,
    kind: "arrived",
    mark: undefined,
    mtu: undefined,
    port: undefined,
    labels: [],
    hopLimit,
  };
}

type Message = Extract<AnyLayer, { readonly name: "icmp" | "icmpv6" }>;

/** An error, with the head of the probe. */
function failed(
  packet: Packet,
  outer: IpFacts,
  message: Message,
  quoted: IpFacts | undefined,
): ProbeAnswer | undefined {
  const probe = quoted && readProbe(packet, quoted);
  if (probe === undefined) return undefined;
  const answer = {
    ...arrived(outer, probe.protocol, probe.identity, probe.tag),
    target: probe.target,
    labels: icmpExtensions(packet).flatMap(({ labels = [] }) => labels),
  };
  const { name, type, code } = message;
  const isOld = name === "icmp";
  if (type === (isOld ? 11 : 3)) return { ...answer, kind: "expired" };
  if (!isOld && type === 2) {
    const { mtu = 0 } = message;
    return { ...answer, kind: "unreachable", mark: `!F-${mtu}`, mtu };
  }
  if (type !== (isOld ? 3 : 1)) return undefined;
  const isFromTarget = outer.src.equals(probe.target);
  if (code === (isOld ? 3 : 4) && isFromTarget) {
    return { ...answer, port: "closed" };
  }
  const mtu = isOld ? message.nextHopMtu : undefined;
  const mark = mtu === undefined
    ? (isOld ? MARKS_4 : MARKS_6)[code] ?? `!${code}`
    : `!F-${mtu}`;
  return { ...answer, kind: "unreachable", mark, mtu };
}

/** By the code of "destination unreachable" (RFC 1812 §5.2.7.1), as traceroute(8) marks it. */
const MARKS_4: Readonly<Record<number, string>> = {
  0: "!N",
  1: "!H",
  2: "!P",
  3: "!p",
  5: "!S",
  6: "!N",
  7: "!H",
  8: "!N",
  9: "!X",
  10: "!X",
  11: "!N",
  12: "!H",
  13: "!X",
  14: "!V",
  15: "!C",
};

/** The same for ICMPv6 (RFC 4443 §3.1). */
const MARKS_6: Readonly<Record<number, string>> = {
  0: "!N",
  1: "!X",
  2: "!S",
  3: "!H",
  4: "!p",
  5: "!X",
  6: "!X",
};
