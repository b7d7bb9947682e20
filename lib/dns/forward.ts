/**
 * A forwarder: it asks other servers, and keeps what they say.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { bytes, count } from "../inspect/units.ts";
import { Cache, essence, given, type Kept } from "./forward_cache.ts";
import type {
  Forwarded,
  ForwardMetrics,
  ForwardOptions,
} from "./forward_options.ts";
import type { Message } from "./message.ts";
import { asciiName, lowerName, plainName } from "./names.ts";
import { query } from "./query.ts";
import {
  className,
  classNumber,
  type DnsQuestion,
  typeName,
  typeNumber,
} from "./record.ts";
import { listed, serverEndpoint, type ServerLike } from "./server.ts";
import type { Reply, Responder } from "./serve_reply.ts";
import { RCODE } from "./serve_zones.ts";

export type { Forwarded, ForwardMetrics, ForwardOptions };

/** What one question came to. */
type Outcome = Kept | { readonly error: unknown };

/**
 * A forwarding cache; {@linkcode forward} makes it, `net.dns.serve` serves it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using upstream = await net.dns.serve(({ name }) => ({
 *   answers: [{ name, type: "A", ttl: 60, data: "192.0.2.1" }],
 * }));
 * const forwarder = net.dns.forward(upstream.address);
 * await using server = await net.dns.serve(forwarder);
 * await net.dns.query(server.address, "a.example");
 * await net.dns.query(server.address, "a.example");
 * assert.equal(upstream.metrics.queries, 1);
 * assert.equal(forwarder.metrics.hits, 1);
 * ```
 */
export class Forwarder {
  /** The servers that are asked, in order. */
  readonly servers: readonly string[];
  readonly #servers: readonly ServerLike[];
  readonly #options: ForwardOptions;
  readonly #cache: Cache;
  readonly #pending = new Map<string, Promise<Outcome>>();
  readonly #failed = new Map<string, number>();
  readonly #maxPending: number;
  /** The server that answered last is asked first. */
  #first = 0;
  #hits = 0;
  #misses = 0;
  #coalesced = 0;
  #stale = 0;
  #failures = 0;
  #refused = 0;

  /**
   * Takes what {@linkcode forward} has checked.
   *
   * @param servers The servers.
   * @param options How to ask, and how much to keep.
   */
  constructor(servers: readonly ServerLike[], options: ForwardOptions) {
    const { maxEntries = 10_000, maxOctets = 2 ** 24 } = options;
    const { maxTtl = 86_400, staleTtl = 0, maxPending = 256 } = options;
    this.#servers = servers;
    this.servers = servers.map((one) => nameOf(one, options));
    this.#options = options;
    this.#maxPending = maxPending;
    this.#cache = new Cache({ maxEntries, maxOctets, maxTtl, staleTtl });
  }

  /** What it has counted so far. */
  get metrics(): ForwardMetrics {
    const { entries, octets, evicted } = this.#cache;
    return {
      hits: this.#hits,
      misses: this.#misses,
      coalesced: this.#coalesced,
      stale: this.#stale,
      failures: this.#failures,
      refused: this.#refused,
      evicted,
      entries,
      octets,
    };
  }

