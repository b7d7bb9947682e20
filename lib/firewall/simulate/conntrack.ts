/**
 * Connection tracking: what a packet is to the connections that are known.
 *
 * @see the kernel's nf_conntrack_core.c
 *
 * @module
 */

import { onesSum } from "../../bytes/checksum.ts";
import { crc32c } from "../../bytes/crc32c.ts";
import { Connection, ownerOf, STATUS } from "./connections.ts";
import * as tcp from "./tcp_states.ts";
import {
  ACCEPT,
  DROP,
  ESTABLISHED,
  NEW,
  RELATED,
  REPLY,
  type Transit,
  UNTRACKED,
} from "./transit.ts";
import { readTuple } from "./tuple.ts";

const UDP_TIMEOUT = 30_000;
/** One question and its answers are no stream yet. */
const UDP_PROBE = 2000;
const UDP_STREAM_TIMEOUT = 120_000;
const ICMP_TIMEOUT = 30_000;
const SCTP_TIMEOUT = 30_000;
const OTHER_TIMEOUT = 600_000;

/** Errors of ICMP, which quote what they are about. */
const ERRORS = new Set([3, 4, 5, 11, 12]);
/** Of ICMP, what begins a connection. */
const STARTS = new Set([8, 13, 15, 17]);
const STARTS6 = new Set([128, 139]);
/** Of ICMPv6, what is never tracked: neighbours, routers, groups. */
const NEVER = new Set([130, 131, 132, 133, 134, 135, 136, 143]);

/** Tracks a packet; it is the hook at -200. */
export function track(p: Transit): number {
  if (p.connection !== undefined || p.standing === UNTRACKED) return ACCEPT;
  if (p.th < 0) return ACCEPT;
  const { l4proto } = p;
  if (l4proto === 1 && p.family === 4 || l4proto === 58 && p.family === 6) {
    if (icmp(p)) return ACCEPT;
  }
  const tuple = readTuple(p, p.family, p.nh, p.th, l4proto, 0);
  if (tuple === undefined) return ACCEPT;
  const found = p.state.hasConnections
    ? p.state.connections.find(tuple, p.now)
    : undefined;
  let connection: Connection;
  let standing: number;
  if (found === undefined) {
    if (!tuple.hasAnswer) return ACCEPT;
    connection = new Connection(tuple);
    standing = NEW;
  } else {
    connection = ownerOf(found);
    standing = found.isReply
      ? ESTABLISHED + REPLY
      : (connection.status & STATUS.seenReply) !== 0
      ? ESTABLISHED
      : NEW;
  }
  const verdict = follow(p, connection, standing);
  if (verdict !== ACCEPT) {
    // It is not valid, or starts another connection of the same ends.
    return verdict === AGAIN ? track(p) : ACCEPT;
  }
  p.connection = connection;
  p.standing = standing;
  if (standing === ESTABLISHED + REPLY) connection.status |= STATUS.seenReply;
  const way = standing >= REPLY ? 1 : 0;
  connection.packets[way]!++;
  connection.bytes[way]! += p.end - p.nh;
  return ACCEPT;
}

const AGAIN = -1;

/** Lets the protocol's tracker look at the packet. */
function follow(p: Transit, connection: Connection, standing: number): number {
  const isReply = standing >= REPLY;
  switch (p.l4proto) {
    case 6:
      return followTcp(p, connection, isReply);
    case 132:
      return followSctp(p, connection);
    case 17:
    case 136:
      if (!isDatagramValid(p)) return DROP;
      connection.expires = p.now + UDP_TIMEOUT;
      if (!connection.isConfirmed) connection.stream = p.now + UDP_PROBE;
      else if (
        (connection.status & STATUS.seenReply) !== 0 &&
        p.now > connection.stream
      ) {
        connection.expires = p.now + UDP_STREAM_TIMEOUT;
        connection.status |= STATUS.assured;
      }
      return ACCEPT;
    case 1:
    case 58:
      if (
        !connection.isConfirmed &&
        !(p.l4proto === 1 ? STARTS : STARTS6).has(p.octets[p.th]!)
      ) return DROP;
      connection.expires = p.now + ICMP_TIMEOUT;
      return ACCEPT;
    default:
      connection.expires = p.now + OTHER_TIMEOUT;
      return ACCEPT;
  }
}

