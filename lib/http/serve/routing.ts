/**
 * From a request to what is to be done.
 *
 * @module
 */

import { pathOf, type Validation } from "./exchange.ts";
import { RouteMetrics } from "./metrics.ts";
import { HttpProblem } from "./problem.ts";
import {
  bodyValidator,
  type Handler,
  queryValidator,
  type Route,
  type Routes,
  type RouteSpec,
} from "./route.ts";
import { Router } from "./router.ts";

/** A route, ready to run. */
export interface Work {
  /** What it has been through. */
  readonly metrics: RouteMetrics;
  /** What is known of it. */
  readonly spec: RouteSpec;
  /** Answers a request. */
  readonly handler: Handler;
  /** Looks at query and body. */
  readonly validate: Validation | undefined;
}

/** All routes of a server. */
export class Routing {
  /** In the order in which they were added. */
  readonly works: Work[] = [];
  readonly #router = new Router<Work>();
  readonly #hosts: readonly string[] | undefined;

  /**
   * Makes routes ready.
   *
   * @param routes What to answer.
   * @param hosts The names to answer to, in small letters; without, to all.
   * @throws {TypeError} If a key is none, or a schema is not understood.
   */
  constructor(routes: Routes<string>, hosts: readonly string[] | undefined) {
    this.#hosts = hosts;
    for (const [key, value] of Object.entries(routes)) this.add(key, value);
  }

  /**
   * Adds a route.
   *
   * @param key `"GET /devices/:id"`.
   * @param value Its handler, or more.
   * @throws {TypeError} If the key or the handler is none, or a schema is not
   * understood.
   */
  add(key: string, value: Handler | Route): void {
    const { spec = {}, handler }: Partial<Route> = typeof value === "function"
      ? { handler: value }
      : value ?? {};
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot add the route ${key} as it must be a function, or made by route, resource or files: current value is ${
          Deno.inspect(value)
        }`,
      );
    }
    const { query, body }: RouteSpec = spec;
    const work: Work = {
      metrics: new RouteMetrics(key),
      spec,
      handler: handler as Handler,
      validate: query === undefined && body === undefined ? undefined : {
        query: query && queryValidator(query),
        json: body && bodyValidator(body),
      },
    };
    this.#router.add(key, work);
    this.works.push(work);
  }

  /**
   * Finds what a request wants.
   *
   * @param request The request.
   * @returns What is to be done, and the variable segments of the path; what
   * there is no route for is to be answered with a problem.
   */
  find(request: Request): [Work, Record<string, string>] {
    const { method } = request;
    const hosts = this.#hosts;
    if (hosts !== undefined && !isFor(hosts, request)) {
      return [problem(421, "this server has another name"), {}];
    }
    const path = pathOf(request.url);
    const found = this.#router.find(path);
    if (found === undefined) {
      return [problem(404, `there is nothing at ${path}`), {}];
    }
    const { methods, values } = found;
    const leaf = methods.get(method) ??
      (method === "HEAD" ? methods.get("GET") : undefined) ??
      methods.get("*");
    if (leaf === undefined) {
      const allow = [...methods.keys(), "OPTIONS"];
      if (methods.has("GET")) allow.push("HEAD");
      return [other(method, [...new Set(allow)].sort().join(", ")), {}];
    }
    const params: Record<string, string> = {};
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      try {
        params[leaf.names[i]!] = value.includes("%")
          ? decodeURIComponent(value)
          : value;
      } catch {
        return [problem(400, "the path is no UTF-8 in percent-encoding"), {}];
      }
    }
    return [leaf.target, params];
  }
}

function problem(status: number, detail: string): Work {
  return pseudo(() => new HttpProblem(status, detail).toResponse());
}

/** What is answered to a method without a route. */
function other(method: string, allow: string): Work {
  if (method === "OPTIONS") {
    return pseudo(() =>
      new Response(null, { status: 204, headers: { allow } })
    );
  }
  return pseudo(() =>
    new HttpProblem(405, `here are only ${allow}`, { headers: { allow } })
      .toResponse()
  );
}

function pseudo(handler: () => Response): Work {
  return {
    metrics: new RouteMetrics(""),
    spec: {},
    handler,
    validate: undefined,
  };
}

/** Whether a request names one of our hosts, with whatever port. */
function isFor(hosts: readonly string[], request: Request): boolean {
  const host = request.headers.get("host") ?? "";
  return hosts.includes(host.toLowerCase().replace(/:\d*$/, ""));
}
