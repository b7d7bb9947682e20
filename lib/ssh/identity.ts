/**
 * Keys to log in with: handed in, held by the agent, or in the usual files.
 *
 * @module
 */

import { AuthError, NetError } from "../errors.ts";
import { SshAgent } from "./agent.ts";
import { mayRead } from "./environment.ts";
import { reasonIn } from "./failure.ts";
import { readKeyFile } from "./keys/key_files.ts";
import { type PrivateKey, readPrivateKey } from "./keys/keys.ts";
import { localFacts } from "./config/local_facts.ts";
import { parsePem } from "../tls/der/pem.ts";
import type { SshAsk } from "./question.ts";
import { keyTypeOf, WireReader } from "./keys/wire_format.ts";

/** A key that can sign, wherever it is. */
export interface Identity {
  /** The public key, as it goes over the wire. */
  readonly publicKey: Uint8Array;
  /** Its type: `"ssh-ed25519"`. */
  readonly type: string;
  /** What to call it in errors: its path, or `agent: comment`. */
  readonly label: string;
  /**
   * Signs.
   *
   * @param data What to sign.
   * @param algorithm The signature's name: `"rsa-sha2-256"`, `"ssh-ed25519"`.
   * @param signal Stops the wait.
   * @returns What follows the name in a signature (RFC 4253 §6.6).
   */
  sign(
    data: Uint8Array,
    algorithm: string,
    signal: AbortSignal,
  ): Promise<Uint8Array>;
}

/**
 * The keys of an agent.
 *
 * @param path Where it listens.
 * @param signal Stops the wait.
 * @throws {NetError} With code `"agent"` if it does not answer.
 */
export async function agentIdentities(
  path: string,
  signal: AbortSignal,
): Promise<Identity[]> {
  const agent = new SshAgent(path);
  return (await agent.keys(signal)).map(({ publicKey, comment }) => ({
    publicKey,
    type: keyTypeOf(publicKey),
    label: `agent: ${comment}`,
    sign: async (data, algorithm, signal) =>
      inner(await agent.sign(publicKey, data, algorithm, signal)),
  }));
}

/** How keys are found that nobody handed in. */
export interface IdentitySettings {
  /** Files that the configuration names; the usual ones if it names none. */
  readonly identityFiles?: readonly string[] | undefined;
  /** Whether the agent's other keys are left alone. */
  readonly identitiesOnly?: boolean | undefined;
}

/** Keys that were found, and why others were not. */
export interface FoundIdentities {
  readonly identities: readonly Identity[];
  /** What kept a key from being used. */
  readonly notes: readonly string[];
}

/** What opens keys that are encrypted. */
export interface KeyOpening {
  /** What they are encrypted with, if it was handed in. */
  readonly passphrase: string | undefined;
  /** Somebody who knows. */
  readonly ask: SshAsk | undefined;
}

/** Where OpenSSH looks unless told otherwise. */
const USUAL_FILES = ["~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519"];

/** So often somebody may type a passphrase. */
const TRIES = 3;

/**
 * Finds the keys of the agent and those in files, in OpenSSH's order: the
 * agent's that a file names, the agent's others, the files' others.
 *
 * @param agent Where the agent listens, if there is one.
 * @param settings Which files, and whether only those.
 * @param opening What opens files that are encrypted.
 * @param signal Stops the wait.
 */
export async function findIdentities(
  agent: string | undefined,
  settings: IdentitySettings,
  opening: KeyOpening,
  signal: AbortSignal,
): Promise<FoundIdentities> {
  const notes: string[] = [];
  // None at all is what "IdentityFile none" says.
  const { identityFiles = USUAL_FILES, identitiesOnly = false } = settings;
  const files: Identity[] = [];
  for (const path of identityFiles) {
    if (!mayRead(inHome(path))) continue;
    try {
      files.push(await fromFile(path, opening, signal));
    } catch (error) {
      if (signal.aborted) throw error;
      const { code, message } = error as NetError;
      if (code !== "not-found") notes.push(message);
    }
  }
  let held: readonly Identity[] = [];
  if (agent !== undefined) {
    held = await agentIdentities(agent, signal).catch((error) => {
      if (signal.aborted) throw error;
      notes.push((error as Error).message);
      return [];
    });
  }
  const same = (a: Identity) => (b: Identity) =>
    a.publicKey.join() === b.publicKey.join();
  const named = files.flatMap((file) => held.find(same(file)) ?? []);
  const others = held.filter((key) => !named.includes(key));
  const rest = files.filter((file) => !held.some(same(file)));
  return {
    identities: [...named, ...(identitiesOnly ? [] : others), ...rest],
    notes,
  };
}

