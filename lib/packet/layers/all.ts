/**
 * Every layer there is, one line each; the stack makes its tables of them.
 *
 * @module
 */

export * from "./ethernet.ts";
export * from "./ipv4.ts";
export * from "./ipv6.ts";
export * from "./loopback.ts";
export * from "./sll.ts";
export * from "./tcp.ts";
export * from "./udp.ts";
export * from "./vlan.ts";
