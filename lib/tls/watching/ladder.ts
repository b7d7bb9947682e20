/**
 * A handshake as a ladder: the client at the left, the server at the right, an
 * arrow a message, time going down.
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
import { bytes, count, duration } from "../../inspect/units.ts";

/** One rung of a ladder. */
export interface Rung {
  /** Who sent it. */
  readonly from: "client" | "server";
  /** What stands on the arrow. */
  readonly name: string;
  /** When it came, in milliseconds; nothing stands there if it is not known. */
  readonly at?: number | undefined;
  /** Its octets. */
  readonly length: number;
  /** Whether it went encrypted: such arrows are double. */
  readonly encrypted: boolean;
  /** What stands beside it. */
  readonly note?: string | undefined;
  /** What it is, for its colour. @default {"name"} */
  readonly role?: Role | undefined;
}

/** Options for {@linkcode ladder}. */
export interface LadderOptions {
  /** What stands above the left post. @default {"client"} */
  readonly client?: string | undefined;
  /** What stands above the right post. @default {"server"} */
  readonly server?: string | undefined;
  /** Where to draw. */
  readonly canvas: Canvas;
}

/** Cells of the times at the left. */
const TIME = 8;
/** Cells between the posts, at least and at most. */
const LEAST = 24;
const MOST = 44;
/** Cells from which on notes have room. */
const NOTES = 16;

/**
 * Draws a ladder.
 *
 * @param rungs The messages, in order.
 * @param options What the sides are called, and the canvas.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import { ladder } from "./ladder.ts";
 * import assert from "node:assert/strict";
 *
 * const text = ladder([
 *   { from: "client", name: "clientHello", at: 1, length: 200, encrypted: false },
 *   { from: "server", name: "finished", at: 3, length: 36, encrypted: true },
 * ], { canvas: net.inspect.canvas({ width: 60 }) });
 * assert.match(text, /1 ms  │── clientHello 200 B ─+▶│/);
 * assert.match(text, /3 ms  │◀═+ finished 36 B ══│/);
 * ```
 */
export function ladder(
  rungs: readonly Rung[],
  { client = "client", server = "server", canvas }: LadderOptions,
): string {
  const room = Math.min(canvas.width, 120) - TIME - 4;
  const widest = rungs.reduce(
    (most, rung) => Math.max(most, displayWidth(labelOf(rung)) + 6),
    LEAST,
  );
  const hasNotes = rungs.some(({ note }) => note);
  const inside = Math.max(
    8,
    Math.min(widest, MOST, hasNotes ? Math.max(LEAST, room - NOTES) : room),
  );
  const notes = room - inside - 2;
  const margin = " ".repeat(TIME + 2);
  const post = paint("muted", "│", canvas);
  const posts = `${margin}${post}${" ".repeat(inside)}${post}`;
  const half = Math.floor(inside / 2);
  const head = pad(truncate(visible(client), half), half) +
    pad(
      truncate(visible(server), inside + 2 - half),
      inside + 2 - half,
      "right",
    );
  const lines = [`${margin}${paint("heading", head, canvas)}`];
  for (const rung of rungs) {
    const { at, note = "" } = rung;
    const time = pad(at === undefined ? "" : duration(at), TIME, "right");
    const [first = "", ...more] = notes >= NOTES
      ? wrap(visible(note), notes)
      : [];
    const arrow = arrowOf(rung, inside, canvas);
    lines.push(
      `${paint("muted", time, canvas)}  ${post}${arrow}${post}  ${
        paint("muted", first, canvas)
      }`.trimEnd(),
    );
    for (const line of more) {
      lines.push(`${posts}  ${paint("muted", line, canvas)}`);
    }
  }
  return lines.map((line) => truncate(line, canvas.width)).join("\n");
}

function labelOf({ name, length }: Rung): string {
  const size = length < 1024 ? `${count(length)} B` : bytes(length);
  return `${visible(name)} ${size}`;
}

function arrowOf(rung: Rung, inside: number, canvas: Canvas): string {
  const { from, encrypted, role = "name" } = rung;
  const dash = encrypted ? "═" : "─";
  const label = truncate(labelOf(rung), inside - 6);
  const long = dash.repeat(
    Math.max(1, inside - displayWidth(label) - 5),
  );
  const text = paint(role, label, canvas);
  return from === "client"
    ? `${dash}${dash} ${text} ${long}▶`
    : `◀${long} ${text} ${dash}${dash}`;
}
