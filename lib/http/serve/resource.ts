/**
 * A REST resource: a collection and its members, by the book.
 *
 * @module
 */

import { precondition } from "./conditions.ts";
import type { Exchange } from "./exchange.ts";
import { HttpProblem } from "./problem.ts";
import { reply } from "./reply.ts";
import { bodyValidator, type Route, route } from "./route.ts";
import type { Infer, Schema } from "./schema.ts";
import { type Entry, MemoryStore, type Store } from "./store.ts";

/** Options for {@linkcode resource}. */
export interface ResourceOptions<S extends Schema> {
  /** What a value must be like: an object. */
  readonly schema: S;
  /** Where values are kept. @default {a new MemoryStore} */
  readonly store?: Store<Infer<S>> | undefined;
  /** The member that names a value; without it the server gives numbers. */
  readonly key?: string | undefined;
  /** Values in one page of the collection. @default {50} */
  readonly pageSize?: number | undefined;
  /** The most that a client may ask for. @default {500} */
  readonly maxPageSize?: number | undefined;
  /** Whether changes must say what they change (`If-Match`). @default {false} */
  readonly requireMatch?: boolean | undefined;
  /** The heading in the OpenAPI document. @default {the path's last segment} */
  readonly tag?: string | undefined;
}

/** The routes of a resource at a path. */
export type ResourceRoutes<Path extends string> =
  & { readonly [Key in `GET ${Path}` | `POST ${Path}`]: Route<string> }
  & {
    readonly [
      Key in
        | `GET ${Path}/:id`
        | `PUT ${Path}/:id`
        | `PATCH ${Path}/:id`
        | `DELETE ${Path}/:id`
    ]: Route<string>;
  };

type Asked = Exchange<string, unknown, unknown>;

/**
 * Makes the routes of a collection and its members.
 *
 * | request | answer |
 * |---|---|
 * | `GET /devices` | a page of values; `limit`, `after`, and any member as a filter; `Link` leads on |
 * | `POST /devices` | 201 with `Location`; 409 if its key is taken |
 * | `GET /devices/:id` | the value with its `ETag`; 304 if the client has it |
 * | `PUT /devices/:id` | sets it: 200, or 201 if it is new |
 * | `PATCH /devices/:id` | merges the members in; `null` takes one out |
 * | `DELETE /devices/:id` | 204 |
 *
 * A change with `If-Match` is done only to what the client knows, else 412;
 * `If-None-Match: *` only where there is nothing yet.
 *
 * @param path Of the collection: `"/devices"`.
 * @param options What a value is like, and where it is kept.
 * @returns The routes, to be spread among others.
 * @throws {TypeError} If the schema is of no object, or not understood.
 * @see RFC 9110 §9.3, §13; RFC 7396 (merge patch); RFC 8288 (`Link`)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({}, {
 *   ...net.http.resource("/devices", {
 *     schema: net.http.shape({ name: "string", address: "ipv4" }),
 *     key: "name",
 *   }),
 * });
 * const created = await fetch(`${server.url}/devices`, {
 *   method: "POST",
 *   body: JSON.stringify({ name: "r1", address: "192.0.2.1" }),
 *   headers: { "content-type": "application/json" },
 * });
 * assert.equal(created.status, 201);
 * assert.equal(created.headers.get("location"), "/devices/r1");
 * await created.body?.cancel();
 * const one = await net.http.get(`${server.url}/devices/r1`);
 * assert.deepEqual(one.json(), { name: "r1", address: "192.0.2.1" });
 * ```
 */
