// Every question answered a second time, from its text alone, by arithmetic on
// bigints that shares nothing with lib/ip.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  practice,
  type PracticeAnswer,
  type PracticeKind,
  practiceKinds,
  type PracticeLevel,
  type Question,
} from "../../lib/ip/practice/practice.ts";
import { quiz } from "../../lib/ip/practice/quiz.ts";

const RUNS = 200;
const seeds = fc.oneof(fc.nat(10_000), fc.bigInt(0n, 2n ** 64n - 1n));
const levels = fc.constantFrom<(PracticeLevel | undefined)[]>(
  undefined,
  1,
  2,
  3,
);

const ALL = 2n ** 32n - 1n;

function v4(text: string): bigint {
  return text.split(".").reduce((n, octet) => n * 256n + BigInt(octet), 0n);
}

function quad(n: bigint): string {
  return [24n, 16n, 8n, 0n].map((by) => n >> by & 255n).join(".");
}

function v6(text: string): bigint {
  const [head, tail] = text.split("::").map((half) =>
    half === "" ? [] : half.split(":")
  ) as [string[], string[] | undefined];
  const zeros = new Array<string>(8 - head.length - (tail ?? []).length).fill(
    "0",
  );
  const groups = tail === undefined ? head : [...head, ...zeros, ...tail];
  assert.equal(groups.length, 8);
  return groups.reduce((n, group) => n << 16n | BigInt(`0x${group}`), 0n);
}

function groupsOf(n: bigint): string[] {
  return Array.from(
    { length: 8 },
    (_, i) => (n >> BigInt(112 - 16 * i) & 0xffffn).toString(16),
  );
}

/** RFC 5952 by its rules: the longest run of zero groups, the first of equals. */
function shortest(n: bigint): string {
  const text = groupsOf(n).join(":");
  const runs = text.match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((a, b) => b.length > a.length ? b : a, "");
  if (longest === "") return text;
  const at = text.search(new RegExp(`\\b${longest}\\b`));
  return `${text.slice(0, at).replace(/:$/, "")}::${
    text.slice(at + longest.length).replace(/^:/, "")
  }`;
}

const maskOf = (length: number) => ALL ^ (2n ** BigInt(32 - length) - 1n);

/** The numbers after a pattern's groups, taken from a question's text. */
function parts(question: string, pattern: RegExp): string[] {
  const found = pattern.exec(question);
  assert.ok(found, question);
  return found.slice(1);
}

function endsOf(question: string): [low: bigint, high: bigint] {
  const [host, length] = parts(question, /that (\S+)\/(\d+) is on/) as [
    string,
    string,
  ];
  const low = v4(host) & maskOf(Number(length));
  return [low, low | ALL ^ maskOf(Number(length))];
}

/** The subnet's text, for its lowest address and its length in bits. */
const cidr = (low: bigint, length: number | bigint) => `${quad(low)}/${length}`;

