/**
 * What links of each kind, and ports of each kind of master, have beside the
 * others: tables for {@linkcode readDetails} and its like.
 *
 * Names are those of `ip -j -d` in camel case; durations are milliseconds,
 * which in `ip` are now hundredths of a second, now seconds.
 *
 * @see linux/if_link.h, ip-link(8)
 * @module
 */

import { as, oneOf } from "./codecs.ts";
import { type Field, field, type Fields, fields } from "./details.ts";
import type { Message } from "./message.ts";
import type { Attributes } from "./received.ts";

const told = { told: true };

/** Priorities of VLAN tags and of the kernel, as pairs. */
const priorities = {
  read(attributes: Attributes): { from: number; to: number }[] {
    const pairs = [];
    const each = attributes.nested();
    while (each.next()) pairs.push({ from: each.u32(0), to: each.u32(4) });
    return pairs;
  },
  write(
    message: Message,
    attribute: number,
    pairs: readonly { from: number; to: number }[],
  ): void {
    message.nest(attribute, () => {
      for (const { from, to } of pairs) {
        const pair = new Uint32Array([from, to]);
        message.octets(1, new Uint8Array(pair.buffer));
      }
    });
  },
  fromIp: (json: unknown) => json as { from: number; to: number }[],
  toIp: (pairs: readonly { from: number; to: number }[]) =>
    pairs.map(({ from, to }) => `${from}:${to}`).join(" "),
};

/** A bit of an attribute that is bits and a mask. */
function bit(attribute: number, n: number, keys?: string[]): Field<boolean> {
  return field(attribute, as.bool, keys ? { bit: n, keys } : { bit: n });
}

/** A switch of VXLAN and its like: one word for on, one for off. */
function onOff(attribute: number, word: string, key?: string): Field<boolean> {
  return field(attribute, as.bool, {
    words: [word, `no${word}`],
    ...(key !== undefined && { keys: [key] }),
  });
}

const bridge = fields({
  forwardDelay: field(1, as.centis),
  helloTime: field(2, as.centis),
  maxAge: field(3, as.centis),
  ageingTime: field(4, as.centis),
  stpState: field(5, as.u32),
  priority: field(6, as.u16),
  vlanFiltering: field(7, as.bool, { optional: true }),
  vlanProtocol: field(8, as.etherType),
  groupFwdMask: field(9, as.mask16),
  rootId: field(10, as.bridgeId, told),
  bridgeId: field(11, as.bridgeId, told),
  rootPort: field(12, as.u16, told),
  rootPathCost: field(13, as.u32, told),
  topologyChange: field(14, as.bool, told),
  topologyChangeDetected: field(15, as.bool, told),
  helloTimer: field(16, as.timer, told),
  tcnTimer: field(17, as.timer, told),
  topologyChangeTimer: field(18, as.timer, told),
  gcTimer: field(19, as.timer, told),
  groupAddress: field(20, as.mac, { keys: ["group_addr"] }),
  mcastRouter: field(22, as.u8),
  mcastSnooping: field(23, as.bool),
  mcastQueryUseIfaddr: field(24, as.bool),
  mcastQuerier: field(25, as.bool),
  mcastHashElasticity: field(26, as.u32),
  mcastHashMax: field(27, as.u32),
  mcastLastMemberCount: field(28, as.u32, { keys: ["mcast_last_member_cnt"] }),
  mcastStartupQueryCount: field(29, as.u32, {
    keys: ["mcast_startup_query_cnt"],
  }),
  mcastLastMemberInterval: field(30, as.centis64, {
    keys: ["mcast_last_member_intvl"],
  }),
  mcastMembershipInterval: field(31, as.centis64, {
    keys: ["mcast_membership_intvl"],
  }),
  mcastQuerierInterval: field(32, as.centis64, {
    keys: ["mcast_querier_intvl"],
  }),
  mcastQueryInterval: field(33, as.centis64, { keys: ["mcast_query_intvl"] }),
  mcastQueryResponseInterval: field(34, as.centis64, {
    keys: ["mcast_query_response_intvl"],
  }),
  mcastStartupQueryInterval: field(35, as.centis64, {
    keys: ["mcast_startup_query_intvl"],
  }),
  nfCallIptables: field(36, as.bool),
  nfCallIp6tables: field(37, as.bool),
  nfCallArptables: field(38, as.bool),
  vlanDefaultPvid: field(39, as.u16),
  vlanStatsEnabled: field(41, as.bool),
  mcastStatsEnabled: field(42, as.bool),
  mcastIgmpVersion: field(43, as.u8),
  mcastMldVersion: field(44, as.u8),
  vlanStatsPerPort: field(45, as.bool),
  noLinklocalLearn: bit(46, 0),
  mcastVlanSnooping: field(46, as.bool, { bit: 1, optional: true }),
  mstEnabled: field(46, as.bool, { bit: 2, optional: true }),
  fdbLearned: field(48, as.u32, { keys: ["fdb_n_learned"], told: true }),
  fdbMaxLearned: field(49, as.u32),
});

