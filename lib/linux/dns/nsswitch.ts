/**
 * The `hosts` line of `/etc/nsswitch.conf`: who is asked for a name, in which
 * order, and when the next one is.
 *
 * @module
 */

import { mustBe } from "../option_kinds.ts";
import type { LineNote } from "./resolv_conf.ts";

/** What a source says: it has it, has not, cannot be used, or try again later. */
export type NsswitchStatus = "success" | "notfound" | "unavail" | "tryagain";

/** What follows from a status: the answer stands, the next is asked, or both. */
export type NsswitchAction = "return" | "continue" | "merge";

/** One source that names are looked up in. */
export interface NsswitchSource {
  /** The name of its module: `"files"` is `/etc/hosts`, `"dns"` the name servers. */
  readonly name: string;
  /** What follows from each thing that it can say. */
  readonly actions: Readonly<Record<NsswitchStatus, NsswitchAction>>;
}

/** The `hosts` line, as parsed by {@linkcode parseNsswitch}. */
export interface Nsswitch {
  /** The sources, in the order in which they are asked. */
  readonly sources: readonly NsswitchSource[];
  /** The line that counts, counted from 1; nothing if it is glibc's default. */
  readonly line?: number | undefined;
  /** What is odd about the lines. */
  readonly notes: readonly LineNote[];
}

const DEFAULT_ACTIONS: Readonly<Record<NsswitchStatus, NsswitchAction>> = {
  success: "return",
  notfound: "continue",
  unavail: "continue",
  tryagain: "continue",
};

/** The databases that glibc knows; lines of others are not looked at. */
const DATABASES = [
  "aliases",
  "ethers",
  "group",
  "gshadow",
  "hosts",
  "initgroups",
  "netgroup",
  "networks",
  "passwd",
  "protocols",
  "publickey",
  "rpc",
  "services",
  "shadow",
];

/** What glibc does without a hosts line. */
const DEFAULT_LINE = "files dns";

/**
 * Parses an `nsswitch.conf` for its `hosts` line, by the rules of glibc: the
 * last such line counts, and if any line does not parse there is no source at
 * all.
 *
 * @param text The file's text; any text will do.
 * @returns The sources in their order.
 * @see nsswitch.conf(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { sources } = net.linux.parseNsswitch("hosts: files resolve [!UNAVAIL=return] dns\n");
 * assert.deepEqual(sources.map(({ name }) => name), ["files", "resolve", "dns"]);
 * assert.equal(sources[1]?.actions.notfound, "return");
 * ```
 */
export function parseNsswitch(text: string): Nsswitch {
  mustBe("parse nsswitch.conf", "text", text, "text");
  const notes: LineNote[] = [];
  let sources = readSources(DEFAULT_LINE) ?? [];
  let line: number | undefined;
  let broken = false;
  for (const [i, content] of text.split("\n").entries()) {
    const [, database = "", value = ""] = /^\s*(\w+)\s*:(.*)$/s.exec(content) ??
      [];
    if (!DATABASES.includes(database)) continue;
    const read = readSources(value);
    if (read === undefined) {
      broken = true;
      notes.push({
        line: i + 1,
        note: "does not parse, so that no source is asked for a name",
      });
    }
    if (database !== "hosts") continue;
    if (line !== undefined) {
      notes.push({ line, note: `does nothing: line ${i + 1} replaces it` });
    }
    line = i + 1;
    if (read?.some(({ name }) => name.startsWith("#"))) {
      notes.push({
        line,
        note: "'#' begins no comment here: what follows are sources too",
      });
    }
    sources = read ?? [];
  }
  return {
    sources: broken ? [] : sources,
    line,
    notes: notes.sort((a, b) => a.line - b.line),
  };
}

/** @returns Nothing if the line does not parse. */
function readSources(value: string): NsswitchSource[] | undefined {
  const sources: NsswitchSource[] = [];
  let rest = value.trimStart();
  while (rest !== "") {
    const [name] = /^[^\s[]+/.exec(rest) ?? [];
    // A bracket that follows no name ends the line, silently.
    if (name === undefined) return sources;
    rest = rest.slice(name.length).trimStart();
    let actions = DEFAULT_ACTIONS;
    if (rest.startsWith("[")) {
      const end = rest.indexOf("]");
      const read = end < 0 ? undefined : readActions(rest.slice(1, end));
      if (read === undefined) return undefined;
      actions = read;
      rest = rest.slice(end + 1).trimStart();
    }
    sources.push({ name, actions });
  }
  return sources;
}

function readActions(text: string): NsswitchSource["actions"] | undefined {
  const actions = { ...DEFAULT_ACTIONS };
  if (text.trim() === "") return undefined;
  const pair =
    /\s*(!?)(success|notfound|unavail|tryagain)\s*=\s*(return|continue|merge)(?![^\s])\s*/iy;
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text);
    if (found === null) return undefined;
    const status = found[2]!.toLowerCase() as NsswitchStatus;
    const action = found[3]!.toLowerCase() as NsswitchAction;
    if (found[1] === "") actions[status] = action;
    else {
      for (const other of Object.keys(actions) as NsswitchStatus[]) {
        if (other !== status) actions[other] = action;
      }
    }
  }
  return actions;
}
