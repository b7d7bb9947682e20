/**
 * Requests that come to an agent, and the answers to them.
 *
 * @see RFC 3412 §7, RFC 3416 §4
 * @module
 */

import { DecodeError } from "../../errors.ts";
import type { Datagram } from "../../socket/datagram.ts";
import type { Socket } from "../../socket/udp_socket.ts";
import { PDU, type Pdu } from "../asking/message.ts";
import { countOf } from "../asking/var_binds.ts";
import { pduElement, variablesOf } from "../message/ber.ts";
import {
  type OpenMessage,
  readIncoming,
  type SecuredMessage,
  VersionError,
} from "../message/incoming.ts";
import type { LocalEngine } from "../message/local_engine.ts";
import { openMessage, securedMessage } from "../message/outgoing.ts";
import type { Usm } from "../message/usm.ts";
import type { MibStore } from "../mib/store.ts";
import type { Access } from "./access.ts";
import { answer } from "./answer.ts";
import type { AgentCounts } from "./counts.ts";
import type { Objects } from "./objects.ts";
import { setAll } from "./set_request.ts";
import { Refused, STATUS, statusIn, type StatusName } from "./status.ts";

/** Requests that may be under way at once, as where functions wait for something. */
const MOST = 256;
/** Octets around the variables of an answer, and more than there are. */
const AROUND = 200;
/** The shortest message that everybody takes (RFC 3412 §6.3). */
const SHORTEST = 484;

/** What an agent is made of. */
export interface AgentParts {
  readonly socket: Socket;
  readonly engine: LocalEngine;
  readonly usm: Usm;
  readonly mib: MibStore;
  readonly objects: Objects;
  readonly counts: AgentCounts;
  readonly maxSize: number;
  readonly communities: ReadonlyMap<string, Access>;
  readonly users: ReadonlyMap<string, Access>;
}

/** Who asks, and how the answer is put up. */
interface Asking {
  readonly version: 0 | 1 | 3;
  readonly pdu: Pdu;
  readonly access: Access;
  readonly maxSize: number;
  wrap(pdu: Uint8Array): Uint8Array;
}

/** The requests of one agent. */
export class Requests {
  /** What went wrong last. */
  trouble = "";
  readonly #parts: AgentParts;
  #listening: Promise<void> = Promise.resolve();
  /** Answers under way. */
  readonly #pending = new Set<Promise<void>>();
  /** One request sets after the other. */
  #setting: Promise<unknown> = Promise.resolve();

  /** @param parts What the agent is made of. */
  constructor(parts: AgentParts) {
    this.#parts = parts;
  }

  /** Messages of version 3 that were refused, beside those that ask for the engine. */
  get refused(): number {
    const { unknownEngines: _, ...refused } = this.#parts.usm.refused;
    return Object.values(refused).reduce((sum, n) => sum + n, 0);
  }

  /** Begins to answer. */
  start(): void {
    this.#listening = this.#listen();
  }

  /** Ends it; what functions still think about is not answered any more. */
  async stop(): Promise<void> {
    await this.#parts.socket.close();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const { socket, counts } = this.#parts;
    while (!socket.closed) {
      let datagrams: readonly Datagram[] = [];
      try {
        datagrams = await socket.receiveAll();
      } catch (error) {
        if (!socket.closed) this.trouble = (error as Error).message;
      }
      for (const datagram of datagrams) {
        counts.inPkts++;
        if (this.#pending.size >= MOST) {
          counts.silentDrops++;
          continue;
        }
        const work = this.#serve(datagram);
        this.#pending.add(work);
        void work.finally(() => this.#pending.delete(work));
      }
    }
  }

  async #serve(datagram: Datagram): Promise<void> {
    const { socket, counts } = this.#parts;
    try {
      const reply = await this.#reply(datagram.data);
      if (reply === undefined) return;
      await socket.send(reply, datagram.from);
      counts.outPkts++;
    } catch (error) {
      if (socket.closed) return;
      if (error instanceof VersionError) counts.inBadVersions++;
      else if (error instanceof DecodeError) counts.inASNParseErrs++;
      else counts.silentDrops++;
      this.trouble = `from ${datagram.from}: ${(error as Error).message}`;
    }
  }

