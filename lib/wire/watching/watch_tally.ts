/**
 * What goes over a wire, counted: how much, from whom, of what.
 *
 * At a hundred thousand packets a second there are ten microseconds for each,
 * so that a packet is not decoded here: a few octets of it are looked at.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import { serviceName } from "../scanning/port_names.ts";
import type { Batch } from "../capturing/source.ts";

/** A share of what was counted. */
export interface Share {
  /** Whose it is: an address, a protocol. */
  readonly name: string;
  /** Packets. */
  readonly packets: number;
  /** Octets on the wire. */
  readonly octets: number;
}

interface Amount {
  packets: number;
  octets: number;
}

/** Seconds that rates are kept for. */
const HISTORY = 60;
/** Talkers that are told apart; who sends from any address would have all memory. */
const TALKERS = 8192;

const ETHERNET = 1;
const RAW = 101;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const TCP = 6;
const UDP = 17;

/** EtherTypes, and lengths below 1536, which are not IP. */
const ETHER_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0806, "arp"],
  [0x8863, "pppoe"],
  [0x8864, "pppoe"],
  [0x8847, "mpls"],
  [0x888e, "eapol"],
  [0x88cc, "lldp"],
  [0x88e5, "macsec"],
  [0x8902, "cfm"],
]);

/** Protocol numbers of IP, IANA's. */
const IP_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [2, "igmp"],
  [4, "ipip"],
  [TCP, "tcp"],
  [UDP, "udp"],
  [41, "ipv6"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [58, "icmpv6"],
  [89, "ospf"],
  [103, "pim"],
  [112, "vrrp"],
  [132, "sctp"],
]);

/** What is known of a protocol by its number here: 2 to the 24 by what it is numbered in. */
const IN_ETHERNET = 1 << 24;
const IN_IP = 2 << 24;
const IN_TCP = 3 << 24;
const IN_UDP = 4 << 24;

/** Counts packets. */
export class Tally {
  /** Packets so far. */
  packets = 0;
  /** Octets on the wire so far. */
  octets = 0;
  /** Packets a second, of the last minute's seconds. */
  readonly packetRates: number[] = [];
  /** Bits a second, of the same. */
  readonly bitRates: number[] = [];
  readonly #talkers = new Map<number | string, Amount>();
  readonly #protocols = new Map<number, Amount>();
  #since: number;
  #packetsThen = 0;
  #octetsThen = 0;

  /**
   * Starts to count.
   *
   * @param now In milliseconds, as of `performance.now()`.
   */
  constructor(now: number) {
    this.#since = now;
  }

