/**
 * The user-based security model for what comes unasked: who sent it, whether it is
 * genuine and timely, and what is in it; and the reports for what is not.
 *
 * @see RFC 3414 §3.2, §4, RFC 3412 §7.1
 * @module
 */

import { DecodeError } from "../../errors.ts";
import type { Pdu, Security } from "../asking/message.ts";
import type { Loaded } from "../session.ts";
import type { SecurityLevel, User } from "../user.ts";
import {
  integerElement,
  oidElement,
  pduElement,
  TAG,
  variableElement,
} from "./ber.ts";
import {
  type Context,
  contextOf,
  NOTIFY,
  type SecuredMessage,
} from "./incoming.ts";
import { isSame, type LocalEngine, readEngineId } from "./local_engine.ts";
import { FLAG, securedMessage } from "./outgoing.ts";
import { UserKeys } from "./user_keys.ts";

/** Seconds by which clocks may differ (RFC 3414 §2.2.3). */
const WINDOW = 150;
/** Engines whose clocks are kept; those longest silent are forgotten. */
const ENGINES = 10_000;
const LAST_BOOT = 0x7fff_ffff;
const REPORT = 0xa8;

/** What a refusal counts as, and its counter (RFC 3414 §5, RFC 3412 §5). */
export const REFUSALS = {
  unsupportedLevels: "1.3.6.1.6.3.15.1.1.1.0",
  notInTimeWindows: "1.3.6.1.6.3.15.1.1.2.0",
  unknownUsers: "1.3.6.1.6.3.15.1.1.3.0",
  unknownEngines: "1.3.6.1.6.3.15.1.1.4.0",
  wrongDigests: "1.3.6.1.6.3.15.1.1.5.0",
  decryptionErrors: "1.3.6.1.6.3.15.1.1.6.0",
  invalidMessages: "1.3.6.1.6.3.11.2.1.2.0",
  unknownHandlers: "1.3.6.1.6.3.11.2.1.3.0",
  unknownContexts: "1.3.6.1.6.3.12.1.5.0",
} as const;

/** Why a message is not taken. */
export type Refusal = keyof typeof REFUSALS;

/** A user, and perhaps the only engine that is taken for its. */
export interface KnownUser extends User {
  readonly engineId?: string | undefined;
}

/** A message that is genuine. */
export interface Accepted {
  readonly user: UserKeys;
  readonly level: SecurityLevel;
  readonly pdu: Pdu;
  readonly context: Context;
}

/** A message that is not taken; perhaps its sender is to be told. */
export interface Refused {
  readonly refusal: Refusal;
  readonly report: Uint8Array | undefined;
}

/** The clock of another engine, as it was last heard. */
interface RemoteClock {
  readonly boots: number;
  readonly time: number;
  readonly heardAt: number;
}

/** Users, this engine, and the clocks of others. */
export class Usm {
  /** How many messages were refused, by why. */
  readonly refused: Record<Refusal, number>;
  readonly #engine: LocalEngine;
  readonly #users = new Map<
    string,
    { keys: UserKeys; engine?: Uint8Array }[]
  >();
  readonly #takesRemote: boolean;
  readonly #clocks = new Map<string, RemoteClock>();

  /**
   * Checks the users.
   *
   * @param loaded net-snmp and node:crypto.
   * @param engine This side's engine.
   * @param users Who may send.
   * @param takesRemote Whether other engines may send of themselves, as traps come.
   */
  constructor(
    loaded: Loaded,
    engine: LocalEngine,
    users: readonly KnownUser[],
    takesRemote: boolean,
  ) {
    this.#engine = engine;
    this.#takesRemote = takesRemote;
    this.refused = Object.fromEntries(
      Object.keys(REFUSALS).map((name) => [name, 0]),
    ) as Record<Refusal, number>;
    for (const user of users) {
      const keys = new UserKeys(loaded, user);
      const known = this.#users.get(user.name) ?? [];
      known.push({
        keys,
        ...user.engineId !== undefined &&
          { engine: readEngineId(user.engineId) },
      });
      this.#users.set(user.name, known);
    }
  }

