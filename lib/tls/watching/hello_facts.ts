/**
 * What the two hellos say about a connection, with the names of its numbers.
 *
 * @module
 */

import {
  type Fingerprint,
  ja3,
  ja3s,
  ja4,
} from "../../packet/layers/tls/fingerprint.ts";
import type {
  TlsClientHello,
  TlsServerHello,
} from "../../packet/layers/tls/handshake.ts";
import { tlsGroups, tlsVersions } from "../../packet/layers/tls/names.ts";
import { suiteFacts } from "../probe/suite_facts.ts";

/** What the hellos settled; what they do not say is `undefined`. */
export interface HelloFacts {
  /** The host that the client asked for. */
  readonly serverName: string | undefined;
  /** The version that the server chose. */
  readonly version: number | undefined;
  /** Its name: `"TLS 1.3"`. */
  readonly versionName: string | undefined;
  /** The cipher suite that the server chose. */
  readonly cipherSuite: number | undefined;
  /** Its name. */
  readonly suite: string | undefined;
  /** The group of the key exchange. */
  readonly group: number | undefined;
  /** Its name. */
  readonly groupName: string | undefined;
  /** Protocols that the client offered. */
  readonly offered: readonly string[];
  /** The client's fingerprint by JA3. */
  readonly ja3: Fingerprint | undefined;
  /** The server's fingerprint by JA3S. */
  readonly ja3s: Fingerprint | undefined;
  /** The client's fingerprint by JA4. */
  readonly ja4: Fingerprint | undefined;
}

/**
 * Tells what two hellos settled.
 *
 * @param client The client's.
 * @param server The server's.
 * @param group The group of the key exchange, where another message says it.
 * @returns The facts.
 *
 * @example
 * ```ts
 * import { helloFacts } from "./hello_facts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(helloFacts(undefined, undefined, 29).groupName, "x25519");
 * ```
 */
export function helloFacts(
  client: TlsClientHello | undefined,
  server: TlsServerHello | undefined,
  group?: number,
): HelloFacts {
  let version: number | undefined = server?.version;
  let agreed = group;
  for (const extension of server?.extensions ?? []) {
    if (extension.kind === "supportedVersions") version = extension.version;
    if (extension.kind === "keyShare") agreed ??= extension.group;
  }
  let serverName: string | undefined;
  let offered: readonly string[] = [];
  for (const extension of client?.extensions ?? []) {
    if (extension.kind === "serverName") {
      serverName = extension.names[0]?.name;
    }
    if (extension.kind === "applicationProtocols") {
      offered = extension.protocols;
    }
  }
  const cipherSuite = server?.cipherSuite;
  return {
    serverName,
    version,
    versionName: version === undefined ? undefined : tlsVersions[version],
    cipherSuite,
    suite: cipherSuite === undefined
      ? undefined
      : suiteFacts(cipherSuite)?.name,
    group: agreed,
    groupName: agreed === undefined ? undefined : tlsGroups[agreed],
    offered,
    ja3: client && ja3(client),
    ja3s: server && ja3s(server),
    ja4: client && ja4(client),
  };
}

/**
 * Names a number.
 *
 * @param name Its name, if it has one.
 * @param number The number.
 * @returns The name; four hexadecimal digits without one; `"unknown"` for neither.
 *
 * @example
 * ```ts
 * import { named } from "./hello_facts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([named("x25519", 29), named(undefined, 0x9999)], ["x25519", "0x9999"]);
 * ```
 */
export function named(
  name: string | undefined,
  number: number | undefined,
): string {
  if (name !== undefined) return name;
  if (number === undefined) return "unknown";
  return `0x${number.toString(16).padStart(4, "0")}`;
}
