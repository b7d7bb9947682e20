/** TCP connections in which all goes wrong that can, made up at random. */

import {
  build,
  decode,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  tcp,
} from "../../lib/packet/mod.ts";

/** A generator of numbers below a limit that is the same on every run. */
export type Random = (below: number) => number;

/** Makes one from a seed. */
export function random(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    const mixed = Math.imul(state ^ state >>> 13, 0x297a2d39);
    return ((mixed ^ mixed >>> 16) >>> 0) % below;
  };
}

/** A capture file of packets with their times, to the nanosecond. */
export function timedPcap(
  linkType: number,
  packets: readonly Packet[],
): Uint8Array {
  const size = packets.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24);
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  [0xa1b23c4d, 0x00020004, 0, 0, 262_144, linkType]
    .forEach((word, i) => view.setUint32(i * 4, word));
  let at = 24;
  for (const { bytes, length, timestamp } of packets) {
    const ns = timestamp?.epochNanoseconds ?? 0n;
    view.setUint32(at, Number(ns / 1_000_000_000n));
    view.setUint32(at + 4, Number(ns % 1_000_000_000n));
    view.setUint32(at + 8, bytes.length);
    view.setUint32(at + 12, length);
    octets.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return octets;
}

type Flag = "SYN" | "ACK" | "FIN" | "RST" | "PSH";

/** One side of a connection, as it sees itself. */
interface Side {
  next: number;
  window: number;
  /** Where recent segments began and how long they were. */
  sent: [seq: number, length: number][];
  /** Segments that are on a detour. */
  held: Packet[];
}

/** Makes one connection after the other of the same ports, packet by packet. */
class Talk {
  readonly #next: Random;
  readonly #ends: readonly [string, string];
  readonly #port: number;
  #sides!: [Side, Side];
  #scale = 0;

  constructor(next: Random, port: number) {
    this.#next = next;
    this.#port = port;
    this.#ends = next(4) === 0
      ? ["2001:db8::1", "2001:db8::2"]
      : ["10.0.0.1", "10.0.0.2"];
    this.#restart();
  }

