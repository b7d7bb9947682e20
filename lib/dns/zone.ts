/**
 * Zones: what one server is in charge of.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { count } from "../inspect/units.ts";
import { absoluteName, lowerName } from "./names.ts";
import {
  type DataRecord,
  type DnsRecord,
  isOpt,
  recordLine,
  type RecordOf,
} from "./record.ts";
import { dataKey, troubleIn } from "./zone_check.ts";
import { writtenData } from "./zone_written.ts";

/** Records of one name and type. */
export type RecordSet = readonly DataRecord[];

/** A name of a zone, and what there is at it. */
export interface ZoneNode {
  /** The name as the zone writes it, without a dot at the end. */
  readonly name: string;
  /** Its records by type; none at a name that only has others below it. */
  readonly sets: ReadonlyMap<string, RecordSet>;
}

/** What a zone knows of a name. */
export interface ZoneFinding {
  /**
   * `"name"`: the name is there. `"wildcard"`: another stands for it.
   * `"delegation"`: others are in charge of it. `"redirection"`: a DNAME above
   * leads elsewhere. `"none"`: there is no such name.
   */
  readonly kind: "name" | "wildcard" | "delegation" | "redirection" | "none";
  /**
   * The name; the wildcard; where the delegation or the DNAME is; the closest
   * name above that is there.
   */
  readonly node: ZoneNode;
}

/** Rows that are shown at the prompt. */
const SHOWN = 40;

/**
 * A zone: a name, and the records at and below it that one is in charge of.
 * In a template it is a zone file.
 *
 * @see RFC 1034 §4.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const zone = net.dns.parseZone(`
 * $ORIGIN example.
 * @    300 SOA ns admin 1 2h 15m 2w 5m
 *          NS  ns
 * ns       A   192.0.2.53
 * *.web    A   192.0.2.80
 * `);
 * assert.equal(zone.name, "example");
 * assert.equal(zone.find("www.web.example").kind, "wildcard");
 * assert.equal(zone.find("mail.example").kind, "none");
 * ```
 */
export class Zone {
  /** Its name, without a dot at the end. */
  readonly name: string;
  /** Its class: `"IN"`. */
  readonly class: string;
  /** Its records, the SOA first, else in the order in which they were given. */
  readonly records: readonly DataRecord[];
  readonly #nodes = new Map<string, { name: string; sets: Sets }>();
  readonly #key: string;
  /** Whether there is anything that find has to look for above a name. */
  readonly #hasCuts: boolean;

