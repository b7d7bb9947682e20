/**
 * Replies of HTTP/1.1, octet by octet and strictly: what does not follow the
 * grammar is refused, with the place.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { joined } from "./octets.ts";

/** One header field as it stands on the wire. */
export type HeaderField = readonly [name: string, value: string];

/** How the end of a reply's body was found. */
export type Framing = "none" | "content-length" | "chunked" | "close";

/** The head of a reply that came before the last: 100, 103. */
export interface InterimReply {
  /** Three digits, 100 to 199. */
  readonly status: number;
  /** The words after them. */
  readonly reason: string;
  /** Its fields, in their order. */
  readonly fields: readonly HeaderField[];
}

/** A reply, read. */
export interface Reply extends InterimReply {
  /** `"1.0"` or `"1.1"`. */
  readonly version: string;
  /** Replies of 1xx that came before. */
  readonly interim: readonly InterimReply[];
  /** How the body's end was found. */
  readonly framing: Framing;
  /** The body, its chunks joined. */
  readonly body: Uint8Array;
  /** The size of each chunk, the last one of 0 not counted. */
  readonly chunks: readonly number[];
  /** Fields after a chunked body. */
  readonly trailers: readonly HeaderField[];
  /** Octets of the reply, interim ones included. */
  readonly length: number;
}

/** What a reply may have at most. */
export interface ReplyLimits {
  /** Octets of a head, all of its lines. @default {65536} */
  readonly maxHead?: number | undefined;
  /** Octets of the body. @default {67108864, 64 MiB} */
  readonly limit?: number | undefined;
}

/** Chunks of a body, at most: tiny ones cost more memory than they carry. */
const MAX_CHUNKS = 262_144;
/** Octets of a chunk's first line, extensions included. */
const MAX_CHUNK_LINE = 4096;
/** Replies of 1xx in a row, at most. */
const MAX_INTERIM = 16;
const LAYER = "http";
const [CR, LF] = [0x0d, 0x0a];
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads one reply. It is a generator that asks for octets with each `yield`:
 * give it the next chunk, or `null` at the end of the stream.
 *
 * @param method What was asked, on which depends whether a body follows.
 * @param limits What is too much.
 * @returns The reply, when its last octet has been given.
 * @throws {DecodeError} If it is no HTTP/1.1, or too large.
 * @see RFC 9112 §4 (status line), §5 (fields), §6.3 (length), §7.1 (chunks)
 */
export function* readReply(
  method: string,
  limits: ReplyLimits = {},
): Generator<void, { reply: Reply; excess: Uint8Array }, Uint8Array | null> {
  const { maxHead = 64 * 1024, limit = 64 * 1024 * 1024 } = limits;
  const source = new Source();
  const interim: InterimReply[] = [];
  let version: string;
  let head: InterimReply;
  while (true) {
    const budget = { left: maxHead };
    const at = source.offset;
    [version, head] = readStatus(yield* line(source, budget), at);
    const fields = yield* readFields(source, budget);
    head = { ...head, fields };
    const { status } = head;
    // 101 is the last word of HTTP on this connection.
    if (status < 200 && status !== 101) {
      interim.push(head);
      if (interim.length > MAX_INTERIM) {
        throw wrong(`more than ${MAX_INTERIM} interim replies`, at);
      }
      continue;
    }
    break;
  }
  const framing = framingOf(method, version, head, source.offset);
  const chunks: number[] = [];
  const parts: Uint8Array[] = [];
  let trailers: readonly HeaderField[] = [];
  const bound = (size: number): void => {
    if (size > limit) {
      throw wrong(`a body of more than ${limit} octets`, source.offset);
    }
  };
  if (framing === "close") {
    let size = 0;
    let chunk: Uint8Array | null;
    while ((chunk = yield* source.any()) !== null) {
      bound(size += chunk.length);
      parts.push(chunk);
    }
  } else if (typeof framing === "number") {
    bound(framing);
    parts.push(yield* source.exactly(framing, "content-length"));
  } else if (framing === "chunked") {
    let total = 0;
    while (true) {
      const at = source.offset;
      const first = yield* line(source, { left: MAX_CHUNK_LINE });
      const size = chunkSize(first, at);
      if (size === 0) break;
      bound(total += size);
      chunks.push(size);
      if (chunks.length > MAX_CHUNKS) {
        throw wrong(`more than ${MAX_CHUNKS} chunks`, at);
      }
      parts.push(yield* source.exactly(size, "chunk size"));
      const end = source.offset;
      const [cr, lf] = yield* source.exactly(2, "chunk size");
      if (cr !== CR || lf !== LF) throw wrong("no line end after a chunk", end);
    }
    trailers = yield* readFields(source, { left: maxHead });
  }
  const reply: Reply = {
    ...head,
    version,
    interim,
    framing: typeof framing === "number" ? "content-length" : framing,
    body: joined(parts),
    chunks,
    trailers,
    length: source.offset,
  };
  return { reply, excess: source.rest() };
}

