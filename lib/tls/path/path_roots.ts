/**
 * The authorities that are trusted: this system's, or one's own.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { type Certificate, readCertificates } from "../certificate.ts";

/** Where systems keep the bundle of their roots; the first that is there is it. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
] as const;

/**
 * Trusted certificates, by whom they are about.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const roots = new net.tls.TrustStore([ca.certificate]);
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * assert.equal((await net.tls.verifyChain(certificate, { roots })).ok, true);
 * ```
 */
export class TrustStore {
  /** Where they come from. */
  readonly source: string;
  readonly #bySubject = new Map<string, Certificate[]>();
  #size = 0;

  /**
   * Takes certificates as trusted.
   *
   * @param certificates The certificates.
   * @param source Where they come from, for errors. @default {"given"}
   */
  constructor(certificates: Iterable<Certificate>, source = "given") {
    this.source = source;
    for (const certificate of certificates) {
      const { key } = certificate.subject;
      const same = this.#bySubject.get(key);
      if (same?.some((other) => other.equals(certificate))) continue;
      if (same) same.push(certificate);
      else this.#bySubject.set(key, [certificate]);
      this.#size++;
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Those that may have signed a certificate, by their name alone.
   *
   * @param certificate The certificate.
   */
  issuersOf(certificate: Certificate): readonly Certificate[] {
    return this.#bySubject.get(certificate.issuer.key) ?? [];
  }

  /**
   * Whether a certificate is one of them.
   *
   * @param certificate The certificate.
   */
  has(certificate: Certificate): boolean {
    return this.#bySubject.get(certificate.subject.key)
      ?.some((other) => other.equals(certificate)) ?? false;
  }

  /** All of them. */
  [Symbol.iterator](): Iterator<Certificate> {
    return [...this.#bySubject.values()].flat().values();
  }
}

let system: Promise<TrustStore> | undefined;

/**
 * The roots that this system trusts, read once: from `$SSL_CERT_FILE`, else from
 * the usual places, else those that the runtime brings along.
 *
 * @returns The roots.
 * @throws {PermissionError} If nothing of all that may be read.
 * @throws {NetError} `"not-found"` if `$SSL_CERT_FILE` names no file that can be
 * read.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const roots = await net.tls.systemRoots().catch(() => undefined);
 * assert.ok(roots === undefined || roots.size > 10); // undefined: not allowed to read
 * ```
 */
export function systemRoots(): Promise<TrustStore> {
  system ??= readSystem().catch((error) => {
    system = undefined;
    throw error;
  });
  return system;
}

async function readSystem(): Promise<TrustStore> {
  const named = environment("SSL_CERT_FILE");
  if (named !== undefined && named !== "") {
    try {
      return storeOf(await Deno.readTextFile(named), named);
    } catch (cause) {
      throw new NetError("its file cannot be read", {
        code: "not-found",
        op: "read the trusted roots of $SSL_CERT_FILE,",
        target: named,
        cause,
      });
    }
  }
  for (const path of BUNDLES) {
    try {
      const store = storeOf(await Deno.readTextFile(path), path);
      if (store.size > 0) return store;
    } catch {
      // Not there, or not for us: the next place.
    }
  }
  const { rootCertificates } = await import("node:tls");
  try {
    return storeOf(rootCertificates.join("\n"), "the runtime");
  } catch (cause) {
    throw new PermissionError("no bundle of them can be read", {
      code: "permission",
      op: "read the trusted roots of this system",
      hint: `allow reading ${BUNDLES[0]}, or give the roots yourself`,
      cause,
    });
  }
}

function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

/** One root that cannot be read must not cost all the others. */
function storeOf(text: string, source: string): TrustStore {
  try {
    return new TrustStore(readCertificates(text), source);
  } catch {
    const blocks = text.split(/(?=-----BEGIN )/);
    const found: Certificate[] = [];
    for (const block of blocks) {
      try {
        found.push(...readCertificates(block));
      } catch {
        // Nobody could be verified by it anyway.
      }
    }
    return new TrustStore(found, source);
  }
}
