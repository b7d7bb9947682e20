/**
 * Random operations on a small network.
 *
 * @module
 */

import fc from "fast-check";
import type { Operation } from "../../lib/linux/operation.ts";

/** Makes the network: two ends of a pair with addresses, a bridge, a route, … */
export const ground: readonly Operation[] = [
  {
    op: "addLink",
    link: {
      name: "base0",
      kind: "veth",
      index: 10,
      mac: "02:00:00:00:00:10",
      peer: { name: "base1", index: 11, mac: "02:00:00:00:00:11" },
    },
  },
  ...["base0", "base1"].map((device): Operation => ({
    op: "setLink",
    device,
    change: { up: true, addrGenMode: "none" },
  })),
  {
    op: "addLink",
    link: { name: "hub0", kind: "bridge", index: 12, mac: "02:00:00:00:00:12" },
  },
  { op: "addAddress", address: { address: "10.0.0.1/24", device: "base0" } },
  {
    op: "addAddress",
    address: { address: "2001:db8:ffff::1/64", device: "base0", noDad: true },
  },
  {
    op: "addRoute",
    route: {
      to: "172.16.0.0/12",
      via: "10.0.0.254",
      metric: 50,
      source: "10.0.0.1",
    },
  },
  { op: "addRoute", route: { to: "2001:db8:7::/48", via: "2001:db8:ffff::2" } },
  {
    op: "addNeighbour",
    neighbour: {
      address: "10.0.0.9",
      device: "base0",
      mac: "02:00:00:00:00:99",
    },
  },
  { op: "addRule", rule: { from: "10.9.0.0/16", table: 99, priority: 500 } },
];

const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined });
const octet = fc.integer({ min: 1, max: 254 });
const device = fc.constantFrom("base0", "base1", 10);
const v4 = fc.tuple(octet, octet).map(([a, b]) => `10.77.${a}.${b}`);
const v6 = octet.map((n) => `2001:db8:77::${n.toString(16)}`);
const net4 = fc.tuple(octet, octet).map(([a, b]) => `198.${a}.${b}.0/24`);
const mac = octet.map((n) =>
  `02:00:00:00:01:${n.toString(16).padStart(2, "0")}`
);

