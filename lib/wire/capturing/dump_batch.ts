/**
 * Packets as libpcap writes them to a file.
 *
 * @see pcap-savefile(5)
 * @module
 */

import { NetError } from "../../errors.ts";
import { libc } from "../../ffi/libc.ts";
import type { Frame } from "../../packet/frame.ts";
import { dataView } from "../../pcap/records.ts";
import { staleBatch } from "./ring_batch.ts";
import { packetFrame } from "./packet_frame.ts";
import type { Batch, BatchCheck } from "./source.ts";

/** Octets in front of each packet. */
export const RECORD = 16;
const LINUX_SLL2 = 276;
const SIOCGIFNAME = 0x8910;

/** What all batches of a source have in common, and what goes on from one to the next. */
export interface DumpFacts {
  /** The interface's name. */
  readonly interface: string;
  /** What packets start with. */
  readonly linkType: number;
  /** Whether stamps are in nanoseconds, not microseconds. */
  readonly isNano: boolean;
  /** A socket that knows the namespace's interfaces; below 0 if there is none, or none any more. */
  fd: number;
  /** What it said of them, by number, and until when that is believed. */
  readonly names: Map<number, { name: string | undefined; until: number }>;
  /** What is asked of each packet. */
  check: BatchCheck | undefined;
  /** Packets that there have been. */
  number: number;
}

/** The cursor over what libpcap has written. */
export class DumpBatch implements Batch {
  start = 0;
  end = 0;
  length = 0;
  seconds = 0;
  nanoseconds = 0;
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly linkType: number;
  readonly #facts: DumpFacts;
  #at = 0;
  #left: number;
  #isStale = false;

  /**
   * Starts in front of the first packet.
   *
   * @param octets What was written, no more.
   * @param count How many packets libpcap says that there are.
   * @param facts The source's.
   * @throws {NetError} If there are not so many.
   */
  constructor(octets: Uint8Array, count: number, facts: DumpFacts) {
    this.octets = octets;
    this.view = dataView(octets);
    this.#left = count;
    this.#facts = facts;
    this.linkType = facts.linkType;
    let at = 0;
    for (let i = 0; i < count && at + RECORD <= octets.length; i++) {
      at += RECORD + this.view.getUint32(at + 8, true);
    }
    if (at === octets.length) return;
    throw new NetError(
      `libpcap counts ${count} packets, and wrote others`,
      { code: "mismatch", op: "capture on", target: facts.interface },
    );
  }

  /** Where the packet was captured: of the capture of all, by what it says itself. */
  get interface(): string {
    const facts = this.#facts;
    if (facts.linkType !== LINUX_SLL2 || this.end - this.start < 8) {
      return facts.interface;
    }
    const index = this.view.getUint32(this.start + 4);
    return nameOf(facts, index) ?? facts.interface;
  }

  /** The packet's place among those of the source, from 1. */
  get number(): number {
    return this.#facts.number;
  }

  /** Goes to the next packet; says whether there is one. */
  next(): boolean {
    const { view } = this;
    const { check, isNano } = this.#facts;
    while (this.#left > 0) {
      this.#left--;
      const at = this.#at;
      this.start = at + RECORD;
      this.end = this.start + view.getUint32(at + 8, true);
      this.#at = this.end;
      this.length = view.getUint32(at + 12, true);
      this.seconds = view.getUint32(at, true);
      const fraction = view.getUint32(at + 4, true);
      this.nanoseconds = isNano ? fraction : fraction * 1000;
      this.#facts.number++;
      if (check === undefined || check(this)) return true;
      this.#facts.number--;
    }
    if (this.#isStale) throw staleBatch(this.#facts.interface);
    return false;
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

/** Milliseconds that a name is believed. */
const BELIEVED = 1000;

/** The name that an interface has, or had when it could still be asked for. */
function nameOf({ fd, names }: DumpFacts, index: number): string | undefined {
  const known = names.get(index);
  const now = performance.now();
  if (fd < 0 || known !== undefined && known.until > now) return known?.name;
  const request = new Uint8Array(40);
  new DataView(request.buffer).setInt32(16, index, true);
  let name: string | undefined;
  if (libc().ioctl(fd, SIOCGIFNAME, request) === 0) {
    name = new TextDecoder().decode(request.subarray(0, request.indexOf(0)));
  }
  names.set(index, { name: name ?? known?.name, until: now + BELIEVED });
  return name ?? known?.name;
}
