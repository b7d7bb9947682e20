/**
 * Addresses that are to be others: of hosts, subnets and hardware.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { Address, parse } from "../../ip/address.ts";
import { tryMac } from "../../ip/mac/mac.ts";
import { Subnet, subnet } from "../../ip/subnet.ts";
import { readdress } from "../../pcap/readdress.ts";

/** Addresses that are remembered. */
const REMEMBERED = 1 << 16;

/**
 * Replaces addresses in packets by a table, with all checksums over them.
 *
 * @example
 * ```ts
 * import { AddressMap } from "./address_map.ts";
 * import assert from "node:assert/strict";
 *
 * const map = new AddressMap({ "10.0.0.0/24": "192.0.2.0/24" });
 * const octets = Uint8Array.of(10, 0, 0, 7);
 * map.ipv4(octets, 0);
 * assert.deepEqual([...octets], [192, 0, 2, 7]);
 * ```
 */
export class AddressMap {
  /** Pairs of subnets, the narrowest first; an address is one of all its bits. */
  readonly #subnets: (readonly [from: Subnet, to: Subnet])[] = [];
  readonly #macs = new Map<string, Uint8Array>();
  /** What addresses have become; null for those that stay. */
  readonly #known = new Map<string, Uint8Array | null>();

  /**
   * Reads the table.
   *
   * @param table What an address, a subnet or a hardware address becomes: one of
   * the same kind, a subnet of the same length, in which hosts keep their bits.
   * @throws {ParseError} If an entry is none of these.
   * @throws {RangeError} If the two sides are not of the same kind and length.
   */
  constructor(table: Readonly<Record<string, string>>) {
    for (const [from, to] of Object.entries(table)) {
      const mac = tryMac(from);
      if (mac !== undefined) {
        const other = tryMac(to);
        if (other === undefined) {
          throw new ParseError("a hardware address", to, 0, "no such address");
        }
        this.#macs.set(mac.toBytes().toHex(), other.toBytes());
        continue;
      }
      const pair = [subnetOf(from), subnetOf(to)] as const;
      const [one, other] = pair;
      if (
        one.family !== other.family || one.prefixLength !== other.prefixLength
      ) {
        throw new RangeError(
          `Cannot replace addresses as what '${from}' becomes must be of the same family and length: current value is ${to}`,
        );
      }
      this.#subnets.push(pair);
    }
    this.#subnets.sort(([a], [b]) => b.prefixLength - a.prefixLength);
  }

  /**
   * Replaces the addresses of a packet.
   *
   * @param octets The packet, which is changed.
   * @param linkType What it starts with.
   */
  apply(octets: Uint8Array, linkType: number): void {
    readdress(octets, linkType, { pan: this, zero: false });
  }

  /**
   * Replaces an IPv4 address.
   *
   * @param octets The octets that it is in.
   * @param at Where it starts.
   */
  ipv4(octets: Uint8Array, at: number): void {
    this.#replace(octets, at, 4);
  }

  /**
   * Replaces an IPv6 address.
   *
   * @param octets The octets that it is in.
   * @param at Where it starts.
   */
  ipv6(octets: Uint8Array, at: number): void {
    this.#replace(octets, at, 16);
  }

  /**
   * Replaces a hardware address of 48 bits.
   *
   * @param octets The octets that it is in.
   * @param at Where it starts.
   */
  mac(octets: Uint8Array, at: number): void {
    if (this.#macs.size === 0) return;
    const other = this.#macs.get(octets.subarray(at, at + 6).toHex());
    if (other !== undefined) octets.set(other, at);
  }

  #replace(octets: Uint8Array, at: number, length: 4 | 16): void {
    const place = octets.subarray(at, at + length);
    const key = place.toHex();
    let other = this.#known.get(key);
    if (other === undefined) {
      other = this.#find(Address.fromBytes(place));
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(key, other);
    }
    if (other !== null) place.set(other);
  }

  #find(address: Address): Uint8Array | null {
    for (const [from, to] of this.#subnets) {
      if (from.family !== address.family || !from.contains(address)) continue;
      const host = address.toBigint() - from.network.toBigint();
      return to.network.offset(host).toBytes();
    }
    return null;
  }
}

/** A subnet, or an address as one of all its bits. */
function subnetOf(text: string): Subnet {
  if (text.includes("/")) return subnet(text);
  const address = parse(text);
  return new Subnet(address, address.bits);
}
