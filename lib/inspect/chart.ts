/**
 * Charts of one line.
 *
 * @module
 */

const EIGHTHS_ACROSS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const EIGHTHS_UP = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * Draws a value as a bar, to an eighth of a cell.
 *
 * @param value How much; below 0 and `NaN` draw nothing.
 * @param max What fills the bar.
 * @param width Cells of a full bar.
 * @returns Exactly `width` cells: blocks, then spaces.
 * @throws {RangeError} If `width` is negative or not a whole number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.bar(50, 100, 8), "████    ");
 * ```
 */
export function bar(value: number, max: number, width: number): string {
  if (!(Number.isInteger(width) && width >= 0)) {
    throw new RangeError(
      `Cannot draw a bar as 'width' must be a whole number of cells: current value is ${width}`,
    );
  }
  const share = value > 0 && max > 0 ? Math.min(value / max, 1) : 0;
  // Infinity of Infinity is NaN, which the bit operations take for 0.
  const eighths = Math.round(share * width * 8);
  const blocks = "█".repeat(eighths >> 3) + EIGHTHS_ACROSS[eighths & 7];
  return blocks.padEnd(width);
}

/**
 * Draws a row of numbers as a row of blocks, lowest to highest.
 *
 * @param numbers The values in order; what is not finite leaves a gap.
 * @returns One cell a number; all at half height if all are equal.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.sparkline([1, 2, 3, NaN, 8]), "▁▂▃ █");
 * ```
 */
export function sparkline(numbers: Iterable<number>): string {
  const values = typeof numbers === "string" ? [numbers] : [...numbers];
  const text = values.find((value) => typeof value === "string");
  if (text !== undefined) {
    throw new TypeError(
      `Cannot draw a sparkline as 'numbers' must be a list of numbers: current value is ${
        JSON.stringify(text)
      }`,
    );
  }
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Halved first where the distance of two extremes does not fit a number.
  const scale = Number.isFinite(high - low) ? 1 : 2;
  return values.map((value) => {
    if (!Number.isFinite(value)) return " ";
    if (high === low) return "▄";
    const share = (value / scale - low / scale) / (high / scale - low / scale);
    return EIGHTHS_UP[Math.min(Math.floor(share * 8), 7)];
  }).join("");
}
