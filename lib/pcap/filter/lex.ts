/**
 * Cutting a capture filter into words, numbers, addresses and signs.
 *
 * Of all that could start at a place the longest counts, and of equals the
 * first of: word, sign, MAC address, number, IPv4 address, IPv6 address, name.
 * So `80-90` is one name, and `len-14` too; `len - 14` is not.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { tryParse } from "../../ip/address.ts";
import {
  CONSTANTS,
  DIRECTION_WORDS,
  FOREIGN_WORDS,
  OTHER_WORDS,
  PROTOCOL_WORDS,
  TYPE_WORDS,
} from "./keywords.ts";

/** What a token is. */
export type TokenKind =
  | "protocol"
  | "direction"
  | "type"
  | "word"
  | "number"
  | "ipv4"
  | "ipv6"
  | "mac"
  | "arcnet"
  | "name"
  | "sign"
  | "end";

/** One token. */
export interface Token {
  /** What it is. */
  readonly kind: TokenKind;
  /** What it stands for: the protocol, the sign; the text of an address. */
  readonly text: string;
  /** Its number; 0 if it is none. */
  readonly value: number;
  /** UTF-16 units from the start of the expression. */
  readonly at: number;
  /** The text as it was written. */
  readonly written: string;
}

/** What the language is, for errors. */
const KIND = "a capture filter";

/**
 * Makes the error for a place in an expression.
 *
 * @param input The whole expression.
 * @param at UTF-16 units to the trouble.
 * @param reason What is wrong there.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { filterError } from "./lex.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(filterError("ip[", 3, "nothing").message, /: nothing at offset 3$/);
 * ```
 */
export function filterError(
  input: string,
  at: number,
  reason: string,
): ParseError {
  return new ParseError(KIND, input, at, reason);
}

const SPACE = /[ \r\n\t]*/y;
const WORD = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
const SIGN = /&&|\|\||>=|<=|!=|==|<<|>>|[-+*/%:[\]!<>()&|^=]/y;
const B = "[0-9A-Fa-f]{1,2}";
const B2 = "[0-9A-Fa-f]{4}";
const MAC = new RegExp(
  `${B}(?::${B}){5}|${B}(?:-${B}){5}|${B}(?:\\.${B}){5}|` +
    `${B2}\\.${B2}\\.${B2}|[0-9A-Fa-f]{12}`,
  "y",
);
const N = "(?:0[xX][0-9A-Fa-f]+|[0-9]+)";
const NUMBER = new RegExp(N, "y");
const IPV4 = new RegExp(`${N}(?:\\.${N}){1,3}`, "y");
const BOGUS_MAC = new RegExp(`${B}:+(?:${B}:+)+`, "y");
const ARCNET = new RegExp(`\\$${B}`, "y");
const ESCAPED = /\\[^ !()\n\t]+/y;
/** More characters than an IPv6 address can have. */
const IPV6_LONGEST = 64;
const IPV6 = new RegExp(`[0-9A-Fa-f:.]{2,${IPV6_LONGEST}}`, "y");
const IPV6_START = /:|[0-9A-Fa-f]{1,4}:/y;

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** The longest start of a text that is an IPv6 address, most often none. */
function ipv6At(text: string, at: number): string {
  if (matchAt(IPV6_START, text, at) === "") return "";
  let found = matchAt(IPV6, text, at);
  while (found.length > 1) {
    if (tryParse(found, { family: 6 })) return found;
    found = found.slice(0, -1);
  }
  return "";
}

/**
 * Cuts an expression into tokens.
 *
 * @param input The expression.
 * @returns The tokens, the last of which is of kind `"end"`.
 * @throws {ParseError} At a character or a number that cannot be.
 *
 * @example
 * ```ts
 * import { lex } from "./lex.ts";
 * import assert from "node:assert/strict";
 *
 * const tokens = lex("port 80-90 || ip6");
 * assert.deepEqual(tokens.map(({ kind, text }) => `${kind} ${text}`), [
 *   "type port",
 *   "name 80-90",
 *   "word or",
 *   "protocol ip6",
 *   "end ",
 * ]);
 * ```
 */
