/**
 * SNMP, versions 1 to 3: ask devices, walk and join their tables, set, watch
 * rates, read MIB files, serve values as an agent, hear and send notifications.
 *
 * @module
 */

export * from "./agent/agent.ts";
export * from "./agent/counts.ts";
export * from "./agent/options.ts";
export * from "./agent/serve.ts";
export * from "./client.ts";
export * from "./counters.ts";
export * from "./describe.ts";
export * from "./device.ts";
export * from "./mib/builtin.ts";
export * from "./mib/hint.ts";
export * from "./mib/mib_error.ts";
export * from "./mib/object.ts";
export * from "./mib/store.ts";
export * from "./open.ts";
export * from "./options.ts";
export * from "./rates.ts";
export * from "./set.ts";
export * from "./system_card.ts";
export * from "./table.ts";
export * from "./traffic.ts";
export * from "./traps/counts.ts";
export * from "./traps/listen.ts";
export * from "./traps/listener.ts";
export * from "./traps/notification.ts";
export * from "./traps/options.ts";
export * from "./traps/send.ts";
export * from "./user.ts";
export * from "./value.ts";
export * from "./varbind.ts";
