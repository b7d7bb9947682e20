/**
 * How long things take, as nft writes it: `1d2h3m4s5ms`.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";

const UNITS = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1], [
  "ms",
  0.001,
]] as const;

/**
 * Reads a time.
 *
 * @param text `"1h30m"`, `"500ms"`, or seconds as a number.
 * @returns Seconds.
 * @throws {ParseError} If the text is no time.
 */
export function parseTime(text: string): number {
  if (/^\d+$/.test(text)) return +text;
  const parts =
    /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/
      .exec(text);
  if (!parts || text === "") {
    throw new ParseError(
      "a time",
      text,
      0,
      "it must be seconds, or days, hours, minutes, seconds and milliseconds as in 1d2h3m4s5ms",
    );
  }
  const [, w, d, h, m, s, ms] = parts.map((part) => +(part ?? 0));
  return w! * 604800 + d! * 86400 + h! * 3600 + m! * 60 + s! + ms! / 1000;
}

/**
 * Writes a time.
 *
 * @param seconds How long, to the millisecond.
 * @returns `"1h30m"`.
 */
export function formatTime(seconds: number): string {
  let rest = Math.round(seconds * 1000);
  let text = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / (size * 1000));
    if (count > 0) text += count + unit;
    rest -= count * size * 1000;
  }
  return text === "" ? "0s" : text;
}
