/**
 * What zones answer to a question.
 *
 * @see RFC 1034 §4.3.2
 * @module
 */

import type { MessageFlag } from "./message_parts.ts";
import { isWithin, lowerName, nameLabels } from "./names.ts";
import type { DataRecord, DnsQuestion, RecordOf } from "./record.ts";
import { denial, noData, signaturesOf } from "./serve_proof.ts";
import { parentKey, type RecordSet, type Zone, type ZoneNode } from "./zone.ts";

/** What a server says to a question, in the sections of a message. */
export interface ZoneReply {
  /** The response code. */
  readonly rcode: number;
  /** AA where we are in charge. */
  readonly flags: readonly MessageFlag[];
  /** The answers, a chain of aliases first. */
  readonly answers: readonly DataRecord[];
  /** Who is in charge, or what proves that there is nothing. */
  readonly authorities: readonly DataRecord[];
  /** Addresses of the servers that are named. */
  readonly additionals: readonly DataRecord[];
  /** Whether it makes no sense without the additional records (RFC 9471). */
  readonly needsGlue?: boolean;
}

/** How a question came. */
export interface Asking {
  /** Whether records of DNSSEC are welcome. */
  readonly dnssec: boolean;
  /** Whether all is to be told to who asks for ANY. */
  readonly isWhole: boolean;
}

/** Response codes. */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  NOTAUTH: 9,
  BADVERS: 16,
} as const;
/** How many aliases may follow each other. */
const CHAIN = 16;

/** Zones, of which the one that is in charge of a name is quickly found. */
export class ZoneSet {
  readonly #zones = new Map<string, Zone>();

  /**
   * Takes zones.
   *
   * @param zones The zones; none twice.
   * @throws {TypeError} If one is there twice.
   */
  constructor(zones: Iterable<Zone>) {
    for (const zone of zones) {
      const key = keyOf(zone.name, zone.class);
      if (this.#zones.has(key)) {
        throw new TypeError(
          `Cannot serve as 'zones' must have each zone once: current value is ${zone.name} twice`,
        );
      }
      this.#zones.set(key, zone);
    }
  }

  /** The zones. */
  get all(): Zone[] {
    return [...this.#zones.values()];
  }

  /**
   * Gives a zone by its name.
   *
   * @param name The name.
   * @param of The class.
   * @returns The zone, if it is among these.
   */
  get(name: string, of: string): Zone | undefined {
    return this.#zones.get(keyOf(name, of));
  }

  /**
   * Finds the zone that a name is in.
   *
   * @param name The name.
   * @param of The class.
   * @param isAbove Whether the name's own zone does not count.
   * @returns The zone, if it is among these.
   */
  inCharge(name: string, of: string, isAbove = false): Zone | undefined {
    let key = lowerName(name);
    if (isAbove && key !== ".") key = parentKey(key);
    for (;; key = parentKey(key)) {
      const zone = this.#zones.get(keyOf(key, of));
      if (zone !== undefined || key === ".") return zone;
    }
  }

  /**
   * Answers a question.
   *
   * @param question What is asked.
   * @param asking How it came.
   * @returns The answer; REFUSED for a name of others.
   */
  answer(question: DnsQuestion, asking: Asking): ZoneReply {
    return new Search(this, question, asking).run();
  }
}

function keyOf(name: string, of: string): string {
  return of === "IN" ? lowerName(name) : `${lowerName(name)} ${of}`;
}

/** One question on its way through the zones. */
class Search {
  readonly #zones: ZoneSet;
  readonly #question: DnsQuestion;
  readonly #asking: Asking;
  readonly #answers: DataRecord[] = [];
  readonly #authorities: DataRecord[] = [];
  readonly #additionals: DataRecord[] = [];
  #rcode: number = RCODE.NOERROR;
  #isOurs = true;
  #needsGlue = false;

  constructor(zones: ZoneSet, question: DnsQuestion, asking: Asking) {
    this.#zones = zones;
    this.#question = question;
    this.#asking = asking;
  }

  run(): ZoneReply {
    const { type, class: of } = this.#question;
    let { name } = this.#question;
    for (let hops = 0; hops <= CHAIN; hops++) {
      // What is said of a delegation is said above it (RFC 4035 §3.1.4.1).
      const zone = type === "DS" && this.#zones.inCharge(name, of, true) ||
        this.#zones.inCharge(name, of);
      if (zone === undefined) {
        if (hops === 0) [this.#rcode, this.#isOurs] = [RCODE.REFUSED, false];
        break;
      }
      const next = this.#look(zone, name, hops);
      if (next === undefined) break;
      // An alias that leads to where it was before.
      const isLoop = this.#answers.some((one) =>
        one.type === "CNAME" && lowerName(one.name) === lowerName(next)
      );
      name = next;
      if (isLoop || hops === CHAIN) {
        // RFC 1034 §3.6.2: a loop is an error, and is said to be one.
        this.#rcode = RCODE.SERVFAIL;
        break;
      }
    }
    return {
      rcode: this.#rcode,
      flags: this.#isOurs ? ["AA"] : [],
      answers: this.#answers,
      authorities: this.#authorities,
      additionals: this.#additionals,
      needsGlue: this.#needsGlue,
    };
  }

