/**
 * The connections of a capture, each with what went to and fro in it.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { type Column, table } from "../../inspect/table.ts";
import { bytes, count, duration } from "../../inspect/units.ts";
import { onlyKnown } from "../../known_options.ts";
import { STREAMS } from "../option_names.ts";
import type { Packet } from "../packet.ts";
import {
  ACK,
  Connections,
  FIN,
  SEEN,
  SYN,
  TcpConnections,
  tcpFlags,
} from "./connections.ts";
import { type Fed, feed, type Packets } from "./feed.ts";
import { keepsOriginal, type OverlapPolicy } from "./overlap.ts";
import { Reassembler } from "./reassemble.ts";
import {
  endpointText,
  type SegmentKind,
  Stream,
  type StreamDirection,
  type StreamEndpoint,
  type StreamSegment,
  type StreamState,
} from "./stream.ts";
import { type Budget, TcpHalf } from "./tcp_half.ts";
import { TransportCursor } from "./transport.ts";

export type { Fed, Packets };

/** Options for {@linkcode streams}. */
export interface StreamsOptions {
  /** Whose connections. @default {"tcp"} */
  protocol?: "tcp" | "udp" | undefined;
  /**
   * Which octets to take where segments overlap while they wait for others; what
   * had its turn stays. @default {"first"}
   */
  overlap?: OverlapPolicy | undefined;
  /**
   * The most octets to keep of all streams, with 128 for each segment's
   * bookkeeping; the rest is noted as `"dropped"`. @default {268435456}
   */
  maxOctets?: number | undefined;
  /** The most streams to keep; packets of others are counted. @default {100000} */
  maxStreams?: number | undefined;
}

/** A stream while packets come. */
interface Growing {
  readonly index: number;
  readonly client: StreamEndpoint;
  readonly server: StreamEndpoint;
  readonly segments: StreamSegment[];
  readonly packets: Record<StreamDirection, number>;
  readonly start: number | undefined;
  /** Whether the sender of the first packet is the server. */
  readonly isTurned: boolean;
  readonly halves: readonly [TcpHalf, TcpHalf];
  end: number | undefined;
  last: number;
  /** UDP: octets so far, by direction. */
  readonly sent: Record<StreamDirection, number>;
  seen: number;
  /** Which sides have sent a FIN: 1, 2, or both. */
  fins: number;
}

/**
 * The streams of a capture; {@linkcode streams} finds them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const streams = new net.packet.Streams({ protocol: "udp" });
 * streams.add(build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp({ dstPort: 53 }), "?"));
 * assert.equal(streams.list[0]?.octets("toServer"), 1);
 * ```
 */
export class Streams implements Iterable<Stream> {
  /** Whose connections they are. */
  readonly protocol: "tcp" | "udp";
  readonly #overlap: OverlapPolicy;
  readonly #budget: Budget;
  readonly #reassembler = new Reassembler();
  readonly #growing: Growing[] = [];
  readonly #tcp: TcpConnections;
  readonly #udp: Connections;
  readonly #tcpCursor = new TransportCursor("tcp");
  readonly #udpCursor = new TransportCursor("udp");
  #number = 0;
  #ignored = 0;

  /**
   * Starts without a stream.
   *
   * @param options Protocol, overlap policy and limits.
   * @throws {TypeError} If there is no such protocol or policy.
   * @throws {RangeError} If a limit is no number, 0 or more.
   */
  constructor(options: StreamsOptions = {}) {
    onlyKnown("follow streams", options, STREAMS);
    const { protocol = "tcp", overlap = "first" } = options;
    const { maxOctets = 2 ** 28, maxStreams = 100_000 } = options;
    if (protocol !== "tcp" && protocol !== "udp") {
      throw new TypeError(
        `Cannot follow streams as 'protocol' must be "tcp" or "udp": current value is ${protocol}`,
      );
    }
    keepsOriginal(overlap, { start: 0, end: 0 }, { start: 0, end: 0 });
    for (const [name, value] of Object.entries({ maxOctets, maxStreams })) {
      if (typeof value === "number" && value >= 0) continue;
      throw new RangeError(
        `Cannot follow streams as '${name}' must be a number, 0 or more: current value is ${value}`,
      );
    }
    this.protocol = protocol;
    this.#overlap = overlap;
    this.#tcp = new TcpConnections(maxStreams);
    this.#udp = new Connections(maxStreams);
    this.#budget = { left: maxOctets };
  }

  /** The streams, in the order of their first packets. */
  get list(): readonly Stream[] {
    return this.#growing.map((one) => this.#finished(one));
  }

