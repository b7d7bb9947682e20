/**
 * One try of a request: along redirections and challenges to an answer.
 *
 * @module
 */

import { AuthError, NetError } from "../errors.ts";
import type { Authenticator, Proof } from "./auth.ts";
import type { HttpCache } from "./cache.ts";
import type { CookieJar } from "./cookies.ts";
import { verb } from "./failure.ts";
import type { Payload } from "./payload.ts";
import type { Hop } from "./response.ts";
import type { Send } from "./transport.ts";

/** A request with everything filled in. */
export interface Ask {
  /** In capitals where it is one of the usual. */
  readonly method: string;
  /** Where to, without a name and password. */
  readonly url: URL;
  /** The caller's fields and the session's. */
  readonly headers: Headers | undefined;
  /** What it carries. */
  readonly payload: Payload | undefined;
  /** Go where redirections point, or give them as the answer. */
  readonly redirect: "follow" | "manual";
  /** The most redirections on one way. */
  readonly maxRedirects: number;
  /** What carries it. */
  readonly send: Send;
  /** The cookies of the session. */
  readonly jar: CookieJar | undefined;
  /** Who asks. */
  readonly auth: Authenticator | undefined;
  /** Answers kept from earlier. */
  readonly cache: HttpCache | undefined;
}

/** The head of an answer, its body still to be read. */
export interface Answer {
  /** What the line gave. */
  readonly response: Response;
  /** Where it came from in the end. */
  readonly url: URL;
  /** What was asked in the end. */
  readonly method: string;
  /** What the cache did. */
  readonly cached: "hit" | "revalidated" | "miss" | undefined;
}

/** Fields that are for one server alone. */
const PRIVATE = ["authorization", "cookie", "proxy-authorization"];
/** Fields that describe a body. */
const OF_BODY = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-type",
];
/** Octets of a body worth reading to keep the connection. */
const DRAINED = 64 * 1024;
const UTF_8 = new TextDecoder("utf-8", { fatal: true });
/** Proofs of identity on one way. */
const MAX_PROOFS = 3;

/**
 * Sends a request and follows where its answers lead.
 *
 * @param ask The request.
 * @param signal Ends it.
 * @param hops Takes the steps that were not the last.
 * @param since When the request began, for the steps.
 * @returns The last answer.
 * @throws {NetError} `"redirect"` for too many of them, or one that leads nowhere.
 * @throws {AuthError} `"impostor"` for a server that fails to prove itself.
 */
export async function exchange(
  ask: Ask,
  signal: AbortSignal,
  hops: Hop[],
  since: number,
): Promise<Answer> {
  const { jar, send, cache } = ask;
  let { method, url, headers, payload, auth } = ask;
  let opened = false;
  let redirects = 0;
  let proofs = 0;
  while (true) {
    let proof: Proof | undefined;
    let sent = headers;
    const cookies = jar?.header(url);
    if (auth || cookies !== undefined) {
      sent = new Headers(headers);
      if (cookies !== undefined) {
        const own = sent.get("cookie");
        sent.set("cookie", own === null ? cookies : `${own}; ${cookies}`);
      }
      if (auth && !sent.has("authorization")) {
        proof = await auth.prove(method, url, payload?.octets);
        if (proof) sent.set("authorization", proof.field);
      }
    }
    const init: RequestInit = { method, redirect: "manual", signal };
    if (sent) init.headers = sent;
    if (payload) {
      init.body = payload.open();
      opened = true;
    }
    const { response, cached } = cache
      ? await cache.fetch(url, init, send)
      : { response: await send(url.href, init), cached: undefined };
    const { status } = response;
    if (jar) {
      for (const text of response.headers.getSetCookie()) jar.set(text, url);
    }
    const note = (reason: Hop["reason"]) =>
      hops.push({
        reason,
        method,
        url: url.href,
        status,
        headers: response.headers,
        error: undefined,
        elapsed: performance.now() - since,
      });
    const resendable = !opened || payload === undefined || payload.again;
    const verdict = auth?.hear(url, status, response.headers, proof);
    if (verdict === "impostor") {
      await response.body?.cancel();
      throw new AuthError("the server does not know the password itself", {
        code: "impostor",
        op: verb(method),
        target: url.href,
      });
    }
    if (verdict === "again" && resendable && proofs++ < MAX_PROOFS) {
      note("auth");
      await drain(response);
      continue;
    }
    const to = ask.redirect === "follow"
      ? redirection(response, url)
      : undefined;
    if (to === undefined) return { response, url, method, cached };
    note("redirect");
    await drain(response);
    const refuse = (reason: string, hint?: string) =>
      new NetError(reason, {
        code: "redirect",
        op: verb(ask.method),
        target: ask.url.href,
        hint,
      });
    if (redirects++ >= ask.maxRedirects) {
      throw refuse(
        `too many redirections, more than ${ask.maxRedirects}`,
        '{ redirect: "manual" }, to see where each leads',
      );
    }
    if (typeof to === "string") throw refuse(`it redirects to ${to}`);
    const turned = status === 303
      ? method !== "HEAD" && method !== "GET"
      : (status === 301 || status === 302) && method === "POST";
    const strange = to.origin !== url.origin;
    if (turned || strange) headers = new Headers(headers);
    if (turned) {
      method = "GET";
      payload = undefined;
      for (const name of OF_BODY) headers!.delete(name);
    } else if (!resendable) {
      throw refuse(
        "it redirects, and the body is a stream that has gone already",
        "a function that opens the stream, as { body }",
      );
    }
    if (strange) {
      for (const name of PRIVATE) headers!.delete(name);
      headers!.delete("host");
      auth = undefined;
    }
    url = to;
  }
}

/**
 * Where an answer sends us on.
 *
 * @returns The URL, or its text if it is none for HTTP; `undefined` for an
 * answer that is no redirection.
 * @see RFC 9110 §15.4, §10.2.2 (the fragment is inherited)
 */
function redirection(response: Response, from: URL): URL | string | undefined {
  const { status } = response;
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const field = response.headers.get("location");
  if (field === null) return undefined;
  const location = fromUtf8(field);
  const to = URL.parse(location, from);
  if (to?.protocol !== "http:" && to?.protocol !== "https:") return location;
  if (to.hash === "") to.hash = from.hash;
  // A name and a password from elsewhere are nobody's that we know.
  to.username = to.password = "";
  return to;
}

/** A field whose octets are UTF-8, as fetch gives it: a character for each octet. */
function fromUtf8(field: string): string {
  if (!/[^\0-\x7f]/.test(field)) return field;
  try {
    return UTF_8.decode(Uint8Array.from(field, (char) => char.charCodeAt(0)));
  } catch {
    return field;
  }
}

/**
 * Reads the rest of an answer that nobody wants if it is short, so that the
 * connection can be used again, and drops it otherwise.
 *
 * @param response The answer.
 */
export async function drain(response: Response): Promise<void> {
  const { body, headers } = response;
  if (body === null) return;
  const length = headers.get("content-length");
  if (length !== null && Number(length) <= DRAINED) await response.bytes();
  else await body.cancel();
}
