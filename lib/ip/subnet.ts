/**
 * A subnet as a value: its addresses, its hosts, its parts and its parent.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { Address, address, type Family } from "./address.ts";
import { checkHostBits, type HostBits, readCidr, remedy } from "./cidr.ts";
import { fault } from "./parse.ts";
import { checkPrefixLength, hasHostBits, highest, lowest } from "./prefix.ts";
import { Sequence } from "./sequence.ts";
import { type SubnetNotation, writeSubnet } from "./subnet_notation.ts";
import { checkSubnetOptions } from "./subnet_options.ts";

export type { SubnetNotation };

/** What stands behind the address, by prefix length. */
const SLASHED: readonly string[] = Array.from(
  { length: 129 },
  (_, prefixLength) => `/${prefixLength}`,
);

/** Options for {@linkcode subnet} and {@linkcode trySubnet}. */
export interface SubnetOptions {
  /**
   * What to do with ones after the prefix, as in `10.0.0.5/24`: refuse them,
   * clear them and so take the subnet around the address, or keep them besides,
   * as the subnet's `host`.
   *
   * @default {"refuse"}
   */
  hostBits?: "refuse" | "clear" | "keep" | undefined;
}

/**
 * A block of addresses that share their first bits, which never changes.
 *
 * Its zone is no part of it: a subnet is a set of numbers, and an address with
 * a zone belongs to it by its number.
 *
 * @see RFC 4632 §3.1 (IPv4), RFC 4291 §2.3 (IPv6)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const lan = net.ip.subnet("192.168.1.0/24");
 * assert.equal(`${lan.first} to ${lan.last}`, "192.168.1.1 to 192.168.1.254");
 * assert.equal(lan.hostCount, 254n);
 * ```
 */
export class Subnet {
  /** The lowest address, whose bits after the prefix are all zero. */
  readonly network: Address;
  /** How many leading bits its addresses share: 0 to 32 or 128. */
  readonly prefixLength: number;
  /**
   * The address that it was written with, where host bits were set and kept: the
   * `10.0.0.5` of `10.0.0.5/24`. It counts for nothing else: two subnets are
   * equal whatever their hosts.
   */
  readonly host: Address | undefined;

  /**
   * Takes the two parts; to clear bits or to read text there is {@linkcode subnet}.
   *
   * @param network The lowest address, without a zone.
   * @param prefixLength 0 to 32 or 128.
   * @param host An address inside, to keep beside.
   * @throws {TypeError} If `network` is no address.
   * @throws {RangeError} If `prefixLength` is out of range, `network` has a zone
   * or bits set after the prefix, or `host` lies outside.
   */
  constructor(network: Address, prefixLength: number, host?: Address) {
    if (!(network instanceof Address)) {
      throw new TypeError(
        `Cannot make a subnet as 'network' must be an Address: current value is ${network}`,
      );
    }
    checkPrefixLength(prefixLength, 0, network.bits, "make a subnet");
    if (network.zone !== undefined) {
      throw new RangeError(
        `Cannot make a subnet as 'network' must have no zone: current value is ${network}`,
      );
    }
    if (hasHostBits(network, prefixLength)) {
      throw new RangeError(
        `Cannot make a subnet as 'network' must have no bits set after the first ${prefixLength}: current value is ${network} (${
          remedy(network, prefixLength)
        })`,
      );
    }
    if (host !== undefined) checkHost(host, network, prefixLength);
    this.network = network;
    this.prefixLength = prefixLength;
    this.host = host;
  }

  /** 4 or 6. */
  get family(): Family {
    return this.network.family;
  }

  /**
   * The highest address, whose bits after the prefix are all one: the broadcast
   * address of IPv4 (RFC 919 §7). IPv6 has no broadcast, and there it is an
   * address like others, the same as `last`; so it is in an IPv4 /31 or /32.
   */
  get broadcast(): Address {
    return highest(this.network, this.prefixLength);
  }

  /**
   * The lowest address that a host may have. It leaves out the network address
   * of IPv4 and the subnet-router anycast address of IPv6 (RFC 4291 §2.6.1),
   * except where there are but two addresses or one (RFC 3021, RFC 6164).
   */
  get first(): Address {
    return this.#hasReserved() ? this.network.next() : this.network;
  }

