/**
 * The last packets that went by, as a capture in memory.
 *
 * @module
 */

import type { Frame } from "../../packet/frame.ts";
import { PcapngEncoder } from "../../pcap/encode.ts";
import type { Batch } from "../capturing/source.ts";

/** Packets in the octets of a pcapng file. */
interface Chunk {
  readonly octets: Uint8Array;
  readonly packets: number;
}

/** Octets of a chunk, after which another is begun. */
const FULL = 60 * 1024;
/** Octets of an enhanced packet block around the packet's own: §4.3. */
const HEAD = 28;

/** Keeps packets up to an amount of memory, and then the last of them. */
export class Kept {
  /** Packets that are kept. */
  packets = 0;
  /** Octets that they take. */
  size = 0;
  /** Packets that were kept, and gave way to later ones. */
  forgotten = 0;
  readonly #limit: number;
  readonly #encoder = new PcapngEncoder({ resolution: "ns", little: true });
  /** The interfaces, by name, in the order of their numbers. */
  readonly #interfaces: { readonly name: string; readonly linkType: number }[];
  #chunks: Chunk[] = [];
  #open = 0;

  /**
   * Starts with none.
   *
   * @param limit Octets to keep at most; the last packets are kept in any case.
   * @param interfaces Those that are known already.
   */
  constructor(
    limit: number,
    interfaces: Iterable<{ readonly name: string; readonly linkType: number }>,
  ) {
    this.#limit = limit;
    this.#interfaces = [...interfaces];
  }

  /**
   * Keeps the packet that a batch is at.
   *
   * @param packet The packet.
   */
  add(packet: Batch): void {
    const encoder = this.#encoder;
    if (encoder.used + packet.end - packet.start > FULL) this.#seal();
    encoder.packet(this.#indexOf(packet), packet);
    this.#open++;
    this.packets++;
  }

  /**
   * Gives the last packets.
   *
   * @param count How many.
   * @returns The packets, the last one last.
   */
  last(count: number): Frame[] {
    const found: Frame[] = [];
    // What is being encoded stays where it is.
    const open = this.#encoder.take();
    this.#encoder.used = open.length;
    for (let i = this.#chunks.length; i >= 0 && found.length < count; i--) {
      const octets = this.#chunks[i]?.octets ?? open;
      const view = new DataView(octets.buffer, octets.byteOffset);
      // A block's length stands at its end, too.
      for (let end = octets.length; end > 0 && found.length < count;) {
        const start = end - view.getUint32(end - 4, true);
        found.push(this.#frame(octets, view, start));
        end = start;
      }
    }
    return found.reverse();
  }

  /** Gives all that is kept as a pcapng file. */
  file(): Uint8Array<ArrayBuffer> {
    this.#seal();
    const encoder = new PcapngEncoder({ resolution: "ns", little: true });
    const description = this.forgotten > 0
      ? `${this.forgotten} packets before these were not kept`
      : undefined;
    encoder.begin();
    for (const one of this.#interfaces) {
      encoder.interface({ ...one, description });
    }
    const head = encoder.take();
    const whole = new Uint8Array(head.length + this.size);
    whole.set(head);
    let at = head.length;
    for (const { octets } of this.#chunks) {
      whole.set(octets, at);
      at += octets.length;
    }
    return whole;
  }

  /** Ends the chunk that is open, and lets go of the oldest ones. */
  #seal(): void {
    if (this.#open === 0) return;
    const octets = this.#encoder.take();
    this.#encoder.leave();
    this.#chunks.push({ octets, packets: this.#open });
    this.size += octets.length;
    this.#open = 0;
    let old = 0;
    while (this.size > this.#limit && old < this.#chunks.length - 1) {
      const { octets, packets } = this.#chunks[old++]!;
      this.size -= octets.length;
      this.packets -= packets;
      this.forgotten += packets;
    }
    if (old > 0) this.#chunks = this.#chunks.slice(old);
  }

  #indexOf({ interface: name, linkType }: Batch): number {
    const interfaces = this.#interfaces;
    for (let i = 0; i < interfaces.length; i++) {
      const one = interfaces[i]!;
      if (one.name === name && one.linkType === linkType) return i;
    }
    return interfaces.push({ name, linkType }) - 1;
  }

  #frame(octets: Uint8Array, view: DataView, start: number): Frame {
    const face = this.#interfaces[view.getUint32(start + 8, true)]!;
    const ticks = BigInt(view.getUint32(start + 12, true)) << 32n |
      BigInt(view.getUint32(start + 16, true));
    return {
      octets,
      view,
      start: start + HEAD,
      end: start + HEAD + view.getUint32(start + 20, true),
      length: view.getUint32(start + 24, true),
      linkType: face.linkType,
      seconds: Number(ticks / 1_000_000_000n),
      nanoseconds: Number(ticks % 1_000_000_000n),
      interface: face.name,
    };
  }
}
