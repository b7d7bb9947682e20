/**
 * A whole capture put into something that takes one packet after the other.
 *
 * @module
 */

import { Packet } from "../packet.ts";

/** Many packets: a list, a generator, or a capture as `net.pcap.open` gives it. */
export type Packets = Iterable<Packet> | AsyncIterable<Packet>;

/** A result that is there at once for a list, and awaited for a capture. */
export type Fed<P extends Packets, R> = P extends Iterable<Packet> ? R
  : Promise<R>;

/**
 * Puts all packets into a sink.
 *
 * @param packets The packets, in the order of the capture.
 * @param sink What takes them.
 * @param what What is being done, for the error: `"count conversations"`.
 * @param end Is called behind the last packet.
 * @returns The sink; a promise of it if the packets come one by one.
 * @throws {TypeError} If `packets` cannot be gone through.
 *
 * @example
 * ```ts
 * import { feed } from "./feed.ts";
 * import { decode } from "../packet.ts";
 * import assert from "node:assert/strict";
 *
 * const sizes = { all: 0, add: ({ length }: { length: number }) => sizes.all += length };
 * assert.equal(feed([decode(new Uint8Array(60))], sizes, "add sizes").all, 60);
 * ```
 */
export function feed<P extends Packets, S extends { add(p: Packet): unknown }>(
  packets: P,
  sink: S,
  what: string,
  end?: (sink: S) => void,
): Fed<P, S> {
  if (!isList(packets, what)) {
    return feedSlowly(packets, sink, end) as Fed<P, S>;
  }
  for (const packet of packets) sink.add(packet);
  end?.(sink);
  return sink as Fed<P, S>;
}

async function feedSlowly<S extends { add(p: Packet): unknown }>(
  packets: AsyncIterable<Packet>,
  sink: S,
  end?: (sink: S) => void,
): Promise<S> {
  for await (const packet of packets) sink.add(packet);
  end?.(sink);
  return sink;
}

/**
 * Tells packets that are there from those that come one by one.
 *
 * @param packets The packets.
 * @param what What is being done, for the error.
 * @returns Whether they are there.
 * @throws {TypeError} If `packets` cannot be gone through.
 *
 * @example
 * ```ts
 * import { isList } from "./feed.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(isList([], "count"), true);
 * ```
 */
export function isList(
  packets: Packets,
  what: string,
): packets is Iterable<Packet> {
  const source = packets as Partial<Iterable<Packet> & AsyncIterable<Packet>>;
  const isGiven = typeof source?.[Symbol.iterator] === "function";
  const [first] = Array.isArray(source) ? source : [];
  const isOther = typeof source === "string" || source instanceof Uint8Array ||
    first !== undefined && !(first instanceof Packet);
  if (isGiven && !isOther) return true;
  if (!isGiven && typeof source?.[Symbol.asyncIterator] === "function") {
    return false;
  }
  throw new TypeError(
    `Cannot ${what} as 'packets' must be a list of packets or a capture: current value is ${packets}`,
  );
}