  /**
   * The highest address that a host may have: in IPv4 the one below the
   * broadcast address, in IPv6 and in an IPv4 /31 or /32 the highest of all.
   */
  get last(): Address {
    const { broadcast } = this;
    return this.family === 4 && this.#hasReserved()
      ? broadcast.previous()
      : broadcast;
  }

  /** As many ones as the prefix is long, then zeros: `255.255.255.0` for a /24. */
  get netmask(): Address {
    const { family } = this;
    return lowest(new Address(family, -1, -1, -1, -1), this.prefixLength);
  }

  /** The netmask turned over, as access lists of routers write it: `0.0.0.255`. */
  get wildcard(): Address {
    const { family } = this;
    return highest(new Address(family, 0, 0, 0, 0), this.prefixLength);
  }

  /** How many addresses there are, whatever their use. */
  get size(): bigint {
    return 1n << BigInt(this.network.bits - this.prefixLength);
  }

  /** How many addresses a host may have: those from `first` to `last`. */
  get hostCount(): bigint {
    if (!this.#hasReserved()) return this.size;
    return this.size - (this.family === 4 ? 2n : 1n);
  }

  /** Whether an address is set apart at the ends, as in all but the smallest two. */
  #hasReserved(): boolean {
    return this.network.bits - this.prefixLength > 1;
  }

  /**
   * Gives the addresses that a host may have, in order.
   *
   * @returns A sequence from `first` to `last`, computed and not stored.
   * @see RFC 3021 §2.1 (IPv4 /31), RFC 6164 §6 (IPv6 /127)
   */
  hosts(): Sequence<Address> {
    return new Sequence({
      noun: "host",
      start: this.first,
      step: 1n,
      length: this.hostCount,
      member: (start) => start,
    });
  }

  /**
   * Gives all addresses in order, from `network` to `broadcast`.
   *
   * @returns A sequence, computed and not stored.
   */
  addresses(): Sequence<Address> {
    return new Sequence({
      noun: "address",
      start: this.network,
      step: 1n,
      length: this.size,
      member: (start) => start,
    });
  }

  /**
   * Cuts the subnet into equal parts.
   *
   * @param newPrefixLength The prefix length of each part: this one's, up to 32 or 128.
   * @returns The parts in order, computed and not stored; together they cover
   * the subnet, and no two overlap.
   * @throws {RangeError} If `newPrefixLength` is shorter than this one's or too long.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const parts = net.ip.subnet("10.0.0.0/24").split(26);
   * assert.equal(parts.length, 4n);
   * assert.equal(`${parts.at(1)}`, "10.0.0.64/26");
   * ```
   */
  split(newPrefixLength: number): Sequence<Subnet> {
    const { network, prefixLength } = this;
    checkPrefixLength(
      newPrefixLength,
      prefixLength,
      network.bits,
      `split ${this}`,
      "newPrefixLength",
    );
    return new Sequence({
      noun: "subnet",
      start: network,
      step: 1n << BigInt(network.bits - newPrefixLength),
      length: 1n << BigInt(newPrefixLength - prefixLength),
      member: (start) => new Subnet(start, newPrefixLength),
    });
  }

  /**
   * Cuts the subnet into so many parts, as equal as powers of two allow: no part
   * is more than twice another, and the larger come first.
   *
   * @param parts How many: 1 to 2²⁰, and no more than there are addresses.
   * @returns The parts in order; together they cover the subnet.
   * @throws {RangeError} If `parts` is no such integer.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const parts = net.ip.subnet("10.0.0.0/24").splitInto(3);
   * assert.equal(parts.join(" "), "10.0.0.0/25 10.0.0.128/26 10.0.0.192/26");
   * ```
   */
  splitInto(parts: number): Subnet[] {
    const most = Math.min(Number(this.size), 2 ** 20);
    if (!(Number.isInteger(parts) && parts >= 1 && parts <= most)) {
      throw new RangeError(
        `Cannot split ${this} as 'parts' must be an integer from 1 to ${most}: current value is ${parts}`,
      );
    }
    const depth = 31 - Math.clz32(parts);
    const halved = parts - 2 ** depth;
    const large = this.split(this.prefixLength + depth).toArray();
    const whole = large.length - halved;
    return large.flatMap((part, i) => i < whole ? [part] : part.#halves());
  }

  #halves(): Subnet[] {
    return this.split(this.prefixLength + 1).toArray();
  }

