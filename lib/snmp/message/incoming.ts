/**
 * Messages that nobody has asked for: questions to an agent, and notifications.
 *
 * The client's reader finds what an answer has, and checks all of it; here is the
 * rest: who sends it, in which context, and traps as version 1 has them.
 *
 * @see RFC 1157 §4.1.6, RFC 3412 §6, RFC 3414 §2.4
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { type Pdu, readMessage, type Security } from "../asking/message.ts";
import { oidText } from "../asking/oid.ts";
import { TAG } from "./ber.ts";
import { elementAt, elementsIn, integerAt, stringAt } from "./elements.ts";

/** Kinds of PDU that come unasked. */
export const NOTIFY = { trap1: 0xa4, inform: 0xa6, trap2: 0xa7 } as const;

/** What a trap of version 1 has in place of the first two variables. */
export interface OldTrap {
  readonly enterprise: string;
  readonly agentAddress: string;
  readonly generic: number;
  readonly specific: number;
  /** Hundredths of a second. */
  readonly uptime: number;
}

/** A message of version 1 or 2c. */
export interface OpenMessage {
  readonly version: 0 | 1;
  readonly community: string;
  readonly pdu: Pdu;
  readonly trap: OldTrap | undefined;
}

/** The sender's side of a version 3 message. */
export interface SecuredMessage {
  readonly version: 3;
  readonly octets: Uint8Array;
  readonly security: Security;
  readonly user: string;
  /** The longest answer that the sender takes, in octets. */
  readonly maxSize: number;
  /** Missing as long as it is encrypted. */
  readonly pdu: Pdu | undefined;
}

/** Which device behind an engine, and which part of it. */
export interface Context {
  readonly engineId: Uint8Array;
  readonly name: string;
}

/** A version that is none of the three. */
export class VersionError extends DecodeError {}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const ENGINE_ID_LIMIT = 32;

/**
 * Reads a message of any kind.
 *
 * @param octets A datagram.
 * @throws {DecodeError} If it is anything else than one whole message.
 */
export function readIncoming(
  octets: Uint8Array,
): OpenMessage | SecuredMessage {
  const whole = elementsIn(octets, 0, octets.length, 1);
  const { start, end } = elementAt(whole, 0, TAG.sequence, "the message");
  const parts = elementsIn(octets, start, end);
  const version = integerAt(octets, parts, 0, "the version");
  if (version !== 0 && version !== 1 && version !== 3) {
    throw new VersionError(`no such version: ${version}`, {
      layer: "snmp",
      offset: parts[0]!.start,
    });
  }
  if (version === 0 && parts[2]?.tag === NOTIFY.trap1) {
    const community = utf8.decode(stringAt(octets, parts, 1, "the community"));
    return { version, community, ...readOldTrap(octets, parts[2]) };
  }
  const message = readMessage(octets);
  if (message.version !== 3) {
    const { version, community, pdu } = message;
    return { version, community: utf8.decode(community), pdu, trap: undefined };
  }
  const header = elementsIn(octets, parts[1]!.start, parts[1]!.end);
  const outer = elementsIn(octets, parts[2]!.start, parts[2]!.end);
  const inner = elementsIn(octets, outer[0]!.start, outer[0]!.end);
  const { security, pdu } = message;
  if (
    security.engineId.length > ENGINE_ID_LIMIT || security.boots < 0 ||
    security.time < 0
  ) {
    throw new DecodeError("the engine cannot be so", {
      layer: "snmp",
      offset: outer[0]!.start,
    });
  }
  return {
    version: 3,
    octets,
    security,
    user: utf8.decode(stringAt(octets, inner, 3, "the user's name")),
    maxSize: integerAt(octets, header, 1, "msgMaxSize"),
    pdu,
  };
}

/**
 * Reads the context of a scoped PDU.
 *
 * @param message The message.
 * @param pdu Its PDU, which has been decrypted if need be.
 */
export function contextOf(message: SecuredMessage, pdu: Pdu): Context {
  const { octets } = pdu;
  let scoped = elementsIn(octets, 0, octets.length, 1)[0]!;
  if (message.pdu !== undefined) {
    scoped = elementsIn(octets, scoped.start, scoped.end)[3]!;
  }
  const parts = elementsIn(octets, scoped.start, scoped.end);
  return {
    engineId: stringAt(octets, parts, 0, "contextEngineID"),
    name: utf8.decode(stringAt(octets, parts, 1, "contextName")),
  };
}

function readOldTrap(
  octets: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly pdu: Pdu; readonly trap: OldTrap } {
  const parts = elementsIn(octets, start, end);
  const enterprise = elementAt(parts, 0, TAG.oid, "the enterprise");
  const address = elementAt(parts, 1, TAG.address, "the agent's address");
  const list = elementAt(parts, 5, TAG.sequence, "the variables");
  const places: number[] = [];
  for (const one of elementsIn(octets, list.start, list.end)) {
    const pair = elementsIn(octets, one.start, one.end);
    const name = elementAt(pair, 0, TAG.oid, "a variable's name");
    if (one.tag !== TAG.sequence || pair.length !== 2) {
      throw new DecodeError("a variable is no name and value", {
        layer: "snmp",
        offset: one.start,
      });
    }
    const { tag, start, end } = pair[1]!;
    places.push(name.start, name.end, tag, start, end);
  }
  const trap: OldTrap = {
    enterprise: oidText(octets, enterprise.start, enterprise.end),
    agentAddress: octets.subarray(address.start, address.end).join("."),
    generic: integerAt(octets, parts, 2, "generic-trap"),
    specific: integerAt(octets, parts, 3, "specific-trap"),
    uptime: integerAt(octets, parts, 4, "time-stamp", TAG.ticks) >>> 0,
  };
  const pdu: Pdu = {
    type: NOTIFY.trap1,
    requestId: 0,
    errorStatus: 0,
    errorIndex: 0,
    octets,
    places,
  };
  return { pdu, trap };
}
