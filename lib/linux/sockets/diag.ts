/**
 * Sockets as the kernel's sock_diag tells them, in its own structs.
 *
 * @see sock_diag(7), linux/inet_diag.h, linux/unix_diag.h
 * @module
 */

import { Address } from "../../ip/address.ts";
import { DUMP, Message, type Received, REQUEST } from "../netlink.ts";
import { readTcpInfo } from "../tcp_info.ts";
import {
  SOCKET_STATES,
  type SocketEnd,
  type SocketFields,
  type SocketMemory,
  type SocketProtocol,
  type SocketState,
  type SocketTimer,
} from "./fields.ts";
import { Socket } from "./socket.ts";

const SOCK_DIAG_BY_FAMILY = 20;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const IP_PROTOCOLS = { tcp: 6, udp: 17, raw: 255 } as const;

/** The octets of struct inet_diag_msg, before its attributes. */
const INET_MSG = 72;
/** The octets of struct unix_diag_msg. */
const UNIX_MSG = 16;
/** All that can be asked for but MEMINFO, which SKMEMINFO has whole. */
const EXTENSIONS = 0xfe;
/** Name, peer, queue lengths, memory, user; of a listener its queue too. */
const UNIX_SHOW = 0x01 | 0x04 | 0x10 | 0x20 | 0x40;

/** Attributes of an inet_diag answer. */
const INFO = 2;
const CONG = 4;
const TOS = 5;
const TCLASS = 6;
const SKMEMINFO = 7;
const SHUTDOWN = 8;
const V6ONLY = 11;
const MARK = 15;
const ULP_INFO = 19;
const CGROUP_ID = 21;
const SOCKOPT = 22;

/** Names of the bits of INET_DIAG_SOCKOPT. */
const OPTION_BITS = [
  "recverr",
  "is_icsk",
  "freebind",
  "hdrincl",
  "mc_loop",
  "transparent",
  "mc_all",
  "nodefrag",
  "bind_address_no_port",
  "recverr_rfc4884",
  "defer_connect",
];

const TIMERS: readonly SocketTimer["kind"][] = [
  "unknown",
  "on",
  "keepalive",
  "timewait",
  "persist",
];

/** What to leave out before the most of an answer is read. */
export interface DiagFilter {
  /** The states wanted. @default {all} */
  readonly states?: ReadonlySet<SocketState> | undefined;
  /** The port that either end must have. @default {any} */
  readonly port?: number | undefined;
}

/**
 * Makes the request for all sockets of a protocol.
 *
 * @param protocol What they speak.
 * @param family 4 or 6; means nothing for unix sockets.
 * @param filter What to leave out.
 * @returns The request.
 *
 * @example
 * ```ts
 * import { socketsMessage } from "./diag.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(socketsMessage("tcp", 6).seal(1).length, 16 + 56);
 * assert.equal(socketsMessage("unix", 4).seal(1).length, 16 + 24);
 * ```
 */
export function socketsMessage(
  protocol: SocketProtocol,
  family: 4 | 6,
  filter: DiagFilter = {},
): Message {
  const message = new Message(SOCK_DIAG_BY_FAMILY, REQUEST | DUMP, {
    op: "list",
    target: `${protocol} sockets`,
  });
  const unix = protocol === "unix";
  const struct = new Uint8Array(unix ? 24 : 56);
  const view = new DataView(struct.buffer);
  struct[0] = unix ? AF_UNIX : family === 4 ? AF_INET : AF_INET6;
  view.setUint32(4, stateBits(filter.states), true);
  if (unix) view.setUint32(12, UNIX_SHOW, true);
  else {
    struct[1] = IP_PROTOCOLS[protocol];
    struct[2] = EXTENSIONS;
  }
  return message.struct(struct);
}

function stateBits(states: ReadonlySet<SocketState> | undefined): number {
  if (states === undefined) return 0xffffffff;
  return SOCKET_STATES.reduce(
    (bits, [name], number) => states.has(name) ? bits | 1 << number : bits,
    0,
  );
}