  /** How many streams there are. */
  get size(): number {
    return this.#growing.length;
  }

  /** Packets of streams that were too many to keep. */
  get ignored(): number {
    return this.#ignored;
  }

  /**
   * Takes a packet; fragments are put together first.
   *
   * @param packet The packet, in the order of the capture.
   * @param number Its number there. @default {one more than the last}
   */
  add(packet: Packet, number: number = this.#number + 1): void {
    this.#number = number;
    const whole = this.#reassembler.add(packet, number);
    if (whole === undefined) return;
    if (this.protocol === "tcp") {
      this.#tcpCursor.take(whole);
      while (this.#tcpCursor.next()) this.#segment(whole);
    } else {
      this.#udpCursor.take(whole);
      while (this.#udpCursor.next()) this.#datagram(whole);
    }
  }

  /**
   * Says that no more packets come: octets that wait for others get their turn,
   * behind a gap.
   */
  end(): void {
    for (const { halves, last, end } of this.#growing) {
      for (const half of halves) half.end({ packet: last, time: end });
    }
  }

  /** Goes through the streams in the order of their first packets. */
  [Symbol.iterator](): IterableIterator<Stream> {
    return this.list.values();
  }

  /**
   * Gives the streams as plain data, but for the octets.
   *
   * @returns One object a stream.
   */
  toJSON(): readonly Record<string, unknown>[] {
    return this.list.map((stream) => stream.toJSON());
  }

  /**
   * Shows the streams as a table.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.list.map((stream) => {
      const { index, state, packets, start, end } = stream;
      return {
        index,
        client: endpointText(stream.client),
        server: endpointText(stream.server),
        toServer: bytes(stream.octets("toServer")),
        toClient: bytes(stream.octets("toClient")),
        missing: stream.missing("toServer") + stream.missing("toClient"),
        state: state ?? "",
        packets: packets.toServer + packets.toClient,
        duration: start === undefined || end === undefined
          ? ""
          : duration(end - start),
      };
    });
    const ignored = this.#ignored;
    return table(rows, {
      title: `${count(rows.length)} ${this.protocol} streams${
        ignored > 0 ? `, ${count(ignored)} packets of others` : ""
      }`,
      columns: COLUMNS,
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }

  #segment(packet: Packet): void {
    const { header: tcp, src, dst, start, end } = this.#tcpCursor;
    const connections = this.#tcp;
    const length = Math.max(0, end - start);
    connections.find(src, dst, tcp, length);
    const flags = tcpFlags(tcp);
    const isTurned = (flags & (SYN | ACK)) === (SYN | ACK);
    const stream = this.#stream(connections, this.#tcpCursor, packet, isTurned);
    if (stream === undefined) return;
    const { way, state: { seen, initial } } = connections;
    const { halves } = stream;
    stream.seen = seen;
    if (flags & FIN) stream.fins |= way + 1;
    const at = { packet: this.#number, time: packet.time };
    if (flags & ACK) {
      halves[1 - way]!.acknowledge(tcp.ack, initial[1 - way]!, at);
    }
    const seq = flags & SYN ? tcp.seq + 1 >>> 0 : tcp.seq;
    const half = halves[way];
    half.begin(seq, initial[way]!);
    if (length === 0) return;
    const { bytes } = packet;
    const octets = bytes.subarray(start, Math.min(end, bytes.length));
    half.data(seq, initial[way]!, length, octets, at);
  }

  #datagram(packet: Packet): void {
    const { header: udp, src, dst, start, end } = this.#udpCursor;
    const connections = this.#udp;
    connections.find(src, dst, udp.srcPort, udp.dstPort);
    const stream = this.#stream(connections, this.#udpCursor, packet, false);
    if (stream === undefined) return;
    const direction = connections.way === 0 ? "toServer" : "toClient";
    const stop = udp.length < 8 ? end : Math.min(end, start - 8 + udp.length);
    const length = Math.max(0, stop - start);
    if (length === 0) return;
    const { bytes } = packet;
    const octets = bytes.subarray(start, Math.min(stop, bytes.length));
    const seq = stream.sent[direction];
    stream.sent[direction] += length;
    const { segments } = stream;
    const put = (kind: SegmentKind, at: number, n: number, octets = NONE) => {
      if (n === 0) return;
      const seen = { packet: this.#number, time: packet.time };
      segments.push({ direction, kind, seq: at, length: n, octets, ...seen });
    };
    const cost = octets.length + SEGMENT;
    if (cost <= this.#budget.left) {
      this.#budget.left -= cost;
      put("data", seq, octets.length, octets.slice());
      put("cut", seq + octets.length, length - octets.length);
    } else if (segments.at(-1)?.kind === "dropped") {
      (segments.at(-1) as { length: number }).length += length;
    } else put("dropped", seq, length);
  }

  /** The stream that a packet belongs to; it notes that the packet came. */
  #stream(
    { index, isNew, way }: Connections | TcpConnections,
    { src, dst, header: { srcPort, dstPort } }: TransportCursor<"tcp" | "udp">,
    { time }: Packet,
    isTurned: boolean,
  ): Growing | undefined {
    if (index < 0) {
      this.#ignored++;
      return undefined;
    }
    if (isNew) {
      const from = { address: src, port: srcPort };
      const to = { address: dst, port: dstPort };
      const segments: StreamSegment[] = [];
      const half = (direction: StreamDirection) =>
        new TcpHalf(direction, segments, this.#overlap, this.#budget);
      this.#growing.push({
        ...{ index, segments, isTurned, start: time, end: time, last: 0 },
        client: isTurned ? to : from,
        server: isTurned ? from : to,
        packets: { toServer: 0, toClient: 0 },
        halves: isTurned
          ? [half("toClient"), half("toServer")]
          : [half("toServer"), half("toClient")],
        sent: { toServer: 0, toClient: 0 },
        ...{ seen: 0, fins: 0 },
      });
    }
    const stream = this.#growing[index]!;
    const toServer = (way === 0) !== stream.isTurned;
    stream.packets[toServer ? "toServer" : "toClient"]++;
    stream.end = time;
    stream.last = this.#number;
    return stream;
  }

