/**
 * A regular expression of Python's as a tree, whichever way it is then run:
 * rewritten for the engine of JavaScript (`rewrite.ts`), or walked (`walk.ts`).
 *
 * @module
 */

/** What `\d`, `\w` and `\s` stand for; with `negated`, `\D`, `\W` and `\S`. */
export interface Category {
  readonly kind: "category";
  readonly name: "d" | "w" | "s";
  readonly negated: boolean;
  /** Whether only ASCII counts: the flag `a`. */
  readonly ascii: boolean;
}

/** Characters from one code point to another. */
export interface Span {
  readonly kind: "span";
  readonly low: number;
  readonly high: number;
}

/** One character out of a set, or out of what is not in it. */
export interface CharSet {
  readonly kind: "set";
  readonly items: readonly (Span | Category)[];
  readonly negated: boolean;
  /** Whether the case of letters does not count. */
  readonly fold: boolean;
}

/** One given character. */
export interface Char {
  readonly kind: "char";
  readonly code: number;
  readonly fold: boolean;
}

/** Any character, save a newline unless `all`. */
export interface Any {
  readonly kind: "any";
  readonly all: boolean;
}

/** A place between characters. */
export interface At {
  readonly kind: "at";
  readonly where: "start" | "end" | "boundary" | "inside";
  readonly ascii: boolean;
}

/** One after the other. */
export interface Sequence {
  readonly kind: "sequence";
  readonly items: readonly Node[];
}

/** The first that leads to a match. */
export interface Branch {
  readonly kind: "branch";
  readonly options: readonly Node[];
}

/** The same again and again. */
export interface Repeat {
  readonly kind: "repeat";
  readonly body: Node;
  readonly min: number;
  /** `Infinity` where there is no most. */
  readonly max: number;
  readonly mode: "greedy" | "lazy" | "possessive";
}

/** A group whose text is remembered; groups count from 1. */
export interface Group {
  readonly kind: "group";
  readonly index: number;
  readonly body: Node;
}

/** What is not tried again once it has matched. */
export interface Atomic {
  readonly kind: "atomic";
  readonly body: Node;
}

/** What must, or must not, stand after or before this place. */
export interface Look {
  readonly kind: "look";
  readonly behind: boolean;
  readonly negated: boolean;
  readonly body: Node;
}

/** The text of a group once more. */
export interface Reference {
  readonly kind: "reference";
  readonly index: number;
  readonly fold: boolean;
}

/** One thing if a group took part, another if not. */
export interface Conditional {
  readonly kind: "conditional";
  readonly index: number;
  readonly yes: Node;
  readonly no: Node;
}

/** A part of a regular expression. */
export type Node =
  | Char
  | CharSet
  | Any
  | At
  | Sequence
  | Branch
  | Repeat
  | Group
  | Atomic
  | Look
  | Reference
  | Conditional;

/** A whole regular expression. */
export interface Pattern {
  readonly root: Node;
  /** The group of each number; the first place is empty. */
  readonly groups: readonly (Group | undefined)[];
  /** The numbers of the groups that have names. */
  readonly names: ReadonlyMap<string, number>;
}

/** What matches nothing but the empty text. */
export const EMPTY: Sequence = { kind: "sequence", items: [] };

/** What stands for one given character, the same object for the same one. */
export function charNode(code: number, fold: boolean): Char {
  if (fold || code > 127) return { kind: "char", code, fold };
  return CHARS[code] ??= { kind: "char", code, fold };
}

const CHARS: Char[] = [];

/** The parts that a part is made of. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case "sequence":
      return node.items;
    case "branch":
      return node.options;
    case "repeat":
    case "group":
    case "atomic":
    case "look":
      return [node.body];
    case "conditional":
      return [node.yes, node.no];
    default:
      return [];
  }
}

/** Whether a part, or a part of it, is as asked for. */
export function some(node: Node, wanted: (node: Node) => boolean): boolean {
  return wanted(node) || children(node).some((child) => some(child, wanted));
}

/** The fewest and the most characters that a part can match. */
export function width(
  node: Node,
  groups: Pattern["groups"],
): readonly [min: number, max: number] {
  switch (node.kind) {
    case "char":
    case "set":
    case "any":
      return [1, 1];
    case "at":
    case "look":
      return [0, 0];
    case "sequence": {
      let least = 0;
      let most = 0;
      for (const item of node.items) {
        const [min, max] = width(item, groups);
        least += min;
        most += max;
      }
      return [least, most];
    }
    case "branch":
      return either(node.options, groups);
    case "repeat": {
      const [min, max] = width(node.body, groups);
      return [
        min * node.min,
        max === 0 || node.max === 0 ? 0 : max * node.max,
      ];
    }
    case "group":
    case "atomic":
      return width(node.body, groups);
    case "reference": {
      const group = groups[node.index];
      return group === undefined ? [0, 0] : width(group.body, groups);
    }
    case "conditional":
      return either([node.yes, node.no], groups);
  }
}

function either(
  nodes: readonly Node[],
  groups: Pattern["groups"],
): readonly [min: number, max: number] {
  let least = Infinity;
  let most = 0;
  for (const node of nodes) {
    const [min, max] = width(node, groups);
    least = Math.min(least, min);
    most = Math.max(most, max);
  }
  return [least, most];
}
