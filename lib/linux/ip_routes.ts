/**
 * Routes, rules, neighbours and queueing disciplines as `ip -j` and `tc -j`
 * show them.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { type Address, address } from "../ip/address.ts";
import { tryMac } from "../ip/mac/mac.ts";
import { type Subnet, subnet } from "../ip/subnet.ts";
import type { IpJson, IpObject } from "./ip_json.ts";
import {
  neighbourStates,
  routeProtocols,
  routeTypes,
  ruleActions,
  scopes,
} from "./names.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Qdisc } from "./qdisc.ts";
import type { NextHop, Route } from "./route.ts";
import { decide, type Packet, type RouteAnswer } from "./route_decision.ts";
import { destination } from "./route_messages.ts";
import type { RouteOptions } from "./read_options.ts";
import type { Rule } from "./rule.ts";
import type { RouteMetrics } from "./specs.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

async function indexesOf(ip: IpJson): Promise<Map<unknown, number>> {
  const links = await ip.show("link", "show");
  return new Map(links.map(({ ifname, ifindex }) => [ifname, Number(ifindex)]));
}

/**
 * Reads the routes.
 *
 * @param ip The program.
 * @param options Which ones.
 * @returns The routes, IPv4 first.
 */
export async function routesFromIp(
  ip: IpJson,
  options: RouteOptions = {},
): Promise<Route[]> {
  const { table = 254, family } = options;
  const indexes = await indexesOf(ip);
  const found: Route[] = [];
  for (const each of family === undefined ? [4, 6] as const : [family]) {
    const words = [`-${each}`, "-N", "route", "show", "table", String(table)];
    const objects = await ip.show(...words).catch((error) => {
      // This is how it says that a table was never used.
      if (table !== "all" && /does not exist/.test(String(error))) return [];
      throw error;
    });
    const inTable = table === "all" ? 254 : table;
    found.push(
      ...objects.map((object) => routeFromIp(object, each, indexes, inTable)),
    );
  }
  return found;
}

/** Keys of metrics that are not called as ours are. */
const METRIC_KEYS = new Map([
  ["rto_min", "rtoMin"],
  ["congestion", "congestionControl"],
]);

/**
 * Makes a route of what `ip` shows.
 *
 * @param object An object of `ip -j -d -N route`.
 * @param family 4 or 6.
 * @param indexes The interfaces' indexes by name.
 * @param table The table where it does not say.
 * @returns The route.
 */
export function routeFromIp(
  object: IpObject,
  family: 4 | 6,
  indexes: ReadonlyMap<unknown, number>,
  table: number,
): Route {
  const number = (key: string) =>
    object[key] === undefined ? undefined : Number(object[key]);
  const route: Draft<Route> = {
    family,
    to: destination(String(object["dst"]), family),
    type: routeTypes.name(number("type") ?? 1),
    table: number("table") ?? table,
    protocol: routeProtocols.name(number("protocol") ?? 0),
    scope: scopes.name(number("scope") ?? 0),
    metric: number("metric") ?? 0,
    flags: (object["flags"] ?? []) as string[],
    ...hopOf(object, indexes),
  };
  const set = <K extends keyof Route>(key: K, value: Route[K]) => {
    if (value !== undefined) route[key] = value;
  };
  const { prefsrc, from, flow, expires, nhid, pref, encap, nexthops } = object;
  if (object["tos"] !== undefined) set("tos", number("tos"));
  if (prefsrc !== undefined) set("source", address(String(prefsrc)));
  if (from !== undefined) set("from", destination(String(from), family));
  if (expires !== undefined) set("expiresSeconds", Number(expires));
  if (nhid !== undefined) set("nextHopId", Number(nhid));
  if (encap !== undefined) set("encapsulation", String(encap));
  set("preference", pref as Route["preference"]);
  if (flow !== undefined) {
    const { from = 0, to = 0 } = flow as { from?: string; to?: string };
    set("realms", { from: Number(from), to: Number(to) });
  }
  if (object["metrics"] !== undefined) {
    set("metrics", metricsOf(object["metrics"] as IpObject[]));
  }
  if (nexthops !== undefined) {
    set(
      "nextHops",
      (nexthops as IpObject[]).map((hop): NextHop => ({
        ...hopOf(hop, indexes),
        weight: Number(hop["weight"] ?? 1),
        flags: (hop["flags"] ?? []) as string[],
      })),
    );
  }
  return route;
}

