/**
 * The book's lessons, in reading order: one file a lesson, one line each here.
 *
 * @module
 */

/** The files in this folder. */
export const lessons = [
  "ch01_layers.ts",
  "ch02_ipv4.ts",
  "ch03_subnetting.ts",
  "ch04_ipv6.ts",
  "ch05_transition.ts",
  "ch06_linux.ts",
  "ch07_arp.ts",
  "ch08_dns.ts",
  "ch09_switching.ts",
  "ch10_routing.ts",
  "ch11_vlans.ts",
  "ch12_nftables.ts",
  "ch13_iptables.ts",
  "ch14_nat.ts",
  "ch15_dmz.ts",
  "ch16_tls.ts",
  "ch17_certificates.ts",
  "ch18_tcp.ts",
  "ch19_udp.ts",
  "ch20_many_clients.ts",
  "ch21_async_servers.ts",
  "ch22_http_clients.ts",
  "ch23_rest.ts",
  "ch24_websocket.ts",
  "ch25_crafting.ts",
  "ch26_analysis.ts",
  "ch26b_live_capture.ts",
  "ch27_scanning.ts",
  "ch28_ssh_automation.ts",
  "ch28b_sftp_and_tunnels.ts",
  "ch29_network_devices.ts",
  "ch29b_netconf_and_platforms.ts",
  "ch30_snmp.ts",
] as const;
