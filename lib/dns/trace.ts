/**
 * Finding a name from the roots, one server after the other.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Answer } from "./answer.ts";
import { asciiName, isWithin, plainName, sameName } from "./names.ts";
import { query } from "./query.ts";
import { type DnsRecord, ofType, typeName, typeNumber } from "./record.ts";
import { answering } from "./resolution.ts";
import { ROOT_SERVERS } from "./roots.ts";
import { listed, serverEndpoint, type ServerLike } from "./server.ts";
import { Trace, type TraceStep } from "./trace_steps.ts";

export * from "./trace_steps.ts";

/** Options for {@linkcode trace}. */
export interface TraceOptions extends DeadlineOptions {
  /** Which records to look for. @default {"A"} */
  type?: string | number | undefined;
  /** Where to begin: the lab's roots, say. @default {the thirteen root servers} */
  roots?: ServerLike | readonly ServerLike[] | undefined;
  /** The port of all servers but the roots that say theirs. @default {53} */
  port?: number | undefined;
  /** Which addresses of servers are used. @default {4} */
  family?: 4 | 6 | undefined;
  /** Whether to ask for the records of DNSSEC, too. @default {false} */
  dnssec?: boolean | undefined;
  /** The most questions. @default {100} */
  limit?: number | undefined;
  /** The longest wait for all of it, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The longest wait for one server, in milliseconds. */
const PATIENCE = 3000;
/** How often one server is asked. */
const ATTEMPTS = 2;
/** Aliases of aliases, and servers whose names need other servers. */
const DEEPEST = 8;

/**
 * Finds a name from the roots, as a resolver does that knows nothing: each
 * server that is asked knows the answer, or whose zone it is in.
 *
 * @param name What to look for.
 * @param options Which records, from which roots, and for how long.
 * @returns Every question and what it brought; at the prompt a table.
 * @throws {NetError} With code `"timeout"` when the time is up.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If the name or the type is none.
 * @see RFC 1034 §5.3.3
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * console.log(await net.dns.trace("www.example.org", { type: "AAAA" }));
 * ```
 */
export async function trace(
  name: string,
  options: TraceOptions = {},
): Promise<Trace> {
  const { timeout = 30_000, signal, family = 4 } = options;
  const type = typeName(typeNumber(options.type ?? "A"));
  const wanted = plainName(asciiName(name));
  const roots: Place[] = options.roots === undefined
    ? ROOT_SERVERS.map(([name, ipv4, ipv6]) => ({
      name,
      address: family === 4 ? ipv4 : ipv6,
      port: options.port ?? 53,
    }))
    : listed(options.roots).map((root) => {
      const { hostname, port } = serverEndpoint(root, "udp");
      return { name: hostname, address: hostname, port };
    });
  using deadline = new Deadline("trace", name, { timeout, signal });
  const walk = new Walk(roots, options, deadline);
  const { status, records } = await walk.find(wanted, type, 0);
  return new Trace({ name: wanted, type, status, records, steps: walk.steps });
}

/** A server that can be asked. */
interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

interface Found {
  readonly status: string;
  readonly records: readonly DnsRecord[];
}

const NOTHING: Found = { status: "SERVFAIL", records: [] };

class Walk {
  readonly steps: TraceStep[] = [];
  readonly #roots: readonly Place[];
  readonly #options: TraceOptions;
  readonly #deadline: Deadline;
  /** Names of servers that are being looked for: they cannot help themselves. */
  readonly #seeking = new Set<string>();

  constructor(
    roots: readonly Place[],
    options: TraceOptions,
    deadline: Deadline,
  ) {
    this.#roots = roots;
    this.#options = options;
    this.#deadline = deadline;
  }

