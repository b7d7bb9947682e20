/**
 * The walk down a packet as source text: one `case` a layer.
 *
 * @module
 */

import { PARSE } from "./header.ts";
import type { Layer } from "./layer.ts";
import { fieldCode, slotOf } from "./scan_code.ts";
import { scanGraph, type ScanNode } from "./scan_graph.ts";

/** Link types whose packets start with IPv4 or IPv6, as the version says. */
const RAW_LINKS: ReadonlySet<number> = new Set([12, 14, 101]);
const LINK_IPV4 = 228;
const LINK_IPV6 = 229;
/** The root that stands for those two. */
const EITHER = -1;

/** What is done on a walk. */
export interface WalkPlan {
  /** Whether the layer is to be walked to. */
  readonly isUseful: (node: ScanNode) => boolean;
  /** Whether the walk goes on behind the layer. */
  readonly goesOn: (node: ScanNode) => boolean;
  /**
   * What the layer's functions are to read in place of its view: its name, the
   * statement that makes it, and for a header that ends with its last field
   * statements that read it: they set `length` and `isSound`.
   */
  readonly reads?: (node: ScanNode) =>
    | { readonly name: string; readonly make: string; readonly parse: string }
    | undefined;
  /**
   * Statements for a header that is sound: over `b` and `d`, the octets; `at`,
   * its first; `start`, the packet's; `length` octets of the header; `v`, its view.
   */
  readonly accept: (node: ScanNode) => readonly string[];
  /** A statement for trouble, before the walk ends or goes on. */
  readonly trouble: string;
  /** What the source text has by name; the walk adds its own. */
  readonly scope: Record<string, unknown>;
}

/** A walk as source text. */
export interface WalkCode {
  /**
   * Declarations for the scope around the function that walks: `b`, `d`, `start`,
   * `place` and `end`, which it sets, and what the walk does at each layer.
   */
  readonly steps: string;
  /**
   * Statements that walk, from `place` and by `root`, which `rootOf(linkType)`
   * gives; afterwards the payload lies from `place` to `end`, if the walk has gone
   * as far as there are layers.
   */
  readonly walk: string;
}

/**
 * Writes the walk. What is done at a layer is a function of its own: the engine
 * makes the layer's small functions part of a small one, but not of one that is
 * as long as all of them together.
 *
 * @param plan What is done.
 * @returns The source text.
 *
 * @example
 * ```ts
 * import { walkCode } from "./scan_walk.ts";
 * import assert from "node:assert/strict";
 *
 * const { steps } = walkCode({
 *   isUseful: ({ layer }) => layer.name === "vlan",
 *   goesOn: () => false,
 *   accept: () => ["found++;"],
 *   trouble: "",
 *   scope: {},
 * });
 * assert.match(steps, /if \(end - at < 4\) .*\n.*const length = 4;\n +found\+\+;/);
 * ```
 */
export function walkCode(plan: WalkPlan): WalkCode {
  plan.scope.rootOf = (linkType: number) => rootOf(linkType, plan);
  plan.scope.PARSE = PARSE;
  const nodes = scanGraph().nodes.filter(plan.isUseful);
  const steps = nodes.map((node) => layerStep(node, plan));
  const cases = nodes.map(({ id }) =>
    `case ${id}: layer = step${id}(); break;`
  );
  return {
    steps: `let b, d, start = 0, place = 0, end = 0, whole = true;${
      steps.join("")
    }`,
    walk: nodes.length === 0
      ? ""
      : `${plan.trouble === "" ? "" : "whole = true;"}
    let layer = root !== ${EITHER} ? root
      : start < end && b[start] >> 4 === 6 ? ${rootOf(LINK_IPV6, plan)}
      : ${rootOf(LINK_IPV4, plan)};
    while (layer !== 0) switch (layer) {
      ${cases.join("\n      ")}
    }`,
  };
}

/** The id of the first layer; 0 if it leads to nothing that is wanted. */
function rootOf(linkType: number, { isUseful }: WalkPlan): number {
  if (RAW_LINKS.has(linkType)) return EITHER;
  const node = scanGraph().roots.get(linkType);
  return node !== undefined && isUseful(node) ? node.id : 0;
}

