/**
 * Routes and rules in a few words.
 *
 * @module
 */

import { tables } from "./names.ts";
import type { Route } from "./route.ts";
import type { Rule } from "./rule.ts";

/**
 * Gives a route's ways in a few words.
 *
 * @param route The route.
 * @returns `"via 192.0.2.1 dev eth0"`; several are joined by `" | "`.
 */
export function waysOf(
  route: Pick<Route, "via" | "device" | "nextHops">,
): string {
  const ways = route.nextHops ?? [{ ...route, weight: 1 }];
  return ways.map(({ via, device, weight }) =>
    [
      ...via ? [`via ${via}`] : [],
      ...device ? [`dev ${device}`] : [],
      ...weight > 1 ? [`weight ${weight}`] : [],
    ].join(" ")
  ).join(" | ");
}

/**
 * Says what a rule selects beside source and destination.
 *
 * @param rule The rule.
 * @returns Words as `ip rule` has them; empty if it selects nothing more.
 */
export function selectorWords(rule: Rule): string {
  const span = (name: string, both: readonly [number, number] | undefined) =>
    both === undefined
      ? []
      : [`${name} ${both[0] === both[1] ? both[0] : both.join("-")}`];
  const hex = (n: number) => `0x${n.toString(16)}`;
  return [
    ...rule.tos === undefined ? [] : [`tos ${hex(rule.tos)}`],
    ...rule.mark === undefined ? [] : [
      `fwmark ${hex(rule.mark)}${
        rule.markMask === undefined ? "" : `/${hex(rule.markMask)}`
      }`,
    ],
    ...rule.inInterface === undefined ? [] : [`iif ${rule.inInterface}`],
    ...rule.outInterface === undefined ? [] : [`oif ${rule.outInterface}`],
    ...span("uidrange", rule.users && [rule.users[0], rule.users[1]]),
    ...rule.ipProtocol === undefined ? [] : [`ipproto ${rule.ipProtocol}`],
    ...span("sport", rule.srcPort),
    ...span("dport", rule.dstPort),
    ...rule.tunnelId === undefined ? [] : [`tun_id ${rule.tunnelId}`],
    ...rule.l3mdev ? ["l3mdev"] : [],
  ].join(" ");
}

/**
 * Says what a rule does.
 *
 * @param rule The rule.
 * @returns Words as `ip rule` has them: `"lookup main"`, `"unreachable"`.
 */
export function actionWords(rule: Rule): string {
  const { action, table, goto, l3mdev } = rule;
  const { suppressPrefixLength, suppressGroup } = rule;
  const what = action === "lookup"
    ? (l3mdev ? "lookup [l3mdev-table]" : `lookup ${tables.name(table ?? 0)}`)
    : action === "goto"
    ? `goto ${goto}`
    : action;
  return [
    what,
    ...suppressPrefixLength === undefined
      ? []
      : [`suppress_prefixlength ${suppressPrefixLength}`],
    ...suppressGroup === undefined ? [] : [`suppress_ifgroup ${suppressGroup}`],
  ].join(" ");
}
