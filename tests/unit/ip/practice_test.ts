import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { parse } from "../../../lib/ip/address.ts";
import {
  Mark,
  practice,
  type PracticeAnswer,
  type PracticeKind,
  practiceKinds,
  Question,
} from "../../../lib/ip/practice/practice.ts";
import { type Subnet, subnet } from "../../../lib/ip/subnet.ts";

/** The first subnet that a text names, host bits cleared. */
function netIn(text: string): Subnet {
  const [net] = /[\da-f.:]+\/\d+/.exec(text)!;
  return subnet(net, { hostBits: "clear" });
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)![1]);
}

/** Answers that are none, by the form that a kind asks for. */
const UNREADABLE: [kind: PracticeKind, answer: PracticeAnswer, hint: RegExp][] =
  [
    ["network", "", /empty text/],
    ["network", "10.0.0", /only 3 of 4 octets/],
    ["network", "10.0.0.256", /octet above 255/],
    ["network", "10.0.0.0/8", /^that is a subnet: an address alone/],
    ["network", "2001:db8::", /as an IPv4 address/],
    ["network", 2n ** 32n, /./],
    ["network", -1, /./],
    ["solicited-node", "10.0.0.1", /as an IPv6 address/],
    [
      "nth-subnet",
      "10.0.0.0",
      /^the prefix length is missing: write it as in 10\.0\.0\.0\/8$/,
    ],
    ["ipv6-lan", "2001:db8::", /write it as in 2001:db8::\/32$/],
    ["nth-subnet", "10.0.0.0/33", /prefix length above 32/],
    ["nth-subnet", "x/8", /Cannot parse "x\/8" as a subnet/],
    ["prefix-length", "many", /^that is no prefix length/],
    ["prefix-length", 24.5, /^that is no prefix length/],
    [
      "prefix-length",
      "255.255.255.0",
      /^that is an address: answer with a prefix length/,
    ],
    ["host-count", "lots", /^that is no whole number/],
    ["host-count", 1.5, /^that is no whole number/],
    ["host-count", "2^129", /^that is no whole number/],
    ["host-count", NaN, /^that is no whole number/],
    ["same-subnet", "maybe", /^that is none of yes, no$/],
    ["longest-match", "D", /^that is none of A, B, C$/],
    ["longest-match", true, /^that is none of A, B, C$/],
    ["ipv6-expand", "2001", /as an IPv6 address/],
    ["network", "1".repeat(1_000_000), /^that is too long$/],
  ];

for (const [kind, answer, hint] of UNREADABLE) {
  const shown = `${answer}`.slice(0, 20);
  Deno.test(`"${kind}" takes "${shown}" for no answer, and keeps its own`, () => {
    const mark = practice({ kind, seed: 1 }).mark(answer);
    assert.equal(mark.verdict, "unreadable");
    assert.equal(mark.correct, false);
    assert.equal(mark.expected, undefined);
    assert.deepEqual(mark.working, []);
    assert.match(mark.hint!, hint);
    assert.ok(mark.given.length <= 101);
  });
}

Deno.test("an answer may be a value, or text as people write it", () => {
  const cases: [
    kind: PracticeKind,
    write: (expected: string) => PracticeAnswer[],
  ][] = [
    [
      "network",
      (
        x,
      ) => [
        parse(x),
        ` ${x}\n`,
        parse(x).toBigint(),
        Number(parse(x).toBigint()),
      ],
    ],
    [
      "nth-subnet",
      (x) => [subnet(x), `${subnet(x).network}/${subnet(x).netmask}`],
    ],
    ["prefix-length", (x) => [Number(x), BigInt(x), `/${x}`, x]],
    [
      "host-count",
      (
        x,
      ) => [
        BigInt(x),
        Number(x),
        x.replace(/\B(?=(\d{3})+$)/g, ","),
        `2^${Math.log2(Number(x) + 2)} - 2`,
        `2**${Math.log2(Number(x) + 2)}-2`,
      ],
    ],
    ["same-subnet", (x) => [x, x.toUpperCase(), x[0]!, x === "yes"]],
    ["longest-match", (x) => [x, x.toLowerCase()]],
    ["ipv6-expand", (x) => [x, x.toUpperCase()]],
    [
      "eui-64",
      (x) => [parse(x), parse(x).withZone("eth0"), parse(x).toBigint()],
    ],
  ];
  const wrong = ["0.0.0.0", "0.0.0.0/0", "0", "no", "A", "::"];
  for (const [kind, write] of cases) {
    for (let seed = 0; seed < 10; seed++) {
      const question = practice({ kind, seed });
      const expected = wrong.map((text) => question.mark(text).expected)
        .find((text) => text !== undefined)!;
      for (const answer of write(expected)) {
        assert.ok(question.mark(answer).correct, `${question.text} ${answer}`);
      }
    }
  }
});

