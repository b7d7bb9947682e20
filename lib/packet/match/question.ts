/**
 * What is asked of one value, as JavaScript: checked against the kind of value
 * that it is, and written as plainly as that kind allows.
 *
 * @module
 */

import type { ParseError } from "../../errors.ts";
import { nearestWord } from "../../nearest.ts";
import { patternOf, type Readings, readLiteral } from "./literal.ts";
import type { Target, TargetKind } from "./resolve.ts";
import type { Literal, Member, Question, Relation } from "./syntax.ts";

/** Kinds by what can be done with them, in words. */
const ABOUT: Readonly<Record<TargetKind, string>> = {
  unsigned: "a number",
  flags: "a number made of flags",
  flag: "a flag, 1 or 0",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  mac: "a MAC address",
  octets: "octets",
  text: "text",
  time: "a time",
  present: "a layer",
  value: "a value",
};

const ORDERED: readonly TargetKind[] = [
  "unsigned",
  "flags",
  "ipv4",
  "ipv6",
  "mac",
  "octets",
  "text",
  "time",
  "value",
];

/** What writing a question needs. */
export interface Asking {
  /** Keeps a constant, and gives JavaScript for it. */
  constant(value: unknown): string;
  /** Makes the error for a place in the expression. */
  fail(reason: string, at: number): ParseError;
}

/** What a value is: a target, or what a slice leaves of one. */
export type Asked = Pick<
  Target,
  "path" | "kind" | "bits" | "flags" | "names" | "field"
>;

/**
 * Writes a question about the value `x`.
 *
 * @param asking Takes constants and gives errors.
 * @param asked What the value is.
 * @param question What is asked, other than whether it exists.
 * @param at Where it is asked, for errors.
 * @returns JavaScript that gives a boolean.
 * @throws {ParseError} If that cannot be asked of such a value.
 *
 * @example
 * ```ts
 * import { questionCode } from "./question.ts";
 * import { resolveName } from "./resolve.ts";
 * import assert from "node:assert/strict";
 *
 * const asking = { constant: String, fail: (reason: string) => new Error(reason) as never };
 * const [ttl] = resolveName("ipv4.ttl");
 * const to = { kind: "word", text: "5", flags: "", at: 0 } as const;
 * const question = { kind: "relation", relation: "<", mask: undefined, to, slice: undefined } as const;
 * assert.equal(questionCode(asking, ttl!, question, 0), "x<5");
 * ```
 */
export function questionCode(
  asking: Asking,
  asked: Asked,
  question: Exclude<Question, { kind: "exists" }>,
  at: number,
): string {
  const { kind, path } = asked;
  if (kind === "present") {
    const reason = question.kind === "contains" || question.kind === "matches"
      ? undefined
      : `${path} is a layer, which is there or not: ask for one of its fields`;
    if (reason !== undefined) throw asking.fail(reason, at);
  }
  switch (question.kind) {
    case "relation":
      return relationCode(asking, asked, question, at);
    case "bits":
      return `${masked(asking, asked, question.mask, at)}!=0`;
    case "in":
      return question.members.map((member) =>
        memberCode(asking, asked, member, at)
      ).join("||");
    case "contains":
      return containsCode(asking, asked, question.what, at);
    case "matches":
      return matchesCode(asking, asked, question.what, at);
  }
}

function relationCode(
  asking: Asking,
  asked: Asked,
  { relation, mask, to }: Question & { kind: "relation" },
  at: number,
): string {
  if (mask !== undefined) {
    const number = numberFor(asking, asked, to);
    return `${masked(asking, asked, mask, at)}${relation}${
      asking.constant(number)
    }`;
  }
  if (relation === "==" || relation === "!=") {
    const same = sameCode(asking, asked, to);
    return relation === "==" ? same : `!(${same})`;
  }
  return orderCode(asking, asked, relation, to, at);
}

/** The bits of a number that a mask has. */
function masked(
  asking: Asking,
  asked: Asked,
  mask: Literal,
  at: number,
): string {
  const { kind, path, bits } = asked;
  if (kind !== "unsigned" && kind !== "flags" && kind !== "value") {
    throw asking.fail(`${path} is ${ABOUT[kind]}: "&" is for numbers`, at);
  }
  const number = numberFor(asking, asked, mask);
  if (kind !== "value" && bits < 32) {
    return `(${numeric(asking, asked)}&${number})`;
  }
  // Wide numbers, and those of whose width nothing is known.
  const value = kind === "value"
    ? `(typeof x==="number"||typeof x==="bigint"?BigInt(x):0n)`
    : `BigInt(${numeric(asking, asked)})`;
  return `(${value}&${BigInt(number)}n)`;
}

