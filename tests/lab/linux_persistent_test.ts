import assert from "node:assert/strict";
import fc from "fast-check";
import { readConfig } from "../../lib/linux/persistent/read_config.ts";
import type { ConfigFiles } from "../../lib/linux/persistent/files.ts";
import type { NetworkConfig } from "../../lib/linux/persistent/config.ts";
import { ifupdown, netplan, networkd } from "../../lib/linux/persistent/all.ts";
import { testUnless } from "../skip.ts";
import { networkConfig } from "./network_configs.ts";

const GENERATE = "/usr/lib/netplan/generate";
const NETWORKD = "/usr/lib/systemd/systemd-networkd";
const NEEDS: Readonly<Record<string, string>> = {
  [GENERATE]: "netplan.io",
  [NETWORKD]: "systemd",
  "/usr/sbin/ifup": "ifupdown",
  "/usr/sbin/brctl": "bridge-utils",
};

async function without(...paths: string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await Deno.stat(path);
    } catch {
      return `${path} is not there; apt-get install ${NEEDS[path]}`;
    }
  }
  return undefined;
}

/** Who is not root becomes it, in a user namespace. */
const SPACES = [
  ...Deno.uid() === 0 ? [] : ["--user", "--map-root-user"],
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
];

/** Why no network and no mounts of its own can be had, if so. */
async function withoutSpaces(): Promise<string | undefined> {
  const { success } = await new Deno.Command("unshare", {
    args: [...SPACES, "true"],
    stderr: "null",
  }).output();
  return success ? undefined : "unshare cannot make namespaces here";
}

/** networkd gives up its rights to a user of its own. */
async function withoutUsers(): Promise<string | undefined> {
  const map = await Deno.readTextFile("/proc/self/uid_map");
  const users = map.trim().split("\n").map((line) =>
    Number(line.trim().split(/ +/)[2])
  );
  return Deno.uid() === 0 && users.some((n) => n > 1)
    ? await withoutSpaces()
    : "networkd wants a user of its own, which there is for root alone";
}

