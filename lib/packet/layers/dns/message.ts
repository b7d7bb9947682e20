/**
 * What the messages of DNS and of its relatives have in common.
 *
 * @module
 */

import { list } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { SIGNATURE_ERRORS } from "./codes.ts";
import {
  type DnsOptRecord,
  type DnsQuestion,
  type DnsQuestionInput,
  type DnsRecord,
  type DnsRecordInput,
  question,
  resourceRecord,
} from "./record.ts";

type Questions = Format<readonly DnsQuestion[], readonly DnsQuestionInput[]>;
type Records = Format<readonly DnsRecord[], readonly DnsRecordInput[]>;

/**
 * The questions of a message.
 *
 * @param isMulticast Whether they are those of multicast DNS.
 * @returns The format; how many there are is in `questionCount`.
 *
 * @example
 * ```ts
 * import { questions } from "./message.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(questions().countIn, "questionCount");
 * ```
 */
export function questions(isMulticast = false): Questions {
  return list(question(isMulticast), {
    count: "questionCount",
  }) as unknown as Questions;
}

/**
 * The records of one section of a message.
 *
 * @param count The field that states how many there are.
 * @param isMulticast Whether they are those of multicast DNS.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { records } from "./message.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(records("answerCount").countIn, "answerCount");
 * ```
 */
export function records(count: string, isMulticast = false): Records {
  return list(resourceRecord(isMulticast), { count }) as unknown as Records;
}

/** A message, as far as a summary goes. */
interface Message {
  readonly qr: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
}

/**
 * Names what became of a question: its response code, of which an OPT record
 * has the upper bits.
 *
 * @param message The message.
 * @returns The name; `undefined` for a query or a success.
 *
 * @example
 * ```ts
 * import { outcome } from "./message.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(outcome({ qr: 1, rcode: 3, additionals: [] }), "NXDOMAIN");
 * assert.equal(outcome({ qr: 1, rcode: 0, additionals: [] }), undefined);
 * ```
 */
export function outcome({ qr, rcode, additionals }: {
  readonly qr: number;
  readonly rcode: number;
  readonly additionals: readonly DnsRecord[];
}): string | undefined {
  const opt = additionals.find((record): record is DnsOptRecord =>
    record.type === "OPT"
  );
  const whole = (opt?.extendedRcode ?? 0) << 4 | rcode;
  if (qr === 0 || whole === 0) return undefined;
  const names: Readonly<Record<number, string>> = {
    ...SIGNATURE_ERRORS,
    // Of both meanings of 16 the record that it comes in has this one.
    16: "BADVERS",
  };
  return names[whole] ?? `RCODE${whole}`;
}

/** How many answers a summary names. */
const NAMED = 3;

/**
 * Says a message in a few words.
 *
 * @param message The message.
 * @param outcome What became of the question, where it is no success.
 * @returns Who asks for what, and what the answer is.
 *
 * @example
 * ```ts
 * import { gist } from "./message.ts";
 * import assert from "node:assert/strict";
 *
 * const questions = [{ name: "example.com", type: "A", class: "IN" }];
 * assert.equal(gist({ qr: 0, questions, answers: [] }), "A? example.com");
 * assert.equal(
 *   gist({ qr: 1, questions, answers: [] }, "NXDOMAIN"),
 *   "A example.com NXDOMAIN",
 * );
 * ```
 */
export function gist(
  { qr, questions, answers }: Message,
  outcome?: string,
): string {
  const asked = questions.slice(0, NAMED).map(({ name, type }) =>
    `${type}${qr === 0 ? "?" : ""} ${name}`
  );
  const found = answers.slice(0, NAMED).map((answer) => {
    if (answer.type === "OPT") return "OPT";
    const { type, data } = answer;
    if (typeof data === "string" || type === "A" || type === "AAAA") {
      return `${type} ${data}`;
    }
    return type;
  });
  if (questions.length > NAMED) asked.push("…");
  if (answers.length > NAMED) found.push("…");
  const parts = [asked.join(", ")];
  if (outcome !== undefined) parts.push(outcome);
  if (found.length > 0) parts.push(`= ${found.join(", ")}`);
  return parts.filter((part) => part !== "").join(" ") ||
    (qr === 0 ? "query" : "response");
}
