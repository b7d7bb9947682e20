/**
 * The client's end of a handshake: messages to and fro, each noted with its time.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { handshakeRecords } from "./client_hello.ts";
import {
  type HandshakeMessage,
  Messages,
  readMessage,
} from "./encrypted_messages.ts";
import { join } from "./key_schedule.ts";
import {
  alertText,
  messageName,
  type TlsAlert,
} from "../watching/message_names.ts";
import { type FlowFacts, RecordFlow } from "./record_flow.ts";
import type { RecordProtection } from "./record_protection.ts";

/** One message of a handshake as it crossed the wire. */
export interface ProbeMessage {
  /** Who sent it. */
  readonly from: "client" | "server";
  /**
   * The message's name, as `net.packet` has it; `"helloRetryRequest"` for a
   * ServerHello that is one, `"changeCipherSpec"`, `"alert"` and
   * `"applicationData"` for what has a record of its own.
   */
  readonly name: string;
  /** When it was there or was sent, in milliseconds since connecting began. */
  readonly at: number;
  /** Octets of the message, its head included. */
  readonly length: number;
  /** Whether it crossed the wire encrypted. */
  readonly encrypted: boolean;
  /** What it says; `undefined` for what is no handshake message. */
  readonly message: HandshakeMessage | undefined;
  /** The message's octets, decrypted. */
  readonly bytes: Uint8Array;
}

/** The most octets in one message: certificates of a hundred issuers fit. */
const MAX_MESSAGE = 2 ** 18;

/** Warnings that answer the last that a client says: close_notify, no_renegotiation. */
const LAST_WORDS: ReadonlySet<number> = new Set([0, 100]);

const TLS_1_3 = 0x0304;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

/** An alert that ended the handshake. */
export class FatalAlert extends Error {
  /** What it says. */
  readonly alert: TlsAlert;

  /**
   * Takes what it says.
   *
   * @param alert Level and description.
   */
  constructor(alert: TlsAlert) {
    super(alertText(alert));
    this.alert = alert;
  }
}

/**
 * A handshake in progress over a connection.
 *
 * @example
 * ```ts
 * import { HandshakeFlow } from "./handshake_flow.ts";
 * import * as net from "netrepl";
 * import { Deadline } from "../../deadline.ts";
 * import assert from "node:assert/strict";
 *
 * const hello = Uint8Array.of(22, 3, 3, 0, 4, 14, 0, 0, 0);
 * await using server = await net.tcp.serve({}, (conn) => conn.write(hello));
 * await using connection = await net.tcp.connect(server.address);
 * using deadline = new Deadline("look at", "it", { timeout: 1000 });
 * const peer = net.tcp.endpoint(server.address);
 * const flow = new HandshakeFlow({ connection, peer, deadline, begun: performance.now() });
 * assert.equal((await flow.expect(["serverHelloDone"])).length, 4);
 * ```
 */
export class HandshakeFlow {
  /** All messages so far, of both sides. */
  readonly messages: ProbeMessage[] = [];
  /** The version, as far as it is settled. */
  version = 0x0303;
  /** Decrypts what comes, once keys are there. */
  reader: RecordProtection | undefined;
  /** What the next change of cipher puts in its place, before TLS 1.3. */
  nextReader: RecordProtection | undefined;
  /** Encrypts what goes, once keys are there. */
  writer: RecordProtection | undefined;
  /** The last alert that came. */
  alert: TlsAlert | undefined;
  /** Handshake messages so far as digests are made of them. */
  transcript: Uint8Array[] = [];
  readonly #records: RecordFlow;
  readonly #pending = new Messages();

  /**
   * Starts where TLS begins.
   *
   * @param facts Connection, peer, deadline.
   */
  constructor(facts: FlowFacts) {
    this.#records = new RecordFlow(facts);
  }

  /** Who is at the other end. */
  get peer(): string {
    return this.#records.peer;
  }

  /** Milliseconds since connecting began. */
  get now(): number {
    return this.#records.now;
  }

  /** Whether octets of a message are waiting for the rest. */
  get isInMessage(): boolean {
    return this.#pending.waiting > 0;
  }

