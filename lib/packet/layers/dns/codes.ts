/**
 * What the numbers of DNS are called (IANA's registry "Domain Name System
 * Parameters").
 *
 * @module
 */

import type { Format } from "../../format.ts";
import { coded } from "../../read_code.ts";

/** Types of records and of questions. */
export const TYPES = {
  1: "A",
  2: "NS",
  3: "MD",
  4: "MF",
  5: "CNAME",
  6: "SOA",
  7: "MB",
  8: "MG",
  9: "MR",
  10: "NULL",
  11: "WKS",
  12: "PTR",
  13: "HINFO",
  14: "MINFO",
  15: "MX",
  16: "TXT",
  17: "RP",
  18: "AFSDB",
  19: "X25",
  20: "ISDN",
  21: "RT",
  22: "NSAP",
  23: "NSAP-PTR",
  24: "SIG",
  25: "KEY",
  26: "PX",
  27: "GPOS",
  28: "AAAA",
  29: "LOC",
  30: "NXT",
  31: "EID",
  32: "NIMLOC",
  33: "SRV",
  34: "ATMA",
  35: "NAPTR",
  36: "KX",
  37: "CERT",
  38: "A6",
  39: "DNAME",
  40: "SINK",
  41: "OPT",
  42: "APL",
  43: "DS",
  44: "SSHFP",
  45: "IPSECKEY",
  46: "RRSIG",
  47: "NSEC",
  48: "DNSKEY",
  49: "DHCID",
  50: "NSEC3",
  51: "NSEC3PARAM",
  52: "TLSA",
  53: "SMIMEA",
  55: "HIP",
  56: "NINFO",
  57: "RKEY",
  58: "TALINK",
  59: "CDS",
  60: "CDNSKEY",
  61: "OPENPGPKEY",
  62: "CSYNC",
  63: "ZONEMD",
  64: "SVCB",
  65: "HTTPS",
  66: "DSYNC",
  99: "SPF",
  104: "NID",
  105: "L32",
  106: "L64",
  107: "LP",
  108: "EUI48",
  109: "EUI64",
  128: "NXNAME",
  249: "TKEY",
  250: "TSIG",
  251: "IXFR",
  252: "AXFR",
  253: "MAILB",
  254: "MAILA",
  255: "ANY",
  256: "URI",
  257: "CAA",
  258: "AVC",
  259: "DOA",
  260: "AMTRELAY",
  261: "RESINFO",
  262: "WALLET",
  32768: "TA",
  32769: "DLV",
} as const;

/** Classes (RFC 6895 §3.2). */
export const CLASSES = {
  1: "IN",
  3: "CH",
  4: "HS",
  254: "NONE",
  255: "ANY",
} as const;

/** Kinds of query (RFC 6895 §2.2). */
export const OPCODES = {
  0: "query",
  1: "inverse query",
  2: "status",
  4: "notify",
  5: "update",
  6: "stateful",
} as const;

/** Response codes of four bits (RFC 6895 §2.3). */
export const RCODES = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  7: "YXRRSET",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
  11: "DSOTYPENI",
} as const;

/** The `error` of TSIG and TKEY records: those, and what only they have. */
export const SIGNATURE_ERRORS = {
  ...RCODES,
  16: "BADSIG",
  17: "BADKEY",
  18: "BADTIME",
  19: "BADMODE",
  20: "BADNAME",
  21: "BADALG",
  22: "BADTRUNC",
  23: "BADCOOKIE",
} as const;

/** Algorithms of DNSSEC keys (RFC 8624 §3.1). */
export const ALGORITHMS = {
  1: "RSAMD5",
  2: "DH",
  3: "DSA",
  5: "RSASHA1",
  6: "DSA-NSEC3-SHA1",
  7: "RSASHA1-NSEC3-SHA1",
  8: "RSASHA256",
  10: "RSASHA512",
  12: "ECC-GOST",
  13: "ECDSAP256SHA256",
  14: "ECDSAP384SHA384",
  15: "ED25519",
  16: "ED448",
  252: "INDIRECT",
  253: "PRIVATEDNS",
  254: "PRIVATEOID",
} as const;

/** Digests of DS records (RFC 8624 §3.3). */
export const DIGESTS = {
  1: "SHA-1",
  2: "SHA-256",
  3: "GOST R 34.11-94",
  4: "SHA-384",
} as const;

/** Why an answer is as it is (RFC 8914 §4). */
export const EXTENDED_ERRORS = {
  0: "other",
  1: "unsupported DNSKEY algorithm",
  2: "unsupported DS digest type",
  3: "stale answer",
  4: "forged answer",
  5: "DNSSEC indeterminate",
  6: "DNSSEC bogus",
  7: "signature expired",
  8: "signature not yet valid",
  9: "DNSKEY missing",
  10: "RRSIGs missing",
  11: "no zone key bit set",
  12: "NSEC missing",
  13: "cached error",
  14: "not ready",
  15: "blocked",
  16: "censored",
  17: "filtered",
  18: "prohibited",
  19: "stale NXDOMAIN answer",
  20: "not authoritative",
  21: "not supported",
  22: "no reachable authority",
  23: "network error",
  24: "invalid data",
  25: "signature expired before valid",
  26: "too early",
  27: "unsupported NSEC3 iterations value",
  28: "unable to conform to policy",
  29: "synthesized",
  30: "invalid query type",
} as const;

