/**
 * The simulator against the kernel, on as many random rulesets and packets as
 * wanted:
 *
 *     deno task fuzz:firewall [--seed 1] [--rulesets 200] [--packets 20000]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { compare } from "./agreement.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    rulesets: { type: "string", default: "200" },
    packets: { type: "string", default: "20000" },
    show: { type: "string", default: "3" },
  },
});
const started = performance.now();
const { differences, ...counts } = await compare(
  Number(values.seed),
  Number(values.rulesets),
  Number(values.packets),
);
for (const difference of differences.slice(0, Number(values.show))) {
  console.log(`${difference}\n`);
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `${JSON.stringify(counts)} ${differences.length} differences, ${
    seconds.toFixed(1)
  } s`,
);
if (differences.length > 0) Deno.exit(1);
