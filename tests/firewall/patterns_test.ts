/**
 * What patterns let through and what not, in real kernels with real traffic.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  blockList,
  combine,
  dmz,
  gateway,
  host,
  isolateVlans,
  portKnocking,
  rateLimit,
} from "../../lib/firewall/patterns/all.ts";
import { readyMades } from "../../lib/lab/ready_made/table.ts";
import { up } from "../../lib/lab/up.ts";
import { becomesTrue, capture, withoutLabs } from "../lab/lab_place.ts";
import { testUnless } from "../skip.ts";
import {
  assertTries,
  BED,
  counted,
  load,
  outcomes,
  type Try,
} from "./pattern_bed.ts";
import { nftMissing } from "./nft_run.ts";

const reason = await withoutLabs() ?? nftMissing();

const PC = { v4: "10.0.1.10", v6: "2001:db8:1::10" };
const WEB = { v4: "10.0.2.80", v6: "2001:db8:2::80" };
const OUTSIDER = { v4: "198.51.100.10", v6: "2001:db8:4::10" };
const FW = { v4: "192.0.2.1", v6: "2001:db8:3::1" };

testUnless(
  reason,
  "patterns let through what they say, and nothing else",
  async (t) => {
    await using lab = await up(BED);
    const exec = async (host: string, command: string) => {
      const { stdout, stderr } = await lab.host(host).exec(command);
      return stdout + stderr;
    };

    await t.step(
      "a host is reached at what is open, from where it is open",
      async () => {
        await load(
          lab,
          "web",
          host({
            open: [
              "tcp/80",
              {
                port: ["udp/7", "tcp/22"],
                from: ["10.0.1.0/24", "2001:db8:1::/64"],
              },
            ],
            refuse: "reject",
          }),
        );
        await exec("web", "ip neigh flush all; ip -6 neigh flush all");
        await exec("fw", "ip neigh flush all; ip -6 neigh flush all");
        await assertTries(lab, [
          ...[WEB.v4, WEB.v6].flatMap((web): Try[] => [
            ["pc1", "ping", web, "open"],
            ["pc1", "tcp/80", web, "open"],
            ["pc1", "tcp/22", web, "open"],
            ["pc1", "udp/7", web, "open"],
            ["pc1", "tcp/7", web, "refused"],
            ["pc1", "udp/22", web, "refused"],
          ]),
          ["outsider", "tcp/80", WEB.v6, "open"],
          ["outsider", "tcp/22", WEB.v6, "refused"],
          ["outsider", "udp/7", WEB.v6, "refused"],
          // What it asks for itself, with the answers.
          ["web", "tcp/80", OUTSIDER.v6, "open"],
          ["web", "udp/53", OUTSIDER.v6, "open"],
          ["web", "ping", PC.v4, "open"],
          ["web", "tcp/80", "127.0.0.1", "open"],
          ["web", "tcp/7", "::1", "open"],
        ]);
      },
    );

    await t.step(
      "a guarded host learns path MTUs, and its neighbours by IPv6",
      async () => {
        const route = `ip -6 route get ${OUTSIDER.v6}`;
        // The first router's, then that of one behind it.
        await exec("web", `ping -6 -n -c1 -W2 -M do -s 1400 ${OUTSIDER.v6}`);
        assert.match(await exec("web", route), /mtu 1400/);
        await exec("web", `ping -6 -n -c1 -W2 -M do -s 1300 ${OUTSIDER.v6}`);
        assert.match(await exec("web", route), /mtu 1300/);
        const neighbours = await exec("web", "ip -6 neigh show dev eth0");
        assert.match(neighbours, /2001:db8:2::1 .*lladdr/);
        assert.equal(await counted(lab, "web", "belongs to no connection"), 0);
      },
    );

    await t.step("a rate is one address's own, and holds", async () => {
      await load(
        lab,
        "web",
        combine(
          host({ open: ["tcp/80"] }),
          rateLimit({ port: "tcp/80", rate: "1/hour", burst: 3 }),
        ),
      );
      for (const web of [WEB.v4, WEB.v6]) {
        for (const expected of ["open", "open", "open", "silent"] as const) {
          const once: Try = ["pc1", "tcp/80", web, expected];
          const patience = expected === "open" ? 10_000 : undefined;
          assert.deepEqual(await outcomes(lab, [once], patience), [expected]);
        }
      }
      await assertTries(lab, [
        ["fw", "tcp/80", WEB.v4, "open"],
        ["outsider", "tcp/80", WEB.v6, "open"],
      ]);
      assert.ok(
        await counted(lab, "web", "too many of one address: tcp/80") > 0,
      );
      assert.ok(await counted(lab, "web", "too many of one /64: tcp/80") > 0);
    });

    await t.step(
      "a port opens to who knocks in turn, and to nobody else",
      async () => {
        await load(
          lab,
          "web",
          combine(
            host({ open: ["tcp/22"] }),
            portKnocking({ ports: [7001, 8002, 9003], opens: "tcp/22" }),
          ),
        );
        const knock = async (address: string, ...ports: number[]) => {
          for (const port of ports) {
            const once: Try = ["pc1", `tcp/${port}`, address, "silent"];
            assert.deepEqual(await outcomes(lab, [once], 50), ["silent"]);
          }
        };
        await knock(WEB.v4, 22, 8002, 7001, 9003, 22);
        // A scan comes by the others, too.
        await knock(WEB.v4, 7001, 7002, 8002, 9003, 22);
        await knock(WEB.v4, 7001, 8002, 9003);
        await knock(WEB.v6, 7001, 8002, 9003);
        await assertTries(lab, [
          ["pc1", "tcp/22", WEB.v4, "open"],
          ["pc1", "tcp/22", WEB.v6, "open"],
          ["fw", "tcp/22", WEB.v4, "silent"],
          ["outsider", "tcp/22", WEB.v6, "silent"],
        ]);
      },
    );

    await t.step("who is blocked is not heard, and not spoken to", async () => {
      await load(
        lab,
        "web",
        blockList({
          prefixes: [
            ...["198.51.100.0/25", "198.51.100.128/25"],
            ...["2001:db8:4::/48", "10.0.1.0/24"],
          ],
          except: PC.v4,
          counters: true,
        }),
      );
      await assertTries(lab, [
        ["pc1", "tcp/80", WEB.v4, "open"],
        ["pc1", "ping", WEB.v6, "open"],
        ["outsider", "tcp/80", WEB.v6, "silent"],
        ["web", "tcp/80", OUTSIDER.v6, "refused"],
        ["web", "udp/53", OUTSIDER.v4, "refused"],
        ["web", "tcp/22", PC.v4, "open"],
      ]);
      assert.ok(await counted(lab, "web", "comes from who is blocked") > 0);
      await load(lab, "web");
    });

    await t.step(
      "behind a gateway all begin inside; outside reaches what is published",
      async () => {
        await load(
          lab,
          "fw",
          gateway({
            inside: ["inside", "dmz"],
            outside: "outside",
            networks: [
              ...["10.0.1.0/24", "10.0.2.0/24"],
              ...["2001:db8:1::/64", "2001:db8:2::/64"],
            ],
            forward: [
              { port: "tcp/8080", to: `${WEB.v4}:80` },
              { port: "tcp/80", to: WEB.v6 },
              { port: "udp/7", to: WEB.v4, from: "203.0.113.0/24" },
            ],
            hairpin: true,
            open: [{ port: "tcp/22", on: "inside" }],
          }),
        );
        await exec("fw", "ip -6 neigh flush all");
        await assertTries(lab, [
          ["pc1", "ping", OUTSIDER.v4, "open"],
          ["pc1", "ping", OUTSIDER.v6, "open"],
          ["pc1", "tcp/80", OUTSIDER.v4, "open"],
          ["pc1", "tcp/80", OUTSIDER.v6, "open"],
          ["pc1", "udp/53", OUTSIDER.v4, "open"],
          ["pc1", "udp/53", OUTSIDER.v6, "open"],
          ["pc1", "tcp/22", WEB.v4, "open"],
          ["pc1", "tcp/22", "10.0.1.1", "open"],
          ["web", "tcp/22", "10.0.2.1", "silent"],
          ["outsider", "tcp/8080", FW.v4, "open"],
          ["outsider", "tcp/80", WEB.v6, "open"],
          ["outsider", "ping", WEB.v6, "open"],
          ["outsider", "ping", FW.v4, "open"],
          ["outsider", "tcp/22", WEB.v6, "silent"],
          ["outsider", "tcp/22", PC.v6, "silent"],
          ["outsider", "tcp/22", FW.v4, "silent"],
          ["outsider", "udp/7", FW.v4, "silent"],
          ["pc1", "tcp/8080", FW.v4, "open"],
          ["web", "tcp/8080", FW.v4, "open"],
        ]);
      },
    );

    await t.step(
      "a gateway hides IPv4 alone, fits segments to its line, and passes errors on",
      async () => {
        const open = (address: string) => () =>
          assertTries(lab, [["pc1", "tcp/80", address, "open"]]);
        const four = await capture(lab, "outsider", "tcp", open(OUTSIDER.v4));
        assert.match(
          four,
          /192\.0\.2\.1\.\d+ > 198\.51\.100\.10\.80: .*mss 1360/,
        );
        const six = await capture(
          lab,
          "outsider",
          "ip6 and tcp",
          open(OUTSIDER.v6),
        );
        assert.match(six, /db8:1::10\.\d+ > 2001:db8:4::10\.80: .*mss 1340/);
        for (const [v, to] of [[4, OUTSIDER.v4], [6, OUTSIDER.v6]] as const) {
          await exec("pc1", `ping -${v} -n -c1 -W2 -M do -s 1300 ${to}`);
          assert.match(
            await exec("pc1", `ip -${v} route get ${to}`),
            /mtu 1300/,
          );
        }
      },
    );

    await t.step(
      "a gateway drops forged sources, and lets IPv6 find duplicates",
      async () => {
        const forged = () => counted(lab, "fw", "forged source");
        assert.equal(await forged(), 0);
        const pretended = [
          ["10.0.1.66", FW.v4],
          ["2001:db8:1::66", WEB.v6],
        ] as const;
        for (const [source, to] of pretended) {
          const before = await forged();
          await exec("outsider", `ip addr add ${source} dev lo`);
          assert.ok(
            await becomesTrue(async () => {
              await exec("outsider", `ping -n -c1 -W0.1 -I ${source} ${to}`);
              return await forged() > before;
            }),
          );
        }
        const before = await forged();
        await exec(
          "pc1",
          "sysctl -w net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=1",
        );
        const same = "2001:db8:1::1/64 dev eth0";
        await exec("pc1", `ip -6 addr add ${same}`);
        let state = "";
        await becomesTrue(async () => {
          state = await exec("pc1", "ip -6 addr show dev eth0");
          return /dadfailed/.test(state) || !/ tentative/.test(state);
        });
        assert.match(state, /db8:1::1\/64 .*dadfailed/);
        await exec("pc1", `ip -6 addr del ${same}`);
        assert.equal(await forged(), before);
      },
    );

    await t.step(
      "a DMZ with translation: each zone reaches what it should",
      async () => {
        await load(
          lab,
          "fw",
          dmz({
            outside: "outside",
            dmz: "dmz",
            inside: "inside",
            services: [
              { port: "tcp/8080", to: `${WEB.v4}:80` },
              { port: "tcp/80", to: WEB.v6 },
            ],
            outgoing: ["udp/53"],
            management: ["tcp/22"],
          }),
        );
        await assertTries(lab, [
          ["outsider", "tcp/8080", FW.v4, "open"],
          ["outsider", "tcp/80", WEB.v6, "open"],
          ["outsider", "tcp/22", WEB.v6, "silent"],
          ["outsider", "tcp/22", FW.v4, "silent"],
          ["outsider", "tcp/22", FW.v6, "silent"],
          ["outsider", "tcp/22", PC.v6, "silent"],
          ["outsider", "ping", PC.v6, "silent"],
          ["pc1", "tcp/22", WEB.v4, "open"],
          ["pc1", "tcp/22", WEB.v6, "open"],
          ["pc1", "tcp/80", OUTSIDER.v4, "open"],
          ["pc1", "tcp/80", OUTSIDER.v6, "open"],
          ["pc1", "tcp/22", "10.0.1.1", "open"],
          ["web", "tcp/22", PC.v4, "silent"],
          ["web", "tcp/22", PC.v6, "silent"],
          ["web", "ping", PC.v4, "silent"],
          ["web", "udp/53", OUTSIDER.v4, "open"],
          ["web", "udp/53", OUTSIDER.v6, "open"],
          ["web", "tcp/80", OUTSIDER.v4, "silent"],
          ["web", "tcp/22", "10.0.2.1", "silent"],
        ]);
        assert.ok(
          await counted(lab, "fw", "the DMZ begins nothing inside") > 0,
        );
      },
    );

    await t.step(
      "VLANs reach the uplink, and each other only where it is said",
      async () => {
        await load(
          lab,
          "fw",
          isolateVlans({
            vlans: { office: "inside", printers: "dmz" },
            uplink: "outside",
            allow: [["office", "printers", "tcp/80"]],
            internet: ["office"],
            nat: true,
            open: [{ port: "tcp/22", on: "inside" }],
          }),
        );
        await assertTries(lab, [
          ["pc1", "tcp/80", WEB.v4, "open"],
          ["pc1", "tcp/80", WEB.v6, "open"],
          ["pc1", "tcp/22", WEB.v4, "refused"],
          ["pc1", "ping", WEB.v6, "refused"],
          ["pc1", "udp/53", OUTSIDER.v4, "open"],
          ["pc1", "udp/53", OUTSIDER.v6, "open"],
          ["pc1", "tcp/22", "10.0.1.1", "open"],
          ["web", "tcp/22", "10.0.1.1", "silent"],
          ["web", "tcp/22", PC.v4, "refused"],
          ["web", "udp/53", OUTSIDER.v4, "refused"],
          ["outsider", "tcp/22", PC.v6, "silent"],
        ]);
      },
    );
  },
);

testUnless(
  reason,
  "the ready-made DMZ stays what it is with the pattern's rules",
  async () => {
    await using lab = await up("dmz");
    await load(
      lab,
      "fw",
      dmz({
        outside: "outside",
        dmz: "dmz",
        inside: "inside",
        services: [{ port: "tcp/80", to: "10.0.2.80" }],
      }),
    );
    const expected = readyMades.dmz.expected(lab.topology);
    await assertTries(lab, [
      ...expected.map(({ from, probe, address, reachable }): Try => [
        from,
        probe,
        address!,
        reachable ? "open" : "silent",
      ]),
      ["outsider", "tcp/80", "192.0.2.1", "open"],
      ["web", "tcp/80", "192.0.2.10", "silent"],
    ]);
  },
);
