/**
 * Everything that a table holds beside rules, as text that nft 1.0.6 and the
 * kernel of the tests take.
 *
 * @module
 */

/** A ruleset of declarations. */
export const declarations = `
table inet w {
	comment "the table"
	counter cc { comment "a counter"; packets 5 bytes 10; }
	counter plain { }
	quota q { over 10 mbytes used 5 kbytes; comment "q"; }
	quota q2 { 4096 bytes; }
	limit l1 { rate over 5 kbytes/second burst 3 mbytes; comment "l"; }
	limit l2 { rate 400/minute burst 7 packets; }
	synproxy s { mss 1460; wscale 7; timestamp sack-perm; }
	ct helper h { type "ftp" protocol tcp; l3proto ip; comment "h"; }
	ct timeout ct1 { protocol udp; l3proto ip; policy = { unreplied : 50, replied : 100 }; }
	ct timeout ct2 { protocol tcp; l3proto ip6; policy = { syn_sent : 1, established : 1 }; }
	set a4 { type ipv4_addr; comment "a set"; elements = { 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5 }; }
	set i4 { type ipv4_addr; flags interval; elements = { 10.0.0.1, 10.0.2.0/24, 10.0.3.1-10.0.3.9 }; }
	set merged { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/24, 10.0.1.0/24, 10.0.1.7 }; }
	set a6 { type ipv6_addr; elements = { ::1, ::2, 2001:db8::1 }; }
	set p { type inet_service; elements = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }; }
	set pr { type inet_proto; elements = { tcp, udp, esp, icmp, 1, 2, 3, 4, 5, 7 }; }
	set e { type ether_addr; elements = { 00:11:22:33:44:55, 00:11:22:33:44:56 }; }
	set m { type mark; elements = { 1, 2, 3, 4, 5, 6, 7 }; }
	set n { type ifname; elements = { "eth0" }; }
	set nn { type ifname; flags interval; elements = { "eth0", "eth1", "ppp*", "wlan*" }; }
	set cs { type ct_state; elements = { new, established, related }; }
	set d { type dscp; elements = { cs1, cs2, cs3 }; }
	set it { type icmp_type; elements = { echo-request, echo-reply, 3, 4 }; }
	set et { type ether_type; elements = { ip, ip6, arp }; }
	set ii { type iface_index; elements = { "lo" }; }
	set u { type uid; elements = { 1, 2, 1000 }; }
	set prio { type classid; elements = { 1:1, 1:2 }; }
	set pk { type pkt_type; elements = { broadcast, multicast }; }
	set fa { type fib_addrtype; elements = { local, broadcast }; }
	set t { type ipv4_addr; flags timeout; timeout 1h30m; gc-interval 10s; elements = { 10.0.0.1 timeout 30s, 10.0.0.2 comment "x y", 10.0.0.3 timeout 1d expires 5m3s comment "both" }; }
	set t2 { type ipv4_addr; flags timeout; elements = { 10.0.0.1 timeout 30s }; }
	set c { type ipv4_addr; counter; elements = { 10.0.0.1 counter packets 1 bytes 2, 10.0.0.2 }; }
	set l { type ipv4_addr; size 10; policy memory; flags dynamic; limit rate 10/second; elements = { 10.0.0.1 limit rate 3/minute, 10.0.0.2 }; }
	set qq { type ipv4_addr; size 10; flags dynamic; quota over 500 bytes; }
	set to { typeof ip saddr; elements = { 10.0.0.1 }; }
	set to2 { typeof ip saddr . tcp dport; elements = { 10.0.0.1 . 22 }; }
	set to3 { typeof vlan id; elements = { 5, 6, 7, 8, 9, 10, 11 }; }
	set to4 { typeof meta iifname . vlan id; elements = { "eth0" . 5 }; }
	set to5 { typeof numgen inc mod 5; elements = { 1, 2 }; }
	set to6 { typeof @nh,8,8; elements = { 1, 2, 10 }; }
	set to7 { typeof meta day; elements = { "Monday", "Tuesday" }; }
	set to8 { typeof osf name; elements = { "Linux" }; }
	set to9 { typeof tcp option maxseg size; elements = { 536, 1460 }; }
	set tog { typeof ip saddr . meta mark; flags interval; auto-merge; }
	set ranges { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 1000-2000, 10.0.0.1-10.0.0.9 . 22 }; }
	set cst { type inet_service; flags constant; elements = { 1 }; }
	set dyn { type ipv4_addr; size 100; flags dynamic,timeout; timeout 5m; }
	map mm { type ipv4_addr : inet_service; elements = { 10.0.0.1 : 22, 10.0.0.2 : 23, 10.0.0.3 comment "x" : 24 }; }
	map mt { typeof ip saddr : meta mark; elements = { 10.0.0.1 : 22, 10.0.0.2 : 23 }; }
	map mt2 { typeof ip saddr . tcp dport : ip daddr . tcp dport; elements = { 10.0.0.1 . 22 : 10.0.0.1 . 22 }; }
	map mi { type ipv4_addr : interval ipv4_addr; flags interval; elements = { 10.0.0.0/24 : 10.0.1.0/24 }; }
	map mi2 { type ipv4_addr : interval ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/24 : 10.0.1.1-10.0.1.9 . 80 }; }
	map mw { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/24 : jump j, * : drop }; }
	map mc { type inet_service : counter; elements = { 1 : "cc" }; }
	map mq { type inet_service : quota; }
	map mch { type ipv4_addr . inet_service : verdict; counter; flags timeout; elements = { 10.0.0.1 . 5 : accept }; }
	map md { type ipv4_addr : ipv4_addr . inet_service; flags dynamic; timeout 1m; size 100; }
	chain j { comment "a chain"; }
	chain b1 { type filter hook input priority filter + 5; policy drop; comment "base"; tcp dport 22 accept comment "r"; }
	chain b2 { type filter hook input priority -5; }
	chain b3 { type filter hook input priority 11; }
	chain b4 { type filter hook prerouting priority raw; }
	chain b5 { type filter hook prerouting priority mangle - 10; }
	chain b6 { type filter hook prerouting priority -111; }
	chain b7 { type nat hook prerouting priority dstnat+1; }
	chain b8 { type nat hook postrouting priority srcnat; }
	chain b9 { type filter hook forward priority security; }
	chain b10 { type nat hook output priority -100; }
	chain b11 { type nat hook input priority 100; }
	chain b12 { type filter hook ingress device "lo" priority 0; }
	chain b13 { type filter hook input priority 300; }
	chain b14 { type filter hook input priority 59; }
}
table ip dd {
	flags dormant
	chain x { type filter hook input priority 0; }
}
table ip expecting {
	comment "it has a comment only"
	ct expectation later { protocol udp; dport 9876; timeout 2m; size 8; l3proto ip; }
	chain c { type filter hook prerouting priority 0; ct expectation set "later"; }
}
table bridge b {
	chain b1 { type filter hook input priority filter; policy drop; }
	chain b2 { type filter hook prerouting priority dstnat; }
	chain b3 { type filter hook output priority 100; }
	chain b4 { type filter hook postrouting priority srcnat; }
	chain b5 { type filter hook forward priority -210; }
	chain b6 { type filter hook forward priority 0; }
}
table arp a {
	chain a { type filter hook input priority 5; }
	chain b { type filter hook output priority -150; }
}
table netdev n {
	chain a { type filter hook ingress device lo priority -300; }
	chain b { type filter hook ingress devices = { lo } priority 5; }
	chain c { type filter hook egress device lo priority 0; }
}
`;