/**
 * Reads one answer about a TCP, UDP or raw socket.
 *
 * @param message The answer.
 * @param protocol What was asked for.
 * @param filter What to leave out.
 * @param interfaceName Gives an interface's name by its index.
 * @returns The socket, or `undefined` if it is left out.
 * @throws {DecodeError} If the answer is cut short.
 *
 * @example
 * ```ts
 * import { readMessages } from "../netlink.ts";
 * import { readInetSocket } from "./diag.ts";
 * import assert from "node:assert/strict";
 *
 * const answer = new Uint8Array(16 + 72);
 * new DataView(answer.buffer).setUint32(0, answer.length, true);
 * answer.set([2, 10, 0, 0, 0, 22], 16);
 * readMessages(answer, (message) => {
 *   const socket = readInetSocket(message, "tcp", {}, String);
 *   assert.equal(`${socket?.state} ${socket?.local.port}`, "listening 22");
 * });
 * ```
 */
export function readInetSocket(
  message: Received,
  protocol: Exclude<SocketProtocol, "unix">,
  filter: DiagFilter,
  interfaceName: (index: number) => string,
): Socket | undefined {
  const [state] = SOCKET_STATES[message.u8(1)] ?? ["unconnected"];
  const srcPort = message.be16(4);
  const dstPort = message.be16(6);
  const { states, port } = filter;
  if (port !== undefined && port !== srcPort && port !== dstPort) {
    return undefined;
  }
  if (states !== undefined && !states.has(state)) return undefined;

  const family = message.u8(0) === AF_INET ? 4 : 6;
  const index = message.u32(40);
  const bound = index === 0 ? undefined : interfaceName(index);
  const raw = protocol === "raw";
  const inode = message.u32(68);
  const fields: Mutable<SocketFields> = {
    protocol,
    family,
    type: undefined,
    state,
    local: end(message, family, 8, raw ? undefined : srcPort, bound),
    remote: end(message, family, 24, raw ? undefined : dstPort, bound),
    interface: bound,
    ipProtocol: raw ? srcPort : undefined,
    receiveQueue: message.u32(56),
    sendQueue: message.u32(60),
    uid: message.u32(64),
    inode,
    peerInode: undefined,
    cookie: cookie(message.u32(44), message.u32(48)),
    timer: timer(message),
    processes: undefined,
    mark: undefined,
    tos: undefined,
    cgroup: undefined,
    shutdown: undefined,
    ipv6Only: undefined,
    options: undefined,
    congestion: undefined,
    ulp: undefined,
    memory: undefined,
    tcp: undefined,
  };
  const attributes = message.attributes(INET_MSG);
  while (attributes.next()) {
    switch (attributes.type) {
      case INFO: {
        const { bytes, start, length } = attributes;
        fields.tcp = readTcpInfo(
          new DataView(bytes.buffer, bytes.byteOffset + start, length),
        );
        break;
      }
      case CONG:
        fields.congestion = attributes.text();
        break;
      case TOS:
        if (family === 4) fields.tos = attributes.u8();
        break;
      case TCLASS:
        fields.tos = attributes.u8();
        break;
      case SKMEMINFO:
        fields.memory = memory(attributes);
        break;
      case SHUTDOWN:
        fields.shutdown = directions(attributes.u8());
        break;
      case V6ONLY:
        fields.ipv6Only = attributes.u8() !== 0;
        break;
      case MARK:
        fields.mark = attributes.u32();
        break;
      case ULP_INFO: {
        const nested = attributes.nested();
        while (nested.next()) if (nested.type === 1) fields.ulp = nested.text();
        break;
      }
      case CGROUP_ID:
        fields.cgroup = attributes.u64();
        break;
      case SOCKOPT:
        fields.options = optionsOf(attributes.u16());
        break;
    }
  }
  return new Socket(fields);
}

/**
 * Reads one answer about a unix socket.
 *
 * @param message The answer.
 * @returns The socket.
 * @throws {DecodeError} If the answer is cut short.
 *
 * @example
 * ```ts
 * import { readMessages } from "../netlink.ts";
 * import { readUnixSocket } from "./diag.ts";
 * import assert from "node:assert/strict";
 *
 * const answer = new Uint8Array(16 + 16);
 * new DataView(answer.buffer).setUint32(0, answer.length, true);
 * answer.set([1, 1, 10, 0, 77], 16);
 * readMessages(answer, (message) => assert.equal(readUnixSocket(message).inode, 77));
 * ```
 */