/** Puts files below a folder that goes away. */
async function below(
  files: ConfigFiles,
  use: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const { path, text } of files.files) {
      await Deno.mkdir(root + path.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(root + path, text, { mode: 0o600 });
    }
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** What netplan makes of its YAML: networkd's files, by their names. */
async function generate(root: string): Promise<Map<string, string>> {
  const { success, stderr } = await new Deno.Command(GENERATE, {
    args: ["--root-dir", root],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const made = new Map<string, string>();
  for await (const { name } of Deno.readDir(`${root}/run/systemd/network`)) {
    const path = `${root}/run/systemd/network/${name}`;
    made.set(name, await Deno.readTextFile(path));
  }
  return made;
}

/**
 * Facts of networkd's files for one interface: `Network.Address=192.0.2.1/24`.
 * Each route is one fact; what only one of the two says is left out.
 */
function facts(name: string, files: Map<string, string>): string[] {
  const said: string[] = [];
  for (const [file, text] of files) {
    if (!/^10-(?:netplan-)?(.*)\.(?:network|netdev|link)$/.exec(file)) continue;
    if (file.replace(/^10-(?:netplan-)?|\.\w+$/g, "") !== name) continue;
    for (const block of text.split(/\n(?=\[)/)) {
      const [heading = "", ...lines] = block.trim().split("\n");
      const section = heading.slice(1, -1);
      const pairs = lines.filter((line) => line.includes("=")).map((line) =>
        line.replace(/=true$/, "=yes").replace(/=false$/, "=no")
          .replace(/=(.*)\/(?:32|128)$/, "=$1")
      );
      if (section === "Route") {
        const facts = pairs.filter((pair) =>
          !/^Destination=(0\.0\.0\.0|::)\/0$/.test(pair)
        );
        said.push(`Route ${facts.sort().join(" ")}`);
      } else {
        said.push(...pairs.map((pair) => `${section}.${pair}`));
      }
    }
  }
  const one =
    /^(?:Route |Network\.(?:Address|DNS|Domains|DHCP|Bridge|Bond|VLAN|PrimarySlave)=|NetDev\.(?:Name|Kind|MACAddress|MTUBytes)|VLAN\.Id|Bond\.(?:Mode|MII)|Bridge\.(?:STP|Forward)|Link\.M(?:AC|TU))/;
  return [...new Set(said.filter((fact) => one.test(fact)))].sort();
}

testUnless(
  await without(GENERATE),
  "netplan makes of our YAML what we write for networkd",
  async () => {
    await fc.assert(
      fc.asyncProperty(networkConfig, async (config) => {
        await below(netplan(config), async (root) => {
          const theirs = await generate(root);
          const ours = new Map(
            networkd(config).files.map(({ path, text }) => [
              path.replace(/.*\//, ""),
              text,
            ]),
          );
          for (const { name } of readConfig(config, "the test")) {
            assert.deepEqual(facts(name, ours), facts(name, theirs), name);
          }
        });
      }),
      { numRuns: 40 },
    );
  },
);

const UP: NetworkConfig = {
  interfaces: [
    {
      name: "eth0",
      mac: "02:00:00:00:00:01",
      mtu: 1400,
      addresses: ["192.0.2.1/24", "192.0.2.9/24", "2001:db8::1/64"],
      acceptRa: false,
      gateway: ["192.0.2.254", "2001:db8::ff"],
      routes: [
        { to: "198.51.100.0/24", via: "192.0.2.253", metric: 50 },
        { to: "203.0.113.7", table: 100 },
        { to: "default", via: "192.0.2.252", metric: 900 },
      ],
    },
    { name: "eth2", mtu: 1300 },
    {
      name: "br0",
      bridge: { ports: ["eth1", "eth2"] },
      addresses: ["10.0.0.1/8"],
    },
  ],
};

interface IpLink {
  readonly ifname: string;
  readonly address: string;
  readonly mtu: number;
  readonly master?: string;
  readonly addr_info: readonly {
    readonly local: string;
    readonly prefixlen: number;
    readonly scope: string;
  }[];
}

interface IpRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  readonly metric?: number;
  readonly protocol: string;
  readonly table?: string;
}

/** What the kernel has, without what it made itself. */
function summary(text: string): Record<string, unknown> {
  const [links = "[]", ...routes] = text.trim().split("\n");
  const parsed = JSON.parse(links) as readonly IpLink[];
  return {
    links: Object.fromEntries(
      parsed.filter(({ ifname }) => /^(?:eth|br)\d$/.test(ifname)).map((
        { ifname, mtu, master, addr_info },
      ) => [ifname, {
        mtu,
        master,
        addresses: addr_info.filter(({ scope }) => scope === "global")
          .map(({ local, prefixlen }) => `${local}/${prefixlen}`).sort(),
      }]),
    ),
    mac: parsed.find(({ ifname }) => ifname === "eth0")?.address,
    routes: routes.flatMap((line) => JSON.parse(line) as readonly IpRoute[])
      .filter(({ protocol, dst }) =>
        protocol !== "kernel" && dst !== "ff00::/8"
      )
      .map(({ dst, gateway, dev, metric, table }) =>
        [dst, gateway, dev, metric === 1024 ? undefined : metric, table]
          .filter((word) => word !== undefined).join(" ")
      ).sort(),
  };
}

const EXPECTED = {
  links: {
    eth0: {
      mtu: 1400,
      master: undefined,
      addresses: ["192.0.2.1/24", "192.0.2.9/24", "2001:db8::1/64"],
    },
    eth1: { mtu: 1500, master: "br0", addresses: [] },
    eth2: { mtu: 1300, master: "br0", addresses: [] },
    br0: { mtu: 1300, master: undefined, addresses: ["10.0.0.1/8"] },
  },
  mac: "02:00:00:00:00:01",
  routes: [
    "198.51.100.0/24 192.0.2.253 eth0 50",
    "203.0.113.7 eth0 100",
    "default 192.0.2.252 eth0 900",
    "default 192.0.2.254 eth0",
    "default 2001:db8::ff eth0",
  ],
};

/**
 * A machine of veth ends in namespaces of its own, whose /run is empty and
 * whose /sys is not to be written, as in a container: then networkd does not
 * wait for udev.
 */
const MACHINE = `
set -e
mount -t tmpfs tmpfs /run
mount -t sysfs -o ro sysfs /sys
mkdir -p /run/systemd/network /run/network
echo test > /run/systemd/container
for n in 0 1 2; do
  ip link add name eth$n type veth peer name far$n
  ip link set far$n up
done
ip link set lo up
show() { ip -j -d address; ip -j route show table all; }
`;

/** Gives what the kernel has once it stands still, after 5 seconds at most. */
const SETTLE = `
old=; n=0
while n=$((n + 1)); [ $n -lt 25 ]; do
  sleep 0.2
  new=$(ip address; ip route show table all)
  ! echo "$new" | grep -q tentative && [ "$new" = "$old" ] && [ $n -gt 5 ] && break
  old=$new
done
show
`;

async function bring(script: string, root: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("unshare", {
    args: [...SPACES, "sh", "-c", MACHINE + script, "sh", root],
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.ok(success, said);
  assert.doesNotMatch(said, /Unknown|Failed to parse|Invalid/i);
  return new TextDecoder().decode(stdout);
}

const RUN_NETWORKD = `
chmod a+r /run/systemd/network/*
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
chown -R systemd-network /run/systemd/netif
SYSTEMD_LOG_TARGET=console ${NETWORKD} >&2 &
${SETTLE}
kill $!
`;

testUnless(
  await without(NETWORKD) ?? await withoutUsers(),
  "networkd brings up what its files say",
  async () => {
    await below(networkd(UP), async (root) => {
      const script = 'cp "$1"/etc/systemd/network/* /run/systemd/network\n';
      const text = await bring(script + RUN_NETWORKD, root);
      assert.deepEqual(summary(text), EXPECTED);
    });
  },
);

testUnless(
  await without(NETWORKD, GENERATE) ?? await withoutUsers(),
  "networkd brings up what netplan makes of its YAML",
  async () => {
    await below(netplan(UP), async (root) => {
      await generate(root);
      const script = 'cp "$1"/run/systemd/network/* /run/systemd/network\n';
      const text = await bring(script + RUN_NETWORKD, root);
      assert.deepEqual(summary(text), EXPECTED);
    });
  },
);

testUnless(
  await without("/usr/sbin/ifup", "/usr/sbin/brctl") ?? await withoutSpaces(),
  "ifup brings up what /etc/network/interfaces says",
  async () => {
    await below(ifupdown(UP), async (root) => {
      const script = 'ifup -a -i "$1"/etc/network/interfaces >&2\n' + SETTLE;
      const text = await bring(script, root);
      assert.deepEqual(summary(text), EXPECTED);
    });
  },
);

testUnless(
  await without("/usr/sbin/ifup"),
  "ifup takes every file that we write",
  async () => {
    await fc.assert(
      fc.asyncProperty(networkConfig, async (config) => {
        await below(ifupdown(config), async (root) => {
          const { success, stderr } = await new Deno.Command("ifquery", {
            args: ["--list", "-a", "-i", `${root}/etc/network/interfaces`],
          }).output();
          assert.ok(success, new TextDecoder().decode(stderr));
        });
      }),
      { numRuns: 30 },
    );
  },
);
