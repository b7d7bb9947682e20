/**
 * Does a server have the key of the certificate that it shows? Anybody can show
 * a certificate; the signature under the handshake tells whose it is.
 *
 * @see RFC 8446 §4.4.3, RFC 5246 §7.4.3, RFC 8422 §5.4
 * @module
 */

import type {
  TlsClientHello,
  TlsServerHello,
} from "../../packet/layers/tls/handshake.ts";
import { tlsSignatureSchemes } from "../../packet/layers/tls/names.ts";
import type { Certificate } from "../certificate.ts";
import type { SignatureFacts } from "../certificates/certificate_key.ts";
import {
  type SignatureVerdict,
  type VerifyingKey,
  verifySignature,
} from "../certificates/signature.ts";
import { type ChainProblem, quoted } from "../path/path_problem.ts";
import type { HandshakeMessage } from "../probe/encrypted_messages.ts";
import { join } from "../probe/key_schedule.ts";
import { nodeCrypto } from "../probe/node_crypto.ts";
import { retryTranscript } from "../probe/probe_1_3.ts";
import { suiteFacts } from "../probe/suite_facts.ts";

/** One message of a handshake, of one's own or out of a capture. */
export interface SeenMessage {
  /** Its name. */
  readonly name: string;
  /** What it says; `undefined` for what is no handshake message. */
  readonly message: HandshakeMessage | undefined;
  /** Its octets, decrypted. */
  readonly bytes: Uint8Array;
}

/** What is looked at. */
export interface SeenHandshake {
  /** The version that both agreed on. */
  readonly version: number;
  /** The cipher suite. */
  readonly cipherSuite: number;
  /** The messages of both sides, in order. */
  readonly messages: readonly SeenMessage[];
}

