/**
 * Routes: what is done for which method and path, and what is known of it.
 *
 * @module
 */

import type { Exchange, QueryParams } from "./exchange.ts";
import { HttpProblem } from "./problem.ts";
import type { Infer, Schema } from "./schema.ts";
import { checkOf } from "./schema_check.ts";

/** What a route may begin with; `*` stands for the methods without a route. */
export type Method =
  | "GET"
  | "HEAD"
  | "POST"
  | "PUT"
  | "PATCH"
  | "DELETE"
  | "OPTIONS"
  | "*";

/** `"GET /devices/:id"`: a method and a path. */
export type RouteKey = `${Method} /${string}`;

/** The path in a key; any text stands for a path that is not known. */
export type PathOf<Key extends string> = Key extends `${Method} ${infer Path}`
  ? Path
  : Key;

/**
 * Answers a request: with a value of which `reply` makes an answer, or by
 * throwing a {@linkcode HttpProblem}.
 *
 * @param exchange The request and what can be asked of it.
 * @returns The value, or a promise for it.
 */
export type Handler<
  Path extends string = string,
  Body = unknown,
  Query = QueryParams,
> = (exchange: Exchange<Path, Body, Query>) => unknown;

/**
 * Stands before the handlers: may answer itself, or change what they answer.
 *
 * @param exchange The request and what can be asked of it.
 * @param next Goes on, and gives the answer; errors are answers already.
 * @returns The answer.
 */
export type Middleware = (
  exchange: Exchange,
  next: () => Promise<Response>,
) => Response | Promise<Response>;

/** An answer that a route may give, for its document. */
export interface AnswerSpec {
  /** When, in a few words. */
  readonly description: string;
  /** What its JSON is like. */
  readonly schema?: Schema | undefined;
}

/** What is known of a route, besides its method and path. */
export interface RouteSpec<
  Body extends Schema = Schema,
  Query extends Schema = Schema,
> {
  /** What it does, in a few words. */
  readonly summary?: string | undefined;
  /** What it does, in sentences. */
  readonly description?: string | undefined;
  /** Under which heading it stands in the document. */
  readonly tags?: readonly string[] | undefined;
  /** What the JSON of the body must be like. */
  readonly body?: Body | undefined;
  /** What the query must be like: an object whose members are parameters. */
  readonly query?: Query | undefined;
  /** The answers by status code. */
  readonly answers?: Readonly<Record<number, AnswerSpec>> | undefined;
  /** Whether to leave it out of the document. @default {false} */
  readonly hidden?: boolean | undefined;
}

/** A handler with what is known of it; {@linkcode route} makes them. */
export interface Route<Path extends string = string> {
  /** What is known of it. */
  readonly spec: RouteSpec;
  /** Whether it takes connections over, as `net.ws.route` does. @default {false} */
  readonly upgrades?: boolean | undefined;
  /** Answers a request. */
  handler(exchange: Exchange<Path, unknown, unknown>): unknown;
}

/** What `serve` takes: for each key a handler, or a handler with its facts. */
export type Routes<Keys extends string = RouteKey> = {
  readonly [Key in Keys]: Handler<PathOf<Key>> | Route<PathOf<Key>>;
};

/**
 * Says what a handler wants and gives: body and query are then checked before
 * it sees them, have their types, and stand in the OpenAPI document.
 *
 * @param spec What is known of it.
 * @param handler Answers a request.
 * @returns The route, for `serve`.
 * @throws {TypeError} If a schema has a keyword or format that is not known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({}, {
 *   "GET /split": net.http.route({
 *     query: net.http.shape({ of: "cidr", into: "integer" }),
 *   }, ({ query }) =>
 *     Array.from(net.ip.subnet(query.of).split(query.into), String)),
 * });
 * const halves = await net.http.get(`${server.url}/split?of=10.0.0.0/8&into=9`);
 * assert.deepEqual(halves.json(), ["10.0.0.0/9", "10.128.0.0/9"]);
 * const wrong = await net.http.get(`${server.url}/split?of=nonsense&into=9`);
 * assert.equal(wrong.status, 400);
 * assert.deepEqual((wrong.json() as { errors: unknown }).errors, [
 *   { parameter: "of", detail: "must be of the format cidr" },
 * ]);
 * ```
 */
export function route<
  Path extends string,
  const Body extends Schema = Schema,
  const Query extends Schema = Schema,
>(
  spec: RouteSpec<Body, Query>,
  handler: Handler<
    Path,
    Schema extends Body ? unknown : Infer<Body>,
    Schema extends Query ? QueryParams : Infer<Query>
  >,
): Route<Path> {
  // Here and not at the first request, so that a schema's faults show early.
  if (spec.body !== undefined) checkOf(spec.body);
  if (spec.query !== undefined) checkOf(spec.query);
  return { spec, handler } as Route<Path>;
}

/**
 * Makes the check of a body, which says 422 to what does not fit.
 *
 * @param schema What the JSON must be like.
 * @returns A function that gives the value back.
 * @see RFC 9457 §3 (the member `errors`)
 */
export function bodyValidator(schema: Schema): (body: unknown) => unknown {
  const check = checkOf(schema);
  return (body) => {
    const errors = check(body);
    if (errors.length === 0) return body;
    throw new HttpProblem(422, "the body does not fit its schema", {
      extensions: { errors },
    });
  };
}

/**
 * Makes the check of a query, which says 400 to what does not fit.
 *
 * @param schema An object; texts become what its members are to be.
 * @returns A function that gives the parameters by name.
 */
export function queryValidator(
  schema: Schema,
): (query: URLSearchParams) => unknown {
  const check = checkOf(schema);
  const members = schema.properties ?? {};
  return (query) => {
    const values: Record<string, unknown> = {};
    for (const name of new Set(query.keys())) {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      const value = member?.type === "array"
        ? query.getAll(name).map((text) => meant(text, member.items))
        : meant(query.getAll(name).at(-1)!, member);
      // Assignment to __proto__ would do something else.
      Object.defineProperty(values, name, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    const errors = check(values).map(({ pointer, detail }) => ({
      parameter: decodeURIComponent(pointer.split("/")[1] ?? ""),
      detail,
    }));
    if (errors.length === 0) return values;
    throw new HttpProblem(400, "the query does not fit", {
      extensions: { errors },
    });
  };
}

/** What a text in a query stands for; the check says if it is none. */
function meant(text: string, schema: Schema | undefined): unknown {
  switch (schema?.type) {
    case "integer":
    case "number":
      return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}