  async find(
    name: string,
    type: string,
    depth: number,
    aliases = 0,
  ): Promise<Found> {
    let zone = ".";
    let places: AsyncIterable<Place> | Iterable<Place> = this.#roots;
    down: for (;;) {
      for await (const place of places) {
        if (this.steps.length >= (this.#options.limit ?? 100)) return NOTHING;
        const step = await this.#ask(zone, place, name, type, depth);
        this.steps.push(step);
        const { kind, next, answer } = step;
        if (kind === "lame" || kind === "error") continue;
        if (kind === "NXDOMAIN" || kind === "NODATA") {
          const { chain } = answering(answer!.answers, name, type);
          return { status: kind, records: chain };
        }
        if (kind === "referral") {
          zone = next!;
          places = this.#places(step, depth);
          continue down;
        }
        const { chain } = answering(answer!.answers, name, type);
        if (kind === "answer") return { status: "NOERROR", records: chain };
        if (aliases === DEEPEST) return { status: "SERVFAIL", records: chain };
        const rest = await this.find(next!, type, depth, aliases + 1);
        return { ...rest, records: [...chain, ...rest.records] };
      }
      return NOTHING;
    }
  }

  async #ask(
    zone: string,
    { name: server, address, port }: Place,
    name: string,
    type: string,
    depth: number,
  ): Promise<TraceStep> {
    const asked = { zone, server, address, name, depth };
    try {
      const answer = await query({ hostname: address, port }, name, type, {
        flags: [],
        dnssec: this.#options.dnssec,
        timeout: PATIENCE,
        attempts: ATTEMPTS,
        signal: this.#deadline.signal,
      });
      return { ...asked, ...judged(answer, zone, name, type), answer };
    } catch (error) {
      this.#deadline.signal.throwIfAborted();
      if (!(error instanceof NetError)) throw error;
      if (error.code === "permission") throw error;
      return { ...asked, kind: "error", error };
    }
  }

  /** The servers of a referral: those with an address first. */
  async *#places(
    { servers = [] }: TraceStep,
    depth: number,
  ): AsyncGenerator<Place> {
    const { port = 53, family = 4 } = this.#options;
    const later: string[] = [];
    for (const { name, addresses } of servers) {
      if (addresses.length === 0) later.push(name);
      for (const address of addresses) {
        if (address.includes(":") === (family === 6)) {
          yield { name, address, port };
        }
      }
    }
    for (const name of later) {
      if (depth === DEEPEST || this.#seeking.has(name)) continue;
      this.#seeking.add(name);
      const type = family === 4 ? "A" : "AAAA";
      const { records } = await this.find(name, type, depth + 1);
      this.#seeking.delete(name);
      for (const record of records) {
        if (record.type !== type) continue;
        yield { name, address: `${record.data}`, port };
      }
    }
  }
}

/** What an answer means to who asked for a name in a zone. */
function judged(
  answer: Answer,
  zone: string,
  name: string,
  type: string,
): Pick<TraceStep, "kind" | "next" | "servers"> {
  const { status, answers, authorities } = answer;
  if (status !== "NOERROR" && status !== "NXDOMAIN") return { kind: "lame" };
  const { found, end } = answering(answers, name, type);
  if (found) return { kind: "answer" };
  // The name that does not exist is the last of the aliases.
  if (status === "NXDOMAIN") return { kind: "NXDOMAIN" };
  if (!sameName(end, name)) return { kind: "alias", next: end };
  const below = ofType(authorities, "NS").filter((record) =>
    !sameName(record.name, zone) && isWithin(record.name, zone) &&
    isWithin(name, record.name)
  );
  if (below.length > 0) {
    const next = below[0]!.name;
    return {
      kind: "referral",
      next,
      servers: below.filter((record) => sameName(record.name, next))
        .map(({ data }) => ({
          name: data,
          addresses: glue(answer, data, zone),
        })),
    };
  }
  const isSure = answer.flags.includes("AA") ||
    ofType(authorities, "SOA").some((record) => isWithin(name, record.name));
  return { kind: isSure ? "NODATA" : "lame" };
}

/** Addresses that a server may tell: those in its own zone (RFC 2181 §5.4.1). */
function glue(answer: Answer, server: string, zone: string): string[] {
  if (!isWithin(server, zone)) return [];
  return answer.additionals.flatMap((record) =>
    (record.type === "A" || record.type === "AAAA") &&
      sameName(record.name, server)
      ? [`${record.data}`]
      : []
  );
}
