/**
 * Routes as rtnetlink tells of them.
 *
 * @see rtnetlink(7), linux/rtnetlink.h
 * @module
 */

import { Address } from "../ip/address.ts";
import { Subnet } from "../ip/subnet.ts";
import { familyNumber, subnetOf } from "./address_messages.ts";
import { readLinkNames } from "./link_names.ts";
import { routeProtocols, routeTypes, scopes } from "./names.ts";
import { DUMP, Message, type NetlinkSocket, REQUEST } from "./netlink.ts";
import type { RouteOptions } from "./read_options.ts";
import type { Attributes, Received } from "./received.ts";
import type { NextHop, Route } from "./route.ts";
import { CONGESTION_CONTROL, METRICS } from "./route_messages.ts";
import type { RouteMetrics } from "./specs.ts";

const RTM_GETROUTE = 26;
const MAIN = 254;

/** RTNH_F_… of a next hop, and of a route with one. */
const HOP_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x1, "dead"],
  [0x4, "onlink"],
  [0x2, "pervasive"],
  [0x8, "offload"],
  [0x40, "trap"],
  [0x200, "notify"],
  [0x10, "linkdown"],
  [0x20, "unresolved"],
];
/** RTM_F_… of a route. */
const ROUTE_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  ...HOP_FLAGS,
  [0x4000, "rt_offload"],
  [0x8000, "rt_trap"],
  [0x20000000, "rt_offload_failed"],
];
const CLONED = 0x200;

/** RTA_PREF by number, RFC 4191 §2.1. */
const PREFERENCES = new Map<number, "low" | "medium" | "high">([
  [0, "medium"],
  [1, "high"],
  [3, "low"],
]);

/** LWTUNNEL_ENCAP_…, linux/lwtunnel.h. */
const ENCAPSULATIONS = [
  "none",
  "mpls",
  "ip",
  "ila",
  "ip6",
  "seg6",
  "bpf",
  "seg6local",
  "rpl",
  "ioam6",
  "xfrm",
];

const RTM_NEWROUTE = 24;
const ANY_4 = new Subnet(new Address(4, 0, 0, 0, 0), 0);
const ANY_6 = new Subnet(new Address(6, 0, 0, 0, 0), 0);
const NO_FLAGS: readonly string[] = [];

type Draft = { -readonly [K in keyof Route]: Route[K] };

/**
 * Reads one route out of a message.
 *
 * @param message RTM_NEWROUTE, RTM_DELROUTE.
 * @param names The interfaces' names by index.
 * @returns The route; `undefined` for another family, or for one that the
 * kernel keeps for a moment only.
 * @throws {DecodeError} If the message is cut short.
 */
export function decodeRoute(
  message: Received,
  names: ReadonlyMap<number, string>,
): Route | undefined {
  const { type } = message;
  if (type !== RTM_NEWROUTE && type !== RTM_NEWROUTE + 1) return undefined;
  const flags = message.u32(8);
  return flags & CLONED ? undefined : decodeAnyRoute(message, names);
}

/** As {@linkcode decodeRoute}, also the route that a lookup has made. */
export function decodeAnyRoute(
  message: Received,
  names: ReadonlyMap<number, string>,
): Route | undefined {
  const family = message.u8(0) === 2 ? 4 : message.u8(0) === 10 ? 6 : undefined;
  if (family === undefined) return undefined;
  const flags = message.u32(8) & ~CLONED;
  const tos = message.u8(3);
  const route: Draft = {
    family,
    to: family === 4 ? ANY_4 : ANY_6,
    type: routeTypes.name(message.u8(7)),
    table: message.u8(4),
    protocol: routeProtocols.name(message.u8(5)),
    scope: scopes.name(message.u8(6)),
    metric: 0,
    flags: flags === 0 ? NO_FLAGS : words(ROUTE_FLAGS, flags),
  };
  if (tos !== 0) route.tos = tos;
  const bits = message.u8(1);
  const a = message.attributes(12);
  while (a.next()) {
    switch (a.type) {
      case 1:
        route.to = prefix(a, bits);
        break;
      case 2:
        route.from = prefix(a, message.u8(2));
        break;
      case 4:
        route.index = a.u32();
        route.device = names.get(route.index) ?? String(route.index);
        break;
      case 5:
        route.via = a.address();
        break;
      case 18:
        // A router of the other family, which stands before it.
        route.via = a.address(2);
        break;
      case 6:
        route.metric = a.u32();
        break;
      case 7:
        route.source = a.address();
        break;
      case 8:
        route.metrics = metrics(a.nested());
        break;
      case 9:
        route.nextHops = nextHops(a, names);
        break;
      case 11:
        route.realms = { from: a.u16(2), to: a.u16(0) };
        break;
      case 12:
        if (a.i32(8) !== 0) {
          // In hundredths of a second, and below 0 once it is over.
          route.expiresSeconds = Math.trunc(a.i32(8) / 100);
        }
        break;
      case 15:
        route.table = a.u32();
        break;
      case 20:
        route.preference = PREFERENCES.get(a.u8());
        break;
      case 21:
        route.encapsulation = ENCAPSULATIONS[a.u16()] ?? String(a.u16());
        break;
      case 30:
        route.nextHopId = a.u32();
        break;
    }
  }
  return route;
}

