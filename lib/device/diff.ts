/**
 * What differs between two configurations: by their trees, so that a line is
 * compared with the lines of its own parent, and its place counts only where
 * place means something.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { visible } from "../inspect/text.ts";
import { count } from "../inspect/units.ts";
import {
  type ConfigNode,
  type ConfigStyle,
  parseConfig,
} from "./config_text.ts";
import { common, unifiedLines } from "./diff_lines.ts";
import { type Change, NUMBERED, ORDERED, undoing } from "./diff_undo.ts";

/** A line of a difference. */
export interface DiffLine {
  /** Whether it came, went, or only holds lines that did. */
  readonly sign: "+" | "-" | " ";
  /** How deep it is. */
  readonly depth: number;
  /** The line. */
  readonly text: string;
}

/** Options for {@linkcode diffConfig}. */
export interface DiffConfigOptions {
  /** How lines nest. @default {"indent"} */
  readonly style?: ConfigStyle | undefined;
  /** What undoes a line, put before it. @default {"no "} */
  readonly negate?: string | undefined;
}

/**
 * What differs between two configurations. At the prompt, the lines that came
 * and went under the lines that hold them.
 */
export class ConfigDiff {
  /** The lines that came and went, and those that hold them. */
  readonly lines: readonly DiffLine[];
  /** How many lines came. */
  readonly added: number;
  /** How many went. */
  readonly removed: number;
  readonly #changes: readonly Change[];
  readonly #texts: readonly [before: string, after: string] | undefined;
  readonly #options: { style: ConfigStyle; negate: string };

