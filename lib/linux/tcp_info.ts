/**
 * TCP_INFO: what the kernel knows about one TCP connection.
 *
 * @see linux/tcp.h, struct tcp_info
 * @module
 */

/** What TCP congestion control is doing: as it should, or about a loss. */
export type CongestionState =
  | "open"
  | "disorder"
  | "cwr"
  | "recovery"
  | "loss";

/** What both sides agreed on when the connection was made. */
export type TcpOption =
  | "timestamps"
  | "sack"
  | "wscale"
  | "ecn"
  | "ecn-seen"
  | "syn-data"
  | "usec-timestamps"
  | "fastopen-child";

/**
 * The kernel's `struct tcp_info`, whole: names as there without `tcpi_`, units
 * as there. What a kernel is too old to tell is `undefined`.
 *
 * Octet counts are exact up to 2⁵³.
 */
export interface TcpInfo {
  /** The state by its number: 1 is established, 10 listening (tcp_states.h). */
  readonly state: number;
  /** What congestion control is doing. */
  readonly caState: CongestionState;
  /** What both sides agreed on at the start. */
  readonly options: readonly TcpOption[];
  /** Time-outs in a row without an acknowledgement. */
  readonly retransmits: number;
  /** Unanswered probes of a closed window, or keepalives. */
  readonly probes: number;
  /** How often the retransmission time-out was doubled. */
  readonly backoff: number;
  /** Bits by which the peer's window is shifted (RFC 7323 §2). */
  readonly sndWscale: number;
  /** Bits by which the own window is shifted. */
  readonly rcvWscale: number;
  /** Whether the application, not the network, limited the last `deliveryRate`. */
  readonly deliveryRateAppLimited: boolean;
  /** Why TCP Fast Open failed: 0 did not, 1 no cookie, 2 not acknowledged, 3 SYN lost too. */
  readonly fastopenClientFail: number;
  /** Retransmission time-out, in microseconds. */
  readonly rto: number;
  /** Time-out of delayed acknowledgements, in microseconds. */
  readonly ato: number;
  /** Largest segment that is sent, in octets. */
  readonly sndMss: number;
  /** Segment size that the peer seems to use, in octets. */
  readonly rcvMss: number;
  /** Segments sent and not acknowledged; of a listener, connections waiting to be accepted. */
  readonly unacked: number;
  /** Segments acknowledged selectively; of a listener, the most connections that may wait. */
  readonly sacked: number;
  /** Segments taken for lost. */
  readonly lost: number;
  /** Segments on the way for a second time. */
  readonly retrans: number;
  /** Segments acknowledged in front of the cumulative acknowledgement; 0 since Linux 4.15. */
  readonly fackets: number;
  /** Milliseconds since data was sent. */
  readonly lastDataSent: number;
  /** Milliseconds since an acknowledgement was sent: never filled, always 0. */
  readonly lastAckSent: number;
  /** Milliseconds since data came. */
  readonly lastDataRecv: number;
  /** Milliseconds since an acknowledgement came. */
  readonly lastAckRecv: number;
  /** Path MTU, in octets. */
  readonly pmtu: number;
  /** Octets up to which the own window may grow. */
  readonly rcvSsthresh: number;
  /** Smoothed round-trip time, in microseconds. */
  readonly rtt: number;
  /** Its mean deviation, in microseconds. */
  readonly rttvar: number;
  /** Slow-start threshold, in segments; 0x7fffffff before the first loss. */
  readonly sndSsthresh: number;
  /** Congestion window, in segments. */
  readonly sndCwnd: number;
  /** Segment size that was announced to the peer, in octets. */
  readonly advmss: number;
  /** Segments by which packets overtake each other. */
  readonly reordering: number;
  /** Round-trip time as the receiver sees it, in microseconds; 0 if unknown. */
  readonly rcvRtt: number;
  /** Octets that the application reads a round trip; sets the window's growth. */
  readonly rcvSpace: number;
  /** Segments sent again since the start. */
  readonly totalRetrans: number;
  /** Octets a second that sending is paced at; `Infinity` for no limit. */
  readonly pacingRate: number | undefined;
  /** Most octets a second that it may be paced at (SO_MAX_PACING_RATE); `Infinity` for no limit. */
  readonly maxPacingRate: number | undefined;
  /** Octets acknowledged by the peer. */
  readonly bytesAcked: number | undefined;
  /** Octets acknowledged to the peer. */
  readonly bytesReceived: number | undefined;
  /** Segments sent, those without data too. */
  readonly segsOut: number | undefined;
  /** Segments received, those without data too. */
  readonly segsIn: number | undefined;
  /** Octets in the send queue that were not sent yet. */
  readonly notsentBytes: number | undefined;
  /** Least round-trip time seen lately, in microseconds; 0xffffffff if none. */
  readonly minRtt: number | undefined;
  /** Segments with data received. */
  readonly dataSegsIn: number | undefined;
  /** Segments with data sent. */
  readonly dataSegsOut: number | undefined;
  /** Octets a second that arrived lately. */
  readonly deliveryRate: number | undefined;
  /** Microseconds with something to send. */
  readonly busyTime: number | undefined;
  /** Microseconds of those in which the peer's window was full. */
  readonly rwndLimited: number | undefined;
  /** Microseconds of those in which the send buffer was full. */
  readonly sndbufLimited: number | undefined;
  /** Segments that arrived, repeated ones too. */
  readonly delivered: number | undefined;
  /** Segments that arrived marked for congestion (ECN). */
  readonly deliveredCe: number | undefined;
  /** Octets sent, repeated ones too. */
  readonly bytesSent: number | undefined;
  /** Octets sent again. */
  readonly bytesRetrans: number | undefined;
  /** Segments that the peer says came twice (RFC 2883). */
  readonly dsackDups: number | undefined;
  /** How often reordering was seen. */
  readonly reordSeen: number | undefined;
  /** Segments received out of order. */
  readonly rcvOoopack: number | undefined;
  /** Octets that the peer's window has room for. */
  readonly sndWnd: number | undefined;
  /** Octets that the own window has room for. Since Linux 6.2. */
  readonly rcvWnd: number | undefined;
  /** How often the flow's hash was changed to get a better path. Since Linux 6.2. */
  readonly rehash: number | undefined;
  /** Retransmission time-outs since the start. Since Linux 6.7. */
  readonly totalRto: number | undefined;
  /** Recoveries from such time-outs. Since Linux 6.7. */
  readonly totalRtoRecoveries: number | undefined;
  /** Milliseconds spent in them. Since Linux 6.7. */
  readonly totalRtoTime: number | undefined;
  /** Segments received marked for congestion. Since Linux 6.18. */
  readonly receivedCe: number | undefined;
  /** Octets that arrived marked ECT(1) (RFC 9768). Since Linux 6.18. */
  readonly deliveredE1Bytes: number | undefined;
  /** Octets that arrived marked ECT(0). Since Linux 6.18. */
  readonly deliveredE0Bytes: number | undefined;
  /** Octets that arrived marked CE. Since Linux 6.18. */
  readonly deliveredCeBytes: number | undefined;
  /** Octets received marked ECT(1). Since Linux 6.18. */
  readonly receivedE1Bytes: number | undefined;
  /** Octets received marked ECT(0). Since Linux 6.18. */
  readonly receivedE0Bytes: number | undefined;
  /** Octets received marked CE. Since Linux 6.18. */
  readonly receivedCeBytes: number | undefined;
}

