/**
 * The forwarding core of a switch: which MAC address is behind which port.
 *
 * It is fit for a switch that passes real frames: numbers in, numbers out, no
 * allocation for a frame. What ports do with VLAN tags is in `port_rule.ts`; a
 * frame goes through the two like this:
 *
 * 1. `vlan = ingress(rules[inPort], tag)`; at -1 the frame is filtered.
 * 2. `table.learn(vlan, src0, src1, inPort)`
 * 3. `out = table.forward(vlan, dst0, dst1, inPort)`: a port, {@linkcode FLOOD}
 *    (all other ports of the VLAN) or {@linkcode DROP}.
 * 4. `egress(rules[out], vlan)`: `"none"`, `"untagged"` or `"tagged"`.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { FORWARDING } from "./option_names.ts";
import { isReserved } from "./reserved.ts";

/**
 * Where {@linkcode ForwardingTable.forward} sends what is for no one port: to
 * every other port of the VLAN.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const table = new net.switching.ForwardingTable();
 * assert.equal(table.forward(1, 0xffff_ffff, 0xffff, 3), net.switching.FLOOD);
 * ```
 */
export const FLOOD: -1 = -1;

/**
 * Where {@linkcode ForwardingTable.forward} sends what goes to no port.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const table = new net.switching.ForwardingTable();
 * assert.equal(table.forward(1, 0x0180_c200, 0, 3), net.switching.DROP);
 * ```
 */
export const DROP: -2 = -2;

/**
 * What {@linkcode ForwardingTable.learn} did: the address was not known
 * (`"learned"`); it was, behind that port (`"refreshed"`) or behind another
 * (`"moved"`); there is no room for it (`"full"`); it is a group's or all zeros,
 * so no station has it (`"ignored"`); it stays where it was set by hand
 * (`"static"`).
 */
export type Learning =
  | "learned"
  | "refreshed"
  | "moved"
  | "full"
  | "ignored"
  | "static";

/** Options for a {@linkcode ForwardingTable}. */
export interface ForwardingTableOptions {
  /** Seconds after which an address that sends no more is forgotten. @default {300} */
  ageing?: number | undefined;
  /** The most entries; when full, nothing more is learned. @default {8192} */
  limit?: number | undefined;
}

/** One entry of a {@linkcode ForwardingTable}. */
export interface ForwardingEntry {
  /** The VLAN, 1 to 4094. */
  readonly vlan: number;
  /** The first four octets of the MAC address, signed. */
  readonly w0: number;
  /** Its last two octets. */
  readonly w1: number;
  /** The port that it is behind. */
  readonly port: number;
  /** Seconds since it last sent; 0 if it is set by hand. */
  readonly age: number;
  /** Whether it was set by hand, and so neither ages nor moves. */
  readonly isStatic: boolean;
}

/** Slots that a table starts with, a power of two. */
const FIRST_SLOTS = 64;

/** What `ports` holds where a slot is free. */
const FREE = -1;

/** `seen` of an entry that was set by hand: it is never old. */
const ALWAYS = Infinity;

/**
 * The filtering database of a switch: ports by VLAN and MAC address.
 *
 * A MAC address comes as two numbers, as in a `net.ip.Mac`: `w0` its first four
 * octets, `w1` its last two. Each VLAN learns for itself. The clock is the
 * caller's: set {@linkcode ForwardingTable.now} to the time in seconds before a
 * batch of frames, and call {@linkcode ForwardingTable.age} now and then; an
 * entry that is too old counts for nothing even before that.
 *
 * It is a hash table with open addressing in typed arrays, at most half full,
 * which doubles as it fills.
 *
 * @see IEEE 802.1Q-2018 §8.7 (learning), §8.8 (the filtering database)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { DROP, FLOOD, ForwardingTable } = net.switching;
 * const table = new ForwardingTable({ ageing: 300 });
 * const { w0, w1 } = net.ip.mac("02:00:00:00:00:01");
 * assert.equal(table.forward(1, w0, w1, 7), FLOOD);
 * table.learn(1, w0, w1, 3);
 * assert.equal(table.forward(1, w0, w1, 7), 3);
 * assert.equal(table.forward(1, w0, w1, 3), DROP);
 * table.now = 300;
 * assert.equal(table.forward(1, w0, w1, 7), FLOOD);
 * ```
 */
export class ForwardingTable {
  /** The time in seconds, from any start; the caller sets it. */
  now = 0;
  /** Seconds after which an address that sends no more is forgotten. */
  ageing: number;
  /** The most entries. */
  readonly limit: number;
  #size = 0;
  #mask = FIRST_SLOTS - 1;
  #w0 = new Int32Array(FIRST_SLOTS);
  /** VLAN and the last two octets: what is left of the key. */
  #rest = new Int32Array(FIRST_SLOTS);
  #ports = new Int32Array(FIRST_SLOTS).fill(FREE);
  #seen = new Float64Array(FIRST_SLOTS);

