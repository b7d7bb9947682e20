/**
 * Live capture: processor time a packet, and drops, while counting by a field,
 * beside `tcpdump -w` on the same traffic.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";
import { mixedCapture } from "./mixed.ts";
import { median } from "./pty.ts";
import type { JobResult } from "./wire_capture_job.ts";

const PACKETS = 100_000;
const LOOPS = 15;
const ROUNDS = 5;
const JOB = new URL("wire_capture_job.ts", import.meta.url).pathname;

/** Two ends of a cable, in one namespace. */
function cable(network: OwnNetwork): void {
  const { run } = network;
  run(
    "ip",
    ..."link add name from0 type veth peer name to0".split(" "),
  );
  for (const name of ["from0", "to0"]) {
    // Its own neighbour discovery would be counted too.
    run("sysctl", "-qw", `net.ipv6.conf.${name}.disable_ipv6=1`);
    run("ip", "link", "set", name, "up");
  }
}

/** Sends the traffic as fast as it goes; gives packets, and packets a second. */
async function send(network: OwnNetwork, path: string) {
  const command = inside(network, () =>
    new Deno.Command("tcpreplay", {
      args: [
        ..."--topspeed --preload-pcap --quiet --intf1=from0".split(" "),
        `--loop=${LOOPS}`,
        path,
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn());
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  const sent = /Successful packets:\s+(\d+)/.exec(text);
  const rate = /([\d.]+) pps/.exec(text);
  if (sent === null || rate === null) {
    throw new Error(new TextDecoder().decode(stderr));
  }
  return { sent: Number(sent[1]), rate: Number(rate[1]) };
}

/** What a capturing program came to. */
interface Measured extends Pick<JobResult, "packets" | "dropped" | "cpu"> {
  /** Packets that were sent. */
  readonly sent: number;
  /** How many a second. */
  readonly rate: number;
}

async function ours(
  network: OwnNetwork,
  path: string,
  tier: string,
): Promise<Measured> {
  const child = inside(network, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", JOB, "to0", tier],
      stdin: "piped",
      stdout: "piped",
    }).spawn());
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("ready\n")) text += (await lines.read()).value ?? "";
  const sent = await send(network, path);
  await pause();
  await child.stdin.close();
  for (;;) {
    const { value, done } = await lines.read();
    if (done) break;
    text += value;
  }
  await child.status;
  return { ...JSON.parse(text.slice(6)) as JobResult, ...sent };
}

async function tcpdump(network: OwnNetwork, path: string): Promise<Measured> {
  const folder = await Deno.makeTempDir({ dir: "/dev/shm" });
  try {
    const child = inside(network, () =>
      new Deno.Command("tcpdump", {
        args: ["-i", "to0", "-B", "16384", "-w", `${folder}/x`, "-Z", "root"],
        stderr: "piped",
      }).spawn());
    const lines = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("listening")) text += (await lines.read()).value;
    const sent = await send(network, path);
    await pause(1200);
    const cpu = processorTime(child.pid);
    child.kill("SIGINT");
    for (;;) {
      const { value, done } = await lines.read();
      if (done) break;
      text += value;
    }
    await child.status;
    const number = (words: string) =>
      Number(new RegExp(`(\\d+) packets? ${words}`).exec(text)?.[1]);
    return {
      packets: number("captured"),
      dropped: number("dropped by kernel"),
      cpu,
      ...sent,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Microseconds of all processors that a process has used. */
function processorTime(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!;
  const fields = stat.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function pause(milliseconds = 200): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const reason = withoutNetworks();
  if (reason !== undefined) {
    console.log(`live capture: ${reason}`);
    return;
  }
  using network = ownNetwork();
  cable(network);
  const { path } = await mixedCapture(PACKETS);
  const programs = {
    "tcpdump -w": () => tcpdump(network, path),
    "ours, ring": () => ours(network, path, "ring"),
    "ours, libpcap": () => ours(network, path, "dump"),
    "ours, socket": () => ours(network, path, "socket"),
  };
  const all = new Map<string, Measured[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(programs)) {
      all.set(name, [...all.get(name) ?? [], await run()]);
    }
  }
  const each = (one: Measured) => one.cpu * 1000 / one.packets;
  const peer = median(all.get("tcpdump -w")!.map(each));
  const rows = [...all].map(([program, runs]) => {
    const cost = median(runs.map(each));
    const sum = (key: "sent" | "dropped" | "packets") =>
      runs.reduce((n, run) => n + run[key], 0);
    return {
      program,
      "CPU a packet": inspect.duration(cost / 1e6),
      "x tcpdump": (cost / peer).toFixed(2),
      "packets/s": inspect.count(Math.round(median(runs.map((r) => r.rate)))),
      sent: inspect.count(sum("sent")),
      captured: inspect.count(sum("packets")),
      dropped: inspect.count(sum("dropped")),
    };
  });
  console.log(inspect.table(rows, {
    title:
      `Capture while counting by tcp.dstPort, tcpreplay --topspeed, ${ROUNDS} rounds (goal: ring at most 1.5 x, no drop)`,
    canvas: inspect.canvas({ width: 110 }),
  }));
}

if (import.meta.main) await bench();