  #finished(one: Growing): Stream {
    const { index, client, server, packets, start, end, segments } = one;
    const state = this.protocol === "tcp" ? stateOf(one) : undefined;
    return new Stream({
      ...{ protocol: this.protocol, index, client, server, state },
      ...{ packets, start, end, segments },
    });
  }
}

/** Endpoints are shown whole, even if columns behind them find no room. */
const COLUMNS: readonly (string | Column)[] = [
  { key: "index", title: "#" },
  { key: "client", role: "name", minWidth: 21 },
  { key: "server", role: "name", minWidth: 21 },
  { key: "toServer", title: "to server", align: "right", minWidth: 9 },
  { key: "toClient", title: "to client", align: "right", minWidth: 9 },
  "missing",
  { key: "state", minWidth: 12 },
  "packets",
  { key: "duration", align: "right", minWidth: 8 },
];

/** What a kept segment takes beside its octets, roughly. */
const SEGMENT = 128;
const NONE = new Uint8Array();

function stateOf({ seen, fins }: Growing): StreamState {
  if (seen & SEEN.RST) return "reset";
  if (fins === 3) return "closed";
  if (fins !== 0) return "half-closed";
  if (seen & (SEEN.ACK | SEEN.DATA)) return "established";
  return seen & SEEN.SYN_ACK ? "syn-received" : "syn-sent";
}

/**
 * Finds the connections of a capture, and puts in order what went to and fro.
 *
 * A segment that was sent again, came out of order or is missing is told apart;
 * sequence numbers may wrap; a new SYN after the end of a connection starts a
 * new one. Fragments are put together first.
 *
 * @param packets The packets, in the order of the capture.
 * @param options Protocol, overlap policy and limits.
 * @returns The streams; a promise of them for a capture.
 * @throws {TypeError} If `packets` cannot be gone through, or there is no such
 * protocol or policy.
 * @throws {RangeError} If a limit is no number, 0 or more.
 * @see RFC 9293 §3.4 (sequence numbers)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const a = { src: "10.0.0.1", dst: "10.0.0.2" };
 * const found = net.packet.streams([
 *   build(ipv4(a), tcp({ srcPort: 5000, dstPort: 80, seq: 9, flags: ["SYN"] })),
 *   build(ipv4(a), tcp({ srcPort: 5000, dstPort: 80, seq: 10, flags: ["ACK"] }), "GET /"),
 * ]);
 * assert.equal(found.list.length, 1);
 * assert.equal(found.list[0]?.state, "established");
 * assert.equal(found.list[0]?.octets("toServer"), 5);
 * ```
 */
export function streams<P extends Packets>(
  packets: P,
  options: StreamsOptions = {},
): Fed<P, Streams> {
  const found = new Streams(options);
  return feed(packets, found, "follow streams", (streams) => streams.end());
}
