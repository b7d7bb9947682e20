/**
 * Notifications out of PDUs, of version 1 as of the later ones.
 *
 * @see RFC 3416 §4.2.6, RFC 3584 §3.1
 * @module
 */

import { DecodeError } from "../../errors.ts";
import type { Pdu } from "../asking/message.ts";
import { oidAt, rawAt } from "../asking/values.ts";
import { countOf, VarBinds } from "../asking/var_binds.ts";
import type { MibStore } from "../mib/store.ts";
import type { OldTrap } from "../message/incoming.ts";
import type { VarBind } from "../varbind.ts";

/** Names of what each notification begins with. */
export const BEGINS = {
  uptime: "1.3.6.1.2.1.1.3.0",
  name: "1.3.6.1.6.3.1.1.4.1.0",
  enterprise: "1.3.6.1.6.3.1.1.4.3.0",
} as const;

/** The six that version 1 has numbers for are below this, from 1. */
export const GENERIC = "1.3.6.1.6.3.1.1.5";

/** generic-trap of those that version 1 has no number for. */
export const SPECIFIC = 6;

/** What is in a notification. */
export interface Contents {
  readonly oid: string;
  /** In milliseconds. */
  readonly uptime: number | undefined;
  readonly variables: readonly VarBind[];
  readonly agentAddress?: string | undefined;
  readonly enterprise?: string | undefined;
}

/**
 * Reads a notification.
 *
 * @param pdu The PDU.
 * @param old What a trap of version 1 has beside its variables.
 * @param mib Where names come from.
 * @throws {DecodeError} If it does not say which one it is, or a value is wrong.
 */
export function readNotification(
  pdu: Pdu,
  old: OldTrap | undefined,
  mib: MibStore,
): Contents {
  const reader = new VarBinds(mib);
  if (old !== undefined) {
    const { enterprise, generic, specific, agentAddress } = old;
    return {
      oid: generic === SPECIFIC
        ? `${enterprise}.0.${specific}`
        : `${GENERIC}.${generic + 1}`,
      uptime: old.uptime * 10,
      variables: reader.readAll(pdu),
      agentAddress,
      enterprise,
    };
  }
  let uptime: number | undefined;
  let oid: string | undefined;
  let enterprise: string | undefined;
  const variables: VarBind[] = [];
  for (let i = 0; i < countOf(pdu); i++) {
    const name = oidAt(pdu, i);
    // Both come first; some senders have only the second.
    if (i < 2 && oid === undefined) {
      const raw = rawAt(pdu, i);
      if (name === BEGINS.uptime && typeof raw === "number") {
        uptime = raw * 10;
        continue;
      }
      if (name === BEGINS.name && typeof raw === "string") {
        oid = raw;
        continue;
      }
    }
    const variable = reader.read(pdu, i, name);
    if (name === BEGINS.enterprise && typeof variable.raw === "string") {
      enterprise = variable.raw;
    }
    variables.push(variable);
  }
  if (oid === undefined) {
    throw new DecodeError("a notification does not say which one it is", {
      layer: "snmp",
      offset: pdu.places[0] ?? 0,
    });
  }
  return { oid, uptime, variables, enterprise };
}
