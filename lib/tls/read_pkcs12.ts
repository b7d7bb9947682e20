/**
 * PKCS#12 files, read: as openssl, browsers, Windows, macOS and Java write them.
 *
 * @see RFC 7292
 * @module
 */

import type { Certificate } from "./certificate.ts";
import { octetsOf } from "./certificates/certificate_file.ts";
import { formatPem } from "./der/pem.ts";
import { load } from "./pkcs12.ts";
import { Pkcs12Reader } from "./pkcs12_reader.ts";

/** Options for {@linkcode readPkcs12}. */
export interface ReadPkcs12Options {
  /** What opens the file. @default {"", which is none} */
  password?: string | undefined;
}

/**
 * What a PKCS#12 file has. `cert` and `key` are what servers and clients take:
 * `net.tls.serve({ ...file }, …)`. The key is in neither JSON nor pictures of it.
 */
export class Pkcs12 {
  /** What it is called where it is imported. */
  readonly name: string | undefined;
  /** The certificates, that of the key first, each followed by its signer. */
  readonly certificates: readonly Certificate[];
  /** The certificates in PEM, without the root. */
  declare readonly cert: string;
  /** The private key in PEM, plain; nothing if there is none in the file. */
  declare readonly key: string | undefined;

  /** Takes the parts. */
  constructor(
    name: string | undefined,
    certificates: readonly Certificate[],
    key: string | undefined,
  ) {
    this.name = name;
    this.certificates = certificates;
    const cert = certificates
      .filter(({ selfIssued }, i) => i === 0 || !selfIssued)
      .map((one) => one.toPem()).join("");
    Object.defineProperties(this, {
      cert: { value: cert, enumerable: true },
      key: { value: key, enumerable: true },
    });
  }

  /** Name and certificates; never the key. */
  toJSON(): Record<string, unknown> {
    const { name, certificates } = this;
    return { name, certificates, hasKey: this.key !== undefined };
  }

  /** Name and certificates; never the key. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: unknown,
  ): string {
    const { name, certificates, key } = this;
    const has = key === undefined ? "without a key" : "with its key";
    return [
      `PKCS#12${name ? ` ${name}` : ""}, ${has}`,
      ...certificates.map((one) => inspect(one, options)),
    ].join("\n");
  }
}

/**
 * Reads a PKCS#12 file, `.p12` or `.pfx`: certificates, and mostly the key.
 *
 * Read are PBES2 (AES, 3DES) and the old ways, 3DES and RC2 with 40 bits under
 * SHA-1; with password, with an empty one, or none.
 *
 * @param from The path or `file:` URL of a file, or its octets.
 * @param options What opens it.
 * @returns Its certificates and its key.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 * @throws {DecodeError} If it is none, or encrypted in a way unknown here.
 * @throws {NetError} `"not-found"` or `"file"` if the file cannot be read.
 * @see RFC 7292
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const ada = await ca.issue({ kind: "client", name: "Ada" });
 * const octets = await ca.pkcs12(ada, { password: "open sesame" });
 * const file = await net.tls.readPkcs12(octets, { password: "open sesame" });
 * assert.equal(file.name, "Ada");
 * assert.equal(file.key, ada.key);
 * await assert.rejects(net.tls.readPkcs12(octets), { code: "no-passphrase" });
 * ```
 */
export async function readPkcs12(
  from: string | URL | Uint8Array,
  options: ReadPkcs12Options = {},
): Promise<Pkcs12> {
  const { password = "" } = options;
  const octets = from instanceof Uint8Array ? from : await octetsOf(from);
  const reader = new Pkcs12Reader(await load(), password);
  const { name, certificates, key } = await reader.read(octets);
  return new Pkcs12(name, certificates, key && formatPem("PRIVATE KEY", key));
}
