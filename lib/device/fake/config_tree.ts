/**
 * A configuration as lines within lines: the same for platforms that indent,
 * that use braces, that have menus, and that have nothing but lines.
 *
 * Not the tree of `../config_text.ts`, which keeps what means something, to
 * compare by: this one keeps every line as it is shown, remarks and closing
 * lines among them, to change some and show all again. And a device that
 * compared as the library does would prove nothing about how that compares.
 *
 * Nothing of it is ever changed in place, so that ten thousand devices can share
 * the one they start with.
 *
 * @module
 */

import type { ConfigStyle } from "../config_text.ts";

/** A line of configuration and those that belong to it. */
export interface ConfigLine {
  /** What it says, without what it is indented by; with its brace, if it has one. */
  readonly text: string;
  /** Blanks before it. */
  readonly indent: number;
  /** The lines within. */
  readonly lines: readonly ConfigLine[];
  /** The line that closes it: `}`, `next`, `exit`. */
  readonly close?: string;
}

/** Lines, one after the other. */
export type ConfigTree = readonly ConfigLine[];

const CLOSERS = /^(?:\}|exit|next|end|quit|exit-[\w-]+)$/;

/**
 * Whether a line says nothing: blank, or a remark.
 *
 * @param text The line.
 */
export function isRemark(text: string): boolean {
  return /^(?:[!#].*|)$/.test(text);
}

/**
 * Reads a configuration.
 *
 * @param text As the device shows it.
 * @param style How its lines nest.
 * @returns The lines; {@linkcode printTree} makes the same text of them.
 */
export function parseTree(text: string, style: ConfigStyle): ConfigTree {
  interface Open {
    text: string;
    indent: number;
    lines: Open[];
    close?: string;
  }
  const top: Open[] = [];
  let trail: Open[] = [];
  for (const whole of text.replace(/\n$/, "").split("\n")) {
    const line: Open = {
      text: whole.trim(),
      indent: whole.length - whole.trimStart().length,
      lines: [],
    };
    if (style === "lines") {
      // A menu takes what follows, until the next one.
      const isMenu = line.text.startsWith("/");
      if (isMenu) trail = [];
      (trail[0]?.lines ?? top).push(line);
      if (isMenu) trail = [line];
      continue;
    }
    trail = trail.filter(({ indent }) => indent < line.indent);
    const beside = trail.at(-1)?.lines ?? top;
    const last = beside.at(-1);
    if (
      CLOSERS.test(line.text) && last !== undefined && !isRemark(last.text) &&
      last.close === undefined && last.indent === line.indent
    ) {
      last.close = line.text;
      continue;
    }
    beside.push(line);
    if (style !== "set" && !isRemark(line.text)) trail.push(line);
  }
  return top;
}

/**
 * Writes a configuration as the device shows it.
 *
 * @param tree The lines.
 * @returns The text, its last line without a newline.
 */
export function printTree(tree: ConfigTree): string {
  const out: string[] = [];
  const print = ({ text, indent, lines, close }: ConfigLine) => {
    const blanks = " ".repeat(text === "" ? 0 : indent);
    out.push(blanks + text);
    for (const line of lines) print(line);
    if (close !== undefined) out.push(" ".repeat(indent) + close);
  };
  for (const line of tree) print(line);
  return out.join("\n");
}

/**
 * What differs between two configurations.
 *
 * @param from The one.
 * @param to The other.
 * @returns Lines with `-` and `+` before them, and above them those that they
 * are in; nothing if there is no difference.
 */
export function compareTrees(from: ConfigTree, to: ConfigTree): string {
  const out: string[] = [];
  compare(from, to, out);
  return out.join("\n");
}

function compare(from: ConfigTree, to: ConfigTree, out: string[]): void {
  const real = (tree: ConfigTree) => tree.filter(({ text }) => !isRemark(text));
  const [old, now] = [real(from), real(to)];
  const byText = new Map(old.map((line) => [line.text, line]));
  const kept = new Set(now.map(({ text }) => text));
  for (const line of old) {
    if (!kept.has(line.text)) all("-", line, out);
  }
  for (const line of now) {
    const before = byText.get(line.text);
    if (before === undefined) {
      all("+", line, out);
      continue;
    }
    const inner: string[] = [];
    compare(before.lines, line.lines, inner);
    if (inner.length > 0) {
      out.push(`  ${" ".repeat(line.indent)}${line.text}`, ...inner);
    }
  }
}

function all(sign: string, line: ConfigLine, out: string[]): void {
  for (const text of printTree([line]).split("\n")) {
    out.push(`${sign} ${text}`);
  }
}
