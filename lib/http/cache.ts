/**
 * Answers kept for the next time: the door of http-cache-semantics, which knows
 * the rules of RFC 9111.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { bytes } from "../inspect/units.ts";
import { joined } from "./octets.ts";
import type { Send } from "./transport.ts";

/** Options for {@linkcode HttpCache}. */
export interface HttpCacheOptions {
  /** The most octets of all bodies. @default {67108864, 64 MiB} */
  maxSize?: number | undefined;
  /** The most octets of one body. @default {8388608, 8 MiB} */
  maxBody?: number | undefined;
}

/** What a cache does with a request. */
export interface CacheAnswer {
  /** The answer, kept or fresh. */
  readonly response: Response;
  /** Kept and given as it was, asked about and still good, or fetched. */
  readonly cached: "hit" | "revalidated" | "miss" | undefined;
}

type Fields = Record<string, string>;
interface Facts {
  readonly url?: string;
  readonly method?: string;
  readonly status?: number;
  readonly headers: Fields;
}
/** The part of the package that is used. */
interface Policy {
  storable(): boolean;
  satisfiesWithoutRevalidation(request: Facts): boolean;
  responseHeaders(): Fields;
  revalidationHeaders(request: Facts): Fields;
  revalidatedPolicy(
    request: Facts,
    response: Facts,
  ): { policy: Policy; modified: boolean; matches: boolean };
  timeToLive(): number;
}
type PolicyMaker = new (
  request: Facts,
  response: Facts,
  options: { shared: boolean },
) => Policy;

interface Entry {
  readonly url: string;
  readonly vary: string;
  readonly policy: Policy;
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/**
 * A private cache in memory. A session with one asks no server for what is
 * still fresh, asks with `If-None-Match` about what is not, and forgets what an
 * unsafe method has changed.
 *
 * @see RFC 9111
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * let asked = 0;
 * const session = net.http.client({
 *   cache: new net.http.HttpCache(),
 *   transport: () =>
 *     new Response(`${++asked}`, { headers: { "cache-control": "max-age=60" } }),
 * });
 * await session.get("http://host.example/");
 * const again = await session.get("http://host.example/");
 * assert.deepEqual([again.text(), again.cached], ["1", "hit"]);
 * ```
 */
export class HttpCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxSize: number;
  readonly #maxBody: number;
  #size = 0;

  /**
   * Makes an empty cache.
   *
   * @param options How much it may hold.
   */
  constructor(options: HttpCacheOptions = {}) {
    this.#maxSize = options.maxSize ?? 64 * 1024 * 1024;
    this.#maxBody = options.maxBody ?? 8 * 1024 * 1024;
  }