function followTcp(
  p: Transit,
  connection: Connection,
  isReply: boolean,
): number {
  const { octets, th, end } = p;
  const header = (octets[th + 12]! >> 4) * 4;
  const flags = octets[th + 13]!;
  if (
    th + 20 > end || header < 20 || th + header > end || !isSumRight(p, 16) ||
    !tcp.areFlagsValid(flags)
  ) return DROP;
  const before = connection.tcp;
  let after = tcp.nextState(isReply, flags, before);
  if (!connection.isConfirmed && before === 0) {
    if (after >= tcp.INVALID) return DROP;
    connection.tcp = after;
    connection.expires = p.now + tcp.TIMEOUTS[after]!;
    connection.last = {
      kind: tcp.kindOf(flags),
      isReply,
      end: endOf(p, header, flags),
    };
    return ACCEPT;
  }
  if (after === tcp.INVALID) return DROP;
  const kind = tcp.kindOf(flags);
  const { last } = connection;
  connection.last = { kind, isReply, end: endOf(p, header, flags) };
  const isAgain = after === tcp.SYN_SENT && before >= tcp.TIME_WAIT &&
    before <= tcp.CLOSE;
  if (
    isAgain && (connection.isClosing ||
      last?.kind === tcp.RST && last.isReply === isReply)
  ) {
    p.state.connections.delete(connection);
    return AGAIN;
  }
  if (isAgain || after === tcp.IGNORE) {
    // An answer to what was ignored: the two ends agree, and so shall we.
    const isAnswer = kind === tcp.SYN_ACK && last?.kind === tcp.SYN &&
      last.isReply !== isReply && p.view.getUint32(th + 8) === last.end;
    if (!isAnswer) return ACCEPT;
    after = tcp.SYN_RECV;
  }
  if ((flags & 4) !== 0 && before === tcp.SYN_SENT && isReply) {
    // A closed port answers: it must acknowledge what was sent.
    if ((flags & 16) === 0) return DROP;
  }
  if (after === tcp.FIN_WAIT && before !== after) connection.isClosing = true;
  connection.tcp = after;
  connection.expires = p.now + tcp.TIMEOUTS[after]!;
  const isBoth = (connection.status & STATUS.seenReply) !== 0;
  // Nobody was there: it is forgotten at once.
  if (!isBoth && (flags & 4) !== 0) p.state.connections.kill(connection);
  if (isBoth && after === tcp.ESTABLISHED) connection.status |= STATUS.assured;
  return ACCEPT;
}

/** The sequence number after a segment. */
function endOf(p: Transit, header: number, flags: number): number {
  const { view, th, end } = p;
  const controls = (flags & 1) + (flags >> 1 & 1);
  return view.getUint32(th + 4) + end - th - header + controls >>> 0;
}

/** Of SCTP only the beginning is followed: one INIT, alone, starts it. */
function followSctp(p: Transit, connection: Connection): number {
  const { octets, view, th, end } = p;
  if (th + 16 > end) return DROP;
  if (!p.isMade && p.in !== undefined && p.context.checksums !== false) {
    const sum = crc32c(octets, th, end, th + 8);
    if (view.getUint32(th + 8, true) !== sum >>> 0) return DROP;
  }
  const isInit = octets[th + 12] === 1;
  if (!connection.isConfirmed && !isInit) return DROP;
  if (isInit && view.getUint32(th + 4) !== 0) return DROP;
  connection.expires = p.now + SCTP_TIMEOUT;
  return ACCEPT;
}

