/**
 * What a monitor knows of the kernel's network, so that it can tell what is
 * new, what has changed, and what has gone while nobody listened.
 *
 * @module
 */

import { decodeAddress, readAddresses } from "../address_decode.ts";
import type { Link } from "../link.ts";
import { decodeLink, nameDevices, readLinks } from "../link_decode.ts";
import { decodeNeighbour, readNeighbours } from "../neighbour_decode.ts";
import type { NetlinkSocket, Received } from "../netlink.ts";
import { decodeQdisc, readQdiscs } from "../qdisc_decode.ts";
import { decodeRoute, readRoutes } from "../route_decode.ts";
import { decodeRule, readRules } from "../rule_decode.ts";
import {
  ChangeEvent,
  type MonitorEvent,
  type MonitorKind,
  type MonitorSubjects,
} from "./event.ts";

const AF_BRIDGE = 7;
const REPLACE = 0x100;

/** How one kind is read, and what tells one of it from another. */
interface Reader<T> {
  /** RTM_NEW…; the number after it is RTM_DEL…. */
  readonly type: number;
  readonly decode: (
    message: Received,
    names: ReadonlyMap<number, string>,
  ) => T | undefined;
  readonly readAll: (socket: NetlinkSocket) => readonly T[];
  /** What stays the same as long as it is the same one. */
  readonly key: (subject: T) => string;
  /** What one that replaces it has in common with it, if that is not the key. */
  readonly place?: (subject: T) => string;
  /** Whether it is one to tell of. */
  readonly counts?: (subject: T) => boolean;
}

const READERS: {
  readonly [K in MonitorKind]: Reader<MonitorSubjects[K]>;
} = {
  link: {
    type: 16,
    // A bridge tells of its ports in messages of the same type.
    decode: (message) =>
      message.u8(0) === AF_BRIDGE ? undefined : decodeLink(message),
    readAll: readLinks,
    key: ({ index }) => `${index}`,
  },
  address: {
    type: 20,
    decode: decodeAddress,
    readAll: readAddresses,
    key: ({ index, address, prefixLength, peer }) =>
      `${index} ${address}/${prefixLength} ${peer ?? ""}`,
  },
  route: {
    type: 24,
    decode: decodeRoute,
    readAll: (socket) => readRoutes(socket, { table: "all" }),
    key: (route) => identity({ ...route, flags: undefined }),
    place: ({ family, table, to, tos, metric }) =>
      `${family} ${table} ${to} ${tos} ${metric}`,
  },
  neighbour: {
    type: 28,
    decode: decodeNeighbour,
    readAll: readNeighbours,
    key: ({ index, address, proxy }) => `${index} ${address} ${proxy ?? ""}`,
    // Those for multicast and the like come with every interface.
    counts: ({ state, proxy, externLearn }) =>
      proxy === true || externLearn === true ||
      (state !== "noarp" && state !== "none"),
  },
  rule: {
    type: 32,
    decode: decodeRule,
    readAll: (socket) => readRules(socket),
    key: (rule) => identity(rule),
  },
  qdisc: {
    type: 36,
    decode: decodeQdisc,
    readAll: readQdiscs,
    key: ({ index, handle, parent }) => `${index} ${handle} ${parent}`,
  },
};

/** Counters and clocks: they change without anything being changed. */
const VOLATILE = new Set([
  "statistics",
  "carrierChanges",
  "usedSeconds",
  "confirmedSeconds",
  "updatedSeconds",
  "references",
  "probes",
  "validSeconds",
  "preferredSeconds",
  "expiresSeconds",
]);

function essence(subject: object, without?: string): string {
  return JSON.stringify(
    subject,
    (key, value) =>
      VOLATILE.has(key) || key === without
        ? undefined
        : typeof value === "bigint"
        ? `${value}`
        : value,
  );
}

/** An interface keeps its index when it gets another name. */
function identity(subject: object): string {
  return essence(subject, "device");
}

/**
 * The network as the monitor knows it.
 *
 * @example
 * ```ts ignore
 * import { NetlinkSocket } from "../netlink.ts";
 * import { Known } from "./known.ts";
 *
 * using socket = NetlinkSocket.open();
 * const known = new Known(["link"]);
 * known.refresh(socket);
 * ```
 */
export class Known {
  readonly #kinds: readonly MonitorKind[];
  readonly #subjects = new Map<MonitorKind, Map<string, unknown>>();
  /** Links are known in any case: the others name them. */
  readonly #names = new Map<number, string>();
  readonly #up = new Set<number>();
  /** Whether something may have gone of which the kernel says nothing. */
  #doubtful = false;

  /**
   * Knows nothing yet.
   *
   * @param kinds What to tell of.
   */
  constructor(kinds: readonly MonitorKind[]) {
    this.#kinds = kinds;
    for (const kind of kinds) this.#subjects.set(kind, new Map());
  }

