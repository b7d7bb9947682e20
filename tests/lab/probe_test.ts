import assert from "node:assert/strict";
import { Diagnosis, doctor } from "../../lib/lab/doctor.ts";
import { FEATURES, probe, type ProbeResult } from "../../lib/lab/probe.ts";
import { choose } from "../../lib/lab/probe_choice.ts";
import type { Interface, Node, Topology } from "../../lib/lab/topology.ts";
import { testUnless } from "../skip.ts";
import { Bed, withoutNamespaces } from "./fabric_bed.ts";
import { becomes, MARK, marked } from "./lab_place.ts";

const reason = withoutNamespaces();
const decoder = new TextDecoder();

/** Runs a line of shell; gives what it wrote, or throws what it complained of. */
function shell(line: string): string {
  const { stdout, stderr, success } = new Deno.Command("sh", {
    args: ["-c", line],
    env: { DENO: Deno.execPath() },
  }).outputSync();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** How many namespaces this process holds open. */
function openNamespaces(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return /^(net|user|mnt):/.test(
        Deno.readLinkSync(`/proc/self/fd/${name}`),
      );
    } catch {
      return false;
    }
  }).length;
}

/** What the doctor says in a process of its own, which `before` changes first. */
function doctorAfter(before: string): ReturnType<Diagnosis["toJSON"]> {
  const url = new URL("../../lib/lab/doctor.ts", import.meta.url).href;
  const program = `import { doctor } from "${url}";
    console.log(JSON.stringify(await doctor()));`;
  return JSON.parse(shell(
    `${before} "$DENO" run -q -A --no-lock --no-check 'data:text/typescript,${
      encodeURIComponent(program)
    }'`,
  ));
}

testUnless(
  reason,
  "the probe agrees with what ip, tc and nft can do here",
  async () => {
    await using bed = new Bed();
    const netns = bed.namespace();
    bed.cable(netns, "v0", netns, "v1");
    const tries: Partial<Record<typeof FEATURES[number], string>> = {
      bridge: "ip link add name t0 type bridge",
      bridgeVlan: "ip link add name t1 type bridge vlan_filtering 1",
      bridgeStp: "ip link add name t2 type bridge stp_state 1",
      vlan: "ip link add link v0 name v0.10 type vlan id 10",
      netem: "tc qdisc replace dev v0 root netem delay 1ms",
      tbf: "tc qdisc replace dev v0 root tbf rate 1mbit burst 3000 limit 10000",
      nft: "nft list ruleset",
      vxlan: "ip link add name t3 type vxlan id 42 dstport 4789 dev v0",
      tun: "ip tuntap add mode tun name t4",
      forwarding: "sysctl -q -w net.ipv4.ip_forward=1",
    };
    const { kernel, namespaces } = await probe();
    assert.deepEqual(namespaces, { works: true });
    assert.deepEqual(Object.keys(kernel), [...FEATURES]);
    assert.ok(kernel.veth.works && kernel.packet.works);
    for (const [feature, command] of Object.entries(tries)) {
      const [program, ...args] = command.split(" ");
      let works = true;
      try {
        bed.run(netns, program!, ...args);
      } catch {
        works = false;
      }
      const found = kernel[feature as keyof typeof tries];
      assert.equal(found.works, works, `${feature}: ${found.reason}`);
      if (!works) assert.ok(found.reason);
    }
  },
);

testUnless(
  reason,
  "the probe is asked once, and leaves nothing behind",
  async () => {
    const before = openNamespaces();
    // Other tests, which run beside these, have processes of their own.
    const mark = crypto.randomUUID();
    Deno.env.set(MARK, mark);
    const found = await probe({ again: true });
    Deno.env.delete(MARK);
    assert.equal(await probe(), await probe());
    assert.deepEqual(await probe(), found);
    assert.ok(await becomes(() => marked(mark).length === 0));
    assert.equal(openNamespaces(), before);
  },
);

testUnless(
  reason,
  "the doctor names what bars namespaces, and how to lift that",
  () => {
    const { ok, rows } = doctorAfter(
      `unshare --user --map-root-user sh -c '
      echo 0 > /proc/sys/user/max_net_namespaces && exec "$@"' sh`,
    );
    assert.equal(ok, false);
    assert.deepEqual(rows[0], {
      feature: "namespaces",
      state: "missing",
      cost: "no lab at all",
      remedy: "sudo sysctl -w user.max_net_namespaces=10000",
      reason: "user.max_net_namespaces is 0",
    });
  },
);

testUnless(reason, "without unshare the doctor asks for it", () => {
  const { rows } = doctorAfter("PATH=/nowhere");
  assert.equal(rows[0]!.reason, "the program unshare is not there");
  assert.equal(rows[0]!.remedy, "sudo apt install util-linux");
});

