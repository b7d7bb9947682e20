/**
 * How much room a text takes on a terminal, and how to make it fit.
 *
 * Widths are in terminal cells. SGR sequences (colour, bold) take none.
 *
 * @module
 */

/** Printable ASCII: one UTF-16 unit, one grapheme and one cell each. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Everything that a terminal obeys, or that hides or reorders other text. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}\u200b\u2060\ufeff]/gu;

/** One SGR sequence (ECMA-48 §8.3.117). */
// deno-lint-ignore no-control-regex -- SGR begins with ESC
const SGR = /\x1b\[[\d;:]*m/g;

/**
 * What joins or changes the glyphs beside it, so that a cluster's width is not
 * the sum of its parts: joiner, variation selectors, flag letters, skin tones.
 */
const JOINING = /[\u200d\ufe0e\ufe0f\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;

/** What is drawn on top of its neighbour, or not at all. */
const ZERO =
  /^(?![\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u1160-\u11ff\u3164\ud7b0-\ud7ff\uffa0]/u;

/** The emoji that are drawn as such without being asked: two cells each. */
const EMOJI = /^\p{Emoji_Presentation}/u;

/** A cluster drawn as one emoji (UTS #51 §1.4): flag, keycap, toned, joined. */
const EMOJI_CLUSTER =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|\p{Extended_Pictographic}.*\u200d)/u;

/**
 * First and last code point of what else takes two cells: East_Asian_Width
 * W and F of Unicode 17 (UAX #11), with unassigned gaps closed.
 */
// deno-fmt-ignore
const WIDE = [
  0x1100, 0x115f, 0x2329, 0x232a, 0x2630, 0x2637, 0x268a, 0x268f,
  0x2e80, 0x3029, 0x3030, 0x303e, 0x3041, 0x3096, 0x309b, 0x3163,
  0x3165, 0x3247, 0x3250, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6b, 0xff01, 0xff60,
  0xffe0, 0xffe6, 0x16fe0, 0x16fe3, 0x16ff2, 0x1b2fb, 0x1d300, 0x1d376,
  0x1f200, 0x1f265, 0x1f6d8, 0x1f6d8, 0x1fa70, 0x1faff, 0x20000, 0x3fffd,
];

/** Made on first use: it costs more than a whole prompt's worth of ASCII. */
let segmenter: Intl.Segmenter | undefined;

/**
 * Shows what a terminal would obey or hide: control characters, bidirectional
 * overrides, line separators, lone surrogates and zero-width spaces come out
 * as escapes. Every renderer passes its data through here, and here alone.
 *
 * @param text Any text, from anywhere.
 * @returns The text on one line, safe to write to a terminal.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.visible("a\tb\x1b[2J"), "a\\tb\\x1b[2J");
 * ```
 */
export function visible(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(UNSAFE, escaped);
}

function escaped(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\r") return "\\r";
  if (char === "\t") return "\\t";
  const code = char.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * Cuts a text into what a reader takes for one character each.
 *
 * @param text Any text.
 * @returns Its extended grapheme clusters, in order (UAX #29 §3).
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.inspect.graphemes("né🇨🇭"), ["n", "é", "🇨🇭"]);
 * ```
 */
export function graphemes(text: string): string[] {
  return PRINTABLE_ASCII.test(text)
    ? text.split("")
    : Array.from(clusters(text), (cluster) => cluster.segment);
}

function clusters(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  return segmenter.segment(text);
}

/**
 * Counts the terminal cells that a text takes.
 *
 * East Asian wide characters and emoji take two, combining marks none, an
 * emoji sequence (joined, toned, flag, keycap) two in all. Control characters
 * and SGR sequences count as none.
 *
 * @param text Any text; of several lines, their sum.
 * @returns Width in cells.
 * @see UAX #11, UTS #51
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.displayWidth("router"), 6);
 * assert.equal(net.inspect.displayWidth("路由器"), 6);
 * assert.equal(net.inspect.displayWidth("\x1b[31mdown\x1b[39m"), 4);
 * ```
 */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  const plain = text.includes("\x1b[") ? text.replace(SGR, "") : text;
  if (!JOINING.test(plain)) return sumOfCodePoints(plain);
  let width = 0;
  // What a sequence parts does not join: lines are cut between the pieces too.
  for (const { plain } of pieces(text)) {
    for (const { segment } of clusters(plain)) width += clusterWidth(segment);
  }
  return width;
}

function clusterWidth(cluster: string): number {
  return JOINING.test(cluster) && EMOJI_CLUSTER.test(cluster)
    ? 2
    : sumOfCodePoints(cluster);
}

function sumOfCodePoints(text: string): number {
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    width += codePointWidth(codePoint);
  }
  return width;
}

function codePointWidth(codePoint: number): number {
  if (codePoint < 0x300) {
    return codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0) ? 0 : 1;
  }
  for (let i = 0; i < WIDE.length && codePoint >= WIDE[i]!; i += 2) {
    if (codePoint <= WIDE[i + 1]!) return 2;
  }
  const char = String.fromCodePoint(codePoint);
  return EMOJI.test(char) ? 2 : ZERO.test(char) ? 0 : 1;
}