  /**
   * Makes the error for what the server did.
   *
   * @param code A stable word.
   * @param reason What it did, as the end of a sentence.
   * @param more A hint, and the error underneath.
   * @returns The error to throw.
   */
  failure(
    code: string,
    reason: string,
    more: { hint?: string | undefined; cause?: unknown } = {},
  ): NetError {
    return this.#records.failure(code, reason, more);
  }

  /**
   * Makes the error for what the server should not have done.
   *
   * @param reason What it did, as the end of a sentence.
   * @returns The error to throw.
   */
  malformed(reason: string): NetError {
    return this.failure("malformed", reason);
  }

  /**
   * Sends handshake messages in one write.
   *
   * @param messages The messages, each whole.
   * @param inFront Records to send before them, as octets. @default {none}
   */
  async send(
    messages: readonly Uint8Array[],
    inFront: Uint8Array = new Uint8Array(),
  ): Promise<void> {
    const { writer } = this;
    // The first record says TLS 1.0 for the sake of old servers, all others what
    // the server has chosen (RFC 8446 §5.1).
    const version = this.#records.records === 0
      ? 0x0301
      : Math.min(this.version, 0x0303);
    const parts = [inFront];
    for (const message of messages) {
      parts.push(
        writer
          ? writer.seal(HANDSHAKE, message)
          : handshakeRecords(message, version),
      );
      this.transcript.push(message);
      this.#note("client", message, writer !== undefined);
    }
    await this.#records.write(join(...parts));
  }

  /**
   * Says that no more comes from the client, by an encrypted alert.
   *
   * @see RFC 8446 §6.1 (close_notify)
   */
  async sendClose(): Promise<void> {
    const close = Uint8Array.of(1, 0);
    this.noteRecord("client", "alert", close, true);
    if (this.writer) await this.#records.write(this.writer.seal(ALERT, close));
  }

  /**
   * Notes a record that is no handshake message.
   *
   * @param from Who sent it.
   * @param name Its name.
   * @param bytes Its content.
   * @param encrypted Whether it crosses the wire encrypted.
   */
  noteRecord(
    from: "client" | "server",
    name: string,
    bytes: Uint8Array,
    encrypted: boolean,
  ): void {
    const at = from === "server" ? this.#records.at : this.now;
    const { length } = bytes;
    const message = undefined;
    this.messages.push({ from, name, at, length, encrypted, message, bytes });
    if (from === "server") this.#records.after = ` after its ${name}`;
  }

  /**
   * Waits for the server's next handshake message.
   *
   * @returns The message; `null` when the server has closed its half.
   * @throws {FatalAlert} If the server ends the handshake by an alert.
   * @throws {NetError} If what comes is no TLS, breaks its rules, or is too much.
   */
  async next(): Promise<ProbeMessage | null> {
    for (;;) {
      const octets = this.#pending.next();
      if (octets !== undefined) {
        this.transcript.push(octets);
        return this.#note("server", octets, this.reader !== undefined);
      }
      const { needed = 0, waiting } = this.#pending;
      if (needed > MAX_MESSAGE) {
        throw this.failure(
          "too-large",
          `it announced a message of ${needed} octets, ${MAX_MESSAGE} are the most here`,
        );
      }
      const record = await this.#record();
      if (record === null) return null;
      const { type, content, encrypted } = record;
      if (type === HANDSHAKE) this.#pending.add(content);
      else if (waiting > 0) {
        throw this.malformed(
          `it sent a record of type ${type} in the middle of a message${this.#after}`,
        );
      } else if (type === ALERT) this.#takeAlert(content, encrypted);
      else if (type === CHANGE_CIPHER_SPEC) this.#change(content);
      else if (type === APPLICATION_DATA && this.#isOver) {
        this.noteRecord("server", "applicationData", content, encrypted);
      } else {
        throw this.malformed(
          `it sent a record of type ${type} during the handshake${this.#after}`,
        );
      }
    }
  }

