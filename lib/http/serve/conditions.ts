/**
 * Requests that want something done only if it is still as they know it.
 *
 * @module
 */

import { parseHttpDate } from "../fields.ts";

/** What a resource is at the moment. */
export interface Validators {
  /** Its entity tag, quotes and weakness included; none if it is not there. */
  readonly etag?: string | undefined;
  /** When it was last changed. */
  readonly modified?: Date | undefined;
}

/**
 * Looks at a request's conditions, in the order that the RFC gives.
 *
 * @param request Whose fields `If-Match`, `If-None-Match`, `If-Modified-Since`
 * and `If-Unmodified-Since` count.
 * @param current What is there now.
 * @returns 304 if the client has it already, 412 if it is not what the client
 * takes it for, `undefined` if the request is to be done.
 * @see RFC 9110 §13.2.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const request = new Request("http://127.0.0.1/", {
 *   headers: { "if-none-match": '"v7"' },
 * });
 * assert.equal(net.http.precondition(request, { etag: '"v7"' }), 304);
 * assert.equal(net.http.precondition(request, { etag: '"v8"' }), undefined);
 * ```
 */
export function precondition(
  request: Request,
  current: Validators,
): 304 | 412 | undefined {
  const { headers, method } = request;
  const { etag, modified } = current;
  const reading = method === "GET" || method === "HEAD";
  const match = headers.get("if-match");
  if (match !== null) {
    if (!includes(match, etag, true)) return 412;
  } else {
    const unmodified = dateOf(headers.get("if-unmodified-since"));
    if (
      unmodified !== undefined && modified && seconds(modified) > unmodified
    ) {
      return 412;
    }
  }
  const none = headers.get("if-none-match");
  if (none !== null) {
    if (includes(none, etag, false)) return reading ? 304 : 412;
  } else if (reading) {
    const since = dateOf(headers.get("if-modified-since"));
    if (since !== undefined && modified && seconds(modified) <= since) {
      return 304;
    }
  }
  return undefined;
}

/**
 * Whether a range may be answered: what the client has of the rest is current.
 *
 * @param field The field `If-Range`, or `null`.
 * @param current What is there now.
 * @returns True also without the field. A weak tag never matches.
 * @see RFC 9110 §13.1.5
 */
export function rangeStillHolds(
  field: string | null,
  { etag, modified }: Validators,
): boolean {
  if (field === null) return true;
  if (/^(W\/)?"/.test(field)) return !field.startsWith("W/") && field === etag;
  const date = dateOf(field);
  return date !== undefined && modified !== undefined &&
    seconds(modified) === date;
}

/** A list of tags, or `*` for whatever is there. */
function includes(
  list: string,
  etag: string | undefined,
  strong: boolean,
): boolean {
  if (etag === undefined) return false;
  if (list.trim() === "*") return true;
  const wanted = etag.replace(/^W\//, "");
  if (strong && wanted !== etag) return false;
  for (const [, weak, tag] of list.matchAll(/(W\/)?("[^"]*")/g)) {
    if (tag === wanted && !(strong && weak)) return true;
  }
  return false;
}

/** Dates of HTTP know whole seconds. */
function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function dateOf(field: string | null): number | undefined {
  const time = field === null ? undefined : parseHttpDate(field);
  return time === undefined ? undefined : Math.floor(time / 1000);
}
