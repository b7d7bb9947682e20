/**
 * Messages that add and delete routes and rules.
 *
 * @see rtnetlink(7), linux/rtnetlink.h, linux/fib_rules.h
 * @module
 */

import { Address, address, tryParse } from "../ip/address.ts";
import { Subnet, subnet } from "../ip/subnet.ts";
import { familyNumber, request, type Verb } from "./address_messages.ts";
import type { IndexOf } from "./codecs.ts";
import { indexOnly } from "./link_messages.ts";
import type { Message } from "./message.ts";
import { routeProtocols, routeTypes, ruleActions, scopes } from "./names.ts";
import type {
  NextHopSpec,
  RouteMetrics,
  RouteSpec,
  RuleSpec,
} from "./specs.ts";

const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_NEWRULE = 32;
const RTM_DELRULE = 33;
const RTNH_F_ONLINK = 4;
const FIB_RULE_INVERT = 2;

/** RTAX_… by metric, and how many of the kernel's units one of ours is. */
export const METRICS: readonly (readonly [
  name: Exclude<keyof RouteMetrics, "congestionControl">,
  attribute: number,
  scale: number,
])[] = [
  ["lock", 1, 1],
  ["mtu", 2, 1],
  ["window", 3, 1],
  ["rtt", 4, 8],
  ["rttvar", 5, 4],
  ["ssthresh", 6, 1],
  ["cwnd", 7, 1],
  ["advmss", 8, 1],
  ["reordering", 9, 1],
  ["hoplimit", 10, 1],
  ["initcwnd", 11, 1],
  ["features", 12, 1],
  ["rtoMin", 13, 1],
  ["initrwnd", 14, 1],
  ["quickack", 15, 1],
];
/** RTAX_CC_ALGO, a text. */
export const CONGESTION_CONTROL = 16;

/** The attribute RTA_PREF, RFC 4191 §2.1. */
const PREFERENCES = { medium: 0, high: 1, low: 3 };

/**
 * Reads a destination.
 *
 * @param to `"default"`, an address or a subnet; or `""`, any.
 * @param family Of `"default"`.
 * @returns The subnet.
 * @throws {ParseError} If the text is none.
 */
export function destination(
  to: string | Address | Subnet,
  family: 4 | 6 = 4,
): Subnet {
  if (to instanceof Subnet) return to;
  if (to === "default" || to === "all" || to === "any") {
    return subnet(family === 4 ? "0.0.0.0/0" : "::/0");
  }
  const host = to instanceof Address ? to : tryParse(to);
  return host === undefined ? subnet(to as string) : subnet(host, host.bits);
}

/** The family that a route is of, from the first thing that says it. */
export function routeFamily(spec: RouteSpec): 4 | 6 {
  const { to, family, via, source, nextHops } = spec;
  if (to instanceof Subnet || to instanceof Address) return to.family;
  if (to !== "default") return to.includes(":") ? 6 : 4;
  if (family !== undefined) return family;
  for (const text of [source, via, ...nextHops?.map(({ via }) => via) ?? []]) {
    if (text !== undefined) return address(text).family;
  }
  return 4;
}

/**
 * The message that adds a route, or deletes it.
 *
 * @param spec The route.
 * @param verb What to do. @default {"add"}
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {ParseError} If a text is no address.
 *
 * @example
 * ```ts
 * import { routeMessage } from "./route_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const message = routeMessage({ to: "default", via: "192.0.2.1", device: 2 });
 * assert.equal(message.type, 24);
 * ```
 */
