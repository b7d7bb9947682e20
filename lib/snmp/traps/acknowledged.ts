/**
 * An inform under way: sent, and sent again, until it is acknowledged.
 *
 * @see RFC 3416 §4.2.7, RFC 3414 §4 (finding out the receiver's engine)
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { AuthError, DecodeError, NetError } from "../../errors.ts";
import { connect } from "../../socket/udp_open.ts";
import type { Socket } from "../../socket/udp_socket.ts";
import { PDU, type Pdu } from "../asking/message.ts";
import { oidAt } from "../asking/values.ts";
import { pduElement } from "../message/ber.ts";
import {
  NOTIFY,
  type OpenMessage,
  readIncoming,
  type SecuredMessage,
} from "../message/incoming.ts";
import { isSame } from "../message/local_engine.ts";
import { FLAG, openMessage, securedMessage } from "../message/outgoing.ts";
import { REFUSALS } from "../message/usm.ts";
import type { EngineClock } from "../message/user_keys.ts";
import { notificationPdu } from "./contents.ts";
import { randomNumber, type Route } from "./route.ts";

/** How often the receiver may set our notion of its engine right. */
const RESYNCS = 3;

/** The receiver's engine, and when we heard its clock. */
interface Heard {
  readonly clock: EngineClock;
  readonly at: number;
}

/**
 * Sends an inform until it is acknowledged.
 *
 * @param way What, where to, in whose name.
 * @param timeout How long each sending waits, in milliseconds.
 * @param retries How often it is sent again.
 * @param signal Stops it.
 */
export async function acknowledged(
  way: Route,
  timeout: number,
  retries: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  using opening = new Deadline("send an inform to", `${way.endpoint}`, {
    signal,
  });
  await using socket = await opening.race(connect(way.endpoint));
  const exchange = new Exchange(way, socket);
  for (let sent = 0; sent <= retries; sent++) {
    await exchange.send();
    const end = performance.now() + timeout;
    while (true) {
      const left = end - performance.now();
      if (left <= 0) break;
      try {
        const { data } = await socket.receive({ timeout: left, signal });
        if (await exchange.take(data)) return;
      } catch (error) {
        if (signal?.aborted || !(error instanceof NetError)) throw error;
        if (error instanceof DecodeError) {
          exchange.unread++;
          continue;
        }
        if (error.code !== "timeout") throw exchange.failure(error);
        break;
      }
    }
  }
  throw exchange.silence(timeout, retries);
}

class Exchange {
  /** What came and cannot be read, or that the receiver cannot have sent. */
  unread = 0;
  readonly #way: Route;
  readonly #socket: Socket;
  readonly #requestId = randomNumber();
  readonly #messageIds = new Set<number>();
  #heard: Heard | undefined;
  #resyncs = 0;

  constructor(way: Route, socket: Socket) {
    this.#way = way;
    this.#socket = socket;
  }

