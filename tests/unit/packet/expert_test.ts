/** Expert notes on connections made up for each of them. */

import assert from "node:assert/strict";
import {
  build,
  decode,
  ipv4,
  type Packet,
  tcp,
} from "../../../lib/packet/mod.ts";
import { Expert, expert } from "../../../lib/packet/streams/expert.ts";
import { fragment } from "../../../lib/packet/streams/fragment.ts";

type Flag = "SYN" | "ACK" | "FIN" | "RST";

/** A segment as it is written here: side, time in ms, flags, numbers, octets. */
interface Given {
  way: ">" | "<";
  at: number;
  flags?: Flag[];
  seq: number;
  ack?: number;
  octets?: number;
  window?: number;
  scale?: number;
}

function packet(given: Given): Packet {
  const { way, at, flags = ["ACK"], seq, ack = 1, octets = 0 } = given;
  const { window = 1000, scale } = given;
  const [src, dst] = way === ">"
    ? ["10.0.0.1", "10.0.0.2"]
    : ["10.0.0.2", "10.0.0.1"];
  const [srcPort, dstPort] = way === ">" ? [5000, 80] : [80, 5000];
  const { bytes } = build(
    ipv4({ src: src!, dst: dst! }),
    tcp({
      ...{ srcPort: srcPort!, dstPort: dstPort!, flags, window },
      ...{ seq: seq >>> 0, ack: ack >>> 0 },
      ...scale !== undefined &&
        { options: [{ kind: "windowScale", shift: scale }, "nop"] },
    }),
    "x".repeat(octets),
  );
  const timestamp = Temporal.Instant.fromEpochMilliseconds(1e12).add({
    microseconds: Math.round(at * 1000),
  });
  return decode(bytes.slice(), { linkType: 228, timestamp });
}

/** What is noted, as `number kind`. */
const noted = (...given: Given[]) =>
  expert(given.map(packet)).notes.map(({ packet, kind }) =>
    `${packet} ${kind}`
  );

const HANDSHAKE: Given[] = [
  { way: ">", at: 0, flags: ["SYN"], seq: 0, ack: 0, scale: 2 },
  { way: "<", at: 40, flags: ["SYN", "ACK"], seq: 0, scale: 2 },
  { way: ">", at: 80, seq: 1 },
];

/** A connection, and what is to be noted of it. */
const SCENARIOS: [string, Given[], string[]][] = [
  ["nothing of a handshake", HANDSHAKE, []],
  [
    "octets sent again late",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: ">", at: 300, seq: 1, octets: 10 },
    ],
    ["2 retransmission"],
  ],
  [
    "octets sent again that were acknowledged",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: "<", at: 10, seq: 1, ack: 11 },
      { way: ">", at: 300, seq: 1, octets: 10 },
    ],
    ["3 spurious-retransmission"],
  ],
  [
    "a hole, and the segment that fills it soon after",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: ">", at: 1, seq: 21, octets: 10 },
      { way: ">", at: 2, seq: 11, octets: 10 },
    ],
    ["2 lost-segment", "3 out-of-order"],
  ],
  [
    "the same late: without a round trip time 3 ms count",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: ">", at: 1, seq: 21, octets: 10 },
      { way: ">", at: 5, seq: 11, octets: 10 },
    ],
    ["2 lost-segment", "3 retransmission"],
  ],
  [
    "the same within the round trip time of the handshake",
    [
      ...HANDSHAKE,
      { way: ">", at: 100, seq: 11, octets: 10 },
      { way: ">", at: 179, seq: 1, octets: 10 },
    ],
    ["4 lost-segment", "5 out-of-order"],
  ],
  [
    "duplicate ACKs, numbered, and the fast retransmission that they ask for",
    [
      ...HANDSHAKE,
      { way: ">", at: 100, seq: 1, octets: 10 },
      { way: "<", at: 140, seq: 1, ack: 11 },
      { way: ">", at: 150, seq: 21, octets: 10 },
      { way: "<", at: 190, seq: 1, ack: 11 },
      { way: "<", at: 191, seq: 1, ack: 11 },
      { way: ">", at: 195, seq: 11, octets: 10 },
    ],
    [
      "6 lost-segment",
      "7 duplicate-ack",
      "8 duplicate-ack",
      "9 fast-retransmission",
    ],
  ],
  [
    "an ACK of octets that the capture has not",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: "<", at: 1, seq: 1, ack: 31 },
    ],
    ["2 ack-lost-segment"],
  ],
  [
    "a closed window, the probe, its answer, and the update that opens it",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: "<", at: 1, seq: 1, ack: 11, window: 0 },
      { way: ">", at: 300, seq: 11, octets: 1 },
      { way: "<", at: 301, seq: 1, ack: 11, window: 0 },
      { way: "<", at: 400, seq: 1, ack: 11, window: 500 },
    ],
    [
      "2 zero-window",
      "3 zero-window-probe",
      "4 zero-window",
      "4 zero-window-probe-ack",
      "5 window-update",
    ],
  ],
  [
    "a window filled, as it is scaled",
    [
      ...HANDSHAKE,
      { way: "<", at: 90, seq: 1, window: 100 },
      { way: ">", at: 100, seq: 1, octets: 400 },
    ],
    ["4 window-update", "5 window-full"],
  ],
  [
    "a keep-alive and its answer",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: "<", at: 1, seq: 1, ack: 11 },
      { way: ">", at: 9000, seq: 10 },
      { way: "<", at: 9001, seq: 1, ack: 11 },
    ],
    ["3 keep-alive", "4 keep-alive-ack"],
  ],
  [
    "a reset",
    [
      { way: ">", at: 0, seq: 1, octets: 10 },
      { way: "<", at: 1, flags: ["RST", "ACK"], seq: 1, ack: 11 },
    ],
    ["2 reset"],
  ],
  [
    "ports used again",
    [...HANDSHAKE, { way: ">", at: 100, flags: ["SYN"], seq: 999, ack: 0 }],
    ["4 reused-ports"],
  ],
  [
    "a SYN sent again",
    [HANDSHAKE[0]!, { ...HANDSHAKE[0]!, at: 1000 }],
    ["2 retransmission"],
  ],
  [
    "numbers that wrap as any others",
    [
      { way: ">", at: 0, seq: 2 ** 32 - 5, octets: 10 },
      { way: ">", at: 1, seq: 5, octets: 10 },
      { way: ">", at: 300, seq: 2 ** 32 - 5, octets: 10 },
    ],
    ["3 retransmission"],
  ],
];

