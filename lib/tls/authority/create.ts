/**
 * Making an authority, and opening one that was made before.
 *
 * @module
 */

import { Certificate } from "../certificate.ts";
import { signCertificate } from "./certificate_writer.ts";
import { Authority } from "./authority.ts";
import {
  authorityKeyId,
  basicConstraints,
  keyId,
  keyUsage,
  subjectKeyId,
} from "./extensions.ts";
import { freshSerial } from "./issuer.ts";
import { keyType } from "./key_type.ts";
import type { CreateOptions } from "./options.ts";
import { PrivateKey } from "./private_key.ts";
import { AUTHORITY_USAGES, DAYS, validity } from "./profile.ts";
import { checkedSettings, keep, pathLengthOf, takeOut } from "./state.ts";
import { writeSubject } from "./subject.ts";

/** Options for {@linkcode open}. */
export interface OpenOptions {
  /** What the private key was encrypted with. */
  passphrase?: string | undefined;
}

/**
 * Makes a certificate authority: a key, and a root that it signs itself.
 *
 * Without a folder it lives in memory, needs no permission, and ends with the
 * program. With one, its key is a file of mode 0600 from the moment it is there,
 * and what it issues is on the disk before anybody is given it; several
 * processes may use the folder at once.
 *
 * @param options What it is called, and where it is kept.
 * @returns The authority.
 * @throws {NetError} `"in-use"` if there is something in the folder.
 * @throws {TypeError} If its name is none.
 * @throws {RangeError} If a number is none.
 * @see RFC 5280 §4.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * assert.equal(`${site.certificate.issuer}`, "CN=Lab CA");
 * assert.match(site.cert, /^-----BEGIN CERTIFICATE-----\n/);
 * ```
 */
export async function create(options: CreateOptions): Promise<Authority> {
  const verb = "create an authority";
  const settings = checkedSettings(options, verb);
  // The name is wanted, which plain JavaScript does not know.
  const subject = writeSubject({ ...options, name: options.name ?? "" }, verb);
  const pathLength = pathLengthOf(options.pathLength ?? 1, verb);
  const times = validity(options, DAYS.root, Infinity, undefined, verb);
  const key = await PrivateKey.generate(
    keyType(options.keyType ?? "P-256", verb),
  );
  const { publicKey } = key;
  const id = await keyId(publicKey);
  const der = await signCertificate({
    serial: freshSerial(),
    subject,
    issuer: subject,
    ...times,
    publicKey,
    extensions: [
      basicConstraints(true, pathLength),
      keyUsage(AUTHORITY_USAGES),
      subjectKeyId(id),
      authorityKeyId(id),
    ],
  }, key);
  const chain = [new Certificate(der)];
  return new Authority(await keep(chain, key, settings, options));
}

/**
 * Opens an authority that was created in a folder.
 *
 * @param folder Where.
 * @param options What opens its key.
 * @returns The authority.
 * @throws {NetError} `"not-found"` if there is none, or `"damaged"`.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 * @throws {PermissionError} `"exposed"` if others may read its key.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const ca = await net.tls.authority.open("/etc/lab-ca", { passphrase: "…" });
 * console.log(await ca.issued());
 * ```
 */
export async function open(
  folder: string,
  options: OpenOptions = {},
): Promise<Authority> {
  return new Authority(await takeOut(folder, options.passphrase));
}