export function routeMessage(
  spec: RouteSpec,
  verb: Verb = "add",
  index: IndexOf = indexOnly,
): Message {
  const family = routeFamily(spec);
  const to = destination(spec.to, family);
  const from = spec.from === undefined ? undefined : subnet(spec.from);
  const { via, device, onLink, nextHops, metric, source, tos = 0 } = spec;
  const { type, protocol, preference, expiresSeconds, nextHopId, metrics } =
    spec;
  const isDelete = verb === "delete";
  const typeNumber = isDelete && type === undefined
    ? 0
    : routeTypes.number(type ?? "unicast");
  const isLocal = type === "local" || type === "nat";
  const isOwn = isLocal || type === "broadcast" || type === "anycast";
  const table = spec.table ?? (isOwn ? 255 : 254);
  const scope = spec.scope ??
    (isDelete
      ? "nowhere"
      : family === 6
      ? "global"
      : isLocal
      ? "host"
      : isOwn || type === "multicast"
      ? "link"
      : (type ?? "unicast") === "unicast" && via === undefined &&
          nextHops === undefined && nextHopId === undefined
      ? "link"
      : "global");
  const head = new Uint8Array(12);
  head.set([
    familyNumber(family),
    to.prefixLength,
    from?.prefixLength ?? 0,
    tos,
    table < 256 ? table : 0,
    isDelete && protocol === undefined
      ? 0
      : routeProtocols.number(protocol ?? "boot"),
    scopes.number(scope),
    typeNumber,
  ]);
  new DataView(head.buffer).setUint32(8, onLink ? RTNH_F_ONLINK : 0, true);
  const message = request(RTM_NEWROUTE, RTM_DELROUTE, verb, {
    op: `${verb} route`,
    target: `to ${to}`,
  });
  message.struct(head);
  if (to.prefixLength > 0) message.octets(1, to.network.toBytes());
  if (from !== undefined) message.octets(2, from.network.toBytes());
  message.u32(15, table);
  if (source !== undefined) message.octets(7, address(source).toBytes());
  if (metric !== undefined) message.u32(6, metric);
  gateway(message, via, family);
  if (device !== undefined) message.u32(4, index(device));
  if (nextHops !== undefined) {
    message.nest(9, () => {
      for (const hop of nextHops) nextHop(message, hop, family, index);
    });
  }
  if (nextHopId !== undefined) message.u32(30, nextHopId);
  if (preference !== undefined) message.u8(20, PREFERENCES[preference]);
  if (expiresSeconds !== undefined) message.u32(23, expiresSeconds);
  if (metrics !== undefined) writeMetrics(message, metrics);
  return message;
}

function gateway(
  message: Message,
  via: string | Address | undefined,
  family: 4 | 6,
): void {
  if (via === undefined) return;
  const router = address(via);
  if (router.family === family) {
    message.octets(5, router.toBytes());
    return;
  }
  // A router of the other family, RFC 8950: its family goes before it.
  const octets = router.toBytes();
  const value = new Uint8Array(2 + octets.length);
  value[0] = familyNumber(router.family);
  value.set(octets, 2);
  message.octets(18, value);
}

function nextHop(
  message: Message,
  hop: NextHopSpec,
  family: 4 | 6,
  index: IndexOf,
): void {
  const { via, device, weight = 1, onLink } = hop;
  if (!(Number.isInteger(weight) && weight >= 1 && weight <= 256)) {
    throw new RangeError(
      `Cannot build a route as 'weight' must be 1 to 256: current value is ${weight}`,
    );
  }
  // A struct rtnexthop begins as an attribute does, with its length; where that
  // has its type, it has its flags and one less than its weight.
  const second = (onLink ? RTNH_F_ONLINK : 0) | ((weight - 1) << 8);
  message.nest(second, () => {
    const at = device === undefined ? 0 : index(device);
    message.struct(new Uint8Array(new Int32Array([at]).buffer));
    gateway(message, via, family);
  });
}

function writeMetrics(message: Message, metrics: RouteMetrics): void {
  message.nest(8, () => {
    for (const [name, attribute, scale] of METRICS) {
      const value = metrics[name];
      if (value !== undefined) message.u32(attribute, value * scale);
    }
    if (metrics.congestionControl !== undefined) {
      message.text(CONGESTION_CONTROL, metrics.congestionControl);
    }
  });
}

