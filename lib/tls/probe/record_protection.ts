/**
 * Records of TLS as they are encrypted: one direction of a connection.
 *
 * @module
 */

import { join, type TrafficKeys } from "./key_schedule.ts";
import type { NodeCrypto } from "./node_crypto.ts";
import type { SuiteFacts } from "./suite_facts.ts";

/** What was in a record, or why it is not known. */
export type Opened =
  | {
    /** What the content is: 22 for handshake messages, 23 for data. */
    readonly type: number;
    /** The content. */
    readonly content: Uint8Array;
    /** Octets of padding that TLS 1.3 had behind the content. */
    readonly padding: number;
  }
  | {
    /** What is wrong with the record. */
    readonly problem: string;
  };

/** What {@linkcode RecordProtection} needs to know. */
export interface ProtectionFacts {
  /** The cipher suite; its cipher must be known. */
  readonly suite: SuiteFacts;
  /** The version of the protocol: 0x0301 to 0x0304. */
  readonly version: number;
  /** Key, nonce, and the key for digests. */
  readonly keys: TrafficKeys;
  /** Whether the digest is over what is encrypted (RFC 7366). @default {false} */
  readonly encryptThenMac?: boolean | undefined;
}

const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;
const APPLICATION_DATA = 23;
/** Octets of the digest of all ciphers that have one built in. */
const TAG = 16;

type Aead = "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";

const MAC_LENGTHS = { md5: 16, sha1: 20, sha256: 32, sha384: 48 } as const;

/**
 * Encrypts records of one direction, or decrypts them; it counts them.
 *
 * @see RFC 8446 §5.2, RFC 5246 §6.2.3, RFC 5288, RFC 7905, RFC 7366
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import { RecordProtection } from "./record_protection.ts";
 * import { suiteFacts } from "./suite_facts.ts";
 * import assert from "node:assert/strict";
 *
 * const facts = {
 *   suite: suiteFacts(0x1301)!,
 *   version: 0x0304,
 *   keys: { key: new Uint8Array(16), iv: new Uint8Array(12) },
 * };
 * const crypto = await nodeCrypto();
 * const record = new RecordProtection(crypto, facts).seal(22, Uint8Array.of(20, 0, 0, 0));
 * const opened = new RecordProtection(crypto, facts).open(23, 0x0303, record.subarray(5));
 * assert.deepEqual(opened, { type: 22, content: Uint8Array.of(20, 0, 0, 0), padding: 0 });
 * ```
 */
export class RecordProtection {
  /** Records so far. */
  sequence = 0;
  readonly #crypto: NodeCrypto;
  readonly #suite: SuiteFacts;
  readonly #version: number;
  readonly #keys: TrafficKeys;
  readonly #isMacLast: boolean;
  /** Before TLS 1.1 the end of a record is the next one's initial vector. */
  #chained: Uint8Array;

  /**
   * Starts with record 0.
   *
   * @param crypto The runtime's cryptography.
   * @param facts Suite, version and keys.
   */
  constructor(crypto: NodeCrypto, facts: ProtectionFacts) {
    this.#crypto = crypto;
    this.#suite = facts.suite;
    this.#version = facts.version;
    this.#keys = facts.keys;
    this.#isMacLast = facts.encryptThenMac === true &&
      facts.suite.blockLength > 1;
    this.#chained = facts.keys.iv;
  }

  /**
   * Encrypts content.
   *
   * @param type What the content is.
   * @param content The content, up to 2^14 octets.
   * @returns The record with its header.
   * @throws {TypeError} If the cipher cannot be used here.
   */
  seal(type: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
    const { cipher, isAead, name } = this.#suite;
    if (cipher === undefined) {
      throw new TypeError(
        `Cannot encrypt a record as 'suite' must have a cipher that is known here: current value is ${name}`,
      );
    }
    const sequence = this.#next();
    if (isAead) return this.#sealAead(sequence, type, content);
    const body = cipher === "null"
      ? join(content, this.#digest(sequence, type, content))
      : this.#sealBlocks(sequence, type, content);
    return join(this.#header(type, body.length), body);
  }

  #sealAead(
    sequence: Uint8Array,
    type: number,
    content: Uint8Array,
  ): Uint8Array<ArrayBuffer> {
    const is1_3 = this.#version === TLS_1_3;
    const explicit = this.#explicitLength > 0 ? sequence : new Uint8Array();
    const inner = is1_3 ? join(content, Uint8Array.of(type)) : content;
    const length = explicit.length + inner.length + TAG;
    const header = this.#header(is1_3 ? APPLICATION_DATA : type, length);
    const aad = is1_3
      ? header
      : additionalData(sequence, type, TLS_1_2, inner.length);
    const cipher = this.#crypto.createCipheriv(
      this.#suite.cipher as Aead & "aes-128-gcm",
      this.#keys.key,
      this.#nonce(sequence, explicit),
      { authTagLength: TAG },
    );
    cipher.setAAD(aad);
    const hidden = cipher.update(inner);
    cipher.final();
    return join(header, explicit, hidden, cipher.getAuthTag());
  }