function hopOf(
  object: IpObject,
  indexes: ReadonlyMap<unknown, number>,
): { via?: Address; device?: string; index?: number } {
  const { gateway, via, dev } = object;
  const other = via as { host: string } | undefined;
  const router = gateway ?? other?.host;
  const index = indexes.get(dev);
  return {
    ...router !== undefined && { via: address(String(router)) },
    ...dev !== undefined && { device: String(dev) },
    ...index !== undefined && { index },
  };
}

function metricsOf(objects: readonly IpObject[]): RouteMetrics {
  const found: Record<string, unknown> = {};
  for (const [key, value] of objects.flatMap((each) => Object.entries(each))) {
    // ECN is the one feature that has a name.
    if (key === "ecn") found["features"] = 1;
    else found[METRIC_KEYS.get(key) ?? key] = value;
  }
  return found;
}

/**
 * Reads the rules.
 *
 * @param ip The program.
 * @returns The rules, IPv4 first.
 */
export async function rulesFromIp(ip: IpJson): Promise<Rule[]> {
  const v4 = await ip.show("-4", "-N", "rule", "show");
  const v6 = await ip.show("-6", "-N", "rule", "show");
  return [
    ...v4.map((object) => ruleFromIp(object, 4)),
    ...v6.map((object) => ruleFromIp(object, 6)),
  ];
}

/**
 * Makes a rule of what `ip` shows.
 *
 * @param object An object of `ip -j -d -N rule`.
 * @param family 4 or 6.
 * @returns The rule.
 */
export function ruleFromIp(object: IpObject, family: 4 | 6): Rule {
  const has = (key: string) => object[key] !== undefined;
  const number = (key: string) => has(key) ? Number(object[key]) : undefined;
  const prefix = (name: string, length: string): Subnet | undefined => {
    if (!has(name) || object[name] === "all") return undefined;
    const network = address(String(object[name]));
    return subnet(network, number(length) ?? network.bits);
  };
  const ports = (name: string): [number, number] | undefined =>
    has(name)
      ? [number(name)!, number(name)!]
      : has(`${name}_start`)
      ? [number(`${name}_start`)!, number(`${name}_end`)!]
      : undefined;
  const action = has("action")
    ? ruleActions.name(number("action")!)
    : has("goto")
    ? "goto"
    : has("nop")
    ? "nop"
    : "lookup";
  const flags = [
    ...has("unresolved") ? ["unresolved"] : [],
    ...has("iif_detached") ? ["iifDetached"] : [],
    ...has("oif_detached") ? ["oifDetached"] : [],
  ];
  const mask = number("fwmask");
  const fields = {
    not: has("not") ? true : undefined,
    from: prefix("src", "srclen"),
    to: prefix("dst", "dstlen"),
    tos: number("tos"),
    inInterface: object["iif"],
    outInterface: object["oif"],
    mark: number("fwmark"),
    markMask: mask === 0xffffffff ? undefined : mask,
    // With -N it reads "ipproto-6".
    ipProtocol: has("ipproto")
      ? Number(String(object["ipproto"]).replace("ipproto-", ""))
      : undefined,
    srcPort: ports("sport"),
    dstPort: ports("dport"),
    users: has("uid_start")
      ? [number("uid_start")!, number("uid_end")!]
      : undefined,
    tunnelId: has("tun_id") ? BigInt(number("tun_id")!) : undefined,
    l3mdev: has("l3mdev") ? true : undefined,
    table: number("table"),
    goto: number("goto"),
    suppressPrefixLength: number("suppress_prefixlen"),
    suppressGroup: number("suppress_ifgroup"),
    protocol: has("protocol")
      ? routeProtocols.name(number("protocol")!)
      : undefined,
  };
  return {
    family,
    priority: number("priority") ?? 0,
    action,
    flags,
    ...Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== undefined),
    ),
  };
}

/**
 * Reads the neighbours.
 *
 * @param ip The program.
 * @returns The neighbours, IPv4 first.
 */
export async function neighboursFromIp(ip: IpJson): Promise<Neighbour[]> {
  const indexes = await indexesOf(ip);
  return [
    ...await ip.show("-N", "-s", "neigh", "show"),
    ...await ip.show("-N", "-s", "neigh", "show", "proxy"),
  ].map((object) => neighbourFromIp(object, indexes))
    .sort((a, b) => a.family - b.family || a.index - b.index);
}

