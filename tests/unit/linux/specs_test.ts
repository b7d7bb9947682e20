import assert from "node:assert/strict";
import { decodeAddress } from "../../../lib/linux/address_decode.ts";
import {
  addressMessage,
  neighbourMessage,
} from "../../../lib/linux/address_messages.ts";
import { kinds } from "../../../lib/linux/kinds.ts";
import { decodeLink } from "../../../lib/linux/link_decode.ts";
import {
  addLinkMessage,
  portVlanMessage,
  setLinkMessages,
} from "../../../lib/linux/link_messages.ts";
import {
  Message,
  readMessages,
  type Received,
} from "../../../lib/linux/message.ts";
import { decodeNeighbour } from "../../../lib/linux/neighbour_decode.ts";
import { decodeQdisc } from "../../../lib/linux/qdisc_decode.ts";
import {
  formatHandle,
  parseHandle,
  qdiscMessage,
} from "../../../lib/linux/qdisc_messages.ts";
import { decodeRoute } from "../../../lib/linux/route_decode.ts";
import {
  routeMessage,
  ruleMessage,
} from "../../../lib/linux/route_messages.ts";
import { decodeRule } from "../../../lib/linux/rule_decode.ts";
import type { LinkSpec } from "../../../lib/linux/specs.ts";

const names = new Map([[2, "eth0"], [3, "eth1"]]);

function received<T>(message: Message, read: (message: Received) => T): T {
  const results: T[] = [];
  readMessages(message.seal(7), (each) => {
    assert.equal(each.sequence, 7);
    results.push(read(each));
  });
  assert.equal(results.length, 1);
  return results[0]!;
}

Deno.test("what a link of each kind is made with is what is read of one", () => {
  const specs: LinkSpec[] = [
    {
      name: "eth0.10",
      kind: "vlan",
      link: 2,
      details: {
        id: 10,
        protocol: "802.1ad",
        gvrp: true,
        mvrp: false,
        looseBinding: false,
        bridgeBinding: true,
        reorderHeader: false,
        egressQos: [{ from: 1, to: 5 }],
      },
    },
    {
      name: "br0",
      kind: "bridge",
      details: {
        forwardDelay: 4000,
        stpState: 1,
        vlanFiltering: true,
        vlanProtocol: "802.1Q",
        groupAddress: "01:80:c2:00:00:00",
        mcastQueryInterval: 12500,
        mcastVlanSnooping: true,
        mstEnabled: false,
        noLinklocalLearn: false,
        groupFwdMask: 0x4008,
      },
    },
    {
      name: "bond0",
      kind: "bond",
      details: {
        mode: "802.3ad",
        miimon: 100,
        lacpRate: "fast",
        transmitHashPolicy: "layer3+4",
      },
    },
    {
      name: "vx6",
      kind: "vxlan",
      details: {
        id: 77,
        remote: "2001:db8::1",
        port: 4789,
        ageing: 300000,
        learning: false,
        gbp: true,
      },
    },
    { name: "mv0", kind: "macvlan", link: 2, details: { mode: "passthru" } },
    { name: "iv0", kind: "ipvlan", link: 2, details: { mode: "l3s" } },
    { name: "vrf0", kind: "vrf", details: { table: 100 } },
    {
      name: "gre0",
      kind: "gre",
      details: {
        local: "192.0.2.1",
        remote: "192.0.2.2",
        ttl: 64,
        inKey: 5,
        outKey: 5,
      },
    },
    {
      name: "sit0",
      kind: "sit",
      details: { remote: "192.0.2.2", pathMtuDiscovery: true },
    },
    { name: "gn0", kind: "geneve", details: { id: 5, remote: "192.0.2.2" } },
  ];
  for (const spec of specs) {
    const link = received(
      addLinkMessage({
        ...spec,
        index: 9,
        mtu: 1400,
        mac: "02:00:00:00:00:09",
        up: true,
        alias: "a",
        group: 3,
        txQueues: 2,
      }),
      decodeLink,
    );
    const { name, kind, details = {} } = spec;
    assert.deepEqual(
      [
        link?.name,
        link?.kind,
        link?.index,
        link?.mtu,
        `${link?.mac}`,
        link?.up,
        link?.alias,
        link?.group,
        link?.txQueues,
      ],
      [name, kind, 9, 1400, "02:00:00:00:00:09", true, "a", 3, 2],
    );
    assert.deepEqual(
      JSON.parse(JSON.stringify(link?.details)),
      details,
      kind,
    );
    // Each detail that was set is one that the table can tell of.
    assert.ok(
      Object.keys(details).every((key) => kinds.get(kind)?.[key]),
      kind,
    );
  }
});

