/**
 * Whether the server is the one that it should be: what is done about a host's
 * key once it is known what the known_hosts files say of it.
 *
 * @see RFC 4251 §4.1, ssh_config(5) StrictHostKeyChecking
 * @module
 */

import { mayRead } from "../environment.ts";
import { keyFingerprint } from "../keys/fingerprint.ts";
import { HostKeyError } from "./host_key_error.ts";
import type { HostKeyVerdict, KnownHosts } from "./known_hosts.ts";
import { addKnownHost, loadKnownHosts } from "./known_hosts_file.ts";
import { localFacts } from "../config/local_facts.ts";
import {
  changed,
  type Files,
  type HostKeyQuestion,
  notExpected,
  question,
  revoked,
  type Shown,
  unknown,
} from "./host_key_words.ts";
import type { SshSettings } from "../config/ssh_settings.ts";

export type { HostKeyQuestion } from "./host_key_words.ts";

/**
 * What to do about a host's key. Revoked keys are refused by all but `"any"`, and
 * a changed key by all but that and a fingerprint.
 *
 * - `"strict"`: a host that is on no file is refused.
 * - `"ask"`: somebody is asked about it, and a yes adds it; without somebody to
 *   ask this is `"strict"`.
 * - `"accept-new"`: it is added unasked.
 * - a fingerprint, as `ssh-keygen -l` prints it: this key and no other, whatever
 *   is on file.
 * - `"any"`: every key is taken, and nothing is looked up or added. Whoever is in
 *   between can then read and change everything: for throw-away labs only.
 */
export type HostKeyPolicy =
  | "ask"
  | "accept-new"
  | "strict"
  | "any"
  | { readonly fingerprint: string };

/** How a server's key is held against what is known; part of the options of connect. */
export interface HostKeyOptions {
  /** What to do about hosts that are not known. @default {what the configuration says; "ask" if there is `confirm`, else "strict"} */
  readonly hostKeys?: HostKeyPolicy | undefined;
  /** Asks somebody whether a host that is not known may be trusted. */
  readonly confirm?:
    | ((question: HostKeyQuestion, signal?: AbortSignal) => Promise<boolean>)
    | undefined;
  /** Files of known hosts, in place of all others; new hosts go to the first. @default {what the configuration says, else the user's and the system's} */
  readonly knownHosts?: string | readonly string[] | undefined;
}

/** What a configuration has to say about host keys. */
export type HostKeySettings = Partial<
  Pick<
    SshSettings,
    | "hostKeyAlias"
    | "userKnownHostsFiles"
    | "globalKnownHostsFiles"
    | "strictHostKeyChecking"
    | "hashKnownHosts"
  >
>;

/** Checks hosts' keys; see {@linkcode hostKeyChecker}. */
export interface HostKeyChecker {
  /**
   * Comes back if a key is the host's.
   *
   * @param host The host, as it was named.
   * @param port The port.
   * @param key The key as it goes over the wire.
   * @param signal Stops the wait for somebody's answer.
   * @param address The host's address, if it was found by its name.
   * @throws {HostKeyError} If it is not, or nobody knows.
   */
  (
    host: string,
    port: number,
    key: Uint8Array,
    signal?: AbortSignal,
    address?: string,
  ): Promise<void>;
  /** Gives the types of a host's keys on file, to be preferred in the handshake. */
  keyTypes(host: string, port: number): Promise<readonly string[]>;
}

const SYSTEM = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/** What OpenSSH's words come to here: a changed key is refused even by "no". */
const CONFIGURED = {
  yes: "strict",
  ask: "ask",
  no: "accept-new",
  "accept-new": "accept-new",
} as const;

/**
 * Makes a check of hosts' keys.
 *
 * @param options What the caller wants.
 * @param settings What the configuration says.
 * @returns The check.
 * @throws {TypeError} If `hostKeys` is no policy.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey();
 * const fingerprint = net.ssh.keyFingerprint(publicKey);
 * const check = net.ssh.hostKeyChecker({ hostKeys: { fingerprint }, knownHosts: [] });
 * await check("web", 22, publicKey);
 * const { publicKey: other } = await net.ssh.generateKey();
 * await assert.rejects(check("web", 22, other), { code: "host-key-changed" });
 * ```
 */
