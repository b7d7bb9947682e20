import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHex } from "../../../lib/bytes/hex.ts";
import { ByteReader } from "../../../lib/bytes/reader.ts";
import { ByteWriter } from "../../../lib/bytes/writer.ts";
import { DecodeError } from "../../../lib/errors.ts";

const octets = parseHex("8182 8384 8586 8788 090a");

Deno.test("ByteReader reads numbers in network byte order", () => {
  const read = <T>(f: (reader: ByteReader) => T) => f(new ByteReader(octets));
  assert.equal(read((r) => r.u8()), 0x81);
  assert.equal(read((r) => r.u16()), 0x8182);
  assert.equal(read((r) => r.u24()), 0x818283);
  assert.equal(read((r) => r.u32()), 0x81828384);
  assert.equal(read((r) => r.u64()), 0x8182838485868788n);
  assert.equal(read((r) => r.i8()), 0x81 - 0x100);
  assert.equal(read((r) => r.i16()), 0x8182 - 0x10000);
  assert.equal(read((r) => r.i32()), 0x81828384 - 2 ** 32);
  assert.equal(read((r) => r.i64()), 0x8182838485868788n - 2n ** 64n);
});

Deno.test("ByteReader reads numbers low octet first when told", () => {
  const read = <T>(f: (reader: ByteReader) => T) =>
    f(new ByteReader(octets, { littleEndian: true }));
  assert.equal(read((r) => r.u16()), 0x8281);
  assert.equal(read((r) => r.u24()), 0x838281);
  assert.equal(read((r) => r.u32()), 0x84838281);
  assert.equal(read((r) => r.u64()), 0x8887868584838281n);
  assert.equal(read((r) => r.i16()), 0x8281 - 0x10000);
  assert.equal(read((r) => r.i32()), 0x84838281 - 2 ** 32);
  assert.equal(read((r) => r.i64()), 0x8887868584838281n - 2n ** 64n);
});

Deno.test("ByteReader keeps its place", () => {
  const reader = new ByteReader(octets);
  assert.deepEqual([reader.offset, reader.remaining], [0, 10]);
  reader.u24();
  reader.skip(2);
  assert.deepEqual([reader.offset, reader.remaining], [5, 5]);
  reader.seek(1);
  assert.equal(reader.u8(), 0x82);
  reader.seek(10);
  assert.equal(reader.remaining, 0);
  assert.deepEqual(reader.take(), new Uint8Array());
});

Deno.test("ByteReader hands out the octets themselves", () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 4);
  const reader = new ByteReader(bytes.subarray(1));
  const peeked = reader.peek(2);
  const taken = reader.take(2);
  const view = reader.view();
  bytes.set([5, 6, 7, 8, 9]);
  assert.deepEqual(peeked, Uint8Array.of(6, 7));
  assert.deepEqual(taken, Uint8Array.of(6, 7));
  assert.equal(view.getUint16(0), 0x0809);
  assert.equal(view.byteLength, 2);
});

Deno.test("ByteReader reads UTF-8, with a mark for what is not", () => {
  const reader = new ByteReader(parseHex("efbbbf c3a9 ff 61"));
  assert.equal(reader.text(5), "\ufeffé");
  assert.equal(reader.text(), "\ufffda");
});

Deno.test("ByteReader says where it fell short, and stays there", () => {
  const cases: [what: string, needed: number, f: (r: ByteReader) => unknown][] =
    [
      ["u16", 2, (r) => r.u16()],
      ["u24", 3, (r) => r.u24()],
      ["u32", 4, (r) => r.u32()],
      ["u64", 8, (r) => r.u64()],
      ["i16", 2, (r) => r.i16()],
      ["i32", 4, (r) => r.i32()],
      ["i64", 8, (r) => r.i64()],
      ["take", 2, (r) => r.take(2)],
      ["view", 3, (r) => r.view(3)],
      ["text", 4, (r) => r.text(4)],
      ["peek", 5, (r) => r.peek(5)],
      ["skip", 6, (r) => r.skip(6)],
      ["sub", 7, (r) => r.sub(7)],
    ];
  for (const [what, needed, f] of cases) {
    const reader = new ByteReader(octets, { layer: "tcp", origin: 34 });
    reader.skip(9);
    assert.throws(() => f(reader), (error: unknown) => {
      assert.ok(error instanceof DecodeError, what);
      const { layer, offset, available, code } = error;
      assert.deepEqual(
        { layer, offset, needed: error.needed, available, code },
        { layer: "tcp", offset: 43, needed, available: 1, code: "truncated" },
      );
      return true;
    });
    assert.equal(reader.offset, 9, what);
  }
});

