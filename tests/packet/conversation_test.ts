/** Conversations, endpoints, protocols and times beside tshark's statistics. */

import assert from "node:assert/strict";
import { decode, type Packet } from "../../lib/packet/mod.ts";
import type { ConversationKind } from "../../lib/packet/streams/conversation.ts";
import { conversations } from "../../lib/packet/streams/conversations.ts";
import { histogram } from "../../lib/packet/streams/histogram.ts";
import {
  protocolHierarchy,
  type ProtocolNode,
} from "../../lib/packet/streams/hierarchy.ts";
import { captures, installed, packetsByLinkType, run, say } from "./corpus.ts";
import { timedPcap, traffic } from "./tcp_traffic.ts";

const ignore = !installed("tshark");

/** What tshark calls our layers; of others there is nothing to compare. */
const NAMES: Readonly<Record<string, string>> = {
  ethernet: "eth",
  ipv4: "ip",
  ipv6: "ipv6",
  loopback: "null",
  sll: "sll",
  vlan: "vlan",
  tcp: "tcp",
  udp: "udp",
};
const KNOWN: ReadonlySet<string> = new Set(Object.values(NAMES));

/** The conversations' kinds as tshark has them. */
const KINDS: Readonly<Record<ConversationKind, string>> = {
  ethernet: "eth",
  ipv4: "ip",
  ipv6: "ipv6",
  tcp: "tcp",
  udp: "udp",
};

async function tshark(file: Uint8Array, ...args: string[]): Promise<string> {
  const { stdout } = await run("tshark", ["-n", "-r", "-", ...args], file);
  return new TextDecoder().decode(stdout);
}

/** By link type, as several tests ask for the same. */
const compared = new Map<string, Promise<Packet[]>>();

function comparable(
  linkType: number,
  packets: readonly Packet[],
  cut: "cut too" | "whole",
): Promise<Packet[]> {
  const key = `${linkType} ${cut}`;
  const found = compared.get(key) ?? findComparable(linkType, packets, cut);
  compared.set(key, found);
  return found;
}

/** The packets in which tshark sees the same Ethernet, IP, TCP and UDP as we do. */
async function findComparable(
  linkType: number,
  all: readonly Packet[],
  cut: "cut too" | "whole",
): Promise<Packet[]> {
  // Of IPv6 packets that are cut in an extension header, tshark counts none.
  const packets = cut === "cut too"
    ? all
    : all.filter(({ bytes, length }) => bytes.length === length);
  const text = await tshark(
    timedPcap(linkType, packets),
    ...["-T", "fields", "-e", "frame.protocols", "-e", "_ws.malformed"],
    ...["-e", "udp.length"],
  );
  const lines = text.split("\n");
  const same = packets.filter((packet, i) => {
    const [names = "", malformed, length] = (lines[i] ?? "").split("\t");
    // Of what tshark takes for malformed it leaves some out, and not the rest.
    if (malformed || length === "0") return false;
    const theirs = names.replace("ieee8021ad", "vlan").split(":")
      .filter((name) => KNOWN.has(name));
    const ours = packet.layers.map(({ name }) => NAMES[name])
      .filter((name) => name !== undefined);
    return theirs.join() === ours.join();
  });
  // Captures behind one another have times that go back; these go on.
  return same.map(({ bytes, length, linkType }, i) =>
    decode(bytes, {
      linkType,
      // One record says that it has fewer octets than it has.
      length: Math.max(length, bytes.length),
      timestamp: Temporal.Instant.fromEpochNanoseconds(
        BigInt(1_600_000_000_000 + i * 7) * 1_000_000n + BigInt(i * 1001),
      ),
    })
  );
}

/** Rows in any order, ends in any order. */
interface Row {
  readonly ends: string;
  readonly there: number;
  readonly back: number;
  readonly octets: number;
  readonly start: number;
  readonly duration: number;
}

const UNITS: Readonly<Record<string, number>> = {
  bytes: 1,
  kB: 1e3,
  MB: 1e6,
};

