import assert from "node:assert/strict";
import { type Need, plan } from "../../../lib/ip/plan/plan.ts";

const REFUSED: [what: string, within: string, needs: Need[], says: RegExp][] = [
  [
    "more than there is",
    "10.0.0.0/16",
    [{ name: "b", hosts: 9000 }, { name: "a", hosts: 40_000 }],
    /: "b" needs a \/18 and finds no room, 16,384 addresses are missing in all\. Try: 10\.0\.0\.0\/15, as a \/15 would hold all$/,
  ],
  [
    "one address too much",
    "10.0.0.0/31",
    [{ name: "a", prefixLength: 31 }, { name: "b", prefixLength: 32 }],
    /: "b" needs a \/32 and finds no room, 1 address is missing in all\. Try: 10\.0\.0\.0\/30,/,
  ],
  [
    "by the name of the largest that has no room",
    "10.0.0.0/24",
    [
      { name: "tiny", prefixLength: 30 },
      { name: "first", prefixLength: 24 },
      { name: "second", prefixLength: 25 },
      { name: "third", prefixLength: 25 },
    ],
    /: "second" needs a \/25 and finds no room, 260 addresses are missing in all\. Try: 10\.0\.0\.0\/22,/,
  ],
  [
    "a need larger than the space",
    "10.1.0.0/16",
    [{ name: "a", prefixLength: 9 }],
    /: "a" needs a \/9 and .*Try: 10\.0\.0\.0\/9,/,
  ],
  [
    "free addresses in pieces too small",
    "10.0.0.0/24",
    [{ name: "old", at: "10.0.0.64/27" }, {
      name: "older",
      at: "10.0.0.192/27",
    }, {
      name: "new",
      prefixLength: 25,
    }],
    /: "new" needs a \/25 and finds no room, as what is free is in pieces too small\. Try: 10\.0\.0\.0\/23,/,
  ],
  [
    "what no space holds",
    "10.0.0.0/8",
    [{ name: "a", prefixLength: 0 }, { name: "b", hosts: 1 }],
    /Not even a \/0 would hold all$/,
  ],
  [
    "more hosts than IPv4 has",
    "10.0.0.0/8",
    [{ name: "a", hosts: 5e9 }],
    /^Cannot plan "a" as 'hosts' must be at most 4294967294 for IPv4, growth included: current value is 5000000000$/,
  ],
  [
    "more than IPv6 has",
    "::/0",
    [{ name: "a", hosts: 2n ** 128n }],
    /'hosts' must be at most/,
  ],
  [
    "no needs",
    "10.0.0.0/8",
    [],
    /'needs' must be 1 to 1048576: current value is none$/,
  ],
  ["one name twice", "10.0.0.0/8", [{ name: "a", hosts: 1 }, {
    name: "a",
    hosts: 2,
  }], /every 'name' must be there once: current value is "a" twice/],
  [
    "no hosts",
    "10.0.0.0/8",
    [{ name: "a", hosts: 0 }],
    /^Cannot plan "a" as 'hosts' must be a whole number, 1 or more .*: current value is 0$/,
  ],
  [
    "less than no hosts",
    "10.0.0.0/8",
    [{ name: "a", hosts: -5n }],
    /current value is -5$/,
  ],
  [
    "half a host",
    "10.0.0.0/8",
    [{ name: "a", hosts: 1.5 }],
    /current value is 1\.5$/,
  ],
  [
    "hosts that are no number",
    "10.0.0.0/8",
    [{ name: "a", hosts: NaN }],
    /current value is NaN$/,
  ],
  [
    "hosts beyond exact numbers",
    "::/0",
    [{ name: "a", hosts: 2 ** 60 }],
    /exact, or a bigint/,
  ],
  [
    "growth in per cent",
    "10.0.0.0/8",
    [{ name: "a", hosts: 5, growth: 20 }],
    /'growth' must be a fraction from 0 to 4, as 0\.2 for 20 %: current value is 20$/,
  ],
  ["growth below nothing", "10.0.0.0/8", [{
    name: "a",
    hosts: 5,
    growth: -0.1,
  }], /'growth'/],
  [
    "a prefix length out of range",
    "10.0.0.0/8",
    [{ name: "a", prefixLength: 33 }],
    /^Cannot plan "a" as 'prefixLength' must be an integer from 0 to 32: current value is 33$/,
  ],
  [
    "a kept subnet outside",
    "10.0.0.0/8",
    [{ name: "a", at: "11.0.0.0/24" }],
    /^Cannot plan "a" as 'at' must lie in 10\.0\.0\.0\/8: current value is 11\.0\.0\.0\/24$/,
  ],
  ["a kept subnet of the other family", "10.0.0.0/8", [{
    name: "a",
    at: "::/64",
  }], /'at' must lie in/],
  [
    "kept subnets that overlap",
    "10.0.0.0/8",
    [{ name: "a", at: "10.0.0.0/24" }, { name: "b", at: "10.0.0.128/25" }],
    /^Cannot plan "b" as 'at' must not overlap "a" \(10\.0\.0\.0\/24\): current value is 10\.0\.0\.128\/25$/,
  ],
  ["a kept subnet twice", "10.0.0.0/8", [{ name: "a", at: "10.0.0.0/24" }, {
    name: "b",
    at: "10.0.0.0/24",
  }], /must not overlap/],
  [
    "a kept subnet too small",
    "10.0.0.0/8",
    [{ name: "a", at: "10.0.0.0/28", hosts: 10, growth: 0.5 }],
    /'at' must have room for 15 hosts: current value is 10\.0\.0\.0\/28 for 14$/,
  ],
];

