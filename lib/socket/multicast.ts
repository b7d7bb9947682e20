/**
 * Groups: who joins one receives what is sent to it, from anyone or from one
 * source (SSM).
 *
 * @see RFC 1112, RFC 3376 (IGMP), RFC 3810 (MLD), RFC 3678 (the socket options)
 * @module
 */

import { errno, libc, systemError } from "../ffi/libc.ts";
import { type Address, address, type Family, tryParse } from "../ip/address.ts";
import { NetError } from "../errors.ts";
import { ADDRESS_SIZE, encodeAddress } from "./socket_address.ts";
import type { OptionSocket } from "./udp_options.ts";

const IP = 0;
const IPV6 = 41;
const MCAST_JOIN_GROUP = 42;
const MCAST_LEAVE_GROUP = 45;
const MCAST_JOIN_SOURCE_GROUP = 46;
const MCAST_LEAVE_SOURCE_GROUP = 47;
const IP_ADD_MEMBERSHIP = 35;
const IP_DROP_MEMBERSHIP = 36;
const IP_ADD_SOURCE_MEMBERSHIP = 39;
const IP_DROP_SOURCE_MEMBERSHIP = 40;
/** Octets of struct sockaddr_storage, and of what comes before the first. */
const STORAGE = 128;
const FIRST = 8;

/** Which interface, and which sender. */
export interface GroupOptions {
  /** The interface's name, or for IPv4 an address of it. @default {as the routes say} */
  interface?: string | undefined;
  /** The one sender to hear: source-specific multicast (RFC 4607). @default {all} */
  source?: string | Address | undefined;
}

/** That a socket is in a group. */
export interface Membership {
  /** The group's address. */
  readonly group: Address;
  /** The interface, as it was named. */
  readonly interface: string | undefined;
  /** The one sender that is heard. */
  readonly source: Address | undefined;
}

/**
 * Checks what was asked for.
 *
 * @param group The group.
 * @param options Where, and from whom.
 * @param family The socket's family.
 * @returns The membership that it would be.
 * @throws {TypeError} If the group is no multicast address of that family, or the
 * source not of that family.
 * @throws {ParseError} If a text is no address.
 */
export function membership(
  group: string | Address,
  options: GroupOptions,
  family: Family,
): Membership {
  const wanted = address(group);
  const isMulticast = wanted.family === 4
    ? wanted.w3 >>> 28 === 0xe
    : wanted.w0 >>> 24 === 0xff;
  if (!isMulticast || wanted.family !== family) {
    throw new TypeError(
      `Cannot join a group as 'group' must be an IPv${family} multicast address (${
        family === 4 ? "224.0.0.0/4" : "ff00::/8"
      }): current value is ${wanted}`,
    );
  }
  const source = options.source === undefined
    ? undefined
    : address(options.source);
  if (source !== undefined && source.family !== family) {
    throw new TypeError(
      `Cannot join ${wanted} as 'source' must be an IPv${family} address: current value is ${source}`,
    );
  }
  return {
    group: wanted.zone === undefined ? wanted : wanted.withZone(),
    interface: options.interface ?? wanted.zone,
    source,
  };
}

/**
 * Whether two are the same.
 *
 * @param a The one.
 * @param b The other.
 */
export function isSame(a: Membership, b: Membership): boolean {
  return a.group.equals(b.group) && a.interface === b.interface &&
    (a.source === b.source ||
      a.source !== undefined && b.source !== undefined &&
        a.source.equals(b.source));
}

/**
 * Makes the kernel join a group, or leave it.
 *
 * @param socket The socket.
 * @param member What to join or leave.
 * @param joins Whether to join.
 * @throws {NetError} `"not-found"` for an interface that is not there, or where no
 * route says which; `"in-use"` for a group that it is in already.
 */
export function changeMembership(
  socket: OptionSocket,
  member: Membership,
  joins: boolean,
): void {
  const { group, source } = member;
  const own = member.interface === undefined || group.family === 6
    ? undefined
    : tryParse(member.interface, { family: 4 });
  const [level, option, octets] = own === undefined
    ? byIndex(socket, member, joins)
    : byAddress(member, own, joins);
  if (
    libc().setsockopt(socket.fd, level, option, octets, octets.length) >= 0
  ) return;
  throw memberError(errno(), member, joins, source);
}

/** MCAST_…, which both families know: struct group_req, group_source_req. */
function byIndex(
  socket: OptionSocket,
  { group, source, interface: name }: Membership,
  joins: boolean,
): [number, number, Uint8Array<ArrayBuffer>] {
  const octets = new Uint8Array(FIRST + STORAGE * (source ? 2 : 1));
  const index = name === undefined ? 0 : socket.interfaces.indexOf(name);
  new DataView(octets.buffer).setUint32(0, index, true);
  octets.set(encodeAddress(group, 0, socket.interfaces), FIRST);
  if (source) {
    const named = encodeAddress(source, 0, socket.interfaces);
    octets.set(named.subarray(0, ADDRESS_SIZE), FIRST + STORAGE);
  }
  const option = source
    ? joins ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP
    : joins
    ? MCAST_JOIN_GROUP
    : MCAST_LEAVE_GROUP;
  return [group.family === 4 ? IP : IPV6, option, octets];
}

/** IPv4's own, which name the interface by an address: ip_mreq, ip_mreq_source. */
function byAddress(
  { group, source }: Membership,
  own: Address,
  joins: boolean,
): [number, number, Uint8Array<ArrayBuffer>] {
  const parts = [group, own, ...source ? [source] : []];
  const octets = Uint8Array.from(parts.flatMap((part) => [...part.toBytes()]));
  const option = source
    ? joins ? IP_ADD_SOURCE_MEMBERSHIP : IP_DROP_SOURCE_MEMBERSHIP
    : joins
    ? IP_ADD_MEMBERSHIP
    : IP_DROP_MEMBERSHIP;
  return [IP, option, octets];
}

const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;
const ENODEV = 19;
const ENOBUFS = 105;

function memberError(
  n: number,
  { group, interface: name }: Membership,
  joins: boolean,
  source: Address | undefined,
): NetError {
  const op = joins ? "join" : "leave";
  const what = source === undefined ? `${group}` : `${group} of ${source}`;
  const facts = { op, target: what };
  switch (n) {
    case EADDRINUSE:
      return new NetError("the socket is in it already", {
        ...facts,
        code: "in-use",
      });
    case EADDRNOTAVAIL:
      return new NetError(
        joins ? "no interface has that address" : "the socket is not in it",
        { ...facts, code: joins ? "not-local" : "not-found" },
      );
    case ENODEV:
      return new NetError(
        name === undefined
          ? "no route says by which interface"
          : `no interface that takes multicast goes by ${name}`,
        {
          ...facts,
          code: "not-found",
          hint: name === undefined
            ? `join("${group}", { interface: "eth0" })`
            : "ip -br address",
        },
      );
    case ENOBUFS:
      return new NetError("the socket is in as many groups as it may", {
        ...facts,
        code: "too-many-groups",
        hint: "sudo sysctl net.ipv4.igmp_max_memberships=100",
      });
    default:
      return systemError(n, op, what);
  }
}
