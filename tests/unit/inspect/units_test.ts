import assert from "node:assert/strict";
import fc from "fast-check";
import { bytes, count, duration, rate } from "../../../lib/inspect/units.ts";

Deno.test("bytes() says octets with binary prefixes", () => {
  const cases: [n: number | bigint, said: string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1500, "1.46 KiB"],
    [1_572_864, "1.5 MiB"],
    [15.25 * 2 ** 20, "15.3 MiB"],
    [152 * 2 ** 20, "152 MiB"],
    [1024 * 1024 - 1, "1 MiB"],
    [2n ** 64n, "16 EiB"],
    [2 ** 90, "1024 YiB"],
    [2 ** 100, "1,048,576 YiB"],
    [-1536, "-1.5 KiB"],
    [-0, "0 B"],
    [-0.001, "0 B"],
    [0.5, "0.5 B"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "-∞"],
  ];
  for (const [n, said] of cases) assert.equal(bytes(n), said, String(n));
});

Deno.test("count() puts a comma between thousands, exactly", () => {
  const cases: [n: number | bigint, said: string][] = [
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [12345, "12,345"],
    [-1234567, "-1,234,567"],
    [1234.56789, "1,234.56789"],
    [0.12345, "0.12345"],
    [1e-7, "1e-7"],
    [1e21, "1,000,000,000,000,000,000,000"],
    [2n ** 64n, "18,446,744,073,709,551,616"],
    [-(10n ** 3n), "-1,000"],
    [NaN, "NaN"],
    [Infinity, "∞"],
  ];
  for (const [n, said] of cases) assert.equal(count(n), said, String(n));
});

Deno.test("count() without its commas is the number", () => {
  fc.assert(fc.property(fc.bigInt(), (n) => {
    assert.equal(BigInt(count(n).replaceAll(",", "")), n);
    assert.match(count(n), /^-?\d{1,3}(,\d{3})*$/);
  }));
});

Deno.test("duration() goes from nanoseconds to days", () => {
  const cases: [ms: number, said: string][] = [
    [0, "0 s"],
    [0.000_001, "1 ns"],
    [0.000_35, "350 ns"],
    [0.000_9999, "1 µs"],
    [0.0125, "12.5 µs"],
    [1, "1 ms"],
    [1.2, "1.2 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [3_500, "3.5 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min"],
    [185_000, "3 min 5 s"],
    [3_599_499, "59 min 59 s"],
    [3_599_600, "1 h"],
    [7_500_000, "2 h 5 min"],
    [86_399_999, "1 d"],
    [100 * 3_600_000, "4 d 4 h"],
    [1e12, "11,574 d 2 h"],
    [-1500, "-1.5 s"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "-∞"],
  ];
  for (const [ms, said] of cases) assert.equal(duration(ms), said, String(ms));
});

Deno.test("duration() never says 60 seconds, 60 minutes or 24 hours", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e11, noNaN: true }), (ms) => {
      assert.doesNotMatch(duration(ms), /\b60 (s|min)\b|\b24 h\b|\b1000 /);
    }),
  );
});

Deno.test("rate() says an amount per second with decimal prefixes", () => {
  const cases: [n: number | bigint, said: string][] = [
    [0, "0 b/s"],
    [999, "999 b/s"],
    [999.9, "1 kb/s"],
    [64_000, "64 kb/s"],
    [1.2e9, "1.2 Gb/s"],
    [100_000_000_000n, "100 Gb/s"],
    [-1500, "-1.5 kb/s"],
    [NaN, "NaN"],
    [Infinity, "∞"],
  ];
  for (const [n, said] of cases) assert.equal(rate(n), said, String(n));
  assert.equal(rate(840_000, "p/s"), "840 kp/s");
});
