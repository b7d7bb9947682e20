/**
 * Answers that are kept for as long as their TTLs say.
 *
 * @see RFC 1035 §7.4, RFC 2308 §5, RFC 8767
 * @module
 */

import type { Forwarded } from "./forward_options.ts";
import type { Message } from "./message.ts";
import type { MessageFlag } from "./message_parts.ts";
import { lowerName, nameLabels, sameName } from "./names.ts";
import type { DataRecord, DnsQuestion, DnsRecord } from "./record.ts";

/** The TTL of stale answers, in seconds (RFC 8767 §5.2). */
const STALE_TTL = 30;

/** What is kept of an answer. */
export interface Kept {
  /** The response code. */
  readonly rcode: number;
  /** AD, if it was proven. */
  readonly flags: readonly MessageFlag[];
  /** The answers, with the TTLs that they came with. */
  readonly answers: readonly DataRecord[];
  /** The SOA of an answer that says no, and what proves it. */
  readonly authorities: readonly DataRecord[];
  /** How many octets the message had. */
  readonly size: number;
  /** How long it may be kept, in seconds; 0 for what may not. */
  readonly ttl: number;
}

interface Entry {
  readonly kept: Kept;
  /** When it came, in milliseconds. */
  readonly since: number;
}

/** What was found of a question. */
export interface Found {
  /** The answer. */
  readonly kept: Kept;
  /** How long it has been kept, in seconds. */
  readonly age: number;
  /** Whether that is longer than its TTL. */
  readonly isStale: boolean;
}

/** Bounds of a {@linkcode Cache}. */
export interface CacheLimits {
  /** The most answers. */
  readonly maxEntries: number;
  /** The most octets of their messages together. */
  readonly maxOctets: number;
  /** The longest time that anything is kept for, in seconds. */
  readonly maxTtl: number;
  /** How long answers are kept beyond their TTL, in seconds. */
  readonly staleTtl: number;
}

/** Answers, of which those that nobody asked for go first. */
export class Cache {
  /** How many were let go for want of room. */
  evicted = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #limits: CacheLimits;
  #octets = 0;

  /**
   * Starts empty.
   *
   * @param limits How much it may hold.
   */
  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  /** How many answers it holds. */
  get entries(): number {
    return this.#entries.size;
  }

  /** How many octets their messages had. */
  get octets(): number {
    return this.#octets;
  }

  /**
   * Looks for an answer.
   *
   * @param key The question's key.
   * @param now The time in milliseconds.
   * @returns The answer, perhaps a stale one; `undefined` if there is none.
   */
  find(key: string, now: number): Found | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { kept, since } = entry;
    const age = Math.max(0, Math.floor((now - since) / 1000));
    if (age >= kept.ttl + this.#limits.staleTtl) {
      this.#delete(key, entry);
      return undefined;
    }
    // The newest is last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { kept, age, isStale: age >= kept.ttl };
  }

  /**
   * Keeps an answer.
   *
   * @param key The question's key.
   * @param kept The answer.
   * @param now The time in milliseconds.
   */
  keep(key: string, kept: Kept, now: number): void {
    const { maxEntries, maxOctets, maxTtl } = this.#limits;
    const ttl = Math.min(kept.ttl, maxTtl);
    if (ttl <= 0 || kept.size > maxOctets || maxEntries === 0) return;
    const old = this.#entries.get(key);
    if (old !== undefined) this.#delete(key, old);
    this.#entries.set(key, { kept: { ...kept, ttl }, since: now });
    this.#octets += kept.size;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#octets <= maxOctets) break;
      this.#delete(oldest, entry);
      this.evicted++;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#octets = 0;
  }

  #delete(key: string, { kept }: Entry): void {
    this.#entries.delete(key);
    this.#octets -= kept.size;
  }
}

/**
 * Takes of an answer what belongs to the question: the chain of aliases from its
 * name, the records at their end, and the SOA if there are none. All else could
 * be an attempt to have us believe something of other names (RFC 5452 §6).
 *
 * @param question The question.
 * @param message The answer.
 * @returns What to keep; its `ttl` is 0 if the answer is not to be kept.
 */
