/**
 * How the values of a link's fields stand in netlink messages, in `ip -j`, and
 * in commands.
 *
 * @module
 */

import { type Address, address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import type { Message } from "./message.ts";
import type { Attributes } from "./received.ts";
import type { Device } from "./specs.ts";

/** A link's address as `ip` shows it, of however many octets it is. */
function linkAddress(octets: Uint8Array): string {
  return Array.from(octets, (x) => x.toString(16).padStart(2, "0")).join(":");
}

/** Gives the index of an interface. */
export type IndexOf = (device: Device) => number;

/** How a value stands in a message, in `ip -j`, and in a command. */
export interface Codec<T> {
  read(attributes: Attributes): T;
  write(message: Message, attribute: number, value: T, index: IndexOf): void;
  fromIp(json: unknown): T;
  toIp(value: T): string;
}

const plain = {
  fromIp: (json: unknown) => Number(json),
  toIp: (value: number) => String(value),
};

/** The codecs, by what they are called in the tables. */
export const as = {
  u8: {
    ...plain,
    read: (a) => a.u8(),
    write: (m, t, v) => m.u8(t, v),
  } as Codec<number>,
  u16: {
    ...plain,
    read: (a) => a.u16(),
    write: (m, t, v) => m.u16(t, v),
  } as Codec<number>,
  be16: {
    ...plain,
    read: (a) => a.be16(),
    write: (m, t, v) => m.be16(t, v),
  } as Codec<number>,
  u32: {
    ...plain,
    read: (a) => a.u32(),
    write: (m, t, v) => m.u32(t, v),
  } as Codec<number>,
  i32: {
    ...plain,
    read: (a) => a.i32(),
    write: (m, t, v) => m.i32(t, v),
  } as Codec<number>,
  be32: {
    ...plain,
    read: (a) =>
      ((a.u8(0) << 24) | (a.u8(1) << 16) | (a.u8(2) << 8) | a.u8(3)) >>> 0,
    write: (m, t, v) =>
      m.octets(t, Uint8Array.of(v >>> 24, v >>> 16, v >>> 8, v)),
    // Labels are shown in hexadecimal.
    fromIp: (json) => Number(json),
  } as Codec<number>,
  /** Hexadecimal without a prefix, as `ip -j` shows some masks. */
  mask16: {
    read: (a) => a.u16(),
    write: (m, t, v) => m.u16(t, v),
    fromIp: (json) => Number.parseInt(String(json), 16),
    toIp: (v) => `0x${v.toString(16)}`,
  } as Codec<number>,
  bool: {
    read: (a) => a.u8() !== 0,
    write: (m, t, v) => m.u8(t, Number(v)),
    fromIp: (json) => Boolean(json),
    toIp: (v) => (v ? "1" : "0"),
  } as Codec<boolean>,
  onOff: {
    read: (a) => a.u8() !== 0,
    write: (m, t, v) => m.u8(t, Number(v)),
    fromIp: (json) => Boolean(json),
    toIp: (v) => (v ? "on" : "off"),
  } as Codec<boolean>,
  /** True by being there. */
  flag: {
    read: () => true,
    write: (m, t, v) => {
      if (v) m.flag(t);
    },
    fromIp: () => true,
    toIp: (v) => (v ? "on" : "off"),
  } as Codec<boolean>,
  /** Hundredths of a second on the wire, milliseconds here. */
  centis: {
    read: (a) => 10 * a.u32(),
    write: (m, t, v) => m.u32(t, Math.round(v / 10)),
    fromIp: (json) => 10 * Number(json),
    toIp: (v) => String(Math.round(v / 10)),
  } as Codec<number>,
  centis64: {
    read: (a) => 10 * a.u64(),
    write: (m, t, v) => m.u64(t, Math.round(v / 10)),
    fromIp: (json) => 10 * Number(json),
    toIp: (v) => String(Math.round(v / 10)),
  } as Codec<number>,
  /** A timer that runs: `ip` shows it in seconds. */
  timer: {
    read: (a) => 10 * a.u64(),
    write: (m, t, v) => m.u64(t, Math.round(v / 10)),
    fromIp: (json) => Math.round(1000 * Number(json)),
    toIp: (v) => String(v / 1000),
  } as Codec<number>,
  /** Seconds on the wire, milliseconds here. */
  seconds: {
    read: (a) => 1000 * a.u32(),
    write: (m, t, v) => m.u32(t, Math.round(v / 1000)),
    fromIp: (json) => 1000 * Number(json),
    toIp: (v) => String(Math.round(v / 1000)),
  } as Codec<number>,
  mac: {
    read: (a) => linkAddress(a.octets()),
    write: (m, t, v) => m.octets(t, mac(v).toBytes()),
    fromIp: String,
    toIp: String,
  } as Codec<string>,
  /** A bridge's priority and address: `8000.02:00:00:00:00:01`. */
  bridgeId: {
    read: (a) => {
      const octets = a.octets();
      const priority = octets.subarray(0, 2).toHex();
      return `${priority}.${linkAddress(octets.subarray(2, 8))}`;
    },
    write: () => {},
    // It is shown there without leading zeros.
    fromIp: (json) => {
      const [priority, ...rest] = String(json).split(".");
      const octets = rest.join(".").split(":").map((x) => x.padStart(2, "0"));
      return `${priority}.${octets.join(":")}`;
    },
    toIp: String,
  } as Codec<string>,
  address: {
    read: (a) => a.address(),
    write: (m, t, v) => m.octets(t, address(v).toBytes()),
    fromIp: (json) => address(String(json)),
    toIp: String,
  } as Codec<Address>,
  /** An interface: its index on the wire, its name here. */
  device: {
    read: (a) => a.u32(),
    write: (m, t, v, index) => m.u32(t, index(v)),
    fromIp: (json) => json as Device,
    toIp: String,
  } as Codec<Device>,
  etherType: {
    read: (a) => nameOf(ETHER_TYPES, a.be16(), hex),
    write: (m, t, v) => m.be16(t, numberOf(ETHER_TYPES, v, "a VLAN protocol")),
    fromIp: String,
    toIp: String,
  } as Codec<string>,
};

const ETHER_TYPES = { "802.1Q": 0x8100, "802.1ad": 0x88a8 };

function hex(n: number): string {
  return `0x${n.toString(16)}`;
}

/**
 * A codec for numbers that have names.
 *
 * @param size Its width on the wire.
 * @param names The numbers by name.
 * @returns The codec; a number without a name is its decimal text.
 */
export function oneOf(
  size: "u8" | "u16" | "u32",
  names: Readonly<Record<string, number>>,
): Codec<string> {
  return {
    read: (a) => nameOf(names, a[size](), String),
    write: (m, t, v) => m[size](t, numberOf(names, v, "a value")),
    fromIp: String,
    toIp: String,
  };
}

function nameOf(
  names: Readonly<Record<string, number>>,
  n: number,
  otherwise: (n: number) => string,
): string {
  for (const name in names) if (names[name] === n) return name;
  return otherwise(n);
}

function numberOf(
  names: Readonly<Record<string, number>>,
  name: string,
  what: string,
): number {
  const n = Object.hasOwn(names, name) ? names[name]! : Number(name);
  if (Number.isInteger(n) && name !== "") return n;
  throw new TypeError(
    `Cannot use ${what} as it must be ${
      Object.keys(names).join(", ")
    } or a number: current value is ${name}`,
  );
}
