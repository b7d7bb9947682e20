/**
 * Rules of iptables that can be carried over, as `iptables-restore` takes
 * them: by family and table, each behind its chain.
 *
 * @module
 */

/** Rules that may stand in one table. */
export interface RuleGroup {
  readonly family: "ip" | "ip6";
  readonly table: string;
  /** Each begins with its chain's name. */
  readonly rules: readonly string[];
}

const lines = (text: string): string[] =>
  text.split("\n").map((line) => line.trim()).filter((line) => line !== "");

/** A chain that rules may jump to is `other`. */
export const ruleGroups: readonly RuleGroup[] = [
  {
    family: "ip",
    table: "filter",
    rules: lines(`
INPUT
INPUT -j ACCEPT
INPUT -j DROP
INPUT -j RETURN
INPUT -j other
INPUT -g other
INPUT -s 10.0.0.0/8 -j ACCEPT
INPUT ! -s 10.0.0.1/32 -d 192.168.1.0/24 -j DROP
INPUT -s 10.0.0.0/255.0.255.0 -j DROP
INPUT ! -d 10.0.0.1/255.0.0.255 -j DROP
INPUT -s 10.0.0.1,10.1.0.0/16 -j DROP
INPUT -s 0.0.0.0/0 -j ACCEPT
INPUT -i lo -j ACCEPT
INPUT ! -i eth0 -j DROP
INPUT -i eth+ -j ACCEPT
FORWARD -i eth0 -o wan+ -j ACCEPT
FORWARD ! -o wan+ -j ACCEPT
OUTPUT -o lo -j ACCEPT
INPUT -p tcp -j ACCEPT
INPUT -p 47 -j ACCEPT
INPUT ! -p udp -j DROP
INPUT -p 150 -j DROP
INPUT -p all -j ACCEPT
INPUT -p tcp -m tcp --dport 22 -j ACCEPT
INPUT -p tcp -m tcp --sport 1024:65535 --dport 80 -j ACCEPT
INPUT -p tcp -m tcp ! --dport 22 -j DROP
INPUT -p tcp -m tcp ! --dport 1:1023 -j DROP
INPUT -p tcp -m tcp --dport :1023 -j DROP
INPUT -p tcp -m tcp --dport 1024: -j DROP
INPUT -p udp -m udp --dport 53 -j ACCEPT
INPUT -p udp -m udp --sport 67 --dport 68 -j ACCEPT
INPUT -p udplite -m multiport --dports 53 -j ACCEPT
INPUT -p sctp -m sctp --dport 5060 -j ACCEPT
INPUT -p sctp -m sctp --chunk-types all INIT,DATA -j ACCEPT
INPUT -p sctp -m sctp --chunk-types any INIT,ABORT -j ACCEPT
INPUT -p dccp -m dccp --dport 5004 --dccp-types REQUEST,DATA -j ACCEPT
INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT
INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP
INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP
INPUT -p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN -j DROP
INPUT -p tcp -m tcp --tcp-flags SYN SYN -j DROP
INPUT -p tcp -m tcp --tcp-option 8 -j ACCEPT
INPUT -p tcp -m tcp ! --tcp-option 2 -j DROP
INPUT -p tcp -m tcp --tcp-option 100 -j DROP
INPUT -p icmp -j ACCEPT
INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
INPUT -p icmp -m icmp --icmp-type echo-request -j ACCEPT
INPUT -p icmp -m icmp --icmp-type 3/1 -j ACCEPT
INPUT -p icmp -m icmp --icmp-type network-unreachable -j ACCEPT
INPUT -p icmp -m icmp ! --icmp-type 8 -j ACCEPT
INPUT -p icmp -m icmp ! --icmp-type 3/1 -j ACCEPT
INPUT -p icmp -m icmp --icmp-type any -j ACCEPT
INPUT -p tcp -m multiport --dports 22,80,443 -j ACCEPT
INPUT -p tcp -m multiport --sports 22,1000:2000 -j ACCEPT
INPUT -p udp -m multiport ! --dports 53,123 -j DROP
INPUT -p udp -m multiport --ports 53,123 -j ACCEPT
INPUT -p udp -m multiport ! --ports 53,123 -j ACCEPT
INPUT -p tcp -m multiport --dports 80 -j ACCEPT
INPUT -p udp -m multiport ! --ports 82 -j ACCEPT
INPUT -p tcp -m tcp ! --sport 22 ! --dport 80 -j ACCEPT
INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
INPUT -m conntrack --ctstate NEW -j ACCEPT
INPUT -m conntrack ! --ctstate NEW,INVALID -j ACCEPT
INPUT -m conntrack --ctstate INVALID,UNTRACKED -j DROP
INPUT -m conntrack --ctstate DNAT -j ACCEPT
INPUT -m conntrack --ctstate NEW,ESTABLISHED,DNAT -j ACCEPT
INPUT -m conntrack ! --ctstate DNAT -j DROP
INPUT -m conntrack --ctproto 6 -j ACCEPT
INPUT -m conntrack --ctorigsrc 10.0.0.0/8 -j ACCEPT
INPUT -m conntrack ! --ctrepldst 10.0.0.1 -j ACCEPT
INPUT -p tcp -m conntrack --ctorigsrcport 80 --ctorigdstport 1000:2000 -j ACCEPT
INPUT -m conntrack --ctproto 17 --ctrepldstport 53 -j ACCEPT
INPUT -m conntrack --ctstatus ASSURED,CONFIRMED -j ACCEPT
INPUT -m conntrack ! --ctstatus SEEN_REPLY -j ACCEPT
INPUT -m conntrack --ctexpire 10:20 -j ACCEPT
INPUT -m conntrack ! --ctexpire 10 -j ACCEPT
INPUT -m conntrack ! --ctexpire 4294967295 -j ACCEPT
INPUT -m conntrack --ctexpire 0: -j ACCEPT
INPUT -m conntrack --ctdir REPLY -j ACCEPT
INPUT -m conntrack --ctstate NEW --ctdir ORIGINAL -j ACCEPT
INPUT -m mark --mark 0x1 -j ACCEPT
INPUT -m mark ! --mark 0x1/0xf -j DROP
INPUT -m connmark --mark 0x10/0xf0 -j DROP
INPUT -m limit --limit 3/minute -j ACCEPT
INPUT -m limit --limit 10/second --limit-burst 20 -j ACCEPT
INPUT -p tcp -m tcp --dport 22 -m limit --limit 1/hour --limit-burst 5 -j LOG --log-prefix "[SSH] "
INPUT -p tcp -m tcp --dport 22 -m hashlimit --hashlimit-upto 10/second --hashlimit-burst 20 --hashlimit-mode srcip --hashlimit-name ssh -j ACCEPT
INPUT -p tcp -m tcp --dport 80 -m hashlimit --hashlimit-above 5/minute --hashlimit-mode srcip,dstport --hashlimit-srcmask 24 --hashlimit-name web --hashlimit-htable-expire 30000 -j DROP
INPUT -p tcp -m tcp --dport 80 -m connlimit --connlimit-above 20 -j REJECT --reject-with tcp-reset
INPUT -p tcp -m tcp --dport 81 -m connlimit --connlimit-upto 5 --connlimit-mask 24 --connlimit-daddr -j ACCEPT
INPUT -p tcp -m tcp --dport 82 -m connlimit --connlimit-above 100 --connlimit-mask 0 -j DROP
INPUT -m addrtype --dst-type BROADCAST -j DROP
INPUT -m addrtype --src-type LOCAL -j DROP
INPUT -m addrtype ! --dst-type LOCAL,MULTICAST -j DROP
INPUT -m addrtype --dst-type LOCAL --limit-iface-in -j ACCEPT
INPUT -m mac --mac-source 02:00:00:00:00:01 -j ACCEPT
INPUT -m mac ! --mac-source 02:00:00:00:00:01 -j DROP
OUTPUT -m owner --uid-owner 1000 -j ACCEPT
OUTPUT -m owner --uid-owner 1000-1999 --gid-owner 100 -j ACCEPT
INPUT -m length --length 100 -j ACCEPT
INPUT -m length ! --length 100:200 -j ACCEPT
INPUT -m length --length 1000: -j DROP
INPUT -m ttl --ttl-eq 1 -j DROP
INPUT -m ttl --ttl-lt 5 -j DROP
INPUT -m ttl --ttl-gt 5 -j DROP
INPUT -m ttl ! --ttl-eq 64 -j DROP
INPUT -m tos --tos 0x10/0x3f -j ACCEPT
INPUT -m tos --tos 0xb8/0xfc -j ACCEPT
INPUT -m tos ! --tos 0x10/0xff -j ACCEPT
INPUT -m dscp --dscp 0x2e -j ACCEPT
INPUT -m dscp ! --dscp-class AF11 -j ACCEPT
INPUT -p tcp -m ecn --ecn-tcp-cwr -j ACCEPT
INPUT -m ecn --ecn-ip-ect 1 -j ACCEPT
INPUT -m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT
INPUT -m iprange ! --src-range 10.0.0.1-10.0.0.9 --dst-range 10.0.1.1-10.0.1.2 -j ACCEPT
INPUT -m comment --comment "what it is for" -j ACCEPT
INPUT -m pkttype --pkt-type broadcast -j DROP
INPUT -m pkttype ! --pkt-type unicast -j DROP
INPUT -m statistic --mode random --probability 0.5 -j ACCEPT
INPUT -m statistic --mode random ! --probability 0.25 -j ACCEPT
INPUT -m statistic --mode nth --every 3 --packet 1 -j ACCEPT
INPUT -m quota --quota 1000000 -j ACCEPT
INPUT -m quota ! --quota 1048576 -j DROP
INPUT -m time --timestart 09:00 --timestop 17:00 --weekdays Mon,Tue,Wed -j ACCEPT
INPUT -m time --timestart 22:00 --timestop 06:00 -j DROP
INPUT -m time --datestart 2024-01-01T00:00:00 --datestop 2024-12-31T23:59:59 -j ACCEPT
INPUT -m time ! --weekdays Sat,Sun -j ACCEPT
INPUT -m devgroup --src-group 0x1 -j ACCEPT
INPUT -m cpu --cpu 1 -j ACCEPT
INPUT -m cpu ! --cpu 0 -j ACCEPT
INPUT -m cgroup --cgroup 1000 -j ACCEPT
INPUT -m realm --realm 1 -j ACCEPT
INPUT -m helper --helper ftp -j ACCEPT
INPUT -m connbytes --connbytes 1000:2000 --connbytes-mode bytes --connbytes-dir both -j ACCEPT
INPUT -m connbytes ! --connbytes 10 --connbytes-mode packets --connbytes-dir original -j ACCEPT
INPUT -m policy --dir in --pol ipsec -j ACCEPT
INPUT -m policy --dir in --pol none -j DROP
OUTPUT -m policy --dir out --pol ipsec -j ACCEPT
INPUT -p esp -m esp --espspi 100:200 -j ACCEPT
INPUT -p ah -m ah --ahspi 100 -j ACCEPT
INPUT -f -j DROP
INPUT ! -f -j ACCEPT
INPUT -p tcp -m tcpmss --mss 500:1000 -j DROP
INPUT -p tcp -m tcpmss ! --mss 1460 -j DROP
INPUT -j REJECT
INPUT -j REJECT --reject-with icmp-net-unreachable
INPUT -j REJECT --reject-with icmp-host-unreachable
INPUT -j REJECT --reject-with icmp-proto-unreachable
INPUT -j REJECT --reject-with icmp-port-unreachable
INPUT -j REJECT --reject-with icmp-net-prohibited
INPUT -j REJECT --reject-with icmp-host-prohibited
INPUT -j REJECT --reject-with icmp-admin-prohibited
INPUT -p tcp -j REJECT --reject-with tcp-reset
INPUT -j LOG
INPUT -j LOG --log-level 7 --log-prefix "in: " --log-tcp-sequence --log-uid
INPUT -j LOG --log-level info --log-ip-options --log-tcp-options --log-macdecode
INPUT -j NFLOG
INPUT -j NFLOG --nflog-group 5 --nflog-prefix "five" --nflog-size 64 --nflog-threshold 10
`),
  },
  {
    family: "ip",
    table: "filter",
    // This kernel may have no queues.
    rules: lines(`
INPUT -j NFQUEUE --queue-num 3
INPUT -j NFQUEUE --queue-balance 1:4 --queue-bypass
INPUT -j NFQUEUE --queue-balance 1:4 --queue-cpu-fanout
`),
  },
  {
    family: "ip",
    table: "mangle",
    rules: lines(`
PREROUTING -j MARK --set-xmark 0x1/0xffffffff
PREROUTING -j MARK --set-xmark 0x10/0xf0
PREROUTING -j MARK --set-xmark 0x11/0xf0
PREROUTING -j MARK --set-mark 0x1
PREROUTING -j MARK --and-mark 0xff
PREROUTING -j MARK --or-mark 0x100
PREROUTING -j MARK --xor-mark 0x5
PREROUTING -j CONNMARK --set-xmark 0x1/0xffffffff
PREROUTING -j CONNMARK --set-xmark 0x10/0xf0
PREROUTING -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff
PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xffffffff
PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xff
PREROUTING -j DSCP --set-dscp 0x2e
PREROUTING -j DSCP --set-dscp-class CS1
PREROUTING -j TOS --set-tos 0x10/0xff
PREROUTING -j TOS --set-tos 0x28/0xfc
PREROUTING -j TTL --ttl-set 64
FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1360
PREROUTING -p tcp -j TCPOPTSTRIP --strip-options 8,2
PREROUTING -p tcp -j TCPOPTSTRIP --strip-options timestamp,sack
PREROUTING -p tcp -j TCPOPTSTRIP --strip-options 6,253
POSTROUTING -j CLASSIFY --set-class 1:2a
PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 3129 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1
PREROUTING -p udp -j TPROXY --on-port 3129 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0
PREROUTING -p tcp -m socket --transparent -j ACCEPT
PREROUTING -p tcp -m socket -j ACCEPT
PREROUTING -p tcp -m socket --nowildcard -j ACCEPT
PREROUTING -j TEE --gateway 10.0.0.9
PREROUTING -j TEE --gateway 10.0.0.9 --oif lo
INPUT -j ACCEPT
OUTPUT -j MARK --set-xmark 0x1/0xffffffff
`),
  },
  {
    family: "ip",
    table: "nat",
    rules: lines(`
PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1
PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080
PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1-10.0.0.9:8080-8090 --random
PREROUTING -p tcp -j DNAT --to-destination :8080
PREROUTING -i eth0 -j DNAT --to-destination 10.0.0.1-10.0.0.9 --persistent
POSTROUTING -s 10.0.0.0/8 -o eth0 -j SNAT --to-source 192.0.2.1
POSTROUTING -p udp -j SNAT --to-source 192.0.2.1-192.0.2.9:1024-2048 --random-fully
POSTROUTING -p tcp -j SNAT --to-source :1024-2048
POSTROUTING -o eth0 -j MASQUERADE
POSTROUTING -p tcp -j MASQUERADE --to-ports 1024-65535 --random
POSTROUTING -j MASQUERADE --random-fully
PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080
PREROUTING -p udp -j REDIRECT --to-ports 5300-5400 --random
PREROUTING -p tcp -j REDIRECT
PREROUTING -p tcp -j REDIRECT --to-ports ftp-data
PREROUTING -d 10.1.0.0/16 -j NETMAP --to 10.2.0.0/16
POSTROUTING -s 10.2.0.0/16 -j NETMAP --to 10.1.0.0/16
INPUT -p tcp -j SNAT --to-source 10.0.0.1
OUTPUT -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:8080
`),
  },
  {
    family: "ip",
    table: "raw",
    rules: lines(`
PREROUTING -p udp -m udp --dport 53 -j CT --notrack
PREROUTING -j NOTRACK
PREROUTING -j CT --zone 5
PREROUTING -j CT --ctevents new,helper,mark
PREROUTING -j CT --zone-orig 6
PREROUTING -m rpfilter --invert -j DROP
PREROUTING -m rpfilter --loose --validmark -j ACCEPT
PREROUTING -j TRACE
`),
  },
  {
    family: "ip",
    table: "raw",
    // A kernel may have no helpers.
    rules: lines(`
PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
`),
  },
  {
    family: "ip6",
    table: "filter",
    rules: lines(`
INPUT -s fe80::/10 -j ACCEPT
INPUT ! -d 2001:db8::1/128 -j DROP
INPUT -s 2001:db8::1/ffff:ffff::ffff -j DROP
INPUT -p icmpv6 -j ACCEPT
INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT
INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -m hl --hl-eq 255 -j ACCEPT
INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 1/4 -j ACCEPT
INPUT -p tcp -m tcp --dport 22 -j ACCEPT
INPUT -m hl --hl-lt 5 -j DROP
INPUT -m rt --rt-type 0 -j DROP
INPUT -m rt --rt-type 2 --rt-segsleft 1:5 -j DROP
INPUT -m frag --fragfirst -j ACCEPT
INPUT -m frag --fragid 5:10 --fraglast -j DROP
INPUT -m hbh -j ACCEPT
INPUT -m dst -j ACCEPT
INPUT -m ipv6header --header hop-by-hop --soft -j ACCEPT
INPUT -p mobility-header -m mh --mh-type 1:3 -j ACCEPT
INPUT -m dscp --dscp 0x2e -j ACCEPT
INPUT -m iprange --src-range 2001:db8::1-2001:db8::9 -j ACCEPT
INPUT -m addrtype --dst-type LOCAL -j ACCEPT
INPUT -j REJECT
INPUT -j REJECT --reject-with icmp6-adm-prohibited
INPUT -j REJECT --reject-with icmp6-no-route
INPUT -j REJECT --reject-with icmp6-addr-unreachable
INPUT -j REJECT --reject-with icmp6-policy-fail
INPUT -p tcp -m connlimit --connlimit-above 20 --connlimit-mask 64 -j DROP
INPUT -p esp -m esp --espspi 100 -j ACCEPT
`),
  },
  {
    family: "ip6",
    table: "nat",
    rules: lines(`
PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8::1]:8080
PREROUTING -p tcp -j DNAT --to-destination 2001:db8::1
PREROUTING -p tcp -j DNAT --to-destination :8080
POSTROUTING -p tcp -j SNAT --to-source [2001:db8::1-2001:db8::9]:1024-2048
POSTROUTING -o eth0 -j MASQUERADE
`),
  },
  {
    family: "ip6",
    table: "mangle",
    rules: lines(`
PREROUTING -j HL --hl-set 64
PREROUTING -j MARK --set-xmark 0x1/0xffffffff
`),
  },
];

/** All rules of a group, as a file for iptables-restore. */
export function restoreFile({ table, rules }: RuleGroup): string {
  return `*${table}\n:other - [0:0]\n${
    rules.map((rule) => `-A ${rule}\n`).join("")
  }COMMIT\n`;
}
