/** What a packet says of itself: layers, lengths, trouble, text. */

import assert from "node:assert/strict";
import { DecodeError } from "../../../lib/errors.ts";
import { decode, type Layers, type Packet } from "../../../lib/packet/mod.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const ETHERNET = "020000000002 020000000001 0800";
const IPV4 = "4500 002d 0001 4000 4006 0000 0a000001 0a000002";
const TCP = "9c40 0050 00000001 00000002 5018 0400 0000 0000";
const PAYLOAD = "68656c6c6f";
const FRAME = octets(`${ETHERNET} ${IPV4} ${TCP} ${PAYLOAD} 00`);

const names = (packet: Packet) => packet.layers.map(({ name }) => name);

Deno.test("decode() takes octets for Ethernet unless told otherwise", () => {
  const packet = decode(FRAME);
  assert.deepEqual(names(packet), ["ethernet", "ipv4", "tcp"]);
  assert.equal(packet.linkType, 1);
  assert.equal(packet.length, FRAME.length);
  assert.equal(packet.bytes.toHex(), FRAME.toHex());
  assert.equal(packet.error, undefined);
  assert.equal(packet.timestamp, undefined);
  assert.equal(packet.time, undefined);
});

Deno.test("layers know where they are, and lie in the octets that were given", () => {
  const [ethernet, ipv4, tcp] = decode(FRAME).layers;
  assert.deepEqual([ethernet!.offset, ethernet!.headerLength], [0, 14]);
  assert.deepEqual([ipv4!.offset, ipv4!.headerLength], [14, 20]);
  assert.deepEqual([tcp!.offset, tcp!.headerLength], [34, 20]);
  assert.equal(tcp!.bytes.buffer, FRAME.buffer);
});

Deno.test("an octet array that starts within its buffer decodes alike", () => {
  const buffer = new Uint8Array(FRAME.length + 9);
  buffer.set(FRAME, 9);
  const packet = decode(buffer.subarray(9));
  assert.deepEqual(packet.toJSON(), decode(FRAME).toJSON());
  assert.deepEqual(packet.copy().toJSON(), packet.toJSON());
});

Deno.test("accessors have the types of their tables, and nothing else", () => {
  const packet = decode(FRAME);
  const port: number | undefined = packet.tcp?.dstPort;
  assert.equal(port, 80);
  assert.ok(packet.tcp?.flags.includes("ACK"));
  // @ts-expect-error: no such flag
  assert.ok(!packet.tcp?.flags.includes("SNY"));
  // @ts-expect-error: misspelt
  assert.equal(packet.tcp?.dstPrt, undefined);
  // @ts-expect-error: may be absent
  assert.throws(() => packet.udp.length);
  // @ts-expect-error: cannot be written
  assert.throws(() => packet.tcp.dstPort = 1);
  const found: (keyof Layers)[] = names(packet);
  assert.equal(found.length, 3);
  for (const layer of packet.layers) {
    if (layer.name === "ipv4") assert.equal(layer.src.family, 4);
  }
});

Deno.test("payload ends where IP's total length says; padding is the trailer", () => {
  const packet = decode(FRAME);
  assert.equal(packet.payload.toHex(), PAYLOAD);
  assert.equal(packet.trailer.toHex(), "00");
});

Deno.test("a packet of an unknown link type is all payload", () => {
  const packet = decode(octets("0102"), { linkType: 147 });
  assert.deepEqual(packet.layers, []);
  assert.equal(packet.payload.toHex(), "0102");
  assert.equal(packet.error, undefined);
});

Deno.test("an unknown EtherType ends the walk without an error", () => {
  const packet = decode(octets("020000000002 020000000001 88b5 0102"));
  assert.deepEqual(names(packet), ["ethernet"]);
  assert.equal(packet.payload.toHex(), "0102");
  assert.equal(packet.error, undefined);
});

Deno.test("with IP inside IP the accessor gives the outer, layers both", () => {
  const packet = decode(
    octets(
      "45000028000000004004000001010101 02020202" +
        "45000014000000004000000003030303 04040404",
    ),
    { linkType: 101 },
  );
  assert.deepEqual(names(packet), ["ipv4", "ipv4"]);
  assert.equal(`${packet.ipv4?.src}`, "1.1.1.1");
  const inner = packet.layers[1]!;
  assert.ok(inner.name === "ipv4");
  assert.equal(`${inner.src}`, "3.3.3.3");
});