  get #isSecured(): boolean {
    return this.#way.version === "3";
  }

  /** Sends it, or asks who the receiver is. */
  async send(): Promise<void> {
    try {
      await this.#socket.send(this.#message());
    } catch (error) {
      // What a connected socket tells when it sends is of what it sent before.
      if (!(error instanceof NetError) || error.code !== "refused") throw error;
      throw this.failure(error);
    }
  }

  #message(): Uint8Array {
    const { community, user, context, contents } = this.#way;
    const pdu = notificationPdu(NOTIFY.inform, this.#requestId, contents);
    if (!this.#isSecured) return openMessage(1, community, pdu);
    const id = randomNumber();
    this.#messageIds.add(id);
    const nobody = new Uint8Array(0);
    if (this.#heard === undefined) {
      return securedMessage({
        id,
        user: undefined,
        level: "noAuthNoPriv",
        isReportable: true,
        clock: { engineId: nobody, boots: 0, time: 0 },
        contextEngineId: nobody,
        contextName: "",
      }, pduElement(PDU.get, this.#requestId, [0, 0], []));
    }
    const { clock, at } = this.#heard;
    const since = Math.floor((performance.now() - at) / 1000);
    return securedMessage({
      id,
      user,
      level: user!.level,
      isReportable: true,
      clock: { ...clock, time: clock.time + since },
      contextEngineId: clock.engineId,
      contextName: context,
    }, pdu);
  }

  /**
   * Takes what came.
   *
   * @param octets A datagram.
   * @returns Whether it is the acknowledgement.
   */
  async take(octets: Uint8Array): Promise<boolean> {
    const message = readIncoming(octets);
    if (message.version === 3) return await this.#takeSecured(message);
    return this.#takeOpen(message);
  }

  #takeOpen({ version, community, pdu }: OpenMessage): boolean {
    const isOurs = !this.#isSecured && version === 1 &&
      community === this.#way.community && pdu.type === PDU.response &&
      pdu.requestId === this.#requestId;
    if (!isOurs) {
      this.unread++;
      return false;
    }
    return this.#isTaken(pdu);
  }

  async #takeSecured(message: SecuredMessage): Promise<boolean> {
    const { security } = message;
    const { user } = this.#way;
    const isSigned = (security.flags & FLAG.auth) !== 0;
    const isOurs = this.#isSecured && this.#messageIds.has(security.id) &&
      (!isSigned || this.#heard !== undefined &&
          isSame(security.engineId, this.#heard.clock.engineId) &&
          user!.isGenuine(message.octets, security));
    if (!isOurs) {
      this.unread++;
      return false;
    }
    const pdu = security.encrypted === undefined
      ? message.pdu!
      : user!.decrypt(security);
    if (pdu.type === PDU.report) {
      await this.#takeReport(message, pdu, isSigned);
      return false;
    }
    const level = security.encrypted !== undefined
      ? "authPriv"
      : isSigned
      ? "authNoPriv"
      : "noAuthNoPriv";
    if (
      this.#heard === undefined || level !== user!.level ||
      pdu.type !== PDU.response || pdu.requestId !== this.#requestId
    ) {
      this.unread++;
      return false;
    }
    return this.#isTaken(pdu);
  }

  /** A report says how to send again, or that it is of no use. */
  async #takeReport(
    { security }: SecuredMessage,
    pdu: Pdu,
    isSigned: boolean,
  ): Promise<void> {
    const oid = pdu.places.length === 0 ? "nothing" : oidAt(pdu, 0);
    const isLate = oid === REFUSALS.notInTimeWindows;
    if (isLate && !isSigned && this.#way.user!.level !== "noAuthNoPriv") {
      this.unread++;
      return;
    }
    const isNews = isLate || oid === REFUSALS.unknownEngines;
    if (
      !isNews || security.engineId.length < 5 || ++this.#resyncs > RESYNCS
    ) throw this.#refusal(oid);
    const { engineId, boots, time } = security;
    this.#heard = { clock: { engineId, boots, time }, at: performance.now() };
    await this.send();
  }

  #isTaken({ errorStatus }: Pdu): boolean {
    if (errorStatus === 0) return true;
    throw new NetError(
      `the receiver answers with error-status ${errorStatus}`,
      {
        code: "not-acknowledged",
        ...this.#about,
      },
    );
  }

  get #about(): { readonly op: string; readonly target: string } {
    return { op: "send an inform to", target: `${this.#way.endpoint}` };
  }

  /** The error for a closed port, or another that the socket tells. */
  failure(error: NetError): NetError {
    if (error.code !== "refused") return error;
    const { endpoint } = this.#way;
    return new NetError("nothing listens on that UDP port", {
      code: "refused",
      ...this.#about,
      hint:
        `systemctl status snmptrapd there; a listener of your own: net.snmp.listenTraps({ port: ${endpoint.port} })`,
      cause: error,
    });
  }

  /** The error for an inform that nobody acknowledges. */
  silence(timeout: number, retries: number): NetError {
    const { endpoint, user, community } = this.#way;
    const tries = retries === 0 ? "" : ` of any of ${retries + 1} datagrams`;
    const others = this.unread === 0
      ? ""
      : `; ${this.unread} came that are no acknowledgement of it`;
    return new NetError(
      `no acknowledgement${tries} within ${timeout} ms${others}`,
      {
        code: "timeout",
        ...this.#about,
        hint: user === undefined
          ? `check the community ${
            community === "public" ? '"public"' : "that you gave"
          } (authCommunity in snmptrapd.conf; a wrong one is not answered), address and port, and a firewall for UDP ${endpoint.port} on the way`
          : this.#heard === undefined
          ? `check address and port, a firewall for UDP ${endpoint.port} on the way, and whether the receiver speaks version 3`
          : `check 'user.priv': what cannot be decrypted, most receivers throw away`,
      },
    );
  }

  #refusal(oid: string): AuthError {
    const { name } = this.#way.user!;
    const who = JSON.stringify(name);
    const [code, reason, hint] = {
      [REFUSALS.unknownUsers]: [
        "unknown-user",
        `the receiver knows no user ${who}`,
        `createUser ${name} … and authUser log ${name} in snmptrapd.conf, without -e: informs are for its own engine`,
      ],
      [REFUSALS.wrongDigests]: [
        "wrong-digest",
        `the receiver finds the signature of ${who} wrong`,
        "check 'user.auth': protocol and password",
      ],
      [REFUSALS.unsupportedLevels]: [
        "unsupported-security-level",
        `the receiver has ${who} protected otherwise`,
        "check that 'user.auth' and 'user.priv' are there, or not, as the receiver has it",
      ],
      [REFUSALS.decryptionErrors]: [
        "decryption-error",
        `the receiver cannot decrypt what ${who} sends`,
        "check 'user.priv': protocol and password",
      ],
      [REFUSALS.notInTimeWindows]: [
        "not-in-time-window",
        "the receiver's clock and ours disagree by more than 150 seconds, again after they were set",
        "look whether several receivers answer at that address",
      ],
      [REFUSALS.unknownEngines]: [
        "unknown-engine",
        "the receiver does not know its own engine ID, again after it was asked for it",
        "look whether several receivers answer at that address",
      ],
    }[oid] ?? ["report", `the receiver reports ${oid}`, undefined];
    return new AuthError(reason!, { code: code!, ...this.#about, hint });
  }
}
