/** Expert notes beside tshark: `tcp.analysis`, checksums, TTLs. */

import assert from "node:assert/strict";
import type { Packet } from "../../lib/packet/mod.ts";
import { Expert } from "../../lib/packet/streams/expert.ts";
import type { ExpertNote } from "../../lib/packet/streams/expert_note.ts";
import { FINDING } from "../../lib/packet/streams/tcp_analysis.ts";
import { captures, installed, packetsByLinkType, run, say } from "./corpus.ts";
import { timedPcap, traffic } from "./tcp_traffic.ts";

const ignore = !installed("tshark");

/** Findings by tshark's names. */
const FIELDS = new Map(
  Object.keys(FINDING).map((kind) => [
    `tcp.analysis.${kind.replaceAll("-", "_")}`,
    kind,
  ]),
);

/** Kinds that are retransmissions to tshark besides. */
const AGAIN = /^(fast|spurious)-retransmission$/;

/** Kinds of which a segment is only one. */
const RESENT: ReadonlySet<string> = new Set([
  "retransmission",
  "fast-retransmission",
  "out-of-order",
]);

interface Seen {
  /** Streams in the packet. */
  readonly streams: number;
  /** What was found, in order. */
  readonly kinds: readonly string[];
  /** Number and origin of a duplicate ACK. */
  readonly duplicate: string;
}

async function tshark(file: Uint8Array): Promise<Seen[]> {
  const asked = [
    ...["tcp.stream", "tcp.analysis.duplicate_ack_num"],
    ...["tcp.analysis.duplicate_ack_frame", ...FIELDS.keys()],
  ];
  const { stdout } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields"],
    ...asked.flatMap((field) => ["-e", field]),
  ], file);
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1).map(
    (line) => {
      const [stream = "", number, origin, ...found] = line.split("\t");
      const kinds = [...FIELDS.values()].filter((_, i) => found[i] !== "");
      const isSpecial = kinds.some((kind) => AGAIN.test(kind));
      return {
        streams: stream === "" ? 0 : stream.split(",").length,
        kinds: kinds.filter((kind) => kind !== "retransmission" || !isSpecial)
          .sort(),
        duplicate: number === "" ? "" : `${number} to ${origin}`,
      };
    },
  );
}

const FAST = "tshark 4.0 takes segments for fast retransmissions without a " +
  "duplicate ACK, behind an ACK of octets that it has not seen";

/** Compares the notes of each packet; gives how many there were, and what differs. */
function compare(
  packets: readonly Packet[],
  notes: readonly ExpertNote[],
  theirs: readonly Seen[],
): { found: number; wrong: string[]; known: string[] } {
  const byPacket = Map.groupBy(notes, ({ packet }) => packet);
  const wrong: string[] = [];
  const known: string[] = [];
  let found = 0;
  packets.forEach((packet, i) => {
    const { streams, kinds, duplicate } = theirs[i]!;
    // In tunnels tshark may see TCP that we have no layers for.
    if (streams !== packet.layers.filter((l) => l.name === "tcp").length) {
      return;
    }
    const mine = (byPacket.get(i + 1) ?? []).filter(({ kind }) =>
      kind in FINDING
    );
    const ours = mine.map(({ kind }) => kind).sort();
    const repeat = mine.find(({ kind }) => kind === "duplicate-ack");
    const number = repeat ? `${repeat.duplicate} to ${repeat.origin}` : "";
    found += kinds.length;
    if (`${ours}` === `${kinds}` && number === duplicate) return;
    const line = `${
      i + 1
    }: ours ${ours} ${number}, theirs ${kinds} ${duplicate}`;
    const isFast = kinds.includes("fast-retransmission");
    const plain = [kinds, ours].map((all) =>
      `${all.filter((kind) => !(isFast && RESENT.has(kind)))}`
    );
    if (isFast && plain[0] === plain[1]) known.push(line);
    else wrong.push(line);
  });
  return { found, wrong, known };
}

