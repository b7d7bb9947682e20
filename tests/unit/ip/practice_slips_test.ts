import assert from "node:assert/strict";
import { Address, parse } from "../../../lib/ip/address.ts";
import {
  practice,
  type PracticeAnswer,
  type PracticeKind,
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

type Slips = [
  name: string,
  answer: (text: string) => PracticeAnswer | undefined,
  hint: RegExp,
][];

/** For each kind slips that people make, and what is to be said of them. */
const SLIPS: Partial<Record<PracticeKind, Slips>> = {
  "network": [
    [
      "the broadcast address",
      (text) => netIn(text).broadcast,
      /^that is the broadcast address/,
    ],
    ["the first host", (text) => netIn(text).first, /^that is the first host/],
    [
      "the host",
      (text) => /that (\S+)\//.exec(text)![1]!,
      /^that is the host itself|^that is the (first|last) host|^one bit too/,
    ],
  ],
  "broadcast": [
    [
      "the network address",
      (text) => netIn(text).network,
      /^that is the network address/,
    ],
    ["the last host", (text) => netIn(text).last, /^that is the last host/],
    [
      "one bit too few",
      (text) => netIn(text).parent().broadcast,
      /^one bit too short/,
    ],
  ],
  "first-host": [
    [
      "the network address",
      (text) => netIn(text).network,
      /^that is the network address/,
    ],
  ],
  "last-host": [
    [
      "the broadcast address",
      (text) => netIn(text).broadcast,
      /^that is the broadcast address/,
    ],
  ],
  "host-count": [
    [
      "all addresses",
      (text) => netIn(text).size,
      /^you counted the network and broadcast addresses too$/,
    ],
    ["one less", (text) => netIn(text).size - 1n, /^not one but two/],
  ],
  "netmask": [
    [
      "the wildcard",
      (text) => subnet("0.0.0.0", numberIn(text, /(\d+)\?/)).wildcard,
      /^that mask is the wildcard/,
    ],
    [
      "a longer one",
      (text) => subnet("0.0.0.0", numberIn(text, /(\d+)\?/) + 1).netmask,
      /^one bit too long/,
    ],
    [
      "a shorter one",
      (text) => subnet("0.0.0.0", numberIn(text, /(\d+)\?/) - 1).netmask,
      /^one bit too short/,
    ],
  ],
  "wildcard": [
    [
      "the netmask",
      (text) => subnet("0.0.0.0", numberIn(text, /(\d+)\?/)).netmask,
      /^that mask is the netmask/,
    ],
  ],
  "smallest-prefix": [
    [
      "all addresses counted",
      (text) => 32 - Math.ceil(Math.log2(numberIn(text, /for (\d+) hosts/))),
      /^one bit too long: of its \d+ addresses 2 are not for hosts/,
    ],
  ],
  "subnet-number": [
    ["counted from 1", (text) => {
      const [, length, host] = /\/(\d+), .* host (\S+)\?/.exec(text)!;
      const from = netIn(text).network.distance(host!);
      return from / 2n ** BigInt(32 - Number(length)) + 1n;
    }, /^one too many: the first is number 0/],
  ],
  "summarise": [
    ["one of the four", netIn, /^that is one of the four/],
  ],
  "ipv6-count": [
    [
      "two set apart",
      (text) => 2n ** BigInt(64 - netIn(text).prefixLength) - 2n,
      /^nothing is set apart/,
    ],
    [
      "the bits",
      (text) => 64 - netIn(text).prefixLength,
      /^those are the bits/,
    ],
  ],
  "ipv6-nth-subnet": [
    [
      "decimal digits as hex",
      (text) =>
        netIn(text).split(64).at(
          parseInt(/number (\d+)\?/.exec(text)![1]!, 16),
        ),
      /^groups are hexadecimal/,
    ],
  ],
  "ipv6-compress": [
    [
      "all digits",
      (text) => /write (\S+)\?/.exec(text)![1]!,
      /^the same address, but not as RFC 5952/,
    ],
    [
      "capitals",
      (text) => `${parse(/write (\S+)\?/.exec(text)![1]!)}`.toUpperCase(),
      /^the same address, but RFC 5952 §4.3 wants lower case/,
    ],
  ],
  "ipv6-expand": [
    [
      "the short form",
      (text) => /Write (\S+) with/.exec(text)![1]!,
      /^the same address, but not with all its digits/,
    ],
  ],
  "eui-64": [
    ["the bit not turned over", (text) => {
      const [a, b, c, d, e, f] = /address (\S+) form/.exec(text)![1]!.split(
        ":",
      );
      return `fe80::${a}${b}:${c}ff:fe${d}:${e}${f}`;
    }, /^turn over the universal\/local bit/],
    ["48 bits", (text) => {
      const [a, b, c, d, e, f] = /address (\S+) form/.exec(text)![1]!.split(
        ":",
      );
      return `fe80::${a}${b}:${c}${d}:${e}${f}`;
    }, /ff:fe goes into the middle/],
  ],
  "solicited-node": [
    ["16 bits", (text) => {
      const host = parse(/for (\S+) go/.exec(text)![1]!);
      return Address.fromBigint(
        (0xff02n << 112n) + 0x1ff000000n + (host.toBigint() & 0xffffn),
        6,
      );
    }, /^24 bits of the address are taken, not 16/],
  ],
};

for (const [kind, slips] of Object.entries(SLIPS) as [PracticeKind, Slips][]) {
  for (const [name, answer, hint] of slips) {
    Deno.test(`"${kind}" knows the slip of ${name}`, () => {
      let met = 0;
      for (let seed = 0; seed < 60; seed++) {
        const question = practice({ kind, seed });
        const given = answer(question.text);
        if (given === undefined) continue;
        const mark = question.mark(given);
        // By chance what is wrong as a rule may be right.
        if (mark.correct) continue;
        assert.match(mark.hint ?? "no hint", hint, `${question.text} ${given}`);
        assert.equal(mark.verdict, "wrong");
        met++;
      }
      assert.ok(met > 10, `met ${met} times`);
    });
  }
}

Deno.test("a route that matches is told from one that does not", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const question = practice({ kind: "longest-match", seed });
    for (const letter of ["A", "B", "C"]) {
      const { correct, hint } = question.mark(letter);
      if (!correct) seen.add(hint!.replace(/:?,? ?[\d.]+(\/\d+)?/g, "#"));
    }
  }
  assert.deepEqual(
    [...seen].map((hint) => hint.slice(0, 24)).sort(),
    [
      "that route does not matc",
      "that route matches, but#",
    ].map((text) => text.slice(0, 24)).sort(),
  );
});
