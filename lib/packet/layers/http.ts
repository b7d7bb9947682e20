/**
 * The Hypertext Transfer Protocol, version 1: the head of a message.
 *
 * @module
 */

import { layer } from "../codec.ts";
import {
  type Cursor,
  type Format,
  type Random,
  type Sink,
  Stop,
} from "../format.ts";
import { latin1Text } from "../latin1.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { randomText, valueText } from "../value.ts";

/** Methods of HTTP and WebDAV (IANA's "HTTP Method Registry", UPnP's). */
const METHODS = "ACL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LINK \
LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE M-SEARCH \
NOTIFY OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT REBIND REPORT SEARCH \
SUBSCRIBE TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UNSUBSCRIBE UPDATE \
VERSION-CONTROL".split(" ");

/** How many characters tell HTTP from anything else. */
const START = 4;

const RESPONSE = "HTTP";

const startOf = (method: string) => `${method} `.slice(0, START);

const STARTS: ReadonlySet<string> = new Set([
  RESPONSE,
  ...METHODS.map(startOf),
]);

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** Where the line ends that something stands in: before CR and LF. */
function lineEnd({ octets, at, end }: Cursor): number {
  const feed = octets.indexOf(LF, at);
  const to = feed < 0 || feed >= end ? end : feed;
  return to > at && octets[to - 1] === CR ? to - 1 : to;
}

/** Reads up to a place, as text. */
function until(from: Cursor, to: number): string {
  return latin1Text(from.bytes(Math.max(0, to - from.at)));
}

/** Moves on behind the end of a line; a line that has none is cut. */
function pastLine(from: Cursor): void {
  if (from.octets[from.at] === CR && from.left > 1) from.take(1);
  if (from.left === 0 || from.octets[from.at] !== LF) {
    throw new Stop("cut short", from.at, 1, 0);
  }
  from.take(1);
}

/** Whether the message asks for something; the other kind answers. */
function isRequest(start: unknown): boolean {
  return start !== RESPONSE;
}

interface Piece {
  readonly about: string;
  read(from: Cursor): string | undefined;
  /** The characters behind `start`, spaces around included. */
  written(value: string, isRequest: boolean): string;
  random(random: Random, start: string): string | undefined;
}

/** A piece of the first line, as text that cannot end it. */
function piece(
  { about, read, written, random }: Piece,
): Format<string | undefined, string> {
  return {
    about,
    isQuiet: true,
    read,
    write(to, value) {
      if (value === undefined) return;
      if (typeof value !== "string" || !/^[^\r\n\u0100-\uffff]*$/.test(value)) {
        to.refuse("be one line of characters up to U+00FF", value);
      }
      writeText(to, written(value, isRequest(to.fields.start)));
    },
    random: (chance, { start = RESPONSE }) => random(chance, String(start)),
    text: (value) => value === undefined ? "absent" : valueText(value),
  };
}

function writeText(to: Sink, text: string): void {
  const at = to.room(text.length);
  for (let i = 0; i < text.length; i++) to.octets[at + i] = text.charCodeAt(i);
}

const method = piece({
  about: "the method of a request",
  read(from) {
    if (!isRequest(from.fields.start)) return undefined;
    // Its first characters are `start`, or all of them.
    from.at = from.start;
    const space = from.octets.indexOf(SPACE, from.at);
    if (space < 0 || space >= lineEnd(from)) {
      return from.fail("request without a target");
    }
    const value = until(from, space);
    from.take(1);
    return value;
  },
  written: (value) => `${value} `.slice(START),
  random: (_, start) =>
    isRequest(start) ? `${start.padEnd(START, "\0")}X` : undefined,
});

const target = piece({
  about: "the target of a request",
  read(from) {
    if (!isRequest(from.fields.start)) return undefined;
    // A space within is wrong, and happens: the last one ends it.
    const end = lineEnd(from);
    const space = from.octets.lastIndexOf(SPACE, end - 1);
    return until(from, space < from.at ? end : space);
  },
  written: (value) => value,
  random: (random, start) =>
    isRequest(start) ? `/${randomText(5, random)}` : undefined,
});

const version = piece({
  about: "the version",
  read(from) {
    const end = lineEnd(from);
    if (!isRequest(from.fields.start)) {
      from.at = from.start;
      const space = from.octets.indexOf(SPACE, from.at);
      return until(from, space < 0 || space > end ? end : space);
    }
    // HTTP/0.9 did not say its version.
    if (from.at === end) return undefined;
    from.take(1);
    return until(from, end);
  },
  written: (value, isRequest) => isRequest ? ` ${value}` : value.slice(START),
  random: () => "HTTP/1.1",
});

