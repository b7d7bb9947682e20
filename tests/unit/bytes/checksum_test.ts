import assert from "node:assert/strict";
import fc from "fast-check";
import {
  internetChecksum,
  onesSum,
  updateChecksum,
} from "../../../lib/bytes/checksum.ts";
import { parseHex } from "../../../lib/bytes/hex.ts";

/** The definition, word for word, in numbers that cannot overflow. */
function byDefinition(bytes: Uint8Array): number {
  let sum = 0n;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += BigInt(bytes[i]! << 8 | (bytes[i + 1] ?? 0));
  }
  while (sum > 0xffffn) sum = (sum & 0xffffn) + (sum >> 16n);
  return Number(~sum & 0xffffn);
}

const octets = (constraints: fc.IntArrayConstraints = {}) =>
  fc.uint8Array({ size: "large", ...constraints });

Deno.test("onesSum() gives the sum of RFC 1071 §3", () => {
  assert.equal(onesSum(parseHex("0001 f203 f4f5 f6f7")), 0xddf2);
});

Deno.test("internetChecksum() is that of a known IPv4 header", () => {
  const header = parseHex("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7");
  assert.equal(internetChecksum(header), 0);
  header.fill(0, 10, 12);
  assert.equal(internetChecksum(header), 0xb861);
});

Deno.test("internetChecksum() over a pseudo-header and an odd segment is what tcpdump calls correct", () => {
  const udp = parseHex(
    "4500 001f 0001 0000 4011 8e91 c000 0201 c633 6407" +
      "9c40 0035 000b a3c1 6f64 64",
  );
  assert.equal(internetChecksum(udp, 0, 0, 20), 0);
  // Addresses, then protocol 17 and a length of 11 octets.
  assert.equal(internetChecksum(udp, onesSum(udp, 17 + 11, 12, 20), 20), 0);

  const tcp = parseHex(
    "6000 0000 0015 0640 20010db8000000000000000000000001" +
      "20010db8000000000000000000000002" +
      "04d2 0050 00000007 00000000 5002 2000 0e44 0000 21",
  );
  assert.equal(internetChecksum(tcp, onesSum(tcp, 6 + 21, 8, 40), 40), 0);
});

Deno.test("internetChecksum() of nothing and of zeros is 0xffff", () => {
  assert.equal(internetChecksum(new Uint8Array()), 0xffff);
  assert.equal(internetChecksum(new Uint8Array(9)), 0xffff);
});

Deno.test("internetChecksum() agrees with the definition at every length", () => {
  fc.assert(fc.property(octets(), (bytes) => {
    assert.equal(internetChecksum(bytes), byDefinition(bytes));
  }));
});

Deno.test("internetChecksum() does not overflow on big buffers", () => {
  for (const length of [0x7fff, 0x8000, 0x8001, 0x10001, 3_000_001]) {
    for (const octet of [0xff, 0xfe, 0x80]) {
      const bytes = new Uint8Array(length).fill(octet);
      assert.equal(internetChecksum(bytes), byDefinition(bytes), `${length}`);
    }
  }
});

Deno.test("internetChecksum() sums from any octet to any other", () => {
  fc.assert(fc.property(octets(), fc.nat(), fc.nat(), (bytes, a, b) => {
    const at = a % (bytes.length + 1);
    const to = b % (bytes.length + 1);
    const [start, end] = at < to ? [at, to] : [to, at];
    assert.equal(
      internetChecksum(bytes, 0, start, end),
      byDefinition(bytes.slice(start, end)),
    );
  }));
});

Deno.test("a sum carries over from an even part to the next", () => {
  fc.assert(fc.property(octets(), fc.nat(), (bytes, n) => {
    const middle = n % (bytes.length + 1) & ~1;
    const head = onesSum(bytes, 0, 0, middle);
    assert.equal(
      internetChecksum(bytes, head, middle),
      internetChecksum(bytes),
    );
    // A pseudo-header's sum may also come unfolded.
    const loose = bytes.subarray(0, middle)
      .reduce((sum, octet, i) => sum + (i & 1 ? octet : octet << 8), 0);
    assert.equal(
      internetChecksum(bytes, loose, middle),
      internetChecksum(bytes),
    );
  }));
});

Deno.test("data with its own checksum sums up to 0", () => {
  fc.assert(fc.property(octets({ minLength: 2 }), (bytes) => {
    bytes.fill(0, 0, 2);
    const checksum = internetChecksum(bytes);
    bytes.set([checksum >> 8, checksum & 0xff]);
    assert.equal(internetChecksum(bytes), 0);
  }));
});

Deno.test("onesSum() refuses a range outside its octets", () => {
  const bytes = new Uint8Array(4);
  for (const [start, end] of [[-1, 4], [0, 5], [NaN, 4], [0, NaN]] as const) {
    assert.throws(() => onesSum(bytes, 0, start, end), RangeError);
  }
  assert.equal(onesSum(bytes, 7, 4, 4), 7);
});

Deno.test("updateChecksum() gives RFC 1624's example", () => {
  assert.equal(updateChecksum(0xdd2f, 0x5555, 0x3285), 0x0000);
});

Deno.test("updateChecksum() carries twice where it must", () => {
  assert.equal(updateChecksum(0x0003, 0xfd06, 0xfd0a), 0xfffe);
});

Deno.test("updateChecksum() agrees with summing it all again", () => {
  const part = octets({ minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(octets({ minLength: 6 }), part, fc.nat(), (bytes, now, n) => {
      const at = n % (bytes.length - 3) & ~1;
      // RFC 1624 §3 holds for data that is not all zero.
      fc.pre(bytes.some((octet, i) => octet > 0 && (i < at || i >= at + 4)));
      const checksum = internetChecksum(bytes);
      const before = onesSum(bytes, 0, at, at + 4);
      bytes.set(now, at);
      assert.equal(
        updateChecksum(checksum, before, onesSum(now)),
        internetChecksum(bytes),
      );
    }),
  );
});
