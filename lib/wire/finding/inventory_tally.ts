/**
 * Who is there, from packets that pass: facts, and what gave each away.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { tryMac } from "../../ip/mac/mac.ts";
import type { VendorTable } from "../../ip/mac/oui.ts";
import type { Layers, Packet } from "../../packet/packet.ts";
import { valueText } from "../../packet/value.ts";
import { osHintsOf, stackHabits } from "./os_hints_of.ts";
import {
  type FactKind,
  type HostFact,
  InventoryHost,
} from "./inventory_host.ts";
import { switchPortOf } from "./switch_port_result.ts";

/** The most hosts; of a flood of made-up addresses the rest is only counted. */
const MOST_HOSTS = 65_536;
/** The most facts of one host. */
const MOST_FACTS = 256;

/** A host while facts are gathered. */
interface Gathered {
  readonly mac: string;
  readonly evidence: Set<string>;
  readonly facts: Map<string, HostFact>;
  firstSeen: Temporal.Instant | undefined;
  lastSeen: Temporal.Instant | undefined;
  packets: number;
}

/**
 * Gathers hosts from packets. Nothing is sent; what hosts say by themselves is
 * enough: questions of ARP and their answers, DHCP, Neighbor Discovery, mDNS,
 * LLDP and CDP, and how they open connections.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ethernet, arp } = net.packet;
 * const src = "02:00:00:00:00:07";
 * const tally = new net.wire.InventoryTally();
 * tally.take(build(ethernet({ src }), arp({ senderMac: src, senderIp: "192.0.2.7" })));
 * assert.deepEqual(tally.hosts[0]?.addresses, ["192.0.2.7"]);
 * assert.deepEqual(tally.hosts[0]?.evidence, ["ARP"]);
 * ```
 */
export class InventoryTally {
  /** Packets that were looked at. */
  packets = 0;
  /** Hosts for which there was no room. */
  overflow = 0;
  readonly #vendors: VendorTable | undefined;
  readonly #hosts = new Map<string, Gathered>();
  /** Whose address it is. */
  readonly #owners = new Map<string, string>();

  /**
   * Starts with nobody.
   *
   * @param vendors Who made which hardware address.
   */
  constructor(vendors?: VendorTable) {
    this.#vendors = vendors;
  }

  /** The hosts so far, in the order that they were first seen. */
  get hosts(): readonly InventoryHost[] {
    return [...this.#hosts.values()].map((host) => this.#hostOf(host));
  }

  /**
   * Takes one packet.
   *
   * @param packet The packet.
   * @returns Hosts that it is the first to tell of.
   */
  take(packet: Packet): readonly InventoryHost[] {
    this.packets++;
    const known = this.#hosts.size;
    const { arp, dhcp, icmpv6, mdns, dns, lldp, cdp, tcp } = packet;
    if (arp !== undefined) this.#takeArp(packet, arp);
    else if (dhcp !== undefined) this.#takeDhcp(packet, dhcp);
    else if (lldp !== undefined || cdp !== undefined) this.#takeSwitch(packet);
    else if (mdns !== undefined) this.#takeMdns(packet, mdns);
    else if (dns !== undefined) this.#takeDns(packet, dns);
    else if (tcp !== undefined) this.#takeTcp(packet);
    else if (icmpv6 !== undefined) this.#takeNeighbours(packet, icmpv6);
    if (this.#hosts.size === known) return [];
    return [...this.#hosts.values()].slice(known).map((host) =>
      this.#hostOf(host)
    );
  }

  #hostOf(gathered: Gathered): InventoryHost {
    const { mac, evidence, facts, firstSeen, lastSeen, packets } = gathered;
    const address = tryMac(mac);
    const vendor = address &&
      (this.#vendors?.lookup(mac)?.vendor ??
        (address.isLocal ? "locally administered" : undefined));
    return new InventoryHost({
      mac,
      vendor,
      evidence: [...evidence],
      facts: [...facts.values()],
      firstSeen,
      lastSeen,
      packets,
    });
  }

  /** Writes facts down of the host that a packet is of. */
  #note(
    packet: Packet,
    mac: string | undefined,
    by: string,
    ...facts: readonly (readonly [kind: FactKind, value: string])[]
  ): void {
    // Groups send nothing; all zeros is loopback, or nobody.
    if (mac === undefined || !isStation(mac)) return;
    let host = this.#hosts.get(mac);
    const { timestamp } = packet;
    if (host === undefined) {
      if (this.#hosts.size >= MOST_HOSTS) {
        this.overflow++;
        return;
      }
      host = {
        mac,
        evidence: new Set(),
        facts: new Map(),
        firstSeen: timestamp,
        lastSeen: timestamp,
        packets: 0,
      };
      this.#hosts.set(mac, host);
    }
    host.packets++;
    host.evidence.add(by);
    host.lastSeen = timestamp ?? host.lastSeen;
    for (const [kind, value] of facts) {
      if (value === "") continue;
      const key = `${kind} ${value}`;
      if (kind === "address") this.#owners.set(value, mac);
      if (host.facts.has(key) || host.facts.size >= MOST_FACTS) continue;
      host.facts.set(key, { kind, value, by });
    }
  }

