/**
 * The packet that a batch stands at, as packets are made of.
 *
 * @module
 */

import type { Frame } from "../../packet/frame.ts";
import type { Batch } from "./source.ts";

/**
 * Gives the packet that a cursor stands at as a frame, in place.
 *
 * @param record The cursor.
 * @returns The frame, with its interface.
 */
export function packetFrame(record: Omit<Batch, "frame">): Frame {
  return {
    octets: record.octets,
    view: record.view,
    start: record.start,
    end: record.end,
    linkType: record.linkType,
    length: record.length,
    seconds: record.seconds,
    nanoseconds: record.nanoseconds,
    interface: record.interface,
  };
}
