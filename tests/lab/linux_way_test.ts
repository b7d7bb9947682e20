import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "../../lib/ip/address.ts";
import { route, type RouteLookup } from "../../lib/linux/route_lookup.ts";
import { testUnless } from "../skip.ts";
import { GROUND, routeLines, ruleLines } from "./linux_commands.ts";
import { batch, json } from "./linux_oracle.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "./own_network.ts";

const reason = withoutNetworks();

/** The route that the kernel says has decided. */
function matched(
  network: OwnNetwork,
  words: readonly string[],
): { dst: string; table: number; gateway?: string | undefined } | string {
  const args = ["-j", "-d", "-N", "route", "get", "fibmatch", ...words];
  const { success, stdout, stderr } = inside(
    network,
    () => new Deno.Command("ip", { args }).outputSync(),
  );
  if (!success) return new TextDecoder().decode(stderr).trim();
  const [found] = JSON.parse(new TextDecoder().decode(stdout));
  return {
    dst: found.dst,
    table: Number(found.table ?? 254),
    gateway: found.gateway,
  };
}

testUnless(
  reason,
  "what we say has decided is what the kernel says has",
  async () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const target = fc.tuple(fc.integer({ min: 64, max: 127 }), octet, octet)
      .map(([a, b, c]) => `10.${a}.${b}.${c}`);
    let decided = 0;
    await fc.assert(
      fc.asyncProperty(
        routeLines,
        ruleLines,
        fc.array(target, { minLength: 5, maxLength: 5 }),
        fc.constantFrom(undefined, "10.0.0.1"),
        fc.constantFrom(undefined, 7, 0x10),
        async (routes, rules, targets, from, mark) => {
          using network = ownNetwork();
          // What depends on ports and protocols cannot be asked of ip in this way.
          const own = rules.filter((line) =>
            !/^-6|ipproto|sport|dport|tun_id|suppress_ifgroup/.test(line)
          );
          batch(network, [...GROUND, ...routes, ...own]);
          // Destinations that the routes are about, beside random ones.
          const near = routes.flatMap((line) =>
            / (10\.\d+\.\d+\.\d+)\//.exec(line)?.[1] ?? []
          );
          for (
            const to of [
              ...near,
              ...targets,
              "10.0.0.1",
              "10.0.0.77",
              "127.0.0.1",
            ]
          ) {
            const options = {
              namespace: network.namespace,
              ...from && { from },
              ...mark && { mark },
            };
            const ours = await route(to, options);
            const words = [
              to,
              ...from ? ["from", from] : [],
              ...mark ? ["mark", String(mark)] : [],
            ];
            const theirs = matched(network, words);
            const context = `${words.join(" ")}\n${
              [...routes, ...own].join("\n")
            }\nip: ${JSON.stringify(theirs)}\nours: ${
              JSON.stringify(ours.route)
            } ${ours.type} ${ours.refusal}`;
            if (typeof theirs === "string") {
              assert.equal(ours.reachable, false, context);
              continue;
            }
            decided++;
            const { prefixLength } = ours.route!.to;
            const shown = prefixLength === 0
              ? "default"
              : prefixLength === 32
              ? `${ours.route!.to.network}`
              : `${ours.route!.to}`;
            assert.equal(shown, theirs.dst, context);
            // Until there is a rule of ours, main and local are one to the kernel.
            if (!(theirs.table === 254 && ours.table === 255)) {
              assert.equal(ours.table, theirs.table, context);
            }
            if (ours.route!.nextHops === undefined) {
              assert.equal(
                ours.via?.toString(),
                ours.route!.via?.toString(),
                context,
              );
            }
          }
        },
      ),
      { numRuns: 40 },
    );
    assert.ok(decided > 100, `${decided} that had a way`);
  },
);

async function way(
  lines: readonly string[],
  to: string,
  options: { mark?: number; oif?: string; from?: string } = {},
): Promise<RouteLookup> {
  using network = ownNetwork();
  batch(network, [...GROUND, ...lines]);
  return await route(to, { ...options, namespace: network.namespace });
}