/** Leaves out what was not chosen, as a program does that never set it. */
function record<T>(
  shape: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<T> {
  return fc.record(shape).map((all) =>
    Object.fromEntries(
      Object.entries(all as Record<string, unknown>).filter(([, value]) =>
        value !== undefined
      ),
    ) as T
  );
}

/** One operation, which the kernel may refuse. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(
    fc.constantFrom("ifb", "bridge", "vxlan", "macvlan"),
    octet,
    maybe(fc.integer({ min: 1280, max: 1500 })),
    maybe(fc.constantFrom("an alias")),
    fc.boolean(),
    mac,
  ).map(([kind, n, mtu, alias, up, mac]): Operation => ({
    op: "addLink",
    link: {
      name: `${kind}${n}`,
      kind,
      index: 1000 + n,
      mac,
      up,
      ...mtu !== undefined && kind !== "bridge" && { mtu },
      ...alias !== undefined && { alias },
      ...kind === "macvlan" && { link: "base1", details: { mode: "bridge" } },
      ...kind === "vxlan" && {
        details: {
          id: n,
          remote: "10.0.0.7",
          port: 4000 + n,
          learning: n % 2 === 0,
          ttl: 9,
        },
      },
      ...kind === "bridge" && {
        details: {
          ageingTime: 1000 * n,
          priority: 4096,
          mcastSnooping: n % 2 === 0,
        },
      },
    },
  })),
  record({
    mtu: maybe(fc.integer({ min: 1280, max: 1500 })),
    alias: maybe(fc.constantFrom("one", "two words")),
    txQueueLength: maybe(octet),
    group: maybe(octet),
    promiscuous: maybe(fc.boolean()),
    arp: maybe(fc.boolean()),
    mac: maybe(mac),
    master: maybe(fc.constantFrom("hub0", null)),
  }).map((change): Operation => ({ op: "setLink", device: "base1", change })),
  fc.constantFrom<Operation>(
    { op: "setLink", device: "base0", change: { up: false } },
    {
      op: "setLink",
      device: "hub0",
      change: {
        kind: "bridge",
        details: { stpState: 1, forwardDelay: 5000, helloTime: 1000 },
      },
    },
    {
      op: "setLink",
      device: "base1",
      change: { addAltNames: ["another-name-of-base1"] },
    },
    { op: "deleteLink", device: "base1" },
    { op: "deleteLink", device: "hub0" },
    {
      op: "deleteAddress",
      address: { address: "10.0.0.1/24", device: "base0" },
    },
    { op: "deleteRoute", route: { to: "172.16.0.0/12", metric: 50 } },
    { op: "deleteRule", rule: { priority: 500 } },
    {
      op: "deleteNeighbour",
      neighbour: { address: "10.0.0.9", device: "base0" },
    },
    {
      op: "replaceNeighbour",
      neighbour: {
        address: "10.0.0.9",
        device: "base0",
        mac: "02:00:00:00:00:98",
        state: "stale",
      },
    },
    {
      op: "replaceRoute",
      route: { to: "172.16.0.0/12", via: "10.0.0.253", metric: 50 },
    },
  ),
  record({
    address: fc.oneof(
      fc.tuple(v4, fc.integer({ min: 20, max: 32 })).map(([a, n]) =>
        `${a}/${n}`
      ),
    ),
    device,
    broadcast: maybe(fc.constant("+")),
    scope: maybe(fc.constantFrom("link", "host")),
    metric: maybe(octet),
    noPrefixRoute: maybe(fc.constant(true)),
    validSeconds: maybe(fc.constant(90000)),
  }).map((address): Operation => ({ op: "addAddress", address })),
  record({
    address: fc.tuple(v6, fc.integer({ min: 48, max: 128 })).map(([a, n]) =>
      `${a}/${n}`
    ),
    device,
    noDad: fc.constant(true),
    home: maybe(fc.constant(true)),
    metric: maybe(octet),
  }).map((address): Operation => ({ op: "addAddress", address })),
  fc.tuple(
    fc.constantFrom("addRoute", "replaceRoute", "appendRoute" as const),
    record({
      to: net4,
      type: maybe(fc.constantFrom("blackhole", "unreachable", "throw")),
      metric: maybe(octet),
      table: maybe(fc.constantFrom(77, 100000)),
      protocol: maybe(fc.constantFrom("static", "bird")),
    }),
    record({
      via: fc.constant("10.0.0.2"),
      source: maybe(fc.constant("10.0.0.1")),
      metrics: maybe(
        fc.constant({
          mtu: 1300,
          lock: 4,
          rtt: 20,
          congestionControl: "cubic",
          features: 1,
        }),
      ),
      tos: maybe(fc.constant(0x10)),
    }),
    maybe(fc.constant([
      { via: "10.0.0.2", weight: 3 },
      { via: "10.0.0.3", device: "base0", onLink: true },
      { device: "base1" },
    ])),
  ).map(([op, route, way, nextHops]): Operation => ({
    op: op as "addRoute",
    route: route.type !== undefined
      ? route
      : nextHops !== undefined
      ? { ...route, nextHops }
      : { ...route, ...way },
  })),
  record({
    to: octet.map((n) => `2001:db8:${n}::/48`),
    via: fc.constant("fe80::9"),
    device: fc.constant("base1"),
    metric: maybe(octet),
    preference: maybe(fc.constantFrom("low", "high" as const)),
  }).map((route): Operation => ({
    op: "addRoute",
    route: { ...route, onLink: true } as never,
  })),
  record({
    priority: fc.integer({ min: 1000, max: 30000 }),
    from: maybe(net4),
    to: maybe(net4),
    mark: maybe(octet),
    markMask: fc.constant(undefined as number | undefined),
    inInterface: maybe(fc.constantFrom("base0", "lo")),
    ipProtocol: maybe(fc.constantFrom(6, 17)),
    dstPort: maybe(fc.constantFrom(443, [1000, 2000] as const)),
    users: maybe(fc.constant([0, 1000] as const)),
    table: maybe(fc.constantFrom(77, 254)),
    suppressPrefixLength: maybe(fc.constant(0)),
    not: maybe(fc.constant(true)),
  }).map((rule): Operation => ({
    op: "addRule",
    rule: { ...rule, table: rule.table ?? 100 } as never,
  })),
  record({
    address: fc.oneof(v4, v6),
    device: fc.constantFrom("base0", "base1"),
    mac,
    state: maybe(fc.constantFrom("permanent", "stale")),
  }).map((neighbour): Operation => ({
    op: "addNeighbour",
    neighbour: neighbour as never,
  })),
  fc.constantFrom<Operation>(
    {
      op: "addQdisc",
      qdisc: {
        device: "base0",
        kind: "tbf",
        handle: "1:",
        tbf: { rate: 8e6, burst: 20000, limit: 50000 },
      },
    },
    {
      op: "replaceQdisc",
      qdisc: { device: "base0", kind: "htb", handle: "5:", defaultClass: 0x10 },
    },
    { op: "addQdisc", qdisc: { device: "base1", kind: "ingress" } },
  ),
);
