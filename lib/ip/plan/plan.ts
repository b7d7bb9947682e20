/**
 * Address plans with subnets of different sizes (VLSM, variable-length subnet
 * masks): from a list of needs to a list of subnets that do not overlap.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { bar } from "../../inspect/chart.ts";
import { paint } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { wrap } from "../../inspect/text.ts";
import { count } from "../../inspect/units.ts";
import { onlyKnown } from "../../known_options.ts";
import { PLAN } from "../option_names.ts";
import { Allocation } from "./allocation.ts";
import { jsonNumber, percent } from "./amounts.ts";
import type { Block } from "./buddy.ts";
import { listNeeds, type Need, readNeeds } from "./need.ts";
import { drawPicture } from "./picture.ts";
import { place, type Placed } from "./place.ts";
import { checkPrefixLength } from "../prefix.ts";
import { Space } from "./space.ts";
import { Subnet, subnet } from "../subnet.ts";

export type { Need };

/** Options for {@linkcode plan}. */
export interface PlanOptions {
  /**
   * The longest prefix that a number of hosts may lead to.
   *
   * 30 leaves room for the network and broadcast addresses even where there are
   * but two hosts; 31 gives two hosts a point-to-point link without them (RFC
   * 3021), 32 a lone host one address. In IPv6 64 is what hosts on a link want
   * to form their addresses (RFC 4291 §2.5.1, RFC 7421); 127 suits links between
   * routers (RFC 6164).
   *
   * @default {30 for IPv4; 64 for IPv6, or 128 within less than a /64}
   */
  longestPrefix?: number | undefined;
}

/**
 * An address plan: who gets which subnet, and what is left.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const first: net.ip.Plan = net.ip.plan("192.168.0.0/24", [{ name: "office", hosts: 100 }]);
 * const second = first.add([{ name: "lab", hosts: 30 }]);
 * assert.equal(`${second.find("office")?.subnet}`, `${first.find("office")?.subnet}`);
 * assert.equal(second.leftover.join(" "), "192.168.0.160/27 192.168.0.192/26");
 * ```
 */
export class Plan {
  /** The space that is shared out. */
  readonly within: Subnet;
  /** What was asked for, in the order given. */
  readonly needs: readonly Need[];
  /** Who got which subnet, in the order of the addresses. */
  readonly allocations: readonly Allocation[];
  /** The fewest subnets that are what is left, in order. */
  readonly leftover: readonly Subnet[];
  /** How many addresses are left. */
  readonly free: bigint;
  /** The share of the addresses that are allocated, 0 to 1. */
  readonly utilisation: number;
  readonly #options: PlanOptions;
  readonly #byName: ReadonlyMap<string, Allocation>;

  /**
   * Works the plan out, as {@linkcode plan} does.
   *
   * @param within The space to share out, or its text.
   * @param needs Who needs how much.
   * @param options How small a subnet may be.
   * @throws {ParseError} If a text is no subnet.
   * @throws {TypeError} If a need is none.
   * @throws {RangeError} If the needs contradict themselves or do not fit.
   */
  constructor(
    within: string | Subnet,
    needs: Iterable<Need>,
    options: PlanOptions = {},
  ) {
    onlyKnown("make a plan", options, PLAN);
    const { network, prefixLength } = subnet(within);
    const whole = new Subnet(network, prefixLength);
    const wishes = readNeeds(whole, needs, longestPrefix(whole, options));
    const { placed, left } = place(whole, wishes);
    this.within = whole;
    this.needs = wishes.map(({ need }) => need);
    this.allocations = allocate(whole, placed);
    this.leftover = left.map((block) => subnetAt(whole, block));
    this.free = this.leftover.reduce((sum, net) => sum + net.size, 0n);
    this.utilisation = Number(whole.size - this.free) / Number(whole.size);
    this.#options = options;
    this.#byName = new Map(this.allocations.map((a) => [a.name, a]));
  }

  /**
   * Finds the allocation of a need.
   *
   * @param name The need's name.
   * @returns Its allocation, or `undefined` if there is none of that name.
   */
  find(name: string): Allocation | undefined {
    return this.#byName.get(name);
  }

