/**
 * Private keys under a passphrase: PKCS#8 with PBES2, as openssl writes it, and
 * the old way of PEM headers, which is only read.
 *
 * @see RFC 5958 §3, RFC 8018 (PBES2, PBKDF2), RFC 7914 §7 (scrypt)
 * @module
 */

import { md5 } from "../../bytes/md5.ts";
import { AuthError, DecodeError } from "../../errors.ts";
import {
  der,
  derInteger,
  derOid,
  DerReader,
  type DerValue,
  TAG,
} from "../der/der.ts";
import { nodeCrypto } from "../probe/node_crypto.ts";

const LAYER = "private key";
const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const SCRYPT = "1.3.6.1.4.1.11591.4.11";
const HMAC_SHA1 = "1.2.840.113549.2.7";

/** Rounds for what we write: what OWASP asks of PBKDF2 with SHA-256. */
const ROUNDS = 600_000;
/** More rounds, or more memory for scrypt, than that are a trap in a file. */
const MOST_ROUNDS = 10_000_000;
const MOST_MEMORY = 1 << 30;

const DIGESTS: Readonly<Record<string, string>> = {
  [HMAC_SHA1]: "SHA-1",
  "1.2.840.113549.2.9": "SHA-256",
  "1.2.840.113549.2.10": "SHA-384",
  "1.2.840.113549.2.11": "SHA-512",
};

interface Cipher {
  readonly name: "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "des-ede3-cbc";
  /** Octets of its key. */
  readonly octets: number;
}

const AES_256 = "2.16.840.1.101.3.4.1.42";
const CIPHERS: Readonly<Record<string, Cipher>> = {
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", octets: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", octets: 24 },
  [AES_256]: { name: "aes-256-cbc", octets: 32 },
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", octets: 24 },
};

const text = new TextEncoder();

/**
 * Encrypts a key.
 *
 * @param pkcs8 Its PrivateKeyInfo.
 * @param passphrase What opens it again.
 * @returns An EncryptedPrivateKeyInfo.
 * @throws {TypeError} If the passphrase is empty.
 */
export async function encryptKey(
  pkcs8: Uint8Array<ArrayBuffer>,
  passphrase: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (passphrase === "") {
    throw new TypeError(
      "Cannot encrypt a private key as 'passphrase' must be a text: current value is empty",
    );
  }
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const bits = await pbkdf2(passphrase, salt, ROUNDS, "SHA-256", 32);
  const key = await crypto.subtle.importKey("raw", bits, "AES-CBC", false, [
    "encrypt",
  ]);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-CBC", iv },
    key,
    pkcs8,
  );
  const seq = (...parts: Uint8Array[]) => der(TAG.sequence, ...parts);
  return seq(
    seq(
      derOid(PBES2),
      seq(
        seq(
          derOid(PBKDF2),
          seq(
            der(TAG.octetString, salt),
            derInteger(ROUNDS),
            seq(derOid("1.2.840.113549.2.9"), der(TAG.null)),
          ),
        ),
        seq(derOid(AES_256), der(TAG.octetString, iv)),
      ),
    ),
    der(TAG.octetString, new Uint8Array(sealed)),
  );
}

/**
 * Opens an EncryptedPrivateKeyInfo.
 *
 * @param octets It.
 * @param passphrase What it was encrypted with.
 * @returns The PrivateKeyInfo.
 * @throws {AuthError} If the passphrase is not the one, or there is none.
 * @throws {DecodeError} If it is none, or encrypted in a way unknown here.
 */
export async function decryptKey(
  octets: Uint8Array,
  passphrase: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  return await decryptPbes2(octets, passphrase, checkKey);
}

/**
 * Opens whatever PBES2 has encrypted, in the wrapping of an encrypted key.
 *
 * @param octets An EncryptedPrivateKeyInfo.
 * @param passphrase What it was encrypted with.
 * @param check Throws if the plain octets make no sense: a wrong passphrase
 * gives some once in 256 times.
 * @returns What was encrypted.
 * @throws {AuthError} If the passphrase is not the one, or there is none.
 * @throws {DecodeError} If it is encrypted in a way unknown here.
 */
export async function decryptPbes2(
  octets: Uint8Array,
  passphrase: string | undefined,
  check: (plain: Uint8Array) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new DerReader(octets, LAYER);
  const outer = whole.take(TAG.sequence, "encrypted key").inside();
  const scheme = outer.take(TAG.sequence, "encryption").inside();
  const sealed = outer.take(TAG.octetString, "encrypted octets").contents;
  const way = scheme.take(TAG.oid, "encryption's kind");
  if (way.oid() !== PBES2) {
    throw way.fault(
      `is encrypted in a way (${way.oid()}) that is not read here: openssl pkcs8 -in OLD -topk8 -v2 aes-256-cbc -out NEW makes one that is`,
    );
  }
  const params = scheme.take(TAG.sequence, "PBES2").inside();
  const derivation = params.take(TAG.sequence, "key derivation").inside();
  const encryption = params.take(TAG.sequence, "cipher").inside();
  const cipherId = encryption.take(TAG.oid, "cipher's kind");
  const cipher = CIPHERS[cipherId.oid()];
  if (cipher === undefined) {
    throw cipherId.fault(`is under a cipher unknown here (${cipherId.oid()})`);
  }
  const iv = new Uint8Array(
    encryption.take(TAG.octetString, "initial vector").contents,
  );
  if (passphrase === undefined) throw wantsPassphrase();
  const key = await derive(derivation, passphrase, cipher.octets);
  return await open(cipher, key, iv, new Uint8Array(sealed), check);
}

