import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import {
  practiceKinds,
  type Question,
} from "../../../lib/ip/practice/practice.ts";
import { Quiz, quiz } from "../../../lib/ip/practice/quiz.ts";

Deno.test("a quiz shows the score as a table, and the next question", () => {
  const round = quiz(3, { kind: "host-count", level: 1, seed: 1 });
  assert.ok(round instanceof Quiz);
  const [first, second] = round.questions as [Question, Question, Question];
  assert.equal(round.next(), first);
  assert.deepEqual(Deno.inspect(round).split("\n"), [
    "0 of 3 done, 0 right, 0 wrong (seed 1)",
    "",
    "1. number of hosts, level 1",
    ...Deno.inspect(first).split("\n").slice(1),
  ]);
  assert.equal(round.mark("?").verdict, "unreadable");
  assert.equal(round.next(), first);
  const { expected } = round.mark(5);
  assert.ok(first.mark(expected!).correct);
  const truth = second.text.endsWith("/8?")
    ? "16777214"
    : second.text.endsWith("/16?")
    ? "65534"
    : "254";
  assert.ok(second.mark(truth).correct);
  const shown = Deno.inspect(round).split("\n");
  assert.equal(shown[0], "2 of 3 done, 1 right, 1 wrong (seed 1)");
  assert.match(shown[3]!, new RegExp(`^1  wrong +5 +${expected} +host-count$`));
  assert.match(shown[4]!, new RegExp(`^2  right +${truth} +host-count$`));
  round.mark(6);
  assert.equal(round.next(), undefined);
  assert.equal(
    Deno.inspect([round]),
    "[ quiz: 3 of 3 done, 1 right, 2 wrong ]",
  );
  assert.throws(
    () => round.mark(1),
    /all 3 questions are answered\. Try: net\.ip\.quiz\(3\)$/,
  );
  assert.deepEqual([...round], round.questions);
  const json = JSON.parse(JSON.stringify(round));
  assert.deepEqual([json.seed, json.done, json.right, json.wrong], [
    1,
    3,
    1,
    2,
  ]);
  assert.deepEqual(
    json.questions.map((
      { given, correct }: Record<string, unknown>,
    ) => [given, correct]),
    [
      ["5", false],
      [truth, true],
      ["6", false],
    ],
  );
});

Deno.test("a quiz asks every kind before one comes again", () => {
  const kinds = quiz(practiceKinds().length, { seed: 9 }).questions.map((
    { kind },
  ) => kind);
  assert.equal(new Set(kinds).size, practiceKinds().length);
  assert.equal(quiz().questions.length, 10);
  assert.equal(quiz(1000, { kind: "netmask" }).questions.length, 1000);
  for (const n of [0, -1, 1.5, 1001, NaN, Infinity]) {
    assert.throws(() => quiz(n), /'n' must be a whole number from 1 to 1000/);
  }
});

Deno.test("a quiz is painted where colour is wanted, and says the same", () => {
  const round = quiz(2, { kind: "network", seed: 1 });
  round.mark("10.0.0.0");
  for (const value of [round, [round]]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
  assert.ok(Deno.inspect(round, { colors: true }).includes("\x1b["));
});
