/**
 * One request on its way through a handler.
 *
 * @module
 */

import { Endpoint } from "../../socket/endpoint.ts";
import { HttpProblem } from "./problem.ts";
import type { BodyLimits } from "./limits.ts";
import { readBody } from "./request_body.ts";

/** The names of the variable segments of a path. */
export type NamesIn<Path extends string> = string extends Path ? string
  : Path extends `${infer Head}/${infer Tail}` ? NamesIn<Head> | NamesIn<Tail>
  : Path extends `:${infer Name}` ? Name
  : Path extends "*" ? "*"
  : never;

/** The variable segments of a route's path: `{ id: string }` for `/devices/:id`. */
export type PathParams<Path extends string> = {
  readonly [Name in NamesIn<Path>]: string;
};

/** The query's parameters by name, the last one of each. */
export type QueryParams = Readonly<Record<string, string | undefined>>;

/** What the runtime knows of a request besides the request itself. */
export interface RequestInfo {
  /** Where it came from. */
  readonly remoteAddr: Deno.Addr;
}

/** What holds for all requests of a server. */
export interface Circumstances {
  /** Aborts when the server begins to close. */
  readonly stopping: AbortSignal;
  /** How much of a body is taken, and for how long. */
  readonly limits: BodyLimits;
}

/** Looks at the query and at the body as a route asks for it. */
export interface Validation {
  /** Gives the parameters, or throws. */
  readonly query?: ((query: URLSearchParams) => unknown) | undefined;
  /** Gives the body, or throws. */
  readonly json?: ((body: unknown) => unknown) | undefined;
}

/**
 * A request, and what can be asked of it. Every member may be taken out by
 * itself: `({ params, json }) => …`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({}, {
 *   "GET /devices/:id": ({ params, query }) => ({ ...params, ...query }),
 * });
 * const response = await net.http.get(`${server.url}/devices/r1?full=yes`);
 * assert.deepEqual(response.json(), { id: "r1", full: "yes" });
 * ```
 */
export class Exchange<
  Path extends string = string,
  Body = unknown,
  Query = QueryParams,
> {
  /** The request itself. */
  readonly request: Request;
  /** The variable segments of the path, percent-decoded. */
  readonly params: PathParams<Path>;
  readonly #info: RequestInfo;
  #remoteAddress: Endpoint | undefined;
  readonly #server: Circumstances;
  readonly #validation: Validation | undefined;
  #state: Record<string, unknown> | undefined;
  #url: URL | undefined;
  #query: Query | undefined;
  #octets: Promise<Uint8Array<ArrayBuffer>> | undefined;

  /**
   * Takes a request in; `serve` does.
   *
   * @param request The request.
   * @param params The variable segments of its path.
   * @param info Who sent it.
   * @param server The server's limits, and its end.
   * @param validation Looks at query and body.
   */
  constructor(
    request: Request,
    params: PathParams<Path>,
    info: RequestInfo,
    server: Circumstances,
    validation: Validation | undefined,
  ) {
    this.request = request;
    this.params = params;
    this.#info = info;
    this.#server = server;
    this.#validation = validation;
  }

  /** What the middleware before wants the handler to know. */
  get state(): Record<string, unknown> {
    return this.#state ??= {};
  }

  /** The method, in capitals. */
  get method(): string {
    return this.request.method;
  }

  /** The header fields. */
  get headers(): Headers {
    return this.request.headers;
  }

  /**
   * The URL that was asked for; its host is the one that the client named.
   *
   * @throws {HttpProblem} 400 if that is none.
   */
  get url(): URL {
    const url = this.#url ??= URL.parse(this.request.url) ?? undefined;
    if (url === undefined) throw new HttpProblem(400, "the host is none");
    return url;
  }

  /** The path as it was received, percent-encoded. */
  get path(): string {
    return pathOf(this.request.url);
  }

  /**
   * The query's parameters, the last one of each name; `url.searchParams` has
   * all. With a schema in the route they are checked and have its types.
   */
  get query(): Query {
    return this.#query ??= this.#readQuery();
  }

  /** Who asks. */
  get remoteAddress(): Endpoint {
    // Kept, since a request that became a WebSocket does not tell any more.
    return this.#remoteAddress ??= peerOf(this.#info);
  }

  /**
   * Aborts when the server begins to close. That a client has gone is told to
   * what it was reading: a stream is cancelled, an iterator returned.
   */
  get signal(): AbortSignal {
    return this.#server.stopping;
  }

  /**
   * Reads the body, up to the server's limit.
   *
   * @returns A function for its octets, which may be called again.
   */
  get bytes(): () => Promise<Uint8Array<ArrayBuffer>> {
    return () => this.#octets ??= readBody(this.request, this.#server.limits);
  }

  /**
   * Reads the body as UTF-8 text.
   *
   * @returns A function for the text.
   */
  get text(): () => Promise<string> {
    return async () => new TextDecoder().decode(await this.bytes());
  }

  /**
   * Reads the body as JSON; with a schema in the route it fits that.
   *
   * @returns A function for the value. It rejects with a {@linkcode HttpProblem}
   * for what is no JSON (400), no JSON by its type (415), or does not fit (422).
   */
  get json(): () => Promise<Body> {
    return () => this.#readJson();
  }

  /**
   * Reads the body as a form, urlencoded or multipart.
   *
   * @returns A function for the form.
   */
  get form(): () => Promise<FormData> {
    return async () => {
      const octets = await this.bytes();
      const type = this.headers.get("content-type") ?? "";
      try {
        return await new Response(octets, { headers: { "content-type": type } })
          .formData();
      } catch (cause) {
        throw new HttpProblem(415, "the body is no form", { cause });
      }
    };
  }

  #readQuery(): Query {
    const { url } = this.request;
    const at = url.indexOf("?");
    const sent = new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
    const validate = this.#validation?.query;
    if (validate !== undefined) return validate(sent) as Query;
    // No prototype: a parameter may have any name.
    const query: Record<string, string> = Object.create(null);
    for (const [name, value] of sent) query[name] = value;
    return query as Query;
  }

  async #readJson(): Promise<Body> {
    // No type is not taken for JSON: a page of elsewhere may send that to a
    // server without being asked whether it may (Fetch §2.2.2, safelisted).
    const type = this.headers.get("content-type") ?? "nothing";
    if (!/^[^;]*[/+]json\s*(;|$)/i.test(type)) {
      throw new HttpProblem(
        415,
        `the body is to be JSON, and says it is ${type}`,
        {
          headers: { "accept-post": "application/json" },
        },
      );
    }
    let value: unknown;
    try {
      const octets = await this.bytes();
      value = JSON.parse(
        new TextDecoder("utf-8", { fatal: true }).decode(octets),
      );
    } catch (cause) {
      if (cause instanceof HttpProblem) throw cause;
      throw new HttpProblem(400, "the body is no JSON", { cause });
    }
    const validate = this.#validation?.json;
    return (validate === undefined ? value : validate(value)) as Body;
  }
}

/**
 * The path in a URL as the runtime gives it, percent-encoded as received.
 *
 * @param url An absolute URL.
 * @returns From the first slash to the query.
 */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const query = url.indexOf("?", start);
  return query < 0 ? url.slice(start) : url.slice(start, query);
}

function peerOf({ remoteAddr }: RequestInfo): Endpoint {
  const { hostname = "", port = 0 } = remoteAddr as {
    hostname?: string;
    port?: number;
  };
  return new Endpoint(hostname, port);
}
