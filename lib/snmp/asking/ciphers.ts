/**
 * Privacy in version 3 on a runtime whose node:crypto has neither CFB nor DES.
 *
 * net-snmp keeps its ciphers in a table that it exports; there ours take the
 * place of its own. node:crypto stays as it is, for everybody.
 *
 * - CFB needs only the block cipher's encryption, which ECB is.
 * - DES in CBC mode is triple DES with the same key three times.
 *
 * @see RFC 3414 §8 (DES), RFC 3826 §3 (AES), NIST SP 800-38A §6.3 (CFB)
 * @module
 */

import type { Buffer } from "node:buffer";

type Crypto = typeof import("node:crypto");
type BufferType = typeof Buffer;

/** The agent's engine as it is known: what keys and vectors are made of. */
export interface PrivacyEngine {
  readonly engineID: Buffer;
  readonly engineBoots: number;
  readonly engineTime: number;
}

/** Turns a password into a key for one agent, longer than a digest if need be. */
export type Localize = (
  algorithm: Algorithm,
  auth: number,
  password: string,
  engineId: Buffer,
) => Buffer;

/** One privacy protocol in net-snmp's table. */
export interface Algorithm {
  CRYPTO_ALGORITHM: string;
  KEY_LENGTH: number;
  BLOCK_LENGTH: number;
  localizationAlgorithm: Localize;
  encryptPdu(
    pdu: Buffer,
    priv: number,
    password: string,
    auth: number,
    engine: PrivacyEngine,
  ): { encryptedPdu: Buffer; msgPrivacyParameters: Buffer };
  decryptPdu(
    encrypted: Uint8Array,
    priv: number,
    salt: Uint8Array,
    password: string,
    auth: number,
    engine: PrivacyEngine,
  ): Buffer;
}

/** The parts of net-snmp that keys come from. */
export interface PrivacyTable {
  readonly Authentication: {
    passwordToKey(auth: number, password: string, engineId: Buffer): Buffer;
  };
  readonly Encryption: {
    readonly algorithms: Record<number, Algorithm | undefined>;
    generateLocalizedKeyBlumenthal: Localize;
    generateLocalizedKeyReeder: Localize;
  };
}

/** Privacy protocols by net-snmp's numbers; it has none for AES of 192 bits. */
export const PRIV_NUMBERS = {
  des: 2,
  aes: 4,
  aes192b: 5,
  aes256b: 6,
  aes192r: 7,
  aes256r: 8,
} as const;

const BLOCK = 16;

/**
 * Puts the ciphers into net-snmp's table.
 *
 * @param table net-snmp.
 * @param crypto node:crypto.
 * @param bytes node:buffer's `Buffer`, which net-snmp wants.
 */
export function installCiphers(
  table: PrivacyTable,
  crypto: Crypto,
  bytes: BufferType,
): void {
  const { algorithms, ...keys } = table.Encryption;
  const des = algorithms[PRIV_NUMBERS.des]!;
  Object.assign(des, desCbc(table, crypto, bytes));
  const aes = algorithms[PRIV_NUMBERS.aes]!;
  const longer = (length: number, localizationAlgorithm: Localize) => ({
    ...aes,
    KEY_LENGTH: length,
    localizationAlgorithm,
  });
  algorithms[PRIV_NUMBERS.aes192b] = longer(
    24,
    keys.generateLocalizedKeyBlumenthal,
  );
  algorithms[PRIV_NUMBERS.aes192r] = longer(
    24,
    keys.generateLocalizedKeyReeder,
  );
  for (const [name, number] of Object.entries(PRIV_NUMBERS)) {
    if (name === "des") continue;
    const algorithm = algorithms[number]!;
    Object.assign(algorithm, aesCfb(algorithm, crypto, bytes));
  }
}

type Ciphers = Pick<Algorithm, "encryptPdu" | "decryptPdu">;

