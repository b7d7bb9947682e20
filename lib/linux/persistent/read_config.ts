/**
 * A configuration taken in: checked, complete, and in an order in which it can
 * be brought up. All the forms of files are written from this.
 *
 * @module
 */

import { type Address, address, type Family } from "../../ip/address.ts";
import { mac } from "../../ip/mac/mac.ts";
import { Subnet, subnet } from "../../ip/subnet.ts";
import type {
  BondConfig,
  BridgeConfig,
  ConfigSource,
  InterfaceConfig,
  RouteConfig,
  VlanConfig,
} from "./config.ts";
import { configOf } from "./from_operations.ts";

/** A route, read. */
export interface ReadRoute {
  /** The family of its packets. */
  readonly family: Family;
  /** Where it leads; nothing for all. */
  readonly to: Subnet | undefined;
  /** Its router. */
  readonly via: Address | undefined;
  /** Which counts. */
  readonly metric: number | undefined;
  /** Its table. */
  readonly table: number | undefined;
  /** Whether its router is taken as reachable. */
  readonly onLink: boolean;
}

/** A bridge, read and complete. */
export interface ReadBridge {
  /** Its ports. */
  readonly ports: readonly string[];
  /** Whether it speaks the spanning tree protocol. */
  readonly stp: boolean;
  /** How long a port listens before it forwards, in milliseconds. */
  readonly forwardDelay: number;
}

/** A bond, read and complete. */
export interface ReadBond extends BondConfig {
  /** How often it looks at its ports' carriers, in milliseconds. */
  readonly monitorInterval: number;
}

/** An interface, read and complete. */
export interface ReadInterface {
  /** Its name. */
  readonly name: string;
  /** Its hardware address. */
  readonly mac: string | undefined;
  /** Its MTU. */
  readonly mtu: number | undefined;
  /** Whether it asks by DHCP for IPv4. */
  readonly dhcp4: boolean;
  /** Whether it asks by DHCP for IPv6. */
  readonly dhcp6: boolean;
  /** Whether it takes router advertisements. */
  readonly acceptRa: boolean | undefined;
  /** Its addresses, each the host of its subnet. */
  readonly addresses: readonly Subnet[];
  /** Its routes, the default ones first. */
  readonly routes: readonly ReadRoute[];
  /** Its name servers. */
  readonly nameservers: readonly Address[];
  /** Its search domains. */
  readonly search: readonly string[];
  /** How it is made, as a VLAN. */
  readonly vlan: VlanConfig | undefined;
  /** How it is made, as a bridge. */
  readonly bridge: ReadBridge | undefined;
  /** How it is made, as a bond. */
  readonly bond: ReadBond | undefined;
  /** The bridge that it is a port of. */
  readonly bridgeName: string | undefined;
  /** The bond that it is a port of. */
  readonly bondName: string | undefined;
  /** Whether it is the bond's preferred port. */
  readonly bondPrimary: boolean;
  /** The VLANs that lie on it. */
  readonly vlanNames: readonly string[];
}

/** What a refusal is about: `fail("name", "short", x)`. */
type Fail = (field: string, must: string, value: unknown) => Error;

/**
 * Reads a configuration, and adds interfaces that it only names as ports.
 *
 * @param source Written out, or a plan.
 * @param form What it is for, as a noun: `"netplan"`.
 * @returns The interfaces, what lies below before what lies on it.
 * @throws {TypeError} If a field is of the wrong kind, or a change of the plan
 * is none that lasts.
 * @throws {RangeError} If fields contradict each other or are out of range.
 * @throws {ParseError} If an address does not parse.
 *
 * @example
 * ```ts
 * import { readConfig } from "./read_config.ts";
 * import assert from "node:assert/strict";
 *
 * const [port, bridge] = readConfig(
 *   { interfaces: [{ name: "br0", bridge: { ports: ["eth0"] } }] },
 *   "netplan",
 * );
 * assert.deepEqual([port?.name, port?.bridgeName, bridge?.name], ["eth0", "br0", "br0"]);
 * ```
 */
