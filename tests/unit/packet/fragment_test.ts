/** IP fragments: how they are cut, put together, and who wins where they overlap. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  build,
  decode,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  udp,
} from "../../../lib/packet/mod.ts";
import { fragment } from "../../../lib/packet/streams/fragment.ts";
import type { OverlapPolicy } from "../../../lib/packet/streams/overlap.ts";
import {
  type IncompleteDatagram,
  reassemble,
  reassembler,
} from "../../../lib/packet/streams/reassemble.ts";

const SRC = "192.0.2.1";
const DST = "192.0.2.2";
const SRC6 = "2001:db8::1";
const DST6 = "2001:db8::2";

const bytes = (length: number) =>
  Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));

const whole4 = (length: number, options?: { df?: boolean }) =>
  build(
    ethernet(),
    ipv4({ src: SRC, dst: DST, id: 7, flags: options?.df ? ["DF"] : [] }),
    udp({ srcPort: 1, dstPort: 2 }),
    bytes(length),
  );
const whole6 = (length: number) =>
  build(
    ethernet(),
    ipv6({ src: SRC6, dst: DST6 }),
    udp({ srcPort: 1, dstPort: 2 }),
    bytes(length),
  );

/** One IPv4 fragment by itself: its offset in octets, and one letter as often as asked. */
const piece = (
  offset: number,
  letter: string,
  length: number,
  more = true,
  time?: number,
) => {
  const { bytes } = build(
    ipv4({
      src: SRC,
      dst: DST,
      id: 9,
      protocol: 200,
      flags: more ? ["MF"] : [],
      fragmentOffset: offset / 8,
    }),
    letter.repeat(length),
  );
  return decode(bytes, {
    linkType: 228,
    ...time !== undefined &&
      { timestamp: Temporal.Instant.fromEpochMilliseconds(time) },
  });
};

/** The same in IPv6; the fragment header is written by hand. */
const piece6 = (
  offset: number,
  letter: string,
  length: number,
  more = true,
  id = 9,
) => {
  const at = offset | (more ? 1 : 0);
  const header = Uint8Array.of(200, 0, at >> 8, at & 255, 0, 0, 0, id);
  const data = new TextEncoder().encode(letter.repeat(length));
  return build(
    ipv6({ src: SRC6, dst: DST6, nextHeader: 44 }),
    Uint8Array.of(...header, ...data),
  );
};

Deno.test("fragment() cuts at multiples of 8 octets, and nothing exceeds the MTU", () => {
  for (const mtu of [28, 68, 576, 1000, 1500]) {
    const parts = fragment(whole4(2000), { mtu });
    let at = 0;
    for (const [i, part] of parts.entries()) {
      const { ipv4: ip, checksums, ethernet } = part;
      assert.ok(ip && ethernet?.type === 0x0800);
      assert.ok(ip.totalLength <= mtu);
      assert.equal(ip.id, 7);
      assert.equal(ip.fragmentOffset * 8, at);
      assert.equal(ip.flags.includes("MF"), i < parts.length - 1);
      assert.ok(checksums[0]?.ok);
      at += ip.totalLength - 20;
    }
    assert.equal(at, 2008);
  }
});

