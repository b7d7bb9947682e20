/**
 * The TCP and UDP headers of a packet, with the IP header below each and the
 * extent of what each carries.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { type Header, LAYER } from "../header.ts";
import type { Layers, Packet } from "../packet.ts";

/** An IP header of either version. */
export type IpHeader = Layers["ipv4"] | Layers["ipv6"];

/** Layers whose payload quotes another packet, which is not on its way itself. */
const QUOTES: ReadonlySet<string> = new Set(["icmp", "icmpv6"]);

/**
 * A cursor over a packet's headers of one kind: one in most packets, more where
 * packets travel in others. It makes no object a packet: after `next()` has said
 * yes, the header is in its fields.
 *
 * @example
 * ```ts
 * import { TransportCursor } from "./transport.ts";
 * import { build } from "../build.ts";
 * import { ipv4 } from "../layers/ipv4.ts";
 * import { udp } from "../layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new TransportCursor("udp");
 * cursor.take(build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort: 53 }), "hello"));
 * assert.equal(cursor.next(), true);
 * assert.equal(cursor.header.dstPort, 53);
 * assert.equal(cursor.end - cursor.start, 5);
 * assert.equal(cursor.next(), false);
 * ```
 */
export class TransportCursor<N extends "tcp" | "udp"> {
  /** The header. */
  header!: Layers[N];
  /** From whom. */
  src!: Address;
  /** To whom in the end, wherever a routing header sends the packet before. */
  dst!: Address;
  /** Octets from the start of the packet to what the header carries. */
  start = 0;
  /** Octets from the start of the packet to its end, on the wire. */
  end = 0;
  readonly #name: N;
  /** The IP header below, and what a header behind it says of its addresses. */
  #ip!: IpHeader;
  #other: { readonly src?: Address; readonly dst?: Address } | undefined;
  #layers: readonly { readonly name: string }[] = [];
  #at = 0;

  /**
   * Makes a cursor; it stands nowhere yet.
   *
   * @param name Which headers to stop at.
   */
  constructor(name: N) {
    this.#name = name;
  }

  /**
   * Goes before the first header of a packet.
   *
   * @param packet The packet.
   */
  take(packet: Packet): void {
    this.#layers = packet.layers;
    this.#at = 0;
    this.end = packet.length;
  }

  /**
   * Goes to the next header that lies over IP.
   *
   * @returns Whether there is one.
   */
  next(): boolean {
    const layers = this.#layers;
    while (this.#at < layers.length) {
      const layer = layers[this.#at++]!;
      const { name } = layer;
      if (name === "ipv4") this.#ipv4(layer as Layers["ipv4"]);
      else if (name === "ipv6") this.#ipv6(layer as Layers["ipv6"]);
      else if (name === this.#name) {
        const header = this.header = layer as Layers[N];
        this.start = header.offset + header.headerLength;
        this.src = this.#other?.src ?? this.#ip.src;
        this.dst = this.#other?.dst ?? this.#ip.dst;
        return true;
      } else if (QUOTES.has(name)) break;
      else {
        const { readdresses } = (layer as Header)[LAYER];
        if (readdresses === undefined) continue;
        this.#other = { ...this.#other, ...readdresses(layer as never) };
      }
    }
    this.#at = layers.length;
    return false;
  }

  #ipv4(header: Layers["ipv4"]): void {
    this.#ip = header;
    this.#other = undefined;
    const { totalLength } = header;
    if (totalLength > 0) this.#endAt(header.offset + totalLength);
  }

  #ipv6(header: Layers["ipv6"]): void {
    this.#ip = header;
    this.#other = undefined;
    const { payloadLength } = header;
    if (payloadLength > 0) this.#endAt(header.offset + 40 + payloadLength);
  }

  #endAt(end: number): void {
    if (end < this.end) this.end = end;
  }
}
