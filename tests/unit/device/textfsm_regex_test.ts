import assert from "node:assert/strict";
import { admits } from "../../../lib/device/textfsm/regex/first.ts";
import { Matcher } from "../../../lib/device/textfsm/regex/matcher.ts";
import { readPattern } from "../../../lib/device/textfsm/regex/read.ts";
import { NARROW } from "../../../lib/device/textfsm/regex/rewrite.ts";
import { Walker } from "../../../lib/device/textfsm/regex/walk.ts";

/** What Python's re.match gives: the whole and its groups, or nothing. */
function match(text: string, line: string): (string | null)[] | null {
  const pattern = readPattern(text);
  const groups = pattern.groups.slice(1).map((_, i) => i + 1);
  const { matches, captures } = new Matcher(
    pattern,
    new Set(groups),
  )[NARROW.test(line) ? "narrow" : "wide"];
  const found = matches.exec(line);
  return found && [
    found[0] ?? null,
    ...groups.map((group) => found[captures.indexOf(group) + 1] ?? null),
  ];
}

/** Taken from Python 3.11. */
const MATCHES: readonly [
  pattern: string,
  line: string,
  groups: (string | null)[] | null,
][] = [
  ["(?P<n>a)(?P=n)", "aa", ["aa", "a"]],
  ["a++a", "aaa", null],
  ["(?>a+)b", "aab", ["aab"]],
  ["(?>a|ab)c", "abc", null],
  ["a{,2}", "aaa", ["aa"]],
  ["a{", "a{", ["a{"]],
  ["x{1,y}", "x{1,y}", ["x{1,y}"]],
  ["[]a]+", "]a", ["]a"]],
  ["[[a]+", "[a", ["[a"]],
  ["[a-]+", "a-", ["a-"]],
  ["\\Aab\\Z", "ab", ["ab"]],
  ["(?i)ÉCLAIR", "éclair", ["éclair"]],
  ["(?i:a)b", "Ab", ["Ab"]],
  ["(?i:a)b", "AB", null],
  ["(?i)a(?-i:b)", "AB", null],
  ["(?x) a b # c", "ab", ["ab"]],
  ["a(?#no)b", "ab", ["ab"]],
  ["(?<=a)b|a(?<=a)b", "ab", ["ab"]],
  ["(?<!a)b", "b", ["b"]],
  ["\\x41\\u0042\\U00000043\\104", "ABCD", ["ABCD"]],
  ["(a)?(?(1)b|c)", "ab", ["ab", "a"]],
  ["(a)?(?(1)b|c)", "c", ["c", null]],
  ["(?:(a)|(b))*", "ab", ["ab", "a", "b"]],
  ["(a*)*", "aa", ["aa", ""]],
  ["(a*)?", "b", ["", ""]],
  ["(?:(a)|b)\\1", "b", null],
  ["\\B", "", null],
  ["\\w+\\b", "naïve", ["naïve"]],
  ["\\d", "٣", ["٣"]],
  ["(?a:\\d)", "٣", null],
  ["\\s", "\u00a0", ["\u00a0"]],
  ["\\s", "\ufeff", null],
  ["[^\\W\\d]+", "é1", ["é"]],
  [".", "😀", ["😀"]],
  ["[😀-😎]", "😃", ["😃"]],
];

Deno.test("regular expressions match and capture as Python's do", () => {
  for (const [pattern, line, groups] of MATCHES) {
    assert.deepEqual(match(pattern, line), groups, `${pattern} on ${line}`);
  }
});

const REFUSED: readonly [pattern: string, says: RegExp, at: number][] = [
  ["a**", /multiple repeat/, 2],
  ["*a", /nothing to repeat/, 0],
  ["^*", /nothing to repeat/, 1],
  ["a{2,1}", /min repeat greater than max/, 2],
  ["(a", /missing \), unterminated subpattern/, 0],
  ["a)", /unbalanced parenthesis/, 1],
  ["[a", /unterminated character set/, 0],
  ["[b-a]", /bad character range b-a/, 1],
  ["[a-\\d]", /bad character range/, 1],
  ["\\q", /bad escape \\q/, 0],
  ["a\\", /end of pattern/, 1],
  ["\\x4", /incomplete escape/, 0],
  ["(?<=a+)b", /fixed-width/, 0],
  ["(?P<1>a)", /bad character in group name '1'/, 4],
  ["(?P<a>a)(?P<a>b)", /redefinition of group name 'a'/, 8],
  ["(?P=a)", /unknown group name 'a'/, 4],
  ["(a\\1)", /open group/, 2],
  ["\\1", /invalid group reference 1/, 0],
  ["(?(2)a)", /invalid group reference 2/, 3],
  ["(?<a>b)", /unknown extension \?<a/, 2],
  ["a(?i)b", /write \(\?i:…\)/, 1],
  ["(?L)a", /cannot use 'L'/, 2],
  ["(?au)a", /incompatible/, 2],
  ["\\N{DASH}", /by name .* not known here/, 0],
  ["(".repeat(400), /nested too deeply/, 301],
];

Deno.test("regular expressions that Python refuses are refused, with the place", () => {
  for (const [pattern, message, at] of REFUSED) {
    assert.throws(() => readPattern(pattern), { message, at }, pattern);
  }
});

Deno.test("what JavaScript has no words for is walked, all else is not", () => {
  const engine = (text: string) => {
    const pattern = readPattern(text);
    const wanted = new Set(pattern.groups.keys().drop(1));
    return new Matcher(pattern, wanted).narrow.matches;
  };
  for (const text of ["(a)?(?(1)b)", "(?:(a)|b)\\1", "(?:(a)|b)*"]) {
    assert.ok(engine(text) instanceof Walker, text);
  }
  for (const text of ["(a)\\1", "(?>a+)b++", "(?i:(a))?", "(?:(a)b)*"]) {
    assert.ok(engine(text) instanceof RegExp, text);
  }
});

Deno.test("a line that begins as none that match is not tried", () => {
  const opens = (text: string, line: string) => {
    const matcher = new Matcher(readPattern(text), new Set());
    const blank = /^\s/.test(line);
    return admits(
      matcher.opening,
      blank,
      /\S/.exec(line)?.[0].charCodeAt(0) ?? -1,
    );
  };
  assert.equal(opens("^Vlan", "Vlan 1"), true);
  assert.equal(opens("^Vlan", "Port 1"), false);
  assert.equal(opens("^Vlan", " Vlan 1"), false);
  assert.equal(opens("^\\s*Vlan", "  Vlan 1"), true);
  assert.equal(opens("^\\s+Vlan", "Vlan 1"), false);
  assert.equal(opens("^(\\s+)(?:[0-9]|x)", "  y"), false);
  assert.equal(opens("^[\\s\\d]+x", "  x"), true);
  assert.equal(opens("^(?i:v)lan", "VLAN"), true);
  assert.equal(opens("^\\s*$", ""), true);
  assert.equal(opens("^.", ""), false);
});