  #takeArp(packet: Packet, arp: Layers["arp"]): void {
    const { operation, senderMac, senderIp } = arp;
    if (operation > 2 || !isHost(senderIp)) return;
    this.#note(packet, senderMac, "ARP", ["address", `${senderIp}`]);
  }

  #takeDhcp(packet: Packet, dhcp: Layers["dhcp"]): void {
    const { op, clientHardwareAddress, yourAddress, options = [] } = dhcp;
    const client = typeof clientHardwareAddress === "string"
      ? clientHardwareAddress
      : undefined;
    const { ethernet, ipv4 } = packet;
    if (op === 2) {
      const isAck = options.some((option) =>
        option.kind === "messageType" && option.type === 5
      );
      if (isAck && isHost(yourAddress)) {
        this.#note(packet, client, "DHCP", ["address", `${yourAddress}`]);
      }
      // What comes through a relay agent comes from that.
      if (dhcp.relayAddress.w3 === 0 && isHost(ipv4?.src)) {
        this.#note(
          packet,
          ethernet?.src,
          "DHCP",
          ["role", "DHCP server"],
          ["address", `${ipv4?.src}`],
        );
      }
      return;
    }
    const facts: [FactKind, string][] = [];
    for (const option of options) {
      switch (option.kind) {
        case "hostName":
          facts.push(["name", valueText(option.name)]);
          break;
        case "clientFqdn":
          facts.push(["name", valueText(option.name).replace(/\.$/, "")]);
          break;
        case "vendorClass":
          facts.push(["device", valueText(option.text)]);
          break;
        case "parameterRequestList":
          facts.push(["device", `asks for ${option.options.join(",")}`]);
          break;
      }
    }
    if (isHost(dhcp.clientAddress)) {
      facts.push(["address", `${dhcp.clientAddress}`]);
    }
    this.#note(packet, client, "DHCP", ...facts);
  }

  #takeNeighbours(packet: Packet, icmpv6: Layers["icmpv6"]): void {
    const { ipv6, ethernet } = packet;
    const { type, target, options = [] } = icmpv6;
    // What has been forwarded is of nobody here (RFC 4861 §7.1).
    if (ipv6?.hopLimit !== 255) return;
    let mac = ethernet?.src;
    for (const option of options) {
      const isOwn = option.kind === "sourceLinkLayer" ||
        option.kind === "targetLinkLayer";
      if (isOwn && type !== 137 && typeof option.address === "string") {
        mac = option.address;
      }
    }
    const whose = type === 136 ? target : ipv6.src;
    const facts: [FactKind, string][] = [];
    if (isHost(whose)) facts.push(["address", `${whose}`]);
    if (type === 134 && (icmpv6.router?.lifetime ?? 0) > 0) {
      facts.push(["role", "router"]);
    }
    if (type === 136 && icmpv6.neighbor?.isRouter === 1) {
      facts.push(["role", "router"]);
    }
    if (type < 133 || type > 136 || facts.length === 0) return;
    this.#note(packet, mac, "NDP", ...facts);
  }

  #takeMdns(packet: Packet, mdns: Layers["mdns"]): void {
    const { ethernet, ipv4, ipv6 } = packet;
    const src = ipv4?.src ?? ipv6?.src;
    if (mdns.qr !== 1 || !isHost(src)) return;
    const facts: [FactKind, string][] = [["address", `${src}`]];
    for (const { type, name, ...record } of mdns.answers) {
      const data = (record as { readonly data?: unknown }).data;
      if (type === "A" || type === "AAAA") {
        // One may answer for another that sleeps.
        if (String(data) === String(src)) facts.push(["name", bare(name)]);
      } else if (
        type === "PTR" && /^_[^.]+\._(tcp|udp)\.local\.?$/.test(name)
      ) {
        facts.push(["service", name.replace(/\.local\.?$/, "")]);
      } else if (type === "SRV") {
        const service = /_[^.]+\._(?:tcp|udp)/.exec(name)?.[0];
        if (service !== undefined) facts.push(["service", service]);
      }
    }
    this.#note(
      packet,
      this.#stationOf(packet) ?? ethernet?.src,
      "mDNS",
      ...facts,
    );
  }

  #takeDns(packet: Packet, dns: Layers["dns"]): void {
    const station = this.#stationOf(packet);
    if (dns.qr === 1 && packet.udp?.srcPort === 53) {
      this.#note(packet, station, "DNS", ["role", "DNS server"]);
    }
    for (const record of dns.answers) {
      if (record.type !== "A" && record.type !== "AAAA") continue;
      const owner = this.#owners.get(String(record.data));
      this.#note(packet, owner, "DNS", ["name", bare(record.name)]);
    }
  }

  #takeSwitch(packet: Packet): void {
    const port = switchPortOf(packet);
    if (port === undefined) return;
    const { mac, name = "", description = "", capabilities, protocol } = port;
    const facts: [FactKind, string][] = [
      ["name", name],
      ["device", description],
      ...port.managementAddresses.map((one) =>
        ["address", `${one}`] satisfies [FactKind, string]
      ),
    ];
    if (capabilities.includes("router")) facts.push(["role", "router"]);
    if (capabilities.some((one) => /^(bridge|switch)$/.test(one))) {
      facts.push(["role", "switch"]);
    }
    this.#note(packet, mac, protocol.toUpperCase(), ...facts);
  }

  #takeTcp(packet: Packet): void {
    const { tcp, ipv4, ipv6 } = packet;
    const habits = tcp?.flags.includes("SYN") ? stackHabits(packet) : undefined;
    if (habits?.segment === undefined || tcp === undefined) return;
    const station = this.#stationOf(packet);
    if (station === undefined) return;
    const facts: [FactKind, string][] = [[
      "address",
      `${ipv4?.src ?? ipv6?.src}`,
    ]];
    const [hint] = osHintsOf(packet);
    if (hint !== undefined && hint.confidence >= 0.7) {
      facts.push(["system", hint.system]);
    }
    const isAnswer = habits.segment === "syn-ack";
    if (isAnswer) facts.push(["service", `tcp/${tcp.srcPort}`]);
    this.#note(packet, station, isAnswer ? "TCP SYN-ACK" : "TCP SYN", ...facts);
  }

  /** Who on the link a packet is from; nobody, if a router has passed it on. */
  #stationOf(packet: Packet): string | undefined {
    const { ethernet, ipv4, ipv6 } = packet;
    const src = ipv4?.src ?? ipv6?.src;
    if (!isHost(src)) return undefined;
    const isNear = stackHabits(packet)?.hops === 0;
    const owner = this.#owners.get(`${src}`);
    // Without Ethernet an address is all that a host has.
    if (ethernet === undefined) return owner ?? `${src}`;
    return owner ?? (isNear ? ethernet.src : undefined);
  }
}

function isStation(mac: string): boolean {
  const address = tryMac(mac);
  // Without Ethernet it goes by its IP address.
  if (address === undefined) return true;
  return !address.isMulticast && address.toBigint() !== 0n;
}

/** Whether an address can be a host's own. */
function isHost(address: Address | undefined): address is Address {
  if (address === undefined) return false;
  const { family, w0, w3 } = address;
  if (family === 6) return w0 >>> 24 !== 0xff && (w0 !== 0 || w3 >>> 0 > 1);
  const first = w3 >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}

function bare(name: string): string {
  return name.replace(/\.$/, "");
}