  /**
   * Gives what is left when another subnet is taken out.
   *
   * @param other A subnet or its text.
   * @returns The fewest subnets that have all other addresses, in order: the
   * subnet itself if the other lies outside, none if it has all of this one.
   * @throws {ParseError} If `other` is text and no subnet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const rest = net.ip.subnet("10.0.0.0/24").exclude("10.0.0.64/26");
   * assert.equal(rest.join(" "), "10.0.0.0/26 10.0.0.128/25");
   * ```
   */
  exclude(other: string | Subnet): Subnet[] {
    const that = subnet(other);
    if (that.contains(this)) return [];
    if (!this.contains(that)) return [this];
    const below: Subnet[] = [];
    const above: Subnet[] = [];
    // On the way from half to half, the half without the other is left over.
    for (let n = this.prefixLength; n < that.prefixLength; n++) {
      const [low, high] = that.parent(n).#halves() as [Subnet, Subnet];
      if (low.contains(that)) above.push(high);
      else below.push(low);
    }
    return [...below, ...above.reverse()];
  }

  /**
   * Gives the subnet of the same size above this one.
   *
   * @throws {RangeError} If this is the highest of its family.
   */
  next(): Subnet {
    return new Subnet(this.network.offset(this.size), this.prefixLength);
  }

  /**
   * Gives the subnet of the same size below this one.
   *
   * @throws {RangeError} If this is the lowest of its family.
   */
  previous(): Subnet {
    return new Subnet(this.network.offset(-this.size), this.prefixLength);
  }

  /**
   * Tells whether another subnet begins where this one ends, or ends where this
   * one begins, with no address between or shared.
   *
   * @param other A subnet or its text.
   * @returns Whether they touch; `false` for the other family.
   * @throws {ParseError} If `other` is text and no subnet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * assert.ok(net.ip.subnet("10.0.0.0/24").adjacent("10.0.1.0/25"));
   * ```
   */
  adjacent(other: string | Subnet): boolean {
    const that = subnet(other);
    if (that.family !== this.family) return false;
    const [low, high] = this.compare(that) < 0 ? [this, that] : [that, this];
    return low.broadcast.distance(high.network) === 1n;
  }

  /**
   * Gives a host of the subnet by chance, each as likely as any other.
   *
   * @param random Gives numbers from 0 up to and without 1. @default {the system's source of randomness}
   * @returns One of {@linkcode Subnet.hosts}.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const lan = net.ip.subnet("10.0.0.0/30");
   * assert.ok(["10.0.0.1", "10.0.0.2"].includes(`${lan.randomHost()}`));
   * ```
   */
  randomHost(random: () => number = systemRandom): Address {
    const { hostCount } = this;
    const bits = (hostCount - 1n).toString(2).length;
    let place = hostCount;
    // A remainder would favour the first hosts; it is for a source stuck at one number.
    for (let tries = 0; place >= hostCount; tries++) {
      let draw = 0n;
      for (let have = 0; have < bits; have += 32) {
        draw = draw << 32n | BigInt(Math.floor(random() * 2 ** 32));
      }
      place = BigInt.asUintN(bits, draw);
      if (tries > 128) place %= hostCount;
    }
    return this.first.offset(place);
  }

  /**
   * Tells whether an address, or all of another subnet, lies inside.
   *
   * @param other An address or a subnet, or the text of either.
   * @returns Whether it does; `false` for the other family.
   * @throws {ParseError} If `other` is text and neither.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const lan = net.ip.subnet("10.0.0.0/8");
   * assert.ok(lan.contains("10.255.0.1") && lan.contains("10.0.0.0/9"));
   * assert.ok(!lan.contains("0.0.0.0/0"));
   * ```
   */
  contains(other: string | Address | Subnet): boolean {
    if (typeof other === "string" && other.includes("/")) {
      return this.contains(subnet(other));
    }
    if (other instanceof Subnet) {
      return other.prefixLength >= this.prefixLength &&
        this.contains(other.network);
    }
    const one = address(other);
    return one.family === this.family &&
      one.commonPrefixLength(this.network) >= this.prefixLength;
  }

