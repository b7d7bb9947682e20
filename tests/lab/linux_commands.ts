/**
 * Random addresses, routes, rules and neighbours, as lines for `ip -batch`.
 *
 * @module
 */

import fc from "fast-check";
import { subnet } from "../../lib/ip/subnet.ts";
import { int, mac, say, some, v4, v6, words } from "./linux_words.ts";

/** Two ends that are up, one with addresses of both families. */
export const GROUND: readonly string[] = [
  "link add name base0 type veth peer name base1",
  "link set dev base0 up addrgenmode none",
  "link set dev base1 up addrgenmode none",
  "address add 10.0.0.1/24 dev base0",
  "address add 2001:db8:ffff::1/64 dev base0 nodad",
];

const device = fc.constantFrom("base0", "base1");
const lifetime = fc.tuple(
  fc.integer({ min: 100, max: 9999 }),
  fc.integer({ min: 0, max: 99 }),
).map(([valid, preferred]) => `valid_lft ${valid} preferred_lft ${preferred}`);

/** Lines that add addresses. */
export const addressLines: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    words(
      fc.tuple(v4, fc.integer({ min: 8, max: 32 })).map(([a, n]) =>
        `address add ${a}/${n}`
      ),
      some(fc.constantFrom("broadcast +", "broadcast 10.255.255.255")),
      device.map((dev) => `dev ${dev} label ${dev}:x`),
      some(fc.constantFrom("scope link", "scope host", "scope site")),
      some(lifetime),
      some(int("metric", 1, 9999)),
      some(say("noprefixroute")),
    ),
    words(
      fc.tuple(v4, v4, fc.integer({ min: 8, max: 32 })).map(([a, b, n]) =>
        `address add ${a} peer ${b}/${n}`
      ),
      device.map((dev) => `dev ${dev}`),
    ),
    words(
      fc.tuple(v6, fc.integer({ min: 16, max: 128 })).map(([a, n]) =>
        `address add ${a}/${n}`
      ),
      device.map((dev) => `dev ${dev}`),
      some(lifetime),
      some(say("nodad")),
      some(say("home")),
      some(say("mngtmpaddr")),
      some(say("noprefixroute")),
      some(int("metric", 1, 9999)),
    ),
    words(
      fc.tuple(v6, v6).map(([a, b]) => `address add ${a} peer ${b}`),
      device.map((dev) => `dev ${dev}`),
    ),
  ),
  { minLength: 1, maxLength: 20 },
);

const table = fc.constantFrom("", "table 100", "table 4000000000", "table 77");
const metrics = words(
  some(int("mtu", 576, 9000)),
  some(int("mtu lock", 576, 9000)),
  some(int("advmss", 500, 1460)),
  some(int("initcwnd", 1, 99)),
  some(int("initrwnd", 1, 99)),
  some(fc.integer({ min: 1, max: 900 }).map((n) => `rtt ${n}ms`)),
  some(fc.integer({ min: 1, max: 900 }).map((n) => `rto_min ${n}ms`)),
  some(say("features ecn")),
  some(say("quickack 1")),
  some(int("hoplimit", 1, 255)),
  some(say("congctl cubic")),
);
const protocol = some(
  fc.constantFrom("proto static", "proto bird", "proto ospf", "proto 77"),
);
const metric = some(int("metric", 1, 100000));

