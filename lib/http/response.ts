/**
 * The whole answer to an HTTP request, as a value.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { truncate, visible } from "../inspect/text.ts";
import { bytes, duration } from "../inspect/units.ts";
import { verb } from "./failure.ts";
import { parseJson } from "./json.ts";
import { type Link, parseLinks } from "./links.ts";

/** One step on the way to an answer: asked, and not the end of it. */
export interface Hop {
  /** Why it went on: another place, a proof of identity, another try. */
  readonly reason: "redirect" | "auth" | "retry";
  /** What was asked. */
  readonly method: string;
  /** Where. */
  readonly url: string;
  /** The status that was answered; `undefined` if the try failed. */
  readonly status: number | undefined;
  /** The answer's header fields; `undefined` if the try failed. */
  readonly headers: Headers | undefined;
  /** What the try failed with. */
  readonly error: NetError | undefined;
  /** From the call to the end of this step, in milliseconds. */
  readonly elapsed: number;
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
  /** What was asked last. @default {"GET"} */
  readonly method?: string;
  /** From the call to the head of the answer, in milliseconds. @default {elapsed} */
  readonly firstByte?: number;
  /** The steps before, the first one first. @default {none} */
  readonly history?: readonly Hop[];
  /** What the session's cache did. @default {none asked} */
  readonly cached?: "hit" | "revalidated" | "miss" | undefined;
}

/** What `application/problem+json` says of a failure; other members too. */
export interface Problem {
  /** A URI that names the kind of problem. */
  readonly type?: string;
  /** The kind in a few words. */
  readonly title?: string;
  /** The status, again. */
  readonly status?: number;
  /** What went wrong this time. */
  readonly detail?: string;
  /** A URI of this occurrence. */
  readonly instance?: string;
  /** What the kind of problem adds. */
  readonly [member: string]: unknown;
}

const UTF_8 = new TextDecoder();

