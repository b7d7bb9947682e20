/**
 * Somebody who listens to a connection: what the records of both directions hold,
 * as far as it is in the clear or the secrets are known.
 *
 * @module
 */

import type {
  TlsClientHello,
  TlsServerHello,
} from "../../packet/layers/tls/handshake.ts";
import type { CapturedEnd, CapturedRecord } from "./captured_records.ts";
import {
  type HandshakeMessage,
  readMessage,
} from "../probe/encrypted_messages.ts";
import { isHelloRetry, messageName } from "./message_names.ts";
import type { KeyLog } from "../key_log.ts";
import { type ConnectionSecrets, secretsOf } from "./logged_secrets.ts";
import type { NodeCrypto } from "../probe/node_crypto.ts";
import type { Opened, RecordProtection } from "../probe/record_protection.ts";
import { sessionHash } from "../probe/session_keys.ts";
import { type SuiteFacts, suiteFacts } from "../probe/suite_facts.ts";
import {
  type ItemFacts,
  type TlsItem,
  tlsItem,
  type Way,
  way,
} from "./tls_item.ts";

const TLS_1_3 = 0x0304;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
/** The most octets of a message that waits for its end. */
const MAX_MESSAGE = 2 ** 24;

/** What is encrypted, before TLS 1.3, where the record still tells. */
const ENCRYPTED: Readonly<Record<number, string>> = {
  [ALERT]: "encrypted alert",
  [HANDSHAKE]: "encrypted handshake",
};

type Side = "client" | "server";

/** What {@linkcode Observer} needs to know. */
export interface ObserverFacts {
  /** The runtime's cryptography. */
  readonly crypto: NodeCrypto;
  /** The secrets. */
  readonly keyLog?: KeyLog | undefined;
  /** When the connection began, in milliseconds since 1970. */
  readonly start?: number | undefined;
}

/**
 * Reads records of both directions, in order.
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "../probe/node_crypto.ts";
 * import { Observer } from "./observer.ts";
 * import assert from "node:assert/strict";
 *
 * const observer = new Observer({ crypto: await nodeCrypto() });
 * observer.add({
 *   from: "server",
 *   type: 22,
 *   version: 0x0303,
 *   fragment: Uint8Array.of(14, 0, 0, 0),
 *   time: undefined,
 *   packet: 1,
 * });
 * assert.equal(observer.items[0]?.name, "serverHelloDone");
 * ```
 */