  /** Answers the queries of a server; `net.dns.serve` calls it. */
  readonly respond: Responder = async (
    { name, type, class: of },
    { query: { flags, opt } },
  ): Promise<Reply> => {
    // Who does not ask for recursion may not see what others asked for.
    if (!flags.includes("RD")) return { rcode: RCODE.REFUSED, flags: ["RA"] };
    const dnssec = opt?.flags.includes("DO") ?? false;
    const isUnchecked = flags.includes("CD");
    const told = await this.#tell(
      { name, type, class: of },
      { dnssec, isUnchecked },
    );
    if (told === undefined) return { rcode: RCODE.SERVFAIL, flags: ["RA"] };
    const wantsProof = dnssec || flags.includes("AD");
    const { rcode, answers, authorities, isStale, isAuthentic } = told;
    return {
      rcode,
      answers,
      authorities,
      flags: isAuthentic && wantsProof ? ["RA", "AD"] : ["RA"],
      options: isStale
        ? [{
          kind: "extendedError",
          infoCode: rcode === 3 ? 19 : 3,
          extraText: "",
        }]
        : [],
    };
  };

  /**
   * Asks, unless the answer is known.
   *
   * @param name The name.
   * @param type Which records. @default {"A"}
   * @param options The class, and whether records of DNSSEC are welcome.
   * @returns The answer, whatever it is.
   * @throws {NetError} `"timeout"`, `"refused"` and the like if no server answers;
   * `"busy"` if too many questions are open.
   * @throws {TypeError} If the name or the type is none.
   */
  async query(
    name: string,
    type: string | number = "A",
    options: { class?: string | number; dnssec?: boolean } = {},
  ): Promise<Forwarded> {
    const question: DnsQuestion = {
      name: plainName(asciiName(name)),
      type: typeName(typeNumber(type)),
      class: className(classNumber(options.class ?? "IN")),
    };
    const { dnssec = false } = options;
    let failure: unknown;
    const told = await this.#tell(
      question,
      { dnssec, isUnchecked: false },
      (error) => failure = error,
    );
    if (told !== undefined) return told;
    throw failure ?? new NetError("no server answered it a moment ago", {
      code: "failed",
      op: "ask for",
      target: `${question.name} ${question.type}`,
    });
  }

  /** Forgets all answers. */
  clear(): void {
    this.#cache.clear();
    this.#failed.clear();
  }

  /** Servers and counters, plain. */
  toJSON(): { servers: readonly string[]; metrics: ForwardMetrics } {
    return { servers: this.servers, metrics: this.metrics };
  }

  /** Whom it asks, and what it has counted. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const { metrics } = this;
    const all = metrics.hits + metrics.misses + metrics.coalesced;
    const share = all === 0
      ? ""
      : `, ${Math.round(100 * metrics.hits / all)} %`;
    const bad = (["stale", "failures", "refused", "evicted"] as const)
      .filter((key) => metrics[key] > 0);
    return card(`forwarder to ${this.servers.join(", ")}`, [
      ["kept", `${count(metrics.entries)} answers, ${bytes(metrics.octets)}`],
      ["hits", `${count(metrics.hits)} of ${count(all)}${share}`, "good"],
      ["coalesced", count(metrics.coalesced), "number"],
      ...bad.map((key) => [key, count(metrics[key]), "warn"] as const),
    ], canvas({ colors: options?.colors }));
  }

  /** Gives an answer from the cache or from a server; `undefined` if none has one. */
  async #tell(
    question: DnsQuestion,
    asking: Asking,
    fail?: (error: unknown) => void,
  ): Promise<Forwarded | undefined> {
    const { name, type, class: of } = question;
    const key = `${lowerName(name)} ${type} ${of}${asking.dnssec ? " DO" : ""}${
      asking.isUnchecked ? " CD" : ""
    }`;
    const found = this.#cache.find(key, performance.now());
    if (found !== undefined && !found.isStale) {
      this.#hits++;
      return given(name, found);
    }
    const outcome = await this.#ask(key, question, asking);
    if (!("error" in outcome)) {
      return given(name, { kept: outcome, age: 0, isStale: false }, true);
    }
    // What went wrong meanwhile may have been put right.
    const old = this.#cache.find(key, performance.now());
    if (old === undefined) {
      fail?.(outcome.error);
      return undefined;
    }
    this.#stale++;
    return given(name, { ...old, isStale: true });
  }

  async #ask(
    key: string,
    question: DnsQuestion,
    asking: Asking,
  ): Promise<Outcome> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      this.#coalesced++;
      return await pending;
    }
    const until = this.#failed.get(key);
    if (until !== undefined && until > performance.now()) {
      return { error: undefined };
    }
    if (this.#pending.size >= this.#maxPending) {
      this.#refused++;
      return {
        error: new NetError(`${this.#maxPending} questions are open`, {
          code: "busy",
          op: "ask for",
          target: `${question.name} ${question.type}`,
        }),
      };
    }
    this.#misses++;
    const asked = this.#askServers(key, question, asking);
    this.#pending.set(key, asked);
    try {
      return await asked;
    } finally {
      this.#pending.delete(key);
    }
  }

  /** Asks one server after the other. */
  async #askServers(
    key: string,
    question: DnsQuestion,
    { dnssec, isUnchecked }: Asking,
  ): Promise<Outcome> {
    const { transport, tls, timeout = 2000, attempts = 2 } = this.#options;
    const { failureTtl = 5, maxNegativeTtl = 10_800 } = this.#options;
    const { mixedCase = true } = this.#options;
    let error: unknown;
    for (let n = 0; n < this.#servers.length; n++) {
      const at = (this.#first + n) % this.#servers.length;
      const server = this.#servers[at]!;
      try {
        const { message } = await query(server, question.name, question.type, {
          class: question.class,
          flags: isUnchecked ? ["RD", "CD"] : ["RD"],
          dnssec,
          // What it says must be of exactly these letters (RFC 5452 §6).
          mixedCase,
          transport,
          tls,
          timeout,
          attempts,
        });
        if (!isAnswer(message)) {
          error = new NetError(`it says ${message.status}`, {
            code: "failed",
            op: "ask",
            target: this.servers[at]!,
          });
          continue;
        }
        this.#first = at;
        let kept = essence(question, message);
        if (kept.authorities.length > 0) {
          kept = { ...kept, ttl: Math.min(kept.ttl, maxNegativeTtl) };
        }
        this.#failed.delete(key);
        this.#cache.keep(key, kept, performance.now());
        return kept;
      } catch (thrown) {
        error = thrown;
      }
    }
    this.#failures++;
    this.#remember(key, performance.now() + failureTtl * 1000);
    return { error };
  }

  /** Keeps in mind that nobody answered, so as not to ask at once (RFC 9520 §3.2). */
  #remember(key: string, until: number): void {
    this.#failed.delete(key);
    this.#failed.set(key, until);
    const { maxEntries = 10_000 } = this.#options;
    for (const [oldest] of this.#failed) {
      if (this.#failed.size <= maxEntries) break;
      this.#failed.delete(oldest);
    }
  }
}

