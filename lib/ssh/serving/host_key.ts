/**
 * The keys with which an SSH server shows who it is.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { generateKey, readPrivateKey } from "../keys/keys.ts";
import type { ParsedKey, Ssh2 } from "../ssh2.ts";

/** A server's key: what is shown of it, and what signs with it. */
export interface HostKey {
  /** As in `known_hosts`: type and key. */
  readonly line: string;
  /** `SHA256:…`, as OpenSSH shows it. */
  readonly fingerprint: string;
  /** What ssh2 signs with. */
  readonly parsed: ParsedKey;
}

/**
 * Reads the server's keys, or makes one.
 *
 * @param library ssh2.
 * @param texts Private keys in PEM or OpenSSH's format, without a passphrase;
 * none for a fresh Ed25519 key.
 * @returns The keys.
 * @throws {NetError} `"key"` if one is no private key, or is encrypted.
 */
export async function hostKeys(
  library: Ssh2,
  texts: readonly string[] | undefined,
): Promise<HostKey[]> {
  const keys = texts === undefined
    ? [await generateKey()]
    : await Promise.all(texts.map((text, i) =>
      readPrivateKey(text).catch((cause) => {
        throw unusable(i, (cause as Error).message, cause);
      })
    ));
  return await Promise.all(keys.map(async (key, i) => {
    // ssh2 takes ECDSA keys out of OpenSSH's own format only by chance: half of
    // them lose a leading zero there. Of P-521, which never fails so, it cannot
    // read the other format.
    const text = /^ecdsa-.*(256|384)$/.test(key.type)
      ? await key.toPem()
      : await key.toOpenSsh();
    const found = library.utils.parseKey(text);
    const parsed = Array.isArray(found) ? found[0] : found;
    if (parsed instanceof Error || !parsed?.isPrivateKey()) {
      throw unusable(i, "it is no key that a server can sign with", parsed);
    }
    const blob = parsed.getPublicSSH();
    return {
      line: `${parsed.type} ${blob.toString("base64")}`,
      fingerprint: key.fingerprint,
      parsed,
    };
  }));
}

function unusable(i: number, reason: string, cause: unknown): NetError {
  return new NetError(reason.replace(/\. Try: .*$/s, ""), {
    code: "key",
    op: "use",
    target: `'hostKeys[${i}]'`,
    hint: "ssh-keygen -t ed25519 -N '' -f hostkey, and the text of that",
    cause,
  });
}
