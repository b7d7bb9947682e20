/**
 * Virtual eXtensible LANs: Ethernet over UDP, and the generic extension for
 * other payloads.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** Under VXLAN, Ethernet has the number that it has under the generic extension. */
const ETHERNET = 3;

/** The fields of a VXLAN header. */
export const vxlanFields = {
  /** Whether there is a group (draft-smith-vxlan-group-policy §2). */
  hasGroup: 1,
  /** Not in use. */
  reserved1: 3,
  /** 1: whether the network is valid (flag I). */
  hasVni: 1,
  /** Not in use. */
  reserved2: 4,
  /** Group policy: not to learn the source's address from this packet. */
  dontLearn: 1,
  /** Not in use. */
  reserved3: 2,
  /** Group policy: whether it has been applied. */
  isApplied: 1,
  /** Not in use. */
  reserved4: 3,
  /** Group policy: the source's group. */
  group: 16,
  /** Which network (VXLAN network identifier). */
  vni: 24,
  /** Not in use. */
  reserved5: 8,
} as const satisfies FieldTable;

/** VXLAN. */
export const vxlan: Layer<"vxlan", typeof vxlanFields> = layer(
  "vxlan",
  vxlanFields,
  {
    source: "RFC 7348 §5",
    // The second is what Linux takes where nobody says another.
    under: [["udp", 4789], ["udp", 8472]],
    select: () => ETHERNET,
    defaults: { hasVni: 1 },
    implied: ({ group }) => group === undefined ? {} : { hasGroup: 1 },
    summary: ({ vni }) => `${vni}`,
  },
);

/** The fields of a VXLAN-GPE header. */
export const vxlanGpeFields = {
  /** Not in use. */
  reserved1: 2,
  /** 0. */
  version: 2,
  /** 1: whether the network is valid (flag I). */
  hasVni: 1,
  /** 1: whether `nextProtocol` says what follows (flag P); if not, Ethernet does. */
  hasNextProtocol: 1,
  /** Whether it is for broadcast, unknown unicast or multicast (flag B). */
  isFlooded: 1,
  /** Whether the payload is operation and maintenance (flag O). */
  isOam: 1,
  /** Not in use. */
  reserved2: 16,
  /** What follows. */
  nextProtocol: {
    bits: 8,
    names: { 1: "ipv4", 2: "ipv6", 3: "ethernet", 4: "nsh", 5: "mpls" },
  },
  /** Which network. */
  vni: 24,
  /** Not in use. */
  reserved3: 8,
} as const satisfies FieldTable;

/** VXLAN with the generic protocol extension. */
export const vxlanGpe: Layer<"vxlanGpe", typeof vxlanGpeFields> = layer(
  "vxlanGpe",
  vxlanGpeFields,
  {
    source: "draft-ietf-nvo3-vxlan-gpe-13 §3",
    under: [["udp", 4790]],
    next: "nextProtocol",
    select: ({ hasNextProtocol }) =>
      hasNextProtocol === 1 ? undefined : ETHERNET,
    defaults: { hasVni: 1, hasNextProtocol: 1 },
    summary: ({ vni }) => `${vni}`,
  },
);