  /**
   * Takes what was found; {@linkcode diffConfig} finds it.
   *
   * @param lines The lines.
   * @param parts Where they come from, if that is known.
   * @ignore
   */
  constructor(
    lines: readonly DiffLine[],
    parts?: {
      changes: readonly unknown[];
      texts: readonly [string, string];
      style: ConfigStyle;
      negate: string;
    },
  ) {
    this.lines = lines;
    this.added = lines.filter(({ sign }) => sign === "+").length;
    this.removed = lines.filter(({ sign }) => sign === "-").length;
    this.#changes = (parts?.changes ?? []) as readonly Change[];
    this.#texts = parts?.texts;
    this.#options = {
      style: parts?.style ?? "indent",
      negate: parts?.negate ?? "no ",
    };
  }

  /** Whether nothing differs. */
  get isEmpty(): boolean {
    return this.added + this.removed === 0;
  }

  /**
   * The lines to type to undo it: what came is negated, what went is typed
   * again, each under the lines that hold it. A block whose order matters is
   * taken away and typed anew. Empty where a device itself told the difference.
   */
  get inverse(): readonly string[] {
    return undoing(this.#changes, this.#options);
  }

  /**
   * The same for devices that do not let a block be taken away, an interface
   * that is a real one: what came within it is undone line by line.
   */
  get inverseWithin(): readonly string[] {
    return undoing(this.#changes, { ...this.#options, isWithin: true });
  }

  /**
   * The difference with the lines around it, as `diff -u` writes it.
   *
   * @param context Lines that stay around those that do not. @default {3}
   * @returns The lines; empty if nothing differs, or a device told the difference.
   */
  unified(context = 3): string {
    if (!this.#texts) return "";
    const [before, after] = this.#texts.map((text) =>
      text.trimEnd().split("\n")
    );
    return unifiedLines(before!, after!, context).join("\n");
  }

  /** The lines with their signs, one below the other. */
  toString(): string {
    return this.#render(canvas());
  }

  /** The plain fields. */
  toJSON(): { lines: readonly DiffLine[]; added: number; removed: number } {
    const { lines, added, removed } = this;
    return { lines, added, removed };
  }

  /** The lines in colour, under how many there are. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors });
    if (this.isEmpty) return paint("muted", "nothing differs", on);
    const title = `${count(this.added)} added, ${count(this.removed)} removed`;
    return `${paint("heading", title, on)}\n${this.#render(on)}`;
  }

  #render(on: Canvas): string {
    return this.lines.map(({ sign, depth, text }) =>
      text.split("\n").map((line) =>
        paint(
          sign === "+" ? "good" : sign === "-" ? "bad" : "muted",
          `${sign} ${" ".repeat(depth)}${visible(line)}`.trimEnd(),
          on,
        )
      ).join("\n")
    ).join("\n");
  }
}

/**
 * Compares two configurations.
 *
 * @param before How it was.
 * @param after How it is.
 * @param options How lines nest, and what undoes one.
 * @returns The lines that came and went, and how to undo it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const diff = net.device.diffConfig(
 *   "interface e0\n mtu 1500\n shutdown\n",
 *   "interface e0\n mtu 9000\n shutdown\n",
 * );
 * assert.equal(`${diff}`, "  interface e0\n-  mtu 1500\n+  mtu 9000");
 * assert.deepEqual(diff.inverse, ["interface e0", "no mtu 9000", "mtu 1500"]);
 * ```
 */
export function diffConfig(
  before: string,
  after: string,
  options: DiffConfigOptions = {},
): ConfigDiff {
  const { style = "indent", negate = "no " } = options;
  const changes = compare(
    parseConfig(before, style),
    parseConfig(after, style),
    "",
  );
  return new ConfigDiff([...flat(changes, 0)], {
    changes,
    texts: [before, after],
    style,
    negate,
  });
}

/**
 * Reads the difference that a device shows of its candidate.
 *
 * @param text What it printed.
 * @returns The lines: with `+` and `-` those that came and went.
 */
export function readDiff(text: string): ConfigDiff {
  const lines: DiffLine[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || NO_DIFFERENCE.test(line)) continue;
    const signed = /^\s*([+-])(?![+-]{2}) ?(.*)$/.exec(line);
    const text = (signed?.[2] ?? line).trimEnd();
    lines.push({
      sign: (signed?.[1] ?? " ") as DiffLine["sign"],
      depth: text.length - text.trimStart().length,
      text: text.trim(),
    });
  }
  // Some show the lines that wait to be committed, and no sign.
  const isSigned = lines.some(({ sign }) => sign !== " ");
  return new ConfigDiff(
    isSigned ? lines : lines.map((line) => ({ ...line, sign: "+" })),
  );
}

const NO_DIFFERENCE =
  /^\s*(?:\[edit\]$|(?:%|Info:|!)?\s*(?:No (?:changes|differences|configuration|candidate)|There (?:are|is) no|Building configuration|!!))/i;

function compare(
  before: readonly ConfigNode[],
  after: readonly ConfigNode[],
  parent: string,
): Change[] {
  const pairs = pairUp(before, after, parent);
  const changes: Change[] = [];
  let at = 0;
  const gone = (to: number) => {
    for (; at < to; at++) {
      if (pairs.before[at] === undefined) {
        changes.push({ sign: "-", node: before[at]!, within: [] });
      }
    }
  };
  after.forEach((node, i) => {
    const pair = pairs.after[i];
    if (pair === undefined) {
      // What went stands before what came in its place.
      let end = at;
      while (end < before.length && pairs.before[end] === undefined) end++;
      gone(end);
      changes.push({ sign: "+", node, within: [] });
      return;
    }
    gone(pair);
    const was = before[pair]!;
    const within = compare(was.children, node.children, node.text);
    if (within.length > 0) {
      changes.push({ sign: " ", node, before: was, within });
    }
  });
  gone(before.length);
  return changes;
}

interface Pairs {
  /** For each line before, which one it is after. */
  readonly before: readonly (number | undefined)[];
  readonly after: readonly (number | undefined)[];
}

/** Finds the lines that stay: by their text, and where it matters their order. */
function pairUp(
  before: readonly ConfigNode[],
  after: readonly ConfigNode[],
  parent: string,
): Pairs {
  const was: (number | undefined)[] = new Array(before.length);
  const is: (number | undefined)[] = new Array(after.length);
  const places = new Map<string, number[]>();
  before.forEach(({ text }, i) => {
    const list = places.get(text);
    if (list) list.push(i);
    else places.set(text, [i]);
  });
  after.forEach(({ text }, i) => {
    const place = places.get(text)?.shift();
    if (place === undefined) return;
    is[i] = place;
    was[place] = i;
  });
  for (const group of orderedGroups(after, parent)) {
    keepOrder(group.filter((i) => is[i] !== undefined), before, after, was, is);
  }
  return { before: was, after: is };
}

/** The lines, by their places, among which the order counts. */
function orderedGroups(
  nodes: readonly ConfigNode[],
  parent: string,
): number[][] {
  const isOrdered = ORDERED.test(parent);
  if (!isOrdered && parent !== "") return [];
  const groups = new Map<string, number[]>();
  nodes.forEach(({ text, children }, i) => {
    if (isOrdered && NUMBERED.test(text)) return;
    if (!isOrdered && (!ORDERED.test(text) || children.length > 0)) return;
    // At the top: the lines of one numbered list.
    const group = isOrdered ? "" : text.split(" ").slice(0, 3).join(" ");
    if (!isOrdered && / seq \d+ /.test(text)) return;
    groups.set(group, [...groups.get(group) ?? [], i]);
  });
  return [...groups.values()];
}

/** Parts again what is in another order than it was. */
function keepOrder(
  group: readonly number[],
  before: readonly ConfigNode[],
  after: readonly ConfigNode[],
  was: (number | undefined)[],
  is: (number | undefined)[],
): void {
  const places = group.map((i) => is[i]!);
  if (places.every((place, i) => i === 0 || place > places[i - 1]!)) return;
  const old = [...places].sort((a, b) => a - b);
  const kept = common(
    old.map((i) => before[i]!.text),
    group.map((i) => after[i]!.text),
  );
  for (const i of group) {
    was[is[i]!] = undefined;
    is[i] = undefined;
  }
  for (const [from, to] of kept) {
    is[group[to]!] = old[from]!;
    was[old[from]!] = group[to]!;
  }
}

function* flat(changes: readonly Change[], depth: number): Generator<DiffLine> {
  for (const { sign, node, within } of changes) {
    yield { sign, depth, text: node.text };
    if (sign === " ") yield* flat(within, depth + 1);
    else yield* whole(node.children, sign, depth + 1);
  }
}

function* whole(
  nodes: readonly ConfigNode[],
  sign: DiffLine["sign"],
  depth: number,
): Generator<DiffLine> {
  for (const { text, children } of nodes) {
    yield { sign, depth, text };
    yield* whole(children, sign, depth + 1);
  }
}
