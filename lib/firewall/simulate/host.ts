/**
 * The simulated machine: its interfaces, addresses and routes, made quick to
 * look up.
 *
 * @module
 */

import { type Address, parse as parseAddress } from "../../ip/address.ts";
import { mac as parseMac } from "../../ip/mac/mac.ts";
import { lowest } from "../../ip/prefix.ts";
import type { Context, HostInterface, HostSocket } from "./context.ts";

/** An interface. */
export interface Device {
  readonly name: string;
  readonly index: number;
  /** As a number; -1 if it is not known. */
  readonly mac: number;
  readonly group: number;
  readonly kind: string;
  readonly type: number;
  readonly master: string;
  readonly mtu: number;
  readonly addresses: readonly OwnAddress[];
}

/** An address of an interface. */
export interface OwnAddress {
  readonly address: Address;
  readonly length: number;
}

/** What a destination is. */
export type RouteKind =
  | "unicast"
  | "local"
  | "broadcast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit";

/** Where a destination is reached. */
export interface Path {
  readonly kind: RouteKind;
  readonly device: Device | undefined;
  readonly via: Address | undefined;
}

interface Entry extends Path {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly masks: readonly number[];
  readonly length: number;
  readonly metric: number;
}

const LOOPBACK = 772;

/** The machine of a context. */
export class Host {
  readonly devices: ReadonlyMap<string, Device>;
  /** Whether addresses and routes are known at all. */
  readonly isKnown: boolean;
  readonly forwarding: boolean;
  readonly sockets: readonly HostSocket[] | undefined;
  readonly stations: ReadonlyMap<number, string>;
  readonly #v4: readonly Entry[];
  readonly #v6: readonly Entry[];

  constructor(context: Context) {
    const { interfaces = [], routes = [], forwarding = true } = context;
    const devices = new Map<string, Device>();
    interfaces.forEach((row, at) => devices.set(row.name, device(row, at)));
    for (const name of [context.iifname, context.oifname]) {
      if (name !== undefined && !devices.has(name)) {
        devices.set(name, device({ name }, devices.size));
      }
    }
    this.devices = devices;
    this.isKnown = context.interfaces !== undefined ||
      context.routes !== undefined;
    this.forwarding = forwarding;
    this.sockets = context.sockets;
    this.stations = new Map(
      Object.entries(context.stations ?? {}).map(([mac, port]) => [
        Number(parseMac(mac).toBigint()),
        port,
      ]),
    );
    const entries: Entry[] = [];
    const add = (
      address: Address,
      length: number,
      kind: RouteKind,
      device?: Device,
      metric = 0,
      via?: Address,
    ) => entries.push(entry(address, length, kind, device, metric, via));
    const lo = devices.get("lo");
    add(parseAddress("127.0.0.0"), 8, "local", lo);
    add(parseAddress("::1"), 128, "local", lo);
    add(parseAddress("224.0.0.0"), 4, "multicast");
    add(parseAddress("ff00::"), 8, "multicast");
    add(parseAddress("255.255.255.255"), 32, "broadcast");
    for (const device of devices.values()) {
      for (const { address, length } of device.addresses) {
        const bits = address.family === 4 ? 32 : 128;
        add(address, bits, "local", device);
        if (length < bits) {
          add(lowest(address, length), length, "unicast", device);
        }
        if (address.family === 4 && length < 31) {
          const last = address.w3 | (length === 0 ? -1 : -1 >>> length);
          add(parseAddress(dotted(last)), 32, "broadcast", device);
        }
      }
    }
    for (const { to, dev, via, type = "unicast", metric = 0 } of routes) {
      const next = via === undefined ? undefined : parseAddress(via);
      const isWide = to.includes(":") || to === "default" && next?.family === 6;
      const [base, length] = to === "default"
        ? [isWide ? "::" : "0.0.0.0", "0"]
        : to.split("/");
      const address = parseAddress(base!);
      const out = dev === undefined ? undefined : devices.get(dev);
      if (dev !== undefined && out === undefined) {
        throw new TypeError(
          `Cannot simulate a route as 'dev' must be one of the interfaces: current value is ${
            JSON.stringify(dev)
          }`,
        );
      }
      add(
        address,
        length === undefined ? address.family === 4 ? 32 : 128 : +length,
        type,
        out,
        metric,
        next,
      );
    }
    const sorted = entries.toSorted((a, b) =>
      b.length - a.length || rank(a) - rank(b) || a.metric - b.metric
    );
    // A route without an interface goes where its next hop is.
    const near = sorted.filter(({ device }) => device !== undefined);
    const resolved = sorted.map((route) =>
      route.device !== undefined || route.via === undefined
        ? route
        : { ...route, device: find(near, wordsOf(route.via))?.device }
    );
    this.#v4 = resolved.filter(({ family }) => family === 4);
    this.#v6 = resolved.filter(({ family }) => family === 6);
  }

  /** Finds the way to an address, given as one word or four. */
  route(to: readonly number[], only?: Device): Path | undefined {
    return find(to.length === 1 ? this.#v4 : this.#v6, to, only);
  }
}

function find(
  routes: readonly Entry[],
  to: readonly number[],
  only?: Device,
): Entry | undefined {
  search: for (const route of routes) {
    const { words, masks, device } = route;
    if (words.length !== to.length) continue;
    for (let i = 0; i < words.length; i++) {
      if (((to[i]! & masks[i]!) >>> 0) !== words[i]) continue search;
    }
    if (only === undefined || device === only) return route;
  }
  return undefined;
}

const rank = ({ kind }: Path) =>
  kind === "local" ? 0 : kind === "broadcast" ? 1 : 2;

const dotted = (n: number) =>
  `${n >>> 24}.${n >>> 16 & 255}.${n >>> 8 & 255}.${n & 255}`;

/** An address's words, unsigned: one or four. */
export function wordsOf(address: Address): number[] {
  const { w0, w1, w2, w3 } = address;
  return address.family === 4
    ? [w3 >>> 0]
    : [w0 >>> 0, w1 >>> 0, w2 >>> 0, w3 >>> 0];
}

/** The words of a netmask, unsigned: one or four. */
export function maskWords(length: number, bits: number): number[] {
  return Array.from({ length: bits / 32 }, (_, i) => {
    const ones = Math.min(32, Math.max(0, length - i * 32));
    return ones === 0 ? 0 : -1 << 32 - ones >>> 0;
  });
}

function entry(
  address: Address,
  length: number,
  kind: RouteKind,
  device: Device | undefined,
  metric: number,
  via: Address | undefined,
): Entry {
  const family = address.family;
  const masks = maskWords(length, family === 4 ? 32 : 128);
  const words = wordsOf(address).map((word, i) => (word & masks[i]!) >>> 0);
  return { family, words, masks, length, kind, device, metric, via };
}

function device(row: HostInterface, at: number): Device {
  const { name, addresses = [] } = row;
  return {
    name,
    index: row.index ?? at + 1,
    mac: row.mac === undefined ? -1 : Number(parseMac(row.mac).toBigint()),
    group: row.group ?? 0,
    kind: row.kind ?? "",
    type: row.type ?? (name === "lo" ? LOOPBACK : 1),
    master: row.master ?? "",
    mtu: row.mtu ?? Infinity,
    addresses: addresses.map((text) => {
      const [base, length] = text.split("/");
      const address = parseAddress(base!);
      const bits = address.family === 4 ? 32 : 128;
      return { address, length: length === undefined ? bits : +length };
    }),
  };
}
