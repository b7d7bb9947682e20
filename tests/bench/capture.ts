/**
 * Capture files: counting, decoding, lines of text, tables and memory, beside
 * Scapy, dpkt, tcpdump and tshark on the same file.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { countBy } from "../../lib/pcap/columns.ts";
import { decodeAll } from "../../lib/pcap/columns_plain.ts";
import { open } from "../../lib/pcap/mod.ts";
import { FIELDS, type Job, NOT_DNS } from "./capture_job.ts";
import { mixedCapture } from "./mixed.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

const PACKETS = 1_000_000;
/** What the slower peers get; the time of one packet does not depend on it. */
const SMALL = 100_000;
const DPKT_PACKETS = 20_000;
const SCAPY_PACKETS = 2000;
const ROUNDS = 5;

/** TCP segments with SYN, behind VLAN tags too. */
const SYN = "tcp[tcpflags] & tcp-syn != 0";
const SYNS = `${SYN} or (vlan and ${SYN})`;

/** Seconds for so many packets to count SYNs by destination, and to decode. */
const PYTHON = `
import json, sys, time, itertools
job = json.load(sys.stdin)
path, count = job["path"], job["count"]
start = time.perf_counter()
counts = {}
if job["peer"] == "dpkt":
    import dpkt, socket
    start = time.perf_counter()
    with open(path, "rb") as f:
        for _, octets in itertools.islice(dpkt.pcap.Reader(f), count):
            ip = dpkt.ethernet.Ethernet(octets).data
            if isinstance(ip, dpkt.ip.IP) and isinstance(ip.data, dpkt.tcp.TCP) and ip.data.flags & 2:
                to = socket.inet_ntoa(ip.dst)
                counts[to] = counts.get(to, 0) + 1
else:
    from scapy.utils import PcapReader
    from scapy.layers.l2 import Ether
    from scapy.layers.inet import IP, TCP
    import scapy.layers.dns, scapy.layers.inet6
    start = time.perf_counter()
    for packet in itertools.islice(PcapReader(path), count):
        if IP in packet and TCP in packet and packet[TCP].flags.S:
            to = packet[IP].dst
            counts[to] = counts.get(to, 0) + 1
json.dump([time.perf_counter() - start, counts], sys.stdout)
`;

type Counts = Readonly<Record<string, number>>;

/** Nanoseconds a packet of a peer in Python, and what it counts. */
async function pythonTime(
  peer: "dpkt" | "scapy",
  path: string,
  count: number,
): Promise<{ ns: number; counts: Counts } | undefined> {
  const answer = await pythonPeer<[number, Counts]>(PYTHON, {
    peer,
    path,
    count,
  });
  return answer && { ns: answer[0] * 1e9 / count, counts: answer[1] };
}

