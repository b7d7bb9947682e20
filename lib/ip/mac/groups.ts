/**
 * Well-known group MAC addresses: which protocol listens there.
 *
 * @module
 */

/** Who listens at a group MAC address. */
export interface MacGroup {
  /** The protocol or the receivers: `"LLDP, to the nearest bridge"`. */
  readonly name: string;
  /** Where it is defined: `"IEEE 802.1AB"`. */
  readonly source: string;
}

/** Prefix and its length in bits, 48 if left out; name; source. */
// deno-fmt-ignore
const GROUPS: readonly (readonly [prefix: string, name: string, source: string])[] = [
  ["ff:ff:ff:ff:ff:ff", "Broadcast: every station of the LAN", "IEEE 802"],
  ["01:80:c2:00:00:00", "Spanning tree, to the nearest customer bridge", "IEEE 802.1Q"],
  ["01:80:c2:00:00:01", "Flow control (PAUSE)", "IEEE 802.3"],
  ["01:80:c2:00:00:02", "Slow protocols: LACP, marker, link OAM", "IEEE 802.3"],
  ["01:80:c2:00:00:03", "802.1X; LLDP to the nearest bridge of more than two ports", "IEEE 802.1X"],
  ["01:80:c2:00:00:07", "Ethernet local management (E-LMI)", "MEF 16"],
  ["01:80:c2:00:00:08", "Spanning tree, between provider bridges", "IEEE 802.1Q"],
  ["01:80:c2:00:00:0d", "MVRP, between provider bridges", "IEEE 802.1Q"],
  ["01:80:c2:00:00:0e", "LLDP, to the nearest bridge; PTP peer delay", "IEEE 802.1AB"],
  ["01:80:c2:00:00:00/44", "Kept on its link: no bridge passes it on", "IEEE 802.1Q"],
  ["01:80:c2:00:00:14", "IS-IS, all level 1 systems", "ISO 10589"],
  ["01:80:c2:00:00:15", "IS-IS, all level 2 systems", "ISO 10589"],
  ["01:80:c2:00:00:20", "MMRP, registration of groups", "IEEE 802.1Q"],
  ["01:80:c2:00:00:21", "MVRP, registration of VLANs", "IEEE 802.1Q"],
  ["01:80:c2:00:00:30/45", "Connectivity fault management, class 1", "IEEE 802.1Q"],
  ["01:80:c2:00:00:38/45", "Connectivity fault management, class 2", "IEEE 802.1Q"],
  ["01:80:c2:00:00:40", "TRILL, all RBridges", "RFC 6325"],
  ["01:80:c2:00:00:41", "TRILL IS-IS, all RBridges", "RFC 6325"],
  ["01:80:c2/24", "IEEE 802.1 group", "IEEE 802.1Q"],
  ["01:00:0c:cc:cc:cc", "Cisco CDP, VTP, DTP, PAgP and UDLD", "Cisco"],
  ["01:00:0c:cc:cc:cd", "Cisco per-VLAN spanning tree (PVST+)", "Cisco"],
  ["01:00:0c:cd:cd:cd", "Cisco spanning tree UplinkFast", "Cisco"],
  ["01:00:0c:00:00:00/40", "Cisco inter-switch link (ISL)", "Cisco"],
  ["01:00:5e/25", "IPv4 multicast, by the last 23 bits of the group", "RFC 1112 §6.4"],
  ["01:00:5e:80:00:00/28", "MPLS multicast", "RFC 5332"],
  ["01:00:5e:90:00:00", "MPLS-TP, from point to point", "RFC 7213"],
  ["01:00:5e:90:00:01", "BFD on the members of a link aggregation", "RFC 7130"],
  ["01:00:5e:90:10:00/40", "Documentation", "RFC 9542 §2.1"],
  ["33:33/16", "IPv6 multicast, by the last 32 bits of the group", "RFC 2464 §7"],
  ["01:0e:cf:00:00:00", "PROFINET DCP, identify", "IEC 61158"],
  ["01:10:18:01:00:01", "FCoE, all end nodes", "T11 FC-BB-5"],
  ["01:10:18:01:00:02", "FCoE, all forwarders", "T11 FC-BB-5"],
  ["01:1b:19:00:00:00", "Precision Time Protocol", "IEEE 1588"],
  ["01:e0:52:cc:cc:cc", "Foundry discovery (FDP)", "Foundry"],
  ["09:00:2b:00:00:04", "ES-IS, all end systems", "ISO 9542"],
  ["09:00:2b:00:00:05", "ES-IS and IS-IS, all intermediate systems", "ISO 9542"],
  ["ab:00:00:01:00:00", "DEC MOP, dump and load", "DEC"],
  ["ab:00:00:02:00:00", "DEC MOP, remote console", "DEC"],
  ["cf:00:00:00:00:00", "Loopback test (ECTP)", "DEC, Intel, Xerox: Ethernet 2.0"],
];

interface Rule extends MacGroup {
  readonly bits: number;
  readonly key: number;
}

let rules: readonly Rule[] | undefined;

/** The rows, the longest prefix first, which is then the first that fits. */
function build(): readonly Rule[] {
  return GROUPS.map(([text, name, source]) => {
    const [digits = "", length = "48"] = text.split("/");
    const octets = Number.parseInt(
      digits.replaceAll(":", "").padEnd(12, "0"),
      16,
    );
    const bits = Number(length);
    return { name, source, bits, key: leading(octets, bits) };
  }).sort((a, b) => b.bits - a.bits);
}

function leading(octets: number, bits: number): number {
  return Math.floor(octets / 2 ** (48 - bits));
}

/**
 * Finds who listens at a 48-bit group address.
 *
 * @param octets The address as a number below 2⁴⁸.
 * @returns The group, or `undefined` if it is not well known.
 * @see IEEE 802.1Q-2018 §8.6.3, RFC 9542 §2.1
 *
 * @example
 * ```ts
 * import { findMacGroup } from "./groups.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(findMacGroup(0x0180c200000e)?.source, "IEEE 802.1AB");
 * ```
 */
export function findMacGroup(octets: number): MacGroup | undefined {
  const rule = (rules ??= build()).find(({ bits, key }) =>
    leading(octets, bits) === key
  );
  return rule && { name: rule.name, source: rule.source };
}
