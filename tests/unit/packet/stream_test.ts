/** Streams: order, repeats, gaps, ends, limits, and how they are shown. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  build,
  decode,
  ipv4,
  type Packet,
  tcp,
  udp,
} from "../../../lib/packet/mod.ts";
import { follow } from "../../../lib/packet/streams/follow.ts";
import { fragment } from "../../../lib/packet/streams/fragment.ts";
import type { OverlapPolicy } from "../../../lib/packet/streams/overlap.ts";
import type { StreamSegment } from "../../../lib/packet/streams/stream.ts";
import { Streams, streams } from "../../../lib/packet/streams/streams.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);

type Flag = "SYN" | "ACK" | "FIN" | "RST";

/** A segment from the client (`>`) or the server (`<`). */
const segment = (
  way: ">" | "<",
  flags: Flag[],
  seq: number,
  ack = 0,
  payload = "",
  port = 5000,
): Packet => {
  const [src, dst] = way === ">" ? [A, B] : [B, A];
  const [srcPort, dstPort] = way === ">" ? [port, 80] : [80, port];
  return build(
    ipv4({ src: src!, dst: dst! }),
    tcp({
      ...{ srcPort: srcPort!, dstPort: dstPort!, flags },
      ...{ seq: seq >>> 0, ack: ack >>> 0 },
    }),
    payload,
  );
};
const datum = (seq: number, payload: string) =>
  segment(">", ["ACK"], seq, 1, payload);

const kinds = (segments: readonly StreamSegment[]) =>
  segments.map(({ kind, seq, length, packet }) =>
    `${kind} ${seq}+${length} by ${packet}`
  );

Deno.test("segments are told apart: data, out of order, sent again, overlapping", () => {
  const [stream] = streams([
    datum(1, "abc"),
    datum(7, "ghi"),
    datum(4, "def"),
    datum(4, "def"),
    datum(8, "hijk"),
  ]);
  assert.deepEqual(kinds(stream!.segments), [
    "data 1+3 by 1",
    "data 4+3 by 3",
    "out-of-order 7+3 by 2",
    "retransmission 4+3 by 4",
    "overlap 8+2 by 5",
    "data 10+2 by 5",
  ]);
  assert.equal(text(stream!.data("toServer")), "abcdefghijk");
  assert.equal(stream!.octets("toServer"), 11);
  assert.equal(stream!.octets("toClient"), 0);
});

Deno.test("octets that come again and differ are said to", () => {
  const [stream] = streams([
    datum(1, "abc"),
    datum(1, "aXc"),
    datum(9, "ijk"),
    datum(9, "ijk"),
    datum(8, "hiX"),
  ]);
  const again = stream!.segments.filter(({ differs }) => differs !== undefined);
  assert.deepEqual(again.map(({ kind, differs }) => [kind, differs]), [
    ["retransmission", true],
    ["retransmission", false],
    ["overlap", true],
  ]);
});

Deno.test("a gap is said where it is, and whether its octets were acknowledged", () => {
  const acked = streams([
    datum(1, "abc"),
    datum(7, "ghi"),
    segment("<", ["ACK"], 1, 10),
    datum(10, "jkl"),
  ]).list[0]!;
  assert.deepEqual(kinds(acked.segments), [
    "data 1+3 by 1",
    "gap 4+3 by 3",
    "out-of-order 7+3 by 2",
    "data 10+3 by 4",
  ]);
  assert.equal(acked.segments[1]?.acknowledged, true);
  assert.equal(acked.missing("toServer"), 3);
  const lost = streams([datum(1, "abc"), datum(7, "ghi")]).list[0]!;
  assert.equal(lost.segments[1]?.kind, "gap");
  assert.equal(lost.segments[1]?.acknowledged, false);
  assert.equal(text(lost.data("toServer")), "abcghi");
});

Deno.test("a gap that nobody acknowledges is given up when thousands wait behind it", () => {
  const found = new Streams();
  found.add(datum(1, "a"));
  for (let i = 0; i < 5000; i++) found.add(datum(3 + i, "b"));
  const [stream] = found.list;
  assert.equal(stream!.octets("toServer"), 5001);
  assert.deepEqual(kinds(stream!.segments.slice(0, 3)), [
    "data 1+1 by 1",
    "gap 2+1 by 4098",
    "out-of-order 3+1 by 2",
  ]);
});

Deno.test("sequence numbers wrap and places do not", () => {
  const [stream] = streams([
    segment(">", ["SYN"], 0xfffffffd),
    segment(">", ["ACK"], 0xfffffffe, 1, "abc"),
    segment(">", ["ACK"], 4, 1, "ghi"),
    segment(">", ["ACK"], 1, 1, "def"),
  ]);
  assert.deepEqual(kinds(stream!.segments), [
    "data 1+3 by 2",
    "data 4+3 by 4",
    "out-of-order 7+3 by 3",
  ]);
});