/**
 * Cuts a text that is too wide, and puts an ellipsis where it was cut. SGR
 * sequences beyond the cut are kept, so that colour ends where it should.
 *
 * @param text One line of text.
 * @param width The cells that there are, 0 or more.
 * @returns The text itself if it fits, else at most `width` cells with `…` at
 * the end.
 * @throws {RangeError} If `width` is negative or not a number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.truncate("GigabitEthernet0/1", 8), "Gigabit…");
 * ```
 */
export function truncate(text: string, width: number): string {
  requireWidth("truncate", width, 0);
  // No cluster is narrower than nothing, so most texts need no measuring.
  if (PRINTABLE_ASCII.test(text)) {
    if (text.length <= width) return text;
    return width < 1 ? "" : `${text.slice(0, width - 1)}…`;
  }
  let used = 0;
  let end = 0;
  let cut = 0;
  for (const { sequence, plain } of pieces(text)) {
    end += sequence.length;
    if (used < width) cut = end;
    for (const { segment } of clusters(plain)) {
      used += clusterWidth(segment);
      if (used > width) {
        const rest = text.slice(cut).match(SGR) ?? [];
        const mark = width < 1 ? "" : "…";
        return text.slice(0, cut) + mark + rest.join("");
      }
      end += segment.length;
      // One cell is kept free for the ellipsis.
      if (used < width) cut = end;
    }
  }
  return text;
}

/** Cuts a text at its SGR sequences: each with the plain text after it. */
function* pieces(
  text: string,
): Generator<{ sequence: string; plain: string }> {
  let sequence = "";
  let end = 0;
  for (const match of text.matchAll(SGR)) {
    yield { sequence, plain: text.slice(end, match.index) };
    sequence = match[0];
    end = match.index + sequence.length;
  }
  yield { sequence, plain: text.slice(end) };
}

/**
 * Fills a text up with spaces to a width; a text as wide or wider stays.
 *
 * @param text One line of text.
 * @param width The cells to fill.
 * @param align Which side the text keeps to.
 * @returns The text with spaces after, before or around it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.pad("22", 5, "right"), "   22");
 * ```
 */
export function pad(
  text: string,
  width: number,
  align: "left" | "right" | "center" = "left",
): string {
  const room = width - displayWidth(text);
  if (!(room > 0)) return text;
  const before = align === "left"
    ? 0
    : align === "right"
    ? room
    : Math.floor(room / 2);
  return " ".repeat(before) + text + " ".repeat(room - before);
}

/**
 * Breaks a text into lines at spaces; a word wider than a line is cut.
 * Line breaks that are there stay.
 *
 * @param text Any text.
 * @param width The cells of a line, 1 or more; a glyph of two cells takes them
 * even on a line of one.
 * @returns The lines, without spaces at the breaks; one empty line for no text.
 * @throws {RangeError} If `width` is less than 1 or not a number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.inspect.wrap("no route to host", 8), ["no route", "to host"]);
 * ```
 */
export function wrap(text: string, width: number): string[] {
  requireWidth("wrap", width, 1);
  return text.split(/\r?\n/).flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const cells = displayWidth(word);
    if (line !== "" && used + 1 + cells <= width) {
      line += ` ${word}`;
      used += 1 + cells;
      continue;
    }
    if (line !== "") lines.push(line);
    if (cells <= width) {
      line = word;
      used = cells;
    } else {
      const parts = chop(word, width);
      line = parts.pop()!;
      used = displayWidth(line);
      for (const full of parts) lines.push(full);
    }
  }
  lines.push(line);
  return lines;
}

/** Cuts a word into parts that fit, of at least one glyph each. */
function chop(word: string, width: number): string[] {
  const parts: string[] = [];
  let part = "";
  let used = 0;
  for (const { sequence, plain } of pieces(word)) {
    part += sequence;
    for (const glyph of graphemes(plain)) {
      const cells = clusterWidth(glyph);
      if (used > 0 && used + cells > width) {
        parts.push(part);
        part = "";
        used = 0;
      }
      part += glyph;
      used += cells;
    }
  }
  parts.push(part);
  return parts;
}

function requireWidth(what: string, width: number, least: number): void {
  if (!(width >= least)) {
    throw new RangeError(
      `Cannot ${what} as 'width' must be ${least} cells or more: current value is ${width}`,
    );
  }
}
