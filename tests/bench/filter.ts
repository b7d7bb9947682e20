/**
 * Capture filters: what a packet costs in memory, beside the whole of a tcpdump
 * process that reads the same file; and files filtered into files, both programs
 * whole.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { compileFilter } from "../../lib/pcap/filter/compile.ts";
import { mixedCapture } from "./mixed.ts";
import { medianOf } from "./peers.ts";
import { median } from "./pty.ts";

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

const FILE_PACKETS = 1_000_000;
const FILE_ROUNDS = 9;
/** One that takes most of the file, and one that takes a seventh of it. */
const FILE_EXPRESSIONS = ["tcp", "tcp dst port 443"];
const JOB = new URL("filter_job.ts", import.meta.url).pathname;

/** Milliseconds that a program takes; `undefined` if there is none. */
async function programTime(
  program: string,
  args: string[],
): Promise<number | undefined> {
  const start = performance.now();
  try {
    const { success } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) throw new Error(`${program} fails`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return performance.now() - start;
}

/** Files filtered into files: the two programs by turns, each to a new file. */
async function fileToFile(): Promise<Record<string, string>[]> {
  const { path } = await mixedCapture(FILE_PACKETS);
  const folder = await Deno.makeTempDir();
  const [ours, theirs] = [`${folder}/ours.pcap`, `${folder}/theirs.pcap`];
  const rows: Record<string, string>[] = [];
  try {
    for (const expression of FILE_EXPRESSIONS) {
      const job = ["run", "-A", "--no-check", JOB, path, ours, expression];
      const times: { ours: number[]; theirs: number[] } = {
        ours: [],
        theirs: [],
      };
      for (let round = -1; round < FILE_ROUNDS; round++) {
        for (const file of [ours, theirs]) {
          await Deno.remove(file).catch(() => {});
        }
        const tcpdump = await programTime(
          "tcpdump",
          ["-r", path, "-w", theirs, expression],
        );
        const deno = await programTime(Deno.execPath(), job);
        // The first round fills caches.
        if (round < 0) continue;
        times.ours.push(deno!);
        if (tcpdump !== undefined) times.theirs.push(tcpdump);
      }
      const hasPeer = times.theirs.length > 0;
      if (hasPeer && !await isSame(ours, theirs)) {
        throw new Error(`${expression}: not the octets that tcpdump writes`);
      }
      const shown = (all: number[]) =>
        `${inspect.duration(Math.min(...all))}, ${
          inspect.duration(median(all))
        }`;
      const ratio = (of: (all: number[]) => number) =>
        (of(times.ours) / of(times.theirs)).toFixed(2);
      rows.push({
        filter: expression,
        written: inspect.bytes((await Deno.stat(ours)).size),
        "ours: least, median": shown(times.ours),
        tcpdump: hasPeer ? shown(times.theirs) : "absent",
        "x (goal 0.75)": hasPeer
          ? `${ratio((all) => Math.min(...all))}, ${ratio(median)}`
          : "",
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return rows;
}

async function isSame(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([Deno.readFile(a), Deno.readFile(b)]);
  return left.length === right.length &&
    left.every((octet, at) => octet === right[at]);
}

/** Prints the tables. */
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
  console.log(inspect.table(await fileToFile(), {
    title: `Filtering ${
      inspect.count(FILE_PACKETS)
    } packets, file to file: whole programs by turns`,
    canvas: inspect.canvas({ width: 110 }),
  }));
}

if (import.meta.main) await bench();
