/**
 * What routers put behind the datagram that an ICMP error quotes: MPLS labels,
 * interfaces.
 *
 * @module
 */

import { internetChecksum } from "../../bytes/checksum.ts";
import type { Address } from "../../ip/address.ts";
import { Cursor, Sink, Stop } from "../format.ts";
import { type Header, LAYER } from "../header.ts";
import type { LayerView } from "../layer.ts";
import { EXTENSION_VERSION, extensionStructure } from "./icmp_structure.ts";

/** An entry of an MPLS label stack (RFC 4950 §3). */
export interface IcmpLabel {
  /** The label, of 20 bits. */
  readonly label: number;
  /** Traffic class, of 3 bits; once "experimental". */
  readonly trafficClass: number;
  /** 1 for the last of the stack. */
  readonly bottom: number;
  /** How many more hops it might have taken. */
  readonly ttl: number;
}

/** One object of an extension; fields that its class and type have not are absent. */
export interface IcmpExtension {
  /** 1 MPLS labels, 2 interface information, 3 interface identification. */
  readonly classNumber: number;
  /**
   * What within the class; of interface information the parts that there are:
   * 8 index, 4 address, 2 name, 1 MTU, and in the two bits above what the
   * interface is to the datagram (RFC 5837 §4.1).
   */
  readonly classType: number;
  /** The labels that the datagram came with (RFC 4950 §3). */
  readonly labels?: readonly IcmpLabel[] | undefined;
  /** The interface's number in its router's tables (RFC 5837 §4). */
  readonly ifIndex?: number | undefined;
  /** The interface's address (RFC 5837 §4.2). */
  readonly address?: {
    /** 1 IPv4, 2 IPv6. */
    readonly family: number;
    /** The address, if it is of IPv4. */
    readonly ipv4?: Address | undefined;
    /** The address, if it is of IPv6. */
    readonly ipv6?: Address | undefined;
  } | undefined;
  /** The interface's name; octets that are no text stay octets (RFC 5837 §4.3). */
  readonly interfaceName?: string | Uint8Array | undefined;
  /** The interface's MTU in octets (RFC 5837 §4). */
  readonly mtu?: number | undefined;
  /** The interface to probe, by name (RFC 8335 §2.1). */
  readonly probeName?: string | Uint8Array | undefined;
  /** The interface to probe, by number. */
  readonly probeIndex?: number | undefined;
  /** What an object of another kind holds. */
  readonly octets?: Uint8Array | undefined;
}

/** One object to write; numbers that are not given are 0. */
export interface IcmpExtensionInput {
  /** The class, as a number or by name. */
  readonly classNumber:
    | number
    | "mpls"
    | "interfaceInformation"
    | "interfaceId";
  /** What within the class. */
  readonly classType: number;
  /** Labels, the first the outermost. */
  readonly labels?: readonly Partial<IcmpLabel>[];
  /** The interface's number. */
  readonly ifIndex?: number;
  /** The interface's address. */
  readonly address?: {
    /** Its family, as a number or by name. */
    readonly family: number | "ipv4" | "ipv6";
    /** The address, if it is of IPv4. */
    readonly ipv4?: Address | string;
    /** The address, if it is of IPv6. */
    readonly ipv6?: Address | string;
  };
  /** The interface's name, up to 63 octets. */
  readonly interfaceName?: string | Uint8Array;
  /** The interface's MTU in octets. */
  readonly mtu?: number;
  /** The interface to probe, by name. */
  readonly probeName?: string | Uint8Array;
  /** The interface to probe, by number. */
  readonly probeIndex?: number;
  /** What an object of another kind holds. */
  readonly octets?: Uint8Array;
}

/** A packet, as far as it matters for its extensions. */
export interface ExtendedPacket {
  /** Its octets. */
  readonly bytes: Uint8Array;
  /** Its layers, outermost first. */
  readonly layers: readonly LayerView[];
}

/**
 * Reads what routers add behind the datagram that an error message of ICMP or
 * ICMPv6 quotes: MPLS labels, interfaces. It is there where the message's
 * `length` is not 0, and in ICMP where it is 0 if the octets behind the first 128
 * have the checksum of extensions.
 *
 * @param packet The packet; of several messages inside each other the outer counts.
 * @returns The objects, up to the first that is cut short; none if there are no
 * extensions, or of another version.
 * @see RFC 4884 §7, RFC 4950 (MPLS), RFC 5837 (interfaces)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, icmp, icmpExtensionOctets, icmpExtensions, ipv4, udp } = net.packet;
 * const quoted = build(ipv4({ dst: "192.0.2.9" }), udp({ dstPort: 33434 })).bytes;
 * const behind = icmpExtensionOctets([
 *   { classNumber: "mpls", classType: 1, labels: [{ label: 16, bottom: 1, ttl: 1 }] },
 * ]);
 * const payload = new Uint8Array(128 + behind.length);
 * payload.set(quoted);
 * payload.set(behind, 128);
 * const packet = build(ipv4({}), icmp({ type: "timeExceeded", length: 32 }), payload);
 * assert.equal(icmpExtensions(packet)[0]?.labels?.[0]?.label, 16);
 * ```
 */
export function icmpExtensions(
  packet: ExtendedPacket,
): readonly IcmpExtension[] {
  const { bytes, layers } = packet;
  let end = bytes.length;
  for (const view of layers) {
    const after = view.offset + view.headerLength;
    const stated = (view as Header)[LAYER].payload?.octets(view);
    if (view.name !== "icmp" && view.name !== "icmpv6") {
      if (stated !== undefined) end = Math.min(end, after + stated);
      continue;
    }
    const at = after + (stated ?? LEAST);
    if (at >= end) return [];
    const isThere = stated !== undefined ||
      isOld(view) && internetChecksum(bytes.subarray(at, end)) === 0;
    return isThere ? objectsAt(bytes, at, end) : [];
  }
  return [];
}

/** Octets of the quoted datagram at least, where extensions follow it. */
const LEAST = 128;

/** Routers from before RFC 4884 do not say how long the datagram is (its §5). */
function isOld(view: LayerView): boolean {
  const { type } = view as Partial<{ readonly type: number }>;
  return view.name === "icmp" && (type === 3 || type === 11 || type === 12);
}

function objectsAt(
  octets: Uint8Array,
  at: number,
  end: number,
): readonly IcmpExtension[] {
  try {
    const found = extensionStructure.read(new Cursor(octets, at, end));
    return found.version === EXTENSION_VERSION ? found.objects : [];
  } catch (trouble) {
    if (trouble instanceof Stop) return [];
    throw trouble;
  }
}

/**
 * Writes extensions, to be put behind the quoted datagram; that is filled up to
 * at least 128 octets, and the message's `length` says how long it is then, in
 * words of 4 octets for ICMP and of 8 for ICMPv6.
 *
 * @param objects The objects.
 * @returns The structure with its checksum.
 * @throws {TypeError} If an object has fields that it cannot have.
 * @throws {RangeError} If a value does not fit its field.
 * @see RFC 4884 §7
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = net.packet.icmpExtensionOctets([
 *   { classNumber: "interfaceInformation", classType: 8, ifIndex: 7 },
 * ]);
 * assert.equal(net.bytes.hex(octets), "2000dde80008020800000007");
 * ```
 */
export function icmpExtensionOctets(
  objects: readonly IcmpExtensionInput[],
): Uint8Array {
  const sink = new Sink("icmp extensions");
  extensionStructure.write(sink, { objects });
  return sink.from(0);
}
