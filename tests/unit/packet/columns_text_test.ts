import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIpv4, formatIpv6 } from "../../../lib/ip/format.ts";
import { macText } from "../../../lib/packet/scan_column.ts";
import { isoTime } from "../../../lib/packet/show.ts";
import {
  putDecimal,
  putIpv4,
  putIpv6,
  putMac,
} from "../../../lib/pcap/text_bytes.ts";
import { timeWriter } from "../../../lib/pcap/text_time.ts";

const to = new Uint8Array(64);
const said = (end: number) => new TextDecoder().decode(to.subarray(0, end));

const word = fc.oneof(
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffff0000, 0x10001),
  fc.integer({ min: 0, max: 0xffffffff }),
);

Deno.test("addresses are written as the library writes them", () => {
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      assert.equal(said(putIpv6(to, 0, a, b, c, d)), formatIpv6(a, b, c, d));
      assert.equal(said(putIpv4(to, 0, a)), formatIpv4(a));
      const mac = (a & 0xffff) * 2 ** 32 + b;
      assert.equal(said(putMac(to, 0, mac)), macText(mac));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("numbers are written with all their digits", () => {
  const edges = [0, 9, 10, 99, 100, 1e9 - 1, 1e9, 2 ** 32, 2 ** 53 - 1];
  for (const value of edges) {
    assert.equal(said(putDecimal(to, 0, value)), String(value));
  }
  const some = fc.tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 52 }));
  fc.assert(
    fc.property(some, ([value, shift]) => {
      const smaller = Math.floor(value / 2 ** shift);
      assert.equal(said(putDecimal(to, 0, smaller)), String(smaller));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("times are written to the nanosecond", () => {
  const most = 2n ** 63n - 1n;
  const time = fc.oneof(
    fc.bigInt({ min: 0n, max: most }),
    fc.bigInt({ min: 0n, max: 2n ** 32n }).map((s) => s * 1_000_000_000n),
    fc.bigInt({ min: 1n, max: 2n ** 32n }).map((s) => s * 1_000_000_000n - 1n),
    fc.bigInt({ min: 0n, max: 2n ** 50n }).map((us) => us * 1000n),
  );
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (times) => {
      const values = BigInt64Array.from(times);
      const put = timeWriter(values);
      values.forEach((value, row) => {
        const instant = Temporal.Instant.fromEpochNanoseconds(value);
        assert.equal(said(put(to, 0, row)), isoTime(instant));
      });
    }),
    { numRuns: 300 },
  );
});
