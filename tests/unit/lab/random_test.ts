import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { draw } from "../../../lib/lab/draw/draw.ts";
import { topology } from "../../../lib/lab/lab_topology.ts";
import { readTopology } from "../../../lib/lab/spec/read.ts";
import { Problems } from "../../../lib/lab/spec/problem.ts";
import type { TopologySpec } from "../../../lib/lab/specification.ts";
import { TopologyError } from "../../../lib/lab/topology_error.ts";
import type { Topology } from "../../../lib/lab/topology.ts";
import { YamlError } from "../../../lib/yaml.ts";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";
import { walk } from "./forwarding.ts";

/** Networks that hang together: each node joins one that was there before. */
const network = fc.record({
  kinds: fc.array(fc.constantFrom("router", "switch"), {
    minLength: 1,
    maxLength: 9,
  }),
  joins: fc.array(fc.nat(100), { minLength: 9, maxLength: 9 }),
  extra: fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { maxLength: 4 }),
  hosts: fc.array(fc.nat(100), { maxLength: 8 }),
  ipv6: fc.boolean(),
}).map(({ kinds, joins, extra, hosts, ipv6 }): TopologySpec => {
  const core = kinds.map((kind, i) => `${kind}${i}`);
  const named = (n: number) => core[n % core.length]!;
  const links = [
    ...core.slice(1).map((name, i) =>
      `${core[joins[i]! % (i + 1)]} -- ${name}`
    ),
    ...extra.filter(([a, b]) => named(a) !== named(b))
      .map(([a, b]) => `${named(a)} -- ${named(b)}`),
    ...hosts.map((at, i) => `h${i} -- ${named(at)}`),
  ];
  const switches = core.filter((name) => name.startsWith("switch"));
  return {
    ipv6,
    hosts: hosts.map((_, i) => `h${i}`),
    switches: Object.fromEntries(switches.map((name) => [name, { stp: true }])),
    routers: core.filter((name) => name.startsWith("router")),
    links,
  };
});

function read(spec: unknown): Topology {
  return readTopology(spec, new Problems());
}

function allAddresses({ nodes }: Topology): string[] {
  return nodes.flatMap(({ interfaces }) => interfaces)
    .flatMap((port) => [port, ...port.vlans])
    .flatMap(({ addresses }) => addresses);
}