/** Lines and columns of a body that are shown at the prompt. */
const SHOWN_LINES = 12;
/** UTF-16 units of a body that an error quotes. */
const QUOTED = 200;

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
  /** What was asked, after redirections. */
  readonly method: string;
  /** From the call to the head of this answer, in milliseconds. */
  readonly firstByte: number;
  /** Redirections, refused proofs and failed tries before, the first one first. */
  readonly history: readonly Hop[];
  /** What the session's cache did; `undefined` without one. */
  readonly cached: "hit" | "revalidated" | "miss" | undefined;

  /**
   * Takes the answer's parts; `get` and the methods of a session make them.
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
    this.method = parts.method ?? "GET";
    this.firstByte = parts.firstByte ?? parts.elapsed;
    this.history = parts.history ?? [];
    this.cached = parts.cached;
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
    const label = /charset="?([^\s;"]+)/i.exec(type)?.[1];
    try {
      const decoder = label === undefined ? UTF_8 : new TextDecoder(label);
      return decoder.decode(this.body);
    } catch {
      return UTF_8.decode(this.body);
    }
  }

  /**
   * The body as JSON.
   *
   * @returns The value.
   * @throws {ParseError} If the body is no JSON.
   */
  json(): unknown {
    return parseJson(this.text());
  }

  /**
   * Where the field `Link` leads, by relation: `response.links.next?.url`.
   *
   * @see RFC 8288 §3
   */
  get links(): Readonly<Partial<Record<string, Link>>> {
    return parseLinks(this.headers.get("link") ?? "", this.url);
  }

  /**
   * What the body says of a failure, if it is `application/problem+json`.
   *
   * @see RFC 9457 §3
   */
  get problem(): Problem | undefined {
    const type = this.headers.get("content-type") ?? "";
    if (!/^application\/problem\+json\b/i.test(type)) return undefined;
    try {
      const value = this.json();
      return typeof value === "object" && value !== null &&
          !Array.isArray(value)
        ? value as Problem
        : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Makes an exception of a status that says no.
   *
   * @returns This answer, if its status is 200 to 299.
   * @throws {HttpStatusError} Otherwise, with what the server said.
   */
  expectOk(): this {
    if (this.ok) return this;
    throw new HttpStatusError(this);
  }

  /** Everything, plain; the body as text. */
  toJSON(): {
    method: string;
    status: number;
    statusText: string;
    url: string;
    headers: Record<string, string>;
    body: string;
    firstByte: number;
    elapsed: number;
    history: {
      reason: string;
      method: string;
      url: string;
      status: number | undefined;
    }[];
  } {
    return {
      method: this.method,
      status: this.status,
      statusText: this.statusText,
      url: this.url,
      headers: Object.fromEntries(this.headers),
      body: this.text(),
      firstByte: this.firstByte,
      elapsed: this.elapsed,
      history: this.history.map(({ reason, method, url, status }) => ({
        reason,
        method,
        url,
        status,
      })),
    };
  }

  /** The status, the way there, the header fields and the beginning of the body. */
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
    const head = this.firstByte < this.elapsed
      ? `, head after ${duration(this.firstByte)}`
      : "";
    const cost = `${bytes(this.body.length)} in ${
      duration(this.elapsed)
    }${head}`;
    const kept = this.cached && this.cached !== "miss"
      ? ` (cache: ${this.cached})`
      : "";
    const title = `HTTP ${status} from ${visible(this.url)}${kept}, ${cost}`;
    const way = this.history.map((hop) => `  ${describeHop(hop)}`);
    const fields = card("", this.headers, room).replaceAll(/^/gm, "  ");
    const body = this.#bodyLines(room.width).join("\n");
    return [
      title,
      ...way.map((line) => paint("muted", truncate(line, room.width), room)),
      ...(fields.trim() ? [fields] : []),
      ...(body ? [body] : []),
    ].join("\n");
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

/** One line of the way: what was asked, what came of it. */
function describeHop(
  { reason, method, url, status, headers, error }: Hop,
): string {
  const to = reason === "redirect" ? ` to ${headers?.get("location")}` : "";
  const why = error?.code ?? `${status}${to}`;
  return visible(`${reason}: ${method} ${url}: ${why}`);
}

/**
 * A status that says no, to those who asked for an exception: `expectOk` and
 * the option `throwOn` throw it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const session = net.http.client({
 *   transport: () => Response.json(
 *     { title: "Out of tea", detail: "the pot is empty" },
 *     { status: 503, headers: { "content-type": "application/problem+json" } },
 *   ),
 * });
 * const response = await session.get("http://kitchen.example/tea");
 * assert.throws(() => response.expectOk(), {
 *   code: "status",
 *   message: "Cannot get http://kitchen.example/tea: 503 Service Unavailable: Out of tea: the pot is empty",
 * });
 * ```
 */
export class HttpStatusError extends NetError {
  /** Always `"HttpStatusError"`. */
  override readonly name = "HttpStatusError";
  /** Three digits. */
  readonly status: number;
  /** What the body says, if it is `application/problem+json`. */
  readonly problem: Problem | undefined;
  /** The whole answer. */
  readonly response: HttpResponse;

  /**
   * Makes an error of an answer; its message quotes how the body begins.
   *
   * @param response The answer.
   */
  constructor(response: HttpResponse) {
    const { status, statusText, method, url, problem } = response;
    const said = problem
      ? [problem.title, problem.detail].filter((x) => typeof x === "string")
        .join(": ")
      : beginning(response);
    const what = `${status} ${statusText}`.trim();
    super(said === "" ? what : `${what}: ${truncate(visible(said), QUOTED)}`, {
      code: "status",
      op: verb(method),
      target: url,
    });
    this.status = status;
    this.problem = problem;
    this.response = response;
  }
}

function beginning(response: HttpResponse): string {
  const body = response.body.subarray(0, QUOTED * 4);
  if (body.includes(0)) return "";
  const text = new HttpResponse({ ...response, body }).text();
  return text.replace(/\s+/g, " ").trim();
}
