/**
 * What is found out on the way down the chain of trust.
 *
 * @module
 */

import { isWithin, nameLabels, sameName } from "./names.ts";
import {
  type DataRecord,
  type DnsRecord,
  ofType,
  type RecordOf,
} from "./record.ts";
import type { Key } from "./signatures.ts";
import type { Security } from "./validation.ts";

/** A zone, and the keys that it is known to have; none if it is not signed. */
export interface Zone {
  /** Its name, without a dot at the end. */
  readonly name: string;
  /** Whether what it has signed can be trusted. */
  readonly security: Security;
  /** Its keys, if they can. */
  readonly keys: readonly Key[];
  /** In a few words, why. */
  readonly why: string;
}

/** A verdict. */
export interface Judged {
  /** Whether it can be trusted. */
  readonly security: Security;
  /** In a few words, why. */
  readonly why: string;
}

const RANK: readonly Security[] = [
  "secure",
  "insecure",
  "indeterminate",
  "bogus",
];

/**
 * Gives the worse of two verdicts: an answer is as good as its worst part.
 *
 * @param a One.
 * @param b The other.
 * @returns `b` if it is worse, else `a`.
 */
export function worse(a: Judged, b: Judged): Judged {
  return RANK.indexOf(b.security) > RANK.indexOf(a.security) ? b : a;
}

/**
 * Finds the DNAME that a name is below.
 *
 * @param name The name.
 * @param records The records of an answer.
 * @returns The record, if there is one.
 */
export function dnameOf(
  name: string,
  records: readonly DnsRecord[],
): RecordOf<"DNAME"> | undefined {
  return ofType(records, "DNAME").find((one) =>
    isWithin(name, one.name) && !sameName(name, one.name)
  );
}

/**
 * Tells whether an alias is what a DNAME makes of its name.
 *
 * @param alias The alias.
 * @param dname The record above it.
 * @returns Whether it is.
 * @see RFC 6672 §2.2
 */
export function follows(
  alias: DataRecord,
  { name, data }: RecordOf<"DNAME">,
): boolean {
  const labels = nameLabels(alias.name);
  const kept = labels.slice(0, labels.length - nameLabels(name).length);
  const made = [...kept, ...nameLabels(data)].join(".");
  return alias.type === "CNAME" && sameName(alias.data, made);
}