const vlan = fields({
  id: field(1, as.u16),
  protocol: field(5, as.etherType),
  reorderHeader: field(2, as.onOff, { bit: 0, keys: ["reorder_hdr"] }),
  gvrp: field(2, as.onOff, { bit: 1 }),
  looseBinding: field(2, as.onOff, { bit: 2 }),
  mvrp: field(2, as.onOff, { bit: 3 }),
  bridgeBinding: field(2, as.onOff, { bit: 4 }),
  egressQos: field(3, priorities, { keys: ["egress-qos-map", "egress_qos"] }),
  ingressQos: field(4, priorities, {
    keys: ["ingress-qos-map", "ingress_qos"],
  }),
});

const vxlan = fields({
  id: field(1, as.u32),
  remote: field(2, as.address, {
    attribute6: 16,
    keys: ["remote", "group", "remote6", "group6"],
  }),
  link: field(3, as.device, { keys: ["dev", "link"] }),
  local: field(4, as.address, { attribute6: 17, keys: ["local", "local6"] }),
  ttl: field(5, as.u8),
  tos: field(6, as.u8),
  learning: onOff(7, "learning"),
  ageing: field(8, as.seconds),
  limit: field(9, as.u32, { keys: ["maxaddress", "limit"] }),
  proxy: onOff(11, "proxy"),
  rsc: onOff(12, "rsc"),
  l2miss: onOff(13, "l2miss"),
  l3miss: onOff(14, "l3miss"),
  port: field(15, as.be16, { keys: ["dstport", "port"] }),
  udpChecksum: onOff(18, "udpcsum", "udp_csum"),
  udpZeroChecksum6Tx: onOff(19, "udp6zerocsumtx", "udp_zero_csum6_tx"),
  udpZeroChecksum6Rx: onOff(20, "udp6zerocsumrx", "udp_zero_csum6_rx"),
  gbp: field(23, as.flag, { words: ["gbp", ""] }),
  external: onOff(25, "external"),
  label: field(26, as.be32, { keys: ["flowlabel", "label"] }),
  gpe: field(27, as.flag, { words: ["gpe", ""] }),
  df: field(29, oneOf("u8", { unset: 0, set: 1, inherit: 2 })),
  vniFilter: field(30, as.bool, {
    words: ["vnifilter", "novnifilter"],
    keys: ["vnifilter"],
  }),
});

const macvlan = fields({
  mode: field(
    1,
    oneOf("u32", { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 }),
  ),
  broadcastQueueLength: field(7, as.u32, { keys: ["bcqueuelen"] }),
  broadcastQueueUsed: field(8, as.u32, {
    keys: ["usedbcqueuelen"],
    told: true,
  }),
});

const ipvlan = fields({
  mode: field(1, oneOf("u16", { l2: 0, l3: 1, l3s: 2 })),
  flags: field(2, as.u16, told),
});

const tun = fields({
  owner: field(1, as.u32, { keys: ["user"], told: true }),
  group: field(2, as.u32, told),
  type: field(3, oneOf("u8", { tun: 1, tap: 2 }), told),
  packetInfo: field(4, as.bool, { keys: ["pi"], told: true }),
  vnetHeader: field(5, as.bool, { keys: ["vnet_hdr"], told: true }),
  persist: field(6, as.bool, told),
  multiQueue: field(7, as.bool, told),
  queues: field(8, as.u32, { keys: ["numqueues"], told: true }),
  disabledQueues: field(9, as.u32, { keys: ["numdisabled"], told: true }),
});

const bond = fields({
  mode: field(
    1,
    oneOf("u8", {
      "balance-rr": 0,
      "active-backup": 1,
      "balance-xor": 2,
      broadcast: 3,
      "802.3ad": 4,
      "balance-tlb": 5,
      "balance-alb": 6,
    }),
  ),
  activePort: field(2, as.device, { keys: ["active_slave"] }),
  miimon: field(3, as.u32),
  upDelay: field(4, as.u32, { keys: ["updelay"] }),
  downDelay: field(5, as.u32, { keys: ["downdelay"] }),
  useCarrier: field(6, as.bool),
  arpInterval: field(7, as.u32),
  primary: field(11, as.device),
  transmitHashPolicy: field(
    14,
    oneOf("u8", {
      layer2: 0,
      "layer3+4": 1,
      "layer2+3": 2,
      "encap2+3": 3,
      "encap3+4": 4,
      "vlan+srcmac": 5,
    }),
    { keys: ["xmit_hash_policy"] },
  ),
  resendIgmp: field(15, as.u32),
  minLinks: field(18, as.u32),
  packetsPerPort: field(20, as.u32, { keys: ["packets_per_slave"] }),
  lacpRate: field(21, oneOf("u8", { slow: 0, fast: 1 }), {
    keys: ["lacp_rate", "ad_lacp_rate"],
  }),
  adSelect: field(22, oneOf("u8", { stable: 0, bandwidth: 1, count: 2 })),
});

