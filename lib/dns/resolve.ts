/**
 * Looking names up as this machine does: hosts file, search list, servers.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { type Address, address } from "../ip/address.ts";
import { searchNames } from "../linux/dns/resolv_conf.ts";
import { type DnsConfig, dnsConfig } from "../linux/dns_config.ts";
import type { Answer } from "./answer.ts";
import { asciiName, plainName, reverseName } from "./names.ts";
import { query, type QueryOptions } from "./query.ts";
import { type DataRecord, typeName, typeNumber } from "./record.ts";
import { answering, type LookupTry, Resolution } from "./resolution.ts";
import { checkArguments } from "./arguments.ts";
import { listed, serverEndpoint, type ServerLike } from "./server.ts";

export * from "./resolution.ts";
export { reverseName } from "./names.ts";

/** Options for {@linkcode resolve} and {@linkcode reverse}. */
export interface ResolveOptions extends DeadlineOptions {
  /** Who is asked; of several one after the other. @default {the system's servers} */
  servers?: ServerLike | readonly ServerLike[] | undefined;
  /** How this machine looks names up. @default {read from /etc now} */
  config?: DnsConfig | undefined;
  /** Whether the hosts file is asked first. @default {true, false with `servers`} */
  hosts?: boolean | undefined;
  /** Whether the search list is tried. @default {true, false with `servers`} */
  search?: boolean | undefined;
  /** The longest wait for everything, in milliseconds. @default {15000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How servers are asked. @default {by UDP} */
  transport?: QueryOptions["transport"];
  /** Whom servers of DoT or DoH must prove to be. */
  tls?: QueryOptions["tls"];
}

/** How much better one bad end is than another: the best of all names is told. */
const WORTH = ["NXDOMAIN", "NODATA", "NOERROR"];

/** What servers say who may not know better: another is asked. */
const UNSURE = new Set(["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"]);

/**
 * Looks a name up as the programs of this machine do: in the hosts file, then at
 * the system's servers, with its search list. That there is no such name, or
 * nothing of that type, or that no server could find out, is a result.
 *
 * @param name The name; with a dot at its end the search list is left out.
 * @param type Which records to look for. @default {A and AAAA, both}
 * @param options Other servers, and for how long.
 * @returns The records with their TTLs, or the status that says why there are none.
 * @throws {NetError} If no server answers: `"timeout"`, `"unreachable"`.
 * @throws {PermissionError} Without `--allow-read` for `/etc`, or
 * `--allow-net` for the servers.
 * @throws {TypeError} If the name or the type is none.
 * @see RFC 1034 §5.3, RFC 2308 §2 (NXDOMAIN and NODATA), resolv.conf(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, async (datagram, socket) => {
 *   const { id, questions } = net.dns.decode(datagram.data);
 *   await socket.send(net.dns.encode({ id, qr: 1, rcode: 3, questions }), datagram.from);
 * });
 * const found = await net.dns.resolve("no.example", "A", { servers: [server.address] });
 * assert.equal(found.status, "NXDOMAIN");
 * ```
 */
export async function resolve(
  name: string,
  type?: string | number,
  options: ResolveOptions = {},
): Promise<Resolution> {
  checkArguments("resolve(name, type, options)", name, type, options);
  const { timeout = 15_000, signal } = options;
  const servers = options.servers === undefined
    ? undefined
    : listed(options.servers);
  const { hosts = !servers, search = !servers } = options;
  const ascii = asciiName(name);
  plainName(ascii);
  const types = type === undefined
    ? ["A", "AAAA"]
    : [typeName(typeNumber(type))];
  const config = options.config ??
    (servers === undefined || hosts || search ? await dnsConfig() : undefined);
  const known = hosts ? inHosts(config, ascii, types) : undefined;
  if (known !== undefined) return known;
  const asked = servers ?? config!.servers;
  const names = search && config !== undefined
    ? searchNames(config.resolvConf, ascii)
    : [ascii];
  using deadline = new Deadline("resolve", name, { timeout, signal });
  const lookup = new Lookup(asked, options, config, deadline);
  let best: Resolution | undefined;
  for (const one of names) {
    const found = await lookup.all(plainName(one), types);
    const result = new Resolution({
      ...found,
      name,
      types,
      source: "dns",
      tries: lookup.tries,
    });
    if (result.ok) return result;
    best = best === undefined ||
        WORTH.indexOf(result.status) > WORTH.indexOf(best.status)
      ? result
      : best;
  }
  return new Resolution({ ...best!, tries: lookup.tries });
}

/**
 * Looks up which name an address has, in the hosts file and at the system's
 * servers.
 *
 * @param of The address.
 * @param options Other servers, and for how long.
 * @returns Its names, in `names`, or the status that says why there are none.
 * @throws {ParseError} If the text is no address.
 * @throws {NetError} If no server answers: `"timeout"`, `"unreachable"`.
 * @throws {PermissionError} As {@linkcode resolve} does.
 * @see RFC 1035 §3.5, RFC 3596 §2.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, async (datagram, socket) => {
 *   const { id, questions } = net.dns.decode(datagram.data);
 *   const answers = [{ name: questions[0]!.name, type: "PTR", data: "www.example" }] as const;
 *   await socket.send(net.dns.encode({ id, qr: 1, questions, answers }), datagram.from);
 * });
 * const found = await net.dns.reverse("192.0.2.1", { servers: [server.address] });
 * assert.deepEqual(found.names, ["www.example"]);
 * ```
 */