const ORACLES: Record<PracticeKind, (text: string) => PracticeAnswer> = {
  "network": (text) => quad(endsOf(text)[0]),
  "broadcast": (text) => quad(endsOf(text)[1]),
  "first-host": (text) => quad(endsOf(text)[0] + 1n),
  "last-host": (text) => quad(endsOf(text)[1] - 1n),
  "host-count": (text) => {
    const [length] = parts(text, /\/(\d+)\?$/);
    return 2n ** BigInt(32 - Number(length)) - 2n;
  },
  "netmask": (text) => quad(maskOf(Number(parts(text, /(\d+)\?$/)[0]))),
  "wildcard": (text) => quad(ALL ^ maskOf(Number(parts(text, /(\d+)\?$/)[0]))),
  "prefix-length": (text) => {
    const [mask] = parts(text, /netmask (\S+)\?$/);
    return v4(mask!).toString(2).replaceAll("0", "").length;
  },
  "same-subnet": (text) => {
    const [a, b, length] = parts(text, /Is (\S+) on .* host (\S+)\/(\d+)\?/);
    const mask = maskOf(Number(length));
    return (v4(a!) & mask) === (v4(b!) & mask);
  },
  "smallest-prefix": (text) => {
    const hosts = Number(parts(text, /for (\d+) hosts/)[0]);
    let length = 30;
    while (2 ** (32 - length) - 2 < hosts) length--;
    return length;
  },
  "split": (text) => {
    const [from, count] = parts(
      text,
      /\/(\d+) is to be cut into at least (\d+)/,
    );
    let length = Number(from);
    while (2 ** (length - Number(from)) < Number(count)) length++;
    return length;
  },
  "subnet-number": (text) => {
    const [net, length, host] = parts(
      text,
      /^(\S+)\/\d+ is cut into subnets of \/(\d+),.* host (\S+)\?/,
    );
    return (v4(host!) - v4(net!)) / 2n ** BigInt(32 - Number(length));
  },
  "nth-subnet": (text) => {
    const [net, length, place] = parts(
      text,
      /^(\S+)\/\d+ is cut into subnets of \/(\d+),.* number (\d+)\?/,
    );
    const size = 2n ** BigInt(32 - Number(length));
    return cidr(v4(net!) + BigInt(place!) * size, Number(length));
  },
  "summarise": (text) => {
    const nets = text.match(/[\d.]+\/\d+/g)!.map((net) => net.split("/"));
    assert.equal(nets.length, 4);
    const low = v4(nets[0]![0]!);
    const high = v4(nets[3]![0]!) + 2n ** BigInt(32 - Number(nets[3]![1])) - 1n;
    let length = 32;
    while ((low & maskOf(length)) !== (high & maskOf(length))) length--;
    return cidr(low & maskOf(length), length);
  },
  "longest-match": (text) => {
    const [target] = parts(text, /packet to (\S+) take/);
    const best = [...text.matchAll(/([ABC]) ([\d.]+)\/(\d+)/g)]
      .map(([, letter, net, length]) => ({
        letter,
        net,
        length: Number(length),
      }))
      .filter(({ net, length }) =>
        (v4(target!) & maskOf(length)) === (v4(net!) & maskOf(length))
      ).sort((a, b) => b.length - a.length)[0];
    return best!.letter!;
  },
  "vlsm": (text) => {
    const [net, list, wanted] = parts(
      text,
      /^(\S+)\/\d+ is shared.* for ([\d, ]+) hosts\. .* the (\d+) hosts/,
    );
    let low = v4(net!);
    for (const hosts of list!.split(", ").map(Number).sort((a, b) => b - a)) {
      let size = 4n;
      while (Number(size) - 2 < hosts) size *= 2n;
      if (hosts === Number(wanted)) {
        return cidr(low, 33 - size.toString(2).length);
      }
      low += size;
    }
    throw new Error(text);
  },
  "ipv6-lan": (text) => {
    const host = v6(parts(text, /host (\S+) on/)[0]!);
    return `${shortest(host >> 64n << 64n)}/64`;
  },
  "ipv6-count": (text) => 2n ** (64n - BigInt(parts(text, /\/(\d+) have/)[0]!)),
  "ipv6-nth-subnet": (text) => {
    const [net, place] = parts(text, /of (\S+)\/\d+ are.* number (\d+)/);
    return `${shortest(v6(net!) + (BigInt(place!) << 64n))}/64`;
  },
  "ipv6-compress": (text) => shortest(v6(parts(text, /write (\S+)\?/)[0]!)),
  "ipv6-expand": (text) =>
    groupsOf(v6(parts(text, /Write (\S+) with/)[0]!))
      .map((group) => group.padStart(4, "0")).join(":"),
  "eui-64": (text) => {
    const mac = BigInt(
      `0x${parts(text, /address ([\da-f:]+) form/)[0]!.replaceAll(":", "")}`,
    );
    const id = mac >> 24n << 40n | 0xfffen << 24n | mac & 0xffffffn;
    return shortest(0xfe80n << 112n | id ^ 1n << 57n);
  },
  "solicited-node": (text) => {
    const host = v6(parts(text, /for (\S+) go/)[0]!);
    return shortest(v6("ff02::1:ff00:0") | host & 0xffffffn);
  },
};

