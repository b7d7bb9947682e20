/**
 * What a rule asks the machine's routing tables and sockets for.
 *
 * @see the kernel's nft_fib_ipv4.c, nft_socket.c
 *
 * @module
 */

import { parse as parseAddress } from "../../ip/address.ts";
import type { Fib } from "../model/expression.ts";
import { dataType, numberOf } from "../model/data_types.ts";
import type { HostSocket } from "./context.ts";
import { unknown } from "./unknown.ts";
import { wordsOf } from "./host.ts";
import type { Transit } from "./transit.ts";

const TYPES = dataType("fib_addrtype");

/** Looks an address up in the routing tables: an interface's name, or a type. */
export function fib(
  p: Transit,
  { result, flags }: Fib["fib"],
): string | number {
  const { host, family } = p;
  if (!host.isKnown) {
    throw unknown("the routing table", "give 'interfaces' and 'routes'");
  }
  const isSource = flags.includes("saddr");
  const only = flags.includes("iif")
    ? p.in
    : flags.includes("oif")
    ? p.out
    : undefined;
  const address = p.address(isSource ? "source" : "destination");
  // Which interface it must be is asked of the best route, and not the best
  // route of that interface looked for: but a link-local address means nothing
  // without one.
  const isLinkLocal = address.length === 4 && address[0]! >>> 22 === 0x3fa;
  const path = host.route(address, isLinkLocal ? only : undefined);
  if (result === "type") {
    const kind = path?.kind ?? (family === 4 ? "unicast" : "unreachable");
    const isElsewhere = kind === "local" && only !== undefined &&
      path?.device !== only;
    return Number(numberOf(TYPES, isElsewhere ? "unicast" : kind));
  }
  if (path?.kind !== "unicast") return "";
  if (only !== undefined && path.device !== only) return "";
  return path.device?.name ?? "";
}

/** A socket of this machine, as rules read it. */
export interface FoundSocket {
  readonly transparent: number;
  readonly wildcard: number;
  readonly mark: number;
}

/** Finds the socket that a packet is for. */
export function socketOf(p: Transit): FoundSocket | undefined {
  const found = listener(p);
  return found === undefined ? undefined : {
    transparent: found.transparent ? 1 : 0,
    wildcard: found.address === undefined ? 1 : 0,
    mark: found.mark ?? 0,
  };
}

function listener(p: Transit): HostSocket | undefined {
  const { sockets } = p.host;
  if (sockets === undefined) {
    throw unknown("which sockets there are", "give 'sockets', [] for none");
  }
  if (p.th < 0) return undefined;
  const protocol = p.l4proto === 6 ? "tcp" : p.l4proto === 17 ? "udp" : "";
  const port = p.view.getUint16(p.th + 2);
  const to = p.address("destination");
  return sockets.find((socket) =>
    socket.protocol === protocol && socket.port === port &&
    (socket.address === undefined ||
      `${wordsOf(parseAddress(socket.address))}` === `${to}`)
  );
}

/** Finds a transparent socket for a packet that is to be intercepted. */
export function isIntercepted(p: Transit, port: number | undefined): boolean {
  const { sockets } = p.host;
  if (sockets === undefined) {
    throw unknown("which sockets there are", "give 'sockets', [] for none");
  }
  const protocol = p.l4proto === 6 ? "tcp" : p.l4proto === 17 ? "udp" : "";
  const wanted = port ?? (p.th < 0 ? -1 : p.view.getUint16(p.th + 2));
  return sockets.some((socket) =>
    socket.protocol === protocol && socket.port === wanted &&
    socket.transparent === true
  );
}
