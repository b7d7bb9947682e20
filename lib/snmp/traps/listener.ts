/**
 * Listening for notifications.
 *
 * @module
 */

import type { DeadlineOptions } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { count } from "../../inspect/units.ts";
import { Backlog } from "../../socket/backlog.ts";
import type { Datagram } from "../../socket/datagram.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { open } from "../../socket/udp_open.ts";
import type { Socket } from "../../socket/udp_socket.ts";
import { untilClosed } from "../../socket/waiting.ts";
import { PDU, type Pdu } from "../asking/message.ts";
import { pduElement, variablesOf } from "../message/ber.ts";
import {
  NOTIFY,
  type OpenMessage,
  readIncoming,
  type SecuredMessage,
} from "../message/incoming.ts";
import { LocalEngine } from "../message/local_engine.ts";
import { openMessage, securedMessage } from "../message/outgoing.ts";
import { Usm } from "../message/usm.ts";
import type { MibStore } from "../mib/store.ts";
import { loadNetSnmp } from "../session.ts";
import { type Counts, noCounts } from "./counting.ts";
import type { TrapCounts } from "./counts.ts";
import { Notification, type NotificationFacts } from "./notification.ts";
import type { ListenOptions } from "./options.ts";
import { readNotification } from "./read_notification.ts";
import { bindFailure } from "./bind_failure.ts";

/** Informs that are remembered, so that those that come again are told once. */
const REMEMBERED = 4096;
/** For how long, in milliseconds: longer than anybody repeats one. */
const MEMORY = 60_000;

/**
 * A listener for notifications; {@linkcode listenTraps} gives it. Iterate over it,
 * or `receive` one by one.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.snmp.listenTraps({ hostname: "127.0.0.1", port: 0 });
 * await net.snmp.inform(`${listener.address}`, "coldStart");
 * for await (const { name, kind } of listener) {
 *   assert.deepEqual([name, kind], ["SNMPv2-MIB::coldStart", "inform"]);
 *   break;
 * }
 * ```
 */
