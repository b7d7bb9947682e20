/** Streams beside tshark: their numbers, and what "follow" makes of them. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { decode } from "../../lib/packet/mod.ts";
import { Conversations } from "../../lib/packet/streams/conversations.ts";
import { Expert } from "../../lib/packet/streams/expert.ts";
import { ProtocolHierarchy } from "../../lib/packet/streams/hierarchy.ts";
import { Histogram } from "../../lib/packet/streams/histogram.ts";
import { reassembler } from "../../lib/packet/streams/reassemble.ts";
import { follow } from "../../lib/packet/streams/follow.ts";
import type { Stream } from "../../lib/packet/streams/stream.ts";
import { Streams } from "../../lib/packet/streams/streams.ts";
import { captures, installed, packetsByLinkType, run, say } from "./corpus.ts";
import { timedPcap, traffic } from "./tcp_traffic.ts";

const ignore = !installed("tshark");

/** What `tshark -z follow,…,raw,N` prints for each stream, without head and foot. */
async function followed(
  file: Uint8Array,
  protocol: "tcp" | "udp",
  indices: readonly number[],
): Promise<string[]> {
  const { stdout, stderr } = await run("tshark", [
    // Relative numbers would jump with every stray SYN.
    ...["-n", "-q", "-r", "-", "-o", "tcp.relative_sequence_numbers:FALSE"],
    ...indices.flatMap((i) => ["-z", `follow,${protocol},raw,${i}`]),
  ], file);
  const text = new TextDecoder().decode(stdout);
  const found = text.matchAll(
    /Filter: \w+\.stream eq (\d+)\nNode 0: .*\nNode 1: .*\n([^=]*)={9,}/g,
  );
  const all: string[] = [];
  for (const [, index, lines] of found) all[Number(index)] = lines!.trimEnd();
  return indices.map((index) => {
    assert.ok(all[index] !== undefined, stderr);
    return all[index];
  });
}

/** The numbers that tshark gives to the streams of each packet, outermost first. */
async function numbers(
  file: Uint8Array,
  protocol: "tcp" | "udp",
): Promise<number[][]> {
  const { stdout } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields", "-e", `${protocol}.stream`],
  ], file);
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1)
    .map((line) => line === "" ? [] : line.split(",").map(Number));
}

/** tshark writes into the octets what is missing. */
const MISSING = /\[(\d+) bytes missing in capture file\]/;

function withGaps(lines: string): string {
  return lines.replace(/^\t?[0-9a-f]+$/gm, (line) => {
    const octets = Uint8Array.fromHex(line.trim());
    const found = MISSING.exec(new TextDecoder("latin1").decode(octets));
    return found ? `${line.startsWith("\t") ? "\t" : ""}gap ${found[1]}` : line;
  });
}

/** Our stream in the same form; tshark leaves out what was never acknowledged. */
function ours(stream: Stream): string {
  const { segments } = stream;
  const lost = { toServer: false, toClient: false };
  const shown = segments.filter(({ kind, direction, acknowledged }) => {
    if (kind === "gap" && !acknowledged) lost[direction] = true;
    return !lost[direction] && kind !== "cut";
  });
  return follow({ segments: shown }, { format: "raw" }).replace(
    /\[([\d,]+) octets? missing\]/g,
    (_, n) => `gap ${n.replaceAll(",", "")}`,
  );
}

const HEAD = "it is the first fragment of a datagram that was cut: we show " +
  "what there is, tshark nothing";
const LENGTH_0 = "the UDP length is 0, as in jumbograms (RFC 2675): we take " +
  "what IP leaves, tshark 4.0 stops there";

/** Every difference: the packet that a stream starts with, and why. */
const DIFFERENCES: readonly (readonly [RegExp, string])[] = [
  [/^bgp-bgp_capabilities_print-oobr-1\.pcap 1$/, HEAD],
  [/^bgp_pmsi_tunnel-oobr\.pcap 1$/, HEAD],
  [/^rpki-rtr-oobr\.pcap 1$/, HEAD],
  [/^bigtcp-ipv[46]-(geneve|vxlan)-ipv[46]\.pcap 1$/, LENGTH_0],
];

