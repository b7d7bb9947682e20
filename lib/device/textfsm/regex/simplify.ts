/**
 * The same regular expression, made of less: brackets that nobody asks for are
 * taken off, and repeats of repeats which come to one are one. That keeps the
 * commonest of those that take exponential time, `(\s*-*)*`, from doing so.
 *
 * @module
 */

import type { Char, CharSet, Node, Repeat } from "./syntax.ts";

/**
 * Simplifies a part.
 *
 * @param node The part.
 * @param kept The groups that must stay.
 * @returns What matches the same, and tries it in the same order.
 */
export function simplify(node: Node, kept: ReadonlySet<number>): Node {
  const inner = (node: Node) => simplify(node, kept);
  switch (node.kind) {
    case "sequence": {
      const items = node.items.map(inner);
      return same(items, node.items) ? node : { kind: "sequence", items };
    }
    case "branch": {
      const options = node.options.map(inner);
      return same(options, node.options) ? node : { kind: "branch", options };
    }
    case "conditional":
      return { ...node, yes: inner(node.yes), no: inner(node.no) };
    case "group":
    case "repeat":
    case "atomic":
    case "look": {
      const body = inner(node.body);
      if (node.kind === "group" && !kept.has(node.index)) return body;
      const whole = body === node.body ? node : { ...node, body };
      return whole.kind === "repeat" ? merged(whole) : whole;
    }
    default:
      return node;
  }
}

function same(a: readonly Node[], b: readonly Node[]): boolean {
  return a.every((node, i) => node === b[i]);
}

/** `(a+)*` as `a*`, `(a*b*)*` as `[ab]*`: each end is tried once, not 2ⁿ times. */
function merged(node: Repeat): Repeat {
  const { body, min, max, mode } = node;
  if (max !== Infinity || min > 1 || mode !== "greedy") return node;
  const items = body.kind === "sequence" ? body.items : [body];
  const sets: (Char | CharSet)[] = [];
  for (const item of items) {
    if (
      item.kind !== "repeat" || item.max !== Infinity ||
      item.mode !== "greedy" || item.min > 1 ||
      (item.min === 1 && items.length > 1)
    ) return node;
    if (item.body.kind !== "char" && item.body.kind !== "set") return node;
    sets.push(item.body);
  }
  const [first] = sets;
  if (first === undefined) return node;
  const least = items.every((item) => (item as Repeat).min === 1) ? min : 0;
  if (sets.length === 1) return { ...node, min: least, body: first };
  if (sets.some((set) => set.kind === "set" && set.negated)) return node;
  // Categories have no case, and so no fold of their own.
  const folds = sets.filter((set) =>
    set.kind === "char" || set.items.some(({ kind }) => kind === "span")
  ).map((set) => set.fold);
  const fold = folds.includes(true);
  if (fold && folds.includes(false)) return node;
  const union: CharSet = {
    kind: "set",
    items: sets.flatMap((set): CharSet["items"] =>
      set.kind === "set"
        ? set.items
        : [{ kind: "span", low: set.code, high: set.code }]
    ),
    negated: false,
    fold,
  };
  return { ...node, min: least, body: union };
}
