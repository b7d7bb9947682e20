/**
 * `net.linux`: links, addresses, routes and neighbours, as the kernel has them.
 *
 * @module
 */

export * from "./address.ts";
export * from "./addresses.ts";
export * from "./change.ts";
export * from "./change_links.ts";
export * from "./change_routes.ts";
export * from "./dns/hosts_file.ts";
export * from "./dns/nsswitch.ts";
export * from "./dns/resolv_conf.ts";
export * from "./dns/resolvectl.ts";
export * from "./dns_config.ts";
export * from "./kernel_state.ts";
export * from "./link.ts";
export * from "./links.ts";
export * from "./listing.ts";
export * from "./monitor.ts";
export * from "./monitor/event.ts";
export * from "./neighbour.ts";
export * from "./neighbours.ts";
export * from "./operation.ts";
export * from "./operation_command.ts";
export * from "./operation_inverse.ts";
export * from "./persistent/namespace.ts";
export * from "./plan.ts";
export * from "./plan/changes.ts";
export * from "./plan/diff.ts";
export * from "./qdisc.ts";
export * from "./qdiscs.ts";
export * from "./read_options.ts";
export * from "./route.ts";
export * from "./route_decision.ts";
export * from "./route_lookup.ts";
export * from "./routes.ts";
export * from "./rule.ts";
export * from "./rules.ts";
export * from "./sockets.ts";
export * from "./sockets/socket.ts";
export * from "./sockets/ss_text.ts";
export * from "./specs.ts";
export * from "./tcp_info.ts";
