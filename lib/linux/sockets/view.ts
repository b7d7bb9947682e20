/**
 * How sockets look at the prompt.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { type Column, table } from "../../inspect/table.ts";
import { bytes, count, duration, rate } from "../../inspect/units.ts";
import type { TcpInfo } from "../tcp_info.ts";
import { SOCKET_STATES, type SocketEnd, type SocketFields } from "./fields.ts";

const COLUMNS: readonly Column[] = [
  { key: "proto", role: "name" },
  {
    key: "state",
    minWidth: 10,
    role: (value) =>
      value === "ESTAB" ? "good" : value === "LISTEN" ? "accent" : undefined,
  },
  { key: "recv", title: "recv-q", minWidth: 6 },
  { key: "send", title: "send-q", minWidth: 6 },
  { key: "local", minWidth: 21 },
  { key: "peer", minWidth: 21 },
  { key: "process", minWidth: 8 },
  { key: "rtt", align: "right" },
  { key: "cwnd", align: "right" },
  { key: "retrans", align: "right" },
];

/**
 * Draws sockets as the table of `ss`.
 *
 * @param sockets The sockets.
 * @param page Where to draw.
 * @returns The lines.
 */
export function socketTable(
  sockets: readonly SocketFields[],
  page: Canvas,
): string {
  const rows = sockets.map(rowOf);
  // Columns in which no socket has anything would only take room.
  const used = COLUMNS.filter(({ key }) =>
    !["process", "rtt", "cwnd", "retrans"].includes(key) ||
    rows.some((row) => row[key as keyof typeof row] !== undefined)
  );
  return table(rows, { columns: used, canvas: page });
}

function rowOf(socket: SocketFields) {
  const { protocol, type, state, receiveQueue, sendQueue, tcp } = socket;
  const connected = tcp !== undefined && state !== "listening";
  return {
    proto: type === undefined ? protocol : `${protocol} ${type}`,
    state: SOCKET_STATES.find(([name]) => name === state)?.[1] ?? state,
    recv: receiveQueue,
    send: sendQueue,
    local: endText(socket, socket.local, socket.inode),
    peer: endText(socket, socket.remote, socket.peerInode ?? 0),
    process: socket.processes?.map(({ name, pid }) => `${name}/${pid}`)
      .join(" ") || undefined,
    rtt: connected && tcp.rtt > 0 ? duration(tcp.rtt / 1000) : undefined,
    cwnd: connected ? tcp.sndCwnd : undefined,
    retrans: connected && tcp.totalRetrans > 0 ? tcp.totalRetrans : undefined,
  };
}

function endText(socket: SocketFields, end: SocketEnd, inode: number): string {
  if (socket.protocol === "unix") {
    return end.path ?? (inode === 0 ? "*" : `* ${inode}`);
  }
  const { address, port } = end;
  const text = address === undefined
    ? "*"
    : address.family === 6
    ? `[${address}]`
    : `${address}`;
  const bound = end === socket.local && socket.interface !== undefined &&
      address?.zone === undefined
    ? `%${socket.interface}`
    : "";
  const last = socket.protocol === "raw"
    ? end === socket.local ? socket.ipProtocol : undefined
    : port || undefined;
  return `${text}${bound}:${last ?? "*"}`;
}

/**
 * Writes a socket in one line.
 *
 * @param socket The socket.
 * @returns Protocol, state and both ends.
 */
export function socketLine(socket: SocketFields): string {
  const { proto, state, local, peer } = rowOf(socket);
  return `${proto} ${state} ${local} → ${peer}`;
}

/**
 * Draws all that is known about a socket.
 *
 * @param socket The socket.
 * @param page Where to draw.
 * @returns The lines.
 */
export function socketCard(socket: SocketFields, page: Canvas): string {
  return card(socketLine(socket), facts(socket), page);
}

function facts(socket: SocketFields): CardRow[] {
  const { timer, memory, processes = [], tcp } = socket;
  const rows: (CardRow | undefined)[] = [
    ["queues", `${socket.receiveQueue} in, ${socket.sendQueue} out`],
    ...processes.map(({ name, pid, fd }): CardRow => [
      "process",
      `${name}, pid ${pid}, descriptor ${fd}`,
      "name",
    ]),
    row("user", socket.uid),
    ["inode", `${socket.inode}`],
    row("interface", socket.interface),
    row("cookie", socket.cookie),
    timer &&
    [
      "timer",
      `${timer.kind}, in ${
        duration(timer.expires)
      }, after ${timer.retransmits}`,
    ],
    socket.mark ? ["mark", `0x${socket.mark.toString(16)}`] : undefined,
    row("traffic class", socket.tos || undefined),
    row("control group", socket.cgroup),
    row("shut down", socket.shutdown?.join(", ") || undefined),
    row("options", socket.options?.join(", ") || undefined),
    row("congestion control", socket.congestion),
    row("upper layer", socket.ulp),
    memory &&
    [
      "memory",
      `${bytes(memory.receive)} of ${bytes(memory.receiveBuffer)} in, ${
        bytes(memory.queued)
      } of ${bytes(memory.sendBuffer)} out, ${memory.drops ?? 0} dropped`,
    ],
    ...(tcp === undefined || socket.state === "listening" ? [] : tcpRows(tcp)),
  ];
  return rows.filter((one) => one !== undefined);
}

function row(label: string, value: unknown): CardRow | undefined {
  return value === undefined ? undefined : [label, `${value}`];
}

function tcpRows(tcp: TcpInfo): CardRow[] {
  const us = (n: number) => duration(n / 1000);
  const perSecond = (n: number | undefined) =>
    n === undefined ? "?" : rate(n * 8);
  const least = tcp.minRtt === undefined || tcp.minRtt === 0xffffffff
    ? ""
    : `, at least ${us(tcp.minRtt)}`;
  return [
    ["round trip", `${us(tcp.rtt)} ± ${us(tcp.rttvar)}${least}`],
    ["retransmission", `after ${us(tcp.rto)}, ${tcp.totalRetrans} so far`],
    [
      "congestion",
      `${tcp.caState}, window ${tcp.sndCwnd} segments of ${tcp.sndMss}` +
      (tcp.sndSsthresh < 0x7fffffff ? `, threshold ${tcp.sndSsthresh}` : ""),
    ],
    [
      "in flight",
      `${tcp.unacked} segments, ${tcp.lost} lost, ${tcp.sacked} selectively acknowledged`,
    ],
    ["sent", `${amount(tcp.bytesSent)} in ${amount(tcp.segsOut)} segments`],
    [
      "received",
      `${amount(tcp.bytesReceived)} in ${amount(tcp.segsIn)} segments`,
    ],
    [
      "rate",
      `delivers ${perSecond(tcp.deliveryRate)}${
        tcp.deliveryRateAppLimited ? " (all that there is to send)" : ""
      }, paced at ${perSecond(tcp.pacingRate)}`,
    ],
    ["agreed", tcp.options.join(", ") || "nothing"],
    [
      "idle",
      `sent ${duration(tcp.lastDataSent)} ago, received ${
        duration(tcp.lastDataRecv)
      } ago`,
    ],
    ["path MTU", `${tcp.pmtu}`],
  ];
}

function amount(n: number | undefined): string {
  return n === undefined ? "?" : count(n);
}
