/**
 * What each end of the conversations has sent and received: `tshark -z endpoints`.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { bytes, count } from "../../inspect/units.ts";
import type { Conversation, ConversationKind } from "./conversation.ts";

/** One end and what it has sent and received. */
export interface Endpoint {
  /** Its address. */
  readonly address: string;
  /** Its port, if the kind has ports. */
  readonly port?: number;
  /** Packets sent and received. */
  readonly packets: number;
  /** Octets of those packets. */
  readonly octets: number;
  /** Packets sent. */
  readonly packetsSent: number;
  /** Octets of packets sent. */
  readonly octetsSent: number;
  /** Packets received. */
  readonly packetsReceived: number;
  /** Octets of packets received. */
  readonly octetsReceived: number;
}

type Growing = { -readonly [K in keyof Endpoint]: Endpoint[K] };

/**
 * The ends of some conversations, each once.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4 } = net.packet;
 * const packet = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), "ping");
 * const ends: net.packet.Endpoints = net.packet.conversations([packet], "ipv4").endpoints();
 * assert.deepEqual(ends.rows.map(({ address, packetsSent }) => [address, packetsSent]), [
 *   ["10.0.0.1", 1],
 *   ["10.0.0.2", 0],
 * ]);
 * ```
 */
export class Endpoints implements Iterable<Endpoint> {
  /** What they are known by. */
  readonly kind: ConversationKind;
  /** The ends, in the order in which they came. */
  readonly rows: readonly Endpoint[];

  /**
   * Adds up conversations.
   *
   * @param kind What their ends are known by.
   * @param conversations The conversations.
   */
  constructor(kind: ConversationKind, conversations: Iterable<Conversation>) {
    const found = new Map<string, Growing>();
    const end = (address: string, port: number | undefined): Growing => {
      const key = `${address} ${port}`;
      let one = found.get(key);
      if (one === undefined) {
        one = {
          address,
          ...port === undefined ? {} : { port },
          ...{ packets: 0, octets: 0, packetsSent: 0, octetsSent: 0 },
          ...{ packetsReceived: 0, octetsReceived: 0 },
        };
        found.set(key, one);
      }
      return one;
    };
    for (const row of conversations) {
      const { packetsAToB, octetsAToB, packetsBToA, octetsBToA } = row;
      const a = end(row.a, row.aPort);
      const b = end(row.b, row.bPort);
      sends(a, b, packetsAToB, octetsAToB);
      sends(b, a, packetsBToA, octetsBToA);
    }
    this.kind = kind;
    this.rows = [...found.values()];
  }

  /** Goes through the ends in the order in which they came. */
  [Symbol.iterator](): IterableIterator<Endpoint> {
    return this.rows.values();
  }

  /**
   * Gives the ends as plain data.
   *
   * @returns One object each.
   */
  toJSON(): readonly Endpoint[] {
    return this.rows;
  }

  /**
   * Shows the ends as a table, those of most octets first.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const inBytes = (value: unknown) => bytes(Number(value));
    const hasPorts = this.kind === "tcp" || this.kind === "udp";
    const rows = this.rows.toSorted((x, y) => y.octets - x.octets);
    return table(rows.map((row) => ({ ...row })), {
      title: `${count(rows.length)} ${this.kind} endpoints`,
      columns: [
        { key: "address", role: "name", minWidth: 39 },
        ...hasPorts ? ["port"] : [],
        "packets",
        { key: "octets", align: "right", format: inBytes },
        { key: "packetsSent", title: "sent" },
        { key: "octetsSent", title: "octets", align: "right", format: inBytes },
        { key: "packetsReceived", title: "received" },
        {
          ...{ key: "octetsReceived", title: "octets", align: "right" },
          format: inBytes,
        },
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

function sends(from: Growing, to: Growing, packets: number, octets: number) {
  from.packets += packets;
  from.octets += octets;
  from.packetsSent += packets;
  from.octetsSent += octets;
  to.packets += packets;
  to.octets += octets;
  to.packetsReceived += packets;
  to.octetsReceived += octets;
}