/** Lines like `a <-> b  1 60 bytes  2 12 kB  3 12 kB  0.5  1.25`. */
function theirRows(text: string): Row[] {
  const line =
    /^(\S+)\s+<->\s+(\S+)\s+(\d+) \d+ \w+\s+(\d+) \d+ \w+\s+\d+ (\d+) (\w+)\s+([\d.]+)\s+([\d.]+)/gm;
  return Array.from(
    text.matchAll(line),
    ([, a, b, back, there, n, unit, start, long]) =>
      sorted(a!, b!, Number(there), Number(back), {
        octets: Number(n) * UNITS[unit!]!,
        start: Number(start),
        duration: Number(long),
      }),
  );
}

function sorted(
  a: string,
  b: string,
  there: number,
  back: number,
  rest: Pick<Row, "octets" | "start" | "duration">,
): Row {
  return a < b
    ? { ends: `${a} ${b}`, there, back, ...rest }
    : { ends: `${b} ${a}`, there: back, back: there, ...rest };
}

const byEnds = (x: Row, y: Row) =>
  x.ends < y.ends ? -1 : x.ends > y.ends ? 1 : x.start - y.start;

async function checkConversations(
  kind: ConversationKind,
  linkType: number,
  packets: readonly Packet[],
): Promise<number> {
  const name = KINDS[kind];
  const text = await tshark(
    timedPcap(linkType, packets),
    ...["-q", "-z", `conv,${name}`, "-z", `endpoints,${name}`],
  );
  const theirs = theirRows(text).sort(byEnds);
  const found = conversations(packets, kind);
  const end = (address: string, port?: number) =>
    port === undefined ? address : `${address}:${port}`;
  const ours = found.rows.map((row) =>
    sorted(
      end(row.a, row.aPort),
      end(row.b, row.bPort),
      row.packetsAToB,
      row.packetsBToA,
      row,
    )
  ).sort(byEnds);
  assert.deepEqual(
    ours.map(({ ends, there, back }) => [ends, there, back]),
    theirs.map(({ ends, there, back }) => [ends, there, back]),
  );
  ours.forEach(({ ends, octets, start, duration }, i) => {
    const their = theirs[i]!;
    // tshark cuts octets to a whole kB here; below, endpoints have them all.
    const unit = their.octets % 1000 === 0 && octets >= 10_000
      ? octets >= 1e7 ? 1e6 : 1e3
      : 1;
    assert.equal(Math.floor(octets / unit) * unit, their.octets, ends);
    const near = (ms: number, s: number, digits: number) =>
      assert.ok(Math.abs(ms / 1000 - s) <= 10 ** -digits, `${ends} ${ms} ${s}`);
    near(start, their.start, 6);
    near(duration, their.duration, 4);
  });
  const ends = found.endpoints().rows.map((row) =>
    [
      ...[row.address, ...row.port === undefined ? [] : [row.port]],
      ...[row.packets, row.octets, row.packetsSent, row.octetsSent],
      ...[row.packetsReceived, row.octetsReceived],
    ].join(" ")
  );
  const table = text.slice(
    text.indexOf("Endpoints"),
    text.indexOf("Conversations"),
  );
  const theirEnds = table.split("\n")
    .filter((line) => /^\S+(\s+\d+){6,7}\s*$/.test(line))
    .map((line) => line.trim().split(/\s+/).join(" "));
  assert.deepEqual(ends.sort(), theirEnds.sort());
  return ours.length;
}

for (const kind of ["ethernet", "ipv4", "ipv6", "tcp", "udp"] as const) {
  Deno.test({
    name:
      `${kind} conversations and endpoints of real captures are those of tshark`,
    ignore: ignore || captures.length === 0,
    async fn() {
      let rows = 0;
      let all = 0;
      let left = 0;
      for (const [linkType, list] of await packetsByLinkType()) {
        const packets = list.map(({ packet }) => packet);
        if (!packets.some((packet) => packet[kind])) continue;
        const cut = kind === "ipv6" ? "whole" : "cut too";
        const same = await comparable(linkType, packets, cut);
        all += packets.length;
        left += packets.length - same.length;
        rows += await checkConversations(kind, linkType, same);
      }
      say(
        `${rows} ${kind} conversations in ${all} packets, ${left} left out: tshark sees other layers, or errors`,
      );
      assert.ok(rows > 15);
    },
  });
}

