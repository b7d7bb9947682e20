/**
 * Who has talked to whom, and how much: `tshark -z conv`.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { type Column, table } from "../../inspect/table.ts";
import { bytes, count, duration } from "../../inspect/units.ts";
import { onlyKnown } from "../../known_options.ts";
import { CONVERSATIONS } from "../option_names.ts";
import type { Layers, Packet } from "../packet.ts";
import { Connections, TcpConnections, type Way } from "./connections.ts";
import type { Conversation, ConversationKind } from "./conversation.ts";
import { Endpoints } from "./endpoints.ts";
import { type Fed, feed, type Packets } from "./feed.ts";
import { KeyTable } from "./key_table.ts";
import { Reassembler } from "./reassemble.ts";
import { type IpHeader, TransportCursor } from "./transport.ts";

/** The same while packets come. */
type Growing = { -readonly [K in keyof Conversation]: Conversation[K] };

/** Options for {@linkcode conversations}. */
export interface ConversationsOptions {
  /** The most conversations to tell apart; others are added up. @default {1000000} */
  maxConversations?: number | undefined;
}

/** Packets and octets of conversations that were too many to tell apart. */
export interface OtherTraffic {
  /** Packets. */
  readonly packets: number;
  /** Octets of those packets. */
  readonly octets: number;
}

/** The kinds there are. */
const KINDS: readonly ConversationKind[] = [
  "ethernet",
  "ipv4",
  "ipv6",
  "tcp",
  "udp",
];

/** Layers whose payload quotes another packet, which is not on its way itself. */
const QUOTES: ReadonlySet<string> = new Set(["icmp", "icmpv6"]);

/**
 * The conversations of a capture; {@linkcode conversations} counts them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const talk = new net.packet.Conversations("udp");
 * talk.add(build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp({ srcPort: 9, dstPort: 53 })));
 * talk.add(build(ipv4({ src: "10.0.0.2", dst: "10.0.0.1" }), udp({ srcPort: 53, dstPort: 9 })));
 * assert.deepEqual(talk.rows.map(({ a, bPort, packets }) => [a, bPort, packets]), [
 *   ["10.0.0.1", 53, 2],
 * ]);
 * ```
 */
export class Conversations implements Iterable<Conversation> {
  /** What the ends are known by. */
  readonly kind: ConversationKind;
  /** The conversations, in the order of their first packets. */
  readonly rows: readonly Conversation[];
  readonly #rows: Growing[] = [];
  readonly #others = { packets: 0, octets: 0 };
  readonly #limit: number;
  readonly #macs = new KeyTable(3);
  readonly #turned: boolean[] = [];
  readonly #connections: Connections;
  readonly #tcp: TcpConnections;
  readonly #tcpCursor = new TransportCursor("tcp");
  readonly #udpCursor = new TransportCursor("udp");
  readonly #reassembler = new Reassembler();
  readonly #take: (packet: Packet) => void;
  /** When the first packet came. */
  #origin: number | undefined;
  #octets = 0;
  #time = 0;

