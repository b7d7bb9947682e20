/**
 * Octets in rows: where they are, their digits, and their text.
 *
 * @module
 */

import { type Canvas, canvas as makeCanvas } from "../inspect/canvas.ts";
import { checkCanvas } from "../inspect/canvas_check.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { onlyKnown } from "../known_options.ts";
import { checkOctets } from "./octets_check.ts";
import { HEXDUMP } from "./option_names.ts";

/** A run of octets to colour. */
export interface Highlight {
  /** The first octet. */
  readonly start: number;
  /** The octet after the last. */
  readonly end: number;
  /** What the run is, for its colour. */
  readonly role: Role;
}

/** Options for {@linkcode hexdump}. */
export interface HexdumpOptions {
  /** Where to draw. @default {the terminal's width, no colour} */
  canvas?: Canvas | undefined;
  /** Runs to colour; of two that overlap, the later wins. */
  highlight?: readonly Highlight[] | undefined;
  /** The most octets to show; the rest is counted. @default {Infinity} */
  maxOctets?: number | undefined;
}

/**
 * Draws octets as rows of offset, hexadecimal digits in two groups, and ASCII.
 *
 * @param bytes The octets.
 * @param options Canvas, colours, and the most octets to show.
 * @returns The lines, joined by line feeds; 16 octets each, or fewer where the
 * canvas is narrow.
 * @throws {RangeError} If `maxOctets` is negative or not a number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const canvas = net.inspect.canvas({ width: 80 });
 * const text = net.bytes.hexdump(new TextEncoder().encode("GET / HTTP/1.1\r\n"), { canvas });
 * assert.equal(
 *   text,
 *   "0000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|",
 * );
 * ```
 */
export function hexdump(
  bytes: Uint8Array,
  options: HexdumpOptions = {},
): string {
  const what = "dump octets";
  checkOctets(what, bytes);
  onlyKnown(what, options, HEXDUMP);
  const { canvas = makeCanvas(), highlight = [], maxOctets = Infinity } =
    options;
  checkCanvas(what, canvas);
  if (!Array.isArray(highlight)) {
    throw new TypeError(
      `Cannot ${what} as 'highlight' must be a list of { start, end, role }: current value is ${
        Deno.inspect(highlight)
      }`,
    );
  }
  if (!(typeof maxOctets === "number" && maxOctets >= 0)) {
    throw new RangeError(
      `Cannot dump octets as 'maxOctets' must be 0 or more: current value is ${maxOctets}`,
    );
  }
  if (bytes.length === 0) return "(no octets)";
  const shown = bytes.subarray(0, maxOctets);
  const roles = canvas.colors ? rolesOf(highlight, shown.length) : [];
  const digits = shown.length > 0x10000 ? 8 : 4;
  const perRow = PER_ROW.find((n) => rowWidth(digits, n) <= canvas.width) ?? 4;
  const gap = (i: number) => i % perRow === perRow / 2 ? "  " : " ";
  const pair = (i: number) => PAIRS[shown[i]!]!;
  const char = (i: number) => CHARS[shown[i]!]!;

  const lines: string[] = [];
  for (let start = 0; start < shown.length; start += perRow) {
    const end = Math.min(start + perRow, shown.length);
    const draw = (octet: (i: number) => string, gap: (i: number) => string) =>
      drawRuns(start, end, octet, gap, roles, canvas);
    const missing = hexWidth(perRow) - hexWidth(end - start, perRow);
    lines.push([
      paint("muted", start.toString(16).padStart(digits, "0"), canvas),
      draw(pair, gap) + " ".repeat(missing),
      `|${draw(char, () => "")}|`,
    ].join("  "));
  }
  if (shown.length < bytes.length) {
    const rest = `… ${count(bytes.length - shown.length)} more octets`;
    lines.push(paint("muted", rest, canvas));
  }
  return lines.join("\n");
}

/** Octets a row, from the widest canvas to the narrowest. */
const PER_ROW = [16, 8, 4];

const PAIRS = Array.from(
  { length: 256 },
  (_, octet) => octet.toString(16).padStart(2, "0"),
);

const CHARS = Array.from(
  { length: 256 },
  (_, octet) =>
    octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".",
);

function rowWidth(digits: number, perRow: number): number {
  return digits + 2 + hexWidth(perRow) + 2 + perRow + 2;
}

/** Cells of `n` octets' digits, and the wider gap between the two groups. */
function hexWidth(n: number, perRow: number = n): number {
  return n * 3 - 1 + (n > perRow / 2 ? 1 : 0);
}

function rolesOf(
  highlight: readonly Highlight[],
  length: number,
): (Role | undefined)[] {
  const roles = new Array<Role | undefined>(length);
  for (const { start, end, role } of highlight) {
    roles.fill(role, Math.max(0, start), Math.max(0, end));
  }
  return roles;
}

/** Draws octets, those of one role in a row as one painted piece. */
function drawRuns(
  start: number,
  end: number,
  octet: (i: number) => string,
  gap: (i: number) => string,
  roles: readonly (Role | undefined)[],
  canvas: Canvas,
): string {
  let out = "";
  for (let i = start; i < end;) {
    const role = roles[i];
    if (i > start) out += gap(i);
    let run = octet(i++);
    while (i < end && roles[i] === role) run += gap(i) + octet(i++);
    out += role === undefined ? run : paint(role, run, canvas);
  }
  return out;
}
