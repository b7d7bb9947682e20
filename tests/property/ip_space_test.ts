// Pictures of address spaces, read back cell by cell.
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { canvas } from "../../lib/inspect/canvas.ts";
import { displayWidth } from "../../lib/inspect/text.ts";
import { space } from "../../lib/ip/plan/space.ts";
import { type Subnet, subnet } from "../../lib/ip/subnet.ts";
import { subnets } from "./ip_arbitraries.ts";

const check = (property: fc.IRawProperty<unknown>, numRuns = 300) =>
  fc.assert(property, { numRuns });

/** Some parts of a subnet that do not overlap, of all sizes, often close together. */
const parts = subnets.chain((within) => {
  const room = within.network.bits - within.prefixLength;
  const part = fc.tuple(
    fc.oneof(fc.nat(room), fc.constant(0)),
    fc.oneof(fc.nat(40).map(BigInt), fc.bigInt(0n, 2n ** 128n)),
  ).map(([bits, n]) => {
    const all = within.split(within.network.bits - bits);
    return all.at(n % all.length)!;
  });
  return fc.array(part, { maxLength: 30 }).map((nets) => ({
    within,
    nets: nets.filter((net, i) =>
      !nets.slice(0, i).some((other) => other.overlaps(net))
    ),
  }));
});

const widths = fc.constantFrom(16, 20, 32, 40, 64, 80, 120, 140);

const rangeOf = (net: Subnet): [low: bigint, high: bigint] => [
  net.network.toBigint(),
  net.broadcast.toBigint(),
];

/** The rows of a picture: each the subnet that its caption names, and its cells. */
function rowsOf(text: string): [net: Subnet, cells: string][] {
  const rows: [Subnet, string][] = [];
  const lines = text.split("\n");
  lines.forEach((line, i) => {
    const caption = /^(?:closer: )?(\S+\/\d+), an? /.exec(line);
    if (caption) {
      // The rest of a long caption may come before the cells.
      const cells = lines.slice(i + 1).find((next) =>
        /^[·*█▓▒░\w]{8,}$/.test(next)
      );
      rows.push([subnet(caption[1]!), cells!]);
    }
  });
  return rows;
}

Deno.test("every cell says truly whether it is free, of one block or of several", () => {
  check(fc.property(parts, widths, ({ within, nets }, width) => {
    // At widths where no caption has to wrap.
    const columns = Math.max(64, width);
    const rows = rowsOf(space(within, nets).draw(canvas({ width: columns })));
    assert.ok(rows.length >= 1 && rows.length <= 8);
    assert.ok(rows[0]![0].equals(within));
    for (const [net, cells] of rows) {
      const [low, high] = rangeOf(net);
      const size = high - low + 1n;
      const n = BigInt(cells.length);
      assert.equal(n, columns >= 128 ? 128n : 64n);
      for (let i = 0n; i < n; i++) {
        const from = low + i * size / n;
        const to = low + ((i + 1n) * size - 1n) / n;
        const met = nets.filter((part) => {
          const [first, last] = rangeOf(part);
          return first <= to && last >= from;
        }).length;
        const cell = cells[Number(i)]!;
        if (met === 0) assert.equal(cell, "·", `${net} cell ${i}`);
        else if (met > 1) assert.equal(cell, "*", `${net} cell ${i}`);
        else assert.match(cell, /[1-9a-zA-Z█▓▒░]/, `${net} cell ${i}`);
      }
    }
  }));
});

Deno.test("every block is in the list, and marked as the picture shows it", () => {
  check(fc.property(parts, ({ within, nets }) => {
    const text = space(within, nets).draw(canvas({ width: 80 }));
    const rows = rowsOf(text);
    for (const { key, subnet: net } of space(within, nets).blocks) {
      const entry = new RegExp(`(?:^|   )${key}([█▓▒░▪*]) ${net}(?: |$)`, "m")
        .exec(text);
      assert.ok(entry, `${key} ${net}`);
      const drawn = rows.filter(([row, cells]) =>
        row.contains(net) && cells.includes(key)
      );
      if (entry[1] === "*") assert.equal(drawn.length, 0);
      else assert.ok(drawn.length > 0, `${key} ${net} is drawn`);
    }
  }));
});

Deno.test("no line is wider than the canvas, and colour changes nothing else", () => {
  check(fc.property(parts, widths, ({ within, nets }, width) => {
    const site = space(within, nets);
    const text = site.draw(canvas({ width }));
    for (const line of text.split("\n")) assert.ok(displayWidth(line) <= width);
    const painted = site.draw(canvas({ width, colors: true }));
    assert.equal(stripVTControlCharacters(painted), text);
    const free = nets.reduce((sum, net) => sum - net.size, within.size);
    assert.equal(site.free, free);
  }));
});
