/**
 * Filtering a capture file into another as a whole program: `filter.ts` runs it
 * in a process of its own.
 *
 * @module
 */

import { open } from "../../lib/pcap/mod.ts";

const [from, to, expression] = Deno.args as [string, string, string];
const capture = await open(from);
await capture.filter(expression).writeTo(to);
