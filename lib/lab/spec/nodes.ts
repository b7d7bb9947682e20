/**
 * Reads hosts and routers, which take the same keys.
 *
 * @module
 */

import { type Address, tryParse } from "../../ip/address.ts";
import { Subnet, trySubnet } from "../../ip/subnet.ts";
import {
  type DraftInterface,
  type DraftNode,
  type DraftRoute,
  type Endpoint,
  findEndpoint,
  findInterface,
  type Hop,
} from "./draft.ts";
import { type Item, shown } from "./item.ts";
import { readNat } from "./nat.ts";
import {
  type Cidr,
  cidr,
  macText,
  plainAddress,
  plainSubnet,
  vlanId,
} from "./reading.ts";
import { readServices } from "./daemons.ts";

const KEYS = [
  "address",
  "gateway",
  "interfaces",
  "routes",
  "forwarding",
  "nat",
  "firewall",
  "services",
  "sysctl",
  "dns",
];

const ADDRESSES = "an address, as 10.0.0.1/24, or a list of some, or none";
const EVERYWHERE = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/**
 * Reads what was written about a host or router, once its links are known.
 *
 * @param node The node, which is filled in.
 */
export function readNode(node: DraftNode): void {
  const { item, kind } = node;
  node.forwarding = kind === "router";
  if (item.isAbsent) return;
  if (!item.isMap) {
    readShort(node);
    return;
  }
  item.allow(KEYS, `a ${kind}`);
  readAddress(node, item.at("address"));
  for (
    const [key, part] of item.at("interfaces").entries("a map of interfaces")
  ) {
    const port = findInterface(node, key, part, "key");
    if (port !== undefined) readInterface(port, part);
  }
  readGateway(node, item.at("gateway"));
  const routes = item.at("routes");
  if (!routes.isAbsent) {
    node.routes = routes.list().flatMap((route) =>
      readRoute(node, route) ?? []
    );
  }
  node.forwarding = item.at("forwarding").flag(node.forwarding);
  readNft(node);
  node.services = readServices(item.at("services"), node);
  for (const [key, part] of item.at("sysctl").entries("a map of settings")) {
    if (/^net[./][\w.:/-]+$/.test(key) && !key.includes("..")) {
      node.sysctl[key] = part.text("a setting's value") ?? "";
    } else {
      part.wrong(
        `${shown(key)} is no setting of a node: they begin with net.`,
        "key",
      );
    }
  }
  node.dns = item.at("dns").list().flatMap((server) =>
    plainAddress(server)?.toString() ?? []
  );
}

