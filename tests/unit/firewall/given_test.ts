import assert from "node:assert/strict";
import * as firewall from "../../../lib/firewall/mod.ts";

const text = "table inet f { chain c { drop; } }";
const ruleset = firewall.parse(text);

/** What takes a ruleset, or its tables. */
const TAKERS: Readonly<Record<string, (given: never) => unknown>> = {
  "diff before": (given) => firewall.diff(given, ruleset),
  "diff after": (given) => firewall.diff(ruleset, given),
  "compare before": (given) =>
    firewall.compare(given, ruleset, { hook: "input" }),
  "compare after": (given) =>
    firewall.compare(ruleset, given, { hook: "input" }),
  reach: (given) => firewall.reach(given, { hook: "input" }),
  shadowed: (given) => firewall.shadowed(given),
  "iptables.format": (given) => firewall.iptables.format(given),
  format: (given) => firewall.format(given),
  writeJson: (given) => firewall.writeJson(given),
  compile: (given) => firewall.compile(given),
};

for (const [name, take] of Object.entries(TAKERS)) {
  Deno.test(`${name} says that something is no ruleset`, () => {
    for (const given of [text, undefined, null, 5, {}, [5], { tables: [5] }]) {
      assert.throws(() => take(given as never), {
        name: "TypeError",
        message:
          /^Cannot .* must be a (ruleset|list of tables).*current value/s,
      });
    }
  });
}

Deno.test("a text where a ruleset is meant is told how it becomes one", async () => {
  const message = /net\.firewall\.parse\(text\)/;
  assert.throws(() => firewall.diff(text as never, ruleset), { message });
  await assert.rejects(firewall.check({} as never), {
    message: /^Cannot check rules as 'ruleset' must be a ruleset/,
  });
});
