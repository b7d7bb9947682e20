/**
 * Proof that a name, or records of a type, do not exist.
 *
 * @see RFC 4035 §5.4 (NSEC), RFC 5155 §8 (NSEC3)
 * @module
 */

import { canonicalName, compareNames, compareOctets } from "./canonical.ts";
import {
  isWithin,
  lowerName,
  nameLabels,
  parentName,
  sameName,
} from "./names.ts";
import type { RecordOf } from "./record.ts";

/** What verified records of denial prove. */
export interface Denial {
  /**
   * `"NXDOMAIN"`: there is no such name, nor a wildcard for it; `"NODATA"`: the
   * name has no such records; `"opt-out"`: there may be such a name, as a
   * delegation that is not signed; `"nothing"`.
   */
  readonly proves: "NXDOMAIN" | "NODATA" | "opt-out" | "nothing";
  /** The types that there are at the name, if a record tells. */
  readonly types?: readonly string[];
  /** In a few words, how. */
  readonly why: string;
}

/** Rounds of hashing above which a zone counts as not signed (RFC 9276 §3.2). */
const MOST_ROUNDS = 100;

/** Records of denial whose signatures are verified, of one zone. */
export interface Proofs {
  /** The zone. */
  readonly zone: string;
  /** Those that say names. */
  readonly nsec: readonly RecordOf<"NSEC">[];
  /** Those that say hashes of names. */
  readonly nsec3: readonly RecordOf<"NSEC3">[];
}

const NOTHING: Denial = {
  proves: "nothing",
  why: "no signed NSEC or NSEC3 denies it",
};

/**
 * Finds out what records of denial prove about a name and a type.
 *
 * @param name The name.
 * @param type The type.
 * @param proofs The records.
 * @returns What they prove.
 */
export async function denialOf(
  name: string,
  type: string,
  proofs: Proofs,
): Promise<Denial> {
  const byName = denialByName(name, type, proofs);
  if (byName.proves !== "nothing" || proofs.nsec3.length === 0) return byName;
  return await denialByHash(name, type, proofs);
}

/** Whether the bits at a name leave a type out, aliases too. */
function lacks(types: readonly string[], type: string): boolean {
  return !types.includes(type) && !types.includes("CNAME");
}

/** At a cut the zone above knows nothing but DS (RFC 6840 §4.1). */
function isAbove(types: readonly string[]): boolean {
  return types.includes("NS") && !types.includes("SOA");
}

function denialByName(
  name: string,
  type: string,
  { nsec }: Proofs,
): Denial {
  const at = nsec.find((record) => sameName(record.name, name));
  if (at !== undefined) {
    const { types } = at.data;
    if (!lacks(types, type) || isAbove(types) && type !== "DS") return NOTHING;
    return {
      proves: "NODATA",
      types,
      why: `NSEC at ${at.name} lists no ${type}`,
    };
  }
  const over = nsec.find((record) => covers(record, name));
  if (over === undefined) return NOTHING;
  // Names below the next one exist, if only as a way to it.
  if (isWithin(over.data.nextDomainName, name)) {
    return {
      proves: "NODATA",
      types: [],
      why: `NSEC at ${over.name} has names below it alone`,
    };
  }
  if (isAbove(over.data.types) && isWithin(name, over.name)) return NOTHING;
  if (over.data.types.includes("DNAME") && isWithin(name, over.name)) {
    return NOTHING;
  }
  // The nearest name that exists is in common with one of the two ends.
  const encloser = longest(
    common(name, over.name),
    common(name, over.data.nextDomainName),
  );
  const wildcard = encloser === "." ? "*" : `*.${encloser}`;
  const star = nsec.find((record) => sameName(record.name, wildcard));
  if (star !== undefined) {
    return lacks(star.data.types, type)
      ? {
        proves: "NODATA",
        types: star.data.types,
        why: `NSEC at ${wildcard} lists no ${type}`,
      }
      : NOTHING;
  }
  return nsec.some((record) => covers(record, wildcard))
    ? {
      proves: "NXDOMAIN",
      why:
        `NSEC from ${over.name} to ${over.data.nextDomainName} leaves no room`,
    }
    : NOTHING;
}

/** Whether a name lies between a record's own and the next. */
function covers({ name: from, data }: RecordOf<"NSEC">, name: string): boolean {
  const to = data.nextDomainName;
  const isLast = compareNames(to, from) <= 0;
  const isAfter = compareNames(name, from) > 0;
  return isLast
    ? isAfter && isWithin(name, to)
    : isAfter && compareNames(name, to) < 0;
}

function common(a: string, b: string): string {
  let name = a;
  while (name !== "." && !isWithin(b, name)) name = parentName(name);
  return name;
}

function longest(a: string, b: string): string {
  return nameLabels(a).length >= nameLabels(b).length ? a : b;
}

/**
 * Tells whether records of denial prove that a name itself does not exist, so
 * that a wildcard may stand for it.
 *
 * @param name The name.
 * @param closest The labels of the wildcard without its star.
 * @param proofs The records.
 * @returns Whether they do.
 * @see RFC 4035 §5.3.4, RFC 5155 §8.8
 */