export function hostKeyChecker(
  options: HostKeyOptions = {},
  settings: HostKeySettings = {},
): HostKeyChecker {
  const plan: Plan = {
    policy: policyOf(options, settings),
    confirm: options.confirm,
    files: filesOf(options, settings),
    hash: settings.hashKnownHosts ?? false,
  };
  const { hostKeyAlias: alias } = settings;
  // An alias stands for the host on any port.
  const place = (host: string, port: number): [string, number] =>
    alias === undefined ? [host, port] : [alias, 22];
  const check = async (
    host: string,
    port: number,
    key: Uint8Array,
    signal?: AbortSignal,
    address?: string,
  ): Promise<void> => {
    if (plan.policy === "any") return;
    const [name, at] = place(host, port);
    const hosts = await readable(plan.files);
    const seen = alias === undefined ? address : undefined;
    const verdict = hosts.check(name, at, key, seen);
    await decide(plan, verdict, { host: name, port: at, address, key }, signal);
  };
  return Object.assign(check, {
    keyTypes: async (host: string, port: number) =>
      plan.policy === "any"
        ? []
        : (await readable(plan.files)).keyTypes(...place(host, port)),
  });
}

/** What is decided before a host shows its key. */
interface Plan {
  readonly policy: HostKeyPolicy;
  readonly confirm: HostKeyOptions["confirm"];
  readonly files: Files;
  readonly hash: boolean;
}

function policyOf(
  { hostKeys, confirm }: HostKeyOptions,
  { strictHostKeyChecking }: HostKeySettings,
): HostKeyPolicy {
  const policy = hostKeys ??
    (strictHostKeyChecking && CONFIGURED[strictHostKeyChecking]) ??
    (confirm ? "ask" : "strict");
  const isKnown = typeof policy === "object" && policy !== null
    ? /^(?:SHA256:)?[A-Za-z0-9+/]{43}=?$|^(?:MD5:)?[0-9a-f]{2}(?::[0-9a-f]{2}){15}$/i
      .test(policy.fingerprint)
    : ["ask", "accept-new", "strict", "any"].includes(policy);
  if (isKnown) return policy;
  throw new TypeError(
    `Cannot check host keys as 'hostKeys' must be "ask", "accept-new", "strict", "any" or { fingerprint: "SHA256:…" }: current value is ${
      JSON.stringify(policy)
    }`,
  );
}

function filesOf(
  { knownHosts }: HostKeyOptions,
  { userKnownHostsFiles, globalKnownHostsFiles = SYSTEM }: HostKeySettings,
): Files {
  if (knownHosts !== undefined) {
    const list = typeof knownHosts === "string" ? [knownHosts] : knownHosts;
    const { home } = localFacts();
    const paths = list.map((path) => path.replace(/^~(?=\/)/, home));
    return { paths, areNamed: true, first: paths[0] };
  }
  const own = userKnownHostsFiles ??
    ["known_hosts", "known_hosts2"].map((name) =>
      `${localFacts().home}/.ssh/${name}`
    );
  return {
    paths: [...own, ...globalKnownHostsFiles],
    areNamed: false,
    first: own[0],
  };
}

/** Files that were not named are read if that needs no question. */
async function readable({ paths, areNamed }: Files): Promise<KnownHosts> {
  return await loadKnownHosts(areNamed ? paths : paths.filter(mayRead));
}

async function decide(
  plan: Plan,
  verdict: HostKeyVerdict,
  shown: Shown,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { policy, confirm } = plan;
  if (verdict.state === "revoked") throw revoked(verdict);
  if (typeof policy === "object") {
    if (!isFingerprint(policy.fingerprint, shown.key)) {
      throw notExpected(verdict, policy.fingerprint);
    }
    return;
  }
  if (verdict.state === "known") return;
  if (verdict.state === "changed") throw changed(verdict, shown);
  if (policy === "accept-new" && verdict.state === "unknown") {
    return await remember(plan, shown);
  }
  if (policy !== "ask" || !confirm) {
    throw unknown(verdict, plan.files, policy === "ask");
  }
  const isTrusted = await confirm(question(plan.files, verdict, shown), signal);
  signal?.throwIfAborted();
  if (isTrusted !== true) {
    throw new HostKeyError(
      `nobody said that its ${verdict.type} key ${verdict.fingerprint} is the right one`,
      {
        code: "host-key-unknown",
        verdict,
        hint: "compare the fingerprint with what its owner says",
      },
    );
  }
  await remember(plan, shown);
}

function isFingerprint(fingerprint: string, key: Uint8Array): boolean {
  if (fingerprint.includes(":") && !fingerprint.startsWith("SHA256:")) {
    const own = keyFingerprint(key, { hash: "md5" });
    return own.slice(4) === fingerprint.replace(/^MD5:/i, "").toLowerCase();
  }
  const bare = fingerprint.replace(/^SHA256:|=$/g, "");
  return keyFingerprint(key) === `SHA256:${bare}`;
}

async function remember({ files, hash }: Plan, shown: Shown): Promise<void> {
  const { host, port, key } = shown;
  if (files.first === undefined) return;
  await addKnownHost(files.first, host, key, { port, hash });
}