  /**
   * Makes room for more needs, and leaves all subnets where they are: no host
   * gets another address.
   *
   * @param needs Who else needs how much.
   * @returns A new plan with the old allocations and new ones.
   * @throws {RangeError} If they do not fit into what is left, or have names
   * that are taken.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const plan = net.ip.plan("10.0.0.0/24", [{ name: "lab", hosts: 20 }]);
   * const larger = plan.add([{ name: "office", hosts: 100 }]);
   * assert.equal(
   *   larger.allocations.map(({ name, subnet }) => `${name} ${subnet}`).join(", "),
   *   "lab 10.0.0.0/27, office 10.0.0.128/25",
   * );
   * ```
   */
  add(needs: Iterable<Need>): Plan {
    const kept = this.needs.map(({ name, hosts, growth }) => ({
      name,
      hosts,
      growth,
      at: this.find(name)!.subnet,
    }));
    const more = listNeeds(this.within, needs);
    return new Plan(this.within, [...kept, ...more], this.#options);
  }

  /** Stands in JSON as its fields, large numbers as text. */
  toJSON(): Record<string, unknown> {
    const { within, allocations, leftover, free, utilisation } = this;
    return {
      within,
      allocations,
      leftover,
      free: jsonNumber(free),
      utilisation,
    };
  }

  /** Shows at the prompt as a table, what is left, and a picture; inside another value, in one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { within, allocations, leftover, free } = this;
    const used = percent(within.size - free, within.size);
    const n = allocations.length;
    const summary = `${count(n)} ${
      n === 1 ? "subnet" : "subnets"
    }, ${used} used`;
    if (options?.currentDepth) {
      return `plan of ${paint("accent", `${within}`, page)}: ${summary}`;
    }
    const picture = new Space(
      within,
      allocations.map(({ name, subnet }) => ({ subnet, label: name })),
    );
    const rows = allocations.map((allocation, i) => ({
      ...allocation,
      key: picture.blocks[i]!.key,
      share: share(allocation),
      room: room(allocation),
    }));
    const rest = leftover.length === 0 ? [] : wrap(
      `left: ${few(leftover, MOST_LEFTOVER).join(", ")}`,
      page.width,
    );
    return [
      paint("heading", `${within}: ${summary}`, page),
      table(rows, {
        columns: COLUMNS.slice(picture.blocks[0]!.key === "" ? 1 : 0),
        canvas: page,
      }),
      ...rest.map((line) => paint("muted", line, page)),
      "",
      drawPicture(picture, page, false),
    ].join("\n");
  }
}

/** The most leftover subnets that are shown. */
const MOST_LEFTOVER = 16;
const BAR = 8;

const COLUMNS = [
  { key: "key", title: "" },
  { key: "name", role: "name" },
  // An address cut short would be another.
  { key: "subnet", role: "accent", minWidth: 43 },
  { key: "hosts", format: amount, align: "right" },
  { key: "capacity", title: "fit", format: amount, align: "right" },
  { key: "share", title: "used", minWidth: BAR + 7 },
  { key: "room", title: "grows to" },
] as const;

/** A number of hosts in a column; those of IPv6 would fill it. */
function amount(n: unknown): string {
  if (typeof n !== "bigint") return "";
  return n < 10n ** 12n ? count(n) : `≈2^${n.toString(2).length}`;
}

function share({ hosts, capacity, utilisation }: Allocation): string {
  if (hosts === undefined) return "";
  return `${bar(utilisation!, 1, BAR)} ${percent(hosts, capacity)}`;
}

function room({ subnet, growsTo }: Allocation): string {
  const { prefixLength } = growsTo;
  return subnet.prefixLength === prefixLength ? "" : `/${prefixLength}`;
}

function few(nets: readonly Subnet[], most: number): string[] {
  const texts = nets.slice(0, most).map(String);
  const more = nets.length - texts.length;
  return more > 0 ? [...texts, `and ${count(more)} more`] : texts;
}

/**
 * Shares out an address space: a subnet for every need, none overlapping.
 *
 * The largest need is placed first, each in the first place where a subnet of
 * its size can begin, those of one size in the order given. Needs with `at` stay
 * there. So the same needs always give the same plan, and if there is any way
 * to fit them, they fit.
 *
 * An IPv4 need of two hosts gets a /30, and in IPv6 a need of hosts gets a /64,
 * unless `longestPrefix` allows less; a need may name its `prefixLength` too.
 *
 * @param within The space to share out, or its text.
 * @param needs Who needs how much, at least one and at most 2²⁰.
 * @param options How small a subnet may be.
 * @returns The plan.
 * @throws {ParseError} If a text is no subnet.
 * @throws {TypeError} If a need is no need.
 * @throws {RangeError} If there are no needs, two have one name, a number makes
 * no sense, fixed subnets overlap or lie outside, or not all fits: then the
 * message says what did not, and how large a space would do.
 * @see RFC 1878 (VLSM), RFC 4632 §3.1, RFC 3021, RFC 4291 §2.5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const plan = net.ip.plan("192.168.10.0/24", [
 *   { name: "wan", prefixLength: 31 },
 *   { name: "lab", hosts: 20, growth: 0.5 },
 *   { name: "office", hosts: 100 },
 * ]);
 * assert.equal(
 *   plan.allocations.map(({ name, subnet }) => `${name} ${subnet}`).join(", "),
 *   "office 192.168.10.0/25, lab 192.168.10.128/27, wan 192.168.10.160/31",
 * );
 * assert.throws(() => plan.add([{ name: "guests", hosts: 200 }]), /192\.168\.10\.0\/23/);
 * ```
 */
export function plan(
  within: string | Subnet,
  needs: Iterable<Need>,
  options: PlanOptions = {},
): Plan {
  return new Plan(within, needs, options);
}

function longestPrefix(within: Subnet, options: PlanOptions): number {
  const { bits } = within.network;
  const {
    longestPrefix = bits === 32 ? 30 : within.prefixLength > 64 ? 128 : 64,
  } = options;
  checkPrefixLength(longestPrefix, 0, bits, `plan ${within}`, "longestPrefix");
  return longestPrefix;
}

function allocate(within: Subnet, placed: readonly Placed[]): Allocation[] {
  const nets = placed.map(({ block }) => subnetAt(within, block));
  return placed.map(({ wish }, i) => {
    const net = nets[i]!;
    // A block that has a neighbour's first bits and one more is without it.
    const alone = [nets[i - 1], nets[i + 1]].map((other) =>
      other === undefined
        ? within.prefixLength
        : net.network.commonPrefixLength(other.network) + 1
    );
    return new Allocation({
      name: wish.need.name,
      subnet: net,
      hosts: wish.hosts,
      planned: wish.planned,
      growsTo: net.parent(Math.max(...alone)),
    });
  });
}

function subnetAt(within: Subnet, { start, bits }: Block): Subnet {
  const { network } = within;
  return new Subnet(network.offset(start), network.bits - bits);
}