/** Names of numbers, and how a number without one is written. */
interface Codes {
  /** The names. */
  readonly names: Readonly<Record<number, string>>;
  /** What stands before a number without a name (RFC 3597 §5). */
  readonly prefix: string;
  /** The number that is meant where none is said. */
  readonly usual: number | undefined;
}

/**
 * Names a number.
 *
 * @param codes The names.
 * @param number The number.
 * @returns Its name, or the prefix and the number.
 *
 * @example
 * ```ts
 * import { codeName, TYPES } from "./codes.ts";
 * import assert from "node:assert/strict";
 *
 * const types = { names: TYPES, prefix: "TYPE", usual: undefined };
 * assert.deepEqual([28, 999].map((n) => codeName(types, n)), ["AAAA", "TYPE999"]);
 * ```
 */
export function codeName({ names, prefix }: Codes, number: number): string {
  return names[number] ?? `${prefix}${number}`;
}

/** Names a number; those that occur are made once. */
function codeNamer(codes: Codes): (number: number) => string {
  const kept: (string | undefined)[] = [];
  return (number) =>
    number >= FREQUENT
      ? codeName(codes, number)
      : kept[number] ??= codeName(codes, number);
}

/** Nearly all numbers that occur are below this one. */
const FREQUENT = 300;

/** Numbers by name, made when first asked for. */
const NUMBERS = new WeakMap<object, ReadonlyMap<string, number>>();

/**
 * Gives the number of a name.
 *
 * @param codes The names.
 * @param name The name, the prefix with a number, or a number.
 * @returns The number; `undefined` if it is none of 16 bits.
 *
 * @example
 * ```ts
 * import { codeNumber, TYPES } from "./codes.ts";
 * import assert from "node:assert/strict";
 *
 * const types = { names: TYPES, prefix: "TYPE", usual: undefined };
 * assert.deepEqual(
 *   ["aaaa", "TYPE999", "nonsense"].map((name) => codeNumber(types, name)),
 *   [28, 999, undefined],
 * );
 * ```
 */
export function codeNumber(
  { names, prefix }: Codes,
  name: unknown,
): number | undefined {
  let numbers = NUMBERS.get(names);
  if (numbers === undefined) {
    numbers = new Map(Object.entries(names).map(([n, name]) => [name, +n]));
    NUMBERS.set(names, numbers);
  }
  let number = name;
  if (typeof name === "string") {
    const upper = name.toUpperCase();
    number = numbers.get(upper) ??
      (new RegExp(`^${prefix}[0-9]{1,5}$`).test(upper)
        ? Number(upper.slice(prefix.length))
        : undefined);
  }
  if (!Number.isInteger(number)) return undefined;
  return Number(number) >= 0 && Number(number) < 65_536
    ? Number(number)
    : undefined;
}

/**
 * A number of 16 bits that is read as a name.
 *
 * @param codes The names.
 * @returns The format; a number without a name is read as `TYPE999`.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { typeCode } from "./codes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(typeCode.read(new Cursor(Uint8Array.of(0, 28), 0, 2)), "AAAA");
 * ```
 */
export function code(codes: Codes): Format<string, string | number> {
  const numbers = Object.keys(codes.names);
  return {
    about: `16 bits: ${Object.values(codes.names).join(", ")}`,
    read: coded(
      (from) => codeName(codes, from.u16()),
      (source, into) => {
        const name = source.known("name", codeNamer(codes));
        return `if (e - o < 2) return -1;
${into} = ${name}(d.getUint16(o)); o += 2;`;
      },
    ),
    write(to, value) {
      const number = codeNumber(codes, value ?? codes.usual);
      if (number === undefined) {
        return to.refuse(
          `be a name such as ${
            Object.values(codes.names)[0]
          } or ${codes.prefix}999`,
          value,
        );
      }
      to.u16(number);
    },
    random: (random) =>
      codeName(codes, Number(numbers[Math.floor(random() * numbers.length)])),
    text: (value) => value,
  };
}

/** The names of types, and what stands for those without one. */
export const TYPE_CODES: Codes = {
  names: TYPES,
  prefix: "TYPE",
  usual: undefined,
};

/** The names of classes; the usual one is IN. */
export const CLASS_CODES: Codes = {
  names: CLASSES,
  prefix: "CLASS",
  usual: 1,
};

/** The type of a record. */
export const typeCode: Format<string, string | number> = code(TYPE_CODES);

/** The class of a record or a question. */
export const classCode: Format<string, string | number> = code(CLASS_CODES);
