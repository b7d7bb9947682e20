/**
 * What a server makes of the request that a WebSocket begins with.
 *
 * @module
 */

import type { Endpoint } from "../socket/endpoint.ts";
import { agree } from "./deflate.ts";
import type { Deflate, UpgradeRequest } from "./facts.ts";
import { acceptOf, hasWord, type Head } from "./handshake.ts";

/** What a server wants of requests. */
export interface UpgradeRules {
  /** Subprotocols that it speaks; a client's most wanted one is taken. */
  readonly protocols?: string | readonly string[] | undefined;
  /** Whether to deflate messages with clients that offer it. @default {false} */
  readonly compress?: boolean | undefined;
  /**
   * The pages that may connect, as origins; clients that are no browsers name
   * none, and may. @default {all of them}
   */
  readonly origins?: string | readonly string[] | undefined;
  /**
   * Looks at a request: `false` refuses it with 403, a number with that status.
   */
  readonly accept?:
    | ((
      request: UpgradeRequest,
    ) => boolean | number | Promise<boolean | number>)
    | undefined;
}

/** Why a request becomes no WebSocket. */
export interface Refusal {
  /** The status code of the answer. */
  readonly status: number;
  /** What is wrong. */
  readonly reason: string;
  /** Further header fields of the answer. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** What client and server agreed on. */
export interface Agreement {
  /** The header fields of the answer, which has the status 101. */
  readonly fields: Readonly<Record<string, string>>;
  /** The subprotocol, or `""`. */
  readonly protocol: string;
  /** How messages are deflated, if they are. */
  readonly deflate: Deflate | undefined;
}

/** Status codes that a refusal may have, in words. */
const PHRASES: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
};

/**
 * Writes the head of an answer.
 *
 * @param status Its code.
 * @param fields Its header fields.
 * @returns The head, with the empty line.
 */
export function answerHead(
  status: number,
  fields: Readonly<Record<string, string>>,
): string {
  return [
    `HTTP/1.1 ${status} ${PHRASES[status] ?? "Refused"}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");
}

/**
 * Writes an answer that is no handshake; the connection ends with it.
 *
 * @param status Its code.
 * @param fields Further header fields.
 * @param page What it says, as HTML. @default {the status}
 * @returns The whole answer.
 */
export function finalAnswer(
  status: number,
  fields: Readonly<Record<string, string>> = {},
  page?: string,
): string {
  const text = page ?? `${status} ${PHRASES[status] ?? ""}\n`;
  const type = page === undefined ? "text/plain" : "text/html";
  return answerHead(status, {
    "Content-Type": `${type};charset=UTF-8`,
    "Content-Length": `${new TextEncoder().encode(text).length}`,
    Connection: "close",
    ...fields,
  }) + text;
}

/**
 * Reads a request out of its head.
 *
 * @param head The head.
 * @param remoteAddress Who sent it.
 * @returns The request, or why it is none that could become a WebSocket.
 */
export function requestIn(
  { start, fields }: Head,
  remoteAddress: Endpoint,
): UpgradeRequest | Refusal {
  const [, method, target] =
    /^([A-Z]+) (\/\S*|https?:\/\/\S+) HTTP\/1\.\d$/.exec(start) ?? [];
  const host = fields.get("host") ?? "";
  const url = /^[^\s/?#@\\,]+$/.test(host)
    ? URL.parse(target ?? "", `http://${host}`)
    : null;
  if (method === undefined || url === null) {
    return { status: 400, reason: "the target or the host is none" };
  }
  if (method !== "GET") {
    return {
      status: 405,
      reason: "here is only GET",
      fields: { Allow: "GET" },
    };
  }
  try {
    const headers = new Headers([...fields]);
    return { url, headers, protocols: offeredIn(headers), remoteAddress };
  } catch {
    return { status: 400, reason: "a header field is none" };
  }
}

/**
 * The subprotocols that a client offers.
 *
 * @param headers Its header fields.
 * @returns The most wanted one first.
 */
export function offeredIn(headers: Headers): string[] {
  return (headers.get("sec-websocket-protocol") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => name !== "");
}

/**
 * Tells whether a request asks for a WebSocket at all.
 *
 * @param headers Its header fields.
 * @returns Whether it does, right or wrong.
 */
export function wantsSocket(headers: Headers): boolean {
  return hasWord(headers.get("upgrade"), "websocket");
}

/**
 * Judges a request.
 *
 * @param request The request.
 * @param rules What the server wants.
 * @returns What both sides agree on, or why there will be no WebSocket.
 * @see RFC 6455 §4.2.1, §4.2.2
 */
export async function judge(
  request: UpgradeRequest,
  rules: UpgradeRules,
): Promise<Agreement | Refusal> {
  const { headers, protocols } = request;
  if (!wantsSocket(headers)) {
    return {
      status: 426,
      reason: "here is a WebSocket",
      fields: { Upgrade: "websocket" },
    };
  }
  if (headers.get("sec-websocket-version") !== "13") {
    return {
      status: 426,
      reason: "this is not version 13",
      fields: { "Sec-WebSocket-Version": "13" },
    };
  }
  const key = headers.get("sec-websocket-key") ?? "";
  if (
    !hasWord(headers.get("connection"), "upgrade") ||
    !/^[A-Za-z\d+/]{22}==$/.test(key)
  ) return { status: 400, reason: "this is no handshake of WebSocket" };
  const origin = headers.get("origin");
  const { origins } = rules;
  if (origins && origin !== null && ![origins].flat().includes(origin)) {
    return { status: 403, reason: "pages of that origin may not connect" };
  }
  const verdict = await rules.accept?.(request) ?? true;
  if (verdict !== true) {
    return { status: verdict || 403, reason: "this may not connect" };
  }
  const ours = [rules.protocols ?? []].flat();
  const protocol = protocols.find((name) => ours.includes(name)) ?? "";
  const deflate = rules.compress
    ? await agree(headers.get("sec-websocket-extensions") ?? undefined)
    : undefined;
  return {
    fields: {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Accept": await acceptOf(key),
      ...protocol !== "" && { "Sec-WebSocket-Protocol": protocol },
      ...deflate && { "Sec-WebSocket-Extensions": deflate.header },
    },
    protocol,
    deflate,
  };
}
