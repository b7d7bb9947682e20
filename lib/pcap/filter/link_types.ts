/**
 * Link types as data: where a filter finds the type of a packet's payload, and
 * the payload.
 *
 * @see https://www.tcpdump.org/linktypes.html
 *
 * @module
 */

/**
 * How a link layer says what it carries:
 *
 * - `"ethernet"`: an EtherType, or a length and then an LLC header;
 * - `"etherType"`: an EtherType; `"hdlc"`: the same, but for OSI;
 * - `"llc"`: an LLC header; `"wlan"`: an LLC header in data frames;
 * - `"cooked"`: Linux's own version of Ethernet's;
 * - `"ppp"`: a PPP protocol number;
 * - `"family"`: an address family in network order, `"hostFamily"`: in the order
 *   of the machine that wrote it;
 * - `"raw"`: the IP version; `"ipv4"`, `"ipv6"`: there is nothing else;
 * - `"arcnet"`, `"frameRelay"`, `"localTalk"`, `"ipnet"`: a number of its own;
 * - `"juniper"`: libpcap does not find out, and says yes to Juniper's mark;
 * - `"opaque"`: there is nothing to go by.
 */
export type LinkKind =
  | "ethernet"
  | "etherType"
  | "hdlc"
  | "llc"
  | "wlan"
  | "cooked"
  | "ppp"
  | "family"
  | "hostFamily"
  | "raw"
  | "ipv4"
  | "ipv6"
  | "arcnet"
  | "frameRelay"
  | "localTalk"
  | "ipnet"
  | "juniper"
  | "opaque";

/** What is known of a link type. Places are octets from the packet's start. */
export interface LinkType {
  /** What it is called. */
  readonly name: string;
  /** How it says what it carries. */
  readonly kind: LinkKind;
  /** Where the link header starts. @default {0} */
  readonly header?: number;
  /** Where the payload's type is. @default {0} */
  readonly type?: number;
  /** Where the payload is. @default {0} */
  readonly payload?: number;
  /** Octets from the payload to an IP header. @default {0} */
  readonly network?: number;
  /** Octets from the payload to what follows an LLC header. @default {0} */
  readonly afterLlc?: number;
  /** Where the MAC addresses are, from the link header. */
  readonly mac?: { readonly dst: number; readonly src: number };
  /** What stands before an IEEE 802.11 header. */
  readonly radio?: "radiotap" | "prism" | "avs" | "ppi";
  /** Whether each packet has an LLC header, so that `llc` may be asked for. */
  readonly llc?: boolean;
}

const ETHERNET_MAC = { dst: 0, src: 6 };
const SNAP = { network: 8, afterLlc: 3 };
/** What libpcap counts from where it knows no place. */
const NOWHERE = -1;

function juniper(
  model: string,
  place: number,
  payload = place,
  network = 0,
  afterLlc = NOWHERE,
): LinkType {
  const name = `Juniper ${model}`;
  const kind = "juniper";
  return { name, kind, type: place, payload, network, afterLlc };
}

function ppp(name: string, type: number): LinkType {
  return { name, kind: "ppp", type, payload: type + 2 };
}

const RAW: LinkType = { name: "raw IP", kind: "raw" };

function wlan(name: string, radio?: NonNullable<LinkType["radio"]>): LinkType {
  return { name, kind: "wlan", type: 24, ...SNAP, ...radio && { radio } };
}

