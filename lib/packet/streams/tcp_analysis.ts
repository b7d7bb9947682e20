/**
 * What a TCP segment tells by its numbers, beside those before it: whether it
 * was sent again, what was lost, who waits for whom.
 *
 * @module
 */

import { ACK, FIN, RST, SYN } from "./connections.ts";

/** What a segment can be, as bits, with the names of tshark's `tcp.analysis` fields. */
export const FINDING = {
  "retransmission": 1,
  "fast-retransmission": 2,
  "spurious-retransmission": 4,
  "out-of-order": 8,
  "lost-segment": 0x10,
  "ack-lost-segment": 0x20,
  "duplicate-ack": 0x40,
  "zero-window": 0x80,
  "zero-window-probe": 0x100,
  "zero-window-probe-ack": 0x200,
  "window-full": 0x400,
  "window-update": 0x800,
  "keep-alive": 0x1000,
  "keep-alive-ack": 0x2000,
  "reused-ports": 0x4000,
} as const;

/** The name of one finding. */
export type Finding = keyof typeof FINDING;

/** What of a segment the analysis goes by. */
export interface AnalysedSegment {
  /** The packet's number. */
  packet: number;
  /** Its time in milliseconds; `NaN` if it is not known. */
  time: number;
  /** The low six control bits. */
  flags: number;
  /** Sequence number. */
  seq: number;
  /** Acknowledgement number, as the field has it. */
  ack: number;
  /** Octets that it carries. */
  length: number;
  /** The window, as the field has it. */
  window: number;
  /** The shift of its window scale option; `undefined` if it has none. */
  scale: number | undefined;
}

/** A window scale that is not known, as the SYN was not seen. */
const UNKNOWN = -1;

/** What one side has sent so far. */
class Side {
  /** The number behind the highest octet that was sent. */
  next: number | undefined;
  nextTime = NaN;
  nextPacket = 0;
  /** The number up to which all was seen, and so may be acknowledged. */
  whole: number | undefined;
  window = -1;
  ack: number | undefined;
  time = NaN;
  /** The packet that first had the last acknowledgement number. */
  ackPacket = 0;
  /** Duplicate acknowledgements, as they are numbered, and all in a row. */
  duplicates = 0;
  repeats = 0;
  /** Whether it was said that more is acknowledged than it was seen to send. */
  isTold = false;
  /** What was found of its last segment. */
  found = 0;
  scale = UNKNOWN;
  /** Whether its last window came in a SYN, where it is not scaled. */
  isFirst = false;
}

/** How far apart in µs a segment and the one that it should precede may be. */
const OUT_OF_ORDER = 3000;
/** How soon in µs after the last duplicate ACK a fast retransmission comes. */
const FAST = 20_000;

/**
 * Analyses one connection, by the rules that Wireshark's manual names under "TCP
 * Analysis".
 *
 * @see https://www.wireshark.org/docs/wsug_html_chunked/ChAdvTCPAnalysis.html
 *
 * @example
 * ```ts
 * import { FINDING, TcpAnalysis } from "./tcp_analysis.ts";
 * import assert from "node:assert/strict";
 *
 * const analysis = new TcpAnalysis();
 * const segment = { flags: 16, ack: 1, length: 10, window: 100, scale: undefined };
 * assert.equal(analysis.add(0, { ...segment, packet: 1, time: 0, seq: 1 }, false), 0);
 * assert.equal(
 *   analysis.add(0, { ...segment, packet: 2, time: 200, seq: 1 }, false),
 *   FINDING["retransmission"],
 * );
 * ```
 */
export class TcpAnalysis {
  /** Which one in a row the last duplicate ACK was. */
  duplicates = 0;
  /** The packet that the last finding goes back to. */
  origin = 0;
  readonly #sides = [new Side(), new Side()] as const;
  #synTime = NaN;
  /** From SYN to the ACK that ends the handshake, in µs; NaN if it was not seen. */
  #rtt = NaN;

