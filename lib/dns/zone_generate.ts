/**
 * `$GENERATE`: a record for each number of a range, as BIND has it in its zone
 * files.
 *
 * @see BIND 9 Administrator Reference Manual, "BIND Primary File Extension: the
 * $GENERATE Directive"
 * @module
 */

import type { ZoneSource } from "./zone_lines.ts";
import type { Words } from "./zone_words.ts";

/** Records that one directive may make: a digit too many fills the memory. */
const MOST = 1_000_000;

/** `$`, or `${offset}`, `${offset,width}`, `${offset,width,base}`; `\$` and `$$` are a dollar sign. */
const PLACE =
  /\\\$|\$\$|\$\{(-?\d+)(?:,(\d{1,3})(?:,([doxXnN]))?)?\}|\$(?!\{)|\\[^$]/g;

/**
 * Writes out the records of a directive.
 *
 * @param words The directive's words, after `$GENERATE`.
 * @yields One line of a zone file after the other.
 */
export function* generated(words: Words): Generator<ZoneSource> {
  const range = words.take("a range").text;
  const [, first, last, step = "1"] = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(range) ??
    words.fail("a range such as 1-127 or 0-100/2 is needed");
  const [from, to, by] = [Number(first), Number(last), Number(step)];
  if (from > to || by < 1) words.fail("a range goes upward");
  if ((to - from) / by >= MOST) words.fail(`more than ${MOST} records`);
  const { at } = words.take("an owner");
  const pattern = words.unquoted();
  if (/\$\{/.test(pattern.replaceAll(PLACE, ""))) {
    words.fail("${offset,width,base} has the bases d, o, x, X, n and N", at);
  }
  const { text: whole, file: included } = words.source;
  const line = whole.slice(0, words.start).split("\n").length;
  const where = included === undefined ? "line" : `${included}, line`;
  const file = `$GENERATE in ${where} ${line}`;
  for (let n = from; n <= to; n += by) {
    yield {
      text: pattern.replaceAll(
        PLACE,
        (place, ...groups) =>
          placed(place, groups as (string | undefined)[], n),
      ),
      file,
    };
  }
}

function placed(
  place: string,
  [offset = "0", width = "0", base = "d"]: (string | undefined)[],
  n: number,
): string {
  // Escaped, for at the start of a line it would be a directive.
  if (place === "$$") return "\\$";
  if (place.startsWith("\\")) return place;
  const value = n + Number(offset);
  if (base === "n" || base === "N") return nibbles(value, Number(width), base);
  const radix = base === "d" ? 10 : base === "o" ? 8 : 16;
  const sign = value < 0 ? "-" : "";
  const digits = Math.abs(value).toString(radix)
    .padStart(Number(width) - sign.length, "0");
  return sign + (base === "X" ? digits.toUpperCase() : digits);
}

/** Hexadecimal digits from the last to the first, as `ip6.arpa` has them; the width counts their dots. */
function nibbles(value: number, width: number, base: "n" | "N"): string {
  let text = "";
  let rest = value;
  do {
    text += (rest & 15).toString(16);
    rest >>>= 4;
    if (rest > 0 || width > text.length) text += ".";
  } while (rest > 0 || width > text.length);
  return base === "N" ? text.toUpperCase() : text;
}
