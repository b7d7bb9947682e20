/**
 * Forms that need a packet of IPv4, or one of IPv6.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Forms that need a packet of IPv4. */
export const IPV4 = lines(`
ip version 4
ip hdrlength 5
ip hdrlength > 5
ip dscp cs1
ip dscp ef
ip dscp 0x01
ip dscp != af11
ip dscp { cs0, af11, ef }
ip dscp vmap { cs1 : accept, ef : drop }
ip dscp set cs1
ip dscp set ef
ip dscp set 0x3f
ip ecn ect0
ip ecn { not-ect, ce }
ip ecn set ce
ip length 100
ip length 1-100
ip id 5
ip id set 0
ip frag-off 5
ip frag-off & 0x1fff != 0
ip frag-off & 0x2000 == 0x2000
ip ttl 64
ip ttl < 5
ip ttl { 1, 64, 100-128 }
ip ttl set 63
ip protocol tcp
ip protocol icmp
ip protocol { tcp, udp, icmp, esp, 150 }
ip protocol != udp
ip protocol vmap { tcp : jump other, udp : accept }
ip checksum 5
ip checksum set 0
ip saddr 10.0.0.1
ip saddr != 10.0.0.1
ip saddr 10.0.0.0/8
ip saddr 0.0.0.0/0
ip saddr 10.0.0.1-10.0.0.9
ip saddr != 10.0.0.1-10.0.0.9
ip saddr < 10.0.0.9
ip saddr { 10.0.0.1, 10.0.0.2 }
ip saddr { 10.0.0.0/8, 192.168.0.0/16 } accept
ip saddr { 10.0.0.1-10.0.0.9, 192.168.0.0/16, 172.16.0.1 }
ip saddr & 0xff == 1
ip saddr & 0.0.0.255 == 0.0.0.1
ip saddr & 255.255.0.255 < 0.0.0.127
ip saddr @allowed
ip saddr != @allowed drop
ip saddr @networks
ip daddr set 10.0.0.1
ip saddr 10.0.0.1 ip daddr 10.0.0.2 tcp dport 22
ip saddr . ip daddr { 10.0.0.1 . 10.0.0.2 }
ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.0/8 . 80, 192.168.1.1-192.168.1.9 . 1000-2000 } accept
ip saddr . ip daddr . tcp dport { 10.0.0.1 . 10.0.0.2 . 22 }
ip saddr . tcp dport vmap { 10.0.0.1 . 22 : accept, 10.0.0.2 . 80 : drop }
ip saddr . tcp dport @services4
ip saddr . tcp dport @ranges4
ip saddr vmap { 10.0.0.1 : accept, 10.1.0.0/16 : drop }
ip saddr vmap { 10.0.0.1 : accept, * : drop }
ip saddr vmap @verdicts4
ip saddr . ip protocol . tcp dport { 10.0.0.1 . tcp . 22 }
ip option rr exists
ip option ra value 0
ip option lsrr type 1
ip option ssrr ptr 5
ip option lsrr missing
meta mark set ip saddr map { 10.0.1.1 : 0x1, 10.0.0.0/24 : 0x2 }
meta mark set ip saddr map @marks4
meta mark set ip saddr . tcp dport map { 10.0.0.1 . 22 : 1 }
add @allowed4 { ip saddr }
add @allowed4 { ip saddr timeout 1m }
update @allowed4 { ip saddr limit rate over 10/second burst 2 packets } drop
add @services4d { ip saddr . tcp dport }
add @services4d { ip saddr . tcp dport timeout 5m limit rate 3/minute }
meter perhost { ip saddr limit rate 10/second }
meter pernet { ip saddr & 255.255.255.0 ct count over 5 } reject
fib saddr . iif oif missing
fib saddr . iif oif missing drop
fib saddr oif "lo"
fib daddr oifname "lo"
fib daddr oif exists
fib daddr type local
fib daddr type { local, broadcast, multicast }
fib daddr . iif type != { local, broadcast, multicast } drop
fib daddr . mark type vmap { blackhole : drop, prohibit : jump other, unreachable : drop }
fib saddr type != unicast
fib saddr . mark . iif oifname != "lo"
ether saddr 00:11:22:33:44:55
ether type ip
ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00
ether saddr . ip saddr { 00:11:22:33:44:55 . 10.0.0.1 }
ip saddr . ether saddr @bound
reject
reject with tcp reset
tcp dport 22 reject with tcp reset
tcp dport 113 reject
dup to 10.0.0.9
dup to 10.0.0.9 device "lo"
dup to ip saddr map { 10.0.0.1 : 10.0.0.9 } device "lo"
rt ip nexthop 192.168.0.1
`);

/** Forms that need a packet of IPv6. */
export const IPV6 = lines(`
ip6 version 6
ip6 dscp cs1
ip6 dscp { cs0, ef, 0x3f }
ip6 dscp set cs1
ip6 ecn ect1
ip6 ecn set ect0
ip6 flowlabel 5
ip6 flowlabel { 0, 10-20 }
ip6 flowlabel set 0
ip6 length 100
ip6 nexthdr tcp
ip6 nexthdr { tcp, udp, ipv6-icmp, ipv6-frag }
ip6 nexthdr != esp
ip6 hoplimit 255
ip6 hoplimit < 5
ip6 hoplimit set 64
ip6 saddr ::1
ip6 saddr != ::1
ip6 saddr ::
ip6 saddr fe80::/10
ip6 saddr 2001:db8::/32 accept
ip6 saddr ::/0
ip6 saddr ::ffff:10.0.0.1
ip6 saddr 2001:db8::1-2001:db8::9
ip6 saddr { ::1, 2001:db8::/32, fe80::1-fe80::9 }
ip6 saddr & ::ffff == ::1
ip6 saddr & ffff:ffff:ffff:ffff:: == 2001:db8::
ip6 daddr set 2001:db8::1
ip6 saddr @allowed6
ip6 saddr . tcp dport { 2001:db8::1 . 22, 2001:db8:1::/48 . 80-90 }
ip6 saddr vmap { ::1 : accept, fe80::/10 : drop }
hbh nexthdr tcp
hbh hdrlength 5
hbh nexthdr { tcp, udp }
frag nexthdr udp
frag frag-off 33
frag more-fragments 1
frag reserved2 1
frag id 5
frag reserved 5
rt nexthdr tcp
rt hdrlength 5
rt type 2
rt seg-left 1
rt0 addr[1] ::1
srh last-entry 0
srh flags 5
srh tag 127
srh sid[1] ::1
dst nexthdr tcp
dst hdrlength 5
mh nexthdr tcp
mh hdrlength 5
mh type binding-update
mh type { binding-error, home-test }
mh reserved 5
mh checksum 5
exthdr hbh exists
exthdr frag exists
exthdr frag missing
exthdr rt exists
exthdr dst missing
exthdr mh exists
frag more-fragments 1 drop
fib daddr type { anycast, local }
fib saddr . iif oif missing drop
ct original ip6 saddr ::1
ct reply ip6 daddr 2001:db8::/32
reject
reject with tcp reset
dup to 2001:db8::9
dup to 2001:db8::9 device "lo"
rt ip6 nexthop fd00::1
meta mark set ip6 saddr map { ::1 : 1, 2001:db8::/32 : 2 }
`);