/** The value as a number: flags have one bit each. */
function numeric(asking: Asking, { kind, flags }: Asked): string {
  if (kind !== "flags") return "x";
  return `H.flagsNumber(x,${asking.constant(flags)})`;
}

/** A number that a field can have, or the name of one. */
function numberFor(
  asking: Asking,
  { kind, path, bits, names, flags }: Asked,
  literal: Literal,
): number | bigint {
  const { text, at } = literal;
  const { number } = readLiteral(literal);
  if (number === undefined) {
    const named = Object.entries(names ?? {})
      .find(([, name]) => name.toLowerCase() === text.toLowerCase());
    if (named !== undefined) return Number(named[0]);
    throw asking.fail(notNumber(path, kind, names, flags, text), at);
  }
  if (kind !== "value" && bits > 0 && bits < 64 && number >= 2 ** bits) {
    throw asking.fail(
      `${path} has ${bits} bits: ${2 ** bits - 1} at most`,
      at,
    );
  }
  return number;
}

function notNumber(
  path: string,
  kind: TargetKind,
  names: Asked["names"],
  flags: readonly string[],
  text: string,
): string {
  const shown = JSON.stringify(text);
  if (kind === "flags") {
    const flag = nearestWord(text, flags);
    return `${path} is ${ABOUT[kind]}, and ${shown} is no number` +
      (flag === undefined ? "" : `: write ${path}.${flag}`);
  }
  const known = Object.values(names ?? {});
  const meant = nearestWord(text, known);
  if (meant !== undefined) {
    return `${path} is never ${shown} (did you mean "${meant}"?)`;
  }
  return `${path} is ${ABOUT[kind]}, and ${shown} is none`;
}

/** Whether the value is what is written. */
function sameCode(asking: Asking, asked: Asked, literal: Literal): string {
  const { kind, path, bits } = asked;
  const { at, text } = literal;
  if (literal.kind === "pattern") {
    throw asking.fail("a regular expression goes with `matches`", at);
  }
  const readings = readLiteral(literal);
  const refuse = (): ParseError =>
    asking.fail(
      `${path} is ${ABOUT[kind]}, and ${JSON.stringify(text)} is none`,
      at,
    );
  switch (kind) {
    case "unsigned":
    case "flags": {
      const number = numberFor(asking, asked, literal);
      const wanted = bits === 64 ? BigInt(number) : number;
      return `${numeric(asking, asked)}===${asking.constant(wanted)}`;
    }
    case "flag":
      if (readings.boolean === undefined) throw refuse();
      return `x===${readings.boolean}`;
    case "mac":
      if (readings.mac === undefined) throw refuse();
      return `x===${asking.constant(readings.mac)}`;
    case "text":
      return `x===${asking.constant(text)}`;
    case "time":
      if (readings.time === undefined) throw refuse();
      return `x.equals(${asking.constant(readings.time)})`;
    case "ipv4":
    case "ipv6":
      return addressCode(asking, kind, readings, refuse);
    case "octets":
      return `H.orderOctets(x,${
        asking.constant(octetsFor(asking, asked, literal))
      })===0`;
    default:
      return `H.isValue(x,${asking.constant(readings)})`;
  }
}

function addressCode(
  asking: Asking,
  kind: "ipv4" | "ipv6",
  { address }: Readings,
  refuse: () => ParseError,
): string {
  if (address?.address.family !== (kind === "ipv4" ? 4 : 6)) throw refuse();
  const { prefix } = address;
  const { w3 } = address.address;
  if (kind === "ipv6") return `H.isIn(x,${asking.constant(address)})`;
  if (prefix === 32) return `x.w3===${w3}`;
  if (prefix === 0) return "true";
  const mask = -1 << (32 - prefix);
  return `(x.w3&${mask})===${w3 & mask}`;
}

