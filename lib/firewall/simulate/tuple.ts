/**
 * Connections by their addresses and ports, each way.
 *
 * @module
 */

/** One direction of a connection: who to whom. */
export class Tuple {
  /** The next in the same bucket. */
  next: Tuple | undefined = undefined;

  readonly family: number;
  readonly protocol: number;
  /** Signed words, most significant first; an IPv4 address is the last. */
  readonly s0: number;
  readonly s1: number;
  readonly s2: number;
  readonly s3: number;
  readonly d0: number;
  readonly d1: number;
  readonly d2: number;
  readonly d3: number;
  /** A port, or the id of an echo. */
  readonly sport: number;
  /** A port, or type and code. */
  readonly dport: number;
  readonly zone: number;
  /** The connection that it is an end of: see `ownerOf` in connections.ts. */
  owner: object | undefined = undefined;
  isReply = false;

  constructor(
    family: number,
    protocol: number,
    s0: number,
    s1: number,
    s2: number,
    s3: number,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
    sport: number,
    dport: number,
    zone: number,
  ) {
    this.family = family;
    this.protocol = protocol;
    // The engine keeps signed words unboxed.
    this.s0 = s0 | 0;
    this.s1 = s1 | 0;
    this.s2 = s2 | 0;
    this.s3 = s3 | 0;
    this.d0 = d0 | 0;
    this.d1 = d1 | 0;
    this.d2 = d2 | 0;
    this.d3 = d3 | 0;
    this.sport = sport;
    this.dport = dport;
    this.zone = zone;
  }

  get hash(): number {
    let hash = Math.imul(this.s3 ^ this.s0 ^ this.s1 ^ this.s2, 0x9e3779b1);
    hash = Math.imul(hash ^ hash >>> 15 ^ this.d3 ^ this.d0, 0x85ebca6b);
    hash ^= this.d1 ^ this.d2 ^ this.protocol;
    hash = Math.imul(
      hash ^ hash >>> 13 ^ this.sport << 16 ^ this.dport,
      0xc2b2ae35,
    );
    return hash ^ hash >>> 16;
  }

  equals(other: Tuple): boolean {
    return this.sport === other.sport && this.dport === other.dport &&
      this.s3 === other.s3 && this.d3 === other.d3 &&
      this.protocol === other.protocol && this.family === other.family &&
      this.s0 === other.s0 && this.s1 === other.s1 && this.s2 === other.s2 &&
      this.d0 === other.d0 && this.d1 === other.d1 && this.d2 === other.d2 &&
      this.zone === other.zone;
  }

  /** Whether there is such a thing as an answer to it. */
  get hasAnswer(): boolean {
    const { protocol } = this;
    return protocol !== 1 && protocol !== 58 || this.invert() !== undefined;
  }

  /** The same the other way; `undefined` for messages that have no answer. */
  invert(): Tuple | undefined {
    let { sport, dport } = this;
    if (this.protocol === 1 || this.protocol === 58) {
      const type = (this.protocol === 1 ? ANSWERS : ANSWERS6).get(dport >>> 8);
      if (type === undefined) return undefined;
      dport = type << 8 | dport & 0xff;
    } else [sport, dport] = [dport, sport];
    const { s0, s1, s2, s3, d0, d1, d2, d3 } = this;
    return new Tuple(
      this.family,
      this.protocol,
      d0,
      d1,
      d2,
      d3,
      s0,
      s1,
      s2,
      s3,
      sport,
      dport,
      this.zone,
    );
  }

  /** With another source, or another destination. */
  with(
    end: "source" | "destination",
    words: readonly number[],
    port: number,
  ): Tuple {
    const [w0, w1, w2, w3] = words.length === 1
      ? [0, 0, 0, words[0]!]
      : words as [number, number, number, number];
    const { family, protocol, s0, s1, s2, s3, d0, d1, d2, d3, zone } = this;
    return end === "source"
      ? new Tuple(
        ...[family, protocol, w0, w1, w2, w3, d0, d1, d2, d3] as const,
        ...[port, this.dport, zone] as const,
      )
      : new Tuple(
        ...[family, protocol, s0, s1, s2, s3, w0, w1, w2, w3] as const,
        ...[this.sport, port, zone] as const,
      );
  }

  /** The words of its source. */
  get source(): number[] {
    return this.family === 4 ? [this.s3] : [this.s0, this.s1, this.s2, this.s3];
  }

  /** The words of its destination. */
  get destination(): number[] {
    return this.family === 4 ? [this.d3] : [this.d0, this.d1, this.d2, this.d3];
  }
}

const ANSWERS = new Map([
  ...[[8, 0], [0, 8], [13, 14], [14, 13], [15, 16], [16, 15]] as const,
  ...[[17, 18], [18, 17]] as const,
]);
const ANSWERS6 = new Map([[128, 129], [129, 128], [139, 140], [140, 139]]);

const PORTS = new Set([6, 17, 33, 132, 136]);

/** Whether a protocol has ports. */
export const hasPorts = (protocol: number): boolean => PORTS.has(protocol);

/** A packet's octets, as they are read. */
interface Octets {
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly end: number;
}

/**
 * Reads who a packet is from and to.
 *
 * @param nh Where the network header lies: the packet's own, or one that an
 * error message quotes.
 * @returns The tuple; `undefined` if the packet is too short to tell.
 */
export function readTuple(
  { octets, view, end }: Octets,
  family: number,
  nh: number,
  th: number,
  protocol: number,
  zone: number,
): Tuple | undefined {
  let sport = 0;
  let dport = 0;
  if (PORTS.has(protocol)) {
    if (th + 8 > end) return undefined;
    sport = view.getUint16(th);
    dport = view.getUint16(th + 2);
  } else if (protocol === 1 || protocol === 58) {
    if (th + 8 > end) return undefined;
    sport = view.getUint16(th + 4);
    dport = octets[th]! << 8 | octets[th + 1]!;
  }
  return family === 4
    ? new Tuple(
      4,
      protocol,
      0,
      0,
      0,
      view.getInt32(nh + 12),
      0,
      0,
      0,
      view.getInt32(nh + 16),
      sport,
      dport,
      zone,
    )
    : new Tuple(
      6,
      protocol,
      view.getInt32(nh + 8),
      view.getInt32(nh + 12),
      view.getInt32(nh + 16),
      view.getInt32(nh + 20),
      view.getInt32(nh + 24),
      view.getInt32(nh + 28),
      view.getInt32(nh + 32),
      view.getInt32(nh + 36),
      sport,
      dport,
      zone,
    );
}
