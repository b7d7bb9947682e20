/**
 * A program that applies the rules in its first argument, and then waits to be
 * killed, or with a second argument ends.
 *
 * @module
 */

import { apply } from "../../lib/firewall/kernel/apply.ts";

const [rules, ends] = Deno.args;
try {
  await apply(rules!, { apply: true, confirm: 60 });
  console.log("applied");
  if (ends === undefined) setInterval(() => {}, 1000);
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  console.log(`${code}: ${message}`);
}