/** The median of some runs, in milliseconds. */
async function time(
  work: () => Promise<unknown>,
  rounds = ROUNDS,
): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** The fastest of some whole runs of a program, in milliseconds. */
async function programTime(
  program: string,
  args: readonly string[],
  rounds = ROUNDS,
): Promise<number | undefined> {
  const times: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const { success } = await new Deno.Command(program, {
        args: [...args],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      if (!success) throw new Error(`${program} fails`);
      times.push(performance.now() - start);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return Math.min(...times);
}

const JOB = new URL("capture_job.ts", import.meta.url).pathname;

function jobArgs(job: Job, path: string): string[] {
  return ["run", "-A", "--no-check", JOB, job, path];
}

/** What a program writes. */
async function output(
  program: string,
  args: readonly string[],
): Promise<string> {
  const { stdout } = await new Deno.Command(program, {
    args: [...args],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** The most memory that a job takes, in octets. */
async function peak(job: Job, path: string): Promise<number> {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: jobArgs(job, path),
    stdout: "null",
    stderr: "piped",
  }).output();
  return Number(new TextDecoder().decode(stderr).trim().split("\n").at(-1)) *
    1024;
}

/** What memory is measured of, the job that does it, and whether it reads gzip. */
const MEMORY: readonly (readonly [string, Job, boolean])[] = [
  ["nothing", "start", false],
  ["count by a field", "count", false],
  ["the same, gzip", "count", true],
  ["columns", "columns", false],
  ["CSV", "csv", false],
  ["lines", "lines", false],
  ["for await, no layer asked for", "iterate", false],
  ["the same, gzip", "iterate", true],
  ["for await, every layer", "decode", false],
  ["Parquet", "parquet", false],
];

/** The same file packed with gzip, kept like the file. */
async function gzipped(path: string): Promise<string> {
  const packed = `${path}.gz`;
  if (await Deno.stat(packed).then(() => true, () => false)) return packed;
  const part = `${packed}.${Deno.pid}.part`;
  const file = await Deno.open(path);
  await Deno.writeFile(
    part,
    file.readable.pipeThrough(new CompressionStream("gzip")),
  );
  await Deno.rename(part, packed);
  return packed;
}

/** One goal: our figure, the peer's, and how they are to stand to each other. */
type Goal = {
  readonly work: string;
  readonly ours: string;
  readonly peer: string;
  readonly x: string;
  readonly goal: string;
};

function goal(
  work: string,
  ours: number,
  peer: string,
  theirs: number | undefined,
  wanted: string,
): Goal {
  const shown = (ns: number) => inspect.duration(ns / 1e6);
  return {
    work,
    ours: shown(ours),
    peer: theirs === undefined
      ? `${peer}: absent`
      : `${peer}: ${shown(theirs)}`,
    x: theirs === undefined ? "" : `${(theirs / ours).toFixed(1)}`,
    goal: wanted,
  };
}

/** Prints the tables. */
export async function bench(): Promise<void> {
  const large = await mixedCapture(PACKETS);
  const small = await mixedCapture(SMALL);
  const goals = [
    ...await inProcess(large.path),
    ...await wholePrograms(large.path, small.path),
  ];
  const page = inspect.canvas({ width: 110 });
  console.log(inspect.table(goals, {
    title: `One packet of ${inspect.count(PACKETS)} (${
      inspect.bytes(large.size)
    }); dpkt reads ${inspect.count(DPKT_PACKETS)} of them, Scapy ${
      inspect.count(SCAPY_PACKETS)
    }, tshark ${inspect.count(SMALL)}`,
    canvas: page,
  }));
  const rows = [];
  for (const [what, job, isPacked] of MEMORY) {
    const row: Record<string, string> = { job: what };
    for (const { path, size } of [small, large]) {
      const most = await peak(job, isPacked ? await gzipped(path) : path);
      row[inspect.bytes(size)] = inspect.bytes(most);
    }
    rows.push(row);
  }
  console.log(inspect.table(rows, {
    title: "Most memory, whole process (goal: at most 120 MB, 114 MiB)",
    canvas: page,
  }));
}

/** Counting and decoding, without the start of a program. */
async function inProcess(path: string): Promise<Goal[]> {
  await using capture = await open(path);
  const syns = capture.filter(SYNS);
  const counting = await time(() => countBy(syns, "ipv4.dst")) * 1e6 / PACKETS;
  const decoding = await time(async () => {
    let layers = 0;
    for await (const packets of decodeAll(capture)) {
      for (const packet of packets) layers += packet.layers.length;
    }
    if (layers < PACKETS) throw new Error("not all was decoded");
  }, 3) * 1e6 / PACKETS;
  const dpkt = await pythonTime("dpkt", path, DPKT_PACKETS);
  const scapy = await pythonTime("scapy", path, SCAPY_PACKETS);
  await sameCounts(dpkt?.counts, capture.slice({ to: DPKT_PACKETS }));
  return [
    goal("count SYNs by destination", counting, "scapy", scapy?.ns, "1500"),
    goal("", counting, "dpkt", dpkt?.ns, "80"),
    goal("decode every layer, all fields", decoding, "scapy", scapy?.ns, "500"),
    goal("", decoding, "dpkt", dpkt?.ns, "20"),
  ];
}

/** Makes sure that we count what dpkt counts. */
async function sameCounts(
  theirs: Counts | undefined,
  capture: Awaited<ReturnType<typeof open>>,
): Promise<void> {
  if (theirs === undefined) return;
  const ours = await countBy(
    capture.filter(SYNS),
    "ipv4.dst",
  );
  for (const [to, count] of ours) {
    if (theirs[`${to}`] === count) continue;
    throw new Error(`${count} SYNs to ${to}, not as dpkt counts`);
  }
  if (Object.keys(theirs).length !== ours.size) {
    throw new Error("dpkt counts more");
  }
}

/** Lines and tables, from the start of a program to its end. */
async function wholePrograms(large: string, small: string): Promise<Goal[]> {
  const deno = Deno.execPath();
  const tcpdump = (path: string) => ["-nr", path, "-S", "-tt", NOT_DNS];
  const tshark = [
    ...["-r", small, "-T", "fields", "-E", "separator=,"],
    ...["frame.number", "frame.time_epoch", "frame.len", "ip.src", "ip.dst"],
    ...["tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"],
    "tcp.flags",
  ].flatMap((arg, at) => at < 6 ? [arg] : ["-e", arg]);
  if (tshark.length !== 6 + 2 * FIELDS.length) throw new Error("other fields");
  const lines = await programTime(deno, jobArgs("lines", large));
  const theirLines = await programTime("tcpdump", tcpdump(large), 3);
  if (theirLines !== undefined) {
    const ours = await output(deno, jobArgs("lines", small));
    if (ours !== await output("tcpdump", tcpdump(small))) {
      throw new Error("lines differ from tcpdump's");
    }
  }
  const csv = await programTime(deno, jobArgs("csv", large));
  const theirCsv = await programTime("tshark", tshark, 2);
  const each = (ms: number | undefined, packets: number) =>
    ms === undefined ? undefined : ms * 1e6 / packets;
  return [
    goal(
      "one line of text, program",
      each(lines, PACKETS)!,
      "tcpdump -S -tt",
      each(theirLines, PACKETS),
      "2",
    ),
    goal(
      "ten fields as CSV, program",
      each(csv, PACKETS)!,
      "tshark",
      each(theirCsv, SMALL),
      "50",
    ),
  ];
}
