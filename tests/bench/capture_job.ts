/**
 * One piece of work on a capture as a whole program: `capture.ts` runs it in a
 * process of its own.
 *
 * @module
 */

import { columnBatches, countBy } from "../../lib/pcap/columns.ts";
import { writeCsv } from "../../lib/pcap/columns_text.ts";
import { type Capture, open, writeParquet } from "../../lib/pcap/mod.ts";
import { writeLines } from "../../lib/pcap/text.ts";

/** What goes into the table that both programs make. */
export const FIELDS: readonly string[] = [
  "frame.number",
  "frame.time",
  "frame.length",
  "ipv4.src",
  "ipv4.dst",
  "tcp.srcPort",
  "tcp.dstPort",
  "udp.srcPort",
  "udp.dstPort",
  "tcp.flags",
];

/** All that we say as tcpdump does, which looks into DNS. */
export const NOT_DNS = "not (port 53 or (vlan and port 53))";

/** What a process can be asked to do. */
export type Job =
  | "start"
  | "lines"
  | "csv"
  | "count"
  | "columns"
  | "iterate"
  | "decode"
  | "parquet";

const jobs: Readonly<Record<Job, (capture: Capture) => Promise<unknown>>> = {
  // What a process takes that does nothing.
  start: () => Promise.resolve(),
  lines: (capture) => writeLines(capture.filter(NOT_DNS), Deno.stdout.writable),
  csv: (capture) => writeCsv(capture, Deno.stdout.writable, FIELDS),
  count: (capture) => countBy(capture, "ipv4.dst"),
  async columns(capture) {
    for await (const batch of columnBatches(capture, FIELDS)) {
      if (batch["ipv4.src"] === undefined) throw new Error("no column");
    }
  },
  async iterate(capture) {
    for await (const { length } of capture) {
      if (length === 0) throw new Error("no octets");
    }
  },
  parquet: (capture) => writeParquet(capture, Deno.stdout.writable, FIELDS),
  async decode(capture) {
    for await (const { layers } of capture) {
      if (layers.length === 0) throw new Error("no layer");
    }
  },
};

if (import.meta.main) {
  const [job, path] = Deno.args as [Job, string];
  await jobs[job](await open(path));
  const status = await Deno.readTextFile("/proc/self/status");
  // The most memory that it has had at a time, in KiB.
  console.error(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? "0");
}