export function resource<const Path extends `/${string}`, S extends Schema>(
  path: Path,
  options: ResourceOptions<S>,
): ResourceRoutes<Path> {
  const { schema, key, requireMatch = false } = options;
  const { pageSize = 50, maxPageSize = 500 } = options;
  if (schema.type !== "object") {
    throw new TypeError(
      `Cannot make a resource as 'schema' must be of an object: current value is ${schema.type}`,
    );
  }
  const store: Store<Infer<S>> = options.store ?? new MemoryStore<Infer<S>>();
  const validate = bodyValidator(schema);
  const name = path.split("/").at(-1)!;
  const tags = [options.tag ?? name];
  const shown: Schema = key !== undefined ? schema : {
    ...schema,
    properties: { id: { type: "string" }, ...schema.properties },
  };
  const members = schema.properties ?? {};
  const query: Schema = {
    type: "object",
    properties: {
      limit: {
        type: "integer",
        minimum: 1,
        maximum: maxPageSize,
        default: pageSize,
      },
      after: { type: "string", description: "where the page before ended" },
      ...Object.fromEntries(
        Object.entries(members).filter(([, member]) =>
          ["string", "integer", "number", "boolean"].includes(`${member.type}`)
        ),
      ),
    },
    additionalProperties: false,
  };

  /** A value as it is shown, and how a client tells it from a later one. */
  const show = (entry: Entry<Infer<S>>, status = 200, more = {}): Response =>
    reply(
      key !== undefined
        ? entry.value
        : { id: entry.id, ...entry.value as object },
      { status, headers: { etag: `"${entry.revision}"`, ...more } },
    );

  const keyOf = (value: Infer<S>): string =>
    String((value as Record<string, unknown>)[key!]);

  /** The entry there is, after a look at the conditions. */
  const conditional = async (
    exchange: Asked,
  ): Promise<Entry<Infer<S>> | undefined> => {
    const { request, params } = exchange;
    const entry = await store.get(params["id"]!);
    const needed = requireMatch && entry !== undefined;
    if (needed && !request.headers.has("if-match")) {
      throw new HttpProblem(
        428,
        "say what you change, by If-Match with its ETag",
      );
    }
    const etag = entry && `"${entry.revision}"`;
    if (precondition(request, { etag }) === 412) throw changed();
    return entry;
  };

  const absent = (exchange: Asked) =>
    new HttpProblem(404, `there is no ${exchange.params["id"]} in ${path}`);

  /** Sets what was looked at, if nobody was quicker. */
  const put = async (
    id: string,
    value: Infer<S>,
    before: Entry<Infer<S>> | undefined,
  ): Promise<Response> => {
    if (key !== undefined && keyOf(value) !== id) {
      throw new HttpProblem(
        409,
        `the member ${key} must be ${id}, as in the path`,
      );
    }
    const entry = await store.set(id, value, before?.revision ?? null);
    if (entry === undefined) throw changed();
    return before === undefined
      ? show(entry, 201, { location: locationOf(path, id) })
      : show(entry);
  };

  const routes = {
    [`GET ${path}`]: route(
      {
        tags,
        summary: `List ${name}`,
        query,
        answers: {
          200: {
            description: "A page of them",
            schema: { type: "array", items: shown },
          },
        },
      },
      async (exchange: Asked) => {
        const { limit, after, ...where } = exchange.query as {
          limit: number;
          after?: string;
        };
        const etag = `"${store.revision}"`;
        if (precondition(exchange.request, { etag }) === 304) {
          return new Response(null, { status: 304, headers: { etag } });
        }
        const page: Entry<Infer<S>>[] = [];
        let more = false;
        for await (const entry of store.list(orderOf(after))) {
          if (!fits(entry.value, where)) continue;
          if (page.length === limit) {
            more = true;
            break;
          }
          page.push(entry);
        }
        const headers: Record<string, string> = { etag };
        if (more) {
          const next = new URL(exchange.url);
          next.searchParams.set("after", page.at(-1)!.order.toString(36));
          headers["link"] = `<${next.pathname}${next.search}>; rel="next"`;
        }
        return reply(
          page.map(({ id, value }) =>
            key !== undefined ? value : { id, ...value as object }
          ),
          { headers },
        );
      },
    ),
    [`POST ${path}`]: route(
      {
        tags,
        summary: `Add to ${name}`,
        body: schema,
        answers: { 201: { description: "What was added", schema: shown } },
      },
      async (exchange: Asked) => {
        const value = await exchange.json() as Infer<S>;
        const id = key !== undefined ? keyOf(value) : await store.nextId();
        const entry = await store.set(id, value, null);
        if (entry === undefined) {
          throw new HttpProblem(409, `there is a ${id} in ${path} already`);
        }
        return show(entry, 201, { location: locationOf(path, id) });
      },
    ),
    [`GET ${path}/:id`]: route(
      {
        tags,
        summary: `Get one of ${name}`,
        answers: { 200: { description: "It", schema: shown } },
      },
      async (exchange: Asked) => {
        const entry = await store.get(exchange.params["id"]!);
        if (entry === undefined) throw absent(exchange);
        const etag = `"${entry.revision}"`;
        const status = precondition(exchange.request, { etag });
        if (status === 412) throw changed();
        return status === 304
          ? new Response(null, { status, headers: { etag } })
          : show(entry);
      },
    ),
    [`PUT ${path}/:id`]: route(
      {
        tags,
        summary: `Set one of ${name}`,
        body: schema,
        answers: {
          200: { description: "What it is now", schema: shown },
          201: { description: "What was added", schema: shown },
        },
      },
      async (exchange: Asked) => {
        const value = await exchange.json() as Infer<S>;
        const before = await conditional(exchange);
        return await put(exchange.params["id"]!, value, before);
      },
    ),
    [`PATCH ${path}/:id`]: route(
      {
        tags,
        summary: `Change members of one of ${name}`,
        body: {
          type: "object",
          description: "The members to change; null takes one out (RFC 7396)",
        },
        answers: { 200: { description: "What it is now", schema: shown } },
      },
      async (exchange: Asked) => {
        const patch = await exchange.json();
        const before = await conditional(exchange);
        if (before === undefined) throw absent(exchange);
        const value = validate(merge(before.value, patch)) as Infer<S>;
        return await put(before.id, value, before);
      },
    ),
    [`DELETE ${path}/:id`]: route(
      {
        tags,
        summary: `Remove one of ${name}`,
        answers: { 204: { description: "It is gone" } },
      },
      async (exchange: Asked) => {
        const before = await conditional(exchange);
        if (before === undefined) throw absent(exchange);
        if (!await store.delete(before.id, before.revision)) throw changed();
      },
    ),
  };
  return routes as unknown as ResourceRoutes<Path>;
}

function changed(): HttpProblem {
  return new HttpProblem(412, "it is not, or no longer, what you take it for");
}

function locationOf(path: string, id: string): string {
  return `${path}/${encodeURIComponent(id)}`;
}

function orderOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (!/^[\da-z]{1,11}$/.test(after)) {
    throw new HttpProblem(400, "the parameter after comes from a Link of ours");
  }
  return parseInt(after, 36);
}

function fits(
  value: unknown,
  where: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(where).every(([name, wanted]) =>
    (value as Record<string, unknown>)[name] === wanted
  );
}

/** JSON merge patch; what is not touched is shared. @see RFC 7396 §2 */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, merge(merged.get(name), value));
  }
  // A member may be called __proto__; this way it is one like any other.
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
