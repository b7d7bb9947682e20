/**
 * Links and addresses as `ip -j` shows them.
 *
 * @module
 */

import { address } from "../ip/address.ts";
import { type Mac, tryMac } from "../ip/mac/mac.ts";
import { lowest } from "../ip/prefix.ts";
import { Subnet } from "../ip/subnet.ts";
import type { InterfaceAddress } from "./address.ts";
import { detailsFromIp } from "./details.ts";
import type { IpJson, IpObject } from "./ip_json.ts";
import { kinds, portKinds } from "./kinds.ts";
import type { Link, LinkStatistics } from "./link.ts";
import { linkTypes, scopes } from "./names.ts";

/**
 * Reads the links.
 *
 * @param ip The program.
 * @returns The links, by index.
 */
export async function linksFromIp(ip: IpJson): Promise<Link[]> {
  const objects = await ip.show("-N", "-s", "-s", "link", "show");
  const indexes = new Map(
    objects.map(({ ifname, ifindex }) => [ifname, Number(ifindex)]),
  );
  return objects.map((object) => linkFromIp(object, indexes))
    .sort((a, b) => a.index - b.index);
}

/** The keys that are the same thing by another name. */
const KEYS = [
  ["index", "ifindex"],
  ["name", "ifname"],
  ["state", "operstate"],
  ["mtu", "mtu"],
  ["minMtu", "min_mtu"],
  ["maxMtu", "max_mtu"],
  ["qdisc", "qdisc"],
  ["txQueueLength", "txqlen"],
  ["txQueues", "num_tx_queues"],
  ["rxQueues", "num_rx_queues"],
  ["mode", "linkmode"],
  ["promiscuity", "promiscuity"],
  ["allMulticast", "allmulti"],
  ["addrGenMode", "inet6_addr_gen_mode"],
  ["alias", "ifalias"],
  ["parentBus", "parentbus"],
  ["parentDevice", "parentdev"],
  ["portName", "phys_port_name"],
  ["switchId", "phys_switch_id"],
  ["gsoMaxSize", "gso_max_size"],
  ["gsoMaxSegments", "gso_max_segs"],
  ["groMaxSize", "gro_max_size"],
  ["tsoMaxSize", "tso_max_size"],
  ["tsoMaxSegments", "tso_max_segs"],
  ["master", "master"],
  ["link", "link"],
  ["linkIndex", "link_index"],
  ["linkNamespace", "link_netnsid"],
] as const;

/**
 * Makes a link of what `ip` shows.
 *
 * @param object An object of `ip -j -d -N -s -s link`.
 * @param indexes The indexes by name.
 * @returns The link.
 */
export function linkFromIp(
  object: IpObject,
  indexes: ReadonlyMap<unknown, number>,
): Link {
  const link: Record<string, unknown> = {};
  for (const [name, key] of KEYS) {
    if (object[key] !== undefined) link[name] = object[key];
  }
  const flags = (object["flags"] ?? []) as string[];
  const info = (object["linkinfo"] ?? {}) as IpObject;
  const kind = info["info_kind"] as string | undefined;
  const port = info["info_slave_kind"] as string | undefined;
  const data = (table: typeof kinds, name: string, key: string) => {
    const fields = table.get(name);
    return fields && detailsFromIp(fields, (info[key] ?? {}) as IpObject);
  };
  const details = kind && data(kinds, kind, "info_data");
  const set = (key: string, value: unknown) => {
    if (value !== undefined) link[key] = value;
  };
  // By its number, as -N makes it: "[1]".
  const type = String(object["link_type"] ?? "[65535]").match(/^\[(\d+)\]$/);
  set("type", type ? linkTypes.name(Number(type[1])) : object["link_type"]);
  set("kind", kind);
  // A length of 0 is not shown.
  link["txQueueLength"] ??= 0;
  set("up", flags.includes("UP"));
  set("flags", flags);
  set("altNames", object["altnames"] ?? []);
  set("mac", macOf(object["address"]));
  set("broadcast", macOf(object["broadcast"]));
  set("permanentMac", macOf(object["permaddr"]));
  set("masterIndex", indexes.get(object["master"]));
  link["linkIndex"] ??= indexes.get(object["link"]);
  if (link["linkIndex"] === undefined) delete link["linkIndex"];
  set(
    "group",
    object["group"] === undefined ? undefined : Number(object["group"]) || 0,
  );
  if (details) set("details", details);
  if (port) {
    set("port", { kind: port, ...data(portKinds, port, "info_slave_data") });
  }
  const stats = object["stats64"] as Record<string, IpObject> | undefined;
  set("statistics", stats && statisticsOf(stats));
  set("carrierChanges", stats?.["tx"]?.["carrier_changes"]);
  return link as unknown as Link;
}

