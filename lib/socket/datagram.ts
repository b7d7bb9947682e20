/**
 * One datagram, as a UDP socket gives it.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { truncate, visible } from "../inspect/text.ts";
import { bytes } from "../inspect/units.ts";
import type { Address } from "../ip/address.ts";
import type { Endpoint } from "./endpoint.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What the kernel tells of a datagram, to a socket that was opened with `facts`. */
export interface DatagramFacts {
  /** The address that it was sent to: one of this machine's, or a group's. */
  readonly to: Address | undefined;
  /** The interface that it came in by. */
  readonly interface: string | undefined;
  /** Its time to live as it came, IPv6's hop limit: less the routers on its way. */
  readonly ttl: number | undefined;
  /** The octet with code point (DSCP) and ECN. */
  readonly tos: number | undefined;
  /** When the kernel saw it, in milliseconds since 1970, with a fraction. */
  readonly time: number | undefined;
  /** Datagrams that the kernel had to drop before it, since the socket was opened. */
  readonly lost: number;
}

/**
 * One datagram as it arrived.
 *
 * @see RFC 768
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using a = await net.udp.open();
 * await using b = await net.udp.open();
 * await a.send("ping", b.address);
 * const datagram = await b.receive({ timeout: 1000 });
 * assert.equal(datagram.text(), "ping");
 * assert.deepEqual(datagram.from, a.address);
 * ```
 */
export class Datagram {
  /** Its octets, perhaps none, in a buffer of their own. */
  readonly data: Uint8Array;
  /** Who sent it. */
  readonly from: Endpoint;
  /** What the kernel tells of it, if the socket was opened with `facts`. */
  readonly facts?: DatagramFacts;

  /**
   * Puts them together.
   *
   * @param data The octets.
   * @param from The sender.
   * @param facts What the kernel tells.
   */
  constructor(data: Uint8Array, from: Endpoint, facts?: DatagramFacts) {
    this.data = data;
    this.from = from;
    if (facts !== undefined) this.facts = facts;
  }

  /** Its octets as UTF-8 text; what is no UTF-8 becomes U+FFFD. */
  text(): string {
    return decoder.decode(this.data);
  }

  /** The sender, the octets as numbers, and facts if there are any. */
  toJSON(): { from: string; data: number[]; facts?: DatagramFacts } {
    const { from, data, facts } = this;
    return {
      from: `${from}`,
      data: [...data],
      ...facts === undefined ? {} : { facts },
    };
  }

  /** One line: length, sender and the beginning of the text. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const start = decoder.decode(this.data.subarray(0, 200));
    const text = truncate(visible(JSON.stringify(start)), 40);
    const by = this.facts?.interface;
    return `UDP ${bytes(this.data.length)} from ${
      paint("name", `${this.from}`, room)
    }${by === undefined ? "" : ` by ${paint("name", by, room)}`} ${
      paint("string", text, room)
    }`;
  }
}
