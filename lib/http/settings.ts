/**
 * What a request may be told, and what that comes to.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import { ParseError } from "../errors.ts";
import { Authenticator, type HttpAuth } from "./auth.ts";
import {
  type HttpBody,
  pairsOf,
  type Progress,
  type QueryFields,
} from "./payload.ts";
import type { HttpResponse } from "./response.ts";
import type { Multipart } from "./multipart.ts";
import type { RetryOptions } from "./retry.ts";

/** Options for requests, and for the answers to them. */
export interface GetOptions extends DeadlineOptions {
  /** Header fields to send besides the usual ones. */
  headers?: HeadersInit | undefined;
  /** Parameters to add to the URL's query; a list adds one for each item. */
  query?: QueryFields | URLSearchParams | string | undefined;
  /** The longest wait for the whole answer, tries and redirections included, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** The longest wait of one try for the head of an answer, connecting included, in milliseconds. @default {Infinity} */
  headTimeout?: number | undefined;
  /** The longest wait between two chunks of the body, in milliseconds. @default {Infinity} */
  idleTimeout?: number | undefined;
  /** Stops the request; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Go where a redirection points, or give it as the answer. @default {"follow"} */
  redirect?: "follow" | "manual" | undefined;
  /** The most redirections. @default {20} */
  maxRedirects?: number | undefined;
  /** The most octets that the body may have, decompressed. @default {67108864, 64 MiB} */
  limit?: number | undefined;
  /** How often to ask again what failed and may be asked again. @default {0} */
  retries?: number | RetryOptions | undefined;
  /** Who asks, and how to prove it. */
  auth?: HttpAuth | undefined;
  /** The answers that become an {@linkcode HttpStatusError}. @default {none} */
  throwOn?: "not-ok" | ((response: HttpResponse) => boolean) | undefined;
}

/** Options for requests that carry a body, which is given in one of four ways. */
export interface RequestOptions extends GetOptions {
  /** The body as it is: text, octets, a Blob, a form, a stream, or a function that opens one. */
  body?: HttpBody | undefined;
  /** A value to send as JSON. */
  json?: unknown;
  /** Fields to send as a web form does. */
  form?: QueryFields | undefined;
  /** Fields and files to send as `multipart/form-data`. */
  multipart?: Multipart | undefined;
  /** Called as octets leave; the body then goes out in chunks, without `Content-Length`. */
  onUpload?: ((progress: Progress) => void) | undefined;
}

/** Methods that people also write in small letters. */
const USUAL = /^(get|head|post|put|patch|delete|options)$/i;

/**
 * Checks a method's name.
 *
 * @param method The method, the usual ones in any case.
 * @returns The method as it is sent.
 * @throws {TypeError} If fetch sends no such requests.
 */
export function checkMethod(method: string): string {
  if (USUAL.test(method)) return method.toUpperCase();
  if (
    !/^[!#$%&'*+.^_`|~\w-]+$/.test(method) ||
    /^(connect|trace|track)$/i.test(method)
  ) {
    throw new TypeError(
      `Cannot send a request as 'method' must be one that fetch sends (net.http.raw sends any): current value is ${
        JSON.stringify(method)
      }`,
    );
  }
  return method;
}

/** A URL, and who the text itself says is asking. */
export interface Target {
  /** Without a name and password. */
  readonly url: URL;
  /** The name and password that stood in it. */
  readonly auth: HttpAuth | undefined;
}

/**
 * Reads the URL of a request.
 *
 * @param text A URL, or a reference below the base.
 * @param base The session's base URL.
 * @param query What to add to its query.
 * @returns The URL.
 * @throws {ParseError} If that makes no URL of HTTP.
 */
export function readTarget(
  text: string | URL,
  base: URL | undefined,
  query: GetOptions["query"],
): Target {
  const url = URL.parse(`${text}`, base);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new ParseError(
      "a URL to get",
      `${text}`,
      0,
      "it does not begin with http:// or https:// and a host",
    );
  }
  if (query) {
    const pairs = typeof query === "string" || query instanceof URLSearchParams
      ? new URLSearchParams(query)
      : pairsOf(query);
    for (const [name, value] of pairs) url.searchParams.append(name, value);
  }
  if (url.username === "" && url.password === "") {
    return { url, auth: undefined };
  }
  const auth: HttpAuth = {
    scheme: "basic",
    username: decoded(url.username),
    password: decoded(url.password),
  };
  url.username = url.password = "";
  return { url, auth };
}

/**
 * Undoes the percent escapes of a name or a password in a URL.
 *
 * @param text What stood there.
 * @returns The same in clear; a text with what is no escape stays as it is.
 */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads a session's base URL: references go below it, as if it were a folder.
 *
 * @param text The URL, with or without a slash at its end.
 * @returns The URL, its path ending with a slash.
 * @throws {ParseError} If it is no URL of HTTP.
 */
export function readBase(text: string | URL | undefined): Target | undefined {
  if (text === undefined) return undefined;
  const target = readTarget(text, undefined, undefined);
  const { url } = target;
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = url.hash = "";
  return target;
}

/**
 * Joins the session's header fields with a request's, which count more.
 *
 * @param all The session's.
 * @param own The request's.
 * @returns The fields, or `undefined` for none.
 */
export function joinHeaders(
  all: Headers | undefined,
  own: HeadersInit | undefined,
): Headers | undefined {
  if (own === undefined) return all;
  const headers = new Headers(own);
  if (all) {
    for (const [name, value] of all) {
      if (!headers.has(name)) headers.set(name, value);
    }
  }
  return headers;
}

/** What the numbers of a request count. */
const COUNTED = {
  limit: "octets",
  maxRedirects: "redirections",
  headTimeout: "milliseconds",
  idleTimeout: "milliseconds",
} as const;

/**
 * Checks what a request is told, before anything of it is sent.
 *
 * @param url Where it goes, for errors.
 * @param options What was given.
 * @throws {RangeError} If a number is negative or none.
 * @throws {TypeError} If `redirect` or `throwOn` is nothing that it may be.
 */
export function checkOptions(url: URL | string, options: GetOptions): void {
  for (const [name, unit] of Object.entries(COUNTED)) {
    const { [name as keyof typeof COUNTED]: value = 0 } = options;
    if (value >= 0) continue;
    throw new RangeError(
      `Cannot get ${url} as '${name}' must be 0 or more ${unit}: current value is ${value}`,
    );
  }
  const { redirect = "follow", throwOn = "not-ok" } = options;
  if (redirect !== "follow" && redirect !== "manual") {
    throw new TypeError(
      `Cannot get ${url} as 'redirect' must be "follow" or "manual": current value is ${redirect}`,
    );
  }
  if (throwOn !== "not-ok" && typeof throwOn !== "function") {
    throw new TypeError(
      `Cannot get ${url} as 'throwOn' must be "not-ok" or a function: current value is ${throwOn}`,
    );
  }
}

/**
 * Makes an identity out of what says who asks.
 *
 * @param auth The name and password, or the token.
 * @returns The identity, or `undefined` for none.
 */
export function identity(
  auth: HttpAuth | undefined,
): Authenticator | undefined {
  return auth && new Authenticator(auth);
}
