/**
 * What a server says when it cannot do what it was asked, in the form that
 * programs read: problem+json.
 *
 * @module
 */

import { reasonPhrase } from "../status.ts";

/** Options for the constructor of {@linkcode HttpProblem}. */
export interface HttpProblemOptions {
  /** A URI that names this kind of problem. @default {"about:blank"} */
  type?: string | undefined;
  /** The kind in few words. @default {the status code's words} */
  title?: string | undefined;
  /** A URI that names this very occurrence. */
  instance?: string | undefined;
  /** Header fields of the answer, such as `Retry-After`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Further members of the document, such as `errors`. */
  extensions?: Readonly<Record<string, unknown>> | undefined;
  /** The error underneath; it stays here and is never sent. */
  cause?: unknown;
}

/**
 * A failure that the client is told of: throw it in a handler.
 *
 * Everything in it is sent, `cause` and stack aside. What else a handler throws
 * is answered with 500 and nothing about it.
 *
 * @see RFC 9457
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const problem = new net.http.HttpProblem(404, "there is no device r9");
 * assert.deepEqual(problem.toJSON(), {
 *   type: "about:blank",
 *   title: "Not Found",
 *   status: 404,
 *   detail: "there is no device r9",
 * });
 * ```
 */
export class HttpProblem extends Error {
  /** Always `"HttpProblem"`. */
  override readonly name = "HttpProblem";
  /** The status code of the answer, 400 to 599. */
  readonly status: number;
  /** A URI that names this kind of problem. */
  readonly type: string;
  /** The kind in few words. */
  readonly title: string;
  /** What is wrong this time, and what to do. */
  readonly detail: string | undefined;
  /** A URI that names this very occurrence. */
  readonly instance: string | undefined;
  /** Header fields of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly extensions: Readonly<Record<string, unknown>>;

  /**
   * Describes a problem.
   *
   * @param status The status code of the answer, 400 to 599.
   * @param detail What is wrong this time; it is sent to the client.
   * @param options The other members.
   * @throws {RangeError} If `status` is no code of an error.
   */
  constructor(
    status: number,
    detail?: string,
    options: HttpProblemOptions = {},
  ) {
    if (!(Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new RangeError(
        `Cannot describe a problem as 'status' must be an integer from 400 to 599: current value is ${status}`,
      );
    }
    const {
      type = "about:blank",
      title = reasonPhrase(status) ||
        (status < 500 ? "Client Error" : "Server Error"),
      instance,
      headers = {},
      extensions = {},
      cause,
    } = options;
    super(
      detail === undefined
        ? `${status} ${title}`
        : `${status} ${title}: ${detail}`,
      cause === undefined ? undefined : { cause },
    );
    this.status = status;
    this.type = type;
    this.title = title;
    this.detail = detail;
    this.instance = instance;
    this.headers = headers;
    this.extensions = extensions;
  }

  /** The document, as it is sent. */
  toJSON(): Record<string, unknown> {
    const { type, title, status, detail, instance } = this;
    return {
      ...this.extensions,
      type,
      title,
      status,
      ...(detail !== undefined && { detail }),
      ...(instance !== undefined && { instance }),
    };
  }

  /**
   * The answer that tells the client.
   *
   * @returns A response with `application/problem+json`.
   */
  toResponse(): Response {
    return new Response(JSON.stringify(this), {
      status: this.status,
      headers: { "content-type": "application/problem+json", ...this.headers },
    });
  }
}
