/**
 * What became of a name that was looked up.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import type { Address } from "../ip/address.ts";
import { absoluteName, sameName } from "./names.ts";
import { type DataRecord, type DnsRecord, recordData } from "./record.ts";

/** One question that a lookup took. */
export interface LookupTry {
  /** The whole name that was asked for, without a dot at the end. */
  readonly name: string;
  /** The type. */
  readonly type: string;
  /** Who was asked. */
  readonly server: string;
  /** What it said, or the code of what went wrong: `"NXDOMAIN"`, `"timeout"`. */
  readonly status: string;
  /** How long that took, in milliseconds. */
  readonly elapsed: number;
}

/** What a {@linkcode Resolution} is made of. */
export interface ResolutionParts {
  /** What was looked up. */
  readonly name: string;
  /** The types that were asked for. */
  readonly types: readonly string[];
  /**
   * `"NOERROR"` if there are records; `"NODATA"` if the name exists without
   * them; `"NXDOMAIN"` if there is no such name; or a server's `"SERVFAIL"`,
   * `"REFUSED"`.
   */
  readonly status: string;
  /** The whole name that was found, or asked for last, without a dot at the end. */
  readonly found: string;
  /** The records, those of aliases first. */
  readonly records: readonly DataRecord[];
  /** Who knew it: `"files"` is the hosts file, `"dns"` a server. */
  readonly source: "files" | "dns";
  /** The questions that it took. */
  readonly tries: readonly LookupTry[];
}

/**
 * What became of a name that was looked up: its records, or why there are none.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const found = new net.dns.Resolution({
 *   name: "www",
 *   types: ["A"],
 *   status: "NOERROR",
 *   found: "www.example",
 *   records: [{ name: "www.example", type: "A", class: "IN", ttl: 60, data: net.ip.parse("192.0.2.1") }],
 *   source: "dns",
 *   tries: [],
 * });
 * assert.equal(found.addresses.join(), "192.0.2.1");
 * assert.equal(found.ttl, 60);
 * ```
 */
export class Resolution implements ResolutionParts {
  /** What was looked up. */
  readonly name: string;
  /** The types that were asked for. */
  readonly types: readonly string[];
  /** `"NOERROR"`, `"NODATA"`, `"NXDOMAIN"`, `"SERVFAIL"`, … */
  readonly status: string;
  /** The whole name that was found, or asked for last, without a dot at the end. */
  readonly found: string;
  /** The records, those of aliases first. */
  readonly records: readonly DataRecord[];
  /** Who knew it: `"files"` is the hosts file, `"dns"` a server. */
  readonly source: "files" | "dns";
  /** The questions that it took. */
  readonly tries: readonly LookupTry[];

  /**
   * Takes the parts; `resolve` makes them.
   *
   * @param parts The parts.
   */
  constructor(parts: ResolutionParts) {
    this.name = parts.name;
    this.types = parts.types;
    this.status = parts.status;
    this.found = parts.found;
    this.records = parts.records;
    this.source = parts.source;
    this.tries = parts.tries;
  }

  /** Whether there are records of a type that was asked for. */
  get ok(): boolean {
    return this.status === "NOERROR";
  }

  /** The addresses among the records. */
  get addresses(): Address[] {
    return this.records.flatMap((record) =>
      record.type === "A" || record.type === "AAAA" ? [record.data] : []
    );
  }

  /** The names among the records of PTR. */
  get names(): string[] {
    return this.records.flatMap((record) =>
      record.type === "PTR" ? [record.data] : []
    );
  }

  /** The name behind all aliases, without a dot at the end. */
  get canonicalName(): string {
    let name = this.found;
    for (let n = 0; n < this.records.length; n++) {
      const alias = this.records.find((record) =>
        record.type === "CNAME" && sameName(record.name, name)
      );
      if (alias?.type !== "CNAME") break;
      name = alias.data;
    }
    return name;
  }

  /** How long all of it may be kept, in seconds; 0 without records. */
  get ttl(): number {
    return this.records.length === 0
      ? 0
      : Math.min(...this.records.map(({ ttl }) => ttl));
  }

  /** Its fields, plain. */
  toJSON(): ResolutionParts & { readonly ttl: number } {
    return { ...this, ttl: this.ttl };
  }

  /** A card: the records, who knew them, or why there are none. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const { name, types, records, source, tries } = this;
    const last = tries.at(-1);
    const rows: CardRow[] = records.map((record) => [
      `${record.type} ${record.ttl} s`,
      recordData(record),
      "string",
    ]);
    if (!this.ok) {
      rows.push(["status", `${this.status}: ${why(this.status)}`, "bad"]);
    }
    if (!sameName(this.found, name)) {
      rows.push(["found as", absoluteName(this.found)]);
    }
    rows.push([
      "told by",
      source === "files" ? "the hosts file" : `${last?.server ?? "a server"}`,
    ]);
    const others = tries.filter(({ status }) => status !== "NOERROR");
    for (const one of others.slice(0, 8)) {
      rows.push([
        "tried",
        `${one.name} ${one.type} at ${one.server}: ${one.status}`,
        "muted",
      ]);
    }
    return card(`${name} ${types.join(" and ")}`, rows, room);
  }
}

function why(status: string): string {
  switch (status) {
    case "NODATA":
      return "the name exists, and has no such records";
    case "NXDOMAIN":
      return "there is no such name";
    case "SERVFAIL":
      return "the server could not find out";
    case "REFUSED":
      return "the server does not answer us";
    default:
      return "the server says so";
  }
}

/**
 * Picks what answers a question out of a section: the chain of aliases from its
 * name, and the records of its type at the end.
 *
 * @param records The answers of a message.
 * @param name The name that was asked for.
 * @param type The type.
 * @returns The chain and the records; `found` is whether there are any of the type.
 */
export function answering(
  records: readonly DnsRecord[],
  name: string,
  type: string,
): {
  readonly chain: readonly DataRecord[];
  readonly end: string;
  readonly found: boolean;
} {
  const chain: DataRecord[] = [];
  let end = name;
  // Each alias leads on once, so that a loop of them ends.
  for (let n = 0; n <= records.length; n++) {
    const matching = records.filter((record): record is DataRecord =>
      record.type !== "OPT" && sameName(record.name, end) &&
      (record.type === type || type === "ANY")
    );
    if (matching.length > 0) {
      return { chain: [...chain, ...matching], end, found: true };
    }
    const alias = records.find((record) =>
      record.type === "CNAME" && sameName(record.name, end)
    );
    if (alias?.type !== "CNAME") break;
    chain.push(alias);
    end = alias.data;
  }
  return { chain, end, found: false };
}
