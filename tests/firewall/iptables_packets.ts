/**
 * Packets of many kinds, as octets from the IPv4 header on, always the same
 * for the same seed: for rules of iptables and of nft to count.
 *
 * @module
 */

import { internetChecksum } from "../../lib/bytes/mod.ts";

/** Addresses of the host that the packets go to. */
export const LOCAL = ["127.0.0.1", "10.0.0.1", "10.0.1.1", "192.168.1.5"];
const SOURCES = [...LOCAL, "10.0.0.5", "10.1.0.9", "10.9.9.9", "192.0.2.7"];
const PORTS = [22, 53, 67, 68, 80, 81, 82, 123, 443, 999, 1500, 5060, 40000];
const FLAGS = [0x02, 0x12, 0x10, 0x11, 0x04, 0x00, 0x03, 0x3f, 0x18, 0xc2];
const TOS = [0, 0, 0x10, 0x01, 0xb8, 0x28, 0xb9];
const TTLS = [1, 3, 5, 6, 64, 255];
const MSS = [undefined, 536, 1000, 1460, 1461];
const TYPES = [[8, 0], [0, 0], [3, 0], [3, 1], [3, 3], [11, 0], [13, 0]];
const OTHERS = [47, 50, 51, 150];

/** A generator of whole numbers below one (Lehmer, 1951). */
function numbers(seed: number): (below: number) => number {
  let state = seed % 2147483647 || 1;
  return (below) => {
    state = state * 48271 % 2147483647;
    return state % below;
  };
}

const octets = (address: string) => address.split(".").map(Number);
const wide = (value: number) => [value >> 8 & 255, value & 255];

/** The checksum of a segment with its pseudo-header. */
function sealed(
  segment: Uint8Array,
  at: number,
  source: number[],
  target: number[],
  protocol: number,
): Uint8Array {
  const pseudo = [...source, ...target, 0, protocol, ...wide(segment.length)];
  const sum = internetChecksum(new Uint8Array([...pseudo, ...segment]));
  segment.set(wide(sum || 0xffff), at);
  return segment;
}

/** Makes packets. */
export function packets(count: number, seed: number): Uint8Array[] {
  const next = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  return Array.from({ length: count }, () => {
    const source = octets(pick(SOURCES));
    const target = octets(pick(LOCAL));
    const ports = [...wide(pick(PORTS)), ...wide(pick(PORTS))];
    const kind = next(10);
    let protocol: number;
    let body: Uint8Array;
    if (kind < 4) {
      protocol = 6;
      const mss = pick(MSS);
      const options = mss === undefined ? [] : [2, 4, ...wide(mss)];
      if (next(3) === 0) options.push(8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1);
      body = new Uint8Array([
        ...[...ports, 0, 0, 0, next(256), 0, 0, 0, 0],
        ...[5 + options.length / 4 << 4, pick(FLAGS), 4, 0, 0, 0, 0, 0],
        ...options,
      ]);
      sealed(body, 16, source, target, protocol);
    } else if (kind < 7) {
      protocol = 17;
      const load = new Uint8Array(next(200));
      const length = wide(8 + load.length);
      body = new Uint8Array([...ports, ...length, 0, 0, ...load]);
      sealed(body, 6, source, target, protocol);
    } else if (kind < 9) {
      protocol = 1;
      const [type, code] = pick(TYPES);
      body = new Uint8Array([
        type!,
        code!,
        0,
        0,
        0,
        7,
        0,
        1,
        ...octets("0.0.0.0"),
      ]);
      body.set(wide(internetChecksum(body)), 2);
    } else {
      protocol = pick(OTHERS);
      body = new Uint8Array(24);
      body.set([0, 0, 0, 100 + next(150)], protocol === 51 ? 4 : 0);
    }
    const header = new Uint8Array([
      ...[0x45, pick(TOS), ...wide(20 + body.length), 0, next(255) + 1, 0, 0],
      ...[pick(TTLS), protocol, 0, 0, ...source, ...target],
    ]);
    header.set(wide(internetChecksum(header)), 10);
    return new Uint8Array([...header, ...body]);
  });
}
