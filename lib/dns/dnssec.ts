/**
 * Whether an answer can be trusted, found out from the root down (DNSSEC).
 *
 * @see RFC 4033, RFC 4034, RFC 4035, RFC 5155
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { ParseError } from "../errors.ts";
import { dnsConfig } from "../linux/dns_config.ts";
import { asciiName, plainName } from "./names.ts";
import type { QueryOptions, ServerLike } from "./query.ts";
import { typeName, typeNumber } from "./record.ts";
import { ROOT_ANCHORS } from "./roots.ts";
import type { DelegationSigner } from "./signatures.ts";
import { Validation } from "./validation.ts";
import { Validator } from "./validator.ts";

export * from "./validation.ts";

/** Options for {@linkcode validate}. */
export interface ValidateOptions extends DeadlineOptions {
  /** Which records to look for. @default {"A"} */
  type?: string | number | undefined;
  /** The resolver that is asked, and not believed. @default {the system's first} */
  server?: ServerLike | undefined;
  /**
   * What the root's keys are known by, as DS records say it: `"20326 8 2 E06D…"`.
   * @default {the root's own}
   */
  anchors?: readonly string[] | undefined;
  /** The time at which signatures must be good. @default {now} */
  now?: Date | undefined;
  /** How the resolver is asked. @default {by UDP} */
  transport?: QueryOptions["transport"];
  /** Whom a resolver of DoT or DoH must prove to be. */
  tls?: QueryOptions["tls"];
  /** The longest wait for all of it, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Asks a resolver for records, and finds out from the root's keys whether they
 * can be trusted: every zone on the way is asked for its keys, and every
 * signature verified here.
 *
 * RSA with SHA-256 and SHA-512, ECDSA on P-256 and P-384, and Ed25519 are known;
 * zones signed by others alone count as not signed.
 *
 * @param name What to look for.
 * @param options Which records, whom to ask, and what to trust.
 * @returns Whether, why, and the chain; at the prompt a tree.
 * @throws {NetError} `"timeout"` and the like, if the resolver does not answer.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {ParseError} If an anchor is no DS record.
 * @throws {TypeError} If the name or the type is none.
 * @see RFC 4035 §5
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * console.log(await net.dns.validate("example.org", { type: "AAAA", server: "9.9.9.9" }));
 * ```
 */
export async function validate(
  name: string,
  options: ValidateOptions = {},
): Promise<Validation> {
  const { timeout = 30_000, signal, anchors = ROOT_ANCHORS } = options;
  const type = typeName(typeNumber(options.type ?? "A"));
  const wanted = plainName(asciiName(name));
  const trusted = anchors.map(anchor);
  const server = options.server ?? (await dnsConfig()).servers[0]!;
  using deadline = new Deadline("validate", name, { timeout, signal });
  const validator = new Validator({
    server,
    how: { transport: options.transport, tls: options.tls },
    anchors: trusted,
    now: Math.floor((options.now?.getTime() ?? Date.now()) / 1000),
    deadline,
  });
  const { answer, security, why } = await validator.answer(wanted, type);
  return new Validation({
    name: wanted,
    type,
    security,
    why,
    chain: validator.chain,
    answer,
  });
}

function anchor(text: string): DelegationSigner {
  const match = /(?:^|\s)(\d+)\s+(\d+)\s+(\d+)\s+([\dA-Fa-f\s]+)$/.exec(text);
  const digits = (match?.[4] ?? "").replaceAll(/\s/g, "");
  if (match === null || digits.length % 2 !== 0) {
    throw new ParseError(
      "a trust anchor",
      text,
      0,
      "no key tag, algorithm, digest type and digest",
    );
  }
  return {
    name: ".",
    type: "DS",
    class: "IN",
    ttl: 0,
    data: {
      keyTag: Number(match[1]),
      algorithm: Number(match[2]),
      digestType: Number(match[3]),
      digest: Uint8Array.fromHex(digits),
    },
  };
}
