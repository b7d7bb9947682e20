import assert from "node:assert/strict";
import fc from "fast-check";
import { readAddresses } from "../../lib/linux/address_decode.ts";
import type { IpObject } from "../../lib/linux/ip_json.ts";
import { addressFromIp } from "../../lib/linux/ip_links.ts";
import {
  neighbourFromIp,
  routeFromIp,
  ruleFromIp,
} from "../../lib/linux/ip_routes.ts";
import { readNeighbours } from "../../lib/linux/neighbour_decode.ts";
import { readQdiscs } from "../../lib/linux/qdisc_decode.ts";
import { readRoutes } from "../../lib/linux/route_decode.ts";
import { readRules } from "../../lib/linux/rule_decode.ts";
import { testUnless } from "../skip.ts";
import {
  addressLines,
  GROUND,
  neighbourLines,
  routeLines,
  ruleLines,
} from "./linux_commands.ts";
import {
  batch,
  checkKeys,
  indexesOf,
  json,
  native,
  same,
  steady,
} from "./linux_oracle.ts";
import { type OwnNetwork, ownNetwork, withoutNetworks } from "./own_network.ts";

const reason = withoutNetworks();
const RUNS = { numRuns: 25 };

const ADDRESS_KEYS = [
  ...["family", "local", "address", "prefixlen", "broadcast", "anycast"],
  ...["scope", "label", "dynamic", "valid_life_time", "preferred_life_time"],
  ...["metric", "protocol", "secondary", "temporary", "nodad", "optimistic"],
  ...["dadfailed", "home", "deprecated", "tentative", "mngtmpaddr"],
  ...["noprefixroute", "autojoin", "stable-privacy"],
];

testUnless(
  reason,
  "addresses are as ip -j -d shows them, in every field",
  () => {
    fc.assert(
      fc.property(addressLines, (lines) => {
        using network = ownNetwork();
        batch(network, [...GROUND, ...lines]);
        const [ours, theirs] = steady(
          network,
          readAddresses,
          () => json(network, "-N", "address"),
        );
        const entries = theirs.flatMap((link) =>
          (link["addr_info"] as IpObject[]).map((entry) => {
            checkKeys([entry], ADDRESS_KEYS, "an address");
            return addressFromIp(entry, link);
          })
        ).sort((a, b) => a.index - b.index || a.family - b.family);
        // Who made an address, this ip does not show yet; a newer one does.
        const shows = entries.some(({ protocol }) => protocol !== undefined);
        const known = ours.map(({ protocol, ...rest }) => ({
          ...rest,
          ...shows && protocol !== undefined && { protocol },
        }));
        same(known, entries, ["validSeconds", "preferredSeconds"]);
      }),
      RUNS,
    );
  },
);

const ROUTE_KEYS = [
  ...["type", "dst", "from", "tos", "gateway", "via", "dev", "table"],
  ...["protocol", "scope", "metric", "prefsrc", "flags", "flow", "metrics"],
  ...["nexthops", "pref", "expires", "nhid"],
];

testUnless(
  reason,
  "routes of all tables are as ip -j -d shows them, in every field",
  () => {
    fc.assert(
      fc.property(routeLines, (lines) => {
        using network = ownNetwork();
        batch(network, [...GROUND, ...lines]);
        checkRoutes(network);
      }),
      RUNS,
    );
  },
);

function checkRoutes(network: OwnNetwork): number {
  const indexes = indexesOf(network);
  const [ours, theirs] = steady(
    network,
    (socket) => readRoutes(socket, { table: "all" }),
    () =>
      ([4, 6] as const).flatMap((family) => {
        const words = ["-N", "route", "show", "table", "all"];
        const objects = json(network, `-${family}`, ...words);
        checkKeys(objects, ROUTE_KEYS, "a route");
        return objects.map((object) =>
          routeFromIp(object, family, indexes, 254)
        );
      }),
  );
  // RTAX_LOCK has no key of its own: ip shows the lock beside the metric only
  // as text.
  const known = ours.map((route) => {
    if (route.metrics?.lock === undefined) return route;
    const { lock: _, ...metrics } = route.metrics;
    return { ...route, metrics };
  });
  same(known, theirs, ["expiresSeconds"]);
  return ours.length;
}

testUnless(
  reason,
  "5,000 routes in several tables are as ip -j shows them",
  () => {
    using network = ownNetwork();
    const lines = Array.from({ length: 5000 }, (_, i) => {
      const to = `10.${64 + (i >> 8)}.${i & 255}.0/24`;
      const table = i % 3 === 0 ? "" : ` table ${100 + i % 7}`;
      return i % 11 === 0
        ? `route add blackhole ${to} metric ${i}${table}`
        : `route add ${to} via 10.0.0.${2 + i % 50} metric ${i}${table}`;
    });
    batch(network, [...GROUND, ...lines]);
    assert.ok(checkRoutes(network) >= 5000);
  },
);

const RULE_KEYS = [
  ...["priority", "src", "srclen", "dst", "dstlen", "tos", "fwmark", "fwmask"],
  ...["iif", "oif", "uid_start", "uid_end", "ipproto", "sport", "dport"],
  ...["sport_start", "sport_end", "dport_start", "dport_end", "tun_id"],
  ...["table", "suppress_prefixlen", "suppress_ifgroup", "action", "goto"],
  ...["nop", "not", "protocol", "iif_detached", "oif_detached", "unresolved"],
  ...["l3mdev"],
];

