/**
 * What each field of a specification may be: tables, so that the compiler misses
 * none.
 *
 * @module
 */

import type { OptionKinds } from "./option_kinds.ts";
import type {
  AddressSpec,
  ClassSpec,
  LinkChange,
  LinkSettings,
  LinkSpec,
  NeighbourSpec,
  NetemSpec,
  NextHopSpec,
  PeerSpec,
  PortVlanSpec,
  QdiscSpec,
  RouteMetrics,
  RouteSpec,
  RuleSpec,
  TbfSpec,
} from "./specs.ts";

const SETTINGS: OptionKinds<LinkSettings> = {
  mac: "any",
  mtu: "whole",
  up: "boolean",
  master: "deviceOrNull",
  txQueueLength: "whole",
  alias: "text",
  group: "whole",
  promiscuous: "boolean",
  allMulticast: "boolean",
  arp: "boolean",
  multicast: "boolean",
  namespace: "whole",
};

/** A link to make. */
export const LINK: OptionKinds<LinkSpec> = {
  ...SETTINGS,
  name: "text",
  kind: "text",
  index: "whole",
  link: "device",
  peer: "object",
  details: "object",
  txQueues: "whole",
  rxQueues: "whole",
};

/** The other end of a veth pair. */
export const PEER: OptionKinds<PeerSpec> = {
  name: "text",
  index: "whole",
  mac: "any",
  mtu: "whole",
  namespace: "whole",
};

/** What to change on a link. */
export const CHANGE: OptionKinds<LinkChange> = {
  ...SETTINGS,
  addrGenMode: "text",
  name: "text",
  addAltNames: "list",
  deleteAltNames: "list",
  details: "object",
  kind: "text",
  port: "object",
};

/** VLANs of a bridge's port. */
export const PORT_VLAN: OptionKinds<PortVlanSpec> = {
  device: "device",
  vlan: "any",
  pvid: "boolean",
  untagged: "boolean",
  self: "boolean",
};

/** An address. */
export const ADDRESS: OptionKinds<AddressSpec> = {
  address: "address",
  device: "device",
  peer: "address",
  broadcast: "address",
  scope: "name",
  label: "text",
  validSeconds: "number",
  preferredSeconds: "number",
  metric: "word",
  noPrefixRoute: "boolean",
  noDad: "boolean",
  optimistic: "boolean",
  manageTemporary: "boolean",
  home: "boolean",
  autoJoin: "boolean",
};

/** One way of a route. */
export const NEXT_HOP: OptionKinds<NextHopSpec> = {
  via: "address",
  device: "device",
  weight: "weight",
  onLink: "boolean",
};

/** What a route says of the path. */
export const METRICS: OptionKinds<RouteMetrics> = {
  mtu: "whole",
  advmss: "whole",
  window: "whole",
  rtt: "number",
  rttvar: "number",
  ssthresh: "whole",
  cwnd: "whole",
  initcwnd: "whole",
  initrwnd: "whole",
  reordering: "whole",
  hoplimit: "whole",
  rtoMin: "number",
  quickack: "whole",
  congestionControl: "text",
  features: "whole",
  lock: "whole",
};

/** A route. */
export const ROUTE: OptionKinds<RouteSpec> = {
  ...NEXT_HOP,
  to: "address",
  nextHops: "list",
  type: "text",
  metric: "word",
  table: "word",
  source: "address",
  from: "address",
  tos: "octet",
  scope: "name",
  protocol: "name",
  metrics: "object",
  preference: "preference",
  expiresSeconds: "word",
  nextHopId: "word",
  family: "family",
};

/** A rule of the routing policy. */
export const RULE: OptionKinds<RuleSpec> = {
  family: "family",
  priority: "word",
  not: "boolean",
  from: "address",
  to: "address",
  inInterface: "text",
  outInterface: "text",
  mark: "word",
  markMask: "word",
  tos: "octet",
  ipProtocol: "octet",
  srcPort: "ports",
  dstPort: "ports",
  users: "list",
  tunnelId: "any",
  l3mdev: "boolean",
  table: "word",
  action: "text",
  goto: "word",
  suppressPrefixLength: "whole",
  suppressGroup: "word",
  protocol: "name",
};

/** A neighbour. */
export const NEIGHBOUR: OptionKinds<NeighbourSpec> = {
  address: "address",
  device: "device",
  mac: "any",
  state: "name",
  proxy: "boolean",
  router: "boolean",
  externLearn: "boolean",
  protocol: "name",
};

/** A queueing discipline. */
export const QDISC: OptionKinds<QdiscSpec> = {
  device: "device",
  kind: "text",
  parent: "any",
  handle: "any",
  netem: "object",
  tbf: "object",
  defaultClass: "word",
};

/** What netem does to packets. */
export const NETEM: OptionKinds<NetemSpec> = {
  delay: "number",
  jitter: "number",
  delayCorrelation: "share",
  loss: "share",
  lossCorrelation: "share",
  duplicate: "share",
  corrupt: "share",
  reorder: "share",
  rate: "number",
  limit: "whole",
};

/** A token bucket. */
export const TBF: OptionKinds<TbfSpec> = {
  rate: "number",
  burst: "number",
  limit: "number",
};

/** A class of an htb. */
export const CLASS: OptionKinds<ClassSpec> = {
  device: "device",
  handle: "any",
  parent: "any",
  rate: "number",
  ceil: "number",
  burst: "number",
  priority: "word",
};
