/** Conversations, endpoints, the hierarchy of protocols, and packets by time. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  build,
  decode,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  tcp,
  udp,
} from "../../../lib/packet/mod.ts";
import {
  Conversations,
  conversations,
} from "../../../lib/packet/streams/conversations.ts";
import { fragment } from "../../../lib/packet/streams/fragment.ts";
import { histogram } from "../../../lib/packet/streams/histogram.ts";
import { protocolHierarchy } from "../../../lib/packet/streams/hierarchy.ts";
import { KeyTable } from "../../../lib/packet/streams/key_table.ts";

const MAC_A = "02:00:00:00:00:01";
const MAC_B = "02:00:00:00:00:02";

const at = (packet: Packet, ms: number): Packet =>
  decode(packet.bytes, {
    linkType: packet.linkType,
    timestamp: Temporal.Instant.fromEpochMilliseconds(ms),
  });

/** A datagram from one end, such as `10.0.0.1:5000`, to another. */
function datagram(from: string, to: string, octets = 0): Packet {
  const [src, srcPort] = from.split(":");
  const [dst, dstPort] = to.split(":");
  const isUp = from < to;
  return build(
    ethernet({ src: isUp ? MAC_A : MAC_B, dst: isUp ? MAC_B : MAC_A }),
    ipv4({ src: src!, dst: dst! }),
    udp({ srcPort: Number(srcPort), dstPort: Number(dstPort) }),
    new Uint8Array(octets),
  );
}

const TALK = [
  at(datagram("10.0.0.1:5000", "10.0.0.2:53"), 1000),
  at(datagram("10.0.0.2:53", "10.0.0.1:5000", 100), 1020),
  at(datagram("10.0.0.1:5001", "10.0.0.2:53"), 1500),
  at(datagram("10.0.0.1:5000", "10.0.0.2:53"), 2000),
];

Deno.test("conversations count both directions, from the one who spoke first", () => {
  const found = conversations(TALK, "udp");
  assert.deepEqual(found.rows[0], {
    index: 0,
    a: "10.0.0.1",
    aPort: 5000,
    b: "10.0.0.2",
    bPort: 53,
    packets: 3,
    octets: 42 + 142 + 42,
    packetsAToB: 2,
    octetsAToB: 84,
    packetsBToA: 1,
    octetsBToA: 142,
    start: 0,
    duration: 1000,
  });
  assert.equal(found.rows.length, 2);
  assert.equal(found.rows[1]?.start, 500);
});

Deno.test("by address and by station there are fewer, and no ports", () => {
  for (
    const [kind, a] of [["ipv4", "10.0.0.1"], ["ethernet", MAC_A]] as const
  ) {
    const [row, ...others] = conversations(TALK, kind);
    assert.deepEqual(others, []);
    assert.equal(row?.a, a);
    assert.equal(row?.packets, 4);
    assert.ok(!("aPort" in row!));
  }
  assert.deepEqual([...conversations(TALK, "ipv6")], []);
  assert.deepEqual([...conversations(TALK, "tcp")], []);
});

Deno.test("endpoints have what they sent and what they received", () => {
  const { rows } = conversations(TALK, "udp").endpoints();
  assert.deepEqual(
    rows.map(({ address, port, packetsSent, packetsReceived, octetsSent }) => [
      ...[`${address}:${port}`, packetsSent, packetsReceived, octetsSent],
    ]),
    [
      ["10.0.0.1:5000", 2, 1, 84],
      ["10.0.0.2:53", 1, 3, 142],
      ["10.0.0.1:5001", 1, 0, 42],
    ],
  );
});

Deno.test("a TCP connection between old ports is a conversation of its own", () => {
  const syn = (seq: number) => build(ipv4(), tcp({ seq, flags: ["SYN"] }));
  assert.equal(conversations([syn(1), syn(1), syn(7)], "tcp").rows.length, 2);
});

Deno.test("IPv4 addresses are not those of IPv6 with the same words", () => {
  const four = build(ipv4({ src: "0.0.0.1", dst: "0.0.0.2" }), udp());
  const six = build(ipv6({ src: "::1", dst: "::2" }), udp());
  assert.equal(conversations([four, six], "udp").rows.length, 2);
});

Deno.test("with IP in IP both count; a quoted packet does not", () => {
  const inner = ipv4({ src: "10.0.0.1", dst: "10.0.0.2" });
  const packet = build(ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }), inner);
  assert.deepEqual(
    conversations([packet], "ipv4").rows.map(({ a }) => a),
    ["192.0.2.1", "10.0.0.1"],
  );
});

Deno.test("a datagram in fragments is one packet, of its last fragment", () => {
  const parts = fragment(datagram("10.0.0.1:1", "10.0.0.2:2", 2000), {
    mtu: 1500,
  });
  const [row] = conversations(parts, "udp");
  assert.deepEqual([row?.packets, row?.octets], [1, parts[1]!.length]);
  assert.equal(conversations(parts, "ipv4").rows[0]?.packets, 2);
});

