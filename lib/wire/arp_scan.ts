/**
 * Who is on the link: ARP's question for every address of a subnet.
 *
 * For IPv6 there is no such scan: a subnet has 2⁶⁴ addresses.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { ON_ELSEWHERE, REACH } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { type Report, Run } from "../inspect/run.ts";
import { count } from "../inspect/units.ts";
import { Address, tryParse } from "../ip/address.ts";
import { type Mac, mac as macOf } from "../ip/mac/mac.ts";
import type { VendorTable } from "../ip/mac/oui.ts";
import { type Subnet, subnet } from "../ip/subnet.ts";
import { withSocket } from "../linux/access.ts";
import { readAddresses } from "../linux/address_decode.ts";
import { inside } from "../linux/entering.ts";
import { inLab } from "../linux/lab_mark.ts";
import { readLinks } from "../linux/link_decode.ts";
import type { NetlinkSocket } from "../linux/netlink.ts";
import { ArpChannel } from "./scanning/arp_channel.ts";
import { type ArpHost, ArpScan } from "./scanning/arp_scan_result.ts";
import { authorise } from "./authority.ts";
import { inquire } from "./scanning/inquiry.ts";
import type { ReachOptions } from "./options.ts";

/** Options of `arpScan`. */
const ARP_SCAN: OptionKinds<ArpScanOptions> = {
  ...REACH,
  rate: "numeric",
  retry: "any",
  timeout: "numeric",
  on: "text",
  vendors: "object",
  self: "boolean",
};

/** Options for {@linkcode arpScan}. */
export interface ArpScanOptions extends ReachOptions {
  /**
   * Questions a second, `Infinity` for as many as the link takes. Each is a
   * broadcast that every station has to look at.
   *
   * @default {1000; in the lab no limit}
   */
  rate?: number | undefined;
  /**
   * How often what stays silent is asked again without anything new.
   *
   * @default {1; of more than 4,096 addresses 0, unless those that answered show by a second question that the link loses some}
   */
  retry?: number | undefined;
  /** The longest wait for an answer, in milliseconds. @default {500} */
  timeout?: number | undefined;
  /** The interface. @default {as the routes say} */
  on?: string | undefined;
  /** Who made which hardware address, as `net.ip.vendors` reads it from a file. */
  vendors?: VendorTable | undefined;
  /** Whether this machine is among the hosts. @default {false} */
  self?: boolean | undefined;
}

/** Questions a second, unless told otherwise. */
const DEFAULT_RATE = 1000;
/** Subnets up to this size are asked twice as a matter of course. */
const SMALL = 4096;
/** The most addresses: a /12. */
const MOST = 2 ** 20;
const MADE_UP = "locally administered";

/** A subnet, and from where it is asked. */
interface Place {
  readonly subnet: Subnet;
  readonly interface: string;
  readonly source: Address;
}

/**
 * Finds the stations on a link by asking for every address of a subnet, which
 * none can refuse to answer, whatever its firewall says. Several stations with
 * the same address show.
 *
 * @param where A subnet or its text, one address, or an interface, whose subnets
 * are asked. @default {the own subnets}
 * @param options Rate, vendors, and how long to wait.
 * @returns The scan: iterated, stations as they answer; awaited, all of them.
 * @throws {ParseError} If `where` is text that is neither.
 * @throws {RangeError} If a number is out of range, or the subnet is larger than a /12.
 * @see RFC 826, RFC 5227 §1.1
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const vendors = net.ip.vendors(Deno.readTextFileSync("/usr/share/nmap/nmap-mac-prefixes"));
 * const { hosts, duplicates } = await net.wire.arpScan("192.168.1.0/24", { vendors });
 * ```
 */