  /**
   * Makes an empty table.
   *
   * @param options How long entries stay, and how many there may be.
   * @throws {RangeError} If `ageing` is below 0, or `limit` is not 1 to 2²⁴.
   */
  constructor(options: ForwardingTableOptions = {}) {
    onlyKnown("make a forwarding table", options, FORWARDING);
    const { ageing = 300, limit = 8192 } = options;
    if (!(typeof ageing === "number" && ageing >= 0)) {
      throw new RangeError(
        `Cannot make a forwarding table as 'ageing' must be 0 seconds or more: current value is ${ageing}`,
      );
    }
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= 2 ** 24)) {
      throw new RangeError(
        `Cannot make a forwarding table as 'limit' must be an integer from 1 to 2^24: current value is ${limit}`,
      );
    }
    this.ageing = ageing;
    this.limit = limit;
  }

  /** How many entries there are, those among them that are too old and not yet swept out. */
  get size(): number {
    return this.#size;
  }

  /**
   * Notes that a station has sent a frame.
   *
   * @param vlan The frame's VLAN, 1 to 4094.
   * @param w0 The first four octets of its source address.
   * @param w1 The last two octets.
   * @param port The port that it came in by, 0 or more.
   * @returns What that changed; see {@linkcode Learning}.
   */
  learn(vlan: number, w0: number, w1: number, port: number): Learning {
    if ((w0 & 0x0100_0000) !== 0 || (w0 | w1) === 0) return "ignored";
    const rest = vlan << 16 | w1;
    const slot = this.#find(w0 | 0, rest);
    const old = this.#ports[slot]!;
    if (old !== FREE) {
      const seen = this.#seen[slot]!;
      if (seen === ALWAYS) return "static";
      this.#seen[slot] = this.now;
      this.#ports[slot] = port;
      if (this.now - seen >= this.ageing) return "learned";
      return old === port ? "refreshed" : "moved";
    }
    // Those that are too old make room.
    if (this.#size >= this.limit && this.age() === 0) return "full";
    this.#insert(w0 | 0, rest, port, this.now);
    return "learned";
  }

  /**
   * Sets an entry by hand: it neither ages nor moves.
   *
   * @param vlan The VLAN, 1 to 4094.
   * @param w0 The first four octets of the address.
   * @param w1 The last two octets.
   * @param port The port that it is behind, 0 or more.
   * @returns Whether there was room.
   * @see IEEE 802.1Q-2018 §8.8.1 (static filtering entries)
   */
  pin(vlan: number, w0: number, w1: number, port: number): boolean {
    const rest = vlan << 16 | w1;
    const slot = this.#find(w0 | 0, rest);
    if (this.#ports[slot] !== FREE) {
      this.#ports[slot] = port;
      this.#seen[slot] = ALWAYS;
      return true;
    }
    if (this.#size >= this.limit && this.age() === 0) return false;
    this.#insert(w0 | 0, rest, port, ALWAYS);
    return true;
  }

  /**
   * Finds the port that an address is behind.
   *
   * @param vlan The VLAN, 1 to 4094.
   * @param w0 The first four octets of the address.
   * @param w1 The last two octets.
   * @returns The port, or {@linkcode FLOOD} if it is not known.
   */
  lookup(vlan: number, w0: number, w1: number): number {
    const slot = this.#find(w0 | 0, vlan << 16 | w1);
    const port = this.#ports[slot]!;
    return port === FREE || this.now - this.#seen[slot]! >= this.ageing
      ? FLOOD
      : port;
  }

  /**
   * Decides where a frame goes.
   *
   * @param vlan Its VLAN, 1 to 4094.
   * @param w0 The first four octets of its destination address.
   * @param w1 The last two octets.
   * @param inPort The port that it came in by.
   * @returns The one port, {@linkcode FLOOD} for a group or an address that is
   * not known, or {@linkcode DROP} if it is behind the port that the frame came
   * in by, or {@linkcode isReserved}.
   * @see IEEE 802.1Q-2018 §8.6.3 (frame filtering)
   */
  forward(vlan: number, w0: number, w1: number, inPort: number): number {
    if (isReserved(w0, w1)) return DROP;
    const port = this.lookup(vlan, w0, w1);
    return port === inPort ? DROP : port;
  }

  /**
   * Sweeps out what is too old.
   *
   * @returns How many entries went.
   */
  age(): number {
    const oldest = this.now - this.ageing;
    return this.#sweep((slot) => this.#seen[slot]! <= oldest);
  }

  /**
   * Forgets what was learned: all of it, or behind some ports; what was set by
   * hand stays.
   *
   * @param isFlushed Tells by port and VLAN which entries go. @default {all}
   * @returns How many entries went.
   * @see IEEE 802.1D-2004 §17.11 (topology changes)
   */
  flush(
    isFlushed: (port: number, vlan: number) => boolean = () => true,
  ): number {
    return this.#sweep((slot) =>
      this.#seen[slot] !== ALWAYS &&
      isFlushed(this.#ports[slot]!, this.#rest[slot]! >>> 16)
    );
  }

  /**
   * Takes one entry out, even if it was set by hand.
   *
   * @param vlan The VLAN, 1 to 4094.
   * @param w0 The first four octets of the address.
   * @param w1 The last two octets.
   * @returns Whether it was there.
   */
  delete(vlan: number, w0: number, w1: number): boolean {
    const slot = this.#find(w0 | 0, vlan << 16 | w1);
    if (this.#ports[slot] === FREE) return false;
    this.#remove(slot);
    return true;
  }

  /** Gives the entries that are not too old, in no order that means anything. */
  *entries(): Generator<ForwardingEntry, void, undefined> {
    for (let slot = 0; slot <= this.#mask; slot++) {
      const port = this.#ports[slot]!;
      const seen = this.#seen[slot]!;
      if (port === FREE || this.now - seen >= this.ageing) continue;
      const isStatic = seen === ALWAYS;
      const rest = this.#rest[slot]!;
      yield {
        vlan: rest >>> 16,
        w0: this.#w0[slot]!,
        w1: rest & 0xffff,
        port,
        age: isStatic ? 0 : this.now - seen,
        isStatic,
      };
    }
  }

  /** The slot of a key, or the free one where it would go. */
  #find(w0: number, rest: number): number {
    const mask = this.#mask;
    let slot = hash(w0, rest) & mask;
    while (
      this.#ports[slot] !== FREE &&
      (this.#w0[slot] !== w0 || this.#rest[slot] !== rest)
    ) slot = slot + 1 & mask;
    return slot;
  }

  #insert(w0: number, rest: number, port: number, seen: number): void {
    if (this.#size * 2 > this.#mask) this.#grow();
    this.#put(this.#find(w0, rest), w0, rest, port, seen);
    this.#size++;
  }

  #put(
    slot: number,
    w0: number,
    rest: number,
    port: number,
    seen: number,
  ): void {
    this.#w0[slot] = w0;
    this.#rest[slot] = rest;
    this.#ports[slot] = port;
    this.#seen[slot] = seen;
  }

  #grow(): void {
    const [w0, rest] = [this.#w0, this.#rest];
    const [ports, seen] = [this.#ports, this.#seen];
    const slots = ports.length * 2;
    this.#mask = slots - 1;
    this.#w0 = new Int32Array(slots);
    this.#rest = new Int32Array(slots);
    this.#ports = new Int32Array(slots).fill(FREE);
    this.#seen = new Float64Array(slots);
    for (let i = 0; i < ports.length; i++) {
      if (ports[i] === FREE) continue;
      const slot = this.#find(w0[i]!, rest[i]!);
      this.#put(slot, w0[i]!, rest[i]!, ports[i]!, seen[i]!);
    }
  }

  #sweep(isGone: (slot: number) => boolean): number {
    const before = this.#size;
    for (let slot = 0; slot <= this.#mask; slot++) {
      // What moves up into a slot is looked at too; see #remove.
      while (this.#ports[slot] !== FREE && isGone(slot)) this.#remove(slot);
    }
    return before - this.#size;
  }

  /** Frees a slot, and moves up those behind it that would not be found any more. */
  #remove(slot: number): void {
    const mask = this.#mask;
    this.#size--;
    for (let next = slot + 1 & mask; this.#ports[next] !== FREE;) {
      const home = hash(this.#w0[next]!, this.#rest[next]!) & mask;
      if ((next - home & mask) >= (next - slot & mask)) {
        this.#put(
          slot,
          this.#w0[next]!,
          this.#rest[next]!,
          this.#ports[next]!,
          this.#seen[next]!,
        );
        slot = next;
      }
      next = next + 1 & mask;
    }
    this.#ports[slot] = FREE;
  }
}

/** Mixes a key so that neighbours fall far apart (the end of MurmurHash3). */
function hash(w0: number, rest: number): number {
  let h = Math.imul(w0, 0x9e37_79b1) ^ rest;
  h = Math.imul(h ^ h >>> 16, 0x85eb_ca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2_ae35);
  return h ^ h >>> 16;
}
