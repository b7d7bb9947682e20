/**
 * Whether a frame carries a protocol: the test behind `ip`, `arp`, `ether proto`
 * and most others, for every link type.
 *
 * @module
 */

import {
  all,
  ALWAYS,
  any,
  compare,
  type Condition,
  masked,
  NEVER,
  not,
  type Value,
} from "./condition.ts";
import type { Layout } from "./layout.ts";

/** EtherTypes, and for what has none the numbers in an LLC header. */
export const CARRIED: Readonly<Record<string, number>> = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  atalk: 0x809b,
  aarp: 0x80f3,
  decnet: 0x6003,
  sca: 0x6007,
  lat: 0x6004,
  moprc: 0x6002,
  mopdl: 0x6001,
  ip6: 0x86dd,
  iso: 0xfe,
  stp: 0x42,
  ipx: 0xe0,
  netbeui: 0xf0,
};

const { ip: IP, ip6: IP6, arp: ARP, rarp: RARP } = CARRIED;
const { atalk: ATALK, aarp: AARP, iso: ISO, ipx: IPX, netbeui: NETBEUI } =
  CARRIED;
const LLC_IP = 0x06;
const ETHERTYPE_IPX = 0x8137;
/** What is not above is a length (IEEE 802.3-2022 §3.2.6). */
const MAX_LENGTH = 1500;
/** Linux cooked: 802.3 without LLC, and with it. */
const COOKED_802_3 = 1;
const COOKED_LLC = 4;

const PPP: ReadonlyMap<number, number> = new Map([
  [IP!, 0x21],
  [IP6!, 0x57],
  [CARRIED.decnet!, 0x27],
  [ATALK!, 0x29],
  [0x0600, 0x25],
  [ISO!, 0x23],
  [CARRIED.stp!, 0x31],
  [IPX!, 0x2b],
]);

/** IPv6 is numbered by NetBSD and OpenBSD, by FreeBSD, and by Darwin. */
const FAMILIES: ReadonlyMap<number, readonly number[]> = new Map([
  [IP!, [2]],
  [IP6!, [24, 28, 30]],
]);

/** ARCNET has old numbers and new ones. */
const ARCNET: ReadonlyMap<number, readonly number[]> = new Map([
  [IP!, [212, 240]],
  [ARP!, [213, 241]],
  [RARP!, [214]],
  [ATALK!, [221]],
  [IP6!, [196]],
]);

const IPNET: ReadonlyMap<number, readonly number[]> = new Map([
  [IP!, [2]],
  [IP6!, [26]],
]);

/** Frame Relay has a control field, 3, and a number of one octet. */
const FRAME_RELAY: ReadonlyMap<number, readonly number[]> = new Map([
  [IP!, [0x3cc]],
  [IP6!, [0x38e]],
  [ISO!, [0x381, 0x382, 0x383]],
]);

/**
 * Makes the test for what a frame carries.
 *
 * @param layout Where the headers are.
 * @param protocol An EtherType, or up to 1500 a number in an LLC header.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { carries } from "./carries.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(carries(layout, 0x0800).kind, "compare");
 * ```
 */
export function carries(layout: Layout, protocol: number): Condition {
  if (layout.labels > 0) return afterLabels(layout, protocol);
  const type = () => layout.at(layout.type, 2, 0);
  switch (layout.kind) {
    case "ethernet":
      return inEthernet(layout, protocol);
    case "etherType":
      return compare(type(), "=", protocol);
    case "hdlc":
      return compare(type(), "=", protocol === ISO ? 0xfefe : protocol);
    case "llc":
      return inLlc(layout, protocol);
    case "wlan":
      return all(isDataFrame(layout), inLlc(layout, protocol));
    case "cooked":
      return inCooked(layout, protocol);
    case "ppp":
      return compare(type(), "=", PPP.get(protocol) ?? protocol);
    case "family":
      return oneOf(layout.ofLink(4, 0), FAMILIES.get(protocol));
    case "hostFamily":
      return oneOf(
        layout.ofLink(4, 0),
        FAMILIES.get(protocol)?.flatMap((family) =>
          inOrder(family, layout.byteOrder)
        ),
      );
    case "raw":
      if (protocol !== IP && protocol !== IP6) return NEVER;
      return masked(layout.ofLink(1, 0), 0xf0, protocol === IP ? 0x40 : 0x60);
    case "ipv4":
      return protocol === IP ? ALWAYS : NEVER;
    case "ipv6":
      return protocol === IP6 ? ALWAYS : NEVER;
    case "arcnet":
      return oneOf(layout.at(layout.type, 1, 0), ARCNET.get(protocol));
    case "ipnet":
      return oneOf(layout.at(layout.type, 1, 0), IPNET.get(protocol));
    case "frameRelay":
      return oneOf(layout.ofLink(2, 2), FRAME_RELAY.get(protocol));
    case "localTalk":
      return protocol === ATALK ? ALWAYS : NEVER;
    case "juniper":
      return masked(layout.ofLink(4, 0), 0xffffff00, 0x4d474300);
    case "opaque":
      throw layout.refuse(
        `${layout.name} does not tell protocols apart here; ` +
          "`link[…]`, `len`, `less` and `greater` work",
      );
  }
}

