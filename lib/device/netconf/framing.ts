/**
 * How NETCONF's messages stand in a stream of octets: ended by `]]>]]>` in 1.0,
 * in chunks in 1.1.
 *
 * @see RFC 6242 §4
 * @module
 */

import { DecodeError } from "../../errors.ts";

/** How messages are told apart. */
export type Framing = "end-of-message" | "chunked";

const END = new TextEncoder().encode("]]>]]>");
const NEWLINE = 10;
const HASH = 35;

/** What is being read of the chunked framing. */
type State = "newline" | "hash" | "size" | "data";

/** Takes octets cut anywhere, and gives whole messages. */
export class Deframer {
  #framing: Framing = "end-of-message";
  readonly #largest: number;
  readonly #message: (text: string) => void;
  /** What has come of the message. */
  #parts = new Uint8Array(4096);
  #length = 0;
  /** Octets from the start of the stream, for errors. */
  #offset = 0;
  /** How much of `]]>]]>` has come. */
  #matched = 0;
  #state: State = "newline";
  /** The digits of a chunk's size; `#` for the end of the message. */
  #size = "";
  /** What is still to come of the chunk. */
  #left = 0;

  /**
   * Starts with the framing of 1.0, as each session does.
   *
   * @param largest The most octets in a message.
   * @param message Takes each message.
   */
  constructor(largest: number, message: (text: string) => void) {
    this.#largest = largest;
    this.#message = message;
  }

  /** Goes over to chunks; the next message is the first of them. */
  useChunks(): void {
    this.#framing = "chunked";
  }

  /**
   * Takes octets. The framing may change within them, after a message.
   *
   * @param octets The octets.
   * @throws {DecodeError} If they are not framed, not UTF-8, or too many.
   */
  feed(octets: Uint8Array): void {
    for (let at = 0; at < octets.length;) {
      const used = this.#framing === "chunked"
        ? this.#chunked(octets, at)
        : this.#untilEnd(octets, at);
      at += used;
      this.#offset += used;
    }
  }

  #error(reason: string): DecodeError {
    return new DecodeError(reason, { layer: "netconf", offset: this.#offset });
  }

  #untilEnd(octets: Uint8Array, from: number): number {
    for (let at = from; at < octets.length; at++) {
      const octet = octets[at] as number;
      // The mark repeats itself after its third octet only for a `]`.
      while (this.#matched > 0 && octet !== END[this.#matched]) {
        this.#matched = FALLBACK[this.#matched] as number;
      }
      if (octet === END[this.#matched]) this.#matched++;
      if (this.#matched < END.length) continue;
      this.#matched = 0;
      this.#append(octets.subarray(from, at + 1));
      this.#length -= END.length;
      this.#emit();
      return at + 1 - from;
    }
    this.#append(octets.subarray(from));
    return octets.length - from;
  }

  #chunked(octets: Uint8Array, from: number): number {
    if (this.#state === "data") {
      const end = Math.min(octets.length, from + this.#left);
      this.#append(octets.subarray(from, end));
      this.#left -= end - from;
      if (this.#left === 0) this.#state = "newline";
      return end - from;
    }
    const octet = octets[from] as number;
    switch (this.#state) {
      case "newline":
        if (octet !== NEWLINE) throw this.#error("no chunk begins here");
        this.#state = "hash";
        break;
      case "hash":
        if (octet !== HASH) throw this.#error("no chunk begins here");
        this.#state = "size";
        this.#size = "";
        break;
      case "size":
        if (octet === NEWLINE) this.#sized();
        else {
          this.#size += String.fromCharCode(octet);
          if (!/^(?:#|[1-9][0-9]{0,9})$/.test(this.#size)) {
            throw this.#error("a chunk's size is malformed");
          }
        }
    }
    return 1;
  }

  #sized(): void {
    if (this.#size === "#") {
      if (this.#length === 0) throw this.#error("a message without chunks");
      this.#state = "newline";
      this.#emit();
      return;
    }
    const size = Number(this.#size);
    if (size === 0 || size > 0xffff_ffff) {
      throw this.#error("a chunk's size is malformed");
    }
    this.#left = size;
    this.#state = "data";
  }

  #append(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#largest) {
      throw this.#error(`a message of more than ${this.#largest} octets`);
    }
    if (length > this.#parts.length) {
      const larger = new Uint8Array(Math.max(length, this.#parts.length * 2));
      larger.set(this.#parts.subarray(0, this.#length));
      this.#parts = larger;
    }
    this.#parts.set(octets, this.#length);
    this.#length = length;
  }

  #emit(): void {
    const octets = this.#parts.subarray(0, this.#length);
    this.#length = 0;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(octets);
    } catch {
      throw this.#error("a message is not UTF-8");
    }
    // What one large message needed is not kept for small ones.
    if (this.#parts.length > 1 << 20) this.#parts = new Uint8Array(4096);
    this.#message(text);
  }
}

/** How much of the mark still stands where its next octet does not come. */
const FALLBACK = [0, 0, 1, 0, 1, 2];

/**
 * Frames a message.
 *
 * @param text The message.
 * @param framing How.
 * @returns The octets to send.
 */
export function frame(text: string, framing: Framing): Uint8Array {
  const encoder = new TextEncoder();
  if (framing === "end-of-message") return encoder.encode(`${text}]]>]]>`);
  const octets = encoder.encode(text);
  const start = encoder.encode(`\n#${octets.length}\n`);
  const end = encoder.encode("\n##\n");
  const framed = new Uint8Array(start.length + octets.length + end.length);
  framed.set(start);
  framed.set(octets, start.length);
  framed.set(end, start.length + octets.length);
  return framed;
}