testUnless(reason, "rules are as ip -j -d shows them, in every field", () => {
  fc.assert(
    fc.property(ruleLines, (lines) => {
      using network = ownNetwork();
      batch(network, [...GROUND, ...lines]);
      const ours = native(network, (socket) => readRules(socket));
      const theirs = ([4, 6] as const).flatMap((family) => {
        const objects = json(network, `-${family}`, "-N", "rule");
        checkKeys(objects, RULE_KEYS, "a rule");
        return objects.map((object) => ruleFromIp(object, family));
      });
      const comparable = ours.map((rule) => {
        // That the kernel will not let a rule go, ip does not show.
        const flags = rule.flags.filter((flag) => flag !== "permanent");
        return { ...rule, flags };
      });
      same(comparable, theirs, []);
    }),
    RUNS,
  );
});

const NEIGHBOUR_KEYS = [
  ...["dst", "dev", "lladdr", "router", "proxy", "extern_learn", "managed"],
  ...["used", "confirmed", "updated", "probes", "refcnt", "state", "protocol"],
];

testUnless(
  reason,
  "neighbours are as ip -j -d -s shows them, in every field",
  () => {
    fc.assert(
      fc.property(neighbourLines, (lines) => {
        using network = ownNetwork();
        batch(network, [...GROUND, ...lines]);
        const ours = native(network, readNeighbours);
        const indexes = indexesOf(network);
        const objects = [
          ...json(network, "-N", "-s", "neigh"),
          ...json(network, "-N", "-s", "neigh", "show", "proxy"),
        ];
        checkKeys(objects, NEIGHBOUR_KEYS, "a neighbour");
        const theirs = objects.map((object) =>
          neighbourFromIp(object, indexes)
        );
        const byAddress = (
          list: readonly {
            address: unknown;
            device: string;
            proxy?: boolean | undefined;
          }[],
        ) =>
          list.map((entry) =>
            [`${entry.address} ${entry.device} ${entry.proxy}`, entry] as const
          )
            .sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
        same(byAddress(ours), byAddress(theirs), [
          "usedSeconds",
          "confirmedSeconds",
          "updatedSeconds",
          "references",
        ]);
      }),
      RUNS,
    );
  },
);

testUnless(reason, "queueing disciplines are as tc -j -s shows them", () => {
  using network = ownNetwork();
  batch(network, GROUND);
  network.run(
    "tc",
    "qdisc",
    "add",
    "dev",
    "base0",
    "root",
    "handle",
    "1:",
    "tbf",
    "rate",
    "8mbit",
    "burst",
    "10000",
    "limit",
    "30000",
  );
  network.run(
    "tc",
    "qdisc",
    "add",
    "dev",
    "base1",
    "root",
    "handle",
    "5:",
    "htb",
    "default",
    "10",
  );
  network.run(
    "tc",
    "class",
    "add",
    "dev",
    "base1",
    "parent",
    "5:",
    "classid",
    "5:10",
    "htb",
    "rate",
    "1mbit",
  );
  network.run(
    "tc",
    "qdisc",
    "add",
    "dev",
    "base1",
    "parent",
    "5:10",
    "handle",
    "7:",
    "pfifo",
    "limit",
    "77",
  );
  network.run("tc", "qdisc", "add", "dev", "base1", "ingress");
  // In the order of the interfaces, which tc has otherwise.
  const indexes = indexesOf(network);
  const [ours, theirs] = steady(
    network,
    readQdiscs,
    () =>
      json(network, "tc", "-s", "qdisc").sort((a, b) =>
        indexes.get(a["dev"])! - indexes.get(b["dev"])!
      ),
  );
  assert.deepEqual(
    ours.map(({ device, kind, handle, parent, references, statistics: s }) => ({
      dev: device,
      kind,
      handle,
      ...parent === "root"
        ? { root: true }
        : { parent: parent === "ingress" ? "ffff:fff1" : parent },
      ...references !== undefined && { refcnt: references },
      bytes: s!.bytes,
      packets: s!.packets,
      drops: s!.drops,
      overlimits: s!.overlimits,
      requeues: s!.requeues,
      backlog: s!.backlog,
      qlen: s!.queueLength,
    })),
    theirs.map(({ options: _, ...rest }) => rest).map((entry) => {
      const {
        kind,
        handle,
        dev,
        root,
        parent,
        refcnt,
        bytes,
        packets,
        drops,
        overlimits,
        requeues,
        backlog,
        qlen,
        ...other
      } = entry;
      assert.deepEqual(other, {});
      return {
        dev,
        kind,
        handle,
        ...root !== undefined ? { root } : { parent },
        ...refcnt !== undefined && { refcnt },
        bytes,
        packets,
        drops,
        overlimits,
        requeues,
        backlog,
        qlen,
      };
    }),
  );
  const [tbf] = ours.filter(({ kind }) => kind === "tbf");
  assert.deepEqual(tbf?.tbf, { rate: 8e6, burst: 10000, limit: 30000 });
  assert.equal(ours.find(({ kind }) => kind === "htb")?.defaultClass, 0x10);
  assert.equal(ours.find(({ kind }) => kind === "pfifo")?.limit, 77);
});