  /**
   * Starts without a conversation.
   *
   * @param kind What the ends are known by.
   * @param options The most to tell apart.
   * @throws {TypeError} If there is no such kind.
   * @throws {RangeError} If the limit is no number, 0 or more.
   */
  constructor(kind: ConversationKind, options: ConversationsOptions = {}) {
    onlyKnown("count conversations", options, CONVERSATIONS);
    const { maxConversations = 1_000_000 } = options;
    if (!KINDS.includes(kind)) {
      throw new TypeError(
        `Cannot count conversations as 'kind' must be one of ${
          KINDS.join(", ")
        }: current value is ${kind}`,
      );
    }
    if (!(typeof maxConversations === "number" && maxConversations >= 0)) {
      throw new RangeError(
        `Cannot count conversations as 'maxConversations' must be a number, 0 or more: current value is ${maxConversations}`,
      );
    }
    this.kind = kind;
    this.rows = this.#rows;
    this.#limit = maxConversations;
    this.#connections = new Connections(maxConversations);
    this.#tcp = new TcpConnections(maxConversations);
    this.#take = {
      ethernet: (packet: Packet) => this.#ethernet(packet),
      ipv4: (packet: Packet) => this.#ip(packet, "ipv4"),
      ipv6: (packet: Packet) => this.#ip(packet, "ipv6"),
      tcp: (packet: Packet) => this.#transport(packet, "tcp"),
      udp: (packet: Packet) => this.#transport(packet, "udp"),
    }[kind];
  }

  /** What belongs to conversations that were too many to tell apart. */
  get others(): OtherTraffic {
    return { ...this.#others };
  }

  /**
   * Counts a packet. With a packet in another of the same kind, both count.
   *
   * @param packet The packet, in the order of the capture.
   */
  add(packet: Packet): void {
    const { time } = packet;
    if (time !== undefined) {
      this.#origin ??= time;
      this.#time = time - this.#origin;
    }
    this.#octets = packet.length;
    this.#take(packet);
  }

  /**
   * Adds up what each end has sent and received.
   *
   * @returns The ends.
   */
  endpoints(): Endpoints {
    return new Endpoints(this.kind, this.rows);
  }

  /** Goes through the conversations in the order of their first packets. */
  [Symbol.iterator](): IterableIterator<Conversation> {
    return this.#rows.values();
  }

  /**
   * Gives the conversations as plain data.
   *
   * @returns One object each.
   */
  toJSON(): readonly Conversation[] {
    return this.rows;
  }

  /**
   * Shows the conversations as a table, those of most octets first.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.rows.toSorted((x, y) => y.octets - x.octets)
      .map((row) => ({
        a: endText(row.a, row.aPort),
        b: endText(row.b, row.bPort),
        packets: row.packets,
        octets: bytes(row.octets),
        start: duration(row.start),
        duration: duration(row.duration),
        aToB: `${count(row.packetsAToB)}, ${bytes(row.octetsAToB)}`,
        bToA: `${count(row.packetsBToA)}, ${bytes(row.octetsBToA)}`,
      }));
    const { packets } = this.#others;
    const more = packets > 0 ? `, ${count(packets)} packets of others` : "";
    return table(rows, {
      title: `${count(rows.length)} ${this.kind} conversations${more}`,
      columns: COLUMNS,
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }

  #ethernet(packet: Packet): void {
    for (const layer of packet.layers) {
      if (QUOTES.has(layer.name)) break;
      if (layer.name === "ethernet") this.#macPair(layer);
    }
  }

  #macPair(layer: Layers["ethernet"]): void {
    const { bytes } = layer;
    let order = 0;
    for (let i = 0; i < 6 && order === 0; i++) {
      order = bytes[i + 6]! - bytes[i]!;
    }
    const turned = order > 0;
    // The lower address comes first, so that both directions have one key.
    const [low, high] = turned ? [0, 6] : [6, 0];
    const { key } = this.#macs;
    key[0] = word(bytes, low);
    key[1] = word(bytes, high);
    key[2] = bytes[low + 4]! << 24 | bytes[low + 5]! << 16 |
      bytes[high + 4]! << 8 | bytes[high + 5]!;
    const index = this.#macs.index(this.#limit);
    if (index >= 0 && index === this.#rows.length) {
      this.#turned.push(turned);
      this.#rows.push(this.#begun(index, layer.src, layer.dst));
    }
    this.#count(index, turned === this.#turned[index] ? 0 : 1);
  }

  #ip(packet: Packet, name: "ipv4" | "ipv6"): void {
    for (const layer of packet.layers) {
      if (QUOTES.has(layer.name)) break;
      if (layer.name !== name) continue;
      const ip = layer as IpHeader;
      const connections = this.#connections;
      const { src, dst } = ip;
      connections.find(src, dst, 0, 0);
      const { index, way, isNew } = connections;
      if (isNew) this.#rows.push(this.#begun(index, `${src}`, `${dst}`));
      this.#count(index, way);
    }
  }

  #transport(packet: Packet, name: "tcp" | "udp"): void {
    const whole = this.#reassembler.add(packet);
    if (whole === undefined) return;
    const isTcp = name === "tcp";
    const cursor = isTcp ? this.#tcpCursor : this.#udpCursor;
    cursor.take(whole);
    while (cursor.next()) {
      const { src, dst, header, start, end } = cursor;
      const { srcPort, dstPort } = header;
      const connections = isTcp ? this.#tcp : this.#connections;
      if (connections instanceof TcpConnections) {
        const length = Math.max(0, end - start);
        connections.find(src, dst, header as Layers["tcp"], length);
      } else connections.find(src, dst, srcPort, dstPort);
      const { index, way, isNew } = connections;
      if (isNew) {
        const row = this.#begun(index, `${src}`, `${dst}`);
        row.aPort = srcPort;
        row.bPort = dstPort;
        this.#rows.push(row);
      }
      this.#count(index, way);
    }
  }

  #begun(index: number, a: string, b: string): Growing {
    return {
      ...{ index, a, b, packets: 0, octets: 0 },
      ...{ packetsAToB: 0, octetsAToB: 0, packetsBToA: 0, octetsBToA: 0 },
      ...{ start: this.#time, duration: 0 },
    };
  }

  #count(index: number, way: Way): void {
    const octets = this.#octets;
    if (index < 0) {
      this.#others.packets++;
      this.#others.octets += octets;
      return;
    }
    const row = this.#rows[index]!;
    row.packets++;
    row.octets += octets;
    if (way === 0) {
      row.packetsAToB++;
      row.octetsAToB += octets;
    } else {
      row.packetsBToA++;
      row.octetsBToA += octets;
    }
    const time = this.#time;
    if (time < row.start) {
      row.duration += row.start - time;
      row.start = time;
    } else if (time - row.start > row.duration) row.duration = time - row.start;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 |
    bytes[at + 3]!;
}

function endText(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** Cells that an address and a port are shown in, even if others find no room. */
const WIDE = 21;

const COLUMNS: readonly (string | Column)[] = [
  { key: "a", title: "A", role: "name", minWidth: WIDE },
  { key: "b", title: "B", role: "name", minWidth: WIDE },
  "packets",
  { key: "octets", align: "right", minWidth: 8 },
  { key: "start", align: "right", minWidth: 8 },
  { key: "duration", align: "right", minWidth: 8 },
  { key: "aToB", title: "A to B", align: "right", minWidth: 12 },
  { key: "bToA", title: "B to A", align: "right", minWidth: 12 },
];

/**
 * Counts what has gone to and fro between any two.
 *
 * Of TCP and UDP, a datagram in fragments counts once, with its last fragment; of
 * TCP, a new connection between the same ports is a conversation of its own.
 *
 * @param packets The packets, in the order of the capture.
 * @param kind What the ends are known by.
 * @param options The most conversations to tell apart.
 * @returns The conversations; a promise of them for a capture.
 * @throws {TypeError} If `packets` cannot be gone through, or there is no such
 * kind.
 * @throws {RangeError} If the limit is no number, 0 or more.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4 } = net.packet;
 * const there = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), "ping");
 * const back = build(ipv4({ src: "10.0.0.2", dst: "10.0.0.1" }));
 * const [row] = net.packet.conversations([there, back, there], "ipv4");
 * assert.deepEqual([row?.packetsAToB, row?.octetsAToB, row?.packetsBToA], [2, 48, 1]);
 * ```
 */
export function conversations<P extends Packets>(
  packets: P,
  kind: ConversationKind,
  options: ConversationsOptions = {},
): Fed<P, Conversations> {
  const found = new Conversations(kind, options);
  return feed(packets, found, "count conversations");
}
