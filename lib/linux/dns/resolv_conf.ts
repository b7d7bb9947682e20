/**
 * `/etc/resolv.conf` as glibc reads it: who is asked, which domains are tried,
 * and which lines do nothing, and why.
 *
 * @module
 */

import { checkOptions, mustBe, type OptionKinds } from "../option_kinds.ts";
import { Address, tryParse } from "../../ip/address.ts";

/** Options of `parseResolvConf`. */
const RESOLV_CONF: OptionKinds<ResolvConfOptions> = { hostname: "text" };

/** Something about a line that its writer may not expect. */
export interface LineNote {
  /** The line, counted from 1. */
  readonly line: number;
  /** What is so, in a sentence without a full stop. */
  readonly note: string;
}

/** One `nameserver` line. */
export interface Nameserver {
  /** The server's address; a link-local one with its zone. */
  readonly address: Address;
  /** The line, counted from 1; 0 for the one that glibc takes when none is named. */
  readonly line: number;
  /** Whether glibc asks it: it knows three at most. */
  readonly used: boolean;
}

/** What the `options` lines set, with glibc's limits applied. */
export interface ResolverOptions {
  /** Dots that a name needs to be tried as it is first; 0 to 15. */
  readonly ndots: number;
  /** How long one server is waited for at first, in milliseconds; at most 30,000. */
  readonly timeout: number;
  /** How often all servers are asked; at most 5. */
  readonly attempts: number;
  /** The options without a value that are on: `"rotate"`, `"edns0"`, `"trust-ad"`, … */
  readonly flags: readonly string[];
}

/** A `resolv.conf`, as parsed by {@linkcode parseResolvConf}. */
export interface ResolvConf {
  /** All servers, in the file's order; the three used come first. */
  readonly nameservers: readonly Nameserver[];
  /** The domains that names are tried in, in order. */
  readonly search: readonly string[];
  /** The line that the search list is of; nothing if it follows from the host's name. */
  readonly searchLine?: number | undefined;
  /** What the options come to. */
  readonly options: ResolverOptions;
  /** Address and mask pairs by which glibc orders answers, as they are written. */
  readonly sortlist: readonly string[];
  /** Lines that are comments, without their mark. */
  readonly comments: readonly LineNote[];
  /** Lines, or parts of lines, that do nothing, or not what they seem to. */
  readonly notes: readonly LineNote[];
}

/** What {@linkcode parseResolvConf} needs to know about the machine. */
export interface ResolvConfOptions {
  /** The host's name; behind its first dot is the domain to search if no line says one. */
  hostname?: string | undefined;
}

/** What glibc can hold (resolv.h, resolv/bits/types/res_state.h). */
const LIMITS = {
  nameservers: 3,
  ndots: 15,
  seconds: 30,
  attempts: 5,
  sortlist: 10,
};

/**
 * Options without a value. glibc compares only as many letters as these have,
 * so that the longer of two alike must come first.
 */
const FLAGS = [
  "rotate",
  "edns0",
  "single-request-reopen",
  "single-request",
  "no_tld_query",
  "no-tld-query",
  "no-reload",
  "use-vc",
  "trust-ad",
  "no-aaaa",
];

/**
 * Parses a `resolv.conf` by the rules of glibc, which skips what it does not
 * know: so does this, and says so in `notes`.
 *
 * @param text The file's text; any text will do.
 * @param options The host's name, if the domain that follows from it matters.
 * @returns Servers, search list and options, each with its line.
 * @see resolv.conf(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const conf = net.linux.parseResolvConf(
 *   "nameserver 192.0.2.53\n nameserver 192.0.2.54\nsearch example.org\noptions ndots:2\n",
 * );
 * assert.equal(`${conf.nameservers[0]?.address}`, "192.0.2.53");
 * assert.equal(conf.options.ndots, 2);
 * assert.deepEqual(conf.notes, [
 *   { line: 2, note: "does nothing: a keyword must begin its line" },
 * ]);
 * ```
 */
