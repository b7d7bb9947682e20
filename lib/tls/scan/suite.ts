/**
 * What a cipher suite is worth, read out of its registered name.
 *
 * @module
 */

import { tlsCipherSuites } from "../../packet/layers/tls/cipher_suites.ts";

/** How good a cipher suite is, best first. */
export type SuiteStrength = "strong" | "adequate" | "weak" | "broken";

/** A cipher suite, and what is to be said of it. */
export interface SuiteVerdict {
  /** Its number. */
  readonly number: number;
  /** Its registered name. */
  readonly name: string;
  /**
   * How keys are agreed on: `"ECDHE"`, `"DHE"`, `"RSA"`, `"DH"`, `"ECDH"`,
   * `"PSK"`, `"SRP"`, …; `"any"` in TLS 1.3, where that is apart.
   */
  readonly keyExchange: string;
  /** How the server proves who it is: `"RSA"`, `"ECDSA"`, `"DSS"`, `"PSK"`, `"anonymous"` for not at all, `"any"`. */
  readonly authentication: string;
  /** The cipher: `"AES_128_GCM"`. */
  readonly cipher: string;
  /** Bits that an attacker must guess; 0 where nothing is encrypted. */
  readonly bits: number;
  /** Whether encryption and integrity are one (AEAD). */
  readonly isAead: boolean;
  /** Whether what was recorded stays secret when the server's key leaks. */
  readonly isForwardSecret: boolean;
  /** What it is worth. */
  readonly strength: SuiteStrength;
  /** Why it is not better. */
  readonly remarks: readonly string[];
}

/** Those that are signals, not suites. */
const SIGNALS = /_SCSV$|^TLS_NULL_WITH_NULL_NULL$/;

/** Of TLS 1.3, but named as the older ones are (RFC 9367 §3). */
const GOST_1_3 = /^TLS_GOSTR341112_256_WITH_\w+_MGM_/;

/** How a name says that an exchange is weakened for export. */
const EXPORT = /_EXPORT(?:1024)?/;

/** Exchanges whose names do not fall into exchange and authentication. */
const EXCHANGES: Readonly<Record<string, readonly [string, string]>> = {
  "": ["any", "any"],
  RSA: ["RSA", "RSA"],
  PSK: ["PSK", "PSK"],
  PSK_DHE: ["DHE", "PSK"],
  KRB5: ["KRB5", "KRB5"],
  SRP_SHA: ["SRP", "SRP"],
  SRP_SHA_RSA: ["SRP", "RSA"],
  SRP_SHA_DSS: ["SRP", "DSS"],
  ECCPWD: ["ECCPWD", "ECCPWD"],
  ECJPAKE: ["ECJPAKE", "ECJPAKE"],
  GOSTR341094: ["GOST", "GOST"],
  GOSTR341001: ["GOST", "GOST"],
  GOSTR341112_256: ["GOST", "GOST"],
};

/** Bits of ciphers by what their names begin with or hold. */
const BITS: readonly (readonly [pattern: RegExp, bits: number])[] = [
  [/NULL|^SHA/, 0],
  [/DES40|_40(?:_|$)/, 40],
  [/^DES_|_56(?:_|$)/, 56],
  [/^3DES/, 112],
  [/_128(?:_|$)|IDEA|SEED|SM4/, 128],
  [/_256(?:_|$)|CHACHA20|KUZNYECHIK|MAGMA|28147/, 256],
];

/** Agreed on with keys that are made for the one connection. */
const EPHEMERAL = /^(?:ECDHE|DHE|any|SRP|ECCPWD|ECJPAKE)$/;

type Parts = Omit<SuiteVerdict, "strength" | "remarks">;

/** What makes a suite less than strong, worst first. */
const RULES: readonly (readonly [
  strength: SuiteStrength,
  applies: (suite: Parts) => boolean,
  remark: string,
])[] = [
  ["broken", ({ bits }) => bits === 0, "does not encrypt"],
  [
    "broken",
    ({ authentication }) => authentication === "anonymous",
    "anybody can be the server",
  ],
  [
    "broken",
    ({ name, bits }) => EXPORT.test(name) || bits > 0 && bits < 112,
    "keys short enough to try them all",
  ],
  ["broken", ({ cipher }) => /^RC2/.test(cipher), "RC2"],
  ["weak", ({ cipher }) => /^RC4/.test(cipher), "RC4 leaks what it encrypts"],
  [
    "weak",
    ({ cipher }) => /^(?:3DES|IDEA|28147|MAGMA_CTR)/.test(cipher),
    "blocks of 64 bits (SWEET32)",
  ],
  ["weak", ({ name }) => /_MD5$/.test(name), "integrity by MD5"],
  [
    "weak",
    ({ authentication }) => authentication === "DSS",
    "signed with DSA (withdrawn by FIPS 186-5)",
  ],
  [
    "weak",
    ({ isForwardSecret }) => !isForwardSecret,
    "no forward secrecy",
  ],
  [
    "adequate",
    ({ cipher }) => /_CBC/.test(cipher),
    "CBC, whose padding has been attacked again and again",
  ],
  [
    "adequate",
    ({ name }) => /CCM_8|_MGM_S/.test(name),
    "a short tag or key use for small devices",
  ],
];