Deno.test("conversations beyond the limit are added up", () => {
  const found = new Conversations("udp", { maxConversations: 2 });
  for (let port = 1; port <= 5; port++) {
    found.add(datagram(`10.0.0.1:${port}`, "10.0.0.2:53"));
    found.add(datagram("10.0.0.1:1", "10.0.0.2:53"));
  }
  assert.equal(found.rows.length, 2);
  assert.deepEqual(found.others, { packets: 3, octets: 3 * 42 });
  assert.equal(found.rows[0]?.packets, 6);
  const stations = new Conversations("ethernet", { maxConversations: 0 });
  stations.add(TALK[0]!);
  assert.deepEqual(stations.others, { packets: 1, octets: 42 });
});

Deno.test("conversations() says what it cannot count", () => {
  assert.throws(() => conversations([], "sctp" as "tcp"), {
    name: "TypeError",
    message: /'kind' must be one of ethernet, ipv4, ipv6, tcp, udp/,
  });
  assert.throws(() => conversations(5 as never, "tcp"), {
    message: /'packets' must be a list of packets or a capture/,
  });
  assert.throws(
    () => conversations([], "tcp", { maxConversations: NaN }),
    RangeError,
  );
});

Deno.test("conversations of what comes one by one are promised", async () => {
  async function* capture() {
    await Promise.resolve();
    yield* TALK;
  }
  const found = await conversations(capture(), "udp");
  assert.equal(found.rows.length, 2);
});

Deno.test("conversations and endpoints show as tables, the largest first", () => {
  const found = conversations(TALK.toReversed(), "udp");
  const lines = Deno.inspect(found).split("\n");
  assert.equal(lines[0], "2 udp conversations");
  assert.match(
    lines[3]!,
    /^10\.0\.0\.1:5000 +10\.0\.0\.2:53 +3 +226 B +-1 s +1 s/,
  );
  assert.match(Deno.inspect(found.endpoints()), /^3 udp endpoints\n/);
  assert.equal(JSON.parse(JSON.stringify(found)).length, 2);
});

Deno.test("conversations agree with a count in a Map, whatever the packets", () => {
  const end = fc.record({ host: fc.nat(3), port: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(fc.tuple(end, end), { maxLength: 80 }), (list) => {
      const expected = new Map<string, number>();
      const packets = list.map(([from, to]) => {
        const ends = [from, to].map(({ host, port }) =>
          `10.0.0.${host}:${port}`
        );
        const key = ends.toSorted().join();
        expected.set(key, (expected.get(key) ?? 0) + 1);
        return datagram(ends[0]!, ends[1]!);
      });
      const found = new Map(
        Array.from(conversations(packets, "udp"), (row) => [
          [`${row.a}:${row.aPort}`, `${row.b}:${row.bPort}`].sort().join(),
          row.packets,
        ]),
      );
      assert.deepEqual(found, expected);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a key table numbers keys as a Map does, and stays within its limit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(5), fc.integer()), { maxLength: 500 }),
      (keys) => {
        const table = new KeyTable(2);
        const map = new Map<string, number>();
        for (const [a, b] of keys) {
          table.key[0] = a;
          table.key[1] = b;
          const key = `${a} ${b | 0}`;
          const known = map.get(key);
          const expected = known ?? (map.size < 200 ? map.size : -1);
          if (known === undefined && expected >= 0) map.set(key, expected);
          assert.equal(table.index(200), expected);
        }
        assert.equal(table.size, map.size);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("protocols are counted where they stand, and shown as a tree", () => {
  const found = protocolHierarchy([
    ...TALK,
    build(ethernet(), ipv4(), tcp()),
    decode(new Uint8Array(3), { linkType: 147 }),
  ]);
  assert.equal(found.packets, 6);
  const [ether] = found.children;
  assert.equal(ether?.name, "ethernet");
  assert.deepEqual(
    ether?.children[0]?.children.map(({ name, packets }) => [name, packets]),
    [["udp", 4], ["tcp", 1]],
  );
  const shown = Deno.inspect(found);
  assert.match(shown, /^packets {2}6, 325 B\n/);
  assert.match(shown, /udp {2}4 \(66\.7%\), 268 B/);
  assert.equal(JSON.parse(JSON.stringify(found)).children[0].packets, 5);
});

Deno.test("a histogram has a row for each interval, empty ones too", () => {
  const found = histogram(TALK, { interval: 250 });
  assert.deepEqual(found.rows.map(({ start, packets }) => [start, packets]), [
    [0, 2],
    [250, 0],
    [500, 1],
    [750, 0],
    [1000, 1],
  ]);
  assert.match(Deno.inspect(found), /0 s +2 +184 B +█{20}/);
  assert.equal(JSON.parse(JSON.stringify(found)).length, 5);
});

Deno.test("times far apart or going back make no endless histogram", () => {
  const [packet] = TALK;
  const found = histogram(
    [0, 4e12, -1000, 5].map((ms) => at(packet!, ms + 5000)),
    { interval: 1 },
  );
  assert.deepEqual(found.rows.map(({ start }) => start), [-1000, 0, 5, 4e12]);
  const few = histogram(
    [0, 10, 20, 30].map((ms) => at(packet!, ms)),
    { interval: 1, maxRows: 2 },
  );
  assert.equal(few.rows.length, 2);
  assert.deepEqual(few.others, { packets: 2, octets: 84 });
  const untimed = histogram([build(ipv4())]);
  assert.deepEqual([untimed.rows, untimed.others.packets], [[], 1]);
  assert.throws(() => histogram([], { interval: 0 }), RangeError);
});