for (const [what, within, needs, says] of REFUSED) {
  Deno.test(`plan() refuses ${what}`, () => {
    assert.throws(() => plan(within, needs), (error: Error) => {
      assert.equal(error.name, "RangeError");
      assert.match(error.message, says);
      return true;
    });
  });
}

Deno.test("plan() refuses what is no plan at all", () => {
  const loose = plan as (...args: unknown[]) => unknown;
  const cases: [needs: unknown, says: RegExp][] = [
    ["needs", /'needs' must be an array or other iterable/],
    [undefined, /'needs' must be an array or other iterable/],
    [[undefined], /every need must be an object/],
    [["lan"], /every need must be an object/],
    [
      [{ hosts: 1 }],
      /'name' must be text, and not empty: current value is undefined/,
    ],
    [[{ name: "", hosts: 1 }], /current value is ""/],
    [[{ name: "a" }], /current value is none of them/],
    [
      [{ name: "a", hosts: 1, prefixLength: 24 }],
      /current value is hosts, prefixLength/,
    ],
    [
      [{ name: "a", at: "10.0.0.0/24", prefixLength: 24 }],
      /current value is prefixLength, at/,
    ],
    [
      [{ name: "a", prefixLength: 24, growth: 0.5 }],
      /'growth' must go with 'hosts'/,
    ],
  ];
  for (const [needs, says] of cases) {
    assert.throws(() => loose("10.0.0.0/8", needs), (error: Error) => {
      assert.equal(error.name, "TypeError");
      assert.match(error.message, says);
      return true;
    });
  }
  const one = [{ name: "a", hosts: 1 }];
  assert.throws(() => plan("10.0.0.5/8", one), { name: "ParseError" });
  assert.throws(() => plan("10.0.0.0/8", [{ name: "a", at: "10.0" }]), {
    name: "ParseError",
  });
  for (const longestPrefix of [-1, 33, 1.5]) {
    assert.throws(
      () => plan("10.0.0.0/8", one, { longestPrefix }),
      /'longestPrefix' must be/,
    );
  }
});

Deno.test("plan() does not wait for needs without end", () => {
  function* endless(): Generator<Need> {
    for (let i = 0;; i++) yield { name: `n${i}`, hosts: 1 };
  }
  assert.throws(
    () => plan("10.0.0.0/8", endless()),
    /'needs' must be 1 to 1048576: current value is more$/,
  );
});
