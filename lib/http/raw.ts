/**
 * HTTP/1.1 as it goes over the wire: the octets of a request, and the octets of
 * the reply.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { DecodeError, NetError } from "../errors.ts";
import { type Canvas, canvas } from "../inspect/canvas.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { truncate, visible } from "../inspect/text.ts";
import { bytes, duration } from "../inspect/units.ts";
import type { Connection } from "../socket/connection.ts";
import { endpoint, type EndpointLike } from "../socket/endpoint.ts";
import { connect } from "../socket/tcp.ts";
import { reasonOf } from "./failure.ts";
import {
  type Framing,
  type HeaderField,
  type InterimReply,
  latin1,
  readReply,
  type Reply,
  type ReplyLimits,
} from "./message.ts";
import { joined } from "./octets.ts";

export type {
  Framing,
  HeaderField,
  InterimReply,
  Reply,
  ReplyLimits,
} from "./message.ts";

/** A request in its parts; what is not said is left out, right or wrong. */
export interface RawParts {
  /** The method, any. @default {"GET"} */
  readonly method?: string | undefined;
  /** What stands after it: a path, an absolute URL, `*`. @default {"/"} */
  readonly target?: string | undefined;
  /** The version. @default {"1.1"} */
  readonly version?: string | undefined;
  /**
   * The fields, in their order, as pairs or by name; `Host` and `Content-Length`
   * are put in where they are missing.
   */
  readonly fields?: readonly HeaderField[] | Readonly<Record<string, string>>;
  /** The body. */
  readonly body?: string | Uint8Array | undefined;
}

/** Options for {@linkcode raw}. */
export interface RawOptions extends DeadlineOptions, ReplyLimits {
  /** The longest wait for all of it, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a {@linkcode RawReply} is made of. */
export interface RawReplyInit {
  /** The octets that were sent. */
  readonly request: Uint8Array;
  /** The octets that came, up to the reply's end. */
  readonly octets: Uint8Array;
  /** What they say. */
  readonly reply: Reply;
  /** Octets that came after the reply's end. */
  readonly excess: Uint8Array;
  /** From the first octet sent to the last one received, in milliseconds. */
  readonly elapsed: number;
}

/** Lines of a head and of a body that are shown at the prompt. */
const SHOWN_HEAD = 40;
const SHOWN_BODY = 12;

/**
 * A reply as it came, with the request that brought it; `raw` gives it. At the
 * prompt both are shown as they went over the wire.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   for await (const line of conn.lines()) if (line === "") break;
 *   await conn.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
 * });
 * const reply = await net.http.raw(server.address, "GET / HTTP/1.1\nHost: x");
 * assert.equal(
 *   new TextDecoder().decode(reply.request),
 *   "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
 * );
 * assert.deepEqual([reply.status, reply.framing, reply.text()], [200, "content-length", "hi"]);
 * ```
 */
export class RawReply {
  /** The octets that were sent. */
  readonly request: Uint8Array;
  /** The octets that came, up to the reply's end. */
  readonly octets: Uint8Array;
  /** `"1.0"` or `"1.1"`. */
  readonly version: string;
  /** Three digits. */
  readonly status: number;
  /** The words after them. */
  readonly reason: string;
  /** The fields, in their order, with their own capitals. */
  readonly fields: readonly HeaderField[];
  /** Replies of 1xx that came before. */
  readonly interim: readonly InterimReply[];
  /** How the body's end was found. */
  readonly framing: Framing;
  /** The body, its chunks joined; codings such as gzip are not undone. */
  readonly body: Uint8Array;
  /** The size of each chunk. */
  readonly chunks: readonly number[];
  /** Fields after a chunked body. */
  readonly trailers: readonly HeaderField[];
  /** Octets that came after the reply's end, which should be none. */
  readonly excess: Uint8Array;
  /** From the first octet sent to the last one received, in milliseconds. */
  readonly elapsed: number;

  /**
   * Takes what came; `raw` makes it.
   *
   * @param parts The octets, and what they say.
   */
  constructor(parts: RawReplyInit) {
    const { reply } = parts;
    this.request = parts.request;
    this.octets = parts.octets;
    this.version = reply.version;
    this.status = reply.status;
    this.reason = reply.reason;
    this.fields = reply.fields;
    this.interim = reply.interim;
    this.framing = reply.framing;
    this.body = reply.body;
    this.chunks = reply.chunks;
    this.trailers = reply.trailers;
    this.excess = parts.excess;
    this.elapsed = parts.elapsed;
  }

