/**
 * Why a packet goes where it goes: rules in turn, in each table the longest
 * prefix, among equals the lowest metric.
 *
 * @see ip-rule(8), RFC 1812 §5.2.4.3
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { Route } from "./route.ts";
import type { Rule } from "./rule.ts";
import { tables } from "./names.ts";

/** The packet whose way is asked for. */
export interface Packet {
  /** Where it goes. */
  readonly to: Address;
  /** Where it comes from, if that is given. */
  readonly from?: Address | undefined;
  /** Its mark. @default {0} */
  readonly mark?: number | undefined;
  /** The interface that its socket is bound to. */
  readonly outInterface?: string | undefined;
  /** Its type of service. @default {0} */
  readonly tos?: number | undefined;
  /** The user who owns its socket. */
  readonly user?: number | undefined;
  /** Its protocol's number. */
  readonly ipProtocol?: number | undefined;
  /** Its source port. */
  readonly srcPort?: number | undefined;
  /** Its destination port. */
  readonly dstPort?: number | undefined;
}

/** What one rule came to. */
export interface RuleStep {
  /** The rule. */
  readonly rule: Rule;
  /** `"skipped"` if it does not fit, `"passed"` if nothing in its table does, `"decided"`. */
  readonly outcome: "skipped" | "passed" | "decided";
  /** Why, in a few words. */
  readonly reason: string;
}

/** A route that contains the destination too, and was not taken. */
export interface Loser {
  /** The route. */
  readonly route: Route;
  /** Why not, in a few words. */
  readonly reason: string;
}

/** What rules and routes come to. */
export interface Decision {
  /** What each rule came to, up to the one that decided. */
  readonly steps: readonly RuleStep[];
  /** The rule that decided, if one did. */
  readonly rule: Rule | undefined;
  /** The route that decided, if it was a route. */
  readonly route: Route | undefined;
  /** The others of that table that contain the destination, the nearest first. */
  readonly losers: readonly Loser[];
}

/** What the kernel answers, and what rules and routes say. */
export interface RouteAnswer {
  /** What the kernel made of it; none if there is no way. */
  readonly answer: Route | undefined;
  /** What the kernel said in place of an answer. */
  readonly refusal: string | undefined;
  /** How it comes about. */
  readonly decision: Decision;
}

/**
 * Goes through the rules and their tables as the kernel does.
 *
 * @param packet The packet.
 * @param rules All rules, by priority.
 * @param routes All routes of all tables.
 * @returns What decided, and why nothing else did.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rule = { family: 4, priority: 32766, action: "lookup", table: 254, flags: [] } as const;
 * const route = (to: string, device: string) => ({
 *   family: 4, to: net.ip.subnet(to), type: "unicast", table: 254, protocol: "static",
 *   scope: "link", metric: 0, device, flags: [],
 * }) as const;
 * const decision = net.linux.decide({ to: net.ip.parse("10.1.2.3") }, [rule], [
 *   route("10.0.0.0/8", "eth0"),
 *   route("10.1.0.0/16", "eth1"),
 * ]);
 * assert.equal(decision.route?.device, "eth1");
 * assert.equal(decision.losers[0]?.reason, "its prefix is shorter: /8, not /16");
 * ```
 */
export function decide(
  packet: Packet,
  rules: readonly Rule[],
  routes: readonly Route[],
): Decision {
  const steps: RuleStep[] = [];
  const { family } = packet.to;
  const own = rules.filter((rule) => rule.family === family);
  const inTable = Map.groupBy(
    routes.filter((route) => route.family === family),
    ({ table }) => table,
  );
  let from = -1;
  for (const rule of own) {
    if (rule.priority < from) continue;
    const misfit = whyNot(rule, packet);
    if ((misfit === undefined) === (rule.not ?? false)) {
      const reason = misfit ?? "it fits, and the rule says not";
      steps.push({ rule, outcome: "skipped", reason });
      continue;
    }
    const { action } = rule;
    if (action === "nop") {
      steps.push({ rule, outcome: "passed", reason: "it does nothing" });
    } else if (action === "goto") {
      const there = own.some(({ priority }) => priority === rule.goto);
      steps.push({
        rule,
        outcome: "passed",
        reason: there ? `on at ${rule.goto}` : `there is no ${rule.goto}`,
      });
      if (there) from = rule.goto!;
    } else if (action !== "lookup") {
      steps.push({ rule, outcome: "decided", reason: action });
      return { steps, rule, route: undefined, losers: [] };
    } else {
      const table = rule.table ?? 0;
      const candidates = inTable.get(table) ?? [];
      const { route, losers, reason } = lookUp(packet, rule, candidates);
      if (route !== undefined) {
        steps.push({ rule, outcome: "decided", reason });
        return { steps, rule, route, losers };
      }
      steps.push({ rule, outcome: "passed", reason });
    }
  }
  return { steps, rule: undefined, route: undefined, losers: [] };
}

