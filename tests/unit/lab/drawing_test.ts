import assert from "node:assert/strict";
import fc from "fast-check";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { draw } from "../../../lib/lab/draw/draw.ts";
import { DETAILS } from "../../../lib/lab/draw/labels.ts";
import { layout } from "../../../lib/lab/draw/layout.ts";
import { readyMade, topology } from "../../../lib/lab/lab_topology.ts";
import type { TopologySpec } from "../../../lib/lab/specification.ts";

const inspect = Symbol.for("Deno.customInspect");

Deno.test("a drawing has hosts in light boxes, switches in heavy and routers in double ones", () => {
  assert.equal(
    `${readyMade("nat").draw()}`,
    `
┌─ pc1 ───────────┐   ┏━ sw1 ┓   ╔═ r1 ═══════════╗
│ 192.168.1.11/24 ├───┨      ┠───╢ 192.168.1.1/24 ║   ┌─ server ────────┐
│            echo │   ┃      ┃   ║ 203.0.113.1/24 ╟───┤ 203.0.113.80/24 │
└─────────────────┘   ┃      ┃   ║ nat            ║   │ http            │
┌─ pc2 ───────────┐   ┃      ┃   ╚════════════════╝   └─────────────────┘
│ 192.168.1.12/24 ├───┨      ┃
└─────────────────┘   ┗━━━━━━┛`.slice(1),
  );
});

Deno.test("a drawing says what fits: VLANs, then names alone, then a tree", () => {
  const vlan = readyMade("vlan").draw();
  assert.equal(
    vlan.toText(canvas({ width: 80 })),
    `
┌─ a10 ───────┐   ┏━ sw1 ━━━━━━━━━━┓   ┏━ sw2 ━━━━━━━━━━┓   ┌─ c10 ───────┐
│ 10.0.0.1/24 ├───┨ vlan 10  10,20 ┠───┨ 10,20  vlan 10 ┠───┤ 10.0.0.3/24 │
└─────────────┘   ┃                ┃   ┃                ┃   └─────────────┘
┌─ b20 ───────┐   ┃                ┃   ┃                ┃   ┌─ d20 ───────┐
│ 10.0.0.2/24 ├───┨ vlan 20        ┃   ┃        vlan 20 ┠───┤ 10.0.0.4/24 │
└─────────────┘   ┗━━━━━━━━━━━━━━━━┛   ┗━━━━━━━━━━━━━━━━┛   └─────────────┘`
      .slice(1),
  );
  assert.match(
    vlan.toText(canvas({ width: 120 })),
    /│ eth0 10\.0\.0\.1\/24 ├───┨ eth0 vlan 10 {2}eth2 trunk 10,20 ┠/,
  );
  assert.match(
    vlan.toText(canvas({ width: 60 })),
    /^│ eth0 ├───┨ eth0 {2}eth2 ┠───┨ eth0 {2}eth1 ┠───┤ eth0 │$/m,
  );
  assert.equal(
    vlan.toText(canvas({ width: 50 })),
    `
sw1 (switch)
├─ eth0 vlan 10 ── a10 (host) eth0 10.0.0.1/24
├─ eth1 vlan 20 ── b20 (host) eth0 10.0.0.2/24
└─ eth2 trunk 10,20 ── sw2 (switch) eth0 trunk 10…
   ├─ eth1 vlan 10 ── c10 (host) eth0 10.0.0.3/24
   └─ eth2 vlan 20 ── d20 (host) eth0 10.0.0.4/24`.slice(1),
  );
});

