/**
 * A lab's agent as a program: it is started inside namespaces of its own, and
 * goes when its input ends, and so when whoever started it is gone, in
 * whatever way. All that lives in the lab goes with it.
 *
 * @module
 */

import { serveAgent } from "../lib/lab/agent.ts";

await serveAgent({
  readable: Deno.stdin.readable,
  writable: Deno.stdout.writable,
});
Deno.exit(0);
