/**
 * What the kernel knows of a packet beside its octets: the keys of meta, ct,
 * rt, fib, socket, osf and ipsec, with their data types and widths in bits.
 *
 * @see nft(8), PRIMARY EXPRESSIONS and CONNTRACK EXPRESSIONS
 *
 * @module
 */

/** A key. */
export interface KeyRow {
  /** The name of its data type. */
  readonly type: string;
  /** How wide it is. */
  readonly bits: number;
  /** May stand without the word `meta` before it. */
  readonly bare?: true;
  /** nft lists it without the word `meta`. */
  readonly listedBare?: true;
  /** Rules may set it. */
  readonly set?: true;
  /** Goes with `original` or `reply` before it: it may, or it must. */
  readonly direction?: "may" | "must";
  /** Goes with `ip` or `ip6` before it, and is an address of that family. */
  readonly family?: true;
}

export const metaTable = {
  length: { type: "integer", bits: 32 },
  protocol: { type: "ether_type", bits: 16 },
  nfproto: { type: "nf_proto", bits: 8 },
  l4proto: { type: "inet_proto", bits: 8 },
  priority: { type: "classid", bits: 32, set: true },
  mark: { type: "mark", bits: 32, bare: true, set: true },
  iif: { type: "iface_index", bits: 32, bare: true, listedBare: true },
  iifname: { type: "ifname", bits: 128, bare: true, listedBare: true },
  iiftype: { type: "iface_type", bits: 16, bare: true },
  iifkind: { type: "ifname", bits: 128 },
  iifgroup: { type: "devgroup", bits: 32, bare: true, listedBare: true },
  oif: { type: "iface_index", bits: 32, bare: true, listedBare: true },
  oifname: { type: "ifname", bits: 128, bare: true, listedBare: true },
  oiftype: { type: "iface_type", bits: 16, bare: true },
  oifkind: { type: "ifname", bits: 128 },
  oifgroup: { type: "devgroup", bits: 32, bare: true, listedBare: true },
  sdif: { type: "iface_index", bits: 32 },
  sdifname: { type: "ifname", bits: 128 },
  skuid: { type: "uid", bits: 32, bare: true },
  skgid: { type: "gid", bits: 32, bare: true },
  nftrace: { type: "integer", bits: 1, bare: true, set: true },
  rtclassid: { type: "realm", bits: 32, bare: true },
  ibrname: { type: "ifname", bits: 128, bare: true },
  obrname: { type: "ifname", bits: 128, bare: true },
  ibrpvid: { type: "integer", bits: 16 },
  ibrvproto: { type: "ether_type", bits: 16 },
  pkttype: { type: "pkt_type", bits: 8, bare: true, set: true },
  cpu: { type: "integer", bits: 32, bare: true },
  cgroup: { type: "integer", bits: 32, bare: true },
  random: { type: "integer", bits: 32 },
  secmark: { type: "integer", bits: 32, set: true },
  ipsec: { type: "boolean", bits: 8 },
  time: { type: "date", bits: 64 },
  day: { type: "day", bits: 8 },
  hour: { type: "hour", bits: 32 },
} as const satisfies Readonly<Record<string, KeyRow>>;

/** Other names of meta keys, which nft reads. */
export const metaAliases: Readonly<Record<string, string>> = {
  ibriport: "ibrname",
  obriport: "obrname",
  secpath: "ipsec",
};

export const ctTable = {
  state: { type: "ct_state", bits: 32 },
  direction: { type: "ct_dir", bits: 8 },
  status: { type: "ct_status", bits: 32 },
  mark: { type: "mark", bits: 32, set: true },
  expiration: { type: "time", bits: 32 },
  helper: { type: "string", bits: 128 },
  label: { type: "ct_label", bits: 128, set: true },
  event: { type: "ct_event", bits: 32, set: true },
  id: { type: "integer", bits: 32 },
  secmark: { type: "integer", bits: 32, set: true },
  l3proto: { type: "nf_proto", bits: 8, direction: "may" },
  protocol: { type: "inet_proto", bits: 8, direction: "may" },
  bytes: { type: "integer", bits: 64, direction: "may" },
  packets: { type: "integer", bits: 64, direction: "may" },
  avgpkt: { type: "integer", bits: 64, direction: "may" },
  zone: { type: "integer", bits: 16, direction: "may", set: true },
  "proto-src": { type: "inet_service", bits: 16, direction: "must" },
  "proto-dst": { type: "inet_service", bits: 16, direction: "must" },
  saddr: { type: "ipv4_addr", bits: 32, direction: "must", family: true },
  daddr: { type: "ipv4_addr", bits: 32, direction: "must", family: true },
} as const satisfies Readonly<Record<string, KeyRow>>;

export const rtTable = {
  classid: { type: "realm", bits: 32 },
  nexthop: { type: "ipv4_addr", bits: 32, family: true },
  mtu: { type: "integer", bits: 16 },
  ipsec: { type: "boolean", bits: 8 },
} as const satisfies Readonly<Record<string, KeyRow>>;

export const fibTable = {
  oif: { type: "iface_index", bits: 32 },
  oifname: { type: "string", bits: 128 },
  type: { type: "fib_addrtype", bits: 32 },
} as const satisfies Readonly<Record<string, KeyRow>>;

export const socketTable = {
  transparent: { type: "integer", bits: 8 },
  wildcard: { type: "integer", bits: 8 },
  mark: { type: "mark", bits: 32 },
  cgroupv2: { type: "cgroupsv2", bits: 64 },
} as const satisfies Readonly<Record<string, KeyRow>>;

export const osfTable = {
  name: { type: "string", bits: 128 },
  version: { type: "string", bits: 128 },
} as const satisfies Readonly<Record<string, KeyRow>>;

export const ipsecTable = {
  reqid: { type: "integer", bits: 32 },
  spi: { type: "integer", bits: 32 },
  saddr: { type: "ipv4_addr", bits: 32, family: true },
  daddr: { type: "ipv4_addr", bits: 32, family: true },
} as const satisfies Readonly<Record<string, KeyRow>>;
