/**
 * An HTTP client for the prompt: one call, and the whole answer as a value.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError, ParseError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { truncate, visible } from "../inspect/text.ts";
import { bytes, duration } from "../inspect/units.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";

/** Options for {@linkcode get}. */
export interface GetOptions extends DeadlineOptions {
  /** Header fields to send besides the usual ones. */
  headers?: HeadersInit | undefined;
  /** The longest wait for the whole answer, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** Stops the request; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Go where a redirection points, or give it as the answer. @default {"follow"} */
  redirect?: "follow" | "manual" | undefined;
  /** The most octets that the body may have. @default {67108864, 64 MiB} */
  limit?: number | undefined;
}

/** What an {@linkcode HttpResponse} is made of. */
export interface HttpResponseInit {
  /** Three digits. */
  readonly status: number;
  /** The words after them. */
  readonly statusText: string;
  /** The header fields. */
  readonly headers: Headers;
  /** Where it came from, after redirections. */
  readonly url: string;
  /** The body's octets. */
  readonly body: Uint8Array;
  /** From the call to the last octet, in milliseconds. */
  readonly elapsed: number;
}

/** Lines and columns of a body that are shown at the prompt. */
const SHOWN_LINES = 12;

/**
 * The whole answer to an HTTP request, body included.
 *
 * @see RFC 9110 §3.4, §15 (status codes)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const response = new net.http.HttpResponse({
 *   status: 200,
 *   statusText: "OK",
 *   headers: new Headers({ "content-type": "application/json" }),
 *   url: "http://127.0.0.1/",
 *   body: new TextEncoder().encode('{"up":true}'),
 *   elapsed: 1.5,
 * });
 * assert.deepEqual(response.json(), { up: true });
 * ```
 */
export class HttpResponse {
  /** Three digits: 200 is success, 404 not found. */
  readonly status: number;
  /** The words after them, `"OK"`; empty for codes without usual words. */
  readonly statusText: string;
  /** The header fields; names in any case. */
  readonly headers: Headers;
  /** Where it came from, after redirections. */
  readonly url: string;
  /** The body's octets, decompressed. */
  readonly body: Uint8Array;
  /** From the call to the last octet, in milliseconds. */
  readonly elapsed: number;

  /**
   * Takes the answer's parts; {@linkcode get} makes them.
   *
   * @param parts Status, header fields, body and the rest.
   */
  constructor(parts: HttpResponseInit) {
    this.status = parts.status;
    this.statusText = parts.statusText;
    this.headers = parts.headers;
    this.url = parts.url;
    this.body = parts.body;
    this.elapsed = parts.elapsed;
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** The body's octets, by the name that octets have all over the library. */
  get bytes(): Uint8Array {
    return this.body;
  }

  /**
   * The body as text, in the character set that `content-type` names.
   *
   * @returns The text; UTF-8 if no known set is named.
   */
  text(): string {
    const type = this.headers.get("content-type") ?? "";
    const [, label = "utf-8"] = /charset="?([^\s;"]+)/i.exec(type) ?? [];
    try {
      return new TextDecoder(label).decode(this.body);
    } catch {
      return new TextDecoder().decode(this.body);
    }
  }

  /**
   * The body as JSON.
   *
   * @returns The value.
   * @throws {ParseError} If the body is no JSON.
   */
  json(): unknown {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      const { message } = error as SyntaxError;
      const at = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
      const [reason = "", ...rest] = message.split(" in JSON at");
      throw new ParseError(
        "JSON",
        text,
        at,
        rest.length > 0 ? reason.toLowerCase() : "unexpected end",
      );
    }
  }

  /** Everything, plain; the body as text. */
  toJSON(): {
    status: number;
    statusText: string;
    url: string;
    headers: Record<string, string>;
    body: string;
    elapsed: number;
  } {
    return {
      status: this.status,
      statusText: this.statusText,
      url: this.url,
      headers: Object.fromEntries(this.headers),
      body: this.text(),
      elapsed: this.elapsed,
    };
  }

  /** The status, the header fields and the beginning of the body. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const role: Role = this.ok ? "good" : this.status < 400 ? "warn" : "bad";
    const status = paint(
      role,
      visible(`${this.status} ${this.statusText}`.trim()),
      room,
    );
    const cost = `${bytes(this.body.length)} in ${duration(this.elapsed)}`;
    const title = `HTTP ${status} from ${visible(this.url)}, ${cost}`;
    const fields = card("", this.headers, room).replaceAll(/^/gm, "  ");
    const body = this.#bodyLines(room.width).join("\n");
    return [title, ...(fields.trim() ? [fields] : []), ...(body ? [body] : [])]
      .join("\n");
  }

  #bodyLines(width: number): string[] {
    const { body } = this;
    if (body.length === 0) return [];
    // Enough for all lines that are shown, and no megabytes to decode.
    const start = body.subarray(0, SHOWN_LINES * Math.min(width, 1000) * 4);
    if (start.includes(0)) return [`(${bytes(body.length)} that are no text)`];
    const text = new HttpResponse({ ...this, body: start }).text();
    const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
    const shown = lines.slice(0, SHOWN_LINES).map((line) =>
      truncate(visible(line), width)
    );
    const whole = lines.length <= SHOWN_LINES && start.length === body.length;
    return whole ? shown : [...shown, `… ${bytes(body.length)} in all`];
  }
}

/**
 * Asks for a URL and reads the whole answer. Whatever status the server
 * answers with, 404 and 500 too, is a result and not an exception.
 *
 * @param url An `http:` or `https:` URL.
 * @param options Header fields, how long to wait, and how much to take.
 * @returns The answer, with its body's octets.
 * @throws {NetError} `"refused"`, `"timeout"`, `"not-found"` for a name without
 * address, `"reset"`, `"closed"` for an answer cut short, `"tls"`,
 * `"malformed"` for an answer that is no HTTP, `"too-large"` above `limit`,
 * `"blocked"` for ports that fetch bars.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 9110 §9.3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   for await (const line of conn.lines()) if (line === "") break;
 *   await conn.write("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\ngone");
 * });
 * const response = await net.http.get(`http://${server.address}/`);
 * assert.deepEqual([response.status, response.text()], [404, "gone"]);
 * ```
 */
