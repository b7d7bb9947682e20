/**
 * Headers as RFCs draw them: 32 bits a row, each field a box.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";
import { paint } from "./paint.ts";
import { displayWidth, pad, truncate, visible } from "./text.ts";

/** A box of a diagram. */
export interface Box {
  /** The field's name. */
  readonly label: string;
  /** Its value; it is put in the box where both have room, else below. */
  readonly value?: string | undefined;
  /** Its width in bits; 0 for a field of no fixed length, drawn over a row. */
  readonly bits: number;
}

/** Bits in a row. */
const ROW = 32;

/** A piece of a box in one row. */
interface Piece {
  readonly box: Box;
  readonly from: number;
  readonly to: number;
  /** Whether the text goes here. */
  readonly isMain: boolean;
}

/**
 * Draws a header: a ruler, then the fields in rows of 32 bits. A value that has
 * no room in its box stands below the picture.
 *
 * @param boxes The fields in the order of the wire.
 * @param canvas Where to draw; the picture is 65 columns wide, or more.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = net.inspect.diagram([
 *   { label: "srcPort", value: "53", bits: 16 },
 *   { label: "dstPort", value: "4000", bits: 16 },
 * ], net.inspect.canvas({ width: 80 }));
 * assert.match(text, /^\|          srcPort 53           \|         dstPort 4000          \|$/m);
 * ```
 */
export function diagram(boxes: readonly Box[], canvas: Canvas): string {
  const rows = rowsOf(boxes);
  const below: string[] = [];
  const lines = [...RULER.map((line) => paint("muted", line, canvas))];
  lines.push(edge(undefined, rows[0]));
  rows.forEach((row, i) => {
    const cells = row.map((piece) => cell(piece, below, canvas));
    lines.push(`|${cells.join("|")}|`, edge(row, rows[i + 1]));
  });
  if (below.length > 0) lines.push(truncate(below.join(", "), canvas.width));
  return lines.join("\n");
}

const RULER = [
  ` ${[0, 1, 2, 3].map((tens) => String(tens).padEnd(20)).join("").trimEnd()}`,
  ` ${Array.from({ length: ROW }, (_, bit) => bit % 10).join(" ")}`,
];

/** Cuts the boxes into rows. */
function rowsOf(boxes: readonly Box[]): Piece[][] {
  const rows: Piece[][] = [];
  let row: Piece[] = [];
  let at = 0;
  const close = () => {
    if (row.length > 0) rows.push(row);
    row = [];
    at = 0;
  };
  for (const box of boxes) {
    if (box.bits === 0) {
      close();
      rows.push([{ box, from: 0, to: ROW, isMain: true }]);
      continue;
    }
    const pieces: [Piece[], number, number][] = [];
    for (let left = box.bits; left > 0;) {
      const bits = Math.min(left, ROW - at);
      pieces.push([row, at, at + bits]);
      left -= bits;
      at += bits;
      if (at < ROW) continue;
      rows.push(row);
      row = [];
      at = 0;
    }
    // The text goes into the widest piece; of several, the one in the middle.
    const most = Math.max(...pieces.map(([, from, to]) => to - from));
    const widest = pieces.filter(([, from, to]) => to - from === most);
    const main = widest[widest.length - 1 >> 1];
    for (const piece of pieces) {
      const [row, from, to] = piece;
      row.push({ box, from, to, isMain: piece === main });
    }
  }
  close();
  return rows;
}

function cell(
  { box, from, to, isMain }: Piece,
  below: string[],
  canvas: Canvas,
) {
  const width = (to - from) * 2 - 1;
  if (!isMain) return " ".repeat(width);
  const { label, value = "" } = box;
  const both = visible(value === "" ? label : `${label} ${value}`);
  const fits = displayWidth(both) <= width;
  if (fits || box.bits === 0) {
    const name = paint("key", visible(label), canvas);
    const text = value === "" ? name : `${name} ${visible(value)}`;
    return pad(truncate(text, width), width, "center");
  }
  below.push(both);
  const short = [label, value].map(visible).find((text) =>
    displayWidth(text) <= width
  );
  return pad(truncate(short ?? label, width), width, "center");
}

/** The line between two rows: open where a box goes on below. */
function edge(above: Piece[] | undefined, under: Piece[] | undefined): string {
  const boxAt = (row: Piece[] | undefined, bit: number) =>
    row?.find(({ from, to }) => from <= bit && bit < to)?.box;
  const width = Math.max(above?.at(-1)?.to ?? 0, under?.at(-1)?.to ?? 0);
  let line = "+";
  for (let bit = 0; bit < width; bit++) {
    const upper = boxAt(above, bit);
    const isOpen = upper !== undefined && upper === boxAt(under, bit);
    const next = boxAt(above, bit + 1);
    const isOpenNext = isOpen && bit + 1 < width && next === upper &&
      boxAt(under, bit + 1) === upper;
    line += isOpen ? isOpenNext ? "  " : " +" : "-+";
  }
  return line;
}