/**
 * Reads the keys that the caller handed in.
 *
 * @param keys Paths, texts of key files, or keys that were read.
 * @param opening What opens those that are encrypted.
 * @param signal Stops the wait.
 * @throws {NetError} If one cannot be read, or nobody opens it.
 * @throws {TypeError} If it is no list.
 */
export async function handedIn(
  keys: readonly (string | PrivateKey)[],
  opening: KeyOpening,
  signal: AbortSignal,
): Promise<Identity[]> {
  if (!Array.isArray(keys)) {
    throw new TypeError(
      `Cannot log in as 'keys' must be a list: current value is ${
        typeof keys === "string" ? "a text; put it into brackets" : typeof keys
      }`,
    );
  }
  const identities: Identity[] = [];
  for (const key of keys) {
    identities.push(
      typeof key !== "string"
        ? ofKey(key, key.comment || key.type)
        : key.includes("-----BEGIN")
        ? await fromText(key, "the key given", opening, signal)
        : await fromFile(key, opening, signal),
    );
  }
  return identities;
}

async function fromFile(
  path: string,
  opening: KeyOpening,
  signal: AbortSignal,
): Promise<Identity> {
  const { passphrase } = opening;
  try {
    return ofKey(await readKeyFile(path, { passphrase, signal }), path);
  } catch (error) {
    if (signal.aborted || !(error instanceof NetError)) throw error;
    if (!isSealed(error)) throw aboutKey(error, path);
    const text = await Deno.readTextFile(inHome(path));
    return await fromText(text, path, opening, signal);
  }
}

async function fromText(
  text: string,
  label: string,
  { passphrase, ask }: KeyOpening,
  signal: AbortSignal,
): Promise<Identity> {
  try {
    return ofKey(await readPrivateKey(text, { passphrase, signal }), label);
  } catch (error) {
    if (signal.aborted || !(error instanceof NetError)) throw error;
    if (!isSealed(error) || !ask) throw aboutKey(error, label);
  }
  let opened: Promise<PrivateKey> | undefined;
  const open = (signal: AbortSignal) =>
    opened ??= askFor(text, label, ask, signal);
  const publicKey = publicPart(text);
  // The server is asked first whether it would take the key.
  if (!publicKey) return ofKey(await open(signal), label);
  return {
    publicKey,
    type: keyTypeOf(publicKey),
    label,
    sign: async (data, algorithm, signal) =>
      (await open(signal)).sign(data, algorithm),
  };
}

/** Asks for a passphrase until it opens the key. */
async function askFor(
  text: string,
  label: string,
  ask: SshAsk,
  signal: AbortSignal,
): Promise<PrivateKey> {
  for (let tries = 1;; tries++) {
    const answers = await ask({
      kind: "passphrase",
      target: label,
      instructions: "",
      prompts: [{ text: `Passphrase of ${label}: `, echo: false }],
    }, signal);
    const passphrase = answers?.[0];
    try {
      return await readPrivateKey(text, { passphrase, signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof NetError)) throw error;
      const isWrong = error.code === "wrong-passphrase";
      if (!isWrong || answers === undefined || tries === TRIES) {
        throw aboutKey(error, label);
      }
    }
  }
}

function isSealed({ code }: NetError): boolean {
  return code === "no-passphrase" || code === "wrong-passphrase";
}

/** Says which key an error is about. */
function aboutKey(cause: NetError, label: string): NetError {
  if (cause.target === label) return cause;
  const { code, hint } = cause;
  const facts = { code, op: "use the key", target: label, hint, cause };
  const reason = reasonIn(cause);
  return cause instanceof AuthError
    ? new AuthError(reason, facts)
    : new NetError(reason, facts);
}

/** The public key that OpenSSH's format has in the clear. */
function publicPart(text: string): Uint8Array | undefined {
  const [block] = parsePem(text);
  if (block?.label !== "OPENSSH PRIVATE KEY") return undefined;
  const reader = new WireReader(block.bytes, { layer: "private key" });
  reader.skip("openssh-key-v1\0".length);
  for (const name of ["cipher", "key derivation", "its options"]) {
    reader.string(name);
  }
  reader.skip(4);
  return reader.string("public key");
}

function ofKey(key: PrivateKey, label: string): Identity {
  return {
    publicKey: key.publicKey,
    type: key.type,
    label,
    sign: (data, algorithm) => key.sign(data, algorithm),
  };
}

function inHome(path: string): string {
  return path.replace(/^~(?=\/)/, () => localFacts().home);
}

/** What follows the name in a signature: ssh2 writes the name itself. */
function inner(signature: Uint8Array): Uint8Array {
  const reader = new WireReader(signature, { layer: "signature" });
  reader.string("name");
  return reader.string();
}
