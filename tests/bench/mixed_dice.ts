/**
 * Octets written one after the other, and chance that comes out the same on
 * every machine.
 *
 * @module
 */

/** What `mixed.ts` writes its packets with. */
export class Dice {
  readonly octets: Uint8Array = new Uint8Array(1 << 20);
  readonly view: DataView = new DataView(this.octets.buffer);
  at = 0;
  readonly #write: (octets: Uint8Array) => void;
  #state = 0x2545f491;

  /**
   * Starts empty.
   *
   * @param write Takes what has been written; the octets are filled again.
   */
  constructor(write: (octets: Uint8Array) => void) {
    this.#write = write;
  }

  /** Gives away what has been written. */
  flush(): void {
    this.#write(this.octets.subarray(0, this.at));
    this.at = 0;
  }

  /** The next number of 32 bits: xorshift. */
  random(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  u8(value: number): void {
    this.octets[this.at++] = value;
  }

  u16(value: number): void {
    this.view.setUint16(this.at, value);
    this.at += 2;
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value);
    this.at += 4;
  }

  mac(value: number): void {
    this.u16(Math.floor(value / 2 ** 32));
    this.u32(value);
  }

  copy(octets: Uint8Array): void {
    this.octets.set(octets, this.at);
    this.at += octets.length;
  }
}
