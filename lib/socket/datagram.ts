/**
 * One datagram, as a UDP socket gives it.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { truncate, visible } from "../inspect/text.ts";
import { bytes } from "../inspect/units.ts";
import type { Endpoint } from "./endpoint.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

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

  /**
   * Puts the two together.
   *
   * @param data The octets.
   * @param from The sender.
   */
  constructor(data: Uint8Array, from: Endpoint) {
    this.data = data;
    this.from = from;
  }

  /** Its octets as UTF-8 text; what is no UTF-8 becomes U+FFFD. */
  text(): string {
    return decoder.decode(this.data);
  }

  /** The sender, and the octets as numbers. */
  toJSON(): { from: string; data: number[] } {
    return { from: `${this.from}`, data: [...this.data] };
  }

  /** One line: length, sender and the beginning of the text. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const start = decoder.decode(this.data.subarray(0, 200));
    const text = truncate(visible(JSON.stringify(start)), 40);
    return `UDP ${bytes(this.data.length)} from ${
      paint("name", `${this.from}`, room)
    } ${paint("string", text, room)}`;
  }
}
