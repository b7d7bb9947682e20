/**
 * How a set of addresses shows: its counts and the first of its subnets.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import type { Listing } from "./listing.ts";
import { brief, prefixes } from "./pieces.ts";
import { sizeOf, type Spans } from "./spans.ts";
import type { Subnet } from "../subnet.ts";

/** A card names so many subnets of each family, a line so many in all. */
const SHOWN_IN_CARD = 8;
const SHOWN_IN_LINE = 3;

/**
 * Draws a set on its own.
 *
 * @param v4 Its IPv4 addresses.
 * @param v6 Its IPv6 addresses.
 * @param page Where to draw.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import { cardOf } from "./card.ts";
 * import assert from "node:assert/strict";
 *
 * const [v4, v6] = [{ family: 4, bounds: [0, 8] }, { family: 6, bounds: [] }] as const;
 * const text = cardOf(v4, v6, { width: 40, colors: false });
 * assert.equal(text, "8 addresses in 1 subnet\n  IPv4  1: 0.0.0.0/29");
 * ```
 */
export function cardOf(v4: Spans, v6: Spans, page: Canvas): string {
  const rows: [label: string, value: string, role: "accent"][] = [];
  let total = 0n;
  for (const spans of [v4, v6]) {
    const subnets = prefixes(spans);
    if (subnets.length === 0n) continue;
    const value = `${count(subnets.length)}: ${brief(subnets, SHOWN_IN_CARD)}`;
    rows.push([`IPv${spans.family}`, value, "accent"]);
    total += subnets.length;
  }
  if (rows.length === 0) return paint("heading", "no addresses", page);
  const addresses = amount(sizeOf(v4) + sizeOf(v6), "address", "es");
  return card(`${addresses} in ${amount(total, "subnet", "s")}`, rows, page);
}

/**
 * Says a set in one line, as it stands inside another value.
 *
 * @param subnets Its subnets.
 * @param page Where to draw.
 * @returns The line.
 *
 * @example
 * ```ts
 * import { prefixes } from "./pieces.ts";
 * import { lineOf } from "./card.ts";
 * import assert from "node:assert/strict";
 *
 * const subnets = prefixes({ family: 4, bounds: [0, 8] });
 * assert.equal(lineOf(subnets, { width: 40, colors: false }), "{0.0.0.0/29}");
 * ```
 */
export function lineOf(subnets: Listing<Subnet>, page: Canvas): string {
  return paint("accent", `{${brief(subnets, SHOWN_IN_LINE)}}`, page);
}

function amount(n: bigint, noun: string, plural: string): string {
  return `${count(n)} ${noun}${n === 1n ? "" : plural}`;
}
