/**
 * Forms of statements, and rules of several.
 *
 * @module
 */

import { lines } from "./lines.ts";

/** Verdicts, counters and comments. */
export const VERDICTS = lines(`
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
`);

/** Rates, volumes, synproxy and logs. */
export const RATES = lines(`
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
`);

/** Rules of several statements. */
export const WHOLE = lines(`
tcp dport 22 ct state new limit rate 3/minute burst 5 packets counter log prefix "ssh " accept comment "slowly"
tcp dport 80 iifname "eth0" ct state new add @seen { tcp sport } counter name "web" accept
meta l4proto tcp ct state new meta mark set 0x7 counter
ct mark set meta mark ct mark != 0 accept
meta mark 1 ct state new jump other
`);
