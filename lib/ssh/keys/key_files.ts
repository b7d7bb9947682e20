/**
 * Private keys in files, which nobody else may read.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { withFile } from "../../file_failure.ts";
import {
  type PrivateKey,
  readPrivateKey,
  type ReadPrivateKeyOptions,
  type WriteKeyOptions,
} from "./keys.ts";
import { localFacts } from "../config/local_facts.ts";

/**
 * Reads a private key from a file that only its owner may read, as ssh has it.
 *
 * @param path The file; `~/` stands for the home folder.
 * @param options What opens it.
 * @returns The key.
 * @throws {NetError} `"not-found"`, or `"permissions"` if others may read it: the
 * error says what to type.
 * @throws {DecodeError} If it is no key that is used here.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * // const key = await net.ssh.readKeyFile("~/.ssh/id_ed25519");
 * assert.equal(typeof net.ssh.readKeyFile, "function");
 * ```
 */
export async function readKeyFile(
  path: string,
  options: ReadPrivateKeyOptions = {},
): Promise<PrivateKey> {
  const real = path.replace(/^~(?=\/)/, () => localFacts().home);
  const text = await withFile("read", real, async () => {
    const { mode } = await Deno.stat(real);
    // Of a public key, the next step says that it is one.
    const isOpen = mode !== null && (mode & 0o077) !== 0;
    if (isOpen && !real.endsWith(".pub")) {
      const octal = (mode & 0o777).toString(8).padStart(4, "0");
      throw new NetError(`others may use it too (mode ${octal})`, {
        code: "permissions",
        op: "read the private key",
        target: path,
        hint: `chmod 600 ${path}`,
      });
    }
    return await Deno.readTextFile(real);
  });
  return await readPrivateKey(text, options);
}

/**
 * Writes a private key into a new file that only its owner may read, and its
 * public line into one beside it, with `.pub` after its name.
 *
 * @param path The file; `~/` stands for the home folder.
 * @param key The key.
 * @param options What it is encrypted with.
 * @throws {NetError} `"exists"` if there is such a file: keys are not written
 * over.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = await net.ssh.generateKey({ comment: "ada@web" });
 * // await net.ssh.writeKeyFile("~/.ssh/id_ed25519", key, { passphrase: "…" });
 * assert.equal(key.bits, 256);
 * ```
 */
export async function writeKeyFile(
  path: string,
  key: PrivateKey,
  options: WriteKeyOptions = {},
): Promise<void> {
  const real = path.replace(/^~(?=\/)/, () => localFacts().home);
  const text = await key.toOpenSsh(options);
  await withFile("write", real, async () => {
    try {
      await Deno.writeTextFile(real, text, { createNew: true, mode: 0o600 });
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
      throw new NetError("there is a file of that name", {
        code: "exists",
        op: "write the private key",
        target: path,
        hint: "another name: a key that is lost cannot be made again",
        cause,
      });
    }
    await Deno.writeTextFile(`${real}.pub`, `${key.toPublic()}\n`, {
      mode: 0o644,
    });
  });
}
