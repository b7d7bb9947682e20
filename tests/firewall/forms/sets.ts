/**
 * Forms that look up sets and maps or change them, and what they name.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Sets, maps, updates and meters. */
export const LOOKUPS = lines(`
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
`);

/** What rules of all families name. */
export const SETS = `
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

/** What rules of IPv4 name. */
export const SETS4 = `
set allowed { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 } }
set allowed4 { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1h; }
set networks { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 192.168.0.0/16 } }
set services4 { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 22 } }
set services4d { type ipv4_addr . inet_service; size 65535; flags dynamic,timeout; }
set ranges4 { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 1000-2000 } }
set bound { type ipv4_addr . ether_addr; elements = { 10.0.0.1 . 00:11:22:33:44:55 } }
map verdicts4 { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/8 : accept, 192.168.0.0/16 : drop } }
`;

/** What rules of IPv6 name. */
export const SETS6 = `
set allowed6 { type ipv6_addr; flags interval; elements = { ::1, 2001:db8::/32 } }
`;