/** Lines that add routes; the default routes among them need an own table. */
export const routeLines: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    words(
      say("route add"),
      some(fc.constantFrom("blackhole", "unreachable", "prohibit", "throw")),
      fc.tuple(v4, fc.integer({ min: 9, max: 32 })).map(([a, n]) => mask(a, n)),
      protocol,
      metric,
      table,
    ),
    words(
      fc.tuple(v4, fc.integer({ min: 9, max: 32 })).map(([a, n]) =>
        `route add ${mask(a, n)}`
      ),
      some(fc.constantFrom("tos 0x10", "tos 0x4")),
      fc.oneof(
        say("via 10.0.0.2"),
        say("via 10.0.0.3 dev base0"),
        say("dev base1 scope link"),
        say("via 10.99.9.9 dev base1 onlink"),
        say("via inet6 2001:db8:ffff::9 dev base0"),
        say("dev base0 src 10.0.0.1"),
      ),
      protocol,
      metric,
      table,
      some(int("realm", 1, 250)),
      metrics,
    ),
    words(
      fc.tuple(v4, fc.integer({ min: 9, max: 32 })).map(([a, n]) =>
        `route add ${mask(a, n)}`
      ),
      metric,
      table,
      fc.array(
        words(
          fc.constantFrom(
            "nexthop via 10.0.0.2",
            "nexthop via 10.0.0.3 dev base0",
            "nexthop dev base1",
            "nexthop via 10.99.9.9 dev base1 onlink",
          ),
          some(int("weight", 1, 256)),
        ),
        { minLength: 2, maxLength: 4 },
      ).map((hops) => hops.join(" ")),
    ),
    words(
      fc.tuple(v6, fc.integer({ min: 40, max: 128 })).map(([a, n]) =>
        `-6 route add ${mask(a, n)}`
      ),
      fc.oneof(
        say("via 2001:db8:ffff::2"),
        say("dev base1"),
        say("via fe80::9 dev base1 onlink"),
        say(
          "nexthop via 2001:db8:ffff::2 weight 5 nexthop via fe80::9 dev base1",
        ),
      ),
      protocol,
      metric,
      table,
      some(int("expires", 100, 9999)),
      some(fc.constantFrom("pref low", "pref high")),
      some(int("mtu", 1280, 9000)),
    ),
    words(
      fc.constantFrom("blackhole", "unreachable", "prohibit").map((type) =>
        `-6 route add ${type}`
      ),
      fc.tuple(v6, fc.integer({ min: 40, max: 128 })).map(([a, n]) =>
        mask(a, n)
      ),
      metric,
      table,
    ),
  ),
  { minLength: 1, maxLength: 25 },
);

/** `ip` refuses bits after the prefix. */
function mask(address: string, length: number): string {
  return String(subnet(address, length, { hostBits: "clear" }));
}

/** Lines that add rules. */
export const ruleLines: fc.Arbitrary<string[]> = fc.array(
  words(
    fc.constantFrom("rule add", "rule add", "rule add not"),
    fc.oneof(
      say("from all"),
      fc.tuple(v4, fc.integer({ min: 8, max: 32 })).map(([a, n]) =>
        `from ${mask(a, n)}`
      ),
    ),
    some(
      fc.tuple(v4, fc.integer({ min: 8, max: 32 })).map(([a, n]) =>
        `to ${mask(a, n)}`
      ),
    ),
    int("priority", 1, 30000),
    some(fc.constantFrom("iif base0", "iif lo", "iif nosuch")),
    some(fc.constantFrom("oif base1", "oif nosuch2")),
    some(fc.constantFrom("fwmark 7", "fwmark 0x10/0xff", "fwmark 0/0xf0")),
    some(fc.constantFrom("tos 0x10", "tos 0x8")),
    some(fc.constantFrom("ipproto tcp", "ipproto udp", "ipproto 89")),
    some(fc.constantFrom("sport 53", "sport 1000-2000")),
    some(fc.constantFrom("dport 443", "dport 8000-9000")),
    some(fc.constantFrom("uidrange 0-0", "uidrange 1000-2000")),
    some(int("tun_id", 1, 99999)),
    some(fc.constantFrom("protocol static", "protocol 99")),
    fc.oneof(
      say("lookup 100"),
      say("lookup main suppress_prefixlength 0"),
      say("lookup 77 suppress_ifgroup 3"),
      say("goto 32766"),
      say("goto 31999"),
      say("nop"),
      say("blackhole"),
      say("unreachable"),
      say("prohibit"),
    ),
  ).chain((line) => fc.constantFrom(line, line, v6Rule(line))),
  { minLength: 1, maxLength: 12 },
);

/** The same for IPv6, where the addresses allow. */
function v6Rule(line: string): string {
  return `-6 ${
    line.replace(/from 10\S+/, "from 2001:db8::/33")
      .replace(/to 10\S+/, "to 2001:db8:5::7")
  }`;
}

/** Lines that add neighbours. */
export const neighbourLines: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    words(
      fc.oneof(v4, v6).map((a) => `neigh replace ${a}`),
      device.map((dev) => `dev ${dev}`),
      mac.map((m) => `lladdr ${m}`),
      fc.constantFrom("permanent", "reachable", "stale", "noarp")
        .map((state) => `nud ${state}`),
      some(fc.constantFrom("protocol static", "protocol 99")),
      some(say("extern_learn")),
    ),
    words(
      fc.oneof(v4, v6).map((a) => `neigh add proxy ${a}`),
      device.map((dev) => `dev ${dev}`),
    ),
  ),
  { minLength: 1, maxLength: 20 },
);