const bondPort = fields({
  state: field(1, oneOf("u8", { ACTIVE: 0, BACKUP: 1 }), told),
  miiStatus: field(
    2,
    oneOf("u8", { UP: 0, GOING_DOWN: 1, DOWN: 2, GOING_BACK: 3 }),
    told,
  ),
  linkFailureCount: field(3, as.u32, told),
  permanentAddress: field(4, as.mac, { keys: ["perm_hwaddr"], told: true }),
  queueId: field(5, as.u16),
  aggregatorId: field(6, as.u16, { keys: ["ad_aggregator_id"], told: true }),
});

const bridgePort = fields({
  state: field(
    1,
    oneOf("u8", {
      disabled: 0,
      listening: 1,
      learning: 2,
      forwarding: 3,
      blocking: 4,
    }),
  ),
  priority: field(2, as.u16),
  cost: field(3, as.u32),
  hairpin: field(4, as.onOff),
  guard: field(5, as.onOff),
  rootBlock: field(6, as.onOff),
  fastLeave: field(7, as.onOff, { keys: ["fastleave"] }),
  learning: field(8, as.onOff),
  flood: field(9, as.onOff),
  proxyArp: field(10, as.onOff),
  proxyArpWifi: field(12, as.onOff),
  rootId: field(13, as.bridgeId, told),
  bridgeId: field(14, as.bridgeId, told),
  designatedPort: field(15, as.u16, told),
  designatedCost: field(16, as.u16, told),
  id: field(17, as.u16, told),
  number: field(18, as.u16, { keys: ["no"], told: true }),
  topologyChangeAck: field(19, as.onOff, told),
  configPending: field(20, as.onOff, told),
  messageAgeTimer: field(21, as.timer, told),
  forwardDelayTimer: field(22, as.timer, told),
  holdTimer: field(23, as.timer, told),
  mcastRouter: field(25, as.u8, { keys: ["mcast_router", "multicast_router"] }),
  mcastFlood: field(27, as.onOff),
  mcastToUnicast: field(28, as.onOff),
  vlanTunnel: field(29, as.onOff),
  bcastFlood: field(30, as.onOff),
  groupFwdMask: field(31, as.mask16),
  neighSuppress: field(32, as.onOff),
  isolated: field(33, as.onOff),
  backupPort: field(34, as.device),
  locked: field(39, as.onOff),
  mab: field(40, as.onOff),
  neighVlanSuppress: field(43, as.onOff),
});

const vrf = fields({ table: field(1, as.u32) });

const geneve = fields({
  id: field(1, as.u32),
  remote: field(2, as.address, { attribute6: 7, keys: ["remote", "remote6"] }),
  ttl: field(3, as.u8),
  tos: field(4, as.u8),
  port: field(5, as.be16, { keys: ["dstport", "port"] }),
  external: field(6, as.flag, { words: ["external", ""] }),
});

const ipTunnel = fields({
  link: field(1, as.device, { keys: ["dev", "link"] }),
  local: field(2, as.address),
  remote: field(3, as.address),
  ttl: field(4, as.u8),
  tos: field(5, as.u8),
  pathMtuDiscovery: field(10, as.bool, { keys: ["pmtudisc"] }),
});

const greTunnel = fields({
  link: field(1, as.device, { keys: ["dev", "link"] }),
  inFlags: field(2, as.u16, told),
  outFlags: field(3, as.u16, told),
  inKey: field(4, as.be32, { keys: ["ikey"] }),
  outKey: field(5, as.be32, { keys: ["okey"] }),
  local: field(6, as.address),
  remote: field(7, as.address),
  ttl: field(8, as.u8),
  tos: field(9, as.u8),
  pathMtuDiscovery: field(10, as.bool, { keys: ["pmtudisc"] }),
});

/** The table of each kind of link that has one. */
export const kinds: ReadonlyMap<string, Fields> = new Map([
  ["bridge", bridge],
  ["vlan", vlan],
  ["vxlan", vxlan],
  ["macvlan", macvlan],
  ["macvtap", macvlan],
  ["ipvlan", ipvlan],
  ["ipvtap", ipvlan],
  ["tun", tun],
  ["bond", bond],
  ["vrf", vrf],
  ["geneve", geneve],
  ["ipip", ipTunnel],
  ["sit", ipTunnel],
  ["ip6tnl", ipTunnel],
  ["gre", greTunnel],
  ["gretap", greTunnel],
  ["ip6gre", greTunnel],
  ["ip6gretap", greTunnel],
]);

/** The table of ports, by the kind of their master. */
export const portKinds: ReadonlyMap<string, Fields> = new Map([
  ["bridge", bridgePort],
  ["bond", bondPort],
  ["vrf", vrf],
]);
