/**
 * Forms that ask what the kernel notes beside a packet, and what it computes.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Marks, interfaces, owners, the time. */
export const META = lines(`
meta l4proto tcp
meta l4proto != udp
meta l4proto { tcp, udp, icmp }
meta l4proto 150
meta length 100
meta length > 1000
meta length 33-45
meta nfproto ipv4
meta nfproto { ipv4, ipv6 }
meta protocol ip
meta protocol != ip6
meta protocol { ip, arp, ip6, 8021q }
meta priority 1:5
meta priority none
meta priority root
meta priority set 1:5
meta priority 0x87654321
meta mark 1
meta mark 0x10-0x20
meta mark != 0
meta mark { 1, 2, 3 }
meta mark & 0xff == 0x10
meta mark and 0x03 == 0x01
meta mark & 3 != 0
meta mark | 0x10 == 0x11
meta mark ^ 0x10 == 0x11
meta mark set 1
meta mark set meta mark | 0x10
meta mark set meta mark & 0xffffff00 | 0x10
meta mark set meta mark and 0xffff00ff xor 0x00001000
meta mark set ct mark
meta mark set ct mark & 0xff
meta mark set tcp dport map { 22 : 1, 80 : 2 }
meta mark set ip dscp map { cs1 : 1, af11 : 2 }
meta mark set numgen inc mod 2
meta mark set numgen random mod 10 offset 100
meta mark set jhash ip saddr mod 2
meta mark set jhash ip saddr . tcp dport mod 2 seed 0xdeadbeef offset 100
meta mark set symhash mod 2
meta mark set symhash mod 2 offset 100
meta mark set socket mark
mark 5
mark set 5
iif "lo"
iif lo accept
iif != "lo"
iif { "lo" }
iif 5
oif "lo"
iifname "eth0"
iifname eth0
iifname != "eth0"
iifname "eth*"
iifname { "eth0", "eth1" }
iifname { "eth0", "ppp*" }
iifname "eth\\*"
oifname "eth0"
oifname "eth0.100"
meta iifname "veth-lan_1"
iifgroup default
iifgroup 5
iifgroup { 5, 11-33 }
oifgroup 5
iiftype ether
iiftype != ppp
oiftype loopback
meta iifkind "vlan"
meta iifkind { "tun", "veth" }
meta oifkind "vrf"
meta sdif "lo"
meta sdifname "vrf1"
skuid 1000
skuid root
skuid { 0, 1000-2000 }
skuid > 1000
skgid 1000
skgid != 0
meta nftrace set 1
rtclassid 5
rtclassid "cosmos"
pkttype host
pkttype { broadcast, multicast }
pkttype != host
cpu 0
cpu 1-3
cpu { 0, 2-3 }
cgroup 1048577
cgroup != 0x100001-0x100003
meta random <= 10000
meta ipsec exists
meta ipsec missing
meta time "2024-06-06 17:00:00"
meta time "2024-06-06"-"2024-06-07"
meta time > "2024-06-06 17:00:00"
meta time < 1700000000
meta day "Saturday"
meta day { "Saturday", "Sunday" }
meta day 1
meta hour "17:00"
meta hour "08:00"-"17:00"
meta hour "17:30:15"
meta hour >= "22:00"
meta cpu 1
meta skuid 5
meta oif "lo"
`);

/** Numbers by chance and by hash; routing; IPsec. */
export const COMPUTED = lines(`
numgen inc mod 2 0
numgen random mod 100 < 50
numgen inc mod 10 vmap { 0-4 : accept, 5-9 : drop }
numgen inc mod 10 offset 5 7
jhash ip saddr . ip daddr mod 16 5
jhash tcp dport mod 5 vmap { 0 : accept, 1 : drop }
symhash mod 2 1
rt classid 5
rt classid "cosmos"
rt ipsec exists
rt ipsec missing
ipsec in reqid 1
ipsec in spnum 1 reqid 1
ipsec in spi 5
ipsec in ip saddr 192.168.1.1
ipsec in spnum 3 ip6 daddr fe80::1
`);
