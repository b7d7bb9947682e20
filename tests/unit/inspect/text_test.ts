import assert from "node:assert/strict";
import fc from "fast-check";
import {
  displayWidth,
  graphemes,
  pad,
  truncate,
  visible,
  wrap,
} from "../../../lib/inspect/text.ts";

const FAMILY = "👩‍👩‍👧";

// deno-lint-ignore no-control-regex -- SGR begins with ESC
const SGR = /\x1b\[[\d;:]*m/g;

/** Text such as terminals meet: all of Unicode, with the odd parts made likely. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...["a", " ", "é", "e\u0301", "路", "한", "🇨🇭", "🇨", FAMILY, "👍🏽", "🏽"],
      ...[
        "❤️",
        "1️⃣",
        "\u200d",
        "\ufe0f",
        "\u200b",
        "\n",
        "\r\n",
        "\t",
        "क्षि",
        "\u0903",
      ],
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

const paintedText = fc.array(
  fc.oneof(text, fc.constantFrom("\x1b[31m", "\x1b[39m", "\x1b[1;4m")),
).map((parts) => parts.join(""));

Deno.test("displayWidth() counts the cells that terminals use", () => {
  const cases: [text: string, width: number][] = [
    ["", 0],
    ["GigabitEthernet0/1", 18],
    ["né", 2],
    ["ne\u0301", 2],
    ["\xad", 1],
    ["路由器", 6],
    ["ﾙｰﾀ", 3],
    ["ＡＢ", 4],
    ["한국", 4],
    ["\u1112\u1161\u11ab", 2],
    ["\u{20000}", 2],
    ["─┐█▏", 4],
    ["½ µs ±", 6],
    ["🚀", 2],
    ["🚀\u0903", 3],
    ["⌚", 2],
    ["❤", 1],
    ["❤\ufe0f", 2],
    ["©\ufe0f", 2],
    ["1\ufe0f\u20e3", 2],
    ["a\ufe0f", 1],
    ["👍🏽", 2],
    ["☝🏽", 2],
    [FAMILY, 2],
    ["👩🏽‍🚒", 2],
    ["🏳️‍🌈", 2],
    ["🇨🇭", 2],
    ["🇨🇭🇩🇪", 4],
    ["🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", 2],
    ["a\u200bb\u2060c\ufeff", 3],
    ["\u202eabc", 3],
    ["\u0627\u064e", 1],
    ["क", 1],
    ["\0\t\n\x1b\x7f\x9b", 0],
    ["\x1b[31mdown\x1b[39m", 4],
    ["\x1b[1;38;5;208m路\x1b[0m", 2],
    ["\x1b[m", 0],
    ["\x1b[2J", 3],
  ];
  for (const [given, width] of cases) {
    assert.equal(displayWidth(given), width, JSON.stringify(given));
  }
});

Deno.test("displayWidth() gives every emoji that shows as one two cells", () => {
  for (let code = 0x80; code <= 0x1ffff; code++) {
    const char = String.fromCodePoint(code);
    if (/\p{Emoji_Presentation}/u.test(char)) {
      assert.equal(displayWidth(char), 2, code.toString(16));
    }
  }
});

Deno.test("displayWidth() of a text is the sum over its graphemes", () => {
  fc.assert(fc.property(text, (given) => {
    const sum = graphemes(given).reduce((n, g) => n + displayWidth(g), 0);
    assert.equal(displayWidth(given), sum);
  }));
});

Deno.test("displayWidth() does not see SGR sequences", () => {
  fc.assert(fc.property(text, text, (a, b) => {
    // Kept apart, or the two ends could join to one glyph.
    const split = `${a} \x1b[1;31m ${b}`;
    assert.equal(displayWidth(split), displayWidth(`${a}  ${b}`));
  }));
});

Deno.test("graphemes() cuts a text into what readers call characters", () => {
  assert.deepEqual(graphemes(""), []);
  assert.deepEqual(graphemes("abc"), ["a", "b", "c"]);
  assert.deepEqual(graphemes(`e\u0301${FAMILY}🇨🇭\r\n`), [
    "e\u0301",
    FAMILY,
    "🇨🇭",
    "\r\n",
  ]);
});

Deno.test("graphemes() loses nothing", () => {
  fc.assert(fc.property(text, (given) => {
    assert.equal(graphemes(given).join(""), given);
  }));
});

Deno.test("visible() shows what a terminal would obey", () => {
  const cases: [given: string, shown: string][] = [
    ["plain ~", "plain ~"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\0\x07\x1b[2J\x7f", "\\x00\\x07\\x1b[2J\\x7f"],
    ["\x1b]0;owned\x07", "\\x1b]0;owned\\x07"],
    ["\x9b31m", "\\x9b31m"],
    ["\u2028\u2029", "\\u2028\\u2029"],
    ["user\u202egpj.exe", "user\\u202egpj.exe"],
    ["\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"],
    ["pay\u200bpal\ufeff", "pay\\u200bpal\\ufeff"],
    ["\ud800x\udc00", "\\ud800x\\udc00"],
    [`né 路 ${FAMILY} 🇨🇭`, `né 路 ${FAMILY} 🇨🇭`],
  ];
  for (const [given, shown] of cases) assert.equal(visible(given), shown);
});

Deno.test("visible() leaves nothing that drives a terminal", () => {
  fc.assert(fc.property(text, (given) => {
    const shown = visible(given);
    assert.doesNotMatch(shown, /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
    assert.ok(shown.isWellFormed());
    assert.equal(visible(shown), shown);
  }));
});

Deno.test("truncate() cuts what is too wide and marks the place", () => {
  const cases: [given: string, width: number, cut: string][] = [
    ["router", 6, "router"],
    ["router", 5, "rout…"],
    ["router", 1, "…"],
    ["router", 0, ""],
    ["", 0, ""],
    ["路由器", 6, "路由器"],
    ["路由器", 5, "路由…"],
    ["路由器", 4, "路…"],
    ["路由器", 1, "…"],
    ["路由器", 0, ""],
    [`a${FAMILY}b`, 4, `a${FAMILY}b`],
    [`a${FAMILY}b`, 3, "a…"],
    ["e\u0301e\u0301e\u0301", 2, "e\u0301…"],
  ];
  for (const [given, width, cut] of cases) {
    assert.equal(truncate(given, width), cut, `${given} at ${width}`);
  }
});

Deno.test("truncate() keeps the colour balanced", () => {
  const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
  assert.equal(truncate(red("down"), 3), red("do…"));
  assert.equal(truncate(red("down"), 4), red("down"));
  assert.equal(truncate(red("down"), 1), red("…"));
  assert.equal(truncate(`${red("ab")}cd`, 3), `${red("ab")}…`);
  assert.equal(truncate(`ab${red("cd")}`, 3), `ab${red("…")}`);
  assert.equal(truncate(`abcd${red("ef")}`, 3), `ab…${red("")}`);
});

Deno.test("truncate() fits, is a beginning, and keeps every SGR sequence", () => {
  fc.assert(
    fc.property(
      paintedText,
      fc.integer({ min: 0, max: 30 }),
      (given, width) => {
        const cut = truncate(given, width);
        assert.ok(displayWidth(cut) <= width);
        assert.deepEqual(cut.match(SGR), given.match(SGR));
        const [kept] = cut.replace(SGR, "").split("…");
        assert.ok(given.replace(SGR, "").startsWith(kept!));
        if (displayWidth(given) <= width) assert.equal(cut, given);
      },
    ),
  );
});

Deno.test("truncate() and wrap() refuse a width that is none", () => {
  for (const width of [-1, NaN]) {
    assert.throws(() => truncate("x", width), {
      name: "RangeError",
      message:
        `Cannot truncate as 'width' must be 0 cells or more: current value is ${width}`,
    });
  }
  assert.throws(() => wrap("x", 0), RangeError);
});

Deno.test("pad() fills with spaces on the side asked for", () => {
  assert.equal(pad("up", 5), "up   ");
  assert.equal(pad("up", 5, "right"), "   up");
  assert.equal(pad("up", 5, "center"), " up  ");
  assert.equal(pad("路", 5, "right"), "   路");
  assert.equal(pad("\x1b[31mup\x1b[39m", 3), "\x1b[31mup\x1b[39m ");
  assert.equal(pad("toolong", 3), "toolong");
});

Deno.test("wrap() breaks at spaces, and words that are wider than a line", () => {
  const cases: [given: string, width: number, lines: string[]][] = [
    ["", 5, [""]],
    ["no route to host", 20, ["no route to host"]],
    ["no route to host", 8, ["no route", "to host"]],
    ["no route to host", 7, ["no", "route", "to host"]],
    ["a  b   c", 3, ["a b", "c"]],
    ["  indented text ", 8, ["indented", "text"]],
    ["one\ntwo\r\n\nthree", 9, ["one", "two", "", "three"]],
    ["abcdefgh ij", 3, ["abc", "def", "gh", "ij"]],
    ["abcdefg ij", 3, ["abc", "def", "g", "ij"]],
    ["路由器", 3, ["路", "由", "器"]],
    ["路由", 1, ["路", "由"]],
    ["     ", 2, [""]],
  ];
  for (const [given, width, lines] of cases) {
    assert.deepEqual(wrap(given, width), lines, `${given} at ${width}`);
  }
});

Deno.test("wrap() loses no glyph, and no line is wider than asked", () => {
  fc.assert(
    fc.property(
      paintedText,
      fc.integer({ min: 2, max: 20 }),
      (given, width) => {
        const lines = wrap(given, width);
        const widest = Math.max(2, ...graphemes(given).map(displayWidth));
        for (const line of lines) {
          assert.ok(displayWidth(line) <= Math.max(width, widest));
        }
        const bare = (text: string) => text.replace(/ |\r?\n/g, "");
        assert.equal(bare(lines.join("")), bare(given));
      },
    ),
    // A modifier that a colour parts from what it would join.
    { examples: [["\u{3fffe}\u{3fffe}\x1b[31m\u{1f3fd}\u0903", 4]] },
  );
});

Deno.test("a long line wraps and truncates in linear time", () => {
  const word = "é".repeat(300_000);
  const start = performance.now();
  assert.equal(wrap(word, 80).length, 3750);
  assert.equal(displayWidth(truncate(word, 80)), 80);
  // A quadratic walk takes minutes.
  assert.ok(performance.now() - start < 30_000);
});
