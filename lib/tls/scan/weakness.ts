/**
 * What a weakness is, and what it is looked for in.
 *
 * @module
 */

import type { Certificate } from "../certificate.ts";
import type { TlsFeatures } from "./features.ts";
import type { ScannedProtocol } from "./protocol.ts";

/**
 * How good a server is: A for nothing known against it, B for what is old, C for
 * what has been attacked with effort, D and E for what is attacked with less, F
 * for what gives no protection.
 */
export type Grade = "A" | "B" | "C" | "D" | "E" | "F";

/** One kind of weakness; `weaknessTable` lists them. */
export interface WeaknessEntry {
  /** A word for programs: `"sweet32"`. */
  readonly id: string;
  /** What it is called. */
  readonly name: string;
  /** What it is, in a sentence. */
  readonly what: string;
  /** The best grade that a server with it can have; A for a mere remark. */
  readonly best: Grade;
  /** What to change. */
  readonly change: string;
  /** Where one reads about it. */
  readonly source: string;
}

/** A weakness of one server. */
export interface Weakness extends WeaknessEntry {
  /** How it was seen: the suites, the key, the answer. */
  readonly seen: string;
}

/** A chain of certificates as a server sends it. */
export interface ScannedCertificate {
  /** The kind of its key: `"RSA"`, `"EC"`; `"unknown"` if it cannot be read. */
  readonly kind: string;
  /** The certificates, the server's own first. */
  readonly chain: readonly Certificate[];
  /** The same in DER, also what cannot be read. */
  readonly der: readonly Uint8Array[];
  /** Why some of it cannot be read. */
  readonly problem: string | undefined;
}

/** What weaknesses are looked for in. */
export interface ScanFacts {
  /** SSL 3.0 to TLS 1.3. */
  readonly protocols: readonly ScannedProtocol[];
  /** The ciphers of SSL 2.0, if the server speaks it. */
  readonly ssl2: readonly string[] | undefined;
  /** What it can do besides. */
  readonly features: TlsFeatures;
  /** Its certificates. */
  readonly certificates: readonly ScannedCertificate[];
}

/** Gives what was seen, or nothing. */
export type Detect = (facts: ScanFacts) => string | undefined;

/** A kind of weakness, and how it is seen. */
export type WeaknessRule = readonly [entry: WeaknessEntry, detect: Detect];

/** Names that are given each; of more, their number. */
const NAMED = 4;

/**
 * Puts what was seen into a few words.
 *
 * @param names What was seen, perhaps more than once.
 * @returns The first few, and how many more; `undefined` of none.
 */
export function some(names: Iterable<string>): string | undefined {
  const all = [...new Set(names)];
  if (all.length === 0) return undefined;
  const more = all.length - NAMED;
  return all.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
