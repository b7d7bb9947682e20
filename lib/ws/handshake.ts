/**
 * The HTTP that a WebSocket begins with.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import type { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";

/** The head of an HTTP message. */
export interface Head {
  /** Its first line. */
  readonly start: string;
  /** Its fields, names in small letters, values of one name joined by commas. */
  readonly fields: ReadonlyMap<string, string>;
  /** Octets that came behind it. */
  readonly rest: Uint8Array;
}

/** Octets that a head may have. */
const MOST = 16 * 1024;

/** What both sides hash with the key. @see RFC 6455 §1.3 */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Reads the head of a message, and leaves the socket paused behind it.
 *
 * @param socket Where it comes from.
 * @param peer Who sends it.
 * @param deadline How long it may take.
 * @returns The head.
 * @throws {NetError} `"timeout"`, `"closed"`, `"reset"`, `"malformed"`,
 * `"too-large"`.
 */
export async function readHead(
  socket: NodeSocket,
  peer: Endpoint,
  deadline: Deadline,
): Promise<Head> {
  const found = Promise.withResolvers<Head>();
  let octets = new Uint8Array(0);
  const fail = (reason: string, code: string) =>
    found.reject(
      new NetError(reason, { code, op: "shake hands with", target: `${peer}` }),
    );
  const onData = (chunk: Uint8Array) => {
    if (
      octets.length === 0 && !/[\r\nA-Z]/i.test(String.fromCharCode(chunk[0]!))
    ) {
      // No line may ever end: TLS spoken to a port that speaks in clear.
      fail("what it says is no HTTP", "malformed");
      return;
    }
    const longer = new Uint8Array(octets.length + chunk.length);
    longer.set(octets);
    longer.set(chunk, octets.length);
    const from = Math.max(0, octets.length - 3);
    octets = longer;
    const end = endOf(octets, from);
    if (end < 0) {
      if (octets.length > MOST) {
        fail(`more than ${MOST} octets of header`, "too-large");
      }
      return;
    }
    socket.pause();
    const text = new TextDecoder("latin1").decode(octets.subarray(0, end));
    const head = parseHead(text, octets.subarray(end));
    if (head === undefined) fail("what it says is no HTTP", "malformed");
    else found.resolve(head);
  };
  const onEnd = () => fail("it closed the connection", "closed");
  const onError = (error: Error) =>
    found.reject(failure(error, "shake hands with", peer));
  socket.on("data", onData);
  socket.on("end", onEnd);
  socket.on("error", onError);
  socket.resume();
  try {
    return await deadline.race(found.promise);
  } finally {
    socket.off("data", onData);
    socket.off("end", onEnd);
    socket.off("error", onError);
    // What comes between two listeners is nobody's.
    socket.on("error", () => {});
  }
}

/** The place behind CR LF CR LF, or -1. */
function endOf(octets: Uint8Array, from: number): number {
  for (
    let i = octets.indexOf(10, from);
    i >= 0;
    i = octets.indexOf(10, i + 1)
  ) {
    if (i >= 3 && octets[i - 1] === 13 && octets[i - 2] === 10) return i + 1;
  }
  return -1;
}

/**
 * Takes a head apart.
 *
 * @param text The head, with its last empty line.
 * @param rest What came behind it.
 * @returns The head, or `undefined` if it is none.
 * @see RFC 9112 §2.1, §5
 */
export function parseHead(text: string, rest: Uint8Array): Head | undefined {
  const [start = "", ...lines] = text.slice(0, -4).split("\r\n");
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(
      line,
    ) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return { start, fields, rest };
}

/**
 * What a server answers to a key.
 *
 * @param key The field `Sec-WebSocket-Key`.
 * @returns The field `Sec-WebSocket-Accept`.
 * @see RFC 6455 §4.2.2
 */
export async function acceptOf(key: string): Promise<string> {
  const hash = await crypto.subtle.digest(
    "SHA-1",
    new TextEncoder().encode(key + GUID),
  );
  return new Uint8Array(hash).toBase64();
}

/**
 * Whether a list in a field has a word, in whatever letters.
 *
 * @param list The field, if it is there.
 * @param word In small letters.
 * @returns Whether it is among them.
 */
export function hasWord(
  list: string | null | undefined,
  word: string,
): boolean {
  return (list ?? "").split(",").some((part) =>
    part.trim().toLowerCase() === word
  );
}