Deno.test({
  name: "TCP conversations are told apart by their streams, as tshark does",
  ignore,
  async fn() {
    for (let seed = 1; seed <= 4; seed++) {
      const packets = traffic(seed, 800);
      await checkConversations("tcp", 1, packets);
      assert.ok(conversations(packets, "tcp").rows.length > 8);
    }
  },
});

/** The same node of the tree, by its path and what it counts. */
type Paths = Map<string, readonly [packets: number, octets: number]>;

function count(paths: Paths, path: string, packets: number, octets: number) {
  const [n, sum] = paths.get(path) ?? [0, 0];
  paths.set(path, [n + packets, sum + octets]);
}

/** The tree as paths, as far as the names are known. */
function ourPaths(
  nodes: readonly ProtocolNode[],
  above = "",
  paths: Paths = new Map(),
): Paths {
  for (const { name, packets, octets, children } of nodes) {
    // To tshark, IPv6 and its extension headers are one.
    if (/^ipv6./.test(name)) ourPaths(children, above, paths);
    if (NAMES[name] === undefined) continue;
    const path = `${above}${NAMES[name]}`;
    count(paths, path, packets, octets);
    ourPaths(children, `${path}:`, paths);
  }
  return paths;
}

function theirPaths(text: string): Paths {
  const path: string[] = [];
  const paths: Paths = new Map();
  for (const line of text.split("\n")) {
    const match = /^( *)(\S+) +frames:(\d+) bytes:(\d+)/.exec(line);
    if (!match) continue;
    const [, indent, name, frames, bytes] = match;
    path.length = indent!.length / 2;
    // Customers' and providers' tags are two to tshark.
    path.push(name!.replace("ieee8021ad", "vlan"));
    const known = path.filter((name) => name !== "raw" && name !== "ethertype");
    if (known.length === 0 || !known.every((name) => KNOWN.has(name))) continue;
    count(paths, known.join(":"), Number(frames), Number(bytes));
  }
  return paths;
}

Deno.test({
  name:
    "the hierarchy of protocols is that of tshark, as far as layers are known",
  ignore: ignore || captures.length === 0,
  async fn() {
    let nodes = 0;
    for (const [linkType, list] of await packetsByLinkType()) {
      const packets = list.map(({ packet }) => packet);
      if (!packets.some(({ layers }) => layers.length > 0)) continue;
      const same = await comparable(linkType, packets, "whole");
      const file = timedPcap(linkType, same);
      const text = await tshark(file, "-q", "-z", "io,phs");
      const ours = ourPaths(protocolHierarchy(same).children);
      assert.deepEqual(ours, theirPaths(text), `link type ${linkType}`);
      nodes += ours.size;
    }
    say(`${nodes} nodes`);
    assert.ok(nodes > 15);
  },
});

Deno.test({
  name: "packets and octets by time are those of tshark",
  ignore,
  async fn() {
    const packets = traffic(7, 1000);
    for (const interval of [100, 1000, 2500]) {
      const text = await tshark(
        timedPcap(1, packets),
        ...["-q", "-z", `io,stat,${interval / 1000}`],
      );
      const theirs = Array.from(
        text.matchAll(/^\| +([\d.]+) <> +\S+ *\| +(\d+) \| +(\d+) \|$/gm),
        ([, start, packets, octets]) => ({
          start: Math.round(Number(start) * 1000),
          packets: Number(packets),
          octets: Number(octets),
        }),
      );
      assert.ok(theirs.length > 10);
      assert.deepEqual(histogram(packets, { interval }).rows, theirs);
    }
  },
});
