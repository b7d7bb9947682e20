/**
 * What handshake messages and alerts are called, and what they are for.
 *
 * @module
 */

import { tlsAlerts } from "../../packet/layers/tls/names.ts";
import type { HandshakeMessage } from "../probe/encrypted_messages.ts";

/** What an alert says. */
export interface TlsAlert {
  /** 1 for a warning, 2 if it ends the connection. */
  readonly level: number;
  /** Its number: see `net.packet`'s names of alerts. */
  readonly description: number;
}

/** The random value that makes a ServerHello a HelloRetryRequest (RFC 8446 §4.1.3). */
const RETRY =
  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

/**
 * Tells whether a message is a ServerHello that asks for another ClientHello.
 *
 * @param message The message.
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import { isHelloRetry } from "./message_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(isHelloRetry({ kind: "serverHelloDone" }), false);
 * ```
 */
export function isHelloRetry(message: HandshakeMessage | undefined): boolean {
  return message?.kind === "serverHello" && "random" in message &&
    message.random.toHex() === RETRY;
}

/**
 * Names a message.
 *
 * @param message What it says.
 * @param kind Its number, for one that says nothing.
 * @returns The name.
 *
 * @example
 * ```ts
 * import { messageName } from "./message_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(messageName({ kind: "serverHelloDone" }, 14), "serverHelloDone");
 * assert.equal(messageName(undefined, 99), "message 99");
 * ```
 */
export function messageName(
  message: HandshakeMessage | undefined,
  kind: number,
): string {
  if (isHelloRetry(message)) return "helloRetryRequest";
  return typeof message?.kind === "string" ? message.kind : `message ${kind}`;
}

/**
 * Says an alert in a word.
 *
 * @param alert Level and description.
 * @returns For example `"handshake_failure"`.
 *
 * @example
 * ```ts
 * import { alertText } from "./message_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(alertText({ level: 2, description: 40 }), "handshake_failure");
 * ```
 */
export function alertText({ description }: TlsAlert): string {
  return tlsAlerts[description] ?? `alert ${description}`;
}

/** What each message is for, in plain words. */
const PURPOSES: Readonly<Record<string, string>> = {
  helloRequest: "asks the client to begin anew",
  clientHello: "what the client offers: versions, cipher suites, groups, keys",
  serverHello: "what the server chose of it",
  helloRetryRequest: "asks for a key of another group",
  encryptedExtensions: "the server's other answers, now that keys are there",
  certificate: "who the sender is: its certificate, and those above it",
  compressedCertificate: "the same, compressed",
  certificateStatus: "what the issuer says of the certificate today (OCSP)",
  certificateRequest: "asks the client who it is",
  certificateVerify: "proves by a signature that the sender has the key",
  serverKeyExchange: "the server's half of the key exchange, signed",
  serverHelloDone: "the server's turn is over",
  clientKeyExchange: "the client's half of the key exchange",
  changeCipherSpec: "from here on the sender encrypts",
  finished: "proves that both saw the same messages",
  newSessionTicket: "lets the client come back without all this",
  endOfEarlyData: "the early data ends here",
  keyUpdate: "the sender goes on with its next key",
  supplementalData: "more data, as both agreed",
};

/**
 * Says what a message of the handshake is for.
 *
 * @param name Its name.
 * @param version The version of the protocol: some mean less in TLS 1.3.
 * @returns Some words; empty for a message that is not known.
 *
 * @example
 * ```ts
 * import { messagePurpose } from "./message_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(messagePurpose("serverHelloDone", 0x0303), "the server's turn is over");
 * ```
 */
export function messagePurpose(name: string, version: number): string {
  if (name === "changeCipherSpec" && version === 0x0304) {
    return "means nothing in TLS 1.3, keeps old middleboxes calm";
  }
  return PURPOSES[name] ?? "";
}