  /** Octets of the bodies in it. */
  get size(): number {
    return this.#size;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }

  /**
   * Answers a request from the cache, or sends it and keeps the answer.
   *
   * @param url Where the request goes.
   * @param init The request.
   * @param send Sends it.
   * @returns The answer, and where it comes from.
   */
  async fetch(url: URL, init: RequestInit, send: Send): Promise<CacheAnswer> {
    const method = init.method ?? "GET";
    if (method !== "GET" && method !== "HEAD") {
      const response = await send(url.href, init);
      if (response.status < 400 && method !== "OPTIONS" && method !== "TRACE") {
        this.#forget(url, response);
      }
      return { response, cached: undefined };
    }
    const headers = new Headers(init.headers);
    const address = url.href.replace(/#.*$/, "");
    const request = { url: address, method, headers: fieldsOf(headers) };
    // A range is a part, which is not kept; nor is one asked for by condition.
    const partial = ["range", "if-none-match", "if-modified-since", "if-match"]
      .some((name) => headers.has(name));
    if (partial) {
      return { response: await send(url.href, init), cached: undefined };
    }
    const known = this.#entries.values().find((entry) =>
      entry.url === address && entry.vary === varyOf(entry.policy, headers)
    );
    if (known?.policy.satisfiesWithoutRevalidation(request)) {
      this.#touch(known);
      return { response: replay(known, method), cached: "hit" };
    }
    const asked = known
      ? { ...init, headers: known.policy.revalidationHeaders(request) }
      : init;
    const response = await send(url.href, asked);
    const facts = {
      status: response.status,
      headers: fieldsOf(response.headers),
    };
    if (known && response.status === 304) {
      const { policy } = known.policy.revalidatedPolicy(request, facts);
      const renewed = { ...known, policy };
      this.#put(renewed);
      return { response: replay(renewed, method), cached: "revalidated" };
    }
    // deno-lint-ignore no-explicit-any
    const { default: Maker }: any = await import("http-cache-semantics");
    const policy = new (Maker as PolicyMaker)(request, facts, {
      shared: false,
    });
    if (known) this.#drop(known);
    if (method !== "GET" || !policy.storable()) {
      return { response, cached: "miss" };
    }
    return {
      response: this.#keep(response, address, headers, policy),
      cached: "miss",
    };
  }

  /** A table of what is kept. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = [...this.#entries.values()].map(({ url, policy, body }) => ({
      url,
      size: bytes(body?.length ?? 0),
      "fresh for": `${Math.ceil(policy.timeToLive() / 1000)} s`,
    }));
    return table(rows, {
      title: `HttpCache, ${rows.length} answers of ${bytes(this.#size)}`,
      canvas: canvas({ colors: options?.colors }),
    });
  }

  /** The answer, which is kept when its last octet has gone by. */
  #keep(
    response: Response,
    url: string,
    headers: Headers,
    policy: Policy,
  ): Response {
    const { status, statusText, body } = response;
    const vary = varyOf(policy, headers);
    if (body === null) {
      this.#put({ url, vary, policy, status, body: null });
      return response;
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    const collector = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        size += chunk.length;
        if (size <= this.#maxBody) chunks.push(chunk);
        else chunks.length = 0;
        controller.enqueue(chunk);
      },
      flush: () => {
        if (size > this.#maxBody) return;
        const whole = joined(chunks) as Uint8Array<ArrayBuffer>;
        this.#put({ url, vary, policy, status, body: whole });
      },
    });
    const passed = body.pipeThrough(collector) as ReadableStream<
      Uint8Array<ArrayBuffer>
    >;
    return new Response(passed, {
      status,
      statusText,
      headers: response.headers,
    });
  }

  #put(entry: Entry): void {
    this.#drop(entry);
    this.#entries.set(keyOf(entry), entry);
    this.#size += entry.body?.length ?? 0;
    for (const old of this.#entries.values()) {
      if (this.#size <= this.#maxSize) break;
      this.#drop(old);
    }
  }

  #drop(entry: Entry): void {
    const key = keyOf(entry);
    this.#size -= this.#entries.get(key)?.body?.length ?? 0;
    this.#entries.delete(key);
  }

  /** What was used last goes last. */
  #touch(entry: Entry): void {
    this.#entries.delete(keyOf(entry));
    this.#entries.set(keyOf(entry), entry);
  }

  /** What an unsafe method may have changed (RFC 9111 §4.4). */
  #forget(url: URL, response: Response): void {
    const places = ["location", "content-location"].map((name) =>
      URL.parse(response.headers.get(name) ?? "", url)
    ).filter((place) => place?.origin === url.origin);
    for (const place of [url, ...places]) {
      const address = place!.href.replace(/#.*$/, "");
      for (const entry of this.#entries.values()) {
        if (entry.url === address) this.#drop(entry);
      }
    }
  }
}

function keyOf({ url, vary }: Entry): string {
  return `${url} ${vary}`;
}

function fieldsOf(headers: Headers): Fields {
  return Object.fromEntries(headers);
}

/**
 * The request's values of the fields that the answer depends on, and who asks:
 * a session may ask for several people, and not all servers say so by `Vary`.
 */
function varyOf(policy: Policy, headers: Headers): string {
  const names = policy.responseHeaders()["vary"] ?? "";
  const proof = headers.get("authorization") ?? "";
  // Each proof of Digest is another one, of the same person.
  const [who] = /username\*?=[^,]*/i.exec(proof) ?? [proof];
  return names.split(",").map((name) => name.trim().toLowerCase())
    .filter((name) => !["", "*", "authorization"].includes(name))
    .map((name) => `${name}=${headers.get(name) ?? ""}`)
    .concat(who).join("&");
}

function replay({ policy, status, body }: Entry, method: string): Response {
  const headers = policy.responseHeaders();
  return new Response(method === "HEAD" ? null : body, { status, headers });
}
