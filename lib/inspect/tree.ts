/**
 * Things within things, as an indented tree.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";
import { checkCanvas } from "./canvas_check.ts";
import { paint, type Role } from "./paint.ts";
import { truncate, visible } from "./text.ts";

/** One line of a tree, and what hangs below it. */
export interface TreeNode {
  /** What the line says. */
  readonly label: string;
  /** What it adds, muted, after the label. */
  readonly note?: string | undefined;
  /** What the label is, for its colour. */
  readonly role?: Role | undefined;
  /** The nodes below, in order. */
  readonly children?: readonly TreeNode[] | undefined;
}

/**
 * Draws a tree, one node a line; lines wider than the canvas are cut.
 *
 * @param node The root.
 * @param canvas Where to draw.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const site = { label: "site", children: [{ label: "r1", note: "up" }, { label: "r2" }] };
 * const text = net.inspect.tree(site, net.inspect.canvas({ width: 40 }));
 * assert.equal(text, "site\n├─ r1  up\n└─ r2");
 * ```
 */
export function tree(node: TreeNode, canvas: Canvas): string {
  checkCanvas("draw a tree", canvas);
  const lines: string[] = [];
  draw(node, "", "", canvas, lines);
  return lines.join("\n");
}

function draw(
  node: TreeNode,
  branch: string,
  indent: string,
  canvas: Canvas,
  lines: string[],
): void {
  const { label, note, role, children = [] } = node ?? {};
  if (typeof label !== "string") {
    throw new TypeError(
      `Cannot draw a tree as every node must have a 'label': current value is ${
        Deno.inspect(node)
      }`,
    );
  }
  const shown = visible(label);
  const parts = [
    branch === "" ? "" : paint("muted", branch, canvas),
    role === undefined ? shown : paint(role, shown, canvas),
    note === undefined ? "" : paint("muted", `  ${visible(note)}`, canvas),
  ];
  lines.push(truncate(parts.join(""), canvas.width));
  children.forEach((child, i) => {
    const last = i === children.length - 1;
    draw(
      child,
      indent + (last ? "└─ " : "├─ "),
      indent + (last ? "   " : "│  "),
      canvas,
      lines,
    );
  });
}
