/**
 * A jar of cookies: what servers set, kept for the answers to them.
 *
 * @module
 */

import { ParseError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import {
  type Cookie,
  domainMatches,
  parseCookie,
  pathMatches,
} from "./cookie.ts";

export type { Cookie } from "./cookie.ts";

/** The most cookies of one domain, and of all; those set first go first. */
const MAX_OF_DOMAIN = 50;
const MAX_OF_ALL = 3000;

/**
 * Cookies by domain, path and name. A session with one keeps what servers set,
 * and sends each cookie back where it belongs.
 *
 * The rules are those of RFC 6265bis without a list of public suffixes, and
 * without pages: `SameSite` and `HttpOnly` are kept and change nothing.
 *
 * @see RFC 6265bis §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const jar = new net.http.CookieJar();
 * jar.set("id=7; Path=/shop; Secure", "https://www.example.com/shop/");
 * assert.equal(jar.header("https://www.example.com/shop/cart"), "id=7");
 * assert.equal(jar.header("https://www.example.com/"), undefined);
 * ```
 */
export class CookieJar implements Iterable<Cookie> {
  readonly #cookies = new Map<string, Cookie>();

  /**
   * Makes a jar.
   *
   * @param cookies What is in it from the start, as `toJSON` gave it.
   */
  constructor(cookies: Iterable<Cookie> = []) {
    for (const cookie of cookies) this.#cookies.set(keyOf(cookie), cookie);
  }

  /** Cookies in the jar, those that have ended since included. */
  get size(): number {
    return this.#cookies.size;
  }

  /**
   * Takes in one `Set-Cookie` field. A cookie that has ended takes away the one
   * of its name.
   *
   * @param text The field's value: `"id=7; Path=/; Secure"`.
   * @param url The URL whose answer carried it.
   * @returns The cookie, or in a text why it was refused.
   * @throws {ParseError} If `url` is no URL.
   */
  set(text: string, url: string | URL): Cookie | string {
    const from = toUrl(url);
    const read = parseCookie(text, from);
    if (typeof read === "string") return read;
    if (from.protocol !== "https:" && this.#covered(read)) {
      return "it would cover a secure cookie";
    }
    const key = keyOf(read);
    const old = this.#cookies.get(key);
    const cookie = old ? { ...read, created: old.created } : read;
    if (ended(cookie)) {
      this.#cookies.delete(key);
      return cookie;
    }
    this.#cookies.set(key, cookie);
    if (!old) this.#evict(cookie.domain);
    return cookie;
  }

  /**
   * Writes the `Cookie` field for a request.
   *
   * @param url Where the request goes.
   * @returns The field's value, longer paths first; `undefined` for none.
   * @throws {ParseError} If `url` is no URL.
   */
  header(url: string | URL): string | undefined {
    if (this.#cookies.size === 0) return undefined;
    const { hostname, pathname, protocol } = toUrl(url);
    const found: Cookie[] = [];
    for (const [key, cookie] of this.#cookies) {
      if (ended(cookie)) this.#cookies.delete(key);
      else if (
        (cookie.hostOnly
          ? cookie.domain === hostname
          : domainMatches(hostname, cookie.domain)) &&
        pathMatches(pathname, cookie.path) &&
        (!cookie.secure || protocol === "https:")
      ) found.push(cookie);
    }
    if (found.length === 0) return undefined;
    found.sort((a, b) =>
      b.path.length - a.path.length || a.created - b.created
    );
    return found.map(({ name, value }) => name ? `${name}=${value}` : value)
      .join("; ");
  }

  /**
   * Finds a cookie by its name.
   *
   * @param name The name.
   * @param domain The domain it belongs to; any if left out.
   * @returns The first such cookie that has not ended.
   */
  get(name: string, domain?: string): Cookie | undefined {
    return this.toJSON().find((cookie) =>
      cookie.name === name && (domain ?? cookie.domain) === cookie.domain
    );
  }

  /** Throws away all cookies. */
  clear(): void {
    this.#cookies.clear();
  }

  /** The cookies that have not ended, in the order in which they came. */
  *[Symbol.iterator](): Generator<Cookie> {
    for (const cookie of this.#cookies.values()) {
      if (!ended(cookie)) yield cookie;
    }
  }

  /** The cookies that have not ended; a new jar can be made of them. */
  toJSON(): Cookie[] {
    return [...this];
  }

  /** A table of the cookies. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.toJSON().map((cookie) => ({
      name: cookie.name,
      value: cookie.value,
      "goes to": `${cookie.hostOnly ? "" : "*."}${cookie.domain}${cookie.path}`,
      flags: [
        ...(cookie.secure ? ["secure"] : []),
        ...(cookie.httpOnly ? ["httpOnly"] : []),
        ...(cookie.sameSite === "default" ? [] : [cookie.sameSite]),
      ].join(" "),
      ends: cookie.expires === undefined
        ? "with the session"
        : new Date(cookie.expires).toISOString().slice(0, 16).replace("T", " "),
    }));
    const room = canvas({ colors: options?.colors });
    return rows.length === 0
      ? "CookieJar, empty"
      : table(rows, { title: `CookieJar, ${rows.length}`, canvas: room });
  }

  /** Leave secure cookies alone (RFC 6265bis §5.7, step 16). */
  #covered(fresh: Cookie): boolean {
    return this.#cookies.values().some((old) =>
      old.secure && old.name === fresh.name &&
      (domainMatches(old.domain, fresh.domain) ||
        domainMatches(fresh.domain, old.domain)) &&
      pathMatches(fresh.path, old.path)
    );
  }

  #evict(domain: string): void {
    const keys: string[] = [];
    for (const [key, cookie] of this.#cookies) {
      if (cookie.domain === domain) keys.push(key);
    }
    if (keys.length > MAX_OF_DOMAIN) this.#cookies.delete(keys[0]!);
    if (this.#cookies.size > MAX_OF_ALL) {
      this.#cookies.delete(this.#cookies.keys().next().value!);
    }
  }
}

function keyOf({ domain, path, name, hostOnly }: Cookie): string {
  return `${domain};${path};${hostOnly};${name}`;
}

function ended({ expires }: Cookie): boolean {
  return expires !== undefined && expires <= Date.now();
}

function toUrl(url: string | URL): URL {
  if (url instanceof URL) return url;
  const parsed = URL.parse(url);
  if (parsed) return parsed;
  throw new ParseError("a URL", url, 0, "it has no scheme and host");
}