const LINK_TYPES: ReadonlyMap<number, LinkType> = new Map<number, LinkType>([
  [0, { name: "BSD loopback", kind: "hostFamily", payload: 4 }],
  [1, {
    name: "Ethernet",
    kind: "ethernet",
    type: 12,
    payload: 14,
    afterLlc: 3,
    mac: ETHERNET_MAC,
    llc: true,
  }],
  [6, {
    name: "Token Ring",
    kind: "llc",
    type: 14,
    payload: 14,
    ...SNAP,
    mac: { dst: 2, src: 8 },
    llc: true,
  }],
  [7, { name: "ARCNET", kind: "arcnet", type: 2, payload: 6 }],
  [8, { name: "SLIP", kind: "raw", payload: 16 }],
  [9, ppp("PPP", 2)],
  [10, {
    name: "FDDI",
    kind: "llc",
    type: 13,
    payload: 13,
    ...SNAP,
    mac: { dst: 1, src: 7 },
    llc: true,
  }],
  [12, RAW],
  [14, RAW],
  [50, ppp("PPP over serial", 2)],
  [51, ppp("PPP over Ethernet", 6)],
  [99, { name: "Symantec Firewall", kind: "etherType", type: 6, payload: 44 }],
  [100, { name: "LLC over ATM", kind: "llc", ...SNAP, llc: true }],
  [101, RAW],
  [104, { name: "Cisco HDLC", kind: "hdlc", type: 2, payload: 4 }],
  [105, wlan("IEEE 802.11")],
  [106, { name: "Classical IP over ATM", kind: "llc", ...SNAP }],
  [107, { name: "Frame Relay", kind: "frameRelay" }],
  [108, { name: "OpenBSD loopback", kind: "family", payload: 4 }],
  [109, {
    name: "OpenBSD encapsulated IP",
    kind: "hostFamily",
    payload: 12,
  }],
  [112, { name: "HDLC", kind: "hdlc", type: 2, payload: 4 }],
  [113, { name: "Linux cooked", kind: "cooked", type: 14, payload: 16 }],
  [114, { name: "LocalTalk", kind: "localTalk" }],
  [119, wlan("IEEE 802.11 after a Prism header", "prism")],
  [122, {
    name: "IP over Fibre Channel",
    kind: "llc",
    type: 16,
    payload: 16,
    ...SNAP,
    mac: { dst: 2, src: 10 },
  }],
  [127, wlan("IEEE 802.11 after a radiotap header", "radiotap")],
  [129, { name: "Linux ARCNET", kind: "arcnet", type: 4, payload: 8 }],
  [130, juniper("MLPPP", 4)],
  [131, juniper("MLFR", 4)],
  [132, juniper("ES", 6, NOWHERE, NOWHERE)],
  [133, juniper("GGSN", 6, 12)],
  [134, juniper("MFR", 4)],
  [135, juniper("ATM2", 8, 8, 0, 10)],
  [137, juniper("ATM1", 4, 4, 0, 10)],
  [138, {
    name: "Apple IP over IEEE 1394",
    kind: "etherType",
    type: 16,
    payload: 18,
  }],
  [163, wlan("IEEE 802.11 after an AVS header", "avs")],
  [164, juniper("monitor", 12)],
  [166, ppp("PPP of pppd", 2)],
  [167, juniper("PPPoE", 16, 14, 18, 21)],
  [168, juniper("PPPoE over ATM", 4, 6)],
  [178, juniper("Ethernet", 16, 14, 18, 21)],
  [179, juniper("PPP", 4)],
  [180, juniper("Frame Relay", 4)],
  [181, juniper("C-HDLC", 4)],
  [192, wlan("IEEE 802.11 after a PPI header", "ppi")],
  [226, {
    name: "Solaris ipnet",
    kind: "ipnet",
    type: 1,
    payload: 24,
    afterLlc: NOWHERE,
  }],
  [228, { name: "IPv4", kind: "ipv4" }],
  [229, { name: "IPv6", kind: "ipv6" }],
  [240, netanalyzer(4)],
  [241, netanalyzer(12)],
  [276, { name: "Linux cooked v2", kind: "etherType", type: 0, payload: 20 }],
]);

/** Ethernet after octets of the analyser's own. */
function netanalyzer(header: number): LinkType {
  return {
    name: "Ethernet after a netANALYZER header",
    kind: "ethernet",
    header,
    type: header + 12,
    payload: header + 14,
    afterLlc: 3,
    mac: ETHERNET_MAC,
  };
}

/**
 * Looks a link type up.
 *
 * @param linkType As numbered at tcpdump.org/linktypes.html.
 * @returns What is known of it; of most nothing but how to read octets.
 *
 * @example
 * ```ts
 * import { linkTypeOf } from "./link_types.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(linkTypeOf(1).payload, 14);
 * assert.equal(linkTypeOf(195).kind, "opaque");
 * ```
 */
export function linkTypeOf(linkType: number): LinkType {
  return LINK_TYPES.get(linkType) ??
    { name: `link type ${linkType}`, kind: "opaque" };
}
