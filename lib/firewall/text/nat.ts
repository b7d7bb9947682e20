/**
 * Statements that send packets elsewhere: translation, tproxy, dup, fwd.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import type { NatFlag, NatTarget, Statement } from "../model/statement.ts";
import { readExpression } from "./expressions.ts";
import {
  AT,
  COLON,
  COMMA,
  DASH,
  DOT,
  type Lexer,
  LITERAL,
  OPEN,
  OPEN_BRACKET,
  WORD,
} from "./lexer.ts";
import { starts } from "./expressions.ts";
import { NAT_IPV4, NAT_IPV6 } from "./sets.ts";
import { readConstant, readOne } from "./values.ts";

const PORT = dataType("inet_service");
const INTERFACE = dataType("iface_index");

const FLAGS = ["random", "fully-random", "persistent"] as const;

type IpFamily = "ip" | "ip6";

/** Whether what stands here is read from the packet. */
const isRead = (lexer: Lexer): boolean =>
  lexer.kind === AT || lexer.kind === OPEN ||
  lexer.kind === WORD && starts.has(lexer.word);

/** `ip` or `ip6` before `to`. */
function skipFamily(lexer: Lexer): IpFamily | undefined {
  return lexer.skipWord("ip")
    ? "ip"
    : lexer.skipWord("ip6")
    ? "ip6"
    : undefined;
}

/** The family of the addresses that stand here. */
function familyHere(lexer: Lexer, given: IpFamily | undefined): IpFamily {
  if (given) return given;
  const { family, kind, word } = lexer;
  if (family === "ip" || family === "ip6") return family;
  return kind === OPEN_BRACKET || kind === LITERAL && word.includes(":")
    ? "ip6"
    : "ip";
}

const addressTypes = (family: IpFamily): readonly DataType[] =>
  family === "ip6" ? NAT_IPV6 : NAT_IPV4;

/** An address, a prefix, a range, or what gives one. */
function readAddress(lexer: Lexer, types: readonly DataType[]): Expression {
  if (isRead(lexer)) return readExpression(lexer, types).expression;
  const [type] = types as readonly [DataType];
  if (lexer.kind !== OPEN_BRACKET) return readOne(lexer, type);
  const first = readConstant(lexer, type) as string;
  if (!lexer.skip(DASH)) return first;
  const last = readConstant(lexer, type) as string;
  return first === last ? first : { range: [first, last] };
}

const readPort = (lexer: Lexer): Expression =>
  isRead(lexer)
    ? readExpression(lexer, [PORT]).expression
    : readOne(lexer, PORT);

/** Flags of a translation, in the order in which nft lists them. */
function readFlags(lexer: Lexer, flags: Set<NatFlag>): void {
  while (lexer.kind === WORD) {
    const flag = FLAGS.find((name) => name === lexer.word);
    if (!flag) return;
    flags.add(flag);
    lexer.next();
    if (lexer.skip(COMMA) && !FLAGS.some((name) => name === lexer.word)) {
      throw lexer.unexpected(`one of ${FLAGS.join(", ")}`, FLAGS);
    }
  }
}

const ORDER: readonly NatFlag[] = [...FLAGS, "netmap"];

const flagsOf = (flags: Set<NatFlag>): { flags?: readonly NatFlag[] } =>
  flags.size > 0 ? { flags: ORDER.filter((flag) => flags.has(flag)) } : {};

/** `snat` and `dnat`; the cursor stands behind the word. */
export function readTranslation(lexer: Lexer): NatTarget {
  const flags = new Set<NatFlag>();
  const types: ("interval" | "prefix" | "concat")[] = [];
  const given = skipFamily(lexer);
  if (lexer.skipWord("prefix")) {
    flags.add("netmap");
    types.push("prefix");
  } else if (lexer.skipWord("interval")) {
    // nft sees by the map that it gives ranges.
  } else if (lexer.skipWord("addr")) {
    lexer.take(DOT, '"."');
    lexer.takeWord("port");
  }
  const to = lexer.skipWord("to");
  if (given && !to) throw lexer.unexpected('"to"', ["to"]);
  const literal = !isRead(lexer) && lexer.kind !== COLON;
  const family = familyHere(lexer, given);
  // A family is that of an address.
  const addr = lexer.kind === COLON && given === undefined
    ? undefined
    : readAddress(lexer, addressTypes(family));
  const port = lexer.skip(COLON) ? readPort(lexer) : undefined;
  readFlags(lexer, flags);
  return {
    ...namedFamily(lexer, given, literal ? family : undefined),
    ...addr !== undefined && { addr },
    ...port !== undefined && { port },
    ...flagsOf(flags),
    ...types.length && { type_flags: types },
  };
}

/** A family is named only in tables of several. */
function namedFamily(
  { family }: Lexer,
  given: IpFamily | undefined,
  seen: IpFamily | undefined,
): { family?: IpFamily } {
  const named = given ?? seen;
  return named && family !== "ip" && family !== "ip6" ? { family: named } : {};
}

/** `masquerade` and `redirect`; the cursor stands behind the word. */
export function readPortTarget(
  lexer: Lexer,
): Pick<NatTarget, "port" | "flags"> | null {
  const flags = new Set<NatFlag>();
  let port: Expression | undefined;
  if (lexer.skipWord("to")) {
    lexer.skip(COLON);
    port = readPort(lexer);
  }
  readFlags(lexer, flags);
  if (port === undefined && flags.size === 0) return null;
  return { ...port !== undefined && { port }, ...flagsOf(flags) };
}

/** `tproxy`; the cursor stands behind the word. */
export function readTproxy(lexer: Lexer): Statement {
  const given = skipFamily(lexer);
  lexer.takeWord("to");
  const literal = lexer.kind !== COLON;
  const family = familyHere(lexer, given);
  const addr = literal ? readAddress(lexer, addressTypes(family)) : undefined;
  if (typeof addr === "object" && ("prefix" in addr || "range" in addr)) {
    throw lexer.error("a tproxy leads to one address");
  }
  const port = lexer.skip(COLON) ? readPort(lexer) : undefined;
  return {
    tproxy: {
      ...namedFamily(lexer, given, literal ? family : undefined),
      ...addr !== undefined && { addr },
      ...port !== undefined && { port },
    },
  };
}

/** An interface, or what gives one. */
function readDevice(lexer: Lexer): Expression {
  if (isRead(lexer)) return readExpression(lexer, [INTERFACE]).expression;
  return readConstant(lexer, INTERFACE);
}

/** `dup`; the cursor stands behind the word. */
export function readDup(lexer: Lexer): Statement {
  lexer.takeWord("to");
  // In netdev, copies go to an interface and have no other address.
  const addr = lexer.family === "netdev"
    ? readDevice(lexer)
    : readAddress(lexer, addressTypes(familyHere(lexer, undefined)));
  return {
    dup: { addr, ...lexer.skipWord("device") && { dev: readDevice(lexer) } },
  };
}

/** `fwd`; the cursor stands behind the word. */
export function readFwd(lexer: Lexer): Statement {
  const family = skipFamily(lexer);
  lexer.takeWord("to");
  if (!family) return { fwd: { dev: readDevice(lexer) } };
  const addr = readAddress(lexer, addressTypes(family));
  lexer.takeWord("device");
  return { fwd: { dev: readDevice(lexer), family, addr } };
}
