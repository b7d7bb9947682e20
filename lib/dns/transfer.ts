/**
 * Whole zones, as their servers give them to each other.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { DecodeError, NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes, count, duration } from "../inspect/units.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { decode, encode, type Message } from "./message.ts";
import { absoluteName, asciiName, plainName, sameName } from "./names.ts";
import type { TlsOptions } from "./query.ts";
import { type DnsRecord, ofType, recordLine } from "./record.ts";
import { randomId } from "./request.ts";
import { checkArguments } from "./arguments.ts";
import { located, serverEndpoint, type ServerLike } from "./server.ts";
import { openTcp, openTls } from "./streams.ts";

/** Options for {@linkcode transfer}. */
export interface TransferOptions extends DeadlineOptions {
  /** Over TCP, or within TLS (RFC 9103). @default {"tcp"} */
  transport?: "tcp" | "tls" | undefined;
  /** Whom the server must prove to be, within TLS. */
  tls?: TlsOptions | undefined;
  /** The most octets to take. @default {268435456, 256 MiB} */
  limit?: number | undefined;
  /** The longest wait for all of it, in milliseconds. @default {60000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a {@linkcode Transfer} is made of. */
export interface TransferParts {
  /** The zone, without a dot at the end. */
  readonly zone: string;
  /** Who gave it. */
  readonly server: Endpoint;
  /** `"NOERROR"`, or why the server does not give it: `"REFUSED"`, `"NOTAUTH"`. */
  readonly status: string;
  /** All records, the SOA first; it comes once. */
  readonly records: readonly DnsRecord[];
  /** How many messages it took. */
  readonly messages: number;
  /** How many octets they had. */
  readonly size: number;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;
}

/** Lines of a zone that are shown at the prompt. */
const SHOWN = 40;

/**
 * A whole zone, or why a server does not give it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const zone = new net.dns.Transfer({
 *   zone: "example",
 *   server: net.tcp.endpoint("127.0.0.1:53"),
 *   status: "REFUSED",
 *   records: [],
 *   messages: 1,
 *   size: 25,
 *   elapsed: 1,
 * });
 * assert.equal(zone.ok, false);
 * ```
 */
export class Transfer implements TransferParts {
  /** The zone, without a dot at the end. */
  readonly zone: string;
  /** Who gave it. */
  readonly server: Endpoint;
  /** `"NOERROR"`, or why the server does not give it. */
  readonly status: string;
  /** All records, the SOA first; it comes once. */
  readonly records: readonly DnsRecord[];
  /** How many messages it took. */
  readonly messages: number;
  /** How many octets they had. */
  readonly size: number;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;

  /**
   * Takes the parts; {@linkcode transfer} makes them.
   *
   * @param parts The parts.
   */
  constructor(parts: TransferParts) {
    this.zone = parts.zone;
    this.server = parts.server;
    this.status = parts.status;
    this.records = parts.records;
    this.messages = parts.messages;
    this.size = parts.size;
    this.elapsed = parts.elapsed;
  }

  /** Whether the server gave the zone. */
  get ok(): boolean {
    return this.status === "NOERROR";
  }

  /** The zone's serial number, if the server gave it. */
  get serial(): number | undefined {
    return ofType(this.records, "SOA")[0]?.data.serial;
  }

  /** The zone as text, a line for each record: a zone file. */
  toString(): string {
    return this.records.map((record) => `${recordLine(record)}\n`).join("");
  }

  /** Its fields, plain. */
  toJSON(): TransferParts & { readonly serial: number | undefined } {
    return { ...this, serial: this.serial };
  }

  /** What it took, and the first records. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const { zone, server, status, records } = this;
    const name = paint("name", absoluteName(zone), room);
    if (!this.ok) {
      return `zone ${name}: ${server} says ${paint("bad", status, room)}`;
    }
    const more = records.length - SHOWN;
    return [
      `zone ${name} serial ${this.serial}: ${count(records.length)} records, ${
        bytes(this.size)
      } in ${this.messages} messages, ${
        duration(this.elapsed)
      }, from ${server}`,
      ...records.slice(0, SHOWN).map(recordLine),
      ...more > 0 ? [paint("muted", `… ${count(more)} more`, room)] : [],
    ].join("\n");
  }
}

/**
 * Asks a server for a whole zone (AXFR). That it does not give it is a result.
 *
 * @param server Its address or name.
 * @param zone The zone.
 * @param options How long to wait, and how much to take.
 * @returns The zone's records, or the status that says why there are none.
 * @throws {NetError} `"refused"`, `"timeout"`, `"closed"` if the server stops
 * half-way, `"too-large"` above `limit`, `"malformed"` for what is no zone.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If the zone's name is none.
 * @see RFC 5936
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   const [high = 0, low = 0] = await conn.readExactly(2);
 *   const { id, questions } = net.dns.decode(await conn.readExactly(high * 256 + low));
 *   const reply = net.dns.encode({ id, qr: 1, rcode: 5, questions });
 *   await conn.write(Uint8Array.of(0, reply.length, ...reply));
 * });
 * const zone = await net.dns.transfer(server.address, "example");
 * assert.equal(zone.status, "REFUSED");
 * ```
 */
export async function transfer(
  server: ServerLike,
  zone: string,
  options: TransferOptions = {},
): Promise<Transfer> {
  checkArguments("transfer(server, zone, options)", zone, "AXFR", options);
  const { transport = "tcp", tls = {}, timeout = 60_000, signal } = options;
  const { limit = 256 * 1024 * 1024 } = options;
  const peer = serverEndpoint(server, transport);
  const name = plainName(asciiName(zone));
  const id = randomId();
  const start = performance.now();
  using deadline = new Deadline("transfer", `${name} from ${peer}`, {
    timeout,
    signal,
  });
  const at = await located(peer, deadline);
  using stream = transport === "tcp"
    ? await openTcp(at, deadline)
    : await openTls(at, { serverName: peer.hostname, ...tls }, deadline);
  await stream.send(encode({ id, questions: [{ name, type: "AXFR" }] }));
  const records: DnsRecord[] = [];
  let messages = 0;
  let size = 0;
  const done = (status: string): Transfer =>
    new Transfer({
      zone: name,
      server: at,
      status,
      // Half a zone is none.
      records: status === "NOERROR" ? records : [],
      messages,
      size,
      elapsed: performance.now() - start,
    });
  const bad = (reason: string, code = "malformed", cause?: unknown): never => {
    throw new NetError(reason, {
      code,
      op: "transfer",
      target: `${name} from ${at}`,
      hint: code === "too-large" ? "a larger { limit }" : undefined,
      cause,
    });
  };
  const read = (octets: Uint8Array): Message => {
    try {
      return decode(octets);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const why = error.message.replace(/^Cannot decode dns: /, "");
      return bad(`it sent what is no message: ${why}`, "malformed", error);
    }
  };
  for (;;) {
    const octets = await stream.receive();
    size += octets.length;
    messages++;
    if (size > limit) bad(`it has more than ${limit} octets`, "too-large");
    const message = read(octets);
    if (message.id !== id || message.qr !== 1) bad("it sent another answer");
    if (message.rcode !== 0) return done(message.status);
    for (const record of message.answers) {
      const isSoa = record.type === "SOA" && sameName(record.name, name);
      if (records.length === 0 && !isSoa) bad("it does not begin with the SOA");
      // The SOA comes again when all others have come.
      if (records.length > 0 && isSoa) return done("NOERROR");
      records.push(record);
    }
    if (message.answers.length === 0) bad("it sent a message without records");
  }
}
