/**
 * Capture filters: what a packet costs in memory, beside the whole of a tcpdump
 * process that reads the same file.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { compileFilter } from "../../lib/pcap/filter/compile.ts";
import { mixedCapture } from "./mixed.ts";
import { medianOf } from "./peers.ts";

const PACKETS = 200_000;
/** So many stay in the processor's cache, as when a file is read in pieces. */
const CACHED = 500;

const EXPRESSIONS = [
  "tcp port 443",
  "host 10.0.0.1",
  "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
  "udp port 53 or icmp or (vlan and ip6)",
  "net 10.0.0.0/8 and not (port 443 or 8443) and greater 100",
];

/** Where the records of a capture file lie. */
function recordsOf(view: DataView): { starts: Int32Array; ends: Int32Array } {
  const little = view.getUint32(0) === 0xd4c3b2a1;
  const starts = new Int32Array(PACKETS);
  const ends = new Int32Array(PACKETS);
  let at = 24;
  for (let i = 0; i < PACKETS; i++) {
    starts[i] = at + 16;
    at = ends[i] = at + 16 + view.getUint32(at + 8, little);
  }
  return { starts, ends };
}

/** What tcpdump counts; the run is timed. */
function tcpdump(path: string, expression: string): number | undefined {
  try {
    const { stdout } = new Deno.Command("tcpdump", {
      args: ["-r", path, "--count", expression],
      stderr: "null",
    }).outputSync();
    return Number(/^(\d+)/.exec(new TextDecoder().decode(stdout))?.[1]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const { path } = await mixedCapture(PACKETS);
  const octets = await Deno.readFile(path);
  const view = new DataView(octets.buffer);
  const { starts, ends } = recordsOf(view);
  const rows = EXPRESSIONS.map((expression) => {
    const test = compileFilter(expression);
    let found = 0;
    const count = (packets: number) => {
      found = 0;
      for (let i = 0; i < packets; i++) {
        const start = starts[i]!;
        const end = ends[i]!;
        if (test(octets, view, start, end, end - start)) found++;
      }
    };
    const cached = medianOf(() => {
      for (let i = 0; i < PACKETS / CACHED; i++) count(CACHED);
    }) / PACKETS;
    const ours = medianOf(() => count(PACKETS)) / PACKETS;
    let counted: number | undefined;
    const theirs = medianOf(() => counted = tcpdump(path, expression), 3) /
      PACKETS;
    if (counted !== undefined && counted !== found) {
      throw new Error(`${expression}: ${found} match, tcpdump has ${counted}`);
    }
    return {
      filter: expression,
      matches: inspect.count(found),
      cached: inspect.duration(cached / 1e6),
      "all in memory": inspect.duration(ours / 1e6),
      "tcpdump, process": counted === undefined
        ? "absent"
        : inspect.duration(theirs / 1e6),
      x: counted === undefined ? "" : (theirs / ours).toFixed(1),
    };
  });
  console.log(inspect.table(rows, {
    title: `Filtering ${inspect.count(PACKETS)} packets: time a packet`,
    canvas: inspect.canvas({ width: 110 }),
  }));
}

if (import.meta.main) await bench();
