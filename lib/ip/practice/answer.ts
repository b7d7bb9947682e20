/**
 * How answers to practice questions are read: what a learner gave, as the text
 * that is compared, or why it is no answer at all.
 *
 * @module
 */

import { Address, type Family, tryParse } from "../address.ts";
import type { Drill, Form } from "./drill.ts";
import { fault as parseError } from "../parse.ts";
import { Subnet, trySubnet } from "../subnet.ts";

/** What {@linkcode readAnswer} makes of an answer. */
export interface Reading {
  /** The answer's text; what it was compared with decides. */
  readonly given: string;
  /** What is compared; `undefined` if it is no answer of that form. */
  readonly value?: string;
  /** What can be said of it before it is compared, or why it is no answer. */
  readonly hint?: string;
}

type Result = Omit<Reading, "given">;
type Read = (text: string, drill: Drill) => Result;

/** For each form what is asked for, and how it is read. */
const FORMS: Readonly<
  Record<Form, readonly [what: (drill: Drill) => string, read: Read]>
> = {
  address: [({ answer }) => `an IPv${familyOf(answer)} address`, readAddress],
  subnet: [({ answer }) => `a subnet such as ${example(answer)}`, readSubnet],
  prefix: [() => "a prefix length such as 24", readPrefix],
  count: [() => "a whole number", readCount],
  choice: [({ choices = [] }) => `one of ${choices.join(", ")}`, readChoice],
  compressed: [() => "an address, spelled exactly", readCompressed],
  expanded: [() => "an address, spelled exactly", readExpanded],
};

function familyOf(answer: unknown): Family {
  return (answer as Address | Subnet).family;
}

function example(answer: unknown): string {
  return familyOf(answer) === 4 ? "10.0.0.0/8" : "2001:db8::/32";
}

/** The longest text that can be an answer, with room for spaces. */
const LONGEST = 100;

/**
 * Says what an answer to a question is.
 *
 * @param drill The question.
 * @returns A noun phrase.
 *
 * @example
 * ```ts
 * import { wanted } from "./answer.ts";
 * import assert from "node:assert/strict";
 *
 * const drill = { text: "?", form: "count", answer: 3, slips: [], working: [] } as const;
 * assert.equal(wanted(drill), "a whole number");
 * ```
 */
export function wanted(drill: Drill): string {
  return FORMS[drill.form][0](drill);
}

/**
 * Reads an answer.
 *
 * @param answer What was given: text, or a value of the kind asked for.
 * @param drill The question.
 * @returns The text to compare, or why it cannot be one.
 * @throws {TypeError} If `answer` is neither text nor such a value.
 *
 * @example
 * ```ts
 * import { readAnswer } from "./answer.ts";
 * import assert from "node:assert/strict";
 *
 * const drill = { text: "?", form: "count", answer: 64, slips: [], working: [] } as const;
 * assert.deepEqual(readAnswer("2^6", drill), { given: "2^6", value: "64" });
 * assert.equal(readAnswer("many", drill).value, undefined);
 * ```
 */
export function readAnswer(answer: unknown, drill: Drill): Reading {
  const type = typeof answer;
  const number = type === "number" || type === "bigint";
  if (
    type !== "string" && type !== "boolean" && !number &&
    !(answer instanceof Address) && !(answer instanceof Subnet)
  ) {
    throw new TypeError(
      `Cannot mark as 'answer' must be text, a number, a boolean, an address or a subnet: current value is ${
        answer === null ? "null" : type
      }`,
    );
  }
  const given = `${answer}`.trim();
  if (given.length > LONGEST) {
    return { given: `${given.slice(0, LONGEST)}…`, hint: "that is too long" };
  }
  if (number && drill.form === "address") {
    const family = familyOf(drill.answer);
    const found = tryParse(given, { family, notation: "decimal" });
    if (found !== undefined) return { given, value: `${found}` };
  }
  return { given, ...FORMS[drill.form][1](given, drill) };
}

function readAddress(text: string, { answer }: Drill): Result {
  if (text.includes("/")) {
    return { hint: "that is a subnet: an address alone is asked for" };
  }
  const found = tryParse(text, { family: familyOf(answer) });
  if (found === undefined) return { hint: parseError(text).message };
  return { value: `${found.withZone()}` };
}

function readSubnet(text: string, { answer }: Drill): Result {
  if (!text.includes("/")) {
    return {
      hint: `the prefix length is missing: write it as in ${example(answer)}`,
    };
  }
  const found = trySubnet(text);
  if (found !== undefined) return { value: `${found}` };
  const { message } = parseError(text);
  return trySubnet(text, { hostBits: "clear" }) === undefined
    ? { hint: message }
    : { value: text, hint: "that is no subnet: bits are set after the prefix" };
}

function readPrefix(text: string): Result {
  const digits = /^\/?(\d{1,3})$/.exec(text)?.[1];
  if (digits !== undefined) return { value: `${Number(digits)}` };
  return tryParse(text) === undefined
    ? { hint: "that is no prefix length: answer with a number such as 24" }
    : { hint: "that is an address: answer with a prefix length such as 24" };
}

/** Takes digits, in groups or not, and powers of two as people write them. */
function readCount(text: string): Result {
  const plain = text.replace(/[\s,_'’]/g, "");
  if (/^\d{1,40}$/.test(plain)) return { value: `${BigInt(plain)}` };
  const [power, exponent, less = "0"] =
    /^2(?:\^|\*\*)(\d{1,3})(?:-(\d{1,3}))?$/.exec(plain) ?? [];
  if (power === undefined || Number(exponent) > 128) {
    return { hint: "that is no whole number" };
  }
  return { value: `${2n ** BigInt(exponent!) - BigInt(less)}` };
}

const SYNONYMS: Readonly<Record<string, string>> = {
  true: "yes",
  y: "yes",
  false: "no",
  n: "no",
};

function readChoice(text: string, { choices = [] }: Drill): Result {
  const lower = text.toLowerCase();
  const value = choices.find((choice) =>
    choice.toLowerCase() === lower || choice === SYNONYMS[lower]
  );
  return value === undefined
    ? { hint: `that is none of ${choices.join(", ")}` }
    : { value };
}

function readCompressed(text: string, { answer }: Drill): Result {
  const found = tryParse(text, { family: 6 });
  if (found === undefined) return { hint: parseError(text).message };
  if (`${found}` !== answer) return { value: text };
  return {
    value: text,
    hint: text.toLowerCase() === answer
      ? "the same address, but RFC 5952 §4.3 wants lower case"
      : "the same address, but not as RFC 5952 §4 writes it",
  };
}

function readExpanded(text: string, { answer }: Drill): Result {
  const found = tryParse(text, { family: 6 });
  if (found === undefined) return { hint: parseError(text).message };
  const value = text.toLowerCase();
  return found.format("exploded") === answer
    ? { value, hint: "the same address, but not with all its digits" }
    : { value };
}
