/**
 * Reading tests of the type of an IEEE 802.11 frame, as in
 * `wlan type mgt subtype beacon`.
 *
 * @see IEEE 802.11-2020 §9.2.4.1.3
 *
 * @module
 */

import { nearestWord } from "../../nearest.ts";
import type { ArithmeticParser } from "./parse_arithmetic.ts";
import type { Expression } from "./syntax.ts";

/** The type in its place in the first octet. */
const TYPES: Readonly<Record<string, number>> = {
  mgt: 0x00,
  management: 0x00,
  ctl: 0x04,
  control: 0x04,
  data: 0x08,
};

/** The subtypes of each type, in their place in the first octet. */
const SUBTYPES: ReadonlyMap<number, Readonly<Record<string, number>>> = new Map<
  number,
  Record<string, number>
>([
  [0x00, {
    "assocreq": 0x00,
    "assoc-req": 0x00,
    "assocresp": 0x10,
    "assoc-resp": 0x10,
    "reassocreq": 0x20,
    "reassoc-req": 0x20,
    "reassocresp": 0x30,
    "reassoc-resp": 0x30,
    "probereq": 0x40,
    "probe-req": 0x40,
    "proberesp": 0x50,
    "probe-resp": 0x50,
    "beacon": 0x80,
    "atim": 0x90,
    "disassoc": 0xa0,
    "disassociation": 0xa0,
    "auth": 0xb0,
    "authentication": 0xb0,
    "deauth": 0xc0,
    "deauthentication": 0xc0,
  }],
  [0x04, {
    "bar": 0x80,
    "ba": 0x90,
    "ps-poll": 0xa0,
    "rts": 0xb0,
    "cts": 0xc0,
    "ack": 0xd0,
    "cf-end": 0xe0,
    "cf-end-ack": 0xf0,
  }],
  [0x08, {
    "data": 0x00,
    "data-cf-ack": 0x10,
    "data-cf-poll": 0x20,
    "data-cf-ack-poll": 0x30,
    "null": 0x40,
    "cf-ack": 0x50,
    "cf-poll": 0x60,
    "cf-ack-poll": 0x70,
    "qos-data": 0x80,
    "qos-data-cf-ack": 0x90,
    "qos-data-cf-poll": 0xa0,
    "qos-data-cf-ack-poll": 0xb0,
    "qos": 0xc0,
    "qos-cf-poll": 0xe0,
    "qos-cf-ack-poll": 0xf0,
  }],
]);

/** Every subtype with its type. */
const WITH_TYPE: readonly Readonly<Record<string, number>>[] = Array.from(
  SUBTYPES,
  ([type, names]) =>
    Object.fromEntries(
      Object.entries(names).map(([name, subtype]) => [name, subtype | type]),
    ),
);

const DIRECTIONS: Readonly<Record<string, number>> = {
  nods: 0,
  tods: 1,
  fromds: 2,
  dstods: 3,
};

/** The bits of the first octet that say the type, and all that say the subtype. */
const TYPE = 0x0c;
const SUBTYPE = 0xf0;

/**
 * Reads `type`, `subtype` or `dir`, and what comes after it.
 *
 * @param parser The tokens.
 * @param at Where the test starts, for errors.
 * @returns The test.
 * @throws {ParseError} If there is no such type, subtype or direction.
 *
 * @example
 * ```ts
 * import { ArithmeticParser } from "./parse_arithmetic.ts";
 * import { parseWlan } from "./parse_wlan.ts";
 * import assert from "node:assert/strict";
 *
 * const parser = new ArithmeticParser("type mgt subtype beacon");
 * assert.deepEqual(parseWlan(parser, 0), {
 *   kind: "wlanType",
 *   value: 0x80,
 *   mask: 0xfc,
 *   at: 0,
 * });
 * ```
 */
export function parseWlan(parser: ArithmeticParser, at: number): Expression {
  const word = parser.take().text;
  if (word === "dir") {
    const value = oneOf(parser, [DIRECTIONS], () => true);
    return { kind: "wlanDirection", value, at };
  }
  if (word === "subtype") {
    if (parser.token.kind === "number") {
      throw parser.fail("expected a subtype's name");
    }
    const value = oneOf(parser, WITH_TYPE, () => false);
    return { kind: "wlanType", value, mask: TYPE | SUBTYPE, at };
  }
  const type = oneOf(parser, [TYPES], (value) => (value & ~TYPE) === 0);
  if (!parser.isWord("subtype")) {
    return { kind: "wlanType", value: type, mask: TYPE, at };
  }
  parser.take();
  const names = SUBTYPES.get(type) ?? {};
  const subtype = oneOf(parser, [names], (value) => (value & ~SUBTYPE) === 0);
  const value = type | subtype;
  return { kind: "wlanType", value, mask: TYPE | SUBTYPE, at };
}

/** A name of one of some tables, or a number that may be. */
function oneOf(
  parser: ArithmeticParser,
  tables: readonly Readonly<Record<string, number>>[],
  mayBe: (value: number) => boolean,
): number {
  const { kind, text, value } = parser.token;
  if (kind === "number") {
    if (!mayBe(value)) throw parser.fail(`${text} has bits that do not belong`);
    parser.take();
    return value;
  }
  const name = text.toLowerCase();
  const table = tables.find((names) => Object.hasOwn(names, name));
  if (kind !== "name" || table === undefined) {
    const names = tables.flatMap((names) => Object.keys(names));
    const meant = nearestWord(name, names) ?? names.slice(0, 8).join(", ");
    throw parser.fail(`expected a name like ${meant}`);
  }
  parser.take();
  return table[name]!;
}