  /**
   * Tells whether two subnets share an address: if so, one contains the other.
   *
   * @param other A subnet or its text.
   * @returns Whether they do; `false` for the other family.
   * @throws {ParseError} If `other` is text and no subnet.
   */
  overlaps(other: string | Subnet): boolean {
    const that = subnet(other);
    return this.contains(that) || that.contains(this);
  }

  /**
   * Gives the subnet around this one.
   *
   * @param prefixLength Its prefix length, 0 up to this one's. @default {one bit less}
   * @returns The larger subnet.
   * @throws {RangeError} If `prefixLength` is out of range, as it is for the parent of a /0.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * assert.equal(`${net.ip.subnet("10.0.1.0/24").parent()}`, "10.0.0.0/23");
   * assert.equal(`${net.ip.subnet("10.0.1.0/24").parent(8)}`, "10.0.0.0/8");
   * ```
   */
  parent(prefixLength: number = this.prefixLength - 1): Subnet {
    checkPrefixLength(
      prefixLength,
      0,
      this.prefixLength,
      `give the parent of ${this}`,
    );
    return new Subnet(lowest(this.network, prefixLength), prefixLength);
  }

  /**
   * Tells whether two subnets are one.
   *
   * @param other A subnet or its text.
   * @returns Whether they have the same addresses.
   * @throws {ParseError} If `other` is text and no subnet.
   */
  equals(other: string | Subnet): boolean {
    const that = subnet(other);
    return this.prefixLength === that.prefixLength &&
      this.network.equals(that.network);
  }

  /**
   * Orders subnets: by network address, and a larger one before its parts.
   *
   * @param other A subnet or its text.
   * @returns Below 0 if this one comes first, above 0 if the other does, 0 if they are equal.
   * @throws {ParseError} If `other` is text and no subnet.
   */
  compare(other: string | Subnet): -1 | 0 | 1 {
    const that = subnet(other);
    const byNetwork = this.network.compare(that.network);
    if (byNetwork !== 0) return byNetwork;
    if (this.prefixLength === that.prefixLength) return 0;
    return this.prefixLength < that.prefixLength ? -1 : 1;
  }

  /**
   * Writes the subnet as an address, a slash and a prefix length.
   *
   * @returns Text that {@linkcode subnet} reads back to an equal one.
   * @see RFC 4632 §3.1, RFC 4291 §2.3
   */
  toString(): string {
    return this.network.toString() + SLASHED[this.prefixLength]!;
  }

  /**
   * Writes the subnet in one of the other notations.
   *
   * @param notation Which; see {@linkcode SubnetNotation}.
   * @returns The text; {@linkcode subnet} reads `"cidr"`, `"exploded"` and
   * `"netmask"` (of IPv4) back.
   * @throws {TypeError} If there is no such notation.
   * @throws {RangeError} If no one zone of the reverse DNS tree fits the prefix
   * length, for `"arpa"`.
   * @see RFC 2317 §4 (IPv4 zones of /25 to /31)
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const lan = net.ip.subnet("192.0.2.0/24");
   * assert.equal(lan.format("wildcard"), "192.0.2.0 0.0.0.255");
   * assert.equal(lan.format("arpa"), "2.0.192.in-addr.arpa");
   * assert.equal(lan.format("binary"), "11000000.00000000.00000010|00000000");
   * ```
   */
  format(notation: SubnetNotation): string {
    return writeSubnet(this, notation);
  }

  /** Stands in JSON as its text. */
  toJSON(): string {
    return this.toString();
  }

