/**
 * Finding out what is offered on a link.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import type { Address } from "../ip/address.ts";
import { dataOctets } from "./message_writer.ts";
import { lowerName, nameLabels } from "./names.ts";
import type { DataRecord, DnsRecordInput } from "./record.ts";
import {
  type LinkMessage,
  type LinkOptions,
  type LinkRecord,
  type MulticastLink,
  openLink,
  textOf,
} from "./mdns_link.ts";
import { factsOf, kindOf, Service } from "./mdns_offer.ts";

export type { LinkOptions };
export * from "./mdns_offer.ts";

/** What changed on the link. */
export class ServiceEvent {
  /** `"up"` for a new one, `"changed"`, or `"down"`. */
  readonly kind: "up" | "changed" | "down";
  /** The service, as it is, or was. */
  readonly service: Service;

  /**
   * Takes the two; {@linkcode browse} makes it.
   *
   * @param kind What happened.
   * @param service To what.
   */
  constructor(kind: "up" | "changed" | "down", service: Service) {
    this.kind = kind;
    this.service = service;
  }

  /** One line: what, which, where. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const { kind, service: { name, type, host, port } } = this;
    const role = kind === "down" ? "warn" : "good";
    return `${paint(role, kind, room)} ${
      paint("name", name, room)
    } (${type}) at ${host}:${port}`;
  }
}

/** Options for {@linkcode discover}. */
export interface DiscoverOptions extends LinkOptions {
  /** How long to listen, in milliseconds. @default {2000} */
  timeout?: number | undefined;
}

/** How often is asked again, and at most, in milliseconds (RFC 6762 §5.2). */
const [FIRST, LAST] = [1000, 3_600_000];
/** Records that are kept; others have to wait until some are gone. */
const MOST = 4000;
/** How often is looked for what has become too old, in milliseconds. */
const SWEEP = 250;
/** How long what was taken back may still be put right, in ms (RFC 6762 §10.1). */
const GOODBYE = 1000;

interface Heard {
  readonly record: DataRecord;
  readonly since: number;
  until: number;
}

/** All that was heard of services of one kind. */
class Browser {
  readonly #kind: string;
  readonly #tell: (event: ServiceEvent) => void;
  /** By name and type, then by what they say. */
  readonly #records = new Map<string, Map<string, Heard>>();
  #count = 0;
  #isNews = false;
  readonly #up = new Map<string, [text: string, service: Service]>();
  readonly #asked = new Map<string, number>();
  #link: MulticastLink | undefined;
  #pause = FIRST;
  #next = 0;
  #sweep = 0;

  constructor(kind: string, tell: (event: ServiceEvent) => void) {
    this.#kind = kind;
    this.#tell = tell;
  }

  start(link: MulticastLink): void {
    this.#link = link;
    this.tick();
  }

  hear({ message, answers, additionals }: LinkMessage): void {
    if (message.qr !== 1) return;
    for (const one of [...answers, ...additionals]) this.#keep(one);
    // What it means is seen with the next tick: a flood costs no more than that.
    this.#isNews = true;
  }

  /** Asks when it is time, and lets go of what has become too old. */
  tick(): void {
    const now = performance.now();
    if (now >= this.#sweep) {
      this.#sweep = now + SWEEP;
      this.#forget(now);
    }
    if (this.#isNews) this.#update();
    if (now < this.#next) return;
    this.#next = now + this.#pause;
    this.#pause = Math.min(this.#pause * 3, LAST);
    const name = `${this.#kind}.local`;
    this.#link!.send({
      questions: [{ name, type: "PTR" }],
      // Who is known need not answer (RFC 6762 §7.1).
      answers: this.#pointers().filter(({ record, until }) =>
        until - now > record.ttl * 500
      ).map(({ record, until }) => ({
        ...record,
        ttl: Math.round((until - now) / 1000),
      } as DnsRecordInput)),
    });
  }