Deno.test("a subnet with bits after its prefix is wrong, and no slip of the keys", () => {
  const mark = practice({ kind: "nth-subnet", seed: 1 }).mark("10.0.0.5/8");
  assert.equal(mark.verdict, "wrong");
  assert.equal(mark.hint, "that is no subnet: bits are set after the prefix");
});

Deno.test("mark() refuses what is neither text nor a value", () => {
  const question = practice({ kind: "network", seed: 1 });
  for (const answer of [undefined, null, {}, [], () => 1, Symbol("x")]) {
    assert.throws(() => question.mark(answer as unknown as string), {
      name: "TypeError",
      message:
        `Cannot mark as 'answer' must be text, a number, a boolean, an address or a subnet: current value is ${
          answer === null ? "null" : typeof answer
        }`,
    });
  }
});

Deno.test("practice() chooses by family and level", () => {
  const draw = (options: Parameters<typeof practice>[0]) =>
    Array.from({ length: 200 }, (_, seed) => practice({ ...options, seed }));
  assert.deepEqual(
    new Set(draw({ family: 6 }).map(({ family }) => family)),
    new Set([6]),
  );
  assert.equal(
    new Set(draw({}).map(({ kind }) => kind)).size,
    practiceKinds().length,
  );
  const easy = draw({ level: 1 });
  assert.ok(easy.every(({ level, kind }) => level === 1 && kind !== "vlsm"));
  assert.deepEqual(
    new Set(draw({ kind: "vlsm" }).map(({ level }) => level)),
    new Set([3]),
  );
  assert.ok(practice() instanceof Question);
  assert.ok(
    new Set(Array.from({ length: 20 }, () => practice().seed)).size > 1,
  );
});

Deno.test("the level decides where addresses are cut", () => {
  const lengths = (level: 1 | 2 | 3) =>
    new Set(
      Array.from({ length: 100 }, (_, seed) =>
        numberIn(practice({ kind: "network", level, seed }).text, /\/(\d+)/)),
    );
  assert.deepEqual([...lengths(1)].sort((a, b) => a - b), [8, 16, 24]);
  assert.ok([...lengths(2)].every((n) => n > 24 && n < 31));
  assert.ok([...lengths(3)].every((n) => n > 8 && n < 24 && n !== 16));
});

Deno.test("practice() refuses options that leave no question", () => {
  const loose = practice as (options: unknown) => unknown;
  const cases: [options: unknown, name: string, says: RegExp][] = [
    [
      { kind: "vslm" },
      "TypeError",
      /'kind' must be one of network, .*: current value is vslm$/,
    ],
    [{ kind: "toString" }, "TypeError", /'kind' must be one of/],
    [
      { family: 5 },
      "TypeError",
      /'family' must be 4 or 6: current value is 5$/,
    ],
    [
      { level: 4 },
      "RangeError",
      /'level' must be 1, 2 or 3: current value is 4$/,
    ],
    [{ level: "2" }, "RangeError", /'level' must be/],
    [{ seed: -1 }, "RangeError", /'seed' must be an integer/],
    [{ seed: "x" }, "RangeError", /'seed' must be an integer/],
    [
      { kind: "vlsm", level: 1 },
      "RangeError",
      /as 'vlsm' is about IPv4, from level 3 on: current family is any, level 1$/,
    ],
    [
      { kind: "vlsm", family: 6 },
      "RangeError",
      /current family is 6, level any$/,
    ],
  ];
  for (const [options, name, says] of cases) {
    assert.throws(() => loose(options), (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, says);
      return true;
    });
  }
});