export async function reverse(
  of: string | Address,
  options: ResolveOptions = {},
): Promise<Resolution> {
  const { servers, hosts = !servers } = options;
  const name = reverseName(of);
  const config = options.config ??
    (servers === undefined || hosts ? await dnsConfig() : undefined);
  const known = hosts ? config?.hosts.lookupAddress(address(of)) : undefined;
  if (known !== undefined) {
    return fromHosts(name, ["PTR"], [record(name, "PTR", known)]);
  }
  return await resolve(`${name}.`, "PTR", {
    ...options,
    config,
    hosts: false,
    search: false,
  });
}

function record(name: string, type: string, data: unknown): DataRecord {
  return { name, type, class: "IN", ttl: 0, data } as DataRecord;
}

function fromHosts(
  name: string,
  types: readonly string[],
  records: readonly DataRecord[],
): Resolution {
  return new Resolution({
    name,
    types,
    status: "NOERROR",
    found: plainName(name),
    records,
    source: "files",
    tries: [],
  });
}

function inHosts(
  config: DnsConfig | undefined,
  name: string,
  types: readonly string[],
): Resolution | undefined {
  const records = (config?.hosts.lookup(name.replace(/\.$/, "")) ?? [])
    .map((one) => record(plainName(name), one.family === 4 ? "A" : "AAAA", one))
    .filter(({ type }) => types.includes(type));
  return records.length === 0 ? undefined : fromHosts(name, types, records);
}

type Found = Pick<Resolution, "status" | "found" | "records">;

/** Servers that are asked in turn. */
class Lookup {
  readonly tries: LookupTry[] = [];
  readonly #servers: readonly ServerLike[];
  readonly #options: ResolveOptions;
  readonly #timeout: number;
  readonly #attempts: number;
  readonly #deadline: Deadline;

  constructor(
    servers: readonly ServerLike[],
    options: ResolveOptions,
    config: DnsConfig | undefined,
    deadline: Deadline,
  ) {
    this.#servers = servers;
    this.#options = options;
    const { timeout = 5000, attempts = 2 } = config?.resolvConf.options ?? {};
    this.#timeout = timeout;
    this.#attempts = Math.max(1, attempts);
    this.#deadline = deadline;
  }

  /** Asks for all types at once. */
  async all(name: string, types: readonly string[]): Promise<Found> {
    const found = await Promise.all(types.map((type) => this.#one(name, type)));
    const records = [...new Map(
      found.flatMap(({ records }) => records)
        // Both answers bring the same aliases.
        .map((one) => [`${one.name} ${one.type} ${one.data}`, one]),
    ).values()];
    const statuses = found.map(({ status }) => status);
    const status =
      ["NOERROR", "NODATA"].find((one) => statuses.includes(one)) ??
        statuses[0]!;
    return {
      status,
      found: name,
      records: types.length === 1 ? found[0]!.records : records,
    };
  }

  async #one(name: string, type: string): Promise<Found> {
    let failed: unknown;
    let unsure: Found | undefined;
    for (let round = 0; round < this.#attempts; round++) {
      for (const server of this.#servers) {
        const answer = await this.#ask(server, name, type).catch((error) => {
          this.#deadline.signal.throwIfAborted();
          if (!(error instanceof NetError)) throw error;
          failed = error;
        });
        if (answer === undefined) continue;
        const found = read(answer, name, type);
        if (!UNSURE.has(found.status)) return found;
        unsure ??= found;
      }
      // A server that says so is not asked again.
      if (unsure !== undefined) return unsure;
    }
    throw failed ?? new NetError("there is no server to ask", {
      code: "not-found",
      op: "resolve",
      target: name,
    });
  }

  async #ask(server: ServerLike, name: string, type: string): Promise<Answer> {
    const { transport = "udp", tls } = this.#options;
    const start = performance.now();
    const note = (status: string) =>
      this.tries.push({
        name,
        type,
        server: typeof server === "string" && server.startsWith("https:")
          ? server
          : `${serverEndpoint(server, transport)}`,
        status,
        elapsed: performance.now() - start,
      });
    try {
      const answer = await query(server, name, type, {
        ...this.#options.transport && { transport },
        tls,
        timeout: this.#timeout,
        signal: this.#deadline.signal,
        attempts: 1,
      });
      note(
        answer.status === "NOERROR"
          ? read(answer, name, type).status
          : answer.status,
      );
      return answer;
    } catch (error) {
      note(error instanceof NetError ? error.code : "failed");
      throw error;
    }
  }
}

function read(answer: Answer, name: string, type: string): Found {
  const { chain, found } = answering(answer.answers, name, type);
  const status = answer.status !== "NOERROR"
    ? answer.status
    : found
    ? "NOERROR"
    : "NODATA";
  return { status, found: name, records: chain };
}
