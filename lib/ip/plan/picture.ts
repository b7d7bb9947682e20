/**
 * How an address space is drawn: lines of cells, closer ones where blocks crowd,
 * and a list of the blocks.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import {
  displayWidth,
  pad,
  truncate,
  visible,
  wrap,
} from "../../inspect/text.ts";
import { count } from "../../inspect/units.ts";
import { percent } from "./amounts.ts";
import type { Subnet } from "../subnet.ts";

/** A {@linkcode SpaceBlock} in a {@linkcode Space}. */
export interface PlacedBlock {
  /** Which part. */
  readonly subnet: Subnet;
  /** By what; empty if nothing was said. */
  readonly label: string;
  /** The character that begins it in the picture; empty if there are too many blocks. */
  readonly key: string;
}

/** What {@linkcode drawPicture} draws. */
export interface Picture {
  /** The whole. */
  readonly within: Subnet;
  /** The parts that are taken, in order, none overlapping. */
  readonly blocks: readonly PlacedBlock[];
  /** How many addresses are in none of them. */
  readonly free: bigint;
}

/** The characters that begin blocks in a picture, the first one's first. */
export const KEYS =
  "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Four shades and five colours: it is twenty blocks before a pair comes again. */
const SHADES = "█▓▒░";
const ROLES: readonly Role[] = ["name", "string", "number", "accent", "key"];
const FREE = "·";
const SHARED = "*";
const PARTLY = "▪";

/** What a cell holds where that is not the index of a block. */
const NOTHING = -1;
const SEVERAL = -2;

/** The most rows of cells in one picture. */
const MOST_ROWS = 8;
const MOST_COLUMNS = 128;
/** A subnet drawn in one line of cells. */
interface Row {
  readonly subnet: Subnet;
  /** Indices of all blocks inside. */
  readonly inside: readonly number[];
  /** For each column the index of its block, `NOTHING` or `SEVERAL`. */
  readonly cells: Int32Array;
  /** Each cell has 2^this addresses; below 0 an address has several cells. */
  readonly cellBits: number;
}

/**
 * Draws a space: a line of cells for the whole, closer lines wherever several
 * blocks come to lie in one cell, the blocks, and what the marks mean.
 *
 * @param picture What to draw.
 * @param page Where: the cells of a line are the power of two that fits.
 * @param legend Whether to list the blocks. @default {true}
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import { canvas } from "../../inspect/canvas.ts";
 * import { drawPicture } from "./picture.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const block = { subnet: subnet("10.0.0.128/25"), label: "", key: "1" };
 * const picture = { within: subnet("10.0.0.0/24"), blocks: [block], free: 128n };
 * assert.equal(
 *   drawPicture(picture, canvas({ width: 20 }), false),
 *   "10.0.0.0/24, a cell\nis a /28\n········1███████\n10.0.0.0\n      10.0.0.255\n· free: 128 address…",
 * );
 * ```
 */
export function drawPicture(
  picture: Picture,
  page: Canvas,
  legend = true,
): string {
  const { within, blocks } = picture;
  const rows = layOut(within, blocks, columnsOf(page));
  const marks = marksOf(blocks, rows);
  const lines = rows.flatMap((row, i) => drawRow(row, i, blocks, page));
  if (legend) lines.push(...drawLegend(blocks, marks, page));
  lines.push(...drawNotes(picture, rows, marks, page));
  return lines.join("\n");
}

/** The largest power of two that fits. */
function columnsOf({ width }: Canvas): number {
  return 2 ** Math.floor(Math.log2(Math.min(width, MOST_COLUMNS)));
}

/** The whole in one row, then closer rows wherever blocks share a cell. */
function layOut(
  within: Subnet,
  blocks: readonly PlacedBlock[],
  columns: number,
): Row[] {
  const rows = [makeRow(within, [...blocks.keys()], blocks, columns)];
  for (let i = 0; i < rows.length; i++) {
    for (const part of closer(rows[i]!, blocks, columns)) {
      if (rows.length === MOST_ROWS) return rows;
      const inside = rows[i]!.inside.filter((b) =>
        part.contains(blocks[b]!.subnet)
      );
      rows.push(makeRow(part, inside, blocks, columns));
    }
  }
  return rows;
}

function makeRow(
  net: Subnet,
  inside: readonly number[],
  blocks: readonly PlacedBlock[],
  columns: number,
): Row {
  const cells = new Int32Array(columns).fill(NOTHING);
  const row: Row = {
    subnet: net,
    inside,
    cells,
    cellBits: net.network.bits - net.prefixLength - Math.log2(columns),
  };
  for (const i of inside) {
    const { start, width } = extent(row, blocks[i]!.subnet);
    // Two of a power of two overlap only where both are within one cell.
    const is = cells[start] === NOTHING ? i : SEVERAL;
    cells.fill(is, start, start + width);
  }
  return row;
}

/** Which cells a block takes, or takes part in. */
function extent(
  { subnet: net, cellBits }: Row,
  block: Subnet,
): { start: number; width: number } {
  const offset = block.network.toBigint() - net.network.toBigint();
  const bits = block.network.bits - block.prefixLength - cellBits;
  return {
    start: Number(
      cellBits >= 0 ? offset >> BigInt(cellBits) : offset << BigInt(-cellBits),
    ),
    width: bits > 0 ? 2 ** bits : 1,
  };
}