/** Routes by the thousand have the same few flags: one list serves them all. */
const worded = new Map<number, readonly string[]>();

function words(
  table: readonly (readonly [bit: number, name: string])[],
  bits: number,
): readonly string[] {
  // Next hops have some of the flags of routes, by the same names.
  let names = worded.get(bits);
  if (names === undefined) {
    names = Object.freeze(
      table.filter(([bit]) => bits & bit).map(([, name]) => name),
    );
    worded.set(bits, names);
  }
  return names;
}

function prefix(a: Attributes, bits: number): Subnet {
  return subnetOf(a.address(), bits);
}

function nextHops(
  a: Attributes,
  names: ReadonlyMap<number, string>,
): NextHop[] {
  const hops: NextHop[] = [];
  // Each is a struct rtnexthop, which reads like an attribute: where that has
  // its type, it has its flags and one less than its weight.
  const each = a.nested();
  while (each.next()) {
    const index = each.u32();
    const bits = each.bytes[each.start - 2]!;
    let via: Address | undefined;
    const inner = each.nested(4);
    while (inner.next()) {
      if (inner.type === 5) via = inner.address();
      else if (inner.type === 18) via = inner.address(2);
    }
    hops.push({
      ...via && { via },
      device: names.get(index) ?? String(index),
      index,
      weight: each.bytes[each.start - 1]! + 1,
      flags: words(HOP_FLAGS, bits),
    });
  }
  return hops;
}

const METRIC_BY_ATTRIBUTE = new Map(
  METRICS.map(([name, attribute, scale]) => [attribute, { name, scale }]),
);

function metrics(a: Attributes): RouteMetrics | undefined {
  const found: { -readonly [K in keyof RouteMetrics]: RouteMetrics[K] } = {};
  while (a.next()) {
    if (a.type === CONGESTION_CONTROL) {
      found.congestionControl = a.text();
      continue;
    }
    const metric = METRIC_BY_ATTRIBUTE.get(a.type);
    if (metric !== undefined) found[metric.name] = a.u32() / metric.scale;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/**
 * Reads the routes of a socket's namespace.
 *
 * @param socket The socket.
 * @param options Which ones; its `namespace` does not count.
 * @returns The routes, IPv4 first, in the kernel's order.
 * @throws {NetError} If the kernel refuses.
 */
export function readRoutes(
  socket: NetlinkSocket,
  options: RouteOptions = {},
): Route[] {
  const { table = MAIN, family } = options;
  const names = readLinkNames(socket);
  const families = family === undefined ? [4, 6] as const : [family];
  return families.flatMap((each) => {
    const request = new Message(RTM_GETROUTE, REQUEST | DUMP, {
      op: "read",
      target: "the routes",
    });
    const head = new Uint8Array(12);
    head[0] = familyNumber(each);
    request.struct(head);
    // The kernel leaves out other tables; it says "not found" for one that was
    // never used, where this asks for one without routes.
    if (table !== "all") request.u32(15, table);
    try {
      return socket.dump(request, (message) => {
        const route = decodeRoute(message, names);
        return table === "all" || route?.table === table ? route : undefined;
      });
    } catch (error) {
      if (
        table !== "all" && (error as { code?: string }).code === "not-found"
      ) {
        return [];
      }
      throw error;
    }
  });
}
