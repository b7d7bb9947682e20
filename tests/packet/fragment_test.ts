/** Fragments beside tshark: it puts together what we cut, and we what it does. */

import assert from "node:assert/strict";
import { DecodeError } from "../../lib/errors.ts";
import {
  build,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  udp,
} from "../../lib/packet/mod.ts";
import { fragment } from "../../lib/packet/streams/fragment.ts";
import { reassembler } from "../../lib/packet/streams/reassemble.ts";
import { open } from "../../lib/pcap/mod.ts";
import { captures, each, installed, pcap, run, say } from "./corpus.ts";

const ignore = !installed("tshark");

const ASKED = [
  "ip.reassembled.length",
  "ip.reassembled.data",
  "ipv6.reassembled.length",
  "ipv6.reassembled.data",
];

/** What tshark has put together, by packet number: the octets in hexadecimal. */
async function tshark(
  source: string | Uint8Array,
): Promise<Map<number, string>> {
  const isPath = typeof source === "string";
  const { stdout } = await run("tshark", [
    ...["-n", "-r", isPath ? source : "-", "-T", "fields"],
    ...["-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE"],
    ...["frame.number", ...ASKED].flatMap((field) => ["-e", field]),
  ], isPath ? undefined : source);
  const found = new Map<number, string>();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [number, length4, data4, length6, data6] = line.split("\t");
    const data = data4 || data6;
    if (!data) continue;
    assert.equal(data.length, 2 * Number(length4 || length6));
    found.set(Number(number), data);
  }
  return found;
}

/** A generator that is the same on every run. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = Math.imul(state, 1103515245) + 12345 | 0;
    return (state >>> 8) % below;
  };
}

Deno.test({
  name:
    "tshark puts together what fragment() cuts, in any order, to the same octets",
  ignore,
  async fn() {
    const next = random(4);
    const packets: Packet[] = [];
    const expected: string[] = [];
    for (let i = 0; i < 300; i++) {
      const payload = Uint8Array.from({ length: next(6000) }, () => next(256));
      const ip = next(2) === 0
        ? ipv4({ src: "10.0.0.1", dst: "10.0.0.2", id: i })
        : ipv6({ src: "2001:db8::1", dst: "2001:db8::2" });
      // Ports 40000 and up have no dissector that takes a datagram apart further.
      const whole = build(
        ethernet(),
        ip,
        udp({ srcPort: 40000 + i, dstPort: 41000 + i }),
        payload,
      );
      let parts = fragment(whole, { mtu: 56 + next(1500), id: i });
      if (next(2) === 0) {
        parts = parts.flatMap((part) =>
          fragment(part, { mtu: 56 + next(800) })
        );
      }
      if (parts.length === 1) continue;
      packets.push(...parts.toSorted(() => next(3) - 1));
      expected.push(
        whole.bytes.subarray(14 + (ip.layer.name === "ipv4" ? 20 : 40)).toHex(),
      );
    }
    const found = await tshark(pcap(1, packets));
    assert.deepEqual([...found.values()], expected);
    const into = reassembler();
    const ours: string[] = [];
    for (const packet of packets) {
      const whole = into.add(packet);
      if (whole) ours.push(payloadOf(whole));
    }
    assert.deepEqual(ours, expected);
    say(`${packets.length} fragments of ${expected.length} datagrams`);
    assert.ok(expected.length > 200);
  },
});

function payloadOf(packet: Packet): string {
  const ip = packet.ipv4 ?? packet.ipv6!;
  return packet.bytes.subarray(ip.offset + ip.headerLength).toHex();
}

Deno.test({
  name:
    "fragments of real captures are put together when and as tshark does it",
  ignore: ignore || captures.length === 0,
  async fn() {
    let fragments = 0;
    let wholes = 0;
    await each(captures, 2, async ({ name, path }) => {
      const into = reassembler();
      const ours = new Map<number, string>();
      let number = 0;
      try {
        for await (const packet of await open(path)) {
          const whole = into.add(packet, ++number);
          if (whole !== undefined && whole !== packet) {
            ours.set(number, payloadOf(whole));
          }
        }
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
      const { counts } = into;
      if (counts.fragments === 0) return;
      fragments += counts.fragments;
      wholes += ours.size;
      assert.deepEqual(ours, await tshark(path), name);
    });
    say(`${fragments} real fragments, ${wholes} datagrams`);
    assert.ok(fragments >= 10);
  },
});
