/**
 * What somebody who listens notes of a TLS connection.
 *
 * @module
 */

import type { CapturedEnd, CapturedRecord } from "./captured_records.ts";
import {
  type HandshakeMessage,
  Messages,
} from "../probe/encrypted_messages.ts";
import type { TlsAlert } from "./message_names.ts";
import type { RecordProtection } from "../probe/record_protection.ts";

/** One thing that went over a TLS connection; `kind` tells what. */
export interface TlsItem {
  /** Who sent it. */
  readonly from: "client" | "server";
  /**
   * - `"handshake"`: a message of the handshake;
   * - `"alert"` and `"changeCipherSpec"`: such a record;
   * - `"data"`: a record of what the two talk about, decrypted;
   * - `"encrypted"`: a record that nobody has given a secret for; before TLS 1.3
   *   its name says whether it is handshake, alert or data;
   * - `"problem"`: a record with which something is wrong: `problem` says what.
   */
  readonly kind:
    | "handshake"
    | "alert"
    | "changeCipherSpec"
    | "data"
    | "encrypted"
    | "problem";
  /** The message's name; of all else, the kind. */
  readonly name: string;
  /** When it was whole, in milliseconds since the connection's first packet. */
  readonly at: number;
  /** The number of the packet that brought its end. */
  readonly packet: number;
  /** Octets of the message with its head, or of the record's content. */
  readonly length: number;
  /** Whether it crossed the wire encrypted. */
  readonly encrypted: boolean;
  /** What a message says. */
  readonly message: HandshakeMessage | undefined;
  /** What an alert says. */
  readonly alert: TlsAlert | undefined;
  /** Whether it is data that the client sent before the server had answered. */
  readonly early: boolean;
  /** What is wrong. */
  readonly problem: string | undefined;
  /** Its octets: decrypted, or as they are where that cannot be done. */
  readonly bytes: Uint8Array;
}

/** One direction, as far as it was seen. */
export interface Way {
  /** Messages whose records have not all come. */
  readonly messages: Messages;
  /** Decrypts its records; `"unknown"` if they are encrypted and no secret is there. */
  protection: RecordProtection | "unknown" | undefined;
  /** Before TLS 1.3: what the next change of cipher begins. */
  next: RecordProtection | "unknown" | undefined;
  /** TLS 1.3: whether its records are early data. */
  isEarly: boolean;
  /** TLS 1.3: how often its key was updated since it sends data. */
  updates: number;
  /** Whether its records end here. */
  isOver: boolean;
}

/**
 * A direction in which nothing was seen yet.
 *
 * @returns A fresh one.
 *
 * @example
 * ```ts
 * import { way } from "./tls_item.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(way().protection, undefined);
 * ```
 */
export function way(): Way {
  return {
    messages: new Messages(),
    protection: undefined,
    next: undefined,
    isEarly: false,
    updates: 0,
    isOver: false,
  };
}

/** What is known of an item besides the record that brought it. */
export type ItemFacts = Pick<TlsItem, "kind" | "name"> & Partial<TlsItem>;

/**
 * Makes an item of a record.
 *
 * @param record The record that brought it, or the end of it.
 * @param facts What is known besides; the octets are the record's unless said.
 * @param start When the connection began, in milliseconds since 1970.
 * @returns The item.
 *
 * @example
 * ```ts
 * import { tlsItem } from "./tls_item.ts";
 * import assert from "node:assert/strict";
 *
 * const fragment = Uint8Array.of(1);
 * const record = { from: "client", type: 20, version: 771, fragment, time: 8, packet: 2 } as const;
 * const item = tlsItem(record, { kind: "changeCipherSpec", name: "changeCipherSpec" }, 5);
 * assert.deepEqual([item.at, item.packet, item.length], [3, 2, 1]);
 * ```
 */
export function tlsItem(
  { from, time, packet, fragment }: CapturedRecord | CapturedEnd,
  facts: ItemFacts,
  start: number | undefined,
): TlsItem {
  const bytes = facts.bytes ?? fragment;
  const at = time === undefined || start === undefined ? 0 : time - start;
  return {
    ...{ from, at, packet, length: bytes.length },
    ...{ encrypted: facts.kind === "encrypted", message: undefined },
    ...{ alert: undefined, early: false, problem: undefined },
    ...facts,
    bytes,
  };
}
