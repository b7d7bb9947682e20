/**
 * Strings and numbers as SSH writes them, in messages, keys and signatures.
 *
 * @see RFC 4251 §5
 * @module
 */

import { ByteReader } from "../../bytes/reader.ts";
import { ByteWriter } from "../../bytes/writer.ts";

/** A cursor over fields of SSH. */
export class WireReader extends ByteReader {
  /** Reads a string's octets. */
  string(lengthFrom?: string): Uint8Array {
    return this.take(this.u32(), lengthFrom);
  }

  /** Reads a string as UTF-8 text. */
  word(lengthFrom?: string): string {
    return this.text(this.u32(), lengthFrom);
  }
}

/** Writes fields of SSH. */
export class WireWriter extends ByteWriter {
  /** Writes a string: its length, and its octets or its text as UTF-8. */
  string(value: Uint8Array | string): this {
    const octets = typeof value === "string"
      ? new TextEncoder().encode(value)
      : value;
    return this.u32(octets.length).bytes(octets);
  }

  /** Writes a number that is not negative, from its octets. */
  mpint(octets: Uint8Array): this {
    const plain = withoutZeros(octets);
    if ((plain[0] ?? 0) < 0x80) return this.string(plain);
    return this.u32(plain.length + 1).u8(0).bytes(plain);
  }
}

/** A number's octets from the first that counts. */
export function withoutZeros(octets: Uint8Array): Uint8Array {
  const start = octets.findIndex((octet) => octet !== 0);
  return start < 0 ? octets.subarray(0, 0) : octets.subarray(start);
}

/**
 * The type that a public key begins with; empty if it begins with none.
 *
 * @param key The key as it goes over the wire.
 */
export function keyTypeOf(key: Uint8Array): string {
  try {
    const type = new WireReader(key, { layer: "ssh key" }).word("type");
    return /^[\x21-\x7e]{1,64}$/.test(type) ? type : "";
  } catch {
    return "";
  }
}
