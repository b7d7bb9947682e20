/**
 * Asking a kernel over a cable for one echo, beside Scapy's srp1.
 *
 * @module
 */

import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";
import { libc } from "../../lib/ffi/libc.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { build } from "../../lib/packet/build.ts";
import { icmp, ipv4 } from "../../lib/packet/layers/all.ts";
import { ask } from "../../lib/wire/ask.ts";
import { median } from "./pty.ts";

const ASKS = 2_000;
/** Asks before those that count: the engine learns what is hot. */
const WARM = 1_000;
const THERE = "10.9.0.2";

/** Times srp1, as often as there is patience for; seconds each, as JSON. */
const SCAPY = `
import json, logging, time
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import *
conf.verb = 0
frame = Ether(src=get_if_hwaddr("v0"), dst="%s") / IP(src="10.9.0.1", dst="${THERE}") / ICMP(id=7)
times = []
for n in range(12):
    start = time.perf_counter()
    assert srp1(frame, iface="v0", timeout=1) is not None
    times.append(time.perf_counter() - start)
print(json.dumps(times[2:]))
`;

function run(namespace: number, command: string, ...args: string[]): string {
  const { success, stdout, stderr } = inNamespace(
    namespace,
    () => new Deno.Command(command, { args }).outputSync(),
  );
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const namespaces: number[] = [];
  try {
    namespaces.push(createNetworkNamespace(), createNetworkNamespace());
  } catch {
    console.log(
      "wire_ask: skipped, needs root: unshare -rn deno task bench wire_ask",
    );
    return;
  }
  try {
    await measure(...namespaces as [number, number]);
  } finally {
    for (const namespace of namespaces) libc().close(namespace);
  }
}

async function measure(here: number, there: number): Promise<void> {
  run(here, "ip", "link", "add", "name", "v0", "type", "veth", "peer", "v1");
  run(
    here,
    "ip",
    "link",
    "set",
    "v1",
    "netns",
    `/proc/${Deno.pid}/fd/${there}`,
  );
  const ends = [[here, "v0", "10.9.0.1"], [there, "v1", THERE]] as const;
  for (const [namespace, name, address] of ends) {
    run(namespace, "ip", "address", "add", `${address}/24`, "dev", name);
    run(namespace, "ip", "link", "set", name, "up");
  }
  const station = /link\/ether (\S+)/.exec(
    run(there, "ip", "link", "show", "dev", "v1"),
  )![1]!;
  // Anew each time, as a reader would write it.
  const question = () => build(ipv4({ dst: THERE }), icmp(), "hello");
  const calls: number[] = [];
  const trips: number[] = [];
  const first = performance.now();
  await ask(question(), { namespace: here });
  const cold = performance.now() - first;
  for (let n = 0; n < WARM + ASKS; n++) {
    const packet = question();
    const start = performance.now();
    const { rtt } = await ask(packet, { namespace: here });
    const took = performance.now() - start;
    if (rtt === undefined) throw new Error("no answer");
    if (n < WARM) continue;
    calls.push(took);
    trips.push(rtt);
  }
  const ours = median(calls);
  let theirs: number | undefined;
  try {
    const program = SCAPY.replace("%s", station);
    const text = run(here, "/usr/bin/python3", "-c", program);
    theirs = median(JSON.parse(text) as number[]) * 1000;
  } catch {
    // Without Scapy there is nothing to set it beside.
  }
  console.log(inspect.table([{
    "net.wire.ask": inspect.duration(ours),
    "its 99th percentile": inspect.duration(
      calls.sort((a, b) => a - b)[Math.floor(ASKS * 0.99)]!,
    ),
    "round trip by the kernel": inspect.duration(median(trips)),
    "the first": inspect.duration(cold),
    "Scapy srp1": theirs === undefined ? "absent" : inspect.duration(theirs),
    ratio: theirs === undefined
      ? ""
      : `${inspect.count(Math.round(theirs / ours))} times`,
  }], {
    title: "One ICMP echo asked over a veth pair (goal: 40 µs, 500 times)",
    canvas: inspect.canvas({ width: 120 }),
  }));
}

if (import.meta.main) await bench();
