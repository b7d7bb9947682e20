/**
 * A route, and why it is the one that is taken.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { displayWidth, pad, truncate } from "../../inspect/text.ts";
import type { Address } from "../address.ts";
import type { Subnet } from "../subnet.ts";

/** A subnet, and what a table has for the addresses in it. */
export interface Route<T> {
  /** Which addresses. */
  readonly subnet: Subnet;
  /** What for them: a next hop, a name, whatever the table holds. */
  readonly value: T;
}

/** A route that contains the address of an {@linkcode Explanation}. */
export interface Candidate<T> extends Route<T> {
  /** The length of its prefix in bits. */
  readonly prefixLength: number;
  /** How many leading bits the address shares with its network: at least those. */
  readonly sharedBits: number;
  /** Whether it is the route that is taken. */
  readonly chosen: boolean;
  /** Why it is, or is not. */
  readonly why: string;
}

/** Bits that one line of the picture shows. */
const LINE = 32;

const GAP = "  ";

/** Stands for a bit that a prefix does not ask for. */
const ANY = "·";

/**
 * Which routes contain an address, and why one of them is taken: the result of
 * `explain()` of a {@linkcode RouteTable}.
 *
 * @see RFC 1812 §5.2.4.3 (longest match), RFC 4632 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const table = net.ip.table([["10.0.0.0/8", "lan"], ["0.0.0.0/0", "uplink"]]);
 * const { chosen, candidates } = table.explain("10.1.2.3");
 * assert.equal(chosen?.value, "lan");
 * assert.equal(candidates[0]?.why, "fits all, but /8 is longer");
 * ```
 */
export class Explanation<T> {
  /** The address that was looked up. */
  readonly address: Address;
  /** The route that is taken, or `undefined` if none contains the address. */
  readonly chosen: Route<T> | undefined;
  /** All routes that contain the address, the shortest prefix first. */
  readonly candidates: readonly Candidate<T>[];

  /**
   * Says why; a {@linkcode RouteTable} does so by its `explain()`.
   *
   * @param address The address.
   * @param routes All routes that contain it, the shortest prefix first.
   */
  constructor(address: Address, routes: readonly Route<T>[]) {
    this.address = address;
    this.chosen = routes.at(-1);
    this.candidates = routes.map((route, i) => ({
      ...route,
      prefixLength: route.subnet.prefixLength,
      sharedBits: address.commonPrefixLength(route.subnet.network),
      chosen: route === this.chosen,
      why: reason(routes, i),
    }));
  }

  /** Stands in JSON as its fields; `chosen` is `null` if there is none. */
  toJSON(): {
    address: Address;
    chosen: Route<T> | null;
    candidates: readonly Candidate<T>[];
  } {
    const { address, chosen, candidates } = this;
    return { address, chosen: chosen ?? null, candidates };
  }

  /** Shows at the prompt the bits of the address beside each candidate's prefix. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { address, chosen, candidates } = this;
    const answer = chosen === undefined
      ? "no route contains it"
      : `${chosen.subnet}`;
    const title = `${address} → ${answer}`;
    if (options?.currentDepth) return title;
    const heading = paint("heading", truncate(title, page.width), page);
    if (chosen === undefined) return heading;
    const reasons = table(
      candidates.map(({ subnet, sharedBits, value, why }) => ({
        route: subnet,
        value,
        "bits shared": sharedBits,
        why,
      })),
      {
        columns: ["route", "value", "bits shared", {
          key: "why",
          minWidth: 28,
        }],
        canvas: page,
        maxRows: Infinity,
      },
    );
    return [heading, ...picture(this, page), "", reasons].join("\n");
  }
}

/** Why the last route is taken, or one before it is not. */
function reason(routes: readonly Route<unknown>[], i: number): string {
  const last = routes.length - 1;
  if (i === last) {
    return last === 0
      ? "the only one that fits"
      : `the longest of ${routes.length} that fit`;
  }
  const fits = routes[i]!.subnet.prefixLength === 0 ? "fits all" : "fits";
  return `${fits}, but /${routes[last]!.subnet.prefixLength} is longer`;
}

/** The address and the prefixes in bits, as many lines of them as prefixes reach to. */
function picture(explanation: Explanation<unknown>, page: Canvas): string[] {
  const { address, candidates } = explanation;
  const bits = address.toBigint().toString(2).padStart(address.bits, "0");
  const label = `${address}`;
  const widest = candidates.reduce(
    (most, { subnet }) => Math.max(most, displayWidth(`${subnet}`)),
    displayWidth(label),
  );
  const room = page.width - octets(ANY.repeat(LINE)).length - 2 * GAP.length;
  const width = Math.max(1, Math.min(widest, room));
  const line = (mark: string, label: string, shown: string) => {
    const name = pad(truncate(label, width), width);
    return truncate(`${mark}${name}${GAP}${shown}`, page.width);
  };
  const longest = candidates.at(-1)?.prefixLength ?? 0;
  const lines: string[] = [];
  for (let from = 0; from === 0 || from < longest; from += LINE) {
    const to = from + LINE;
    lines.push("");
    if (address.family === 6) {
      const title = line(GAP, "", `bits ${from} to ${to - 1}`);
      lines.push(paint("muted", title, page));
    }
    lines.push(line(GAP, label, octets(bits.slice(from, to))));
    for (const { subnet, prefixLength, chosen } of candidates) {
      const end = Math.min(Math.max(prefixLength, from), to);
      const shown = octets(bits.slice(from, end).padEnd(LINE, ANY));
      const text = line(chosen ? "→ " : GAP, `${subnet}`, shown);
      lines.push(chosen ? paint("good", text, page) : text);
    }
  }
  return lines;
}

/** Puts a space between octets. */
function octets(bits: string): string {
  return bits.replace(/.{8}(?=.)/g, "$& ");
}
