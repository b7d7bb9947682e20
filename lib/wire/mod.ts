/**
 * `net.wire`: live capture, injection, questions and answers on the wire, and
 * the tools that are made of them.
 *
 * @module
 */

export * from "./answer.ts";
export * from "./arp_scan.ts";
export * from "./arping.ts";
export * from "./ask.ts";
export * from "./authority.ts";
export * from "./banner.ts";
export * from "./capture.ts";
export * from "./capturing/capture_options.ts";
export * from "./capturing/capture_statistics.ts";
export * from "./capturing/live_capture.ts";
export * from "./capturing/rotating.ts";
export * from "./capturing/source.ts";
export * from "./dhcp_discover.ts";
export * from "./exchange.ts";
export * from "./finding/arping_result.ts";
export * from "./finding/dhcp_offer.ts";
export * from "./finding/inventory_host.ts";
export * from "./finding/inventory_tally.ts";
export * from "./finding/os_hints_of.ts";
export * from "./finding/switch_port_result.ts";
export * from "./interfaces.ts";
export * from "./inventory.ts";
export * from "./machines/arp_responder.ts";
export * from "./machines/dhcp_server.ts";
export * from "./machines/dns_responder.ts";
export * from "./machines/icmp_responder.ts";
export * from "./machines/machine.ts";
export * from "./matching.ts";
export * from "./options.ts";
export * from "./os_hints.ts";
export * from "./path_mtu.ts";
export * from "./port_scan.ts";
export * from "./replay.ts";
export * from "./scanning/arp_scan_result.ts";
export * from "./scanning/port_list.ts";
export * from "./scanning/port_names.ts";
export * from "./scanning/scan_result.ts";
export * from "./send.ts";
export * from "./switch_port.ts";
export * from "./traceroute.ts";
export * from "./tracing/path_mtu_result.ts";
export * from "./tracing/trace.ts";
export * from "./watching/watch.ts";
