/**
 * Frames of 60 octets sent as fast as it goes, beside tcpreplay and Scapy, over a
 * cable between two namespaces of our own.
 *
 * @module
 */

import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { build } from "../../lib/packet/build.ts";
import { ethernet } from "../../lib/packet/layers/ethernet.ts";
import { ipv4 } from "../../lib/packet/layers/ipv4.ts";
import { udp } from "../../lib/packet/layers/udp.ts";
import { create } from "../../lib/pcap/create.ts";
import { replay } from "../../lib/wire/replay.ts";
import { send } from "../../lib/wire/send.ts";
import { median } from "./pty.ts";

const FRAMES = 500_000;
/** Frames of the capture, which is sent again and again. */
const CAPTURED = 10_000;
const SCAPY = 2000;
const ROUNDS = 5;

const frame = build(
  ethernet({ src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" }),
  ipv4({ src: "10.0.0.1", dst: "10.0.0.77" }),
  udp({ srcPort: 1, dstPort: 9 }),
  new Uint8Array(18),
);

const PYTHON = `
import sys, time
from scapy.all import Ether, IP, UDP, conf, sendp
conf.verb = 0
p = bytes(Ether(dst="02:00:00:00:00:02")/IP(dst="10.0.0.77")/UDP(dport=9)/bytes(18))
start = time.perf_counter()
sendp(Ether(p), iface="bench0", count=${SCAPY})
print(${SCAPY} / (time.perf_counter() - start))
`;

/** Prints the table. */
export async function bench(): Promise<void> {
  const namespaces: number[] = [];
  const folder = await Deno.makeTempDir();
  try {
    for (let n = 0; n < 2; n++) namespaces.push(createNetworkNamespace());
    await measure(namespaces[0]!, namespaces[1]!, `${folder}/frames.pcap`);
  } catch (error) {
    if (namespaces.length === 2) throw error;
    console.log(
      "wire_send: skipped, needs root: unshare -rn deno task bench wire_send",
    );
  } finally {
    for (const namespace of namespaces) libc().close(namespace);
    await Deno.remove(folder, { recursive: true });
  }
}

async function measure(
  namespace: number,
  other: number,
  path: string,
): Promise<void> {
  const there = `/proc/${Deno.pid}/fd/${other}`;
  run(
    namespace,
    "ip",
    ..."link add bench0 type veth peer name bench1 netns".split(" "),
    there,
  );
  for (
    const [there, name] of [[namespace, "bench0"], [other, "bench1"]] as const
  ) {
    run(there, "ip", "link", "set", name, "up");
  }
  const file = await create(path);
  for (let n = 0; n < CAPTURED; n++) await file.write(frame);
  await file.close();

  const options = { namespace, authorised: "a cable of our own" };
  const loops = FRAMES / CAPTURED;
  const list = Array.from({ length: 1000 }, () => frame);
  const ways: Readonly<Record<string, () => Promise<number>>> = {
    "send, one packet many times": async () => {
      const all = { ...options, times: FRAMES, rate: Infinity };
      return (await send("bench0", frame, all)).packetsPerSecond;
    },
    "send, a list": async () => {
      const all = { ...options, times: FRAMES / 1000, rate: Infinity };
      return (await send("bench0", list, all)).packetsPerSecond;
    },
    "replay, a file": async () => {
      const all = { ...options, times: loops, speed: "fast" } as const;
      return (await replay("bench0", path, all)).packetsPerSecond;
    },
    "tcpreplay --topspeed": () =>
      Promise.resolve(tcpreplay(namespace, loops, path)),
    "tcpreplay --topspeed --preload-pcap": () =>
      Promise.resolve(tcpreplay(namespace, loops, path, "--preload-pcap")),
  };
  const rates = new Map<string, number[]>();
  // By turns, as the machine's speed changes.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(ways)) {
      const rate = await work();
      if (round > 0) rates.set(name, [...rates.get(name) ?? [], rate]);
    }
  }
  rates.set("Scapy sendp", [scapy(namespace)]);
  const peer = median(rates.get("tcpreplay --topspeed")!);
  console.log(inspect.table(
    Array.from(rates, ([name, all]) => ({
      "60 octets over veth": name,
      "thousand packets/s": (median(all) / 1000).toFixed(0),
      "x tcpreplay": (median(all) / peer).toFixed(2),
    })),
    { title: "Frames sent as fast as it goes", canvas: inspect.canvas() },
  ));
}

function run(namespace: number, command: string, ...args: string[]): string {
  const { success, stdout, stderr } = inNamespace(
    namespace,
    () => new Deno.Command(command, { args }).outputSync(),
  );
  const text = new TextDecoder();
  if (!success) throw new Error(`${command}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Packets a second, as it says itself; NaN where there is none. */
function tcpreplay(
  namespace: number,
  loops: number,
  path: string,
  ...more: string[]
): number {
  const args = ["--topspeed", ...more, `--loop=${loops}`, "-i", "bench0", path];
  try {
    const said = run(namespace, "tcpreplay", ...args);
    return Number(/([\d.]+) pps/.exec(said)?.[1]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NaN;
    throw error;
  }
}

function scapy(namespace: number): number {
  try {
    return Number(run(namespace, "/usr/bin/python3", "-c", PYTHON));
  } catch {
    return NaN;
  }
}

if (import.meta.main) await bench();
