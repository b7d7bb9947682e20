/**
 * Reads all that the kernel's network is set to, and says how to ask for what
 * was there.
 *
 * @module
 */

import type { InterfaceAddress } from "./address.ts";
import { readAddresses } from "./address_decode.ts";
import type { State } from "./kernel_state.ts";
import { kinds, portKinds } from "./kinds.ts";
import type { Link } from "./link.ts";
import { readLinks } from "./link_decode.ts";
import type { Neighbour } from "./neighbour.ts";
import { readNeighbours } from "./neighbour_decode.ts";
import type { NetlinkSocket } from "./netlink.ts";
import type { Qdisc } from "./qdisc.ts";
import { readQdiscs } from "./qdisc_decode.ts";
import type { Route } from "./route.ts";
import { readRoutes } from "./route_decode.ts";
import type { Rule } from "./rule.ts";
import { readRules } from "./rule_decode.ts";
import type {
  AddressSpec,
  LinkSettings,
  LinkSpec,
  NeighbourSpec,
  NextHopSpec,
  QdiscSpec,
  RouteSpec,
  RuleSpec,
} from "./specs.ts";

export type { State };

/**
 * Reads all of it.
 *
 * @param socket A socket of the namespace.
 * @returns The state.
 * @throws {NetError} If the kernel refuses.
 */
export function readState(socket: NetlinkSocket): State {
  return {
    links: readLinks(socket),
    addresses: readAddresses(socket),
    routes: readRoutes(socket, { table: "all" }),
    rules: readRules(socket),
    neighbours: readNeighbours(socket),
    qdiscs: readQdiscs(socket),
  };
}

/**
 * Gives what would set a link as it is.
 *
 * @param link The link.
 * @returns Its settings, without its master where it has none.
 */
export function linkSettings(link: Link): LinkSettings {
  const { mac, mtu, up, master, masterIndex, txQueueLength, group } = link;
  const { alias, flags } = link;
  return {
    ...mac && { mac },
    mtu,
    up,
    master: master ?? masterIndex ?? null,
    ...txQueueLength !== undefined && { txQueueLength },
    ...group !== undefined && { group },
    alias: alias ?? "",
    arp: !flags.includes("NOARP"),
    promiscuous: flags.includes("PROMISC"),
    allMulticast: flags.includes("ALLMULTI"),
    multicast: flags.includes("MULTICAST"),
  };
}

/**
 * Gives what would make a link as it is.
 *
 * @param link The link.
 * @param links All links, among which the other end of a veth pair is.
 * @returns The link to make; `undefined` for hardware.
 */
export function linkSpec(
  link: Link,
  links: readonly Link[],
): LinkSpec | undefined {
  const { name, kind, index, details } = link;
  if (kind === undefined) return undefined;
  const { master, ...settings } = linkSettings(link);
  const peer = kind === "veth"
    ? links.find(({ index }) => index === link.linkIndex)
    : undefined;
  const table = kinds.get(kind);
  const known = Object.entries(details ?? {}).filter(([key, value]) => {
    const field = table?.[key];
    if (field === undefined || field.told) return false;
    return !(field.optional && value === false);
  });
  return {
    name,
    kind,
    index,
    ...settings,
    ...master !== null && { master },
    ...kind !== "veth" && link.link !== undefined && { link: link.link },
    ...peer && {
      peer: {
        name: peer.name,
        index: peer.index,
        mtu: peer.mtu,
        ...peer.mac && { mac: peer.mac },
      },
    },
    ...known.length > 0 && { details: Object.fromEntries(known) },
  };
}

/**
 * Gives what a port can be set to, of what it is.
 *
 * @param port The port of a link.
 * @returns The fields that can be set.
 */
export function portSettings(
  port: NonNullable<Link["port"]>,
): NonNullable<Link["port"]> {
  const table = portKinds.get(port.kind);
  return {
    ...Object.fromEntries(
      Object.entries(port).filter(([key, value]) =>
        table?.[key] !== undefined && !table[key].told &&
        // A port that is down is disabled by that, and refuses to be told so.
        !(key === "state" && value === "disabled")
      ),
    ),
    kind: port.kind,
  };
}

/** Gives what would add an address as it is. */
export function addressSpec(entry: InterfaceAddress): AddressSpec {
  const { address, prefixLength, peer, broadcast, scope, label } = entry;
  const { device, flags, metric, validSeconds, preferredSeconds } = entry;
  const flag = (name: "noPrefixRoute" | "home" | "manageTemporary" | "noDad") =>
    flags.includes(name) && { [name]: true };
  return {
    address: `${address}/${prefixLength}`,
    device,
    ...peer && { peer: `${peer}/${prefixLength}` },
    ...broadcast && { broadcast },
    scope,
    ...label !== undefined && { label },
    ...metric !== undefined && { metric },
    ...flag("noPrefixRoute"),
    ...flag("home"),
    ...flag("manageTemporary"),
    ...flag("noDad"),
    ...flags.includes("autoJoin") && { autoJoin: true },
    ...validSeconds !== Infinity && { validSeconds },
    ...preferredSeconds !== Infinity && { preferredSeconds },
  };
}

/** Gives what would add a route as it is. */
export function routeSpec(route: Route): RouteSpec {
  const { family, to, type, table, protocol, scope, metric, via } = route;
  const { device, source, from, tos, nextHops, flags, metrics } = route;
  const { preference, expiresSeconds, nextHopId } = route;
  // What goes nowhere is shown with the loopback interface, which it is not on.
  const nowhere = ["blackhole", "unreachable", "prohibit", "throw"]
    .includes(type);
  return {
    family,
    to,
    type,
    table,
    protocol,
    ...family === 4 && { scope },
    ...metric > 0 && { metric },
    ...tos !== undefined && { tos },
    ...source && { source },
    ...from && { from },
    ...metrics && { metrics },
    ...preference !== undefined && { preference },
    ...expiresSeconds !== undefined && { expiresSeconds },
    ...nextHopId !== undefined ? { nextHopId } : nextHops
      ? {
        nextHops: nextHops.map((
          { via, device, weight, flags },
        ): NextHopSpec => ({
          ...via && { via },
          ...device !== undefined && { device },
          weight,
          ...flags.includes("onlink") && { onLink: true },
        })),
      }
      : nowhere
      ? {}
      : {
        ...via && { via },
        ...device !== undefined && { device },
        ...flags.includes("onlink") && { onLink: true },
      },
  };
}

/** Gives what would add a rule as it is. */
export function ruleSpec({ flags: _, ...rule }: Rule): RuleSpec {
  return rule;
}

/** Gives what would add a neighbour as it is. */
export function neighbourSpec(entry: Neighbour): NeighbourSpec {
  const { address, device, mac, state, proxy, router, externLearn, protocol } =
    entry;
  return {
    address,
    device,
    ...proxy ? { proxy } : { state },
    ...mac && { mac },
    ...router && { router },
    ...externLearn && { externLearn },
    ...protocol !== undefined && { protocol },
  };
}

/** Gives what would add a queueing discipline as it is, as far as is known. */
export function qdiscSpec(entry: Qdisc): QdiscSpec {
  const { device, kind, parent, handle, netem, tbf, defaultClass } = entry;
  return {
    device,
    kind,
    parent,
    ...handle !== "0:" && { handle },
    ...netem && { netem },
    ...tbf && { tbf },
    ...defaultClass !== undefined && { defaultClass },
  };
}
