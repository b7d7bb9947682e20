/**
 * Network address translation: new ends for a connection, and packets made
 * over to them.
 *
 * @see the kernel's nf_nat_core.c, nf_nat_masquerade.c, nf_nat_redirect.c
 *
 * @module
 */

import { onesSum } from "../../bytes/checksum.ts";
import type { Address } from "../../ip/address.ts";
import { type Connection, STATUS } from "./connections.ts";
import { type Device, wordsOf } from "./host.ts";
import { ACCEPT, DROP, NEW, RELATED, REPLY, type Transit } from "./transit.ts";
import { hasPorts, type Tuple } from "./tuple.ts";

/** Which end of a connection is translated. */
export type End = "source" | "destination";

/** Where a translation may lead. */
export interface NatRange {
  /** First and last address, in words; the packet's own if not given. */
  first?: readonly number[] | undefined;
  last?: readonly number[] | undefined;
  /** First and last port, or id. */
  firstPort?: number | undefined;
  lastPort?: number | undefined;
  /** Bits that are kept of the packet's own address. */
  readonly netmap?: boolean;
  readonly random?: boolean;
  readonly fullyRandom?: boolean;
}

const MOST_ATTEMPTS = 128;

const doneBit = (end: End) =>
  end === "source" ? STATUS.sourceDone : STATUS.destinationDone;
const natBit = (end: End) =>
  end === "source" ? STATUS.sourceNat : STATUS.destinationNat;

/** Chooses the ends of a connection's translation, once for each end. */
export function setUp(p: Transit, end: End, range: NatRange): number {
  const connection = p.connection!;
  if ((connection.status & doneBit(end)) !== 0) return DROP;
  const current = connection.reply.invert()!;
  const chosen = choose(p, current, end, range, connection);
  if (!chosen.equals(current)) {
    connection.reply = chosen.invert()!;
    connection.status |= natBit(end);
  }
  connection.status |= doneBit(end);
  return ACCEPT;
}

/** Whether the answers to a tuple would be another connection's. */
function isTaken(p: Transit, tuple: Tuple, connection: Connection): boolean {
  if (!p.state.hasConnections) return false;
  const reply = tuple.invert();
  if (reply === undefined) return false;
  const found = p.state.connections.find(reply, p.now);
  return found !== undefined && found.owner !== connection;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return 0;
}

const portOf = (tuple: Tuple, end: End) =>
  end === "source" || !hasPorts(tuple.protocol) ? tuple.sport : tuple.dport;

const hasKey = (tuple: Tuple) =>
  hasPorts(tuple.protocol) || tuple.protocol === 1 || tuple.protocol === 58;

const isPortIn = (tuple: Tuple, end: End, range: NatRange) => {
  if (range.firstPort === undefined || !hasKey(tuple)) return true;
  const port = portOf(tuple, end);
  return port >= range.firstPort && port <= range.lastPort!;
};

function isIn(tuple: Tuple, end: End, range: NatRange): boolean {
  if (range.first !== undefined) {
    const words = tuple[end];
    if (compare(words, range.first) < 0 || compare(words, range.last!) > 0) {
      return false;
    }
  }
  return isPortIn(tuple, end, range);
}

function choose(
  p: Transit,
  current: Tuple,
  end: End,
  range: NatRange,
  connection: Connection,
): Tuple {
  const isRandom = range.random || range.fullyRandom;
  if (end === "source" && !isRandom) {
    if (isIn(current, end, range)) {
      if (!isTaken(p, current, connection)) return current;
    } else if (p.state.hasConnections) {
      const other = p.state.connections.mappingOf(current, p.now);
      if (other !== undefined) {
        const { destination, dport, sport } = other.reply;
        const port = hasPorts(current.protocol) ? dport : sport;
        const mapped = current.with("source", destination, port);
        if (isIn(mapped, end, range) && !isTaken(p, mapped, connection)) {
          return mapped;
        }
      }
    }
  }
  const tuple = withPort(
    current,
    end,
    addressIn(p, current, end, range),
    portOf(current, end),
  );
  if (!isRandom) {
    if (range.firstPort !== undefined) {
      if (
        isPortIn(tuple, end, range) &&
        (range.firstPort === range.lastPort || !isTaken(p, tuple, connection))
      ) return tuple;
    } else if (!isTaken(p, tuple, connection)) return tuple;
  }
  return freePort(p, tuple, end, range, connection);
}

function withPort(
  tuple: Tuple,
  end: End,
  words: readonly number[],
  port: number,
): Tuple {
  if (hasPorts(tuple.protocol) || end === "source") {
    return tuple.with(end, words, port);
  }
  // An echo's id stands with its source, whichever end is changed.
  const moved = tuple.with("destination", words, tuple.dport);
  return port === tuple.sport
    ? moved
    : moved.with("source", moved.source, port);
}

