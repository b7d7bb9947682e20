/**
 * A machine that gives addresses away by DHCP.
 *
 * @module
 */

import type { Elsewhere } from "../../known_options.ts";
import { checkOptions, type OptionKinds } from "../../linux/option_kinds.ts";
import { type Address, address } from "../../ip/address.ts";
import { mac as macOf } from "../../ip/mac/mac.ts";
import { type Range, range } from "../../ip/set/range.ts";
import { type Subnet, subnet as subnetOf } from "../../ip/subnet.ts";
import { build } from "../../packet/build.ts";
import { dhcp } from "../../packet/layers/dhcp/dhcp.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import { ipv4 } from "../../packet/layers/ipv4.ts";
import { udp } from "../../packet/layers/udp.ts";
import type { Packet } from "../../packet/packet.ts";
import { plain } from "../../packet/value.ts";
import { type DhcpClient, type DhcpLease, DhcpLeases } from "./dhcp_leases.ts";
import type { Machine, MachineFacts } from "./machine.ts";

export type { DhcpLease };

/** Options of `dhcpServer`. */
const DHCP_SERVER: OptionKinds<DhcpServerOptions> = {
  subnet: "any",
  pool: "any",
  server: "any",
  leaseSeconds: "any",
  router: "any",
  dns: "any",
  domain: "text",
  reserved: "object",
};

/** What dnsmasq and others call it. */
const DHCP_SERVER_ELSEWHERE: Elsewhere = {
  gateway: "router",
  leaseTime: "leaseSeconds",
  range: "pool",
};

/** Options for {@linkcode dhcpServer}. */
export interface DhcpServerOptions {
  /** The clients' subnet. */
  subnet: string | Subnet;
  /** The addresses to give away. @default {all of the subnet's hosts} */
  pool?: string | Range | undefined;
  /** The address that the server answers from. @default {the interface's in the subnet} */
  server?: string | Address | undefined;
  /** How long an address may be kept, in seconds. @default {3600} */
  leaseSeconds?: number | undefined;
  /** The router to tell clients of. */
  router?: string | Address | undefined;
  /** The name servers to tell them of. */
  dns?: string | Address | readonly (string | Address)[] | undefined;
  /** The domain that their names end with. */
  domain?: string | undefined;
  /** Addresses that are kept for some, by their hardware address. */
  reserved?: Readonly<Record<string, string | Address>> | undefined;
}

/** The machine, and whom it has given what. */
export interface DhcpServer extends Machine {
  /** The leases that run, as they are now. */
  readonly leases: readonly DhcpLease[];
}

const SERVER = 67;
const CLIENT = 68;
const ALL = "255.255.255.255";
const ALL_MAC = "ff:ff:ff:ff:ff:ff";
/** Addresses of a pool at most. */
const MOST = 65_536n;
/** Some clients want as many octets as BOOTP had, 300: options and this make more. */
const PADDING = new Uint8Array(60);

type Message = NonNullable<Packet["dhcp"]>;
type Options = NonNullable<Message["options"]>;
type Option = Options[number];

/** Types of messages (RFC 2132 §9.6). */
const TYPE = {
  discover: 1,
  request: 3,
  decline: 4,
  release: 7,
  inform: 8,
} as const;

/**
 * Makes a machine that gives addresses away, with all that goes with them:
 * discover and offer, request and acknowledgement or refusal, renewal, release,
 * decline and inform. A second server on a link confuses its clients: ask who
 * runs the first.
 *
 * @param options The subnet, and what to tell clients.
 * @returns The machine, with its leases.
 * @throws {ParseError} If an address, the subnet or the pool is none.
 * @throws {RangeError} If the pool is not in the subnet or too large, or
 * `leaseSeconds` is no possible number.
 * @see RFC 2131 §4.3, RFC 2132
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, dhcp, ethernet, ipv4, udp } = net.packet;
 * const machine = net.wire.dhcpServer({ subnet: "10.0.0.0/24", server: "10.0.0.1" });
 * const question = build(
 *   ethernet({ src: "02:00:00:00:00:05", dst: "ff:ff:ff:ff:ff:ff" }),
 *   ipv4({ dst: "255.255.255.255" }),
 *   udp({ srcPort: 68, dstPort: 67 }),
 *   dhcp({
 *     clientHardwareAddress: "02:00:00:00:00:05",
 *     options: [{ kind: "messageType", type: "discover" }],
 *   }),
 * );
 * const facts = { interface: "eth0", mac: "02:00:00:00:00:01", addresses: [] };
 * assert.match(String(machine.reply(question, facts)), /offer 02:00:00:00:00:05 10.0.0.2/);
 * ```
 */