/** `10.0.0.10/24 via 10.0.0.1`, or a list of addresses. */
function readShort(node: DraftNode): void {
  const { item } = node;
  if (typeof item.value !== "string") {
    readAddress(node, item);
    return;
  }
  const [before, after, ...more] = item.value.trim().split(/\s+via\s+/);
  if (more.length > 0) {
    item.wrong(`${shown(item.value)} says via more than once`);
    return;
  }
  const parts = words(before!).map((text) => ({ text, item }));
  giveAddresses(node, parts, item);
  if (after === undefined) return;
  node.gateways = words(after).flatMap((text) => hop(item, text) ?? []);
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

/** An address that stands for the node, which then has one interface. */
function readAddress(node: DraftNode, item: Item): void {
  if (item.isAbsent) return;
  if (item.isMap) {
    item.wrong(`a map is not ${ADDRESSES}`);
    return;
  }
  giveAddresses(node, texts(item), item);
}

interface Text {
  readonly text: string | undefined;
  readonly item: Item;
}

function texts(item: Item): Text[] {
  return item.list().flatMap((part) =>
    typeof part.value === "string"
      ? words(part.value).map((text) => ({ text, item: part }))
      : [{ text: part.text(ADDRESSES), item: part }]
  );
}

function giveAddresses(
  node: DraftNode,
  parts: readonly Text[],
  item: Item,
): void {
  const { name, interfaces } = node;
  const [only] = interfaces;
  if (only === undefined) {
    item.broken(
      `${name} has no link, so there is no interface for its address: add one to links`,
    );
  } else if (interfaces.length > 1) {
    const names = interfaces.map((port) =>
      `${port.name} to ${port.peer.node.name}`
    );
    item.broken(
      `${name} has ${interfaces.length} interfaces: say which has the address with interfaces: { ${only.name}: … }; there are ${
        names.slice(0, 8).join(", ")
      }`,
    );
  } else giveTo(only, parts, item);
}

function giveTo(endpoint: Endpoint, parts: readonly Text[], item: Item): void {
  endpoint.item = item;
  if (parts.length === 1 && parts[0]!.text === "auto") return;
  endpoint.isAutomatic = false;
  if (parts.length === 1 && parts[0]!.text === "none") return;
  const found: Cidr[] = [];
  for (const { text, item } of parts) {
    const one = cidr(item, text);
    if (one === undefined) endpoint.isDoubtful = true;
    else if (found.some(({ address }) => address.equals(one.address))) {
      item.wrong(`${one.address} is there twice`);
    } else found.push(one);
  }
  endpoint.addresses = found;
}

/** An interface: its addresses, or a map of all that can be said. */
function readInterface(port: DraftInterface, item: Item): void {
  if (item.isAbsent) return;
  port.item = item;
  if (!item.isMap) {
    giveTo(port, texts(item), item);
    return;
  }
  item.allow(["address", "mac", "mtu", "vlans"], "an interface");
  const address = item.at("address");
  const vlans = item.at("vlans");
  if (!address.isAbsent) giveTo(port, texts(address), address);
  // A trunk's untagged frames are mostly of no VLAN that the node takes part in.
  else if (!vlans.isAbsent) port.isAutomatic = false;
  port.mac = macText(item.at("mac"));
  port.mtu = item.at("mtu").whole("an MTU", 68, 65_535) ?? port.mtu;
  readSubInterfaces(port, vlans);
}

/** `{ 10: 10.0.10.1/24 }`, or `[10, 20]` with automatic addresses. */
function readSubInterfaces(port: DraftInterface, item: Item): void {
  const isMap = item.isMap;
  const parts: [unknown, Item][] = isMap
    ? item.entries("a map")
    : item.list().map((part) => [part.value, part]);
  for (const [key, part] of parts) {
    const id = vlanId(key, part, isMap ? "key" : "value");
    if (id === undefined) continue;
    const name = `${port.name}.${id}`;
    if (port.vlans.some(({ tag }) => tag === id)) {
      part.broken(`VLAN ${id} is there twice`);
    } else if (name.length > 15) {
      part.broken(
        `${name} would be longer than 15 characters: give ${port.name} a shorter name`,
      );
    } else {
      const endpoint: Endpoint = {
        node: port.node,
        name,
        port,
        tag: id,
        addresses: [],
        isAutomatic: true,
        isDoubtful: false,
        item: part,
      };
      port.vlans.push(endpoint);
      if (isMap && !part.isAbsent) giveTo(endpoint, texts(part), part);
    }
  }
}

function readGateway(node: DraftNode, item: Item): void {
  if (item.isAbsent) return;
  node.gateways = item.value === "none"
    ? []
    : texts(item).flatMap(({ text, item }) => hop(item, text) ?? []);
}

function hop(item: Item, text: string | undefined): Hop | undefined {
  const address = plainAddress(item, text);
  return address && { address, item };
}

/** `10.0.0.0/8 via 10.0.0.1 dev eth0 metric 10`, as `ip route` writes it. */
function readRoute(node: DraftNode, item: Item): DraftRoute | undefined {
  const form = "a route, as 10.0.0.0/8 via 10.0.0.1 or default via 10.0.0.1";
  const text = item.text(form);
  if (text === undefined) return undefined;
  const [first, ...rest] = text.split(/\s+/);
  const options = new Map<string, string>();
  for (let i = 0; i < rest.length; i += 2) {
    const [key, value] = [rest[i]!, rest[i + 1]];
    if (!["via", "dev", "metric"].includes(key) || value === undefined) {
      return item.wrong(`${shown(text)} is not ${form}`);
    }
    if (options.has(key)) return item.wrong(`${shown(text)} says ${key} twice`);
    options.set(key, value);
  }
  const viaText = options.get("via");
  const via = viaText === undefined ? undefined : plainAddress(item, viaText);
  const devText = options.get("dev");
  if (viaText === undefined && devText === undefined) {
    return item.wrong(`${shown(text)} leads nowhere: add via and the next hop`);
  }
  if (viaText !== undefined && via === undefined) return undefined;
  const to = destination(item, first!, via);
  if (to === undefined) return undefined;
  const metric = options.get("metric");
  if (metric !== undefined && !/^\d{1,9}$/.test(metric)) {
    return item.wrong(`${shown(metric)} is not a metric, a whole number`);
  }
  const dev = devText === undefined
    ? undefined
    : findEndpoint(node, devText, item, "value")?.name;
  if (devText !== undefined && dev === undefined) return undefined;
  return {
    to,
    via,
    dev,
    metric: metric === undefined ? undefined : Number(metric),
    item,
  };
}

function destination(
  item: Item,
  text: string,
  via: Address | undefined,
): Subnet | undefined {
  if (text === "default") return trySubnet(EVERYWHERE[via?.family ?? 4])!;
  const host = tryParse(text);
  if (host !== undefined && host.zone === undefined) {
    return new Subnet(host, host.bits);
  }
  return plainSubnet(item, text);
}

/** The ruleset of `nat` and then that of `firewall`. */
function readNft(node: DraftNode): void {
  const nat = readNat(node, node.item.at("nat"));
  const firewall = node.item.at("firewall").text("an nft ruleset");
  const parts = [nat, firewall].filter((text) => text !== undefined);
  if (parts.length > 0) node.nft = `${parts.join("\n")}\n`;
}