export function readUnixSocket(message: Received): Socket {
  const [state] = SOCKET_STATES[message.u8(2)] ?? ["unconnected"];
  const type = message.u8(1);
  const fields: Mutable<SocketFields> = {
    protocol: "unix",
    type: type === 1 ? "stream" : type === 2 ? "dgram" : "seqpacket",
    state,
    local: {},
    remote: {},
    receiveQueue: 0,
    sendQueue: 0,
    inode: message.u32(4),
    peerInode: 0,
    cookie: cookie(message.u32(8), message.u32(12)),
  };
  const attributes = message.attributes(UNIX_MSG);
  while (attributes.next()) {
    switch (attributes.type) {
      case 0:
        fields.local = { path: unixPath(attributes.octets()) };
        break;
      case 2:
        fields.peerInode = attributes.u32();
        break;
      case 4:
        fields.receiveQueue = attributes.u32();
        fields.sendQueue = attributes.u32(4);
        break;
      case 5:
        fields.memory = memory(attributes);
        break;
      case 6:
        fields.shutdown = directions(attributes.u8());
        break;
      case 7:
        fields.uid = attributes.u32();
        break;
    }
  }
  return new Socket(fields);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function end(
  message: Received,
  family: 4 | 6,
  at: number,
  port: number | undefined,
  zone: string | undefined,
): SocketEnd {
  // Addresses are in network order, the rest of the struct in the machine's.
  const word = (n: number) => swap(message.u32(at + n));
  if (family === 4) {
    return { address: new Address(4, 0, 0, 0, word(0)), port };
  }
  const w0 = word(0);
  const linkLocal = (w0 >>> 22) === 0x3fa;
  const address = new Address(
    6,
    w0,
    word(4),
    word(8),
    word(12),
    linkLocal ? zone : undefined,
  );
  return { address, port };
}

function swap(n: number): number {
  return n << 24 | (n & 0xff00) << 8 | n >>> 8 & 0xff00 | n >>> 24;
}

function cookie(low: number, high: number): string {
  return high === 0
    ? low.toString(16)
    : high.toString(16) + low.toString(16).padStart(8, "0");
}

function timer(message: Received): SocketTimer | undefined {
  const number = message.u8(2);
  if (number === 0) return undefined;
  return {
    kind: TIMERS[number] ?? "unknown",
    expires: message.u32(52),
    retransmits: message.u8(3),
  };
}

/** Nine counts, the last of which old kernels lack. */
function memory(
  attributes: { length: number; u32(offset: number): number },
): SocketMemory {
  return {
    receive: attributes.u32(0),
    receiveBuffer: attributes.u32(4),
    send: attributes.u32(8),
    sendBuffer: attributes.u32(12),
    forward: attributes.u32(16),
    queued: attributes.u32(20),
    options: attributes.u32(24),
    backlog: attributes.u32(28),
    drops: attributes.length < 36 ? undefined : attributes.u32(32),
  };
}

function directions(bits: number): ("receive" | "send")[] {
  const closed: ("receive" | "send")[] = [];
  if (bits & 1) closed.push("receive");
  if (bits & 2) closed.push("send");
  return closed;
}

const optionLists = new Map<number, readonly string[]>();

/** Few sets of options are met, so each is made once. */
function optionsOf(bits: number): readonly string[] {
  let list = optionLists.get(bits);
  if (list === undefined) {
    list = OPTION_BITS.filter((_, bit) => bits >> bit & 1);
    optionLists.set(bits, list);
  }
  return list;
}

/** An abstract name begins with a zero octet, which is written `@`, as others within. */
function unixPath(octets: Uint8Array): string {
  const abstract = octets[0] === 0;
  const end = abstract ? -1 : octets.indexOf(0);
  const name = end < 0 ? octets : octets.subarray(0, end);
  const text = new TextDecoder().decode(name);
  return abstract ? text.replaceAll("\0", "@") : text;
}
