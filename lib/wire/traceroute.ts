/**
 * Traceroute: all hops at once, along several flows.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { INTERFACE_ELSEWHERE, REACH } from "./option_names.ts";
import { type Report, Run } from "../inspect/run.ts";
import { duration } from "../inspect/units.ts";
import type { Address } from "../ip/address.ts";
import { authorise } from "./authority.ts";
import type { ReachOptions } from "./options.ts";
import { checkHost, type Host, targetAddress } from "./target.ts";
import { type Trace, type TraceAnswer, Traces } from "./tracing/trace.ts";
import type { TraceProtocol } from "./tracing/trace_probe.ts";
import { type TraceSettings, traceTargets } from "./tracing/tracing.ts";

export type { Host } from "./target.ts";

/** Options of `traceroute`. */
const TRACEROUTE: OptionKinds<TracerouteOptions> = {
  ...REACH,
  protocol: "any",
  port: "any",
  maxHops: "any",
  flows: "any",
  probes: "any",
  retries: "any",
  timeout: "numeric",
  rate: "any",
  size: "any",
  interface: "text",
};

/** What traceroute(8) and Scapy call it. */
const TRACEROUTE_ELSEWHERE: Elsewhere = {
  ...INTERFACE_ELSEWHERE,
  dport: "port",
  maxTtl: "maxHops",
  max_ttl: "maxHops",
  maxttl: "maxHops",
  method: "protocol",
  queries: "probes",
  retry: "retries",
};

/** Options for {@linkcode traceroute}. */
export interface TracerouteOptions extends ReachOptions {
  /** What the probes are. @default {"udp"} */
  protocol?: TraceProtocol | undefined;
  /** The target's port. @default {33434 for UDP, 80 for TCP} */
  port?: number | undefined;
  /** The most hops, up to 255. @default {30} */
  maxHops?: number | undefined;
  /** Flows, up to 64: routers that share load keep each on one way. @default {3} */
  flows?: number | undefined;
  /** Probes of each flow for each hop, up to 16. @default {1} */
  probes?: number | undefined;
  /** How often a probe without an answer is sent again. @default {1} */
  retries?: number | undefined;
  /** The longest wait for an answer, in milliseconds. @default {1000} */
  timeout?: number | undefined;
  /** Probes a second. @default {1000} */
  rate?: number | undefined;
  /** Octets of each packet, which may not be fragmented: more than a link takes shows that link. @default {60} */
  size?: number | undefined;
  /** The interface that probes must leave by. @default {as the routes say} */
  interface?: string | undefined;
}

/** What goes to one named host without asking: flows times probes, and hops. */
const ORDINARY = { ways: 8, hops: 30 };

/**
 * Finds the routers on the way to a host, or to several, by packets that may
 * take only so many hops.
 *
 * The probes of all hops go out at once, at a rate. Those of one flow look alike
 * to routers that share load over several ways, so they all take one way (as
 * Paris traceroute does); with several flows the result shows where ways part,
 * each with its flows. It says `*` where nobody answers, marks such as `!X` as
 * traceroute(8) does, MTUs, and MPLS labels where routers tell of them. A machine
 * that has itself several equal routes uses the first for all flows.
 *
 * Up to 8 flows and 30 hops to one host are ordinary diagnosis; more, or several
 * hosts, needs `authorised` beyond one's own networks.
 *
 * @param host An address or a name; or several.
 * @param options What to send, how much and for how long.
 * @returns The answers as they come, and at the end the trace: a {@linkcode Traces} for several.
 * @throws {RangeError} If an option is out of bounds, or there is no host.
 * @throws {NetError} If there is no such host or no way, or an interface goes down.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW, or if it needs `authorised`.
 * @throws The signal's reason, if it aborts.
 * @see traceroute(8), RFC 1393 §1, RFC 4950
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const trace = await net.wire.traceroute("192.0.2.1", { protocol: "tcp", port: 443, flows: 8 });
 * console.log(trace.reached, trace.tree());
 * ```
 */
