/**
 * One connection: what each side has sent, in order.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { bytes, count, duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";

/** One end of a connection. */
export interface StreamEndpoint {
  /** Its address. */
  readonly address: Address;
  /** Its port. */
  readonly port: number;
}

/** Which way octets went. */
export type StreamDirection = "toServer" | "toClient";

/**
 * What octets of a segment are:
 *
 * - `"data"`: new, and in their turn;
 * - `"out-of-order"`: new, but they came before others that belong before them;
 *   they stand where their turn came;
 * - `"retransmission"`: a segment all of which had come before;
 * - `"overlap"`: the part that had come before, of a segment with new octets;
 * - `"gap"`: octets that the capture has not;
 * - `"cut"`: octets that the capture's snap length has cut off;
 * - `"dropped"`: octets that were not kept, as a limit was reached.
 */
export type SegmentKind =
  | "data"
  | "out-of-order"
  | "retransmission"
  | "overlap"
  | "gap"
  | "cut"
  | "dropped";

/** Octets of a connection with their place, and what they are. */
export interface StreamSegment {
  /** Which way they went. */
  readonly direction: StreamDirection;
  /** What they are. */
  readonly kind: SegmentKind;
  /**
   * Where the first belongs: in TCP relative to the initial sequence number, so
   * that 1 is the first octet; it does not wrap. In UDP octets before it.
   */
  readonly seq: number;
  /** How many they are. */
  readonly length: number;
  /** The octets; none if they are not there. */
  readonly octets: Uint8Array;
  /** The number of the packet that brought them, or showed that they are missing. */
  readonly packet: number;
  /** When that was, in milliseconds since 1970, if it is known. */
  readonly time: number | undefined;
  /**
   * Of a gap: whether the receiver has acknowledged it, and so had the octets. If
   * it has not, the capture ends so, or 4096 segments were waiting behind it.
   */
  readonly acknowledged?: boolean;
  /** Of what had come before: whether the octets are others than before. */
  readonly differs?: boolean;
}

/**
 * How far a TCP connection has come, as the capture shows it: `"half-closed"`
 * after one FIN, `"closed"` after both. A connection whose beginning is not in
 * the capture is `"established"`.
 */
export type StreamState =
  | "syn-sent"
  | "syn-received"
  | "established"
  | "half-closed"
  | "closed"
  | "reset";

/** What there is to say of a {@linkcode Stream}. */
export interface StreamFacts {
  /** The protocol. */
  readonly protocol: "tcp" | "udp";
  /** Its number, as `tcp.stream` and `udp.stream` of Wireshark. */
  readonly index: number;
  /** Who sent the SYN, or else the first packet. */
  readonly client: StreamEndpoint;
  /** The other end. */
  readonly server: StreamEndpoint;
  /** How far it has come; `undefined` in UDP. */
  readonly state: StreamState | undefined;
  /** Packets by direction. */
  readonly packets: Readonly<Record<StreamDirection, number>>;
  /** When its first packet came, in milliseconds since 1970. */
  readonly start: number | undefined;
  /** When its last packet came. */
  readonly end: number | undefined;
  /** All octets with what they are, in the order in which their turn came. */
  readonly segments: readonly StreamSegment[];
}

/** Kinds whose octets are the stream's. */
const DELIVERED: ReadonlySet<SegmentKind> = new Set(["data", "out-of-order"]);
/** Kinds that stand for octets which are not there. */
const MISSING: ReadonlySet<SegmentKind> = new Set(["gap", "cut", "dropped"]);

/**
 * A connection of TCP, or what goes to and fro between two ports of UDP.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const segment = (seq: number, text: string) =>
 *   build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), tcp({ dstPort: 80, seq, flags: ["ACK"] }), text);
 * const packets = [segment(1, "ab"), segment(5, "ef"), segment(3, "cd"), segment(1, "ab")];
 * const stream: net.packet.Stream = net.packet.streams(packets).list[0]!;
 * assert.equal(new TextDecoder().decode(stream.data("toServer")), "abcdef");
 * assert.deepEqual(stream.segments.map(({ kind, packet }) => [kind, packet]), [
 *   ["data", 1],
 *   ["data", 3],
 *   ["out-of-order", 2],
 *   ["retransmission", 4],
 * ]);
 * ```
 */
