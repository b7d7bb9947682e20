/**
 * What a caller gets wrong is told before a lab comes up: without permissions,
 * as here, whatever comes later is another error.
 *
 * @module
 */

import assert from "node:assert/strict";
import { draw } from "../../../lib/lab/draw/draw.ts";
import { readyMade } from "../../../lib/lab/lab_topology.ts";
import { probe } from "../../../lib/lab/probe.ts";
import { Reachability } from "../../../lib/lab/reachability.ts";
import { up } from "../../../lib/lab/up.ts";

/** Nothing is allowed, so that a check that fails one day does no harm here. */
function barred(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

barred("up() refuses options that are none", async () => {
  for (
    const [options, message] of [
      [{ timeOut: 5 }, /did you mean "timeout"/],
      [{ timeout: "5" }, /'timeout' must be a number: current value is "5"/],
      [{ count: 3 }, /Try: net\.lab\.up\(net\.lab\.readyMade/],
      [{ log: true }, /'log' must be a function/],
      [{ userNamespace: "no" }, /'userNamespace' must be true or false/],
      ["pair", /its options must be an object/],
    ] as const
  ) {
    const error = { name: "TypeError", message };
    await assert.rejects(up("pair", wrong(options)), error);
  }
});

barred("what is no topology is not made or drawn", () => {
  assert.throws(() => readyMade("lan", wrong({ hosts: 3 })), {
    name: "TypeError",
    message: /"hosts" is no option: count/,
  });
  assert.throws(() => readyMade("lan", wrong(3)), /must be an object/);
  for (const topology of [undefined, "pair", {}]) {
    assert.throws(() => draw(wrong(topology)), {
      name: "TypeError",
      message: /Cannot draw a topology as it must be one/,
    });
  }
});

barred("the probe takes nothing else", () => {
  assert.throws(() => probe(wrong({ agian: true })), /did you mean "again"/);
});

barred("where nobody was asked, not everybody is reached", () => {
  assert.equal(new Reachability([]).isComplete, false);
});
