/**
 * Configurations as text: what of them is the configuration, and the tree that
 * their lines make.
 *
 * @module
 */

import type { ConfigCommands } from "./platform.ts";

/** How lines of a configuration nest. */
export type ConfigStyle = ConfigCommands["style"];

/** A line of a configuration, and the lines within it. */
export interface ConfigNode {
  /** The line, without its indentation; a banner with all of its lines. */
  readonly text: string;
  /** The lines within it. */
  readonly children: readonly ConfigNode[];
  /** The line that ends it, where one does: `"exit-address-family"`, `"next"`. */
  readonly close?: string | undefined;
}

/** Lines that differ each time one looks, or that say only when one looked. */
const VOLATILE: readonly RegExp[] = [
  /^Building configuration\.\.\.$/,
  /^Current configuration ?: ?\d+ bytes$/,
  /^Using \d+ out of \d+ bytes/,
  /^! (?:Last configuration change|NVRAM config last updated|No configuration change since)/,
  /^!(?:Time|Command|Running configuration last done at|Startup config saved at):? /,
  /^!! ?(?:IOS XR Configuration|Last configuration change|Building)/,
  /^! ?(?:Command|Time|device): /,
  /^## Last (?:commit|changed): /,
  /^# (?:[a-z]{3}\/\d\d\/\d{4}|\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d by RouterOS/i,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d(?:\.\d+)? \S+(?: \d{4})?$/,
  /^: (?:Saved|Serial Number:|Hardware:)/,
  /^: Written by /,
  /^Cryptochecksum:/,
  /^ntp clock-period \d+$/,
  /^#conf_file_ver=/,
  /^#buildno=/,
  /^#global_vdom=/,
  /^# (?:Generated|Finished) /,
];

/**
 * Takes out of a configuration what is none of it: the line that says that it
 * is being built, its size, when it was changed and by whom, when it was shown.
 *
 * @param text What the device printed.
 * @returns The configuration, which is the same as long as it is not changed.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.device.cleanConfig("Building configuration...\n\nCurrent configuration : 90 bytes\n!\nhostname r1\n"),
 *   "!\nhostname r1\n",
 * );
 * ```
 */
export function cleanConfig(text: string): string {
  const lines = text.split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => !VOLATILE.some((pattern) => pattern.test(line)));
  const first = lines.findIndex((line) => line !== "");
  if (first < 0) return "";
  return `${lines.slice(first).join("\n").trimEnd()}\n`;
}

/** Lines that only part others: blocks end there. */
const PARTING = /^\s*[!#]$/;
/** Lines that end the whole. */
const IDLE = /^(?:end|return)$/;
/** Lines that end a block of lines. */
const CLOSE = /^(?:exit|quit|next|end|exit-\S+|end-policy|end-set)$/;

/**
 * Cuts text into the lines that are typed: no blank ones, none that only part
 * others, a banner as one.
 */
export function configLines(text: string): string[] {
  return linesOf(text).filter((line) => !PARTING.test(line));
}

/** The same, with the lines that only part others. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  const all = text.split(/\r?\n/);
  for (let i = 0; i < all.length; i++) {
    const line = all[i]!.trimEnd();
    const until = bannerEnd(line);
    if (until === undefined) {
      if (line.trim() !== "") lines.push(line);
      continue;
    }
    let last = i + 1;
    while (last < all.length && !all[last]!.includes(until)) last++;
    lines.push(all.slice(i, last + 1).map((one) => one.trimEnd()).join("\n"));
    i = last;
  }
  return lines;
}

/** What ends a banner that goes on in the next line. */
function bannerEnd(line: string): string | undefined {
  const found = /^\s*banner (?:\S+ )?(\^C|\S)(.*)$/.exec(line);
  if (!found || found[2]!.includes(found[1]!)) return undefined;
  // EOS ends them with a line of its own.
  return /^\s*banner \S+$/.test(line) ? "EOF" : found[1]!;
}

/**
 * Makes the tree of a configuration's lines.
 *
 * @param text The configuration.
 * @param style How its lines nest.
 * @returns The lines at the top, with what is in each.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [first] = net.device.parseConfig("interface lo0\n mtu 1500\n", "indent");
 * assert.equal(first?.text, "interface lo0");
 * assert.equal(first?.children[0]?.text, "mtu 1500");
 * ```
 */
export function parseConfig(text: string, style: ConfigStyle): ConfigNode[] {
  if (style === "braces") return parseBraces(text);
  if (style === "indent") return parseIndented(linesOf(text));
  return configLines(text).map((line) => ({ text: line.trim(), children: [] }));
}

interface Open {
  readonly indent: number;
  readonly node: { text: string; children: ConfigNode[]; close?: string };
}

function parseIndented(lines: readonly string[]): ConfigNode[] {
  const root: ConfigNode[] = [];
  const open: Open[] = [];
  for (const line of lines) {
    const text = line.trim();
    const indent = line.length - line.trimStart().length;
    let closed: Open | undefined;
    while (open.length > 0 && open.at(-1)!.indent >= indent) {
      closed = open.pop();
    }
    const isEnd = CLOSE.test(text) && closed !== undefined &&
      closed.indent === indent && closed.node.children.length > 0;
    if (isEnd) {
      closed!.node.close = text;
      continue;
    }
    if (IDLE.test(text) || PARTING.test(line)) continue;
    const node = { text, children: [] };
    (open.at(-1)?.node.children ?? root).push(node);
    open.push({ indent, node });
  }
  return root;
}

function parseBraces(text: string): ConfigNode[] {
  const root: ConfigNode[] = [];
  const open: ConfigNode[][] = [root];
  for (const raw of text.split("\n")) {
    const line = raw.trim().replace(/;(?: ##.*)?$/, "");
    if (line === "" || line.startsWith("#")) continue;
    if (line === "}") {
      if (open.length > 1) open.pop();
      continue;
    }
    const children: ConfigNode[] = [];
    const isBlock = line.endsWith("{");
    const words = isBlock ? line.slice(0, -1).trim() : line;
    open.at(-1)!.push({ text: words, children });
    if (isBlock) open.push(children);
  }
  return root;
}