testUnless(
  reason,
  "a lookup says which rule, table and prefix decided, and why others lost",
  async () => {
    const found = await way([
      "route add default via 10.0.0.254",
      "route add 10.64.0.0/10 via 10.0.0.2 metric 10",
      "route add 10.64.0.0/10 via 10.0.0.3 metric 20",
      "route add 10.64.0.0/16 via 10.0.0.4 table 100",
      "rule add from all fwmark 7 lookup 100 priority 500",
    ], "10.64.5.5");
    assert.equal(found.reachable, true);
    assert.equal(
      `${found.via} ${found.device} ${found.source}`,
      "10.0.0.2 base0 10.0.0.1",
    );
    assert.equal(found.table, 254);
    assert.equal(found.rule?.priority, 32766);
    assert.equal(`${found.route?.to}`, "10.64.0.0/10");
    assert.deepEqual(
      found.losers.map(({ route, reason }) => `${route.via} ${reason}`),
      [
        "10.0.0.3 its metric is higher: 20, not 10",
        "10.0.0.254 its prefix is shorter: /0, not /10",
      ],
    );
    assert.deepEqual(
      found.steps.map(({ rule, outcome, reason }) =>
        `${rule.priority} ${outcome} ${reason}`
      ),
      [
        "0 passed no route in local contains it",
        "500 skipped its mark is 0x0",
        "32766 decided 10.64.0.0/10 in main is the best of 3 that contain it",
      ],
    );
    const card = Deno.inspect(found);
    for (
      const line of [
        /next hop +10\.0\.0\.2/,
        /leaves at +base0/,
        /sent from +10\.0\.0\.1/,
        /table +main/,
        /metric is higher/,
      ]
    ) {
      assert.match(card, line);
    }
  },
);

testUnless(
  reason,
  "marks, bound interfaces and refusals lead elsewhere, and are said",
  async () => {
    const lines = [
      "route add default via 10.0.0.254",
      "route add 10.64.0.0/16 via 10.0.0.4 table 100",
      "rule add from all fwmark 7 lookup 100 priority 500",
      "route add unreachable 10.65.0.0/16",
      "route add prohibit 10.66.0.0/16",
      "route add blackhole 10.67.0.0/16",
      "route add 10.68.0.0/16 dev base1 scope link",
    ];
    assert.equal((await way(lines, "10.64.1.1", { mark: 7 })).table, 100);
    assert.equal((await way(lines, "10.68.1.1")).device, "base1");
    assert.equal((await way(lines, "10.0.0.1")).type, "local");
    for (
      const [to, type, said] of [
        ["10.65.1.1", "unreachable", /no route to host/],
        ["10.66.1.1", "prohibit", /permission denied/],
        ["10.67.1.1", "blackhole", /invalid argument/],
      ] as const
    ) {
      const found = await way(lines, to);
      assert.equal(found.reachable, false);
      assert.equal(found.type, type);
      assert.match(found.refusal!, said);
    }
    const none = await way([], "203.0.113.1");
    assert.equal(
      `${none.reachable} ${none.type} ${none.route}`,
      "false none undefined",
    );
    assert.match(Deno.inspect(none), /network is unreachable/);
  },
);

testUnless(
  reason,
  "IPv6 has its ways too, with a zone for an interface",
  async () => {
    const lines = [
      "-6 route add 2001:db8:5::/48 via 2001:db8:ffff::2 metric 50",
      "-6 route add 2001:db8:5::/48 via 2001:db8:ffff::3 metric 60",
      "-6 route add 2001:db8:5:5::/64 dev base1",
    ];
    const found = await way(lines, "2001:db8:5::1");
    assert.equal(`${found.via} ${found.route?.metric}`, "2001:db8:ffff::2 50");
    assert.equal((await way(lines, "2001:db8:5:5::1")).device, "base1");
    using network = ownNetwork();
    batch(network, [
      ...GROUND,
      "-6 address add fe80::1/64 dev base0 nodad",
      "-6 address add fe80::2/64 dev base1 nodad",
    ]);
    const zoned = await route(parse("fe80::9%base1"), {
      namespace: network.namespace,
    });
    assert.equal(zoned.device, "base1");
    await assert.rejects(route("10.0.0.1", { from: "::1" }), TypeError);
    assert.ok(json(network, "-6", "route").length > 0);
  },
);
