/**
 * The options of a socket, as data: what gets them, sets them and explains them
 * reads this table.
 *
 * @see socket(7), ip(7), ipv6(7), tcp(7)
 * @module
 */

/** Options of a socket by their names; those left out stay as they are. */
export interface SocketOptions {
  /** Send small writes at once (TCP_NODELAY). @default {true} */
  noDelay?: boolean | undefined;
  /** Hold back what does not fill a segment, 200 ms at most (TCP_CORK). */
  cork?: boolean | undefined;
  /** Acknowledge at once rather than wait for an answer to send along (TCP_QUICKACK). */
  quickAck?: boolean | undefined;
  /** Ask an idle peer whether it is still there (SO_KEEPALIVE). */
  keepAlive?: boolean | undefined;
  /** Milliseconds of idleness before the first such question; whole seconds (TCP_KEEPIDLE). */
  keepAliveIdle?: number | undefined;
  /** Milliseconds between such questions; whole seconds (TCP_KEEPINTVL). */
  keepAliveInterval?: number | undefined;
  /** Questions without an answer before the connection is given up (TCP_KEEPCNT). */
  keepAliveProbes?: number | undefined;
  /** Milliseconds that sent octets may stay unacknowledged; 0 for the system's (TCP_USER_TIMEOUT). */
  userTimeout?: number | undefined;
  /** Which algorithm avoids congestion: `"cubic"`, `"bbr"`, `"reno"` (TCP_CONGESTION). */
  congestionControl?: string | undefined;
  /** Most octets of a segment (TCP_MAXSEG). */
  maxSegment?: number | undefined;
  /** Unsent octets in the kernel above which a writer waits (TCP_NOTSENT_LOWAT). */
  notSentLowWater?: number | undefined;
  /** Octets that the kernel may keep unread; it doubles what is set (SO_RCVBUF). */
  receiveBuffer?: number | undefined;
  /** Octets that the kernel may keep unsent; it doubles what is set (SO_SNDBUF). */
  sendBuffer?: number | undefined;
  /** Routers that a packet may pass: TTL, or hop limit in IPv6. */
  ttl?: number | undefined;
  /** The octet of DSCP and ECN: type of service, or traffic class in IPv6. */
  tos?: number | undefined;
  /** The six bits of it that say which treatment is wanted (RFC 2474). */
  dscp?: number | undefined;
  /** Priority of packets in this machine's queues, 0 to 6 (SO_PRIORITY). */
  priority?: number | undefined;
  /** A number for routing rules and the firewall; wants CAP_NET_ADMIN (SO_MARK). */
  mark?: number | undefined;
  /** Most octets a second that are sent; 0xffffffff for no limit (SO_MAX_PACING_RATE). */
  pacingRate?: number | undefined;
  /** Send data with the first segment to a server that gave a cookie; before connecting (TCP_FASTOPEN_CONNECT, RFC 7413). */
  fastOpen?: boolean | undefined;
  /** Connections whose data may come with their first segment; before listening (TCP_FASTOPEN). */
  fastOpenQueue?: number | undefined;
  /** Wake a listener only when data has come: milliseconds to wait for it; before listening (TCP_DEFER_ACCEPT). */
  deferAccept?: number | undefined;
  /** Let several listeners share a port, which the kernel deals out among them; before listening (SO_REUSEPORT). */
  reusePort?: boolean | undefined;
  /** Leave and enter by this interface alone, `""` for any (SO_BINDTODEVICE). */
  bindToDevice?: string | undefined;
  /** Use an address that this machine does not have (yet); before connecting or listening (IP_FREEBIND). */
  freeBind?: boolean | undefined;
  /** Speak as another machine: any address may be bound; wants CAP_NET_ADMIN; before connecting or listening (IP_TRANSPARENT). */
  transparent?: boolean | undefined;
}

/** What is known of one option. */
export interface OptionFacts {
  /** Its name here. */
  readonly name: keyof SocketOptions;
  /** Its name in C's headers. */
  readonly symbol: string;
  /** Level and number, in IPv4 and wherever the family makes no difference. */
  readonly number: readonly [level: number, number: number];
  /** Level and number in IPv6, where they differ. */
  readonly number6?: readonly [level: number, number: number];
  /** What its value is. */
  readonly type: "flag" | "number" | "text";
  /** What its number counts. */
  readonly unit?: string;
  /** How many of our units are one of the kernel's. */
  readonly scale?: number;
  /** Bits by which the kernel's number is shifted left of ours. */
  readonly shift?: number;
  /** The least and the most that makes sense. */
  readonly range?: readonly [min: number, max: number];
  /** When it has to be set. */
  readonly before?: "connect" | "listen" | "both";
  /** What it does. */
  readonly help: string;
}

/** Levels, which are also protocol numbers. */
const SOCKET = 1;
const IP = 0;
const IPV6 = 41;
/** TCP's own options, which no other protocol has. */
export const TCP = 6;

