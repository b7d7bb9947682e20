/**
 * TextFSM and regular expressions by chance, beside Python's.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Matcher } from "../../lib/device/textfsm/regex/matcher.ts";
import { admits } from "../../lib/device/textfsm/regex/first.ts";
import { readPattern } from "../../lib/device/textfsm/regex/read.ts";
import { NARROW } from "../../lib/device/textfsm/regex/rewrite.ts";
import { PatternError } from "../../lib/device/textfsm/regex/tokens.ts";
import { Walker } from "../../lib/device/textfsm/regex/walk.ts";
import {
  TemplateError,
  textfsm,
  TextFsmError,
} from "../../lib/device/textfsm/textfsm.ts";
import { python } from "../python.ts";
import { seed } from "../seed.ts";
import { testUnless } from "../skip.ts";
import {
  dice,
  randomLine,
  randomPattern,
  randomTemplate,
  randomText,
} from "./textfsm_dice.ts";

/** Debian's, for which there is python3-textfsm. */
const PYTHON = "/usr/bin/python3";

/** Why Python cannot be asked, if so: `(?>…)` came with 3.11. */
const absent = await python<string | null>(
  `
import json, sys
try:
    import textfsm
    said = None if sys.version_info >= (3, 11) else "python3 is older than 3.11"
except ImportError as error:
    said = str(error)
json.dump(said, sys.stdout)`,
  null,
  PYTHON,
).catch(() => `${PYTHON} does not run`) ?? undefined;

/** What it gives, or nothing if it would take for ever. */
function within<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Captures = (string | null)[];

testUnless(
  absent,
  "a regular expression matches, captures and is refused as in Python's re",
  async () => {
    const throwDice = dice(seed);
    const cases = Array.from({ length: 4_000 }, (_, i) => ({
      pattern: randomPattern(throwDice, i % 2 ? 0 : 4),
      lines: Array.from({ length: 6 }, () => randomLine(throwDice)),
    }));
    const theirs = await python<((Captures | null | "bug")[] | null)[]>(
      `
import json, re, sys, warnings
warnings.simplefilter("ignore")
def match(r, line):
    try: m = r.match(line)
    except SystemError: return "bug"
    return m and [m.group(0), *m.groups()]
def case(c):
    try: r = re.compile(c["pattern"])
    except (re.error, OverflowError): return None
    return [match(r, line) for line in c["lines"]]
json.dump([case(c) for c in json.load(sys.stdin)], sys.stdout)`,
      cases,
      PYTHON,
    );
    let matches = 0;
    for (const [i, { pattern: text, lines }] of cases.entries()) {
      const expected = theirs[i] ?? null;
      const about = `seed ${seed}: ${JSON.stringify(text)}`;
      if (expected === null) {
        assert.throws(() => readPattern(text), PatternError, about);
        continue;
      }
      const pattern = readPattern(text);
      const count = pattern.groups.length;
      const wanted = new Set(
        Array.from({ length: count - 1 }, (_, i) => i + 1),
      );
      const matcher = new Matcher(pattern, wanted);
      const walker = new Walker(pattern, wanted);
      for (const [j, line] of lines.entries()) {
        if (expected[j] === "bug") continue;
        const { matches: engine, captures } = NARROW.test(line)
          ? matcher.narrow
          : matcher.wide;
        for (
          const one of [{ engine, captures }, {
            engine: walker,
            captures: walker.captures,
          }]
        ) {
          const found = within(() => one.engine.exec(line));
          if (found === undefined) continue;
          const groups: Captures | null = found && Array(count).fill(null);
          if (found !== null && groups !== null) {
            groups[0] = found[0] ?? null;
            for (const [k, group] of one.captures.entries()) {
              if (group > 0) groups[group] = found[k + 1] ?? null;
            }
          }
          assert.deepEqual(groups, expected[j], `${about} on ${line}`);
        }
        if (expected[j] === null || !NARROW.test(line)) continue;
        matches++;
        const first = /[^\t-\r ]/.exec(line)?.[0].charCodeAt(0) ?? -1;
        const blank = /^[\t-\r ]/.test(line);
        assert.ok(admits(matcher.opening, blank, first), `${about} on ${line}`);
      }
    }
    assert.ok(matches > 1_000, `only ${matches} matches`);
  },
);

interface Answer {
  /** What Python raised: its class and message. */
  readonly error?: readonly [kind: string, message: string];
  readonly rows?: unknown[];
}

testUnless(
  absent,
  "a template by chance gives the rows and the errors of Python's textfsm, in the same line",
  async () => {
    const throwDice = dice(seed);
    const cases = Array.from({ length: 3_000 }, () => ({
      template: randomTemplate(throwDice),
      text: randomText(throwDice),
    }));
    const theirs = await python<Answer[]>(
      `
import io, json, sys, textfsm, warnings
warnings.simplefilter("ignore")
def plain(v):
    if isinstance(v, list): return [plain(w) for w in v]
    if isinstance(v, dict): return {k: plain(w) for k, w in v.items()}
    return "None" if v is None else v
def case(c):
    try:
        fsm = textfsm.TextFSM(io.StringIO(c["template"]))
        return {"rows": [plain(r) for r in fsm.ParseTextToDicts(c["text"])]}
    except Exception as error:
        return {"error": [type(error).__name__, str(error)]}
json.dump([case(c) for c in json.load(sys.stdin)], sys.stdout)`,
      cases,
      PYTHON,
    );
    const counts = { rows: 0, templates: 0, texts: 0 };
    for (const [i, { template, text }] of cases.entries()) {
      const { error, rows } = theirs[i] as Answer;
      const about = `seed ${seed}:\n${template}\n--- ${JSON.stringify(text)}`;
      if (error === undefined) {
        counts.rows += rows?.length ?? 0;
        assert.deepEqual(textfsm(template).parse(text), rows, about);
        continue;
      }
      const [kind, message] = error;
      // A list's group that took no part breaks Python itself.
      if (kind === "TypeError") continue;
      const line = Number(/Line:? (\d+)/.exec(message)?.[1] ?? NaN);
      if (kind === "TextFSMTemplateError") {
        counts.templates++;
        assert.throws(
          () => textfsm(template),
          (ours) =>
            ours instanceof TemplateError &&
            (Number.isNaN(line) || ours.line === line),
          `${about}\n${message}`,
        );
      } else {
        counts.texts++;
        assert.equal(kind, "TextFSMError", `${about}\n${message}`);
        assert.throws(
          () => textfsm(template).parse(text),
          (ours) => ours instanceof TextFsmError && ours.rule === line,
          `${about}\n${message}`,
        );
      }
    }
    assert.ok(counts.rows > 400, `only ${counts.rows} rows`);
    assert.ok(counts.templates > 200, `only ${counts.templates} refused`);
    assert.ok(counts.texts > 50, `only ${counts.texts} errors in texts`);
  },
);
