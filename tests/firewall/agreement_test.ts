/**
 * The simulator and the kernel agree: a share of what `deno task fuzz:firewall`
 * compares.
 *
 * @module
 */

import assert from "node:assert/strict";
import { withoutNamespaces } from "../lab/fabric_bed.ts";
import { testUnless } from "../skip.ts";
import { compare } from "./agreement.ts";

testUnless(
  withoutNamespaces(),
  "on random rules and packets the simulator says what the kernel does",
  async () => {
    const { differences, packets, outcomes } = await compare(1, 50, 5000);
    assert.equal(differences.join("\n\n"), "");
    assert.ok(packets > 4000, `${packets}`);
    for (const outcome of ["accept", "drop"]) {
      assert.ok(outcomes[outcome]! > 500, `${outcome}: ${outcomes[outcome]}`);
    }
  },
);