Deno.test("links cross and turn, and come back to their own column", async () => {
  const ring = await topology("ring");
  assert.equal(
    `${ring.draw()}`,
    `
┌─ pc1 ────────────┐   ┏━ sw1 ━━━━━━┓   ┏━ sw2 ━━━━━━┓   ┌─ pc2 ────────────┐
│ eth0 10.0.0.1/24 ├───┨ eth2  eth0 ┠───┨ eth0  eth2 ┠───┤ eth0 10.0.0.2/24 │
└──────────────────┘   ┃       eth1 ┠─┐ ┃            ┃   └──────────────────┘
                       ┃ stp        ┃ │ ┃            ┃
                       ┗━━━━━━━━━━━━┛ │ ┃       eth1 ┠─┐
                                      │ ┃ stp        ┃ │
                                      │ ┗━━━━━━━━━━━━┛ │
                                      │ ┏━ sw3 ━━━━━━┓ │
                                      └─┨ eth1  eth0 ┠─┘ ┌─ pc3 ────────────┐
                                        ┃       eth2 ┠───┤ eth0 10.0.0.3/24 │
                                        ┃ stp        ┃   └──────────────────┘
                                        ┗━━━━━━━━━━━━┛`.slice(1),
  );
});

Deno.test("what is wrong with a link stands on it, or below where there is no room", async () => {
  const far = await topology({
    ipv6: false,
    hosts: ["a", "b"],
    links: [["a", "b", { delay: "10 ms", jitter: "1 ms", loss: "1 %" }]],
  });
  assert.match(
    far.draw().toText(canvas({ width: 80 })),
    /├─ 10 ms ±1 ms, loss 1 % ─┤/,
  );
  assert.match(
    far.draw().toText(canvas({ width: 50 })),
    /├───┤.*\n.*\na ── b: 10 ms ±1 ms, loss 1 %$/,
  );
  assert.match(far.draw().toSvg(), />10 ms ±1 ms, loss 1 %<\/text>/);
  assert.match(far.draw().toMermaid(), /-\.-\|"eth0 ── eth0<br\/>10 ms/);
});

Deno.test("a large topology is a tree that counts what it leaves out", () => {
  const text = `${readyMade("lan", { count: 100 }).draw()}`;
  assert.match(
    text,
    /^sw1 \(switch\)\n├─ eth0 ── pc1 \(host\) eth0 10\.0\.0\.1\/24$/m,
  );
  assert.match(text, /└─ … 88 more$/);
});

Deno.test("a topology shows as a drawing and a table, and in one line inside others", () => {
  const dual = readyMade("dual-stack");
  const show = (options?: unknown) =>
    (dual as unknown as Record<symbol, (i: unknown, o: unknown) => string>)[
      inspect
    ]!(undefined, options);
  assert.match(show(), /^dual-stack: IPv4 and IPv6 side by side\n┌─ pc1/);
  assert.match(
    show(),
    /^pc1 +host +eth0 +10\.0\.1\.11\/24 +r1:eth0 +10\.0\.1\.1\n +2001:db8:1::11\/64 +2001:db8:1::1$/m,
  );
  assert.equal(
    show({ currentDepth: 1 }),
    "topology dual-stack: 2 hosts, 1 router, 2 links",
  );
  assert.ok(show({ colors: true }).includes("\x1b[36m"));
});

Deno.test("an SVG stands alone: no scripts, no addresses to fetch, text escaped", async () => {
  const net = await topology({
    title: '<script>alert("1")</script> & more\u0007',
    hosts: { a: { services: { name: "http", body: "<b>" } }, b: null },
    links: ["a -- b"],
  });
  const svg = net.draw().toSvg();
  assert.match(
    svg,
    /<title>lab: &lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; &amp; more\ufffd<\/title>/,
  );
  assert.doesNotMatch(svg, /<script|href|url\(|@import|on\w+=/);
  assert.match(svg, /prefers-color-scheme: dark/);
  // Every element is closed, in the order of opening.
  const open: string[] = [];
  for (
    const [, close, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)
  ) {
    if (close === "/") assert.equal(open.pop(), name);
    else if (self === "") open.push(name!);
  }
  assert.deepEqual(open, []);
  const attributes = [
    ...svg.matchAll(/ (?:x|y|cx|cy|width|height|rx)="([^"]*)"/g),
  ];
  assert.ok(attributes.every(([, value]) => /^[\d.]+%?$/.test(value!)));
});

Deno.test("a Mermaid flowchart has ids of its own and escapes what means something there", async () => {
  const net = await topology({
    ipv6: false,
    hosts: { end: "10.0.0.1/24", b: "10.0.0.2/24" },
    links: ["end -- b"],
  });
  assert.equal(
    net.draw().toMermaid(),
    `flowchart LR
  n0["<b>end</b><br/>eth0 10.0.0.1/24"]:::host
  n1["<b>b</b><br/>eth0 10.0.0.2/24"]:::host
  n0 ---|"eth0 ── eth0"| n1
  classDef host fill:#ebf4ff,stroke:#2b6cb0,color:#1f2933
  classDef switch fill:#e8f6ec,stroke:#2f7a45,color:#1f2933
  classDef router fill:#f5ecfb,stroke:#7b3fa0,color:#1f2933
`,
  );
});

Deno.test("in a clear plan each link goes from its node to its other, and none lies on another", () => {
  const graph = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), {
    minLength: 1,
    maxLength: 14,
  }).map((pairs): TopologySpec => {
    const links = pairs.filter(([a, b]) => a !== b)
      .map(([a, b]) => `r${a} -- r${b}`);
    const routers = Array.from({ length: 9 }, (_, i) => `r${i}`);
    return { ipv6: false, routers, links };
  });
  let clear = 0;
  let all = 0;
  return fc.assert(
    fc.asyncProperty(
      graph,
      fc.constantFrom(...DETAILS),
      async (spec, detail) => {
        const plan = layout(await topology(spec), detail, true);
        all++;
        for (const { node, x, y, width, height } of plan.boxes) {
          for (const other of plan.boxes) {
            const apart = other.node === node || x + width <= other.x ||
              other.x + other.width <= x || y + height <= other.y ||
              other.y + other.height <= y;
            assert.ok(apart, `${node.name} and ${other.node.name} overlap`);
          }
        }
        for (const { link, points } of plan.wires) {
          const ends = [points[0]!, points.at(-1)!].map(([x, y]) =>
            plan.boxes.find((box) =>
              (x === box.x + box.width || x === box.x - 1) &&
              y > box.y && y < box.y + box.height - 1
            )?.node.name
          );
          assert.deepEqual(ends.sort(), [link.a.node, link.b.node].sort());
        }
        if (!plan.isClear) return;
        clear++;
        const taken = new Set<string>();
        for (const { points } of plan.wires) {
          points.slice(1).forEach(([toX, toY], i) => {
            const [x, y] = points[i]!;
            const steps = Math.max(Math.abs(toX - x), Math.abs(toY - y));
            for (let step = 0; step < steps; step++) {
              const at = Math.min(x, toX) + (toX === x ? 0 : step);
              const down = Math.min(y, toY) + (toY === y ? 0 : step);
              const key = `${at} ${down} ${toX === x}`;
              assert.ok(!taken.has(key), `two links at ${key}`);
              taken.add(key);
            }
          });
        }
      },
    ),
    { numRuns: 300 },
  ).then(() => assert.ok(clear > all * 0.8, `${clear} of ${all} are clear`));
});

Deno.test("parts that do not hang together are drawn one below another, and nothing as nothing", async () => {
  const net = await topology({
    ipv6: false,
    hosts: ["a", "b", "c"],
    links: ["a -- c"],
  });
  const text = `${draw(net)}`;
  assert.equal(
    text,
    `
┌─ a ──────────────┐   ┌─ c ──────────────┐
│ eth0 10.0.0.1/24 ├───┤ eth0 10.0.0.2/24 │
└──────────────────┘   └──────────────────┘

┌─ b ┐
└────┘`.slice(1),
  );
  assert.equal(`${draw(await topology({}))}`, "");
  assert.match(draw(await topology({})).toSvg(), /<\/svg>\n$/);
});
