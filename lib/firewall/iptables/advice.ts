/**
 * Matches and targets of iptables that nft has no equal of: why, and what a
 * rule of nft could do in their place.
 *
 * @module
 */

/** Why not, and what instead. */
type Advice = readonly [reason: string, instead?: string];

const SETS = "the text says only the name of the set, not what is in it";

export const refusedMatches: Readonly<Record<string, Advice>> = {
  recent: [
    "nft keeps no list of recent addresses by itself",
    "a set with flags dynamic,timeout: add @seen { ip saddr timeout 60s limit rate over 4/minute } drop",
  ],
  string: [
    "nft does not search in what a packet carries",
    "filter in the program that reads it; a fixed place compares as @th,160,32 0x47455420",
  ],
  u32: [
    "its arithmetic on any place of a packet has no equal",
    "a raw comparison, as @nh,64,8 1 or @th,16,16 53",
  ],
  bpf: [
    "nft runs no BPF programs as matches",
    "the comparisons that the program makes, one by one",
  ],
  set: [
    SETS,
    "a named set with its elements: set blocked { type ipv4_addr; flags interval; elements = { … } }, then ip saddr @blocked",
  ],
  geoip: [
    "it needs a list of countries that iptables' module has",
    "a named set of prefixes with flags interval, made from such a list",
  ],
  physdev: [
    "tables of IP know no ports of a bridge",
    "a table of family bridge: chain with hook forward, iifname and oifname",
  ],
  cluster: [
    "its hash is not nft's",
    "jhash ip saddr mod 2 seed 0xdeadbeef 0",
  ],
  nfacct: ["it names an object that the text does not hold", "a named counter"],
  osf: [
    "its comparison of TTLs is set otherwise in nft",
    'osf name "Linux"',
  ],
  ipvs: ["nft knows nothing of IPVS", "ct mark, set where IPVS decides"],
  rateest: ["nft estimates no rates", "limit rate over"],
  eui64: ["nft does not compare an address with the MAC that it came from"],
  l2tp: ["nft knows no fields of L2TP", "a raw comparison, as @th,64,16"],
  account: ["it is no part of Linux", "a set with a counter for each element"],
  condition: ["it is no part of Linux", "a set that is filled or emptied"],
  connlabels: ["there is no such match; connlabel is meant"],
  dst6: ["there is no such match; dst is meant"],
  srh: ["nft compares fewer fields", "srh last-entry, srh tag, srh sid[1]"],
  unclean: ["it is no part of Linux any more", "ct state invalid"],
  ttl6: ["there is no such match; hl is meant"],
  psd: ["it is no part of Linux", "a dynamic set of ports that were tried"],
  iface: ["it is no part of Linux"],
  quota2: ["it is no part of Linux", "a named quota"],
  ndpi: ["nft knows no applications", "ports, or a queue to a program"],
  layer7: ["nft knows no applications", "ports, or a queue to a program"],
};

export const refusedTargets: Readonly<Record<string, Advice>> = {
  SET: [
    SETS,
    "a named set with flags dynamic, then add @blocked { ip saddr }",
  ],
  CHECKSUM: [
    "nft fills in no checksums",
    "a network driver that does: ethtool -K eth0 tx on",
  ],
  CLUSTERIP: ["it is no part of Linux any more", "a table of family netdev"],
  ECN: [
    "nft takes no congestion bits out of TCP",
    "tcp flags set, for all of them",
  ],
  HMARK: [
    "its hash is not nft's",
    "meta mark set jhash ip saddr . ip daddr mod 10 offset 100",
  ],
  IDLETIMER: ["nft tells nobody when an interface is idle"],
  LED: ["nft lights nothing"],
  RATEEST: ["nft estimates no rates"],
  SECMARK: [
    "the context must be an object of the table",
    'secmark ssh { "system_u:object_r:ssh_packet_t:s0" }, then meta secmark set "ssh"',
  ],
  CONNSECMARK: ["it goes with SECMARK", "ct secmark set meta secmark"],
  DNPT: [
    "it changes prefixes without keeping track",
    "dnat ip6 prefix to ip6 daddr map { 2001:db8:1::/48 : fd00:1::/48 }",
  ],
  SNPT: [
    "it changes prefixes without keeping track",
    "snat ip6 prefix to ip6 saddr map { fd00:1::/48 : 2001:db8:1::/48 }",
  ],
  ULOG: ["it is no part of Linux any more", "log group 0"],
  SAME: [
    "it is no part of Linux any more",
    "snat to 10.0.0.1-10.0.0.9 persistent",
  ],
  MIRROR: ["it is no part of Linux any more"],
  TARPIT: ["it is no part of Linux", "drop, or synproxy"],
  DELUDE: ["it is no part of Linux", "reject with tcp reset"],
  ECHO: ["it is no part of Linux"],
  IPMARK: ["it is no part of Linux", "meta mark set ip saddr map { … }"],
};
