/**
 * What every question of a session needs, and the plain questions: these
 * variables, those behind them, many behind them.
 *
 * @see RFC 3416 §4.2
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { QUESTION } from "../option_names.ts";
import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { AskOptions, BulkOptions } from "../options.ts";
import type { VarBind } from "../varbind.ts";
import type { Engine } from "./engine.ts";
import { statusError } from "./failure.ts";
import { type Pdu, PLACES } from "./message.ts";
import { compareOids, isNumeric, sendableOid } from "./oid.ts";
import { oidAt } from "./values.ts";
import { countOf, type VarBinds } from "./var_binds.ts";

/** A session's parts, for the files that ask. */
export interface Asker {
  readonly engine: Engine;
  readonly varBinds: VarBinds;
}

const NO_SUCH_NAME = 2;
const TOO_BIG = 1;

/**
 * The object identifier for a name; of a scalar without its `.0`, that with it.
 *
 * @param asker The session's parts.
 * @param name `"sysName"`, `"IF-MIB::ifDescr.1"`, `"1.3.6.1.2.1.1.5.0"`.
 */
export function oidOf({ varBinds: { mib } }: Asker, name: string): string {
  const oid = isNumeric(name) ? sendableOid(name) : mib.parseOid(name);
  const { node, suffix } = mib.at(oid);
  return node.kind === "scalar" && suffix === "" ? `${oid}.0` : oid;
}

/** The object identifier of a name below which, or behind which, things are. */
export function branchOf({ varBinds: { mib } }: Asker, name: string): string {
  return isNumeric(name) ? name.replace(/^\./, "") : mib.parseOid(name);
}

/**
 * Runs a question under its own time limit.
 *
 * @param asker The session's parts.
 * @param op What is done: `"get"`.
 * @param options The limit.
 * @param work Asks; stops when its signal aborts.
 */
export async function limited<T>(
  { engine }: Asker,
  op: string,
  options: AskOptions,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  onlyKnown(`${op} variables`, options, QUESTION);
  if (options.timeout === undefined) return await work(options.signal);
  const target = `${engine.settings.endpoint}`;
  using deadline = new Deadline(`${op} variables of`, target, options);
  return await work(deadline.signal);
}

/**
 * Throws if an answer refuses.
 *
 * @param asker The session's parts.
 * @param op What was done.
 * @param pdu The answer.
 * @param asked What was asked for, in the answer's order.
 */
export function checkStatus(
  { engine, varBinds }: Asker,
  op: string,
  pdu: Pdu,
  asked: readonly string[],
): void {
  if (pdu.errorStatus === 0) return;
  const blamed = asked[pdu.errorIndex - 1];
  throw statusError(
    engine.settings,
    op,
    pdu.errorStatus,
    blamed === undefined ? undefined : varBinds.mib.formatOid(blamed),
  );
}

/** The error for an answer to another question. */
function mismatch(asker: Asker, reason: string): NetError {
  return new NetError(reason, {
    code: "mismatch",
    op: "get variables of",
    target: `${asker.engine.settings.endpoint}`,
    hint: "another version: the agent does not keep to the protocol",
  });
}

function checkCount(asker: Asker, pdu: Pdu, wanted: number): void {
  const count = countOf(pdu);
  if (count === wanted) return;
  throw mismatch(
    asker,
    `asked for ${wanted} variables, it answers with ${count}`,
  );
}

/**
 * Gets variables.
 *
 * @param asker The session's parts.
 * @param oids Their object identifiers.
 * @param signal Stops it.
 * @returns One for each, in order.
 */