export async function isAbsent(
  name: string,
  closest: number,
  { zone, nsec, nsec3 }: Proofs,
): Promise<boolean> {
  if (nsec.some((record) => covers(record, name))) return true;
  const next = nameLabels(name).slice(-(closest + 1)).join(".");
  const hashed = hasher(zone, nsec3);
  return hashed !== undefined &&
    hashed.over(await hashed.of(next)) !== undefined;
}

async function denialByHash(
  name: string,
  type: string,
  { zone, nsec3 }: Proofs,
): Promise<Denial> {
  const hashed = hasher(zone, nsec3);
  if (hashed === undefined) {
    return {
      proves: "opt-out",
      why: `NSEC3 asks for more than ${MOST_ROUNDS} rounds, or an unknown hash`,
    };
  }
  const at = hashed.at(await hashed.of(name));
  if (at !== undefined) {
    const { types } = at.data;
    if (!lacks(types, type) || isAbove(types) && type !== "DS") return NOTHING;
    return {
      proves: "NODATA",
      types,
      why: `NSEC3 of the name lists no ${type}`,
    };
  }
  // The nearest name above that exists, and the one below it that does not.
  let next = name;
  let encloser = parentName(name);
  while (hashed.at(await hashed.of(encloser)) === undefined) {
    if (encloser === "." || !isWithin(encloser, zone)) return NOTHING;
    [next, encloser] = [encloser, parentName(encloser)];
  }
  const { types } = hashed.at(await hashed.of(encloser))!.data;
  if (isAbove(types) || types.includes("DNAME")) return NOTHING;
  const over = hashed.over(await hashed.of(next));
  if (over === undefined) return NOTHING;
  const isOptOut = (over.data.flags & 1) !== 0;
  const wildcard = await hashed.of(encloser === "." ? "*" : `*.${encloser}`);
  const star = hashed.at(wildcard);
  if (star !== undefined && lacks(star.data.types, type)) {
    return {
      proves: "NODATA",
      types: star.data.types,
      why: `NSEC3 of *.${encloser} lists no ${type}`,
    };
  }
  if (isOptOut) {
    return {
      proves: "opt-out",
      why:
        `NSEC3 leaves delegations that are not signed below ${encloser} open`,
    };
  }
  return hashed.over(wildcard) === undefined ? NOTHING : {
    proves: "NXDOMAIN",
    why: `NSEC3 has nothing between ${encloser} and ${next}, nor a wildcard`,
  };
}

interface Hasher {
  of(name: string): Promise<string>;
  at(hash: string): RecordOf<"NSEC3"> | undefined;
  over(hash: string): RecordOf<"NSEC3"> | undefined;
}

/** All records of one answer must hash alike (RFC 5155 §8.2). */
function hasher(
  zone: string,
  records: readonly RecordOf<"NSEC3">[],
): Hasher | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const { hashAlgorithm, iterations, salt } = first.data;
  if (hashAlgorithm !== 1 || iterations > MOST_ROUNDS) return undefined;
  const alike = records.filter(({ name, data }) =>
    data.hashAlgorithm === 1 && data.iterations === iterations &&
    data.flags < 2 && compareOctets(data.salt, salt) === 0 &&
    sameName(parentName(name), zone)
  ).map((record) => ({
    record,
    from: fromBase32(nameLabels(record.name)[0] ?? ""),
    to: record.data.nextHashedOwnerName.toHex(),
  }));
  const known = new Map<string, Promise<string>>();
  return {
    of(name) {
      const key = lowerName(name);
      let hash = known.get(key);
      if (hash === undefined) {
        known.set(key, hash = hashOf(key, salt, iterations));
      }
      return hash;
    },
    at: (hash) => alike.find(({ from }) => from === hash)?.record,
    over: (hash) =>
      alike.find(({ from, to }) =>
        from < to ? hash > from && hash < to : hash > from || hash < to
      )?.record,
  };
}

/** RFC 5155 §5 */
async function hashOf(
  name: string,
  salt: Uint8Array,
  iterations: number,
): Promise<string> {
  let octets: Uint8Array = canonicalName(name);
  for (let n = 0; n <= iterations; n++) {
    const salted = new Uint8Array(octets.length + salt.length);
    salted.set(octets);
    salted.set(salt, octets.length);
    octets = new Uint8Array(await crypto.subtle.digest("SHA-1", salted));
  }
  return octets.toHex();
}

/** The hash in an owner's first label (RFC 4648 §7). */
function fromBase32(label: string): string {
  let bits = "";
  for (const letter of lowerName(label)) {
    const value = "0123456789abcdefghijklmnopqrstuv".indexOf(letter);
    if (value < 0) return "";
    bits += value.toString(2).padStart(5, "0");
  }
  return (bits.match(/.{8}/g) ?? [])
    .map((octet) => parseInt(octet, 2).toString(16).padStart(2, "0")).join("");
}
