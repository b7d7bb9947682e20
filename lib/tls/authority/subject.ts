/**
 * Who a certificate is about, written as a distinguished name.
 *
 * @see RFC 5280 §4.1.2.4 and appendix A.1 (upper bounds)
 * @module
 */

import { der, derOid, TAG } from "../der/der.ts";
import { oidOf } from "../der/object_identifiers.ts";

/** The facts of a name; all of them optional. */
export interface Subject {
  /** The common name, up to 64 characters. */
  name?: string | undefined;
  /** The organization, up to 64 characters. */
  organization?: string | undefined;
  /** A part of the organization, up to 64 characters. */
  unit?: string | undefined;
  /** The country, as its two letters in ISO 3166. */
  country?: string | undefined;
}

/** In the order in which they stand in a name, from the widest. */
const FACTS = [
  ["country", "C"],
  ["organization", "O"],
  ["unit", "OU"],
  ["name", "CN"],
] as const;

const LONGEST = 64;
const text = new TextEncoder();

/**
 * Writes a name.
 *
 * @param subject Its facts.
 * @param verb What it is for, for errors: `"create an authority"`.
 * @returns The name in DER; an empty one without facts.
 * @throws {TypeError} If a fact is empty or has control characters.
 * @throws {RangeError} If one is too long.
 */
export function writeSubject(
  subject: Subject,
  verb: string,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [fact, type] of FACTS) {
    const value = subject[fact];
    if (value === undefined) continue;
    checkFact(fact, value, verb);
    // A country has to be a PrintableString; all else is best as UTF-8.
    const tag = fact === "country" ? TAG.printableString : TAG.utf8String;
    parts.push(der(
      TAG.set,
      der(TAG.sequence, derOid(oidOf(type)), der(tag, text.encode(value))),
    ));
  }
  return der(TAG.sequence, ...parts);
}

function checkFact(fact: string, value: string, verb: string): void {
  if (typeof value !== "string" || value.trim() === "") {
    throw new TypeError(
      `Cannot ${verb} as '${fact}' must be a text that is not empty: current value is ${
        JSON.stringify(value)
      }`,
    );
  }
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
    throw new TypeError(
      `Cannot ${verb} as '${fact}' must be a text without control characters: current value is ${
        JSON.stringify(value)
      }`,
    );
  }
  if (fact === "country" && !/^[A-Z]{2}$/.test(value)) {
    throw new TypeError(
      `Cannot ${verb} as 'country' must be two capital letters: current value is ${value}`,
    );
  }
  const length = [...value].length;
  if (length > LONGEST) {
    throw new RangeError(
      `Cannot ${verb} as '${fact}' must be at most ${LONGEST} characters: current value has ${length}`,
    );
  }
}