function aesCfb(
  algorithm: Algorithm,
  crypto: Crypto,
  bytes: BufferType,
): Ciphers {
  const ecb = `aes-${algorithm.KEY_LENGTH * 8}-ecb`;
  const keyOf = (auth: number, password: string, engine: PrivacyEngine) =>
    algorithm.localizationAlgorithm(algorithm, auth, password, engine.engineID);
  const blockCipher = (key: Buffer) => {
    const cipher = crypto.createCipheriv(ecb, key, null);
    cipher.setAutoPadding(false);
    return cipher;
  };
  return {
    encryptPdu(pdu, _priv, password, auth, engine) {
      const salt = crypto.randomBytes(8);
      const cipher = blockCipher(keyOf(auth, password, engine));
      const encrypted = bytes.alloc(pdu.length);
      // Each block's stream comes of the block before, encrypted.
      let before = aesVector(engine, salt);
      for (let at = 0; at < pdu.length; at += BLOCK) {
        const stream = cipher.update(before);
        const end = Math.min(at + BLOCK, pdu.length);
        for (let i = at; i < end; i++) encrypted[i] = pdu[i]! ^ stream[i - at]!;
        before = encrypted.subarray(at, at + BLOCK);
      }
      return { encryptedPdu: encrypted, msgPrivacyParameters: salt };
    },
    decryptPdu(encrypted, _priv, salt, password, auth, engine) {
      const { length } = encrypted;
      const blocks = Math.ceil(length / BLOCK);
      const before = new Uint8Array(blocks * BLOCK);
      before.set(aesVector(engine, salt));
      before.set(encrypted.subarray(0, (blocks - 1) * BLOCK), BLOCK);
      // Here all blocks are known before: one call makes the whole stream.
      const plain = blockCipher(keyOf(auth, password, engine)).update(before);
      for (let i = 0; i < length; i++) plain[i]! ^= encrypted[i]!;
      return plain.subarray(0, length);
    },
  };
}

/** engineBoots, engineTime, salt (RFC 3826 §3.1.2.1). */
function aesVector(engine: PrivacyEngine, salt: Uint8Array): Uint8Array {
  const vector = new Uint8Array(BLOCK);
  const view = new DataView(vector.buffer);
  view.setUint32(0, engine.engineBoots);
  view.setUint32(4, engine.engineTime);
  vector.set(salt.subarray(0, 8), 8);
  return vector;
}

function desCbc(
  { Authentication }: PrivacyTable,
  crypto: Crypto,
  bytes: BufferType,
): Ciphers {
  /** The key's second half is mixed with the salt (RFC 3414 §8.1.1.1). */
  const prepare = (
    password: string,
    auth: number,
    { engineID }: PrivacyEngine,
    salt: Uint8Array,
  ) => {
    const whole = Authentication.passwordToKey(auth, password, engineID);
    const key = whole.subarray(0, 8);
    const vector = bytes.alloc(8);
    for (let i = 0; i < 8; i++) vector[i] = whole[8 + i]! ^ salt[i]!;
    return { key: bytes.concat([key, key, key]), vector };
  };
  return {
    encryptPdu(pdu, _priv, password, auth, engine) {
      const salt = crypto.randomBytes(8);
      salt.writeUInt32BE(engine.engineBoots >>> 0, 0);
      const { key, vector } = prepare(password, auth, engine, salt);
      const cipher = crypto.createCipheriv("des-ede3-cbc", key, vector);
      cipher.setAutoPadding(false);
      const padded = bytes.alloc(Math.ceil(pdu.length / 8) * 8);
      padded.set(pdu);
      return {
        encryptedPdu: cipher.update(padded),
        msgPrivacyParameters: salt,
      };
    },
    decryptPdu(encrypted, _priv, salt, password, auth, engine) {
      const { key, vector } = prepare(password, auth, engine, salt);
      const decipher = crypto.createDecipheriv("des-ede3-cbc", key, vector);
      decipher.setAutoPadding(false);
      return bytes.concat([decipher.update(encrypted), decipher.final()]);
    },
  };
}
