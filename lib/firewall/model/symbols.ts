/**
 * The names that nft 1.0.6 knows for numbers, as `nft describe` prints them.
 * Where several names share a number, nft writes the first.
 *
 * @see nft(8), DATA TYPES
 *
 * @module
 */

export const nfProto = { ipv4: 2, ipv6: 10 } as const;

export const etherType = {
  ip: 0x0800,
  arp: 0x0806,
  ip6: 0x86dd,
  "8021q": 0x8100,
  "8021ad": 0x88a8,
  vlan: 0x8100,
} as const;

export const arpOp = {
  request: 1,
  reply: 2,
  rrequest: 3,
  rreply: 4,
  inrequest: 8,
  inreply: 9,
  nak: 10,
} as const;

/** From the system's list of protocols; these are Debian's. */
export const inetProto = {
  ip: 0,
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  "xns-idp": 22,
  rdp: 27,
  "iso-tp4": 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  "idpr-cmtp": 38,
  ipv6: 41,
  "ipv6-route": 43,
  "ipv6-frag": 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  skip: 57,
  "ipv6-icmp": 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  "ax.25": 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  "mobility-header": 135,
  udplite: 136,
  "mpls-in-ip": 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
  ethernet: 143,
} as const;

/** Other names of protocols, which nft reads and never writes. */
export const protocolAliases = {
  hopopt: 0,
  "ip-encap": 4,
  "ipsec-esp": 50,
  "ipsec-ah": 51,
  comp: 108,
  cphb: 73,
  icmpv6: 58,
  ospfigp: 89,
} as const;

export const icmpType = {
  "echo-reply": 0,
  "destination-unreachable": 3,
  "source-quench": 4,
  redirect: 5,
  "echo-request": 8,
  "router-advertisement": 9,
  "router-solicitation": 10,
  "time-exceeded": 11,
  "parameter-problem": 12,
  "timestamp-request": 13,
  "timestamp-reply": 14,
  "info-request": 15,
  "info-reply": 16,
  "address-mask-request": 17,
  "address-mask-reply": 18,
} as const;

export const icmpCode = {
  "net-unreachable": 0,
  "host-unreachable": 1,
  "prot-unreachable": 2,
  "port-unreachable": 3,
  "net-prohibited": 9,
  "host-prohibited": 10,
  "admin-prohibited": 13,
  "frag-needed": 4,
} as const;

export const icmpv6Type = {
  "destination-unreachable": 1,
  "packet-too-big": 2,
  "time-exceeded": 3,
  "parameter-problem": 4,
  "echo-request": 128,
  "echo-reply": 129,
  "mld-listener-query": 130,
  "mld-listener-report": 131,
  "mld-listener-done": 132,
  "mld-listener-reduction": 132,
  "nd-router-solicit": 133,
  "nd-router-advert": 134,
  "nd-neighbor-solicit": 135,
  "nd-neighbor-advert": 136,
  "nd-redirect": 137,
  "router-renumbering": 138,
  "ind-neighbor-solicit": 141,
  "ind-neighbor-advert": 142,
  "mld2-listener-report": 143,
} as const;

export const icmpv6Code = {
  "no-route": 0,
  "admin-prohibited": 1,
  "addr-unreachable": 3,
  "port-unreachable": 4,
  "policy-fail": 5,
  "reject-route": 6,
} as const;

/** What a reject says in both families. */
export const icmpxCode = {
  "port-unreachable": 1,
  "admin-prohibited": 3,
  "no-route": 0,
  "host-unreachable": 2,
} as const;

export const igmpType = {
  "membership-query": 17,
  "membership-report-v1": 18,
  "membership-report-v2": 22,
  "membership-report-v3": 34,
  "leave-group": 23,
} as const;

export const tcpFlag = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ecn: 0x40,
  cwr: 0x80,
} as const;

export const dccpPkttype = {
  request: 0,
  response: 1,
  data: 2,
  ack: 3,
  dataack: 4,
  closereq: 5,
  close: 6,
  reset: 7,
  sync: 8,
  syncack: 9,
} as const;

export const mhType = {
  "binding-refresh-request": 0,
  "home-test-init": 1,
  "careof-test-init": 2,
  "home-test": 3,
  "careof-test": 4,
  "binding-update": 5,
  "binding-acknowledgement": 6,
  "binding-error": 7,
  "fast-binding-update": 8,
  "fast-binding-acknowledgement": 9,
  "fast-binding-advertisement": 10,
  "experimental-mobility-header": 11,
  "home-agent-switch-message": 12,
} as const;

export const ifaceType = {
  ether: 1,
  ppp: 512,
  ipip: 768,
  ipip6: 769,
  loopback: 772,
  sit: 776,
  ipgre: 778,
} as const;

export const ctState = {
  invalid: 0x01,
  new: 0x08,
  established: 0x02,
  related: 0x04,
  untracked: 0x40,
} as const;

export const ctDir = { original: 0, reply: 1 } as const;

export const ctStatus = {
  expected: 0x001,
  "seen-reply": 0x002,
  assured: 0x004,
  confirmed: 0x008,
  snat: 0x010,
  dnat: 0x020,
  dying: 0x200,
} as const;

export const ctEvent = {
  new: 0x001,
  related: 0x002,
  destroy: 0x004,
  reply: 0x008,
  assured: 0x010,
  protoinfo: 0x020,
  helper: 0x040,
  mark: 0x080,
  seqadj: 0x100,
  secmark: 0x200,
  label: 0x400,
} as const;

export const pktType = {
  host: 0,
  unicast: 0,
  broadcast: 1,
  multicast: 2,
  other: 3,
} as const;

export const dscp = {
  cs0: 0,
  cs1: 8,
  cs2: 16,
  cs3: 24,
  cs4: 32,
  cs5: 40,
  cs6: 48,
  cs7: 56,
  df: 0,
  be: 0,
  lephb: 1,
  af11: 10,
  af12: 12,
  af13: 14,
  af21: 18,
  af22: 20,
  af23: 22,
  af31: 26,
  af32: 28,
  af33: 30,
  af41: 34,
  af42: 36,
  af43: 38,
  va: 44,
  ef: 46,
} as const;

export const ecn = { "not-ect": 0, ect1: 1, ect0: 2, ce: 3 } as const;

export const fibAddrtype = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;

export const boolean = { exists: 1, missing: 0 } as const;

/** Days of the week, in UTC. */
export const day = {
  Sunday: 0,
  Monday: 1,
  Tuesday: 2,
  Wednesday: 3,
  Thursday: 4,
  Friday: 5,
  Saturday: 6,
} as const;

/** What `meta priority` and `rt classid` know beside `major:minor`. */
export const classid = { none: 0, root: 0xffffffff } as const;