function macOf(text: unknown): Mac | undefined {
  // A tunnel shows its end here.
  return typeof text === "string" && text.includes(":")
    ? tryMac(text)
    : undefined;
}

function statisticsOf(stats: IpObject): LinkStatistics {
  const { rx = {}, tx = {} } = stats as Record<string, Record<string, number>>;
  const n = (from: Record<string, number>, key: string) => from[key] ?? 0;
  return {
    rx: {
      bytes: n(rx, "bytes"),
      packets: n(rx, "packets"),
      errors: n(rx, "errors"),
      dropped: n(rx, "dropped"),
      multicast: n(rx, "multicast"),
      lengthErrors: n(rx, "length_errors"),
      overErrors: n(rx, "over_errors"),
      crcErrors: n(rx, "crc_errors"),
      frameErrors: n(rx, "frame_errors"),
      fifoErrors: n(rx, "fifo_errors"),
      missedErrors: n(rx, "missed_errors"),
      noHandler: n(rx, "nohandler"),
    },
    tx: {
      bytes: n(tx, "bytes"),
      packets: n(tx, "packets"),
      errors: n(tx, "errors"),
      dropped: n(tx, "dropped"),
      collisions: n(tx, "collisions"),
      abortedErrors: n(tx, "aborted_errors"),
      carrierErrors: n(tx, "carrier_errors"),
      fifoErrors: n(tx, "fifo_errors"),
      heartbeatErrors: n(tx, "heartbeat_errors"),
      windowErrors: n(tx, "window_errors"),
    },
  };
}

/** Flags of an address: ours by the key of `ip`. */
const FLAGS = [
  ["secondary", "secondary"],
  ["temporary", "temporary"],
  ["nodad", "noDad"],
  ["optimistic", "optimistic"],
  ["dadfailed", "dadFailed"],
  ["home", "home"],
  ["deprecated", "deprecated"],
  ["tentative", "tentative"],
  // What is not dynamic; ip shows the other.
  ["permanent", "permanent"],
  ["mngtmpaddr", "manageTemporary"],
  ["noprefixroute", "noPrefixRoute"],
  ["autojoin", "autoJoin"],
  ["stable-privacy", "stablePrivacy"],
] as const;

/**
 * Reads the addresses.
 *
 * @param ip The program.
 * @returns The addresses, by interface.
 */
export async function addressesFromIp(ip: IpJson): Promise<InterfaceAddress[]> {
  const objects = await ip.show("-N", "address", "show");
  return objects.flatMap((object) =>
    ((object["addr_info"] ?? []) as IpObject[])
      .filter(({ local }) => local !== undefined)
      .map((entry) => addressFromIp(entry, object))
  ).sort((a, b) => a.index - b.index || a.family - b.family);
}

/**
 * Makes an address of what `ip` shows.
 *
 * @param entry One of `addr_info`.
 * @param link The link that it is of.
 * @returns The address.
 */
export function addressFromIp(
  entry: IpObject,
  link: IpObject,
): InterfaceAddress {
  const own = address(String(entry["local"]));
  const other = entry["address"];
  const peer = other === undefined ? undefined : address(String(other));
  const prefixLength = Number(entry["prefixlen"]);
  const lifetime = (key: string) => {
    const seconds = entry[key];
    return seconds === undefined || seconds === 0xffffffff
      ? Infinity
      : Number(seconds);
  };
  const flags = FLAGS.filter(([key]) =>
    key === "permanent" ? entry["dynamic"] !== true : entry[key] === true
  ).map(([, name]) => name);
  const { broadcast, anycast, label, metric, protocol } = entry;
  return {
    family: own.family,
    address: own,
    prefixLength,
    subnet: new Subnet(lowest(peer ?? own, prefixLength), prefixLength),
    ...peer && { peer },
    device: String(link["ifname"]),
    index: Number(link["ifindex"]),
    scope: scopes.name(scopes.number(String(entry["scope"]))),
    flags,
    validSeconds: lifetime("valid_life_time"),
    preferredSeconds: lifetime("preferred_life_time"),
    ...broadcast !== undefined && { broadcast: address(String(broadcast)) },
    ...anycast !== undefined && { anycast: address(String(anycast)) },
    ...label !== undefined && { label: String(label) },
    ...metric !== undefined && { metric: Number(metric) },
    ...protocol !== undefined && { protocol: String(protocol) },
  };
}
