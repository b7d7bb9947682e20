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
  /** Subprotocols that it speaks. */
  readonly protocols?: readonly string[] | undefined;
  /** Whether it deflates. */
  readonly compress?: boolean | undefined;
  /** Pages that may connect. */
  readonly origins?: readonly string[] | undefined;
  /** A page for those who want one. */
  readonly page?: string | undefined;
  /** Looks at a request. */
  readonly accept?:
    | ((
      request: UpgradeRequest,
    ) => boolean | number | Promise<boolean | number>)
    | undefined;
}

/** What is to be answered, and what was agreed on if it is 101. */
export type Verdict =
  | { readonly refusal: string }
  | {
    readonly answer: string;
    readonly request: UpgradeRequest;
    readonly protocol: string;
    readonly deflate: Deflate | undefined;
  };

/** Status codes that a refusal may have, in words. */
const PHRASES: Readonly<Record<number, string>> = {
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
 * Writes an answer that is no handshake; the connection ends with it.
 *
 * @param status Its code.
 * @param body What it says.
 * @param fields Further header fields.
 * @returns The whole answer.
 */
export function refuse(
  status: number,
  body = "",
  fields: readonly string[] = [],
): string {
  const text = body === "" ? `${status} ${PHRASES[status] ?? ""}\n` : body;
  const type = body === "" ? "text/plain" : "text/html";
  return [
    `HTTP/1.1 ${status} ${PHRASES[status] ?? "Refused"}`,
    `Content-Type: ${type};charset=UTF-8`,
    `Content-Length: ${new TextEncoder().encode(text).length}`,
    "Connection: close",
    ...fields,
    "",
    text,
  ].join("\r\n");
}

/**
 * Judges a request.
 *
 * @param head The request.
 * @param remoteAddress Who sent it.
 * @param rules What the server wants.
 * @returns The answer.
 * @see RFC 6455 §4.2.1, §4.2.2
 */
export async function judge(
  { start, fields }: Head,
  remoteAddress: Endpoint,
  rules: UpgradeRules,
): Promise<Verdict> {
  const [, method, target] =
    /^([A-Z]+) (\/\S*|https?:\/\/\S+) HTTP\/1\.\d$/.exec(start) ?? [];
  const host = fields.get("host") ?? "";
  const url = /^[^\s/?#@\\,]+$/.test(host)
    ? URL.parse(target ?? "", `http://${host}`)
    : null;
  if (method === undefined || url === null) return { refusal: refuse(400) };
  const { page, origins, accept } = rules;
  if (method !== "GET") return { refusal: refuse(405, "", ["Allow: GET"]) };
  if (!hasWord(fields.get("upgrade"), "websocket")) {
    return page === undefined
      ? { refusal: refuse(426, "", ["Upgrade: websocket"]) }
      : { refusal: refuse(200, page) };
  }
  const key = fields.get("sec-websocket-key") ?? "";
  if (fields.get("sec-websocket-version") !== "13") {
    return { refusal: refuse(426, "", ["Sec-WebSocket-Version: 13"]) };
  }
  if (
    !hasWord(fields.get("connection"), "upgrade") ||
    !/^[A-Za-z\d+/]{22}==$/.test(key)
  ) return { refusal: refuse(400) };
  const origin = fields.get("origin");
  if (origins && origin !== undefined && !origins.includes(origin)) {
    return { refusal: refuse(403) };
  }
  let headers: Headers;
  try {
    headers = new Headers([...fields]);
  } catch {
    return { refusal: refuse(400) };
  }
  const offered = (fields.get("sec-websocket-protocol") ?? "").split(",")
    .map((name) => name.trim()).filter((name) => name !== "");
  const request = { url, headers, protocols: offered, remoteAddress };
  const verdict = await accept?.(request) ?? true;
  if (verdict !== true) {
    return { refusal: refuse(verdict === false ? 403 : verdict) };
  }
  const protocol = offered.find((name) => rules.protocols?.includes(name)) ??
    "";
  const deflate = rules.compress
    ? await agree(fields.get("sec-websocket-extensions"))
    : undefined;
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${await acceptOf(key)}`,
  ];
  if (protocol !== "") lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  if (deflate) lines.push(`Sec-WebSocket-Extensions: ${deflate.header}`);
  return {
    answer: `${lines.join("\r\n")}\r\n\r\n`,
    request,
    protocol,
    deflate,
  };
}
