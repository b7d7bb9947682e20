/**
 * Forms that compare fields of transport headers, ICMP among them, or bits at a
 * place.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** TCP, UDP, SCTP, DCCP and IPsec. */
export const TRANSPORT = lines(`
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
tcp flags 0x1-0x2
tcp flags & ack == 1-ack
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
tcp option 100 != exists
tcp option @255,8,8 45
tcp option maxseg size set 1360
reset tcp option sack-perm
reset tcp option 6
reset tcp option 253
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
`);

/** ICMP and IGMP. */
export const ICMP = lines(`
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
icmpv6 type mld-listener-query
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
`);

/** Bits at a place. */
export const RAW = lines(`
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
`);