Deno.test("a question shows what is asked, how to answer, and how to have it again", () => {
  const question = practice({ kind: "network", level: 3, seed: 4 });
  assert.deepEqual(Deno.inspect(question).split("\n"), [
    "network address, level 3",
    `  ${question.text}`,
    '  .mark(…) takes an IPv4 address; kind "network", seed 4',
  ]);
  assert.equal(
    Deno.inspect([question]).replace(/\s+/g, " "),
    `[ ${question.text} ]`,
  );
  assert.deepEqual(
    JSON.parse(
      JSON.stringify(practice({ kind: "network", seed: 2n ** 64n - 1n })),
    ).seed,
    `${2n ** 64n - 1n}`,
  );
});

Deno.test("the way to an IPv6 answer has the digits of the prefix apart", () => {
  const { working } = practice({ kind: "ipv6-lan", seed: 1 }).mark("::/0");
  const digits = "[0-9a-f]{4}";
  const half = `${digits}(:${digits}){3}`;
  assert.match(working[0]!, new RegExp(`^host {5}${half}\\|${half}$`));
  assert.match(
    working[1]!,
    new RegExp(`^network {2}${half}\\|0000(:0000){3}$`),
  );
});

Deno.test("questions with few answers do not always have the same one", () => {
  for (const kind of ["same-subnet", "longest-match"] as const) {
    const answers = Array.from({ length: 60 }, (_, seed) => {
      const question = practice({ kind, seed });
      return question.mark(kind === "same-subnet" ? "yes" : "A").expected;
    });
    const counts = Map.groupBy(answers, (answer) => answer);
    assert.equal(counts.size, kind === "same-subnet" ? 2 : 3);
    for (const { length } of counts.values()) assert.ok(length > 9, kind);
  }
});

Deno.test("a mark shows the verdict, the slip, the answer and the way to it in bits", () => {
  const question = practice({ kind: "network", level: 3, seed: 4 });
  const net = netIn(question.text);
  const shown = Deno.inspect(question.mark(net.broadcast)).split("\n");
  assert.deepEqual(shown.slice(0, 3), [
    `Wrong: ${net.broadcast}`,
    "  that is the broadcast address: its host bits are all one",
    `It is ${net.network}`,
  ]);
  assert.match(shown[3]!, /^ {2}host {7}[01.|]{36} {2}\d/);
  assert.equal(
    shown[5],
    `  network    ${net.format("binary")}  ${net.network}`,
  );
  assert.equal(shown.at(-1), "  clear all host bits");
  const right = Deno.inspect(question.mark(net.network)).split("\n");
  assert.equal(right[0], `Right: ${net.network}`);
  assert.ok(!right.some((line) => line.startsWith("It is")));
  assert.deepEqual(Deno.inspect(question.mark("10.0\x1b[2J.0")).split("\n"), [
    "No answer: 10.0\\x1b[2J.0",
    '  Cannot parse "10.0\\u001b[2J.0" as an IPv4 address: character other than 0-9',
    "  and '.' at offset 4",
  ]);
  assert.equal(
    Deno.inspect([question.mark(net.network)]),
    `[ Right: ${net.network} ]`,
  );
  const { hint, ...json } = JSON.parse(
    JSON.stringify(question.mark(net.network)),
  );
  assert.equal(hint, undefined);
  assert.deepEqual(Object.keys(json), [
    "correct",
    "verdict",
    "given",
    "expected",
    "working",
  ]);
});

Deno.test("questions and marks are painted where colour is wanted, and say the same", () => {
  const question = practice({ kind: "network", seed: 1 });
  const values = [
    question,
    question.mark("1"),
    question.mark("10.0.0.0"),
  ];
  for (const value of values) {
    const painted = Deno.inspect(value, { colors: true });
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
  assert.ok(question.mark("1") instanceof Mark);
  assert.ok(Deno.inspect(question, { colors: true }).includes("\x1b["));
});
