/**
 * A UDP socket's options by name, and where the kernel has them.
 *
 * @see socket(7), ip(7), ipv6(7), udp(7)
 * @module
 */

import { check, cString, libc } from "../ffi/libc.ts";
import { type Family, tryParse } from "../ip/address.ts";
import {
  OPTIONS,
  type SocketOptions as StreamOptions,
} from "./option_table.ts";
import type { Interfaces } from "./socket_address.ts";

/** What can be set of a UDP socket, as it is opened or by `setOption`. */
export interface SocketOptions {
  /** Whether it may send to broadcast addresses. @default {false} */
  broadcast: boolean;
  /** Time to live of unicast datagrams, 1 to 255; IPv6's hop limit. @default {64} */
  ttl: number;
  /** The code point for differentiated services, 0 to 63 (RFC 2474). @default {0} */
  dscp: number;
  /** The whole octet that `dscp` is in: type of service, traffic class. @default {0} */
  tos: number;
  /** Whether routers may not cut datagrams (and this machine does not): what is too long for the way there is `"too-large"`. @default {false} */
  dontFragment: boolean;
  /** Octets that may wait in the kernel to be received, which doubles what is set; beyond the system's limit root alone may go. */
  receiveBuffer: number;
  /** Octets that may wait in the kernel to be sent, which doubles what is set. */
  sendBuffer: number;
  /** Hops that multicast may go, 0 to 255; 1 stays on the link. @default {1} */
  multicastTtl: number;
  /** Whether what is sent to a group comes to members on this machine too. @default {true} */
  multicastLoopback: boolean;
  /** Where multicast leaves: an interface's name, or for IPv4 an address of it. @default {as the routes say} */
  multicastInterface: string;
  /** The one interface that it sends and receives by. @default {all} */
  bindToDevice: string;
  /** Whether others may bind the same port if they say so too, and all get broadcast and multicast; before binding. @default {false} */
  reuseAddress: boolean;
  /** Whether others of this user may bind the same port, and share what comes; before binding. @default {false} */
  reusePort: boolean;
}

/** What the name of an option may be. */
export type OptionName = keyof SocketOptions;

/** An option: level and number for each family, and how its value is kept. */
interface Place {
  readonly 4: readonly [level: number, option: number];
  readonly 6: readonly [level: number, option: number];
  /** The least and the greatest number; nothing for what is no number. */
  readonly range?: readonly [number, number];
}

const SOL_SOCKET = 1;
const IP = 0;
const IPV6 = 41;
/** SO_RCVBUFFORCE and SO_SNDBUFFORCE, by SO_RCVBUF and SO_SNDBUF. */
const FORCED: Readonly<Record<number, number>> = { 8: 33, 7: 32 };
const IP_MULTICAST_IF = 32;
/** IP_PMTUDISC_DONT and IP_PMTUDISC_DO. */
const MAY_FRAGMENT = 0;
const MAY_NOT_FRAGMENT = 2;
const MOST = 0x3fff_ffff;

/** An option that other sockets have too stands in their table. */
function shared(
  name: OptionName & keyof StreamOptions,
  range?: readonly [number, number],
): Place {
  const { number, number6 = number } = OPTIONS.find((x) => x.name === name)!;
  return { 4: number, 6: number6, ...range && { range } };
}

const PLACES: { readonly [K in OptionName]: Place } = {
  broadcast: { 4: [SOL_SOCKET, 6], 6: [SOL_SOCKET, 6] },
  ttl: shared("ttl", [1, 255]),
  dscp: shared("dscp", [0, 63]),
  tos: shared("tos", [0, 255]),
  dontFragment: { 4: [IP, 10], 6: [IPV6, 23] },
  receiveBuffer: shared("receiveBuffer", [1, MOST]),
  sendBuffer: shared("sendBuffer", [1, MOST]),
  multicastTtl: { 4: [IP, 33], 6: [IPV6, 18], range: [0, 255] },
  multicastLoopback: { 4: [IP, 34], 6: [IPV6, 19] },
  multicastInterface: { 4: [IP, IP_MULTICAST_IF], 6: [IPV6, 17] },
  bindToDevice: shared("bindToDevice"),
  reuseAddress: { 4: [SOL_SOCKET, 2], 6: [SOL_SOCKET, 2] },
  reusePort: shared("reusePort"),
};

