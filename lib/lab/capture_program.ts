/**
 * A capture inside a host of a lab, as the host has it: what comes there goes
 * out as a pcapng stream, frame by frame, with the counters.
 *
 * @module
 */

import { PcapngEncoder } from "../pcap/encode.ts";
import { capture } from "../wire/capture.ts";
import type { CaptureOptions } from "../wire/capturing/capture_options.ts";
import { statisticsBlock } from "../wire/capturing/statistics_block.ts";
import { encode } from "./clone.ts";

/** What is to be captured; it travels as JSON. */
export interface CaptureOrder {
  /** The interface. */
  readonly interface: string;
  /** How, but for what ends it: that is for whoever reads. */
  readonly options: CaptureOptions;
}

/** Where a capture's program writes. */
export interface CaptureOutput {
  /** Writes octets, all of them; waits while the reader is slow. */
  write(octets: Uint8Array): void;
  /** Writes why it ended, for {@linkcode ./link_capture.ts}. */
  fail(text: string): void;
}

/**
 * Captures until it is told to end, or fails.
 *
 * @param order What, and how.
 * @param output Where the stream goes.
 * @param signal Tells it to end, when all that has come until then is written.
 * @returns A promise of the end.
 */
export async function serveCapture(
  order: CaptureOrder,
  output: CaptureOutput,
  signal: AbortSignal,
): Promise<void> {
  try {
    using live = capture(order.interface, { ...order.options, signal });
    const encoder = new PcapngEncoder({ resolution: "ns", little: true });
    encoder.begin();
    encoder.interface({
      linkType: live.linkType,
      name: order.interface,
      snapLength: live.snapLength,
    });
    output.write(encoder.take());
    for await (const batch of live.batches()) {
      while (batch.next()) encoder.packet(0, batch);
      // First, so that who has the packets knows of what was lost.
      output.write(statisticsBlock(live.statistics));
      output.write(encoder.take());
    }
  } catch (error) {
    output.fail(encode(error, "error"));
  }
}