/** How a question is asked. */
interface Asking {
  readonly dnssec: boolean;
  readonly isUnchecked: boolean;
}

/** NOERROR and NXDOMAIN are answers; of all else another server may know better. */
function isAnswer({ rcode }: Message): boolean {
  return rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
}

function nameOf(server: ServerLike, { transport }: ForwardOptions): string {
  if (typeof server === "string" && server.startsWith("https://")) {
    return server;
  }
  return `${serverEndpoint(server, transport ?? "udp")}`;
}

/**
 * Makes a forwarder: it asks servers, keeps what they say for as long as they
 * say (RFC 2308 for what there is not), and asks once where many want the same.
 * Serve it with `net.dns.serve(forwarder)`, or for names of no zone of yours with
 * `net.dns.serve(zones, { otherwise: forwarder })`.
 *
 * Of an answer only what belongs to the question is believed. Names are asked for
 * in mixed case, from a random port and with a random number, so an answer that
 * somebody else makes up has to guess all of them.
 *
 * @param servers A server, or several, of which the next is asked if one fails.
 * @param options How to ask, and how much to keep.
 * @returns The forwarder; it has nothing to close.
 * @throws {ParseError} If a server's text names none.
 * @throws {RangeError} If a number is negative.
 * @see RFC 1035 §7.4, RFC 2308, RFC 5452, RFC 8767 (stale answers), RFC 9520
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using upstream = await net.dns.serve(({ name }) => ({
 *   answers: [{ name, type: "A", ttl: 60, data: "192.0.2.1" }],
 * }));
 * const forwarder = net.dns.forward(upstream.address);
 * const { answers } = await forwarder.query("a.example");
 * assert.equal(`${answers[0]?.data}`, "192.0.2.1");
 * ```
 */
export function forward(
  servers: ServerLike | readonly ServerLike[],
  options: ForwardOptions = {},
): Forwarder {
  const all = listed(servers);
  if (all.length === 0) {
    throw new TypeError(
      "Cannot forward as 'servers' must have one server at least: current value is []",
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && !(value >= 0)) {
      throw new RangeError(
        `Cannot forward as '${name}' must be 0 or more: current value is ${value}`,
      );
    }
  }
  return new Forwarder(all, options);
}
