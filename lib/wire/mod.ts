/**
 * `net.wire`: live capture, injection, questions and answers on the wire, and
 * the tools that are made of them.
 *
 * @module
 */

export * from "./answer.ts";
export * from "./arp_scan.ts";
export * from "./arp_scan_result.ts";
export * from "./arping.ts";
export * from "./arping_result.ts";
export * from "./ask.ts";
export * from "./authority.ts";
export * from "./banner.ts";
export * from "./capture.ts";
export * from "./capture_options.ts";
export * from "./capture_statistics.ts";
export * from "./dhcp_discover.ts";
export * from "./dhcp_offer.ts";
export * from "./exchange.ts";
export * from "./interfaces.ts";
export * from "./inventory.ts";
export * from "./inventory_host.ts";
export * from "./inventory_tally.ts";
export * from "./live_capture.ts";
export * from "./machines/arp_responder.ts";
export * from "./machines/dhcp_server.ts";
export * from "./machines/dns_responder.ts";
export * from "./machines/icmp_responder.ts";
export * from "./machines/machine.ts";
export * from "./matching.ts";
export * from "./options.ts";
export * from "./os_hints.ts";
export * from "./os_hints_of.ts";
export * from "./path_mtu.ts";
export * from "./path_mtu_result.ts";
export * from "./port_list.ts";
export * from "./port_names.ts";
export * from "./port_scan.ts";
export * from "./replay.ts";
export * from "./scan_result.ts";
export * from "./send.ts";
export * from "./switch_port.ts";
export * from "./switch_port_result.ts";
export * from "./trace.ts";
export * from "./traceroute.ts";
export * from "./watch.ts";