/**
 * Makes a neighbour of what `ip` shows.
 *
 * @param object An object of `ip -j -d -s neigh`.
 * @param indexes The interfaces' indexes by name.
 * @returns The neighbour.
 */
export function neighbourFromIp(
  object: IpObject,
  indexes: ReadonlyMap<unknown, number>,
): Neighbour {
  const to = address(String(object["dst"]));
  const [state = "none"] = (object["state"] ?? []) as string[];
  const mac = tryMac(String(object["lladdr"] ?? ""));
  const number = (name: string, key: string) =>
    object[key] !== undefined && { [name]: Number(object[key]) };
  const flag = (name: string, key: string) =>
    object[key] !== undefined && { [name]: true };
  const { protocol } = object;
  return {
    family: to.family,
    address: to,
    device: String(object["dev"]),
    index: indexes.get(object["dev"]) ?? 0,
    ...mac && { mac },
    state: neighbourStates.name(neighbourStates.number(state.toLowerCase())),
    ...flag("proxy", "proxy"),
    ...flag("router", "router"),
    ...flag("externLearn", "extern_learn"),
    ...flag("managed", "managed"),
    ...protocol !== undefined &&
      { protocol: routeProtocols.name(Number(protocol)) },
    ...number("usedSeconds", "used"),
    ...number("confirmedSeconds", "confirmed"),
    ...number("updatedSeconds", "updated"),
    ...number("references", "refcnt"),
    ...number("probes", "probes"),
  };
}

/**
 * Reads the queueing disciplines, without their options, which tc shows in
 * words of its own.
 *
 * @param ip The program.
 * @returns The queueing disciplines.
 */
export async function qdiscsFromTc(ip: IpJson): Promise<Qdisc[]> {
  const indexes = await indexesOf(ip);
  const objects = await ip.showTc("-s", "qdisc", "show");
  return objects.map((object): Qdisc => {
    const number = (key: string) => Number(object[key] ?? 0);
    const parent = String(object["parent"] ?? "root");
    const { refcnt } = object;
    return {
      device: String(object["dev"]),
      index: indexes.get(object["dev"]) ?? 0,
      kind: String(object["kind"]),
      handle: String(object["handle"]),
      parent: parent === "ffff:fff1" ? "ingress" : parent,
      ...refcnt !== undefined && { references: Number(refcnt) },
      statistics: {
        bytes: number("bytes"),
        packets: number("packets"),
        drops: number("drops"),
        overlimits: number("overlimits"),
        requeues: number("requeues"),
        backlog: number("backlog"),
        queueLength: number("qlen"),
      },
    };
  });
}

/**
 * Asks `ip` for the way, and goes through rules and routes.
 *
 * @param ip The program.
 * @param packet The packet.
 * @returns Both.
 * @throws {NetError} If it cannot be asked.
 */
export async function lookUpWithIp(
  ip: IpJson,
  packet: Packet,
): Promise<RouteAnswer> {
  const { to, from, mark, outInterface, tos } = packet;
  const { family } = to;
  const words = [
    `-${family}`,
    "-N",
    "route",
    "get",
    String(to),
    ...from ? ["from", String(from)] : [],
    ...mark !== undefined ? ["mark", String(mark)] : [],
    ...outInterface !== undefined ? ["oif", outInterface] : [],
    ...tos !== undefined ? ["tos", `0x${tos.toString(16)}`] : [],
  ];
  const indexes = await indexesOf(ip);
  const rules = await rulesFromIp(ip);
  const routes = await routesFromIp(ip, { table: "all", family });
  const decision = decide(packet, rules, routes);
  try {
    const [object] = await ip.show(...words);
    const table = decision.route?.table ?? 254;
    // It says main whatever the table; the rules know better.
    const answer = object &&
      { ...routeFromIp(object, family, indexes, table), table };
    return { answer, refusal: undefined, decision };
  } catch (error) {
    const said = error instanceof NetError &&
      /RTNETLINK answers: (.*?)(?:\. Try|$)/.exec(error.message);
    if (!said) throw error;
    return { answer: undefined, refusal: said[1], decision };
  }
}