export function arpScan(
  where?: string | Subnet | Address,
  options: ArpScanOptions = {},
): Run<ArpHost, ArpScan> {
  checkOptions("ask who is there", options, ARP_SCAN, ON_ELSEWHERE);
  const { signal, rate, retry, timeout = 500, on } = options;
  check("timeout", timeout, timeout > 0 && timeout < 2 ** 31, "above 0");
  if (rate !== undefined) check("rate", rate, rate > 0, "above 0");
  if (retry !== undefined) {
    check("retry", retry, retry >= 0 && Number.isInteger(retry), "0 or more");
  }
  const { nets, name } = readWhere(where);
  const what = nets?.join(", ") ??
    (name === undefined ? "the own subnets" : name);
  return new Run(
    `Ask who is on ${what}`,
    async (report) => {
      const started = performance.now();
      const { namespace, authorised } = options;
      const places = withSocket(
        namespace,
        (socket) => findPlaces(socket, nets, name ?? on),
      );
      for (const { subnet } of places) checkSize(subnet);
      const asked = places.reduce((sum, { subnet }) => sum + size(subnet), 0);
      await authorise({
        action: `ask ARP for ${count(asked)} addresses of`,
        kind: "scan",
        targets: places.map(({ subnet }) => subnet),
      }, { namespace, authorised, signal: report.signal });
      const scan = new Scanner({ ...options, timeout }, asked, report);
      for (const place of places) await scan.ask(place);
      return new ArpScan({
        subnets: places.map(({ subnet }) => subnet),
        hosts: scan.hosts,
        asked,
        probes: scan.probes,
        ms: performance.now() - started,
      });
    },
    { signal, line: hostLine },
  );
}

function check(name: string, value: number, isRight: boolean, must: string) {
  if (isRight) return;
  throw new RangeError(
    `Cannot ask who is there as '${name}' must be ${must}: current value is ${value}`,
  );
}

function size({ hostCount }: Subnet): number {
  return Number(hostCount);
}

function checkSize(net: Subnet): void {
  if (net.family === 4 && size(net) <= MOST) return;
  throw new RangeError(
    `Cannot ask who is there as 'where' must be an IPv4 subnet of prefix length 12 or more: current value is ${net}`,
  );
}

function readWhere(
  where: string | Subnet | Address | undefined,
): { nets?: readonly Subnet[]; name?: string } {
  if (where === undefined) return {};
  if (typeof where === "string" && !where.includes("/")) {
    const one = tryParse(where);
    return one === undefined ? { name: where } : readWhere(one);
  }
  const net = where instanceof Address
    ? subnet(where, where.bits)
    : subnet(where, { hostBits: "clear" });
  checkSize(net);
  return { nets: [net] };
}

/** Finds where to ask from. */
function findPlaces(
  socket: NetlinkSocket,
  nets: readonly Subnet[] | undefined,
  name: string | undefined,
): Place[] {
  const links = readLinks(socket).filter((link) =>
    link.mac !== undefined && !link.flags.includes("LOOPBACK") &&
    !link.flags.includes("NOARP") && (name === undefined || link.name === name)
  );
  const own = readAddresses(socket).filter((entry) =>
    entry.family === 4 && links.some((link) => link.name === entry.device)
  );
  if (nets === undefined) {
    const places = own.filter((entry) => entry.prefixLength < 31)
      .map((entry) => ({
        subnet: entry.subnet,
        interface: entry.device,
        source: entry.address,
      }));
    if (places.length > 0) return places;
    throw new NetError(
      name === undefined
        ? "no interface has an IPv4 subnet with ARP"
        : `${name} has no IPv4 subnet with ARP`,
      {
        code: "not-found",
        op: "ask who is on",
        target: name ?? "the own subnets",
        hint: 'net.wire.arpScan("192.0.2.0/24", { on: "eth0" })',
      },
    );
  }
  return nets.map((net) => {
    const at = own.find((entry) => entry.subnet.overlaps(net)) ??
      (name === undefined ? undefined : own[0]);
    const device = at?.device ?? (links.length > 0 ? name : undefined);
    if (device !== undefined) {
      const source = at?.address ?? new Address(4, 0, 0, 0, 0);
      return { subnet: net, interface: device, source };
    }
    throw new NetError(
      "it is not on a link of this machine, and ARP goes no further",
      {
        code: "unreachable",
        op: "ask who is on",
        target: `${net}`,
        hint: `{ on: "eth0" } if it is; else net.wire.portScan("${net}")`,
      },
    );
  });
}

