/** A million packets changed at random: none throws, hangs or takes long. */

import assert from "node:assert/strict";
import { captures, say } from "./corpus.ts";
import { fuzz } from "./fuzz.ts";

const SEED = 4;

Deno.test({
  name: "1,000,000 packets changed at random neither throw nor take long",
  ignore: captures.length === 0,
  async fn() {
    const { count, each, longest, failures } = await fuzz(1_000_000, SEED);
    say(
      `${count} changed packets, ${(each * 1000).toFixed(1)} µs each, ` +
        `longest ${longest.toFixed(2)} ms`,
    );
    assert.deepEqual(failures, []);
  },
});
