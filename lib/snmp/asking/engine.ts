/**
 * One agent, asked by net-snmp: it makes the questions, signs, encrypts and
 * repeats them.
 *
 * What comes back is read here, by message.ts, for three reasons. net-snmp takes
 * an answer that was cut short for a shorter answer; it takes an answer that is
 * neither signed nor encrypted for one to a question that was both; and what it
 * throws while reading is lost, so that whoever asked waits for ever.
 *
 * @see RFC 3412 §7.2, RFC 3414 §3.2, §4
 * @module
 */

import type { Buffer } from "node:buffer";
import { DecodeError, NetError } from "../../errors.ts";
import {
  noNotes,
  type Notes,
  refused,
  reportError,
  silence,
  undecipherable,
} from "./failure.ts";
import {
  type Message,
  PDU,
  type Pdu,
  readMessage,
  type Security,
} from "./message.ts";
import { oidText } from "./oid.ts";
import {
  type Asked,
  type Done,
  type LibrarySession,
  type Loaded,
  loadNetSnmp,
  type Waiting,
} from "../session.ts";
import { facts, Keys } from "./keys.ts";
import type { Settings } from "./settings.ts";
import { type AgentSocket, openAgentSocket } from "./transport.ts";

/** How often an agent may set our notion of its engine right for one question. */
const RESYNCS = 3;

/** One agent, asked by net-snmp. */
export class Engine {
  /** What came back and was of no use. */
  readonly notes: Notes = noNotes();
  readonly settings: Settings;
  readonly #loaded: Loaded;
  readonly #socket: AgentSocket;
  readonly #session: LibrarySession;
  readonly #community: Buffer;
  readonly #keys: Keys;
  readonly #resyncs = new WeakMap<object, number>();
  #isClosed = false;

  private constructor(
    settings: Settings,
    loaded: Loaded,
    socket: AgentSocket,
  ) {
    this.settings = settings;
    this.#loaded = loaded;
    this.#socket = socket;
    const { version, community, user, context, timeout, retries } = settings;
    this.#community = loaded.bytes.from(community);
    this.#keys = new Keys(loaded, user);
    this.#session = new loaded.library.Session(
      settings.endpoint.hostname,
      this.#keys.user ?? community,
      {
        version: version === "3" ? 3 : version === "2c" ? 1 : 0,
        port: settings.endpoint.port,
        timeout,
        retries,
        context,
        dgramModule: { createSocket: () => socket },
      },
    );
    this.#session.on("error", () => {});
    // Ours, in place of the one that the session has put there.
    socket.on("message", (octets) => this.#take(octets as Uint8Array));
    socket.onTrouble = (error) => this.#trouble(error);
  }

  /**
   * Gets ready to ask an agent; nothing is sent yet.
   *
   * @param settings Which one, and how.
   * @param signal Stops the opening.
   */
  static async open(
    settings: Settings,
    signal: AbortSignal | undefined,
  ): Promise<Engine> {
    const loaded = await loadNetSnmp();
    signal?.throwIfAborted();
    const { endpoint, anySource } = settings;
    const socket = await openAgentSocket(endpoint, anySource, signal);
    return new Engine(settings, loaded, socket);
  }

  /** Whether it has been closed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The engine ID of the agent, once version 3 has found it. */
  get engineId(): Buffer | undefined {
    return this.#session.msgSecurityParameters?.msgAuthoritativeEngineID;
  }

  /** Asks for variables by their names. */
  get(oids: readonly string[], signal?: AbortSignal): Promise<Pdu> {
    return this.#ask("get", (done) => this.#session.get(oids, done), signal);
  }

