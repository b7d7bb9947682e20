/**
 * Every form of rule that the man page of nft 1.0.6 has and that a kernel of
 * the tests takes, as text, in groups that share a family and a base chain. The
 * forms themselves are in `forms/`, by what they are of.
 *
 * @module
 */

import type { Family } from "../../lib/firewall/model/ruleset.ts";
import { CONNECTIONS } from "./forms/connections.ts";
import { IPV4, IPV6 } from "./forms/ip.ts";
import { lines } from "./forms/lines.ts";
import { ARP, LINK } from "./forms/link.ts";
import { COMPUTED, META } from "./forms/meta.ts";
import {
  DNAT,
  DNAT4,
  DNAT6,
  SNAT,
  SNAT4,
  SNAT6,
  TARGETS4,
  TPROXY4,
  TPROXY6,
} from "./forms/nat.ts";
import { LOOKUPS, SETS, SETS4, SETS6 } from "./forms/sets.ts";
import { RATES, VERDICTS, WHOLE } from "./forms/statements.ts";
import { ICMP, RAW, TRANSPORT } from "./forms/transport.ts";

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

const filter = (hook: string): string =>
  `type filter hook ${hook} priority filter; policy accept;`;

/** Forms that any family of IP takes. */
const ANYWHERE = [
  ...[...VERDICTS, ...TRANSPORT, ...META, ...CONNECTIONS, ...RATES, ...RAW],
  ...[...COMPUTED, ...LOOKUPS, ...ICMP, ...WHOLE],
];

const OTHER = `chain other { }\n`;

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
    rules: DNAT,
  },
  {
    family: "inet",
    base: "type nat hook postrouting priority srcnat; policy accept;",
    beside: OTHER,
    rules: SNAT,
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
    beside: OTHER + TARGETS4,
    rules: DNAT4,
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
    rules: TPROXY4,
  },
  {
    family: "ip6",
    base: "type nat hook prerouting priority dstnat; policy accept;",
    beside: OTHER,
    rules: DNAT6,
  },
  {
    family: "ip6",
    base: "type nat hook postrouting priority srcnat; policy accept;",
    beside: OTHER,
    rules: SNAT6,
  },
  {
    family: "ip6",
    base: "type filter hook prerouting priority mangle; policy accept;",
    beside: OTHER,
    rules: TPROXY6,
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
    rules: ARP,
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