export function readConfig(
  source: ConfigSource,
  form: string,
): ReadInterface[] {
  const { interfaces } = "operations" in source
    ? configOf(source.operations)
    : source;
  if (!Array.isArray(interfaces)) {
    throw new TypeError(
      `Cannot write ${form} as 'interfaces' must be a list: current value is ${interfaces}`,
    );
  }
  const given = new Map<string, InterfaceConfig>();
  for (const one of interfaces as readonly InterfaceConfig[]) {
    if (given.has(one.name)) {
      throw failure(form, "interfaces")(
        "name",
        "each interface's own",
        one.name,
      );
    }
    given.set(checkName(one.name, failure(form, "interfaces")), one);
  }
  for (const one of [...given.values()]) {
    const fail = failure(form, one.name);
    for (const below of lowerOf(one, fail)) {
      if (!given.has(checkName(below, fail))) {
        given.set(below, { name: below });
      }
    }
  }
  return sorted(given, form).map((one) =>
    readInterface(one, given, failure(form, one.name))
  );
}

/**
 * Writes an address with its prefix length.
 *
 * @param one The address, as the host of its subnet.
 * @returns The text: `"192.0.2.1/24"`.
 *
 * @example
 * ```ts
 * import { subnet } from "../../ip/subnet.ts";
 * import { cidr } from "./read_config.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(cidr(subnet("192.0.2.1/24", { hostBits: "keep" })), "192.0.2.1/24");
 * ```
 */
export function cidr(one: Subnet): string {
  return `${one.host ?? one.network}/${one.prefixLength}`;
}

function failure(form: string, name: string): Fail {
  return (field, must, value) =>
    new RangeError(
      `Cannot write ${form} of ${name} as '${field}' must be ${must}: current value is ${
        typeof value === "string" ? JSON.stringify(value) : String(value)
      }`,
    );
}

/** Letters that no form needs quotes for, and no file name. */
const NAME = /^[A-Za-z\d_][A-Za-z\d._@-]{0,14}$/;
const DOMAIN = /^~?[A-Za-z\d_.][A-Za-z\d_.-]{0,252}$/;

function checkName(name: string, fail: Fail): string {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw fail("name", "1 to 15 letters, digits, '.', '_', '-', '@'", name);
  }
  return name;
}

/** The interfaces that must be there before this one. */
function lowerOf({ vlan, bridge, bond }: InterfaceConfig, fail: Fail) {
  const kinds = [vlan, bridge, bond].filter((kind) => kind !== undefined);
  if (kinds.length > 1) {
    throw fail("vlan", "the only one of vlan, bridge and bond", "several");
  }
  return vlan === undefined ? (bridge ?? bond)?.ports ?? [] : [vlan.link];
}

function sorted(
  given: ReadonlyMap<string, InterfaceConfig>,
  form: string,
): InterfaceConfig[] {
  const done = new Set<InterfaceConfig>();
  const under = new Set<InterfaceConfig>();
  const visit = (one: InterfaceConfig) => {
    if (done.has(one)) return;
    const fail = failure(form, one.name);
    if (under.has(one)) {
      throw fail("vlan", "on what does not lie on it in turn", one.name);
    }
    under.add(one);
    for (const below of lowerOf(one, fail)) visit(given.get(below)!);
    done.add(one);
  };
  for (const one of given.values()) visit(one);
  return [...done];
}

function readInterface(
  config: InterfaceConfig,
  all: ReadonlyMap<string, InterfaceConfig>,
  fail: Fail,
): ReadInterface {
  const { name, mtu, dhcp = false, vlan, bridge, bond } = config;
  if (mtu !== undefined && !whole(mtu, 68, 65_535)) {
    throw fail("mtu", "an integer from 68 to 65535", mtu);
  }
  if (![true, false, 4, 6].includes(dhcp)) {
    throw fail("dhcp", "true, false, 4 or 6", dhcp);
  }
  if (vlan !== undefined && !whole(vlan.id, 1, 4094)) {
    throw fail("vlan.id", "an integer from 1 to 4094", vlan.id);
  }
  const masters = [...all.values()].filter(({ bridge, bond }) =>
    (bridge ?? bond)?.ports.includes(name)
  );
  const [master, second] = masters;
  if (second !== undefined) {
    throw fail("ports", "of one bridge or bond alone", second.name);
  }
  const read: ReadInterface = {
    name,
    mac: config.mac === undefined ? undefined : `${mac(config.mac)}`,
    mtu,
    dhcp4: dhcp === true || dhcp === 4,
    dhcp6: dhcp === true || dhcp === 6,
    acceptRa: config.acceptRa,
    addresses: (config.addresses ?? []).map((one) =>
      subnet(one, { hostBits: "keep" })
    ),
    routes: readRoutes(config, fail),
    nameservers: (config.nameservers ?? []).map((one) => address(one)),
    search: (config.search ?? []).map((domain) => {
      if (DOMAIN.test(domain)) return domain;
      throw fail("search", "of domain names", domain);
    }),
    vlan,
    bridge: bridge === undefined ? undefined : readBridge(bridge, fail),
    bond: bond === undefined ? undefined : readBond(bond, fail),
    bridgeName: master?.bridge === undefined ? undefined : master.name,
    bondName: master?.bond === undefined ? undefined : master.name,
    bondPrimary: master?.bond?.primary === name,
    vlanNames: [...all.values()].filter(({ vlan }) => vlan?.link === name)
      .map(({ name }) => name),
  };
  const speaks = read.addresses.length + read.routes.length > 0 ||
    dhcp !== false;
  if (master !== undefined && speaks) {
    throw fail(
      "addresses",
      `none: it is a port of ${master.name}, which has them`,
      read.addresses.map(cidr).join(" ") || "routes or DHCP",
    );
  }
  return read;
}

