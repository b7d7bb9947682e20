/**
 * The picture of an address space: which parts of a subnet are taken, by what,
 * and what is free.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { onlyKnown } from "../../known_options.ts";
import { SPACE_DRAW } from "../option_names.ts";
import { jsonNumber } from "./amounts.ts";
import { drawPicture, KEYS, type PlacedBlock } from "./picture.ts";
import { Subnet, subnet } from "../subnet.ts";

export type { PlacedBlock };

/** A part of the space that is taken. */
export interface SpaceBlock {
  /** Which part, or its text. */
  readonly subnet: string | Subnet;
  /** By what. @default {nothing but the subnet} */
  readonly label?: string | undefined;
}

/** Options for {@linkcode Space.draw}. */
export interface SpaceDrawOptions {
  /** Whether to list the blocks below. @default {true} */
  legend?: boolean | undefined;
}

/** The most blocks that one space takes. */
const MOST_BLOCKS = 2 ** 20;

/**
 * A subnet and the parts of it that are taken, which the prompt shows as a
 * picture.
 *
 * The picture is a line of cells of equal size, a power of two, as many as the
 * width allows. Each block begins with its key, and its label where there is
 * room; free space is dotted. Where several blocks come to lie in one cell, it
 * holds a `*`, and lines below show that part closer, up to eight lines in all.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const site = new net.ip.Space("10.0.0.0/24", [{ subnet: "10.0.0.64/26", label: "lab" }]);
 * assert.equal(site.free, 192n);
 * assert.equal(
 *   site.draw(net.inspect.canvas({ width: 40 })),
 *   "10.0.0.0/24, a cell is a /29\n" +
 *     "········1 lab ██················\n" +
 *     "10.0.0.0              10.0.0.255\n" +
 *     "1█ lab  10.0.0.64/26\n" +
 *     "· free: 192 addresses, 75 %",
 * );
 * ```
 */
export class Space {
  /** The whole. */
  readonly within: Subnet;
  /** The parts that are taken, in the order of their addresses. */
  readonly blocks: readonly PlacedBlock[];
  /** How many addresses are in none of them. */
  readonly free: bigint;

  /**
   * Takes a subnet and the parts of it that are taken.
   *
   * @param within The whole, or its text.
   * @param blocks The parts, in any order.
   * @throws {ParseError} If a text is no subnet.
   * @throws {TypeError} If `blocks` are no blocks.
   * @throws {RangeError} If a block lies outside, two overlap, or there are more than 2²⁰.
   */
  constructor(
    within: string | Subnet,
    blocks: Iterable<string | Subnet | SpaceBlock>,
  ) {
    this.within = subnet(within);
    this.blocks = arrange(this.within, blocks);
    this.free = this.blocks.reduce(
      (left, block) => left - block.subnet.size,
      this.within.size,
    );
  }

  /**
   * Draws the picture.
   *
   * @param page Where: the cells of a line are the power of two that fits.
   * @param options Whether to list the blocks.
   * @returns The lines, joined by line feeds.
   */
  draw(page: Canvas, options: SpaceDrawOptions = {}): string {
    onlyKnown("draw a space", options, SPACE_DRAW);
    return drawPicture(this, page, options.legend ?? true);
  }

  /** Stands in JSON as the whole, the parts, and the number of free addresses. */
  toJSON(): Record<string, unknown> {
    const { within, blocks, free } = this;
    return {
      within,
      blocks: blocks.map(({ subnet, label }) => ({ subnet, label })),
      free: jsonNumber(free),
    };
  }

  /** Shows at the prompt as the picture; inside another value, in one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    if (!options?.currentDepth) return this.draw(page);
    const { within, blocks } = this;
    const noun = blocks.length === 1 ? "block" : "blocks";
    return `${
      paint("accent", `${within}`, page)
    } with ${blocks.length} ${noun}`;
  }
}

/**
 * Makes the picture of an address space: which parts of a subnet are taken.
 *
 * @param within The whole, or its text.
 * @param blocks The parts that are taken, with or without labels, in any order.
 * @returns The space, which the prompt shows as a picture.
 * @throws {ParseError} If a text is no subnet.
 * @throws {TypeError} If `blocks` are no blocks.
 * @throws {RangeError} If a block lies outside, two overlap, or there are more than 2²⁰.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const site = net.ip.space("10.0.0.0/16", ["10.0.0.0/24", "10.0.1.0/24"]);
 * assert.equal(site.free, 65024n);
 * ```
 */
export function space(
  within: string | Subnet,
  blocks: Iterable<string | Subnet | SpaceBlock>,
): Space {
  return new Space(within, blocks);
}

/**
 * Draws the picture of an address space on a canvas.
 *
 * @param within The whole, or its text.
 * @param blocks The parts that are taken, with or without labels, in any order.
 * @param page Width in columns, and whether colour may be used.
 * @returns The lines, joined by line feeds.
 * @throws {ParseError} If a text is no subnet.
 * @throws {TypeError} If `blocks` are no blocks.
 * @throws {RangeError} If a block lies outside, two overlap, or there are more than 2²⁰.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const page = net.inspect.canvas({ width: 40 });
 * const lines = net.ip.drawSpace("10.0.0.0/24", ["10.0.0.0/26"], page).split("\n");
 * assert.equal(lines[1], "1███████························");
 * ```
 */
export function drawSpace(
  within: string | Subnet,
  blocks: Iterable<string | Subnet | SpaceBlock>,
  page: Canvas,
): string {
  return new Space(within, blocks).draw(page);
}

function arrange(
  within: Subnet,
  blocks: Iterable<string | Subnet | SpaceBlock>,
): PlacedBlock[] {
  const refuse = (must: string, current: unknown): never => {
    throw new RangeError(
      `Cannot draw ${within} as 'blocks' must ${must}: current value is ${current}`,
    );
  };
  if (typeof blocks === "string" || !(Symbol.iterator in Object(blocks))) {
    throw new TypeError(
      `Cannot draw ${within} as 'blocks' must be an array or other iterable of subnets: current value is ${blocks}`,
    );
  }
  const placed: { subnet: Subnet; label: string }[] = [];
  for (const given of blocks) {
    const { subnet: part, label = "" } = isBlock(given)
      ? given
      : { subnet: given };
    const block = { subnet: subnet(part), label: `${label}` };
    if (!within.contains(block.subnet)) refuse("lie inside", block.subnet);
    if (placed.push(block) > MOST_BLOCKS) {
      refuse(`be at most ${MOST_BLOCKS}`, "more");
    }
  }
  placed.sort((a, b) => a.subnet.compare(b.subnet));
  for (let i = 1; i < placed.length; i++) {
    // The larger comes first, so one that overlaps a later one has the next.
    const [a, b] = [placed[i - 1]!, placed[i]!];
    if (a.subnet.contains(b.subnet)) {
      refuse("not overlap", `${a.subnet} and ${b.subnet}`);
    }
  }
  const keyed = placed.length <= KEYS.length;
  return placed.map((block, i) => ({ ...block, key: keyed ? KEYS[i]! : "" }));
}

function isBlock(given: string | Subnet | SpaceBlock): given is SpaceBlock {
  return typeof given === "object" && given !== null &&
    !(given instanceof Subnet);
}
