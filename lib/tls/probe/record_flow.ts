/**
 * Records from a server that may be anything: as they cross the wire, and what
 * there is to say when they are none.
 *
 * @module
 */

import type { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { Connection } from "../../socket/connection.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { join } from "./key_schedule.ts";

/** A record as it crosses the wire. */
export interface WireRecord {
  /** What it says it is. */
  readonly type: number;
  /** The version that it says. */
  readonly version: number;
  /** What follows the header. */
  readonly fragment: Uint8Array;
}

/** Octets of a record's header. */
const HEAD = 5;
/** The most octets in a record: 2^14, and what encryption may add. */
const MAX_RECORD = 2 ** 14 + 2048;
/** The most octets and records in a whole handshake. */
const MAX_OCTETS = 2 ** 20;
const MAX_RECORDS = 2000;

/** What is known of a flow when it begins. */
export interface FlowFacts {
  /** The connection, where TLS is to begin. */
  readonly connection: Connection;
  /** Who is at its other end, for errors. */
  readonly peer: Endpoint;
  /** What ends all waits. */
  readonly deadline: Deadline;
  /** When connecting began, by `performance.now`. */
  readonly begun: number;
}

/**
 * The records of a connection, within bounds.
 *
 * @example
 * ```ts
 * import { RecordFlow } from "./record_flow.ts";
 * import * as net from "netrepl";
 * import { Deadline } from "../../deadline.ts";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("SSH-2.0-x\r\n"));
 * await using connection = await net.tcp.connect(server.address);
 * using deadline = new Deadline("look at", "it", { timeout: 1000 });
 * const peer = net.tcp.endpoint(server.address);
 * const flow = new RecordFlow({ connection, peer, deadline, begun: performance.now() });
 * await assert.rejects(flow.next(), /it speaks SSH there and not TLS/);
 * ```
 */
export class RecordFlow {
  /** When the last octets came, in milliseconds since connecting began. */
  at = 0;
  /** How many records have come. */
  records = 0;
  /** What came last, for errors: `" after its serverHello"`. */
  after = "";
  /** Until when to wait for more, where the deadline is too far away. */
  until: number | undefined;
  readonly #facts: FlowFacts;
  #octets: Uint8Array = new Uint8Array();
  #total = 0;

  /**
   * Starts where TLS begins.
   *
   * @param facts Connection, peer, deadline.
   */
  constructor(facts: FlowFacts) {
    this.#facts = facts;
  }

  /** Who is at the other end. */
  get peer(): string {
    return `${this.#facts.peer}`;
  }

  /** Milliseconds since connecting began. */
  get now(): number {
    return performance.now() - this.#facts.begun;
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
    return new NetError(reason, {
      code,
      op: "shake hands with",
      target: this.peer,
      ...more,
    });
  }

  /**
   * Sends octets as they are.
   *
   * @param octets The octets.
   * @throws {NetError} `"reset"`, `"closed"` or `"timeout"`.
   */
  async write(octets: Uint8Array): Promise<void> {
    const { connection, deadline } = this.#facts;
    try {
      await connection.write(octets, { signal: deadline.signal });
    } catch (error) {
      throw this.#told(error);
    }
  }

  /**
   * Waits for the next record.
   *
   * @returns The record; `null` when the server has closed its half.
   * @throws {NetError} `"not-tls"` or `"malformed"` if what comes is none,
   * `"too-large"` if it is too much, `"closed"` within one, `"reset"`,
   * `"timeout"`.
   */
  async next(): Promise<WireRecord | null> {
    const head = await this.#take(HEAD);
    if (head === null) return null;
    const type = head[0]!;
    const version = head[1]! << 8 | head[2]!;
    const length = head[3]! << 8 | head[4]!;
    if (type < 20 || type > 24 || version >> 8 !== 3) throw this.#notTls(head);
    if (length > MAX_RECORD) {
      throw this.failure(
        "too-large",
        `it announced a record of ${length} octets, ${MAX_RECORD} are the most`,
      );
    }
    if (++this.records > MAX_RECORDS) {
      throw this.failure(
        "too-large",
        `it sent more than ${MAX_RECORDS} records and no end of the handshake`,
      );
    }
    const fragment = await this.#take(length);
    return fragment && { type, version, fragment };
  }

  /** Takes so many octets; `null` if the server has closed its half. */
  async #take(count: number): Promise<Uint8Array | null> {
    const parts: Uint8Array[] = [this.#octets];
    let have = this.#octets.length;
    while (have < count) {
      const chunk = await this.#chunk();
      if (chunk !== null) {
        parts.push(chunk);
        have += chunk.length;
        continue;
      }
      if (have === 0 && count === HEAD) return null;
      if (this.records === 0) {
        throw this.#notTls(join(...parts));
      }
      throw this.failure(
        "closed",
        `it closed the connection in the middle of a record${this.after}`,
      );
    }
    const all = parts.length === 1 ? parts[0]! : join(...parts);
    this.#octets = all.subarray(count);
    return all.subarray(0, count);
  }

  async #chunk(): Promise<Uint8Array | null> {
    const { until } = this;
    const { connection, deadline: { signal } } = this.#facts;
    try {
      const chunk = await connection.read(
        until === undefined
          ? { signal }
          : { signal, timeout: Math.max(0, until - this.now) },
      );
      this.at = this.now;
      this.#total += chunk?.length ?? 0;
      if (this.#total <= MAX_OCTETS) return chunk;
    } catch (error) {
      throw this.#told(error);
    }
    throw this.failure(
      "too-large",
      `it sent more than ${MAX_OCTETS} octets and no end of the handshake`,
    );
  }

  /** What went wrong with the connection, in words that say how far it had come. */
  #told(error: unknown): unknown {
    if (!(error instanceof NetError)) return error;
    const after = this.after || " before it said anything";
    switch (error.code) {
      case "reset":
        return this.failure("reset", `it reset the connection${after}`, {
          cause: error,
        });
      case "timeout": {
        const ms = Math.round(this.now);
        const part = this.#octets.length > 0
          ? ", but for part of a record"
          : "";
        return this.failure(
          "timeout",
          `nothing more came within ${ms} ms${after}${part}`,
        );
      }
      default:
        return error;
    }
  }

  /** Says what the server speaks, if it is not TLS. */
  #notTls(head: Uint8Array): NetError {
    const octets = join(head, this.#octets.subarray(0, 60));
    const text = new TextDecoder("latin1").decode(octets).split(/[\r\n]/)[0]!;
    const said = /^[\x20-\x7e]{3,}$/.test(text)
      ? JSON.stringify(text.slice(0, 60))
      : `octets ${octets.subarray(0, 8).toHex()}`;
    if (this.records > 0) {
      return this.failure(
        "malformed",
        `it sent what is no record of TLS${this.after}: ${said}`,
      );
    }
    const [, name, hint] = SPOKEN.find(([form]) => form.test(text)) ??
      [undefined, "something", undefined];
    return this.failure(
      "not-tls",
      `it speaks ${name} there and not TLS: ${said}`,
      { hint },
    );
  }
}

/** What speaks first, or answers, on ports where TLS does not begin at once. */
const SPOKEN: readonly (readonly [RegExp, string, string | undefined])[] = [
  [/^HTTP\//, "HTTP", "the port of its HTTPS, often 443 or 8443"],
  [/^SSH-/, "SSH", undefined],
  [/^220[ -].*FTP/i, "FTP", '{ starttls: "ftp" }'],
  [/^220[ -]/, "SMTP", '{ starttls: "smtp" }'],
  [/^\* OK/, "IMAP", '{ starttls: "imap" }'],
  [/^\+OK/, "POP3", '{ starttls: "pop3" }'],
  [/^<\?xml|^<stream/, "XMPP", '{ starttls: "xmpp" }'],
];