export class Stream implements StreamFacts {
  readonly protocol: "tcp" | "udp";
  readonly index: number;
  readonly client: StreamEndpoint;
  readonly server: StreamEndpoint;
  readonly state: StreamState | undefined;
  readonly packets: Readonly<Record<StreamDirection, number>>;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly segments: readonly StreamSegment[];

  /**
   * Takes what is known of a stream; `streams` finds it.
   *
   * @param facts What is known.
   */
  constructor(facts: StreamFacts) {
    this.protocol = facts.protocol;
    this.index = facts.index;
    this.client = facts.client;
    this.server = facts.server;
    this.state = facts.state;
    this.packets = facts.packets;
    this.start = facts.start;
    this.end = facts.end;
    this.segments = facts.segments;
  }

  /**
   * Joins what one side has sent. What is missing is left out: where, the
   * segments of kind `"gap"`, `"cut"` and `"dropped"` say.
   *
   * @param direction Which way.
   * @returns The octets in order, each once.
   */
  data(direction: StreamDirection): Uint8Array<ArrayBuffer> {
    const octets = new Uint8Array(this.octets(direction));
    let at = 0;
    for (const segment of this.segments) {
      if (segment.direction !== direction) continue;
      if (!DELIVERED.has(segment.kind)) continue;
      octets.set(segment.octets, at);
      at += segment.octets.length;
    }
    return octets;
  }

  /**
   * Counts what one side has sent, each octet once.
   *
   * @param direction Which way.
   * @returns Octets that are there.
   */
  octets(direction: StreamDirection): number {
    return this.#sum(direction, DELIVERED);
  }

  /**
   * Counts what one side has sent and is not there.
   *
   * @param direction Which way.
   * @returns Octets in gaps, cut off or dropped.
   */
  missing(direction: StreamDirection): number {
    return this.#sum(direction, MISSING);
  }

  /**
   * Gives the stream as plain data, but for the octets.
   *
   * @returns The facts, with a count in place of the segments.
   */
  toJSON(): Record<string, unknown> {
    const { client, server, segments, ...facts } = this;
    return {
      ...facts,
      client: endpointText(client),
      server: endpointText(server),
      segments: segments.length,
    };
  }

  /** Gives protocol, number and both ends in one line. */
  toString(): string {
    const { protocol, index, client, server } = this;
    return `${protocol} ${index} ${endpointText(client)} > ${
      endpointText(server)
    }`;
  }

  /**
   * Shows the stream as a card.
   *
   * @param _inspect Not used.
   * @param options Colours, and how deep inside another value it stands.
   * @returns The lines; inside another value, one line.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean; currentDepth?: number },
  ): string {
    if (options?.currentDepth) return `Stream { ${this} }`;
    const { protocol, index, start, end, state, segments } = this;
    const side = (direction: StreamDirection) => {
      const missing = this.missing(direction);
      return `${bytes(this.octets(direction))} in ${
        count(this.packets[direction])
      } packets${missing > 0 ? `, ${count(missing)} octets missing` : ""}`;
    };
    const kinds = new Map<string, number>();
    for (const { kind } of segments) {
      if (kind !== "data") kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    return card(`${protocol} stream ${index}`, [
      ["client", endpointText(this.client)],
      ["server", endpointText(this.server)],
      ...state === undefined ? [] : [["state", state] as const],
      ...start === undefined || end === undefined
        ? []
        : [["duration", duration(end - start)] as const],
      ["to server", side("toServer")],
      ["to client", side("toClient")],
      ...Array.from(kinds, ([kind, n]) => [kind, count(n)] as const),
    ], canvas({ colors: options?.colors ?? false }));
  }

  #sum(direction: StreamDirection, kinds: ReadonlySet<SegmentKind>): number {
    let sum = 0;
    for (const segment of this.segments) {
      if (segment.direction === direction && kinds.has(segment.kind)) {
        sum += segment.length;
      }
    }
    return sum;
  }
}

/**
 * Writes an address and a port, as in a URL.
 *
 * @param endpoint The two.
 * @returns `192.0.2.1:80` or `[2001:db8::1]:80`.
 *
 * @example
 * ```ts
 * import { endpointText } from "./stream.ts";
 * import { parse } from "../../ip/address.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(endpointText({ address: parse("::1"), port: 80 }), "[::1]:80");
 * ```
 */
export function endpointText({ address, port }: StreamEndpoint): string {
  return address.family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
