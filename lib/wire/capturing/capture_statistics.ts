/**
 * What a capture has counted.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { count } from "../../inspect/units.ts";
import { paint } from "../../inspect/paint.ts";

/** How many packets a capture has had, and how many it has lost. */
export interface CaptureCounts {
  /** Packets that were handed to who reads. */
  readonly captured: number;
  /** Packets that the kernel's filter let through, those that were dropped among them. */
  readonly received: number;
  /** Packets that the kernel dropped, as nobody read them in time. */
  readonly dropped: number;
  /** Packets that the interfaces dropped before anybody saw them. */
  readonly interfaceDropped: number;
}

/**
 * What a capture has counted: when all is read, `captured` and `dropped` make
 * up `received`.
 *
 * A filter that sees VLAN tags is run after the kernel has counted: then
 * `received` and `dropped` count what it would not let through, too.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const statistics = new net.wire.CaptureStatistics({
 *   captured: 1200,
 *   received: 1234,
 *   dropped: 34,
 *   interfaceDropped: 0,
 * });
 * assert.equal(
 *   `${statistics}`,
 *   "1,200 packets captured, 1,234 received, 34 dropped by the kernel, 0 by the interface",
 * );
 * ```
 */
export class CaptureStatistics implements CaptureCounts {
  /** Packets that were handed to who reads. */
  readonly captured: number;
  /** Packets that the kernel's filter let through, those that were dropped among them. */
  readonly received: number;
  /** Packets that the kernel dropped, as nobody read them in time. */
  readonly dropped: number;
  /** Packets that the interfaces dropped before anybody saw them. */
  readonly interfaceDropped: number;

  /**
   * Takes the counts.
   *
   * @param counts The counts.
   */
  constructor(counts: CaptureCounts) {
    this.captured = counts.captured;
    this.received = counts.received;
    this.dropped = counts.dropped;
    this.interfaceDropped = counts.interfaceDropped;
  }

  /**
   * Says the counts in one line, as tcpdump does at its end.
   *
   * @returns The line.
   */
  toString(): string {
    const { captured, received, dropped, interfaceDropped } = this;
    const packets = captured === 1 ? "packet" : "packets";
    return `${count(captured)} ${packets} captured, ${
      count(received)
    } received, ${count(dropped)} dropped by the kernel, ${
      count(interfaceDropped)
    } by the interface`;
  }

  /**
   * Gives the counts as plain data.
   *
   * @returns The counts.
   */
  toJSON(): CaptureCounts {
    const { captured, received, dropped, interfaceDropped } = this;
    return { captured, received, dropped, interfaceDropped };
  }

  /**
   * Shows the counts as a card; what was lost stands out.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return card("capture statistics", this.#rows(page), page);
  }

  #rows(page: Canvas): (readonly [string, string])[] {
    const lost = (n: number) =>
      n === 0 ? count(n) : paint("bad", count(n), page);
    return [
      ["captured", count(this.captured)],
      ["received", count(this.received)],
      ["dropped by the kernel", lost(this.dropped)],
      ["dropped by the interface", lost(this.interfaceDropped)],
    ];
  }
}
