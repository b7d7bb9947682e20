/**
 * Private keys in OpenSSH's own format, read and written.
 *
 * @see PROTOCOL.key of OpenSSH
 * @module
 */

import { AuthError } from "../../errors.ts";
import { formatPem } from "../../tls/der/pem.ts";
import { bcryptPbkdf } from "./bcrypt_pbkdf.ts";
import { KEY_CIPHERS, type KeyCipher, sealCtr } from "./key_ciphers.ts";
import {
  checkParts,
  damaged,
  isEcdsa,
  type KeyParts,
  publicBlob,
} from "./key_parts.ts";
import {
  keyTypeOf,
  WireReader,
  WireWriter,
  withoutZeros,
} from "./wire_format.ts";

const LAYER = "private key";
const MAGIC = "openssh-key-v1\0";
/** More rounds than that, some 20 seconds, are a trap in a file. */
const MOST_ROUNDS = 2048;

/** A key and what its file says of it. */
export interface KeyInFile {
  readonly parts: KeyParts;
  readonly comment: string;
}

/** What opens a file. */
export interface Opening {
  readonly passphrase?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a key.
 *
 * @param octets What stands in the block `OPENSSH PRIVATE KEY`.
 * @param opening What opens it, if it is encrypted.
 * @throws {DecodeError} If it is cut short, damaged, or of a kind or under a
 * cipher that is not used here.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 */
export async function readOpenSsh(
  octets: Uint8Array<ArrayBuffer>,
  opening: Opening = {},
): Promise<KeyInFile> {
  const reader = new WireReader(octets, { layer: LAYER });
  if (reader.text(MAGIC.length) !== MAGIC) {
    throw damaged("is no key in OpenSSH's format");
  }
  const cipher = reader.word("cipher");
  const kdf = reader.word("key derivation");
  const options = reader.string("key derivation's options");
  const count = reader.u32();
  if (count !== 1) throw damaged(`holds ${count} keys and not one`);
  const blob = reader.string("public key");
  refuseType(keyTypeOf(blob));
  const length = reader.u32();
  const sealed = reader.take(length, "private part");
  const tag = reader.take();
  if (cipher === "none") {
    if (tag.length > 0) throw damaged("has octets after its end");
    return readPrivate(sealed, blob);
  }
  const known = KEY_CIPHERS.get(cipher);
  if (known === undefined) {
    throw damaged(
      `is under a cipher unknown here (${
        printable(cipher)
      }): ssh-keygen -p -Z aes256-ctr -f FILE changes it`,
    );
  }
  if (kdf !== "bcrypt") {
    throw damaged(`derives its key in a way unknown here (${printable(kdf)})`);
  }
  if (sealed.length % known.block !== 0 || tag.length !== known.tag) {
    throw damaged("has a private part of another length than its cipher's");
  }
  const key = await derive(known, options, opening);
  const [secret, iv] = [key.slice(0, known.key), key.slice(known.key)];
  let plain: Uint8Array;
  try {
    plain = await known.open(secret, iv, Uint8Array.of(...sealed, ...tag));
  } catch {
    throw wrongPassphrase();
  }
  const check = new WireReader(plain, { layer: LAYER });
  if (plain.length < 8 || check.u32() !== check.u32()) throw wrongPassphrase();
  return readPrivate(plain, blob);
}

async function derive(
  { key, iv }: KeyCipher,
  options: Uint8Array,
  { passphrase, signal }: Opening,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new WireReader(options, { layer: LAYER });
  const salt = reader.string("salt");
  const rounds = reader.u32();
  if (rounds < 1 || rounds > MOST_ROUNDS || salt.length > 1024) {
    throw damaged(
      `asks for ${rounds} rounds of bcrypt, of which at most ${MOST_ROUNDS} are done here`,
    );
  }
  if (passphrase === undefined || passphrase === "") {
    throw new AuthError("it is encrypted and no passphrase was given", {
      code: "no-passphrase",
      op: "open",
      target: LAYER,
      hint: "give it: { passphrase }",
    });
  }
  const text = new TextEncoder().encode(passphrase);
  return await bcryptPbkdf(text, salt, rounds, key + iv, signal);
}

function wrongPassphrase(): AuthError {
  return new AuthError("the passphrase is not the one it was encrypted with", {
    code: "wrong-passphrase",
    op: "open",
    target: LAYER,
  });
}

function readPrivate(plain: Uint8Array, blob: Uint8Array): KeyInFile {
  const reader = new WireReader(plain, { layer: LAYER });
  if (reader.u32() !== reader.u32()) {
    throw damaged("has check numbers that differ");
  }
  const parts = readParts(reader);
  const comment = reader.word("comment");
  const padding = reader.take();
  if (padding.some((octet, i) => octet !== (i + 1 & 0xff))) {
    throw damaged("ends in other octets than padding");
  }
  checkParts(parts);
  const own = publicBlob(parts);
  if (own.length !== blob.length || own.some((octet, i) => octet !== blob[i])) {
    throw damaged("has another public key than its private part");
  }
  return { parts, comment };
}

function readParts(reader: WireReader): KeyParts {
  const type = reader.word("type");
  refuseType(type);
  const next = (name: string) => reader.string(name);
  const plain = (name: string) => withoutZeros(next(name));
  if (type === "ssh-rsa") {
    const [n, e, d] = [plain("n"), plain("e"), plain("d")];
    const [qi, p, q] = [plain("iqmp"), plain("p"), plain("q")];
    return { type, n, e, d, p, q, qi };
  }
  if (isEcdsa(type)) {
    next("curve");
    return { type, point: next("point"), scalar: plain("secret number") };
  }
  const point = next("point");
  const both = next("seed and point");
  if (both.length !== 64) throw damaged("its parts are not of 32 octets");
  return { type: "ssh-ed25519", point, seed: both.subarray(0, 32) };
}

/** Says of kinds that are not used here why, and what to do. */
export function refuseType(type: string): void {
  if (type === "ssh-rsa" || type === "ssh-ed25519" || isEcdsa(type)) return;
  const reason = type.includes("-cert-v01@")
    ? `is a certificate (${type}), and those are not supported here: use the plain key`
    : type.startsWith("sk-")
    ? `lives in a security key (${type}), which is not supported here: put it into ssh-agent, which is asked to sign`
    : type === "ssh-dss"
    ? "is a DSA key, which is too weak and not used here: ssh-keygen -t ed25519 makes a better one"
    : type === ""
    ? "has no type"
    : `is of a kind that is not used here (${printable(type)})`;
  throw damaged(reason);
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

/** How a key is written. */
export interface WriteKeyOptions {
  /** What it is encrypted with. @default {not at all} */
  readonly passphrase?: string | undefined;
  /** How slow a guess is: each round takes some milliseconds. @default {16} */
  readonly rounds?: number | undefined;
}

/**
 * Writes a key: aes256-ctr and bcrypt, as ssh-keygen does.
 *
 * @returns The text of a file.
 */
export async function writeOpenSsh(
  { parts, comment }: KeyInFile,
  { passphrase, rounds = 16 }: WriteKeyOptions = {},
): Promise<string> {
  if (passphrase === "") {
    throw new TypeError(
      "Cannot encrypt a private key as 'passphrase' must be a text: current value is empty",
    );
  }
  if (!(Number.isInteger(rounds) && rounds > 0 && rounds <= MOST_ROUNDS)) {
    throw new RangeError(
      `Cannot encrypt a private key as 'rounds' must be a whole number from 1 to ${MOST_ROUNDS}: current value is ${rounds}`,
    );
  }
  const isSealed = passphrase !== undefined;
  const plain = writePrivate(parts, comment, isSealed ? 16 : 8);
  const options = new WireWriter();
  let sealed = plain;
  if (isSealed) {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    options.string(salt).u32(rounds);
    const text = new TextEncoder().encode(passphrase);
    const key = await bcryptPbkdf(text, salt, rounds, 48);
    sealed = await sealCtr(key.slice(0, 32), key.slice(32), plain);
  }
  const octets = new WireWriter().text(MAGIC)
    .string(isSealed ? "aes256-ctr" : "none")
    .string(isSealed ? "bcrypt" : "none")
    .string(options.toBytes()).u32(1).string(publicBlob(parts))
    .string(sealed).toBytes();
  return formatPem("OPENSSH PRIVATE KEY", octets);
}

function writePrivate(
  parts: KeyParts,
  comment: string,
  block: number,
): Uint8Array<ArrayBuffer> {
  const [check] = crypto.getRandomValues(new Uint32Array(1));
  const writer = new WireWriter().u32(check!).u32(check!).string(parts.type);
  if (parts.type === "ssh-rsa") {
    const { n, e, d, p, q, qi } = parts;
    for (const number of [n, e, d, qi, p, q]) writer.mpint(number);
  } else if (parts.type === "ssh-ed25519") {
    const { point, seed } = parts;
    writer.string(point).string(Uint8Array.of(...seed, ...point));
  } else {
    writer.string(parts.type.replace(/^.*-/, "")).string(parts.point)
      .mpint(parts.scalar);
  }
  writer.string(comment);
  for (let i = 1; writer.length % block !== 0; i++) writer.u8(i);
  return writer.toBytes();
}
