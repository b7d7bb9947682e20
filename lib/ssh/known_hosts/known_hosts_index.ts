/**
 * Where in a file of known hosts the lines are that may be about somebody.
 *
 * @module
 */

import { isHashed, readFields, readHash, readKey } from "./known_hosts_line.ts";

/** One text, and where lines are in it that may be about somebody. */
export interface KnownHostsIndex {
  /** What the text is called. */
  readonly path: string;
  /** All lines. */
  readonly lines: readonly string[];
  /** Lines by names that are no patterns, counted from 0; most have one. */
  readonly plain: ReadonlyMap<string, number | readonly number[]>;
  /** Lines with patterns or hashed names, which have to be tried. */
  readonly others: readonly { readonly line: number; readonly hosts: string }[];
}

/**
 * Reads a text of known hosts as far as a lookup needs it.
 *
 * @param text The text.
 * @param path What it is called.
 */
export function indexKnownHosts(text: string, path: string): KnownHostsIndex {
  const lines = text.split("\n");
  const plain = new Map<string, number | number[]>();
  const others: { line: number; hosts: string }[] = [];
  lines.forEach((text, line) => {
    const hosts = firstField(text);
    if (hosts === "") return;
    if (isHashed(hosts) || /[*?!]/.test(hosts)) {
      others.push({ line, hosts });
      return;
    }
    for (const name of hosts.toLowerCase().split(",")) {
      const known = plain.get(name);
      if (known === undefined) plain.set(name, line);
      else if (typeof known === "object") known.push(line);
      else plain.set(name, [known, line]);
    }
  });
  return { path, lines, plain, others };
}

/**
 * The field that says whom a line is about, without a look at the others: of a
 * million lines few are ever asked for. Empty if there is none.
 */
function firstField(line: string): string {
  let start = nextField(line, 0);
  // A marker comes first.
  if (line[start] === "@") start = nextField(line, fieldEnd(line, start));
  const end = fieldEnd(line, start);
  return line[start] === "#" || end === line.length
    ? ""
    : line.slice(start, end);
}

function nextField(line: string, from: number): number {
  let at = from;
  while (isSpace(line.charCodeAt(at))) at++;
  return at;
}

function fieldEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !isSpace(line.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** What keeps a line from telling a key; nothing if it does, or is a comment. */
export function faultOf(line: string): string | undefined {
  const fields = readFields(line);
  if (typeof fields !== "object") return fields;
  if (isHashed(fields.hosts) && readHash(fields.hosts) === undefined) {
    return "a hashed name that is broken";
  }
  const key = readKey(fields);
  return typeof key === "string" ? key : undefined;
}
