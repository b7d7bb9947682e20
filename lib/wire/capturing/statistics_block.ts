/**
 * What a capture has counted, as a block of a pcapng stream.
 *
 * @see draft-ietf-opsawg-pcapng §4.6
 * @module
 */

import { type BlockBody, readOptions } from "../../pcap/pcapng_options.ts";
import { BlockType } from "../../pcap/pcapng_records.ts";
import type { SourceStatistics } from "./source.ts";

/** The options of statistics that are written, in this order. */
const Option = { interfaceDropped: 5, received: 6, dropped: 7 } as const;
/** What others write who do not say what their filter let through. */
const RECEIVED = 4;

/** Octets of a statistics block in front of its options, and of each. */
const HEAD = 20;
const OPTION = 12;

/**
 * Encodes what a capture has counted, as a block among its packets.
 *
 * @param statistics The counters of the stream's first interface.
 * @returns The block, its low octets first.
 *
 * @example
 * ```ts
 * import { statisticsBlock } from "./statistics_block.ts";
 * import assert from "node:assert/strict";
 *
 * const block = statisticsBlock({ received: 7, dropped: 1, interfaceDropped: 0 });
 * assert.equal(block.length % 4, 0);
 * ```
 */
export function statisticsBlock(
  statistics: SourceStatistics,
): Uint8Array<ArrayBuffer> {
  const codes = Object.entries(Option);
  const octets = new Uint8Array(HEAD + codes.length * OPTION + 8);
  const view = new DataView(octets.buffer);
  view.setUint32(0, BlockType.statistics, true);
  view.setUint32(4, octets.length, true);
  // In nanoseconds, as all of the stream's times.
  const now = BigInt(Date.now()) * 1_000_000n;
  view.setUint32(12, Number(now >> 32n), true);
  view.setUint32(16, Number(now & 0xffff_ffffn), true);
  codes.forEach(([name, code], i) => {
    const at = HEAD + i * OPTION;
    view.setUint16(at, code, true);
    view.setUint16(at + 2, 8, true);
    const value = statistics[name as keyof SourceStatistics];
    view.setBigUint64(at + 4, BigInt(value), true);
  });
  view.setUint32(octets.length - 4, octets.length, true);
  return octets;
}

/** What such a block says. */
export interface ToldStatistics extends Omit<SourceStatistics, "received"> {
  /** The number of the interface. */
  readonly index: number;
  /** Packets that came through the filter, if it says so. */
  readonly received: number | undefined;
}

/**
 * Reads what a capture has counted, whoever wrote it.
 *
 * @param block The block.
 * @returns The counters; `undefined` if it is too short.
 * @throws {DecodeError} If an option goes beyond its end.
 *
 * @example
 * ```ts
 * import { readStatistics, statisticsBlock } from "./statistics_block.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = statisticsBlock({ received: 7, dropped: 1, interfaceDropped: 0 });
 * const view = new DataView(octets.buffer);
 * const end = octets.length;
 * const told = readStatistics({ octets, view, start: 0, end, little: true, offset: 0 });
 * assert.deepEqual([told?.received, told?.dropped], [7, 1]);
 * ```
 */
export function readStatistics(block: BlockBody): ToldStatistics | undefined {
  const { view, start, end, little } = block;
  if (end - start < HEAD + 4) return undefined;
  const options = readOptions(block, HEAD);
  const told = (code: number) => options.number(code, 8);
  return {
    index: view.getUint32(start + 8, little),
    received: told(Option.received) ?? told(RECEIVED),
    dropped: told(Option.dropped) ?? 0,
    interfaceDropped: told(Option.interfaceDropped) ?? 0,
  };
}