  /**
   * Waits for the server's next message, which must come.
   *
   * @param allowed Names of messages that may come now.
   * @returns The message.
   * @throws {FatalAlert} If the server ends the handshake by an alert.
   * @throws {NetError} As `next` does, and if the server closes the connection
   * (`"closed"`), or another message comes (`"malformed"`).
   */
  async expect(allowed: readonly string[]): Promise<ProbeMessage> {
    const message = await this.next();
    if (message === null) {
      throw this.failure(
        "closed",
        `it closed the connection${this.#after || " without an answer"}`,
      );
    }
    const { name, message: value, bytes } = message;
    if (value === undefined || typeof value.kind === "number") {
      throw this.malformed(
        `it sent a message of type ${
          bytes[0]
        } and ${bytes.length} octets that does not parse`,
      );
    }
    if (!allowed.includes(name)) {
      throw this.malformed(
        `it sent ${name} where ${allowed.join(" or ")} is due`,
      );
    }
    return message;
  }

  /**
   * Takes what the server says once the handshake is over: tickets, an alert.
   * How it takes its leave is not what was asked, so only the alert is kept.
   *
   * @param patience How long to wait, in milliseconds.
   * @param last The message behind which no more is waited for. @default {none}
   * @returns Whether the server came to an end, or to that message, within that
   * time.
   */
  async afterwards(patience: number, last?: string): Promise<boolean> {
    this.#records.until = this.now + patience;
    try {
      for (;;) {
        const message = await this.next();
        if (message === null || message.name === last) return true;
      }
    } catch (error) {
      if (error instanceof NetError) return error.code !== "timeout";
      if (!(error instanceof FatalAlert)) throw error;
      return true;
    }
  }

  get #after(): string {
    return this.#records.after;
  }

  get #isOver(): boolean {
    return this.#records.until !== undefined;
  }

  #note(
    from: "client" | "server",
    bytes: Uint8Array,
    encrypted: boolean,
  ): ProbeMessage {
    const message = readMessage(bytes, this.version, encrypted);
    const name = messageName(message, bytes[0]!);
    const at = from === "server" ? this.#records.at : this.now;
    const { length } = bytes;
    const noted = { from, name, at, length, encrypted, message, bytes };
    this.messages.push(noted);
    if (from === "server") this.#records.after = ` after its ${name}`;
    return noted;
  }

  #takeAlert(content: Uint8Array, encrypted: boolean): void {
    const [level, description] = content;
    if (level === undefined || description === undefined) {
      throw this.malformed("it sent an alert that is cut short");
    }
    // In errors stands what came before it.
    const after = this.#after;
    this.alert = { level, description };
    this.noteRecord("server", "alert", content, encrypted);
    this.#records.after = after;
    // Of TLS 1.3's alerts all but one end the connection, whatever their level.
    const isWarning = level === 1 && !LAST_WORDS.has(description) &&
      (this.version !== TLS_1_3 || description === 90 || !encrypted);
    if (!isWarning) throw new FatalAlert(this.alert);
  }

  #change(content: Uint8Array): void {
    if (content.length !== 1 || content[0] !== 1) {
      throw this.malformed("it sent a change of cipher that is none");
    }
    this.noteRecord("server", "changeCipherSpec", content, false);
    if (this.version !== TLS_1_3 && this.nextReader !== undefined) {
      this.reader = this.nextReader;
    }
  }

  /** The next record, decrypted. */
  async #record(): Promise<
    { type: number; content: Uint8Array; encrypted: boolean } | null
  > {
    const record = await this.#records.next();
    if (record === null) return null;
    const { type, version, fragment } = record;
    const { reader } = this;
    const isPlain = reader === undefined ||
      this.version === TLS_1_3 && type === CHANGE_CIPHER_SPEC ||
      // A server that found no keys tells so in the clear.
      type === ALERT && fragment.length === 2;
    if (isPlain) return { type, content: fragment, encrypted: false };
    const opened = reader.open(type, version, fragment);
    if ("problem" in opened) {
      throw this.malformed(
        `it sent a record that cannot be decrypted${this.#after}: ${opened.problem}`,
      );
    }
    return { type: opened.type, content: opened.content, encrypted: true };
  }
}