export function essence(question: DnsQuestion, message: Message): Kept {
  const { rcode, flags, size } = message;
  const restore = (one: DataRecord) => unmixed(one, question.name);
  const { isWhole, last, ...found } = chain(question, message.answers);
  const answers = found.answers.map(restore);
  const authorities = isWhole
    ? []
    : message.authorities.filter(isProof).map(restore);
  const soa = authorities.find((one) => one.type === "SOA");
  // Only who is in charge of the name can say that there is nothing.
  const isFit = soa !== undefined && isAbove(soa.name, last);
  const isAnswer = rcode === 0 && (isWhole || isFit);
  const isDenial = rcode === 3 && isFit;
  let ttl = isAnswer || isDenial
    ? answers.reduce((least, one) => Math.min(least, one.ttl), Infinity)
    : 0;
  if (!isWhole && soa?.type === "SOA") {
    ttl = Math.min(ttl, soa.ttl, soa.data.minimum);
  }
  return {
    rcode,
    flags: flags.filter((flag) => flag === "AD"),
    answers,
    authorities: isFit ? authorities : [],
    size,
    // RFC 2181 §8: a TTL with the highest bit set counts as 0.
    ttl: Number.isFinite(ttl) && ttl < 2 ** 31 ? ttl : 0,
  };
}

/** What an answer that says no may bring along. */
const PROOFS = new Set(["SOA", "NSEC", "NSEC3", "RRSIG"]);

function isProof(record: DnsRecord): record is DataRecord {
  return PROOFS.has(record.type);
}

function isAbove(zone: string, name: string): boolean {
  const [above, below] = [lowerName(zone), lowerName(name)];
  return above === "." || below === above || below.endsWith(`.${above}`);
}

/** The records that answer, followed from the question's name. */
function chain(
  { name, type, class: of }: DnsQuestion,
  records: readonly DnsRecord[],
): { answers: DataRecord[]; isWhole: boolean; last: string } {
  const ours = records.filter((one): one is DataRecord =>
    one.type !== "OPT" && one.class === of
  );
  const taken = new Set<DataRecord>();
  let last = name;
  let isWhole = false;
  for (let hops = 0; hops <= ours.length; hops++) {
    const here = ours.filter((one) => sameName(one.name, last));
    const wanted = here.filter((one) => type === "ANY" || one.type === type);
    const alias = here.find((one) => one.type === "CNAME");
    const found = wanted.length > 0 ? wanted : alias ? [alias] : [];
    if (found.length === 0 || found.every((one) => taken.has(one))) break;
    for (const one of found) taken.add(one);
    for (const one of here) {
      const signs = one.type === "RRSIG" &&
        found.some((other) => other.type === one.data.typeCovered);
      if (signs) taken.add(one);
    }
    if (wanted.length > 0) {
      isWhole = true;
      break;
    }
    for (const one of ours) {
      // The DNAME that an alias was made from, and its signature.
      const makes = one.type === "DNAME" ||
        one.type === "RRSIG" && one.data.typeCovered === "DNAME";
      if (makes && !sameName(one.name, last) && isAbove(one.name, last)) {
        taken.add(one);
      }
    }
    if (alias?.type === "CNAME") last = alias.data;
  }
  return { answers: ours.filter((one) => taken.has(one)), isWhole, last };
}

/**
 * Gives names in a record the letters that the question had before it was asked
 * in mixed case: servers point at it from wherever they can.
 */
function unmixed(record: DataRecord, asked: string): DataRecord {
  const restore = (name: string): string => {
    const [own, other] = [nameLabels(name), nameLabels(asked)];
    let same = 0;
    while (
      same < Math.min(own.length, other.length) &&
      sameName(own.at(-same - 1)!, other.at(-same - 1)!)
    ) same++;
    return same === 0
      ? name
      : [...own.slice(0, own.length - same), ...other.slice(-same)].join(".");
  };
  const name = restore(record.name);
  switch (record.type) {
    case "NS":
    case "CNAME":
    case "PTR":
      return { ...record, name, data: restore(record.data) };
    case "MX": {
      const exchange = restore(record.data.exchange);
      return { ...record, name, data: { ...record.data, exchange } };
    }
    case "SOA": {
      const { mname, rname } = record.data;
      const names = { mname: restore(mname), rname: restore(rname) };
      return { ...record, name, data: { ...record.data, ...names } };
    }
    default:
      return { ...record, name };
  }
}

/**
 * Gives an answer as it is after some time, under the name as it was asked for.
 *
 * @param name The name.
 * @param found What was found.
 * @param isNew Whether it came just now.
 * @returns The answer.
 */
export function given(
  name: string,
  { kept, age, isStale }: Found,
  isNew = false,
): Forwarded {
  const { rcode, flags, answers, authorities } = kept;
  const asked = lowerName(name);
  const aged = (record: DataRecord): DataRecord => {
    const ttl = isStale
      ? Math.min(record.ttl, STALE_TTL)
      : Math.max(0, Math.min(record.ttl, isNew ? Infinity : kept.ttl) - age);
    const isAsked = lowerName(record.name) === asked;
    return { ...record, ttl, ...isAsked ? { name } : {} } as DataRecord;
  };
  return {
    rcode,
    answers: answers.map(aged),
    authorities: authorities.map(aged),
    age: isNew ? undefined : age,
    isStale,
    isAuthentic: flags.includes("AD"),
  };
}
