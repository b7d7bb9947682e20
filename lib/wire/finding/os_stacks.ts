/**
 * How well-known network stacks open a TCP connection.
 *
 * @module
 */

/** How a stack looks in its SYN, its SYN-ACK, or both. */
export interface Stack {
  /** The system. */
  readonly system: string;
  /** Which segment it is about. @default {both} */
  readonly segment?: "syn" | "syn-ack" | undefined;
  /** The TTL that it starts with. */
  readonly ttl?: number | undefined;
  /** Its options in order, a letter each: mss, window scale, sack permitted, timestamps, nop, end. */
  readonly options: readonly string[];
  /** Its windows, in octets. */
  readonly windows?: readonly number[] | undefined;
  /** Its windows, as multiples of the MSS that it says, or of that without timestamps. */
  readonly segments?: readonly number[] | undefined;
  /** Its window scales. */
  readonly scales?: readonly number[] | undefined;
  /** Its identification of IPv4, if it is always the same. */
  readonly id?: number | undefined;
  /** Whether it forbids fragmentation. @default {true} */
  readonly isUnfragmented?: boolean | undefined;
}

/**
 * The stacks, from what they send. A SYN-ACK has only options that the SYN had,
 * so there are several orders of one stack.
 */
export const STACKS: readonly Stack[] = [
  {
    system: "Linux",
    ttl: 64,
    options: ["MSTNW", "MNNTNW", "MNNSNW", "MNW", "M", "MNNS", "MNNT", "MST"],
    windows: [64240, 65160, 65535, 65483, 65464, 64800, 64768, 28960, 26847],
    segments: [44, 45, 20, 10, 4, 1],
    scales: [5, 6, 7, 8, 9, 10, 11],
  },
  {
    system: "Windows",
    ttl: 128,
    options: ["MNWNNS", "MNWST", "MNNS", "MNWNNTS", "MNW", "M", "MNWNNT"],
    windows: [64240, 65535, 65392, 8192, 64000, 62720],
    segments: [44, 45],
    scales: [0, 2, 8],
  },
  {
    system: "macOS or iOS",
    ttl: 64,
    options: ["MNWNNTSE", "MNWNNTSEE", "MNWNNTSNN", "MNWSE", "MNWNNT"],
    windows: [65535],
    scales: [3, 4, 5, 6, 7, 8],
  },
  {
    system: "FreeBSD",
    ttl: 64,
    options: ["MNWST", "MNWSNN", "MNWNNT", "MNWSE"],
    windows: [65535],
    scales: [3, 6, 7, 8],
  },
  {
    system: "OpenBSD",
    ttl: 64,
    options: ["MNNSNWNNT", "MNNSNW"],
    windows: [16384],
    scales: [0, 3, 6],
  },
  {
    system: "Cisco IOS",
    ttl: 255,
    options: ["M"],
    windows: [4128],
    isUnfragmented: false,
  },
  {
    system: "a small device (lwIP)",
    ttl: 255,
    options: ["M"],
    windows: [2144, 5840, 5760],
    segments: [4],
    isUnfragmented: false,
  },
  {
    system: "nmap's SYN scan",
    segment: "syn",
    options: ["M"],
    windows: [1024],
    isUnfragmented: false,
  },
  {
    system: "ZMap",
    segment: "syn",
    ttl: 255,
    options: ["", "M"],
    windows: [65535],
    id: 54321,
    isUnfragmented: false,
  },
];

/** Who starts with such a TTL, where nothing else is known (RFC 1700 says 64). */
export const BY_TTL: readonly (readonly [ttl: number, systems: string])[] = [
  [32, "an old Windows, or a small device"],
  [64, "Linux, macOS or a BSD"],
  [128, "Windows"],
  [255, "a router, a switch, or Solaris"],
];