const CONGESTION_STATES: readonly CongestionState[] = [
  "open",
  "disorder",
  "cwr",
  "recovery",
  "loss",
];
const OPTIONS: readonly TcpOption[] = [
  "timestamps",
  "sack",
  "wscale",
  "ecn",
  "ecn-seen",
  "syn-data",
  "usec-timestamps",
  "fastopen-child",
];
/** One list for each value of the octet, made when first met. */
const optionLists: (readonly TcpOption[] | undefined)[] = new Array(256);

function optionsOf(octet: number): readonly TcpOption[] {
  return optionLists[octet] ??= Object.freeze(
    OPTIONS.filter((_, bit) => octet >> bit & 1),
  );
}

/** The octets of the struct as it was up to Linux 3.14: there always. */
const LEAST = 104;

/**
 * Reads the struct as the kernel gives it, of whatever length.
 *
 * @param view Its octets, in the machine's order, which is little-endian here.
 * @returns The fields, or `undefined` if not even those of old are there.
 *
 * @example
 * ```ts
 * import { readTcpInfo } from "./tcp_info.ts";
 * import assert from "node:assert/strict";
 *
 * const view = new DataView(new ArrayBuffer(104));
 * view.setUint32(68, 1500, true);
 * assert.equal(readTcpInfo(view)?.rtt, 1500);
 * assert.equal(readTcpInfo(view)?.minRtt, undefined);
 * ```
 */
