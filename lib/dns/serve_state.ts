/**
 * What a name server answers with, and what it counts, by whatever way a query
 * came.
 *
 * @module
 */

import { type Address, address, tryParse } from "../ip/address.ts";
import { type Subnet, subnet } from "../ip/subnet.ts";
import type { Message } from "./message.ts";
import type { DnsQuestion } from "./record.ts";
import { Counters } from "./serve_metrics.ts";
import {
  type Client,
  receive,
  type Reply,
  respond,
  type Responder,
  room,
} from "./serve_reply.ts";
import { RCODE, ZoneSet } from "./serve_zones.ts";
import type { Zone } from "./zone.ts";
import { zone } from "./zone_parse.ts";

/** Something that answers questions, as a {@linkcode Forwarder} does. */
export interface Answerer {
  /** Answers a question. */
  readonly respond: Responder;
}

/** Options for {@linkcode serve}. */
export interface ServeOptions {
  /**
   * The address to listen on. The default keeps to this machine; `"0.0.0.0"`
   * or `"::"` reaches others. @default {"127.0.0.1"}
   */
  hostname?: string | Address | undefined;
  /** The port, for UDP and TCP alike; 0 takes a free one. @default {0} */
  port?: number | undefined;
  /** Who may have whole zones (AXFR): addresses or networks. @default {[], nobody} */
  transferTo?: readonly (string | Address | Subnet)[] | undefined;
  /** Who answers for names that are in none of the zones. @default {nobody: REFUSED} */
  otherwise?: Responder | Answerer | undefined;
  /** The largest response by UDP, in octets: 512 to 65535. @default {1232} */
  payloadSize?: number | undefined;
  /** Connections that may be open at once; others wait. @default {256} */
  maxConnections?: number | undefined;
  /** How long a connection may be idle, in milliseconds. @default {10000} */
  idleTimeout?: number | undefined;
  /** Told of every query that was answered. */
  onQuery?: ((event: QueryEvent) => void) | undefined;
  /** Closes the server when it aborts. */
  signal?: AbortSignal | undefined;
}

/** A query that was answered. */
export interface QueryEvent {
  /** What was asked. */
  readonly question: DnsQuestion;
  /** Who asked, and how. */
  readonly client: Client;
  /** The response code; `undefined` if nothing was said. */
  readonly rcode: number | undefined;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;
}

/** Errors that are kept. */
const KEPT = 100;

/** What answers, and what is counted. */
export class ServeState {
  /** The zones that we are in charge of. */
  zones: ZoneSet;
  /** What was counted. */
  readonly counters = new Counters();
  /** The newest things that went wrong. */
  readonly errors: unknown[] = [];
  /** The largest response by UDP. */
  readonly payloadSize: number;
  readonly #otherwise: Responder | undefined;
  readonly #transferTo: readonly Subnet[];
  readonly #onQuery: ServeOptions["onQuery"];

  /**
   * Takes what answers.
   *
   * @param zones The zones.
   * @param otherwise Who answers for names of others.
   * @param options What `serve` was told.
   */
  constructor(
    zones: ZoneSet,
    otherwise: Responder | undefined,
    { transferTo = [], payloadSize = 1232, onQuery }: ServeOptions,
  ) {
    this.zones = zones;
    this.#otherwise = otherwise;
    this.payloadSize = payloadSize;
    this.#transferTo = transferTo.map(network);
    this.#onQuery = onQuery;
  }

  /**
   * Answers a query.
   *
   * @param octets The query.
   * @param client Who sent it.
   * @returns The response, if there is to be one.
   */
  async answer(
    octets: Uint8Array,
    client: Client,
  ): Promise<Uint8Array | undefined> {
    const { counters } = this;
    const start = performance.now();
    const received = receive(octets);
    const { query } = received;
    if (query === undefined) {
      counters.malformed++;
      if (received.octets !== undefined) {
        counters.response(received.octets[3]! & 15);
      }
      return received.octets;
    }
    counters[client.transport]++;
    let reply: Reply | undefined;
    try {
      const made = this.#reply(query, client);
      reply = made instanceof Promise ? await made : made;
    } catch (error) {
      this.note(error);
      reply = { rcode: RCODE.SERVFAIL };
    }
    const response = this.#finish(query, reply, client);
    const rcode = reply === undefined ? undefined : reply.rcode ?? 0;
    this.tell(query, client, rcode, start);
    return response;
  }