export async function get(
  url: string | URL,
  options: GetOptions = {},
): Promise<HttpResponse> {
  const {
    headers,
    timeout = 30_000,
    signal,
    redirect = "follow",
    limit = 64 * 1024 * 1024,
  } = options;
  const from = parseUrl(`${url}`);
  if (!(limit >= 0)) {
    throw new RangeError(
      `Cannot get ${from} as 'limit' must be 0 or more octets: current value is ${limit}`,
    );
  }
  const start = performance.now();
  using deadline = new Deadline("get", `${from}`, { timeout, signal });
  try {
    const response = await fetch(from, {
      headers: new Headers(headers),
      redirect,
      signal: deadline.signal,
    });
    const body = await readBody(response, limit, from);
    const { status, statusText } = response;
    return new HttpResponse({
      status,
      statusText,
      headers: response.headers,
      url: response.url,
      body,
      elapsed: performance.now() - start,
    });
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw explain(error, from);
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new ParseError(
    "a URL to get",
    text,
    0,
    "it does not begin with http:// or https:// and a host",
  );
}

async function readBody(
  response: Response,
  limit: number,
  url: URL,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the body, and with it the transfer.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) {
      throw new NetError(`the body has more than ${limit} octets`, {
        code: "too-large",
        op: "get",
        target: `${url}`,
        hint: "a larger { limit }",
      });
    }
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let filled = 0;
  for (const chunk of chunks) {
    body.set(chunk, filled);
    filled += chunk.length;
  }
  return body;
}

/** Errnos of Linux, which fetch gives as numbers within its text. */
const ERRNO: Readonly<Record<string, string>> = {
  32: "EPIPE",
  101: "ENETUNREACH",
  104: "ECONNRESET",
  110: "ETIMEDOUT",
  111: "ECONNREFUSED",
  113: "EHOSTUNREACH",
};

/** What else fetch's texts tell, and what we make of it. */
const CLUES: readonly (readonly [RegExp, code: string, reason: string])[] = [
  [/closed before message|reading a body/, "closed", "the answer is cut short"],
  [/certificate|corrupt message|tls|handshake/i, "tls", "TLS failed"],
  [/SendRequest|parse/, "malformed", "the answer is no HTTP"],
  [/redirects/, "redirect", "too many redirections"],
];

/** Fetch has one TypeError for everything; its texts tell more. */
function explain(error: unknown, url: URL): unknown {
  if (error instanceof NetError) return error;
  const port = Number(url.port || (url.protocol === "http:" ? 80 : 443));
  const host = new Endpoint(url.hostname.replace(/^\[(.*)\]$/, "$1"), port);
  const { name, message, cause } = error as Error;
  if (name === "NotCapable") return failure(error, "get from", host);
  const text = cause instanceof Error ? cause.message : message;
  if (/Requests to port \d+ are blocked/.test(text)) {
    return new NetError(`fetch talks to no server on port ${port}`, {
      code: "blocked",
      op: "get",
      target: `${url}`,
      hint: `net.tcp.connect("${host}")`,
      cause: error,
    });
  }
  // A header field with a space in its name, and the like.
  if (/^Invalid /.test(text)) return error;
  const code = /dns error.*Temporary failure/.test(text)
    ? "EAI_AGAIN"
    : /dns error/.test(text)
    ? "ENOTFOUND"
    : ERRNO[/os error (\d+)/.exec(text)?.[1] ?? ""];
  if (code !== undefined) {
    return failure(Object.assign(error as Error, { code }), "get from", host);
  }
  const detail = text.replace(/^error sending request .*?client error /, "");
  const clue = CLUES.find(([pattern]) => pattern.test(text));
  return new NetError(
    clue === undefined ? detail : `${clue[2]}: ${detail}`,
    { code: clue?.[1] ?? "failed", op: "get", target: `${url}`, cause: error },
  );
}