export function readTcpInfo(view: DataView): TcpInfo | undefined {
  const length = view.byteLength;
  if (length < LEAST) return undefined;
  const u8 = (at: number) => view.getUint8(at);
  const u32 = (at: number) => view.getUint32(at, true);
  const later16 = (at: number) =>
    at + 2 <= length ? view.getUint16(at, true) : undefined;
  const later32 = (at: number) => at + 4 <= length ? u32(at) : undefined;
  const later64 = (at: number) =>
    at + 8 <= length ? u32(at) + u32(at + 4) * 2 ** 32 : undefined;
  // All bits set is the kernel's way to say that there is no limit.
  const rate = (at: number) => {
    const value = later64(at);
    return value !== undefined && value >= 2 ** 64 ? Infinity : value;
  };
  const scales = u8(6);
  const flags = u8(7);
  return {
    state: u8(0),
    caState: CONGESTION_STATES[u8(1)] ?? "open",
    options: optionsOf(u8(5)),
    retransmits: u8(2),
    probes: u8(3),
    backoff: u8(4),
    sndWscale: scales & 15,
    rcvWscale: scales >> 4,
    deliveryRateAppLimited: (flags & 1) === 1,
    fastopenClientFail: flags >> 1 & 3,
    rto: u32(8),
    ato: u32(12),
    sndMss: u32(16),
    rcvMss: u32(20),
    unacked: u32(24),
    sacked: u32(28),
    lost: u32(32),
    retrans: u32(36),
    fackets: u32(40),
    lastDataSent: u32(44),
    lastAckSent: u32(48),
    lastDataRecv: u32(52),
    lastAckRecv: u32(56),
    pmtu: u32(60),
    rcvSsthresh: u32(64),
    rtt: u32(68),
    rttvar: u32(72),
    sndSsthresh: u32(76),
    sndCwnd: u32(80),
    advmss: u32(84),
    reordering: u32(88),
    rcvRtt: u32(92),
    rcvSpace: u32(96),
    totalRetrans: u32(100),
    pacingRate: rate(104),
    maxPacingRate: rate(112),
    bytesAcked: later64(120),
    bytesReceived: later64(128),
    segsOut: later32(136),
    segsIn: later32(140),
    notsentBytes: later32(144),
    minRtt: later32(148),
    dataSegsIn: later32(152),
    dataSegsOut: later32(156),
    deliveryRate: later64(160),
    busyTime: later64(168),
    rwndLimited: later64(176),
    sndbufLimited: later64(184),
    delivered: later32(192),
    deliveredCe: later32(196),
    bytesSent: later64(200),
    bytesRetrans: later64(208),
    dsackDups: later32(216),
    reordSeen: later32(220),
    rcvOoopack: later32(224),
    sndWnd: later32(228),
    rcvWnd: later32(232),
    rehash: later32(236),
    totalRto: later16(240),
    totalRtoRecoveries: later16(242),
    totalRtoTime: later32(244),
    receivedCe: later32(248),
    deliveredE1Bytes: later32(252),
    deliveredE0Bytes: later32(256),
    deliveredCeBytes: later32(260),
    receivedE1Bytes: later32(264),
    receivedE0Bytes: later32(268),
    receivedCeBytes: later32(272),
  };
}
