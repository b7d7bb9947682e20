/**
 * A capture inside a host of a lab as a program: started there by whoever has
 * the lab, it writes pcapng to its standard output until SIGINT tells it to end.
 *
 * @module
 */

import { serveCapture } from "../lib/lab/capture_program.ts";

const ending = new AbortController();
Deno.addSignalListener("SIGINT", () => ending.abort());
await serveCapture(JSON.parse(Deno.args[0]!), {
  write: (octets) => {
    for (let at = 0; at < octets.length;) {
      at += Deno.stdout.writeSync(octets.subarray(at));
    }
  },
  fail: (text) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    Deno.exit(1);
  },
}, ending.signal);
Deno.exit(0);
