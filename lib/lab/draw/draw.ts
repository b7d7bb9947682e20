/**
 * Draws topologies.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import type { Topology } from "../topology.ts";
import { DETAILS } from "./labels.ts";
import { layout } from "./layout.ts";
import { drawMermaid } from "./mermaid.ts";
import { drawOutline } from "./outline.ts";
import { drawSvg } from "./svg.ts";
import { drawText } from "./text.ts";

/** The most nodes and rows of a picture; a larger one is no help. */
const MOST_NODES = 30;
const MOST_ROWS = 50;

/**
 * A drawing of a topology, in whatever form is asked for. At the prompt it shows
 * as text, in a notebook as SVG.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const drawing: net.lab.Drawing = net.lab.readyMade("dmz").draw();
 * const narrow = drawing.toText(net.inspect.canvas({ width: 40 }));
 * assert.match(narrow, /^fw \(router, firewall\)\n├─ inside 10\.0\.1\.1\/24 ── pc1/);
 * ```
 */
export class Drawing {
  /** What is drawn. */
  readonly topology: Topology;

  /**
   * Takes the topology.
   *
   * @param topology What to draw.
   */
  constructor(topology: Topology) {
    this.topology = topology;
  }

  /**
   * Draws a picture in text: hosts in light boxes, switches in heavy ones,
   * routers in double ones. Where the canvas is narrow it says less; where there
   * is no room for a picture it is a tree.
   *
   * @param page Where to draw. @default {the terminal, without colour}
   * @returns The lines, joined by line feeds.
   */
  toText(page: Canvas = canvas()): string {
    const { topology } = this;
    if (topology.nodes.length <= MOST_NODES) {
      for (const detail of DETAILS) {
        for (const labelled of [true, false]) {
          const plan = layout(topology, detail, labelled);
          const fits = plan.width <= page.width && plan.height <= MOST_ROWS;
          if (fits && plan.isClear) return drawText(plan, page);
        }
      }
    }
    return drawOutline(topology, page);
  }

  /**
   * Draws an SVG image that stands alone and suits light and dark pages.
   *
   * @returns The text of an SVG file.
   */
  toSvg(): string {
    return drawSvg(this.topology);
  }

  /**
   * Writes a Mermaid flowchart.
   *
   * @returns Its text.
   */
  toMermaid(): string {
    return drawMermaid(this.topology);
  }

  /** Gives the picture in text, 80 columns wide. */
  toString(): string {
    return this.toText(canvas({ width: 80 }));
  }

  /** Stands in JSON as what is drawn. */
  toJSON(): Topology {
    return this.topology;
  }

  /** Shows at the prompt as a picture in text. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.toText(canvas({ colors: options?.colors ?? false }));
  }

  /** Shows in a notebook as SVG. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "image/svg+xml": this.toSvg(), "text/plain": this.toString() };
  }
}

/**
 * Draws a topology: as text, and on demand as SVG or Mermaid.
 *
 * @param topology The topology, complete.
 * @returns The drawing.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const drawing = net.lab.draw(net.lab.readyMade("pair"));
 * assert.equal(
 *   `${drawing}`,
 *   `┌─ pc1 ────────────┐   ┌─ pc2 ────────────┐
 * │ eth0 10.0.0.1/24 ├───┤ eth0 10.0.0.2/24 │
 * └──────────────────┘   └──────────────────┘`,
 * );
 * assert.match(drawing.toSvg(), /^<svg /);
 * assert.match(drawing.toMermaid(), /^flowchart LR/);
 * ```
 */
export function draw(topology: Topology): Drawing {
  if (!Array.isArray(topology?.nodes)) {
    throw new TypeError(
      `Cannot draw a topology as it must be one, such as await net.lab.topology("pair"): current value is ${
        Deno.inspect(topology, { depth: 0 })
      }`,
    );
  }
  return new Drawing(topology);
}