export async function get(
  asker: Asker,
  oids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<VarBind[]> {
  return await inParts(asker, oids, "noSuchInstance", async (some) => {
    const pdu = await asker.engine.get(some, signal);
    if (pdu.errorStatus !== 0) return pdu;
    checkCount(asker, pdu, some.length);
    some.forEach((oid, i) => {
      const answered = oidAt(pdu, i);
      if (answered !== oid) {
        throw mismatch(asker, `asked for ${oid}, it answers with ${answered}`);
      }
    });
    return pdu;
  });
}

/**
 * Gets the variables behind some.
 *
 * @param asker The session's parts.
 * @param oids Behind which ones.
 * @param signal Stops it.
 * @returns One for each, in order.
 */
export async function next(
  asker: Asker,
  oids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<VarBind[]> {
  return await inParts(asker, oids, "endOfMibView", async (some) => {
    const pdu = await asker.engine.next(some, signal);
    if (pdu.errorStatus !== 0) return pdu;
    checkCount(asker, pdu, some.length);
    some.forEach((oid, i) => checkOrder(asker, pdu, i, oid));
    return pdu;
  });
}

/**
 * Gets many variables behind some with one question.
 *
 * @param asker The session's parts.
 * @param names Behind which.
 * @param options How many.
 * @returns All of them as they came.
 * @throws {TypeError} In version 1, which cannot.
 */
export async function bulk(
  asker: Asker,
  names: readonly string[],
  options: BulkOptions,
): Promise<VarBind[]> {
  const { engine, varBinds } = asker;
  const { nonRepeaters = 0, maxRepetitions = engine.settings.maxRepetitions } =
    options;
  if (engine.settings.version === "1") {
    throw new TypeError(
      `Cannot ask an agent as 'version' must be "2c" or "3" for bulk: current value is "1"`,
    );
  }
  checkRepetitions("nonRepeaters", nonRepeaters, 0);
  checkRepetitions("maxRepetitions", maxRepetitions, 0);
  const oids = names.map((name) => branchOf(asker, name));
  return await limited(asker, "get", options, async (signal) => {
    const pdu = await engine.bulk(oids, nonRepeaters, maxRepetitions, signal);
    checkStatus(asker, "get", pdu, oids);
    return varBinds.readAll(pdu);
  });
}

/**
 * Throws if a variable of an answer does not come behind another one, as agents
 * have it that would be walked for ever.
 *
 * @param asker The session's parts.
 * @param pdu The answer.
 * @param index Which variable.
 * @param before What it must come behind.
 * @returns Its object identifier.
 */
export function checkOrder(
  asker: Asker,
  pdu: Pdu,
  index: number,
  before: string,
): string {
  const oid = oidAt(pdu, index);
  const isEnd = (pdu.places[index * PLACES + 2]! & 0xf0) === 0x80;
  if (isEnd || compareOids(oid, before) > 0) return oid;
  const { mib } = asker.varBinds;
  throw new NetError(
    `behind ${mib.formatOid(before)} the agent says comes ${
      oid === before ? "the same" : mib.formatOid(oid)
    }: this would never end`,
    {
      code: "loop",
      op: "walk variables of",
      target: `${asker.engine.settings.endpoint}`,
      hint: "walk the parts below, without the table that the agent gets wrong",
    },
  );
}

/**
 * Asks for variables, for half of them where all are too much for one answer; and
 * in version 1, which refuses all because of one, without the one.
 */
async function inParts(
  asker: Asker,
  oids: readonly string[],
  missing: "noSuchInstance" | "endOfMibView",
  ask: (oids: readonly string[]) => Promise<Pdu>,
): Promise<VarBind[]> {
  if (oids.length === 0) return [];
  const pdu = await ask(oids);
  const { errorStatus, errorIndex } = pdu;
  const half = oids.length >> 1;
  if (errorStatus === TOO_BIG && half > 0) {
    return [
      ...await inParts(asker, oids.slice(0, half), missing, ask),
      ...await inParts(asker, oids.slice(half), missing, ask),
    ];
  }
  const at = errorIndex - 1;
  const isVersion1 = asker.engine.settings.version === "1";
  if (isVersion1 && errorStatus === NO_SUCH_NAME && at in oids) {
    const others = oids.toSpliced(at, 1);
    const rest = await inParts(asker, others, missing, ask);
    return rest.toSpliced(
      at,
      0,
      asker.varBinds.make(oids[at]!, missing, undefined),
    );
  }
  checkStatus(asker, "get", pdu, oids);
  return asker.varBinds.readAll(pdu);
}

/** Throws unless it is a whole number from some other on. */
export function checkRepetitions(
  name: string,
  value: number,
  low: number,
): void {
  if (Number.isInteger(value) && value >= low && value <= 0x7fff_ffff) return;
  throw new RangeError(
    `Cannot ask an agent as '${name}' must be an integer from ${low}: current value is ${value}`,
  );
}
