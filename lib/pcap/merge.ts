/**
 * Several captures as one, in the order of time.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { Capture } from "./capture.ts";
import { derive, type DerivedHeader, type RecordSink } from "./derived.ts";
import { type CaptureSource, open } from "./open.ts";
import { MERGE } from "./option_names.ts";
import type { Records } from "./records.ts";

/** Options for {@linkcode merge}. */
export interface MergeOptions {
  /**
   * The format of the merged capture.
   *
   * @default {"pcap" if all are pcap captures of one link type, else "pcapng"}
   */
  format?: "pcap" | "pcapng" | undefined;
  /** Stops opening what is to be merged. */
  signal?: AbortSignal | undefined;
}

/** One of the captures, at its next record. */
interface Input {
  /** Which of the captures it is. */
  readonly capture: number;
  readonly buffers: AsyncGenerator<Records, void, void>;
  records: Records;
  /** The record's time; records without come with those before them. */
  seconds: number;
  nanoseconds: number;
}

/**
 * Merges captures by time: of all their next packets, the earliest comes first,
 * and of equally early ones that of the capture named first.
 *
 * Nothing is read yet but the heads. The merged capture reads all at the same
 * time, in constant memory, and what can be read again, again. In a pcapng
 * capture, interfaces keep their names and packets what is written on them;
 * names, keys and statistics are left out.
 *
 * @param sources The captures, or what {@linkcode open} takes.
 * @param options The format.
 * @returns The merged capture.
 * @throws {RangeError} If there are none, or a pcap file cannot hold them.
 * @throws {NetError} If one cannot be opened.
 * @throws {DecodeError} If one is no capture.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const head = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065";
 * const packet = (second: number) => `0000000${second} 00000000 00000001 00000001 0${second}`;
 * const a = net.bytes.parseHex(head + packet(1) + packet(4));
 * const b = net.bytes.parseHex(head + packet(2) + packet(3));
 * const numbers: number[] = [];
 * for await (const { bytes } of await net.pcap.merge([a, b])) numbers.push(...bytes);
 * assert.deepEqual(numbers, [1, 2, 3, 4]);
 * ```
 */
export async function merge(
  sources: Iterable<CaptureSource | Capture>,
  options: MergeOptions = {},
): Promise<Capture> {
  onlyKnown("merge captures", options, MERGE);
  const { signal } = options;
  if (
    typeof sources !== "object" || sources === null ||
    !(Symbol.iterator in sources) || sources instanceof Uint8Array
  ) {
    throw new TypeError(
      `Cannot merge captures as 'sources' must be a list of captures, paths or octets: current value is ${
        Deno.inspect(sources)
      }`,
    );
  }
  const captures: Capture[] = [];
  for (const source of sources) {
    const isOpen = source instanceof Capture;
    captures.push(isOpen ? source : await open(source, { signal }));
  }
  const [first] = captures;
  if (first === undefined) {
    throw new RangeError(
      "Cannot merge captures as 'sources' must be one or more: current value is 0",
    );
  }
  const { linkType } = first;
  const isPlain = captures.every((capture) =>
    capture.format === "pcap" && capture.linkType === linkType
  );
  const { format = isPlain ? "pcap" : "pcapng" } = options;
  if (format !== "pcap" && format !== "pcapng") {
    throw new TypeError(
      `Cannot merge captures as 'format' must be "pcap" or "pcapng": current value is ${format}`,
    );
  }
  if (format === "pcap" && !isPlain) {
    const types = captures.flatMap(({ interfaces }) =>
      interfaces.map(({ linkType }) => linkType)
    );
    // A pcapng capture may come to describe others later: see mergeInto().
    if (new Set(types).size > 1) throw linkTypeError(linkType, types);
  }
  const isFine = captures.some(({ resolution }) => resolution === "ns");
  const resolution = isFine || format === "pcapng" ? "ns" : "us";
  const name = captures.map(({ name }) => name).join(" + ");
  const header: DerivedHeader = { name, format, linkType, resolution };
  return await derive(
    header,
    captures,
    false,
    (sink) => mergeInto(sink, header, captures),
  );
}

function linkTypeError(linkType: number, types: Iterable<number>): RangeError {
  const others = [...new Set(types)].join(", ");
  return new RangeError(
    `Cannot merge captures as 'format' must be "pcapng" for more than link type ${linkType}: current value is "pcap" for ${others}`,
  );
}

/** Encodes the captures' records in the order of time. */
async function* mergeInto(
  sink: RecordSink,
  header: DerivedHeader,
  captures: readonly Capture[],
): AsyncGenerator<void, void, void> {
  const open: AsyncGenerator<Records, void, void>[] = [];
  try {
    let inputs: Input[] = [];
    for (const [capture, source] of captures.entries()) {
      const buffers = source.records("reuse");
      open.push(buffers);
      const { value: records } = await buffers.next();
      if (!records) continue;
      const time = { seconds: -Infinity, nanoseconds: 0 };
      const input = { capture, buffers, records, ...time };
      if (await advance(input)) inputs.push(input);
    }
    while (inputs.length > 0) {
      const [input, limit] = earliest(inputs);
      // As long as it stays the earliest, the others need not be asked.
      do {
        const { linkType } = input.records;
        if (header.format === "pcap" && linkType !== header.linkType) {
          throw linkTypeError(header.linkType, [header.linkType, linkType]);
        }
        sink.add(input.records, input.capture);
        if (sink.isFull) yield;
        if (!(input.records.next() ? timed(input) : await advance(input))) {
          inputs = inputs.filter((other) => other !== input);
          break;
        }
      } while (limit === undefined || isBefore(input, limit));
    }
  } finally {
    for (const buffers of open) await buffers.return();
  }
}

/** Goes to an input's next record; says whether there is one. */
async function advance(input: Input): Promise<boolean> {
  while (!input.records.next()) {
    const { value: records } = await input.buffers.next();
    if (!records) return false;
    input.records = records;
  }
  return timed(input);
}

function timed(input: Input): true {
  const { seconds, nanoseconds } = input.records;
  if (seconds !== undefined) {
    input.seconds = seconds;
    input.nanoseconds = nanoseconds;
  }
  return true;
}

/** The earliest input, and the earliest of the others. */
function earliest(inputs: Input[]): [Input, Input | undefined] {
  let first = inputs[0]!;
  let second: Input | undefined;
  for (const input of inputs.slice(1)) {
    if (compare(input, first) < 0) {
      second = first;
      first = input;
    } else if (second === undefined || compare(input, second) < 0) {
      second = input;
    }
  }
  return [first, second];
}

function isBefore(a: Input, b: Input): boolean {
  const order = compare(a, b);
  return order < 0 || order === 0 && a.capture < b.capture;
}

function compare(a: Input, b: Input): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}
