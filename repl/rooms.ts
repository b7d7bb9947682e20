/**
 * Each room of `net` behind a door of its own, so that a session loads the
 * rooms that it enters and no others. A bundle makes each door a file.
 *
 * @module
 */

import type * as errors from "../lib/errors.ts";
import type * as namespace from "../mod.ts";

/** `net`, whole. */
export type Net = typeof namespace;

/** The rooms of `net`, by name; what is left are the errors. */
export type Rooms = Omit<Net, keyof typeof errors>;

/** A room's name: `"ip"`. */
export type RoomName = keyof Rooms;

/** What loads a room. The compiler refuses a room too many or too few. */
export const doors = {
  bytes: () => import("../lib/bytes/mod.ts"),
  device: () => import("../lib/device/mod.ts"),
  dns: () => import("../lib/dns/mod.ts"),
  firewall: () => import("../lib/firewall/mod.ts"),
  http: () => import("../lib/http/mod.ts"),
  inspect: () => import("../lib/inspect/mod.ts"),
  ip: () => import("../lib/ip/mod.ts"),
  lab: () => import("../lib/lab/mod.ts"),
  linux: () => import("../lib/linux/mod.ts"),
  packet: () => import("../lib/packet/mod.ts"),
  pcap: () => import("../lib/pcap/mod.ts"),
  raw: () => import("../lib/socket/raw.ts"),
  snmp: () => import("../lib/snmp/mod.ts"),
  ssh: () => import("../lib/ssh/mod.ts"),
  switching: () => import("../lib/switching/mod.ts"),
  tcp: () => import("../lib/socket/tcp.ts"),
  tls: () => import("../lib/tls/mod.ts"),
  udp: () => import("../lib/socket/udp.ts"),
  unix: () => import("../lib/socket/unix.ts"),
  wire: () => import("../lib/wire/mod.ts"),
  ws: () => import("../lib/ws/mod.ts"),
} satisfies { readonly [K in RoomName]: () => Promise<Rooms[K]> };

/** All names, in the order in which a namespace has them. */
export const roomNames = Object.keys(doors) as readonly RoomName[];

/**
 * Whether a name is a room's.
 *
 * @param name Any text.
 */
export function isRoom(name: string): name is RoomName {
  return Object.hasOwn(doors, name);
}