  /**
   * Finds the zone that somebody wants whole.
   *
   * @param query The query.
   * @param client Who sent it.
   * @returns The zone, or the code of why not; `undefined` for other queries.
   */
  transfer(query: Message, { from }: Client): Zone | number | undefined {
    const [{ type, name, class: of }] = query.questions as [DnsQuestion];
    if (type !== "AXFR" && type !== "IXFR") return undefined;
    const peer = tryParse(from.hostname.replace(/%.*/s, ""));
    const isAllowed = peer !== undefined &&
      this.#transferTo.some((one) => one.contains(peer));
    if (!isAllowed) return RCODE.REFUSED;
    return this.zones.get(name, of) ?? RCODE.NOTAUTH;
  }

  /**
   * Counts a query that was answered, and tells of it.
   *
   * @param query The query.
   * @param client Who sent it.
   * @param rcode The response code, if there was a response.
   * @param start When it came, by the clock of `performance`.
   */
  tell(
    query: Message,
    client: Client,
    rcode: number | undefined,
    start: number,
  ): void {
    if (rcode !== undefined) this.counters.response(rcode);
    this.#onQuery?.({
      question: query.questions[0]!,
      client,
      rcode,
      elapsed: performance.now() - start,
    });
  }

  /**
   * Keeps what went wrong.
   *
   * @param error What was thrown.
   */
  note(error: unknown): void {
    this.counters.failed++;
    if (this.errors.push(error) > KEPT) this.errors.shift();
  }

  #reply(
    query: Message,
    client: Client,
  ): Reply | undefined | Promise<Reply | undefined> {
    const [question] = query.questions as [DnsQuestion];
    const { type, name, class: of } = question;
    // Whole zones go over TCP (RFC 5936 §4.2); the rest is obsolete.
    if (type === "AXFR" || type === "IXFR") {
      const zone = this.transfer(query, client);
      const rcode = typeof zone === "number" ? zone : RCODE.REFUSED;
      return { rcode };
    }
    if (type === "MAILA" || type === "MAILB" || type === "OPT") {
      return { rcode: RCODE.NOTIMP };
    }
    const isOurs = this.zones.inCharge(name, of) !== undefined;
    if (!isOurs && this.#otherwise !== undefined) {
      return this.#otherwise(question, { ...client, query });
    }
    return this.zones.answer(question, {
      dnssec: query.opt?.flags.includes("DO") ?? false,
      isWhole: client.transport === "tcp",
    });
  }

  #finish(
    query: Message,
    reply: Reply | undefined,
    { transport }: Client,
  ): Uint8Array | undefined {
    if (reply === undefined) return undefined;
    const { payloadSize } = this;
    const limit = transport === "udp" ? room(query, payloadSize) : 0xffff;
    try {
      const octets = respond(query, reply, limit, payloadSize);
      if (transport === "udp" && octets[2]! & 2) this.counters.truncated++;
      return octets;
    } catch (error) {
      // A responder's records that no message can have.
      this.note(error);
      return respond(query, { rcode: RCODE.SERVFAIL }, limit);
    }
  }
}

/** A network, or the one of a single address. */
function network(of: string | Address | Subnet): Subnet {
  const text = `${of}`;
  return subnet(
    text.includes("/")
      ? text
      : `${text}/${address(text).family === 4 ? 32 : 128}`,
  );
}

/**
 * Makes zones of what names them.
 *
 * @param zones Zones, or texts of zone files.
 * @returns The zones.
 */
export function zoneSet(
  zones: Zone | string | readonly (Zone | string)[],
): ZoneSet {
  const all = Array.isArray(zones) ? zones : [zones];
  return new ZoneSet(all.map((one) => zone(one as Zone | string)));
}