/** The family that a rule is of. */
export function ruleFamily({ family, from, to }: RuleSpec): 4 | 6 {
  for (const selector of [from, to]) {
    if (selector instanceof Subnet || selector instanceof Address) {
      return selector.family;
    }
    if (selector !== undefined && selector !== "all") {
      return selector.includes(":") ? 6 : 4;
    }
  }
  return family ?? 4;
}

/**
 * The message that adds a rule, or deletes it.
 *
 * @param spec The rule.
 * @param verb What to do. @default {"add"}
 * @returns The message.
 * @throws {ParseError} If a text is no subnet.
 *
 * @example
 * ```ts
 * import { ruleMessage } from "./route_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const message = ruleMessage({ from: "192.0.2.0/24", table: 100, priority: 1000 });
 * assert.equal(message.type, 32);
 * ```
 */
export function ruleMessage(
  spec: RuleSpec,
  verb: "add" | "delete" = "add",
): Message {
  const family = ruleFamily(spec);
  const { from, to, table, tos = 0, not } = spec;
  const source = from === undefined ? undefined : destination(from, family);
  const target = to === undefined ? undefined : destination(to, family);
  const action = ruleActions.number(
    spec.action ?? (spec.goto !== undefined ? "goto" : "lookup"),
  );
  const isLookup = action === 1;
  const at = spec.l3mdev ? 0 : table ?? (isLookup && verb === "add" ? 254 : 0);
  const head = new Uint8Array(12);
  head.set([
    familyNumber(family),
    target?.prefixLength ?? 0,
    source?.prefixLength ?? 0,
    tos,
    at < 256 ? at : 0,
    0,
    0,
    // To delete a rule what is not said is not compared.
    verb === "delete" && spec.action === undefined && spec.goto === undefined &&
      table === undefined
      ? 0
      : action,
  ]);
  new DataView(head.buffer).setUint32(8, not ? FIB_RULE_INVERT : 0, true);
  const message = request(RTM_NEWRULE, RTM_DELRULE, verb, {
    op: `${verb} rule`,
    target: spec.priority === undefined
      ? "at a free place"
      : `${spec.priority}`,
  });
  message.struct(head);
  if (source !== undefined && source.prefixLength > 0) {
    message.octets(2, source.network.toBytes());
  }
  if (target !== undefined && target.prefixLength > 0) {
    message.octets(1, target.network.toBytes());
  }
  const u32 = (attribute: number, value: number | undefined) => {
    if (value !== undefined) message.u32(attribute, value);
  };
  u32(6, spec.priority);
  if (at > 0) message.u32(15, at);
  u32(4, spec.goto);
  if (spec.inInterface !== undefined) message.text(3, spec.inInterface);
  if (spec.outInterface !== undefined) message.text(17, spec.outInterface);
  u32(10, spec.mark);
  u32(16, spec.markMask);
  u32(14, spec.suppressPrefixLength);
  u32(13, spec.suppressGroup);
  if (spec.ipProtocol !== undefined) message.u8(22, spec.ipProtocol);
  range16(message, 23, spec.srcPort);
  range16(message, 24, spec.dstPort);
  if (spec.users !== undefined) {
    message.octets(20, new Uint8Array(new Uint32Array(spec.users).buffer));
  }
  if (spec.tunnelId !== undefined) {
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigUint64(0, BigInt(spec.tunnelId), false);
    message.octets(12, value);
  }
  if (spec.l3mdev) message.u8(19, 1);
  if (spec.protocol !== undefined) {
    message.u8(21, routeProtocols.number(spec.protocol));
  }
  return message;
}

function range16(
  message: Message,
  attribute: number,
  ports: number | readonly [number, number] | undefined,
): void {
  if (ports === undefined) return;
  const both = typeof ports === "number" ? [ports, ports] : ports;
  message.octets(attribute, new Uint8Array(new Uint16Array(both).buffer));
}
