/**
 * Where something is on the Earth, as LOC records have it.
 *
 * @see RFC 1876 §3
 * @module
 */

import type { Words } from "./zone_words.ts";

/**
 * Takes an angle: degrees, perhaps minutes, perhaps seconds, and a letter.
 *
 * @param words Where it stands.
 * @param positive The letter of angles above 0.
 * @param negative The letter of angles below 0.
 * @param most The most degrees.
 * @returns Degrees.
 */
export function angle(
  words: Words,
  positive: string,
  negative: string,
  most: number,
): number {
  const { at } = words;
  let value = 0;
  for (const [part, limit] of [[1, most], [60, 59], [3600, 60]] as const) {
    const { text } = words.take("an angle");
    const number = Number(text);
    const form = part === 3600 ? /^\d+(?:\.\d{1,3})?$/ : /^\d+$/;
    if (!form.test(text) || number > limit || part === 3600 && number === 60) {
      words.fail("an angle such as 52 22 23.000 N is needed");
    }
    value += number / part;
    const letter = words.peek?.text.toUpperCase();
    if (letter === positive || letter === negative || part === 3600) break;
  }
  const letter = words.take(`${positive} or ${negative}`).text.toUpperCase();
  if (letter !== positive && letter !== negative) {
    words.fail(`${positive} or ${negative} is needed`);
  }
  if (value > most) words.fail(`an angle must be up to ${most} degrees`, at);
  return letter === positive ? value : -value;
}

/**
 * Takes a length in metres.
 *
 * @param words Where it stands.
 * @param what What it is, with its article.
 * @returns Centimetres.
 */
export function metres(words: Words, what: string): number {
  const { text } = words.take(what);
  if (!/^-?\d+(?:\.\d{0,2})?m?$/i.test(text)) {
    words.fail(`${what} in metres, such as 10m or -2.00m, is needed`);
  }
  return Math.round(Number.parseFloat(text) * 100);
}