  /** Asks for the variables behind some. */
  next(oids: readonly string[], signal?: AbortSignal): Promise<Pdu> {
    return this.#ask(
      "get",
      (done) => this.#session.getNext(oids, done),
      signal,
    );
  }

  /** Asks for many variables behind some. */
  bulk(
    oids: readonly string[],
    nonRepeaters: number,
    maxRepetitions: number,
    signal?: AbortSignal,
  ): Promise<Pdu> {
    return this.#ask(
      "get",
      (done) => this.#session.getBulk(oids, nonRepeaters, maxRepetitions, done),
      signal,
    );
  }

  /** Sets variables, all or none. */
  set(variables: readonly Asked[], signal?: AbortSignal): Promise<Pdu> {
    const { bytes } = this.#loaded;
    const own = variables.map((one) =>
      one.value instanceof Uint8Array
        ? { ...one, value: bytes.from(one.value) }
        : one
    );
    return this.#ask(
      "set",
      (done) => this.#session.set(own, done),
      signal,
    );
  }

  async #ask(
    op: string,
    start: (done: Done) => void,
    signal: AbortSignal | undefined,
  ): Promise<Pdu> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw this.#closedError(op);
    const { promise, resolve, reject } = Promise.withResolvers<Pdu>();
    const done: Done = (error, pdu) => {
      if (pdu !== undefined) resolve(pdu);
      else reject(this.#failure(op, error));
    };
    const stop = () => {
      this.#forget(done);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      start(done);
      return await promise;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #failure(op: string, error: unknown): unknown {
    if (error instanceof Report) {
      return reportError(this.settings, op, error.oid);
    }
    if (error instanceof Undecipherable) {
      return undecipherable(this.settings, op, error.cause);
    }
    if (error instanceof NetError) {
      return error.code === "refused" ? refused(this.settings, op) : error;
    }
    if (this.#isClosed) return this.#closedError(op);
    const { name } = error as Error;
    if (name === "RequestTimedOutError") {
      return silence(
        this.settings,
        op,
        this.notes,
        this.engineId !== undefined,
      );
    }
    return error;
  }

  #closedError(op: string): NetError {
    return new NetError("the session is closed", {
      code: "closed",
      op: `${op} variables of`,
      target: `${this.settings.endpoint}`,
    });
  }

  /** Waits no longer for the answer to a question. */
  #forget(done: Done): void {
    for (const [id, waiting] of Object.entries(this.#session.reqs)) {
      if (waiting?.responseCb === done) {
        this.#session.unregisterRequest(Number(id));
      }
    }
  }

  #trouble(error: unknown): void {
    const isRefusal = error instanceof NetError && error.code === "refused";
    if (isRefusal) {
      this.notes.refused++;
      // An agent that starts again is waited for, as far as questions are repeated.
      if (this.notes.answers > 0) return;
    }
    this.#session.cancelRequests(error);
  }

  /** Takes what came: one who asks is told, or a note is made of why not. */
  #take(octets: Uint8Array): void {
    try {
      const message = readMessage(octets);
      if (message.version === 3) this.#takeSecured(message);
      else this.#takeOpen(message);
    } catch (error) {
      if (!(error instanceof DecodeError)) {
        this.#session.cancelRequests(error);
        return;
      }
      this.notes.malformed++;
      this.notes.reason = error.message;
    }
  }

  #takeOpen(message: Exclude<Message, { version: 3 }>): void {
    const { pdu, version, community } = message;
    const waiting = this.#session.reqs[pdu.requestId];
    // Most likely the second answer to a question that was sent twice.
    if (waiting === undefined) return;
    const { message: asked } = waiting;
    if (
      version !== asked.version || !this.#community.equals(community) ||
      pdu.type !== PDU.response
    ) {
      this.notes.forged++;
    } else this.#answer(pdu.requestId, pdu);
  }

  #takeSecured(message: Extract<Message, { version: 3 }>): void {
    const { security } = message;
    const waiting = this.#session.reqs[security.id];
    if (waiting === undefined) return;
    if (waiting.message.version !== 3) {
      this.notes.forged++;
      return;
    }
    const isSigned = (security.flags & 1) !== 0;
    const keys = this.#keys;
    if (isSigned && !keys.isGenuine(message.octets, security, this.engineId)) {
      this.notes.forged++;
      return;
    }
    let { pdu } = message;
    if (security.encrypted !== undefined) {
      if (!isSigned || !this.settings.user?.priv) {
        this.notes.forged++;
        return;
      }
      try {
        pdu = keys.decrypt(security, security.encrypted, this.engineId!);
      } catch (cause) {
        const { responseCb } = this.#session.unregisterRequest(security.id)!;
        responseCb(new Undecipherable("", { cause }));
        return;
      }
    }
    if (isSigned) {
      // Of our notion of its clock (RFC 3414 §3.2 step 7b).
      const stamped = {
        msgSecurityParameters: {
          msgAuthoritativeEngineBoots: security.boots,
          msgAuthoritativeEngineTime: security.time,
        },
        hasAuthentication: () => true,
      };
      this.#session.setEngineTime(stamped);
      if (!this.#session.isInTimeWindow(stamped)) {
        this.notes.forged++;
        return;
      }
    }
    if (pdu!.type === PDU.report) {
      this.#takeReport(security, pdu!, waiting, isSigned);
      return;
    }
    const asked = waiting.message;
    const isAsSecure =
      (security.flags & 3) === (asked.msgGlobalData!.msgFlags & 3);
    if (
      !isAsSecure || pdu!.type !== PDU.response ||
      pdu!.requestId !== asked.pdu.id || waiting.originalPdu !== asked.pdu
    ) {
      this.notes.forged++;
    } else this.#answer(security.id, pdu!);
  }

  #answer(id: number, pdu: Pdu): void {
    Object.assign(this.notes, { refused: 0, malformed: 0, forged: 0 });
    this.notes.answers++;
    this.#session.unregisterRequest(id)!.responseCb(null, pdu);
  }

  /**
   * A report either says how to ask again, or that it is of no use (RFC 3414 §4).
   */
  #takeReport(
    security: Security,
    pdu: Pdu,
    waiting: Waiting,
    isSigned: boolean,
  ): void {
    const oid = pdu.places.length === 0
      ? "nothing"
      : oidText(pdu.octets, pdu.places[0]!, pdu.places[1]!);
    const question = waiting.originalPdu;
    const isUnknownEngine = oid === `${USM_STATS}.4.0`;
    const isLate = oid === `${USM_STATS}.2.0`;
    // Whoever may set our clock without a signature can keep us from asking.
    if (isLate && this.settings.user?.auth && !isSigned) {
      this.notes.forged++;
      return;
    }
    this.#session.unregisterRequest(security.id);
    const done = waiting.responseCb;
    const times = question ? this.#resyncs.get(question) ?? 0 : RESYNCS;
    const isWrong = security.engineId.length === 0 || times >= RESYNCS;
    if (isWrong || !(isUnknownEngine || isLate)) {
      done(new Report(oid));
      return;
    }
    this.#resyncs.set(question!, times + 1);
    const session = this.#session;
    if (isUnknownEngine) {
      // Another engine has another clock.
      session.engineTimeBoots = session.engineTimeBase = null;
      session.engineTimeReceivedAt = session.latestReceivedEngineTime = null;
    }
    session.msgSecurityParameters = facts(security, this.#loaded.bytes);
    session.sendV3Req(
      question!,
      waiting.feedCb,
      done,
      undefined,
      waiting.port,
      true,
    );
  }

  /** Closes it: who still waits is told so. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#session.close();
    await this.#socket.closed;
  }
}

/** usmStats (RFC 3414 §5). */
const USM_STATS = "1.3.6.1.6.3.15.1.1";

/** A report that ends a question. */
class Report extends Error {
  constructor(readonly oid: string) {
    super(oid);
  }
}

/** An answer of which nothing sensible comes out. */
class Undecipherable extends Error {}
