/**
 * JSON of others, and where it fails.
 *
 * @module
 */

import { ParseError } from "../errors.ts";

/** More blanks than the engine quotes on either side of a token. */
const MARGIN = " ".repeat(40);
/** What it quotes before one. */
const BEFORE = 10;

/**
 * Reads JSON.
 *
 * @param text The text.
 * @returns The value.
 * @throws {ParseError} If it is none; its offset is where it stops to be.
 * @see RFC 8259
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as SyntaxError;
    const [at, reason] = placeOf(message, text);
    throw new ParseError("JSON", text, at, reason);
  }
}

function placeOf(message: string, text: string): [number, string] {
  const told = /^(.*?)(?: in JSON)? at position (\d+)/s.exec(message);
  if (told) return [Number(told[2]), told[1]!.toLowerCase()];
  if (text === "") return [0, "there is nothing"];
  if (!/^Unexpected token|is not valid JSON$/.test(message)) {
    return [text.length, "unexpected end"];
  }
  const at = placeOfToken(text);
  const token = String.fromCodePoint(text.codePointAt(at)!);
  return [at, `unexpected ${JSON.stringify(token)}`];
}

/** Where the token is that does not belong: the engine only quotes around it. */
function placeOfToken(text: string): number {
  const padded = MARGIN + text + MARGIN;
  try {
    JSON.parse(padded);
  } catch (error) {
    const quoted = /, \.\.\."(.*)"\.\.\. is not valid JSON$/s.exec(
      (error as SyntaxError).message,
    )?.[1];
    const at = quoted === undefined ? -1 : padded.indexOf(quoted);
    if (at >= 0) return at + BEFORE - MARGIN.length;
  }
  return 0;
}
