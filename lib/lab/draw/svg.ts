/**
 * A drawing as an SVG image that stands alone: no scripts, no fonts to fetch,
 * and colours for light and for dark pages.
 *
 * @module
 */

import type { NodeKind, Topology } from "../topology.ts";
import { type Box, layout, type Wire } from "./layout.ts";

/** One cell of the plan in pixels; the width is that of a character. */
const CELL = { width: 8, height: 20 } as const;
const MARGIN = 16;
/** How round links turn, in pixels. */
const BEND = 6;

const STYLE = `
  :root { color-scheme: light dark }
  .page { fill: #ffffff }
  text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2933 }
  .title { font-weight: bold }
  .more { fill: #5b6773 }
  .wire { fill: none; stroke: #7b8794; stroke-width: 1.5 }
  .poor { stroke: #c05621; stroke-dasharray: 6 3 }
  .label { fill: #c05621; font-size: 11px }
  .under { fill: #ffffff }
  .box { stroke-width: 1.5 }
  .host { fill: #ebf4ff; stroke: #2b6cb0 }
  .switch { fill: #e8f6ec; stroke: #2f7a45 }
  .router { fill: #f5ecfb; stroke: #7b3fa0 }
  .dot { fill: #7b8794 }
  @media (prefers-color-scheme: dark) {
    .page, .under { fill: #14181d }
    text { fill: #e4e7eb }
    .more { fill: #9aa5b1 }
    .wire { stroke: #9aa5b1 }
    .poor { stroke: #f6ad55 }
    .label { fill: #f6ad55 }
    .host { fill: #16263a; stroke: #63a4e8 }
    .switch { fill: #14291b; stroke: #68bd82 }
    .router { fill: #291a36; stroke: #bd8ae0 }
    .dot { fill: #9aa5b1 }
  }`;

/** How round the corners of a kind's boxes are, in pixels. */
const CORNERS: Readonly<Record<NodeKind, number>> = {
  host: 4,
  switch: 0,
  router: 14,
};

/**
 * Draws a topology as SVG.
 *
 * @param topology The topology.
 * @returns The text of an SVG file.
 * @see SVG 1.1, CSS Color Adjustment §2 (color-scheme)
 */
export function drawSvg(topology: Topology): string {
  const plan = layout(topology, "all", true);
  const width = plan.width * CELL.width + 2 * MARGIN;
  const height = plan.height * CELL.height + 2 * MARGIN;
  const { name, title } = topology;
  const heading = title === undefined ? name : `${name}: ${title}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escape(heading)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="100%" height="100%"/>`,
    ...plan.wires.map(wireSvg),
    ...plan.boxes.map(boxSvg),
    ...plan.wires.map(labelSvg),
    "</svg>",
    "",
  ].filter((part, i, all) => part !== "" || i === all.length - 1).join("\n");
}

/** The middle of a cell's left edge. */
function at(x: number, y: number): [number, number] {
  return [MARGIN + x * CELL.width, MARGIN + (y + 0.5) * CELL.height];
}

/** The corners of a link in pixels, its ends moved to the edges of the boxes. */
function corners({ points }: Wire): [number, number][] {
  const returns = points[0]![0] === points.at(-1)![0];
  return points.map(([x, y], i) => {
    if (i === 0 || i === points.length - 1 && returns) return at(x, y);
    if (i === points.length - 1) return at(x + 1, y);
    return at(x + 0.5, y);
  });
}

function wireSvg(wire: Wire): string {
  const [start, ...rest] = corners(wire) as [
    [number, number],
    ...[number, number][],
  ];
  const last = rest.pop()!;
  let path = `M${start.join(" ")}`;
  let before = start;
  rest.forEach((corner, i) => {
    const after = rest[i + 1] ?? last;
    const into = toward(corner, before);
    const out = toward(corner, after);
    path += ` L${into.join(" ")} Q${corner.join(" ")} ${out.join(" ")}`;
    before = corner;
  });
  const kind = wire.label === "" ? "wire" : "wire poor";
  const { a, b } = wire.link;
  const said = `${a.node}:${a.interface} to ${b.node}:${b.interface}`;
  const more = wire.label === "" ? "" : `, ${wire.label}`;
  return `<path class="${kind}" d="${path} L${last.join(" ")}"><title>${
    escape(said + more)
  }</title></path>`;
}

/** A point near a corner on the way to another, at most half of that way off. */
function toward(
  [x, y]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): [number, number] {
  const far = Math.hypot(toX - x, toY - y);
  const part = far === 0 ? 0 : Math.min(BEND, far / 2) / far;
  return [round(x + (toX - x) * part), round(y + (toY - y) * part)];
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}

function boxSvg({ node, x, y, width, height, lines }: Box): string {
  const [left, top] = [MARGIN + x * CELL.width, MARGIN + y * CELL.height + 2];
  const wide = width * CELL.width;
  const high = height * CELL.height - 4;
  const right = left + wide;
  const texts = lines.map(({ text, y, side, isPort }) => {
    const [, middle] = at(0, y);
    const place = side === "left"
      ? `x="${left + CELL.width}"`
      : `x="${right - CELL.width}" text-anchor="end"`;
    const kind = isPort ? "" : ` class="more"`;
    return `<text${kind} ${place} y="${middle + 4}">${escape(text)}</text>`;
  });
  const dots = lines.filter(({ isPort }) => isPort).map(({ y, side }) =>
    `<circle class="dot" cx="${side === "left" ? left : right}" cy="${
      at(0, y)[1]
    }" r="3"/>`
  );
  return [
    "<g>",
    `<rect class="box ${node.kind}" x="${left}" y="${top}" width="${wide}" height="${high}" rx="${
      CORNERS[node.kind]
    }"/>`,
    `<text class="title" x="${left + wide / 2}" y="${
      top + 15
    }" text-anchor="middle">${escape(node.name)}</text>`,
    ...texts,
    ...dots,
    "</g>",
  ].join("\n");
}

/** What goes wrong on a link, over the middle of its longest level stretch. */
function labelSvg(wire: Wire): string {
  if (wire.label === "") return "";
  const points = corners(wire);
  let best: [number, number] = points[0]!;
  let longest = -1;
  points.slice(1).forEach(([x, y], i) => {
    const [fromX, fromY] = points[i]!;
    if (fromY !== y || Math.abs(x - fromX) <= longest) return;
    longest = Math.abs(x - fromX);
    best = [(x + fromX) / 2, y];
  });
  const wide = wire.label.length * 6.8 + 6;
  const [x, y] = best;
  return [
    `<rect class="under" x="${round(x - wide / 2)}" y="${y - 8}" width="${
      round(wide)
    }" height="16"/>`,
    `<text class="label" x="${x}" y="${y + 4}" text-anchor="middle">${
      escape(wire.label)
    }</text>`,
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Makes text safe in XML; what XML cannot hold is shown as a replacement. */
function escape(text: string): string {
  return text.toWellFormed()
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!)
    // deno-lint-ignore no-control-regex
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
}