/**
 * Reads one reply out of octets that are all here.
 *
 * @param octets The octets, up to the end of the connection.
 * @param method What was asked. @default {"GET"}
 * @param limits What is too much.
 * @returns The reply, and what follows it.
 * @throws {DecodeError} If it is no HTTP/1.1, cut short or too large.
 */
export function decodeReply(
  octets: Uint8Array,
  method = "GET",
  limits: ReplyLimits = {},
): { reply: Reply; excess: Uint8Array } {
  const reading = readReply(method, limits);
  let step = reading.next(null);
  if (!step.done) step = reading.next(octets);
  while (!step.done) step = reading.next(null);
  return step.value;
}

/**
 * Octets as text, one character each; the web's "latin1" is another set.
 *
 * @param octets The octets.
 * @returns As many characters, U+0000 to U+00FF.
 */
export function latin1(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 8192) {
    text += String.fromCharCode(...octets.subarray(at, at + 8192));
  }
  return text;
}

function wrong(reason: string, offset: number): DecodeError {
  return new DecodeError(reason, { layer: LAYER, offset });
}

/** Octets that came and are not read yet. */
class Source {
  /** Octets that have been read. */
  offset = 0;
  #buffer: Uint8Array = new Uint8Array();
  /** Where the unread ones begin and end in the buffer. */
  #start = 0;
  #end = 0;

