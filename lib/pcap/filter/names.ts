/**
 * Names that stand for numbers: services, protocols in IP, protocols in frames.
 *
 * @module
 */

import { CARRIED } from "./carries.ts";

/** A service's port, and its protocol where it has but one. */
export type Service = readonly [
  port: number,
  protocol: "tcp" | "udp" | undefined,
];

/**
 * Well-known ports by the names that /etc/services has for them.
 *
 * @see https://www.iana.org/assignments/service-names-port-numbers
 */
export const SERVICES: ReadonlyMap<string, Service> = new Map(
  lines(`
echo 7
discard 9
sink 9
null 9
daytime 13
chargen 19
ttytst 19
source 19
ftp-data 20 tcp
ftp 21 tcp
ssh 22 tcp
telnet 23 tcp
smtp 25 tcp
mail 25 tcp
time 37
timserver 37
whois 43 tcp
nicname 43 tcp
tacacs 49
domain 53
bootps 67 udp
bootpc 68 udp
tftp 69 udp
gopher 70 tcp
finger 79 tcp
http 80 tcp
www 80 tcp
kerberos 88
kerberos5 88
krb5 88
kerberos-sec 88
iso-tsap 102 tcp
tsap 102 tcp
pop3 110 tcp
pop-3 110 tcp
sunrpc 111
portmapper 111
auth 113 tcp
authentication 113 tcp
tap 113 tcp
ident 113 tcp
nntp 119 tcp
readnews 119 tcp
untp 119 tcp
ntp 123 udp
epmap 135 tcp
loc-srv 135 tcp
netbios-ns 137 udp
netbios-dgm 138 udp
netbios-ssn 139 tcp
imap2 143 tcp
imap 143 tcp
snmp 161
snmp-trap 162
snmptrap 162
xdmcp 177 udp
bgp 179 tcp
ipx 213 udp
ptp-event 319 udp
ptp-general 320 udp
ldap 389
svrloc 427
https 443
microsoft-ds 445 tcp
kpasswd 464
submissions 465 tcp
ssmtp 465 tcp
smtps 465 tcp
urd 465 tcp
isakmp 500 udp
rtsp 554
ipp 631 tcp
ldp 646
exec 512 tcp
biff 512 udp
comsat 512 udp
login 513 tcp
who 513 udp
whod 513 udp
shell 514 tcp
cmd 514 tcp
syslog 514
printer 515 tcp
spooler 515 tcp
talk 517 udp
ntalk 518 udp
route 520 udp
router 520 udp
routed 520 udp
uucp 540 tcp
uucpd 540 tcp
dhcpv6-client 546 udp
dhcpv6-server 547 udp
afpovertcp 548 tcp
nntps 563 tcp
snntp 563 tcp
submission 587 tcp
ldaps 636
domain-s 853
rsync 873 tcp
ftps-data 989 tcp
ftps 990 tcp
telnets 992 tcp
imaps 993 tcp
pop3s 995 tcp
socks 1080 tcp
openvpn 1194
ms-sql-s 1433 tcp
ms-sql-m 1434 udp
l2f 1701 udp
l2tp 1701 udp
radius 1812
radius-acct 1813
radacct 1813
cisco-sccp 2000 tcp
nfs 2049
cvspserver 2401 tcp
gpsd 2947 tcp
iscsi-target 3260 tcp
mysql 3306 tcp
ms-wbt-server 3389 tcp
svn 3690 tcp
subversion 3690 tcp
ntske 4460 tcp
ipsec-nat-t 4500 udp
iax 4569 udp
sip 5060
sip-tls 5061
xmpp-client 5222 tcp
jabber-client 5222 tcp
xmpp-server 5269 tcp
jabber-server 5269 tcp
mdns 5353 udp
postgresql 5432 tcp
postgres 5432 tcp
amqps 5671 tcp
amqp 5672 tcp
x11 6000 tcp
x11-0 6000 tcp
redis 6379 tcp
babel 6696 udp
ircs-u 6697 tcp
http-alt 8080 tcp
webcache 8080 tcp
zabbix-agent 10050 tcp
zabbix-trapper 10051 tcp
syslog-tls 6514 tcp
ircd 6667 tcp
git 9418 tcp
`).map(([name, port, protocol]) => [
      name!,
      [Number(port), protocol as Service[1]],
    ]
    ),
);

/**
 * Protocols in IPv4 and IPv6 by the names that /etc/protocols has for them.
 *
 * @see https://www.iana.org/assignments/protocol-numbers
 */
export const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map(
  lines(`
ip 0
hopopt 0
icmp 1
igmp 2
ggp 3
ipencap 4
st 5
tcp 6
egp 8
igp 9
pup 12
udp 17
hmp 20
xns-idp 22
rdp 27
iso-tp4 29
dccp 33
xtp 36
ddp 37
idpr-cmtp 38
ipv6 41
ipv6-route 43
ipv6-frag 44
idrp 45
rsvp 46
gre 47
esp 50
ah 51
skip 57
ipv6-icmp 58
ipv6-nonxt 59
ipv6-opts 60
rspf 73
vmtp 81
eigrp 88
ospf 89
ax.25 93
ipip 94
etherip 97
encap 98
pim 103
ipcomp 108
vrrp 112
l2tp 115
isis 124
sctp 132
fc 133
mobility-header 135
udplite 136
mpls-in-ip 137
manet 138
hip 139
shim6 140
wesp 141
rohc 142
ethernet 143
mptcp 262
`).map(([name, number]) => [name!, Number(number)]),
);

/** Protocols in frames: EtherTypes, and up to 1500 numbers in an LLC header. */
export const FRAME_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(CARRIED),
  ["loopback", 0x9000],
]);

/** Protocols of OSI: the first octet after the LLC header (ISO/IEC TR 9577). */
export const OSI_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["clnp", 0x81],
  ["esis", 0x82],
  ["isis", 0x83],
]);

function lines(table: string): string[][] {
  return table.trim().split("\n").map((line) => line.split(" "));
}
