/**
 * Reading sockets from the kernel, without waiting.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { libc } from "../../ffi/libc.ts";
import { NETLINK_SOCK_DIAG, NetlinkSocket } from "../netlink.ts";
import {
  type DiagFilter,
  readInetSocket,
  readUnixSocket,
  socketsMessage,
} from "./diag.ts";
import type { SocketProtocol } from "./fields.ts";
import { readProcNet } from "./proc_net.ts";
import { type Socket, SocketList } from "./socket.ts";

/** What {@linkcode readSockets} lists. */
export interface SocketQuery extends DiagFilter {
  /** The protocols wanted. */
  readonly protocols: readonly SocketProtocol[];
  /** The families wanted. */
  readonly families: readonly (4 | 6)[];
}

/**
 * Lists the sockets of this thread's namespace, without waiting.
 *
 * @param query Which ones, in full.
 * @returns The sockets, by protocol and family.
 * @throws {NetError} If the kernel refuses.
 *
 * @example
 * ```ts ignore
 * import { readSockets } from "./read.ts";
 *
 * readSockets({ protocols: ["udp"], families: [4] });
 * ```
 */
export function readSockets(query: SocketQuery): SocketList {
  const list = new SocketList();
  using socket = NetlinkSocket.open(NETLINK_SOCK_DIAG);
  const names = new Map<number, string>();
  const interfaceName = (index: number) => {
    let name = names.get(index);
    if (name === undefined) names.set(index, name = nameOf(index));
    return name;
  };
  for (const protocol of query.protocols) {
    for (const family of protocol === "unix" ? [4] as const : query.families) {
      const request = socketsMessage(protocol, family, query);
      try {
        socket.dump(request, (message) => {
          const one = protocol === "unix"
            ? readUnixSocket(message)
            : readInetSocket(message, protocol, query, interfaceName);
          if (one !== undefined) list.push(one);
        });
      } catch (error) {
        // Protocols are modules of sock_diag, each of which a kernel may lack.
        const absent = error instanceof NetError && error.code === "not-found";
        if (!absent || protocol === "unix") throw error;
        list.push(
          ...readProcNet(protocol, family).filter((one) => fits(one, query)),
        );
      }
    }
  }
  return list;
}

/**
 * Tells whether a socket is one that is wanted.
 *
 * @param socket The socket.
 * @param filter What is wanted.
 */
export function fits(
  { state, local, remote }: Socket,
  filter: DiagFilter,
): boolean {
  const { states, port } = filter;
  return (states === undefined || states.has(state)) &&
    (port === undefined || local.port === port || remote.port === port);
}

/** In the thread's own namespace, as the socket is. */
function nameOf(index: number): string {
  const name = new Uint8Array(16);
  // One that has just gone has no name.
  if (libc().if_indextoname(index, name) === null) return `if${index}`;
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}