/** What makes sense only before a socket is bound. */
export const BEFORE_BINDING: ReadonlySet<OptionName> = new Set([
  "reuseAddress",
  "reusePort",
]);

/** The names, in the order of {@linkcode SocketOptions}. */
export const OPTION_NAMES = Object.keys(PLACES) as readonly OptionName[];

const TEXTS: ReadonlySet<OptionName> = new Set([
  "multicastInterface",
  "bindToDevice",
]);

/**
 * Checks that there is an option of a name.
 *
 * @param name The name.
 * @throws {TypeError} If there is none.
 */
export function checkName(name: string): asserts name is OptionName {
  if (Object.hasOwn(PLACES, name)) return;
  throw new TypeError(
    `Cannot reach a socket option as 'name' must be one of ${
      OPTION_NAMES.join(", ")
    }: current value is ${name}`,
  );
}

/**
 * Checks an option's value, whoever is going to set it.
 *
 * @param name Which option.
 * @param value Its value.
 * @throws {TypeError} If there is none of that name, or the value is of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function checkOption(name: OptionName, value: unknown): void {
  checkName(name);
  const { range } = PLACES[name];
  if (range === undefined) {
    const isText = TEXTS.has(name);
    if (isText ? typeof value === "string" : typeof value === "boolean") return;
    const type = isText ? "string" : "boolean";
    throw new TypeError(
      `Cannot set ${name} as 'value' must be a ${type}: current value is ${value}`,
    );
  }
  const [least, most] = range;
  if (
    Number.isInteger(value) && value as number >= least &&
    value as number <= most
  ) {
    return;
  }
  throw new RangeError(
    `Cannot set ${name} as 'value' must be an integer from ${least} to ${most}: current value is ${value}`,
  );
}

/** Options by their names; those left out stay as they are. */
export type SomeOptions = {
  readonly [K in OptionName]?: SocketOptions[K] | undefined;
};

/**
 * Gives the options that are set, each checked.
 *
 * @param from The options by their names.
 * @throws {TypeError} If there is none of that name, or a value is of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function optionsIn(
  from: SomeOptions,
): [OptionName, SocketOptions[OptionName]][] {
  const given = Object.entries(from).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) checkOption(name as OptionName, value);
  return given as [OptionName, SocketOptions[OptionName]][];
}

/** A socket of the kernel's, as far as its options go. */
export interface OptionSocket {
  /** The descriptor. */
  readonly fd: number;
  /** 4 or 6. */
  readonly family: Family;
  /** Its interfaces. */
  readonly interfaces: Interfaces;
  /** The option of that name as it was set: IPv4 does not tell it. */
  multicastInterface: string;
}

/**
 * Sets a number by its level and option.
 *
 * @param fd The socket.
 * @param level Its level.
 * @param option The option there.
 * @param value The number.
 * @param name What it is, for the error.
 * @throws {NetError} If the kernel refuses.
 */
export function setNumber(
  fd: number,
  level: number,
  option: number,
  value: number,
  name: string,
): void {
  const { setsockopt } = libc();
  const octets = new Int32Array([value]);
  check(setsockopt(fd, level, option, octets, 4), "set", name);
}

/**
 * Sets an option.
 *
 * @param socket The socket.
 * @param name Which option.
 * @param value Its value.
 * @throws {NetError} If the kernel refuses, or knows no such interface.
 * @throws {PermissionError} For what root alone may set.
 */