/** Why a rule does not fit a packet of this machine's own; `undefined` if it does. */
function whyNot(rule: Rule, packet: Packet): string | undefined {
  const { to, from, mark = 0, outInterface, tos = 0, user = 0 } = packet;
  if (rule.from !== undefined && rule.from.prefixLength > 0) {
    if (from === undefined) {
      return `no source address is set yet, let alone one of ${rule.from}`;
    }
    if (!rule.from.contains(from)) return `${from} is not in ${rule.from}`;
  }
  if (rule.to !== undefined && !rule.to.contains(to)) {
    return `${to} is not in ${rule.to}`;
  }
  if (rule.inInterface !== undefined && rule.inInterface !== "lo") {
    return `it is this machine's own, not from ${rule.inInterface}`;
  }
  if (rule.outInterface !== undefined && rule.outInterface !== outInterface) {
    return `it is not bound to ${rule.outInterface}`;
  }
  if (rule.tos !== undefined && rule.tos !== tos) {
    return `its type of service is not ${rule.tos}`;
  }
  const mask = rule.markMask ?? 0xffffffff;
  const wanted = rule.mark ?? 0;
  if (
    (rule.mark !== undefined || rule.markMask !== undefined) &&
    ((mark & mask) >>> 0) !== ((wanted & mask) >>> 0)
  ) {
    return `its mark is 0x${mark.toString(16)}`;
  }
  if (rule.users && !(user >= rule.users[0] && user <= rule.users[1])) {
    return `its user is ${user}`;
  }
  if (
    rule.ipProtocol !== undefined && rule.ipProtocol !== packet.ipProtocol
  ) {
    return `its protocol is not ${rule.ipProtocol}`;
  }
  for (const side of ["srcPort", "dstPort"] as const) {
    const ports = rule[side];
    const port = packet[side];
    if (ports === undefined) continue;
    if (port === undefined || port < ports[0] || port > ports[1]) {
      const name = side === "srcPort" ? "source" : "destination";
      return `its ${name} port is ${port ?? "not given"}`;
    }
  }
  if (rule.tunnelId !== undefined) return "it is not out of a tunnel";
  if (rule.l3mdev) return "it is in no VRF";
  return undefined;
}

function lookUp(
  packet: Packet,
  rule: Rule,
  routes: readonly Route[],
): { route: Route | undefined; losers: Loser[]; reason: string } {
  const { to, outInterface, tos = 0, from } = packet;
  const name = tables.name(rule.table ?? 0);
  const losers: Loser[] = [];
  const fit = routes.filter((route) => route.to.contains(to)).filter(
    (route) => {
      const reason = unfit(route, outInterface, tos, from);
      if (reason !== undefined) losers.push({ route, reason });
      return reason === undefined;
    },
  ).sort(better);
  const [best, ...others] = fit;
  if (best === undefined) {
    const reason = losers.length === 0
      ? `no route in ${name} contains it`
      : `no route in ${name} fits: ${losers[0]!.reason}`;
    return { route: undefined, losers, reason };
  }
  if (best.type === "throw") {
    return {
      route: undefined,
      losers,
      reason: `${best.to} in ${name} throws it on`,
    };
  }
  const { suppressPrefixLength: most } = rule;
  if (most !== undefined && best.to.prefixLength <= most) {
    return {
      route: undefined,
      losers,
      reason: `${best.to} in ${name} is suppressed: no longer than /${most}`,
    };
  }
  losers.unshift(...others.map((route) => ({
    route,
    reason: worse(route, best),
  })));
  return {
    route: best,
    losers,
    reason: others.length === 0
      ? `${best.to} in ${name} is the only one that contains it`
      : `${best.to} in ${name} is the best of ${fit.length} that contain it`,
  };
}

/** Why a route that contains the destination does not count. */
function unfit(
  route: Route,
  outInterface: string | undefined,
  tos: number,
  from: Address | undefined,
): string | undefined {
  if (route.tos !== undefined && route.tos !== tos) {
    return `it is for type of service ${route.tos}`;
  }
  if (route.flags.includes("dead")) return "its link is down";
  if (route.from !== undefined && route.from.prefixLength > 0) {
    if (from === undefined || !route.from.contains(from)) {
      return `it is for packets from ${route.from}`;
    }
  }
  const devices = route.nextHops?.map(({ device }) => device) ?? [route.device];
  if (
    outInterface !== undefined && !devices.includes(outInterface) &&
    route.device !== undefined
  ) {
    return `it does not go out of ${outInterface}`;
  }
  return undefined;
}

const PREFERENCE = { low: 1, medium: 2, high: 3 };

function better(a: Route, b: Route): number {
  return b.to.prefixLength - a.to.prefixLength ||
    // A source prefix of IPv6 counts next, then in IPv4 the type of service.
    (b.from?.prefixLength ?? 0) - (a.from?.prefixLength ?? 0) ||
    (b.tos ?? 0) - (a.tos ?? 0) ||
    a.metric - b.metric ||
    PREFERENCE[b.preference ?? "medium"] - PREFERENCE[a.preference ?? "medium"];
}

function worse(route: Route, best: Route): string {
  const { prefixLength } = route.to;
  if (prefixLength < best.to.prefixLength) {
    return `its prefix is shorter: /${prefixLength}, not /${best.to.prefixLength}`;
  }
  if ((route.tos ?? 0) !== (best.tos ?? 0)) {
    return `it is for any type of service, the other for ${best.tos}`;
  }
  if (route.metric > best.metric) {
    return `its metric is higher: ${route.metric}, not ${best.metric}`;
  }
  return "it comes after one alike";
}