  /** Whether {@linkcode refresh} would find more than the messages have told. */
  get doubtful(): boolean {
    return this.#doubtful;
  }

  /**
   * Takes one message in.
   *
   * @param message What the kernel told.
   * @returns What it comes to: nothing if it tells nothing new.
   * @throws {DecodeError} If the message is cut short.
   */
  take(message: Received): MonitorEvent | undefined {
    const { type } = message;
    if (type === 16 || type === 17) this.#takeNames(message);
    for (const kind of this.#kinds) {
      const from = READERS[kind].type;
      if (type === from || type === from + 1) {
        return this.#takeSubject(kind, message, type !== from);
      }
    }
    return undefined;
  }

  #takeNames(message: Received): void {
    const link = READERS.link.decode(message, this.#names);
    if (link === undefined) return;
    if (message.type === 16) {
      this.#names.set(link.index, link.name);
      // What a link that goes down takes with it is not told.
      if (!link.up && this.#up.delete(link.index)) this.#doubtful = true;
      if (link.up) this.#up.add(link.index);
    } else this.#doubtful = true;
  }

  #takeSubject<K extends MonitorKind>(
    kind: K,
    message: Received,
    removed: boolean,
  ): MonitorEvent | undefined {
    const reader = READERS[kind] as Reader<MonitorSubjects[K]>;
    const subject = reader.decode(message, this.#names);
    if (subject === undefined) return undefined;
    if (kind === "link") this.#nameOthers(subject as Link);
    // Routes that were to send from it go with it, without a word.
    if (kind === "address" && removed) this.#doubtful = true;
    const known = this.#known(kind);
    const key = reader.key(subject);
    if (removed) {
      if (kind === "link") this.#names.delete((subject as Link).index);
      const was = known.get(key);
      known.delete(key);
      const told = was !== undefined || (reader.counts?.(subject) ?? true);
      return told ? event(kind, "removed", was ?? subject) : undefined;
    }
    let previous = known.get(key);
    if (
      previous === undefined && reader.place && message.flags & REPLACE
    ) {
      const place = reader.place(subject);
      for (const [other, candidate] of known) {
        if (reader.place(candidate) === place) {
          previous = candidate;
          known.delete(other);
          break;
        }
      }
    }
    if (previous === undefined && !(reader.counts?.(subject) ?? true)) {
      return undefined;
    }
    known.set(key, subject);
    return news(kind, subject, previous);
  }

  /**
   * Reads everything anew.
   *
   * @param socket Where to ask.
   * @returns What is different from what was known.
   * @throws {NetError} If the kernel refuses.
   */
  refresh(socket: NetlinkSocket): MonitorEvent[] {
    this.#doubtful = false;
    this.#names.clear();
    this.#up.clear();
    for (const { index, name, up } of readLinks(socket)) {
      this.#names.set(index, name);
      if (up) this.#up.add(index);
    }
    return this.#kinds.flatMap((kind) => this.#refreshKind(kind, socket));
  }

  #refreshKind<K extends MonitorKind>(
    kind: K,
    socket: NetlinkSocket,
  ): MonitorEvent[] {
    const reader = READERS[kind] as Reader<MonitorSubjects[K]>;
    const known = this.#known(kind);
    const gone = new Map(known);
    const events: MonitorEvent[] = [];
    known.clear();
    for (const subject of reader.readAll(socket)) {
      const key = reader.key(subject);
      known.set(key, subject);
      const found = news(kind, subject, gone.get(key));
      if (found !== undefined) events.push(found);
      gone.delete(key);
    }
    const removed = Array.from(
      gone.values(),
      (subject) => event(kind, "removed", subject),
    );
    return [...removed, ...events];
  }

  #known<K extends MonitorKind>(kind: K): Map<string, MonitorSubjects[K]> {
    return this.#subjects.get(kind) as Map<string, MonitorSubjects[K]>;
  }

  /** Only names count of the others, and whether they are up. */
  #nameOthers(link: Link): void {
    const others = Array.from(this.#names, ([index, name]) => ({
      index,
      name,
      up: this.#up.has(index),
    } as Link));
    nameDevices([...others, link]);
  }
}

function news<K extends MonitorKind>(
  kind: K,
  subject: MonitorSubjects[K],
  previous: MonitorSubjects[K] | undefined,
): MonitorEvent | undefined {
  if (previous === undefined) return event(kind, "added", subject);
  return essence(previous) === essence(subject)
    ? undefined
    : event(kind, "changed", subject, previous);
}

function event<K extends MonitorKind>(
  kind: K,
  change: "added" | "changed" | "removed",
  subject: MonitorSubjects[K],
  previous?: MonitorSubjects[K],
): MonitorEvent {
  return new ChangeEvent(kind, change, subject, previous) as MonitorEvent;
}