  /**
   * Checks a message.
   *
   * @param message The message.
   * @returns What is in it, or why it is not taken.
   * @throws {DecodeError} If the context cannot be read.
   */
  take(message: SecuredMessage): Accepted | Refused {
    const { security } = message;
    const isSigned = (security.flags & FLAG.auth) !== 0;
    const isEncrypted = (security.flags & FLAG.priv) !== 0;
    if (isEncrypted && !isSigned) {
      return this.refuse(message, "invalidMessages");
    }
    const isOurs = this.#engine.isNamed(security.engineId);
    const mayBeTrap = this.#takesRemote && security.engineId.length >= 5;
    const isReportable = (security.flags & FLAG.reportable) !== 0;
    // Who wants reports has most likely taken another engine for this one.
    const refuse = (refusal: Refusal, signer?: UserKeys) =>
      isOurs || !isReportable
        ? this.refuse(message, refusal, signer)
        : this.refuse(message, "unknownEngines");
    if (!isOurs && !mayBeTrap) return this.refuse(message, "unknownEngines");
    const user = this.#find(message.user, security.engineId);
    if (user === undefined) return refuse("unknownUsers");
    const { level } = user;
    if (
      isSigned && level === "noAuthNoPriv" ||
      isEncrypted && level !== "authPriv"
    ) return refuse("unsupportedLevels");
    if (isSigned) {
      if (!user.isGenuine(message.octets, security)) {
        return refuse("wrongDigests");
      }
      const isTimely = isOurs
        ? this.#isNow(security)
        : this.#isNotOld(security);
      if (!isTimely) return refuse("notInTimeWindows", user);
    }
    let { pdu } = message;
    if (isEncrypted) {
      try {
        pdu = user.decrypt(security);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        return refuse("decryptionErrors");
      }
    }
    // All but a trap is made for the engine that it goes to.
    if (!isOurs && pdu!.type !== NOTIFY.trap2) {
      return this.refuse(message, "unknownEngines");
    }
    return {
      user,
      level: isEncrypted
        ? "authPriv"
        : isSigned
        ? "authNoPriv"
        : "noAuthNoPriv",
      pdu: pdu!,
      context: contextOf(message, pdu!),
    };
  }

  /**
   * Counts a refusal, and makes the report of it if one is wanted.
   *
   * @param message The message that is not taken.
   * @param refusal Why.
   * @param user Who signs the report, if anybody.
   */
  refuse(
    message: SecuredMessage,
    refusal: Refusal,
    user?: UserKeys,
  ): Refused {
    const count = ++this.refused[refusal];
    const { security, pdu } = message;
    if ((security.flags & FLAG.reportable) === 0) {
      return { refusal, report: undefined };
    }
    const report = securedMessage(
      {
        id: security.id,
        user,
        userName: message.user,
        level: user === undefined || user.level === "noAuthNoPriv"
          ? "noAuthNoPriv"
          : "authNoPriv",
        isReportable: false,
        clock: this.#engine.clock,
        contextEngineId: this.#engine.id,
        contextName: "",
      },
      pduElement(REPORT, pdu?.requestId ?? 0, [0, 0], [
        variableElement(
          oidElement(REFUSALS[refusal]),
          integerElement(count, TAG.counter32),
        ),
      ]),
    );
    return { refusal, report };
  }

  #find(name: string, engineId: Uint8Array): UserKeys | undefined {
    const known = this.#users.get(name) ?? [];
    const own = known.find(({ engine }) => engine && isSame(engine, engineId));
    return (own ?? known.find(({ engine }) => engine === undefined))?.keys;
  }

  /** Whether a message to this engine was made just now (§3.2 step 7a). */
  #isNow({ boots, time }: Security): boolean {
    const { clock } = this.#engine;
    return boots === clock.boots && boots !== LAST_BOOT &&
      Math.abs(time - clock.time) <= WINDOW;
  }

  /** Whether a message from another engine is not from before (step 7b). */
  #isNotOld({ engineId, boots, time }: Security): boolean {
    const id = engineId.toHex();
    const known = this.#clocks.get(id);
    const now = performance.now() / 1000;
    if (
      known === undefined || boots > known.boots ||
      boots === known.boots && time > known.time
    ) {
      this.#clocks.delete(id);
      if (this.#clocks.size >= ENGINES) {
        this.#clocks.delete(this.#clocks.keys().next().value!);
      }
      this.#clocks.set(id, { boots, time, heardAt: now });
      return boots !== LAST_BOOT;
    }
    const current = known.time + now - known.heardAt;
    return boots === known.boots && boots !== LAST_BOOT &&
      time >= current - WINDOW;
  }
}
