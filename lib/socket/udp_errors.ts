/**
 * What the kernel and the routers on the way say of datagrams, in the library's
 * words.
 *
 * @see ip(7) IP_RECVERR, RFC 1122 §4.1.3.3
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { errnoName, systemError } from "../ffi/libc.ts";
import type { Address } from "../ip/address.ts";
import { type Endpoint, isLoopback } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { type Inbox, MSG_ERRQUEUE } from "./inbox.ts";
import { decodeAddress, familyOf, type Interfaces } from "./socket_address.ts";

const IP = 0;
const IP_RECVERR = 11;
const IPV6 = 41;
const IPV6_RECVERR = 25;
/** Of struct sock_extended_err: this machine itself says so. */
const LOCAL = 1;

const EAGAIN = 11;
const EACCES = 13;
const EINVAL = 22;
const EMSGSIZE = 90;
const ECONNREFUSED = 111;
const EPERM = 1;
/** What routers say. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  101: "no route to that network",
  113: "no way to that host",
};

/** An error that came back. */
export interface Report {
  /** The number of the error. */
  readonly errno: number;
  /** The MTU, where the datagram was too long for the way. */
  readonly mtu: number | undefined;
  /** Who says so; nothing for this machine. */
  readonly by: Address | undefined;
}

/**
 * Takes the errors that wait at a socket with IP_RECVERR.
 *
 * @param fd The socket.
 * @param box Memory to receive into.
 * @param interfaces Where zones get their names.
 * @returns The errors, oldest first.
 */
export function takeReports(
  fd: number,
  box: Inbox,
  interfaces: Interfaces,
): Report[] {
  const reports: Report[] = [];
  const count = box.receive(fd, MSG_ERRQUEUE);
  for (let i = 0; i < count; i++) {
    box.eachControl(i, ({ level, type, at, length }) => {
      const isReport = level === IP && type === IP_RECVERR ||
        level === IPV6 && type === IPV6_RECVERR;
      if (!isReport || length < 16) return;
      const { controls } = box;
      const errno = controls.getUint32(at, true);
      // Who says so comes after the struct: as AF_UNSPEC if nobody does.
      const octets = new Uint8Array(controls.buffer);
      const by = controls.getUint8(at + 4) === LOCAL || length < 32
        ? undefined
        : decodeAddress(octets, at + 16, interfaces)?.address;
      const mtu = controls.getUint32(at + 8, true);
      reports.push({
        errno,
        mtu: errno === EMSGSIZE && mtu > 0 ? mtu : undefined,
        by,
      });
    });
  }
  return reports;
}

/**
 * Puts a report into an error.
 *
 * @param report The report.
 * @param op What was being done.
 * @param target To whom.
 */
export function reportError(
  { errno, mtu, by }: Report,
  op: string,
  target: Endpoint,
): Error {
  const said = by === undefined ? "" : `, says ${by}`;
  const facts = { op, target: `${target}` };
  if (errno === ECONNREFUSED) {
    return new NetError(
      `nothing receives on UDP port ${target.port} there${said}`,
      {
        ...facts,
        code: "refused",
        hint: isLoopback(target.hostname)
          ? "ss -lun, which lists what receives on this machine"
          : `ss -lun on ${target.hostname}; a firewall may also have said so`,
      },
    );
  }
  if (errno === EMSGSIZE && mtu !== undefined) {
    const most = mtu - (familyOf(target.hostname) === 4 ? 28 : 48);
    return new NetError(
      `the way there takes at most ${most} octets uncut (MTU ${mtu})${said}`,
      {
        ...facts,
        code: "too-large",
        hint:
          `datagrams of ${most} octets, or options.set({ dontFragment: false })`,
      },
    );
  }
  if (by === undefined || !(errno in UNREACHABLE)) {
    return kernelFailure(errno, op, target);
  }
  return new NetError(`${UNREACHABLE[errno]}${said}`, {
    ...facts,
    code: "unreachable",
    hint: `ip route get ${target.hostname}`,
  });
}

/**
 * Puts the number of an error into an error.
 *
 * @param n The number.
 * @param op What was being done.
 * @param target To whom.
 */
export function kernelFailure(n: number, op: string, target: Endpoint): Error {
  if (n === ECONNREFUSED) {
    return reportError({ errno: n, mtu: undefined, by: undefined }, op, target);
  }
  const cause = systemError(n, op, `${target}`);
  if (n === EPERM) return firewallError(cause, op, target);
  const error = failure({ code: errnoName(n) }, op, target);
  return error instanceof NetError && error.code !== "failed" ? error : cause;
}

/**
 * The error for a datagram that the kernel did not take.
 *
 * @param n The number of the error.
 * @param local Where the socket is bound.
 * @param target Where the datagram should have gone.
 * @param broadcast Whether the socket may broadcast.
 */
export function sendError(
  n: number,
  local: Endpoint,
  target: Endpoint,
  broadcast: boolean,
): Error {
  if (n === EACCES && !broadcast) return broadcastError(target);
  if (
    n === EINVAL && isLoopback(local.hostname) && !isLoopback(target.hostname)
  ) {
    return leavesError(local, target);
  }
  return kernelFailure(n, "send to", target);
}

/** The error for a broadcast by a socket that may not. */
export function broadcastError(target: Endpoint, cause?: unknown): NetError {
  return new PermissionError(
    "that is a broadcast address, and the socket was not told that it may",
    {
      code: "permission",
      op: "send to",
      target: `${target}`,
      hint: "socket.options.set({ broadcast: true })",
      cause,
    },
  );
}

/** The error for a socket on loopback that would reach out. */
export function leavesError(
  { hostname }: Endpoint,
  target: Endpoint,
  cause?: unknown,
): NetError {
  return new NetError(
    `this socket is bound to ${hostname}, from where nothing leaves this machine`,
    {
      code: "unreachable",
      op: "send to",
      target: `${target}`,
      hint: `net.udp.open({ hostname: "${
        familyOf(hostname) === 4 ? "0.0.0.0" : "::"
      }" })`,
      cause,
    },
  );
}

function firewallError(cause: Error, op: string, target: Endpoint): Error {
  return new PermissionError("the system's firewall does not let it out", {
    code: "permission",
    op,
    target: `${target}`,
    hint: "sudo nft list ruleset",
    cause,
  });
}

/** Whether an error only means: not now. */
export function isLater(n: number): boolean {
  return n === EAGAIN || n === 4;
}