  /**
   * Takes the next segment of the connection.
   *
   * @param way Which side sent it.
   * @param segment The segment.
   * @param isReused Whether it begins a connection between endpoints that had one.
   * @returns What was found, bits of {@linkcode FINDING}.
   */
  add(way: 0 | 1, segment: AnalysedSegment, isReused: boolean): number {
    const me = this.#sides[way];
    const you = this.#sides[way === 0 ? 1 : 0];
    const { flags, seq, ack, length, window, time, packet } = segment;
    this.#scales(me, you, segment);
    let found = isReused ? FINDING["reused-ports"] : 0;
    found |= this.#numbers(me, you, segment);
    if (ack !== me.ack) {
      me.ackPacket = packet;
      me.duplicates = me.repeats = 0;
      me.isTold = false;
    }
    if (
      flags & ACK && you.whole !== undefined && after(ack, you.whole)
    ) {
      if (you.next !== undefined && after(you.next, you.whole)) {
        you.whole = you.next;
        found |= FINDING["ack-lost-segment"];
      } else {
        // Said once, until the other side has something new to acknowledge.
        if (!you.isTold && you.duplicates === 0) {
          found |= FINDING["ack-lost-segment"];
        }
        you.isTold = true;
        you.duplicates = 0;
      }
    }
    found |= this.#again(me, you, segment, found);
    const isProbe = (found & FINDING["zero-window-probe"]) !== 0;
    const counts = length > 0 || (flags & (SYN | FIN)) !== 0;
    const next = seq + length + (counts && flags & (SYN | FIN) ? 1 : 0) >>> 0;
    if (!isProbe) {
      if (me.next === undefined || after(next, me.next)) {
        me.next = next;
        me.nextTime = time;
        me.nextPacket = packet;
      }
      if (me.whole === undefined || seq === me.whole) me.whole = me.next;
    }
    me.window = window;
    me.isFirst = (flags & SYN) !== 0;
    me.ack = flags & ACK ? ack : undefined;
    me.time = time;
    me.found = found;
    if ((flags & (SYN | ACK)) === SYN) this.#synTime = time;
    if ((flags & (SYN | ACK)) === ACK && Number.isNaN(this.#rtt)) {
      this.#rtt = µs(time - this.#synTime);
    }
    return found;
  }

  /** What the numbers say of a segment by themselves. */
  #numbers(me: Side, you: Side, segment: AnalysedSegment): number {
    const { flags, seq, ack, length, window } = segment;
    const isPlain = (flags & (SYN | FIN | RST)) === 0;
    const isExpected = seq === me.next;
    if (length === 1 && isExpected && you.window === 0) {
      return FINDING["zero-window-probe"];
    }
    let found = 0;
    if (window === 0 && isPlain) found |= FINDING["zero-window"];
    if (me.next !== undefined && after(seq, me.next) && !(flags & RST)) {
      found |= FINDING["lost-segment"];
    }
    if (!isPlain) return found;
    if (length <= 1 && me.next !== undefined && seq === (me.next - 1 >>> 0)) {
      found |= FINDING["keep-alive"];
    }
    if (length > 0) {
      const edge = windowEnd(you);
      if (edge !== undefined && (seq + length | 0) === edge) {
        found |= FINDING["window-full"];
      }
      return found;
    }
    const isSameAck = isExpected && ack === me.ack;
    if (!isSameAck) return found;
    if (window !== me.window) {
      return window === 0 ? found : found | FINDING["window-update"];
    }
    if (window === 0) {
      return you.found & FINDING["zero-window-probe"]
        ? found | FINDING["zero-window-probe-ack"]
        : found;
    }
    if (you.found & FINDING["keep-alive"]) {
      return found | FINDING["keep-alive-ack"];
    }
    me.repeats++;
    this.duplicates = ++me.duplicates;
    this.origin = me.ackPacket;
    return found | FINDING["duplicate-ack"];
  }

  /** Whether the octets of a segment were sent before, and why they come again. */
  #again(
    me: Side,
    you: Side,
    { flags, seq, length, time }: AnalysedSegment,
    found: number,
  ): number {
    if (length === 0 && !(flags & (SYN | FIN))) return 0;
    if (found & FINDING["keep-alive"]) return 0;
    const { next } = me;
    const isOld = next !== undefined && after(next, seq) &&
      // One octet more than before may follow a window probe.
      !(length > 1 && seq === (next - 1 >>> 0));
    const end = seq + length | 0;
    if (
      length > 0 && you.ack !== undefined && !after(end, you.ack)
    ) return FINDING["spurious-retransmission"];
    if (!isOld) return 0;
    if (
      you.repeats >= 2 && you.ack === seq && isWithin(time - you.time, FAST)
    ) return FINDING["fast-retransmission"];
    const limit = Number.isNaN(this.#rtt) ? OUT_OF_ORDER : this.#rtt;
    const last = flags & (SYN | FIN) ? end + 1 | 0 : end;
    if (isWithin(time - me.nextTime, limit) && (next | 0) !== last) {
      return FINDING["out-of-order"];
    }
    this.origin = me.nextPacket;
    return FINDING["retransmission"];
  }

  #scales(me: Side, you: Side, { flags, scale }: AnalysedSegment): void {
    if (!(flags & SYN)) return;
    me.scale = scale ?? 0;
    // Windows are scaled only if both sides say so (RFC 7323 §2.2).
    if (scale === undefined) you.scale = 0;
  }
}

/** Where the window that a side has last told ends; not known without its SYN. */
function windowEnd({ ack, window, scale, isFirst }: Side): number | undefined {
  if (scale === UNKNOWN || ack === undefined || window < 0) return undefined;
  return ack + window * 2 ** (isFirst ? 0 : scale) | 0;
}

/** Whether a sequence number comes after another (RFC 9293 §3.4). */
function after(a: number, b: number): boolean {
  return (a - b | 0) > 0;
}

/** Whether a time in ms has passed that is less than one in µs. */
function isWithin(ms: number, limit: number): boolean {
  return ms >= 0 && µs(ms) < limit;
}

/** A distance in time; captures tell microseconds, and numbers have rounding errors. */
function µs(ms: number): number {
  return Math.round(ms * 1000);
}