const ORDER: readonly SuiteStrength[] = [
  "strong",
  "adequate",
  "weak",
  "broken",
];

const known = new Map<number, SuiteVerdict>();

/**
 * Tells what a cipher suite is made of and what it is worth.
 *
 * @param number Its number.
 * @returns The verdict; of a number without a name, that it is not known.
 * @see RFC 9325 §4.2 (recommended suites), RFC 7465 (RC4), RFC 8429 (3DES)
 *
 * @example
 * ```ts
 * import { suiteVerdict } from "./suite.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(suiteVerdict(0xc02f).strength, "strong");
 * assert.deepEqual(suiteVerdict(0x0005).remarks, ["RC4 leaks what it encrypts", "no forward secrecy"]);
 * ```
 */
export function suiteVerdict(number: number): SuiteVerdict {
  let verdict = known.get(number);
  if (verdict === undefined) known.set(number, verdict = judge(number));
  return verdict;
}

/**
 * The worst of several strengths.
 *
 * @param strengths Any number of them.
 * @returns The worst; `"strong"` of none.
 */
export function worstStrength(
  strengths: Iterable<SuiteStrength>,
): SuiteStrength {
  let worst = 0;
  for (const one of strengths) worst = Math.max(worst, ORDER.indexOf(one));
  return ORDER[worst]!;
}

function judge(number: number): SuiteVerdict {
  const parts = read(number);
  const applying = RULES.filter(([, applies]) => applies(parts));
  return {
    ...parts,
    strength: worstStrength(applying.map(([strength]) => strength)),
    remarks: applying.map(([, , remark]) => remark),
  };
}

function read(number: number): Parts {
  const name = tlsCipherSuites[number] ??
    `0x${number.toString(16).padStart(4, "0")}`;
  const [, exchange = "", protection = ""] =
    /^TLS_(?:(.+)_WITH_)?(.+)$/.exec(name) ?? [];
  const plain = exchange.replace(EXPORT, "");
  const [keyExchange, authentication] = EXCHANGES[plain] ?? split(plain);
  const cipher = protection.replace(
    /_(?:SHA\d*|MD5|SM3|GOSTR3411|OMAC|IMIT)$/,
    "",
  );
  return {
    ...{ number, name, keyExchange, authentication, cipher },
    bits: BITS.find(([pattern]) => pattern.test(cipher))?.[1] ?? 0,
    isAead: /GCM|CCM|POLY1305|MGM/.test(cipher),
    isForwardSecret: EPHEMERAL.test(keyExchange) ||
      authentication === "anonymous" || GOST_1_3.test(name),
  };
}

/** `DHE_RSA`, `DH_anon`, `ECDHE_PSK`. */
function split(exchange: string): readonly [string, string] {
  const [keyExchange = "", authentication = ""] = exchange.split("_");
  return [
    keyExchange,
    authentication === "anon" ? "anonymous" : authentication,
  ];
}

/** Whether a suite is one of TLS 1.3, and none of the versions before. */
function is1_3(name: string): boolean {
  return !name.includes("_WITH_") || GOST_1_3.test(name);
}

const numbers: readonly number[] = Object.keys(tlsCipherSuites).map(Number)
  .filter((number) => !SIGNALS.test(tlsCipherSuites[number]!));

/** Every suite of TLS 1.3 that has a name. */
export const suites1_3: readonly number[] = inOfferedOrder(true);

/** Every suite of SSL 3.0 to TLS 1.2 that has a name. */
export const suitesTo1_2: readonly number[] = inOfferedOrder(false);

/**
 * The better first, so that a server which takes the client's order shows its
 * best at once.
 */
function inOfferedOrder(of1_3: boolean): number[] {
  const rank = (number: number) => ORDER.indexOf(suiteVerdict(number).strength);
  return numbers
    .filter((number) => is1_3(tlsCipherSuites[number]!) === of1_3)
    .sort((a, b) => rank(a) - rank(b));
}