Deno.test({
  name: "notes on TCP in real captures are tshark's tcp.analysis fields",
  ignore: ignore || captures.length === 0,
  async fn() {
    let all = 0;
    for (const [linkType, list] of await packetsByLinkType()) {
      const packets = list.map(({ packet }) => packet);
      if (!packets.some(({ tcp }) => tcp)) continue;
      const watch = new Expert();
      for (const packet of packets) watch.add(packet);
      const theirs = await tshark(timedPcap(linkType, packets));
      const { found, wrong, known } = compare(packets, watch.notes, theirs);
      all += found;
      assert.deepEqual(
        [...wrong, ...known].map((line) => {
          const { capture, number } = list[parseInt(line) - 1]!;
          return `${capture} ${number} ${line}`;
        }),
        [],
      );
    }
    say(`${all} findings`);
    assert.ok(all >= 15);
  },
});

Deno.test({
  name: "notes on made-up TCP connections are tshark's tcp.analysis fields",
  ignore,
  async fn() {
    const kinds = new Set<string>();
    let all = 0;
    let differences = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const packets = traffic(seed, 800);
      const watch = new Expert();
      for (const packet of packets) watch.add(packet);
      for (const { kind } of watch.notes) kinds.add(kind);
      const theirs = await tshark(timedPcap(1, packets));
      const { found, wrong, known } = compare(packets, watch.notes, theirs);
      all += found;
      differences += known.length;
      assert.deepEqual(wrong, [], `seed ${seed}`);
    }
    say(`${all} findings; differs ${differences}x: ${FAST}`);
    assert.ok(all > 5000 && differences < 20);
    for (const kind of Object.keys(FINDING)) assert.ok(kinds.has(kind), kind);
  },
});

Deno.test({
  name: "wrong checksums and low TTLs of real captures are those of tshark",
  ignore: ignore || captures.length === 0,
  async fn() {
    const packets = (await packetsByLinkType()).get(1)!
      .map(({ packet }) => packet)
      .filter(({ bytes, length }) => bytes.length === length);
    const watch = new Expert({ checksums: "all" });
    for (const packet of packets) watch.add(packet);
    const sums = ["ip", "tcp", "udp"];
    const { stdout } = await run("tshark", [
      ...["-n", "-r", "-", "-T", "fields"],
      ...sums.flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]),
      ...sums.flatMap((name) => ["-e", `${name}.checksum.status`]),
      ...["-e", "ip.ttl.too_small", "-e", "frame.protocols"],
    ], timedPcap(1, packets));
    const lines = new TextDecoder().decode(stdout).split("\n");
    const byPacket = Map.groupBy(watch.notes, ({ packet }) => packet);
    let bad = 0;
    let low = 0;
    packets.forEach((packet, i) => {
      const [ip, tcp, udp, ttl, protocols = ""] = lines[i]!.split("\t");
      // One IP header, TCP or UDP over it, and all of it there.
      const names = protocols.split(":").filter((n) =>
        /^(ip|tcp|udp)$/.test(n)
      );
      const { layers, error } = packet;
      const known = layers.map(({ name }) => name.replace("ipv4", "ip"))
        .filter((n) => /^(ip|tcp|udp)$/.test(n));
      if (`${names}` !== `${known}` || known.length > 2 || error) return;
      // Of UDP without a length (RFC 2675) tshark 4.0 looks at nothing.
      if (known[0] !== "ip" || packet.udp?.length === 0) return;
      const notes = byPacket.get(i + 1) ?? [];
      const theirs = [ip, tcp, udp].flatMap((status, n) =>
        status === "0" ? [["ipv4", "tcp", "udp"][n]!] : []
      );
      const ours = notes.filter(({ kind }) => kind === "bad-checksum")
        .map(({ text }) => /: (\w+) has/.exec(text)![1]!)
        .filter((name) => /^(ipv4|tcp|udp)$/.test(name));
      assert.deepEqual(ours, theirs, `packet ${i + 1} ${packet}`);
      const isLow = notes.some(({ kind }) => kind === "low-ttl");
      // What goes to all on the link needs no more; tshark excepts multicast only.
      if (`${packet.ipv4?.dst}` === "255.255.255.255") {
        assert.ok(!isLow);
        return;
      }
      assert.equal(
        isLow,
        ttl !== "",
        `packet ${i + 1} ${packet} ${packet.ipv4?.ttl}`,
      );
      bad += ours.length;
      if (isLow) low++;
    });
    say(`${bad} wrong checksums, ${low} low TTLs`);
    assert.ok(bad > 10 && low > 10);
  },
});