function isDatagramValid(p: Transit): boolean {
  const { view, th, end } = p;
  if (th + 8 > end) return false;
  const length = view.getUint16(th + 4);
  if (p.l4proto === 136) return isSumRight(p, 6);
  if (length > end - th || length < 8) return false;
  return view.getUint16(th + 6) === 0 || isSumRight(p, 6);
}

/** Whether a transport checksum is right; only packets that came are looked at. */
function isSumRight(p: Transit, at: number): boolean {
  if (
    p.isMade || p.in === undefined || p.context.checksums === false ||
    p.th + at + 2 > p.end
  ) return true;
  const { octets, nh, th, end, l4proto, family } = p;
  const pseudo = l4proto === 1 ? 0 : onesSum(
    octets,
    l4proto + end - th,
    nh + (family === 4 ? 12 : 8),
    nh + (family === 4 ? 20 : 40),
  );
  const sum = onesSum(octets, pseudo, th, end);
  return sum === 0xffff || sum === 0;
}

/** Looks at a message of ICMP; true: nothing more is to be done. */
function icmp(p: Transit): boolean {
  const { octets, th, end, l4proto } = p;
  if (th + 8 > end || !isSumRight(p, 2)) return true;
  const type = octets[th]!;
  if (l4proto === 1) {
    if (type > 18) return true;
    return ERRORS.has(type) ? related(p) : false;
  }
  if (NEVER.has(type)) {
    p.standing = UNTRACKED;
    return true;
  }
  return type < 128 ? related(p) : false;
}

/** Finds the connection that an error is about. */
function related(p: Transit): boolean {
  const { octets, th, end, family } = p;
  const nh = th + 8;
  const quoted = readQuoted(p);
  if (quoted === undefined) return true;
  const found = p.state.hasConnections
    ? p.state.connections.find(quoted, p.now)
    : undefined;
  if (found === undefined || nh > end || octets.length === 0) return true;
  // It must have been sent to whom the quoted packet came from.
  const outer = readTuple(p, family, p.nh, p.th, 0, 0)!;
  if (`${outer.destination}` !== `${found.destination}`) return true;
  p.connection = ownerOf(found);
  p.standing = RELATED + (found.isReply ? REPLY : 0);
  return true;
}

/** Who would answer the packet that an error quotes. */
function readQuoted(p: Transit) {
  const { octets, th, end, family } = p;
  const nh = th + 8;
  if (family === 4) {
    if (nh + 20 > end || octets[nh]! >> 4 !== 4) return undefined;
    const inner = nh + (octets[nh]! & 15) * 4;
    if ((p.view.getUint16(nh + 6) & 0x1fff) !== 0) return undefined;
    return readTuple(p, 4, nh, inner, octets[nh + 9]!, 0)?.invert();
  }
  if (nh + 40 > end) return undefined;
  return readTuple(p, 6, nh, nh + 40, octets[nh + 6]!, 0)?.invert();
}

/** Keeps a connection whose packet has come through; the last of all hooks. */
export function confirm(p: Transit): number {
  const { connection } = p;
  if (connection === undefined) return ACCEPT;
  if (!connection.isConfirmed) {
    const { connections } = p.state;
    if (
      connections.find(connection.original, p.now) !== undefined ||
      connections.find(connection.reply, p.now) !== undefined
    ) {
      p.reason = "another connection has the same ends";
      p.chain = -1;
      return DROP;
    }
    connections.confirm(connection);
  }
  return ACCEPT;
}

/** A reset that a rule sends closes its connection. */
export function reset(p: Transit): void {
  const { connection } = p;
  if (connection === undefined || !connection.isConfirmed) return;
  connection.tcp = tcp.CLOSE;
  connection.expires = p.now + tcp.TIMEOUTS[tcp.CLOSE]!;
}

/** What `ct state` reads. */
export function stateBits(p: Transit): number {
  if (p.connection !== undefined) return 1 << p.standing % REPLY + 1;
  return p.standing === UNTRACKED ? 64 : 1;
}
