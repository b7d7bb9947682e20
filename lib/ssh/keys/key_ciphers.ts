/**
 * The ciphers that OpenSSH's key files are under, without any padding of their
 * own.
 *
 * @module
 */

import { nodeCrypto } from "../../tls/probe/node_crypto.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A cipher, by how much of the derived key it takes. */
export interface KeyCipher {
  /** Octets of its key. */
  readonly key: number;
  /** Octets of its initial vector. */
  readonly iv: number;
  /** Octets that what it takes is a multiple of. */
  readonly block: number;
  /** Octets that follow to prove that nothing was changed. */
  readonly tag: number;
  /** Opens octets, their tag behind them. */
  open(key: Octets, iv: Octets, sealed: Octets): Promise<Octets>;
}

const { subtle } = crypto;

async function aes(
  name: string,
  key: Octets,
  use: KeyUsage[],
): Promise<CryptoKey> {
  return await subtle.importKey("raw", key, name, false, use);
}

async function openCtr(key: Octets, iv: Octets, sealed: Octets) {
  const how = { name: "AES-CTR", counter: iv, length: 128 };
  const opens = await aes("AES-CTR", key, ["decrypt"]);
  return new Uint8Array(await subtle.decrypt(how, opens, sealed));
}

async function openCbc(key: Octets, iv: Octets, sealed: Octets) {
  const name = "AES-CBC";
  const both = await aes(name, key, ["encrypt", "decrypt"]);
  // The runtime insists on padding: so here is a block of it, as it would
  // follow the last one.
  const last = sealed.slice(-16);
  const padding = await subtle.encrypt(
    { name, iv: last },
    both,
    new Uint8Array(0),
  );
  const whole = Uint8Array.of(...sealed, ...new Uint8Array(padding));
  return new Uint8Array(await subtle.decrypt({ name, iv }, both, whole));
}

async function openGcm(key: Octets, iv: Octets, sealed: Octets) {
  const opens = await aes("AES-GCM", key, ["decrypt"]);
  return new Uint8Array(
    await subtle.decrypt({ name: "AES-GCM", iv }, opens, sealed),
  );
}

async function openTripleDes(key: Octets, iv: Octets, sealed: Octets) {
  const { createDecipheriv } = await nodeCrypto();
  const opening = createDecipheriv("des-ede3-cbc", key, iv);
  opening.setAutoPadding(false);
  return Uint8Array.of(...opening.update(sealed), ...opening.final());
}

/**
 * The tag is not held against the octets: the two check numbers and the public
 * key inside tell a wrong passphrase, as they must for ciphers without a tag.
 */
async function openChaCha(key: Octets, _iv: Octets, sealed: Octets) {
  const { createDecipheriv } = await nodeCrypto();
  // A block counter of 1, the low octet first, and a nonce of zeros.
  const start = new Uint8Array(16);
  start[0] = 1;
  const opening = createDecipheriv("chacha20", key.subarray(0, 32), start);
  return new Uint8Array(opening.update(sealed.subarray(0, -16)));
}

/** The ciphers by their names; those of `ssh-keygen -Z`. */
export const KEY_CIPHERS: ReadonlyMap<string, KeyCipher> = new Map([
  ...[128, 192, 256].flatMap((bits): [string, KeyCipher][] => [
    [`aes${bits}-ctr`, {
      key: bits / 8,
      iv: 16,
      block: 16,
      tag: 0,
      open: openCtr,
    }],
    [`aes${bits}-cbc`, {
      key: bits / 8,
      iv: 16,
      block: 16,
      tag: 0,
      open: openCbc,
    }],
    [`aes${bits}-gcm@openssh.com`, {
      key: bits / 8,
      iv: 12,
      block: 16,
      tag: 16,
      open: openGcm,
    }],
  ]),
  ["3des-cbc", { key: 24, iv: 8, block: 8, tag: 0, open: openTripleDes }],
  ["chacha20-poly1305@openssh.com", {
    key: 64,
    iv: 0,
    block: 8,
    tag: 16,
    open: openChaCha,
  }],
]);

/** Seals octets as new key files have it, with aes256-ctr. */
export async function sealCtr(
  key: Octets,
  iv: Octets,
  plain: Octets,
): Promise<Octets> {
  const how = { name: "AES-CTR", counter: iv, length: 128 };
  const seals = await aes("AES-CTR", key, ["encrypt"]);
  return new Uint8Array(await subtle.encrypt(how, seals, plain));
}
