/**
 * Agreeing on a secret with a server: X25519 and the curves of NIST.
 *
 * @module
 */

import type { NodeCrypto } from "./node_crypto.ts";

/** One side's half of a key exchange. */
export interface KeyPair {
  /** The group's number. */
  readonly group: number;
  /** The public key as it crosses the wire. */
  readonly share: Uint8Array;
  /**
   * Works out what both sides then know.
   *
   * @param peer The other side's public key.
   * @returns The secret; `undefined` if that is no key of the group.
   */
  agree(peer: Uint8Array): Uint8Array | undefined;
}

const X25519 = 29;

/** The curves: what node:crypto calls them, and octets of a coordinate. */
const CURVES: Readonly<
  Record<number, readonly [name: string, octets: number]>
> = { 23: ["P-256", 32], 24: ["P-384", 48], 25: ["P-521", 66] };

/**
 * Tells whether keys can be agreed on in a group.
 *
 * @param group Its number.
 * @returns Whether they can.
 *
 * @example
 * ```ts
 * import { canAgree } from "./key_agreement.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([23, 29, 30].map(canAgree), [true, true, false]);
 * ```
 */
export function canAgree(group: number): boolean {
  return group === X25519 || group in CURVES;
}

/**
 * Makes a key pair.
 *
 * @param crypto The runtime's cryptography.
 * @param group The group's number, one that {@linkcode canAgree} says yes to.
 * @returns The pair.
 * @throws {RangeError} If keys cannot be agreed on in that group.
 * @see RFC 8446 §4.2.8.2, RFC 7748 §6.1
 *
 * @example
 * ```ts
 * import { keyPair } from "./key_agreement.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const crypto = await nodeCrypto();
 * const [one, other] = [keyPair(crypto, 29), keyPair(crypto, 29)];
 * assert.deepEqual(one.agree(other.share), other.agree(one.share));
 * ```
 */
export function keyPair(crypto: NodeCrypto, group: number): KeyPair {
  if (group === X25519) {
    const { privateKey, publicKey } = crypto.generateKeyPairSync("x25519");
    const { x = "" } = publicKey.export({ format: "jwk" });
    return {
      group,
      share: fromBase64Url(x),
      agree: (peer) =>
        peer.length === 32
          ? secret(crypto, privateKey, {
            kty: "OKP",
            crv: "X25519",
            x: toBase64Url(peer),
          })
          : undefined,
    };
  }
  const curve = CURVES[group];
  if (curve === undefined) {
    throw new RangeError(
      `Cannot make a key pair as 'group' must be 23, 24, 25 or 29: current value is ${group}`,
    );
  }
  const [crv, size] = curve;
  const { privateKey, publicKey } = crypto.generateKeyPairSync("ec", {
    namedCurve: crv,
  });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  // An uncompressed point: RFC 8446 §4.2.8.2.
  const share = new Uint8Array(1 + 2 * size);
  share[0] = 4;
  share.set(fromBase64Url(x), 1);
  share.set(fromBase64Url(y), 1 + size);
  return {
    ...{ group, share },
    agree: (peer) =>
      peer.length === share.length && peer[0] === 4
        ? secret(crypto, privateKey, {
          kty: "EC",
          crv,
          x: toBase64Url(peer.subarray(1, 1 + size)),
          y: toBase64Url(peer.subarray(1 + size)),
        })
        : undefined,
  };
}

/** Makes a key pair of a group, or gives one that was made before. */
export type KeyMaker = (group: number) => KeyPair;

/**
 * Makes each key pair once: for handshakes that nothing is said in, where to make
 * new ones would only cost time.
 *
 * @param crypto The runtime's cryptography.
 * @returns Gives the one pair of each group.
 *
 * @example
 * ```ts
 * import { keyMaker } from "./key_agreement.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const make = keyMaker(await nodeCrypto());
 * assert.equal(make(29), make(29));
 * ```
 */
export function keyMaker(crypto: NodeCrypto): KeyMaker {
  const made = new Map<number, KeyPair>();
  return (group) => {
    let pair = made.get(group);
    if (pair === undefined) made.set(group, pair = keyPair(crypto, group));
    return pair;
  };
}

function secret(
  crypto: NodeCrypto,
  privateKey: import("node:crypto").KeyObject,
  key: Readonly<Record<string, string>>,
): Uint8Array | undefined {
  try {
    const publicKey = crypto.createPublicKey({ key, format: "jwk" });
    return crypto.diffieHellman({ privateKey, publicKey });
  } catch {
    // A point off the curve, or one that gives nothing but zeros.
    return undefined;
  }
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

function toBase64Url(octets: Uint8Array): string {
  return octets.toBase64({ alphabet: "base64url", omitPadding: true });
}
