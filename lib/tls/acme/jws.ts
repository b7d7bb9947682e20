/**
 * Signed requests as ACME sends them: JSON Web Signatures in their flattened
 * form.
 *
 * @module
 */

import { AcmeProblem } from "./problem.ts";

/** A public key as JSON: its members are what RFC 7517 names. */
export type PublicJwk = Readonly<Record<string, string>>;

/** One signed request, its signature not yet checked. */
export interface SignedRequest {
  /** What the signature covers beside the payload. */
  readonly header: {
    readonly alg: string;
    readonly url: string;
    readonly nonce: string | undefined;
    readonly kid: string | undefined;
    readonly jwk: PublicJwk | undefined;
  };
  /** The payload's octets; none where the request only reads. */
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** The octets that are signed. */
  readonly signed: Uint8Array<ArrayBuffer>;
}

const ALGORITHMS: Readonly<
  Record<string, {
    readonly kty: string;
    readonly crv?: string;
    readonly key: RsaHashedImportParams | EcKeyImportParams | Algorithm;
    readonly verify: EcdsaParams | Algorithm;
  }>
> = {
  RS256: {
    kty: "RSA",
    key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    verify: { name: "RSASSA-PKCS1-v1_5" },
  },
  ES256: {
    kty: "EC",
    crv: "P-256",
    key: { name: "ECDSA", namedCurve: "P-256" },
    verify: { name: "ECDSA", hash: "SHA-256" },
  },
  ES384: {
    kty: "EC",
    crv: "P-384",
    key: { name: "ECDSA", namedCurve: "P-384" },
    verify: { name: "ECDSA", hash: "SHA-384" },
  },
  EdDSA: {
    kty: "OKP",
    crv: "Ed25519",
    key: { name: "Ed25519" },
    verify: { name: "Ed25519" },
  },
};

/** The signature algorithms that are understood (RFC 8555 §6.2, RFC 7518 §3). */
export const JWS_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS);

/** The members that tell one key from another (RFC 7638 §3.2, RFC 8037 §2). */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ["e", "kty", "n"],
  EC: ["crv", "kty", "x", "y"],
  OKP: ["crv", "kty", "x"],
};

/** Octets as base64url without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array<ArrayBuffer>): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The octets of a base64url text, or a problem that names the member. */
export function fromBase64url(
  text: unknown,
  member: string,
): Uint8Array<ArrayBuffer> {
  // Padding is forbidden (RFC 7515 §2), and so is everything outside the alphabet.
  if (typeof text === "string" && /^[\w-]*$/.test(text)) {
    try {
      return Uint8Array.fromBase64(text, { alphabet: "base64url" });
    } catch {
      // A length that no octets have; said below.
    }
  }
  throw new AcmeProblem("malformed", `${member} must be base64url`);
}

/**
 * Reads a request's body.
 *
 * @throws {AcmeProblem} `malformed`, with what is wrong with it.
 */
export function readSignedRequest(body: unknown): SignedRequest {
  if (!isRecord(body)) {
    throw new AcmeProblem("malformed", "the body must be a flattened JWS");
  }
  const text = new TextDecoder().decode(
    fromBase64url(body.protected, "protected"),
  );
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    // Not JSON; said below.
  }
  if (!isRecord(header) || typeof header.url !== "string") {
    throw new AcmeProblem("malformed", "the protected header lacks a url");
  }
  const { alg, url, nonce, kid, jwk } = header;
  if (typeof alg !== "string" || !(alg in ALGORITHMS)) {
    throw new AcmeProblem(
      "badSignatureAlgorithm",
      `the algorithm must be one of ${JWS_ALGORITHMS.join(", ")}`,
      { algorithms: JWS_ALGORITHMS },
    );
  }
  if ((kid === undefined) === (jwk === undefined)) {
    throw new AcmeProblem(
      "malformed",
      "the protected header must have either jwk or kid",
    );
  }
  return {
    header: {
      alg,
      url,
      nonce: typeof nonce === "string" ? nonce : undefined,
      kid: typeof kid === "string" ? kid : undefined,
      jwk: jwk === undefined ? undefined : publicJwk(jwk),
    },
    payload: fromBase64url(body.payload, "payload"),
    signature: fromBase64url(body.signature, "signature"),
    signed: new TextEncoder().encode(`${body.protected}.${body.payload}`),
  };
}

/** A key's public members alone, or a problem. */
function publicJwk(value: unknown): PublicJwk {
  if (isRecord(value) && typeof value.kty === "string") {
    const members = MEMBERS[value.kty]?.map((name) => [name, value[name]]);
    if (members?.every(([, text]) => typeof text === "string")) {
      return Object.fromEntries(members);
    }
  }
  throw new AcmeProblem(
    "badPublicKey",
    "the key must be an RSA, EC or Ed25519 key as JWK",
  );
}

/** Was this request signed by that key? */
export async function isSignedBy(
  request: SignedRequest,
  jwk: PublicJwk,
): Promise<boolean> {
  const algorithm = ALGORITHMS[request.header.alg];
  if (
    algorithm === undefined || algorithm.kty !== jwk.kty ||
    algorithm.crv !== jwk.crv
  ) return false;
  try {
    const key = await crypto.subtle.importKey(
      "jwk",
      { ...jwk },
      algorithm.key,
      false,
      ["verify"],
    );
    // Short RSA keys are no proof of anything.
    const { modulusLength = 2048 } = key.algorithm as RsaKeyAlgorithm;
    if (modulusLength < 2048) return false;
    return await crypto.subtle.verify(
      algorithm.verify,
      key,
      request.signature,
      request.signed,
    );
  } catch {
    // A point off its curve, say: nothing that could have signed.
    return false;
  }
}

/** Throws unless the request was signed by that key. */
export async function mustBeSignedBy(
  request: SignedRequest,
  jwk: PublicJwk,
): Promise<void> {
  if (!await isSignedBy(request, jwk)) {
    throw new AcmeProblem("malformed", "the signature does not hold");
  }
}

/** The payload as an object, nothing where the request only reads. */
export function readPayload(
  { payload }: SignedRequest,
): Record<string, unknown> | undefined {
  // Nothing at all asks to read: POST-as-GET (RFC 8555 §6.3).
  if (payload.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    // Not JSON; said below.
  }
  if (isRecord(value)) return value;
  throw new AcmeProblem("malformed", "the payload must be a JSON object");
}

/** A key's thumbprint, SHA-256 in base64url (RFC 7638). */
export async function thumbprint(jwk: PublicJwk): Promise<string> {
  const members = MEMBERS[jwk.kty ?? ""] ?? [];
  const text = JSON.stringify(
    Object.fromEntries(members.map((name) => [name, jwk[name]])),
  );
  return base64url(
    new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
    ),
  );
}

/** An object, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** 128 bits that nobody can guess, as text. */
export function token(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}
