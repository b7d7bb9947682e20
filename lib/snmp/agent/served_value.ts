/**
 * Values of an agent: as they go over the wire, and as they came.
 *
 * @module
 */

import { meant, rawAt, typeAt } from "../asking/values.ts";
import type { Pdu } from "../asking/message.ts";
import { oidElement, valueElement } from "../message/ber.ts";
import { elementsIn } from "../message/elements.ts";
import { type Kind, wireValue } from "../message/wire_value.ts";
import type { MibStore } from "../mib/store.ts";
import type { RawValue, SnmpType, SnmpValue } from "../value.ts";
import type { ServedObject, Writer } from "./objects.ts";
import type { Served, ServedValue } from "./options.ts";

/** Makes an element of a value. */
export function elementOf(
  mib: MibStore,
  kind: Kind,
  value: Exclude<ServedValue, undefined>,
): Uint8Array {
  return valueElement(wireValue(mib, kind, value));
}

/** What an element says: its type and the value as it came. */
export function readElement(
  octets: Uint8Array,
): { readonly type: SnmpType; readonly raw: RawValue } {
  const { tag, start, end } = elementsIn(octets, 0, octets.length, 1)[0]!;
  const pdu = { octets, places: [0, 0, tag, start, end] } as unknown as Pdu;
  return { type: typeAt(pdu, 0), raw: rawAt(pdu, 0) };
}

/** What an element means, by the object that it is of. */
export function meaningOf(kind: Kind, octets: Uint8Array): SnmpValue {
  const { type, raw } = readElement(octets);
  return meant(type, raw, kind.node);
}

/**
 * Makes an object that is served.
 *
 * @param mib Where names in values come from.
 * @param oid Its name.
 * @param kind What it is.
 * @param served Its value, which is checked, or what gives it.
 * @param writer Sets it.
 */
export function servedObject(
  mib: MibStore,
  oid: string,
  kind: Kind,
  served: Exclude<Served, undefined>,
  writer: Writer | undefined,
): ServedObject {
  const isLasting = typeof served !== "function";
  return {
    oid,
    name: oidElement(oid),
    kind,
    element: isLasting ? elementOf(mib, kind, served) : undefined,
    read: isLasting ? undefined : served,
    writer,
  };
}

/**
 * Gives an object's value for the wire.
 *
 * @param mib Where names in values come from.
 * @param object The object.
 * @returns The element; nothing if it has no value just now.
 */
export function currentElement(
  mib: MibStore,
  object: ServedObject,
): Uint8Array | undefined | Promise<Uint8Array | undefined> {
  if (object.element !== undefined) return object.element;
  const made = (value: ServedValue) =>
    value === undefined ? undefined : elementOf(mib, object.kind, value);
  const value = object.read!();
  return value instanceof Promise ? value.then(made) : made(value);
}