function addressIn(
  p: Transit,
  tuple: Tuple,
  end: End,
  { first, last, netmap }: NatRange,
): readonly number[] {
  const own = tuple[end];
  if (first === undefined) return own;
  if (netmap) {
    return first.map((word, i) => {
      const fixed = ~(word ^ last![i]!);
      return (word & fixed | own[i]! & ~fixed) >>> 0;
    });
  }
  if (compare(first, last!) === 0) return first;
  // The kernel hashes the ends with a number of its own.
  p.chances.push(`${end} address`);
  const lastWord = first.length - 1;
  const span = first.slice(0, -1).every((word, i) => word === last![i])
    ? last![lastWord]! - first[lastWord]! + 1
    : 4294967296 - first[lastWord]!;
  const drawn = Math.floor(draw(p) * span);
  return [...first.slice(0, -1), first[lastWord]! + drawn];
}

const draw = (p: Transit) => (p.context.random ?? Math.random)();

function freePort(
  p: Transit,
  tuple: Tuple,
  end: End,
  range: NatRange,
  connection: Connection,
): Tuple {
  if (!hasKey(tuple)) return tuple;
  const own = portOf(tuple, end);
  let { firstPort: least, lastPort: most } = range;
  if (least === undefined || most === undefined) {
    if (!hasPorts(tuple.protocol)) [least, most] = [0, 65535];
    // The port that a destination has cannot be changed unasked.
    else if (end === "destination") return tuple;
    else if (own < 512) [least, most] = [1, 511];
    else if (own < 1024) [least, most] = [600, 1023];
    else [least, most] = [1024, 65535];
  } else if (most < least) [least, most] = [most, least];
  const size = most - least + 1;
  const isDrawn = range.random || range.fullyRandom || end === "source";
  let offset = isDrawn ? Math.floor(draw(p) * 65536) : 0;
  if (isDrawn && size > 1) p.chances.push(`${end} port`);
  let attempts = Math.min(size, MOST_ATTEMPTS);
  let tried = tuple;
  for (;;) {
    for (let i = 0; i < attempts; i++, offset++) {
      tried = withPort(tuple, end, tuple[end], least + offset % size);
      if (!isTaken(p, tried, connection)) return tried;
    }
    if (attempts >= size || attempts < 16) return tried;
    attempts >>= 1;
    offset = Math.floor(draw(p) * 65536);
  }
}

/** A base chain of type nat. */
export interface NatChain {
  readonly run: () => number;
}

/**
 * The hook that runs the nat chains for a connection's first packet, and
 * translates all of its packets.
 */
export function translate(
  p: Transit,
  end: End,
  chains: readonly NatChain[],
): number {
  const { connection, standing } = p;
  if (connection === undefined) return ACCEPT;
  const isFirst = standing === NEW || standing === RELATED ||
    standing === RELATED + REPLY;
  if (isQuoting(p)) translateQuoted(p);
  if (isFirst && (connection.status & doneBit(end)) === 0) {
    for (const { run } of chains) {
      const verdict = run();
      if (verdict !== ACCEPT) return verdict;
      if ((connection.status & doneBit(end)) !== 0) break;
    }
    if ((connection.status & doneBit(end)) === 0) {
      const words =
        connection.reply[end === "source" ? "destination" : "source"];
      setUp(p, end, { first: words, last: words });
    }
  }
  apply(p, end);
  return ACCEPT;
}

/** Rewrites one end of a packet to what its connection says. */
function apply(p: Transit, end: End): void {
  const connection = p.connection!;
  const isReply = p.standing >= REPLY;
  let bit: number = natBit(end);
  if (isReply) bit ^= STATUS.sourceNat | STATUS.destinationNat;
  if ((connection.status & bit) === 0) return;
  const target = (isReply ? connection.original : connection.reply).invert()!;
  const words = target[end];
  const { nh } = p;
  const at = p.family === 4
    ? nh + (end === "source" ? 12 : 16)
    : nh + (end === "source" ? 8 : 24);
  writeWords(p, at, words);
  if (p.th < 0) return;
  if (hasPorts(p.l4proto)) {
    const port = end === "source" ? target.sport : target.dport;
    writePort(p, p.th + (end === "source" ? 0 : 2), port);
  } else if (isEcho(p)) writePort(p, p.th + 4, target.sport);
}

const isEcho = (p: Transit) => {
  const type = p.octets[p.th]!;
  return p.l4proto === 1 && (type === 8 || type === 0 || type > 12) ||
    p.l4proto === 58 && (type === 128 || type === 129);
};

function bytesOf(words: readonly number[]): number[] {
  return words.flatMap((
    w,
  ) => [w >>> 24, w >>> 16 & 255, w >>> 8 & 255, w & 255]);
}

