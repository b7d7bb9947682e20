/**
 * Reads services and their options.
 *
 * @module
 */

import type { Subnet } from "../../ip/subnet.ts";
import type {
  DnsmasqOptions,
  Service,
  ServiceName,
  ServiceOptions,
} from "../daemon.ts";
import type { DraftNode } from "./draft.ts";
import { type Item, shown } from "./item.ts";
import { remedy } from "./problem.ts";
import { duration } from "./quantity.ts";
import { plainAddress, plainSubnet } from "./reading.ts";
import { readFrr } from "./frr.ts";

/** Reads the options of one service; the problems with them are noted. */
type Reader<T> = (item: Item, node: DraftNode) => T;

/** How each service's options are read, and which keys there are. */
const READERS: {
  readonly [K in ServiceName]: {
    readonly keys: readonly string[];
    readonly read: Reader<ServiceOptions[K] | undefined>;
  };
} = {
  dnsmasq: { keys: ["dhcp", "names", "domain", "forward"], read: readDnsmasq },
  unbound: {
    keys: ["names", "forward", "dns64"],
    read: (item) => ({
      names: readNames(item.at("names")),
      forward: addresses(item.at("forward")),
      ...ifAny("dns64", nat64Prefix(item.at("dns64"))?.toString()),
    }),
  },
  frr: { keys: ["ospf", "rip", "bgp", "config"], read: readFrr },
  sshd: { keys: ["port"], read: (item) => ({ port: port(item, 22) }) },
  snmpd: {
    keys: ["port", "community", "location"],
    read: (item) => ({
      port: port(item, 161),
      community: line(item.at("community")) ?? "public",
      ...ifAny("location", line(item.at("location"))),
    }),
  },
  nginx: { keys: ["port", "body"], read: readWeb },
  http: { keys: ["port", "body"], read: readWeb },
  echo: {
    keys: ["port", "protocols"],
    read: (item) => ({
      port: port(item, 7),
      protocols: readProtocols(item.at("protocols")),
    }),
  },
  iperf3: { keys: ["port"], read: (item) => ({ port: port(item, 5201) }) },
  nat64: {
    keys: ["prefix", "pool"],
    read: (item) => ({
      prefix: `${nat64Prefix(item.at("prefix")) ?? NAT64_PREFIX}`,
      pool: `${ipv4Pool(item.at("pool")) ?? "192.168.255.0/24"}`,
    }),
  },
};

/** The names of all services, in order. */
export const serviceNames: readonly ServiceName[] = Object.keys(
  READERS,
) as ServiceName[];

/**
 * Reads the services of a node.
 *
 * @param item A list of names and of maps with a `name`.
 * @param node The node, whose interfaces are known.
 * @returns The services that make sense.
 */
export function readServices(item: Item, node: DraftNode): Service[] {
  if (item.isMap && item.at("name").isAbsent) {
    item.wrong(
      "a map of services is not a list of them: write - { name: nginx, port: 80 }",
    );
    return [];
  }
  const found: Service[] = [];
  for (const part of item.list()) {
    const service = readService(part, node);
    if (service === undefined) continue;
    for (const socket of socketsOf(service)) {
      const other = found.find((s) => socketsOf(s).includes(socket));
      if (other !== undefined) {
        part.wrong(
          `${service.name} and ${other.name} both want ${socket}: give one another port`,
        );
      }
    }
    found.push(service);
  }
  return found;
}

function readService(item: Item, node: DraftNode): Service | undefined {
  const form = "a service, as nginx or { name: nginx, port: 8080 }";
  if (!item.isMap && typeof item.value !== "string") {
    return item.wrong(`${shown(item.value)} is not ${form}`);
  }
  const named = item.isMap ? item.at("name") : item;
  if (named.isAbsent) return item.wrong(`the map has no name: write ${form}`);
  const name = named.text(form);
  if (name === undefined) return undefined;
  if (!Object.hasOwn(READERS, name)) {
    return named.wrong(
      `there is no service ${name}${remedy(name, serviceNames)}`,
    );
  }
  const { keys, read } = READERS[name as ServiceName];
  item.allow(["name", ...keys], name);
  const options = read(item, node);
  return options && { name, options } as Service;
}

/** What a service listens on. */
function socketsOf({ name, options }: Service): string[] {
  switch (name) {
    case "dnsmasq":
    case "unbound":
      return ["udp port 53"];
    case "frr":
      return ["the routing table"];
    case "nat64":
      return ["the translation of IPv6"];
    case "snmpd":
      return [`udp port ${options.port}`];
    case "echo":
      return options.protocols.map((by) => `${by} port ${options.port}`);
    default:
      return [`tcp port ${options.port}`];
  }
}

/** The key and its value, where there is one. */
function ifAny<K extends string, V>(
  key: K,
  value: V | undefined,
): { [P in K]?: V } {
  return value === undefined ? {} : { [key]: value } as { [P in K]: V };
}

