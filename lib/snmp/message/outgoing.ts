/**
 * Messages as they go out: with a community, or signed and encrypted.
 *
 * @see RFC 3416 §3, RFC 3412 §6, RFC 3414 §2.4, §3.1
 * @module
 */

import type { SecurityLevel } from "../user.ts";
import { element, integerElement, TAG } from "./ber.ts";
import type { EngineClock, UserKeys } from "./user_keys.ts";

/** The longest message that fits a datagram of IPv4, in octets. */
export const LONGEST = 65507;

/** Bits of msgFlags. */
export const FLAG = { auth: 1, priv: 2, reportable: 4 } as const;

const FLAGS: Readonly<Record<SecurityLevel, number>> = {
  noAuthNoPriv: 0,
  authNoPriv: FLAG.auth,
  authPriv: FLAG.auth | FLAG.priv,
};

const USM = 3;
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** Makes a message of version 1 (0) or 2c (1). */
export function openMessage(
  version: 0 | 1,
  community: string,
  pdu: Uint8Array,
): Uint8Array {
  return element(
    TAG.sequence,
    integerElement(version),
    element(TAG.string, encoder.encode(community)),
    pdu,
  );
}

/** How a message of version 3 is put up. */
export interface Envelope {
  /** Which message it is, or answers. */
  readonly id: number;
  /** Whose keys, and whose name stands on it; nobody's in some reports. */
  readonly user: UserKeys | undefined;
  readonly level: SecurityLevel;
  /** Whether reports are wanted. */
  readonly isReportable: boolean;
  /** The engine whose keys they are, and its clock. */
  readonly clock: EngineClock;
  readonly contextEngineId: Uint8Array;
  readonly contextName: string;
  /** The name on it, where nobody's keys are needed. */
  readonly userName?: string;
}

/**
 * Makes a message of version 3.
 *
 * @param envelope How it is put up.
 * @param pdu What it says.
 */
export function securedMessage(
  envelope: Envelope,
  pdu: Uint8Array,
): Uint8Array {
  const { id, user, level, isReportable, clock } = envelope;
  const flags = FLAGS[level] | (isReportable ? FLAG.reportable : 0);
  const scoped = element(
    TAG.sequence,
    element(TAG.string, envelope.contextEngineId),
    element(TAG.string, encoder.encode(envelope.contextName)),
    pdu,
  );
  const sealed = level === "authPriv"
    ? user!.encrypt(scoped, clock)
    : undefined;
  const blank = new Uint8Array(
    level === "noAuthNoPriv" ? 0 : user!.signatureLength,
  );
  const salt = element(TAG.string, sealed?.salt ?? NOTHING);
  const data = sealed === undefined
    ? scoped
    : element(TAG.string, sealed.encrypted);
  const name = envelope.userName ?? user?.name ?? "";
  const message = element(
    TAG.sequence,
    integerElement(3),
    element(
      TAG.sequence,
      integerElement(id),
      integerElement(LONGEST),
      element(TAG.string, Uint8Array.of(flags)),
      integerElement(USM),
    ),
    element(
      TAG.string,
      element(
        TAG.sequence,
        element(TAG.string, clock.engineId),
        integerElement(clock.boots),
        integerElement(clock.time),
        element(TAG.string, encoder.encode(name)),
        element(TAG.string, blank),
        salt,
      ),
    ),
    data,
  );
  if (blank.length > 0) {
    // It stands before the salt, which stands before the data, at the end.
    const end = message.length - data.length - salt.length;
    message.set(user!.sign(message, clock.engineId), end - blank.length);
  }
  return message;
}
