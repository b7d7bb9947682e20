/**
 * Sessions of TLS 1.3 that a client goes on with: what a ticket stands for, and
 * the hello that brings it.
 *
 * @see RFC 8446 §4.2.11, §4.6.1
 * @module
 */

import { clientHello, type ClientHelloSpec } from "./client_hello.ts";
import {
  hkdfExpandLabel,
  join,
  KeySchedule,
  type TlsHash,
} from "./key_schedule.ts";
import type { NodeCrypto } from "./node_crypto.ts";

/** A session that a server gave a ticket for. It is secret. */
export interface ProbeSession {
  /** The cipher suite, whose digest it is bound to. */
  readonly cipherSuite: number;
  /** That digest. */
  readonly hash: TlsHash;
  /** What the server knows it by. */
  readonly ticket: Uint8Array;
  /** The secret that both sides have. */
  readonly preShared: Uint8Array;
  /** What hides the ticket's age. */
  readonly ageAdd: number;
  /** When the ticket came, by `performance.now`. */
  readonly since: number;
  /** Octets of early data that the server takes with it; 0 for none. */
  readonly earlyData: number;
}

/** What a ticket says that a session is made of. */
export interface TicketFacts {
  /** What the server knows the session by. */
  readonly ticket: Uint8Array;
  /** What sets its secret apart from those of other tickets. */
  readonly nonce: Uint8Array;
  /** What hides its age. */
  readonly ageAdd: number;
  /** Octets of early data, if any. */
  readonly earlyData: number;
}

const EARLY_DATA = 42;
const PRE_SHARED_KEY = 41;
const NONE = new Uint8Array();

/**
 * Makes the session that a ticket stands for.
 *
 * @param crypto The runtime's cryptography.
 * @param suite The cipher suite's number and digest.
 * @param master The resumption master secret of the handshake.
 * @param facts What the ticket says.
 * @returns The session, as of now.
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import { sessionOf } from "./session.ts";
 * import assert from "node:assert/strict";
 *
 * const suite = { number: 0x1301, hash: "sha256" } as const;
 * const facts = { ticket: new Uint8Array(9), nonce: Uint8Array.of(0), ageAdd: 7, earlyData: 0 };
 * const session = sessionOf(await nodeCrypto(), suite, new Uint8Array(32), facts);
 * assert.equal(session.preShared.length, 32);
 * ```
 */
export function sessionOf(
  crypto: NodeCrypto,
  { number, hash }: { readonly number: number; readonly hash: TlsHash },
  master: Uint8Array,
  { nonce, ...facts }: TicketFacts,
): ProbeSession {
  const { length } = master;
  return {
    ...facts,
    cipherSuite: number,
    hash,
    preShared: hkdfExpandLabel(
      crypto,
      hash,
      master,
      "resumption",
      nonce,
      length,
    ),
    since: performance.now(),
  };
}

/**
 * Makes a ClientHello that wants to go on with a session. What proves that the
 * client has the secret is over all of the hello but itself.
 *
 * @param crypto The runtime's cryptography.
 * @param spec What to offer.
 * @param session The session.
 * @returns The handshake message.
 * @see RFC 8446 §4.2.11.2
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import { resumingHello } from "./session.ts";
 * import assert from "node:assert/strict";
 *
 * const hello = resumingHello(await nodeCrypto(), { versions: [0x0304], cipherSuites: [0x1301] }, {
 *   ...{ cipherSuite: 0x1301, hash: "sha256", ticket: new Uint8Array(9), ageAdd: 0, earlyData: 0 },
 *   ...{ preShared: new Uint8Array(32), since: performance.now() },
 * });
 * assert.ok(hello.subarray(-32).some((octet) => octet !== 0));
 * ```
 */
export function resumingHello(
  crypto: NodeCrypto,
  spec: ClientHelloSpec,
  { hash, ticket, preShared, ageAdd, since, earlyData }: ProbeSession,
): Uint8Array {
  const age = Math.round(performance.now() - since) + ageAdd >>> 0;
  const { length } = preShared;
  const identity = join(
    Uint8Array.of(ticket.length >> 8, ticket.length),
    ticket,
    Uint8Array.of(age >> 24, age >> 16, age >> 8, age),
  );
  const body = join(
    Uint8Array.of(identity.length >> 8, identity.length),
    identity,
    Uint8Array.of(0, length + 1, length),
    new Uint8Array(length),
  );
  const hello = clientHello({
    ...spec,
    extra: [
      ...spec.extra ?? [],
      ...earlyData > 0 ? [{ type: EARLY_DATA, body: NONE }] : [],
      // The last of all extensions.
      { type: PRE_SHARED_KEY, body },
    ],
  });
  const digest = (octets: Uint8Array) =>
    crypto.createHash(hash).update(octets).digest();
  const schedule = new KeySchedule(crypto, hash, preShared);
  const key = schedule.derive("res binder", digest(NONE));
  const proved = hello.subarray(0, hello.length - length - 3);
  hello.set(schedule.finished(key, digest(proved)), hello.length - length);
  return hello;
}