  /** Shows at the prompt as a card; inside another value, as its text. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    if (options?.currentDepth) return paint("accent", `${this}`, page);
    const { family, first, last, hostCount } = this;
    const span = hostCount === 1n ? `${first}` : `${first} to ${last}`;
    const kept = this.host === undefined
      ? []
      : [["host", `${this.host} (kept)`, "accent"] as const];
    return card(`${this}`, [
      ...kept,
      ["network", `${this.network}`, "accent"],
      [family === 4 ? "broadcast" : "last", `${this.broadcast}`, "accent"],
      ["hosts", `${count(hostCount)}: ${span}`, "accent"],
      ["netmask", `${this.netmask}`, "accent"],
    ], page);
  }
}

/**
 * Reads a subnet, or makes it from an address and a prefix length.
 *
 * @param from `"10.0.0.0/24"`, `"2001:db8::/64"` or `"10.0.0.0/255.255.255.0"`;
 * a subnet is given back.
 * @param options What to do with bits set after the prefix.
 * @returns The subnet.
 * @throws {ParseError} If the text is none, or has bits set after the prefix.
 * @throws {TypeError} If `from` is neither text nor a subnet.
 * @see RFC 4632 §3.1, RFC 4291 §2.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.subnet("10.0.0.0/24").prefixLength, 24);
 * assert.throws(() => net.ip.subnet("10.0.0.5/24"), /did you mean 10\.0\.0\.0\/24/);
 * assert.equal(`${net.ip.subnet("10.0.0.5", 24, { hostBits: "clear" })}`, "10.0.0.0/24");
 * ```
 */
export function subnet(from: string | Subnet, options?: SubnetOptions): Subnet;
/**
 * Makes a subnet from an address and a prefix length.
 *
 * @param from The network address or its text.
 * @param prefixLength 0 to 32 or 128.
 * @param options What to do with bits set after the prefix.
 * @returns The subnet.
 * @throws {ParseError} If the text is no address.
 * @throws {RangeError} If `prefixLength` is out of range, or the address has a
 * zone or bits set after the prefix.
 */
export function subnet(
  from: string | Address,
  prefixLength: number,
  options?: SubnetOptions,
): Subnet;
export function subnet(
  from: string | Address | Subnet,
  second?: number | SubnetOptions,
  third?: SubnetOptions,
): Subnet {
  const options = typeof second === "number" ? third : second;
  if (typeof options === "string") {
    throw new TypeError(
      `Cannot make a subnet as 'prefixLength' must be a number: current value is "${options}"`,
    );
  }
  checkSubnetOptions("make a subnet", options);
  if (typeof second !== "number") {
    if (from instanceof Subnet) return from;
    if (typeof from === "string") {
      const result = fromText(from, checkHostBits(second?.hostBits));
      if (result === undefined) throw fault(from);
      return result;
    }
  }
  const base = address(from as string | Address);
  // Without a number here, the check names what is missing.
  const prefixLength = second as number;
  checkPrefixLength(prefixLength, 0, base.bits, "make a subnet");
  const hostBits = checkHostBits(third?.hostBits);
  // Clearing bits may be asked for; losing a zone on the way is not.
  if (
    hostBits === "refuse" || base.zone !== undefined ||
    !hasHostBits(base, prefixLength)
  ) return new Subnet(base, prefixLength);
  const host = hostBits === "keep" ? base : undefined;
  return new Subnet(lowest(base, prefixLength), prefixLength, host);
}

/**
 * Reads a subnet as {@linkcode subnet} does, and gives `undefined` for text
 * that is none.
 *
 * @param text The subnet.
 * @param options What to do with bits set after the prefix.
 * @returns The subnet, or `undefined`.
 * @throws {TypeError} If `text` is no string.
 * @see RFC 4632 §3.1, RFC 4291 §2.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.trySubnet("10.0.0.0/33"), undefined);
 * ```
 */
export function trySubnet(
  text: string,
  options?: SubnetOptions,
): Subnet | undefined {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse a subnet as 'text' must be a string: current value is ${text}`,
    );
  }
  // Not a number: `texts.map(net.ip.trySubnet)` gives places in the list.
  if (typeof options !== "number") {
    checkSubnetOptions("make a subnet", options);
  }
  return fromText(text, checkHostBits(options?.hostBits));
}

function fromText(text: string, hostBits: HostBits): Subnet | undefined {
  const cidr = readCidr(text, hostBits);
  return cidr && new Subnet(cidr.network, cidr.prefixLength, cidr.host);
}

function systemRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}

function checkHost(
  host: Address,
  network: Address,
  prefixLength: number,
): void {
  if (
    host.family !== network.family || host.zone !== undefined ||
    !lowest(host, prefixLength).equals(network)
  ) {
    throw new RangeError(
      `Cannot make a subnet as 'host' must lie in ${network}/${prefixLength}: current value is ${host}`,
    );
  }
}
