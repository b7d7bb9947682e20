/**
 * Setting variables: values of the program as the type that the MIB says.
 *
 * @see RFC 3416 §4.2.5
 * @module
 */

import type { WireValue } from "../message/ber.ts";
import { kindOf, objectAt, wireValue } from "../message/wire_value.ts";
import type { AskOptions } from "../options.ts";
import type { Asked } from "../session.ts";
import type { SetType, SetVariable } from "../set.ts";
import type { VarBind } from "../varbind.ts";
import { type Asker, checkStatus, limited, oidOf } from "./questions.ts";

/**
 * Sets variables, all or none.
 *
 * @param asker The session's parts.
 * @param variables What is set.
 * @param options The limit.
 * @param op What is done with them, for errors.
 * @returns The variables as the agent says that they are.
 */
export async function setVariables(
  asker: Asker,
  variables: readonly SetVariable[],
  options: AskOptions,
  op: "set" | "create" = "set",
): Promise<VarBind[]> {
  const asked = variables.map((one) => prepare(asker, one));
  if (asked.length === 0) return [];
  return await limited(asker, "set", options, async (signal) => {
    const pdu = await asker.engine.set(asked, signal);
    checkStatus(asker, op, pdu, asked.map(({ oid }) => oid));
    return asker.varBinds.readAll(pdu);
  });
}

function prepare(asker: Asker, { name, value, type }: SetVariable): Asked {
  const { mib } = asker.varBinds;
  const oid = oidOf(asker, name);
  const kind = kindOf(objectAt(mib, oid), name, type, "set");
  const { value: raw } = wireValue(mib, kind, value);
  return { oid, type: kind.tag, value: libraryValue(kind.type, raw) };
}

/** A value as net-snmp takes it. */
function libraryValue(type: SetType, raw: WireValue["value"]): unknown {
  if (type === "IpAddress" && raw instanceof Uint8Array) return raw.join(".");
  return typeof raw === "bigint" ? octetsOf(raw) : raw;
}

/** A number as octets, the first of which does not look like a sign. */
function octetsOf(number: bigint): Uint8Array {
  const digits = number.toString(16);
  const hex = digits.padStart(digits.length + digits.length % 2, "0");
  const octets = Uint8Array.fromHex(hex);
  return octets[0]! < 0x80 ? octets : Uint8Array.of(0, ...octets);
}