  async #reply(octets: Uint8Array): Promise<Uint8Array | undefined> {
    const message = readIncoming(octets);
    return message.version === 3
      ? await this.#replySecured(message)
      : await this.#replyOpen(message);
  }

  async #replyOpen(message: OpenMessage): Promise<Uint8Array | undefined> {
    const { version, community, pdu } = message;
    const { communities, counts, maxSize, usm } = this.#parts;
    const access = communities.get(community);
    if (access === undefined) {
      counts.inBadCommunityNames++;
      return undefined;
    }
    if (!isRequest(pdu) || version === 0 && pdu.type === PDU.bulk) {
      usm.refused.unknownHandlers++;
      return undefined;
    }
    if (pdu.type === PDU.set && !access.mayWrite) counts.inBadCommunityUses++;
    return await this.#answer({
      version,
      pdu,
      access,
      maxSize,
      wrap: (answer) => openMessage(version, community, answer),
    });
  }

  async #replySecured(
    message: SecuredMessage,
  ): Promise<Uint8Array | undefined> {
    const { usm, engine, users } = this.#parts;
    const got = usm.take(message);
    if ("refusal" in got) return got.report;
    const { user, level, pdu, context } = got;
    const isOther = context.engineId.length > 0 &&
      !engine.isNamed(context.engineId);
    if (isOther || !isRequest(pdu)) {
      return usm.refuse(message, "unknownHandlers", user).report;
    }
    if (context.name !== "") {
      return usm.refuse(message, "unknownContexts", user).report;
    }
    const asking: Asking = {
      version: 3,
      pdu,
      access: users.get(user.name)!,
      maxSize: Math.min(
        this.#parts.maxSize,
        Math.max(message.maxSize, SHORTEST),
      ),
      wrap: (answer) =>
        securedMessage({
          id: message.security.id,
          user,
          level,
          isReportable: false,
          clock: engine.clock,
          contextEngineId: engine.id,
          contextName: context.name,
        }, answer),
    };
    return level === user.level
      ? await this.#answer(asking)
      : this.#refusal(asking, new Refused("authorizationError", 0));
  }

  async #answer(asking: Asking): Promise<Uint8Array | undefined> {
    const { pdu, maxSize } = asking;
    const { objects, mib, counts } = this.#parts;
    const question = { ...asking, objects, mib, room: maxSize - AROUND };
    let variables: Uint8Array[];
    try {
      if (pdu.type === PDU.set) {
        counts.inSetRequests++;
        const turn = this.#setting.then(() => setAll(question));
        this.#setting = turn.catch(() => {});
        await turn;
        counts.inTotalSetVars += countOf(pdu);
        variables = variablesOf(pdu);
      } else {
        if (pdu.type === PDU.getNext) counts.inGetNexts++;
        else counts.inGetRequests++;
        variables = await answer(question);
        counts.inTotalReqVars += variables.length;
      }
    } catch (error) {
      if (error instanceof Refused) return this.#refusal(asking, error);
      throw error;
    }
    const reply = asking.wrap(
      pduElement(PDU.response, pdu.requestId, [0, 0], variables),
    );
    if (reply.length > maxSize) {
      return this.#refusal(asking, new Refused("tooBig", 0));
    }
    counts.outGetResponses++;
    return reply;
  }

  #refusal(asking: Asking, error: Refused): Uint8Array | undefined {
    const { pdu, version, maxSize } = asking;
    const { counts } = this.#parts;
    if (error.cause !== undefined) {
      this.trouble = `${error.status}: ${
        error.cause instanceof Error ? error.cause.message : error.cause
      }`;
    }
    const status = statusIn(version, error.status);
    if (status in COUNTED) counts[COUNTED[status]!]++;
    // Nothing of it may fit (RFC 3416 §4.2.1), but version 1 has it so.
    const isShort = status === "tooBig" && version !== 0;
    const index = Math.min(error.index, countOf(pdu));
    const reply = asking.wrap(
      pduElement(
        PDU.response,
        pdu.requestId,
        [STATUS[status], index],
        isShort ? [] : variablesOf(pdu),
      ),
    );
    if (reply.length > maxSize) {
      counts.silentDrops++;
      return undefined;
    }
    counts.outGetResponses++;
    return reply;
  }
}

const COUNTED: Readonly<Partial<Record<StatusName, keyof AgentCounts>>> = {
  tooBig: "outTooBigs",
  noSuchName: "outNoSuchNames",
  badValue: "outBadValues",
  genErr: "outGenErrs",
};

function isRequest({ type }: Pdu): boolean {
  return type === PDU.get || type === PDU.getNext || type === PDU.bulk ||
    type === PDU.set;
}
