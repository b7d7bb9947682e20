/**
 * Names on a link: taken if nobody has them, told, answered for, and given back.
 *
 * @see RFC 6762 §6, §8 and §10
 * @module
 */

import { NetError } from "../errors.ts";
import { type Address, address } from "../ip/address.ts";
import { compareOctets } from "./canonical.ts";
import { dataOctets } from "./message_writer.ts";
import { lowerName, plainName, sameName } from "./names.ts";
import { type DataRecord, typeNumber } from "./record.ts";
import {
  labelOf,
  type LinkMessage,
  type LinkQuestion,
  type MulticastLink,
  toLink,
} from "./mdns_link.ts";
import { kindOf, Service } from "./mdns_offer.ts";

/** What to offer; see {@linkcode announce}. */
export interface ServiceInput {
  /** What people call it, up to 63 octets: `"Ann's Printer"`. */
  readonly name: string;
  /** What kind it is: `"_http._tcp"`. */
  readonly type: string;
  /** The port. */
  readonly port: number;
  /** What it says of itself. @default {{}} */
  readonly txt?: Readonly<Record<string, string | true>> | undefined;
  /** The host's name without domain. @default {the service's, as letters and digits} */
  readonly host?: string | undefined;
  /** The host's addresses. */
  readonly addresses: readonly (string | Address)[];
}

/** A record that is offered. */
interface Offer {
  readonly record: DataRecord;
  readonly isUnique: boolean;
  /** When it went out to all, last; or is going to. */
  sent: number;
}

/** TTLs of what depends on the host, and of all else (RFC 6762 §10). */
const [HOST_TTL, TTL] = [120, 4500];
/** Between probes, and how many; between the two announcements. */
const [PROBE_PAUSE, PROBES, ANNOUNCE_PAUSE] = [250, 3, 1000];
/** How long who loses against another probe waits (RFC 6762 §8.2). */
const DEFEAT = 1000;
/** Names that are tried. */
const NAMES = 100;
const PORT = 5353;
/** TTLs for those who know nothing of multicast DNS (RFC 6762 §6.7). */
const LEGACY_TTL = 10;
const META = "_services._dns-sd._udp.local";

/** What is offered, and what others say of the same names. */
export class Announcer {
  /** What is offered. */
  service: Service;
  readonly #input: ServiceInput;
  readonly #kind: string;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #offers: Offer[] = [];
  #number = 1;
  #isOurs = false;
  /** Wakes a probe that has lost. */
  #lost: ((how: "taken" | "defeated") => void) | undefined;
  #trouble: (() => void) | undefined;

  /**
   * Takes what to offer.
   *
   * @param input It.
   */
  constructor(input: ServiceInput) {
    this.#input = input;
    this.#kind = kindOf(input.type);
    this.service = this.#make();
  }