  /** Looks for a name in a zone; gives the name that it is an alias for. */
  #look(zone: Zone, name: string, hops: number): string | undefined {
    const { type } = this.#question;
    const { kind, node } = zone.find(name, type);
    switch (kind) {
      case "delegation":
        this.#refer(zone, node, hops);
        return undefined;
      case "redirection":
        return this.#redirect(zone, node, name);
      case "none":
        this.#rcode = RCODE.NXDOMAIN;
        this.#deny(zone, denial(zone, name, node));
        return undefined;
    }
    const isStar = kind === "wildcard";
    const sets = type === "ANY"
      ? this.#any(node)
      : [node.sets.get(type) ?? node.sets.get("CNAME")];
    const [set] = sets;
    if (set === undefined) {
      this.#deny(zone, noData(zone, name, node, isStar));
      return undefined;
    }
    for (const one of sets) {
      this.#put(this.#answers, one!, node, name);
    }
    if (isStar && this.#asking.dnssec) {
      this.#authorities.push(...denial(zone, name, undefined));
    }
    if (set[0]!.type === "CNAME" && type !== "CNAME" && type !== "ANY") {
      return (set[0] as RecordOf<"CNAME">).data;
    }
    this.#beside(set);
    return undefined;
  }

  /** All there is, or the first of it, to be of no use to floods (RFC 8482 §4.1). */
  #any({ sets }: ZoneNode): (RecordSet | undefined)[] {
    const all = [...sets].filter(([type]) => type !== "RRSIG")
      .map(([, set]) => set);
    return this.#asking.isWhole ? all.length > 0 ? all : [undefined] : [all[0]];
  }

  /** Adds records, under the name that was asked for, with their signatures. */
  #put(
    to: DataRecord[],
    set: RecordSet,
    node: ZoneNode,
    name = node.name,
  ): void {
    const renamed = name !== node.name;
    const add = (record: DataRecord) => {
      to.push(renamed ? { ...record, name } as DataRecord : record);
    };
    set.forEach(add);
    if (this.#asking.dnssec) {
      signaturesOf(node, set[0]!.type).forEach(add);
    }
  }

  #deny(zone: Zone, proof: readonly DataRecord[]): void {
    const { soa, apex } = zone;
    // How long others may keep that there is nothing (RFC 2308 §3).
    const ttl = Math.min(soa.ttl, soa.data.minimum);
    this.#authorities.push({ ...soa, ttl });
    if (!this.#asking.dnssec || !zone.isSigned) return;
    for (const one of signaturesOf(apex, "SOA")) {
      this.#authorities.push(
        { ...one, ttl: Math.min(one.ttl, ttl) } as typeof one,
      );
    }
    this.#authorities.push(...proof);
  }

  #refer(zone: Zone, node: ZoneNode, hops: number): void {
    if (hops === 0) this.#isOurs = false;
    const servers = node.sets.get("NS")!;
    this.#authorities.push(...servers);
    if (this.#asking.dnssec && zone.isSigned) {
      const ds = node.sets.get("DS");
      if (ds !== undefined) this.#put(this.#authorities, ds, node);
      else this.#authorities.push(...noData(zone, node.name, node, false));
    }
    for (const server of servers as RecordOf<"NS">[]) {
      if (isWithin(server.data, node.name)) this.#needsGlue = true;
      if (isWithin(server.data, zone.name)) this.#addresses(zone, server.data);
    }
  }

  #redirect(zone: Zone, node: ZoneNode, name: string): string | undefined {
    const set = node.sets.get("DNAME") as RecordOf<"DNAME">[];
    this.#put(this.#answers, set, node);
    const { ttl, data: target } = set[0]!;
    const labels = nameLabels(name);
    const kept = labels.slice(0, labels.length - nameLabels(node.name).length);
    const end = target === "." ? [] : [target];
    const next = [...kept, ...end].join(".");
    if (next.length > 253) {
      this.#rcode = RCODE.YXDOMAIN;
      return undefined;
    }
    this.#answers.push({
      name,
      type: "CNAME",
      class: zone.class,
      ttl,
      data: next,
    });
    return this.#question.type === "CNAME" ? undefined : next;
  }

  /** Adds the addresses of the hosts that records name, as far as we know them. */
  #beside(set: RecordSet): void {
    for (const record of set) {
      const host = record.type === "NS"
        ? record.data
        : record.type === "MX"
        ? record.data.exchange
        : record.type === "SRV"
        ? record.data.target
        : undefined;
      if (host === undefined) continue;
      const zone = this.#zones.inCharge(host, record.class);
      if (zone !== undefined) this.#addresses(zone, host);
    }
  }

  #addresses(zone: Zone, host: string): void {
    const node = zone.node(host);
    for (const type of ["A", "AAAA"]) {
      const set = node?.sets.get(type);
      if (set === undefined || this.#additionals.includes(set[0]!)) continue;
      this.#put(this.#additionals, set, node!);
    }
  }
}
