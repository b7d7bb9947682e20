/**
 * What an authority gives out: a certificate, the chain above it, and for those
 * whose key it made, the key.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import type { Certificate } from "../certificate.ts";
import { makeSecretFolder, OPEN, pathIn, SECRET, writeWhole } from "./files.ts";
import type { PrivateKey } from "./private_key.ts";

/** Where {@linkcode Signed.save} has written. */
export interface SavedFiles {
  /** The certificate and the chain, in PEM. */
  readonly cert: string;
  /** The private key, mode 0600; nothing if there is none to save. */
  readonly key?: string;
}

/** Options for {@linkcode Signed.save}. */
export interface SaveOptions {
  /** The files' name, without its end. @default {the first name, or the serial number} */
  name?: string | undefined;
  /** Encrypts the key. */
  passphrase?: string | undefined;
}

/**
 * A certificate that an authority signed for somebody else's key.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { pem } = await net.tls.authority.request({ hosts: ["box.lab"] });
 * const signed = await ca.sign(pem);
 * assert.equal(signed.certificate.names[0]?.value, "box.lab");
 * ```
 */
export class Signed {
  /** The certificate. */
  readonly certificate: Certificate;
  /** The certificates between it and the root, its signer's first. */
  readonly chain: readonly Certificate[];
  /**
   * Certificate and chain as PEM, as servers take them; an own property, so
   * that `{ ...issued }` has it.
   */
  declare readonly cert: string;

  /**
   * Takes the parts.
   *
   * @param certificate The certificate.
   * @param chain What is between it and the root.
   */
  constructor(certificate: Certificate, chain: readonly Certificate[]) {
    this.certificate = certificate;
    this.chain = chain;
    const pem = [certificate, ...chain].map((one) => one.toPem()).join("");
    Object.defineProperty(this, "cert", { value: pem, enumerable: true });
  }

  /** Certificate and chain as PEM; the key is not in it. */
  get pem(): string {
    return this.cert;
  }

  /** The certificate's serial number, by which it is revoked. */
  get serial(): string {
    return this.certificate.serial;
  }

  /**
   * Writes certificate and chain, and the key if there is one, into a folder.
   * What is there under these names is replaced, each file as a whole.
   *
   * @param folder Where; made for its owner alone if it is not there.
   * @param options The files' name.
   * @returns The files.
   * @throws {PermissionError} If the runtime or the system bars it.
   */
  async save(folder: string, options: SaveOptions = {}): Promise<SavedFiles> {
    const { names, serial } = this.certificate;
    const name = checkName(options.name ?? names[0]?.value ?? serial);
    await makeIfNotThere(folder);
    const key = await this.keyText(options.passphrase);
    const keyFile = pathIn(folder, `${name}.key`);
    if (key !== undefined) await writeWhole(keyFile, key, SECRET);
    const cert = pathIn(folder, `${name}.pem`);
    await writeWhole(cert, this.cert, OPEN);
    return key === undefined ? { cert } : { cert, key: keyFile };
  }

  /** The key for a file; there is none here. */
  protected keyText(_passphrase?: string): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  /** The certificate's facts and the chain's; never a key. */
  toJSON(): Record<string, unknown> {
    const { certificate, chain } = this;
    return { certificate, chain };
  }

  /** The certificate, as a card. */
  toString(): string {
    return this.certificate.toString();
  }

  /** The certificate, as a card; never a key. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: unknown,
  ): string {
    return inspect(this.certificate, options);
  }
}

/**
 * A certificate that an authority issued together with its key.
 *
 * `cert` and `key` are what servers take: `net.http.serve({ tls: issued }, …)`,
 * `Deno.serve({ ...issued }, …)`. The key is in neither JSON nor pictures of it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using server = await net.http.serve({ tls: site }, { "GET /": () => "hi" });
 * using client = Deno.createHttpClient({ caCerts: [ca.pem] });
 * const answer = await fetch(`https://127.0.0.1:${server.address.port}/`, { client });
 * assert.equal(await answer.text(), "hi");
 * assert.ok(!JSON.stringify(site).includes("PRIVATE"));
 * ```
 */
export class Issued extends Signed {
  /** The private key in PEM; an own property, so that `{ ...issued }` has it. */
  declare readonly key: string;
  readonly #key: PrivateKey;

  /**
   * Takes the parts.
   *
   * @param certificate The certificate.
   * @param chain What is between it and the root.
   * @param key Its key.
   */
  constructor(
    certificate: Certificate,
    chain: readonly Certificate[],
    key: PrivateKey,
  ) {
    super(certificate, chain);
    this.#key = key;
    // Read only when asked for: who shows an object shows no getters.
    Object.defineProperty(this, "key", {
      get: () => key.toPem(),
      enumerable: true,
    });
  }

  /** The key as a value that does not show itself. */
  get privateKey(): PrivateKey {
    return this.#key;
  }

  /** The key for a file. */
  protected override async keyText(
    passphrase?: string,
  ): Promise<string | undefined> {
    return passphrase === undefined
      ? this.#key.toPem()
      : await this.#key.toEncryptedPem(passphrase);
  }
}

function checkName(name: string): string {
  const plain = name.replace(/^\*/, "_wildcard").replace(/[:/\\@]+/g, "_");
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,199}$/u.test(plain)) return plain;
  throw new TypeError(
    `Cannot save a certificate as 'name' must be a file's name: current value is ${
      JSON.stringify(name)
    }`,
  );
}

async function makeIfNotThere(folder: string): Promise<void> {
  try {
    if ((await Deno.stat(folder)).isDirectory) return;
  } catch {
    // It is made, or making it says what is wrong.
  }
  await makeSecretFolder(folder);
}

/** The width and colours that a caller of customInspect wishes. */
export function inspectCanvas(
  options?: unknown,
): ReturnType<typeof canvas> {
  const colors = (options as { colors?: boolean } | undefined)?.colors;
  return canvas({ colors: colors ?? false });
}
