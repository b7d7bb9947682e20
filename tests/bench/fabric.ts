/**
 * The lab's userspace switch and link beside the kernel's bridge and a bare
 * cable: what a ping, a TCP stream and small datagrams make of them; and how
 * well the link keeps its delays, beside netem where the kernel has that.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { Fabric, type LinkSpec } from "../../lib/lab/fabric.ts";
import { Bed, pause, withoutNamespaces } from "../lab/fabric_bed.ts";
import { median } from "./pty.ts";

const PINGS = 500;
const SECONDS = 2;
/** Milliseconds one way. */
// Above 100 ms there and back, ping tells whole milliseconds.
const DELAYS = [1, 10, 40];

/** Two hosts, and what lies between them. */
interface Place {
  readonly from: number;
  readonly to: number;
}

type Between = (
  bed: Bed,
  stack: AsyncDisposableStack,
) => Promise<Place> | Place;

const ADDRESS = "10.9.0.2";

/** Two hosts whose cables end in one namespace. */
function hosts(bed: Bed, on: boolean): Place & { readonly netns: number } {
  const netns = bed.namespace();
  const [from, to] = ["a", "b"].map((name, i) =>
    bed.host(netns, name, `10.9.0.${i + 1}/24`)
  ) as [number, number];
  for (const host of [from, to]) bed.offloads(host, "eth0", on);
  return { netns, from, to };
}

function cable(bed: Bed): Place {
  const [from, to] = [bed.namespace(), bed.namespace()];
  bed.cable(from, "eth0", to, "eth0");
  bed.ip(from, "addr add 10.9.0.1/24 dev eth0");
  bed.ip(to, `addr add ${ADDRESS}/24 dev eth0`);
  return { from, to };
}

const bridge = (on: boolean): Between => (bed) => {
  const place = hosts(bed, on);
  bed.ip(
    place.netns,
    "link add name br0 type bridge",
    "link set br0 up",
    ...["a", "b"].map((name) => `link set dev ${name} master br0`),
  );
  return place;
};

const ends = (netns: number) => ({
  a: { netns, interface: "a" },
  b: { netns, interface: "b" },
});

const userSwitch = (on: boolean): Between => async (bed, stack) => {
  const place = hosts(bed, on);
  const fabric = stack.use(await Fabric.start());
  const { a, b } = ends(place.netns);
  await fabric.addSwitch({ name: "sw", stp: false, ports: [a, b] });
  return place;
};

const userLink =
  (on: boolean, character: Partial<LinkSpec> = {}): Between =>
  async (bed, stack) => {
    const place = hosts(bed, on);
    const fabric = stack.use(await Fabric.start());
    await fabric.addLink({
      name: "link",
      ...ends(place.netns),
      ...character,
    });
    return place;
  };

/** Round-trip times in milliseconds, sorted. */
async function ping(
  bed: Bed,
  { from }: Place,
  count: number,
): Promise<number[]> {
  await bed.pings(from, ADDRESS);
  const text = await bed.output(
    from,
    "ping",
    ...["-n", "-c", `${count}`, "-i", "0.002", ADDRESS],
  );
  return [...text.matchAll(/time=([\d.]+)/g)].map(([, ms]) => Number(ms))
    .sort((a, b) => a - b);
}

async function iperf(
  bed: Bed,
  { from }: Place,
  ...args: readonly string[]
): Promise<Record<string, Record<string, number>>> {
  const options = ["-c", ADDRESS, "-t", `${SECONDS}`, "-J", ...args];
  for (let tries = 0; tries < 5; tries++) {
    const text = await bed.output(from, "iperf3", ...options);
    const { end, error } = JSON.parse(text);
    // The server is busy for a moment with what was before.
    if (error === undefined) return end;
    await pause(500);
  }
  throw new Error("iperf3 does not answer");
}

async function measure(name: string, between: Between) {
  await using bed = new Bed();
  await using stack = new AsyncDisposableStack();
  const place = await between(bed, stack);
  const rtt = await ping(bed, place, PINGS);
  bed.spawn(place.to, "iperf3", "-s");
  await pause(300);
  const tcp = await iperf(bed, place);
  const udp = await iperf(bed, place, "-u", "-b", "0", "-l", "64");
  const { packets, lost_packets, seconds } = udp.sum!;
  return {
    name,
    rtt: median(rtt) * 1000,
    tcp: tcp.sum_received!.bits_per_second!,
    small: (packets! - lost_packets!) / seconds! / 1000,
  };
}

/** How much later than asked echo replies come, in milliseconds each way. */
async function lateness(between: Between, delay: number, base: number) {
  await using bed = new Bed();
  await using stack = new AsyncDisposableStack();
  const place = await between(bed, stack);
  const late = (await ping(bed, place, 200)).map((ms) =>
    (ms - base) / 2 - delay
  );
  const at = (share: number) =>
    `${(late[Math.floor(late.length * share)]! * 1000).toFixed(0)} µs`;
  return { median: at(0.5), "90 %": at(0.9), "99 %": at(0.99) };
}

/** A cable with netem at both ends, if the kernel has it. */
const netem = (delay: number): Between => (bed) => {
  const place = cable(bed);
  for (const host of [place.from, place.to]) {
    const args = ["qdisc", "add", "dev", "eth0", "root", "netem"];
    bed.run(host, "tc", ...args, "delay", `${delay}ms`);
  }
  return place;
};

/** Prints the tables. */
export async function bench(): Promise<void> {
  const reason = withoutNamespaces();
  if (reason !== undefined) {
    console.log(`fabric: ${reason}`);
    return;
  }
  const page = inspect.canvas({ width: 100 });
  const rows: Awaited<ReturnType<typeof measure>>[] = [];
  for (
    const [name, between] of [
      ["cable", cable],
      ["kernel bridge", bridge(true)],
      ["kernel bridge, no offloads", bridge(false)],
      ["userspace switch", userSwitch(true)],
      ["userspace switch, no offloads", userSwitch(false)],
      ["userspace link", userLink(true)],
      ["userspace link, no offloads", userLink(false)],
    ] as const
  ) rows.push(await measure(name, between));
  const base = rows[0]!;
  console.log(inspect.table(
    rows.map(({ name, rtt, tcp, small }) => ({
      "two hosts by a": name,
      RTT: `${rtt.toFixed(0)} µs`,
      "added": `${(rtt - base.rtt).toFixed(0)} µs`,
      TCP: inspect.rate(tcp),
      "64-octet UDP": `${small.toFixed(0)} k/s`,
    })),
    { title: "Userspace switch and link", canvas: page },
  ));
  const delays: Record<string, unknown>[] = [];
  for (const delay of DELAYS) {
    const late = await lateness(
      userLink(true, { delay }),
      delay,
      base.rtt / 1000,
    );
    delays.push({ delay: `${delay} ms`, by: "userspace link", ...late });
    try {
      const theirs = await lateness(netem(delay), delay, base.rtt / 1000);
      delays.push({ delay: `${delay} ms`, by: "netem", ...theirs });
    } catch {
      delays.push({ delay: `${delay} ms`, by: "netem", median: "absent" });
    }
  }
  console.log(inspect.table(delays, {
    title: "Later than asked, one way",
    canvas: page,
  }));
}
