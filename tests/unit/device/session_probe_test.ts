import assert from "node:assert/strict";
import type { Channel } from "../../../lib/device/channel.ts";
import { Proof } from "../../../lib/device/probe.ts";
import { seeded } from "../../../lib/random.ts";

const PROMPT = { text: "r1#", mode: "exec", host: "r1", context: undefined };

Deno.test("no proof begins as one before it: the answer to that may still come", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seeded(seed);
    const typed: number[] = [];
    const proof = new Proof(
      {
        serial: 0,
        draw: () => random(),
        probe: (blanks: readonly number[]) => {
          assert.ok(!typed.includes(blanks[0]!), `${typed}, then ${blanks}`);
          typed.push(...blanks);
        },
      } as unknown as Channel,
    );
    while (proof.mayType) proof.type(PROMPT);
    assert.equal(typed.length, 12);
  }
});
