/**
 * What a cipher suite is made of, read out of its registered name.
 *
 * @module
 */

import { tlsCipherSuites } from "../../packet/layers/tls/cipher_suites.ts";
import type { TlsHash } from "./key_schedule.ts";

/** Ciphers that records can be protected with here, as node:crypto calls them. */
export type RecordCipher =
  | "aes-128-gcm"
  | "aes-256-gcm"
  | "chacha20-poly1305"
  | "aes-128-cbc"
  | "aes-256-cbc"
  | "des-ede3-cbc"
  | "null";

/** How a suite exchanges keys and protects records; see {@linkcode suiteFacts}. */
export interface SuiteFacts {
  /** Its number. */
  readonly number: number;
  /** Its registered name. */
  readonly name: string;
  /** Whether it is one of TLS 1.3, which leaves the key exchange open. */
  readonly is1_3: boolean;
  /** How keys are exchanged: `"ECDHE"`, `"DHE"`, `"RSA"`, `"PSK"`; empty in TLS 1.3. */
  readonly keyExchange: string;
  /** The cipher; `undefined` for one that cannot be used here. */
  readonly cipher: RecordCipher | undefined;
  /** Whether the cipher has its digest built in. */
  readonly isAead: boolean;
  /** Octets of the key. */
  readonly keyLength: number;
  /** Octets of nonce or initial vector that come out of the key schedule. */
  readonly ivLength: number;
  /** Octets of a block; 1 for ciphers without blocks. */
  readonly blockLength: number;
  /** The digest of records; none where the cipher has its own. */
  readonly mac: "md5" | "sha1" | "sha256" | "sha384" | undefined;
  /** The digest that keys are derived with, from TLS 1.2 on. */
  readonly hash: TlsHash;
}

/** Ciphers by the middle of a suite's name: cipher, key, fixed nonce, block. */
const CIPHERS: Readonly<
  Record<string, readonly [RecordCipher, number, number, number]>
> = {
  AES_128_GCM: ["aes-128-gcm", 16, 4, 1],
  AES_256_GCM: ["aes-256-gcm", 32, 4, 1],
  CHACHA20_POLY1305: ["chacha20-poly1305", 32, 12, 1],
  AES_128_CBC: ["aes-128-cbc", 16, 16, 16],
  AES_256_CBC: ["aes-256-cbc", 32, 16, 16],
  "3DES_EDE_CBC": ["des-ede3-cbc", 24, 8, 8],
  NULL: ["null", 0, 0, 1],
};

const MACS: Readonly<Record<string, SuiteFacts["mac"]>> = {
  MD5: "md5",
  SHA: "sha1",
  SHA256: "sha256",
  SHA384: "sha384",
};

const known = new Map<number, SuiteFacts | undefined>();

/**
 * Tells what a cipher suite is made of.
 *
 * @param number Its number.
 * @returns The facts; `undefined` for a number that has no name.
 * @see RFC 8446 §B.4, RFC 5246 §6.2.3 and §C, RFC 5288, RFC 7905
 *
 * @example
 * ```ts
 * import { suiteFacts } from "./suite_facts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(suiteFacts(0xc02f)?.cipher, "aes-128-gcm");
 * assert.equal(suiteFacts(0xc02f)?.keyExchange, "ECDHE");
 * assert.equal(suiteFacts(0x1302)?.hash, "sha384");
 * ```
 */
export function suiteFacts(number: number): SuiteFacts | undefined {
  if (!known.has(number)) known.set(number, read(number));
  return known.get(number);
}

function read(number: number): SuiteFacts | undefined {
  const name = tlsCipherSuites[number];
  if (name === undefined) return undefined;
  const [, exchange, protection] = /^TLS_(?:(.+)_WITH_)?(.+)$/.exec(name) ?? [];
  const [, middle = "", last = ""] = /^(.+)_([A-Z0-9]+)$/.exec(
    protection ?? "",
  ) ?? [];
  // The drafts of ChaCha20 made their nonces in another way, under other numbers.
  const isDraft = number >> 8 === 0xcc && (number & 0xff) < 0xa8;
  const [cipher, keyLength = 0, ivLength = 0, blockLength = 1] = isDraft
    ? []
    : CIPHERS[middle] ?? [];
  const isAead = /GCM|CCM|POLY1305/.test(protection ?? "");
  return {
    ...{ number, name, cipher, isAead, keyLength, ivLength, blockLength },
    is1_3: exchange === undefined && number >> 8 === 0x13,
    keyExchange: exchange?.split("_")[0] ?? "",
    mac: isAead ? undefined : MACS[last],
    hash: last === "SHA384" ? "sha384" : "sha256",
  };
}
