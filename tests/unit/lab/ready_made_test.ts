import assert from "node:assert/strict";
import { readyMade, topology } from "../../../lib/lab/lab_topology.ts";
import {
  type ReadyMadeName,
  readyMades,
} from "../../../lib/lab/ready_made/table.ts";
import { walk } from "./forwarding.ts";

for (
  const [key, { description, count, expected }] of Object.entries(readyMades)
) {
  const name = key as ReadyMadeName;

  Deno.test(`the ready-made ${name} can be made in each size, and says what to expect`, () => {
    assert.match(description, /^[A-Z].*\.$/);
    const sizes = count === undefined
      ? [undefined]
      : [count.least, count.usual, Math.min(count.most, 40)];
    for (const size of sizes) {
      const made = readyMade(name, { count: size });
      assert.equal(made.name, name);
      assert.ok(made.title);
      for (const { from, to, address } of expected(made)) {
        assert.ok(made.node(from) !== made.node(to));
        assert.ok(address === undefined || !address.includes("/"));
      }
    }
  });

  // What nft and OSPF decide is for the lab's own tests.
  if (["dmz", "ospf", "nat64"].includes(name)) continue;

  Deno.test(`in the ready-made ${name} each ping goes as far as is expected, by its routes alone`, () => {
    const made = readyMade(name);
    for (const { from, to, address, probe, reachable } of expected(made)) {
      if (probe !== "ping") continue;
      const forth = walk(made, from, address!, to);
      // The server answers the router's own address, which is beside it.
      const isTranslated = name === "nat" && to === "server";
      const back = isTranslated || walk(made, to, address!, from, "back");
      assert.equal(
        forth !== undefined && back !== undefined,
        reachable,
        `${from} to ${to}`,
      );
    }
  });
}

Deno.test("a ready-made one is asked for by name, with its count", async () => {
  assert.equal((await topology("lan(7)")).nodes.length, 8);
  assert.equal((await topology(" chain ( 5 ) ")).nodes.length, 7);
  assert.deepEqual(await topology("pair"), readyMade("pair"));
  assert.throws(() => readyMade("ring", { count: 2 }), /3 to 16 switches/);
  assert.throws(() => readyMade("lan", { count: 2.5 }), RangeError);
});