/** The parts of a row that should be seen closer, each smaller than the row. */
function closer(
  row: Row,
  blocks: readonly PlacedBlock[],
  columns: number,
): Subnet[] {
  const crowded = row.inside.map((i) => blocks[i]!.subnet).filter((net) =>
    row.cells[extent(row, net).start] === SEVERAL
  );
  if (crowded.length === 0) return [];
  const around = cover(crowded);
  if (around.prefixLength > row.subnet.prefixLength) return [around];
  const isLow = (net: Subnet) => extent(row, net).start < columns / 2;
  const [low, high] = columns > 1
    ? [crowded.filter(isLow), crowded.filter((net) => !isLow(net))]
    : [[], []];
  return [low, high].filter((part) => part.length > 0).map(cover);
}

/** The smallest subnet around some in order. */
function cover(nets: readonly Subnet[]): Subnet {
  const [first, last] = [nets[0]!, nets.at(-1)!];
  const shared = first.network.commonPrefixLength(last.network);
  return first.parent(Math.min(shared, first.prefixLength, last.prefixLength));
}

/** How the legend marks each block: by its shade if some row shows it whole. */
function marksOf(
  blocks: readonly PlacedBlock[],
  rows: readonly Row[],
): string[] {
  const marks = blocks.map(() => SHARED);
  for (const row of rows) {
    for (const i of row.inside) {
      const net = blocks[i]!.subnet;
      if (row.cells[extent(row, net).start] !== i) continue;
      const bits = net.network.bits - net.prefixLength;
      marks[i] = bits < row.cellBits ? PARTLY : SHADES[i % SHADES.length]!;
    }
  }
  return marks;
}

function drawRow(
  row: Row,
  index: number,
  blocks: readonly PlacedBlock[],
  page: Canvas,
): string[] {
  const { cells, cellBits, subnet: net } = row;
  const scale = cellBits > 0
    ? `a cell is a /${net.network.bits - cellBits}`
    : cellBits === 0
    ? "a cell is an address"
    : `an address has ${2 ** -cellBits} cells`;
  const caption = `${index === 0 ? "" : "closer: "}${net}, ${scale}`;
  let drawn = "";
  for (let i = 0, end: number; i < cells.length; i = end) {
    for (end = i + 1; end < cells.length && cells[end] === cells[i]; end++);
    drawn += drawRun(cells[i]!, end - i, blocks, page);
  }
  const [first, last] = [`${net.network}`, `${net.broadcast}`];
  const room = cells.length - first.length;
  const ends = room > last.length
    ? [first + last.padStart(room)]
    : [first, last.padStart(Math.min(cells.length, page.width))];
  return [
    ...wrap(caption, page.width).map((line) => paint("heading", line, page)),
    drawn,
    ...ends.map((text) => paint("muted", truncate(text, page.width), page)),
  ];
}

function drawRun(
  cell: number,
  length: number,
  blocks: readonly PlacedBlock[],
  page: Canvas,
): string {
  if (cell === NOTHING) return paint("muted", FREE.repeat(length), page);
  if (cell === SEVERAL) return paint("heading", SHARED.repeat(length), page);
  const { key, label } = blocks[cell]!;
  const shade = SHADES[cell % SHADES.length]!;
  const named = `${key} ${visible(label)} `;
  const begin = label !== "" && displayWidth(named) < length ? named : key;
  const fill = shade.repeat(length - displayWidth(begin));
  return paint(roleOf(cell), begin + fill, page);
}

function roleOf(index: number): Role {
  return ROLES[index % ROLES.length]!;
}

const LONGEST_LABEL = 24;

function drawLegend(
  blocks: readonly PlacedBlock[],
  marks: readonly string[],
  page: Canvas,
): string[] {
  const shown = blocks.slice(0, KEYS.length);
  const labels = shown.map(({ label }) =>
    truncate(visible(label), LONGEST_LABEL)
  );
  const widest = labels.reduce((n, text) => Math.max(n, displayWidth(text)), 0);
  const entries = shown.map(({ key, subnet: net }, i) => {
    const label = widest === 0 ? "" : `${pad(labels[i]!, widest)}  `;
    return `${paint(roleOf(i), key + marks[i], page)} ${label}${net}`;
  });
  const column = entries.reduce(
    (n, text) => Math.max(n, displayWidth(text)),
    0,
  );
  const lines = inLines(entries.map((text) => pad(text, column)), page.width);
  const more = blocks.length - shown.length;
  if (more > 0) lines.push(paint("muted", `… ${count(more)} more`, page));
  return lines;
}

/** Sets texts side by side, three columns apart, as many as the width allows. */
function inLines(texts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const joined = `${lines.at(-1)}   ${text}`;
    if (lines.length > 0 && displayWidth(joined.trimEnd()) <= width) {
      lines[lines.length - 1] = joined;
    } else lines.push(text);
  }
  return lines.map((line) => truncate(line.trimEnd(), width));
}

/** Says what the marks mean that are not blocks, where there are any. */
function drawNotes(
  { within, free }: Picture,
  rows: readonly Row[],
  marks: readonly string[],
  page: Canvas,
): string[] {
  const notes: string[] = [];
  if (free > 0n) {
    const noun = free === 1n ? "address" : "addresses";
    const amount = within.family === 4 ? `${count(free)} ${noun}, ` : "";
    notes.push(`${FREE} free: ${amount}${percent(free, within.size)}`);
  }
  if (marks.includes(PARTLY)) notes.push(`${PARTLY} less than a cell`);
  if (rows.some(({ cells }) => cells.includes(SEVERAL))) {
    notes.push(`${SHARED} several blocks in a cell`);
  }
  return inLines(notes, page.width).map((line) => paint("muted", line, page));
}