export class TrapListener
  implements AsyncIterable<Notification>, AsyncDisposable {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Where names come from. */
  readonly mib: MibStore;
  /** Its engine ID in hexadecimal, which informs of version 3 are made for. */
  readonly engineId: string;
  readonly #socket: Socket;
  readonly #communities: ReadonlySet<string> | "any";
  readonly #engine: LocalEngine;
  readonly #usm: Usm;
  readonly #queue: Backlog<Notification>;
  readonly #informs = new Map<string, number>();
  readonly #counts: Counts = noCounts();
  readonly #listening: Promise<void>;
  readonly #detach: () => void;
  #trouble = "";

  private constructor(
    socket: Socket,
    engine: LocalEngine,
    usm: Usm,
    mib: MibStore,
    options: ListenOptions,
  ) {
    const { communities = ["public"], queue = 1024, signal } = options;
    this.address = socket.address;
    this.mib = mib;
    this.engineId = engine.hex;
    this.#socket = socket;
    this.#engine = engine;
    this.#usm = usm;
    this.#communities = communities === "any" ? "any" : new Set(communities);
    this.#queue = new Backlog(queue);
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
    this.#listening = this.#listen();
  }

  /**
   * Opens one: see {@linkcode listenTraps}.
   *
   * @param options Where, and what counts.
   */
  static async open(options: ListenOptions = {}): Promise<TrapListener> {
    const { hostname = "0.0.0.0", port = 162, users = [], queue = 1024 } =
      options;
    if (!(queue >= 1)) {
      throw new RangeError(
        `Cannot listen for traps as 'queue' must be 1 or more notifications: current value is ${queue}`,
      );
    }
    options.signal?.throwIfAborted();
    const [loaded, mib] = await Promise.all([
      loadNetSnmp(),
      options.mib ??
        import("../mib/builtin.ts").then(({ builtin }) => builtin),
    ]);
    const engine = new LocalEngine(options);
    const usm = new Usm(loaded, engine, users, true);
    options.signal?.throwIfAborted();
    const socket = await open({ hostname, port }).catch(
      (error) => {
        throw bindFailure(error, "listen for traps on", `${hostname}`, port);
      },
    );
    return new TrapListener(socket, engine, usm, mib, options);
  }

  /** What came so far, and what of it was not taken. */
  get counts(): TrapCounts {
    const { unsupportedLevels, ...refused } = this.#usm.refused;
    const counts = this.#counts;
    return {
      ...counts,
      others: counts.others + refused.unknownHandlers,
      malformed: counts.malformed + refused.invalidMessages,
      unknownUsers: refused.unknownUsers,
      unknownEngines: refused.unknownEngines,
      wrongDigests: refused.wrongDigests,
      notInTimeWindows: refused.notInTimeWindows,
      decryptionErrors: refused.decryptionErrors,
      wrongLevels: counts.wrongLevels + unsupportedLevels,
      dropped: counts.dropped + this.#socket.dropped,
    };
  }

  /** What was wrong with the last datagram that was not taken; empty if none was. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Notifications that wait for the program. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#socket.closed;
  }

  /**
   * Gives the next notification.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The notification that waited longest.
   * @throws {NetError} `"timeout"`, or `"closed"` after `close`.
   */
  async receive(options: DeadlineOptions = {}): Promise<Notification> {
    return await this.#queue.wait(
      `${this.address}`,
      options,
      () => {
        if (!this.closed) return;
        throw new NetError("it is closed", {
          code: "closed",
          op: "receive traps on",
          target: `${this.address}`,
        });
      },
      () => {},
      () => this.#queue.shift(),
    );
  }

  /** Notification after notification, until it is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<Notification> {
    return untilClosed(() => this.receive(), () => this.closed);
  }

  /** Closes it; notifications that wait are forgotten. */
  async close(): Promise<void> {
    this.#detach();
    await this.#socket.close();
    await this.#listening;
    this.#queue.clear();
    this.#queue.wake();
  }

  /** Closes it at the end of a block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #listen(): Promise<void> {
    while (!this.closed) {
      let datagrams: readonly Datagram[] = [];
      try {
        datagrams = await this.#socket.receiveAll();
      } catch (error) {
        if (!this.closed) this.#queue.fail(error);
      }
      for (const datagram of datagrams) {
        this.#counts.datagrams++;
        try {
          this.#take(datagram);
        } catch (error) {
          // Whatever octets do to us, the next datagram is another one.
          this.#counts.malformed++;
          this.#note(datagram, (error as Error).message);
        }
      }
    }
  }

  #note({ from }: Datagram, what: string): void {
    this.#trouble = `from ${from}: ${what}`;
  }

  #take(datagram: Datagram): void {
    const message = readIncoming(datagram.data);
    if (message.version === 3) this.#takeSecured(datagram, message);
    else this.#takeOpen(datagram, message);
  }

  #takeOpen(datagram: Datagram, message: OpenMessage): void {
    const { version, community, pdu, trap } = message;
    if (!isNotification(pdu) || version === 0 && trap === undefined) {
      this.#counts.others++;
      this.#note(datagram, "it is no notification");
      return;
    }
    if (this.#communities !== "any" && !this.#communities.has(community)) {
      this.#counts.unknownCommunities++;
      this.#note(datagram, "the community is not one of ours");
      return;
    }
    const isTaken = this.#deliver(datagram, pdu, {
      ...readNotification(pdu, trap, this.mib),
      version: version === 0 ? "1" : "2c",
      community,
    });
    if (isTaken && pdu.type === NOTIFY.inform) {
      this.#send(datagram, openMessage(version, community, acknowledge(pdu)));
    }
  }

  #takeSecured(datagram: Datagram, message: SecuredMessage): void {
    const got = this.#usm.take(message);
    if ("refusal" in got) {
      if (message.security.engineId.length > 0) {
        this.#note(datagram, `${got.refusal}, user ${message.user}`);
      }
      if (got.report) this.#send(datagram, got.report);
      return;
    }
    const { user, level, pdu, context } = got;
    const isOurs = this.#engine.isNamed(message.security.engineId);
    // An inform is made for us, a trap for its sender (RFC 3412 §7.1).
    if (!isNotification(pdu) || isOurs !== (pdu.type === NOTIFY.inform)) {
      const { report } = this.#usm.refuse(message, "unknownHandlers");
      this.#note(datagram, "it is no notification");
      if (report) this.#send(datagram, report);
      return;
    }
    if (level !== user.level) {
      this.#counts.wrongLevels++;
      this.#note(datagram, `${level} of user ${user.name}`);
      return;
    }
    const isTaken = this.#deliver(datagram, pdu, {
      ...readNotification(pdu, undefined, this.mib),
      version: "3",
      user: user.name,
      level,
      engineId: context.engineId.toHex(),
      context: context.name,
    });
    if (!isTaken || pdu.type !== NOTIFY.inform) return;
    const envelope = {
      id: message.security.id,
      user,
      level,
      isReportable: false,
      clock: this.#engine.clock,
      contextEngineId: context.engineId,
      contextName: context.name,
    };
    this.#send(datagram, securedMessage(envelope, acknowledge(pdu)));
  }

  /** Puts it into the queue, unless it was there; whether it is acknowledged. */
  #deliver(
    { from }: Datagram,
    pdu: Pdu,
    contents: Omit<NotificationFacts, "from" | "kind" | "receivedAt">,
  ): boolean {
    const isInform = pdu.type === NOTIFY.inform;
    const key = `${from} ${pdu.requestId} ${contents.oid}`;
    const now = performance.now();
    if (isInform && now - (this.#informs.get(key) ?? -Infinity) < MEMORY) {
      this.#counts.repeated++;
      return true;
    }
    const notification = new Notification({
      ...contents,
      from,
      kind: isInform ? "inform" : "trap",
      receivedAt: new Date(),
    }, this.mib);
    if (!this.#queue.push(notification)) {
      this.#counts.dropped++;
      this.#trouble = `from ${from}: the queue is full`;
      return false;
    }
    this.#counts.notifications++;
    if (isInform) {
      this.#counts.informs++;
      this.#informs.delete(key);
      if (this.#informs.size >= REMEMBERED) {
        this.#informs.delete(this.#informs.keys().next().value!);
      }
      this.#informs.set(key, now);
    }
    return true;
  }

  #send(datagram: Datagram, octets: Uint8Array): void {
    this.#socket.send(octets, datagram.from).catch((error) => {
      if (!this.closed) this.#note(datagram, (error as Error).message);
    });
  }

  /** Where it listens, and its counts. */
  toJSON(): Record<string, unknown> {
    const { address, engineId, closed, waiting, counts, trouble } = this;
    return {
      address: `${address}`,
      engineId,
      closed,
      waiting,
      ...counts,
      trouble,
    };
  }

  /** A card, for the prompt: the counts that are not zero. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { datagrams, notifications, informs, repeated, ...lost } =
      this.counts;
    // To ask for the engine is how senders begin.
    const troubles = Object.entries(lost).filter(([name, n]) =>
      n > 0 && name !== "unknownEngines"
    );
    return card(`SNMP notifications at ${this.address}`, [
      ["state", this.closed ? "closed" : `${count(this.waiting)} wait`],
      ["came", `${count(datagrams)} datagrams`, "number"],
      [
        "taken",
        `${count(notifications)}, of which ${count(informs)} informs` +
        (repeated > 0 ? `, ${count(repeated)} repeated` : ""),
        "number",
      ],
      ...troubles.map(([name, n]) => [words(name), count(n), "warn"] as const),
      ...this.#trouble === ""
        ? []
        : [["last trouble", this.#trouble, "warn"] as const],
    ], page);
  }
}

/** `unknownUsers` as `unknown users`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isNotification({ type }: Pdu): boolean {
  return type === NOTIFY.trap1 || type === NOTIFY.trap2 ||
    type === NOTIFY.inform;
}

/** The answer to an inform: the same variables, and no error (RFC 3416 §4.2.7). */
function acknowledge(pdu: Pdu): Uint8Array {
  return pduElement(PDU.response, pdu.requestId, [0, 0], variablesOf(pdu));
}
