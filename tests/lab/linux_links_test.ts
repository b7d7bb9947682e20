import assert from "node:assert/strict";
import fc from "fast-check";
import { linkFromIp } from "../../lib/linux/ip_links.ts";
import type { IpObject } from "../../lib/linux/ip_json.ts";
import { kinds, portKinds } from "../../lib/linux/kinds.ts";
import { readLinks } from "../../lib/linux/link_decode.ts";
import { testUnless } from "../skip.ts";
import { linkKinds, linkLines } from "./linux_link_commands.ts";
import {
  batch,
  checkKeys,
  indexesOf,
  json,
  plain,
  steady,
} from "./linux_oracle.ts";
import { inside, ownNetwork, withoutNetworks } from "./own_network.ts";

const reason = withoutNetworks();
const RUNS = { numRuns: 25 };

const LINK_KEYS = [
  ...["ifindex", "ifname", "flags", "mtu", "qdisc", "operstate", "linkmode"],
  ...["group", "txqlen", "link_type", "address", "broadcast", "promiscuity"],
  ...["allmulti", "min_mtu", "max_mtu", "linkinfo", "inet6_addr_gen_mode"],
  ...["num_tx_queues", "num_rx_queues", "gso_max_size", "gso_max_segs"],
  ...["tso_max_size", "tso_max_segs", "gro_max_size", "stats64", "master"],
  ...["link", "link_index", "link_netnsid", "ifalias", "altnames"],
  // What a tunnel's address is, ip says again: the other end.
  ...["link_pointtopoint"],
];

/** In ours and not in ip's, or the other way; each with its reason. */
function comparableLink(link: Record<string, unknown>): unknown {
  const copy = plain(link) as Record<string, unknown>;
  // ip -j does not show it, though netlink tells.
  delete copy["carrier"];
  // The kernel's number for VFs and old statistics goes no further.
  for (const key of ["details", "port"]) {
    const fields = copy[key] as Record<string, unknown> | undefined;
    if (fields === undefined) continue;
    const table = key === "port"
      ? portKinds.get(String(fields["kind"]))
      : kinds.get(String(copy["kind"]));
    for (const name of Object.keys(fields)) {
      // Timers run on between the two readings.
      if (/Timer$/.test(name)) delete fields[name];
    }
    for (
      const name of NOT_SHOWN[
        String(key === "port" ? `${fields["kind"]} port` : copy["kind"])
      ] ?? []
    ) {
      delete fields[name];
    }
    assert.ok(table !== undefined || Object.keys(fields).length === 0);
    if (key === "details" && Object.keys(fields).length === 0) delete copy[key];
  }
  return copy;
}

/** Fields that netlink tells, and this ip does not know yet or leaves out. */
const NOT_SHOWN: Readonly<Record<string, readonly string[]>> = {
  bridge: ["fdbLearned", "fdbMaxLearned", "mstEnabled"],
  "bridge port": ["mab", "neighVlanSuppress", "backupPort"],
  // ip leaves out what is off or zero.
  vxlan: [
    "tos",
    "proxy",
    "rsc",
    "l2miss",
    "l3miss",
    "external",
    "label",
    "limit",
    "vniFilter",
  ],
  tun: ["owner", "group", "queues", "disabledQueues"],
};

/** What ip says twice, or in other words. */
const DETAIL_KEYS: Readonly<Record<string, readonly string[]>> = {
  // In hexadecimal a second time.
  "bridge port": ["group_fwd_mask_str"],
  // The range of source ports: not read.
  vxlan: ["port_range"],
};

testUnless(
  reason,
  "links are as ip -j -d -s shows them, in every field",
  () => {
    using probe = ownNetwork();
    probe.run(
      "ip",
      "link",
      "add",
      "name",
      "base0",
      "type",
      "veth",
      "peer",
      "name",
      "base1",
    );
    const here = linkKinds.filter((kind) => {
      const args = ["link", "add", "name", "x0", "type", kind];
      const needs = ["macvlan", "macvtap", "ipvlan", "vlan"].includes(kind);
      if (needs) args.splice(2, 0, "link", "base0");
      args.push(
        ...{
          vxlan: ["id", "5", "dstport", "4789"],
          vlan: ["id", "5"],
          vrf: ["table", "5"],
        }[kind] ?? [],
      );
      const done = inside(
        probe,
        () => new Deno.Command("ip", { args }).outputSync(),
      );
      if (done.success) probe.run("ip", "link", "delete", "dev", "x0");
      return done.success;
    });
    assert.ok(here.includes("veth") && here.includes("bridge"), `${here}`);
    fc.assert(
      fc.property(linkLines(here), (lines) => {
        using network = ownNetwork();
        batch(network, lines);
        const [ours, theirs] = steady(
          network,
          readLinks,
          () => json(network, "-N", "-s", "-s", "link"),
        );
        checkKeys(theirs, LINK_KEYS, "a link");
        for (const object of theirs) {
          const info = (object["linkinfo"] ?? {}) as Record<string, IpObject>;
          for (
            const [table, kind, data, name] of [
              [kinds, "info_kind", "info_data", ""],
              [portKinds, "info_slave_kind", "info_slave_data", " port"],
            ] as const
          ) {
            const fields = table.get(String(info[kind] ?? ""));
            if (info[data] === undefined) continue;
            assert.ok(fields, `no table for ${info[kind]}`);
            checkKeys(
              [info[data]],
              [
                ...Object.values(fields).flatMap(({ keys }) => keys),
                ...DETAIL_KEYS[`${info[kind]}${name}`] ?? [],
              ],
              `${info[kind]}${name}`,
            );
          }
        }
        const indexes = indexesOf(network);
        assert.deepEqual(
          sorted(ours.map((link) => comparableLink({ ...link }))),
          sorted(
            theirs.map((object) =>
              comparableLink({ ...linkFromIp(object, indexes) })
            ),
          ),
        );
      }),
      RUNS,
    );
  },
);

function sorted(items: unknown[]): unknown[] {
  return items.map((item) =>
    [
      JSON.stringify((item as Record<string, unknown>)["name"] ?? item),
      item,
    ] as const
  )
    .sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
