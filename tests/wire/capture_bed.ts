/**
 * A cable with traffic on it, and tcpdump beside us.
 *
 * @module
 */

import { build } from "../../lib/packet/build.ts";
import {
  arp,
  ethernet,
  ipv4,
  ipv6,
  tcp,
  udp,
  vlan,
} from "../../lib/packet/layers/all.ts";
import { frameOf, type Packet } from "../../lib/packet/packet.ts";
import { open } from "../../lib/pcap/open.ts";
import type { LiveCapture } from "../../lib/wire/capturing/live_capture.ts";
import { LinkSocket } from "../../lib/wire/link/link_socket.ts";
import { becomesTrue } from "../lab/lab_place.ts";
import { inside, type OwnNetwork, ownNetwork } from "../lab/own_network.ts";

/** All ways by which packets come. */
export const TIERS = ["ring", "socket", "dump"] as const;

/** What programs of tests import. */
export const CAPTURE: string =
  new URL("../../lib/wire/capture.ts", import.meta.url).href;

/** A namespace with a cable from v0 to v1, on which nobody speaks unasked. */
export function cable(): OwnNetwork {
  const network = ownNetwork();
  addCable(network, "v0", "v1");
  return network;
}

/** One more cable. */
export function addCable(network: OwnNetwork, from: string, to: string): void {
  const { run } = network;
  const words = `link add name ${from} type veth peer name ${to}`;
  run("ip", ...words.split(" "));
  for (const name of [from, to]) {
    run("ip", ..."link set addrgenmode none dev".split(" "), name);
    run("ip", "link", "set", "up", "dev", name);
  }
}

/** What is compared of a packet. */
export interface Seen {
  readonly octets: string;
  readonly length: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The same of ours and tcpdump's. */
export function seen(packet: Packet): Seen {
  const { seconds = 0, nanoseconds } = frameOf(packet);
  return {
    octets: packet.bytes.toHex(),
    length: packet.length,
    time: seconds * 1000 + nanoseconds / 1e6,
  };
}

/** All that a capture has, as it has ended. */
export async function all(capture: LiveCapture): Promise<Packet[]> {
  return await Array.fromAsync(capture);
}

/** Another program at work that captures. */
export interface Peer {
  /** Ends it once it has written so many packets, and gives them. */
  stop(count: number): Promise<Seen[]>;
}

/**
 * tcpdump changes its user in any case, which root of a user namespace alone may
 * not do; there Wireshark's program does the same with the same library.
 */
const [PROGRAM, OPTIONS, STARTED] =
  Deno.readTextFileSync("/proc/self/setgroups").trim() === "deny"
    ? ["dumpcap", "-P", "File: "] as const
    : [
      "tcpdump",
      "--immediate-mode --time-stamp-precision=nano -Z root -U",
      "listening on",
    ] as const;

/** Starts `tcpdump -w`, or what stands in for it, and waits until it listens. */
export async function tcpdump(
  network: OwnNetwork,
  name: string,
  filter: string,
  snaplen: number,
): Promise<Peer> {
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  const filters = PROGRAM === "dumpcap" ? ["-f", filter] : [filter];
  const child = inside(network, () =>
    new Deno.Command(PROGRAM, {
      args: [
        ...OPTIONS.split(" "),
        ...["-i", name, "-w", path, "-s", `${snaplen}`],
        ...filters,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn());
  const lines = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes(STARTED)) {
    const { value, done } = await lines.read();
    if (done) throw new Error(said);
    said += value;
  }
  const read = async () => {
    const packets: Seen[] = [];
    for await (const packet of await open(path)) packets.push(seen(packet));
    return packets;
  };
  return {
    async stop(count) {
      // It forgets what it has not taken in when it is told to end; the last
      // packet may be half written.
      await becomesTrue(async () =>
        (await read().catch(() => [])).length >= count
      );
      child.kill("SIGINT");
      while (!(await lines.read()).done);
      await child.status;
      const packets = await read();
      await Deno.remove(path);
      return packets;
    },
  };
}

/** Frames of all kinds and sizes: with tags and without, short and long. */
export function frames(count: number): Uint8Array[] {
  const tags = [
    [],
    [],
    [],
    [vlan({ id: 7, priority: 5 })],
    [vlan({ id: 4094 })],
    [vlan({ id: 7 }), vlan({ id: 99 })],
  ];
  return Array.from({ length: count }, (_, i) => {
    const payload = new Uint8Array((i * 97) % 1400).fill(i);
    const src = `10.0.${i & 255}.1`;
    const inner = [
      [ipv4({ src, dst: "10.9.9.9" }), tcp({ dstPort: 80, seq: i }), payload],
      [ipv4({ src }), udp({ dstPort: 53 }), payload],
      [ipv6({ src: `fd00::${i}` }), udp({ dstPort: 53 }), payload],
      [ipv6({ src: `fd00::${i}` }), tcp({ srcPort: 80 }), payload],
      [arp({ senderIp: src })],
    ];
    const parts = [
      ethernet({ src: "02:00:00:00:00:01" }),
      ...tags[i % tags.length]!,
      ...inner[i % inner.length]!,
    ];
    return build(...parts as Parameters<typeof build>).bytes;
  });
}

/** What sends frames on an interface. */
export function sender(network: OwnNetwork, name: string): LinkSocket {
  const { namespace } = network;
  return LinkSocket.open(name, { receive: false, namespace });
}

/** Sends frames on an interface, one after the other. */
export function send(
  network: OwnNetwork,
  name: string,
  frames: Iterable<Uint8Array>,
): void {
  using socket = sender(network, name);
  for (const octets of frames) socket.send(octets);
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