Deno.test("addresses, routes, rules and neighbours come back as they were asked for", () => {
  const address = received(
    addressMessage({
      address: "10.0.0.1",
      peer: "10.9.0.2/30",
      device: 2,
      scope: "link",
      label: "eth0:x",
      metric: 7,
      noPrefixRoute: true,
      validSeconds: 100,
      preferredSeconds: 50,
      broadcast: "10.0.0.255",
    }),
    (m) => decodeAddress(m, names),
  )!;
  assert.equal(
    `${address.address} ${address.peer}/${address.prefixLength} ${address.subnet} ${address.device} ${address.scope} ${address.label} ${address.metric} ${address.validSeconds} ${address.preferredSeconds} ${address.broadcast}`,
    "10.0.0.1 10.9.0.2/30 10.9.0.0/30 eth0 link eth0:x 7 100 50 10.0.0.255",
  );
  assert.deepEqual(address.flags, ["noPrefixRoute"]);

  const route = received(
    routeMessage({
      to: "198.51.100.0/24",
      table: 70000,
      metric: 9,
      tos: 16,
      protocol: "bird",
      source: "10.0.0.1",
      nextHops: [{ via: "10.0.0.2", device: 2, weight: 256 }, {
        via: "fe80::1",
        device: 3,
        onLink: true,
      }],
      metrics: { mtu: 1400, rtt: 20, lock: 4 },
    }),
    (m) => decodeRoute(m, names),
  )!;
  assert.deepEqual(JSON.parse(JSON.stringify(route)), {
    family: 4,
    to: "198.51.100.0/24",
    type: "unicast",
    table: 70000,
    protocol: "bird",
    scope: "global",
    metric: 9,
    tos: 16,
    source: "10.0.0.1",
    flags: [],
    metrics: { lock: 4, mtu: 1400, rtt: 20 },
    nextHops: [
      { via: "10.0.0.2", device: "eth0", index: 2, weight: 256, flags: [] },
      {
        via: "fe80::1",
        device: "eth1",
        index: 3,
        weight: 1,
        flags: ["onlink"],
      },
    ],
  });

  const spec = {
    family: 6,
    priority: 99,
    not: true,
    from: "2001:db8::/32",
    to: "2001:db8:1::/48",
    tos: 4,
    inInterface: "eth0",
    outInterface: "eth1",
    mark: 5,
    markMask: 255,
    ipProtocol: 17,
    srcPort: [1, 2],
    dstPort: [53, 53],
    users: [0, 10],
    tunnelId: "77",
    action: "lookup",
    table: 100000,
    suppressPrefixLength: 0,
    suppressGroup: 3,
    protocol: "static",
  } as const;
  const rule = received(ruleMessage({ ...spec, tunnelId: 77n }), decodeRule)!;
  assert.deepEqual(
    JSON.parse(
      JSON.stringify(rule, (_, x) => typeof x === "bigint" ? String(x) : x),
    ),
    { ...spec, flags: [] },
  );

  const neighbour = received(
    neighbourMessage({
      address: "fe80::5",
      device: 3,
      mac: "02:00:00:00:00:05",
      state: "stale",
      router: true,
    }),
    (m) => decodeNeighbour(m, names),
  )!;
  assert.equal(
    `${neighbour.address} ${neighbour.mac} ${neighbour.state} ${neighbour.router} ${neighbour.device}`,
    "fe80::5 02:00:00:00:00:05 stale true eth1",
  );

  const netem = {
    delay: 20.5,
    jitter: 1,
    loss: 0.01,
    duplicate: 0.5,
    corrupt: 0.25,
    reorder: 0.125,
    rate: 80e9,
    limit: 500,
    delayCorrelation: 0.25,
    lossCorrelation: 0.5,
  };
  const qdisc = received(
    qdiscMessage({ device: 2, kind: "netem", handle: "1a:", netem }),
    (m) => decodeQdisc(m, names),
  )!;
  assert.deepEqual([qdisc.netem, qdisc.handle, qdisc.parent], [
    netem,
    "1a:",
    "root",
  ]);
});

