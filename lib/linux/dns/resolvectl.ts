/**
 * What `resolvectl` says that systemd-resolved asks, interface by interface.
 *
 * @module
 */

import { mustBe } from "../option_kinds.ts";
import { type Address, tryParse } from "../../ip/address.ts";

/** What systemd-resolved does for names that belong to one interface. */
export interface ResolvedLink {
  /** The interface; nothing for what holds for the whole machine. */
  readonly interface?: string | undefined;
  /** Its index; nothing for the whole machine. */
  readonly index?: number | undefined;
  /** The servers that are asked there. */
  readonly servers: readonly Address[];
  /** Domains that short names are tried in. */
  readonly search: readonly string[];
  /** Domains whose names are asked for there, without trying them: `"~."` is all. */
  readonly routing: readonly string[];
}

/**
 * Parses the output of `resolvectl dns` and `resolvectl domain`.
 *
 * @param dns What `resolvectl dns` writes.
 * @param domain What `resolvectl domain` writes.
 * @returns The whole machine first, then each interface that either names.
 * @see resolvectl(1)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [all, eth0] = net.linux.parseResolvectl(
 *   "Global:\nLink 2 (eth0): 192.0.2.53\n",
 *   "Global:\nLink 2 (eth0): lan ~.\n",
 * );
 * assert.equal(all?.servers.length, 0);
 * assert.equal(`${eth0?.servers}`, "192.0.2.53");
 * assert.deepEqual([eth0?.search, eth0?.routing], [["lan"], ["."]]);
 * ```
 */
export function parseResolvectl(dns: string, domain: string): ResolvedLink[] {
  mustBe("parse what resolvectl says", "dns", dns, "text");
  mustBe("parse what resolvectl says", "domain", domain, "text");
  const links = new Map<string, ResolvedLink>();
  const take = (
    text: string,
    set: (words: readonly string[]) => Partial<ResolvedLink>,
  ) => {
    for (const [heading, words] of sections(text)) {
      const [, index, name] = /^Link (\d+) \((.*)\)$/.exec(heading) ?? [];
      if (index === undefined && heading !== "Global") continue;
      const known = links.get(heading) ?? {
        interface: name,
        index: index === undefined ? undefined : Number(index),
        servers: [],
        search: [],
        routing: [],
      };
      links.set(heading, { ...known, ...set(words) });
    }
  };
  take(dns, (words) => ({ servers: words.flatMap(server) }));
  take(domain, (words) => ({
    search: words.filter((word) => !word.startsWith("~")),
    routing: words.flatMap((word) =>
      word.startsWith("~") ? [word.slice(1)] : []
    ),
  }));
  return [...links.values()].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::1%eth0#dns.example` and the like. */
function server(word: string): Address[] {
  const text = word.replace(/#.*$/, "");
  const [, bracketed, plain] = /^(?:\[(.*)\](?::\d+)?|([\d.]+):\d+)$/.exec(
    text,
  ) ?? [];
  const address = tryParse(bracketed ?? plain ?? text);
  return address === undefined ? [] : [address];
}

/** Headings and their words; a long list goes on in indented lines. */
function* sections(text: string): Generator<[string, string[]]> {
  let heading: string | undefined;
  let words: string[] = [];
  for (const line of text.split("\n")) {
    const start = /^(Global|Link \d+ \(.*?\)):(.*)$/.exec(line.trimStart());
    if (start !== null) {
      if (heading !== undefined) yield [heading, words];
      heading = start[1]!;
      words = [];
    } else if (!/^\s/.test(line)) continue;
    const rest = start === null ? line : start[2]!;
    words.push(...rest.split(/\s+/).filter((word) => word !== ""));
  }
  if (heading !== undefined) yield [heading, words];
}
