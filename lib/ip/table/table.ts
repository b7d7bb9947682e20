/**
 * A table of routes: which of many subnets is the smallest around an address.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { table as draw } from "../../inspect/table.ts";
import { count } from "../../inspect/units.ts";
import { type Address, address, type Family } from "../address.ts";
import { CompiledTable } from "./compiled.ts";
import { Explanation, type Route } from "./route.ts";
import { Subnet, subnet } from "../subnet.ts";
import { Trie } from "./trie.ts";

/** How many routes are shown at the prompt. */
const SHOWN = 20;

/**
 * Values by subnet, of both families, to be found by the longest prefix that
 * contains an address, as a router finds its next hop.
 *
 * Routes may come and go at any time, at about the price of a lookup; there may
 * be millions. Zones do not count: an address is found by its number.
 *
 * A walk sees the table as it is at each step: a route that was inserted ahead
 * of it comes, one that was deleted does not, and none comes twice, as with a
 * `Map`. So it is safe to delete while walking.
 *
 * @see RFC 1812 §5.2.4.3 (longest match), RFC 4632 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const routes: net.ip.RouteTable<string> = net.ip.table();
 * routes.insert("0.0.0.0/0", "uplink").insert("10.0.0.0/8", "lan");
 * assert.equal(routes.lookup("10.1.2.3")?.value, "lan");
 * assert.equal(`${routes.lookup("8.8.8.8")?.subnet}`, "0.0.0.0/0");
 * assert.equal(routes.lookup("::1"), undefined);
 * ```
 */
export class RouteTable<T> implements Iterable<Route<T>> {
  readonly #trie = new Trie();
  /** By the routes' numbers, which are used again after a route has gone. */
  #values: (T | undefined)[] = [];