export class Observer {
  /** All that was seen, in order. */
  readonly items: TlsItem[] = [];
  /** The last ClientHello that came in the clear. */
  clientHello: TlsClientHello | undefined;
  /** The last ServerHello that came in the clear, but for one that asks again. */
  serverHello: TlsServerHello | undefined;
  /** The version, once it is settled. */
  version: number | undefined;
  readonly #crypto: NodeCrypto;
  readonly #keyLog: KeyLog | undefined;
  readonly #start: number | undefined;
  readonly #ways: Readonly<Record<Side, Way>> = {
    client: way(),
    server: way(),
  };
  #suite: SuiteFacts | undefined;
  #random: Uint8Array | undefined;
  #secrets: ConnectionSecrets | undefined;
  /** Early data that came before it was known what it is encrypted with. */
  #early: { readonly record: CapturedRecord; readonly place: number }[] = [];
  /** Messages up to the client's half of the key exchange. */
  #transcript: Uint8Array[] = [];

  /**
   * Starts before the first record.
   *
   * @param facts Cryptography, secrets, and when the connection began.
   */
  constructor(facts: ObserverFacts) {
    this.#crypto = facts.crypto;
    this.#keyLog = facts.keyLog;
    this.#start = facts.start;
  }

  /** Whether secrets of the connection were there. */
  get hasSecrets(): boolean {
    return this.#secrets?.isKnown === true;
  }

  /**
   * Takes a record, or what says that there are no more.
   *
   * @param record The record, in the order in which they were whole.
   */
  add(record: CapturedRecord | CapturedEnd): void {
    const way = this.#ways[record.from];
    if (way.isOver) return;
    if ("problem" in record) {
      way.isOver = true;
      this.#note(record, {
        ...{ kind: "problem", name: "problem", problem: record.problem },
        bytes: record.fragment,
      });
      return;
    }
    const is1_3 = this.version === TLS_1_3;
    const { type, fragment } = record;
    const isPlain = way.protection === undefined ||
      is1_3 && type === CHANGE_CIPHER_SPEC ||
      is1_3 && type === ALERT && fragment.length === 2;
    if (isPlain) {
      // A client that comes back may send data before the server has answered.
      if (
        type === 23 && record.from === "client" && this.version === undefined
      ) {
        this.#early.push({ record, place: this.items.length });
      } else this.#content(record, type, fragment, false);
      return;
    }
    if (way.protection === "unknown") {
      this.#note(record, {
        kind: "encrypted",
        name: ENCRYPTED[type] ?? "encrypted",
      });
      return;
    }
    this.#opened(record, this.#open(record, way));
  }

  /** Says that no more records come. */
  end(): void {
    this.#earlyData(undefined);
  }

  get #offersEarly(): boolean {
    const { extensions = [] } = this.clientHello ?? {};
    return extensions.some(({ kind }) => kind === "earlyData");
  }

  #open(record: CapturedRecord, way: Way): Opened {
    const { type, version, fragment } = record;
    const { protection } = way;
    if (!(protection instanceof Object)) return { problem: "no key" };
    const opened = protection.open(type, version, fragment);
    if (!("problem" in opened)) return opened;
    const isSkipped = !way.isEarly && record.from === "client" &&
      this.#offersEarly && protection.sequence === 1 &&
      this.version === TLS_1_3;
    // Early data without a secret: the handshake's first record is yet to come.
    if (isSkipped) protection.sequence = 0;
    if (!way.isEarly) return opened;
    // The server did not take the early data: the client goes on with other keys.
    const other = this.#secrets?.protection("client", "handshake");
    const again = other?.open(type, version, fragment);
    if (other === undefined || again === undefined || "problem" in again) {
      return opened;
    }
    way.isEarly = false;
    way.protection = other;
    return again;
  }

  #opened(record: CapturedRecord, opened: Opened): void {
    if ("problem" in opened) {
      const { problem } = opened;
      this.#note(record, {
        ...{ kind: "problem", name: "problem", problem },
        encrypted: true,
      });
      return;
    }
    this.#content(record, opened.type, opened.content, true);
  }

  #content(
    record: CapturedRecord,
    type: number,
    content: Uint8Array,
    encrypted: boolean,
  ): void {
    const way = this.#ways[record.from];
    const bytes = content;
    if (type === HANDSHAKE) return this.#messages(record, content, encrypted);
    if (type === CHANGE_CIPHER_SPEC) {
      this.#note(record, {
        ...{ kind: "changeCipherSpec", name: "changeCipherSpec" },
        ...{ bytes, encrypted },
      });
      if (this.version !== undefined && this.version !== TLS_1_3) {
        this.#sessionKeys();
        way.protection = way.next ?? "unknown";
        way.next = undefined;
        way.messages.clear();
      }
      return;
    }
    if (type === ALERT && content.length === 2) {
      const [level, description] = content as unknown as [number, number];
      this.#note(record, {
        ...{ kind: "alert", name: "alert", bytes, encrypted },
        alert: { level, description },
      });
      return;
    }
    if (type === 23 && encrypted) {
      const early = way.isEarly;
      this.#note(record, {
        kind: "data",
        name: "data",
        bytes,
        encrypted,
        early,
      });
      return;
    }
    this.#note(record, {
      ...{ kind: "problem", name: "problem", bytes, encrypted },
      problem: `a record of type ${type} in the ${
        encrypted ? "encrypted" : "clear"
      } part`,
    });
  }

  #messages(
    record: CapturedRecord,
    content: Uint8Array,
    encrypted: boolean,
  ): void {
    const way = this.#ways[record.from];
    way.messages.add(content);
    const { needed = 0 } = way.messages;
    if (needed > MAX_MESSAGE) {
      way.messages.clear();
      this.#note(record, {
        ...{ kind: "problem", name: "problem", bytes: content, encrypted },
        problem: `a message of ${needed} octets`,
      });
      return;
    }
    for (let bytes; (bytes = way.messages.next()) !== undefined;) {
      const message = readMessage(
        bytes,
        this.version ?? record.version,
        encrypted,
      );
      const name = messageName(message, bytes[0]!);
      const isKnown = message !== undefined && typeof message.kind === "string";
      this.#note(record, {
        ...{ kind: isKnown ? "handshake" : "problem", name, message },
        ...{ bytes, encrypted },
        ...!isKnown && { problem: "a message that does not parse" },
      });
      if (isKnown) this.#act(record.from, message, bytes, encrypted);
    }
  }

  /** Takes what a message changes. */
  #act(
    from: Side,
    message: HandshakeMessage,
    bytes: Uint8Array,
    encrypted: boolean,
  ): void {
    if (this.version !== TLS_1_3) this.#transcript.push(bytes);
    switch (message.kind) {
      case "clientHello":
        return this.#hello(message as TlsClientHello, bytes, encrypted);
      case "serverHello":
        return this.#answer(message as TlsServerHello, encrypted);
      case "clientKeyExchange": {
        const { exchange } = message as { exchange: Uint8Array };
        this.#secrets?.exchange(
          exchange,
          sessionHash(this.#crypto, {
            version: this.version ?? 0,
            hash: this.#suite?.hash ?? "sha256",
            messages: this.#transcript,
          }),
        );
        return;
      }
      case "endOfEarlyData":
        this.#ways.client.isEarly = false;
        return this.#key("client", "handshake");
      case "finished":
        if (this.version === TLS_1_3 && encrypted) this.#key(from, "data");
        return;
      case "keyUpdate":
        if (this.version === TLS_1_3) {
          this.#key(from, "data", ++this.#ways[from].updates);
        }
        return;
    }
  }

  #hello(
    message: TlsClientHello,
    bytes: Uint8Array,
    encrypted: boolean,
  ): void {
    // One that comes encrypted begins anew on the same connection (RFC 5746).
    this.#transcript = [bytes];
    this.#random = message.random;
    if (!encrypted) this.clientHello = message;
  }

  #answer(message: TlsServerHello, encrypted: boolean): void {
    const chosen = message.extensions?.find(({ kind }) =>
      kind === "supportedVersions"
    );
    const version = chosen?.kind === "supportedVersions"
      ? chosen.version as number
      : message.version;
    // What was sent too early is not wanted any more, and cannot be read.
    if (isHelloRetry(message)) return this.end();
    this.version = version;
    this.#suite = suiteFacts(message.cipherSuite);
    if (!encrypted) this.serverHello = message;
    const suite = this.#suite;
    this.#secrets = suite && this.#random && this.#keyLog
      ? secretsOf(this.#crypto, {
        ...{ keyLog: this.#keyLog, version, suite, hello: message },
        random: this.#random,
      })
      : undefined;
    if (version !== TLS_1_3) return;
    for (const way of Object.values(this.#ways)) way.messages.clear();
    this.#key("server", "handshake");
    this.#key("client", "handshake");
    this.#earlyData(
      this.#offersEarly
        ? this.#secrets?.protection("client", "early")
        : undefined,
    );
  }

  /** Takes the early data, now that it is known how to decrypt it, or never will. */
  #earlyData(protection: RecordProtection | undefined): void {
    const { client } = this.#ways;
    if (protection !== undefined) {
      client.protection = protection;
      client.isEarly = true;
    }
    const early = true;
    let moved = 0;
    for (const { record, place } of this.#early.splice(0)) {
      const before = this.items.length;
      if (client.isEarly) this.add(record);
      else this.#note(record, { kind: "encrypted", name: "encrypted", early });
      // It came before the server's answer, and stands there.
      const made = this.items.splice(before);
      this.items.splice(place + moved, 0, ...made);
      moved += made.length;
    }
  }

  /** TLS 1.3: goes on with a direction's next key. */
  #key(from: Side, stage: "handshake" | "data", updates = 0): void {
    this.#ways[from].protection =
      this.#secrets?.protection(from, stage, updates) ?? "unknown";
  }

  /** Before TLS 1.3: makes the keys that changes of cipher begin. */
  #sessionKeys(): void {
    const { client, server } = this.#ways;
    if (client.next !== undefined || server.next !== undefined) return;
    const keys = this.#secrets?.session();
    client.next = keys?.client ?? "unknown";
    server.next = keys?.server ?? "unknown";
  }

  #note(record: CapturedRecord | CapturedEnd, facts: ItemFacts): void {
    this.items.push(tlsItem(record, facts, this.#start));
  }
}