/** A scan at work. */
class Scanner {
  readonly hosts: ArpHost[] = [];
  probes = 0;
  readonly #options: ArpScanOptions & { readonly timeout: number };
  readonly #report: Report<ArpHost>;
  readonly #asked: number;
  #before = 0;

  constructor(
    options: ArpScanOptions & { readonly timeout: number },
    asked: number,
    report: Report<ArpHost>,
  ) {
    this.#options = options;
    this.#asked = asked;
    this.#report = report;
  }

  async ask(place: Place): Promise<void> {
    const { retry, self, namespace } = this.#options;
    const { hostCount, first } = place.subnet;
    const start = first.w3 >>> 0;
    const all = Uint32Array.from(
      { length: Number(hostCount) },
      (_, i) => start + i,
    );
    const seen = new Map<number, Mac[]>();
    if (self) this.#addSelf(place, namespace);
    const usual = all.length <= SMALL ? 1 : 0;
    const answered = await this.#round(place, all, retry ?? usual, seen);
    if (retry === undefined && usual === 0) {
      // Those that are there for sure tell whether questions get lost.
      const there = all.filter((_, i) => answered[i] !== 0);
      const again = await this.#round(place, there, 0, seen);
      if (again.includes(0)) {
        const silent = all.filter((_, i) => answered[i] === 0);
        await this.#round(place, silent, 1, seen);
      }
    }
    this.#before += all.length;
  }

  async #round(
    place: Place,
    addresses: Uint32Array,
    retry: number,
    seen: Map<number, Mac[]>,
  ): Promise<Uint8Array> {
    const { rate, timeout, namespace } = this.#options;
    const { signal } = this.#report;
    const isFree = inside(namespace, inLab);
    await using channel = new ArpChannel(
      place.interface,
      place.source,
      addresses,
      { namespace },
    );
    const { answers, probes } = await inquire(channel, {
      targets: addresses.length,
      rate: rate ?? (isFree ? Infinity : DEFAULT_RATE),
      retry,
      timeout,
      signal,
      heard: (target, _answer, _isFirst, rtt) =>
        this.#hear(addresses[target]!, channel.mac, rtt, seen),
      progress: (done, of) => {
        const part = done / of * addresses.length;
        this.#report.progress(this.#before + Math.floor(part), this.#asked);
      },
    });
    this.probes += probes;
    return answers;
  }

  #hear(
    word: number,
    octets: Uint8Array,
    rtt: number,
    seen: Map<number, Mac[]>,
  ): void {
    const mac = macOf(octets);
    const macs = seen.get(word) ?? [];
    if (macs.some((known) => known.equals(mac))) return;
    seen.set(word, [...macs, mac]);
    this.#add({
      address: new Address(4, 0, 0, 0, word),
      mac,
      rtt,
      isDuplicate: macs.length > 0,
      isSelf: false,
    });
  }

  #addSelf(place: Place, namespace: number | string | undefined): void {
    const links = withSocket(namespace, readLinks);
    const own = links.find(({ name }) => name === place.interface)?.mac;
    if (own === undefined || !place.subnet.contains(place.source)) return;
    this.#add({
      address: place.source,
      mac: own,
      rtt: 0,
      isDuplicate: false,
      isSelf: true,
    });
  }

  #add(host: Omit<ArpHost, "vendor">): void {
    const { vendors } = this.#options;
    const vendor = vendors?.lookup(host.mac)?.vendor ??
      (host.mac.isLocal ? MADE_UP : undefined);
    const row = { ...host, ...vendor !== undefined && { vendor } };
    this.hosts.push(row);
    this.#report.row(row);
  }
}

/** Says a station in one line. */
function hostLine(host: ArpHost): string {
  const { address, mac, vendor = "", isDuplicate, isSelf } = host;
  const note = isDuplicate ? "duplicate address" : isSelf ? "this machine" : "";
  return `${address}  ${mac}  ${vendor}  ${note}`.trimEnd();
}