  /**
   * Takes records; `net.dns.zone` also takes texts.
   *
   * @param records The records as messages bring them. Of those that say the
   * same the first is kept, and what is of one set has one TTL, the first's.
   * @throws {TypeError} If they are no zone: without SOA or NS, with records of
   * other names, or with a CNAME that has others beside it.
   */
  constructor(records: Iterable<DnsRecord>) {
    const all = [...records].filter((one) => !isOpt(one)) as DataRecord[];
    const trouble = troubleIn(all);
    if (trouble !== undefined) {
      const { record, reason } = trouble;
      throw new TypeError(
        `Cannot make a zone as 'records' must be those of one: ${reason}${
          record === undefined ? "" : `: current value is ${zoneLine(record)}`
        }`,
      );
    }
    const soa = all.find(({ type }) => type === "SOA")!;
    this.name = soa.name;
    this.class = soa.class;
    this.#key = lowerName(soa.name);
    const kept: DataRecord[] = [];
    for (const record of [soa, ...all.filter((one) => one !== soa)]) {
      const one = this.#add(record);
      if (one !== undefined) kept.push(one);
    }
    this.records = kept;
    this.#hasCuts = kept.some(({ type, name }) =>
      type === "DNAME" || type === "NS" && lowerName(name) !== this.#key
    );
  }

  /** Who is in charge, and how long others may keep what. */
  get soa(): RecordOf<"SOA"> {
    return this.records[0] as RecordOf<"SOA">;
  }

  /** The number that grows when something changes. */
  get serial(): number {
    return this.soa.data.serial;
  }

  /** How many records there are. */
  get size(): number {
    return this.records.length;
  }

  /** Whether it has signatures (DNSSEC). */
  get isSigned(): boolean {
    return this.apex.sets.has("RRSIG");
  }

  /** The zone's own name, and what there is at it. */
  get apex(): ZoneNode {
    return this.#nodes.get(this.#key)!;
  }

  /** All names of the zone, those included that only have others below them. */
  get nodes(): IterableIterator<ZoneNode> {
    return this.#nodes.values();
  }

  /**
   * Gives what there is at a name, wildcards and delegations left aside.
   *
   * @param name The name, without a dot at the end.
   * @returns The name, if it is there.
   */
  node(name: string): ZoneNode | undefined {
    return this.#nodes.get(lowerName(name));
  }

  /**
   * Finds out what the zone knows of a name.
   *
   * @param name A name in the zone, without a dot at the end.
   * @param type Which records are wanted: those of type DS are on the upper side
   * of a delegation. @default {any}
   * @returns What it knows.
   * @throws {RangeError} If the name is not in the zone.
   * @see RFC 1034 §4.3.2, RFC 4592 §3.3, RFC 6672 §3.2
   */
  find(name: string, type?: string): ZoneFinding {
    const key = lowerName(name);
    const above = this.#above(key, name);
    if (this.#hasCuts) {
      for (const [place, node] of above) {
        if (node === undefined || place === this.#key) continue;
        if (node.sets.has("NS") && !(place === key && type === "DS")) {
          return { kind: "delegation", node };
        }
        if (place !== key && node.sets.has("DNAME")) {
          return { kind: "redirection", node };
        }
      }
      const { apex } = this;
      if (key !== this.#key && apex.sets.has("DNAME")) {
        return { kind: "redirection", node: apex };
      }
    }
    const node = this.#nodes.get(key);
    if (node !== undefined) return { kind: "name", node };
    const [place, encloser] = above.findLast(([, node]) => node !== undefined)!;
    const star = this.#nodes.get(place === "." ? "*" : `*.${place}`);
    return star === undefined
      ? { kind: "none", node: encloser! }
      : { kind: "wildcard", node: star };
  }

  /** A zone file: a line for each record, as dig writes it. */
  toString(): string {
    return this.records.map((record) => `${zoneLine(record)}\n`).join("");
  }

  /** Its fields, plain. */
  toJSON(): {
    name: string;
    class: string;
    serial: number;
    records: readonly DataRecord[];
  } {
    const { name, class: of, serial, records } = this;
    return { name, class: of, serial, records };
  }

  /** Its records as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const rows = this.records.map((record) => ({
      name: absoluteName(record.name),
      ttl: record.ttl,
      type: record.type,
      data: writtenData(record),
    }));
    return table(rows, {
      title: `zone ${
        paint("name", absoluteName(this.name), room)
      } serial ${this.serial}, ${count(this.size)} records`,
      columns: [
        { key: "name", role: "name" },
        { key: "ttl", role: "number" },
        { key: "type", role: "accent" },
        { key: "data", role: "string" },
      ],
      maxRows: SHOWN,
      canvas: room,
    });
  }

  /** The names from the zone's own to one, with what there is at them. */
  #above(key: string, name: string): [string, ZoneNode | undefined][] {
    const all: [string, ZoneNode | undefined][] = [];
    for (let place = key;; place = parentKey(place)) {
      all.push([place, this.#nodes.get(place)]);
      if (place === this.#key) return all.reverse();
      if (place === ".") {
        throw new RangeError(
          `Cannot find ${name} as 'name' must be in the zone ${this.name}: current value is ${name}`,
        );
      }
    }
  }

  /** Takes a record in, unless it is there. */
  #add(record: DataRecord): DataRecord | undefined {
    const key = lowerName(record.name);
    const { sets } = this.#nodeAt(key, record.name);
    const set = sets.get(record.type);
    if (set === undefined) {
      sets.set(record.type, [record]);
      return record;
    }
    if (isAmong(set, record)) return undefined;
    const ttl = set[0]!.ttl;
    // Signatures have the TTL of what they sign.
    const one = ttl === record.ttl || record.type === "RRSIG"
      ? record
      : { ...record, ttl };
    set.push(one);
    return one;
  }

  /** Gives a name's place, and makes it and those above it if need be. */
  #nodeAt(key: string, name: string): { name: string; sets: Sets } {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      node = { name, sets: new Map() };
      this.#nodes.set(key, node);
      if (key !== this.#key) this.#nodeAt(parentKey(key), parentKey(name));
    }
    return node;
  }
}

type Sets = Map<string, DataRecord[]>;

/** Sets above this size are compared by their octets' text, not one by one. */
const LARGE = 16;
const TEXTS = new WeakMap<RecordSet, Set<string>>();

function isAmong(set: RecordSet, record: DataRecord): boolean {
  if (set.length < LARGE) {
    const text = dataKey(record);
    return set.some((one) => dataKey(one) === text);
  }
  let texts = TEXTS.get(set);
  if (texts === undefined) TEXTS.set(set, texts = new Set(set.map(dataKey)));
  const text = dataKey(record);
  if (texts.has(text)) return true;
  texts.add(text);
  return false;
}

/**
 * Gives the name one label above.
 *
 * @param name The name, without a dot at the end.
 * @returns Its parent; the root for the root itself.
 */
export function parentKey(name: string): string {
  for (let i = 0; i < name.length - 1; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x2e) return name.slice(i + 1);
  }
  return ".";
}

function zoneLine(record: DataRecord): string {
  const data = writtenData(record);
  if (!data.startsWith("\\#")) return recordLine(record);
  const { name, ttl, class: of, type } = record;
  return `${absoluteName(name)}\t${ttl}\t${of}\t${type}\t${data}`;
}
