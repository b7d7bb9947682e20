/** Capture filters that are put to tcpdump and to us. */

/** Asked of every link type. */
export const FOR_ALL: readonly string[] = lines(`
ip
ip6
arp
tcp
icmp6
sctp or ah or esp or pim
not (ip or ip6)
ip or arp or ip6
port 80
udp port 53 or 67
src and dst port 53
udp portrange 0-1023
portrange http-1000
host 10.0.0.1 or 192.168.1.1
net 10.0.0.0/8
net fe80::/10
ip host 10.0.0.1
host ::1
ether host 00:00:00:00:00:01
ether dst ff:ff:ff:ff:ff:ff
broadcast
multicast
ip broadcast
ip multicast
ip6 multicast
less 64
len > 200
proto \\ospf
ip6 proto 43
ether proto 0x88cc
ether proto \\stp
ether proto 0x42
iso
isis
atalk
ipx
netbeui
decnet
ip[0] & 0xf != 5
ip[6:2] & 0x1fff = 0
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)
icmp[icmptype] = icmp-echo
icmp6[icmp6type] = icmp6-routeradvert
udp[4:2] > 100
link[2:2] = 0x0800
not link[0] & 1 = 0
arp[6:2] = 1
vlan
vlan and ip
mpls
mpls and mpls and ip
pppoes and ip
geneve
ip6 protochain 6
ip protochain 51
llc
llc ui
inbound
outbound
ifindex 2
type mgt
wlan host 00:00:00:00:00:01
wlan addr2 00:0d:93:82:36:3a
subtype beacon
dir fromds
radio[2] > 10
byte 0 > 5
link[100] = 0 or tcp
tcp or link[100] = 0
`);

/** Asked of Ethernet and Linux cooked captures too. */
export const FOR_ETHERNET: readonly string[] = lines(`
rarp
udp
icmp
igmp
igrp
vrrp
carp
aarp
lat
sca
moprc
mopdl
esis
clnp
l1
l2
iih
lsp
snp
csnp
psnp
stp
iso proto \\isis
isis proto 20
tcp port 80
tcp src port 179
dst port 179
src or dst port 53
tcp dst portrange 70-90
sctp port 36412
port domain
port ftp-data
src host 10.0.0.1
net 10
net 192.168
net 192.168.1.0 mask 255.255.255.0
dst net 224.0.0.0/4
src net 0.0.0.0/0
arp host 192.168.1.1
ip6 net ff00::/8
src net 2001:db8::/32
ether src 00:0c:29:4d:5e:6f
greater 1000
ip proto 47
ip[6:2] & 0x3fff != 0
tcp[13] == 2
tcp[tcpflags] & (tcp-rst|tcp-ack) == (tcp-rst|tcp-ack)
icmp[0] = 3 and icmp[8:4] != 0
udp[8:4] = 0x01020304
ether[0] & 1 = 0 and ip[16] >= 224
vlan 100
vlan and vlan
vlan and tcp port 80
vlan or ip
ip or vlan
not vlan and ip
mpls and ip
mpls 16 and ip
mpls and mpls and host 10.0.0.1
mpls and port 80
pppoed
pppoes
pppoes 1 and tcp
pppoes and ip6 and udp
vlan and pppoes and ip
geneve and ip
geneve and ip6
geneve 1 and arp
geneve and ether host 00:00:00:00:00:01
geneve and vlan and ip
geneve and geneve
geneve and mpls
geneve and broadcast
ip protochain 6
protochain 17
ip6 protochain 58
llc i
llc s
llc u
llc rr
llc rnr
llc xid
byte 12 = 8
decnet host 1.2
decnet src 3.4
5 + tcp[0] = 3
ip[ip[0] & 15] = 6
ip[-1] = 8
tcp[len] = 3
len / 2 > 100
ip[2:2] % 2 = 1
len * 2 > 300
len ^ 3 = 63
1 << (ip[8] & 3) = 4
ip and -ip[8] = 0xffffffc0
0 = 0 and -1 > 5
ip[12:4] & 0xff000000 = 0x0a000000
ip[12:4] > 0x80000000
ip[12:4] - ip[16:4] = 0
udp port 53 and not host 10.0.0.1 or icmp
tcp and not (port 80 or 443)
ether[60] = 0 or ip
ip or ether[60] = 0
not ether[1000] = 0
`);

