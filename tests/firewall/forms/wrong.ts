/**
 * Commands that nft refuses, found by changing good ones: each was read once,
 * and then written as something else or as nothing that can be read.
 *
 * @module
 */

/** The tables that the commands are for. */
export const WRONG_BEFORE = `
table inet t {
  set s { type inet_service; }
  chain c { type filter hook input priority filter; }
  chain n { type nat hook prerouting priority dstnat; }
}
`;

/** What is wrong, and what is said of it. */
export const WRONG: readonly (readonly [command: string, says: RegExp])[] = [
  ["add rule inet t c ip saddr @ip", /"ip" cannot be the name of a set/],
  ["add rule inet t c jump ip", /"ip" cannot be a chain/],
  [
    "add rule inet t c meter vlan { tcp sport limit rate 1/second }",
    /"vlan" cannot be the name of a meter/,
  ],
  ['add table inet "the table"', /"the table" cannot be the name of a table/],
  ['add rule inet t c oif << "lo" "eth0"', /what to read from a packet/],
  ["add rule inet t c meta mark << 10.0.0.1 5", /shifted by a number/],
  ['add rule inet t c oifname . "lo" counter', /what to read from a packet/],
  ['add rule inet t c oifname { "eth0"-22 }', /an interface name has no range/],
  ["add rule inet t c meta day { 7 }", /must be from 0 to 6/],
  ['add rule inet t c meta day "Saturday" << 1', /must be from 0 to 6/],
  ["add rule inet t c tcp flags syn / 1-2", /a mask is no range/],
  ["add rule inet t c ct status ! 1-dnat", /a range has no negation/],
  ["add rule inet t c ct original helper ftp", /a key of ct with a direction/],
  ["add rule inet t c ct original constructor 1", /key of ct with a direction/],
  ["add rule inet t c reset tcp dport", /only a whole option/],
  ["add rule inet t c reset tcp option maxseg size", /only a whole option/],
  ["add rule inet t c reset tcp option @6,8,8", /only a whole option/],
  ["add rule inet t c limit name 8-9", /text has no range/],
  ["add rule inet t c limit name ip saddr", /an object has one name/],
  ["add rule inet t c tproxy ip to 10.0.0.0/8:80", /leads to one address/],
  ["add rule inet t n meta l4proto tcp dnat ip6 to :80", /an IPv6 address/],
  [
    'add ct helper inet t h { type "ftp" protocol "a set"; }',
    /expected the protocol/,
  ],
  [
    'add ct timeout inet t h { type "ftp"; protocol tcp; policy = { close : 1 }; }',
    /expected what a ct timeout has/,
  ],
  [
    'add ct timeout inet t h { protocol tcp; policy = { "a b" : 1 }; }',
    /expected a state of connections/,
  ],
  ["add set inet t s { type ipv4_addr; }", /there is a set s of another type/],
  [
    "add flowtable inet t f { hook ingress priority 0; devices = { }; }",
    /expected an interface/,
  ],
];
