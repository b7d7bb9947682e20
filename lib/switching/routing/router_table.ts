/**
 * What a router forwards by, and the way of a packet through many of them.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import type { Address } from "../../ip/address.ts";
import type { Subnet } from "../../ip/subnet.ts";
import { RouteTable } from "../../ip/table/table.ts";

/** A neighbour that packets are given to. */
export interface NextHop {
  /** The neighbour. */
  readonly router: string;
  /** The link to it. */
  readonly link: string;
}

/** One line of a router's table. */
export interface RouterRoute {
  /** For which addresses. */
  readonly subnet: Subnet;
  /** What the way costs, in the protocol's terms. */
  readonly metric: number;
  /** Whether the network is the router's own. */
  readonly isConnected: boolean;
  /** Where packets go: several if their ways cost the same, none if it is connected. */
  readonly nextHops: readonly NextHop[];
}

/**
 * The forwarding table of one router: it finds the route with the longest
 * prefix that contains an address.
 *
 * @see RFC 1812 §5.2.4.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.linkState({ routers: ["a", "b"], links: ["a-b"] });
 * sim.run();
 * const table: net.switching.RouterTable = sim.table("a");
 * assert.deepEqual(table.lookup("10.0.2.7")?.nextHops, [{ router: "b", link: "a-b" }]);
 * ```
 */
export class RouterTable implements Iterable<RouterRoute> {
  /** The router. */
  readonly router: string;
  /** Its routes, by network. */
  readonly routes: readonly RouterRoute[];
  #table: RouteTable<RouterRoute> | undefined;

  /**
   * Takes the routes, and puts them in order.
   *
   * @param router The router.
   * @param routes Its routes in any order.
   */
  constructor(router: string, routes: Iterable<RouterRoute>) {
    this.router = router;
    this.routes = [...routes].sort((a, b) => a.subnet.compare(b.subnet));
  }

  /**
   * Finds the route for an address.
   *
   * @param destination The address.
   * @returns The route with the longest prefix; `undefined` if none contains it.
   * @throws {ParseError} If the text is no address.
   */
  lookup(destination: string | Address): RouterRoute | undefined {
    this.#table ??= new RouteTable(
      this.routes.map((route) => [route.subnet, route]),
    );
    return this.#table.lookup(destination)?.value;
  }

  /** Walks the routes. */
  [Symbol.iterator](): Iterator<RouterRoute> {
    return this.routes[Symbol.iterator]();
  }

  /** Stands in JSON as plain data. */
  toJSON(): { router: string; routes: readonly RouterRoute[] } {
    return { router: this.router, routes: this.routes };
  }

  /** Shows at the prompt as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const columns: Column[] = [
      { key: "network", role: "accent" },
      { key: "metric", role: "number" },
      { key: "via", role: "name" },
      { key: "link" },
    ];
    const rows = this.routes.map((
      { subnet, metric, isConnected, nextHops },
    ) => ({
      network: `${subnet}`,
      metric,
      via: isConnected
        ? "connected"
        : nextHops.map(({ router }) => router).join(", "),
      link: nextHops.map(({ link }) => link).join(", "),
    }));
    return table(rows, {
      columns,
      title: `routes of ${this.router}`,
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

/** How a packet's way ended. */
export type TraceOutcome = "delivered" | "no route" | "loop" | "link down";

/** One router on a packet's way. */
export interface TraceHop {
  /** The router. */
  readonly router: string;
  /** The network of the route that it took; `undefined` if it has none. */
  readonly subnet: Subnet | undefined;
  /** Where it sent the packet; `undefined` at the end. */
  readonly next: NextHop | undefined;
  /** How many other next hops would have cost the same. */
  readonly others: number;
}

const OUTCOME_ROLES: Readonly<Record<TraceOutcome, Role>> = {
  delivered: "good",
  "no route": "bad",
  loop: "bad",
  "link down": "bad",
};

/**
 * The way of a packet from router to router, as their tables are now: it
 * arrives, goes round in a loop, or is lost in a black hole (`"no route"`, or a
 * `"link down"` that the router has not noticed).
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.distanceVector({ routers: ["a", "b", "c"], links: ["a-b", "b-c"] });
 * sim.run();
 * const trace: net.switching.RouteTrace = sim.trace("a", "c");
 * assert.equal(trace.outcome, "delivered");
 * assert.equal(`${trace}`, "a > b > c: delivered");
 * ```
 */
export class RouteTrace {
  /** Where it is for. */
  readonly destination: Address;
  /** The routers that it came to, in order. */
  readonly hops: readonly TraceHop[];
  /** How it ended. */
  readonly outcome: TraceOutcome;

  /**
   * Takes the way; the simulations' `trace()` does so.
   *
   * @param destination Where it is for.
   * @param hops The routers that it came to.
   * @param outcome How it ended.
   */
  constructor(
    destination: Address,
    hops: readonly TraceHop[],
    outcome: TraceOutcome,
  ) {
    this.destination = destination;
    this.hops = hops;
    this.outcome = outcome;
  }

  /** Says it in one line. */
  toString(): string {
    const { hops, outcome } = this;
    return `${hops.map(({ router }) => router).join(" > ")}: ${outcome}`;
  }

  /** Stands in JSON as plain data. */
  toJSON(): Record<string, unknown> {
    const { destination, hops, outcome } = this;
    return { destination, outcome, hops };
  }

  /** Shows at the prompt as a table of hops, and how it ended. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const rows = this.hops.map(({ router, subnet, next, others }, i) => ({
      hop: i + 1,
      router,
      route: subnet === undefined ? "none" : `${subnet}`,
      to: next === undefined
        ? ""
        : `${next.router} over ${next.link}${
          others === 0 ? "" : ` (or ${others} more)`
        }`,
    }));
    const columns: Column[] = [
      { key: "hop", role: "number" },
      { key: "router", role: "name" },
      { key: "route", role: "accent" },
      { key: "to" },
    ];
    const title = `to ${this.destination}`;
    const end = paint(OUTCOME_ROLES[this.outcome], this.outcome, page);
    return `${table(rows, { columns, title, canvas: page })}\n${end}`;
  }
}
