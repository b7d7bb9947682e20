/**
 * Forms that nft or the kernel refuses, or lists otherwise than they went in.
 *
 * @module
 */

import type { Family } from "../../../lib/firewall/model/ruleset.ts";

/** Forms that nft 1.0.6 or the kernel of the tests refuses, and why. */
export const refusedForms: readonly (readonly [
  family: Family,
  rule: string,
  why: string,
])[] = [
  ["inet", "ah nexthdr tcp", "nft 1.0.6 aborts on it"],
  ["inet", "comp nexthdr esp", "nft 1.0.6 aborts on it"],
  ["inet", "last used never", "nft 1.0.6 has no such word yet"],
  ["inet", "tcp option maxseg size set rt mtu", "this kernel has no rt mtu"],
  ["inet", "rt mtu > 1400", "this kernel has no rt mtu"],
  ["inet", "socket cgroupv2 level 1 5", "there is no such control group"],
  ["inet", "queue to 0", "this kernel has no queues"],
  ["inet", "queue to 0-3", "this kernel has no queues"],
  ["inet", "queue flags bypass to 2", "this kernel has no queues"],
  ["inet", "queue flags bypass,fanout to 1-3", "this kernel has no queues"],
  ["inet", "queue to symhash mod 2", "this kernel has no queues"],
  [
    "inet",
    "queue flags bypass to numgen inc mod 4 offset 5",
    "this kernel has no queues",
  ],
  [
    "inet",
    "queue to tcp dport map { 22 : 1, 80 : 2 }",
    "this kernel has no queues",
  ],
  [
    "inet",
    "add @seen { tcp dport ct count over 5 } reject",
    "this kernel counts no connections in sets",
  ],
  [
    "inet",
    'ct expectation set "later"',
    "this kernel makes expectations in tables of ip and ip6 only",
  ],
  ["inet", "flow add @fast", "this kernel has no flowtables"],
  ["inet", 'meta secmark set "web"', "this kernel has no SELinux"],
  ["inet", 'xt target "LOG"', "iptables-nft made it, and only it can"],
  ["bridge", 'meta ibrname "br0"', "this kernel lacks nft_meta_bridge"],
  ["bridge", "meta ibrpvid 5", "this kernel lacks nft_meta_bridge"],
  ["bridge", 'meta obrname { "br0", "br1" }', "it lacks nft_meta_bridge"],
  ["bridge", "reject with icmp host-unreachable", "it lacks nft_reject_bridge"],
];

/** Forms that nft lists by other words of the same meaning, and which. */
export const listedOtherwise: ReadonlyMap<string, string> = new Map([
  ["meta mark ^ 0x10 == 0x11", "meta mark 0x00000001"],
  [
    "meta mark set meta mark & 0xffffff00 | 0x10",
    "meta mark set meta mark & 0xffffff10 | 0x00000010",
  ],
  [
    "meta mark set meta mark and 0xffff00ff xor 0x00001000",
    "meta mark set meta mark & 0xffff10ff | 0x00001000",
  ],
  ["icmp id 5", "icmp type { echo-reply, echo-request } icmp id 5"],
  [
    "icmp id { 5, 6 }",
    "icmp type { echo-reply, echo-request } icmp id { 5, 6 }",
  ],
  [
    "icmp sequence 22",
    "icmp type { echo-reply, echo-request } icmp sequence 22",
  ],
  ["icmpv6 id 5", "icmpv6 type { echo-request, echo-reply } icmpv6 id 5"],
  [
    "icmpv6 sequence 5",
    "icmpv6 type { echo-request, echo-reply } icmpv6 sequence 5",
  ],
  [
    "meter pernet { ip saddr & 255.255.255.0 ct count over 5 } reject",
    "meter pernet size 65535 { ip saddr & 255.255.255.0 ct count over 5 } reject with icmp port-unreachable",
  ],
  [
    "ip6 saddr & ffff:ffff:ffff:ffff:: == 2001:db8::",
    "ip6 saddr 2001:db8::/64",
  ],
  ["rt0 addr[1] ::1", "srh sid[1] ::1"],
  ["meta nfproto ipv6 reject", "reject with icmpv6 port-unreachable"],
  ["@nh,8,8 & 0xfc == 0", "ip dscp cs0"],
  ["@nh,96,32 10", "ip saddr 0.0.0.10"],
  [
    "@nh,96,32 . @th,0,16 { 0x0a000001 . 5 }",
    "ip saddr . th sport { 10.0.0.1 . 5 }",
  ],
  ["ether type vlan vlan id 5", "vlan id 5"],
  ["vlan type ip", "ether type 8021q vlan type ip"],
  [
    'meta iifname "eth0" arp ptype ip arp htype 1 arp hlen 6 arp plen 4 @nh,192,32 0xc0a88f10 @nh,144,48 set 0x112233445566 accept',
    'iifname "eth0" arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp daddr ip 192.168.143.16 arp daddr ether set 11:22:33:44:55:66 accept',
  ],
]);

/** Lines of a listing that are spoilt, or in another order than here. */
export const spoiltLines: ReadonlyMap<string, string> = new Map([
  [
    "tcp flags { syn | ack, syn }",
    "elements of what is no range come in any order",
  ],
  [
    'iifname . oifname { "eth1" . "eth0", "eth0" . "eth1" } accept',
    "elements of what is no range come in any order",
  ],
  [
    "ct state . meta mark vmap { new . 0x00000001 : drop, established . 0x00000002 : accept }",
    "elements of what is no range come in any order",
  ],
  [
    "meta l4proto tcp ct original proto-dst { 0x50 [invalid type], 0x1bb [invalid type] }",
    "nft cannot load this listing again",
  ],
  [
    "ip saddr . th sport { 0xa000001 . 5 }",
    "an address of raw octets is listed as a number",
  ],
  [
    "update @learnt { tcp dport timeout 1m : 0x00000005 }",
    "what a map is to hold is written without its type",
  ],
  ["ct event set new,helper,mark", "nft cannot load this listing again"],
  ["ct event set secmark", "nft cannot load this listing again"],
  [
    "meta l4proto tcp dnat to 10.0.0.0/8:8080",
    "nft cannot load this listing again",
  ],
  [
    "tcp dport != 2000-1000",
    "two comparisons are joined to a range that nft cannot load again",
  ],
  [
    "dnat ip to tcp dport map @ports4",
    "whether a named map gives ports too is said where it is declared",
  ],
]);
