import assert from "node:assert/strict";
import { hex } from "../../../lib/bytes/hex.ts";
import { ByteWriter } from "../../../lib/bytes/writer.ts";

const written = (writer: ByteWriter) => hex(writer.toBytes());

Deno.test("ByteWriter writes numbers in network byte order", () => {
  const writer = new ByteWriter()
    .u8(1).u16(0x0203).u24(0x040506).u32(0xfffefdfc).u64(2n ** 64n - 2n);
  assert.equal(written(writer), "010203040506fffefdfcfffffffffffffffe");
  assert.equal(writer.length, 18);
});

Deno.test("ByteWriter writes numbers low octet first when told", () => {
  const writer = new ByteWriter({ littleEndian: true })
    .u8(1).u16(0x0203).u24(0x040506).u32(0x0708090a).u64(1);
  assert.equal(written(writer), "0103020605040a0908070100000000000000");
});

Deno.test("ByteWriter writes octets, UTF-8 and runs of one octet", () => {
  const writer = new ByteWriter({ capacity: 1 })
    .bytes(Uint8Array.of(1, 2)).text("é").fill(2).fill(1, 0xff);
  assert.equal(written(writer), "0102c3a90000ff");
});

Deno.test("ByteWriter grows as far as it must", () => {
  const writer = new ByteWriter({ capacity: 0 });
  for (let i = 0; i < 1000; i++) writer.u8(i & 0xff);
  writer.bytes(new Uint8Array(100_000).fill(7));
  const bytes = writer.toBytes();
  assert.equal(bytes.length, 101_000);
  assert.deepEqual([bytes[0], bytes[999], bytes[1000]], [0, 999 & 0xff, 7]);
});

Deno.test("ByteWriter patches what is already written", () => {
  const writer = new ByteWriter().fill(18);
  writer.setU8(0, 1).setU16(1, 0x0203).setU24(3, 0x040506)
    .setU32(6, 0x0708090a).setU64(10, 11n);
  assert.equal(written(writer), "0102030405060708090a000000000000000b");
  assert.equal(
    written(new ByteWriter({ littleEndian: true }).fill(3).setU24(0, 0x010203)),
    "030201",
  );
});

Deno.test("ByteWriter gives a copy that later writes do not touch", () => {
  const writer = new ByteWriter().u8(1);
  const before = writer.toBytes();
  writer.setU8(0, 2);
  assert.deepEqual(before, Uint8Array.of(1));
});

Deno.test("ByteWriter refuses a number that does not fit, and writes nothing", () => {
  const writer = new ByteWriter();
  const cases: (() => unknown)[] = [
    () => writer.u8(256),
    () => writer.u8(-1),
    () => writer.u16(0x10000),
    () => writer.u24(0x1000000),
    () => writer.u32(2 ** 32),
    () => writer.u32(1.5),
    () => writer.u32(NaN),
    () => writer.u64(2n ** 64n),
    () => writer.u64(-1n),
    () => writer.u64(0.5),
    () => writer.fill(-1),
    () => writer.fill(1, 256),
    () => new ByteWriter({ capacity: -1 }),
  ];
  for (const write of cases) assert.throws(write, RangeError, String(write));
  assert.equal(writer.length, 0);
  assert.throws(() => writer.u16(70_000), {
    message:
      "Cannot write u16 as 'value' must be a whole number from 0 to 65535: current value is 70000",
  });
});

Deno.test("ByteWriter patches nowhere but in what is written", () => {
  const writer = new ByteWriter().u24(0);
  for (const offset of [-1, 2, 3, 0.5, NaN]) {
    assert.throws(() => writer.setU16(offset, 1), {
      name: "RangeError",
      message:
        `Cannot write u16 as 'offset' must be within the 3 octets written: current value is ${offset}`,
    });
  }
});