/** Something signed; nothing where the handshake has no signature. */
interface Proof {
  readonly scheme: number | undefined;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;
/** Octets of a message's number and length. */
const HEAD = 4;
/** What stands before the digest in TLS 1.3 (RFC 8446 §4.4.3). */
const CONTEXT = new TextEncoder().encode(
  `${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`,
);

/**
 * Tells whether the server signed the handshake with the certificate's key.
 *
 * @param seen The handshake.
 * @param by The certificate that the server showed.
 * @returns Whether it did; `undefined` if nothing was signed, as with a key
 * exchange by RSA, or if nothing here can verify it.
 *
 * @example
 * ```ts
 * import { keyProven } from "./key_proof.ts";
 * import assert from "node:assert/strict";
 *
 * const seen = { version: 0x0303, cipherSuite: 0x009c, messages: [] };
 * const key = { key: { algorithm: "RSA", bits: 2048 }, publicKey: new Uint8Array() };
 * assert.equal(await keyProven(seen, key), undefined);
 * ```
 */
export async function keyProven(
  seen: SeenHandshake,
  by: VerifyingKey,
): Promise<boolean | undefined> {
  const proof = seen.version === TLS_1_3
    ? await proof1_3(seen)
    : proof1_2(seen);
  if (proof === undefined) return undefined;
  const verdict = await verify(proof, by);
  return verdict === "unsupported" ? undefined : verdict === "good";
}

/**
 * What is wrong where the key is not the server's.
 *
 * @param certificate The certificate that the server showed.
 * @returns The problem.
 */
export function keyNotProven(certificate: Certificate): ChainProblem {
  return {
    code: "key-not-proven",
    certificate,
    link: 0,
    message: `the server shows ${
      quoted(certificate)
    } and does not have its key: the handshake is signed by another`,
    hint:
      "somebody between may show a certificate that is not theirs; see who answers at this address",
  };
}

/** The signature of the messages so far. */
async function proof1_3(
  { cipherSuite, messages }: SeenHandshake,
): Promise<Proof | undefined> {
  const at = messages.findIndex(({ message }) =>
    message?.kind === "certificateVerify"
  );
  const verify = messages[at]?.message;
  if (verify?.kind !== "certificateVerify") return undefined;
  const { signatureAlgorithm: scheme, signature } = verify;
  const before = messages.slice(0, at).filter(({ name }) =>
    name !== "changeCipherSpec" && name !== "alert"
  );
  // In a capture something may lack, and then no digest is right.
  const isWhole = before[0]?.name === "clientHello" &&
    before.every(({ message }) => message !== undefined);
  if (!isWhole) return undefined;
  const crypto = await nodeCrypto();
  const octets = before.map(({ bytes }) => bytes);
  const transcript = before[1]?.name === "helloRetryRequest"
    ? retryTranscript(crypto, { cipherSuite }, octets)
    : octets;
  const hash = crypto.createHash(suiteFacts(cipherSuite)?.hash ?? "sha256");
  for (const one of transcript) hash.update(one);
  return { scheme, signed: join(CONTEXT, hash.digest()), signature };
}

/** The signature of the server's half of the key exchange. */
function proof1_2(
  { version, messages }: SeenHandshake,
): Proof | undefined {
  const at = messages.findIndex(({ message }) =>
    message?.kind === "serverKeyExchange"
  );
  const { message, bytes } = messages[at] ?? {};
  if (message?.kind !== "serverKeyExchange" || !bytes) return undefined;
  const last = (kind: HandshakeMessage["kind"]) =>
    messages.slice(0, at).findLast(({ message }) => message?.kind === kind)
      ?.message;
  const client = last("clientHello") as TlsClientHello | undefined;
  const server = last("serverHello") as TlsServerHello | undefined;
  if (!client || !server) return undefined;
  const { exchange } = message;
  if (exchange instanceof Uint8Array) return undefined;
  const { signature, signatureAlgorithm: scheme } = exchange;
  const behind = signature.length + 2 + (version === TLS_1_2 ? 2 : 0);
  const keys = bytes.subarray(HEAD, bytes.length - behind);
  const signed = join(client.random, server.random, keys);
  return { scheme, signed, signature };
}

async function verify(
  { scheme, signed, signature }: Proof,
  by: VerifyingKey,
): Promise<SignatureVerdict> {
  if (scheme === undefined && by.key.algorithm === "RSA") {
    return await verifyTwoDigests(signed, signature, by);
  }
  const signatureAlgorithm = scheme === undefined
    ? OLD[by.key.algorithm]
    : schemeFacts(scheme);
  return signatureAlgorithm === undefined
    ? "unsupported"
    : await verifySignature({ signatureAlgorithm, signed, signature }, by);
}

/** What keys of other kinds than RSA sign with before TLS 1.2 (RFC 4346 §7.4.3). */
const OLD: Readonly<Record<string, SignatureFacts>> = {
  EC: { oid: "", name: "ecdsa-with-SHA1", hash: "SHA-1" },
  DSA: { oid: "", name: "dsa-with-SHA1", hash: "SHA-1" },
};

/** How certificates name the first parts of the schemes' names. */
const ALGORITHMS: readonly (readonly [scheme: RegExp, name: string])[] = [
  [/^rsa_pss_/, "rsassaPss"],
  [/^rsa_/, "WithRSA"],
  [/^ecdsa_/, "ecdsa-with"],
  [/^dsa_/, "dsa-with"],
  [/^ed25519$/, "Ed25519"],
  [/^ed448$/, "Ed448"],
];

/** A scheme in the terms of certificates' signatures. */
function schemeFacts(scheme: number): SignatureFacts | undefined {
  const known = tlsSignatureSchemes[scheme] ?? "";
  const name = ALGORITHMS.find(([pattern]) => pattern.test(known))?.[1];
  if (name === undefined) return undefined;
  const [, digest] = /_(md5|sha\d+)(?:_legacy)?$/.exec(known) ?? [];
  if (digest === undefined) return { oid: "", name };
  const hash = digest.toUpperCase().replace("SHA", "SHA-");
  if (name !== "rsassaPss") return { oid: "", name, hash };
  // The salt is as long as the digest (RFC 8446 §4.2.3).
  const saltLength = Number(hash.slice("SHA-".length)) / 8;
  return { oid: "", name, hash, pss: { maskHash: hash, saltLength } };
}

/** MD5 and SHA-1, one behind the other, and no name of either (RFC 4346 §7.4.3). */
async function verifyTwoDigests(
  signed: Uint8Array,
  signature: Uint8Array,
  { publicKey }: VerifyingKey,
): Promise<SignatureVerdict> {
  const { constants, createHash, createPublicKey, publicDecrypt } =
    await nodeCrypto();
  const due = join(
    ...["md5", "sha1"].map((name) => createHash(name).update(signed).digest()),
  );
  try {
    const key = createPublicKey({
      key: publicKey as Buffer<ArrayBuffer>,
      format: "der",
      type: "spki",
    });
    const padding = constants.RSA_PKCS1_PADDING;
    const found = publicDecrypt({ key, padding }, signature);
    return found.length === due.length &&
        due.every((one, i) => one === found[i])
      ? "good"
      : "bad";
  } catch {
    // The padding is not what this key would have made.
    return "bad";
  }
}
