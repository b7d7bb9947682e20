/**
 * Requests for certificates: made, read and checked.
 *
 * @see RFC 2986 (PKCS#10), RFC 2985 §5.4.2 (extensionRequest)
 * @module
 */

import { card } from "../../inspect/card.ts";
import { DecodeError } from "../../errors.ts";
import {
  type Extension,
  readAltNames,
  readExtendedKeyUsage,
  readExtensions,
  readKeyUsage,
} from "../certificates/certificate_extensions.ts";
import {
  type PublicKeyFacts,
  readPublicKey,
  readSignatureAlgorithm,
  type SignatureFacts,
} from "../certificates/certificate_key.ts";
import type { SubjectAltName } from "../certificates/certificate_names.ts";
import { contextTag, DerReader, type DerValue, TAG } from "../der/der.ts";
import { DistinguishedName } from "../certificates/distinguished_name.ts";
import { formatPem, parsePem } from "../der/pem.ts";
import { verifySignature } from "../certificates/signature.ts";
import { signRequest } from "./certificate_writer.ts";
import {
  type AlternativeName,
  emailName,
  hostName,
  uriName,
} from "./alternative_names.ts";
import { subjectAltName } from "./extensions.ts";
import { inspectCanvas } from "./issued.ts";
import { keyType } from "./key_type.ts";
import type { KeyType } from "./key_type.ts";
import { PrivateKey } from "./private_key.ts";
import { type Subject, writeSubject } from "./subject.ts";

const LAYER = "certificate request";
/** Digests for which two texts can be found that share one. */
const BROKEN: ReadonlySet<string> = new Set(["MD2", "MD4", "MD5", "SHA-1"]);
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

/** Who asks for a certificate, and for which names. */
export interface RequestOptions extends Subject {
  /** Host names, with `*.` before them if need be, and addresses. */
  hosts?: readonly string[] | undefined;
  /** Mail boxes. */
  emails?: readonly string[] | undefined;
  /** URIs, as SPIFFE has them. */
  uris?: readonly string[] | undefined;
  /** Which kind of key to make. @default {"P-256"} */
  keyType?: KeyType | undefined;
  /** A key that there is already. */
  key?: PrivateKey | undefined;
}

/** A request that was made here, and the key that it is for. */
export interface MadeRequest {
  /** The request, as PEM: what an authority is sent. */
  readonly pem: string;
  /** The key, which stays here. */
  readonly key: PrivateKey;
  /** The request, read. */
  readonly request: CertificateRequest;
}

/**
 * Makes a request for a certificate, and the key that it is for.
 *
 * @param options Who asks, and for which names.
 * @returns The request and the key.
 * @throws {TypeError} If a name is none.
 * @see RFC 2986
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { pem, request } = await net.tls.authority.request({
 *   hosts: ["printer.lab", "10.0.0.7"],
 * });
 * assert.match(pem, /^-----BEGIN CERTIFICATE REQUEST-----\n/);
 * assert.deepEqual(request.names.map(({ value }) => value), ["printer.lab", "10.0.0.7"]);
 * ```
 */
export async function request(options: RequestOptions): Promise<MadeRequest> {
  const verb = "request a certificate";
  const names = alternativeNames(options, verb);
  const subject = writeSubject(options, verb);
  const key = options.key ??
    await PrivateKey.generate(keyType(options.keyType ?? "P-256", verb));
  const extensions = names.length === 0
    ? []
    : [subjectAltName(names, options.name === undefined)];
  const der = await signRequest(subject, extensions, key);
  const made = await readRequest(der);
  return { pem: made.toPem(), key, request: made };
}

/**
 * Takes hosts, mail boxes and URIs together; each counts once.
 *
 * @param options The names.
 * @param verb What they are for, for errors.
 */
export function alternativeNames(
  options: Pick<RequestOptions, "hosts" | "emails" | "uris">,
  verb: string,
): AlternativeName[] {
  const { hosts, emails, uris } = options;
  const all = [
    ...listed("hosts", hosts, verb).map((one) => hostName(one, verb)),
    ...listed("emails", emails, verb).map((one) => emailName(one, verb)),
    ...listed("uris", uris, verb).map((one) => uriName(one, verb)),
  ];
  return [
    ...new Map(all.map((one) => [`${one.type} ${one.value}`, one])).values(),
  ];
}

/**
 * Makes sure that an option is a list: of a text, each letter would be a name.
 *
 * @param option Its name.
 * @param value It.
 * @param verb What it is for, for errors.
 * @throws {TypeError} If it is something else.
 */
export function listed<T extends string>(
  option: string,
  value: readonly T[] | undefined,
  verb: string,
): readonly T[] {
  if (value === undefined || Array.isArray(value)) return value ?? [];
  throw new TypeError(
    `Cannot ${verb} as '${option}' must be a list: current value is ${
      JSON.stringify(value)
    }`,
  );
}

/** A request for a certificate, whose signature shows that who asks has the key. */
export class CertificateRequest {
  /** Who asks. */
  readonly subject: DistinguishedName;
  /** The names that are asked for. */
  readonly names: readonly SubjectAltName[];
  /** What the key is. */
  readonly key: PublicKeyFacts;
  /** How it is signed. */
  readonly signatureAlgorithm: SignatureFacts;
  /** All extensions that are asked for. */
  readonly extensions: readonly Extension[];
  /** The purposes that are asked for, by name; nothing if none are. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** What the key is to do, if that is asked for. */
  readonly keyUsage: readonly string[] | undefined;
  /** The whole request; not enumerable. */
  declare readonly der: Uint8Array;
  /** The key's SubjectPublicKeyInfo; not enumerable. */
  declare readonly publicKey: Uint8Array;
  /** The octets that are signed; not enumerable. */
  declare readonly signed: Uint8Array;
  /** The signature; not enumerable. */
  declare readonly signature: Uint8Array;

