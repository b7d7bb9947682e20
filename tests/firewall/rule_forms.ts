/**
 * Every form of rule that the man page of nft 1.0.6 has and that a kernel of
 * the tests takes, as text, in groups that share a family and a base chain.
 *
 * @module
 */

import type { Family } from "../../lib/firewall/model/ruleset.ts";

/** Rules that may stand in one chain. */
export interface FormGroup {
  readonly family: Family;
  /** The chain's declaration. */
  readonly base: string;
  /** Sets, maps and objects that the rules name, and chains that they jump to. */
  readonly beside?: string;
  /** One rule each. */
  readonly rules: readonly string[];
}

const lines = (text: string): string[] =>
  text.split("\n").map((line) => line.trim()).filter((line) => line !== "");

const filter = (hook: string): string =>
  `type filter hook ${hook} priority filter; policy accept;`;

/** Forms that any family of IP takes. */
const ANYWHERE = lines(`
accept
drop
continue
return
jump other
goto other
counter
counter packets 5 bytes 600
counter drop
counter accept comment "both of them"
accept comment "a word, and \\ more: of {them}"
tcp dport 22
tcp dport 22 accept
tcp dport != 22
tcp dport < 1024
tcp dport > 1024
tcp dport <= 1024
tcp dport >= 1024
tcp dport 1-1023
tcp dport != 1-1023
tcp dport { 22 }
tcp dport { 22, 80, 443 } accept
tcp dport != { 22, 80, 443 }
tcp dport { 22, 1000-2000, 8080 } accept
tcp sport 1024-65535 tcp dport 80
tcp dport < 2000 tcp dport > 1000
tcp sequence 1
tcp sequence != 4294967295
tcp ackseq > 5
tcp doff 8
tcp reserved 1
tcp window 100
tcp window < 5
tcp checksum 5
tcp urgptr 5
tcp flags syn
tcp flags != syn
tcp flags == syn
tcp flags syn,ack
tcp flags { syn, syn | ack }
tcp flags & (fin | syn | rst | ack) == syn
tcp flags & (syn | ack) != 0
tcp flags & syn != 0
tcp flags & syn == 0
tcp flags ! syn
tcp flags ! fin,rst
tcp flags & (fin | syn) == fin | syn
tcp flags fin,syn / fin,syn
tcp flags syn / syn,ack,fin
tcp flags != syn / fin,syn
tcp flags & ack == ack
tcp flags cwr
tcp option maxseg size 1200
tcp option maxseg size 500-1500
tcp option maxseg size { 536, 1460 }
tcp option maxseg length 4
tcp option maxseg exists
tcp option maxseg missing
tcp option sack-perm exists
tcp option sack-perm length 2
tcp option window count 3
tcp option sack left 1
tcp option sack0 left 1
tcp option sack1 right 5
tcp option sack2 left 5
tcp option sack3 right 5
tcp option timestamp tsval 1
tcp option timestamp tsecr 1
tcp option nop exists
tcp option eol exists
tcp option md5sig exists
tcp option fastopen exists
tcp option mptcp exists
tcp option mptcp subtype 1
tcp option 100 exists
tcp option @255,8,8 45
tcp option maxseg size set 1360
reset tcp option sack-perm
udp dport 53
udp sport 53 udp dport 1024-65535
udp length 8-100
udp checksum 0
udplite dport 5
udplite checksum 5
sctp dport 5
sctp sport { 5, 6 }
sctp vtag 1
sctp checksum 1
sctp chunk data exists
sctp chunk init-ack missing
sctp chunk data tsn 1
sctp chunk data flags 2
sctp chunk init num-inbound-streams 5
sctp chunk sack a-rwnd > 5
sctp chunk asconf seqno 12
dccp dport 5
dccp type request
dccp type { request, response }
dccp type != sync
ah spi 1
ah hdrlength 12
ah reserved 5
ah sequence 1-5
esp spi 1
esp spi { 100, 200-300 }
esp sequence 5
comp cpi 5
comp flags 0x5
th dport 53
th dport { 53, 80 }
th sport 1-5
meta l4proto { tcp, udp } th dport 53
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
ct state established
ct state established,related
ct state { new, established } accept
ct state != established
ct state new,untracked
ct state invalid drop
ct state vmap { established : accept, related : accept, invalid : drop }
ct state & (established | related) != 0
ct state ! invalid
ct direction original
ct direction { original, reply }
ct status expected
ct status seen-reply,assured
ct status dnat
ct status & snat == snat
ct status ! dnat
ct mark 5
ct mark & 0xff == 5
ct mark 0x10-0x20
ct mark set 5
ct mark set meta mark
ct mark set meta mark & 0xff
ct mark set ct mark | 1
ct mark set ip saddr map @marks4
ct expiration 30s
ct expiration > 1m
ct expiration 30s-2h
ct expiration { 1m-1h, 1d }
ct helper "ftp"
ct label 5
ct count 10
ct count over 10 reject
ct id 5
ct id { 5, 6 }
ct l3proto ipv4
ct original l3proto ipv4
ct protocol tcp
ct original protocol tcp
ct original protocol { tcp, udp }
meta l4proto tcp ct original proto-src 5
meta l4proto udp ct reply proto-dst 5-10
meta l4proto tcp ct original proto-dst { 80, 443 }
ct original ip saddr 10.0.0.1
ct original ip saddr 10.0.0.0/8
ct reply ip daddr { 10.0.0.1, 10.0.1.0/24 }
ct original packets > 5
ct reply packets 5-10
ct packets > 5
ct bytes > 100000
ct original bytes > 100000
ct original bytes 1-100
ct avgpkt > 200
ct original avgpkt > 200
ct zone 5
ct original zone 5
ct zone set 5
ct original zone set 1
ct event set new,related,destroy
ct event set new
ct label set 5
ct helper set "standard-ftp"
ct timeout set "short"
notrack
limit rate 10/second
limit rate 10/second burst 20 packets
limit rate over 10/second
limit rate 400/minute
limit rate 10/hour burst 5 packets
limit rate 1/day
limit rate over 1/week burst 3 packets
limit rate 1025 bytes/second
limit rate 10 kbytes/second burst 2 kbytes
limit rate 10 mbytes/second
limit rate over 10 mbytes/minute burst 1 mbytes
limit name "slow"
limit name tcp dport map { 22 : "slow", 80 : "slow" }
quota 500 bytes
quota over 25 mbytes
quota until 10 kbytes
quota 25 mbytes used 5 mbytes
quota name "volume"
quota name tcp dport map { 22 : "volume" }
counter name "web"
counter name tcp dport map { 80 : "web", 443 : "web" }
counter name tcp dport map @hits
synproxy
synproxy mss 1460
synproxy mss 1460 wscale 7
synproxy mss 1460 wscale 7 timestamp sack-perm
synproxy name "proxy"
log
log prefix "in: "
log level debug
log level warn
log level audit
log level emerg prefix "x"
log flags all
log flags skuid
log flags ether
log flags tcp sequence
log flags tcp options
log flags tcp sequence,options
log flags ip options
log flags skuid flags ip options
log prefix "x" level info flags all
log group 2
log group 2 prefix "x"
log group 2 snaplen 100
log group 2 queue-threshold 20
log group 2 prefix "aaaa" snaplen 33 queue-threshold 100
@ll,0,48 0x112233445566
@nh,8,8 & 0xfc == 0
@nh,96,32 10
@th,16,16 53
@th,16,16 { 53, 80 }
@th,0,32 0x00500050
@nh,96,32 . @th,0,16 { 0x0a000001 . 5 }
@ih,0,8 5
@ih,0,32 set 0x10203040
@th,0,16 set 53
@nh,160,128 set 0x20010db8000000000000000000000001
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
tcp dport vmap { 22 : accept, 80 : drop, 443 : jump other, 8080 : goto other, 5 : continue, 6 : return }
tcp dport vmap { 0-1023 : accept, 1024-65535 : drop }
tcp dport vmap @ports
tcp dport vmap { 22 : accept, * : drop }
tcp dport @services
tcp dport != @services
meta l4proto . th dport { tcp . 22, udp . 53 }
meta l4proto . th dport { tcp . 22, udp . 1000-2000 }
meta l4proto . th dport vmap { tcp . 22 : accept, udp . 53 : drop }
meta l4proto . th dport @pairs
iifname . oifname { "eth0" . "eth1", "eth1" . "eth0" } accept
iifname . tcp dport { "eth0" . 22 }
iif . oif { "lo" . "lo" }
ct state . meta mark vmap { new . 0x1 : drop, established . 0x2 : accept }
ct mark . meta mark { 1 . 2 }
add @seen { tcp dport }
update @seen { tcp dport }
delete @seen { tcp dport }
add @seen { tcp dport timeout 5m }
update @seen { tcp dport timeout 1h30m }
add @seen { tcp dport limit rate 3/minute }
add @seen { tcp dport limit rate over 3/minute burst 10 packets } drop
add @seen { tcp dport timeout 5m limit rate 3/minute }
add @seen { tcp dport counter }
add @seen { tcp dport quota over 500 bytes }
add @seen { tcp dport timeout 30s counter packets 0 bytes 0 }
set add tcp dport @seen
add @learnt { tcp dport : meta mark }
update @learnt { tcp dport timeout 1m : 0x5 }
tcp dport 22 meter ssh { tcp sport limit rate 10/second }
meter flood { tcp sport . tcp dport timeout 10s limit rate over 10/minute burst 5 packets } drop
meter sized size 1024 { tcp sport counter }
icmp type echo-request
icmp type { echo-request, echo-reply, destination-unreachable }
icmp type != echo-reply
icmp type 111 accept
icmp code admin-prohibited
icmp code { 2, 4, frag-needed, 33 }
icmp code 1-3
icmp checksum 5
icmp id 5
icmp id { 5, 6 }
icmp sequence 22
icmp type echo-request icmp id 5 icmp sequence 7
icmp mtu 1400
icmp gateway 5
icmp type . icmp code { echo-request . 0 }
icmpv6 type echo-request
icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }
icmpv6 type mld-listener-query-
icmpv6 type 5-9
icmpv6 code no-route
icmpv6 code 4
icmpv6 checksum 5
icmpv6 id 5
icmpv6 sequence 5
icmpv6 mtu 1280
icmpv6 max-delay 5
icmpv6 type destination-unreachable icmpv6 code policy-fail
igmp type membership-query
igmp type { membership-report-v1, membership-report-v2, membership-report-v3, leave-group }
igmp mrt 10
igmp checksum 5
igmp group 0xe0000001
tcp dport 22 ct state new limit rate 3/minute burst 5 packets counter log prefix "ssh " accept comment "slowly"
tcp dport 80 iifname "eth0" ct state new add @seen { tcp sport } counter name "web" accept
meta l4proto tcp ct state new meta mark set 0x7 counter
ct mark set meta mark ct mark != 0 accept
meta mark 1 ct state new jump other
`.replace("icmpv6 type mld-listener-query-", "icmpv6 type mld-listener-query"));