  /**
   * Makes sure of the names, and tells everybody.
   *
   * @param link The link.
   * @param signal Stops it.
   */
  async start(
    link: MulticastLink,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (;;) {
      const how = await this.#probe(link, signal);
      if (how === undefined) break;
      if (how === "defeated") {
        await this.#wait(DEFEAT, signal);
        continue;
      }
      if (++this.#number > NAMES) {
        throw new NetError(`${NAMES} names like it are taken`, {
          code: "in-use",
          op: "announce",
          target: this.#input.name,
        });
      }
      this.service = this.#make();
    }
    if (link.mute !== undefined) throw link.mute;
    this.#isOurs = true;
    this.#trouble = () => {
      // Somebody else has the name after all: it is settled anew.
      this.#isOurs = false;
      this.#trouble = undefined;
      this.start(link, signal).catch(() => {});
    };
    const tell = () => this.#say(link, this.#offers);
    tell();
    this.#later(ANNOUNCE_PAUSE, tell);
  }

  /**
   * Answers, or finds out that somebody else has the names.
   *
   * @param link The link.
   * @param message What came.
   */
  hear(link: MulticastLink, message: LinkMessage): void {
    if (message.message.qr === 1) {
      const rival = message.answers.some(({ record }) => this.#isRival(record));
      if (!rival) return;
      if (this.#isOurs) this.#trouble?.();
      else this.#lost?.("taken");
    } else {
      const claims = message.authorities.map(({ record }) => record);
      if (claims.length > 0 && !this.#isOurs && this.#loses(claims)) {
        this.#lost?.("defeated");
      }
      if (this.#isOurs) this.#answer(link, message);
    }
  }

  /**
   * Takes everything back.
   *
   * @param link The link.
   */
  goodbye(link: MulticastLink): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    link.send({
      qr: 1,
      flags: ["AA"],
      answers: this.#offers.map(({ record, isUnique }) => ({
        ...toLink(record, isUnique),
        ttl: 0,
      } as DataRecord)),
    });
  }

  /** Stops whatever was to come later. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#isOurs = false;
  }

  /** Asks three times whether somebody has the names (RFC 6762 §8.1). */
  async #probe(
    link: MulticastLink,
    signal: AbortSignal | undefined,
  ): Promise<"taken" | "defeated" | undefined> {
    const unique = this.#offers.filter(({ isUnique }) => isUnique);
    const names = [...new Set(unique.map(({ record }) => record.name))];
    const lost = Promise.withResolvers<"taken" | "defeated">();
    this.#lost = lost.resolve;
    try {
      await this.#wait(Math.random() * PROBE_PAUSE, signal);
      for (let n = 0; n < PROBES; n++) {
        link.send({
          questions: names.map((name) => ({ name, type: "ANY" })),
          authorities: unique.map(({ record }) => record),
        });
        const how = await Promise.race([
          lost.promise,
          this.#wait(PROBE_PAUSE, signal),
        ]);
        if (how !== undefined) return how;
      }
      return undefined;
    } finally {
      this.#lost = undefined;
    }
  }

  /** Whether somebody else says another thing of a name that is ours. */
  #isRival(record: DataRecord): boolean {
    const ours = this.#offers.filter((one) =>
      one.isUnique && sameName(one.record.name, record.name) &&
      one.record.type === record.type
    );
    if (ours.length === 0 || record.ttl === 0) return false;
    const data = dataOctets(record.type, record.data).toHex();
    return ours.every((one) =>
      dataOctets(one.record.type, one.record.data).toHex() !== data
    );
  }

  /** Whether another probe for a name of ours comes before it (RFC 6762 §8.2). */
  #loses(claims: readonly DataRecord[]): boolean {
    const names = new Set(claims.map(({ name }) => lowerName(name)));
    for (const name of names) {
      const of = (all: readonly DataRecord[]) =>
        all.filter((one) => lowerName(one.name) === name).map(comparable)
          .sort(compareOctets);
      const ours = of(
        this.#offers.filter(({ isUnique }) => isUnique)
          .map(({ record }) => record),
      );
      if (ours.length === 0) continue;
      const theirs = of(claims);
      for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
        if (ours[i] === undefined) return true;
        if (theirs[i] === undefined) break;
        const order = compareOctets(ours[i]!, theirs[i]!);
        if (order !== 0) {
          if (order < 0) return true;
          break;
        }
      }
    }
    return false;
  }

  #answer(
    link: MulticastLink,
    { message, from, questions, answers }: LinkMessage,
  ) {
    const now = performance.now();
    const wanted = new Set<Offer>();
    for (const question of questions) {
      for (const offer of this.#offers) {
        if (isAbout(question, offer.record)) wanted.add(offer);
      }
    }
    for (const { record } of answers) {
      for (const offer of wanted) {
        // Who knows it for long enough need not be told (RFC 6762 §7.1).
        if (
          isSame(offer.record, record) && record.ttl * 2 >= offer.record.ttl
        ) {
          wanted.delete(offer);
        }
      }
    }
    if (wanted.size === 0) return;
    const isLegacy = from.port !== PORT;
    if (isLegacy || questions.every(({ isUnicast }) => isUnicast)) {
      link.send({
        id: message.id,
        qr: 1,
        flags: ["AA"],
        questions: isLegacy ? message.questions : [],
        answers: [...wanted].map(({ record, isUnique }) =>
          isLegacy
            ? { ...record, ttl: Math.min(record.ttl, LEGACY_TTL) } as DataRecord
            : toLink(record, isUnique)
        ),
      }, from);
      if (isLegacy) return;
    }
    // Nothing goes out to all more than once a second, but to those who want to
    // take the name (RFC 6762 §6); who asks meanwhile hears of it then.
    const least = message.authorities.length > 0 ? PROBE_PAUSE : 1000;
    const due = [...wanted].filter(({ sent }) => sent <= now);
    if (due.length === 0) return;
    const wait = Math.max(...due.map(({ sent }) => sent + least - now), 0);
    // Where others may answer too, not all do so at once.
    const isShared = due.some(({ isUnique }) => !isUnique);
    const pause = Math.max(wait, isShared ? 20 + Math.random() * 100 : 0);
    for (const offer of due) offer.sent = now + pause;
    this.#later(pause, () => this.#say(link, due));
  }

  /** Tells all. */
  #say(link: MulticastLink, offers: readonly Offer[]): void {
    if (!this.#isOurs) return;
    const now = performance.now();
    const given = new Set(offers);
    for (const offer of offers) offer.sent = now;
    const form = ({ record, isUnique }: Offer) => toLink(record, isUnique);
    link.send({
      qr: 1,
      flags: ["AA"],
      answers: offers.map(form),
      additionals: this.#offers.filter((one) => one.isUnique && !given.has(one))
        .map(form),
    });
  }

  #make(): Service {
    const { name, port, txt = {}, addresses } = this.#input;
    const suffix = this.#number === 1 ? "" : ` (${this.#number})`;
    const plain = name.normalize("NFD").replaceAll(/[^A-Za-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "").slice(0, 50) || "host";
    const host = `${this.#input.host ?? plain}${
      this.#number === 1 ? "" : `-${this.#number}`
    }.local`;
    const type = `${this.#kind}.local`;
    const instance = `${labelOf(`${name}${suffix}`)}.${type}`;
    const all = addresses.map((one) => address(one));
    const strings = Object.entries(txt).map(([key, value]) =>
      value === true ? key : `${key}=${value}`
    );
    const offer = (isUnique: boolean, record: unknown): Offer => ({
      record: { class: "IN", ...record as object } as DataRecord,
      isUnique,
      sent: -Infinity,
    });
    this.#offers = [
      offer(false, { name: type, type: "PTR", ttl: TTL, data: instance }),
      offer(false, { name: META, type: "PTR", ttl: TTL, data: type }),
      offer(true, {
        name: instance,
        type: "SRV",
        ttl: HOST_TTL,
        data: { priority: 0, weight: 0, port, target: plainName(host) },
      }),
      offer(true, {
        name: instance,
        type: "TXT",
        ttl: TTL,
        // No facts at all are one empty string (RFC 6763 §6.1).
        data: strings.length === 0 ? [""] : strings,
      }),
      ...all.map((one) =>
        offer(true, {
          name: plainName(host),
          type: one.family === 4 ? "A" : "AAAA",
          ttl: HOST_TTL,
          data: one,
        })
      ),
    ];
    // What cannot be sent is said at once.
    for (const { record } of this.#offers) dataOctets(record.type, record.data);
    return new Service({
      name: `${name}${suffix}`,
      type: this.#kind,
      host,
      port,
      addresses: all,
      txt,
    });
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const stop = () => reject(signal!.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    this.#later(ms, () => {
      signal?.removeEventListener("abort", stop);
      resolve(undefined);
    });
    promise.catch(() => {});
    return promise;
  }
}

/** A record as probes are compared: class, type, and what it says. */
function comparable({ type, data }: DataRecord): Uint8Array {
  const number = typeNumber(type);
  return Uint8Array.from([
    0,
    1,
    number >> 8,
    number & 0xff,
    ...dataOctets(type, data),
  ]);
}

function isAbout({ name, type }: LinkQuestion, record: DataRecord): boolean {
  return (type === "ANY" || type === record.type) &&
    sameName(name, record.name);
}

function isSame(a: DataRecord, b: DataRecord): boolean {
  return a.type === b.type && sameName(a.name, b.name) &&
    compareOctets(dataOctets(a.type, a.data), dataOctets(b.type, b.data)) === 0;
}