export function parseResolvConf(
  text: string,
  options: ResolvConfOptions = {},
): ResolvConf {
  mustBe("parse resolv.conf", "text", text, "text");
  checkOptions("parse resolv.conf", options, RESOLV_CONF);
  const addresses: { address: Address; line: number }[] = [];
  const comments: LineNote[] = [];
  const notes: LineNote[] = [];
  const set = new OptionSetter();
  let search: readonly string[] = domainOf(options.hostname);
  let searchLine: number | undefined;
  let sortlist: readonly string[] = [];

  const lines = text.split("\n");
  for (const [i, whole] of lines.entries()) {
    const line = i + 1;
    const note = (note: string) => notes.push({ line, note });
    // The rest of a line is a C string: it ends at the first NUL.
    const content = whole.split("\0", 1)[0]!;
    if (content.startsWith("#") || content.startsWith(";")) {
      comments.push({ line, note: content.slice(1).trim() });
      continue;
    }
    const match = /^([a-z]+)[ \t]+(.*)$/s.exec(content);
    const [, keyword = "", rest = ""] = match ?? [];
    const words = rest.split(/[ \t]+/).filter((word) => word !== "");
    if (keyword === "nameserver") {
      const [first = ""] = words;
      const address = nameserver(first);
      if (address === undefined) note(`does nothing: ${whatElse(first)}`);
      else addresses.push({ address, line });
    } else if (keyword === "search" || keyword === "domain") {
      if (words.length === 0) continue;
      if (searchLine !== undefined) {
        const old = lines[searchLine - 1]!.split(/[ \t]/, 1)[0]!;
        notes.push({
          line: searchLine,
          note: `does nothing: '${keyword}' in line ${line} replaces '${old}'`,
        });
      }
      searchLine = line;
      search = keyword === "search" ? words : words.slice(0, 1);
      const mark = search.find((word) => /^[#;]/.test(word));
      if (mark !== undefined) {
        note(`'${mark}' begins no comment here: it is searched as a domain`);
      }
      if (search.at(-1)?.endsWith("\r")) {
        note("ends in a carriage return, which counts as part of the domain");
      }
    } else if (keyword === "sortlist") {
      sortlist = words.slice(0, LIMITS.sortlist);
    } else if (keyword === "options") {
      for (const [n, word] of words.entries()) {
        const problem = set.take(word, words[n + 1]);
        if (problem !== undefined) note(problem);
      }
    } else if (content.trim() !== "") {
      note(whyNothing(content));
    }
  }

  for (const { line } of addresses.slice(LIMITS.nameservers)) {
    notes.push({
      line,
      note:
        `does nothing: only the first ${LIMITS.nameservers} servers are asked`,
    });
  }
  if (addresses.length === 0) {
    addresses.push({ address: tryParse("127.0.0.1")!, line: 0 });
  }
  return {
    nameservers: addresses.map(({ address, line }, i) => ({
      address,
      line,
      used: i < LIMITS.nameservers,
    })),
    search,
    searchLine,
    options: set.options(),
    sortlist,
    comments,
    notes: notes.sort((a, b) => a.line - b.line),
  };
}

/** Takes options one by one, later ones over earlier ones. */
class OptionSetter {
  #ndots = 1;
  #seconds = 5;
  #attempts = 2;
  readonly #flags = new Set<string>();

  /** @returns What is odd about the option, if anything is. */
  take(word: string, next = ""): string | undefined {
    const [, key, digits = ""] =
      /^(ndots|timeout|attempts):(.*)$/s.exec(word) ??
        [];
    if (key === undefined) {
      const flag = FLAGS.find((name) => word.startsWith(name));
      if (flag === undefined) return `'${word}' is an option that glibc lacks`;
      this.#flags.add(flag.replaceAll("_", "-"));
      return flag === word ? undefined : `'${word}' counts as '${flag}'`;
    }
    // atoi() takes the leading digits, beyond a space too, or else is 0.
    const number = Number(
      /^\s*\+?(\d+)/.exec(digits === "" ? next : digits)?.[1] ?? 0,
    );
    const most = key === "ndots"
      ? LIMITS.ndots
      : key === "timeout"
      ? LIMITS.seconds
      : LIMITS.attempts;
    const value = Math.min(number, most);
    if (key === "ndots") this.#ndots = value;
    else if (key === "timeout") this.#seconds = value;
    else this.#attempts = value;
    if (number > most) return `'${word}' counts as ${most}, the most there is`;
    return /^\d+$/.test(digits) ? undefined : `'${word}' counts as ${value}`;
  }

  options(): ResolverOptions {
    return {
      ndots: this.#ndots,
      timeout: this.#seconds * 1000,
      attempts: this.#attempts,
      flags: [...this.#flags],
    };
  }
}

function domainOf(hostname = ""): string[] {
  const dot = hostname.indexOf(".");
  const domain = dot < 0 ? "" : hostname.slice(dot + 1);
  return domain === "" ? [] : [domain];
}

function whyNothing(content: string): string {
  const known = /^\s*(nameserver|search|domain|options|sortlist)\b/i.exec(
    content,
  );
  if (known === null) return "does nothing: no keyword of resolv.conf";
  if (/^\s/.test(content)) return "does nothing: a keyword must begin its line";
  return known[1] === known[1]!.toLowerCase()
    ? "does nothing: a space must follow the keyword"
    : "does nothing: keywords are in small letters";
}

function whatElse(word: string): string {
  if (word === "") return "no address";
  return word.endsWith("\r")
    ? "the line ends in a carriage return, which counts as part of the address"
    : `'${word}' is no address`;
}

/** As inet_aton() and inet_pton() take it; the zone, if any, is kept as text. */
function nameserver(word: string): Address | undefined {
  const short = shortIpv4(word);
  if (short !== undefined) return new Address(4, 0, 0, 0, short | 0);
  const [text = "", ...zone] = word.split("%");
  const address = tryParse(text, { family: 6 });
  if (address === undefined || zone.length === 0) return address;
  try {
    return address.withZone(zone.join("%"));
  } catch {
    // A zone that glibc does not know either: it asks without one.
    return address;
  }
}

/** Reads IPv4 as inet_aton() does: one to four parts, octal and hexadecimal too. */
function shortIpv4(word: string): number | undefined {
  const parts = word.split(".");
  if (parts.length > 4) return undefined;
  let value = 0;
  for (const [i, part] of parts.entries()) {
    if (!/^(?:0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)) return undefined;
    const octal = /^0[0-7]/.test(part);
    const number = octal ? parseInt(part, 8) : Number(part);
    const last = i === parts.length - 1;
    if (number >= (last ? 256 ** (4 - i) : 256)) return undefined;
    value += last ? number : number * 256 ** (3 - i);
  }
  return value;
}

/**
 * Lists the names that glibc asks for, in order, until one has an answer.
 *
 * @param conf The search list and options.
 * @param name What a program looks up: `"web"`, `"web.lan"`, `"example.org."`.
 * @returns Names, each whole and with a dot at its end.
 * @see resolv.conf(5), `ndots`; RFC 1535 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const conf = net.linux.parseResolvConf("search example.org lan\n");
 * assert.deepEqual(net.linux.searchNames(conf, "web"), ["web.example.org.", "web.lan.", "web."]);
 * assert.deepEqual(net.linux.searchNames(conf, "web.lan").slice(0, 1), ["web.lan."]);
 * ```
 */
export function searchNames(
  conf: Pick<ResolvConf, "search" | "options">,
  name: string,
): string[] {
  const { search, options: { ndots, flags } } = conf;
  if (name.endsWith(".")) return [name];
  const dots = name.split(".").length - 1;
  const asItIs = `${name}.`;
  const searched = search.map((domain) => {
    const plain = domain.replace(/^\./, "").replace(/\.$/, "");
    return plain === "" ? asItIs : `${name}.${plain}.`;
  });
  const names = dots >= ndots ? [asItIs, ...searched] : [...searched];
  const barred = dots === 0 && searched.length > 0 &&
    flags.includes("no-tld-query");
  if (!barred) names.push(asItIs);
  return [...new Set(names)];
}
