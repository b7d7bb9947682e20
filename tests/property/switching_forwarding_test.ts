// The forwarding table's own hash table, beside a Map.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FLOOD, ForwardingTable } from "../../lib/switching/mod.ts";

const AGEING = 10;

/** Few addresses, some of which differ in one part of the key alone. */
const key = fc.record({
  vlan: fc.constantFrom(1, 2, 4094),
  w0: fc.constantFrom(0x0200_0000, 0x0200_0001, -0x0200_0000 & ~0x0100_0000),
  w1: fc.integer({ min: 0, max: 40 }),
});

const action = fc.oneof(
  fc.record({ do: fc.constant("learn" as const), key, port: fc.nat(3) }),
  fc.record({ do: fc.constant("pin" as const), key, port: fc.nat(3) }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constant("wait" as const), seconds: fc.nat(6) }),
  fc.record({ do: fc.constant("age" as const) }),
  fc.record({ do: fc.constant("flush" as const), port: fc.nat(3) }),
);

Deno.test("a forwarding table does as a Map with times would", () => {
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 300 }),
      fc.constantFrom(20, 8192),
      (actions, limit) => {
        const table = new ForwardingTable({ ageing: AGEING, limit });
        const map = new Map<string, { port: number; seen: number }>();
        const isOld = ({ seen }: { seen: number }) =>
          table.now - seen >= AGEING;
        const sweep = () => {
          for (const [name, entry] of map) if (isOld(entry)) map.delete(name);
        };
        for (const step of actions) {
          if (step.do === "wait") table.now += step.seconds;
          else if (step.do === "age") {
            const before = map.size;
            sweep();
            assert.equal(table.age(), before - map.size);
          } else if (step.do === "flush") {
            table.flush((port) => port === step.port);
            for (const [name, { port, seen }] of map) {
              if (port === step.port && seen !== Infinity) map.delete(name);
            }
          } else {
            const { vlan, w0, w1 } = step.key;
            const name = `${vlan} ${w0} ${w1}`;
            const known = map.get(name);
            if (step.do === "delete") {
              assert.equal(table.delete(vlan, w0, w1), map.delete(name));
            } else {
              if (known === undefined && map.size >= limit) sweep();
              const isFull = known === undefined && map.size >= limit;
              const isPinned = step.do === "learn" && known?.seen === Infinity;
              if (step.do === "pin") {
                assert.equal(table.pin(vlan, w0, w1, step.port), !isFull);
              } else {
                const expected = isFull
                  ? "full"
                  : isPinned
                  ? "static"
                  : known === undefined || isOld(known)
                  ? "learned"
                  : known.port === step.port
                  ? "refreshed"
                  : "moved";
                assert.equal(table.learn(vlan, w0, w1, step.port), expected);
              }
              if (!isFull && !isPinned) {
                const seen = step.do === "pin" ? Infinity : table.now;
                map.set(name, { port: step.port, seen });
              }
            }
          }
          assert.equal(table.size, map.size);
        }
        const young = [...map].filter(([, entry]) => !isOld(entry));
        assert.deepEqual(
          [...table.entries()].map(({ vlan, w0, w1, port }) =>
            `${vlan} ${w0} ${w1} ${port}`
          ).sort(),
          young.map(([name, { port }]) => `${name} ${port}`).sort(),
        );
        for (const [name, entry] of map) {
          const [vlan, w0, w1] = name.split(" ").map(Number) as [
            number,
            number,
            number,
          ];
          const found = isOld(entry) ? FLOOD : entry.port;
          assert.equal(table.lookup(vlan, w0, w1), found);
        }
      },
    ),
    { numRuns: 300 },
  );
});
