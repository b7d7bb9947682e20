/**
 * Walks: everything below a name, in order, answer by answer.
 *
 * The next question leaves as soon as an answer's last name is known: while the
 * agent looks that up, what it said before is read here.
 *
 * @see RFC 3416 §4.2.2, §4.2.3
 * @module
 */

import { NetError } from "../../errors.ts";
import { onlyKnown } from "../../known_options.ts";
import { Run } from "../../inspect/run.ts";
import { WALK } from "../option_names.ts";
import type { WalkOptions } from "../options.ts";
import type { VarBind } from "../varbind.ts";
import type { Pdu } from "./message.ts";
import { compareOids, isBelow } from "./oid.ts";
import {
  type Asker,
  branchOf,
  checkOrder,
  checkRepetitions,
  checkStatus,
  get,
  limited,
} from "./questions.ts";
import { oidAt, typeAt } from "./values.ts";
import { countOf } from "./var_binds.ts";

const NO_SUCH_NAME = 2;
const TOO_BIG = 1;

/** What one walk keeps. */
interface Course {
  readonly asker: Asker;
  readonly root: string;
  /** Variables that the next answer may bring; less where they do not fit. */
  repetitions: number;
  readonly signal: AbortSignal;
}

/**
 * Walks everything below an object identifier.
 *
 * @param asker The session's parts.
 * @param root Below which one.
 * @param repetitions Variables an answer, from version 2c on.
 * @param emit Is given what each answer brought, at least one.
 * @param signal Stops it.
 * @throws {NetError} `"loop"` if the agent does not go forwards; and what questions
 * throw.
 */
export async function walk(
  asker: Asker,
  root: string,
  repetitions: number,
  emit: (found: VarBind[]) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  // What was asked ahead is not waited for when this ends before its time.
  const ahead = new AbortController();
  const stop = () => ahead.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stop, { once: true });
  const course = { asker, root, repetitions, signal: ahead.signal };
  // A name of one number cannot be sent, and what is below it can.
  let at = root.includes(".") ? root : `${root}.0`;
  let isEmpty = true;
  try {
    let asked: Promise<Pdu | undefined> | undefined = ask(course, at);
    while (asked !== undefined) {
      const pdu: Pdu | undefined = await asked;
      if (pdu === undefined) break;
      const last = goesOn(pdu, course.root, at);
      asked = last === undefined ? undefined : ask(course, last);
      // Nobody waits for it while this answer is read.
      asked?.catch(() => {});
      const found = read(course, pdu, at);
      if (found.length > 0) emit(found);
      isEmpty &&= found.length === 0;
      if (last !== undefined) at = last;
    }
    // Perhaps it is no branch but a variable.
    if (isEmpty && root.includes(".")) {
      const [only] = await get(asker, [root], ahead.signal);
      if (only!.exists) emit([only!]);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    ahead.abort();
  }
}

/**
 * Walks everything below a name, as a run whose findings are the variables.
 *
 * @param asker The session's parts.
 * @param name Below which.
 * @param options How many variables an answer, and the limit.
 */
export function runWalk(
  asker: Asker,
  name: string,
  options: WalkOptions,
): Run<VarBind, VarBind[]> {
  const { endpoint, maxRepetitions: usual } = asker.engine.settings;
  onlyKnown("walk", options, WALK);
  const { maxRepetitions = usual } = options;
  checkRepetitions("maxRepetitions", maxRepetitions, 1);
  const root = branchOf(asker, name);
  return new Run<VarBind, VarBind[]>(
    `Walk ${name} of ${endpoint}`,
    ({ row, progress, signal }) =>
      limited(asker, "walk", { ...options, signal }, async (signal) => {
        const all: VarBind[] = [];
        await walk(asker, root, maxRepetitions, (found) => {
          for (const one of found) {
            all.push(one);
            row(one);
          }
          progress(all.length, Infinity);
        }, signal);
        return all;
      }),
    { signal: options.signal, line: String },
  );
}

/** The name to go on behind, if an answer is below the root to its end. */
function goesOn(pdu: Pdu, root: string, before: string): string | undefined {
  const index = countOf(pdu) - 1;
  if (typeAt(pdu, index).startsWith("noSuch")) return undefined;
  if (typeAt(pdu, index) === "endOfMibView") return undefined;
  const last = oidAt(pdu, index);
  // What does not come behind is an error, which reading finds.
  if (!isBelow(last, root) || compareOids(last, before) <= 0) return undefined;
  return last;
}

/** Reads an answer up to where it leaves the root's branch. */
function read(course: Course, pdu: Pdu, before: string): VarBind[] {
  const { asker, root } = course;
  const found: VarBind[] = [];
  const count = countOf(pdu);
  for (let i = 0; i < count; i++) {
    const type = typeAt(pdu, i);
    if (type === "endOfMibView" || type.startsWith("noSuch")) break;
    const oid = oidAt(pdu, i);
    if (!isBelow(oid, root) && compareOids(oid, root) > 0) break;
    before = checkOrder(asker, pdu, i, before);
    found.push(asker.varBinds.read(pdu, i, oid));
  }
  return found;
}

/** Asks what comes behind a name; nothing if nothing does. */
async function ask(course: Course, oid: string): Promise<Pdu | undefined> {
  const { asker, signal } = course;
  const { engine } = asker;
  if (engine.settings.version === "1") {
    const pdu = await engine.next([oid], signal);
    if (pdu.errorStatus === NO_SUCH_NAME) return undefined;
    checkStatus(asker, "walk", pdu, [oid]);
    return some(course, pdu);
  }
  while (true) {
    const pdu = await engine.bulk([oid], 0, course.repetitions, signal);
    const isTooBig = pdu.errorStatus === TOO_BIG ||
      pdu.errorStatus === 0 && countOf(pdu) === 0;
    if (isTooBig && course.repetitions > 1) {
      course.repetitions >>= 1;
      continue;
    }
    checkStatus(asker, "walk", pdu, [oid]);
    return some(course, pdu);
  }
}

function some({ asker }: Course, pdu: Pdu): Pdu {
  if (countOf(pdu) > 0) return pdu;
  throw new NetError("its answer has no variables", {
    code: "mismatch",
    op: "walk variables of",
    target: `${asker.engine.settings.endpoint}`,
    hint: "get or walk the parts below: the agent does not get past this place",
  });
}