  /** The octets that came, by the name that octets have all over the library. */
  get bytes(): Uint8Array {
    return this.octets;
  }

  /**
   * Finds a field.
   *
   * @param name Its name, in any case.
   * @returns The first such field's value.
   */
  field(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.fields.find(([field]) => field.toLowerCase() === wanted)?.[1];
  }

  /**
   * The body as UTF-8 text.
   *
   * @returns The text.
   */
  text(): string {
    return new TextDecoder().decode(this.body);
  }

  /** Everything, plain; the octets as Latin-1 text, one character each. */
  toJSON(): {
    request: string;
    status: number;
    reason: string;
    version: string;
    fields: readonly HeaderField[];
    framing: Framing;
    chunks: readonly number[];
    trailers: readonly HeaderField[];
    body: string;
    elapsed: number;
  } {
    return {
      request: latin1(this.request),
      status: this.status,
      reason: this.reason,
      version: this.version,
      fields: this.fields,
      framing: this.framing,
      chunks: this.chunks,
      trailers: this.trailers,
      body: latin1(this.body),
      elapsed: this.elapsed,
    };
  }

  /** Both as on the wire: `>` what went, `<` what came. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const how = this.framing === "chunked"
      ? `chunked, ${this.chunks.length} chunk${
        this.chunks.length === 1 ? "" : "s"
      }`
      : this.framing === "none"
      ? "no body"
      : `its end by ${this.framing}`;
    const excess = this.excess.length > 0
      ? `, and ${bytes(this.excess.length)} too many`
      : "";
    const title = `HTTP/${this.version} ${this.status}, ${
      bytes(this.octets.length)
    } in ${duration(this.elapsed)}, ${how}${excess}`;
    return [
      paint("heading", title, room),
      ...onWire(">", this.request, "accent", room),
      ...onWire("<", this.octets, "string", room),
    ].join("\n");
  }
}

/** Octets as lines, their ends shown; a body in fewer of them. */
function onWire(
  mark: string,
  octets: Uint8Array,
  role: Role,
  room: Canvas,
): string[] {
  const whole = latin1(octets.subarray(0, 64 * 1024));
  const end = whole.indexOf("\r\n\r\n");
  const split = (part: string) => part.split(/(?<=\n)/).filter((x) => x !== "");
  const head = split(end < 0 ? whole : whole.slice(0, end + 4));
  const body = split(end < 0 ? "" : whole.slice(end + 4));
  const show = (line: string) =>
    `${paint(role, mark, room)} ${
      truncate(
        visible(line.replace(/\r\n$/, "\x01").replace(/\n$/, "\x02"))
          .replace(/\\x01$/, "␍␊").replace(/\\x02$/, "␊"),
        room.width - 2,
      )
    }`;
  const cut = (lines: string[], most: number) =>
    lines.length <= most ? lines.map(show) : [
      ...lines.slice(0, most).map(show),
      `${mark} … ${bytes(octets.length)} in all`,
    ];
  return [...cut(head, SHOWN_HEAD), ...cut(body, SHOWN_BODY)];
}

/**
 * Sends a request octet by octet, right or wrong, and reads the reply strictly.
 *
 * A text's line ends become CR LF up to the empty line, which is put in if it
 * is missing; octets go out as they are. A connection that is given stays open.
 *
 * @param to Where to connect, or an open connection.
 * @param request A text, octets, or the parts. @default {GET of "/"}
 * @param options How long to wait, and how much to take.
 * @returns The reply, and both sides' octets.
 * @throws {NetError} `"malformed"` for a reply that is no HTTP/1.1 or too large,
 * `"truncated"` for one that ends too early: its `cause` is a DecodeError, which
 * has the offset from the reply's start; `"refused"`, `"timeout"`, `"reset"` and what else `connect` and `read` meet.
 * @throws {ParseError} If `to` is no host and port.
 * @see RFC 9112
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   (request) => new Response(request.method),
 * );
 * const reply = await net.http.raw(`127.0.0.1:${server.addr.port}`, {
 *   method: "OPTIONS",
 *   target: "/",
 *   fields: [["Connection", "close"]],
 * });
 * assert.equal(reply.text(), "OPTIONS");
 * ```
 */
export async function raw(
  to: EndpointLike | Connection,
  request: string | Uint8Array | RawParts = {},
  options: RawOptions = {},
): Promise<RawReply> {
  const { timeout = 10_000, signal } = options;
  const own = !isConnection(to);
  const name = own ? `${endpoint(to)}` : `${to.remoteAddress}`;
  using deadline = new Deadline("ask", name, { timeout, signal });
  const connection = own
    ? await connect(to, { timeout, signal: deadline.signal })
    : to;
  try {
    const octets = requestOctets(request, `${connection.remoteAddress}`);
    return await converse(connection, octets, deadline.signal, options);
  } finally {
    if (own) await connection.close();
  }
}

async function converse(
  connection: Connection,
  request: Uint8Array,
  signal: AbortSignal,
  limits: ReplyLimits,
): Promise<RawReply> {
  const start = performance.now();
  const method = /^[^ ]*/.exec(latin1(request.subarray(0, 64)))![0];
  // A server may answer before it has read all, and then read no more.
  const writing = connection.write(request, { signal }).catch((error) => error);
  const chunks: Uint8Array[] = [];
  const reading = readReply(method, limits);
  let step = reading.next(null);
  while (!step.done) {
    let chunk: Uint8Array | null;
    try {
      chunk = await connection.read({ signal });
    } catch (error) {
      const failed = await Promise.race([writing, undefined]);
      throw chunks.length === 0 && failed instanceof NetError ? failed : error;
    }
    if (chunk) chunks.push(chunk);
    try {
      step = reading.next(chunk);
    } catch (error) {
      throw misdeed(error, `${connection.remoteAddress}`);
    }
  }
  const elapsed = performance.now() - start;
  const { reply, excess } = step.value;
  const octets = joined(chunks).subarray(0, reply.length);
  return new RawReply({ request, octets, reply, excess, elapsed });
}

/** Says of octets that are no reply who sent them. */
function misdeed(error: unknown, target: string): unknown {
  if (!(error instanceof DecodeError)) return error;
  const what = error.code === "malformed"
    ? `it sent a reply that cannot be read: ${reasonOf(error)}`
    : error.offset === 0
    ? "it closed the connection without a word"
    : `it closed the connection within its reply: ${reasonOf(error)}`;
  return new NetError(what, {
    code: error.code,
    op: "ask",
    target,
    cause: error,
  });
}

function isConnection(to: EndpointLike | Connection): to is Connection {
  return typeof to === "object" && "remoteAddress" in to;
}

/** What goes over the wire for a request. */
function requestOctets(
  request: string | Uint8Array | RawParts,
  host: string,
): Uint8Array {
  if (request instanceof Uint8Array) return request;
  const encoder = new TextEncoder();
  if (typeof request === "string") {
    const empty = /\r?\n\r?\n/.exec(request);
    const head = empty ? request.slice(0, empty.index) : request.trimEnd();
    const body = empty ? request.slice(empty.index + empty[0].length) : "";
    return encoder.encode(`${head.replace(/\r?\n/g, "\r\n")}\r\n\r\n${body}`);
  }
  const { method = "GET", target = "/", version = "1.1", body = "" } = request;
  const fields: readonly HeaderField[] = Object.entries(request.fields ?? {})
    .map(([name, field]) => typeof field === "string" ? [name, field] : field);
  const octets = typeof body === "string" ? encoder.encode(body) : body;
  const has = (...names: string[]) =>
    fields.some(([name]) => names.includes(name.toLowerCase()));
  const all: HeaderField[] = [
    ...(has("host") ? [] : [["Host", host] as const]),
    ...fields,
    ...(octets.length === 0 || has("content-length", "transfer-encoding")
      ? []
      : [["Content-Length", `${octets.length}`] as const]),
  ];
  const lines = [
    `${method} ${target} HTTP/${version}`,
    ...all.map(([name, value]) => `${name}: ${value}`),
  ];
  const head = encoder.encode(`${lines.join("\r\n")}\r\n\r\n`);
  const whole = new Uint8Array(head.length + octets.length);
  whole.set(head);
  whole.set(octets, head.length);
  return whole;
}
