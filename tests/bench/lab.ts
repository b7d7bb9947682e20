/**
 * How long a lab takes to come up and go, beside the same network made by one
 * `ip` process a command, as scripts and lesser labs do; and what being a host
 * costs.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { LabTopology } from "../../lib/lab/lab_topology.ts";
import type { Interface, Node } from "../../lib/lab/topology.ts";
import type { Lab } from "../../lib/lab/lab.ts";
import { up } from "../../lib/lab/up.ts";
import { median } from "./pty.ts";

const ROUNDS = 7;
/** Hosts with a kernel, for their share of memory. */
const KERNELS = 10;

const plain = {
  routes: [],
  forwarding: false,
  services: [],
  stp: false,
  vlanAware: false,
  sysctl: {},
  dns: [],
} satisfies Partial<Node>;

/** So many hosts on one switch. Readers write `lan(100)`; this one has no limit. */
function star(count: number): LabTopology {
  const mac = (kind: number, i: number) =>
    `02:00:00:0${kind}:${(i >> 8).toString(16).padStart(2, "0")}:${
      (i & 255).toString(16).padStart(2, "0")
    }`;
  const hosts = Array.from({ length: count }, (_, i): Node => ({
    ...plain,
    name: `h${i}`,
    kind: "host",
    interfaces: [port("eth0", mac(1, i), [address(i)])],
    routes: [{ to: "0.0.0.0/0", via: "10.0.255.254" }],
  }));
  const ports = hosts.map((_, i) => port(`eth${i}`, mac(2, i), []));
  return new LabTopology({
    name: "star",
    nodes: [...hosts, {
      ...plain,
      name: "sw",
      kind: "switch",
      interfaces: ports,
    }],
    links: hosts.map(({ name }, i) => ({
      a: { node: name, interface: "eth0" },
      b: { node: "sw", interface: `eth${i}` },
    })),
  });
}

function port(name: string, mac: string, addresses: string[]): Interface {
  return { name, mac, mtu: 1500, addresses, vlans: [] };
}

function address(i: number): string {
  return `10.0.${i >> 7}.${(i & 127) + 1}/16`;
}

/** The same by commands, in namespaces that go with the shell. */
function script(count: number): string {
  const lines = [
    "set -e",
    "mount -t tmpfs run /run",
    "ip netns add sw",
    "ip -n sw link add br0 type bridge",
    "ip -n sw link set br0 up",
  ];
  for (let i = 0; i < count; i++) {
    lines.push(
      `ip netns add h${i}`,
      `ip -n h${i} link add name eth0 type veth peer name eth${i} netns sw`,
      `ip -n sw link set eth${i} master br0 up`,
      `ip -n h${i} link set lo up`,
      `ip -n h${i} addr add ${address(i)} dev eth0`,
      `ip -n h${i} link set eth0 up`,
      `ip -n h${i} route add default via 10.0.255.254`,
    );
  }
  return lines.join("\n");
}

async function byCommands(count: number): Promise<number> {
  const start = performance.now();
  const { success, stderr } = await new Deno.Command("unshare", {
    args: ["-Urnm", "--", "sh", "-c", script(count)],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return performance.now() - start;
}

/** The kernel goes on taking networks apart for a while after the last user has gone. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
}

interface Timing {
  readonly up: number;
  readonly down: number;
}

async function once(count: number): Promise<Timing> {
  const topology = star(count);
  const start = performance.now();
  const lab = await up(topology);
  const isUp = performance.now();
  const { code } = await lab.host("h0").exec(`ping -c1 -W1 h${count - 1}`);
  if (code !== 0) throw new Error(`h0 does not reach h${count - 1}`);
  const stop = performance.now();
  await lab.down();
  return { up: isUp - start, down: performance.now() - stop };
}

async function networks(): Promise<void> {
  const rows = [];
  for (
    const [count, rounds] of [[2, ROUNDS], [100, ROUNDS], [500, 3]] as const
  ) {
    const ours: Timing[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < rounds; i++) {
      ours.push(await once(count));
      await settle();
      // A second is enough to wait for the largest: its ratio is the same.
      if (i < 3 && count <= 100) theirs.push(await byCommands(count));
      await settle();
    }
    const time = median(ours.map(({ up }) => up));
    const their = theirs.length > 0 ? median(theirs) : undefined;
    rows.push({
      hosts: count,
      up: inspect.duration(time),
      "best up": inspect.duration(Math.min(...ours.map(({ up }) => up))),
      down: inspect.duration(median(ours.map(({ down }) => down))),
      "an ip process a command": their === undefined
        ? ""
        : inspect.duration(their),
      x: their === undefined ? "" : (their / time).toFixed(1),
    });
  }
  console.log(inspect.table(rows, {
    title: "Hosts on a switch, with addresses and routes",
    canvas: inspect.canvas({ width: 110 }),
  }));
}

/** A process's share of memory: what others use too counts in part. */
async function share(lab: Lab, name: string): Promise<number> {
  const text = await lab.host(name).run(() =>
    Deno.readTextFileSync("/proc/self/smaps_rollup")
  );
  return Number(/^Pss:\s+(\d+)/m.exec(text)![1]) * 1024;
}

async function hosts(): Promise<void> {
  await using lab = await up(star(KERNELS));
  const names = Array.from({ length: KERNELS }, (_, i) => `h${i}`);
  const timed = async (f: () => Promise<unknown>, rounds = 1) => {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) await f();
    return (performance.now() - start) / rounds;
  };
  const starts: number[] = [];
  for (const name of names) {
    starts.push(await timed(() => lab.host(name).run(() => 1)));
  }
  const shares = await Promise.all(names.map((name) => share(lab, name)));
  const host = lab.host("h0");
  const rows = [
    [
      "a host's first run, its process started",
      inspect.duration(median(starts)),
    ],
    [
      "a further run, there and back",
      inspect.duration(
        await timed(() => host.run((_net, x: number) => x, 1), 200),
      ),
    ],
    ["exec true", inspect.duration(await timed(() => host.exec(["true"]), 50))],
    [
      "true, without a lab",
      inspect.duration(
        await timed(() => new Deno.Command("true").output(), 50),
      ),
    ],
    [
      `memory of a host's process, of ${KERNELS} (PSS)`,
      inspect.bytes(median(shares)),
    ],
    [
      `who reaches whom, ${KERNELS * (KERNELS - 1)} pings`,
      inspect.duration(await timed(() => lab.pingAll())),
    ],
  ].map(([what, cost]) => ({ what, cost }));
  console.log(inspect.table(rows, {
    title: "Being a host",
    canvas: inspect.canvas({ width: 110 }),
  }));
}

/** Prints the tables. */
export async function bench(): Promise<void> {
  await networks();
  await hosts();
}

if (import.meta.main) await bench();
