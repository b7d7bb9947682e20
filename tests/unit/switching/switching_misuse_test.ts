/**
 * What a caller of net.switching gets wrong is told at once, and does not make
 * another network.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as switching from "../../../lib/switching/mod.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const { distanceVector, learningSwitch, linkState, portRule, spanningTree } =
  switching;
const BRIDGES = { bridges: ["a", "b", "c"], links: ["a-b", "b-c", "c-a"] };
const ROUTERS = { routers: ["a", "b", "c"], links: ["a-b", "b-c"] };
const ID = switching.bridgeId(32768, "02:00:00:00:00:01");

const REFUSED: readonly (readonly [
  name: string,
  message: RegExp,
  run: () => unknown,
])[] = [
  [
    "learningSwitch() a number",
    /Cannot make a switch as its options must be an object: current value is 4/,
    () => learningSwitch(wrong(4)),
  ],
  [
    "learningSwitch() American ageing",
    /"aging" is no option: did you mean "ageing"\?/,
    () => learningSwitch(wrong({ ports: 4, aging: 5 })),
  ],
  [
    "learningSwitch() a time as text",
    /'ageing' must be 0 seconds or more/,
    () => learningSwitch(wrong({ ports: 4, ageing: "5" })),
  ],
  [
    "learningSwitch() a mistyped VLAN, which would be none",
    /Cannot configure a port as "acces" is no option: did you mean "access"\?/,
    () => learningSwitch(wrong({ ports: { a: { acces: 10 } } })),
  ],
  [
    "learningSwitch() a VLAN alone",
    /Cannot configure a port as its options must be an object: current value is 10/,
    () => learningSwitch(wrong({ ports: { a: 10 } })),
  ],
  [
    "learningSwitch() a port of nothing",
    /Cannot configure a port as its options must be an object: current value is null/,
    () => learningSwitch(wrong({ ports: { a: null } })),
  ],
  [
    "a switch time as text, which would be put behind the clock",
    /Cannot advance the clock as 'seconds' must be 0 or more/,
    () => learningSwitch({ ports: 2 }).advance(wrong("5")),
  ],
  [
    "portRule() what switches call it",
    /"vlan" is no option\. Try: access, or trunk for a list/,
    () => portRule(wrong({ vlan: 10 })),
  ],
  [
    "portRule() a word where true or false belongs",
    /'ingressFilter' must be true or false: current value is no/,
    () => portRule(wrong({ trunk: "all", ingressFilter: "no" })),
  ],
  [
    "a forwarding table an option that is none",
    /Cannot make a forwarding table as "aging" is no option/,
    () => new switching.ForwardingTable(wrong({ aging: 5 })),
  ],
  [
    "spanningTree() nothing",
    /Cannot simulate a spanning tree as its options must be an object/,
    () => spanningTree(wrong(undefined)),
  ],
  [
    "spanningTree() a mistyped protocol",
    /"protcol" is no option: did you mean "protocol"\?/,
    () => spanningTree(wrong({ ...BRIDGES, protcol: "stp" })),
  ],
  [
    "spanningTree() a bridge's option that is none, so that another is the root",
    /"prio" is no option/,
    () =>
      spanningTree(wrong({ ...BRIDGES, bridges: { a: {}, b: { prio: 0 } } })),
  ],
  [
    "spanningTree() a mistyped cost",
    /"cots" is no option: did you mean "cost"\?/,
    () =>
      spanningTree(wrong({ ...BRIDGES, links: [{ ends: "a-b", cots: 5 }] })),
  ],
  [
    "a run of a tree a number",
    /Cannot go on as its options must be an object: current value is 5/,
    () => spanningTree(BRIDGES).run(wrong(5)),
  ],
  [
    "a run of a tree a limit as text",
    /'limit' must be 0 seconds or more/,
    () => spanningTree(BRIDGES).run(wrong({ limit: "5" })),
  ],
  [
    "a tree's time as text, which would be put behind the clock",
    /'seconds' must be 0 seconds or more/,
    () => spanningTree(BRIDGES).advance(wrong("5")),
  ],
  [
    "distanceVector() a mistyped rule",
    /"splitHorizn" is no option: did you mean "splitHorizon"\?/,
    () => distanceVector(wrong({ ...ROUTERS, splitHorizn: "off" })),
  ],
  [
    "distanceVector() a word where true or false belongs",
    /'triggered' must be true or false: current value is "no"/,
    () => distanceVector(wrong({ ...ROUTERS, triggered: "no" })),
  ],
  [
    "distanceVector() what RIP calls the cost",
    /"metric" is no option\. Try: cost/,
    () =>
      distanceVector(
        wrong({ ...ROUTERS, links: [{ ends: "a-b", metric: 5 }] }),
      ),
  ],
  [
    "a run of routers an option that is none",
    /did you mean "limit"\?/,
    () => distanceVector(ROUTERS).run(wrong({ limits: 1 })),
  ],
  [
    "a failure true",
    /Cannot fail a link as its options must be an object: current value is true/,
    () => distanceVector(ROUTERS).fail("a-b", wrong(true)),
  ],
  [
    "a failure a word where true or false belongs",
    /'silent' must be true or false: current value is "no"/,
    () => distanceVector(ROUTERS).fail("a-b", wrong({ silent: "no" })),
  ],
  [
    "linkState() an option that is none",
    /Cannot simulate link state routing as "dead" is no option/,
    () => linkState(wrong({ ...ROUTERS, dead: 5 })),
  ],
  [
    "a bridge a number of ports",
    /Cannot make a bridge as 'ports' must be a list/,
    () => new switching.StpBridge(wrong({ id: ID, ports: 3 })),
  ],
  [
    "a bridge a port's option that is none",
    /Cannot make a bridge as "cost" is no option/,
    () =>
      new switching.RstpBridge(
        wrong({ id: ID, ports: [{ pathCost: 4, cost: 5 }] }),
      ),
  ],
];

for (const [name, message, run] of REFUSED) {
  Deno.test(`net.switching refuses ${name}`, () => {
    assert.throws(run, { message });
  });
}
