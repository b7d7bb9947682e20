/**
 * Forms that send packets elsewhere: translation and tproxy.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Where IPv4 goes. */
export const DNAT4 = lines(`
dnat to 10.0.0.1
meta l4proto tcp dnat to 10.0.0.1:80
meta l4proto tcp dnat to 10.0.0.0/8 :8080
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

/** The maps that those name. */
export const TARGETS4 = `
map targets4 { type ipv4_addr : ipv4_addr; elements = { 192.0.2.1 : 10.0.0.1 } }
map ports4 { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.1 . 8080 } }
`;

/** Where IPv4 comes from. */
export const SNAT4 = lines(`
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

/** Where IPv6 goes. */
export const DNAT6 = lines(`
dnat to 2001:db8::1
meta l4proto tcp dnat to [2001:db8::1]-[2001:db8::1]:80
meta l4proto tcp dnat to [2001:db8::1]:80
meta l4proto tcp dnat to [2001:db8::1]:80-90
meta l4proto tcp dnat to [2001:db8::1]-[2001:db8::9]:80
dnat to 2001:db8::1-2001:db8::9 persistent
dnat to ip6 daddr map { ::1 : 2001:db8::1 }
meta l4proto tcp redirect to :80
`);

/** Where IPv6 comes from. */
export const SNAT6 = lines(`
snat to 2001:db8::1
meta l4proto tcp snat to [2001:db8::1]:1024-65535
snat to 2001:db8::1-2001:db8::9
masquerade
meta l4proto tcp masquerade to :1024-65535 random
`);

/** Where both go, in tables of both. */
export const DNAT = lines(`
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
`);

/** Where both come from, in tables of both. */
export const SNAT = lines(`
snat ip to 10.0.0.1
snat ip6 to 2001:db8::1
snat ip prefix to ip saddr map { 10.1.0.0/24 : 192.0.2.0/24 }
snat ip6 prefix to ip6 saddr map { 2001:db8:1::/64 : 2001:db8:2::/64 }
snat ip to ip saddr map { 10.0.0.1 : 192.0.2.1 }
masquerade
masquerade random,persistent
meta oif "lo" masquerade
`);

/** To a proxy, of IPv4. */
export const TPROXY4 = lines(`
tcp dport 80 tproxy to 10.0.0.1
tcp dport 80 tproxy to :50080
tcp dport 80 tproxy to 10.0.0.1:50080
`);

/** To a proxy, of IPv6. */
export const TPROXY6 = lines(`
tcp dport 80 tproxy to [2001:db8::1]
tcp dport 80 tproxy to [2001:db8::1]:50080
tcp dport 80 tproxy to :50080
`);