/** Raw IP in trouble: octets, the layers that remain, and the whole message. */
const TROUBLE: [string, string, string[], string][] = [
  [
    "no octets at all",
    "",
    [],
    "ipv4: cut short at octet 0, needs 20 octets and has 0",
  ],
  [
    "a version that is neither",
    "55000014".padEnd(40, "0"),
    [],
    "ipv4: version is 5, not 4 at octet 0",
  ],
  [
    "a header length below the least",
    "44000014".padEnd(40, "0"),
    [],
    "ipv4: header of 16 octets, 20 at least at octet 0 (says ihl)",
  ],
  [
    "options that are not there",
    "4f000014".padEnd(48, "0"),
    [],
    "ipv4: cut short at octet 0, needs 60 octets and has 24 (says ihl)",
  ],
  [
    "a total length below the header's",
    "45000013".padEnd(40, "0"),
    ["ipv4"],
    "ipv4: length less than the header's at octet 0 (says totalLength)",
  ],
  [
    "a TCP data offset below the least",
    "450000280000000040060000" + "00".repeat(8) + "0".repeat(24) + "40" +
    "00".repeat(7),
    ["ipv4"],
    "tcp: header of 16 octets, 20 at least at octet 20 (says dataOffset)",
  ],
  [
    "a TCP header that IP's total length cuts off",
    "450000270000000040060000" + "00".repeat(8) + "50".repeat(20),
    ["ipv4"],
    "tcp: cut short at octet 20, needs 20 octets and has 19",
  ],
  [
    "a UDP length below the header's",
    "4500001c0000000040110000" + "00".repeat(8) + "0001000200070000",
    ["ipv4", "udp"],
    "udp: length less than the header's at octet 20 (says length)",
  ],
  [
    "a UDP length that points past the end",
    "4500001d0000000040110000" + "00".repeat(8) + "00010002000a0000" + "61",
    ["ipv4", "udp"],
    "udp: payload cut short at octet 28, needs 2 octets and has 1 (says length)",
  ],
];

for (const [what, text, layers, message] of TROUBLE) {
  Deno.test(`${what} is said, and the layers before it stay`, () => {
    const packet = decode(octets(text), { linkType: 101 });
    assert.deepEqual(names(packet), layers);
    assert.ok(packet.error instanceof DecodeError);
    assert.equal(packet.error.message, `Cannot decode ${message}`);
    const needed = /needs/.test(message);
    assert.equal(packet.error.code, needed ? "truncated" : "malformed");
  });
}

Deno.test("a first fragment's UDP length may point past its end (RFC 791 §3.2)", () => {
  const udp = "0001 0002 05dc 0000 6162";
  const fragment = (flags: string) =>
    decode(
      octets(`4500 001e 0001 ${flags} 4011 0000 0a000001 0a000002 ${udp}`),
      { linkType: 101 },
    );
  assert.equal(fragment("2000").error, undefined);
  assert.equal(fragment("2000").udp?.length, 1500);
  assert.equal(fragment("0000").error?.layer, "udp");
});

Deno.test("a total length of 0 is taken from the capture: segmentation offload", () => {
  const packet = decode(
    octets(`4500 0000 0001 0000 4006 0000 0a000001 0a000002 ${TCP} 6162`),
    { linkType: 101 },
  );
  assert.equal(packet.ipv4?.totalLength, 0);
  assert.equal(packet.payload.toHex(), "6162");
  assert.equal(packet.error, undefined);
});

Deno.test("a frame that the capture cut says so even where no header can", () => {
  const packet = decode(octets("020000000002 020000000001 88b5 01"), {
    length: 60,
  });
  assert.equal(
    packet.error?.message,
    "Cannot decode ethernet: frame cut short at octet 0, needs 60 octets and has 15 (says length on the wire)",
  );
});

Deno.test("times are kept to the nanosecond, before 1970 too", () => {
  for (
    const text of ["2024-02-29T12:00:00.123456789Z", "1969-12-31T23:59:59.9Z"]
  ) {
    const timestamp = Temporal.Instant.from(text);
    const packet = decode(FRAME, { timestamp });
    assert.ok(packet.timestamp!.equals(timestamp));
    assert.ok(Math.abs(packet.time! - Date.parse(text)) < 1);
    assert.ok(packet.copy().timestamp!.equals(timestamp));
  }
});

