// Sets of packets as diagrams, beside lists of all their members.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ALL,
  Diagram,
  type Interval,
  merged,
  NONE,
  type PacketSet,
} from "../../../lib/firewall/reach/diagram.ts";

/** Two numbers of four bits: 256 packets. */
const BITS = 4;

const intervals = fc.array(fc.tuple(fc.nat(15), fc.nat(15)), { maxLength: 3 })
  .map((pairs) =>
    pairs.map(([a, b]): Interval => [Math.min(a, b), Math.max(a, b)])
  );

const boxes = fc.array(fc.tuple(intervals, intervals), { maxLength: 4 });

/** The same packets twice: as a diagram, and one by one. */
function both(
  diagram: Diagram,
  list: readonly (readonly [Interval[], Interval[]])[],
) {
  const set = diagram.union(
    list.map(([a, b]) =>
      diagram.and(
        diagram.within(0, BITS, merged(a)),
        diagram.within(BITS, BITS, merged(b)),
      )
    ),
  );
  const inside = (value: number, spans: readonly Interval[]) =>
    spans.some(([first, last]) => value >= first && value <= last);
  const members = points().map((point) =>
    list.some(([a, b]) => inside(point >> BITS, a) && inside(point & 15, b))
  );
  return { set, members };
}

const points = () => Array.from({ length: 1 << 2 * BITS }, (_, i) => i);

function membersOf(diagram: Diagram, set: PacketSet): boolean[] {
  return points().map((point) => {
    let at = set;
    while (at > ALL) {
      const isSet = point >> 2 * BITS - 1 - diagram.levelOf(at) & 1;
      at = isSet ? diagram.highOf(at) : diagram.lowOf(at);
    }
    return at === ALL;
  });
}

Deno.test("union, intersection, difference and complement are those of the members", () => {
  fc.assert(
    fc.property(boxes, boxes, (x, y) => {
      const diagram = new Diagram();
      const [a, b] = [both(diagram, x), both(diagram, y)];
      assert.deepEqual(membersOf(diagram, a.set), a.members);
      const each = (f: (p: boolean, q: boolean) => boolean) =>
        a.members.map((p, i) => f(p, b.members[i]!));
      const made = (set: PacketSet) => membersOf(diagram, set);
      assert.deepEqual(made(diagram.or(a.set, b.set)), each((p, q) => p || q));
      assert.deepEqual(made(diagram.and(a.set, b.set)), each((p, q) => p && q));
      assert.deepEqual(
        made(diagram.minus(a.set, b.set)),
        each((p, q) => p && !q),
      );
      assert.deepEqual(made(diagram.not(a.set)), each((p) => !p));
      const some = diagram.some(a.set, (level) => level >= BITS);
      assert.deepEqual(
        made(some),
        points().map((i) =>
          a.members.slice(i & ~15, (i & ~15) + 16).includes(true)
        ),
      );
    }),
    { numRuns: 150 },
  );
});

Deno.test("two sets are the same number if and only if they have the same members", () => {
  fc.assert(
    fc.property(boxes, boxes, (x, y) => {
      const diagram = new Diagram();
      const [a, b] = [both(diagram, x), both(diagram, y)];
      assert.equal(a.set === b.set, `${a.members}` === `${b.members}`);
      const { set } = a;
      assert.equal(diagram.not(diagram.not(set)), set);
      assert.equal(diagram.or(set, diagram.not(set)), ALL);
      assert.equal(diagram.and(set, diagram.not(set)), NONE);
      assert.equal(
        diagram.not(diagram.and(set, b.set)),
        diagram.or(diagram.not(set), diagram.not(b.set)),
      );
    }),
    { numRuns: 150 },
  );
});

Deno.test("intervals of 128 bits are told as bigint", () => {
  const diagram = new Diagram();
  const most = (1n << 128n) - 1n;
  assert.equal(diagram.within(0, 128, [[0n, most]]), ALL);
  const low = diagram.within(0, 128, [[0n, 5n]]);
  const high = diagram.within(0, 128, [[6n, most]]);
  assert.equal(diagram.not(low), high);
});

Deno.test("a computation that grows too large ends with an error that says what to do", () => {
  const diagram = new Diagram({ nodes: 100 });
  assert.throws(
    () => {
      let set: PacketSet = NONE;
      for (let i = 0; i < 50; i++) {
        set = diagram.or(set, diagram.within(0, 32, [[i * 7919, i * 7919]]));
      }
    },
    { code: "too-complex", message: /too many nodes .* Try: ask for less/ },
  );
  assert.throws(
    () => new Diagram({ steps: 10 }).spend(11),
    { code: "too-complex", message: /too many steps/ },
  );
});
