/**
 * One thing and its facts, as labelled rows.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";
import { checkCanvas } from "./canvas_check.ts";
import { paint, type Role } from "./paint.ts";
import { displayWidth, pad, truncate, visible, wrap } from "./text.ts";

/** One row of a {@linkcode card}: what is said, the fact, and what it is. */
export type CardRow = readonly [label: string, value: string, role?: Role];

/** Cells between the labels and the values. */
const GAP = 2;

/**
 * Draws a title and labelled rows below it. Values too wide for the canvas go
 * on in lines below; labels take at most half of it.
 *
 * @param title The first line; none if empty.
 * @param rows Label and value, and the role that colours the value.
 * @param canvas Where to draw.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = net.inspect.card(
 *   "10.0.0.0/24",
 *   [["network", "10.0.0.0"], ["hosts", "254", "number"]],
 *   net.inspect.canvas({ width: 40 }),
 * );
 * assert.equal(text, "10.0.0.0/24\n  network  10.0.0.0\n  hosts    254");
 * ```
 */
export function card(
  title: string,
  rows: Iterable<CardRow>,
  canvas: Canvas,
): string {
  checkCanvas("draw a card", canvas);
  const lines: string[] = [];
  if (title !== "") {
    lines.push(
      paint("heading", truncate(visible(title), canvas.width), canvas),
    );
  }
  const indent = " ".repeat(title === "" ? 0 : GAP);
  const shown = Array.from(
    rows,
    ([label, value, role]) => [visible(label), visible(value), role] as const,
  );
  const room = canvas.width - indent.length - GAP;
  const widest = shown.reduce((n, [l]) => Math.max(n, displayWidth(l)), 0);
  const labels = Math.max(1, Math.min(widest, Math.floor(room / 2)));
  const values = Math.max(1, room - labels);
  for (const [label, value, role] of shown) {
    const name = pad(truncate(label, labels), labels);
    wrap(value, values).forEach((part, i) => {
      const left = i === 0 ? paint("key", name, canvas) : " ".repeat(labels);
      const right = role === undefined ? part : paint(role, part, canvas);
      const line = `${indent}${left}${" ".repeat(GAP)}${right}`;
      lines.push(truncate(line.trimEnd(), canvas.width));
    });
  }
  return lines.join("\n");
}
