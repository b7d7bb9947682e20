/**
 * Port scans: which ports of a host are open, closed or behind a firewall.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { REACH } from "./option_names.ts";
import { Run } from "../inspect/run.ts";
import { count } from "../inspect/units.ts";
import { subnet } from "../ip/subnet.ts";
import { authorise } from "./authority.ts";
import { type Ports, readPorts } from "./scanning/port_list.ts";
import {
  PortScanner,
  type PortScanOptions,
  type ScanSettings,
} from "./scanning/port_scanner.ts";

import {
  PortScan,
  type PortState,
  ScannedHost,
} from "./scanning/scan_result.ts";
import { checkHost, type Host, targetAddress } from "./target.ts";
import { techniqueOf } from "./scanning/techniques.ts";

export type { PortScanOptions } from "./scanning/port_scanner.ts";
export type {
  Answer,
  PortStatus,
  TechniqueName,
} from "./scanning/techniques.ts";

/** Options of `portScan`. */
const PORT_SCAN: OptionKinds<PortScanOptions> = {
  ...REACH,
  technique: "any",
  rate: "any",
  retry: "any",
  timeout: "numeric",
  banners: "boolean",
};

const { technique: _, ...others } = PORT_SCAN;

/** Options of `synScan`. */
const SYN_SCAN: OptionKinds<Omit<PortScanOptions, "technique">> = others;

/** What nmap and others call it. */
const SCAN_ELSEWHERE: Elsewhere = {
  ports: 'the second argument, portScan("192.0.2.1", "22,80")',
  retries: "retry",
  scanType: "technique",
  type: "technique",
};

/** What others of its kind have. */
const SYN_ELSEWHERE: Elsewhere = {
  ...SCAN_ELSEWHERE,
  technique: 'net.wire.portScan(host, ports, { technique: "udp" })',
};

/** Hosts that a scan takes at most. */
const MOST_HOSTS = 65_536;

/**
 * Finds out which ports of hosts are open, as nmap does.
 *
 * The usual technique sends SYNs past the kernel, which takes CAP_NET_RAW;
 * `"connect"` takes no rights. What gives no answer is asked again, and where
 * that helps, answers were lost: then it goes on slower until nothing new comes.
 * Scans of other people's machines are refused unless `authorised` says why one
 * may.
 *
 * @param hosts A host, a subnet's text, or several of them.
 * @param ports Which; see {@linkcode Ports}. @default {"top1000"}
 * @param options Technique, rate, and how long to wait.
 * @returns The scan: iterated, the open ports as they are found; awaited, all of
 * them.
 * @throws {ParseError} If a host or the ports are text that names none.
 * @throws {TypeError} If there is no such technique.
 * @throws {RangeError} If a number is out of range, or there are too many hosts.
 * @see RFC 9293 §3.10.7 (how TCP answers)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({ hostname: "127.0.0.1" }, net.tcp.echo);
 * const { port } = server.address;
 * const scan = await net.wire.portScan("127.0.0.1", port, { technique: "connect" });
 * assert.equal(scan.open[0]?.port, port);
 * ```
 */
export function portScan(
  hosts: Host | Iterable<Host>,
  ports: Ports = "top1000",
  options: PortScanOptions = {},
): Run<PortState, PortScan> {
  checkOptions("scan ports", options, PORT_SCAN, SCAN_ELSEWHERE);
  const { technique: name = "syn", retry = 1, timeout = 1000, rate } = options;
  const technique = techniqueOf(name);
  const list = readPorts(ports, technique.protocol);
  const given = hostList(hosts);
  check("retry", retry, retry >= 0 && Number.isInteger(retry), "0 or more");
  check("timeout", timeout, timeout > 0 && timeout < 2 ** 31, "above 0");
  if (rate !== undefined) check("rate", rate, rate > 0, "above 0");
  const { signal, authorised, namespace, banners = false } = options;
  const settings: ScanSettings = {
    technique: name,
    retry,
    timeout,
    rate,
    banners,
    authorised,
    namespace,
  };
  const what = `${count(list.length)} ${technique.protocol.toUpperCase()} ${
    list.length === 1 ? "port" : "ports"
  } (${technique.title})`;
  const whom = given.length === 1
    ? `${given[0]}`
    : `${count(given.length)} hosts`;
  return new Run(
    `Scan ${what} of ${whom}`,
    async (report) => {
      const started = performance.now();
      const { signal } = report;
      const named = await Promise.all(given.map(async (host) => ({
        name: host,
        address: await targetAddress(host, { signal }),
      })));
      const targets = named.map(({ address }) => address);
      await authorise(
        { action: `scan ${what} of`, kind: "scan", targets },
        { authorised, namespace, signal },
      );
      const scan = new PortScanner(technique, list, settings, report);
      const found = await scan.scan(targets);
      return new PortScan({
        technique: name,
        hosts: found.map((answers, i) => {
          const { name: text, address } = named[i]!;
          return new ScannedHost({
            host: address,
            name: typeof text === "string" && text !== `${address}`
              ? text
              : undefined,
            down: scan.down.get(i),
            technique: name,
            ports: list,
            answers,
            banners: scan.banners[i],
          });
        }),
        ports: list.length,
        probes: scan.probes,
        ms: performance.now() - started,
      });
    },
    { signal, line: portLine },
  );
}

/**
 * Scans ports by SYNs: {@linkcode portScan} by its usual technique.
 *
 * @param hosts A host, a subnet's text, or several of them.
 * @param ports Which; see {@linkcode Ports}. @default {"top1000"}
 * @param options Rate, and how long to wait.
 * @returns The scan, as {@linkcode portScan} gives it.
 * @throws {ParseError} If a host or the ports are text that names none.
 * @throws {RangeError} If a number is out of range, or there are too many hosts.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { open } = await net.wire.synScan("192.0.2.1", "1-1024", { authorised: "my router" });
 * ```
 */
export function synScan(
  hosts: Host | Iterable<Host>,
  ports: Ports = "top1000",
  options: Omit<PortScanOptions, "technique"> = {},
): Run<PortState, PortScan> {
  checkOptions("scan ports", options, SYN_SCAN, SYN_ELSEWHERE);
  return portScan(hosts, ports, { ...options, technique: "syn" });
}

function check(name: string, value: number, isRight: boolean, must: string) {
  if (isRight) return;
  throw new RangeError(
    `Cannot scan ports as '${name}' must be ${must}: current value is ${value}`,
  );
}

function hostList(hosts: Host | Iterable<Host>): Host[] {
  const isMany = typeof hosts === "object" && Symbol.iterator in (hosts ?? {});
  const given = isMany ? hosts as Iterable<Host> : [hosts as Host];
  const list: Host[] = [];
  for (const host of given) {
    checkHost(host);
    const isSubnet = typeof host === "string" && host.includes("/");
    for (const one of isSubnet ? subnet(host).hosts() : [host]) {
      list.push(one);
      if (list.length > MOST_HOSTS) {
        throw new RangeError(
          `Cannot scan ports as 'hosts' must be ${MOST_HOSTS} or fewer: current value is more`,
        );
      }
    }
  }
  if (list.length === 0) {
    throw new RangeError(
      "Cannot scan ports as 'hosts' must be one or more: current value is an empty list",
    );
  }
  return [...new Map(list.map((host) => [`${host}`, host])).values()];
}

/** Says a port in one line. */
function portLine(row: PortState): string {
  const { host, port, protocol, state, service = "", banner = "" } = row;
  return `${host} ${port}/${protocol} ${state} ${service} ${banner}`.trimEnd();
}
