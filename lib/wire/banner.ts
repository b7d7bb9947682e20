/**
 * What a service says of itself when one comes.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { WIRE } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { visible } from "../inspect/text.ts";
import { duration } from "../inspect/units.ts";
import type { Address } from "../ip/address.ts";
import { dial } from "./scanning/dial.ts";
import type { WireOptions } from "./options.ts";
import { serviceName } from "./scanning/port_names.ts";
import { checkHost, type Host, targetAddress } from "./target.ts";

/** Options of `banner`. */
const BANNER: OptionKinds<BannerOptions> = {
  ...WIRE,
  timeout: "number",
  nudge: "text",
  limit: "whole",
};

/** Options for {@linkcode banner}. */
export interface BannerOptions extends WireOptions {
  /** The longest wait for the connection, and again for words, in milliseconds. @default {2000} */
  timeout?: number | undefined;
  /** What to say to a service that waits for its client; `""` for nothing. @default {what suits the port} */
  nudge?: string | undefined;
  /** Octets that are read at most. @default {2048} */
  limit?: number | undefined;
}

/** What services that wait for their clients are told, by service. */
const NUDGES: Readonly<Record<string, string>> = {
  http: "HEAD / HTTP/1.0\r\n\r\n",
  "http-alt": "HEAD / HTTP/1.0\r\n\r\n",
  "http-dev": "HEAD / HTTP/1.0\r\n\r\n",
  prometheus: "HEAD / HTTP/1.0\r\n\r\n",
  elasticsearch: "GET / HTTP/1.0\r\n\r\n",
  "squid-http": "HEAD / HTTP/1.0\r\n\r\n",
  ipp: "HEAD / HTTP/1.0\r\n\r\n",
  jetdirect: "@PJL INFO ID\r\n",
  redis: "PING\r\n",
  memcache: "version\r\n",
  rtsp: "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
  sip: "OPTIONS sip:nobody SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n",
  finger: "\r\n",
  whois: "\r\n",
};
/**
 * For all others: web servers answer it with an error that names them, those
 * that go by lines with one of theirs, TLS with an alert.
 */
const NUDGE = "GET / HTTP/1.0\r\n\r\n";

/** Milliseconds that a service which is known to wait is given to speak first. */
const COURTESY = 50;
/** Milliseconds of silence after which no more words are waited for. */
const PAUSE = 100;
/** Characters of the short form. */
const SHORT = 160;

/**
 * What a service said of itself.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const said: net.wire.Banner = new net.wire.Banner({
 *   host: net.ip.parse("192.0.2.1"), port: 22, nudge: undefined, ms: 3,
 *   octets: new TextEncoder().encode("SSH-2.0-x\r\n"),
 * });
 * assert.equal(said.text, "SSH-2.0-x");
 * ```
 */
export class Banner {
  /** The host. */
  readonly host: Address;
  /** The port. */
  readonly port: number;
  /** What it said in short, on one line; `""` if it said nothing. */
  readonly text: string;
  /** Its lines, with all that a terminal would obey made visible. */
  readonly lines: readonly string[];
  /** The octets as they came. */
  readonly octets: Uint8Array;
  /** What it was told first, if it did not speak of its own accord. */
  readonly nudge: string | undefined;
  /** From the start to the last octet, in milliseconds. */
  readonly ms: number;

  /**
   * Reads what came; {@linkcode banner} makes these.
   *
   * @param facts The octets, and how they came.
   */
  constructor(
    facts: {
      host: Address;
      port: number;
      octets: Uint8Array;
      nudge: string | undefined;
      ms: number;
    },
  ) {
    this.host = facts.host;
    this.port = facts.port;
    this.octets = facts.octets;
    this.nudge = facts.nudge;
    this.ms = facts.ms;
    this.lines = bannerLines(facts.octets);
    this.text = shortBanner(facts.octets, this.lines);
  }

  /** Stands in JSON without the octets. */
  toJSON(): Record<string, unknown> {
    const { host, port, text, lines, nudge, ms } = this;
    return { host, port, text, lines, nudge, ms };
  }