for (const kind of practiceKinds()) {
  Deno.test(`"${kind}" has the answer that its text leads to`, () => {
    fc.assert(
      fc.property(seeds, levels, (seed, level) => {
        let question: Question;
        try {
          question = practice({ kind, seed, level });
        } catch (error) {
          // Some kinds begin above level 1.
          assert.ok(
            error instanceof RangeError && level !== undefined && level < 3,
          );
          return;
        }
        const answer = ORACLES[kind](question.text);
        const mark = question.mark(answer);
        assert.ok(
          mark.correct,
          `${question.text} ${answer}, not ${mark.expected}`,
        );
        assert.equal(mark.verdict, "right");
        assert.equal(mark.hint, undefined);
        assert.ok(mark.working.length > 0);
        assert.ok(question.mark(mark.expected!).correct);
        const again = practice({ kind, seed, level });
        assert.equal(again.text, question.text);
        assert.deepEqual(again.mark(answer), mark);
      }),
      { numRuns: RUNS },
    );
  });
}

Deno.test("a question of any kind comes again from its seed, kind and level", () => {
  fc.assert(
    fc.property(seeds, levels, (seed, level) => {
      const question = practice({ seed, level });
      assert.ok(level === undefined || question.level === level);
      assert.deepEqual(practice({ seed, level }), question);
      const { kind } = question;
      const same = practice({ seed, kind, level: question.level });
      assert.equal(same.text, question.text);
    }),
  );
});

Deno.test("neither the prompt nor JSON gives an answer away", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const question = practice({ seed });
      const answer = `${
        question.mark(ORACLES[question.kind](question.text)).expected
      }`;
      const known = `${question.text} ${question.answerWith} ${question.kind}`;
      for (const shown of [Deno.inspect(question), JSON.stringify(question)]) {
        // Numbers and letters are bound to be somewhere; addresses are not.
        if (/[.:]/.test(answer) && !known.includes(answer)) {
          assert.ok(!shown.includes(answer), shown);
        }
      }
      assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(question))), [
        "kind",
        "family",
        "level",
        "seed",
        "text",
        "answerWith",
      ]);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("a quiz counts what is right and what is wrong", () => {
  const answers = fc.array(fc.constantFrom("right", "wrong", "none"), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      seeds,
      answers,
      fc.integer({ min: 1, max: 12 }),
      (seed, answers, n) => {
        const round = quiz(n, { seed });
        let [right, wrong] = [0, 0];
        for (const answer of answers) {
          const next = round.next();
          if (next === undefined) break;
          const truth = ORACLES[next.kind](next.text);
          if (answer === "none") round.mark("?");
          else if (answer === "right") {
            round.mark(truth);
            right++;
          } else {
            round.mark(readableButWrong(next, truth));
            wrong++;
          }
        }
        assert.deepEqual([round.right, round.wrong], [right, wrong]);
        assert.equal(round.done, right + wrong);
        assert.equal(round.next() === undefined, round.done === n);
        assert.equal(
          JSON.stringify(quiz(n, { seed }).questions),
          JSON.stringify(round.questions),
        );
      },
    ),
    { numRuns: RUNS },
  );
});

/** An answer of the form asked for that is not the right one. */
function readableButWrong(
  { kind, family }: Question,
  truth: PracticeAnswer,
): PracticeAnswer {
  if (typeof truth === "boolean") return !truth;
  if (typeof truth === "number" || typeof truth === "bigint") {
    return Number(truth) === 77 ? 78 : 77;
  }
  if (kind === "longest-match") return truth === "A" ? "B" : "A";
  const address = family === 4 ? "1.1.1.1" : "::";
  return `${truth}`.includes("/")
    ? `${address}/${family === 4 ? 32 : 128}`
    : address;
}
