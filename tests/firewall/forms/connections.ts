/**
 * Forms that ask for a packet's connection, or set what is kept of it.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** All of `ct`. */
export const CONNECTIONS = lines(`
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
ct event set new,helper,mark
ct event set secmark
ct label set 5
ct helper set "standard-ftp"
ct timeout set "short"
notrack
`);