  /**
   * Reads a request, without a look at its signature.
   *
   * @param der The octets.
   * @throws {DecodeError} If they are none.
   */
  constructor(der: Uint8Array) {
    const reader = new DerReader(der, LAYER);
    const outer = reader.take(TAG.sequence, LAYER).inside();
    reader.done();
    const info = outer.take(TAG.sequence, "what is asked");
    const { facts } = readSignatureAlgorithm(outer, "signature's algorithm");
    const signature = outer.take(TAG.bitString, "signature").wholeBits();
    outer.done();
    const parts = info.inside();
    parts.take(TAG.integer, "version").small(0);
    this.subject = new DistinguishedName(parts.take(TAG.sequence, "subject"));
    const spki = parts.take(TAG.sequence, "public key");
    this.key = readPublicKey(spki);
    const asked = askedFor(parts.maybe(contextTag(0), "attributes"));
    parts.done();
    const find = (name: string) =>
      asked.find(({ extension }) => extension.name === name)?.value;
    const names = find("subjectAltName");
    const purposes = find("extendedKeyUsage");
    const usages = find("keyUsage");
    this.names = names ? readAltNames(names) : [];
    this.signatureAlgorithm = facts;
    this.extensions = asked.map(({ extension }) => extension);
    this.extendedKeyUsage = purposes && readExtendedKeyUsage(purposes);
    this.keyUsage = usages && readKeyUsage(usages);
    const hidden = {
      der,
      publicKey: spki.der,
      signed: info.der,
      signature,
    };
    for (const [name, value] of Object.entries(hidden)) {
      Object.defineProperty(this, name, { value });
    }
  }

  /** The request as PEM. */
  toPem(): string {
    return formatPem("CERTIFICATE REQUEST", this.der);
  }

  /** What is asked, as plain values. */
  toJSON(): Record<string, unknown> {
    const { subject, names, key, signatureAlgorithm, extensions } = this;
    return {
      subject,
      names: names.map(({ type, value }) => ({ type, value })),
      key,
      signatureAlgorithm: signatureAlgorithm.name,
      extensions: extensions.map(({ name }) => name),
    };
  }

  /** What is asked, as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: unknown,
  ): string {
    const { algorithm, bits, curve } = this.key;
    return card("Certificate request", [
      ["subject", this.subject.empty ? "none" : `${this.subject}`, "string"],
      ["names", this.names.map(({ value }) => value).join(", ") || "none"],
      ["key", curve ? `${algorithm} ${curve}` : `${algorithm} ${bits} bits`],
      [
        "asks for",
        this.extensions.map(({ name }) => name).join(", ") || "nothing",
      ],
    ], inspectCanvas(options));
  }
}

/** The extensions in the one attribute of a request that has them. */
function askedFor(
  attributes: DerValue | undefined,
): ReturnType<typeof readExtensions> {
  const lists: DerValue[] = [];
  for (const attribute of attributes?.inside().rest("attribute") ?? []) {
    const inside = attribute.inside();
    const kind = inside.take(TAG.oid, "attribute's kind").oid();
    const values = inside.take(TAG.set, "attribute's values").inside();
    if (kind === EXTENSION_REQUEST) {
      lists.push(values.take(TAG.sequence, "extensions"));
      values.done();
    }
    inside.done();
  }
  if (lists.length > 1) throw lists[1]!.fault("asks for extensions twice");
  return lists[0] ? readExtensions(lists[0]) : [];
}

/**
 * Reads a request for a certificate and checks that who made it has the key.
 *
 * @param input PEM or DER.
 * @returns What it asks for.
 * @throws {DecodeError} If it is none, or its signature is not the key's.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { pem } = await net.tls.authority.request({ name: "Ada", emails: ["ada@lab.example"] });
 * const asked = await net.tls.authority.readRequest(pem);
 * assert.equal(`${asked.subject}`, "CN=Ada");
 * assert.equal(asked.names[0]?.value, "ada@lab.example");
 * ```
 */
export async function readRequest(
  input: string | Uint8Array,
): Promise<CertificateRequest> {
  const asked = new CertificateRequest(octetsOf(input));
  const { name, hash } = asked.signatureAlgorithm;
  if (hash !== undefined && BROKEN.has(hash)) {
    throw new DecodeError(`is signed with ${name}, which anybody may forge`, {
      layer: LAYER,
      offset: 0,
    });
  }
  const verdict = await verifySignature(asked, asked);
  if (verdict !== "good") {
    const { algorithm, curve = "", bits } = asked.key;
    throw new DecodeError(
      verdict === "bad"
        ? "is not signed with the key that it is for"
        : `is signed with a key that is not used here: ${algorithm} ${
          curve || bits
        }`,
      { layer: LAYER, offset: 0 },
    );
  }
  return asked;
}

function octetsOf(input: string | Uint8Array): Uint8Array {
  if (typeof input !== "string" && input[0] === TAG.sequence) return input;
  const text = typeof input === "string"
    ? input
    : new TextDecoder("latin1").decode(input);
  const block = parsePem(text).find(({ label }) =>
    label === "CERTIFICATE REQUEST" || label === "NEW CERTIFICATE REQUEST"
  );
  if (block !== undefined) return block.bytes;
  throw new DecodeError("has no block CERTIFICATE REQUEST", {
    layer: LAYER,
    offset: 0,
  });
}
