/**
 * What a watched capture looks like.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { sparkline } from "../../inspect/chart.ts";
import { paint } from "../../inspect/paint.ts";
import { displayWidth, pad, truncate, visible } from "../../inspect/text.ts";
import { bytes, count, duration, rate } from "../../inspect/units.ts";
import type { Share, Tally } from "./watch_tally.ts";

/** What there is to show of a watched capture. */
export interface Watched {
  /** The interfaces' names. */
  readonly interfaces: readonly string[];
  /** How long it has been going on, in milliseconds. */
  readonly elapsed: number;
  /** What was counted. */
  readonly tally: Tally;
  /** Packets that were dropped for want of time, or by the interface. */
  readonly dropped: number;
  /** Whether the packets stand still. */
  readonly isPaused: boolean;
  /** The last packets, a line each. */
  readonly lines: readonly string[];
  /** Packets that are kept, and those that no longer are. */
  readonly kept: { readonly packets: number; readonly forgotten: number };
  /** The file that is being written, if there is one. */
  readonly file: string | undefined;
}

/** Rows of talkers and protocols. */
const SHARES = 5;
/** Rows that there must be for them. */
const TALL = 16;
/** Head and foot. */
const FRAME = 4;

/**
 * Says how many packets fit on a screen.
 *
 * @param height The screen's rows.
 * @returns How many.
 *
 * @example
 * ```ts
 * import { roomForPackets } from "./watch_view.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(roomForPackets(24), 14);
 * ```
 */
export function roomForPackets(height: number): number {
  const shares = height >= TALL ? SHARES + 1 : 0;
  return Math.max(0, height - FRAME - shares);
}

/**
 * Draws a watched capture: rates, who and what, the last packets, the keys.
 *
 * @param watched What there is to show.
 * @param page Where to draw.
 * @param height Rows that there are.
 * @returns The lines, as many as there are rows.
 */
export function drawWatched(
  watched: Watched,
  page: Canvas,
  height: number,
): string {
  const { tally, lines } = watched;
  const room = roomForPackets(height);
  const shown = lines.slice(-room || lines.length).map(visible);
  return [
    ...heading(watched, page),
    ...height >= TALL ? shares(tally, page) : [],
    paint("muted", "─".repeat(page.width), page),
    ...shown,
    ...Array.from({ length: room - shown.length }, () => ""),
    footer(watched, page),
  ].slice(0, height).map((line) => truncate(line, page.width)).join("\n");
}

function heading(watched: Watched, page: Canvas): string[] {
  const { interfaces, elapsed, tally, dropped, isPaused } = watched;
  const { packets, octets } = tally;
  const facts = [
    paint("heading", interfaces.map(visible).join(", "), page),
    duration(elapsed),
    `${count(packets)} ${packets === 1 ? "packet" : "packets"}`,
    bytes(octets),
    paint(dropped > 0 ? "bad" : "muted", `${count(dropped)} dropped`, page),
    ...isPaused ? [paint("warn", "paused", page)] : [],
  ].join("  ");
  const half = Math.floor((page.width - 2) / 2);
  const rates = [
    sparked(tally.packetRates, "p/s", half, page),
    sparked(tally.bitRates, "b/s", half, page),
  ];
  return [facts, columns(rates[0]!, rates[1]!, half)];
}

/** The rate now, and those of the last minute as a row of blocks. */
function sparked(
  rates: readonly number[],
  unit: string,
  width: number,
  page: Canvas,
): string {
  const now = pad(rate(rates.at(-1) ?? 0, unit), 11, "right");
  // From 0 up: a steady rate is no empty row.
  const last = rates.slice(-Math.max(0, width - 12) || rates.length);
  const blocks = [...sparkline([0, ...last])].slice(1).join("");
  return `${now} ${paint("accent", blocks, page)}`;
}

/** Who sends most, beside of what there is most. */
function shares(tally: Tally, page: Canvas): string[] {
  const half = Math.floor((page.width - 2) / 2);
  const side = (title: string, list: readonly Share[]) => [
    paint("muted", title, page),
    ...list.map((one) => shareLine(one, tally.octets, half, page)),
  ];
  const left = side("Most is sent by", tally.talkers(SHARES));
  const right = side("and is", tally.protocols(SHARES));
  return Array.from(
    { length: SHARES + 1 },
    (_, i) => columns(left[i] ?? "", right[i] ?? "", half),
  );
}

function shareLine(
  { name, octets }: Share,
  all: number,
  width: number,
  page: Canvas,
): string {
  const amount = pad(bytes(octets), 9, "right");
  const percent = pad(`${Math.round(100 * octets / all)} %`, 6, "right");
  const room = Math.max(1, width - 16);
  const label = pad(truncate(name, room), room);
  return paint("name", label, page) + percent +
    paint("muted", ` ${amount}`, page);
}

function columns(left: string, right: string, half: number): string {
  const space = " ".repeat(Math.max(0, half - displayWidth(left)));
  return `${left}${space}  ${right}`;
}

function footer({ kept, file }: Watched, page: Canvas): string {
  const keys = ["q leave", "space stop and go", "c count anew"].map((key) => {
    const [name, ...what] = key.split(" ");
    return `${paint("key", name!, page)} ${what.join(" ")}`;
  }).join("  ");
  const { packets, forgotten } = kept;
  const facts = [
    ...file === undefined ? [] : [`writes ${visible(file)}`],
    `keeps ${count(packets)}` +
    (forgotten > 0 ? `, ${count(forgotten)} older ones are gone` : ""),
  ].join(", ");
  return `${keys}  ${paint("muted", facts, page)}`;
}
