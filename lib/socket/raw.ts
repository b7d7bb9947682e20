/**
 * Raw sockets: protocols beside TCP and UDP, and ICMP without any rights where
 * the system allows it.
 *
 * @see raw(7), icmp(7)
 * @module
 */

export { open } from "./raw_open.ts";
export type { RawOptions } from "./raw_options.ts";
export * from "./raw_socket.ts";
export type { GroupOptions, Membership } from "./multicast.ts";
export { LiveOptions, type Optioned } from "./udp_live_options.ts";
export type { OptionName, SocketOptions, SomeOptions } from "./udp_options.ts";
export type { DeadlineOptions } from "../deadline.ts";
