/**
 * What fetch throws when a request fails, in the library's words.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";

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
const CLUES: readonly (readonly [
  RegExp,
  code: string,
  reason: string,
  hint?: string,
])[] = [
  [
    /NoApplicationProtocol/,
    "tls",
    "it does not speak the version of HTTP that was asked for",
    '{ version: "2" }, as a body goes by 1.1 unless told so',
  ],
  [
    /^(Invalid gzip|CRC computed|corrupt |brotli error|reached unexpected EOF|unexpected end of file)/,
    "malformed",
    "the body is not what Content-Encoding says",
  ],
  [
    /InvalidContentType/,
    "tls",
    "TLS failed, it does not speak it",
    "http:// in place of https://",
  ],
  [/^Bad resource ID/, "closed", "the session is closed"],
  [/closed before message|reading a body/, "closed", "the answer is cut short"],
  [/UnknownIssuer/, "tls", "TLS failed, nobody that we trust signed for it"],
  [/certificate|corrupt message|tls|handshake/i, "tls", "TLS failed"],
  [/SendRequest|parse/, "malformed", "the answer is no HTTP"],
];

/** Methods as verbs of a sentence. */
const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  HEAD: "get the head of",
  POST: "post to",
  PUT: "put",
  PATCH: "patch",
  DELETE: "delete",
};

/**
 * Says what a method does, for errors.
 *
 * @param method `"GET"`.
 * @returns A verb phrase; the method itself if it is none of the usual.
 */
export function verb(method: string): string {
  return VERBS[method] ?? method;
}

/**
 * Puts what fetch threw into the library's words: it has one TypeError for
 * everything, and its texts tell more.
 *
 * @param error What was thrown.
 * @param method The request's method.
 * @param url Where it went.
 * @param proxy What it went through.
 * @returns The error to throw.
 */
export function explain(
  error: unknown,
  method: string,
  url: URL,
  proxy?: string | undefined,
): unknown {
  if (error instanceof NetError || !(error instanceof Error)) return error;
  const op = verb(method);
  const target = url.href;
  const { name, message, cause } = error;
  const text = cause instanceof Error ? cause.message : message;
  const host = endpointOf(url);
  if (name === "NotCapable") return failure(error, "ask", host);
  if (/Requests to port \d+ are blocked/.test(text)) {
    return new NetError(`fetch talks to no server on port ${host.port}`, {
      code: "blocked",
      op,
      target,
      hint: `net.tcp.connect("${host}")`,
      cause: error,
    });
  }
  const clue = CLUES.find(([pattern]) => pattern.test(text));
  // A header field with a space in its name, and the like.
  if (
    clue === undefined &&
    /^Invalid |is not a legal|Method is forbidden|cannot have body/.test(text)
  ) {
    return error;
  }
  const through = proxy === undefined ? "" : `, through the proxy ${proxy}`;
  const code = /dns error.*Temporary failure/.test(text)
    ? "EAI_AGAIN"
    : /dns error/.test(text)
    ? "ENOTFOUND"
    : ERRNO[/os error (\d+)/.exec(text)?.[1] ?? ""];
  if (code !== undefined) {
    const near = proxy === undefined ? host : endpointOf(new URL(proxy));
    const known = failure(Object.assign(error, { code }), "ask", near);
    if (known instanceof NetError) {
      return new NetError(reasonOf(known) + through, {
        code: known.code,
        op,
        target,
        hint: known.hint,
        cause: error,
      });
    }
  }
  const detail = text.replace(/^error sending request .*?client error /, "");
  return new NetError(
    (clue === undefined ? detail : `${clue[2]}: ${detail}`) + through,
    { code: clue?.[1] ?? "failed", op, target, hint: clue?.[3], cause: error },
  );
}

/**
 * What an error's message says between what was tried and what to try.
 *
 * @param error The error.
 * @returns Why it failed.
 */
export function reasonOf({ message, op, target, hint }: NetError): string {
  const start = `Cannot ${op} ${target}: `.length;
  return message.slice(
    start,
    hint === undefined ? undefined : -`. Try: ${hint}`.length,
  );
}

function endpointOf(url: URL): Endpoint {
  const usual = url.protocol === "http:" ? 80 : 443;
  return new Endpoint(
    url.hostname.replace(/^\[(.*)\]$/, "$1"),
    Number(url.port || usual),
  );
}
