/**
 * A drawing as lines of text: boxes of hosts light, of switches heavy, of
 * routers double.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { displayWidth } from "../../inspect/text.ts";
import type { NodeKind } from "../topology.ts";
import type { Box, Layout, Wire } from "./layout.ts";

/** Corners from top left clockwise to bottom left, edges, and where links begin. */
interface Frame {
  readonly corners: readonly [string, string, string, string];
  readonly across: string;
  readonly down: string;
  readonly left: string;
  readonly right: string;
}

const FRAMES: Readonly<Record<NodeKind, Frame>> = {
  host: {
    corners: ["┌", "┐", "┘", "└"],
    across: "─",
    down: "│",
    left: "┤",
    right: "├",
  },
  switch: {
    corners: ["┏", "┓", "┛", "┗"],
    across: "━",
    down: "┃",
    left: "┨",
    right: "┠",
  },
  router: {
    corners: ["╔", "╗", "╝", "╚"],
    across: "═",
    down: "║",
    left: "╢",
    right: "╟",
  },
};

const KIND_ROLES: Readonly<Record<NodeKind, Role>> = {
  host: "name",
  switch: "good",
  router: "accent",
};

/** Where a line goes on from a cell. */
const NORTH = 1;
const EAST = 2;
const SOUTH = 4;
const WEST = 8;

/** The character for each set of directions. */
const LINES = " ╵╶└╷│┌├╴┘─┴┐┤┬┼";

/** A cell: what is there, and what it is. */
interface Cell {
  readonly text: string;
  readonly role: Role | undefined;
}

/**
 * Draws a plan as text.
 *
 * @param plan The plan.
 * @param canvas Where to draw; it must be wide enough.
 * @returns The lines, and below them what is wrong with links that had no room for it.
 */
export function drawText(plan: Layout, canvas: Canvas): string {
  const grid: (Cell | undefined)[][] = Array.from(
    { length: plan.height },
    () => [],
  );
  const notes: string[] = [];
  drawWires(plan.wires, grid);
  for (const wire of plan.wires) {
    if (wire.label !== "" && !drawLabel(wire, grid)) {
      const { a, b } = wire.link;
      notes.push(`${a.node} ── ${b.node}: ${wire.label}`);
    }
  }
  for (const box of plan.boxes) drawBox(box, grid);
  for (const { points } of plan.wires) drawEnds(points, plan.boxes, grid);
  const lines = grid.map((row) => lineOf(row, canvas));
  const below = notes.map((note) => paint("warn", note, canvas));
  return [...lines, ...below].join("\n");
}

function drawWires(
  wires: readonly Wire[],
  grid: (Cell | undefined)[][],
): void {
  const ways = new Map<string, number>();
  const add = (x: number, y: number, way: number) => {
    const key = `${x} ${y}`;
    ways.set(key, (ways.get(key) ?? 0) | way);
  };
  for (const { points } of wires) {
    points.slice(1).forEach(([toX, toY], i) => {
      let [x, y] = points[i]!;
      const [dx, dy] = [Math.sign(toX - x), Math.sign(toY - y)];
      const [out, back] = dx > 0
        ? [EAST, WEST]
        : dx < 0
        ? [WEST, EAST]
        : dy > 0
        ? [SOUTH, NORTH]
        : [NORTH, SOUTH];
      while (x !== toX || y !== toY) {
        add(x, y, out);
        x += dx;
        y += dy;
        add(x, y, back);
      }
    });
    // The ends go on to the boxes.
    const [[firstX, firstY], [lastX, lastY]] = [points[0]!, points.at(-1)!];
    const returns = lastX === firstX;
    add(firstX, firstY, WEST);
    add(lastX, lastY, returns ? WEST : EAST);
  }
  for (const [key, way] of ways) {
    const [x, y] = key.split(" ").map(Number) as [number, number];
    grid[y]![x] = { text: LINES[way]!, role: "muted" };
  }
}

/** Puts what is wrong with a straight link onto it. */
function drawLabel(
  { points, label }: Wire,
  grid: (Cell | undefined)[][],
): boolean {
  const [[x, y], [end, endY]] = [points[0]!, points.at(-1)!];
  const width = displayWidth(label);
  if (y !== endY || end - x + 1 < width + 4) return false;
  const row = grid[y]!;
  const start = x + Math.floor((end - x + 1 - width) / 2);
  // Where another link crosses, its line must stay whole.
  for (let at = start - 1; at <= start + width; at++) {
    if (row[at]?.text !== "─") return false;
  }
  putText(row, start - 1, ` ${label} `, "warn");
  return true;
}

function drawBox(
  { node, x, y, width, height, lines }: Box,
  grid: (Cell | undefined)[][],
): void {
  const { corners, across, down } = FRAMES[node.kind];
  const role = KIND_ROLES[node.kind];
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const right = x + width - 1;
  const bottom = y + height - 1;
  for (
    const [row, left, end] of [
      [y, topLeft, topRight],
      [bottom, bottomLeft, bottomRight],
    ] as const
  ) {
    putText(grid[row]!, x, left + across.repeat(width - 2) + end, role);
  }
  for (let row = y + 1; row < bottom; row++) {
    putText(grid[row]!, x, down, role);
    putText(grid[row]!, right, down, role);
    putText(grid[row]!, x + 1, " ".repeat(width - 2), undefined);
  }
  putText(grid[y]!, x + 2, ` ${node.name} `, role);
  for (const { text, y: row, side, isPort } of lines) {
    const start = side === "left" ? x + 2 : right - 1 - displayWidth(text);
    putText(grid[row]!, start, text, isPort ? undefined : "muted");
  }
}

/** Makes the places on the edges where links begin. */
function drawEnds(
  points: Wire["points"],
  boxes: readonly Box[],
  grid: (Cell | undefined)[][],
): void {
  const [[firstX, firstY], [lastX, lastY]] = [points[0]!, points.at(-1)!];
  const returns = firstX === lastX;
  for (
    const [x, y, isLeft] of [
      [firstX - 1, firstY, false],
      [returns ? lastX - 1 : lastX + 1, lastY, !returns],
    ] as const
  ) {
    const cell = grid[y]![x];
    const box = boxes.find((box) =>
      y > box.y && y < box.y + box.height &&
      (x === box.x || x === box.x + box.width - 1)
    );
    if (box === undefined) continue;
    const { left, right } = FRAMES[box.node.kind];
    grid[y]![x] = { text: isLeft ? left : right, role: cell?.role };
  }
}

function putText(
  row: (Cell | undefined)[],
  x: number,
  text: string,
  role: Role | undefined,
): void {
  [...text].forEach((char, i) => row[x + i] = { text: char, role });
}

/** Paints the runs of one role. */
function lineOf(row: readonly (Cell | undefined)[], canvas: Canvas): string {
  let line = "";
  let run = "";
  let role: Role | undefined;
  const close = () => {
    line += role === undefined ? run : paint(role, run, canvas);
    run = "";
  };
  for (let x = 0; x < row.length; x++) {
    const cell = row[x];
    if (cell?.role !== role) {
      close();
      role = cell?.role;
    }
    run += cell?.text ?? " ";
  }
  close();
  return line.trimEnd();
}