export function traceroute(
  host: Host,
  options?: TracerouteOptions,
): Run<TraceAnswer, Trace>;
/**
 * The same for several hosts at once, which gives all ways as one tree.
 *
 * @param hosts Addresses and names.
 * @param options What to send, how much and for how long.
 * @returns The answers as they come, and at the end the traces.
 */
export function traceroute(
  hosts: readonly Host[],
  options?: TracerouteOptions,
): Run<TraceAnswer, Traces>;
export function traceroute(
  hosts: Host | readonly Host[],
  options: TracerouteOptions = {},
): Run<TraceAnswer, Trace> | Run<TraceAnswer, Traces> {
  checkOptions("trace", options, TRACEROUTE, TRACEROUTE_ELSEWHERE);
  const settings = settingsOf(options);
  const list = isList(hosts) ? hosts : [hosts];
  if (list.length === 0) {
    throw new RangeError(
      "Cannot trace as 'hosts' must name one or more: current value is an empty list",
    );
  }
  list.forEach(checkHost);
  const title = `Trace the way to ${
    list.length === 1 ? list[0] : `${list.length} hosts`
  }`;
  const { signal } = options;
  const line = answerLine;
  const work = async (report: Report<TraceAnswer>): Promise<Trace[]> => {
    const targets: Address[] = [];
    for (const host of list) targets.push(await targetAddress(host, report));
    const { flows, probes, maxHops } = settings;
    const ways = flows * probes * targets.length;
    if (ways > ORDINARY.ways || maxHops > ORDINARY.hops || list.length > 1) {
      const { signal } = report;
      const intent = { action: `trace ${ways} ways to`, targets };
      await authorise(intent, { ...options, signal });
    }
    return await traceTargets(targets, settings, report);
  };
  return isList(hosts)
    ? new Run<TraceAnswer, Traces>(
      title,
      async (report) => new Traces(await work(report)),
      { signal, line },
    )
    : new Run<TraceAnswer, Trace>(
      title,
      async (report) => (await work(report))[0]!,
      { signal, line },
    );
}

function isList(hosts: Host | readonly Host[]): hosts is readonly Host[] {
  return Array.isArray(hosts);
}

function settingsOf(options: TracerouteOptions): TraceSettings {
  const { protocol = "udp", timeout = 1000, rate = 1000 } = options;
  if (!["udp", "tcp", "icmp"].includes(protocol)) {
    throw new TypeError(
      `Cannot trace as 'protocol' must be "udp", "tcp" or "icmp": current value is ${
        Deno.inspect(protocol)
      }`,
    );
  }
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot trace as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  if (!(rate > 0)) {
    throw new RangeError(
      `Cannot trace as 'rate' must be above 0 probes a second: current value is ${rate}`,
    );
  }
  const usualPort = protocol === "udp" ? 33434 : 80;
  const { maxHops = 30, flows = 3, probes = 1, retries = 1 } = options;
  const { port = usualPort, size = 60, interface: name, namespace } = options;
  return {
    protocol,
    port: protocol === "icmp" ? 0 : whole("port", port, 0, 65535),
    maxHops: whole("maxHops", maxHops, 1, 255),
    flows: whole("flows", flows, 1, 64),
    probes: whole("probes", probes, 1, 16),
    retries: whole("retries", retries, 0, 10),
    size: whole("size", size, 0, 65535),
    timeout,
    rate,
    interface: name,
    namespace,
  };
}

function whole(
  name: string,
  value: number,
  least: number,
  most: number,
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot trace as '${name}' must be a whole number from ${least} to ${most}: current value is ${value}`,
  );
}

/** One line for an answer, as it comes. */
function answerLine({ hop, from, rtt, mark, flow, kind }: TraceAnswer): string {
  const end = kind === "arrived" ? "  reached" : mark ? `  ${mark}` : "";
  return `${hop}  ${from}  ${duration(rtt)}  flow ${flow}${end}`;
}
