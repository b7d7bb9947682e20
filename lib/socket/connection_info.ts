/**
 * What the kernel knows of one connection, to read and to show.
 *
 * @module
 */

import { errno, libc, systemError } from "../ffi/libc.ts";
import { canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { bytes, count, duration, rate } from "../inspect/units.ts";
import { SOCKET_STATES } from "../linux/sockets/fields.ts";
import { readTcpInfo, type TcpInfo } from "../linux/tcp_info.ts";
import type { Endpoint } from "./endpoint.ts";
import { TCP } from "./option_table.ts";
import { type Descriptor, getOption } from "./socket_options.ts";

const TCP_INFO = 11;
/** More than the struct has in any kernel so far. */
const ROOM = 512;
/** What the kernel puts where no loss has set a threshold yet. */
const NO_THRESHOLD = 0x7fffffff;
const NO_LEAST = 0xffffffff;

/**
 * Round-trip time, window, losses: TCP_INFO with both ends.
 *
 * @see tcp(7)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using conn = await net.tcp.connect("192.0.2.1:22");
 * const { tcp } = conn.info();
 * tcp.rtt; // microseconds
 * ```
 */
export class ConnectionInfo {
  /** This side. */
  readonly localAddress: Endpoint;
  /** The other side. */
  readonly remoteAddress: Endpoint;
  /** Which algorithm avoids congestion. */
  readonly congestionControl: string;
  /** The kernel's struct, whole: its names, its units. */
  readonly tcp: TcpInfo;

  /**
   * Asks the kernel; `info` of a connection does so.
   *
   * @param from The connection's descriptor.
   * @param localAddress This side.
   * @param remoteAddress The other side.
   * @throws {NetError} If the kernel has no TCP_INFO for it.
   */
  constructor(
    from: Descriptor,
    localAddress: Endpoint,
    remoteAddress: Endpoint,
  ) {
    const octets = new Uint8Array(ROOM);
    const length = new Uint32Array([ROOM]);
    const { getsockopt } = libc();
    const result = getsockopt(from.fd, TCP, TCP_INFO, octets, length);
    const tcp = result < 0
      ? undefined
      : readTcpInfo(new DataView(octets.buffer, 0, length[0]));
    if (!tcp) throw systemError(errno(), "read TCP_INFO of", from.target);
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.congestionControl = getOption(from, "congestionControl");
    this.tcp = tcp;
  }

  /** Both ends, the algorithm and the struct, plain. */
  toJSON(): {
    localAddress: string;
    remoteAddress: string;
    congestionControl: string;
    tcp: TcpInfo;
  } {
    const { localAddress, remoteAddress, congestionControl, tcp } = this;
    return {
      localAddress: `${localAddress}`,
      remoteAddress: `${remoteAddress}`,
      congestionControl,
      tcp,
    };
  }

  /** A card of what says most. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { tcp } = this;
    const ms = (microseconds: number) => duration(microseconds / 1000);
    const [state] = SOCKET_STATES[tcp.state] ?? ["unknown"];
    const least = tcp.minRtt === undefined || tcp.minRtt === NO_LEAST
      ? ""
      : `, least ${ms(tcp.minRtt)}`;
    const threshold = tcp.sndSsthresh >= NO_THRESHOLD
      ? ""
      : `, slow start below ${count(tcp.sndSsthresh)}`;
    const limits = [
      ["the other side's window", tcp.rwndLimited],
      ["the send buffer", tcp.sndbufLimited],
    ].flatMap(([what, time]) =>
      typeof time === "number" && time > 0 ? [`${ms(time)} by ${what}`] : []
    );
    const rows: CardRow[] = [
      [
        "state",
        `${state}, ${tcp.caState}`,
        state === "established" ? "good" : "warn",
      ],
      ["round trip", `${ms(tcp.rtt)} ± ${ms(tcp.rttvar)}${least}`, "number"],
      [
        "congestion",
        `${this.congestionControl}, window ${count(tcp.sndCwnd)} segments of ${
          count(tcp.sndMss)
        } octets${threshold}`,
      ],
      ["path MTU", `${count(tcp.pmtu)} octets`],
      ["retransmission after", ms(tcp.rto)],
      [
        "sent",
        `${bytes(tcp.bytesSent ?? 0)} in ${count(tcp.segsOut ?? 0)} segments, ${
          count(tcp.unacked)
        } on their way`,
      ],
      [
        "sent again",
        `${count(tcp.totalRetrans)} segments`,
        tcp.totalRetrans > 0 ? "warn" : "good",
      ],
      [
        "received",
        `${bytes(tcp.bytesReceived ?? 0)} in ${
          count(tcp.segsIn ?? 0)
        } segments`,
      ],
      ["delivery rate", rate((tcp.deliveryRate ?? 0) * 8)],
      ["held up", limits.join(", ") || "never"],
      ["agreed on", tcp.options.join(", ") || "nothing"],
    ];
    return card(
      `TCP ${this.localAddress} -> ${this.remoteAddress}`,
      rows,
      canvas({ colors: options?.colors }),
    );
  }
}
