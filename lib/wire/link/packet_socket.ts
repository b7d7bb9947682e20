/**
 * Packet sockets, call by call: opened deaf, told what to hear, and bound.
 *
 * @see packet(7)
 * @module
 */

import { PermissionError } from "../../errors.ts";
import { check, errno, libc, systemError } from "../../ffi/libc.ts";
import { pointerTo, setPointer } from "../../ffi/pointer.ts";

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_MR_PROMISC = 1;
/** Octets of struct sockaddr_ll. */
const ADDRESS = 20;

/**
 * Opens a packet socket that hears nothing yet, in this thread's namespace.
 *
 * @param name The interface that it is for.
 * @param op What it is for, as a verb phrase: `"capture on"`.
 * @returns The descriptor.
 * @throws {PermissionError} Without CAP_NET_RAW; the hint says how to get it.
 */
export function openPacketSocket(name: string, op: string): number {
  const kind = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  // Protocol 0 hears nothing; bind names the protocol with the interface, so
  // that no frame of another one slips in between.
  const fd = libc().socket(AF_PACKET, kind, 0);
  if (fd >= 0) return fd;
  const error = systemError(errno(), op, name);
  if (!(error instanceof PermissionError)) throw error;
  throw new PermissionError("operation not permitted (EPERM)", {
    code: error.code,
    op,
    target: name,
    hint: RAW_HINT,
  });
}

/** What to do without CAP_NET_RAW. */
export const RAW_HINT: string =
  `sudo, or sudo setcap cap_net_raw,cap_net_admin=eip "$(readlink -f "$(command -v deno)")", or do it in a lab: .lab up pair`;

/**
 * Binds a packet socket to an interface.
 *
 * @param fd The socket.
 * @param name The interface.
 * @param index Its number.
 * @param protocol The EtherType to hear; 3 for all, 0 for none.
 * @throws {NetError} If the kernel refuses.
 */
export function bindTo(
  fd: number,
  name: string,
  index: number,
  protocol: number,
): void {
  const view = new DataView(new ArrayBuffer(ADDRESS));
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol);
  view.setInt32(4, index, true);
  const address = new Uint8Array(view.buffer);
  check(libc().bind(fd, address, address.length), "listen on", name);
}

/**
 * Gives a socket a filter that the kernel runs on each frame.
 *
 * @param fd The socket.
 * @param name The interface, for the error.
 * @param filter struct sock_filter, eight octets each.
 * @throws {NetError} If the kernel finds it wrong.
 */
export function attachFilter(
  fd: number,
  name: string,
  filter: Uint8Array<ArrayBuffer>,
): void {
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, filter.length / 8, true);
  setPointer(program, 8, pointerTo(filter));
  const octets = new Uint8Array(program.buffer);
  const { setsockopt } = libc();
  check(
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, octets, octets.length),
    "filter on",
    name,
  );
}

/**
 * Makes an interface take frames for others, as long as the socket is open.
 *
 * @param fd The socket.
 * @param name The interface, for the error.
 * @param index Its number.
 * @throws {NetError} If the kernel refuses.
 */
export function makePromiscuous(
  fd: number,
  name: string,
  index: number,
): void {
  const request = new DataView(new ArrayBuffer(16));
  request.setInt32(0, index, true);
  request.setUint16(4, PACKET_MR_PROMISC, true);
  const octets = new Uint8Array(request.buffer);
  const { setsockopt } = libc();
  check(
    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, octets, octets.length),
    "listen to all frames on",
    name,
  );
}

/**
 * Keeps frames that leave from being heard.
 *
 * @param fd The socket.
 */
export function ignoreOutgoing(fd: number): void {
  setOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
}

/**
 * Sets an option that is a number.
 *
 * @param fd The socket.
 * @param level SOL_SOCKET, SOL_PACKET, ….
 * @param option Its number there.
 * @param value The value.
 * @returns 0; -1 if the kernel refuses.
 */
export function setOption(
  fd: number,
  level: number,
  option: number,
  value: number,
): number {
  return libc().setsockopt(fd, level, option, new Int32Array([value]), 4);
}