/** What is done at one layer: the same steps, in the same order, as `walk()` has. */
function layerStep(node: ScanNode, plan: WalkPlan): string {
  const { id, layer } = node;
  const { size, header, payload, check, piece } = layer;
  const { trouble } = plan;
  const hook = (kind: string, value: object): string => {
    plan.scope[`${kind}${id}`] = value;
    return `${kind}${id}`;
  };
  const stop = (fault = trouble) => `{ ${fault} return 0; }`;
  // In a piece of something longer, what is cut short is no trouble.
  const cut = trouble === "" ? "" : `if (whole) { ${trouble} }`;
  const reads = plan.reads?.(node);
  const view = reads?.name ?? "v";
  const accept = plan.accept(node);
  const goesOn = plan.goesOn(node);
  const steps: string[] = reads === undefined ? [] : [reads.make];
  if (check) {
    const isImpossible = `${hook("check", check)}(${view}) !== undefined`;
    steps.push(`if (${isImpossible}) ${stop(layer.tentative ? "" : trouble)}`);
  }
  if (header === "parsed" && reads !== undefined) {
    steps.push(reads.parse);
  } else if (header === "parsed") {
    steps.push(
      "v.headerLength = end - at;",
      "const parsed = v[PARSE]();",
      "const isSound = parsed.trouble === undefined;",
      "const length = isSound ? parsed.end : end - at;",
      "v.headerLength = length;",
    );
  } else if (header) {
    steps.push(
      `const length = ${hook("header", header)}.octets(${view});`,
      `if (length < ${size}) ${stop()}`,
      `if (length > end - at) ${stop(cut)}`,
      ...reads || accept.some(usesView) || goesOn && (payload || piece)
        ? [`if (length > ${size}) ${view}.headerLength = length;`]
        : [],
    );
  } else {
    steps.push(`const length = ${size};`);
  }
  steps.push(...accept);
  if (header === "parsed") {
    steps.push(`if (!isSound) { place = end; ${trouble} return 0; }`);
  }
  if (goesOn) {
    steps.push("const after = place = at + length;");
    if (payload) {
      steps.push(
        `const stated = ${hook("payload", payload)}.octets(${view});`,
        `if (stated < 0) ${stop()}`,
        "if (stated <= end - after) end = after + stated;",
        ...cut === "" ? [] : [`else if (stated > 0) { ${cut} }`],
      );
    }
    if (piece) {
      steps.push(
        `const piece = ${hook("piece", piece)}(${view});`,
        `if (piece === "tail") return 0;`,
        ...cut === "" ? [] : ["if (piece !== undefined) whole = false;"],
      );
    }
    steps.push(nextCode(node, plan, view, hook));
  } else {
    steps.push("return 0;");
  }
  // Hooks read a view; so does what no expression is known for.
  if (steps.some(usesView)) {
    const View = hook("View", lazily(layer));
    steps.unshift(
      `const v = new (${View}.made ??= ${View}.make())(b, d, at, at - start, ${size});`,
    );
  }
  return `
const step${id} = () => { // ${layer.name}
  const at = place;
  ${
    // Nothing at all is no message of a layer that may be of any length.
    size === 0
      ? "if (at === end) return 0;"
      : `if (end - at < ${size}) ${stop(cut)}`}
  ${steps.join("\n  ")}
};`;
}

function usesView(step: string): boolean {
  return /\bv\b/.test(step);
}

/** A layer's view class, compiled when the first such header is met. */
function lazily(layer: Layer): { made: unknown; make: () => unknown } {
  return { made: undefined, make: () => layer.View };
}

/** Picks what follows, by the layer's own choice or the fields that tell, in turn. */
function nextCode(
  { layer, children }: ScanNode,
  plan: WalkPlan,
  view: string,
  hook: (kind: string, value: object) => string,
): string {
  if (children.size === 0) return "return 0;";
  const fields = typeof layer.next === "string"
    ? [layer.next]
    : layer.next ?? [];
  const cases = Array.from(children, ([number, child]) => ({
    number,
    id: plan.isUseful(child) ? child.id : 0,
  }));
  // A child that leads nowhere still keeps the later fields from being asked.
  const pick = (value: string, isLast: boolean): string => {
    const listed = cases.filter(({ id }) => id !== 0 || !isLast)
      .map(({ number, id }) => `case ${number}: return ${id};`);
    return listed.length === 0
      ? ""
      : `switch (${value}) { ${listed.join(" ")} }`;
  };
  const byFields = fields.map((field, at) => {
    const slot = slotOf(layer, field);
    const value = slot === undefined
      ? `${view}.${field}`
      : fieldCode(layer, slot);
    return pick(value, at === fields.length - 1);
  });
  if (layer.select === undefined) {
    return [...byFields, "return 0;"].join("\n  ");
  }
  return [
    `const chosen = ${hook("select", layer.select)}(${view});`,
    `if (chosen !== undefined) { ${pick("chosen", true)} return 0; }`,
    ...byFields,
    "return 0;",
  ].join("\n  ");
}
