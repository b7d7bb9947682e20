/**
 * The TLS records of a connection in a capture, both directions in order.
 *
 * @module
 */

import type { Stream, StreamSegment } from "../../packet/streams/stream.ts";

/** One record as a capture has it. */
export interface CapturedRecord {
  /** Who sent it. */
  readonly from: "client" | "server";
  /** What it says it is. */
  readonly type: number;
  /** The version that it says. */
  readonly version: number;
  /** What follows the header. */
  readonly fragment: Uint8Array;
  /** When its last octet came, in milliseconds since 1970, if that is known. */
  readonly time: number | undefined;
  /** The number of the packet that brought its last octet. */
  readonly packet: number;
}

/** Where the records of a direction end before the direction does. */
export interface CapturedEnd extends Omit<CapturedRecord, "type" | "version"> {
  /** Why they end. */
  readonly problem: string;
}

/** The TLS part of a stream. */
export interface CapturedTls {
  /** Whether the stream's server is TLS's client: the capture has no beginning. */
  readonly isTurned: boolean;
  /** Octets of plain text in front of TLS: what STARTTLS needs. */
  readonly before: number;
  /** Records, and where they end, in the order in which they were whole. */
  readonly records: readonly (CapturedRecord | CapturedEnd)[];
}

/** Octets of a record's header. */
const HEAD = 5;
/** Octets by which a ClientHello shows: a header, a type, a length, a version. */
const SIGN = 11;
const MAX_RECORD = 2 ** 14 + 2048;

type Direction = StreamSegment["direction"];

/** What a direction carried, and when. */
interface Half {
  readonly octets: Uint8Array;
  /** For each segment: the place behind its last octet, and its place in order. */
  readonly marks: readonly {
    readonly start: number;
    readonly end: number;
    readonly order: number;
    readonly segment: StreamSegment;
  }[];
  /** Where octets are missing: the segment that says so. */
  readonly gap:
    | { readonly order: number; readonly segment: StreamSegment }
    | undefined;
}

/**
 * Finds the TLS in a stream: from the first segment on that begins with a
 * ClientHello.
 *
 * @param stream The stream.
 * @returns Its records; `undefined` if there is no ClientHello.
 *
 * @example
 * ```ts
 * import { capturedTls } from "./captured_records.ts";
 * import { clientHello, handshakeRecords } from "../probe/client_hello.ts";
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const hello = handshakeRecords(clientHello({ versions: [0x0303], cipherSuites: [47] }));
 * const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
 * const [stream] = net.packet.streams([
 *   build(ipv4(ends), tcp({ srcPort: 5000, dstPort: 443, seq: 1, flags: ["ACK"] }), hello),
 * ]);
 * const found = capturedTls(stream!);
 * assert.equal(found?.records.length, 1);
 * ```
 */
export function capturedTls(
  stream: Pick<Stream, "segments">,
): CapturedTls | undefined {
  const halves = {
    toServer: halfOf(stream.segments, "toServer"),
    toClient: halfOf(stream.segments, "toClient"),
  };
  const start = firstHello(halves);
  if (start === undefined) return undefined;
  const isTurned = start.direction === "toClient";
  const [toServer, toClient] = isTurned
    ? [halves.toClient, halves.toServer]
    : [halves.toServer, halves.toClient];
  // What the server has sent up to then was not TLS yet.
  const answer = toClient.marks.find(({ order }) => order > start.order);
  const records = [
    ...recordsOf("client", toServer, start.at),
    ...recordsOf("server", toClient, answer?.start ?? toClient.octets.length),
  ];
  records.sort((a, b) => a.order - b.order);
  return {
    isTurned,
    before: start.at,
    records: records.map(({ record }) => record),
  };
}

function halfOf(
  segments: readonly StreamSegment[],
  direction: Direction,
): Half {
  const parts: Uint8Array[] = [];
  const marks: Half["marks"][number][] = [];
  let gap: Half["gap"];
  let end = 0;
  for (const [order, segment] of segments.entries()) {
    if (segment.direction !== direction) continue;
    const { kind, octets } = segment;
    if (kind === "data" || kind === "out-of-order") {
      const start = end;
      end += octets.length;
      parts.push(octets);
      marks.push({ start, end, order, segment });
    } else if (kind === "gap" || kind === "cut" || kind === "dropped") {
      // Behind it nobody can tell where a record starts.
      gap = { order, segment };
      break;
    }
  }
  const octets = new Uint8Array(end);
  let at = 0;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return { octets, marks, gap };
}

function firstHello(
  halves: Readonly<Record<Direction, Half>>,
): { direction: Direction; at: number; order: number } | undefined {
  let found: ReturnType<typeof firstHello>;
  for (const direction of ["toServer", "toClient"] as const) {
    const { octets, marks } = halves[direction];
    for (const { start, order } of marks) {
      if (found !== undefined && order > found.order) break;
      if (!isHello(octets, start)) continue;
      found = { direction, at: start, order };
      break;
    }
  }
  return found;
}

/** Whether a ClientHello starts there: its record, type, length, version. */
function isHello(octets: Uint8Array, at: number): boolean {
  if (octets.length - at < SIGN) return false;
  const length = octets[at + 3]! << 8 | octets[at + 4]!;
  return octets[at] === 22 && octets[at + 1] === 3 && octets[at + 2]! <= 4 &&
    length > 4 && length <= MAX_RECORD && octets[at + 5] === 1 &&
    octets[at + 6] === 0 && octets[at + 9] === 3 && octets[at + 10]! <= 4;
}

function* recordsOf(
  from: "client" | "server",
  { octets, marks, gap }: Half,
  start: number,
): Generator<{ order: number; record: CapturedRecord | CapturedEnd }> {
  let mark = 0;
  let at = start;
  /** The segment that brought the octet before a place. */
  const brought = (end: number) => {
    while (mark < marks.length - 1 && marks[mark]!.end < end) mark++;
    return marks[mark];
  };
  const ended = (problem: string, order: number, segment: StreamSegment) => {
    const { time, packet } = segment;
    const fragment = octets.subarray(at);
    return { order, record: { from, problem, fragment, time, packet } };
  };
  while (octets.length - at >= HEAD) {
    const type = octets[at]!;
    const version = octets[at + 1]! << 8 | octets[at + 2]!;
    const length = octets[at + 3]! << 8 | octets[at + 4]!;
    const end = at + HEAD + length;
    const isRecord = type >= 20 && type <= 24 && version >> 8 === 3 &&
      length <= MAX_RECORD;
    if (!isRecord) {
      const here = brought(at + 1);
      if (here === undefined) return;
      yield ended(
        `what comes is no record of TLS: octets ${
          octets.subarray(at, at + HEAD).toHex()
        }`,
        here.order,
        here.segment,
      );
      return;
    }
    if (end > octets.length) break;
    const here = brought(end);
    if (here === undefined) return;
    const { order, segment: { time, packet } } = here;
    const fragment = octets.subarray(at + HEAD, end);
    yield { order, record: { from, type, version, fragment, time, packet } };
    at = end;
  }
  if (gap !== undefined) {
    const { length, kind } = gap.segment;
    const what = kind === "gap" ? "not in the capture" : "not kept";
    yield ended(`${length} octets are ${what}`, gap.order, gap.segment);
  } else if (at < octets.length) {
    const last = marks.at(-1)!;
    yield ended("the capture ends within a record", last.order, last.segment);
  }
}