  #forget(now: number): void {
    for (const [owner, set] of this.#records) {
      for (const [key, { until }] of set) {
        if (until > now) continue;
        set.delete(key);
        this.#count--;
        this.#isNews = true;
      }
      if (set.size === 0) this.#records.delete(owner);
    }
  }

  #keep({ record, isUnique }: LinkRecord): void {
    if (record.class !== "IN" || !WANTED.has(record.type)) return;
    const now = performance.now();
    const owner = ownerOf(record.name, record.type);
    const set = this.#records.get(owner) ?? new Map<string, Heard>();
    if (isUnique) {
      for (const old of set.values()) {
        // What came a moment ago belongs to the same answer (RFC 6762 §10.2).
        if (now - old.since > 1000) {
          old.until = Math.min(old.until, now + GOODBYE);
        }
      }
    }
    const key = dataOctets(record.type, record.data).toHex();
    const old = set.get(key);
    if (record.ttl === 0) {
      if (old !== undefined) old.until = now + GOODBYE;
      return;
    }
    if (old === undefined && this.#count++ >= MOST) {
      this.#count--;
      return;
    }
    set.set(key, { record, since: now, until: now + record.ttl * 1000 });
    this.#records.set(owner, set);
  }

  /** Compares what there is now with what was told. */
  #update(): void {
    this.#isNews = false;
    const seen = new Set<string>();
    for (const { record } of this.#pointers()) {
      const instance = record.data as string;
      const key = lowerName(instance);
      seen.add(key);
      const service = this.#service(instance);
      if (service === undefined) continue;
      this.#asked.delete(key);
      const text = JSON.stringify(service);
      const old = this.#up.get(key);
      if (old?.[0] === text) continue;
      this.#up.set(key, [text, service]);
      this.#tell(new ServiceEvent(old ? "changed" : "up", service));
    }
    for (const [key, [, service]] of this.#up) {
      if (seen.has(key)) continue;
      this.#up.delete(key);
      this.#tell(new ServiceEvent("down", service));
    }
    for (const key of this.#asked.keys()) {
      if (!seen.has(key)) this.#asked.delete(key);
    }
  }

  /** Puts a service together, or asks for what lacks. */
  #service(instance: string): Service | undefined {
    const [server] = this.#of(instance, "SRV");
    if (server?.type !== "SRV") return this.#ask(instance, instance, "SRV");
    const { target, port } = server.data;
    const addresses = [...this.#of(target, "A"), ...this.#of(target, "AAAA")]
      .map(({ data }) => data as Address);
    if (addresses.length === 0) return this.#ask(instance, target, "A");
    const [facts] = this.#of(instance, "TXT");
    return new Service({
      name: textOf(nameLabels(instance)[0] ?? ""),
      type: this.#kind,
      host: target,
      port,
      addresses: addresses.sort((a, b) => `${a}` < `${b}` ? -1 : 1),
      txt: facts?.type === "TXT" ? factsOf(facts.data) : {},
    });
  }

  #ask(instance: string, name: string, type: string): undefined {
    const now = performance.now();
    const key = lowerName(instance);
    // It is looked at again when it may be asked for again.
    this.#isNews = true;
    if (now - (this.#asked.get(key) ?? -Infinity) < FIRST) return undefined;
    this.#asked.set(key, now);
    const types = type === "SRV" ? ["SRV", "TXT"] : ["A", "AAAA"];
    this.#link!.send({ questions: types.map((type) => ({ name, type })) });
    return undefined;
  }

  #of(name: string, type: string): DataRecord[] {
    const set = this.#records.get(ownerOf(name, type));
    return set === undefined
      ? []
      : [...set.values()].map(({ record }) => record);
  }

  #pointers(): Heard[] {
    const name = `${this.#kind}.local`;
    const set = this.#records.get(ownerOf(name, "PTR"))?.values() ?? [];
    return [...set].filter(({ record }) =>
      record.type === "PTR" && lowerName(record.data).endsWith(`.${name}`)
    );
  }
}

function ownerOf(name: string, type: string): string {
  return `${lowerName(name)} ${type}`;
}

const WANTED = new Set(["PTR", "SRV", "TXT", "A", "AAAA"]);
/** How often is looked for what to ask, and what is gone, in milliseconds. */
const TICK = 50;

/**
 * Tells what services of one kind are offered on the link, come and go, by
 * multicast DNS over IPv4, until the loop is left.
 *
 * @param type The kind: `"_http._tcp"`, `"_ssh._tcp"`, `"_ipp._tcp"`.
 * @param options Which link, and who may stop it.
 * @returns One event after the other; first those of what is there.
 * @throws {NetError} If there is no link for it.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If the kind is none.
 * @see RFC 6762, RFC 6763 §4
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for await (const { kind, service } of net.dns.browse("_http._tcp")) {
 *   console.log(kind, service.name, service.addresses, service.port);
 * }
 * ```
 */
export async function* browse(
  type: string,
  options: LinkOptions = {},
): AsyncGenerator<ServiceEvent> {
  yield* eventsOf(type, options);
}

async function* eventsOf(
  type: string,
  options: LinkOptions,
  onStop?: (link: MulticastLink) => void,
): AsyncGenerator<ServiceEvent> {
  const { signal } = options;
  const events: ServiceEvent[] = [];
  let news = Promise.withResolvers<void>();
  const browser = new Browser(kindOf(type), (event) => {
    events.push(event);
    news.resolve();
  });
  await using link = await openLink(
    (message) => browser.hear(message),
    options,
  );
  const timer = setInterval(() => browser.tick(), TICK);
  const stop = () => news.resolve();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    browser.start(link);
    for (;;) {
      if (signal?.aborted) onStop?.(link);
      signal?.throwIfAborted();
      const event = events.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      await news.promise;
      news = Promise.withResolvers();
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Lists the services of one kind that are offered on the link.
 *
 * @param type The kind: `"_http._tcp"`, `"_ssh._tcp"`, `"_ipp._tcp"`.
 * @param options Which link, and how long to listen.
 * @returns The services, by name.
 * @throws {NetError} If there is no link for it, or no question got out.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If the kind is none.
 * @see RFC 6762, RFC 6763
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for (const service of await net.dns.discover("_ssh._tcp")) {
 *   console.log(service.name, `${service.addresses[0]}`);
 * }
 * ```
 */
export async function discover(
  type: string,
  options: DiscoverOptions = {},
): Promise<Service[]> {
  const { timeout = 2000, signal } = options;
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot look for services as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  const services = new Map<string, Service>();
  let unheard: unknown;
  const over = new AbortController();
  const stop = () => over.abort();
  const timer = setTimeout(stop, timeout);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    const within = { ...options, signal: over.signal };
    const events = eventsOf(type, within, ({ mute }) => unheard = mute);
    for await (const { kind, service } of events) {
      if (kind === "down") services.delete(service.name);
      else services.set(service.name, service);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!over.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
  // Who could ask nobody has not found that there is nothing.
  if (unheard !== undefined && services.size === 0) throw unheard;
  return [...services.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}
