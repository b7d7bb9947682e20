import assert from "node:assert/strict";
import fc from "fast-check";
import { bar, sparkline } from "../../../lib/inspect/chart.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";

Deno.test("bar() fills its share of the width, to an eighth of a cell", () => {
  const cases: [value: number, max: number, drawn: string][] = [
    [0, 100, "    "],
    [50, 100, "██  "],
    [100, 100, "████"],
    [250, 100, "████"],
    [1, 32, "▏   "],
    [15, 32, "█▉  "],
    [-5, 100, "    "],
    [5, 0, "    "],
    [NaN, 100, "    "],
    [Infinity, 100, "████"],
    [5, Infinity, "    "],
    [Infinity, Infinity, "    "],
  ];
  for (const [value, max, drawn] of cases) {
    assert.equal(bar(value, max, 4), drawn, `${value} of ${max}`);
  }
  assert.equal(bar(1, 1, 0), "");
});

Deno.test("bar() is exactly as wide as asked", () => {
  fc.assert(fc.property(
    fc.double(),
    fc.double(),
    fc.nat(200),
    (value, max, width) => {
      assert.equal(displayWidth(bar(value, max, width)), width);
    },
  ));
});

Deno.test("bar() refuses a width that is no whole number of cells", () => {
  for (const width of [-1, 1.5, NaN, Infinity]) {
    assert.throws(() => bar(1, 1, width), RangeError);
  }
});

Deno.test("sparkline() spans from the lowest to the highest", () => {
  assert.equal(sparkline([]), "");
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([-1, 1]), "▁█");
  assert.equal(sparkline([5, 5, 5]), "▄▄▄");
  assert.equal(sparkline([1, NaN, 2, Infinity]), "▁ █ ");
  assert.equal(sparkline([-Number.MAX_VALUE, 0, Number.MAX_VALUE]), "▁▅█");
  assert.equal(sparkline([0, Number.MIN_VALUE]), "▁█");
  assert.equal(sparkline(new Set([3, 9])), "▁█");
});

Deno.test("sparkline() draws one cell a number", () => {
  fc.assert(fc.property(fc.array(fc.double()), (numbers) => {
    assert.equal(displayWidth(sparkline(numbers)), numbers.length);
  }));
});