  /** Shows at the prompt as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { host, port, text, nudge, ms } = this;
    return card(`${host} port ${port}`, [
      ["says", text === "" ? "nothing" : text, "string"],
      ["asked", nudge === undefined ? "no" : visible(nudge), "muted"],
      ["after", duration(ms), "number"],
    ], page);
  }
}

/**
 * Connects to a service and reads its greeting. A service that waits for its
 * client is told something harmless that suits its port.
 *
 * @param host An address, or a name.
 * @param port The TCP port.
 * @param options How long to wait, and what to say.
 * @returns What it said; nothing is a banner too, of no text.
 * @throws {NetError} With code `"refused"`, `"timeout"` or `"unreachable"` if
 * there is no connection.
 * @throws {RangeError} If `port` is none.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({ hostname: "127.0.0.1" }, async (connection) => {
 *   await connection.write("220 mail.example ESMTP\r\n");
 * });
 * const { text } = await net.wire.banner("127.0.0.1", server.address.port);
 * assert.equal(text, "220 mail.example ESMTP");
 * ```
 */
export async function banner(
  host: Host,
  port: number,
  options: BannerOptions = {},
): Promise<Banner> {
  checkHost(host);
  checkOptions("read a banner", options, BANNER);
  const { timeout = 2000, limit = 2048, signal, namespace } = options;
  if (!(Number.isInteger(port) && port >= 1 && port <= 0xffff)) {
    throw new RangeError(
      `Cannot read a banner as 'port' must be an integer from 1 to 65535: current value is ${port}`,
    );
  }
  const address = await targetAddress(host, { signal });
  const started = performance.now();
  const dialled = await dial(address, port, { timeout, signal, namespace });
  if (!("connection" in dialled)) {
    throw new NetError(`the answer is ${dialled.answer}`, {
      code: dialled.answer === "refused"
        ? "refused"
        : dialled.answer === "no-answer"
        ? "timeout"
        : "unreachable",
      op: "connect to",
      target: address.family === 4
        ? `${address}:${port}`
        : `[${address}]:${port}`,
    });
  }
  using connection = dialled.connection;
  const service = serviceName(port) ?? "";
  const suited = Object.hasOwn(NUDGES, service) ? NUDGES[service] : undefined;
  const say = options.nudge ?? suited ?? NUDGE;
  const reader = new Reader(connection, limit, signal);
  const first = suited === undefined
    ? timeout / 2
    : Math.min(COURTESY, timeout);
  let nudge: string | undefined;
  await reader.read(first);
  if (reader.octets.length === 0 && !reader.isOver && say !== "") {
    nudge = say;
    try {
      await connection.write(new TextEncoder().encode(say));
      await reader.read(timeout - first);
    } catch {
      // It has hung up: that is all there is.
    }
  }
  while (reader.octets.length > 0 && !reader.isOver) await reader.read(PAUSE);
  signal?.throwIfAborted();
  return new Banner({
    host: address,
    port,
    octets: reader.octets,
    nudge,
    ms: performance.now() - started,
  });
}

/** Reads from a connection for some time, up to a number of octets. */
class Reader {
  octets = new Uint8Array(0);
  /** Whether there is no more to be had. */
  isOver = false;
  readonly #connection: Deno.Conn;
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  #reading: Promise<number | null> | undefined;
  #buffer = new Uint8Array(1024);

  constructor(
    connection: Deno.Conn,
    limit: number,
    signal: AbortSignal | undefined,
  ) {
    this.#connection = connection;
    this.#limit = limit;
    this.#signal = signal;
  }

  /** Waits for octets; sets `isOver` when time goes by without any after some. */
  async read(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<"late">();
    const late = () => resolve("late");
    const timer = setTimeout(late, ms);
    this.#signal?.addEventListener("abort", late, { once: true });
    this.#reading ??= this.#connection.read(this.#buffer).catch(() => null);
    try {
      const got = await Promise.race([this.#reading, promise]);
      if (got === "late") {
        this.isOver = this.octets.length > 0 ||
          (this.#signal?.aborted ?? false);
        return;
      }
      this.#reading = undefined;
      if (got === null) this.isOver = true;
      else this.#take(got);
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener("abort", late);
    }
  }

  #take(count: number): void {
    const room = Math.min(count, this.#limit - this.octets.length);
    const all = new Uint8Array(this.octets.length + room);
    all.set(this.octets);
    all.set(this.#buffer.subarray(0, room), this.octets.length);
    this.octets = all;
    if (all.length >= this.#limit) this.isOver = true;
  }
}

/** Takes telnet's negotiations out (RFC 854): IAC, a verb, an option. */
function withoutTelnet(octets: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let i = 0; i < octets.length; i++) {
    const isNegotiation = octets[i] === 0xff && octets[i + 1]! >= 0xfb;
    if (isNegotiation) i += 2;
    else kept.push(octets[i]!);
  }
  return Uint8Array.from(kept);
}

function bannerLines(octets: Uint8Array): string[] {
  return new TextDecoder().decode(withoutTelnet(octets))
    .split(/\r?\n|\r/)
    .map((line) => visible(line).trim())
    .filter((line) => line !== "");
}

/** The line that says most. */
function shortBanner(octets: Uint8Array, lines: readonly string[]): string {
  // A TLS record (RFC 8446 §5.1): an alert, or a handshake.
  if ((octets[0] === 0x15 || octets[0] === 0x16) && octets[1] === 3) {
    return "TLS";
  }
  const [first = "", ...rest] = lines;
  const server = /^(?:HTTP|RTSP|SIP)\//.test(first)
    ? rest.find((line) => /^server:/i.test(line))
    : undefined;
  const text = server === undefined ? first : `${first}, ${server}`;
  return text.length > SHORT ? `${text.slice(0, SHORT - 1)}…` : text;
}
