/**
 * Reading what TLS connections and listeners are told: versions, certificates,
 * keys.
 *
 * @module
 */

import type { SecureContext, SecureContextOptions } from "node:tls";
import { NetError, PermissionError } from "../errors.ts";
import { Certificate, readCertificates } from "./certificate.ts";
import { titleOf } from "./certificates/certificate_card.ts";
import { readRevocationLists, RevocationList } from "./crl.ts";
import { systemRoots, TrustStore } from "./path/path_roots.ts";
import { nodeCrypto } from "./probe/node_crypto.ts";
import type {
  CertificateSource,
  RevocationSource,
  TlsIdentity,
  TlsIdentityOptions,
  TlsProtocolOptions,
  TlsVersion,
} from "./tls_options.ts";

const VERSIONS: Readonly<Record<TlsVersion, "TLSv1.2" | "TLSv1.3">> = {
  "TLS 1.2": "TLSv1.2",
  "TLS 1.3": "TLSv1.3",
};

/** What certificates and lists may be given as. */
const FORMS = "PEM text, the path of a file, or";

/** Protocol options in the words of node:tls. */
export interface ProtocolRange {
  /** The oldest version. */
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** The newest version. */
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
}

/**
 * Checks versions and ALPN names.
 *
 * @param doing What the function was to do: `"connect to 127.0.0.1:443"`.
 * @param options The options.
 * @returns The versions in the words of node:tls.
 * @throws {TypeError} If there is no such version, or a name is none.
 */