Deno.test("decode() refuses numbers and octets that cannot be", () => {
  assert.throws(() => decode(FRAME, { linkType: -1 }), {
    name: "RangeError",
    message:
      "Cannot decode a packet as 'linkType' must be a whole number, 0 or more: current value is -1",
  });
  assert.throws(() => decode(FRAME, { linkType: 1.5 }), RangeError);
  // @ts-expect-error: not octets
  assert.throws(() => decode("4500"), {
    name: "TypeError",
    message: /'bytes' must be a Uint8Array: current value is 4500/,
  });
  assert.throws(() => decode(FRAME, { length: FRAME.length - 1 }), RangeError);
  assert.throws(() => decode(FRAME, { length: NaN }), RangeError);
});

Deno.test("show() draws layers, payload, trailer and trouble as a tree", () => {
  const timestamp = Temporal.Instant.from("2024-01-02T03:04:05.678901Z");
  const packet = decode(FRAME, { timestamp, length: 61 });
  const shown = packet.show({ canvas: { width: 100, colors: false } });
  const lines = shown.split("\n");
  assert.equal(
    lines[0],
    "packet  61 octets, 60 captured, 2024-01-02T03:04:05.678901Z",
  );
  for (
    const line of [
      "├─ ethernet  14 octets at 0",
      "│  └─ type  0x0800",
      "├─ ipv4  20 octets at 14",
      "│  ├─ flags  DF",
      "│  ├─ src  10.0.0.1",
      "│  └─ options  none",
      "├─ tcp  20 octets at 34",
      "│  ├─ flags  PSH, ACK",
      "├─ payload  5 octets",
      "├─ trailer  1 octet",
      "└─ error  Cannot decode ethernet: frame cut short at octet 0, needs 61 octets and has 60 (says",
    ]
  ) {
    assert.ok(lines.some((l) => l.startsWith(line)), `${line}\n${shown}`);
  }
  assert.ok(shown.includes("hello"));
});

Deno.test("inspect shows a tree alone, and one line inside another value", () => {
  const packet = decode(FRAME);
  assert.equal(Deno.inspect(packet).split("\n")[0], "packet  60 octets");
  assert.equal(
    Deno.inspect([packet]),
    `[\n  Packet { ${packet} }\n]`,
  );
  assert.equal(Deno.inspect(packet.tcp).split("\n")[0], "tcp  20 octets at 34");
});

Deno.test("toString() says a packet in one line", () => {
  assert.equal(
    `${decode(FRAME)}`,
    "ipv4 10.0.0.1 > 10.0.0.2 / tcp 40000 > 80 PSH ACK seq 1 ack 2 window 1024 / 5 octets",
  );
  assert.equal(
    `${decode(octets(ETHERNET + IPV4).subarray(0, 20))}`,
    "ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02 0x0800 / 6 octets / " +
      "Cannot decode ipv4: cut short at octet 14, needs 20 octets and has 6",
  );
  const timestamp = Temporal.Instant.from("2024-01-02T03:04:05.678901Z");
  assert.equal(
    `${decode(octets("01"), { linkType: 147, timestamp })}`,
    "03:04:05.678901 link type 147 / 1 octet",
  );
});

Deno.test("toJSON() holds all that is known, and nothing that is not", () => {
  const cut = FRAME.subarray(0, 50);
  assert.deepEqual(JSON.parse(JSON.stringify(decode(cut, { length: 60 }))), {
    linkType: 1,
    length: 60,
    captured: 50,
    layers: [
      decode(FRAME).ethernet!.toJSON(),
      decode(FRAME).ipv4!.toJSON(),
    ],
    payload: FRAME.subarray(34, 50).toHex(),
    error:
      "Cannot decode tcp: cut short at octet 34, needs 20 octets and has 16",
  });
  const timestamp = Temporal.Instant.from("2024-01-02T03:04:05.6789Z");
  assert.equal(
    decode(FRAME, { timestamp }).toJSON().timestamp,
    "2024-01-02T03:04:05.678900Z",
  );
});
