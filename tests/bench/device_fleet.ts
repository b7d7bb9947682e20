/**
 * Ten thousand fake devices in one process: connect, log in, enable, ask for the
 * version, leave, some of them at once. Clients and devices share the process
 * and its one thread, so it is twice the work of a fleet that is really there;
 * beside it what ssh2 alone takes for as many logins and lines, both sides too.
 *
 * More at once make nothing faster, for the processor is what is short. And where
 * some hundred sockets always have something to read, the runtime does not come
 * to those behind them before others end. What is left of memory is garbage: V8
 * lets it grow as far as the machine has room, unless it is told not to.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import type { FleetRun } from "./device_fleet_job.ts";

const DEVICES = 10_000;
const GOAL_SECONDS = 35;
const GOAL_MEGABYTES = 300;
/** Megabytes for the youngest objects, and for all others. */
const LEAN = "--v8-flags=--max-semi-space-size=4,--max-old-space-size=128";

interface Job {
  readonly what: "net.device" | "ssh2";
  readonly devices: number;
  readonly atOnce: number;
  readonly flags?: string;
}

const JOBS: readonly Job[] = [
  { what: "net.device", devices: DEVICES, atOnce: 24, flags: LEAN },
  { what: "net.device", devices: DEVICES, atOnce: 200, flags: LEAN },
  { what: "net.device", devices: DEVICES, atOnce: 24 },
  { what: "ssh2", devices: 2000, atOnce: 24, flags: LEAN },
];

/** One run, in a process of its own: its peak of memory is then its own. */
async function run(
  { what, devices, atOnce, flags }: Job,
): Promise<FleetRun> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "-q"],
      ...flags === undefined ? [] : [flags],
      new URL("./device_fleet_job.ts", import.meta.url).pathname,
      ...[what, devices, atOnce].map(String),
    ],
  }).output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  if (!success) throw new Error(text(stderr));
  return JSON.parse(text(stdout)) as FleetRun;
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const rows = [];
  for (const job of JOBS) {
    const { what, devices, atOnce, flags } = job;
    const { seconds, cpuSeconds, peak, listenSeconds } = await run(job);
    rows.push({
      what,
      devices: inspect.count(devices),
      "at once": atOnce,
      memory: flags === undefined ? "as V8 likes" : "lean",
      listen: inspect.duration(listenSeconds * 1000),
      sessions: inspect.duration(seconds * 1000),
      each: inspect.duration(seconds * 1000 / devices),
      "processor, each": inspect.duration(cpuSeconds * 1000 / devices),
      "peak memory": `${(peak / 1e6).toFixed(0)} MB`,
      goal: devices === DEVICES
        ? `${GOAL_SECONDS} s, ${GOAL_MEGABYTES} MB`
        : "",
    });
  }
  const [load = 0] = Deno.loadavg();
  console.log(inspect.table(rows, {
    title: `Fake devices: connect, enable, show version; load ${
      load.toFixed(1)
    } on ${navigator.hardwareConcurrency} processors`,
    canvas: inspect.canvas({ colors: Deno.stdout.isTerminal(), width: 130 }),
  }));
}

if (import.meta.main) await bench();