function checkKey(plain: Uint8Array): void {
  new DerReader(plain, LAYER).take(TAG.sequence, "key").inside()
    .take(TAG.integer, "version");
}

/**
 * Opens a key that is encrypted as OpenSSL once did, by headers in the PEM.
 *
 * @param octets What stands in the block.
 * @param info The block's `DEK-Info`: cipher and initial vector.
 * @param passphrase What it was encrypted with.
 * @returns The octets of the plain block.
 * @throws {AuthError} If the passphrase is not the one, or there is none.
 * @throws {DecodeError} If the cipher is unknown here.
 */
export async function decryptOldPem(
  octets: Uint8Array,
  info: string,
  passphrase: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const [name = "", vector = ""] = info.toLowerCase().split(",");
  const cipher = Object.values(CIPHERS).find((one) => one.name === name);
  if (cipher === undefined || !/^(?:[0-9a-f]{16}){1,2}$/.test(vector)) {
    throw new DecodeError("is under a cipher unknown here", {
      layer: LAYER,
      offset: 0,
    });
  }
  if (passphrase === undefined) throw wantsPassphrase();
  const iv = Uint8Array.fromHex(vector);
  // OpenSSL's own derivation: MD5 over the last block, passphrase and salt.
  const given = [...text.encode(passphrase), ...iv.subarray(0, 8)];
  let last = new Uint8Array();
  let key: number[] = [];
  while (key.length < cipher.octets) {
    last = new Uint8Array(md5(Uint8Array.from([...last, ...given])));
    key = [...key, ...last];
  }
  return await open(
    cipher,
    Uint8Array.from(key.slice(0, cipher.octets)),
    iv,
    new Uint8Array(octets),
    checkKey,
  );
}

async function derive(
  derivation: DerReader,
  passphrase: string,
  octets: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const kind = derivation.take(TAG.oid, "derivation's kind");
  const params = derivation.take(TAG.sequence, "derivation's parts").inside();
  const salt = new Uint8Array(params.take(TAG.octetString, "salt").contents);
  if (kind.oid() === PBKDF2) {
    const rounds = params.take(TAG.integer, "rounds").small(MOST_ROUNDS);
    params.maybe(TAG.integer, "key length");
    const prf = params.maybe(TAG.sequence, "pseudo-random function");
    const id = prf?.inside().take(TAG.oid, "function's kind").oid();
    const digest = DIGESTS[id ?? HMAC_SHA1];
    if (digest === undefined || rounds === 0) {
      throw kind.fault("derives its key in a way unknown here");
    }
    return await pbkdf2(passphrase, salt, rounds, digest, octets);
  }
  if (kind.oid() !== SCRYPT) {
    throw kind.fault("derives its key in a way unknown here");
  }
  const N = params.take(TAG.integer, "cost").small();
  const r = params.take(TAG.integer, "block size").small(1 << 16);
  const p = params.take(TAG.integer, "parallelism").small(1 << 10);
  const memory = 128 * N * r;
  if (memory * Math.max(p, 1) > MOST_MEMORY || memory === 0) {
    throw kind.fault("asks for more memory than is sane");
  }
  return await scrypt(kind, passphrase, salt, octets, { N, r, p });
}

async function scrypt(
  kind: DerValue,
  passphrase: string,
  salt: Uint8Array,
  octets: number,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const { scrypt } = await nodeCrypto();
  return await new Promise((resolve, reject) => {
    const fail = () =>
      reject(kind.fault("has costs that scrypt does not take"));
    try {
      const options = { ...cost, maxmem: 2 * MOST_MEMORY };
      scrypt(passphrase, salt, octets, options, (error, key) => {
        if (error) fail();
        else resolve(new Uint8Array(key));
      });
    } catch {
      fail();
    }
  });
}

async function pbkdf2(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
  hash: string,
  octets: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = crypto;
  const key = await subtle.importKey(
    "raw",
    text.encode(passphrase),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const how = { name: "PBKDF2", hash, salt, iterations };
  return new Uint8Array(await subtle.deriveBits(how, key, 8 * octets));
}

async function open(
  cipher: Cipher,
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
  check: (plain: Uint8Array) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const plain = cipher.name.startsWith("aes")
      ? await openAes(key, iv, sealed)
      : await openOther(cipher, key, iv, sealed);
    check(plain);
    return plain;
  } catch {
    throw wrongPassphrase();
  }
}

async function openAes(
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = crypto;
  const opens = await subtle.importKey("raw", key, "AES-CBC", false, [
    "decrypt",
  ]);
  return new Uint8Array(
    await subtle.decrypt({ name: "AES-CBC", iv }, opens, sealed),
  );
}

/** Triple DES, which WebCrypto does not know; node:crypto lacks AES-192. */
async function openOther(
  { name }: Cipher,
  key: Uint8Array,
  iv: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const opening = (await nodeCrypto()).createDecipheriv(name, key, iv);
  return Uint8Array.from([...opening.update(sealed), ...opening.final()]);
}

function wantsPassphrase(): AuthError {
  return new AuthError("it is encrypted and no passphrase was given", {
    code: "no-passphrase",
    op: "open",
    target: LAYER,
    hint: "give it: { passphrase }",
  });
}

function wrongPassphrase(): AuthError {
  return new AuthError("the passphrase is not the one it was encrypted with", {
    code: "wrong-passphrase",
    op: "open",
    target: LAYER,
  });
}
