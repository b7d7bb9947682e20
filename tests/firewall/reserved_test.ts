/**
 * The words that nothing can be named are those that nft refuses as names.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parse } from "../../lib/firewall/text/parse.ts";
import { reserved } from "../../lib/firewall/text/own_name.ts";
import { testUnless } from "../skip.ts";
import { nftMissing, nftOutput } from "./nft_run.ts";

testUnless(
  nftMissing(),
  "nft takes none of its own words for a name",
  async () => {
    const others = ["input", "web", "dport", "established", "x"];
    const words = [...reserved, ...others].join(" ");
    const taken = await nftOutput(
      [],
      `for word in ${words}; do
       printf 'table inet t {\\n chain %s {\\n }\\n}\\n' "$word" |
         nft -c -f - 2>/dev/null && echo "$word" || true
     done`,
    );
    assert.deepEqual(taken.trim().split("\n"), others);
  },
);

Deno.test("a name that nft would refuse is refused, and shown", () => {
  for (const name of ["mark", "v*olume"]) {
    assert.throws(() => parse(`table inet t { chain ${name} { } }`), {
      name: "ParseError",
      message: /cannot be the name of a chain: it must (be no word|begin with)/,
    });
  }
});