  /** Blocks with their padding, and the digest before or behind it. */
  #sealBlocks(
    sequence: Uint8Array,
    type: number,
    content: Uint8Array,
  ): Uint8Array {
    const { blockLength } = this.#suite;
    const hasOwnIv = this.#version > 0x0301;
    const iv = hasOwnIv ? this.#crypto.randomBytes(blockLength) : this.#chained;
    const plain = this.#isMacLast
      ? content
      : join(content, this.#digest(sequence, type, content));
    const padding = blockLength - plain.length % blockLength;
    const cipher = this.#crypto.createCipheriv(
      this.#suite.cipher as "aes-128-cbc",
      this.#keys.key,
      iv,
    );
    cipher.setAutoPadding(false);
    const hidden = cipher.update(
      join(plain, new Uint8Array(padding).fill(padding - 1)),
    );
    cipher.final();
    this.#chained = Uint8Array.from(hidden.subarray(-blockLength));
    const body = hasOwnIv ? join(iv, hidden) : join(hidden);
    return this.#isMacLast
      ? join(body, this.#digest(sequence, type, body))
      : body;
  }

  #header(type: number, length: number): Uint8Array {
    const version = Math.min(this.#version, TLS_1_2);
    return Uint8Array.of(type, version >> 8, version, length >> 8, length);
  }

  /**
   * Decrypts a record.
   *
   * @param type What its header says it is.
   * @param version What its header says.
   * @param fragment What follows the header.
   * @returns The content, or what is wrong.
   */
  open(type: number, version: number, fragment: Uint8Array): Opened {
    const { cipher, isAead } = this.#suite;
    if (cipher === undefined) {
      return { problem: `${this.#suite.name} cannot be decrypted here` };
    }
    const sequence = this.#next();
    try {
      if (isAead) return this.#openAead(sequence, type, version, fragment);
      if (cipher === "null") {
        return this.#checked(sequence, type, version, fragment);
      }
      return this.#openBlocks(sequence, type, version, fragment);
    } catch {
      // The runtime says it in words of its own, which differ.
      return { problem: "the record's digest does not fit it" };
    }
  }

  #openAead(
    sequence: Uint8Array,
    type: number,
    version: number,
    fragment: Uint8Array,
  ): Opened {
    const is1_3 = this.#version === TLS_1_3;
    const skipped = this.#explicitLength;
    const length = fragment.length - skipped - TAG;
    if (length < 0) return tooShort(fragment, skipped + TAG);
    const explicit = fragment.subarray(0, skipped);
    const decipher = this.#crypto.createDecipheriv(
      this.#suite.cipher as Aead & "aes-128-gcm",
      this.#keys.key,
      this.#nonce(sequence, explicit),
      { authTagLength: TAG },
    );
    decipher.setAuthTag(fragment.subarray(skipped + length));
    decipher.setAAD(
      is1_3
        ? Uint8Array.of(
          ...[type, version >> 8, version],
          fragment.length >> 8,
          fragment.length,
        )
        : additionalData(sequence, type, version, length),
    );
    const inner = plain(
      decipher.update(fragment.subarray(skipped, skipped + length)),
    );
    decipher.final();
    if (!is1_3) return { type, content: inner, padding: 0 };
    // The type is the last octet that is not zero (RFC 8446 §5.4).
    let end = inner.length - 1;
    while (end >= 0 && inner[end] === 0) end--;
    if (end < 0) return { problem: "the record has nothing but padding" };
    return {
      type: inner[end]!,
      content: inner.subarray(0, end),
      padding: inner.length - 1 - end,
    };
  }

  #openBlocks(
    sequence: Uint8Array,
    type: number,
    version: number,
    fragment: Uint8Array,
  ): Opened {
    const { blockLength, cipher, mac } = this.#suite;
    let octets = fragment;
    if (this.#isMacLast) {
      const size = MAC_LENGTHS[mac!];
      const length = octets.length - size;
      if (length < 0) return tooShort(fragment, size);
      const body = octets.subarray(0, length);
      if (!this.#fits(sequence, type, version, body, octets.subarray(length))) {
        return { problem: "the record's digest does not fit it" };
      }
      octets = body;
    }
    let iv = this.#chained;
    if (this.#version > 0x0301) {
      iv = octets.subarray(0, blockLength);
      octets = octets.subarray(blockLength);
    }
    if (octets.length === 0 || octets.length % blockLength !== 0) {
      return {
        problem: `${fragment.length} octets are no whole number of blocks`,
      };
    }
    this.#chained = octets.slice(-blockLength);
    const decipher = this.#crypto.createDecipheriv(
      cipher as "aes-128-cbc",
      this.#keys.key,
      iv,
    );
    decipher.setAutoPadding(false);
    const inner = plain(decipher.update(octets));
    decipher.final();
    const padding = inner[inner.length - 1]! + 1;
    const isPadded = padding <= inner.length &&
      inner.subarray(-padding).every((octet) => octet === padding - 1);
    if (!isPadded) return { problem: "the record's padding is wrong" };
    const content = inner.subarray(0, inner.length - padding);
    if (this.#isMacLast) return { type, content, padding: 0 };
    return this.#checked(sequence, type, version, content);
  }

  /** Takes the digest off the end. */
  #checked(
    sequence: Uint8Array,
    type: number,
    version: number,
    octets: Uint8Array,
  ): Opened {
    const { mac } = this.#suite;
    const size = mac === undefined ? 0 : MAC_LENGTHS[mac];
    const length = octets.length - size;
    if (length < 0) return tooShort(octets, size);
    const content = octets.subarray(0, length);
    if (
      !this.#fits(sequence, type, version, content, octets.subarray(length))
    ) {
      return { problem: "the record's digest does not fit it" };
    }
    return { type, content, padding: 0 };
  }

  #fits(
    sequence: Uint8Array,
    type: number,
    version: number,
    octets: Uint8Array,
    digest: Uint8Array,
  ): boolean {
    const made = this.#digest(sequence, type, octets, version);
    return made.every((octet, i) => octet === digest[i]);
  }

  /** The digest of a record; none where the cipher has its own. */
  #digest(
    sequence: Uint8Array,
    type: number,
    octets: Uint8Array,
    version: number = this.#version,
  ): Uint8Array {
    const { mac } = this.#suite;
    if (mac === undefined) return new Uint8Array();
    return this.#crypto.createHmac(mac, this.#keys.mac!)
      .update(additionalData(sequence, type, version, octets.length))
      .update(octets).digest();
  }

  /** Octets of nonce in front of a record: 8 with AES-GCM before TLS 1.3. */
  get #explicitLength(): number {
    return this.#version !== TLS_1_3 && this.#keys.iv.length === 4 ? 8 : 0;
  }

  #nonce(sequence: Uint8Array, explicit: Uint8Array): Uint8Array {
    const { iv } = this.#keys;
    if (explicit.length > 0) return join(iv, explicit);
    const nonce = iv.slice();
    for (let i = 0; i < 8; i++) nonce[iv.length - 8 + i]! ^= sequence[i]!;
    return nonce;
  }

  /** The number of the next record, as 8 octets. */
  #next(): Uint8Array<ArrayBuffer> {
    const octets = new Uint8Array(8);
    new DataView(octets.buffer).setBigUint64(0, BigInt(this.sequence++));
    return octets;
  }
}

/** What the digest is also over, before TLS 1.3 (RFC 5246 §6.2.3.3). */
function additionalData(
  sequence: Uint8Array,
  type: number,
  version: number,
  length: number,
): Uint8Array {
  return join(
    sequence,
    Uint8Array.of(type, version >> 8, version, length >> 8, length),
  );
}

function tooShort({ length }: Uint8Array, least: number): Opened {
  return { problem: `${length} octets, where ${least} are the least` };
}

/** A view without the methods that node:crypto adds to its octets. */
function plain(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength);
}
