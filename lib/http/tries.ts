/**
 * Tries of one request until one of them counts, and the ways to take its
 * answer in.
 *
 * @module
 */

import type { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { type Answer, type Ask, drain, exchange } from "./exchange.ts";
import { explain, verb } from "./failure.ts";
import { type Hop, HttpResponse } from "./response.ts";
import { retryDelay, type RetryPolicy } from "./retry.ts";
import { reasonPhrase } from "./status.ts";
import { HttpStream, tooLarge } from "./stream.ts";
import { Watch, type WatchOptions } from "./watch.ts";

/** What a request may take, all its tries together. */
export interface Limits extends WatchOptions {
  /** What it goes through, for errors. */
  readonly proxy: string | undefined;
  /** When to try again. */
  readonly policy: RetryPolicy | undefined;
}

/** An answer whose head is there, and what it takes to read on. */
export interface Taking {
  /** The answer. */
  readonly answer: Answer;
  /** The steps before it. */
  readonly hops: readonly Hop[];
  /** The limits on its body. */
  readonly watch: Watch;
  /** When the request began. */
  readonly since: number;
  /** What it went through, for errors. */
  readonly proxy: string | undefined;
}

/**
 * Sends a request, follows where it leads, tries again where that may help, and
 * takes in the answer that counts.
 *
 * @param ask The request.
 * @param limits How long it may take.
 * @param finish Takes the answer in.
 * @returns What that gave.
 */
export async function run<T>(
  ask: Ask,
  limits: Limits,
  finish: (taking: Taking) => Promise<T>,
): Promise<T> {
  const since = performance.now();
  const { method, url: { href } } = ask;
  const { timeout, policy, proxy } = limits;
  const watch = new Watch(verb(method), href, limits);
  try {
    watch.whole.signal.throwIfAborted();
    const hops: Hop[] = [];
    for (let tried = 1;; tried++) {
      // Better what there is, a no or an error, than a time-out while waiting.
      const waitFor = (after: string | null): number | undefined => {
        if (!mayRetry(ask, policy, tried)) return undefined;
        const wait = retryDelay(tried, policy!, after) ?? Infinity;
        return wait < timeout - (performance.now() - since) ? wait : undefined;
      };
      let failed: Pick<Hop, "status" | "headers" | "error">;
      let wait: number | undefined;
      watch.begin();
      try {
        const answer = await exchange(ask, watch.signal, hops, since);
        watch.progress();
        const { status, headers } = answer.response;
        if (policy?.statuses.includes(status)) {
          wait = waitFor(headers.get("retry-after"));
        }
        if (wait === undefined) {
          return await finish({ answer, hops, watch, since, proxy });
        }
        await drain(answer.response);
        failed = { status, headers, error: undefined };
      } catch (error) {
        watch.whole.signal.throwIfAborted();
        const known = watch.signal.aborted
          ? watch.signal.reason
          : explain(error, method, ask.url, proxy);
        if (!(known instanceof NetError)) throw known;
        if (policy?.codes.includes(known.code)) wait = waitFor(null);
        if (wait === undefined) throw known;
        failed = { status: undefined, headers: undefined, error: known };
      }
      const elapsed = performance.now() - since;
      hops.push({ ...failed, reason: "retry", method, url: href, elapsed });
      await pause(wait, watch.whole);
    }
  } finally {
    if (!watch.kept) watch[Symbol.dispose]();
  }
}

function mayRetry(
  { method, payload }: Ask,
  policy: RetryPolicy | undefined,
  tried: number,
): boolean {
  return policy !== undefined && tried <= policy.times &&
    policy.methods.includes(method) && (payload?.again ?? true);
}

async function pause(ms: number, whole: Deadline): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await whole.race(
      new Promise((resolve) => timer = setTimeout(resolve, ms)),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the body chunk by chunk; the watch goes on until it ends. */
export function streamed(taking: Taking): HttpStream {
  const { answer, hops, watch, since, proxy } = taking;
  const { response, url, method, cached } = answer;
  watch.kept = true;
  return new HttpStream({
    response,
    url: url.href,
    method,
    history: hops,
    cached,
    since,
    signal: watch.signal,
    onChunk: () => watch.progress(),
    onEnd: () => watch[Symbol.dispose](),
    explain: (error) => explain(error, method, url, proxy),
  });
}

/** Reads the whole body, if it is not too large. */
export async function take(
  taking: Taking,
  limit: number,
): Promise<HttpResponse> {
  const { answer, hops, watch, since } = taking;
  const { response, url, method, cached } = answer;
  const { body, headers, status } = response;
  const length = headers.get("content-length");
  const plain = length !== null && !headers.has("content-encoding");
  if (body !== null && plain && Number(length) > limit) {
    await body.cancel();
    throw tooLarge(limit, method, url.href);
  }
  if (body !== null && (!plain || watch.watchesIdle)) {
    await using stream = streamed(taking);
    return await stream.whole(limit);
  }
  const firstByte = performance.now() - since;
  // Much faster than reading chunks, where the size is known.
  const octets = body === null ? new Uint8Array() : await response.bytes();
  return new HttpResponse({
    status,
    statusText: response.statusText || reasonPhrase(status),
    headers,
    url: url.href,
    method,
    body: octets,
    elapsed: performance.now() - since,
    firstByte,
    history: hops,
    cached,
  });
}
