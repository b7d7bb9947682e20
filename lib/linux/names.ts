/**
 * The words that go with the kernel's numbers, as iproute2 has them.
 *
 * @see linux/rtnetlink.h, linux/if.h, linux/neighbour.h
 * @module
 */

/** Numbers with names, and the way back. */
export class Names {
  readonly #numbers: Readonly<Record<string, number>>;
  readonly #names: ReadonlyMap<number, string>;
  readonly #what: string;

  /**
   * Takes the numbers by name.
   *
   * @param what What they are, for errors: `"a scope"`.
   * @param numbers The numbers by name.
   */
  constructor(what: string, numbers: Readonly<Record<string, number>>) {
    this.#what = what;
    this.#numbers = numbers;
    this.#names = new Map(
      Object.entries(numbers).map(([name, n]) => [n, name]),
    );
  }

  /**
   * Gives a number its name.
   *
   * @param n The number.
   * @returns The name, or the number as text if it has none.
   */
  name(n: number): string {
    return this.#names.get(n) ?? String(n);
  }

  /**
   * Gives the number for a name.
   *
   * @param name The name, or the number itself.
   * @returns The number.
   * @throws {TypeError} If there is no such name.
   */
  number(name: string | number): number {
    if (typeof name === "number") return name;
    if (Object.hasOwn(this.#numbers, name)) return this.#numbers[name]!;
    const n = name === "" ? NaN : Number(name);
    if (Number.isInteger(n) && n >= 0) return n;
    throw new TypeError(
      `Cannot use ${this.#what} as it must be ${
        Object.keys(this.#numbers).join(", ")
      } or a number: current value is ${JSON.stringify(name)}`,
    );
  }
}

/** How far an address or a route holds. */
export const scopes = new Names("a scope", {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
});

/** What happens to a route's packets. */
export const routeTypes = new Names("a route's type", {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
});

/** Who made a route, a rule or a neighbour. */
export const routeProtocols = new Names("a protocol", {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  keepalived: 18,
  babel: 42,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
});

/** The tables that have a name everywhere. */
export const tables = new Names("a table", {
  default: 253,
  main: 254,
  local: 255,
});

/** What a rule does. */
export const ruleActions = new Names("a rule's action", {
  unspec: 0,
  lookup: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
});

/** How sure a neighbour's hardware address is. */
export const neighbourStates = new Names("a neighbour's state", {
  none: 0,
  incomplete: 1,
  reachable: 2,
  stale: 4,
  delay: 8,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
});

/** The operational state of a link, RFC 2863 §3.1.14. */
export const operStates = new Names("an operational state", {
  UNKNOWN: 0,
  NOTPRESENT: 1,
  DOWN: 2,
  LOWERLAYERDOWN: 3,
  TESTING: 4,
  DORMANT: 5,
  UP: 6,
});

/** How a link's IPv6 link-local address is made. */
export const addrGenModes = new Names("an address generation mode", {
  eui64: 0,
  none: 1,
  stable_secret: 2,
  random: 3,
});

/** What is on the wire, ARPHRD_… of linux/if_arp.h. */
export const linkTypes = new Names("a link type", {
  netrom: 0,
  ether: 1,
  infiniband: 32,
  ax25: 3,
  ieee1394: 24,
  can: 280,
  slip: 256,
  ppp: 512,
  rawip: 519,
  ipip: 768,
  tunnel6: 769,
  loopback: 772,
  sit: 776,
  gre: 778,
  ieee802_11: 801,
  "ieee802.11/radiotap": 803,
  ieee802_15_4: 804,
  phonet: 820,
  ip6gre: 823,
  netlink: 824,
  "6lowpan": 825,
  vsockmon: 826,
  none: 0xfffe,
  void: 0xffff,
});

/** A link's flags, the lowest bit first. */
const LINK_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x8, "LOOPBACK"],
  [0x2, "BROADCAST"],
  [0x10, "POINTOPOINT"],
  [0x1000, "MULTICAST"],
  [0x80, "NOARP"],
  [0x200, "ALLMULTI"],
  [0x100, "PROMISC"],
  [0x400, "MASTER"],
  [0x800, "SLAVE"],
  [0x4, "DEBUG"],
  [0x8000, "DYNAMIC"],
  [0x4000, "AUTOMEDIA"],
  [0x2000, "PORTSEL"],
  [0x20, "NOTRAILERS"],
  [0x1, "UP"],
  [0x10000, "LOWER_UP"],
  [0x20000, "DORMANT"],
  [0x40000, "ECHO"],
];

/**
 * Names a link's flags, in the order in which `ip` has them.
 *
 * @param flags The bits, IFF_… of linux/if.h.
 * @returns The names; `NO-CARRIER` if it is up and has none.
 */
export function linkFlags(flags: number): string[] {
  const names = [];
  // Up, but not running: nothing is plugged in at the other end.
  if (flags & 0x1 && !(flags & 0x40)) names.push("NO-CARRIER");
  for (const [bit, name] of LINK_FLAGS) if (flags & bit) names.push(name);
  return names;
}