Deno.test("what cannot be is refused before the kernel sees it", () => {
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => addLinkMessage({ name: "", kind: "veth" }),
      /'name' must be 1 to 15 octets/,
    ],
    [
      () => addLinkMessage({ name: "sixteen-letters-", kind: "veth" }),
      /'name' must be 1 to 15 octets/,
    ],
    [() => addLinkMessage({ name: "a b", kind: "veth" }), /'name' must be/],
    [
      () => addLinkMessage({ name: "v", kind: "bridge", peer: {} }),
      /'peer' must be left out/,
    ],
    [
      () => addLinkMessage({ name: "v", kind: "vlan", details: { idd: 5 } }),
      /must be id, protocol.*current value is idd/,
    ],
    [
      () =>
        addLinkMessage({
          name: "v",
          kind: "bridge",
          details: { bridgeId: "x" },
        }),
      /current value is bridgeId/,
    ],
    [
      () => addLinkMessage({ name: "v", kind: "veth", details: { x: 1 } }),
      /this kind has none/,
    ],
    [
      () => addLinkMessage({ name: "v", kind: "macvlan", link: "eth0" }),
      /must be an index/,
    ],
    [
      () =>
        addLinkMessage({
          name: "v",
          kind: "macvlan",
          details: { mode: "nosuch" },
        }),
      /private, vepa/,
    ],
    [
      () => setLinkMessages(2, { details: { stpState: 1 } }),
      /'kind' must be given/,
    ],
    [() => portVlanMessage({ device: 2, vlan: 4095 }), /1 to 4094/],
    [
      () => portVlanMessage({ device: 2, vlan: [9, 5] }),
      /first before the last/,
    ],
    [
      () =>
        addressMessage({
          address: "192.0.2.1/24",
          device: 2,
          validSeconds: 5,
          preferredSeconds: 9,
        }),
      /'preferredLifetime'|'preferredSeconds'/,
    ],
    [
      () =>
        addressMessage({ address: "192.0.2.1/24", device: 2, scope: "nosuch" }),
      /scope.*global, site/,
    ],
    [() => routeMessage({ to: "192.0.2.1/24" }), /192\.0\.2\.0\/24/],
    [
      () => routeMessage({ to: "default", nextHops: [{ weight: 257 }] }),
      /'weight' must be 1 to 256/,
    ],
    [() => routeMessage({ to: "default", type: "nosuch" }), /route's type/],
    [() => qdiscMessage({ device: 2, kind: "tbf" }), /'tbf' must say/],
    [
      () => qdiscMessage({ device: 2, kind: "netem", netem: { loss: 2 } }),
      /'loss' must be a share/,
    ],
    [
      () => qdiscMessage({ device: 2, kind: "netem", netem: { delay: -1 } }),
      /'delay' must be 0 or more/,
    ],
    [() => parseHandle("x:1"), /two hexadecimal numbers/],
    [() => new Message(1, 1).octets(1, new Uint8Array(70000)), /65531 octets/],
  ];
  for (const [make, message] of refused) assert.throws(make, message);
});

Deno.test("handles are read and written as tc has them", () => {
  for (
    const [text, number] of [
      ["root", 0xffffffff],
      ["ingress", 0xfffffff1],
      ["1:", 0x10000],
      ["1:10", 0x10010],
      ["ffff:fff2", 0xfffffff2],
      ["none", 0],
    ] as const
  ) {
    assert.equal(parseHandle(text), number);
    assert.equal(formatHandle(number), text);
  }
});