Deno.test("ByteReader names the field that asked for too much", () => {
  const reader = new ByteReader(octets, { layer: "udp" });
  assert.throws(() => reader.take(11, "length"), {
    message:
      "Cannot decode udp: cut short at octet 0, needs 11 octets and has 10 (says length)",
    lengthFrom: "length",
  });
});

Deno.test("ByteReader takes an impossible length for bad octets, not for a bug", () => {
  const reader = new ByteReader(octets, { layer: "ipv4" });
  for (const length of [-4, 1.5, NaN, Infinity]) {
    assert.throws(() => reader.skip(length, "ihl"), {
      name: "DecodeError",
      code: "malformed",
      message:
        `Cannot decode ipv4: impossible length ${length} at octet 0 (says ihl)`,
    });
  }
  assert.equal(reader.offset, 0);
});

Deno.test("ByteReader seeks within its octets only", () => {
  const reader = new ByteReader(octets, { layer: "dns", origin: 42 });
  reader.skip(4);
  assert.throws(() => reader.seek(11, "compression pointer"), {
    name: "DecodeError",
    offset: 46,
    needed: 11,
    available: 10,
    lengthFrom: "compression pointer",
  });
  assert.throws(() => reader.seek(-1), { code: "malformed" });
  assert.equal(reader.offset, 4);
});

Deno.test("ByteReader.sub() cannot leave its run, and knows its place", () => {
  const outer = new ByteReader(octets, { layer: "pcapng", origin: 100 });
  outer.skip(2);
  const inner = outer.sub(3, { layer: "option", littleEndian: true });
  assert.equal(outer.offset, 5);
  assert.deepEqual([inner.offset, inner.remaining], [0, 3]);
  assert.equal(inner.u16(), 0x8483);
  assert.throws(() => inner.u16(), {
    layer: "option",
    offset: 104,
    available: 1,
  });
  assert.equal(outer.u8(), 0x86);
});

Deno.test("ByteReader.sub() goes on as outside unless told", () => {
  const outer = new ByteReader(octets, { layer: "x", littleEndian: true });
  const inner = outer.sub();
  assert.deepEqual([inner.layer, inner.littleEndian], ["x", true]);
  assert.equal(outer.remaining, 0);
});

Deno.test("ByteReader reads back what ByteWriter wrote", () => {
  const field = fc.oneof(
    fc.record({ size: fc.constant(8), value: fc.nat(0xff) }),
    fc.record({ size: fc.constant(16), value: fc.nat(0xffff) }),
    fc.record({ size: fc.constant(24), value: fc.nat(0xffffff) }),
    fc.record({
      size: fc.constant(32),
      value: fc.integer({ min: 0, max: 0xffffffff }),
    }),
    fc.record({
      size: fc.constant(64),
      value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    }),
  );
  fc.assert(
    fc.property(fc.array(field), fc.boolean(), (fields, littleEndian) => {
      const writer = new ByteWriter({ capacity: 0, littleEndian });
      for (const { size, value } of fields) {
        if (typeof value === "bigint") writer.u64(value);
        else if (size === 8) writer.u8(value);
        else if (size === 16) writer.u16(value);
        else if (size === 24) writer.u24(value);
        else writer.u32(value);
      }
      const reader = new ByteReader(writer.toBytes(), { littleEndian });
      for (const { size, value } of fields) {
        const read = size === 8
          ? reader.u8()
          : size === 16
          ? reader.u16()
          : size === 24
          ? reader.u24()
          : size === 32
          ? reader.u32()
          : reader.u64();
        assert.equal(read, value);
      }
      assert.equal(reader.remaining, 0);
    }),
  );
});
