/**
 * A capture that counts by a field, as a whole program: `wire_capture.ts` runs it
 * in a process of its own.
 *
 * @module
 */

import process from "node:process";
import { countBy } from "../../lib/pcap/columns.ts";
import { capture } from "../../lib/wire/capture.ts";
import type { CaptureOptions } from "../../lib/wire/capturing/capture_options.ts";

/** What it says at its end. */
export interface JobResult {
  /** Packets that were captured. */
  readonly packets: number;
  /** Packets that the kernel dropped. */
  readonly dropped: number;
  /** Values of the field. */
  readonly values: number;
  /** Microseconds of all processors. */
  readonly cpu: number;
}

if (import.meta.main) {
  const [name, tier] = Deno.args as [string, CaptureOptions["tier"]];
  const live = capture(name, { tier });
  const before = process.cpuUsage();
  const counting = countBy(live, "tcp.dstPort");
  console.log("ready");
  // Its input ends when it is to end.
  for await (const _ of Deno.stdin.readable);
  live.stop();
  const { size } = await counting;
  const { user, system } = process.cpuUsage(before);
  const { captured, dropped } = live.statistics;
  const result: JobResult = {
    packets: captured,
    dropped,
    values: size,
    cpu: user + system,
  };
  console.log(JSON.stringify(result));
}
