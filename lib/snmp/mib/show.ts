/**
 * How a part of the MIB tree looks at the prompt.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import type { Role } from "../../inspect/paint.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import type { MibNode, MibSyntax } from "./object.ts";

/** The most nodes that are drawn; of more, whole levels are left out. */
const MOST_NODES = 120;

/** What kinds of nodes look like. */
const ROLES: Readonly<Partial<Record<MibNode["kind"], Role>>> = {
  scalar: "string",
  column: "string",
  table: "heading",
  row: "name",
  notification: "accent",
};

/**
 * Draws a node: one that has others below as a tree with syntax and access, as
 * deep as there is room for; another as a card of its facts.
 *
 * @param node The root.
 * @param page Where to draw.
 * @returns The lines, joined by line feeds.
 */
export function renderNode(node: MibNode, page: Canvas): string {
  if (node.children().length === 0) return renderLeaf(node, page);
  // As many whole levels as fit.
  let depth = 0;
  let level: MibNode[] = [node];
  for (let count = 1; depth < 16; depth++) {
    level = level.flatMap((one) => one.children());
    count += level.length;
    if (level.length === 0 || count > MOST_NODES) break;
  }
  return tree(drawn(node, Math.max(1, depth)), page);
}

function renderLeaf(node: MibNode, page: Canvas): string {
  const { name, module, oid, kind, syntax, access, status, units } = node;
  const { defaultText, description, indexes, objects } = node;
  const rows: [label: string, value: string | undefined][] = [
    ["OID", oid],
    ["kind", kind],
    ["syntax", syntax && formatSyntax(syntax, Infinity)],
    ["hint", syntax?.hint],
    ["access", access],
    ["status", status],
    ["units", units],
    ["index", indexes.map((index) => index.name).join(", ")],
    ["carries", objects.map((object) => object.name).join(", ")],
    ["default", defaultText],
    ["says", description?.replace(/\s+/g, " ").trim()],
  ];
  const said = rows.flatMap(([label, value]): CardRow[] =>
    value ? [[label, value]] : []
  );
  return card(module === "" ? name : `${module}::${name}`, said, page);
}

function drawn(node: MibNode, depth: number, above?: MibNode): TreeNode {
  const { name, module, oid, kind } = node;
  // More than one number where what is between has no name.
  const arc = oid.slice(above === undefined ? 0 : above.oid.length + 1);
  const children = node.children();
  const shown = depth === 0 ? [] : children.slice(0, MOST_NODES);
  const hidden = children.length - shown.length;
  const below = shown.map((child) => drawn(child, depth - 1, node));
  if (hidden > 0 && shown.length > 0) {
    below.push({ label: `… ${hidden} more`, role: "muted" });
  }
  const note = [
    above === undefined ? oid : "",
    factsOf(node),
    hidden > 0 && shown.length === 0 ? `… ${hidden} below` : "",
  ].filter((part) => part !== "").join("  ");
  return {
    label: above !== undefined
      ? `${name}(${arc})`
      : module === ""
      ? name
      : `${module}::${name}`,
    role: ROLES[kind],
    note: note === "" ? undefined : note,
    children: below,
  };
}

/** Syntax, access and index of a node, on one line. */
function factsOf(node: MibNode): string {
  const { kind, syntax, access, units, indexes, augments } = node;
  if (kind === "row") {
    if (augments !== undefined) return `augments ${augments.name}`;
    const parts = indexes.map(({ name, implied }) =>
      implied ? `implied ${name}` : name
    );
    return `index ${parts.join(", ")}`;
  }
  if (kind === "notification") {
    return node.objects.map(({ name }) => name).join(", ");
  }
  if (syntax === undefined) return kind === "node" ? "" : kind;
  return [
    formatSyntax(syntax),
    access ?? "",
    units === undefined ? "" : `in ${units}`,
  ].filter((part) => part !== "").join("  ");
}

/**
 * Writes a syntax on one line, as SMI does: `INTEGER { up(1), down(2) }`.
 *
 * @param syntax The syntax.
 * @param most The most named values that are written.
 * @returns Its name, then names of values or ranges.
 */
export function formatSyntax(syntax: MibSyntax, most = 8): string {
  const { name, base, enums, ranges } = syntax;
  if (enums !== undefined) {
    const all = Object.entries(enums).map(([word, n]) => `${word}(${n})`);
    const shown = all.slice(0, most).join(", ");
    const more = all.length > most ? `, … ${all.length - most} more` : "";
    return `${name} { ${shown}${more} }`;
  }
  if (ranges === undefined) return name;
  const text = ranges.map(([low, high]) =>
    low === high ? `${low}` : `${low}..${high}`
  ).join(" | ");
  const isLength = base === "OCTET STRING" || base === "Opaque" ||
    base === "BITS";
  return isLength ? `${name} (SIZE (${text}))` : `${name} (${text})`;
}
