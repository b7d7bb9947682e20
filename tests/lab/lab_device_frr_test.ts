/**
 * Two real FRR routers in a lab: our sessions, over SSH into their command
 * lines, make them BGP neighbours; the kernel has the routes; all of it is taken
 * back.
 *
 * @module
 */

import assert from "node:assert/strict";
import { connect } from "../../lib/device/connect.ts";
import type { DeviceSession } from "../../lib/device/session.ts";
import { requirePrograms } from "../../lib/lab/daemons/requirements.ts";
import type { Lab } from "../../lib/lab/lab.ts";
import { topology } from "../../lib/lab/lab_topology.ts";
import type { TopologySpec } from "../../lib/lab/specification.ts";
import { up } from "../../lib/lab/up.ts";
import { parseSshConfig } from "../../lib/ssh/config/ssh_config.ts";
import { testUnless } from "../skip.ts";
import { becomesTrue, withoutLabs } from "./lab_place.ts";

/** Where the lab's sshd has its keys, in every node. */
const KEYS = "/run/netrepl/shared/sshd";

const ROUTERS: TopologySpec = {
  hosts: { pc1: "10.0.1.2/24", pc2: "10.0.2.2/24" },
  routers: {
    r1: {
      interfaces: { pc1: "10.0.1.1/24", r2: "10.0.0.1/30" },
      services: [unconfigured(65001), "sshd"],
    },
    r2: {
      interfaces: { pc2: "10.0.2.1/24", r1: "10.0.0.2/30" },
      services: [unconfigured(65002), "sshd"],
    },
  },
  links: ["pc1 -- r1", "pc2 -- r2", "r1 -- r2"],
};

/** FRR whose BGP runs, and has nothing to do yet. */
function unconfigured(as: number) {
  const config = `router bgp ${as}\nexit\nno router bgp ${as}`;
  return { name: "frr" as const, config };
}

async function withoutFrr(): Promise<string | undefined> {
  try {
    requirePrograms(await topology(ROUTERS));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** From outside of a node to its sshd; every bash can do this much. */
const PIPE = "exec 3<>/dev/tcp/127.0.0.1/22; cat <&3 & exec cat >&3";

/** A session with a router's command line. */
async function enter(lab: Lab, name: string): Promise<DeviceSession> {
  const host = lab.host(name);
  const key = await host.exec(`cat ${KEYS}/id_ed25519`);
  const command = await host.shellCommand(["bash", "-c", `'${PIPE}'`]);
  return await connect({
    platform: "frr",
    host: name,
    user: "root",
    ssh: {
      hostKeys: "any",
      agent: false,
      keys: [key.stdout],
      config: parseSshConfig(`ProxyCommand ${command.join(" ")}`),
    },
  });
}

function speaker(as: number, peer: string, other: number, net: string): string {
  return `router bgp ${as}
 no bgp ebgp-requires-policy
 neighbor ${peer} remote-as ${other}
 neighbor ${peer} timers connect 1
 !
 address-family ipv4 unicast
  network ${net}
 exit-address-family
exit
!
ip prefix-list NETS seq 5 permit 10.0.0.0/8 le 24
`;
}

/** The states of a router's neighbours: `["Established"]`. */
async function neighbours(session: DeviceSession): Promise<string[]> {
  const { output } = await session.send("show bgp summary json");
  const { ipv4Unicast } = JSON.parse(output) as {
    ipv4Unicast?: { peers: Record<string, { state: string }> };
  };
  return Object.values(ipv4Unicast?.peers ?? {}).map(({ state }) => state);
}

/** What BGP has put into a router's kernel. */
async function routes(lab: Lab, name: string): Promise<string[]> {
  const { stdout } = await lab.host(name).exec("ip -json route show proto bgp");
  return (JSON.parse(stdout || "[]") as { dst: string; gateway: string }[])
    .map(({ dst, gateway }) => `${dst} via ${gateway}`);
}

testUnless(
  await withoutLabs() ?? await withoutFrr(),
  "Two real routers: made BGP neighbours, watched, backed up, taken back",
  async () => {
    await using lab = await up(ROUTERS);
    // Whoever has the lab's key gets no shell, but the router's command line.
    const forced = await lab.host("r1").exec(
      `sed -i 's/^/restrict,pty,command="vtysh" /' ${KEYS}/id_ed25519.pub`,
    );
    assert.ok(forced.ok, forced.stderr);
    const [r1, r2] = await Promise.all([enter(lab, "r1"), enter(lab, "r2")]);
    await using _closes = r1, _too = r2;
    assert.deepEqual([r1.hostname, r2.hostname], ["r1", "r2"]);
    const before = await Promise.all([r1.backup(), r2.backup()]);
    assert.doesNotMatch(before[0]!, /router bgp/);

    const wanted = speaker(65001, "10.0.0.2", 65002, "10.0.1.0/24");
    const results = await Promise.all([
      r1.configure(wanted),
      r2.configure(speaker(65002, "10.0.0.1", 65001, "10.0.2.0/24")),
    ]);
    for (const { refused } of results) assert.deepEqual(refused, []);
    const diff = await r1.diff();
    assert.equal(diff.removed, 0);
    assert.match(
      `${diff}`,
      /^\+ router bgp 65001\n(?:\+ {2}.*\n)*\+ {2}neighbor 10\.0\.0\.2 remote-as 65002\n/m,
    );

    const isUp = () =>
      becomesTrue(async () =>
        `${await neighbours(r1)} ${await neighbours(r2)}` ===
          "Established Established"
      );
    assert.ok(await isUp(), `${(await r1.send("show bgp summary")).output}`);
    assert.ok(
      await becomesTrue(async () =>
        (await routes(lab, "r1")).length + (await routes(lab, "r2")).length ===
          2
      ),
    );
    assert.deepEqual(await routes(lab, "r1"), ["10.0.2.0/24 via 10.0.0.2"]);
    assert.deepEqual(await routes(lab, "r2"), ["10.0.1.0/24 via 10.0.0.1"]);
    const { rows } = await r1.send("show ip route", { parse: true });
    const learned = rows?.find((row) => row["network"] === "10.0.2.0/24");
    assert.equal(learned?.["next_hop"], "10.0.0.2");
    assert.ok((await lab.host("pc1").exec("ping -c1 -W2 10.0.2.2")).ok);
    const after = await r1.backup();
    assert.match(
      after,
      /^router bgp 65001\n(?: .*\n)* {2}network 10\.0\.1\.0\/24$/m,
    );

    // A line that it refuses changes nothing; the router stays a neighbour.
    const bad = await r1.configure(
      "router bgp 65001\n neighbor 10.0.0.2 nonsense",
    );
    assert.equal(bad.refused.length, 1);
    assert.equal(await r1.backup(), after);

    const back = await Promise.all([r1.rollback(), r2.rollback()]);
    for (const { remaining } of back) assert.deepEqual(remaining?.lines, []);
    assert.deepEqual(
      await Promise.all([r1.backup(), r2.backup()]),
      before,
    );
    assert.ok(
      await becomesTrue(async () =>
        (await routes(lab, "r1")).length + (await routes(lab, "r2")).length ===
          0
      ),
      "the kernel lets go of the routes",
    );
    assert.deepEqual(await neighbours(r1), []);
  },
);
