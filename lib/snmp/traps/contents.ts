/**
 * What a notification says, made of names and values; and as version 1 says it.
 *
 * @see RFC 3416 §4.2.6, RFC 3584 §3.2
 * @module
 */

import { isNumeric, sendableOid } from "../asking/oid.ts";
import {
  element,
  integerElement,
  oidElement,
  pduElement,
  TAG,
  valueElement,
  variableElement,
  type WireValue,
} from "../message/ber.ts";
import { NOTIFY } from "../message/incoming.ts";
import { kindOf, objectAt, wireValue } from "../message/wire_value.ts";
import type { MibStore } from "../mib/store.ts";
import type { TrapVariable, TrapVariables } from "./options.ts";
import { BEGINS, GENERIC, SPECIFIC } from "./read_notification.ts";

/** A notification that is to be sent. */
export interface Outgoing {
  readonly oid: string;
  /** In hundredths of a second. */
  readonly uptime: number;
  readonly variables: readonly {
    readonly oid: string;
    readonly value: WireValue;
  }[];
}

/**
 * Reads what is to be sent.
 *
 * @param mib Where names come from.
 * @param name Which notification.
 * @param variables What it carries.
 * @param uptime How long the sender has been up, in milliseconds.
 * @throws {ParseError} If there is no such name.
 * @throws {TypeError} If a value is not of its type.
 */
export function outgoing(
  mib: MibStore,
  name: string,
  variables: TrapVariables,
  uptime: number,
): Outgoing {
  if (!(uptime >= 0)) {
    throw new RangeError(
      `Cannot send a notification as 'uptime' must be 0 or more milliseconds: current value is ${uptime}`,
    );
  }
  const oidOf = (text: string) =>
    isNumeric(text) ? sendableOid(text) : mib.parseOid(text);
  const list: readonly TrapVariable[] = isList(variables)
    ? variables
    : Object.entries(variables).map(([name, value]) => ({ name, value }));
  return {
    oid: oidOf(name),
    uptime: Math.floor(uptime / 10) % 2 ** 32,
    variables: list.map(({ name, value, type }) => {
      let oid = oidOf(name);
      const node = objectAt(mib, oid);
      if (node?.kind === "scalar" && node.oid === oid) oid += ".0";
      return { oid, value: wireValue(mib, kindOf(node, name, type), value) };
    }),
  };
}

function isList(
  variables: TrapVariables,
): variables is readonly TrapVariable[] {
  return Array.isArray(variables);
}

/** The PDU of versions 2c and 3. */
export function notificationPdu(
  type: typeof NOTIFY.trap2 | typeof NOTIFY.inform,
  requestId: number,
  { oid, uptime, variables }: Outgoing,
): Uint8Array {
  const begins = [
    variableElement(
      oidElement(BEGINS.uptime),
      integerElement(uptime, TAG.ticks),
    ),
    variableElement(oidElement(BEGINS.name), oidElement(oid)),
  ];
  return pduElement(type, requestId, [0, 0], [
    ...begins,
    ...elements(variables),
  ]);
}

/**
 * The PDU of version 1.
 *
 * @param notification What is sent.
 * @param agentAddress The address that it is about.
 * @throws {TypeError} If it carries what version 1 has no type for.
 */
export function oldTrapPdu(
  { oid, uptime, variables }: Outgoing,
  agentAddress: string,
): Uint8Array {
  const wide = variables.find(({ value }) => value.tag === TAG.counter64);
  if (wide !== undefined) {
    throw new TypeError(
      `Cannot send a notification as 'version' must be "2c" or "3" for a Counter64: current value is "1" (${wide.oid})`,
    );
  }
  const arcs = oid.split(".");
  const last = Number(arcs.pop());
  const above = arcs.join(".");
  const isGeneric = above === GENERIC && last >= 1 && last <= SPECIFIC;
  const own = variables.find((one) => one.oid === BEGINS.enterprise);
  const enterprise = isGeneric
    ? own === undefined ? GENERIC : `${own.value.value}`
    : arcs.at(-1) === "0"
    ? arcs.slice(0, -1).join(".")
    : above;
  return element(
    NOTIFY.trap1,
    oidElement(enterprise),
    valueElement({ tag: TAG.address, value: agentAddress }),
    integerElement(isGeneric ? last - 1 : SPECIFIC),
    integerElement(isGeneric ? 0 : last),
    integerElement(uptime, TAG.ticks),
    element(TAG.sequence, ...elements(variables)),
  );
}

function elements(variables: Outgoing["variables"]): Uint8Array[] {
  return variables.map(({ oid, value }) =>
    variableElement(oidElement(oid), valueElement(value))
  );
}
