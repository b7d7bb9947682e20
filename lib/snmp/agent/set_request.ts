/**
 * Setting: all variables of a request, or none of them.
 *
 * First every one is looked at, then every one is set; where that fails, those
 * that were set before are set back.
 *
 * @see RFC 3416 §4.2.5
 * @module
 */

import { PLACES } from "../asking/message.ts";
import { meant, oidAt, rawAt, TYPES } from "../asking/values.ts";
import { countOf } from "../asking/var_binds.ts";
import { element } from "../message/ber.ts";
import { nameOf } from "../mib/value.ts";
import type { RawValue, SnmpValue } from "../value.ts";
import type { Question } from "./answer.ts";
import type { ServedObject } from "./objects.ts";
import { currentElement, meaningOf } from "./served_value.ts";
import { Refused, type StatusName } from "./status.ts";

/** A variable that can be set, and to what. */
interface Setting {
  readonly object: ServedObject;
  readonly index: number;
  readonly value: SnmpValue;
  readonly element: Uint8Array;
  readonly old: SnmpValue;
  readonly oldElement: Uint8Array | undefined;
}

/**
 * Sets the variables of a request.
 *
 * @param question The request.
 * @throws {Refused} If one cannot be set; then none is.
 */
export async function setAll(question: Question): Promise<void> {
  const settings: Setting[] = [];
  for (let i = 0; i < countOf(question.pdu); i++) {
    settings.push(await look(question, i));
  }
  const done: Setting[] = [];
  for (const setting of settings) {
    const { object, index, value, old, element } = setting;
    try {
      await object.writer!.set(value, old, element);
      done.push(setting);
    } catch (error) {
      await undo(done);
      throw new Refused("commitFailed", index + 1, error);
    }
  }
}

/** Looks whether one could be set. */
async function look(question: Question, index: number): Promise<Setting> {
  const { objects, access, pdu, mib } = question;
  const refuse = (status: StatusName, cause?: unknown): never => {
    throw new Refused(status, index + 1, cause);
  };
  const oid = oidAt(pdu, index);
  if (!access.mayWrite || !access.sees(oid)) refuse("noAccess");
  const object = await objects.get(oid) ?? refuse("noCreation");
  const { kind, writer } = object;
  if (writer === undefined) return refuse("notWritable");
  const at = index * PLACES;
  const tag = pdu.places[at + 2]!;
  if (tag !== kind.tag) refuse("wrongType");
  const raw = rawAt(pdu, index);
  const wrong = misfit(object, raw);
  if (wrong !== undefined) refuse(wrong);
  const octets = pdu.octets.slice(pdu.places[at + 3]!, pdu.places[at + 4]!);
  const value = meant(TYPES[tag]!, raw, kind.node);
  let oldElement: Uint8Array | undefined;
  try {
    const verdict = await writer.check(value) ?? true;
    if (verdict === false) refuse("wrongValue");
    if (typeof verdict === "string") refuse(verdict);
    oldElement = await currentElement(mib, object);
  } catch (error) {
    if (error instanceof Refused) throw error;
    refuse("genErr", error);
  }
  return {
    object,
    index,
    value,
    element: element(tag, octets),
    old: oldElement && meaningOf(kind, oldElement),
    oldElement,
  };
}

/** What a value lacks to be one of the object's. */
function misfit(
  { kind }: ServedObject,
  raw: RawValue,
): StatusName | undefined {
  const { enums, ranges, base } = kind.node?.syntax ?? {};
  if (raw instanceof Uint8Array) {
    if (base === "BITS") return undefined;
    return isIn(ranges, raw.length) ? undefined : "wrongLength";
  }
  if (typeof raw !== "number" && typeof raw !== "bigint") return undefined;
  if (
    kind.type === "Integer32" && BigInt.asIntN(32, BigInt(raw)) !== BigInt(raw)
  ) {
    return "wrongValue";
  }
  if (enums !== undefined) {
    return nameOf(enums, Number(raw)) === undefined ? "wrongValue" : undefined;
  }
  return isIn(ranges, raw) ? undefined : "wrongValue";
}

function isIn(
  ranges:
    | readonly (readonly [low: number | bigint, high: number | bigint])[]
    | undefined,
  value: number | bigint,
): boolean {
  return ranges?.some(([low, high]) => value >= low && value <= high) ?? true;
}

async function undo(done: readonly Setting[]): Promise<void> {
  for (const one of done.toReversed()) {
    const { object, value, old, oldElement } = one;
    try {
      if (oldElement !== undefined) {
        await object.writer!.set(old, value, oldElement);
      }
    } catch (error) {
      throw new Refused("undoFailed", 0, error);
    }
  }
}
