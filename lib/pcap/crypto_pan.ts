/**
 * Addresses replaced under a key, so that addresses with the same prefix still
 * have the same prefix: the door to node:crypto, which is built into the runtime
 * and, unlike WebCrypto, encrypts single blocks without a promise for each.
 *
 * @see Fan, Xu, Ammar and Moon: Prefix-preserving IP address anonymization, 2004
 *
 * @module
 */

/** Addresses under which nothing, or nothing up to their own prefix, is changed. */
interface Kept {
  /** The prefix's octets. */
  readonly octets: Uint8Array;
  /** Its length. */
  readonly bits: number;
  /** Whether addresses in it stay as they are; if not, only the prefix does. */
  readonly whole: boolean;
}

/** IPv4 addresses that mean something by themselves, and the private prefixes. */
const KEPT4: readonly Kept[] = [
  kept("00000000", 8, true),
  kept("7f000000", 8, true),
  kept("e0000000", 4, true),
  kept("ffffffff", 32, true),
  kept("0a000000", 8, false),
  kept("64400000", 10, false),
  kept("a9fe0000", 16, false),
  kept("ac100000", 12, false),
  kept("c0a80000", 16, false),
];
const KEPT6: readonly Kept[] = [
  kept("0".repeat(32), 128, true),
  kept("1".padStart(32, "0"), 128, true),
  kept("fe80".padEnd(32, "0"), 10, false),
  kept("fc00".padEnd(32, "0"), 7, false),
  kept("ff00".padEnd(32, "0"), 8, true),
];
const KEPT_MAC: readonly Kept[] = [kept("000000000000", 48, true)];
/** ff02::1:ff00:0/104, whose addresses hold the end of a host's. */
const SOLICITED = kept("ff02" + "0".repeat(18) + "01ff000000", 104, false);
/** 33:33:ff:00:00:00/24, which holds it once more. */
const SOLICITED_MAC = kept("3333ff000000", 24, false);

/** Octets of a block, and of each half of the key. */
const BLOCK = 16;
/** Addresses that are remembered, a family. */
const REMEMBERED = 1 << 15;

function kept(hex: string, bits: number, whole: boolean): Kept {
  return { octets: Uint8Array.fromHex(hex), bits, whole };
}

/** Encrypts blocks, each for itself. */
type Encrypt = (blocks: Uint8Array) => Uint8Array;

/** One family of addresses. */
interface Family {
  readonly octets: number;
  /** Fills up what is not the prefix. */
  readonly pad: Uint8Array;
  readonly kept: readonly Kept[];
  readonly known: Map<string, Uint8Array>;
}

/** Options for {@linkcode CryptoPan.create}. */
export interface CryptoPanOptions {
  /**
   * Whether addresses that mean something by themselves stay as they are; if
   * not, the mapping is that of Crypto-PAn. @default {true}
   */
  readonly keepSpecial?: boolean;
}

/**
 * Replaces addresses under a key, one to one.
 *
 * @example
 * ```ts
 * import { CryptoPan } from "./crypto_pan.ts";
 * import assert from "node:assert/strict";
 *
 * const pan = await CryptoPan.create(new Uint8Array(32).fill(7));
 * const octets = Uint8Array.of(10, 1, 2, 3, 10, 1, 2, 4);
 * pan.ipv4(octets, 0);
 * pan.ipv4(octets, 4);
 * assert.deepEqual(octets.subarray(0, 3), octets.subarray(4, 7));
 * assert.equal(octets[0], 10);
 * ```
 */
export class CryptoPan {
  readonly #encrypt: Encrypt;
  readonly #ipv4: Family;
  readonly #ipv6: Family;
  readonly #mac: Family;
  readonly #keepSpecial: boolean;

  private constructor(
    encrypt: Encrypt,
    pad: Uint8Array,
    { keepSpecial = true }: CryptoPanOptions,
  ) {
    const family = (
      octets: number,
      pad: Uint8Array,
      list: readonly Kept[],
    ) => ({
      octets,
      pad,
      kept: keepSpecial ? list : [],
      known: new Map<string, Uint8Array>(),
    });
    this.#encrypt = encrypt;
    this.#keepSpecial = keepSpecial;
    this.#ipv4 = family(4, pad, KEPT4);
    this.#ipv6 = family(16, pad, KEPT6);
    // Another filling, so that an IPv4 address tells nothing of a MAC address.
    this.#mac = family(6, encrypt(pad).slice(), KEPT_MAC);
  }

