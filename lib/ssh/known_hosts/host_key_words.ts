/**
 * What is said about a host's key: to whoever is asked, and in errors.
 *
 * @module
 */

import { mayRead } from "../environment.ts";
import { HostKeyError } from "./host_key_error.ts";
import type { HostKeyVerdict } from "./known_hosts.ts";
import { knownHostName } from "./known_hosts_line.ts";
import { randomart } from "../keys/randomart.ts";
import { keyTypeOf } from "../keys/wire_format.ts";

/** What somebody is asked about a host that is not known yet. */
export interface HostKeyQuestion {
  /** The host, as it was named or by its `HostKeyAlias`. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The host's address, if it is known. */
  readonly address: string | undefined;
  /** The key's type. */
  readonly type: string;
  /** The key's fingerprint, to compare with what the host's owner says. */
  readonly fingerprint: string;
  /** A picture of the fingerprint, as `ssh-keygen -lv` draws it. */
  readonly picture: string;
  /** The file that a yes adds the host to, if there is one. */
  readonly path: string | undefined;
  /** The question in words, some lines long. */
  readonly text: string;
}

/** Files of known hosts. */
export interface Files {
  readonly paths: readonly string[];
  /** Whether they were named, and so have to be read. */
  readonly areNamed: boolean;
  /** Where new hosts go. */
  readonly first: string | undefined;
}

/** Who shows which key. */
export interface Shown {
  readonly host: string;
  readonly port: number;
  readonly address: string | undefined;
  readonly key: Uint8Array;
}

/** The error for a key that must not be trusted. */
export function revoked(verdict: HostKeyVerdict): HostKeyError {
  const { type, fingerprint, line } = verdict;
  return new HostKeyError(
    `its ${type} key ${fingerprint} is revoked by ${line?.path}:${line?.line}`,
    {
      code: "host-key-revoked",
      verdict,
      hint: "ask its owner for the fingerprint of its new key",
    },
  );
}

/** The error for a host that shows another key than before. */
export function changed(
  verdict: HostKeyVerdict,
  { host, port }: Shown,
): HostKeyError {
  const { type, fingerprint, line, name } = verdict;
  const { path, fingerprint: expected } = line!;
  const at = port === 22 ? "" : `, { port: ${port} }`;
  return new HostKeyError(
    `its key has changed, or somebody is in between: it shows the ${type} key ${fingerprint}, and ${path}:${
      line!.line
    } has the ${line!.type} key ${expected}`,
    {
      code: "host-key-changed",
      verdict,
      expected,
      hint:
        `ask its owner; if the key is new, ssh-keygen -R '${name}' -f '${path}', or net.ssh.removeKnownHost(${
          JSON.stringify(path)
        }, ${JSON.stringify(host)}${at})`,
    },
  );
}

/** The error for a key that has not the fingerprint asked for. */
export function notExpected(
  verdict: HostKeyVerdict,
  expected: string,
): HostKeyError {
  const { type, fingerprint } = verdict;
  return new HostKeyError(
    `it shows the ${type} key ${fingerprint}, and ${expected} was expected`,
    {
      code: "host-key-changed",
      verdict,
      expected,
      hint: "ask its owner whether the key is new",
    },
  );
}

/** The error for a host that nobody knows. */
export function unknown(
  verdict: HostKeyVerdict,
  files: Files,
  isAsking: boolean,
): HostKeyError {
  const { type, fingerprint, line, state } = verdict;
  const barred = files.areNamed
    ? []
    : files.paths.filter((path) => !mayRead(path));
  const reason = state === "authority"
    ? `${line?.path}:${line?.line} knows it by a certificate of an authority, which is not supported here, and not by its ${type} key ${fingerprint}`
    : `its ${type} key ${fingerprint} is on no file of known hosts`;
  const asking = isAsking ? "; there is nobody to ask" : "";
  const hint = barred.length > 0
    ? `--allow-read=${barred[0]}, to read what is known`
    : `compare the fingerprint with what its owner says, then { hostKeys: { fingerprint: "${fingerprint}" } }${
      state === "unknown" ? ', or { hostKeys: "accept-new" } to trust it' : ""
    }`;
  return new HostKeyError(`${reason}${asking}`, {
    code: "host-key-unknown",
    verdict,
    hint,
  });
}

/** What somebody is asked. */
export function question(
  files: Files,
  verdict: HostKeyVerdict,
  { host, port, address, key }: Shown,
): HostKeyQuestion {
  const { fingerprint, state, line } = verdict;
  const type = keyTypeOf(key);
  const picture = randomart(key);
  const name = knownHostName(host, port);
  const where = address === undefined || address === host
    ? name
    : `${name} (${address})`;
  const authority = state === "authority"
    ? [
      `${line?.path}:${line?.line} knows it by a certificate of an authority, which is not supported here.`,
    ]
    : [];
  const text = [
    `Nobody has vouched for ${where} yet.`,
    ...authority,
    ...addressWords(verdict.address),
    `Its ${type} key is ${fingerprint}.`,
    picture,
    `Is that its owner's?`,
  ].join("\n");
  const path = files.first;
  return { host, port, address, type, fingerprint, picture, path, text };
}

function addressWords(verdict: HostKeyVerdict | undefined): string[] {
  const { state, line } = verdict ?? {};
  const place = `${line?.path}:${line?.line}`;
  switch (state) {
    case "known":
      return [`Its address is known by the same key: ${place}.`];
    case "changed":
      return [`Its address is known by another key: ${place}.`];
    default:
      return [];
  }
}