/** Octets as they are written, or those of text. */
function octetsFor(
  asking: Asking,
  { path }: Asked,
  literal: Literal,
): Uint8Array {
  const { kind, text, at } = literal;
  const { octets, number } = readLiteral(literal);
  // Nobody can tell whether 64 is 0x64, as in Wireshark, or 0x40.
  if (kind === "word" && /^[0-9]{2,}$/.test(text) && Number(text) > 9) {
    const [hexadecimal, decimal] = [text, Number(text).toString(16)];
    throw asking.fail(
      `${path} is octets: write 0x${hexadecimal} or 0x${decimal} for ${text}`,
      at,
    );
  }
  if (octets !== undefined) return octets;
  if (typeof number === "number" && number < 256) return Uint8Array.of(number);
  throw asking.fail(
    `${path} is octets, and ${JSON.stringify(text)} is none: ` +
      `write 00:1a:2b, or "text"`,
    at,
  );
}

function orderCode(
  asking: Asking,
  asked: Asked,
  relation: Relation,
  literal: Literal,
  at: number,
): string {
  const { kind, path, bits } = asked;
  if (!ORDERED.includes(kind)) {
    throw asking.fail(`${path} is ${ABOUT[kind]}: it has no order`, at);
  }
  // What cannot be equal cannot be less or more.
  sameCode(asking, asked, literal);
  const readings = readLiteral(literal);
  switch (kind) {
    case "unsigned":
    case "flags": {
      const number = numberFor(asking, asked, literal);
      const wanted = bits === 64 ? BigInt(number) : number;
      return `${numeric(asking, asked)}${relation}${asking.constant(wanted)}`;
    }
    case "mac":
      return `x${relation}${asking.constant(readings.mac)}`;
    case "text":
      return `x${relation}${asking.constant(literal.text)}`;
    case "time":
      return `Temporal.Instant.compare(x,${
        asking.constant(readings.time)
      })${relation}0`;
    case "octets":
      return `H.orderOctets(x,${
        asking.constant(octetsFor(asking, asked, literal))
      })${relation}0`;
    case "ipv4":
    case "ipv6": {
      const { address, prefix } = readings.address!;
      if (prefix !== (kind === "ipv4" ? 32 : 128)) {
        throw asking.fail("a prefix goes with == and `in`", literal.at);
      }
      return `x.compare(${asking.constant(address)})${relation}0`;
    }
    default:
      return `H.orderOf(x,${asking.constant(readings)})${relation}0`;
  }
}

function memberCode(
  asking: Asking,
  asked: Asked,
  { from, to }: Member,
  at: number,
): string {
  if (to === undefined) return sameCode(asking, asked, from);
  const least = orderCode(asking, asked, ">=", from, at);
  return `(${least}&&${orderCode(asking, asked, "<=", to, at)})`;
}

function containsCode(
  asking: Asking,
  asked: Asked,
  what: Literal,
  at: number,
): string {
  const { kind, path } = asked;
  if (what.kind === "pattern") {
    throw asking.fail("a regular expression goes with `matches`", what.at);
  }
  if (kind === "text") return `x.includes(${asking.constant(what.text)})`;
  if (kind === "value") {
    return `H.hasInside(x,${asking.constant(readLiteral(what))})`;
  }
  if (!["octets", "present", "mac", "ipv4", "ipv6"].includes(kind)) {
    throw asking.fail(
      `${path} is ${ABOUT[kind]}: \`contains\` is for text and octets`,
      at,
    );
  }
  const octets = octetsFor(asking, { ...asked, kind: "octets" }, what);
  const readings = { ...readLiteral(what), octets };
  return `H.hasInside(H.octetsOf(x),${asking.constant(readings)})`;
}

function matchesCode(
  asking: Asking,
  { kind, path }: Asked,
  what: Literal,
  at: number,
): string {
  if (!["text", "octets", "present", "mac", "value"].includes(kind)) {
    throw asking.fail(
      `${path} is ${ABOUT[kind]}: \`matches\` is for text and octets`,
      at,
    );
  }
  if (what.kind === "word") {
    throw asking.fail(
      `write /${what.text}/ or "${what.text}" for the regular expression`,
      what.at,
    );
  }
  const pattern = patternOf(what);
  if (typeof pattern === "string") throw asking.fail(pattern, what.at);
  return `H.fits(x,${asking.constant(pattern)})`;
}