  /**
   * Makes the mapping of a key.
   *
   * @param key 32 octets: a key of AES-128, and what the filling is made of.
   * @param options Whether special addresses stay.
   * @returns The mapping.
   */
  static async create(
    key: Uint8Array,
    options: CryptoPanOptions = {},
  ): Promise<CryptoPan> {
    const { createCipheriv } = await import("node:crypto");
    const cipher = createCipheriv("aes-128-ecb", key.subarray(0, BLOCK), null);
    cipher.setAutoPadding(false);
    const encrypt: Encrypt = (blocks) => cipher.update(blocks);
    const pad = encrypt(key.subarray(BLOCK, 2 * BLOCK)).slice();
    return new CryptoPan(encrypt, pad, options);
  }

  /**
   * Replaces an IPv4 address.
   *
   * @param octets The octets that it is in.
   * @param at Where it starts.
   */
  ipv4(octets: Uint8Array, at: number): void {
    this.#replace(this.#ipv4, octets, at);
  }

  /**
   * Replaces an IPv6 address.
   *
   * @param octets The octets that it is in.
   * @param at Where it starts.
   */
  ipv6(octets: Uint8Array, at: number): void {
    this.#replace(this.#ipv6, octets, at);
  }

  /**
   * Replaces a hardware address of 48 bits.
   *
   * @param octets The octets that it is in.
   * @param at Where it starts.
   */
  mac(octets: Uint8Array, at: number): void {
    this.#replace(this.#mac, octets, at);
  }

  #replace(family: Family, octets: Uint8Array, at: number): void {
    const place = octets.subarray(at, at + family.octets);
    const key = place.toHex();
    let other = family.known.get(key);
    if (other === undefined) {
      if (family.known.size >= REMEMBERED) family.known.clear();
      other = this.#make(family, place);
      family.known.set(key, other);
    }
    place.set(other);
  }

  /** Bit for bit: each is turned over, or not, by what is before it. */
  #make(family: Family, address: Uint8Array): Uint8Array {
    const { octets, pad } = family;
    const other = address.slice();
    const first = this.#keepSpecial ? keptBits(family, address) : 0;
    const bits = octets * 8;
    if (first >= bits) return other;
    const blocks = new Uint8Array((bits - first) * BLOCK);
    for (let bit = first; bit < bits; bit++) {
      const at = (bit - first) * BLOCK;
      const whole = bit >> 3;
      blocks.set(address.subarray(0, whole), at);
      blocks.set(pad.subarray(whole), at + whole);
      const mask = 0xff00 >> (bit & 7) & 0xff;
      blocks[at + whole] = address[whole]! & mask | pad[whole]! & ~mask;
    }
    const turned = this.#encrypt(blocks);
    for (let bit = first; bit < bits; bit++) {
      // Whether a hardware address is a group's or made up stays.
      if (octets === 6 && this.#keepSpecial && (bit === 6 || bit === 7)) {
        continue;
      }
      if (turned[(bit - first) * BLOCK]! < 0x80) continue;
      other[bit >> 3]! ^= 0x80 >> (bit & 7);
    }
    return other;
  }
}

/** How many bits at the front of an address stay, for what it is or is beside. */
function keptBits(family: Family, address: Uint8Array): number {
  const width = family.octets * 8;
  if (width === 48 && (address[0]! & 1) === 1) {
    return commonBits(SOLICITED_MAC, address) === 24 ? 24 : width;
  }
  if (width === 128 && commonBits(SOLICITED, address) === 104) return 104;
  let most = 0;
  for (const prefix of family.kept) {
    const common = commonBits(prefix, address);
    // The bit that leads away from a kept prefix must not lead into it.
    const bits = common < prefix.bits
      ? common + 1
      : prefix.whole
      ? width
      : prefix.bits;
    most = Math.max(most, bits);
  }
  return most;
}

/** How many bits an address shares with a prefix, of the prefix's. */
function commonBits({ octets, bits }: Kept, address: Uint8Array): number {
  for (let i = 0; i * 8 < bits; i++) {
    const differ = octets[i]! ^ address[i]!;
    if (differ !== 0) return Math.min(bits, i * 8 + Math.clz32(differ) - 24);
  }
  return bits;
}