/** Forms that need a packet of IPv4. */
const IPV4 = lines(`
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
const IPV6 = lines(`
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

const SETS = `
set services { type inet_service; flags interval; elements = { 22, 80, 1000-2000 } }
set seen { type inet_service; size 65535; flags dynamic,timeout; }
set pairs { type inet_proto . inet_service; elements = { tcp . 22, udp . 53 } }
map ports { type inet_service : verdict; elements = { 22 : accept, 80 : jump other } }
map hits { type inet_service : counter; elements = { 80 : "web" } }
map learnt { type inet_service : mark; size 1024; flags dynamic,timeout; }
counter web { packets 0 bytes 0 }
quota volume { over 10 mbytes }
limit slow { rate 10/second }
synproxy proxy { mss 1460 wscale 7 timestamp sack-perm }
ct helper standard-ftp { type "ftp" protocol tcp; }
ct timeout short { protocol tcp; policy = { established : 120, close : 20 }; }
map marks4 { type ipv4_addr : mark; elements = { 10.0.0.1 : 0x1 } }
`;

const SETS4 = `
set allowed { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 } }
set allowed4 { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1h; }
set networks { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 192.168.0.0/16 } }
set services4 { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 22 } }
set services4d { type ipv4_addr . inet_service; size 65535; flags dynamic,timeout; }
set ranges4 { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 1000-2000 } }
set bound { type ipv4_addr . ether_addr; elements = { 10.0.0.1 . 00:11:22:33:44:55 } }
map verdicts4 { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/8 : accept, 192.168.0.0/16 : drop } }
`;

const SETS6 = `
set allowed6 { type ipv6_addr; flags interval; elements = { ::1, 2001:db8::/32 } }
`;

const OTHER = `chain other { }\n`;

const NAT4 = lines(`
dnat to 10.0.0.1
meta l4proto tcp dnat to 10.0.0.1:80
meta l4proto tcp dnat to 10.0.0.1:80-90
dnat to 10.0.0.1-10.0.0.9
meta l4proto tcp dnat to 10.0.0.1-10.0.0.9:80-90
dnat to 10.0.0.1 random
dnat to 10.0.0.1 persistent
meta l4proto tcp dnat to 10.0.0.1:80 random,persistent
dnat to tcp dport map { 80 : 10.0.0.1, 443 : 10.0.0.2 }
dnat to ip daddr map { 192.0.2.1 : 10.0.0.1 }
dnat to ip daddr map @targets4
dnat to ip daddr . tcp dport map { 192.0.2.1 . 80 : 10.0.0.1 . 8080 }
dnat to tcp dport map @ports4
dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }
dnat to numgen random mod 10 map { 0-2 : 10.0.0.1, 3-9 : 10.0.0.2 }
dnat to jhash ip saddr mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }
meta l4proto tcp dnat to 10.0.0.1:tcp dport map { 80 : 8080, 443 : 8443 }
dnat ip prefix to ip daddr map { 10.1.0.0/24 : 10.2.0.0/24 }
dnat ip addr . port to ip saddr . tcp dport map { 10.0.0.1 . 80 : 10.0.0.2 . 8080 }
dnat to ip saddr map { 10.0.0.1 : 10.0.0.2-10.0.0.9 }
tcp dport 80 dnat to 10.0.0.1:8080
redirect
meta l4proto tcp redirect to :8080
meta l4proto tcp redirect to :8080-8090
meta l4proto tcp redirect to :tcp dport map { 80 : 8080 }
meta l4proto tcp redirect to :8080 random
redirect random,persistent
tcp dport 22 redirect to :2222
tcp dport { 80, 443 } redirect to :8080
`);

const SNAT4 = lines(`
snat to 10.0.0.1
snat to 10.0.0.1-10.0.0.9
meta l4proto tcp snat to 10.0.0.1:1024-65535
snat to 10.0.0.1 persistent
snat to 10.0.0.1 random,fully-random,persistent
snat to ip saddr map { 10.0.0.1 : 192.0.2.1, 10.1.0.0/24 : 192.0.2.2 }
snat ip prefix to ip saddr map { 10.1.0.0/24 : 192.0.2.0/24 }
snat to ip saddr map { 10.0.0.1 : 192.0.2.1-192.0.2.9 }
masquerade
masquerade random
masquerade fully-random,persistent
meta l4proto tcp masquerade to :1024-65535
meta l4proto tcp masquerade to :1024 random
oifname "eth0" masquerade
ip saddr 10.0.0.0/8 oifname "eth0" masquerade
ip saddr 10.0.0.0/24 snat to 192.0.2.1
`);

/** Forms of the family bridge and of what is below IP. */
const LINK = lines(`
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

/** What a chain of each kind takes. */
export const ruleForms: readonly FormGroup[] = [
  {
    family: "inet",
    base: filter("input"),
    beside: OTHER + SETS + SETS4 + SETS6,
    rules: [
      ...ANYWHERE,
      ...IPV4.filter((rule) => !rule.startsWith("dup ")),
      ...IPV6.filter((rule) => !rule.startsWith("dup ")),
      ...lines(`
        reject with icmp type host-unreachable
        reject with icmp admin-prohibited
        reject with icmpv6 type no-route
        reject with icmpv6 addr-unreachable
        reject with icmpx type admin-prohibited
        reject with icmpx port-unreachable
        reject with icmpx type no-route
        meta nfproto ipv4 reject with icmp type prot-unreachable
        meta nfproto ipv6 reject
        socket transparent 1
        socket transparent 0 accept
        socket mark 5
        socket wildcard 1
        osf name "Linux"
        osf ttl loose name { "Linux", "Windows" }
        osf ttl skip version "Linux:4.19"
        osf name "unknown" drop
      `),
    ],
  },
  {
    family: "inet",
    base: "type filter hook output priority filter; policy accept;",
    beside: OTHER,
    rules: lines(`
      ipsec out reqid 1
      ipsec out ip daddr 10.0.0.1
      ipsec out spnum 2 spi { 5, 6 }
      oif "lo" accept
      oifname { "eth0", "wlan*" } drop
      skuid { 33, 1000 } tcp dport 80 reject with tcp reset
      rt ip nexthop 192.168.0.1
      rt ip6 nexthop fd00::1
    `),
  },
  {
    family: "inet",
    base: "type filter hook prerouting priority mangle; policy drop;",
    beside: OTHER,
    rules: lines(`
      tcp dport 80 tproxy to :50080
      tcp dport 80 tproxy ip to 10.0.0.1
      tcp dport 80 tproxy ip to 10.0.0.1:50080
      udp dport 80 tproxy ip6 to [2001:db8::1]
      udp dport 80 tproxy ip6 to [2001:db8::1]:50080
      tcp dport 80 tproxy ip6 to :50080
      meta l4proto tcp tproxy to :50080 accept
      socket transparent 1 socket wildcard 0 meta mark set 0x1 accept
      fib daddr . iif type != { local, broadcast, multicast } drop
    `),
  },
  {
    family: "inet",
    base: "type nat hook prerouting priority dstnat; policy accept;",
    beside: OTHER,
    rules: lines(`
      dnat ip to 10.0.0.1
      meta l4proto tcp dnat ip to 10.0.0.1:80-90
      dnat ip6 to 2001:db8::1
      meta l4proto tcp dnat ip6 to [2001:db8::1]:80
      meta l4proto tcp dnat ip6 to [2001:db8::1]-[2001:db8::9]:80-90
      dnat ip6 to 2001:db8::1-2001:db8::9
      dnat ip to tcp dport map { 80 : 10.0.0.1, 443 : 10.0.0.2 }
      dnat ip to ip daddr . tcp dport map { 192.0.2.1 . 80 : 10.0.0.1 . 8080 }
      dnat ip addr . port to ip saddr . tcp dport map { 10.0.0.1 . 80 : 10.0.0.2 . 8080 }
      meta nfproto ipv4 dnat to 10.0.0.1
      ip saddr 10.0.0.1 dnat to 10.0.0.2
      ip6 saddr ::1 dnat to ::2
      meta l4proto tcp dnat to :8080
      meta l4proto tcp redirect to :8080
      meta l4proto { tcp, udp } redirect to :8080
    `),
  },
  {
    family: "inet",
    base: "type nat hook postrouting priority srcnat; policy accept;",
    beside: OTHER,
    rules: lines(`
      snat ip to 10.0.0.1
      snat ip6 to 2001:db8::1
      snat ip prefix to ip saddr map { 10.1.0.0/24 : 192.0.2.0/24 }
      snat ip6 prefix to ip6 saddr map { 2001:db8:1::/64 : 2001:db8:2::/64 }
      snat ip to ip saddr map { 10.0.0.1 : 192.0.2.1 }
      masquerade
      masquerade random,persistent
      meta oif "lo" masquerade
    `),
  },
  {
    family: "ip",
    base: filter("input"),
    beside: OTHER + SETS + SETS4,
    rules: [
      ...ANYWHERE.filter((rule) => !rule.includes("nfproto")),
      ...IPV4,
      ...lines(`
        reject with icmp type net-unreachable
        reject with icmp host-prohibited
        socket transparent 1
        rt nexthop 192.168.0.1
      `),
    ],
  },
  {
    family: "ip6",
    base: filter("input"),
    beside: OTHER + SETS + SETS6,
    rules: [
      ...ANYWHERE.filter((rule) =>
        !/nfproto|\bip (s|d)|^icmp |^igmp/.test(rule)
      ),
      ...IPV6,
      ...lines(`
        reject with icmpv6 type admin-prohibited
        reject with icmpv6 port-unreachable
        rt nexthop fd00::1
      `),
    ],
  },
  {
    family: "ip",
    base: "type nat hook prerouting priority dstnat; policy accept;",
    beside: OTHER +
      `map targets4 { type ipv4_addr : ipv4_addr; elements = { 192.0.2.1 : 10.0.0.1 } }
map ports4 { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.1 . 8080 } }
`,
    rules: NAT4,
  },
  {
    family: "ip",
    base: "type nat hook postrouting priority srcnat; policy accept;",
    beside: OTHER,
    rules: SNAT4,
  },
  {
    family: "ip",
    base: "type filter hook prerouting priority mangle; policy accept;",
    beside: OTHER,
    rules: lines(`
      tcp dport 80 tproxy to 10.0.0.1
      tcp dport 80 tproxy to :50080
      tcp dport 80 tproxy to 10.0.0.1:50080
    `),
  },
  {
    family: "ip6",
    base: "type nat hook prerouting priority dstnat; policy accept;",
    beside: OTHER,
    rules: lines(`
      dnat to 2001:db8::1
      meta l4proto tcp dnat to [2001:db8::1]:80
      meta l4proto tcp dnat to [2001:db8::1]:80-90
      meta l4proto tcp dnat to [2001:db8::1]-[2001:db8::9]:80
      dnat to 2001:db8::1-2001:db8::9 persistent
      dnat to ip6 daddr map { ::1 : 2001:db8::1 }
      meta l4proto tcp redirect to :80
    `),
  },
  {
    family: "ip6",
    base: "type nat hook postrouting priority srcnat; policy accept;",
    beside: OTHER,
    rules: lines(`
      snat to 2001:db8::1
      meta l4proto tcp snat to [2001:db8::1]:1024-65535
      snat to 2001:db8::1-2001:db8::9
      masquerade
      meta l4proto tcp masquerade to :1024-65535 random
    `),
  },
  {
    family: "ip6",
    base: "type filter hook prerouting priority mangle; policy accept;",
    beside: OTHER,
    rules: lines(`
      tcp dport 80 tproxy to [2001:db8::1]
      tcp dport 80 tproxy to [2001:db8::1]:50080
      tcp dport 80 tproxy to :50080
    `),
  },
  {
    family: "ip",
    base: "type route hook output priority mangle; policy accept;",
    beside: OTHER,
    rules: lines(`
      meta mark set 5
      ip dscp set cs1
      tcp dport 25 meta mark set 0x19
    `),
  },
  {
    family: "bridge",
    base: filter("prerouting"),
    beside: OTHER,
    rules: [
      ...LINK,
      ...lines(`
        meta pkttype set host
        ip daddr set 10.0.0.1
      `),
    ],
  },
  {
    family: "arp",
    base: filter("input"),
    beside: OTHER,
    rules: lines(`
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
    `),
  },
  {
    family: "netdev",
    base: "type filter hook ingress device lo priority -500; policy accept;",
    beside: OTHER,
    rules: [
      ...LINK.filter((rule) => !/^log/.test(rule)),
      ...lines(`
        fwd to "lo"
        fwd ip to 10.0.0.1 device "lo"
        fwd ip6 to 2001:db8::1 device "lo"
        dup to "lo"
        meta l4proto tcp fwd to "lo"
        fwd to tcp dport map { 80 : "lo" }
        meta iifname "lo"
        jump other
      `),
    ],
  },
  {
    family: "netdev",
    base: "type filter hook egress device lo priority 0; policy accept;",
    beside: OTHER,
    rules: lines(`
      ip daddr 10.0.0.1 drop
      meta oifname "lo" counter
      ether daddr ff:ff:ff:ff:ff:ff
    `),
  },
];

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
  [
    "tcp dport != 2000-1000",
    "two comparisons are joined to a range that nft cannot load again",
  ],
  [
    "dnat ip to tcp dport map @ports4",
    "whether a named map gives ports too is said where it is declared",
  ],
]);
