/**
 * Cutting octets into frames, and wrapping frames into octets, as their framing
 * says.
 *
 * @module
 */

import type { ByteQueue } from "./byte_queue.ts";
import { NetError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Cutting, Framing } from "./framing.ts";

/** Octets of a varint that stays exact as a number: 7 bits each. */
const VARINT = 7;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Takes one frame's octets from a queue.
 *
 * @param queue What has arrived.
 * @param framing How it is cut.
 * @returns The octets; `undefined` while they have not all come; as a text, why
 * no frame of these octets will be taken, and then nothing is.
 */
export function cut(
  queue: ByteQueue,
  framing: Cutting,
): Uint8Array | undefined | string {
  const { boundary, max } = framing;
  switch (boundary.kind) {
    case "fixed":
      return queue.take(boundary.length);
    case "line": {
      const line = queue.takeLine(max);
      return line === null ? `no line end within ${max} octets` : line;
    }
    case "delimiter": {
      const { delimiter } = boundary;
      const length = queue.find(delimiter);
      const least = length < 0 ? queue.size - delimiter.length + 1 : length;
      if (least > max) return `no delimiter within ${max} octets`;
      if (length < 0) return undefined;
      const taken = queue.take(length + delimiter.length)!;
      return taken.subarray(0, length);
    }
    case "length": {
      const prefix = boundary.bits === "varint"
        ? varint(queue)
        : integer(queue, boundary.bits / 8, boundary.endian);
      if (prefix === undefined) return undefined;
      const [length, size] = prefix;
      if (!(length <= max)) {
        return `a frame of ${length} octets, where ${max} are the most`;
      }
      return queue.take(size + length)?.subarray(size);
    }
  }
}

/** A length and the octets that it takes itself. */
type Prefix = readonly [length: number, size: number];

function integer(
  queue: ByteQueue,
  size: number,
  endian: "big" | "little",
): Prefix | undefined {
  const octets = queue.peek(size);
  if (octets === undefined) return undefined;
  const ordered = endian === "big" ? octets : octets.toReversed();
  return [ordered.reduce((n, octet) => n * 256 + octet, 0), size];
}

function varint(queue: ByteQueue): Prefix | undefined {
  const octets = queue.peek(Math.min(queue.size, VARINT))!;
  const last = octets.findIndex((octet) => octet < 0x80);
  // What goes on beyond is no length that anybody meant.
  if (last < 0) return octets.length < VARINT ? undefined : [Infinity, VARINT];
  const length = octets.subarray(0, last + 1)
    .reduceRight((n, octet) => n * 128 + (octet & 0x7f), 0);
  return [length, last + 1];
}

/**
 * Makes a frame's octets into those that are sent.
 *
 * @param octets What is meant.
 * @param framing How it will be cut.
 * @returns The octets with what bounds them.
 * @throws {RangeError} If the other side could not cut them like that: too many,
 * too few, or the delimiter among them.
 */
export function wrap(
  octets: Uint8Array,
  framing: Cutting,
): Uint8Array {
  const { boundary, max, name } = framing;
  const { length } = octets;
  const fail = (must: string): never => {
    throw new RangeError(
      `Cannot send a ${name} as 'frame' must be ${must}: current value is ${length} octets`,
    );
  };
  if (length > max) fail(`at most ${max} octets`);
  switch (boundary.kind) {
    case "fixed":
      return length === boundary.length
        ? octets
        : fail(`exactly ${boundary.length} octets`);
    case "line":
      if (octets.includes(LF) || octets.at(-1) === CR) {
        fail("without a line end");
      }
      return joined(octets, Uint8Array.of(LF));
    case "delimiter":
      // A delimiter may also begin in the frame and end in the real one.
      return holds(joined(octets, boundary.delimiter), boundary.delimiter)
        ? fail("without the delimiter")
        : joined(octets, boundary.delimiter);
    case "length": {
      const { bits, endian } = boundary;
      if (bits !== "varint" && length >= 2 ** bits) {
        fail(`less than ${2 ** bits} octets`);
      }
      const prefix: number[] = [];
      const base = bits === "varint" ? 128 : 256;
      for (let rest = length; rest > 0; rest = Math.floor(rest / base)) {
        prefix.push(rest % base);
      }
      if (bits === "varint") {
        if (prefix.length === 0) prefix.push(0);
        for (let i = 0; i < prefix.length - 1; i++) prefix[i]! |= 0x80;
      } else {
        while (prefix.length < bits / 8) prefix.push(0);
        if (endian === "big") prefix.reverse();
      }
      return joined(Uint8Array.from(prefix), octets);
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Whether a delimiter stands anywhere but at the very end. */
function holds(octets: Uint8Array, delimiter: Uint8Array): boolean {
  const last = octets.length - delimiter.length;
  for (let i = octets.indexOf(delimiter[0]!); i >= 0 && i < last;) {
    if (delimiter.every((octet, j) => octets[i + j] === octet)) return true;
    i = octets.indexOf(delimiter[0]!, i + 1);
  }
  return false;
}

/**
 * Makes a frame's octets into what they mean.
 *
 * @param octets The octets, without what bounds them.
 * @param framing What they should mean.
 * @param source Who sent them, for errors.
 * @returns What they mean.
 * @throws {NetError} `"malformed"`.
 */
export function decode<T>(
  octets: Uint8Array,
  framing: Framing<T>,
  source: Endpoint,
): T {
  try {
    return framing.decode(octets);
  } catch (cause) {
    throw new NetError(`it means nothing: ${(cause as Error).message}`, {
      code: "malformed",
      op: `read a ${framing.name} from`,
      target: `${source}`,
      cause,
    });
  }
}
