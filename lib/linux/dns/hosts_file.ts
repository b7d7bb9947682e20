/**
 * `/etc/hosts` as glibc reads it: names that need no server.
 *
 * @module
 */

import { mustBe } from "../option_kinds.ts";
import { type Address, address, tryParse } from "../../ip/address.ts";
import type { LineNote } from "./resolv_conf.ts";

/** One line of a hosts file that counts. */
export interface HostsEntry {
  /** The line, counted from 1. */
  readonly line: number;
  /** What the names stand for. */
  readonly address: Address;
  /** The first name, which a lookup by address gives. */
  readonly name: string;
  /** The other names. */
  readonly aliases: readonly string[];
}

/**
 * A hosts file, as parsed by {@linkcode parseHostsFile}.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const hosts: net.linux.HostsFile = net.linux.parseHostsFile("192.0.2.1 web www\n192.0.2.2 web\n");
 * assert.equal(hosts.lookup("WEB").join(" "), "192.0.2.1 192.0.2.2");
 * assert.equal(hosts.lookupAddress("192.0.2.1"), "web");
 * ```
 */
export class HostsFile {
  /** The lines that count, in the file's order. */
  readonly entries: readonly HostsEntry[];
  /** Lines that are comments only, without their mark. */
  readonly comments: readonly LineNote[];
  /** Lines that do nothing, and why. */
  readonly notes: readonly LineNote[];
  readonly #byName = new Map<string, Address[]>();

  /**
   * Takes the lines of a file; {@linkcode parseHostsFile} makes them from text.
   *
   * @param entries The lines that count.
   * @param comments The lines that are comments.
   * @param notes The lines that do nothing.
   */
  constructor(
    entries: readonly HostsEntry[],
    comments: readonly LineNote[] = [],
    notes: readonly LineNote[] = [],
  ) {
    this.entries = entries;
    this.comments = comments;
    this.notes = notes;
    for (const { address, name, aliases } of entries) {
      for (const key of new Set([name, ...aliases].map(lower))) {
        const known = this.#byName.get(key);
        if (known === undefined) this.#byName.set(key, [address]);
        else if (!known.some((one) => one.equals(address))) known.push(address);
      }
    }
  }

  /**
   * Finds all addresses of a name, in the order of their lines.
   *
   * @param name Any case, without a final dot.
   * @returns None if the file does not know the name.
   */
  lookup(name: string): Address[] {
    return [...this.#byName.get(lower(name)) ?? []];
  }

  /**
   * Finds the name of an address: the first of the first line that has it.
   *
   * @param of The address.
   * @returns The name, or `undefined` if no line has the address.
   * @throws {ParseError} If the text is no address.
   */
  lookupAddress(of: string | Address): string | undefined {
    const wanted = address(of);
    return this.entries.find((one) => one.address.equals(wanted))?.name;
  }

  /** Stands in JSON as its fields. */
  toJSON(): Record<string, unknown> {
    const { entries, comments, notes } = this;
    return { entries, comments, notes };
  }
}

/** Only ASCII letters have two cases here, whatever the locale (RFC 4343). */
function lower(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Parses a hosts file by the rules of glibc: what is no address and name is
 * skipped, and said in `notes`.
 *
 * @param text The file's text; any text will do.
 * @returns The entries, with lookups both ways.
 * @see hosts(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const hosts = net.linux.parseHostsFile("127.0.0.1 localhost\n::1 localhost ip6-localhost # both\n");
 * assert.equal(hosts.entries.length, 2);
 * assert.deepEqual(hosts.entries[1]?.aliases, ["ip6-localhost"]);
 * ```
 */
export function parseHostsFile(text: string): HostsFile {
  mustBe("parse a hosts file", "text", text, "text");
  const entries: HostsEntry[] = [];
  const comments: LineNote[] = [];
  const notes: LineNote[] = [];
  for (const [i, whole] of text.split("\n").entries()) {
    const line = i + 1;
    const mark = whole.indexOf("#");
    const content = mark < 0 ? whole : whole.slice(0, mark);
    const [first, name, ...aliases] = content.split(/[ \t\r\f\v]+/)
      .filter((word) => word !== "");
    if (first === undefined) {
      if (mark >= 0) {
        comments.push({ line, note: whole.slice(mark + 1).trim() });
      }
      continue;
    }
    const address = tryParse(first);
    if (address === undefined) {
      notes.push({ line, note: `does nothing: '${first}' is no address` });
    } else if (name === undefined) {
      notes.push({ line, note: "does nothing: no name follows the address" });
    } else {
      entries.push({ line, address, name, aliases });
    }
  }
  return new HostsFile(entries, comments, notes);
}
