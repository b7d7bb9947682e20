/**
 * Answers to get, get-next and get-bulk.
 *
 * @see RFC 1157 §4.1, RFC 3416 §4.2
 * @module
 */

import { isBelow } from "../asking/oid.ts";
import { PDU, type Pdu } from "../asking/message.ts";
import { oidAt } from "../asking/values.ts";
import { countOf } from "../asking/var_binds.ts";
import { element, TAG, variableElement } from "../message/ber.ts";
import type { MibStore } from "../mib/store.ts";
import { type Access, isOld } from "./access.ts";
import type { Objects, ServedObject } from "./objects.ts";
import { currentElement } from "./served_value.ts";
import { Refused } from "./status.ts";

/** What is asked, by whom, of what. */
export interface Question {
  readonly objects: Objects;
  readonly mib: MibStore;
  readonly version: 0 | 1 | 3;
  readonly pdu: Pdu;
  readonly access: Access;
  /** Octets that variables may take in the answer. */
  readonly room: number;
}

/** A variable for the answer, or that nothing comes behind one. */
interface Found {
  readonly oid: string;
  readonly name: Uint8Array;
  readonly variable: Uint8Array;
  readonly isEnd: boolean;
}

/**
 * Finds the variables of an answer.
 *
 * @param question What is asked.
 * @throws {Refused} If it is refused.
 */
export async function answer(question: Question): Promise<Uint8Array[]> {
  const { pdu } = question;
  const names = Array.from({ length: countOf(pdu) }, (_, i) => oidAt(pdu, i));
  if (pdu.type === PDU.bulk) return await bulk(question, names);
  const found: Uint8Array[] = [];
  for (const [i, oid] of names.entries()) {
    found.push(
      pdu.type === PDU.get
        ? await get(question, oid, i)
        : (await next(question, oid, nameAt(pdu, i), i)).variable,
    );
  }
  return found;
}

/** A variable's name as it came. */
function nameAt({ octets, places }: Pdu, index: number): Uint8Array {
  const at = index * 5;
  return element(TAG.oid, octets.subarray(places[at]!, places[at + 1]!));
}

async function get(
  question: Question,
  oid: string,
  index: number,
): Promise<Uint8Array> {
  const { objects, access, version } = question;
  const object = access.sees(oid) ? await objects.get(oid) : undefined;
  if (object !== undefined && (version !== 0 || isOld(object))) {
    const value = await valueOf(question, object, index);
    if (value !== undefined) return variableElement(object.name, value);
  }
  if (version === 0) throw new Refused("noSuchName", index + 1);
  const tag = object !== undefined || await isInstance(question, oid)
    ? TAG.noSuchInstance
    : TAG.noSuchObject;
  return variableElement(nameAt(question.pdu, index), Uint8Array.of(tag, 0));
}

/** Whether only the instance is missing: the object has others. */
async function isInstance(
  { objects, mib, access }: Question,
  oid: string,
): Promise<boolean> {
  const { node } = mib.at(oid);
  const isObject = node.kind === "scalar" || node.kind === "column";
  const root = isObject ? node.oid : oid.slice(0, oid.lastIndexOf("."));
  return access.sees(oid) && isBelow(oid, root) && await objects.has(root);
}

async function valueOf(
  { mib }: Question,
  object: ServedObject,
  index: number,
): Promise<Uint8Array | undefined> {
  if (object.element !== undefined) return object.element;
  try {
    return await currentElement(mib, object);
  } catch (error) {
    throw new Refused("genErr", index + 1, error);
  }
}

async function next(
  question: Question,
  oid: string,
  name: Uint8Array,
  index: number,
): Promise<Found> {
  const { objects, access, version } = question;
  const filter = version === 0 ? access.oldFilter : access.filter;
  let at = oid;
  while (true) {
    let object = objects.next(at, filter);
    if (object instanceof Promise) {
      object = await object.catch((error) => {
        throw new Refused("genErr", index + 1, error);
      });
    }
    if (object === undefined) {
      if (version === 0) throw new Refused("noSuchName", index + 1);
      const end = variableElement(name, Uint8Array.of(TAG.endOfMibView, 0));
      return { oid: at, name, variable: end, isEnd: true };
    }
    const value = object.element ?? await valueOf(question, object, index);
    if (value !== undefined) {
      const variable = variableElement(object.name, value);
      return { oid: object.oid, name: object.name, variable, isEnd: false };
    }
    at = object.oid;
  }
}

/** Some once, the others again and again, until no more fits (RFC 3416 §4.2.3). */
async function bulk(
  question: Question,
  names: readonly string[],
): Promise<Uint8Array[]> {
  const { pdu, room } = question;
  const once = Math.min(Math.max(pdu.errorStatus, 0), names.length);
  const times = Math.max(pdu.errorIndex, 0);
  const found: Uint8Array[] = [];
  let size = 0;
  const fits = ({ variable }: Found) => {
    size += variable.length;
    if (size > room) return false;
    found.push(variable);
    return true;
  };
  for (let i = 0; i < once; i++) {
    const one = await next(question, names[i]!, nameAt(pdu, i), i);
    if (!fits(one)) return found;
  }
  let row = names.slice(once).map((oid, i) => ({
    oid,
    name: nameAt(pdu, once + i),
    index: once + i,
  }));
  for (let n = 0; n < times && row.length > 0; n++) {
    const following: typeof row = [];
    let isEnd = true;
    for (const { oid, name, index } of row) {
      const one = await next(question, oid, name, index);
      if (!fits(one)) return found;
      isEnd &&= one.isEnd;
      following.push({ oid: one.oid, name: one.name, index });
    }
    if (isEnd) break;
    row = following;
  }
  return found;
}