export function dhcpServer(options: DhcpServerOptions): DhcpServer {
  checkOptions("serve DHCP", options, DHCP_SERVER, DHCP_SERVER_ELSEWHERE);
  const { leaseSeconds = 3600, domain } = options;
  const net = subnetOf(options.subnet);
  const pool = options.pool === undefined
    ? range(net.first, net.last)
    : range(options.pool);
  check(net, pool, leaseSeconds);
  const [server] = listed(options.server);
  const [router] = listed(options.router);
  const dns = listed(options.dns);
  const reserved = new Map(
    Object.entries(options.reserved ?? {}).map(([station, one]) =>
      [String(macOf(station)), address(one)] as const
    ),
  );
  const taken = [server, router, net.network, net.broadcast, ...dns];
  const except = new Set(taken.flatMap((one) => one ? [one.key] : []));
  const leases = new DhcpLeases(pool, except, reserved, leaseSeconds * 1000);
  const told = (own: Address): Option[] => [
    { kind: "subnetMask", mask: net.netmask },
    { kind: "broadcastAddress", address: net.broadcast },
    ...router ? [{ kind: "routers" as const, addresses: [router] }] : [],
    ...dns.length > 0 ? [{ kind: "dnsServers" as const, addresses: dns }] : [],
    ...domain === undefined
      ? []
      : [{ kind: "domainName" as const, name: domain }],
    { kind: "serverIdentifier", address: own },
  ];
  const lent: Option[] = [
    { kind: "leaseTime", seconds: leaseSeconds },
    // RFC 2131 §4.4.5
    { kind: "renewalTime", seconds: Math.floor(leaseSeconds / 2) },
    { kind: "rebindingTime", seconds: Math.floor(leaseSeconds * 7 / 8) },
  ];
  return {
    name: "DHCP server",
    filter: `udp dst port ${SERVER}`,
    get leases() {
      return leases.current(Date.now());
    },
    reply(question, facts) {
      const { dhcp: asked, udp: ports } = question;
      if (asked?.op !== 1 || ports?.dstPort !== SERVER) return undefined;
      if (question.error !== undefined) return undefined;
      const own = server ?? ownAddress(facts, net);
      if (own === undefined) return undefined;
      except.add(own.key);
      const said = decide(asked, own, net, leases);
      if (said === undefined) return undefined;
      const parts = said.type === "nak"
        ? [{ kind: "serverIdentifier" as const, address: own }]
        : said.isInform
        ? told(own)
        : [...told(own), ...lent];
      return message(asked, said, own, facts, parts);
    },
  };
}

type Given = string | Address;

function listed(given: Given | readonly Given[] | undefined): Address[] {
  return [given ?? []].flat().map((one) => address(one));
}

function check(net: Subnet, pool: Range, leaseSeconds: number): void {
  if (net.family !== 4) {
    throw new TypeError(
      `Cannot serve DHCP as 'subnet' must be of IPv4: current value is ${net}`,
    );
  }
  if (!net.contains(pool.start) || !net.contains(pool.end)) {
    throw new RangeError(
      `Cannot serve DHCP as 'pool' must be in ${net}: current value is ${pool}`,
    );
  }
  if (pool.size > MOST) {
    throw new RangeError(
      `Cannot serve DHCP as 'pool' must have 65,536 addresses at most: current value is ${pool}`,
    );
  }
  if (
    !(Number.isInteger(leaseSeconds) && leaseSeconds > 0 &&
      leaseSeconds < 2 ** 32)
  ) {
    throw new RangeError(
      `Cannot serve DHCP as 'leaseSeconds' must be a whole number above 0: current value is ${leaseSeconds}`,
    );
  }
}

