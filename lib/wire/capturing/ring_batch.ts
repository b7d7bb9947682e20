/**
 * A block of packets as the kernel lays them out in a ring (TPACKET_V3), in
 * place or copied.
 *
 * @see linux/if_packet.h
 * @module
 */

import { NetError } from "../../errors.ts";
import type { Frame } from "../../packet/frame.ts";
import { dataView } from "../../pcap/records.ts";
import type { RecordTest } from "../../pcap/filter/compile.ts";
import { packetFrame } from "./packet_frame.ts";
import type { Batch, BatchCheck } from "./source.ts";

/** struct tpacket3_hdr. */
const Header = {
  next: 0,
  seconds: 4,
  nanoseconds: 8,
  captured: 12,
  length: 16,
  status: 20,
  start: 24,
  tag: 32,
  tagProtocol: 36,
} as const;

/** The packet is there whole. */
const TP_STATUS_USER = 0x1;
/** There was a tag, and its protocol is known. */
const VLAN_VALID = 0x10;
const TPID_VALID = 0x40;
const DOT1Q = 0x8100;
/** Octets of a tag, and of the addresses in front of it. */
const TAG = 4;
const ADDRESSES = 12;
const ETHERNET = 1;

/** What all blocks of a ring have in common, and what goes on from one to the next. */
export interface RingFacts {
  /** The interface's name. */
  readonly interface: string;
  /** What frames start with. */
  readonly linkType: number;
  /** Octets of each that are kept. */
  readonly snapLength: number;
  /** The filter, if we run it. */
  readonly test: RecordTest | undefined;
  /** What else is asked of each packet. */
  check: BatchCheck | undefined;
  /** Packets that there have been. */
  number: number;
}

/** The cursor over a block. */
export class RingBatch implements Batch {
  start = 0;
  end = 0;
  length = 0;
  seconds = 0;
  nanoseconds = 0;
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly linkType: number;
  readonly #facts: RingFacts;
  readonly #snapLength: number;
  /** Where the next packet's header is. */
  #at: number;
  #left: number;
  #isStale = false;

  /**
   * Starts in front of the first packet.
   *
   * @param octets The memory.
   * @param first Where the first packet's header is.
   * @param count How many packets there are.
   * @param facts The ring's.
   */
  constructor(
    octets: Uint8Array,
    first: number,
    count: number,
    facts: RingFacts,
    view: DataView = dataView(octets),
  ) {
    this.octets = octets;
    this.view = view;
    this.#at = first;
    this.#left = count;
    this.#facts = facts;
    this.linkType = facts.linkType;
    this.#snapLength = facts.snapLength;
  }

  /** The interface's name. */
  get interface(): string {
    return this.#facts.interface;
  }

  /** The packet's place among those of its interface, from 1. */
  get number(): number {
    return this.#facts.number;
  }

  /** Goes to the next packet; says whether there is one. */
  next(): boolean {
    const { view } = this;
    const { test, check } = this.#facts;
    while (this.#left > 0) {
      const at = this.#at;
      this.#left--;
      this.#at = at + view.getUint32(at + Header.next, true);
      this.start = at + view.getUint16(at + Header.start, true);
      this.end = this.start + view.getUint32(at + Header.captured, true);
      this.length = view.getUint32(at + Header.length, true);
      this.seconds = view.getUint32(at + Header.seconds, true);
      this.nanoseconds = view.getUint32(at + Header.nanoseconds, true);
      const status = view.getUint32(at + Header.status, true);
      if ((status & VLAN_VALID) !== 0) this.#restoreTag(at, status);
      const { start, end } = this;
      if (
        test !== undefined &&
        !test(this.octets, view, start, end, this.length)
      ) continue;
      if (end - start > this.#snapLength) this.end = start + this.#snapLength;
      this.#facts.number++;
      if (check === undefined || check(this)) return true;
      this.#facts.number--;
    }
    if (this.#isStale) throw staleBatch(this.interface);
    return false;
  }

  /** Puts the tag that the kernel took off back where it was: there is room in front. */
  #restoreTag(at: number, status: number): void {
    const { view, start } = this;
    if (this.linkType !== ETHERNET || this.end - start < ADDRESSES) return;
    this.octets.copyWithin(start - TAG, start, start + ADDRESSES);
    this.start = start - TAG;
    this.length += TAG;
    const protocol = (status & TPID_VALID) === 0
      ? DOT1Q
      : view.getUint16(at + Header.tagProtocol, true);
    view.setUint16(start + ADDRESSES - TAG, protocol);
    view.setUint16(
      start + ADDRESSES - TAG + 2,
      view.getUint32(at + Header.tag, true) & 0xffff,
    );
  }

  /** Gives the packet as a frame, in place. */
  frame(): Frame {
    return packetFrame(this);
  }

  /** Ends it: its memory is about to be used again. Who does not know of that is told. */
  expire(isKnown = false): void {
    this.#left = 0;
    this.#isStale = !isKnown;
  }
}

/**
 * Counts the packets that are whole in a block that the kernel is still filling.
 *
 * @param view The memory.
 * @param first Where the first packet's header is.
 * @param count How many the block says that there are.
 * @returns How many there are to be read.
 */
export function wholePackets(
  view: DataView,
  first: number,
  count: number,
): number {
  let at = first;
  for (let i = 0; i < count; i++) {
    const status = view.getUint32(at + Header.status, true);
    if ((status & TP_STATUS_USER) === 0) return i;
    at += view.getUint32(at + Header.next, true);
  }
  return count;
}

/**
 * Makes the error for a batch whose memory has gone to later packets.
 *
 * @param target The interface.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { staleBatch } from "./ring_batch.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(staleBatch("eth0").code, "stale");
 * ```
 */
export function staleBatch(target: string): NetError {
  return new NetError("its memory went to the next ones", {
    code: "stale",
    op: "read a batch of packets of",
    target,
    hint:
      'finish a batch before asking for the next, copy what is to stay, or take records("keep")',
  });
}