function oneOf(value: Value, numbers: readonly number[] = []): Condition {
  if (numbers.length === 0) return NEVER;
  return any(...numbers.map((number) => compare(value, "=", number)));
}

/** A number as a machine writes it, read in network order. */
function inOrder(
  number: number,
  order: "big" | "little" | undefined,
): readonly number[] {
  const swapped = number << 24;
  if (order === "big") return [number];
  return order === "little" ? [swapped] : [swapped, number];
}

function hasLength(layout: Layout): Condition {
  return not(compare(layout.at(layout.type, 2, 0), ">", MAX_LENGTH));
}

function sameSaps(layout: Layout, sap: number): Condition {
  return compare(layout.ofPayload(2, 0), "=", sap << 8 | sap);
}

/** An LLC and SNAP header (IEEE 802-2014 §9.4); read from its end. */
function snap(layout: Layout, owner: number, type: number): Condition {
  return all(
    compare(layout.ofPayload(4, 4), "=", (owner << 16 | type) >>> 0),
    compare(layout.ofPayload(4, 0), "=", (0xaaaa0300 | owner >>> 16) >>> 0),
  );
}

/** AppleTalk's SNAP header names Apple; its ARP's does not. */
function appleSnap(layout: Layout, protocol: number): Condition {
  return snap(layout, protocol === ATALK ? 0x080007 : 0, protocol);
}

function inEthernet(layout: Layout, protocol: number): Condition {
  const type = compare(layout.at(layout.type, 2, 0), "=", protocol);
  switch (protocol) {
    case ISO:
    case LLC_IP:
    case NETBEUI:
      return all(hasLength(layout), sameSaps(layout, protocol));
    case IPX:
      return any(
        compare(layout.at(layout.type, 2, 0), "=", ETHERTYPE_IPX),
        all(
          hasLength(layout),
          any(
            snap(layout, 0, ETHERTYPE_IPX),
            compare(layout.ofPayload(1, 0), "=", protocol),
            compare(layout.ofPayload(2, 0), "=", 0xffff),
          ),
        ),
      );
    case ATALK:
    case AARP:
      return any(type, all(hasLength(layout), appleSnap(layout, protocol)));
  }
  if (protocol > MAX_LENGTH) return type;
  return all(
    hasLength(layout),
    compare(layout.at(layout.type, 1, 2), "=", protocol),
  );
}

function inCooked(layout: Layout, protocol: number): Condition {
  const isType = (type: number) =>
    compare(layout.at(layout.type, 2, 0), "=", type);
  const hasLlc = isType(COOKED_LLC);
  switch (protocol) {
    case ISO:
    case LLC_IP:
    case NETBEUI:
      return all(hasLlc, sameSaps(layout, protocol));
    case IPX:
      return any(
        isType(ETHERTYPE_IPX),
        isType(COOKED_802_3),
        all(
          hasLlc,
          any(
            snap(layout, 0, ETHERTYPE_IPX),
            compare(layout.ofPayload(1, 0), "=", protocol),
          ),
        ),
      );
    case ATALK:
    case AARP:
      return any(isType(protocol), all(hasLlc, appleSnap(layout, protocol)));
  }
  if (protocol > MAX_LENGTH) return isType(protocol);
  return all(
    hasLlc,
    compare(layout.ofLink(1, layout.payload.octets), "=", protocol),
  );
}

/** Without a look at what comes before the EtherType in a SNAP header. */
function inLlc(layout: Layout, protocol: number): Condition {
  switch (protocol) {
    case ISO:
    case LLC_IP:
    case NETBEUI:
      return sameSaps(layout, protocol);
    case ATALK:
      return appleSnap(layout, protocol);
  }
  return protocol > MAX_LENGTH
    ? compare(layout.ofPayload(2, 6), "=", protocol)
    : compare(layout.ofPayload(1, 0), "=", protocol);
}

/** After the last MPLS label only IP can be told, by its version. */
function afterLabels(layout: Layout, protocol: number): Condition {
  if (protocol !== IP && protocol !== IP6) {
    throw layout.refuse("after `mpls` only IPv4 and IPv6 can be told apart");
  }
  return all(
    masked(layout.ofNetwork(1, -2), 1, 1),
    masked(layout.ofNetwork(1, 0), 0xf0, protocol === IP ? 0x40 : 0x60),
  );
}

/**
 * Makes the test for an IEEE 802.11 data frame.
 *
 * @param layout Where the headers are.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { isDataFrame } from "./carries.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(isDataFrame(layout).kind, "all");
 * ```
 */
export function isDataFrame(layout: Layout): Condition {
  const control = layout.ofLink(1, 0);
  return all(not(compare(control, "&", 0x04)), compare(control, "&", 0x08));
}