export function protocolRange(
  doing: string,
  options: TlsProtocolOptions,
): ProtocolRange {
  const { minVersion = "TLS 1.2", maxVersion = "TLS 1.3", alpn = [] } = options;
  for (const [name, value] of Object.entries({ minVersion, maxVersion })) {
    if (Object.hasOwn(VERSIONS, value)) continue;
    throw new TypeError(
      `Cannot ${doing} as '${name}' must be one of ${
        Object.keys(VERSIONS).join(", ")
      }, as this runtime speaks no others: current value is ${value}`,
    );
  }
  if (minVersion > maxVersion) {
    throw new TypeError(
      `Cannot ${doing} as 'minVersion' must not be above 'maxVersion': current value is ${minVersion}`,
    );
  }
  if (!Array.isArray(alpn)) {
    throw new TypeError(
      `Cannot ${doing} as 'alpn' must be a list of names, ["h2"]: current value is ${alpn}`,
    );
  }
  for (const name of alpn as readonly string[]) {
    if (/^[\x20-\x7e]{1,255}$/.test(name)) continue;
    throw new TypeError(
      `Cannot ${doing} as 'alpn' must be names of 1 to 255 ASCII characters: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  return { minVersion: VERSIONS[minVersion], maxVersion: VERSIONS[maxVersion] };
}

/** Whether a text is PEM itself, or the path of a file. */
export function isPem(text: string): boolean {
  return text.includes("-----BEGIN ");
}

/**
 * Reads certificates from wherever they are.
 *
 * @param op What for, as a verb phrase: `"read the roots"`.
 * @param source PEM, a path, or certificates.
 * @returns The certificates, one at least.
 * @throws {NetError} `"not-found"` if there is no such file, `"malformed"` if
 * there is no certificate in it.
 * @throws {DecodeError} If one cannot be read.
 * @throws {PermissionError} If the file may not be read.
 * @throws {TypeError} If it is none of these.
 */
export async function certificatesFrom(
  op: string,
  source: CertificateSource,
): Promise<Certificate[]> {
  const [found, from] = typeof source === "string"
    ? [readCertificates(await contents(op, source)), named(source)]
    : [
      listOf(Certificate, source, op, `it must be ${FORMS} certificates`),
      undefined,
    ];
  if (found.length > 0) return found;
  throw new NetError("there is no certificate in it", {
    code: "malformed",
    op,
    target: from,
  });
}

/**
 * Reads whom to trust.
 *
 * @param op What for.
 * @param source PEM, a path, certificates, or a store.
 * @returns The store; with no source, this system's authorities.
 */
export async function trustStoreFrom(
  op: string,
  source: CertificateSource | TrustStore | undefined,
): Promise<TrustStore> {
  if (source === undefined) return await systemRoots();
  if (source instanceof TrustStore) return source;
  // To trust nobody is a wish too.
  if (Array.isArray(source) && source.length === 0) return new TrustStore([]);
  return new TrustStore(await certificatesFrom(op, source));
}

/**
 * Takes one thing that was read before, or several.
 *
 * @param kind Of which class each must be.
 * @param source It or them.
 * @param op What for, as a verb phrase.
 * @param must What it must be, for the error.
 * @returns A list of them.
 * @throws {TypeError} If one is something else.
 */
export function listOf<T>(
  kind: new (...parts: never[]) => T,
  source: unknown,
  op: string,
  must: string,
): T[] {
  // A revocation list is itself one that can be iterated over.
  const isMany = !(source instanceof kind) && typeof source === "object" &&
    source !== null && Symbol.iterator in source;
  const all = isMany ? [...source as Iterable<unknown>] : [source];
  for (const one of all) {
    if (one instanceof kind) continue;
    const name = one === null ? "null" : one?.constructor?.name;
    // What it holds may be a key.
    throw new TypeError(
      `Cannot ${op} as ${must}: current value is ${
        name === undefined ? typeof one : `of the kind ${name}`
      }`,
    );
  }
  return all as T[];
}

/**
 * Reads revocation lists from wherever they are.
 *
 * @param op What for.
 * @param source PEM, a path, or lists.
 * @returns The lists, one at least.
 */
export async function listsFrom(
  op: string,
  source: RevocationSource,
): Promise<RevocationList[]> {
  if (typeof source !== "string") {
    const must = `it must be ${FORMS} revocation lists`;
    return listOf(RevocationList, source, op, must);
  }
  const found = readRevocationLists(await contents(op, source));
  if (found.length > 0) return found;
  throw new NetError("there is no revocation list in it", {
    code: "malformed",
    op,
    target: named(source),
  });
}

/** May be a key without the lines around it, so no error may show it. */
const NO_PATH = /[\r\n]|^\{|^M[A-Za-z0-9+/=]{59,}$/;

/** The file's path; what is PEM itself is not shown. */
function named(source: string): string | undefined {
  return isPem(source) ? undefined : source;
}

/** The text itself, or what is in the file. */
async function contents(
  op: string,
  source: string,
): Promise<string | Uint8Array> {
  if (isPem(source)) return source;
  if (NO_PATH.test(source)) {
    throw new NetError("it is neither PEM nor the path of a file", {
      code: "malformed",
      op,
      hint: "PEM begins with a line -----BEGIN …",
    });
  }
  try {
    return await Deno.readFile(source);
  } catch (cause) {
    const facts = { op, target: source, cause };
    if (cause instanceof Deno.errors.NotFound) {
      throw new NetError("there is no such file", {
        ...facts,
        code: "not-found",
        hint: "PEM text, or the path of a PEM file",
      });
    }
    if (
      cause instanceof Deno.errors.PermissionDenied ||
      cause instanceof Deno.errors.NotCapable
    ) {
      throw new PermissionError("the file may not be read", {
        ...facts,
        code: "permission",
        hint: `deno run --allow-read=${source} …`,
      });
    }
    throw new NetError("the file cannot be read", { ...facts, code: "failed" });
  }
}

/** An identity, read and checked. */
export interface ReadIdentity {
  /** The chain, one's own certificate first. */
  readonly chain: readonly Certificate[];
  /** The chain for node:tls. */
  readonly cert: string;
  /** Gives the key for node:tls; a function, so that no picture shows it. */
  readonly key: () => string;
}

/**
 * Reads a certificate and its key, and makes sure that they belong together.
 *
 * @param op What for, as a verb phrase: `"prove who we are"`.
 * @param identity The two.
 * @returns The two, for node:tls.
 * @throws {NetError} `"not-found"`, `"malformed"` for what is no key,
 * `"passphrase"` for a missing or wrong one, `"mismatch"` if the key is another
 * certificate's.
 */
export async function readIdentity(
  op: string,
  { cert, key, passphrase }: TlsIdentity,
): Promise<ReadIdentity> {
  if (typeof key !== "string") {
    throw new TypeError(
      `Cannot ${op} as 'key' must be PEM text or the path of a file: current value is of the type ${typeof key}`,
    );
  }
  const chain = await certificatesFrom(`${op} with the certificate`, cert);
  const { createPrivateKey, X509Certificate } = await nodeCrypto();
  const doing = `${op} with the key`;
  const text = new TextDecoder().decode(await octetsOf(doing, key));
  const fail = (code: string, reason: string, hint?: string): never => {
    // Neither the key nor what the runtime says of it may come into an error.
    throw new NetError(reason, { code, op: doing, target: named(key), hint });
  };
  const blocks = [
    ...text.matchAll(
      /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^]*?-----END \1-----/g,
    ),
  ];
  const [block] = blocks;
  if (!block) return fail("malformed", "there is no PEM private key in it");
  const isEncrypted = block[1]!.startsWith("ENCRYPTED") ||
    block[0].includes("Proc-Type: 4,ENCRYPTED");
  if (isEncrypted && passphrase === undefined) {
    fail("passphrase", "the key is encrypted", "{ passphrase }");
  }
  let pem: string;
  let belongs: boolean;
  try {
    const read = createPrivateKey({
      key: block[0],
      ...(isEncrypted && { passphrase: passphrase! }),
    });
    pem = `${read.export({ type: "pkcs8", format: "pem" })}`;
    const leaf = new X509Certificate(chain[0]!.toPem());
    belongs = leaf.checkPrivateKey(read);
  } catch {
    return isEncrypted
      ? fail("passphrase", "it does not open with this passphrase")
      : fail("malformed", "it is no private key that this runtime can read");
  }
  if (!belongs) {
    const { subject } = chain[0]!;
    const whose = subject.empty ? titleOf(chain[0]!) : subject;
    fail("mismatch", `it does not belong to ${whose}`);
  }
  return {
    chain,
    cert: chain.map((one) => one.toPem()).join("\n"),
    key: () => pem,
  };
}

/**
 * Makes what node:tls shakes hands with.
 *
 * @param tls The module.
 * @param op What for, as a verb phrase.
 * @param options Versions, certificate and key in its words.
 * @returns The context.
 * @throws {NetError} `"refused"` if the runtime will not have the certificate or
 * the key, as one that is too short.
 */
export function secureContext(
  tls: typeof import("node:tls"),
  op: string,
  options: SecureContextOptions,
): SecureContext {
  try {
    return tls.createSecureContext(options);
  } catch (error) {
    // The last part of its message alone says what is wrong.
    const reason = (error as Error).message.split(":").at(-1)!.trim();
    throw new NetError(`the runtime refuses certificate or key: ${reason}`, {
      code: "refused",
      op,
      hint: "an RSA key of 2048 bits at least, or one of P-256",
    });
  }
}

async function octetsOf(op: string, source: string): Promise<Uint8Array> {
  const found = await contents(op, source);
  return typeof found === "string" ? new TextEncoder().encode(found) : found;
}

/**
 * Checks that two options come together.
 *
 * @param doing What the function was to do.
 * @param options A certificate and a key, or neither.
 * @returns The two, if they are there.
 * @throws {TypeError} If one is there without the other.
 */
export function identityOf(
  doing: string,
  { cert, key, passphrase }: TlsIdentityOptions,
): TlsIdentity | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new TypeError(
      `Cannot ${doing} as 'cert' and 'key' must come together: current value lacks ${
        cert === undefined ? "cert" : "key"
      }`,
    );
  }
  return { cert, key, passphrase };
}
