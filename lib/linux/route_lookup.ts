/**
 * Which way packets to an address take, and why.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "./option_kinds.ts";
import { READ } from "./option_names.ts";
import { type Canvas, canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { type Address, address } from "../ip/address.ts";
import { readEither } from "./access.ts";
import { tables } from "./names.ts";
import type { ReadOptions } from "./read_options.ts";
import type { Route } from "./route.ts";
import { lookUpRoute } from "./route_ask.ts";
import type { Loser, Packet, RouteAnswer, RuleStep } from "./route_decision.ts";
import { actionWords, selectorWords, waysOf } from "./route_words.ts";
import type { Rule } from "./rule.ts";

/** Options of `route`. */
const LOOKUP: OptionKinds<RouteLookupOptions> = {
  ...READ,
  from: "address",
  mark: "word",
  oif: "text",
  tos: "octet",
};

/** What is known of the packet beside where it goes. */
export interface RouteLookupOptions extends ReadOptions {
  /** The address that it is sent from. @default {chosen by the route} */
  from?: string | Address | undefined;
  /** Its mark, as SO_MARK sets it. @default {0} */
  mark?: number | undefined;
  /** The interface that its socket is bound to. */
  oif?: string | undefined;
  /** Its type of service. @default {0} */
  tos?: number | undefined;
}

/**
 * The way that packets to an address take, and why: shown as a card.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const way: net.linux.RouteLookup = await net.linux.route("127.0.0.1");
 * assert.equal(way.device, "lo");
 * assert.equal(way.table, 255);
 * ```
 */
export class RouteLookup {
  /** Where the packets go. */
  readonly to: Address;
  /** Whether there is a way: packets are neither refused nor thrown away. */
  readonly reachable: boolean;
  /** What happens to them: `"unicast"`, `"local"`, `"blackhole"`, …; `"none"` without any route. */
  readonly type: string;
  /** The router; none if the destination is on the link, or this machine. */
  readonly via: Address | undefined;
  /** The interface where they leave. */
  readonly device: string | undefined;
  /** The address that they are sent from. */
  readonly source: Address | undefined;
  /** The octets that a packet may have, if the route says so. */
  readonly mtu: number | undefined;
  /** The table where it was found. */
  readonly table: number | undefined;
  /** The rule that decided. */
  readonly rule: Rule | undefined;
  /** The route that decided. */
  readonly route: Route | undefined;
  /** What each rule came to, up to the one that decided. */
  readonly steps: readonly RuleStep[];
  /** The other routes of that table that contain the destination, and why they lost. */
  readonly losers: readonly Loser[];
  /** What the kernel said if there is no way. */
  readonly refusal: string | undefined;

  /**
   * Takes the answer and how it comes about.
   *
   * @param to Where the packets go.
   * @param found Both.
   */
  constructor(to: Address, found: RouteAnswer) {
    const { answer, refusal, decision } = found;
    const { route, rule, steps, losers } = decision;
    this.to = to;
    this.reachable = answer !== undefined && !isRefused(answer.type);
    this.type = answer?.type ?? route?.type ??
      (rule === undefined ? "none" : rule.action);
    this.via = answer?.via;
    this.device = answer?.device;
    this.source = answer?.source;
    this.mtu = answer?.metrics?.mtu;
    // As long as there are only the first rules, the kernel has local and main
    // in one table, and says main for both.
    this.table = route?.table ?? answer?.table;
    this.rule = rule;
    this.route = route;
    this.steps = steps;
    this.losers = losers;
    this.refusal = refusal;
  }

  /** Stands in JSON as its fields. */
  toJSON(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this));
  }

  /** Shows at the prompt as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return draw(this, canvas({ colors: options?.colors ?? false }));
  }
}

/** Losers that a card shows. */
const MOST = 5;

function draw(way: RouteLookup, page: Canvas): string {
  const { to, reachable, type, via, device, source, table, rule } = way;
  const { route, losers, steps, mtu, refusal } = way;
  const rows: CardRow[] = [];
  if (!reachable) {
    rows.push(["way", refusal ?? type, "bad"]);
  } else if (type === "local") {
    rows.push(["way", "this machine itself", "good"]);
  } else {
    rows.push(
      ["next hop", via?.toString() ?? `${to}, on the link`, "good"],
      ["leaves at", device ?? "?", "name"],
    );
  }
  if (source) rows.push(["sent from", source.toString()]);
  if (mtu) rows.push(["mtu", String(mtu)]);
  if (rule) rows.push(["rule", ruleWords(rule)]);
  if (table) rows.push(["table", tables.name(table)]);
  if (route) {
    const metric = route.metric ? ` metric ${route.metric}` : "";
    rows.push(["decided by", `${route.to} ${waysOf(route)}${metric}`.trim()]);
  }
  for (const { route, reason } of losers.slice(0, MOST)) {
    rows.push(["not", `${route.to} ${waysOf(route)}: ${reason}`, "muted"]);
  }
  if (losers.length > MOST) {
    rows.push(["", `… ${losers.length - MOST} more`, "muted"]);
  }
  for (const { rule, outcome, reason } of steps) {
    if (outcome === "decided") continue;
    rows.push([outcome, `${ruleWords(rule)}: ${reason}`, "muted"]);
  }
  return card(String(to), rows, page);
}

function isRefused(type: string): boolean {
  return ["blackhole", "unreachable", "prohibit", "throw"].includes(type);
}

function ruleWords(rule: Rule): string {
  return [
    `${rule.priority}:`,
    ...rule.not ? ["not"] : [],
    `from ${rule.from ?? "all"}`,
    ...rule.to ? [`to ${rule.to}`] : [],
    selectorWords(rule),
    actionWords(rule),
  ].filter((word) => word !== "").join(" ");
}

/**
 * Finds the way that packets to an address take, and says why: which rule, which
 * table, which prefix decided, and why others lost.
 *
 * @param destination The address.
 * @param options What is known of the packet, another namespace, and a signal.
 * @returns The way, or that there is none.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
 * @throws {ParseError} If the text is no address.
 * @throws {TypeError} If `from` is of the other family.
 * @throws {NetError} If the kernel cannot be asked, or there is no such interface.
 * @see ip-route(8), ip-rule(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const way = await net.linux.route("127.0.0.1");
 * assert.equal(way.type, "local");
 * ```
 */
export async function route(
  destination: string | Address,
  options: RouteLookupOptions = {},
): Promise<RouteLookup> {
  checkOptions("find a way", options, LOOKUP, {
    device: "oif",
    dev: "oif",
    src: "from",
    source: "from",
  });
  const to = address(destination).zone === undefined
    ? address(destination)
    : address(destination).withZone();
  const from = options.from === undefined ? undefined : address(options.from);
  if (from !== undefined && from.family !== to.family) {
    throw new TypeError(
      `Cannot find a way to ${to} as 'from' must be IPv${to.family}: current value is ${from}`,
    );
  }
  const packet: Packet = {
    to,
    from,
    mark: options.mark,
    // A zone says where to leave.
    outInterface: options.oif ?? address(destination).zone,
    tos: options.tos,
  };
  const found = await readEither(
    options,
    (socket) => lookUpRoute(socket, packet),
    async (ip) => (await import("./ip_routes.ts")).lookUpWithIp(ip, packet),
  );
  return new RouteLookup(to, found);
}
