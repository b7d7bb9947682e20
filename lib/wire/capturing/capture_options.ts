/**
 * What a capture can be asked for.
 *
 * @module
 */

import { SNAP_LENGTH } from "./capture_filter.ts";
import type { WireOptions } from "../options.ts";
import type { RotatingOptions } from "./rotating.ts";
import type { SourceOptions } from "./source.ts";

/** When a capture ends by itself, and where it is written to. */
export interface LiveCaptureOptions {
  /** Packets after which it ends. @default {no end} */
  count?: number | undefined;
  /** Milliseconds after which it ends, from its start. @default {no end} */
  duration?: number | undefined;
  /**
   * Ends it: what was captured until then can still be read, and a loop over it
   * ends as if there were no more.
   */
  signal?: AbortSignal | undefined;
  /**
   * A pcapng file that all packets are written to which are read; or how several
   * of them follow one another.
   */
  writeTo?: string | URL | RotatingOptions | undefined;
  /**
   * Octets that may wait to be read, for each interface: in the kernel, and as
   * many again here if nobody asks for packets for a while. @default {16 MiB}
   */
  buffer?: number | undefined;
}

/** Options for {@linkcode capture}. */
export interface CaptureOptions extends WireOptions, LiveCaptureOptions {
  /** What to let through, as tcpdump takes it: `"tcp port 80"`. @default {all packets} */
  filter?: string | undefined;
  /** Octets of each packet that are kept. @default {262,144: all} */
  snaplen?: number | undefined;
  /** Whether to hear frames for others too. @default {true} */
  promiscuous?: boolean | undefined;
  /**
   * Whether each packet is to be there at once. Else a packet may be 20 ms
   * late, and costs far less. @default {false}
   */
  immediate?: boolean | undefined;
  /**
   * Packets that come in, that go out, or all. On loopback each packet does
   * both, and is captured once. @default {"both"}
   */
  direction?: "in" | "out" | "both" | undefined;
  /**
   * How packets come: a ring that is shared with the kernel, a packet socket, or
   * through libpcap. @default {the ring, or the socket for `immediate`; libpcap
   * where it alone can read the frames}
   */
  tier?: "ring" | "socket" | "dump" | undefined;
  /** Ends it: what was captured until then can still be read. */
  signal?: AbortSignal | undefined;
}

/** Octets that may wait to be read. */
export const BUFFER: number = 16 << 20;
/** The fewest octets that make sense of a packet, and that may wait. */
const LEAST_SNAP = 1;
const LEAST_BUFFER = 64 << 10;
const MOST_BUFFER = 1 << 30;

/**
 * Checks options, and makes what sources are opened with of them.
 *
 * @param options The options.
 * @returns The same with all that was left out.
 * @throws {RangeError} If a number is out of range.
 * @throws {TypeError} If an option is of a wrong kind.
 *
 * @example
 * ```ts
 * import { sourceOptions } from "./capture_options.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sourceOptions({}).promiscuous, true);
 * assert.throws(() => sourceOptions({ snaplen: 0 }), RangeError);
 * ```
 */
export function sourceOptions(options: CaptureOptions): SourceOptions {
  const {
    filter,
    snaplen = SNAP_LENGTH,
    promiscuous = true,
    immediate = false,
    direction = "both",
    buffer = BUFFER,
    namespace,
  } = options;
  checkWhole("snaplen", snaplen, LEAST_SNAP, SNAP_LENGTH);
  checkWhole("buffer", buffer, LEAST_BUFFER, MOST_BUFFER);
  if (filter !== undefined && typeof filter !== "string") {
    throw new TypeError(
      `Cannot capture as 'filter' must be a string: current value is ${filter}`,
    );
  }
  if (!["in", "out", "both"].includes(direction)) {
    throw new TypeError(
      `Cannot capture as 'direction' must be "in", "out" or "both": current value is ${direction}`,
    );
  }
  return {
    filter,
    snapLength: snaplen,
    promiscuous,
    immediate,
    direction,
    buffer,
    namespace,
  };
}

/**
 * Checks when a capture is to end.
 *
 * @param options The options.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { checkEnd } from "./capture_options.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkEnd({ duration: -1 }), RangeError);
 * ```
 */
export function checkEnd(options: LiveCaptureOptions): void {
  const { count, duration } = options;
  if (count !== undefined && count !== Infinity) {
    checkWhole("count", count, 1, Number.MAX_SAFE_INTEGER);
  }
  if (duration !== undefined && !(duration >= 0)) {
    throw new RangeError(
      `Cannot capture as 'duration' must be 0 or more milliseconds: current value is ${duration}`,
    );
  }
}

function checkWhole(
  name: string,
  value: number,
  least: number,
  most: number,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Cannot capture as '${name}' must be a whole number from ${least} to ${most}: current value is ${value}`,
  );
}
