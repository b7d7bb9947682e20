/**
 * What a key log has for one connection, made into keys.
 *
 * @module
 */

import type { TlsServerHello } from "../../packet/layers/tls/handshake.ts";
import type { KeyLog } from "../key_log.ts";
import { nextTrafficSecret, trafficKeys } from "../probe/key_schedule.ts";
import type { NodeCrypto } from "../probe/node_crypto.ts";
import { RecordProtection } from "../probe/record_protection.ts";
import { connectionKeys, masterSecret } from "../probe/session_keys.ts";
import type { SuiteFacts } from "../probe/suite_facts.ts";

/** The secrets of one connection; see {@linkcode secretsOf}. */
export interface ConnectionSecrets {
  /** Whether the log has any. */
  readonly isKnown: boolean;
  /**
   * TLS 1.3: makes what a direction is protected with.
   *
   * @param from Whose records.
   * @param stage Which of its secrets.
   * @param updates How often the key was updated. @default {0}
   * @returns The protection from its first record on; `undefined` if the secret
   * is not known.
   */
  protection(
    from: "client" | "server",
    stage: "early" | "handshake" | "data",
    updates?: number,
  ): RecordProtection | undefined;
  /**
   * Before TLS 1.3: takes the client's half of the key exchange, which some logs
   * name secrets by.
   *
   * @param exchange What ClientKeyExchange says.
   * @param session The digest of all messages up to it.
   */
  exchange(exchange: Uint8Array, session: Uint8Array): void;
  /**
   * Before TLS 1.3: makes what both directions are protected with.
   *
   * @returns A protection for each; `undefined` if no secret is known.
   */
  session():
    | { client: RecordProtection; server: RecordProtection }
    | undefined;
}

/** What {@linkcode secretsOf} needs to know. */
export interface LoggedFacts {
  /** The secrets. */
  readonly keyLog: KeyLog;
  /** The version of the protocol. */
  readonly version: number;
  /** The cipher suite. */
  readonly suite: SuiteFacts;
  /** The client's random octets. */
  readonly random: Uint8Array;
  /** The ServerHello. */
  readonly hello: TlsServerHello;
}

const TLS_1_0 = 0x0301;

const LABELS = {
  client: {
    early: "CLIENT_EARLY_TRAFFIC_SECRET",
    handshake: "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    data: "CLIENT_TRAFFIC_SECRET_0",
  },
  server: {
    early: "",
    handshake: "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    data: "SERVER_TRAFFIC_SECRET_0",
  },
} as const;

/**
 * Looks up what a key log has for a connection.
 *
 * @param crypto The runtime's cryptography.
 * @param facts The log, and what the hellos settled.
 * @returns What makes keys of it.
 * @see draft-ietf-tls-keylogfile §2
 *
 * @example
 * ```ts
 * import { KeyLog } from "../key_log.ts";
 * import { secretsOf } from "./logged_secrets.ts";
 * import { nodeCrypto } from "../probe/node_crypto.ts";
 * import { suiteFacts } from "../probe/suite_facts.ts";
 * import assert from "node:assert/strict";
 *
 * const secrets = secretsOf(await nodeCrypto(), {
 *   keyLog: new KeyLog(new Map()),
 *   version: 0x0304,
 *   suite: suiteFacts(0x1301)!,
 *   random: new Uint8Array(32),
 *   hello: {
 *     kind: "serverHello",
 *     version: 0x0303,
 *     random: new Uint8Array(32),
 *     sessionId: new Uint8Array(),
 *     cipherSuite: 0x1301,
 *     compressionMethod: 0,
 *     extensions: undefined,
 *   },
 * });
 * assert.equal(secrets.protection("client", "data"), undefined);
 * ```
 */
export function secretsOf(
  crypto: NodeCrypto,
  { keyLog, version, suite, random, hello }: LoggedFacts,
): ConnectionSecrets {
  const { hash, keyLength } = suite;
  const randoms = { client: random, server: hello.random };
  const has = (kind: string) =>
    hello.extensions?.some((extension) => extension.kind === kind) === true;
  const fromPremaster = (premaster: Uint8Array, session?: Uint8Array) =>
    masterSecret(crypto, {
      ...{ version, suite, premaster, randoms },
      session: has("extendedMasterSecret") ? session : undefined,
    });
  // How far the keys of each side have been updated: they only go forward.
  const reached = new Map<string, { updates: number; secret: Uint8Array }>();
  let master = keyLog.secret("CLIENT_RANDOM", random) ??
    keyLog.secret("SESSION", hello.sessionId);
  return {
    get isKnown() {
      return master !== undefined ||
        Object.values(LABELS).flatMap(Object.values<string>).some((label) =>
          keyLog.secret(label, random) !== undefined
        );
    },
    protection(from, stage, updates = 0) {
      const first = keyLog.secret(LABELS[from][stage], random);
      if (first === undefined || suite.cipher === undefined) return undefined;
      const before = updates > 0 ? reached.get(from) : undefined;
      let { updates: n, secret } = before ?? { updates: 0, secret: first };
      for (; n < updates; n++) secret = nextTrafficSecret(crypto, hash, secret);
      if (updates > 0) reached.set(from, { updates, secret });
      const keys = trafficKeys(crypto, hash, secret, keyLength);
      return new RecordProtection(crypto, { suite, version, keys });
    },
    exchange(exchange, session) {
      // With RSA the log may name the secret by how it is encrypted.
      const premaster = keyLog.secret("PMS_CLIENT_RANDOM", random) ??
        keyLog.secret("RSA", exchange.subarray(2, 10));
      if (premaster !== undefined) master ??= fromPremaster(premaster, session);
    },
    session() {
      // SSL 3.0 made its keys in another way, and compressed content is not read.
      const can = version >= TLS_1_0 && suite.cipher !== undefined &&
        hello.compressionMethod === 0;
      if (master === undefined || !can) return undefined;
      return connectionKeys(crypto, {
        ...{ version, suite, master, randoms },
        encryptThenMac: has("encryptThenMac"),
      });
    },
  };
}