  /**
   * Counts the packet that a batch is at.
   *
   * @param packet The packet.
   */
  add(packet: Batch): void {
    const { octets, view, end, length, linkType } = packet;
    this.packets++;
    this.octets += length;
    let at = packet.start;
    let type = 0;
    if (linkType === ETHERNET && end - at >= 14) {
      type = view.getUint16(at + 12);
      at += 14;
      while ((type === 0x8100 || type === 0x88a8) && end - at >= 4) {
        type = view.getUint16(at + 2);
        at += 4;
      }
    } else if (linkType === RAW && end > at) {
      type = octets[at]! >> 4 === 4 ? IPV4 : IPV6;
    }
    let protocol = IN_ETHERNET + type;
    if (type === IPV4 && end - at >= 20) {
      const header = (octets[at]! & 15) << 2;
      const isFirst = (view.getUint16(at + 6) & 0x1fff) === 0;
      const talker = view.getUint32(at + 12);
      protocol = isFirst
        ? service(view, octets[at + 9]!, at + header, end)
        : IN_IP + octets[at + 9]!;
      count(this.#talkers, talker, length);
    } else if (type === IPV6 && end - at >= 40) {
      const talker = String.fromCharCode(
        view.getUint16(at + 8),
        view.getUint16(at + 10),
        view.getUint16(at + 12),
        view.getUint16(at + 14),
        view.getUint16(at + 16),
        view.getUint16(at + 18),
        view.getUint16(at + 20),
        view.getUint16(at + 22),
      );
      let next = octets[at + 6]!;
      at += 40;
      // Hop-by-hop options, which routers' and hosts' multicast has.
      if (next === 0 && end - at >= 8) {
        next = octets[at]!;
        at += 8 + (octets[at + 1]! << 3);
      }
      protocol = service(view, next, at, end);
      count(this.#talkers, talker, length);
    }
    count(this.#protocols, protocol, length);
    if (this.#talkers.size > TALKERS) this.#forget();
  }

  /**
   * Takes the rates, at least once a second.
   *
   * @param now In milliseconds, as of `performance.now()`.
   */
  tick(now: number): void {
    const seconds = (now - this.#since) / 1000;
    if (seconds < 1) return;
    const packets = (this.packets - this.#packetsThen) / seconds;
    const bits = (this.octets - this.#octetsThen) * 8 / seconds;
    // Where nobody asked for some seconds, each had as much.
    for (let i = Math.min(HISTORY, Math.floor(seconds)); i > 0; i--) {
      this.packetRates.push(packets);
      this.bitRates.push(bits);
    }
    this.packetRates.splice(0, this.packetRates.length - HISTORY);
    this.bitRates.splice(0, this.bitRates.length - HISTORY);
    this.#since = now;
    this.#packetsThen = this.packets;
    this.#octetsThen = this.octets;
  }

  /**
   * Gives who has sent most.
   *
   * @param most How many to give.
   * @returns By octets.
   */
  talkers(most: number): Share[] {
    return largest(this.#talkers, most, addressText);
  }

  /**
   * Gives of what there was most.
   *
   * @param most How many to give.
   * @returns By octets.
   */
  protocols(most: number): Share[] {
    return largest(this.#protocols, most, protocolName);
  }

  /** Lets go of those who have sent least. */
  #forget(): void {
    const kept = [...this.#talkers].sort((a, b) => b[1].octets - a[1].octets)
      .slice(0, TALKERS / 2);
    this.#talkers.clear();
    for (const [key, amount] of kept) this.#talkers.set(key, amount);
  }
}

function count<K>(map: Map<K, Amount>, key: K, octets: number): void {
  const amount = map.get(key);
  if (amount === undefined) map.set(key, { packets: 1, octets });
  else {
    amount.packets++;
    amount.octets += octets;
  }
}

function largest<K>(
  map: ReadonlyMap<K, Amount>,
  most: number,
  nameOf: (key: K) => string,
): Share[] {
  return [...map].sort((a, b) => b[1].octets - a[1].octets).slice(0, most)
    .map(([key, amount]) => ({ name: nameOf(key), ...amount }));
}

/** The service that a segment is of, by the port that has one; else its protocol. */
function service(
  view: DataView,
  protocol: number,
  at: number,
  end: number,
): number {
  if ((protocol !== TCP && protocol !== UDP) || end - at < 4) {
    return IN_IP + protocol;
  }
  const over = protocol === TCP ? "tcp" : "udp";
  const [a, b] = [view.getUint16(at), view.getUint16(at + 2)];
  const low = a < b ? a : b;
  const known = serviceName(low, over) !== undefined
    ? low
    : serviceName(a ^ b ^ low, over) !== undefined
    ? a ^ b ^ low
    : 0;
  if (known === 0) return IN_IP + protocol;
  return (protocol === TCP ? IN_TCP : IN_UDP) + known;
}

function protocolName(key: number): string {
  const number = key & 0xffffff;
  switch (key - number) {
    case IN_TCP:
      return serviceName(number, "tcp")!;
    case IN_UDP:
      return serviceName(number, "udp")!;
    case IN_IP:
      return IP_NAMES.get(number) ?? `ip protocol ${number}`;
  }
  if (number === 0) return "other";
  // Below 1536 it is a length, and LLC follows: spanning tree, mostly.
  if (number < 0x600) return "llc";
  return ETHER_NAMES.get(number) ??
    (number === IPV4
      ? "ipv4"
      : number === IPV6
      ? "ipv6"
      : `0x${number.toString(16).padStart(4, "0")}`);
}

function addressText(key: number | string): string {
  if (typeof key === "number") return `${new Address(4, 0, 0, 0, key)}`;
  const word = (at: number) =>
    key.charCodeAt(at) << 16 | key.charCodeAt(at + 1);
  return `${new Address(6, word(0), word(2), word(4), word(6))}`;
}