/** What a connection shows, and the state that it is in then. */
const STATES: [string, Packet[], string][] = [
  ["a SYN", [segment(">", ["SYN"], 0)], "syn-sent"],
  [
    "an answer",
    [segment(">", ["SYN"], 0), segment("<", ["SYN", "ACK"], 0, 1)],
    "syn-received",
  ],
  [
    "a handshake",
    [
      segment(">", ["SYN"], 0),
      segment("<", ["SYN", "ACK"], 0, 1),
      segment(">", ["ACK"], 1, 1),
    ],
    "established",
  ],
  ["data in the middle", [datum(99, "x")], "established"],
  ["one FIN", [segment(">", ["FIN", "ACK"], 5, 5)], "half-closed"],
  [
    "both FINs",
    [
      segment(">", ["FIN", "ACK"], 5, 5),
      segment("<", ["FIN", "ACK"], 5, 6),
    ],
    "closed",
  ],
  ["a reset", [datum(1, "x"), segment("<", ["RST"], 5)], "reset"],
];

for (const [what, packets, state] of STATES) {
  Deno.test(`a connection that shows ${what} is ${state}`, () => {
    assert.equal(streams(packets).list[0]?.state, state);
  });
}

Deno.test("the sender of the SYN is the client, even if the answer comes first", () => {
  const [stream] = streams([
    segment("<", ["SYN", "ACK"], 0, 1),
    segment(">", ["SYN"], 0),
    segment(">", ["ACK"], 1, 1, "hello"),
  ]);
  assert.equal(`${stream}`, "tcp 0 10.0.0.1:5000 > 10.0.0.2:80");
  assert.equal(text(stream!.data("toServer")), "hello");
  assert.deepEqual(stream!.packets, { toServer: 2, toClient: 1 });
});

Deno.test("a new SYN between the same ports starts a new stream, a repeated one does not", () => {
  const syn = segment(">", ["SYN"], 100);
  const found = streams([
    syn,
    syn,
    segment(">", ["ACK"], 101, 1, "first"),
    segment(">", ["SYN"], 900),
    segment(">", ["ACK"], 901, 1, "second"),
    segment(">", ["FIN", "ACK"], 907, 1),
    segment(">", ["SYN"], 900),
    segment(">", ["ACK"], 901, 1, "third"),
  ]);
  assert.deepEqual(
    found.list.map((stream) => text(stream.data("toServer"))),
    ["first", "second", "third"],
  );
});

Deno.test("what overlaps while it waits goes by the policy", () => {
  const packets = [
    datum(1, "a"),
    datum(6, "FFFF"),
    datum(4, "dddddddd"),
    datum(2, "bb"),
  ];
  for (
    const [overlap, expected] of [
      ["first", "abbddFFFFdd"],
      ["last", "abbdddddddd"],
      ["bsd", "abbdddddddd"],
      ["bsd-right", "abbddFFFFdd"],
      ["windows", "abbdddddddd"],
      ["drop", "abbddFFFFdd"],
    ] as [OverlapPolicy, string][]
  ) {
    const [stream] = streams(packets, { overlap });
    assert.equal(text(stream!.data("toServer")), expected, overlap);
  }
});

Deno.test("octets that the capture cut off are said, and the rest goes on behind them", () => {
  const { bytes, length } = datum(1, "abcdef");
  const cut = decode(bytes.slice(0, -2), { linkType: 228, length });
  const [stream] = streams([cut, datum(7, "ghi")]);
  assert.deepEqual(kinds(stream!.segments), [
    "data 1+4 by 1",
    "cut 5+2 by 1",
    "data 7+3 by 2",
  ]);
});

Deno.test("segments in fragments count with their last fragment", () => {
  const whole = datum(1, "x".repeat(1000));
  const parts = fragment(whole, { mtu: 500 });
  const [stream] = streams(parts.toReversed());
  assert.deepEqual(kinds(stream!.segments), ["data 1+1000 by 3"]);
});

Deno.test("limits hold, and what they cost is said", () => {
  const packets = Array.from(
    { length: 2000 },
    (_, i) => datum(1 + i * 100, "x".repeat(100)),
  );
  const [stream] = streams(packets, { maxOctets: 10_000 });
  const kept = stream!.octets("toServer");
  assert.ok(kept > 2000 && kept <= 10_000);
  assert.equal(stream!.segments.at(-1)?.kind, "dropped");
  assert.equal(
    stream!.octets("toServer") + stream!.missing("toServer"),
    200_000,
  );
  assert.ok(stream!.segments.length < 100);
  const many = new Streams({ maxStreams: 3 });
  for (let port = 1; port <= 10; port++) {
    many.add(segment(">", ["ACK"], 1, 1, "x", port));
  }
  assert.equal(many.list.length, 3);
  assert.equal(many.ignored, 7);
  assert.throws(() => new Streams({ maxOctets: -1 }), RangeError);
  assert.throws(() => new Streams({ protocol: "sctp" as "tcp" }), TypeError);
});