const U31 = 0x7fffffff;
const U32 = 0xffffffff;

/** Every option, in the order in which they are listed. */
export const OPTIONS: readonly OptionFacts[] = [
  flag("noDelay", "TCP_NODELAY", TCP, 1, "send small writes at once"),
  flag("cork", "TCP_CORK", TCP, 3, "hold back what fills no segment"),
  flag("quickAck", "TCP_QUICKACK", TCP, 12, "acknowledge at once"),
  flag("keepAlive", "SO_KEEPALIVE", SOCKET, 9, "ask an idle peer if it lives"),
  {
    ...number("keepAliveIdle", "TCP_KEEPIDLE", TCP, 4, [1000, 32767e3]),
    unit: "ms",
    scale: 1000,
    help: "idle before the first such question",
  },
  {
    ...number("keepAliveInterval", "TCP_KEEPINTVL", TCP, 5, [1000, 32767e3]),
    unit: "ms",
    scale: 1000,
    help: "between such questions",
  },
  {
    ...number("keepAliveProbes", "TCP_KEEPCNT", TCP, 6, [1, 127]),
    help: "questions without answer before giving up",
  },
  {
    ...number("userTimeout", "TCP_USER_TIMEOUT", TCP, 18, [0, U31]),
    unit: "ms",
    help: "unacknowledged before giving up; 0 as the system",
  },
  {
    name: "congestionControl",
    symbol: "TCP_CONGESTION",
    number: [TCP, 13],
    type: "text",
    help: "which algorithm avoids congestion",
  },
  {
    ...number("maxSegment", "TCP_MAXSEG", TCP, 2, [88, 65535]),
    unit: "octets",
    help: "the most in one segment",
  },
  {
    ...number("notSentLowWater", "TCP_NOTSENT_LOWAT", TCP, 25, [0, U32]),
    unit: "octets",
    help: "unsent above which writers wait",
  },
  {
    ...number("receiveBuffer", "SO_RCVBUF", SOCKET, 8, [0, U31]),
    unit: "octets",
    help: "kept unread in the kernel, which doubles what is set",
  },
  {
    ...number("sendBuffer", "SO_SNDBUF", SOCKET, 7, [0, U31]),
    unit: "octets",
    help: "kept unsent in the kernel, which doubles what is set",
  },
  {
    ...number("ttl", "IP_TTL", IP, 2, [1, 255]),
    number6: [IPV6, 16],
    unit: "hops",
    help: "routers that a packet may pass",
  },
  {
    ...number("tos", "IP_TOS", IP, 1, [0, 255]),
    number6: [IPV6, 67],
    help: "the octet of DSCP and ECN",
  },
  {
    ...number("dscp", "IP_TOS", IP, 1, [0, 63]),
    number6: [IPV6, 67],
    shift: 2,
    help: "the treatment wanted on the way",
  },
  {
    ...number("priority", "SO_PRIORITY", SOCKET, 12, [0, U31]),
    help: "in this machine's own queues",
  },
  {
    ...number("mark", "SO_MARK", SOCKET, 36, [0, U32]),
    help: "for routing rules and the firewall",
  },
  {
    ...number("pacingRate", "SO_MAX_PACING_RATE", SOCKET, 47, [0, U32]),
    unit: "octets/s",
    help: "the most that is sent",
  },
  {
    ...flag("fastOpen", "TCP_FASTOPEN_CONNECT", TCP, 30, "data with the SYN"),
    before: "connect",
  },
  {
    ...number("fastOpenQueue", "TCP_FASTOPEN", TCP, 23, [0, 65535]),
    before: "listen",
    unit: "connections",
    help: "that may come with data in their SYN",
  },
  {
    ...number("deferAccept", "TCP_DEFER_ACCEPT", TCP, 9, [0, 32767e3]),
    before: "listen",
    unit: "ms",
    scale: 1000,
    help: "waits for data before it is accepted",
  },
  {
    ...flag("reusePort", "SO_REUSEPORT", SOCKET, 15, "listeners share a port"),
    before: "listen",
  },
  {
    name: "bindToDevice",
    symbol: "SO_BINDTODEVICE",
    number: [SOCKET, 25],
    type: "text",
    help: "the one interface to use",
  },
  {
    ...flag("freeBind", "IP_FREEBIND", IP, 15, "bind an address not here yet"),
    number6: [IPV6, 78],
    before: "both",
  },
  {
    ...flag("transparent", "IP_TRANSPARENT", IP, 19, "bind another's address"),
    number6: [IPV6, 75],
    before: "both",
  },
];

function flag(
  name: keyof SocketOptions,
  symbol: string,
  level: number,
  number: number,
  help: string,
): OptionFacts {
  return { name, symbol, number: [level, number], type: "flag", help };
}

function number(
  name: keyof SocketOptions,
  symbol: string,
  level: number,
  number: number,
  range: readonly [number, number],
): Omit<OptionFacts, "help"> {
  return { name, symbol, number: [level, number], type: "number", range };
}
