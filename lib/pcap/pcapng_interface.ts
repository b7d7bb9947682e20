/**
 * What a pcapng file says of the interfaces that its packets came by, and how
 * their clocks count.
 *
 * @see draft-ietf-opsawg-pcapng §4.2
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import {
  type BlockBody,
  type BlockOptions,
  readOptions,
} from "./pcapng_options.ts";

/** An interface that packets were captured on. */
export interface Interface {
  /** Its number in the section, from 0: what packets name it by. */
  readonly index: number;
  /** What its packets start with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The most octets of a packet that were to be kept; 0 for all. */
  readonly snapLength: number;
  /** Its name: `"eth0"`. */
  readonly name?: string;
  /** What it is, in words. */
  readonly description?: string;
  /** Its IP addresses with prefix lengths or masks: `"192.0.2.1/24"`. */
  readonly addresses?: readonly string[];
  /** Its hardware address. */
  readonly mac?: string;
  /** Its speed, in bits a second. */
  readonly speed?: number;
  /** The capture filter, as its user wrote it. */
  readonly filter?: string;
  /** The operating system of the machine. */
  readonly os?: string;
  /** The interface's hardware. */
  readonly hardware?: string;
  /** Octets of the frame check sequence at the end of each packet. */
  readonly fcsLength?: number;
  /** Ticks a second of its clock: 1,000,000 unless the file says otherwise. */
  readonly ticks: number;
  /** Seconds to be added to its time stamps. */
  readonly timeOffset: number;
  /** What people have written on it. */
  readonly comments: readonly string[];
}

/** How time stamps of an interface become seconds and nanoseconds. */
export interface Clock {
  /** Ticks a second, if that is a power of ten up to that of nanoseconds; else 0. */
  readonly ticks: number;
  /** Nanoseconds a tick, then. */
  readonly tick: number;
  /** Ticks a second, whatever they are. */
  readonly exact: bigint;
  /** Seconds to be added. */
  readonly offset: number;
}

/** A time as {@linkcode readTime} leaves it. */
export interface Time {
  /** Whole seconds since 1970; `undefined` beyond all that there is. */
  seconds: number | undefined;
  /** And nanoseconds. */
  nanoseconds: number;
}

/** What an option's number means in this block. */
const Option = {
  name: 2,
  description: 3,
  ipv4: 4,
  ipv6: 5,
  mac: 6,
  speed: 8,
  resolution: 9,
  filter: 11,
  os: 12,
  fcsLength: 13,
  timeOffset: 14,
  hardware: 15,
} as const;

/** Where the options start. */
const OPTIONS = 16;
/** The most seconds that a time can be from 1970, as ECMAScript has it. */
const MAX_SECONDS = 8_640_000_000_000;

/**
 * Decodes an interface description block.
 *
 * @param block The block.
 * @param index Its number in the section.
 * @returns The interface and its clock.
 * @throws {DecodeError} If an option goes beyond the end.
 *
 * @example
 * ```ts
 * import { decodeInterface } from "./pcapng_interface.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "00000001" + "0000001c" + "00010000" + "00040000" + "00090001" + "09000000" + "0000001c",
 * );
 * const view = new DataView(octets.buffer);
 * const block = { octets, view, start: 0, end: 28, little: false, offset: 0 };
 * const { face } = decodeInterface(block, 0);
 * assert.deepEqual([face.linkType, face.ticks], [1, 1e9]);
 * ```
 */
export function decodeInterface(
  block: BlockBody,
  index: number,
): { readonly face: Interface; readonly clock: Clock } {
  const { view, start, little } = block;
  const options = readOptions(block, OPTIONS);
  const clock = clockOf(options);
  const filter = options.first(Option.filter);
  const mac = options.first(Option.mac, 6);
  const addresses = addressesOf(options);
  const face = {
    index,
    linkType: view.getUint16(start + 8, little),
    snapLength: view.getUint32(start + 12, little),
    name: options.text(Option.name),
    description: options.text(Option.description),
    addresses: addresses.length > 0 ? addresses : undefined,
    mac: mac && hexPairs(mac.subarray(0, 6)),
    speed: options.number(Option.speed, 8),
    // The first octet says in what language it is written; 0 is pcap-filter.
    filter: filter?.[0] === 0
      ? new TextDecoder().decode(filter.subarray(1))
      : undefined,
    os: options.text(Option.os),
    hardware: options.text(Option.hardware),
    fcsLength: options.number(Option.fcsLength, 1),
    ticks: Number(clock.exact),
    timeOffset: clock.offset,
    comments: options.comments,
  };
  return { face: known(face), clock };
}

