/**
 * Random links, as lines for `ip -batch`.
 *
 * @module
 */

import fc from "fast-check";
import {
  bool,
  int,
  mac,
  onOff,
  say,
  some,
  v4,
  v6,
  words,
} from "./linux_words.ts";

const bridge = words(
  say("type bridge"),
  some(int("forward_delay", 200, 3000)),
  some(int("hello_time", 100, 1000)),
  some(int("max_age", 600, 4000)),
  some(int("ageing_time", 0, 100000)),
  some(int("priority", 0, 65535)),
  some(bool.map((x) => `stp_state ${Number(x)}`)),
  some(fc.constantFrom(8, 0x4008, 0x20).map((x) => `group_fwd_mask ${x}`)),
  some(bool.map((x) => `mcast_snooping ${Number(x)}`)),
  some(int("mcast_router", 0, 2)),
  some(bool.map((x) => `mcast_querier ${Number(x)}`)),
  some(int("mcast_last_member_count", 1, 9)),
  some(int("mcast_query_interval", 200, 20000)),
  some(int("mcast_igmp_version", 2, 3)),
  some(bool.map((x) => `no_linklocal_learn ${Number(x)}`)),
  some(bool.map((x) => `mcast_stats_enabled ${Number(x)}`)),
  some(bool.map((x) => `nf_call_iptables ${Number(x)}`)),
);

const vxlan = fc.integer({ min: 1, max: 2 ** 24 - 1 }).chain((id) =>
  words(
    say(`type vxlan id ${id} dstport ${1024 + id % 60000}`),
    fc.oneof(
      v4.map((a) => `remote ${a}`),
      v6.map((a) => `remote ${a}`),
      say("group 239.1.1.1 dev base0"),
      say("group ff05::42 dev base0"),
      say("local 192.0.2.7"),
    ),
    some(int("ttl", 1, 255)),
    some(bool.map((x) => (x ? "learning" : "nolearning"))),
    some(int("ageing", 1, 10000)),
    some(int("maxaddress", 1, 1000)),
    some(bool.map((x) => (x ? "udpcsum" : "noudpcsum"))),
    some(bool.map((x) => (x ? "proxy" : "noproxy"))),
    some(fc.constantFrom("l2miss", "l3miss", "rsc", "gbp")),
    some(fc.constantFrom("df set", "df inherit")),
  )
);

/** What makes a link of each kind that this kernel may have. */
const making: Record<string, (name: string) => fc.Arbitrary<string>> = {
  veth: (name) => say(`name ${name} type veth peer name ${name}p`),
  bridge: (name) => bridge.map((type) => `name ${name} ${type}`),
  vxlan: (name) => vxlan.map((type) => `name ${name} ${type}`),
  macvlan: (name) =>
    fc.constantFrom("bridge", "vepa", "private").map((mode) =>
      `link base0 name ${name} type macvlan mode ${mode}`
    ),
  macvtap: (name) => say(`link base1 name ${name} type macvtap mode bridge`),
  ifb: (name) => say(`name ${name} type ifb`),
  dummy: (name) => say(`name ${name} type dummy`),
  vlan: (name) =>
    int("id", 1, 4094).map((id) => `link base0 name ${name} type vlan ${id}`),
  bond: (name) => say(`name ${name} type bond mode active-backup miimon 100`),
  vrf: (name) => int("table", 1, 999).map((t) => `name ${name} type vrf ${t}`),
  ipvlan: (name) => say(`link base1 name ${name} type ipvlan mode l3`),
  gre: (name) => v4.map((a) => `name ${name} type gre remote ${a} ttl 7`),
  sit: (name) => v4.map((a) => `name ${name} type sit remote ${a}`),
};

/** The kinds of which random links are made. */
export const linkKinds: readonly string[] = Object.keys(making);

const settings = words(
  some(int("mtu", 1280, 1500)),
  some(int("txqueuelen", 0, 5000)),
  some(int("group", 0, 99)),
  some(fc.constantFrom("alias office", "alias uplink-1")),
  some(onOff.map((x) => `promisc ${x}`)),
  some(onOff.map((x) => `allmulticast ${x}`)),
  some(onOff.map((x) => `arp ${x}`)),
  some(onOff.map((x) => `multicast ${x}`)),
  some(
    fc.constantFrom("none", "eui64", "random").map((x) => `addrgenmode ${x}`),
  ),
  fc.constantFrom("up", "up", "down"),
);

const portSettings = words(
  some(int("cost", 1, 65535)),
  some(int("priority", 0, 63)),
  some(onOff.map((x) => `hairpin ${x}`)),
  some(onOff.map((x) => `guard ${x}`)),
  some(onOff.map((x) => `learning ${x}`)),
  some(onOff.map((x) => `flood ${x}`)),
  some(onOff.map((x) => `isolated ${x}`)),
  some(onOff.map((x) => `mcast_flood ${x}`)),
  some(int("mcast_router", 0, 2)),
);

/**
 * Lines that make and set links, after a veth pair `base0`, `base1`.
 *
 * @param kinds The kinds that this kernel has.
 */
export function linkLines(kinds: readonly string[]): fc.Arbitrary<string[]> {
  const one = fc.tuple(
    fc.constantFrom(...kinds),
    settings,
    some(mac),
    bool,
    bool,
    portSettings,
  );
  return fc.array(one, { minLength: 1, maxLength: 8 }).chain((links) =>
    fc.tuple(...links.map(([kind, set, mac, isPort, hasNames, port], i) => {
      const name = `${kind.slice(0, 6)}${i}`;
      return making[kind]!(name).map((add) => [
        `link add ${add}`,
        `link set dev ${name} ${set}`,
        ...mac === "" ? [] : [`link set dev ${name} address ${mac}`],
        ...hasNames
          ? [`link property add dev ${name} altname ${name}-the-long-name`]
          : [],
        ...isPort && kind !== "bridge"
          ? [
            `link set dev ${name} master hub0`,
            ...port === ""
              ? []
              : [`link set dev ${name} type bridge_slave ${port}`],
          ]
          : [],
      ]);
    })).map((lines) => [
      "link add name base0 type veth peer name base1",
      "link set dev base0 up",
      "link set dev base1 up",
      "link add name hub0 type bridge stp_state 1",
      "link set dev hub0 up",
      ...lines.flat(),
    ])
  );
}