for (const [what, given, notes] of SCENARIOS) {
  Deno.test(`expert() notes ${what}`, () => {
    assert.deepEqual(noted(...given), notes);
  });
}

Deno.test("a duplicate ACK says which one in a row it is, and of what", () => {
  const { notes } = expert([
    { way: ">", at: 0, seq: 1, octets: 10 } as const,
    { way: "<", at: 1, seq: 1, ack: 11 } as const,
    { way: "<", at: 2, seq: 1, ack: 11 } as const,
    { way: "<", at: 3, seq: 1, ack: 11 } as const,
  ].map(packet));
  assert.deepEqual(notes.map((note) => [note.duplicate, note.origin]), [
    [1, 2],
    [2, 2],
  ]);
  assert.equal(notes[1]?.stream, 0);
  assert.match(notes[1]!.text, /for packet 2, number 2/);
});

Deno.test("checksums are looked at as asked: the header's alone unless told", () => {
  const good = build(ipv4({ dst: "192.0.2.1" }), tcp(), "x");
  const badHeader = good.with({ ipv4: { checksum: 0x1234 } });
  const badSegment = good.with({ tcp: { checksum: 0x1234 } });
  const count = (checksums?: "all" | "ip" | "none") =>
    expert([good, badHeader, badSegment], checksums && { checksums })
      .count("bad-checksum");
  assert.deepEqual([count(), count("all"), count("ip"), count("none")], [
    1,
    2,
    1,
    0,
  ]);
  const [note] = expert([badHeader]).notes;
  assert.equal(note?.severity, "error");
  assert.match(note!.text, /ipv4 has 0x1234, 0x[0-9a-f]{4} is right/);
});

Deno.test("few hops left are noted, but not where packets are to stay near", () => {
  const low = (dst: string, ttl: number) => build(ipv4({ dst, ttl }), "x");
  const { notes } = expert([
    low("192.0.2.1", 4),
    low("192.0.2.1", 5),
    low("224.0.0.5", 1),
    low("255.255.255.255", 1),
    build(ipv4({ dst: "192.0.2.1", ttl: 1, protocol: 89 }), "x"),
  ]);
  assert.deepEqual(notes.map(({ packet, kind }) => [packet, kind]), [
    [1, "low-ttl"],
  ]);
});

Deno.test("fragments that never come are noted, with what is missing", () => {
  const parts = fragment(
    build(ipv4({ src: "10.0.0.1", dst: "192.0.2.1" }), "x".repeat(2000)),
    { mtu: 1000 },
  );
  const { notes } = expert([parts[0]!, parts[2]!]);
  assert.deepEqual(notes.map(({ packet, kind }) => [packet, kind]), [
    [2, "missing-fragments"],
  ]);
  assert.match(
    notes[0]!.text,
    /10\.0\.0\.1 > 192\.0\.2\.1 octets 976-1952 \(end\)/,
  );
});

Deno.test("notes beyond the limit are counted and not kept", () => {
  const watch = new Expert({ maxNotes: 2 });
  const reset = packet({ way: ">", at: 0, flags: ["RST"], seq: 1 });
  for (let i = 0; i < 5; i++) watch.add(reset);
  assert.equal(watch.notes.length, 2);
  assert.equal(watch.count("reset"), 5);
  assert.equal(watch.count(), 5);
  assert.throws(() => new Expert({ maxNotes: NaN }), RangeError);
  assert.throws(() => new Expert({ checksums: "some" as "all" }), TypeError);
});

Deno.test("notes show as a table, many of them as a summary", () => {
  const reset = packet({ way: ">", at: 0, flags: ["RST"], seq: 1 });
  const few = Deno.inspect(expert([reset]));
  assert.match(few, /^1 expert notes\n/);
  assert.match(few, /1 {2}warning +reset +0 {2}the connection was reset/);
  const many = Deno.inspect(expert(Array.from({ length: 50 }, () => reset)));
  assert.match(many, /warning +reset +50/);
  assert.equal(JSON.parse(JSON.stringify(expert([reset])))[0].kind, "reset");
});
