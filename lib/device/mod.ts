/**
 * Network devices: sessions with their command lines by platforms that are
 * data, TextFSM, NETCONF, and fake devices to learn with.
 *
 * @module
 */

export * from "./autodetect.ts";
export * from "./config_text.ts";
export * from "./connect.ts";
export * from "./diff.ts";
export * from "./fake/device.ts";
export * from "./fake/fake.ts";
export * from "./fake/faults.ts";
export * from "./fake/fleet.ts";
export * from "./fake/options.ts";
export * from "./inventory.ts";
export * from "./inventory_error.ts";
export * from "./modes.ts";
export * from "./netconf/lock.ts";
export * from "./netconf/netconf.ts";
export * from "./netconf/netconf_error.ts";
export * from "./netconf/notifications.ts";
export * from "./netconf/reply.ts";
export * from "./netconf/session.ts";
export * from "./netconf/session_options.ts";
export * from "./netconf/xml_element.ts";
export * from "./netconf/xml_read.ts";
export * from "./platform.ts";
export * from "./platforms/load.ts";
export * from "./platforms/platform_error.ts";
export * from "./record.ts";
export * from "./redact.ts";
export * from "./results.ts";
export * from "./session.ts";
export * from "./session_options.ts";
export * from "./textfsm/folder.ts";
export * from "./textfsm/structured.ts";
export * from "./textfsm/textfsm.ts";
export * from "./transport.ts";