Deno.test("in any network the chosen addresses differ, and no two subnets overlap", () => {
  fc.assert(
    fc.property(network, (spec) => {
      const net = read(spec);
      const all = allAddresses(net);
      const bare = all.map((cidr) => `${parse(cidr.split("/")[0]!)}`);
      assert.equal(new Set(bare).size, bare.length);
      const subnets = [
        ...new Set(all.map((cidr) => `${subnet(cidr, { hostBits: "clear" })}`)),
      ];
      subnets.forEach((one, i) =>
        subnets.slice(i + 1).forEach((other) =>
          assert.ok(!subnet(one).overlaps(other))
        )
      );
      const macs = net.nodes.flatMap(({ interfaces }) =>
        interfaces.map(({ mac }) => mac)
      );
      assert.equal(new Set(macs).size, macs.length);
      assert.deepEqual(JSON.parse(JSON.stringify(net)), net);
      assert.equal(
        net.nodes.reduce((n, { interfaces }) => n + interfaces.length, 0),
        2 * net.links.length,
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("in any network each host reaches each other by the chosen routes", () => {
  fc.assert(
    fc.property(network, (spec) => {
      const net = read(spec);
      const hosts = net.nodes.filter(({ kind }) => kind === "host");
      for (const from of hosts) {
        for (const to of hosts) {
          if (from === to) continue;
          for (const cidr of to.interfaces[0]!.addresses) {
            const path = walk(net, from.name, cidr.split("/")[0]!, to.name);
            assert.ok(path, `${from.name} reaches ${to.name} at ${cidr}`);
            const routers = path.slice(1, -1);
            assert.equal(new Set(routers).size, routers.length);
          }
        }
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("any network can be drawn, within the canvas, with all its nodes", () => {
  fc.assert(
    fc.property(
      network,
      fc.constantFrom(40, 80, 132, 400),
      (spec, width) => {
        const net = read(spec);
        const drawing = draw(net);
        const text = drawing.toText(canvas({ width }));
        for (const line of text.split("\n")) {
          assert.ok(displayWidth(line) <= Math.max(width, 60), line);
        }
        if (width === 400) {
          for (const { name } of net.nodes) {
            assert.ok(text.includes(name), name);
          }
        }
        const svg = drawing.toSvg();
        for (const { name } of net.nodes) assert.ok(svg.includes(`>${name}<`));
        const wires = svg.match(/<path class="wire/g)?.length ?? 0;
        assert.equal(wires, net.links.length);
        const mermaid = drawing.toMermaid().split("\n");
        assert.equal(
          mermaid.filter((line) => /(---|-\.-)\|/.test(line)).length,
          net.links.length,
        );
      },
    ),
    { numRuns: 150 },
  );
});

const word = fc.constantFrom(
  ..."name title ipv4 ipv6 hosts switches routers links address gateway interfaces routes nat firewall services sysctl dns stp vlans trunks native mac mtu delay loss rate masquerade forward dnsmasq unbound frr sshd echo nat64 ospf bgp rip config dhcp range port a b c r s eth0 10 20 4095 none auto default __proto__ constructor toString"
    .split(" "),
);
const scalar = fc.oneof(
  word,
  fc.constantFrom(
    ..."10.0.0.1/24|10.0.0.2/24 via 10.0.0.1|2001:db8::1/64|fe80::1|a -- b|a:eth0 -- r|a -- s|r -- s|default via 10.0.0.1|10 ms|1 %|100 Mbit/s|tcp/80|10.0.0.9:80|02:00:00:00:00:01|10.0.0.5 - 10.0.0.9|64:ff9b::/96"
      .split("|"),
  ),
  fc.integer({ min: -1, max: 70_000 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.string(),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthIdentifier: "tree" },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(word, tie("tree"), { maxKeys: 5 }),
  ),
}));
/** Nonsense in the right places gets further than nonsense alone. */
const nonsense = fc.oneof(
  tree,
  fc.record({
    hosts: fc.dictionary(fc.constantFrom("a", "b", "c"), tree, { maxKeys: 3 }),
    switches: fc.dictionary(fc.constantFrom("s", "t"), tree, { maxKeys: 2 }),
    routers: fc.dictionary(fc.constantFrom("r"), tree, { maxKeys: 1 }),
    links: fc.array(
      fc.oneof(
        fc.constantFrom("a -- b", "a -- s", "r -- s", "s -- t", "b -- t"),
        fc.tuple(fc.constant("a"), fc.constant("r"), tree),
      ),
      { maxLength: 4 },
    ),
  }),
);

Deno.test("nonsense ends in a topology or a TopologyError, in code", () => {
  fc.assert(
    fc.property(nonsense, (value) => {
      try {
        JSON.stringify(read(value));
      } catch (error) {
        assert.ok(error instanceof TopologyError, `${(error as Error).stack}`);
        assert.ok(error.problems.length > 0);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("nonsense in YAML ends with the place of each problem", async () => {
  await fc.assert(
    fc.asyncProperty(nonsense, async (value) => {
      const text = `# as YAML\n${JSON.stringify(value, null, 1) ?? "~"}`;
      try {
        await topology(text);
      } catch (error) {
        if (error instanceof YamlError) {
          assert.match(error.message, /a key is missing/);
          return;
        }
        assert.ok(error instanceof TopologyError, `${(error as Error).stack}`);
        for (const { line, column, offset } of error.problems) {
          assert.ok(line! >= 1 && column! >= 1 && offset! <= text.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a topology cut off anywhere ends in an error or a topology", async () => {
  const text = `name: office
hosts:
  pc1: 10.0.1.10/24 via 10.0.1.1
  web: { address: [192.0.2.10/24], gateway: 192.0.2.1, services: [nginx] }
switches: { sw1: { vlans: { 10: [pc1] }, stp: true } }
routers:
  r1: { interfaces: { sw1: { vlans: { 10: 10.0.1.1/24 } }, web: 192.0.2.1/24 }, nat: web }
links:
  - pc1 -- sw1
  - [sw1, r1, { delay: 10 ms, loss: 1% }]
  - r1 -- web
`;
  await topology(text);
  for (let end = 0; end < text.length; end++) {
    try {
      await topology(text.slice(0, end));
    } catch (error) {
      assert.ok(
        error instanceof TopologyError || error instanceof YamlError ||
          // A text cut to one word is the name of a ready-made one.
          error instanceof RangeError && end < 5,
        `${(error as Error).stack}`,
      );
    }
  }
});
