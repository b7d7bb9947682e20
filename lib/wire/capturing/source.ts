/**
 * Where live packets come from, whatever brings them: what a capture is made of.
 *
 * @module
 */

import type { ScanSource } from "../../packet/scan_source.ts";
import type { BufferUse } from "../../pcap/records.ts";

export type { BufferUse };

/**
 * What brings packets: a ring that the kernel and we share, a packet socket,
 * libpcap, or a stream out of another program.
 */
export type Tier = "ring" | "socket" | "dump" | "stream";

/**
 * A cursor over some packets of one interface: as of capture files, it makes no
 * object a packet. After `next()` has said yes, the packet is in its fields.
 *
 * A batch that was taken to be reused lies where the next packets are put: once
 * the next one is taken, `next()` throws.
 */
export interface Batch extends ScanSource {
  /** When the kernel saw the packet: whole seconds since 1970. */
  readonly seconds: number;
  /** The name of the interface. */
  readonly interface: string;
  /** The packet's place among those of its interface, from 1. */
  readonly number: number;
}

/** Says whether the packet that the cursor is at is asked for. */
export type BatchCheck = (record: Batch) => boolean;

/** What a source has counted. */
export interface SourceStatistics {
  /** Packets that the kernel's filter let through, those that were dropped among them. */
  readonly received: number;
  /** Packets of those that found no room, as they were not read in time. */
  readonly dropped: number;
  /** Packets that the interface dropped before anybody saw them. */
  readonly interfaceDropped: number;
}

/** What sources are opened with. */
export interface SourceOptions {
  /** What to let through, as tcpdump takes it; all if there is none. */
  readonly filter: string | undefined;
  /** Octets of each packet that are kept. */
  readonly snapLength: number;
  /** Whether to hear frames for others too. */
  readonly promiscuous: boolean;
  /** Octets that may wait to be read. */
  readonly buffer: number;
  /** Which way packets go that are captured. */
  readonly direction: "in" | "out" | "both";
  /** Whether packets are to be there at once, one by one. */
  readonly immediate: boolean;
  /** Another network namespace: a descriptor of it, or its file. */
  readonly namespace: number | string | undefined;
}

/** Packets of one interface, as they come. */
export interface PacketSource extends Disposable {
  /** The interface's name. */
  readonly interface: string;
  /** What packets start with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The most octets of a packet that are kept. */
  readonly snapLength: number;
  /** What brings the packets. */
  readonly tier: Tier;
  /** Is asked of each packet, once; what it says no to is passed over. */
  check: BatchCheck | undefined;

  /**
   * Takes packets that are at hand, without waiting.
   *
   * @param use `"reuse"`: they may lie where later ones are put, and are good
   * until this is called again. `"keep"`: they lie in memory that nobody else
   * writes to, and leave a batch that is in use as it is. @default {"reuse"}
   * @returns The packets; `undefined` if there are none at the moment.
   * @throws {NetError} When all that was captured has been taken, if no more can
   * come: the interface went down, or away.
   */
  take(use?: BufferUse): Batch | undefined;

  /**
   * Waits until there may be packets.
   *
   * @returns True: look again; false: no more will come.
   */
  wait(): Promise<boolean>;

  /** Ends a wait that is under way, with true. */
  cancel(): void;

  /** Lets no more packets in. Those that have come can still be taken. */
  stop(): void;

  /** What there has been so far; it can still be asked when all is over. */
  statistics(): SourceStatistics;
}
