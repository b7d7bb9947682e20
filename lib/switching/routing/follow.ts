/**
 * A packet, followed from router to router.
 *
 * @module
 */

import { type Address, address } from "../../ip/address.ts";
import {
  type RouterTable,
  RouteTrace,
  type TraceHop,
  type TraceOutcome,
} from "./router_table.ts";

/**
 * Follows a packet from router to router.
 *
 * @param from The first router.
 * @param destination Where it is for.
 * @param tableOf Gives a router's table.
 * @param isUp Tells whether a link carries anything.
 * @returns Its way.
 *
 * @example
 * ```ts
 * import { follow } from "./follow.ts";
 * import { RouterTable } from "./router_table.ts";
 * import assert from "node:assert/strict";
 *
 * const empty = (name: string) => new RouterTable(name, []);
 * assert.equal(follow("a", "10.0.0.1", empty, () => true).outcome, "no route");
 * ```
 */
export function follow(
  from: string,
  destination: string | Address,
  tableOf: (router: string) => RouterTable,
  isUp: (link: string) => boolean,
): RouteTrace {
  const to = address(destination);
  const hops: TraceHop[] = [];
  const seen = new Set<string>();
  const end = (outcome: TraceOutcome) => new RouteTrace(to, hops, outcome);
  for (let router = from;;) {
    const route = tableOf(router).lookup(to);
    const next = route?.nextHops[0];
    const others = Math.max(0, (route?.nextHops.length ?? 0) - 1);
    hops.push({ router, subnet: route?.subnet, next, others });
    if (route === undefined) return end("no route");
    if (route.isConnected || next === undefined) return end("delivered");
    if (seen.has(router)) return end("loop");
    seen.add(router);
    if (!isUp(next.link)) return end("link down");
    router = next.router;
  }
}
