/**
 * The kinds of words in an nft script, and the classes of its characters.
 *
 * @module
 */

/** What the cursor stands on; punctuation is its character's code. */
export const END: number = 0;
export const WORD: number = 1;
/** A decimal number, in {@linkcode Lexer.value}. */
export const INTEGER: number = 2;
/** An IPv4 address. */
export const IPV4 = 3;
/** What else begins as a number: `0x10`, `2001:db8::1`, `1h30m`, a MAC. */
export const LITERAL: number = 4;
export const QUOTED: number = 5;
export const NEWLINE: number = 10;
export const EQUAL: number = 256;
export const UNEQUAL: number = 257;
export const AT_MOST: number = 258;
export const AT_LEAST: number = 259;
export const LEFT_SHIFT: number = 260;
export const RIGHT_SHIFT: number = 261;

/** Codes of punctuation. */
export const BANG: number = 33;
export const AND: number = 38;
export const OPEN: number = 40;
export const CLOSE: number = 41;
export const STAR: number = 42;
export const PLUS: number = 43;
export const COMMA: number = 44;
export const DASH: number = 45;
export const DOT: number = 46;
export const SLASH: number = 47;
export const COLON: number = 58;
export const SEMICOLON: number = 59;
export const LESS: number = 60;
export const ASSIGN: number = 61;
export const GREATER: number = 62;
export const AT: number = 64;
export const OPEN_BRACKET: number = 91;
export const CLOSE_BRACKET: number = 93;
export const XOR: number = 94;
export const OPEN_BRACE: number = 123;
export const OR: number = 124;
export const CLOSE_BRACE: number = 125;

/** White space within a line. */
export const SPACE = 1;
/** A word may begin with it. */
export const LETTER = 2;
/** A decimal digit. */
export const DIGIT = 4;
/** In a word, not only first. */
export const INNER = 8;
/** A hexadecimal digit. */
export const HEX = 16;
/** A sign that stands for itself. */
export const SIGN = 32;

/** The classes of ASCII characters, by code. */
export const CLASS: Uint8Array = new Uint8Array(128);
for (const c of " \t\r\f\v") CLASS[c.charCodeAt(0)] = SPACE;
for (let c = 65; c <= 90; c++) CLASS[c] = CLASS[c + 32] = LETTER | INNER;
for (let c = 48; c <= 57; c++) CLASS[c] = DIGIT | INNER | HEX;
for (const c of "abcdefABCDEF") CLASS[c.charCodeAt(0)]! |= HEX;
CLASS[95] = LETTER | INNER;
for (const c of "-./\\*") CLASS[c.charCodeAt(0)] = INNER;

for (const c of "\n!&()*+,-./:;<=>@[]^{|}") CLASS[c.charCodeAt(0)]! |= SIGN;

/** Signs of two characters: their codes, by that of the first and the second. */
export const PAIRS: ReadonlyMap<number, number> = new Map([
  ["==", EQUAL],
  ["!=", UNEQUAL],
  ["<=", AT_MOST],
  [">=", AT_LEAST],
  ["<<", LEFT_SHIFT],
  [">>", RIGHT_SHIFT],
].map(([pair, kind]) => {
  const [first, second] = [...pair as string].map((c) => c.charCodeAt(0));
  return [first! * 256 + second!, kind as number];
}));

/** Whether a character is of one of some classes. */
export const is = (code: number, what: number): boolean =>
  code < 128 && (CLASS[code]! & what) !== 0;