/** The status code of a response: three digits. */
const status: Format<number | undefined, number> = {
  about: "the status code of a response",
  isQuiet: true,
  read(from) {
    if (isRequest(from.fields.start)) return undefined;
    const digits = until(from, Math.min(lineEnd(from), from.at + 4));
    if (/^ \d{3}$/.test(digits)) return Number(digits);
    return from.fail("response without a status code");
  },
  write(to, value) {
    if (value === undefined) return;
    if (!(Number.isInteger(value) && value >= 0 && value <= 999)) {
      to.refuse("be a whole number from 0 to 999", value, RangeError);
    }
    writeText(to, ` ${String(value).padStart(3, "0")}`);
  },
  random: (random, { start = RESPONSE }) =>
    isRequest(start) ? undefined : 100 + Math.floor(random() * 500),
  text: (value) => String(value ?? "absent"),
};

const reason = piece({
  about: "what the status code means, in words",
  read(from) {
    if (isRequest(from.fields.start)) return undefined;
    const end = lineEnd(from);
    if (from.at < end) from.take(1);
    return until(from, end);
  },
  written: (value) => ` ${value}`,
  random: (random, start) =>
    isRequest(start) ? undefined : randomText(4, random),
});

/** One header field (RFC 9110 §5). */
export interface HttpHeader {
  /** Its name, as it is written. */
  readonly name: string;
  /** Its value, without the space around. */
  readonly value: string;
}

const headers: Format<readonly HttpHeader[]> = {
  about: "header fields",
  empty: [],
  read(from) {
    const items: HttpHeader[] = [];
    pastLine(from);
    // All that HTTP/0.9 asks is its first line.
    const { method, version } = from.fields;
    if (method !== undefined && version === undefined) return items;
    try {
      for (;;) {
        const end = lineEnd(from);
        if (end === from.at) {
          pastLine(from);
          return items;
        }
        readHeader(from, end, items);
      }
    } catch (trouble) {
      from.note(trouble);
      from.at = from.end;
      return items;
    }
  },
  write(to, value = []) {
    if (!Array.isArray(value)) to.refuse("be a list of headers", value);
    writeText(to, "\r\n");
    value.forEach((one: HttpHeader, i) => {
      const line = `${one.name}: ${one.value}`;
      if (!/^[^\s:]+: [^\r\n\u0100-\uffff]*$/.test(line)) {
        to.path = `headers[${i}]`;
        to.refuse("have a name, and a value on one line", line);
      }
      writeText(to, `${line}\r\n`);
    });
    to.path = "headers";
    const isSimple = to.fields.method !== undefined &&
      to.fields.version === undefined;
    if (!isSimple) writeText(to, "\r\n");
  },
  random: (random) =>
    Array.from({ length: Math.floor(random() * 4) }, () => ({
      name: randomText(4, random),
      value: randomText(6, random),
    })),
  text: (value) =>
    value.map(({ name, value }) => `${name}: ${valueText(value)}`).join("; "),
};

/** Reads a line; one that starts with a space goes on with the one before. */
function readHeader(from: Cursor, end: number, items: HttpHeader[]): void {
  const { at } = from;
  const line = until(from, end);
  pastLine(from);
  const last = items.at(-1);
  if (/^[ \t]/.test(line) && last !== undefined) {
    items[items.length - 1] = {
      name: last.name,
      value: `${last.value} ${line.trim()}`,
    };
    return;
  }
  const colon = line.indexOf(":");
  if (colon < 1) from.fail("header without a name", at);
  items.push({
    name: line.slice(0, colon),
    value: line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ""),
  });
}

/** The fields of an HTTP message; a body, chunked or not, is its payload. */
export const httpFields = {
  /**
   * The first four characters, which tell HTTP from the middle of a body:
   * `HTTP` for a response, for a request those of its method. Worked out.
   */
  start: { text: START },
  /** Request: what to do. */
  method,
  /** Request: with what. */
  target,
  /** Version of the protocol, such as `HTTP/1.1`. */
  version,
  /** Response: how it went. */
  status,
  /** Response: the same in words, if anybody cares. */
  reason,
  /** Header fields, in their order. */
  headers,
} as const satisfies FieldTable;

/** The head of an HTTP message, as far as the segment has it. */
export const http: Layer<"http", typeof httpFields> = layer(
  "http",
  httpFields,
  {
    source: "RFC 9112 §2 to §5",
    under: [80, 591, 631, 3128, 5985, 8000, 8008, 8080, 8081, 8088, 8888]
      .map((port) => ["tcp", port] as const),
    header: "parsed",
    tentative: true,
    check: ({ start }) => STARTS.has(start) ? undefined : "no HTTP message",
    defaults: { start: RESPONSE },
    implied: ({ method, status }) => ({
      ...typeof method === "string" && {
        start: startOf(method),
        target: "/",
        version: "HTTP/1.1",
      },
      ...status !== undefined && {
        start: RESPONSE,
        version: "HTTP/1.1",
        reason: "",
      },
    }),
    summary: ({ method, target, version, status, reason }) =>
      method === undefined
        ? `${version} ${status} ${reason}`
        : `${method} ${target}`,
  },
);
