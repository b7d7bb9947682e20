/**
 * Forms of what is below IP: Ethernet, VLANs, ARP.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Forms of the families bridge and netdev. */
export const LINK = lines(`
ether saddr 00:11:22:33:44:55
ether daddr ff:ff:ff:ff:ff:ff
ether saddr { 00:11:22:33:44:55, 00:11:22:33:44:56 }
ether saddr 00:11:22:33:44:00-00:11:22:33:44:ff
ether saddr & ff:ff:ff:00:00:00 == 00:11:22:00:00:00
ether type ip
ether type { ip, ip6, arp, vlan }
ether type != 8021ad
ether type 0x88cc
ether type vlan vlan id 5
vlan id 5
vlan id { 5, 100-200 }
vlan id 5 vlan pcp 3
vlan pcp 7
vlan dei 1
vlan type ip
vlan id 1 ip saddr 10.0.0.1
vlan id 1 tcp dport 80
vlan id set 5
vlan id . ip saddr { 5 . 10.0.0.1 }
arp operation request
arp operation { request, reply }
arp htype 1
arp ptype ip
arp hlen 6
arp plen 4
arp saddr ip 10.0.0.1
arp daddr ip 10.0.0.0/8
arp saddr ether 00:11:22:33:44:55
arp daddr ether ff:ff:ff:ff:ff:ff
arp operation request arp saddr ip { 10.0.0.1, 10.0.0.2 }
meta protocol arp
meta protocol { ip, ip6, arp }
ip saddr 10.0.0.1 tcp dport 22 accept
ip6 saddr ::1 tcp dport 22
tcp dport 22 drop
udp dport { 67, 68 } accept
icmp type echo-request
icmpv6 type nd-neighbor-solicit
meta l4proto tcp
ip protocol tcp
ether saddr set 00:11:22:33:44:55
ether saddr . ip saddr { 00:11:22:33:44:55 . 10.0.0.1 }
ether saddr . ether daddr . ether type { 00:11:22:33:44:55 . ff:ff:ff:ff:ff:ff . ip }
ether saddr vmap { 00:11:22:33:44:55 : accept, 00:11:22:33:44:56 : drop }
meta mark set 5
meta pkttype { broadcast, multicast }
meta priority set 1:5
counter drop
log prefix "l2 "
limit rate 10/second accept
`);

/** Forms of the family arp. */
export const ARP = lines(`
arp operation request
arp operation { request, reply, rrequest, rreply, inrequest, inreply, nak }
arp operation != 3-5
arp htype 1
arp htype != 5-9
arp ptype ip
arp ptype 0x0800
arp hlen 6
arp plen { 4, 16 }
arp saddr ip 10.0.0.1
arp daddr ip 10.0.0.0/8
arp saddr ether 00:11:22:33:44:55
arp daddr ether { ff:ff:ff:ff:ff:ff, 00:00:00:00:00:00 }
arp saddr ip 10.0.0.1 arp daddr ip 10.0.0.2
arp saddr ether . arp saddr ip { 00:11:22:33:44:55 . 10.0.0.1 }
meta iifname "eth0" arp ptype ip arp htype 1 arp hlen 6 arp plen 4 @nh,192,32 0xc0a88f10 @nh,144,48 set 0x112233445566 accept
meta mark 5 drop
counter
limit rate 10/second accept
`);