function readRoutes(config: InterfaceConfig, fail: Fail): ReadRoute[] {
  const { gateway, routes = [] } = config;
  const list = gateway === undefined
    ? []
    : Array.isArray(gateway)
    ? gateway as readonly (string | Address)[]
    : [gateway as string | Address];
  const gateways = list.map((via) => address(via));
  for (const family of [4, 6]) {
    const alike = gateways.filter((one) => one.family === family);
    if (alike.length > 1) {
      throw fail("gateway", `one of IPv${family} at most`, alike.join(" "));
    }
  }
  return [
    ...gateways.map((via) => ({
      family: via.family,
      to: undefined,
      via,
      metric: undefined,
      table: undefined,
      onLink: false,
    })),
    ...routes.map((route) => readRoute(route, fail)),
  ];
}

function readRoute(route: RouteConfig, fail: Fail): ReadRoute {
  const { metric, table, onLink = false } = route;
  const via = route.via === undefined ? undefined : address(route.via);
  const named = route.to === "default" ? undefined : toSubnet(route.to);
  const to = named?.prefixLength === 0 ? undefined : named;
  const family = named?.family ?? via?.family ?? 4;
  if (via !== undefined && via.family !== family) {
    throw fail("via", `IPv${family} as its destination is`, via);
  }
  for (const [field, value] of Object.entries({ metric, table })) {
    if (value !== undefined && !whole(value, 0, 0xffffffff)) {
      throw fail(field, "an integer from 0 to 4294967295", value);
    }
  }
  return { family, to, via, metric, table, onLink };
}

function toSubnet(to: string | Address | Subnet): Subnet {
  if (to instanceof Subnet || (typeof to === "string" && to.includes("/"))) {
    return subnet(to);
  }
  const one = address(to);
  return new Subnet(one, one.bits);
}

function readBridge(bridge: BridgeConfig, fail: Fail): ReadBridge {
  const { ports, stp = false, forwardDelay = stp ? 15_000 : 0 } = bridge;
  if (!whole(forwardDelay / 1000, stp ? 2 : 0, 30)) {
    throw fail(
      "bridge.forwardDelay",
      `whole seconds in milliseconds, ${stp ? 2000 : 0} to 30000`,
      forwardDelay,
    );
  }
  return { ports, stp, forwardDelay };
}

const MODES: readonly string[] = [
  "balance-rr",
  "active-backup",
  "balance-xor",
  "broadcast",
  "802.3ad",
  "balance-tlb",
  "balance-alb",
];

function readBond(bond: BondConfig, fail: Fail): ReadBond {
  const { ports, mode, monitorInterval = 100, primary } = bond;
  if (!MODES.includes(mode)) {
    throw fail("bond.mode", `of ${MODES.join(", ")}`, mode);
  }
  if (!whole(monitorInterval, 0, 0x7fffffff)) {
    throw fail("bond.monitorInterval", "0 or more whole ms", monitorInterval);
  }
  if (primary !== undefined && !ports.includes(primary)) {
    throw fail("bond.primary", "one of its ports", primary);
  }
  return { ports, mode, monitorInterval, primary };
}

function whole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