function writeWords(p: Transit, at: number, words: readonly number[]): void {
  p.write(at, bytesOf(words), "nh");
}

function writePort(p: Transit, at: number, port: number): void {
  if (p.view.getUint16(at) === port) return;
  p.write(at, [port >>> 8, port & 255], "th");
}

const isQuoting = (p: Transit) =>
  (p.standing === RELATED || p.standing === RELATED + REPLY) && p.th >= 0 &&
  (p.l4proto === 1 || p.l4proto === 58);

/** Translates what an error quotes, so that its receiver knows it. */
function translateQuoted(p: Transit): void {
  const connection = p.connection!;
  const { th, view, octets, end, family } = p;
  const isReply = p.standing >= REPLY;
  // The quoted packet went the other way.
  const target = isReply ? connection.original : connection.reply;
  if ((connection.status & 0x30) === 0) return;
  const inner = th + 8;
  const header = family === 4 ? (octets[inner]! & 15) * 4 : 40;
  const before = onesSum(octets, 0, th, end);
  const transport = inner + header;
  const sum = quotedSum(p, target.protocol, transport);
  const ends = (): number =>
    onesSum(
      octets,
      onesSum(
        octets,
        0,
        inner + (family === 4 ? 12 : 8),
        inner + (family === 4 ? 20 : 40),
      ),
      transport,
      transport + 4,
    );
  const endsBefore = sum > 0 ? ends() : 0;
  const write = (at: number, words: readonly number[]) =>
    octets.set(bytesOf(words), at);
  write(inner + (family === 4 ? 12 : 8), target.source);
  write(inner + (family === 4 ? 16 : 24), target.destination);
  if (family === 4) {
    view.setUint16(inner + 10, 0);
    view.setUint16(
      inner + 10,
      ~onesSum(octets, 0, inner, inner + header) & 0xffff,
    );
  }
  if (hasPorts(target.protocol) && transport + 4 <= end) {
    view.setUint16(transport, target.sport);
    view.setUint16(transport + 2, target.dport);
  } else if (transport + 6 <= end) view.setUint16(transport + 4, target.sport);
  if (sum > 0) p.amend(sum, endsBefore, ends());
  p.amend(th + 2, before, onesSum(octets, 0, th, end));
}

/** Where a quoted packet's checksum is; 0 if it has none, or is cut before it. */
function quotedSum(
  { view, end }: Transit,
  protocol: number,
  at: number,
): number {
  if (protocol === 17) {
    return at + 8 <= end && view.getUint16(at + 6) !== 0 ? at + 6 : 0;
  }
  return protocol === 6 && at + 20 <= end ? at + 16 : 0;
}

/** The address that masquerading takes: one of the interface it leaves by. */
export function masqueradeAddress(p: Transit): readonly number[] | undefined {
  const usable = (device: Device | undefined) =>
    (device?.addresses ?? []).filter(({ address }) =>
      address.family === p.family && !isLoopback(address)
    );
  let own = usable(p.out);
  // Loopback has none that others know.
  if (own.length === 0) own = [...p.host.devices.values()].flatMap(usable);
  const to = p.next ?? p.address("destination");
  const near = own.find(({ address, length }) =>
    sharesPrefix(wordsOf(address), to, length)
  );
  const chosen = near ?? own.find(({ address }) =>
    p.family === 4 ||
    (address.w0 & 0xffc00000) !== (0xfe800000 | 0)
  ) ?? own[0];
  return chosen === undefined ? undefined : wordsOf(chosen.address);
}

const isLoopback = ({ family, w0, w1, w2, w3 }: Address) =>
  family === 4 ? w3 >>> 24 === 127 : (w0 | w1 | w2) === 0 && w3 === 1;

/** The address that redirecting takes: of the interface it came by, or loopback. */
export function redirectAddress(p: Transit): readonly number[] | undefined {
  if (p.in === undefined) return p.family === 4 ? [0x7f000001] : [0, 0, 0, 1];
  const own = p.in.addresses.filter(({ address }) =>
    address.family === p.family
  );
  const isLocal = (word: number) => (word & 0xffc00000) === (0xfe800000 | 0);
  const scope = isLocal(p.address("destination")[0]!);
  const found = p.family === 4
    ? own[0]
    : own.find(({ address }) => isLocal(address.w0) === scope);
  return found === undefined ? undefined : wordsOf(found.address);
}

function sharesPrefix(
  a: readonly number[],
  b: readonly number[],
  length: number,
): boolean {
  return a.every((word, i) => {
    const ones = Math.min(32, Math.max(0, length - i * 32));
    return ones === 0 || (word ^ b[i]!) >>> (32 - ones) === 0;
  });
}