function port(item: Item, otherwise: number): number {
  return item.at("port").whole("a port", 1, 65_535) ?? otherwise;
}

function line(item: Item): string | undefined {
  const text = item.text("text of one line");
  if (text === undefined || !/[\r\n\0]/.test(text)) return text;
  return item.wrong("the text has more than one line");
}

function readWeb(item: Item, { name }: DraftNode): ServiceOptions["http"] {
  const body = item.at("body");
  if (typeof body.value !== "string" && !body.isAbsent) {
    body.wrong(`${shown(body.value)} is not text`);
  }
  return {
    port: port(item, 80),
    body: typeof body.value === "string" ? body.value : `${name}\n`,
  };
}

function readProtocols(item: Item): ("tcp" | "udp")[] {
  if (item.isAbsent) return ["tcp", "udp"];
  const found = item.list().flatMap((part) => {
    if (part.value === "tcp" || part.value === "udp") {
      return [part.value as "tcp" | "udp"];
    }
    part.wrong(`${shown(part.value)} is neither tcp nor udp`);
    return [];
  });
  return [...new Set(found)];
}

function addresses(item: Item): string[] {
  return item.list().flatMap((part) => plainAddress(part)?.toString() ?? []);
}

/** `{ www: 10.0.0.80 }`, or several addresses for a name. */
function readNames(item: Item): Record<string, string[]> {
  const names = item.entries("a map, as { www: 10.0.0.80 }").filter(
    ([name, part]) => {
      if (/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name)) return true;
      part.wrong(`${shown(name)} is not a name that DNS can have`, "key");
      return false;
    },
  );
  return Object.fromEntries(
    names.map(([name, part]) => [name, addresses(part)]),
  );
}

/**
 * One of the documentation's: the well-known 64:ff9b::/96 may stand for no
 * private address (RFC 6052 §3.1), and labs have hardly any others.
 */
const NAT64_PREFIX = "2001:db8:64:ff9b::/96";

/** The lengths that RFC 6052 §2.2 has. */
const NAT64_LENGTHS = [32, 40, 48, 56, 64, 96];

function nat64Prefix(item: Item): Subnet | undefined {
  const net = plainSubnet(item, item.text("a prefix, as 64:ff9b::/96"));
  if (
    net === undefined ||
    net.family === 6 && NAT64_LENGTHS.includes(net.prefixLength)
  ) return net;
  return item.wrong(
    `${net} holds no IPv4 addresses: its length must be one of ${
      NAT64_LENGTHS.join(", ")
    }, as 64:ff9b::/96`,
  );
}

function ipv4Pool(item: Item): Subnet | undefined {
  const net = plainSubnet(item, item.text("a subnet, as 192.168.255.0/24"));
  if (net === undefined || net.family === 4 && net.prefixLength <= 30) {
    return net;
  }
  return item.wrong(`${net} is no IPv4 subnet of a /30 or more`);
}

function readDnsmasq(item: Item): DnsmasqOptions {
  const domain = line(item.at("domain"));
  return {
    ...ifAny("dhcp", readDhcp(item.at("dhcp"))),
    names: readNames(item.at("names")),
    ...ifAny("domain", domain),
    forward: addresses(item.at("forward")),
  };
}

/** `10.0.0.100 - 10.0.0.200`, or a map that has it as `range`. */
function readDhcp(item: Item): DnsmasqOptions["dhcp"] {
  if (item.isAbsent) return undefined;
  item.allow(["range", "lease", "gateway", "dns"], "dhcp");
  const range = item.isMap ? item.at("range") : item;
  const form = "a range of addresses, as 10.0.0.100 - 10.0.0.200";
  if (range.isAbsent) return item.wrong(`there is no range: write ${form}`);
  const text = range.text(form);
  if (text === undefined) return undefined;
  const [from, to, ...more] = text.split(/\s*-\s*/).map((end) =>
    plainAddress(range, end)
  );
  if (more.length > 0) return range.wrong(`${shown(text)} is not ${form}`);
  if (from === undefined || to === undefined) {
    return text.includes("-")
      ? undefined
      : range.wrong(`${shown(text)} is not ${form}`);
  }
  if (from.family !== to.family || from.compare(to) > 0) {
    return range.wrong(`${from} is not below ${to}`);
  }
  const gateway = plainAddress(item.at("gateway"));
  const dns = addresses(item.at("dns"));
  const lease = duration(item.at("lease"), 365 * 86_400_000) ?? 3_600_000;
  return {
    from: `${from}`,
    to: `${to}`,
    leaseSeconds: Math.max(120, Math.round(lease / 1000)),
    ...ifAny("gateway", gateway?.toString()),
    ...dns.length === 0 ? {} : { dns },
  };
}