for (const protocol of ["tcp", "udp"] as const) {
  Deno.test({
    name: `${protocol} streams of real captures are those of tshark's "follow"`,
    ignore: ignore || captures.length === 0,
    async fn() {
      let streams = 0;
      let segments = 0;
      const wrong: string[] = [];
      // All captures of a link type are one to both of us.
      for (const [linkType, list] of await packetsByLinkType()) {
        if (!list.some(({ packet }) => packet[protocol])) continue;
        const file = timedPcap(linkType, list.map(({ packet }) => packet));
        const theirs = await numbers(file, protocol);
        const found = new Streams({ protocol });
        const firsts: string[] = [];
        // tshark numbers streams too that we have no layers for, or that only an
        // ICMP error tells of: what a stream is known by is its first packet.
        const indices: (number | undefined)[] = [];
        list.forEach(({ packet, capture, number }, i) => {
          found.add(packet);
          const opened = (theirs[i] ?? []).filter((index) =>
            !indices.includes(index)
          );
          while (firsts.length < found.size) {
            firsts.push(`${capture} ${number}`);
            indices.push(opened.shift());
          }
        });
        found.end();
        const all = found.list;
        if (all.length === 0) continue;
        streams += all.length;
        const known = indices.filter((index) => index !== undefined);
        const texts = await followed(file, protocol, known);
        const expected = indices.map((index) =>
          index === undefined ? "" : texts[known.indexOf(index)]!
        );
        all.forEach((stream, i) => {
          segments += stream.segments.length;
          if (ours(stream) === withGaps(expected[i]!)) return;
          const known = DIFFERENCES.find(([name]) => name.test(firsts[i]!));
          if (known !== undefined) {
            say(`differs: ${firsts[i]}: ${known[1]}`);
            return;
          }
          wrong.push(
            `${firsts[i]}:\n${ours(stream).slice(0, 300)}\n---\n${
              withGaps(expected[i]!).slice(0, 300)
            }`,
          );
        });
      }
      say(`${streams} ${protocol} streams of ${segments} segments`);
      assert.deepEqual(wrong, []);
      assert.ok(segments > 250);
    },
  });
}

Deno.test({
  name:
    "made-up TCP connections with losses, repeats and disorder are those of tshark",
  ignore,
  async fn() {
    let segments = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const packets = traffic(seed, 600);
      const found = new Streams();
      for (const packet of packets) found.add(packet);
      found.end();
      const { list } = found;
      const expected = await followed(
        timedPcap(1, packets),
        "tcp",
        list.map(({ index }) => index),
      );
      list.forEach((stream, i) => {
        segments += stream.segments.length;
        assert.equal(
          ours(stream),
          withGaps(expected[i]!),
          `seed ${seed}: ${i}`,
        );
      });
    }
    say(`${segments} segments`);
  },
});

Deno.test({
  name: "real packets changed at random go through all of it and throw nothing",
  ignore: captures.length === 0,
  async fn() {
    const packets = [...await packetsByLinkType()].flatMap(([, list]) =>
      list.map(({ packet }) => packet)
    ).filter(({ ipv4, ipv6 }) => ipv4 ?? ipv6);
    const sinks = [
      new Streams({ maxOctets: 1e6 }),
      new Streams({ protocol: "udp", maxOctets: 1e6 }),
      new Expert({ checksums: "all", maxNotes: 1000 }),
      new Conversations("ethernet"),
      new Conversations("ipv4"),
      new Conversations("tcp"),
      new Histogram(),
      new ProtocolHierarchy(),
      reassembler({ overlap: "last" }),
    ];
    let slowest = 0;
    fc.assert(
      fc.property(
        fc.nat(packets.length - 1),
        fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }),
        fc.option(fc.nat(120), { nil: undefined }),
        (index, changes, keep) => {
          const { bytes, linkType, length, timestamp } = packets[index]!;
          const octets = bytes.slice(0, keep);
          for (const [at, value] of changes) octets[at] = value;
          const packet = decode(octets, {
            ...{ linkType, timestamp },
            length: Math.max(length, octets.length),
          });
          const start = performance.now();
          for (const sink of sinks) sink.add(packet);
          slowest = Math.max(slowest, performance.now() - start);
        },
      ),
      { numRuns: 5000 },
    );
    for (const sink of sinks) {
      if ("end" in sink) sink.end();
      assert.doesNotMatch(JSON.stringify(sink), /NaN|undefined/);
      assert.ok(Deno.inspect(sink).length > 0);
    }
    say(`slowest packet: ${slowest.toFixed(1)} ms`);
  },
});
