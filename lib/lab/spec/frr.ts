/**
 * Reads the options of FRR: which routing protocols, and on which interfaces.
 *
 * @module
 */

import type { FrrOptions } from "../daemon.ts";
import { type DraftNode, endpointsOf, findEndpoint } from "./draft.ts";
import { type Item, shown } from "./item.ts";
import { duration } from "./quantity.ts";
import { plainAddress, plainSubnet } from "./reading.ts";

/** What a router has said within this is alive: a lab should not take forty seconds. */
const HELLO = 1000;
/** OSPF's hellos go up to 18 hours (RFC 2328 appendix C.3: 16 bits). */
const MOST_HELLO = 65_535_000;

/**
 * Reads the options of FRR.
 *
 * @param item The service.
 * @param node The node that it is on.
 * @returns The options, or `undefined` if there are none.
 */
export function readFrr(item: Item, node: DraftNode): FrrOptions | undefined {
  const ospf = readOspf(item.at("ospf"), node);
  const rip = readRip(item.at("rip"), node);
  const bgp = readBgp(item.at("bgp"));
  const config = item.at("config").text("lines of frr.conf");
  const said = ["ospf", "rip", "bgp", "config"].some((key) =>
    !item.at(key).isAbsent && item.at(key).value !== false
  );
  if (!said) {
    return item.wrong(
      "frr runs no protocol: write { name: frr, ospf: true }, or rip, or bgp",
    );
  }
  return {
    ...ospf === undefined ? {} : { ospf },
    ...rip === undefined ? {} : { rip },
    ...bgp === undefined ? {} : { bgp },
    ...config === undefined ? {} : { config },
  };
}

/** `true` for all interfaces in area 0; else a map. */
function readOspf(item: Item, node: DraftNode): FrrOptions["ospf"] {
  if (item.isAbsent || item.value === false) return undefined;
  if (item.value !== true && !item.isMap) {
    return item.wrong(`${shown(item.value)} is neither true nor a map`);
  }
  item.allow(["area", "interfaces", "hello", "dead"], "ospf");
  const area = readArea(item.at("area")) ?? "0.0.0.0";
  const hello = duration(item.at("hello"), MOST_HELLO) ?? HELLO;
  const helloSeconds = Math.max(1, Math.round(hello / 1000));
  const dead = duration(item.at("dead"), MOST_HELLO);
  const deadSeconds = dead === undefined
    ? 4 * helloSeconds
    : Math.round(dead / 1000);
  if (deadSeconds <= helloSeconds) {
    item.at("dead").wrong(
      `a neighbour would be dead before its next hello: make it more than ${helloSeconds} s`,
    );
  }
  const areas: Record<string, string> = {};
  const interfaces = item.at("interfaces");
  if (interfaces.isMap) {
    for (const [key, part] of interfaces.entries("a map")) {
      const endpoint = findEndpoint(node, key, part, "key");
      if (endpoint) areas[endpoint.name] = readArea(part) ?? area;
    }
  } else {
    for (const name of readInterfaces(interfaces, node)) areas[name] = area;
  }
  return { areas, helloSeconds, deadSeconds };
}

/** An area as a number or as a dotted quad, which is its form in the protocol. */
function readArea(item: Item): string | undefined {
  if (item.isAbsent) return undefined;
  const { value } = item;
  if (typeof value === "string" && value.includes(".")) {
    const address = plainAddress(item);
    return address === undefined || address.family === 4
      ? address?.toString()
      : item.wrong(`${value} is no area: write 0 or 0.0.0.0`);
  }
  const number = item.whole("an area", 0, 2 ** 32 - 1);
  return number === undefined
    ? undefined
    : [24, 16, 8, 0].map((shift) => number >>> shift & 255).join(".");
}

/** The names of those that were listed, or of all. */
function readInterfaces(item: Item, node: DraftNode): string[] {
  if (item.isAbsent) return endpointsOf(node).map(({ name }) => name);
  const names = item.list().flatMap((part) => {
    const text = part.text("an interface, as eth0");
    return text === undefined
      ? []
      : findEndpoint(node, text, part, "value")?.name ?? [];
  });
  return [...new Set(names)];
}

function readRip(item: Item, node: DraftNode): FrrOptions["rip"] {
  if (item.isAbsent || item.value === false) return undefined;
  if (item.value !== true && !item.isMap) {
    return item.wrong(`${shown(item.value)} is neither true nor a map`);
  }
  item.allow(["interfaces"], "rip");
  return { interfaces: readInterfaces(item.at("interfaces"), node) };
}

function readBgp(item: Item): FrrOptions["bgp"] {
  if (item.isAbsent) return undefined;
  if (!item.isMap) {
    return item.wrong(
      `${
        shown(item.value)
      } is not a map, as { as: 65001, neighbors: { 10.0.0.2: 65002 } }`,
    );
  }
  item.allow(["as", "neighbors", "networks"], "bgp");
  const as = readAs(item.at("as"));
  if (item.at("as").isAbsent) item.wrong("bgp needs its own as, as 65001");
  const neighbors: Record<string, number> = {};
  const map = item.at("neighbors").entries("a map, as { 10.0.0.2: 65002 }");
  for (const [key, part] of map) {
    const address = plainAddress(part, key);
    const other = readAs(part);
    if (address && other) neighbors[`${address}`] = other;
  }
  const networks = item.at("networks").list().flatMap((part) =>
    plainSubnet(part)?.toString() ?? []
  );
  return as === undefined ? undefined : { as, neighbors, networks };
}

function readAs(item: Item): number | undefined {
  return item.whole("an autonomous system", 1, 2 ** 32 - 1);
}