  #restart(): void {
    const side = (): Side => ({
      next: this.#next(3) === 0
        ? 2 ** 32 - this.#next(3000) - 1
        : this.#next(2 ** 32),
      window: 8192,
      sent: [],
      held: [],
    });
    this.#sides = [side(), side()];
    this.#scale = this.#next(2) === 0 ? 0 : this.#next(4);
  }

  #packet(
    from: 0 | 1,
    flags: readonly Flag[],
    seq: number,
    ack: number,
    length = 0,
    window = this.#sides[from].window,
  ): Packet {
    const [a, b] = from === 0 ? this.#ends : this.#ends.toReversed();
    const [p, q] = from === 0 ? [this.#port, 80] : [80, this.#port];
    const ip = a!.includes(":")
      ? ipv6({ src: a!, dst: b! })
      : ipv4({ src: a!, dst: b! });
    const isSyn = flags.includes("SYN");
    const header = tcp({
      srcPort: p!,
      dstPort: q!,
      seq: seq >>> 0,
      ack: ack >>> 0,
      flags: [...flags],
      window,
      ...isSyn && this.#scale > 0 &&
        { options: [{ kind: "windowScale", shift: this.#scale }, "nop"] },
    });
    // The octets tell their place: whoever puts them together wrongly is seen.
    const payload = Uint8Array.from(
      { length },
      (_, i) => (seq + i) * 31 + from & 255,
    );
    return build(ethernet(), ip, header, payload);
  }

  /** The next packets, mostly one. */
  step(): Packet[] {
    const next = this.#next;
    const from = next(2) as 0 | 1;
    const me = this.#sides[from];
    const you = this.#sides[1 - from]!;
    const ack = you.next;
    const data = (seq: number, length: number) =>
      this.#packet(from, next(4) ? ["ACK"] : ["ACK", "PSH"], seq, ack, length);
    const send = (length: number) => {
      // tshark takes the number 0 for one that is not known yet.
      if ((me.next + length >>> 0) === 0) length++;
      const packet = data(me.next, length);
      me.sent.push([me.next, length]);
      if (me.sent.length > 6) me.sent.shift();
      me.next = me.next + length >>> 0;
      return packet;
    };
    const length = () => next(3) === 0 ? 1 + next(3) : 1 + next(300);
    switch (next(30)) {
      case 0: {
        if (next(3) > 0) return [];
        this.#restart();
        return this.#handshake();
      }
      case 1:
        return next(3) ? [] : this.#handshake();
      case 2:
        send(length());
        return [];
      case 3:
      case 4:
        me.held.push(send(length()));
        return [];
      case 5:
      case 6:
      case 7:
        return me.held.splice(0, 1 + next(3));
      case 8:
      case 9: {
        const again = me.sent[next(me.sent.length || 1)];
        if (again === undefined) return [];
        const [seq, long] = again;
        return [
          data(seq + (next(4) ? 0 : next(long)), next(4) ? long : length()),
        ];
      }
      case 10:
      case 11: {
        const packet = this.#packet(from, ["ACK"], me.next, ack);
        return Array.from({ length: 1 + next(4) }, () => packet);
      }
      case 12: {
        const back = you.sent[next(you.sent.length || 1)]?.[0] ?? ack;
        const packet = this.#packet(from, ["ACK"], me.next, back);
        return Array.from({ length: 1 + next(4) }, () => packet);
      }
      case 13:
        return [this.#packet(from, ["ACK"], me.next, ack + next(400))];
      case 14:
        me.window = next(2) ? 0 : 1 + next(600);
        return [this.#packet(from, ["ACK"], me.next, ack)];
      case 15:
        me.window = 8192 + next(3) * 1000;
        return [this.#packet(from, ["ACK"], me.next, ack)];
      case 16:
      case 17: {
        you.window = 0;
        const zero = this.#packet(1 - from as 0 | 1, ["ACK"], ack, me.next);
        const probe = data(me.next, 1);
        const late = next(2);
        const answer = this.#packet(
          1 - from as 0 | 1,
          ["ACK"],
          ack,
          me.next + late,
          0,
          next(3) ? 0 : 500,
        );
        return [zero, probe, answer].slice(next(2), 1 + next(3));
      }
      case 18:
      case 19: {
        const alive = data(me.next - 1, next(2));
        const answer = this.#packet(1 - from as 0 | 1, ["ACK"], ack, me.next);
        return next(2) ? [alive, answer] : [alive];
      }
      case 20: {
        // As far as the window goes.
        const { window } = you;
        const room = window << (next(2) ? this.#scale : 0);
        return room > 0 && room < 1400 ? [send(room)] : [];
      }
      case 21: {
        if (next(3)) return [];
        const fin = this.#packet(
          from,
          ["FIN", "ACK"],
          me.next,
          ack,
          next(2) * next(9),
        );
        if (next(3)) me.next = me.next + 1 >>> 0;
        return [fin];
      }
      case 22:
        if (next(4)) return [];
        return [
          this.#packet(from, ["RST", "ACK"], me.next, ack, next(2) * next(9)),
        ];
      default:
        return next(5) ? [send(length())] : [send(length()), send(length())];
    }
  }

  #handshake(): Packet[] {
    const [me, you] = this.#sides;
    const next = this.#next;
    const syn = this.#packet(0, ["SYN"], me.next, 0);
    const synAck = this.#packet(1, ["SYN", "ACK"], you.next, me.next + 1);
    me.next = me.next + 1 >>> 0;
    you.next = you.next + 1 >>> 0;
    const ack = this.#packet(0, ["ACK"], me.next, you.next);
    const all = [syn, synAck, ack];
    switch (next(8)) {
      case 0:
        return [synAck, syn, ack];
      case 1:
        return [syn, syn, synAck, ack];
      case 2:
        return [syn, synAck, synAck, ack];
      case 3:
        return all.slice(next(3));
      case 4:
        return all.slice(0, 1 + next(3));
      default:
        return all;
    }
  }
}

/** Packets of some connections, mixed, with times from microseconds to a second apart. */
export function traffic(seed: number, count: number): Packet[] {
  const next = random(seed);
  const talks = Array.from({ length: 3 }, (_, i) => new Talk(next, 50000 + i));
  const packets: Packet[] = [];
  let us = 1_600_000_000_000_000;
  while (packets.length < count) {
    for (const packet of talks[next(talks.length)]!.step()) {
      us += [10, 500, 2000, 5000, 15_000, 30_000, 400_000][next(7)]! +
        next(100);
      const timestamp = Temporal.Instant.fromEpochNanoseconds(
        BigInt(us) * 1000n,
      );
      packets.push(decode(packet.bytes.slice(), { linkType: 1, timestamp }));
    }
  }
  return packets;
}
