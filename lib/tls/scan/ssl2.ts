/**
 * SSL 2.0, of which one wants to know no more than whether it is there.
 *
 * @see RFC 6176 (why it must not be), draft-hickman-netscape-ssl-00
 * @module
 */

import { ByteReader } from "../../bytes/reader.ts";
import { DecodeError } from "../../errors.ts";
import type { ReplyEnd, ReplyReading } from "./reply.ts";

/** Cipher kinds of SSL 2.0, as the draft's C.4 has them. */
export const ssl2Ciphers: Readonly<Record<number, string>> = {
  0x010080: "SSL_CK_RC4_128_WITH_MD5",
  0x020080: "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
  0x030080: "SSL_CK_RC2_128_CBC_WITH_MD5",
  0x040080: "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
  0x050080: "SSL_CK_IDEA_128_CBC_WITH_MD5",
  0x060040: "SSL_CK_DES_64_CBC_WITH_MD5",
  0x0700c0: "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
};

const SERVER_HELLO = 4;
const VERSION = 2;

/**
 * Makes a CLIENT-HELLO of SSL 2.0, with its two octets of record header.
 *
 * @returns The octets to send.
 *
 * @example
 * ```ts
 * import { ssl2Hello } from "./ssl2.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(ssl2Hello().length, 2 + 9 + 21 + 16);
 * ```
 */
export function ssl2Hello(): Uint8Array<ArrayBuffer> {
  const kinds = Object.keys(ssl2Ciphers).map(Number);
  const length = 9 + 3 * kinds.length + 16;
  const challenge = crypto.getRandomValues(new Uint8Array(16));
  return Uint8Array.from([
    ...[0x80 | length >> 8, length & 0xff],
    ...[1, 0, VERSION, 0, 3 * kinds.length, 0, 0, 0, challenge.length],
    ...kinds.flatMap((kind) => [kind >> 16, kind >> 8 & 0xff, kind & 0xff]),
    ...challenge,
  ]);
}

/**
 * Reads whether a SERVER-HELLO of SSL 2.0 comes, and the ciphers in it.
 *
 * @example
 * ```ts
 * import { Ssl2Reader } from "./ssl2.ts";
 * import assert from "node:assert/strict";
 *
 * const reader = new Ssl2Reader();
 * reader.push(Uint8Array.of(21, 3, 1, 0, 2, 2, 70));
 * assert.equal(reader.finish("closed"), undefined);
 * ```
 */
export class Ssl2Reader implements ReplyReading<readonly string[] | undefined> {
  #octets: Uint8Array = new Uint8Array();

  /** Takes octets; whether that is enough. */
  push(octets: Uint8Array): boolean {
    this.#octets = new Uint8Array([...this.#octets, ...octets]);
    const [high, low] = this.#octets;
    if (low === undefined) return false;
    // Of all else, an alert of TLS among it, no more is wanted.
    if (high! < 0x80) return true;
    return this.#octets.length >= 2 + ((high! & 0x7f) << 8 | low);
  }

  /** The ciphers by name; `undefined` if there was no such hello. */
  finish(_end: ReplyEnd): readonly string[] | undefined {
    try {
      const outer = new ByteReader(this.#octets, { layer: "ssl2" });
      const length = outer.u16();
      if (length < 0x8000) return undefined;
      const reader = outer.sub(length & 0x7fff);
      if (reader.u8() !== SERVER_HELLO) return undefined;
      // Whether a session goes on, and the kind of the certificate.
      reader.skip(2);
      if (reader.u16() !== VERSION) return undefined;
      const certificate = reader.u16();
      const ciphers = reader.u16();
      reader.skip(2 + certificate);
      const kinds = reader.sub(ciphers);
      const found: string[] = [];
      while (kinds.remaining >= 3) {
        const kind = kinds.u24();
        found.push(ssl2Ciphers[kind] ?? `0x${kind.toString(16)}`);
      }
      return found;
    } catch (error) {
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
  }
}