/**
 * Leaves out of some facts those that are not known.
 *
 * @param facts The facts, `undefined` where one is not known.
 * @returns The others.
 *
 * @example
 * ```ts
 * import { known } from "./pcapng_interface.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(known({ name: "eth0", os: undefined }), { name: "eth0" });
 * ```
 */
export function known<T extends object>(
  facts: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function addressesOf(options: BlockOptions): string[] {
  return [
    ...options.all(Option.ipv4, 8).map((value) => {
      const mask = Address.fromBytes(value.subarray(4, 8));
      const ones = Math.clz32(~mask.w3);
      // A mask with holes has no prefix length.
      const plain = ones === 32 || mask.w3 << ones === 0;
      return `${Address.fromBytes(value.subarray(0, 4))}/${
        plain ? ones : mask
      }`;
    }),
    ...options.all(Option.ipv6, 17).map((value) =>
      `${Address.fromBytes(value.subarray(0, 16))}/${value[16]}`
    ),
  ];
}

/**
 * Writes octets as a hardware address.
 *
 * @param octets The octets.
 * @returns Pairs of digits with colons between.
 *
 * @example
 * ```ts
 * import { hexPairs } from "./pcapng_interface.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(hexPairs(Uint8Array.of(2, 0, 0, 0, 0, 1)), "02:00:00:00:00:01");
 * ```
 */
export function hexPairs(octets: Uint8Array): string {
  return octets.toHex().replace(/..(?=.)/g, "$&:");
}

function clockOf(options: BlockOptions): Clock {
  const resolution = options.number(Option.resolution, 1) ?? 6;
  const power = resolution & 0x7f;
  const isDecimal = resolution < 0x80;
  const exact = (isDecimal ? 10n : 2n) ** BigInt(power);
  const simple = isDecimal && power <= 9;
  const offset = BigInt.asIntN(64, options.bigint(Option.timeOffset) ?? 0n);
  return {
    ticks: simple ? Number(exact) : 0,
    tick: simple ? 10 ** (9 - power) : 0,
    exact,
    offset: Number(offset),
  };
}

/**
 * Reads a time stamp: two halves of 32 bits that count ticks since 1970.
 *
 * @param into Takes the time.
 * @param clock The interface's clock.
 * @param high The upper half.
 * @param low The lower half.
 *
 * @example
 * ```ts
 * import { readTime } from "./pcapng_interface.ts";
 * import assert from "node:assert/strict";
 *
 * const time = { seconds: 0, nanoseconds: 0 };
 * readTime(time, { ticks: 1e6, tick: 1000, exact: 1_000_000n, offset: 0 }, 1, 0);
 * assert.deepEqual(time, { seconds: 4294, nanoseconds: 967_296_000 });
 * ```
 */
export function readTime(
  into: Time,
  clock: Clock,
  high: number,
  low: number,
): void {
  const { ticks } = clock;
  let seconds: number;
  let nanoseconds: number;
  if (ticks > 0) {
    // Long division in three digits: 64 bits are too many for a number, and
    // bigints cost ten times as much.
    const first = Math.floor(high / ticks);
    const second = (high - first * ticks) * 0x1_0000 + (low >>> 16);
    const middle = Math.floor(second / ticks);
    const third = (second - middle * ticks) * 0x1_0000 + (low & 0xffff);
    const last = Math.floor(third / ticks);
    seconds = first * 0x1_0000_0000 + middle * 0x1_0000 + last;
    nanoseconds = (third - last * ticks) * clock.tick;
  } else {
    const stamp = BigInt(high) << 32n | BigInt(low);
    const { exact } = clock;
    seconds = Number(stamp / exact);
    nanoseconds = Number(stamp % exact * 1_000_000_000n / exact);
  }
  seconds += clock.offset;
  into.seconds = Math.abs(seconds) < MAX_SECONDS ? seconds : undefined;
  into.nanoseconds = nanoseconds;
}
