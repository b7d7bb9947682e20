/**
 * What DHCP servers offer.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";
import { Subnet } from "../../ip/subnet.ts";
import type { Layers, Packet } from "../../packet/packet.ts";
import { valueText } from "../../packet/value.ts";

/** The options of a DHCP message, each with its kind. */
export type DhcpOptions = NonNullable<Layers["dhcp"]["options"]>;

/** One server's offer. */
export class DhcpOffer {
  /** The server, as it names itself (option 54), else as the packet does. */
  readonly server: Address;
  /** The hardware address that the offer came from: the server's, or that of a relay agent. */
  readonly mac: string;
  /** The address that it offers. */
  readonly address: Address;
  /** The same with its subnet, if the offer tells. */
  readonly subnet: Subnet | undefined;
  /** Routers, the best first. */
  readonly routers: readonly Address[];
  /** DNS servers. */
  readonly dnsServers: readonly Address[];
  /** The domain's name. */
  readonly domainName: string | undefined;
  /** How long the address would be good, in seconds. */
  readonly leaseSeconds: number | undefined;
  /** The relay agent that the offer came through. */
  readonly relay: Address | undefined;
  /** From the question to the offer, in milliseconds. */
  readonly rtt: number;
  /** All options. */
  readonly options: DhcpOptions;
  /** The packet. */
  readonly packet: Packet;

  /**
   * Reads an offer.
   *
   * @param packet A packet with a DHCP message.
   * @param rtt How long it took, in milliseconds.
   * @throws {TypeError} If it has no DHCP message.
   */
  constructor(packet: Packet, rtt: number) {
    const { dhcp, ipv4, ethernet } = packet;
    if (dhcp === undefined || ipv4 === undefined) {
      throw new TypeError(
        `Cannot read an offer as 'packet' must have a DHCP message: current value is ${packet}`,
      );
    }
    let server = ipv4.src;
    let mask: Address | undefined;
    let routers: readonly Address[] = [];
    let dnsServers: readonly Address[] = [];
    const { options = [] } = dhcp;
    for (const option of options) {
      switch (option.kind) {
        case "serverIdentifier":
          server = option.address;
          break;
        case "subnetMask":
          ({ mask } = option);
          break;
        case "routers":
          routers = option.addresses;
          break;
        case "dnsServers":
          dnsServers = option.addresses;
          break;
        case "domainName":
          this.domainName = valueText(option.name);
          break;
        case "leaseTime":
          this.leaseSeconds = option.seconds;
          break;
      }
    }
    this.server = server;
    this.mac = ethernet?.src ?? "";
    this.address = dhcp.yourAddress;
    this.subnet = mask && subnetBy(dhcp.yourAddress, mask);
    this.routers = routers;
    this.dnsServers = dnsServers;
    const { relayAddress } = dhcp;
    this.relay = relayAddress.w3 === 0 ? undefined : relayAddress;
    this.rtt = rtt;
    this.options = options;
    this.packet = packet;
  }

  /** Says it in one line. */
  toString(): string {
    return `${this.server} offers ${this.address}${
      this.subnet === undefined ? "" : `/${this.subnet.prefixLength}`
    }`;
  }

  /**
   * Gives the offer as plain data, without the packet.
   *
   * @returns All other fields.
   */
  toJSON(): object {
    const { packet: _packet, ...facts } = this;
    return facts;
  }
}

/** The subnet by its mask, unless that is none. */
function subnetBy(address: Address, mask: Address): Subnet | undefined {
  const host = ~mask.w3;
  if ((host & host + 1) !== 0) return undefined;
  const network = address.offset(-((address.w3 & host) >>> 0));
  return new Subnet(network, Math.clz32(host));
}

/**
 * The DHCP servers that answered on a link.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { servers } = await net.wire.dhcpDiscover("eth0");
 * if (servers.length > 1) console.log("one too many:", servers.join(", "));
 * ```
 */
export class DhcpOffers implements Iterable<DhcpOffer> {
  /** The interface. */
  readonly interface: string;
  /** The hardware address that the question was for. */
  readonly clientMac: string;
  /** The offers, in the order that they came. */
  readonly offers: readonly DhcpOffer[];
  /** The servers, each once. Two that were not set up together are one too many. */
  readonly servers: readonly Address[];

  /**
   * Takes the facts together.
   *
   * @param facts What was asked where, and what was offered.
   */
  constructor(
    facts: Pick<DhcpOffers, "interface" | "clientMac" | "offers">,
  ) {
    this.interface = facts.interface;
    this.clientMac = facts.clientMac;
    this.offers = facts.offers;
    const servers = facts.offers.map(({ server }) =>
      [String(server), server] as const
    );
    this.servers = [...new Map(servers).values()];
  }

  /** The offers. */
  [Symbol.iterator](): Iterator<DhcpOffer> {
    return this.offers[Symbol.iterator]();
  }

  /**
   * Gives the facts as plain data.
   *
   * @returns All fields.
   */
  toJSON(): object {
    return { ...this };
  }

  /**
   * Shows the offers as a table, the options of each, and whether there are too
   * many.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const rows = this.offers.map((offer) => ({
      ...offer,
      address: offer.subnet === undefined
        ? offer.address
        : `${offer.address}/${offer.subnet.prefixLength}`,
      lease: offer.leaseSeconds === undefined
        ? ""
        : duration(offer.leaseSeconds * 1000),
    }));
    const lines = [table(rows, {
      title: `DHCP on ${this.interface} for ${this.clientMac}`,
      columns: [
        { key: "server", role: "name" },
        { key: "mac" },
        { key: "address" },
        { key: "routers" },
        { key: "dnsServers", title: "dns" },
        { key: "lease" },
        ...this.offers.some(({ relay }) => relay) ? ["relay"] : [],
        {
          key: "rtt",
          role: "number",
          align: "right",
          format: (rtt) => duration(rtt as number),
        },
      ],
      canvas: on,
    })];
    if (this.servers.length > 1) {
      const trouble = `${this.servers.length} servers answer: ${
        this.servers.join(", ")
      }. Unless they were set up together, one does not belong here`;
      lines.push(paint("bad", trouble, on));
    }
    return lines.join("\n");
  }
}