  /**
   * Makes a table, as {@linkcode table} does.
   *
   * @param routes Pairs of a subnet, or its text, and a value; of two with one
   * subnet the later counts. @default {none}
   * @throws {ParseError} If the text of a subnet is none.
   * @throws {TypeError} If `routes` is no iterable of pairs.
   */
  constructor(routes: Iterable<readonly [string | Subnet, T]> = []) {
    if (typeof routes?.[Symbol.iterator] !== "function") {
      badRoutes("an iterable of [subnet, value] pairs", routes);
    }
    for (const pair of routes) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        badRoutes("made of [subnet, value] pairs", pair);
      }
      this.insert(pair[0], pair[1]);
    }
  }

  /** How many routes there are. */
  get size(): number {
    return this.#trie.size;
  }

  /** Octets that the table takes, with room for more; the values are not counted. */
  get byteLength(): number {
    return this.#trie.byteLength + 8 * this.#values.length;
  }

  /**
   * Sets the value for a subnet, in place of the one that it may have.
   *
   * @param network The subnet or its text; a host kept with it is not.
   * @param value Any value; `undefined` is one too.
   * @returns This table.
   * @throws {ParseError} If the text is no subnet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const table = net.ip.table<number>().insert("10.0.0.0/8", 1).insert("10.0.0.0/8", 2);
   * assert.equal(table.get("10.0.0.0/8"), 2);
   * assert.equal(table.size, 1);
   * ```
   */
  insert(network: string | Subnet, value: T): this {
    this.#values[this.#trie.insert(subnet(network))] = value;
    return this;
  }

  /**
   * Takes the route for a subnet out; those around and inside stay.
   *
   * @param network The subnet or its text.
   * @returns Whether there was one.
   * @throws {ParseError} If the text is no subnet.
   */
  delete(network: string | Subnet): boolean {
    const number = this.#trie.delete(subnet(network));
    if (number < 0) return false;
    this.#values[number] = undefined;
    return true;
  }

  /** Takes all routes out. */
  clear(): void {
    this.#trie.clear();
    this.#values = [];
  }

  /**
   * Finds the route with the longest prefix that contains an address.
   *
   * @param destination The address; its zone does not count.
   * @returns The route, or `undefined` if no route contains the address.
   * @throws {ParseError} If the text is no address.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const table = net.ip.table([["2001:db8::/32", "site"], ["2001:db8:1::/48", "lab"]]);
   * assert.equal(table.lookup("2001:db8:1::7")?.value, "lab");
   * assert.equal(table.lookup("2001:db8:2::7")?.value, "site");
   * ```
   */
  lookup(destination: string | Address): Route<T> | undefined {
    const to = address(destination);
    const node = this.#trie.longest(to);
    return node === 0 ? undefined : this.#route(node, to.family);
  }

  /**
   * Gives the value of a subnet's own route; those around it do not count.
   *
   * @param network The subnet or its text.
   * @returns The value, or `undefined` if there is none; where `undefined` may
   * be a value, `has` tells the two apart.
   * @throws {ParseError} If the text is no subnet.
   */
  get(network: string | Subnet): T | undefined {
    const node = this.#trie.find(subnet(network));
    return node === 0 ? undefined : this.#values[this.#trie.routeAt(node)];
  }

  /**
   * Tells whether a subnet has a route of its own.
   *
   * @param network The subnet or its text.
   * @returns Whether it does; routes around it do not count.
   * @throws {ParseError} If the text is no subnet.
   */
  has(network: string | Subnet): boolean {
    return this.#trie.find(subnet(network)) !== 0;
  }

  /**
   * Gives all routes around an address or a subnet, its own among them.
   *
   * @param inner An address, whose zone does not count, or a subnet, or the
   * text of either.
   * @returns The routes, the shortest prefix first; the last is the one that
   * `lookup` finds.
   * @throws {ParseError} If the text is neither.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const table = net.ip.table([["10.1.0.0/16", 2], ["0.0.0.0/0", 0], ["10.0.0.0/8", 1]]);
   * assert.deepEqual(table.covering("10.1.2.3").map(({ value }) => value), [0, 1, 2]);
   * assert.deepEqual(table.covering("10.0.0.0/9").map(({ value }) => value), [0, 1]);
   * ```
   */
  covering(inner: string | Address | Subnet): Route<T>[] {
    const isSubnet = inner instanceof Subnet ||
      typeof inner === "string" && inner.includes("/");
    const { network, prefixLength } = isSubnet
      ? subnet(inner)
      : hostRoute(address(inner));
    return this.#trie.covering(network, prefixLength).map((node) =>
      this.#route(node, network.family)
    );
  }

  /**
   * Gives all routes inside a subnet, its own among them, as an array; for very
   * many there is {@linkcode RouteTable.walk}.
   *
   * @param outer The subnet or its text.
   * @returns The routes by network, a shorter prefix before its parts.
   * @throws {ParseError} If the text is no subnet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const table = net.ip.table([["10.9.0.0/16", 2], ["0.0.0.0/0", 0], ["10.0.0.0/8", 1]]);
   * assert.deepEqual(table.covered("10.0.0.0/8").map(({ value }) => value), [1, 2]);
   * ```
   */
  covered(outer: string | Subnet): Route<T>[] {
    return [...this.walk(outer)];
  }

  /**
   * Goes through the routes in order, IPv4 before IPv6, by network and then by
   * prefix length. The table may change meanwhile; see above what is seen of it.
   *
   * @param within The subnet to stay in. @default {all of both families}
   * @returns The routes, each made as it is reached.
   * @throws {ParseError} If the text is no subnet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const table = net.ip.table([["::/0", 3], ["10.9.0.0/16", 2], ["10.0.0.0/8", 1]]);
   * for (const { subnet, value } of table.walk()) {
   *   if (value === 1) table.delete(subnet);
   * }
   * assert.equal(Array.from(table, ({ subnet }) => subnet).join(" "), "10.9.0.0/16 ::/0");
   * ```
   */
  walk(
    within?: string | Subnet,
  ): Generator<Route<T>, void, undefined> {
    // Not itself a generator, so that a bad argument is refused here and now.
    return this.#walk(within === undefined ? undefined : subnet(within));
  }

  *#walk(within?: Subnet): Generator<Route<T>, void, undefined> {
    const trie = this.#trie;
    for (const family of within ? [within.family] : [4, 6] as const) {
      let last: Subnet | undefined;
      let version = trie.version;
      let pending = trie.pending(family, within);
      while (true) {
        if (trie.version !== version) {
          version = trie.version;
          pending = trie.pending(family, within, last);
        }
        const node = trie.step(pending);
        if (node === 0) break;
        const route = this.#route(node, family);
        last = route.subnet;
        yield route;
      }
    }
  }

  /** Gives the routes in order, as {@linkcode RouteTable.walk} does. */
  [Symbol.iterator](): Generator<Route<T>, void, undefined> {
    return this.#walk();
  }

  /**
   * Says which routes contain an address, and why one of them is taken.
   *
   * @param destination The address; its zone does not count.
   * @returns All candidates and the route taken; it draws their bits at the prompt.
   * @throws {ParseError} If the text is no address.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const table = net.ip.table([["10.0.0.0/8", "lan"], ["10.1.0.0/16", "branch"]]);
   * const { candidates } = table.explain("10.1.2.3");
   * assert.equal(candidates[1]?.why, "the longest of 2 that fit");
   * ```
   */
  explain(destination: string | Address): Explanation<T> {
    const to = address(destination);
    return new Explanation(to, this.covering(to));
  }

  /**
   * Makes a fixed copy for lookups by the million; what is done to this table
   * later does not reach it.
   *
   * @returns The copy; making it takes about as long as a walk.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const compiled = net.ip.table([["10.0.0.0/8", "lan"]]).compile();
   * assert.equal(compiled.lookup("10.1.2.3")?.value, "lan");
   * ```
   */
  compile(): CompiledTable<T> {
    return new CompiledTable(this);
  }

  /** Stands in JSON as an array of pairs, which {@linkcode table} takes back. */
  toJSON(): [subnet: string, value: T][] {
    return Array.from(this, ({ subnet, value }) => [`${subnet}`, value]);
  }

  /** Shows at the prompt how many routes there are, and the first of them. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { size } = this;
    const title = `${count(size)} ${size === 1 ? "route" : "routes"}`;
    if (options?.currentDepth) return title;
    const rows = this.#walk().take(SHOWN).map(({ subnet, value }) => ({
      route: subnet,
      value,
    }));
    const text = draw(rows, { title, canvas: page });
    if (size <= SHOWN) return text;
    const rest = `… ${count(size - SHOWN)} more; .walk() goes through all`;
    return `${text}\n${paint("muted", rest, page)}`;
  }

  #route(node: number, family: Family): Route<T> {
    const value = this.#values[this.#trie.routeAt(node)] as T;
    return { subnet: this.#trie.subnetAt(node, family), value };
  }
}

/**
 * Makes a table of routes, which finds the longest prefix around an address.
 *
 * @param routes Pairs of a subnet, or its text, and a value, of either family;
 * of two with one subnet the later counts. @default {none}
 * @returns The table, to which more routes may be added.
 * @throws {ParseError} If the text of a subnet is none.
 * @throws {TypeError} If `routes` is no iterable of pairs.
 * @see RFC 1812 §5.2.4.3 (longest match), RFC 4632 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const table = net.ip.table([["10.0.0.0/8", "lan"], ["::/0", "uplink"]]);
 * assert.equal(table.lookup("10.255.0.1")?.value, "lan");
 * assert.equal(table.lookup("2001:db8::1")?.value, "uplink");
 * ```
 */
export function table<T>(
  routes: Iterable<readonly [string | Subnet, T]> = [],
): RouteTable<T> {
  return new RouteTable(routes);
}

function hostRoute(
  network: Address,
): { network: Address; prefixLength: number } {
  return { network, prefixLength: network.bits };
}

function badRoutes(what: string, value: unknown): never {
  throw new TypeError(
    `Cannot make a table as 'routes' must be ${what}: current value is ${value}`,
  );
}
