/**
 * Where an authority's state is: in memory, or in a folder.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { type Certificate, readCertificates } from "../certificate.ts";
import { sameOctets } from "../der/der.ts";
import { checkSecret, pathIn } from "./files.ts";
import { FolderStore, KEY_FILE } from "./folder.ts";
import { Issuer } from "./issuer.ts";
import { keyType } from "./key_type.ts";
import { checkUrls } from "./leaf.ts";
import { MemoryStore } from "./ledger.ts";
import type { AuthoritySettings, StateOptions } from "./options.ts";
import type { PrivateKey } from "./private_key.ts";
import { readKey } from "./read_key.ts";

/** The layout that is written; a later one will have a greater number. */
const VERSION = 1;

/**
 * Keeps a new authority.
 *
 * @param chain Its certificate first, the root last.
 * @param key Its key.
 * @param settings What it does unless told otherwise.
 * @param options Where, and under which passphrase.
 * @returns It.
 */
export async function keep(
  chain: readonly Certificate[],
  key: PrivateKey,
  settings: AuthoritySettings,
  { folder, passphrase }: StateOptions,
): Promise<Issuer> {
  if (folder === undefined) {
    return new Issuer(chain, key, new MemoryStore(), settings);
  }
  const text = passphrase === undefined
    ? key.toPem()
    : await key.toEncryptedPem(passphrase);
  const store = await FolderStore.create(folder, {
    settings: JSON.stringify({ version: VERSION, ...settings }, null, 2) + "\n",
    key: text,
    chain: chain.map((one) => one.toPem()).join(""),
  });
  return new Issuer(chain, key, store, settings);
}

/**
 * Takes an authority out of its folder.
 *
 * @param folder Where.
 * @param passphrase What opens its key, if it is encrypted.
 * @returns It.
 * @throws {NetError} `"not-found"` or `"damaged"`.
 * @throws {PermissionError} `"exposed"` if others may read its key.
 * @throws {AuthError} If the passphrase is missing or wrong.
 */
export async function takeOut(
  folder: string,
  passphrase: string | undefined,
): Promise<Issuer> {
  const texts = await FolderStore.read(folder);
  await checkSecret(pathIn(folder, KEY_FILE));
  const key = await readKey(texts.key, { passphrase });
  const chain = readCertificates(texts.chain);
  const [own] = chain;
  if (own === undefined || !sameOctets(own.publicKey, key.publicKey)) {
    throw damaged(folder, "its key is not that of its certificate");
  }
  const store = new FolderStore(folder);
  await store.refresh();
  return new Issuer(chain, key, store, readSettings(texts.settings, folder));
}

function readSettings(text: string, folder: string): AuthoritySettings {
  try {
    const { version, ...settings } = JSON.parse(text);
    if (version === VERSION) return settings;
  } catch {
    throw damaged(folder, "its settings are no JSON");
  }
  throw damaged(folder, "its settings are of a layout unknown here");
}

function damaged(target: string, reason: string): NetError {
  return new NetError(reason, { code: "damaged", op: "open", target });
}

/**
 * Takes the settings out of options, each checked.
 *
 * @param options What was asked.
 * @param verb What is being done, for errors.
 */
export function checkedSettings(
  options: AuthoritySettings,
  verb: string,
): AuthoritySettings {
  const { leafKeyType, maxDays, urls } = options;
  if (maxDays !== undefined && !(maxDays > 0 && maxDays <= 36_500)) {
    throw new RangeError(
      `Cannot ${verb} as 'maxDays' must be above 0 and at most 36500: current value is ${maxDays}`,
    );
  }
  return {
    ...(leafKeyType && { leafKeyType: keyType(leafKeyType, verb) }),
    ...(maxDays !== undefined && { maxDays }),
    ...(urls && { urls: checkUrls(urls, verb) }),
  };
}

/** Makes sure that a path length is one. */
export function pathLengthOf(given: number, verb: string): number {
  if (Number.isInteger(given) && given >= 0 && given <= 100) return given;
  throw new RangeError(
    `Cannot ${verb} as 'pathLength' must be a whole number from 0 to 100: current value is ${given}`,
  );
}