/** Asked of Ethernet, whether they make sense at all. */
export const GRAMMAR: readonly string[] = lines(`
host (1.2.3.4)
host ((1.2.3.4))
host ((1.2.3.4 or 1.2.3.5) or 3.4.5.6)
host (not (1.2.3.4 or 1.2.3.5) or 3.4.5.6)
host not not 1.2.3.4
host 1.2.3.4 and (5.6.7.8 or 9.10.11.12)
host 1.2.3.4 and not (5.6.7.8)
1.2.3.4
80
ip 1.2.3.4
src 1.2.3.4
src or 1.2.3.4
tcp or 80
not (tcp or 80)
(tcp port 80) or 90
tcp port 80 and (udp) or 90
tcp port 80 and (90)
tcp port 80 and (90 = 90)
tcp port 80 or (90 or 100)
tcp port 80 or (len)
tcp port 80 or (90 + 1)
tcp port 80 or (90 + 1) = 91
((tcp port 80)) and ((len)) > 3
port 80-90
port (80)
port 080
port 010
port 0x50
port 65536
port 4294967296
port \\80
portrange 80-90
portrange 90-80
portrange 80
portrange 80-
udp port http
tcp port http
icmp port 7
ip proto tcp
ip proto \\tcp
ip proto tpc
icmp proto 3
src proto 3
ether proto \\ip
ether proto \\lldp
iso proto \\clnp
iso proto clnp
gateway 1.2.3.4
gateway foo
net 10/8
net 10.0/8
net 10.1/8
net 1.2.3.4/33
net 10.0.0.0 mask 255.0.0.0
net 10.0.0.0 mask 8
net 0x10.1
host 010.1.2.3
host 1.2.3.256
host 1.2.3.4/24
host 1.2.3.4.5
tcp host 1.2.3.4
ip6 host 1.2.3.4
ip host ::1
ip6 net ::1/64
net ::/0
host ::/0
host fe80::1::2
net 1:2:3:4:5:6:7:8/128
ether host 1.2.3.4
ether host 0:1:2:3:4:5
ether host 00-01-02-03-04-05
ether host 0001.0203.0405
ether host 000102030405
ether host 1.2.3.4.5.6
ether host 0:1:2:3:4
ether net 00:01:02:03:04:05
host 00:01:02:03:04:05
port 00:01:02:03:04:05
ether addr1 0:1:2:3:4:5
addr1 1.2.3.4
decnet host 1.2
decnet src 3
decnet port 3
len-14>3
len -14 > 3
5 % 3 + 1 = 3
len << 32 = 0
len / 0 = 0
len = 5 and
and tcp
tcp udp
tcp[0:3] = 1
tcp[0:4] = 1
tcp[0
ip[0] = 1 = 1
aarp[0] = 1
radio[0] = 1
ether[0] = 1
vlan (5)
vlan 4096
vlan 5 6
vlan tcp
mpls 1048576
mpls and arp
mpls and vlan
pppoes 65536
pppoes and vlan
geneve 16777216
geneve and protochain 6
tcp broadcast
ip broadcast
arp multicast
llc foo
llc I
less (5)
less 5
greater -5
byte 3 = 4
byte 3 != 4
type mgt
type foo
ifname eth0
vpi 3
fisu
"
tcp;
!tcp&&!udp||ip
tcp&&udp
TCP
es-is
`);

function lines(text: string): string[] {
  return text.trim().split("\n");
}