export function setKernelOption<K extends OptionName>(
  socket: OptionSocket,
  name: K,
  value: SocketOptions[K],
): void {
  checkOption(name, value);
  const { fd, family } = socket;
  const [level, option] = PLACES[name][family];
  const { setsockopt } = libc();
  if (name === "bindToDevice") {
    const device = cString(value as string);
    check(
      setsockopt(fd, level, option, device, device.length),
      "bind to",
      value as string,
    );
  } else if (name === "multicastInterface") {
    const octets = interfaceOctets(socket, value as string);
    check(
      setsockopt(fd, level, option, octets, octets.length),
      "send multicast by",
      value as string,
    );
    socket.multicastInterface = value as string;
  } else if (option in FORCED && level === SOL_SOCKET) {
    const octets = new Int32Array([value as number]);
    if (setsockopt(fd, level, FORCED[option]!, octets, 4) < 0) {
      setNumber(fd, level, option, value as number, name);
    }
  } else {
    setNumber(fd, level, option, kernelNumber(socket, name, value), name);
  }
}

/** What the kernel takes for a value. */
function kernelNumber(
  socket: OptionSocket,
  name: OptionName,
  value: SocketOptions[OptionName],
): number {
  if (name === "dontFragment") return value ? MAY_NOT_FRAGMENT : MAY_FRAGMENT;
  // The lowest two bits of the octet are ECN's.
  if (name === "dscp") {
    return value as number << 2 | getNumber(socket, name) & 3;
  }
  return Number(value);
}

/** An interface as IP_MULTICAST_IF (struct ip_mreqn) and IPV6_MULTICAST_IF take it. */
function interfaceOctets(
  { family, interfaces }: OptionSocket,
  name: string,
): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(family === 4 ? 12 : 4);
  const view = new DataView(octets.buffer);
  const own = family === 4 ? tryParse(name, { family: 4 }) : undefined;
  if (own !== undefined) octets.set(own.toBytes(), 4);
  else view.setInt32(family === 4 ? 8 : 0, interfaces.indexOf(name), true);
  return octets;
}

function getNumber({ fd, family }: OptionSocket, name: OptionName): number {
  const [level, option] = PLACES[name][family];
  const value = new Int32Array(1);
  const { getsockopt } = libc();
  check(
    getsockopt(fd, level, option, value, new Uint32Array([4])),
    "read",
    name,
  );
  return value[0]!;
}

/**
 * Reads an option.
 *
 * @param socket The socket.
 * @param name Which option.
 * @returns Its value; `""` for no interface.
 * @throws {NetError} If the kernel refuses.
 */
export function getKernelOption<K extends OptionName>(
  socket: OptionSocket,
  name: K,
): SocketOptions[K] {
  const { fd, family } = socket;
  checkName(name);
  const [level, option] = PLACES[name][family];
  return read() as SocketOptions[K];

  function read(): boolean | number | string {
    switch (name) {
      case "bindToDevice":
        return deviceOf(fd, level, option);
      case "multicastInterface":
        return socket.multicastInterface;
      case "dontFragment":
        return getNumber(socket, name) === MAY_NOT_FRAGMENT;
      case "dscp":
        return getNumber(socket, name) >> 2;
      case "reuseAddress":
      case "reusePort":
      case "broadcast":
      case "multicastLoopback":
        return getNumber(socket, name) !== 0;
      default:
        return getNumber(socket, name);
    }
  }
}

function deviceOf(fd: number, level: number, option: number): string {
  const octets = new Uint8Array(16);
  const size = new Uint32Array([octets.length]);
  const { getsockopt } = libc();
  check(getsockopt(fd, level, option, octets, size), "read", "bindToDevice");
  const end = octets.indexOf(0);
  return new TextDecoder().decode(octets.subarray(0, Math.max(0, end)));
}

/** Datagrams that the kernel had no room for, of SO_MEMINFO (SK_MEMINFO_DROPS). */
export function kernelDrops(fd: number): number {
  const facts = new Uint32Array(9);
  const size = new Uint32Array([facts.byteLength]);
  const { getsockopt } = libc();
  return getsockopt(fd, SOL_SOCKET, 55, facts, size) < 0 ? 0 : facts[8]!;
}