const works = { works: true };
const lacks = (...features: string[]): ProbeResult["kernel"] =>
  Object.fromEntries(
    FEATURES.map((feature) => [
      feature,
      features.includes(feature)
        ? { works: false, reason: "not there" }
        : works,
    ]),
  ) as ProbeResult["kernel"];

Deno.test("the doctor's table tells what each lack costs, and below it what to do", () => {
  const diagnosis = new Diagnosis({
    namespaces: works,
    user: [],
    kernel: lacks("vlan", "nft"),
  });
  const text = Deno.inspect(diagnosis, { colors: false });
  assert.match(text, /802\.1Q sub-interfaces +replaced +hosts' own captures/);
  assert.match(text, /nftables +missing +no NAT and no firewall/);
  assert.match(text, /802\.1Q sub-interfaces {2}sudo modprobe 8021q/);
  assert.match(text, /Labs work on this machine\.$/);
  const row = diagnosis.rows.find(({ feature }) => feature === "nftables");
  assert.equal(row!.reason, "not there");
  assert.equal(diagnosis.toJSON().ok, true);
});

Deno.test("without packet sockets nothing is replaced", () => {
  const { rows } = new Diagnosis({
    namespaces: works,
    user: [],
    kernel: lacks("vlan", "packet"),
  });
  assert.deepEqual(
    rows.filter(({ state }) => state !== "works").map(({ state }) => state),
    ["missing", "missing"],
  );
});

testUnless(reason, "the doctor asks this machine", async () => {
  const { ok, rows } = await doctor();
  assert.equal(ok, true);
  // And a row for each service whose programs are not installed.
  assert.ok(rows.length >= FEATURES.length + 1);
});

const nic = (name: string, more: Partial<Interface> = {}): Interface => ({
  name,
  mac: "02:00:00:00:00:01",
  mtu: 1500,
  addresses: [],
  vlans: [],
  ...more,
});
const node = (
  name: string,
  kind: Node["kind"],
  interfaces: readonly Interface[],
  more: Partial<Node> = {},
): Node => ({
  name,
  kind,
  interfaces,
  routes: [],
  forwarding: false,
  services: [],
  stp: false,
  vlanAware: false,
  sysctl: {},
  dns: [],
  ...more,
});
const TOPOLOGY: Topology = {
  name: "lab",
  nodes: [
    node("r1", "router", [
      nic("eth0", { vlans: [{ name: "eth0.10", id: 10, addresses: [] }] }),
      nic("eth1"),
    ]),
    node("sw1", "switch", [nic("eth0"), nic("eth1")], { vlanAware: true }),
    node("sw2", "switch", [nic("eth0"), nic("eth1")]),
    node("sw3", "switch", [nic("eth0"), nic("eth1")], { stp: true }),
  ],
  links: [
    {
      a: { node: "r1", interface: "eth0" },
      b: { node: "sw1", interface: "eth0" },
    },
    {
      a: { node: "r1", interface: "eth1" },
      b: { node: "sw2", interface: "eth0" },
      delay: 5,
      rate: 1e6,
    },
    {
      a: { node: "sw1", interface: "eth1" },
      b: { node: "sw3", interface: "eth0" },
      rate: 1e6,
      loss: 0,
    },
  ],
};

Deno.test("what the kernel can do goes to the kernel, the rest to the fabric, with a reason", () => {
  const words = (kernel: ProbeResult["kernel"]) => {
    const { switches, links, tags } = choose(TOPOLOGY, kernel);
    return [...switches, ...links, ...tags].map((choice) => choice.words);
  };
  assert.deepEqual(words(lacks("bridgeVlan", "vlan", "netem")), [
    "sw1: userspace switch, since this kernel lacks bridge vlan_filtering",
    "sw2: kernel bridge",
    "sw3: userspace switch, since the kernel's spanning tree is the old one, which takes 30 seconds to settle",
    "r1:eth0 - sw1:eth0: kernel cable",
    "r1:eth1 - sw2:eth0: userspace link, since this kernel lacks netem",
    "sw1:eth1 - sw3:eth0: kernel cable",
    "r1:eth0: userspace tags, since this kernel lacks 802.1Q",
  ]);
  assert.deepEqual(
    choose(TOPOLOGY, lacks()).links.map(({ way }) => way),
    ["kernel", "kernel", "kernel"],
  );
  const { switches, links } = choose(TOPOLOGY, lacks("bridge", "tbf"));
  assert.deepEqual(switches.map(({ way }) => way), [
    "fabric",
    "fabric",
    "fabric",
  ]);
  assert.deepEqual(links.map(({ way }) => way), ["kernel", "kernel", "fabric"]);
});
