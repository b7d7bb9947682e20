/**
 * `net`: everything a network programmer reaches for, by the field's names.
 *
 * At the prompt `net` is there already; a script says
 * `import * as net from "netrepl"`, or takes one room:
 * `import { subnet } from "netrepl/ip"`.
 *
 * @module
 */

export * from "./lib/errors.ts";
export * as bytes from "./lib/bytes/mod.ts";
export * as device from "./lib/device/mod.ts";
export * as dns from "./lib/dns/mod.ts";
export * as firewall from "./lib/firewall/mod.ts";
export * as http from "./lib/http/mod.ts";
export * as inspect from "./lib/inspect/mod.ts";
export * as ip from "./lib/ip/mod.ts";
export * as lab from "./lib/lab/mod.ts";
export * as linux from "./lib/linux/mod.ts";
export * as packet from "./lib/packet/mod.ts";
export * as pcap from "./lib/pcap/mod.ts";
export * as raw from "./lib/socket/raw.ts";
export * as snmp from "./lib/snmp/mod.ts";
export * as ssh from "./lib/ssh/mod.ts";
export * as switching from "./lib/switching/mod.ts";
export * as tcp from "./lib/socket/tcp.ts";
export * as tls from "./lib/tls/mod.ts";
export * as udp from "./lib/socket/udp.ts";
export * as unix from "./lib/socket/unix.ts";
export * as wire from "./lib/wire/mod.ts";
export * as ws from "./lib/ws/mod.ts";

/** What a function in a host of a lab is given as `net`: all of it. */
type Whole = typeof import("./mod.ts");
declare module "./lib/lab/host_net.ts" {
  interface HostNet extends Whole {}
}
