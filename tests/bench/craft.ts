/**
 * Crafting packets, beside Scapy.
 *
 * @module
 */

import * as net from "../../mod.ts";
import { medianOf, pythonPeer } from "./peers.ts";

const COUNT = 100_000;
/** Scapy is slow: of so many its figure is as good. */
const PEER_COUNT = 2000;

/** Seconds for all, octets included, and the last one in hexadecimal. */
const PYTHON = `
import json, sys, time
from scapy.layers.inet import IP, TCP
count = json.load(sys.stdin)
start = time.perf_counter()
for i in range(count):
    octets = bytes(IP(src="192.0.2.1", dst="192.0.2.2", id=i) / TCP(sport=i, dport=443, flags="S", seq=0, window=8192) / b"hello")
json.dump([time.perf_counter() - start, octets.hex()], sys.stdout)
`;

let sink = 0;

/** One packet: two headers, two checksums, five octets. */
function craft(
  i: number,
  src: string | net.ip.Address,
  dst: string | net.ip.Address,
): Uint8Array {
  const { build, ipv4, tcp } = net.packet;
  const packet = build(
    ipv4({ src, dst, id: i }),
    tcp({ srcPort: i, dstPort: 443, flags: ["SYN"], window: 8192 }),
    HELLO,
  );
  return packet.bytes;
}

const HELLO = new TextEncoder().encode("hello");

/** Prints the table. */
export async function bench(): Promise<void> {
  const [src, dst] = ["192.0.2.1", "192.0.2.2"].map((text) =>
    net.ip.parse(text)
  ) as [net.ip.Address, net.ip.Address];
  const run = (from: string | net.ip.Address, to: string | net.ip.Address) =>
    medianOf(() => {
      for (let i = 0; i < COUNT; i++) {
        sink += craft(i & 0xffff, from, to).length;
      }
    }) / COUNT;
  const answer = await pythonPeer<[number, string]>(PYTHON, PEER_COUNT);
  const theirs = answer && answer[0] * 1e9 / PEER_COUNT;
  if (answer && craft(PEER_COUNT - 1, src, dst).toHex() !== answer[1]) {
    throw new Error(`Scapy makes ${answer[1]}`);
  }
  const row = (what: string, ours: number) => ({
    "IP/TCP with 5 octets": what,
    "net.packet": net.inspect.duration(ours / 1e6),
    scapy: theirs === undefined ? "absent" : net.inspect.duration(theirs / 1e6),
    x: theirs === undefined ? "" : (theirs / ours).toFixed(0),
  });
  console.log(net.inspect.table([
    row("addresses as values", run(src, dst)),
    row("addresses as text", run("192.0.2.1", "192.0.2.2")),
  ], {
    title: "Crafting one packet",
    canvas: net.inspect.canvas({ width: 100 }),
  }));
  if (sink === 0) throw new Error("nothing was built");
}
