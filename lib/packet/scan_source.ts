/**
 * What scans read, and what they are as functions.
 *
 * @module
 */

import type { Frame } from "./frame.ts";
import type { Column } from "./scan_column.ts";

/** What a scan reads: a cursor over the records in a buffer. */
export interface ScanSource {
  /** The buffer that the record lies in. */
  readonly octets: Uint8Array;
  /** The same buffer, for numbers. */
  readonly view: DataView;
  /** The record's first octet in the buffer. */
  readonly start: number;
  /** The octet after its last. */
  readonly end: number;
  /** Octets that there were on the wire. */
  readonly length: number;
  /** What the packet starts with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** Whole seconds since 1970, if the time is known. */
  readonly seconds: number | undefined;
  /** Nanoseconds after `seconds`. */
  readonly nanoseconds: number;
  /** The record's place in the capture, from 1. */
  readonly number: number;
  /** Goes to the next record; says whether there is one in the buffer. */
  next(): boolean;
  /** Gives the record as the frame of a packet. */
  frame(): Frame;
}

/**
 * Fills columns from a row on, until the buffer has no more records or the
 * columns are full; gives the row after the last that is filled.
 */
export type Fill = (
  records: ScanSource,
  columns: readonly Column[],
  row: number,
  capacity: number,
) => number;
