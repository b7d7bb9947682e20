/**
 * Who is on a network, without asking anybody.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { DURATION_ELSEWHERE, WIRE } from "./option_names.ts";
import { canvas } from "../inspect/canvas.ts";
import { type Report, Run } from "../inspect/run.ts";
import { table } from "../inspect/table.ts";
import { count, duration } from "../inspect/units.ts";
import type { VendorTable } from "../ip/mac/oui.ts";
import type { Packet } from "../packet/packet.ts";
import { capture } from "./capture.ts";
import { pause } from "./finding/hearing.ts";
import type { InventoryHost } from "./finding/inventory_host.ts";
import { InventoryTally } from "./finding/inventory_tally.ts";
import type { WireOptions } from "./options.ts";

export {
  type FactKind,
  type HostFact,
  InventoryHost,
} from "./finding/inventory_host.ts";
export { InventoryTally } from "./finding/inventory_tally.ts";

/** Options of `inventory`. */
const INVENTORY: OptionKinds<InventoryOptions> = {
  ...WIRE,
  duration: "numeric",
  vendors: "object",
  promiscuous: "boolean",
};

/** Options for {@linkcode inventory}. */
export interface InventoryOptions extends WireOptions {
  /** How long to listen, in milliseconds; a file is read to its end. @default {60,000} */
  duration?: number | undefined;
  /** Who made which hardware address, as `net.ip.vendors` reads it from a file. */
  vendors?: VendorTable | undefined;
  /** Whether to hear frames for others too. @default {true} */
  promiscuous?: boolean | undefined;
}

/** The hosts that gave themselves away. */
export class Inventory implements Iterable<InventoryHost> {
  /** The hosts, in the order that they were first seen. */
  readonly hosts: readonly InventoryHost[];
  /** Packets that were looked at. */
  readonly packets: number;
  /** Hosts for which there was no room. */
  readonly overflow: number;
  /** How long it listened, in milliseconds. */
  readonly waited: number;

  /**
   * Takes the facts together.
   *
   * @param facts What was found in what time.
   */
  constructor(
    facts: Pick<Inventory, "hosts" | "packets" | "overflow" | "waited">,
  ) {
    this.hosts = facts.hosts;
    this.packets = facts.packets;
    this.overflow = facts.overflow;
    this.waited = facts.waited;
  }

  /** The hosts. */
  [Symbol.iterator](): Iterator<InventoryHost> {
    return this.hosts[Symbol.iterator]();
  }

  /**
   * Finds a host.
   *
   * @param what Its hardware address, one of its IP addresses, or a name.
   * @returns The host, if there is such a one.
   */
  find(what: string): InventoryHost | undefined {
    return this.hosts.find(({ mac, addresses, names }) =>
      mac === what || addresses.includes(what) || names.includes(what)
    );
  }

  /**
   * Gives the hosts as plain data.
   *
   * @returns All fields.
   */
  toJSON(): object {
    return { ...this };
  }

  /**
   * Shows the hosts as a table.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { hosts, packets, waited } = this;
    const rows = hosts.map((host) => ({
      mac: host.mac,
      vendor: host.vendor,
      addresses: host.addresses,
      names: host.names,
      what: [...host.roles, ...host.system === undefined ? [] : [host.system]],
      services: host.services,
      by: host.evidence,
    }));
    return table(rows, {
      title: `${count(hosts.length)} hosts in ${count(packets)} packets, ${
        duration(waited)
      }`,
      columns: [
        { key: "mac", role: "name" },
        ...["addresses", "names", "what", "by"],
        // What nobody has takes no room.
        ...(["vendor", "services"] as const).filter((key) =>
          rows.some((row) => (row[key]?.length ?? 0) > 0)
        ),
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

/** What says something of hosts, as tcpdump takes it. */
const FILTER = [
  "arp",
  "icmp6",
  "udp port 67 or udp port 68 or udp port 53 or udp port 5353",
  "tcp[tcpflags] & tcp-syn != 0",
  // libpcap finds no flags behind IPv6.
  "ip6 and tcp and ip6[53] & 2 != 0",
  "ether proto 0x88cc",
  "ether[12:2] <= 1500 and ether[20:2] = 0x2000",
].map((part) => `(${part})`).join(" or ");

/**
 * Lists who is on a network by listening alone: hardware and IP addresses from
 * ARP and Neighbor Discovery, names from DHCP, mDNS and DNS, switches and routers
 * from LLDP, CDP and router advertisements, systems and open ports from how TCP
 * connections begin. Each fact says what gave it away.
 *
 * On a switch one hears broadcasts and what is for this machine: that is most of
 * this, and takes a while.
 *
 * @param from An interface's name, several, or packets: a live capture, or one
 * that `net.pcap.open` gives.
 * @param options How long to listen, and a table of vendors.
 * @returns Each host as it is first seen, and at the end all with their facts.
 * @throws {RangeError} If an option is out of bounds.
 * @throws {NetError} If there is no such interface, or the packets cannot be read.
 * @throws {PermissionError} Without the right to capture.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for await (const host of net.wire.inventory("eth0", { duration: 600_000 })) {
 *   console.log(String(host));
 * }
 * console.log(await net.wire.inventory(await net.pcap.open("office.pcapng")));
 * ```
 */
export function inventory(
  from: string | readonly string[] | AsyncIterable<Packet>,
  options: InventoryOptions = {},
): Run<InventoryHost, Inventory> {
  checkOptions("take an inventory", options, INVENTORY, DURATION_ELSEWHERE);
  const { duration, signal } = options;
  if (duration !== undefined && !(duration >= 0)) {
    throw new RangeError(
      `Cannot take an inventory as 'duration' must be 0 or more milliseconds: current value is ${duration}`,
    );
  }
  const name = isPackets(from) ? "packets" : [from].flat().join(", ");
  return new Run<InventoryHost, Inventory>(
    `Listen who is on ${name}`,
    (report) => gather(from, options, report),
    { signal, line: String },
  );
}

function isPackets(
  from: string | readonly string[] | AsyncIterable<Packet>,
): from is AsyncIterable<Packet> {
  return typeof from === "object" && Symbol.asyncIterator in (from ?? {});
}

async function gather(
  from: string | readonly string[] | AsyncIterable<Packet>,
  options: InventoryOptions,
  { row, progress, signal }: Report<InventoryHost>,
): Promise<Inventory> {
  const { promiscuous, namespace, vendors } = options;
  const start = performance.now();
  const tally = new InventoryTally(vendors);
  const duration = options.duration ?? (isPackets(from) ? Infinity : 60_000);
  using live = isPackets(from) ? undefined : capture(from, {
    filter: FILTER,
    promiscuous,
    namespace,
    duration,
    signal,
  });
  const packets = (live ?? from as AsyncIterable<Packet>)
    [Symbol.asyncIterator]();
  // Packets may never come: the time is up all the same.
  const over = Promise.withResolvers<undefined>();
  const clock = pause(duration, { signal, enough: over.promise })
    .finally(() => over.resolve(undefined));
  clock.catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([packets.next(), over.promise]);
      if (next === undefined || next.done) break;
      for (const host of tally.take(next.value)) row(host);
      if (tally.packets % 64 === 0) progress(tally.packets, Infinity);
    }
  } finally {
    over.resolve(undefined);
    await clock.catch(() => {});
    // A file that waits to be read is closed behind what is being read.
    if (isPackets(from)) await packets.return?.();
  }
  signal.throwIfAborted();
  return new Inventory({
    hosts: tally.hosts,
    packets: tally.packets,
    overflow: tally.overflow,
    waited: performance.now() - start,
  });
}
