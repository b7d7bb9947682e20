/**
 * The numbers that a private key is made of, between the formats of files and
 * the runtime's cryptography.
 *
 * @see RFC 4253 §6.6 (RSA), RFC 5656 §3.1 (ECDSA), RFC 8709 §4 (Ed25519)
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { WireWriter, withoutZeros } from "./wire_format.ts";

type Octets = Uint8Array;

/** An RSA key's numbers, without zeros in front. */
export interface RsaParts {
  /** The key's type. */
  readonly type: "ssh-rsa";
  /** The modulus. */
  readonly n: Octets;
  /** The public exponent. */
  readonly e: Octets;
  /** The private exponent. */
  readonly d: Octets;
  /** A prime. */
  readonly p: Octets;
  /** The other prime. */
  readonly q: Octets;
  /** The inverse of q modulo p. */
  readonly qi: Octets;
}

/** A key on one of NIST's curves. */
export interface EcdsaParts {
  /** The key's type. */
  readonly type: `ecdsa-sha2-nistp${256 | 384 | 521}`;
  /** Both coordinates, after a 4. */
  readonly point: Octets;
  /** The secret number. */
  readonly scalar: Octets;
}

/** An Ed25519 key: 32 octets each. */
export interface Ed25519Parts {
  /** The key's type. */
  readonly type: "ssh-ed25519";
  /** The public point. */
  readonly point: Octets;
  /** What the key is made from. */
  readonly seed: Octets;
}

/** What a private key is made of. */
export type KeyParts = RsaParts | EcdsaParts | Ed25519Parts;

/** A curve's name in the web's cryptography, its octets, and the hash signed with. */
export interface Curve {
  readonly name: "P-256" | "P-384" | "P-521";
  readonly octets: number;
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
}

/** NIST's curves by the types of their keys. */
export const CURVES: Readonly<Record<EcdsaParts["type"], Curve>> = {
  "ecdsa-sha2-nistp256": { name: "P-256", octets: 32, hash: "SHA-256" },
  "ecdsa-sha2-nistp384": { name: "P-384", octets: 48, hash: "SHA-384" },
  "ecdsa-sha2-nistp521": { name: "P-521", octets: 66, hash: "SHA-512" },
};

/** Whether a type is that of a key on one of NIST's curves. */
export function isEcdsa(type: string): type is EcdsaParts["type"] {
  return Object.hasOwn(CURVES, type);
}

/** The public key as it goes over the wire. */
export function publicBlob(parts: KeyParts): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter().string(parts.type);
  if (parts.type === "ssh-rsa") {
    return writer.mpint(parts.e).mpint(parts.n).toBytes();
  }
  if (isEcdsa(parts.type)) writer.string(parts.type.replace(/^.*-/, ""));
  return writer.string((parts as EcdsaParts | Ed25519Parts).point).toBytes();
}

/** The key as the runtime imports it. */
export function toJwk(parts: KeyParts): JsonWebKey {
  if (parts.type === "ssh-rsa") {
    const { n, e, d, p, q, qi } = parts;
    const rest = (prime: Octets) => octets(number(d) % (number(prime) - 1n));
    return {
      kty: "RSA",
      n: url(n),
      e: url(e),
      d: url(d),
      p: url(p),
      q: url(q),
      dp: url(rest(p)),
      dq: url(rest(q)),
      qi: url(qi),
    };
  }
  if (parts.type === "ssh-ed25519") {
    const { point, seed } = parts;
    return { kty: "OKP", crv: "Ed25519", x: url(point), d: url(seed) };
  }
  const { name, octets: size } = CURVES[parts.type];
  const { point, scalar } = parts;
  return {
    kty: "EC",
    crv: name,
    x: url(point.subarray(1, 1 + size)),
    y: url(point.subarray(1 + size)),
    // Files drop zeros in front, and have one more before a high bit.
    d: url(padded(scalar, size)),
  };
}

/** The numbers of a key that the runtime has exported. */
export function fromJwk(jwk: JsonWebKey): KeyParts {
  const part = (name: "n" | "e" | "d" | "p" | "q" | "qi" | "x" | "y") =>
    Uint8Array.fromBase64(jwk[name] ?? "", { alphabet: "base64url" });
  if (jwk.kty === "RSA") {
    const [n, e, d, p, q, qi] = (["n", "e", "d", "p", "q", "qi"] as const)
      .map((name) => withoutZeros(part(name)));
    return {
      type: "ssh-rsa",
      n: n!,
      e: e!,
      d: d!,
      p: p!,
      q: q!,
      qi: qi!,
    };
  }
  if (jwk.kty === "OKP") {
    return { type: "ssh-ed25519", point: part("x"), seed: part("d") };
  }
  const type = (Object.keys(CURVES) as EcdsaParts["type"][]).find((type) =>
    CURVES[type].name === jwk.crv
  )!;
  const { octets: size } = CURVES[type];
  const point = Uint8Array.of(
    4,
    ...padded(part("x"), size),
    ...padded(part("y"), size),
  );
  return { type, point, scalar: padded(part("d"), size) };
}

/**
 * Checks that numbers can be a key's, before the runtime is asked.
 *
 * @throws {DecodeError} If they cannot.
 */
export function checkParts(parts: KeyParts): void {
  if (parts.type === "ssh-rsa") {
    const { n, e, p, q } = parts;
    if (n.length > LONGEST || e.length > 8) {
      throw damaged("its numbers are longer than those of any key in use");
    }
    if (number(p) < 3n || number(p) * number(q) !== number(n)) {
      throw damaged("its primes do not make its modulus");
    }
    return;
  }
  if (parts.type === "ssh-ed25519") {
    if (parts.point.length === 32 && parts.seed.length === 32) return;
    throw damaged("its parts are not of 32 octets");
  }
  const { octets: size } = CURVES[parts.type];
  const { point, scalar } = parts;
  if (point.length !== 1 + 2 * size || point[0] !== 4) {
    throw damaged(`its point is not of ${1 + 2 * size} octets`);
  }
  const length = withoutZeros(scalar).length;
  if (length === 0 || length > size) {
    throw damaged(`its secret number is not of up to ${size} octets`);
  }
}

/** Octets of the longest modulus that OpenSSH makes. */
const LONGEST = 2048;

/** An error of a key whose numbers are none. */
export function damaged(reason: string): DecodeError {
  return new DecodeError(reason, { layer: "private key", offset: 0 });
}

function number(octets: Octets): bigint {
  return BigInt(`0x0${octets.toHex()}`);
}

function octets(value: bigint): Octets {
  const digits = value.toString(16);
  return Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
}

function padded(octets: Octets, size: number): Octets {
  const plain = withoutZeros(octets);
  const out = new Uint8Array(size);
  out.set(plain, size - plain.length);
  return out;
}

function url(octets: Octets): string {
  return octets.toBase64({ alphabet: "base64url", omitPadding: true });
}