Deno.test("fragment() gives a packet that fits as it is, with DF too", () => {
  const packet = whole4(100, { df: true });
  assert.deepEqual(fragment(packet, { mtu: 128 }), [packet]);
  assert.throws(() => fragment(packet, { mtu: 127 }), {
    name: "RangeError",
    message: /must not have DF \(don't fragment\) set/,
  });
});

Deno.test("fragment() says what it cannot divide", () => {
  const whole = whole4(100);
  const { bytes, length } = whole;
  for (
    const [packet, options, message] of [
      [whole, { mtu: 27 }, /room for the headers and 8 octets, 28 or more/],
      [whole, { mtu: 1.5 }, /'mtu' must be a whole number/],
      [whole, { mtu: 0 }, /'mtu' must be a whole number/],
      [whole, { mtu: 50, id: 65536 }, /'id' must be .* to 65535/],
      [whole6(100), { mtu: 55 }, /room for the headers and 8 octets, 56 or/],
      [decode(bytes.slice(0, 60), { length }), { mtu: 50 }, /must be whole/],
      [decode(new Uint8Array(0)), { mtu: 50 }, /must be a Packet with IP/],
      [{}, { mtu: 50 }, /must be a Packet with IP/],
    ] as const
  ) {
    assert.throws(() => fragment(packet as Packet, options), { message });
  }
});

Deno.test("options that are not copied are in the first fragment alone (RFC 791)", () => {
  // Record route (7, not copied), no-operation, loose source route (131, copied).
  const options = "070704 00000000 01 830704 0a000001 00".replace(/ /g, "");
  const header = `4900 0000 0007 0000 40c8 0000 c0000201 c0000202`;
  const octets = Uint8Array.fromHex(header.replace(/ /g, "") + options);
  const packet = new Uint8Array(136);
  packet.set(octets);
  packet[3] = 136;
  const parts = fragment(decode(packet, { linkType: 228 }), { mtu: 80 });
  assert.deepEqual(
    parts.map(({ bytes }) => bytes.subarray(20, (bytes[0]! & 15) * 4).toHex()),
    [options, "8307040a00000100", "8307040a00000100"],
  );
  assert.deepEqual(parts.map((part) => part.ipv4?.ihl), [9, 7, 7]);
  assert.ok(parts.every((part) => part.checksums[0]?.ok));
});

Deno.test("an IPv6 fragment header goes behind Hop-by-Hop and Routing, before the rest (RFC 8200 §4.5)", () => {
  const chain = "3c00010400000000" + // Hop-by-Hop, then Destination Options
    "2b00010400000000" + // then Routing
    "3c000000 00000000" + // then Destination Options
    "c800010400000000"; // then protocol 200
  const extensions = Uint8Array.fromHex(chain.replace(/ /g, ""));
  const payload = new Uint8Array(32 + 100);
  payload.set(extensions);
  const packet = build(ipv6({ src: SRC6, dst: DST6, nextHeader: 0 }), payload);
  const [first, ...rest] = fragment(packet, { mtu: 120, id: 0x01020304 });
  assert.equal(
    first?.bytes.subarray(40, 72).toHex(),
    "3c00010400000000" + "2b00010400000000" + "2c00000000000000" +
      "3c00000101020304",
  );
  assert.equal(rest.length, 2);
  const [whole] = reassemble([...rest, first!]);
  assert.equal(whole?.bytes.toHex(), packet.bytes.toHex());
});

Deno.test("a fragment can be divided again, and keeps identification and place", () => {
  for (const whole of [whole4(4000), whole6(4000)]) {
    const once = fragment(whole, { mtu: 1500 });
    const twice = once.flatMap((part) => fragment(part, { mtu: 600 }));
    assert.ok(twice.length > once.length);
    const found = [...reassemble(twice.toReversed())];
    assert.deepEqual(found.map(({ bytes }) => bytes.toHex()), [
      whole.bytes.toHex(),
    ]);
  }
});

Deno.test("IPv6 gives up a datagram whose fragments overlap, and all that comes after (RFC 5722)", () => {
  const dropped: IncompleteDatagram[] = [];
  const into = reassembler({ onDrop: (datagram) => dropped.push(datagram) });
  assert.equal(into.add(piece6(0, "A", 16)), undefined);
  assert.equal(into.add(piece6(8, "B", 16)), undefined);
  assert.equal(into.add(piece6(0, "A", 16)), undefined);
  assert.equal(into.add(piece6(16, "C", 8, false)), undefined);
  assert.deepEqual(dropped.map(({ state, id }) => [state, id]), [
    ["overlap", 9],
  ]);
  assert.equal(into.counts.dropped, 1);
  assert.equal(into.counts.conflicts, 1);
  // Another identification is another datagram.
  assert.equal(into.add(piece6(0, "A", 16, true, 8)), undefined);
  assert.ok(into.add(piece6(16, "B", 3, false, 8)));
});

Deno.test("an exact duplicate is no overlap, but a part of one is", () => {
  const into = reassembler();
  into.add(piece6(0, "A", 16));
  into.add(piece6(0, "A", 16));
  assert.equal(into.counts.duplicates, 1);
  assert.ok(into.add(piece6(16, "B", 3, false)));
  into.add(piece6(0, "A", 16));
  into.add(piece6(0, "A", 8));
  assert.equal(into.counts.dropped, 1);
});

Deno.test("an atomic fragment is whole in itself, whatever else has its identification (RFC 6946)", () => {
  const into = reassembler();
  assert.equal(into.add(piece6(0, "A", 16)), undefined);
  const whole = into.add(piece6(0, "B", 20, false));
  assert.equal(whole?.ipv6?.nextHeader, 200);
  assert.equal(whole?.ipv6?.payloadLength, 20);
  assert.equal(into.add(piece6(16, "C", 8, false))?.ipv6?.payloadLength, 24);
});

Deno.test("what is missing is said, and by which packets the rest came", () => {
  const into = reassembler();
  into.add(whole4(10));
  into.add(piece(16, "B", 8));
  into.add(piece(40, "D", 5, false));
  const [one] = into.pending;
  assert.deepEqual(one?.missing, [
    { start: 0, end: 16 },
    { start: 24, end: 40 },
  ]);
  assert.deepEqual(one?.packets, [2, 3]);
  assert.equal(one?.octets, 13);
  const shown = Deno.inspect(into);
  assert.match(shown, /0-16, 24-40/);
  into.add(piece(0, "A", 16));
  assert.ok(into.add(piece(24, "C", 16)));
  assert.deepEqual(into.pending, []);
});

Deno.test("fragments that cannot be are counted and change nothing", () => {
  for (
    const [what, ...packets] of [
      ["beyond 65535 octets", piece(65528, "X", 8, false)],
      ["beyond 65535 octets with the header", piece(65504, "X", 16, false)],
      ["no octets", piece(8, "", 0)],
      ["no octets at the end", piece(8, "", 0, false)],
      ["no multiple of 8 octets, and more behind", piece(8, "X", 9)],
      [
        "an end before what has come",
        piece(16, "X", 8),
        piece(8, "X", 8, false),
      ],
      ["octets behind the end", piece(8, "X", 8, false), piece(16, "X", 8)],
      [
        "another end",
        piece(8, "X", 8, false),
        piece(8, "X", 5, false),
      ],
    ] as [string, ...Packet[]][]
  ) {
    const into = reassembler();
    for (const packet of packets) assert.equal(into.add(packet), undefined);
    assert.equal(into.counts.malformed, 1, what);
  }
});

Deno.test("a fragment that the capture cut is passed on as it is", () => {
  const cut = decode(piece(8, "X", 80).bytes.slice(0, 60), {
    linkType: 228,
    length: 100,
  });
  const into = reassembler();
  assert.equal(into.add(cut), cut);
  assert.deepEqual(into.pending, []);
});

Deno.test("a datagram waits for as long as the timeout, by the packets' time", () => {
  const dropped: IncompleteDatagram[] = [];
  const onDrop = (datagram: IncompleteDatagram) => dropped.push(datagram);
  const into = reassembler({ timeout: 1000, onDrop });
  into.add(piece(0, "A", 8, true, 5000));
  assert.ok(into.add(piece(8, "B", 8, false, 6000)));
  into.add(piece(0, "A", 8, true, 7000));
  assert.equal(into.add(piece(8, "B", 8, false, 8001)), undefined);
  assert.deepEqual(dropped.map(({ state, packets }) => [state, packets]), [
    ["timeout", [3]],
  ]);
});

Deno.test("a flood of fragments takes no more memory than the limits say", () => {
  const reasons = new Map<string, number>();
  const onDrop = ({ state }: IncompleteDatagram) => {
    reasons.set(state, (reasons.get(state) ?? 0) + 1);
  };
  const flood = (id: number) =>
    build(ipv4({ src: SRC, dst: DST, id, flags: ["MF"] }), bytes(800));
  const few = reassembler({ maxDatagrams: 10, onDrop });
  for (let id = 0; id < 1000; id++) few.add(flood(id));
  assert.equal(few.pending.length, 10);
  assert.deepEqual([...reasons], [["limit", 990]]);
  assert.equal(few.pending[0]?.id, 990);
  const small = reassembler({ maxOctets: 20_000 });
  for (let id = 0; id < 1000; id++) small.add(flood(id));
  assert.equal(small.pending.length, 12);
  for (const name of ["timeout", "maxDatagrams", "maxOctets"]) {
    assert.throws(() => reassembler({ [name]: -1 }), RangeError);
  }
  assert.throws(() => reassembler({ overlap: "lst" as "last" }), TypeError);
});

Deno.test("fragments in fragments are put together from the outside in", () => {
  const inner = whole4(1000).bytes.subarray(14);
  const inners = fragment(decode(inner.slice(), { linkType: 228 }), {
    mtu: 576,
  });
  const packets = inners.flatMap(({ bytes }, id) =>
    fragment(
      build(ipv4({ src: SRC, dst: DST, id, protocol: 4 }), bytes),
      {
        mtu: 300,
      },
    )
  );
  const [whole, ...others] = reassemble(packets);
  // The outer header states a length, and so is left out.
  assert.equal(whole?.bytes.toHex(), inner.toHex());
  assert.deepEqual(others, []);
});

Deno.test("a whole has the link's header of its first fragment, and the time of the last to come", () => {
  const timed = fragment(whole4(3000), { mtu: 1500 }).map(({ bytes }, i) =>
    decode(bytes, {
      timestamp: Temporal.Instant.fromEpochMilliseconds(1000 * i),
    })
  );
  const [whole] = reassemble([timed[2]!, timed[1]!, timed[0]!]);
  assert.equal(whole?.linkType, 1);
  assert.equal(whole?.time, 0);
  assert.deepEqual(whole?.bytes, whole4(3000).bytes);
});

Deno.test("reassemble() works on what comes one by one, and tells what is left at the end", async () => {
  const dropped: string[] = [];
  async function* capture() {
    await Promise.resolve();
    yield* fragment(whole6(3000), { mtu: 1280 });
    yield piece(0, "A", 8);
  }
  const found: Packet[] = [];
  const onDrop = ({ state }: IncompleteDatagram) => dropped.push(state);
  for await (const packet of reassemble(capture(), { onDrop })) {
    found.push(packet);
  }
  assert.deepEqual(found.map((p) => p.bytes), [whole6(3000).bytes]);
  assert.deepEqual(dropped, ["end"]);
  assert.throws(() => reassemble(7 as never), /'packets' must be/);
});

Deno.test("fragments in any order, with duplicates, make the same packet", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(whole4, whole6),
      fc.nat(4000),
      fc.integer({ min: 56, max: 1600 }),
      fc.constantFrom<OverlapPolicy | undefined>(
        undefined,
        "first",
        "last",
        "bsd",
        "linux",
        "drop",
      ),
      fc.infiniteStream(fc.nat()),
      (make, length, mtu, overlap, random) => {
        const whole = make(length);
        const parts = fragment(whole, { mtu });
        const next = () => random.next().value!;
        const twice = parts.concat(parts.filter(() => next() % 3 === 0));
        const mixed = twice.map((part) => ({ part, key: next() }))
          .sort((a, b) => a.key - b.key)
          .map(({ part }) => part);
        const found = [...reassemble(mixed, { overlap })];
        assert.ok(found.length > 0);
        for (const packet of found) {
          assert.equal(packet.bytes.toHex(), whole.bytes.toHex());
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("no fragments whatever make reassembly throw, or grow beyond its limits", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          offset: fc.oneof(fc.nat(8), fc.nat(8191)),
          length: fc.oneof(fc.nat(40), fc.nat(1500)),
          more: fc.boolean(),
          id: fc.nat(2),
          six: fc.boolean(),
        }),
        { maxLength: 60 },
      ),
      fc.constantFrom<OverlapPolicy>("first", "last", "bsd", "windows", "drop"),
      (fragments, overlap) => {
        const into = reassembler({ overlap, maxOctets: 30_000 });
        for (const { offset, length, more, id, six } of fragments) {
          const packet = six
            ? piece6(offset * 8, "x", length, more, id)
            : piece(offset * 8, "x", length, more);
          const whole = into.add(packet);
          if (whole !== undefined) assert.equal(whole.error, undefined);
          const kept = into.pending.reduce(
            (sum, { octets }) => sum + octets,
            0,
          );
          assert.ok(kept <= 30_000);
          for (const { missing, state } of into.pending) {
            assert.ok(state === "pending");
            for (const { start, end } of missing) assert.ok(!(end! <= start));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