export function lex(input: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, input, at).length;
    if (at === input.length) break;
    const token = tokenAt(input, at);
    tokens.push(token);
    at += token.written.length;
  }
  tokens.push({ kind: "end", text: "", value: 0, at, written: "" });
  return tokens;
}

function tokenAt(input: string, at: number): Token {
  const word = matchAt(WORD, input, at);
  const candidates: readonly (readonly [TokenKind, string])[] = [
    ["sign", matchAt(SIGN, input, at)],
    ["arcnet", matchAt(ARCNET, input, at)],
    ["mac", matchAt(MAC, input, at)],
    ["number", matchAt(NUMBER, input, at)],
    ["ipv4", matchAt(IPV4, input, at)],
    ["ipv6", ipv6At(input, at)],
    ["name", word],
  ];
  let [kind, written]: readonly [TokenKind, string] = ["name", ""];
  for (const [otherKind, other] of candidates) {
    if (other.length > written.length) [kind, written] = [otherKind, other];
  }
  const bogus = matchAt(BOGUS_MAC, input, at);
  if (bogus.length > written.length) {
    throw filterError(
      input,
      at,
      `"${bogus}" is neither a MAC address nor an IPv6 address`,
    );
  }
  if (kind === "sign") return sign(written, at);
  if (kind === "number") {
    const value = toNumber(input, written, at);
    return { kind, text: written, value, at, written };
  }
  if (kind === "name" && written !== "") return name(written, at);
  if (written !== "") return { kind, text: written, value: 0, at, written };
  const escaped = matchAt(ESCAPED, input, at);
  if (escaped !== "") {
    const text = escaped.slice(1);
    return { kind: "name", text, value: 0, at, written: escaped };
  }
  const stray = String.fromCodePoint(input.codePointAt(at)!);
  throw filterError(input, at, `unexpected ${JSON.stringify(stray)}`);
}

function sign(written: string, at: number): Token {
  const token = { value: 0, at, written };
  if (written === "&&") return { ...token, kind: "word", text: "and" };
  if (written === "||") return { ...token, kind: "word", text: "or" };
  if (written === "!") return { ...token, kind: "word", text: "not" };
  return { ...token, kind: "sign", text: written === "==" ? "=" : written };
}

function name(written: string, at: number): Token {
  const token = { value: 0, at, written };
  const protocol = PROTOCOL_WORDS.get(written);
  if (protocol) return { ...token, kind: "protocol", text: protocol };
  const direction = DIRECTION_WORDS.get(written);
  if (direction) return { ...token, kind: "direction", text: direction };
  if (TYPE_WORDS.includes(written)) {
    return { ...token, kind: "type", text: written };
  }
  const value = CONSTANTS.get(written);
  if (value !== undefined) {
    return { ...token, kind: "number", text: written, value };
  }
  const other = OTHER_WORDS.get(written);
  if (other) return { ...token, kind: "word", text: other };
  if (FOREIGN_WORDS.has(written)) {
    return { ...token, kind: "word", text: written };
  }
  return { ...token, kind: "name", text: written };
}

/** Decimal, octal after a 0, hexadecimal after 0x; 32 bits. */
function toNumber(input: string, text: string, at: number): number {
  const octal = /^0[0-9]/.test(text);
  const stray = octal ? /[89]/.exec(text) : null;
  if (stray) {
    throw filterError(
      input,
      at + stray.index,
      `${text} starts with 0, so it is octal, and has a ${stray[0]}`,
    );
  }
  const value = octal ? parseInt(text, 8) : Number(text);
  if (value > 0xffffffff) {
    throw filterError(input, at, `${text} needs more than 32 bits`);
  }
  return value;
}