  /** What nobody has read. */
  rest(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Waits for more; `false` at the end. */
  *more(): Generator<void, boolean, Uint8Array | null> {
    const chunk = yield;
    if (chunk === null || chunk === undefined) return false;
    const waiting = this.#end - this.#start;
    if (waiting === 0) {
      [this.#buffer, this.#start, this.#end] = [chunk, 0, chunk.length];
      return true;
    }
    // Doubling keeps a body that comes in small pieces from being copied over
    // and over.
    if (
      this.#end + chunk.length > this.#buffer.length || this.#buffer === chunk
    ) {
      const room = new Uint8Array(Math.max(1024, (waiting + chunk.length) * 2));
      room.set(this.rest());
      [this.#buffer, this.#start, this.#end] = [room, 0, waiting];
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
    return true;
  }

  /** Takes so many octets. */
  take(n: number): Uint8Array {
    const taken = this.#buffer.slice(this.#start, this.#start + n);
    this.#start += n;
    this.offset += n;
    return taken;
  }

  /** Takes what there is, or the next chunk; `null` at the end. */
  *any(): Generator<void, Uint8Array | null, Uint8Array | null> {
    while (this.#end === this.#start) {
      if (!(yield* this.more())) return null;
    }
    return this.take(this.#end - this.#start);
  }

  /** Takes exactly so many octets. */
  *exactly(
    n: number,
    lengthFrom: string,
  ): Generator<void, Uint8Array, Uint8Array | null> {
    while (this.#end - this.#start < n) {
      if (yield* this.more()) continue;
      throw new DecodeError("cut short", {
        layer: LAYER,
        offset: this.offset,
        needed: n,
        available: this.#end - this.#start,
        lengthFrom,
      });
    }
    return this.take(n);
  }
}

/** Takes one line without its CR LF; a bare CR or LF is refused (§2.2). */
function* line(
  source: Source,
  budget: { left: number },
): Generator<void, Uint8Array, Uint8Array | null> {
  let seen = 0;
  while (true) {
    const rest = source.rest();
    const at = rest.indexOf(LF, seen);
    if (at >= 0 ? at + 1 > budget.left : rest.length > budget.left) {
      throw wrong("a head of too many octets", source.offset + budget.left);
    }
    if (at >= 0) {
      budget.left -= at + 1;
      const start = source.offset;
      const taken = source.take(at + 1);
      if (taken[at - 1] !== CR) throw wrong("a line feed alone", start + at);
      const cr = taken.indexOf(CR);
      if (cr < at - 1) throw wrong("a carriage return alone", start + cr);
      return taken.subarray(0, at - 1);
    }
    seen = rest.length;
    if (yield* source.more()) continue;
    throw new DecodeError(
      rest.length === 0 ? "the other side closed" : "cut short in a line",
      {
        layer: LAYER,
        offset: source.offset + rest.length,
        needed: 1,
        available: 0,
      },
    );
  }
}

function readStatus(octets: Uint8Array, at: number): [string, InterimReply] {
  const text = latin1(octets);
  const match = /^HTTP\/(\d\.\d) (\d{3})(?: ([\t \x21-\x7e\x80-\xff]*))?$/.exec(
    text,
  );
  if (!match) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw wrong(`no status line: ${JSON.stringify(shown)}`, at);
  }
  const [, version = "", code = "", reason = ""] = match;
  const status = Number(code);
  if (version !== "1.1" && version !== "1.0") {
    throw wrong(`HTTP/${version} where 1.1 was spoken`, at + 5);
  }
  if (status < 100 || status > 599) throw wrong(`no status ${code}`, at + 9);
  return [version, { status, reason, fields: [] }];
}

/** Field lines up to the empty one. */
function* readFields(
  source: Source,
  budget: { left: number },
): Generator<void, readonly HeaderField[], Uint8Array | null> {
  const fields: HeaderField[] = [];
  while (true) {
    const at = source.offset;
    const octets = yield* line(source, budget);
    if (octets.length === 0) return fields;
    const text = latin1(octets);
    if (/^[ \t]/.test(text)) throw wrong("a folded line", at);
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(0, colon));
    if (!TOKEN.test(name)) {
      const space = /^[^ \t:]+[ \t]+$/.test(name);
      throw wrong(
        colon < 0
          ? "a field without a colon"
          : space
          ? "a space before the colon"
          : "a field's name that is none",
        at,
      );
    }
    // What is no octet of a field was no line end either: NUL and its like.
    const stray = text.slice(colon + 1).search(/[^\t \x21-\x7e\x80-\xff]/);
    if (stray >= 0) throw wrong("a control character", at + colon + 1 + stray);
    fields.push([name, text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")]);
  }
}

function valuesOf(fields: readonly HeaderField[], name: string): string[] {
  return fields.filter(([field]) => field.toLowerCase() === name)
    .flatMap(([, value]) => value.split(",").map((part) => part.trim()));
}

/** How the end of the body is found, in the order of RFC 9112 §6.3. */
function framingOf(
  method: string,
  version: string,
  { status, fields }: InterimReply,
  at: number,
): Exclude<Framing, "content-length"> | number {
  const codings = valuesOf(fields, "transfer-encoding")
    .map((coding) => coding.toLowerCase());
  const lengths = valuesOf(fields, "content-length");
  if (method === "CONNECT" && status >= 200 && status < 300) return "none";
  // Two ways to find the end are how replies are smuggled past a filter.
  if (codings.length > 0 && lengths.length > 0) {
    throw wrong("both Transfer-Encoding and Content-Length", at);
  }
  if (new Set(lengths).size > 1) throw wrong("two Content-Lengths", at);
  const [length] = lengths;
  if (length !== undefined && !/^\d{1,15}$/.test(length)) {
    throw wrong(`a Content-Length of ${JSON.stringify(length)}`, at);
  }
  if (codings.length > 0 && version === "1.0") {
    throw wrong("Transfer-Encoding in HTTP/1.0", at);
  }
  if (codings.slice(0, -1).includes("chunked")) {
    throw wrong("chunked is not the last coding", at);
  }
  const bodyless = method === "HEAD" || status < 200 || status === 204 ||
    status === 304;
  if (bodyless) return "none";
  if (codings.length > 0) {
    return codings.at(-1) === "chunked" ? "chunked" : "close";
  }
  return length === undefined ? "close" : Number(length);
}

/** The size in a chunk's first line; extensions are read over (§7.1.1). */
function chunkSize(octets: Uint8Array, at: number): number {
  const text = latin1(octets);
  const size = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/.exec(text)?.[1];
  if (size === undefined) {
    throw wrong(`a chunk size of ${JSON.stringify(text.slice(0, 20))}`, at);
  }
  return parseInt(size, 16);
}
