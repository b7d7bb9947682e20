// Networks of routers by chance, beside Bellman and Ford's algorithm in its
// simplest form.
import assert from "node:assert/strict";
import fc from "fast-check";
import { distanceVector, linkState } from "../../lib/switching/mod.ts";

interface Plan {
  readonly size: number;
  readonly links: { a: number; b: number; cost: number; isUp: boolean }[];
}

interface Event {
  readonly at: number;
  /** Breaks or mends if there is none. */
  readonly cost: number | undefined;
  readonly silent: boolean;
}

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    links: fc.array(
      fc.record({
        a: fc.integer({ min: 0, max: size - 1 }),
        b: fc.integer({ min: 0, max: size - 1 }),
        cost: fc.integer({ min: 1, max: 5 }),
        isUp: fc.constant(true),
      }),
      { maxLength: 14 },
    ).map((links) => links.filter(({ a, b }) => a !== b)),
  })
);

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({
    at: fc.nat(99),
    cost: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    silent: fc.boolean(),
  }),
  { maxLength: 5 },
);

/** What the way from every router to every other costs. */
function distances({ size, links }: Plan): number[][] {
  const cost = Array.from(
    { length: size },
    (_, a) => Array.from({ length: size }, (_, b) => a === b ? 0 : Infinity),
  );
  for (let round = 0; round < size; round++) {
    for (const { a, b, cost: more, isUp } of links) {
      if (!isUp) continue;
      for (let to = 0; to < size; to++) {
        cost[a]![to] = Math.min(cost[a]![to]!, cost[b]![to]! + more);
        cost[b]![to] = Math.min(cost[b]![to]!, cost[a]![to]! + more);
      }
    }
  }
  return cost;
}

type Simulation = ReturnType<typeof distanceVector | typeof linkState>;

/** Every table as lines: network, metric above that of an own one, links. */
function tablesOf(sim: Simulation): string[] {
  return sim.routers.flatMap((router) => {
    const table = sim.table(router);
    const own = table.routes.find(({ isConnected }) => isConnected)!.metric;
    return table.routes.map(({ subnet, metric, nextHops }) =>
      `${router} ${subnet} ${metric - own} ${
        nextHops.map(({ link }) => link).sort()
      }`
    );
  });
}

function expected(plan: Plan, most: number): string[] {
  const cost = distances(plan);
  return cost.flatMap((row, from) =>
    row.flatMap((metric, to) => {
      if (metric > most) return [];
      const first = plan.links.flatMap(({ a, b, cost: c, isUp }, i) => {
        const other = a === from ? b : b === from ? a : undefined;
        const isBest = isUp && other !== undefined &&
          c + cost[other]![to]! === metric;
        return isBest && from !== to ? [`l${i}`] : [];
      });
      return [`r${from} 10.0.${to + 1}.0/24 ${metric} ${first.sort()}`];
    })
  );
}

function check(
  make: (options: {
    routers: string[];
    links: { name: string; ends: string[]; cost: number }[];
  }) => Simulation,
  most: number,
): void {
  fc.assert(
    fc.property(plans, events, (given, list) => {
      const plan = structuredClone(given);
      const sim = make({
        routers: Array.from({ length: plan.size }, (_, i) => `r${i}`),
        links: plan.links.map(({ a, b, cost }, i) => ({
          name: `l${i}`,
          ends: [`r${a}`, `r${b}`],
          cost,
        })),
      });
      const settle = () => {
        assert.ok(sim.run({ limit: 20_000 }).isSettled, "it settles");
        assert.deepEqual(tablesOf(sim), expected(plan, most));
        // Once settled, no packet is lost where there is a way, and none circles.
        distances(plan).forEach((row, from) =>
          row.forEach((metric, to) => {
            const { outcome, hops } = sim.trace(`r${from}`, `r${to}`);
            assert.equal(outcome, metric > most ? "no route" : "delivered");
            assert.ok(hops.length <= plan.size);
          })
        );
      };
      settle();
      for (const { at, cost, silent } of list) {
        if (plan.links.length === 0) break;
        const number = at % plan.links.length;
        const link = plan.links[number]!;
        if (cost !== undefined) {
          link.cost = cost;
          sim.setCost(`l${number}`, cost);
        } else {
          link.isUp = !link.isUp;
          if (link.isUp) sim.heal(`l${number}`);
          else sim.fail(`l${number}`, { silent });
        }
        settle();
      }
    }),
    { numRuns: 100 },
  );
}

Deno.test("linkState() finds all cheapest ways, after any row of failures too", () => {
  check(linkState, 1e9);
});

for (const splitHorizon of ["off", "simple", "poisonedReverse"] as const) {
  for (const triggered of [true, false]) {
    Deno.test(`distanceVector() finds all cheapest ways below infinity, split horizon ${splitHorizon}, triggered ${triggered}`, () => {
      check(
        (options) => distanceVector({ ...options, splitHorizon, triggered }),
        14,
      );
    });
  }
}