Deno.test("UDP streams are what goes to and fro between two ports", () => {
  const datagram = (way: ">" | "<", payload: string) => {
    const [src, dst] = way === ">" ? [A, B] : [B, A];
    const [srcPort, dstPort] = way === ">" ? [5000, 53] : [53, 5000];
    return build(
      ipv4({ src: src!, dst: dst! }),
      udp({ srcPort: srcPort!, dstPort: dstPort! }),
      payload,
    );
  };
  const found = streams([
    datagram(">", "ask"),
    datagram("<", "tell"),
    datagram(">", ""),
  ], { protocol: "udp" });
  const [stream] = found;
  assert.equal(found.size, 1);
  assert.equal(stream?.state, undefined);
  assert.deepEqual(kinds(stream!.segments), [
    "data 0+3 by 1",
    "data 0+4 by 2",
  ]);
  assert.deepEqual(stream!.packets, { toServer: 2, toClient: 1 });
});

Deno.test("follow() shows a conversation as text, as a hexdump and as digits", () => {
  const [stream] = streams([
    segment(">", ["ACK"], 1, 1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    segment("<", ["ACK"], 1, 28, "HTTP/1.1 200 OK\r\n"),
    segment("<", ["ACK"], 20, 28, "\x1b[31m"),
    segment(">", ["ACK"], 28, 25),
  ]);
  const canvas = { width: 80, colors: false };
  assert.equal(
    follow(stream!, { canvas }),
    [
      "> GET / HTTP/1.1",
      "> Host: x",
      "> ",
      "< HTTP/1.1 200 OK",
      "< [2 octets missing].[31m",
    ].join("\n"),
  );
  assert.equal(
    follow(stream!, { canvas, format: "hex", direction: "toClient" }),
    [
      "    00000000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  |HTTP/1.1 200 OK.|",
      "    00000010  0a                                                |.|",
      "    [2 octets missing]",
      "    00000013  1b 5b 33 31 6d                                    |.[31m|",
    ].join("\n").split("\n").map((line) => line.trimEnd()).join("\n"),
  );
  assert.match(
    follow(stream!, { canvas, format: "raw" }),
    /^474554[0-9a-f]+\n\t485454[0-9a-f]+\n\t\[2 octets missing\]\n\t1b5b33316d$/,
  );
  assert.throws(
    () => follow(stream!, { format: "ascii" as "text" }),
    TypeError,
  );
});

Deno.test("streams show as a table, one as a card, and give plain data", () => {
  const found = streams([datum(1, "abc"), datum(7, "ghi")]);
  const shown = Deno.inspect(found);
  assert.match(shown, /^1 tcp streams\n/);
  assert.match(shown, /0 {2}10\.0\.0\.1:5000 {2}10\.0\.0\.2:80/);
  assert.match(Deno.inspect(found.list[0]), /gap +1/);
  assert.match(Deno.inspect({ s: found.list[0] }), /Stream \{ tcp 0 10/);
  assert.equal(JSON.parse(JSON.stringify(found))[0].client, "10.0.0.1:5000");
});

Deno.test("however segments are cut, mixed and repeated, the octets come out in order", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.infiniteStream(fc.nat()),
      (octets, initial, random) => {
        const next = (below: number) => random.next().value! % below;
        const packets: { packet: Packet; key: number }[] = [];
        for (let at = 0; at < octets.length;) {
          const from = Math.max(0, at - next(4));
          const to = Math.min(octets.length, at + 1 + next(40));
          const [src, dst] = [A, B];
          const packet = build(
            ipv4({ src, dst }),
            tcp({ seq: (initial + 1 + from) >>> 0, flags: ["ACK"] }),
            octets.slice(from, to),
          );
          for (let n = 0; n <= next(2); n++) {
            packets.push({ packet, key: next(1000) });
          }
          at = to;
        }
        packets.sort((a, b) => a.key - b.key);
        const syn = build(
          ipv4({ src: A, dst: B }),
          tcp({ seq: initial, flags: ["SYN"] }),
        );
        const [stream] = streams([syn, ...packets.map(({ packet }) => packet)]);
        assert.equal(stream!.data("toServer").toHex(), octets.toHex());
        assert.equal(stream!.missing("toServer"), 0);
        assert.ok(!stream!.segments.some(({ differs }) => differs));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("no segments whatever make streams throw, hang or keep too much", () => {
  const flags = fc.subarray<Flag>(["SYN", "ACK", "FIN", "RST"]);
  const near = fc.oneof(
    fc.nat(2000),
    fc.integer({ min: 2 ** 31 - 500, max: 2 ** 31 + 500 }),
    fc.integer({ min: 2 ** 32 - 500, max: 2 ** 32 - 1 }),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom<">" | "<">(">", "<"),
          flags,
          near,
          near,
          fc.nat(300),
        ),
        { maxLength: 60 },
      ),
      (list) => {
        const found = streams(
          list.map(([way, flags, seq, ack, length]) =>
            segment(way, flags, seq, ack, "x".repeat(length))
          ),
          { maxOctets: 5000 },
        );
        let kept = 0;
        for (const { segments } of found) {
          for (const { octets, length, seq } of segments) {
            kept += octets.length;
            assert.ok(length > 0 && Number.isSafeInteger(seq));
          }
        }
        assert.ok(kept <= 5000);
      },
    ),
    { numRuns: 300 },
  );
});