function ownAddress(
  { addresses }: MachineFacts,
  net: Subnet,
): Address | undefined {
  return addresses.find((one) => one.family === 4 && net.contains(one));
}

/** What a client said. */
function option<K extends Option["kind"]>(
  { options = [] }: Message,
  kind: K,
): Extract<Option, { kind: K }> | undefined {
  return options.find((one): one is Extract<Option, { kind: K }> =>
    one.kind === kind
  );
}

/** What is to be said. */
interface Said {
  readonly type: "offer" | "ack" | "nak";
  /** The client's address. */
  readonly address: Address | undefined;
  /** Whether the client has an address already, and only asks for the rest. */
  readonly isInform: boolean;
}

/** What to say, and to note (RFC 2131 §4.3.1 to §4.3.5). */
function decide(
  asked: Message,
  own: Address,
  net: Subnet,
  leases: DhcpLeases,
): Said | undefined {
  const client = clientOf(asked);
  if (client === undefined) return undefined;
  const now = Date.now();
  const wish = option(asked, "requestedAddress")?.address;
  const server = option(asked, "serverIdentifier")?.address;
  const isOurs = server === undefined || server.equals(own);
  const { clientAddress } = asked;
  switch (option(asked, "messageType")?.type) {
    case TYPE.discover: {
      const found = leases.offer(client, wish, now);
      return found && { type: "offer", address: found, isInform: false };
    }
    case TYPE.request: {
      // It has chosen another server; what was offered is free again.
      if (!isOurs) {
        if (wish !== undefined) leases.release(client, wish);
        return undefined;
      }
      const one = wish ?? clientAddress;
      if (!net.contains(one) || !leases.mayHave(client, one, now)) {
        return { type: "nak", address: undefined, isInform: false };
      }
      leases.take(client, one, now);
      return { type: "ack", address: one, isInform: false };
    }
    case TYPE.decline:
      if (isOurs && wish !== undefined) leases.decline(client, wish, now);
      return undefined;
    case TYPE.release:
      if (isOurs) leases.release(client, clientAddress);
      return undefined;
    case TYPE.inform:
      return { type: "ack", address: undefined, isInform: true };
    default:
      return undefined;
  }
}

function clientOf(asked: Message): DhcpClient | undefined {
  const { clientHardwareAddress } = asked;
  // Of other links than Ethernet the address is octets.
  if (typeof clientHardwareAddress !== "string") return undefined;
  const id = option(asked, "clientIdentifier");
  const name = option(asked, "hostName")?.name;
  return {
    id: id === undefined ? clientHardwareAddress : JSON.stringify(plain(id)),
    mac: clientHardwareAddress,
    hostName: typeof name === "string" ? name : undefined,
  };
}

/** The message, and to whom it goes (RFC 2131 §4.1). */
function message(
  asked: Message,
  said: Said,
  own: Address,
  facts: MachineFacts,
  options: readonly Option[],
): Packet {
  const { relayAddress, clientAddress, broadcast, clientHardwareAddress } =
    asked;
  const isRelayed = relayAddress.w3 !== 0;
  const isNak = said.type === "nak";
  const hasAddress = clientAddress.w3 !== 0 && !isNak;
  const toAll = !isRelayed && !hasAddress && (isNak || broadcast === 1);
  const to = isRelayed
    ? relayAddress
    : hasAddress
    ? clientAddress
    : toAll
    ? ALL
    : said.address ?? ALL;
  return build(
    // Relayed, it goes back to the station that it came from.
    ethernet({
      src: facts.mac,
      ...isRelayed ? {} : { dst: toAll ? ALL_MAC : clientHardwareAddress },
    }),
    ipv4({ src: own, dst: to }),
    udp({ srcPort: SERVER, dstPort: isRelayed ? SERVER : CLIENT }),
    dhcp({
      op: "reply",
      transactionId: asked.transactionId,
      // Through a relay to a client that has no address yet: to all (§4.3.2).
      broadcast: isRelayed && isNak ? 1 : broadcast,
      clientAddress: said.type === "ack" ? clientAddress : undefined,
      yourAddress: said.address,
      relayAddress,
      clientHardwareAddress,
      options: [{ kind: "messageType", type: said.type }, ...options as []],
      padding: PADDING,
    }),
  ) as Packet;
}
