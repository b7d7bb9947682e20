/**
 * What a UDP socket stands on: the runtime's sockets (udp_runtime.ts), or where
 * the C library may be called, the kernel's own (udp_kernel.ts).
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import { NetError } from "../errors.ts";
import type { Datagram } from "./datagram.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Membership } from "./multicast.ts";
import type { Optioned } from "./udp_live_options.ts";
import type { SomeOptions } from "./udp_options.ts";

/** Options for `open`: where to bind, and what to set before that. */
export interface OpenOptions {
  /**
   * The address to bind, or a name for it. The default keeps to this machine;
   * `"0.0.0.0"` or `"::"` reaches others. @default {"127.0.0.1"}
   */
  hostname?: string | Address | undefined;
  /** The port; 0 takes a free one. @default {0} */
  port?: number | undefined;
  /** Datagrams that may wait for `receive`; later ones are dropped. @default {1024} */
  queue?: number | undefined;
  /** Closes the socket when it aborts. */
  signal?: AbortSignal | undefined;
  /** Options of the socket by their names, set before it is bound. */
  options?: SomeOptions | undefined;
  /** Whether datagrams say where and when they came in: `datagram.facts`. @default {false} */
  facts?: boolean | undefined;
  /**
   * Whether what is sent in a row is handed to the kernel in one piece to be cut
   * there, and the kernel joins what came in a row (GSO, GRO): several times faster, and captures on this machine
   * show the datagrams uncut. @default {false}
   */
  offload?: boolean | undefined;
  /** Another network namespace: a descriptor of it, or its file, such as `/run/netns/blue`. @default {this program's} */
  namespace?: number | string | undefined;
}

/** Who is told of what comes. */
export interface Sink {
  /** Takes a datagram in. */
  arrive(datagram: Datagram): void;
  /** Takes an error in. */
  fail(error: unknown): void;
  /** Whether somebody waits for either. */
  readonly isAwaited: boolean;
}

/** What became of datagrams that were sent together. */
export interface Taken {
  /** How many the system took, from the first on. */
  readonly taken: number;
  /** Octets in those. */
  readonly octets: number;
  /** Why it did not take the next one. */
  readonly error?: Error;
}

/** A socket of either kind. */
export interface Carrier extends Optioned {
  /** Where it is bound. */
  readonly local: Endpoint;
  /** The one it talks with. */
  readonly remote: Endpoint | undefined;
  /** Datagrams that the kernel had no room for, if that can be known. */
  readonly dropped: number;
  /** Tells who is told of what comes. */
  listen(sink: Sink): void;
  /** Tells at once of what is there already. */
  poll(): void;
  /** Tells of what comes, as long as somebody waits for it. */
  pump(): void;
  /** Sends one datagram. */
  send(data: Uint8Array, target: Endpoint | undefined): Promise<void>;
  /** Sends datagrams, in order; gives how many were taken, and why no more. */
  sendAll(
    list: readonly Uint8Array[],
    target: Endpoint | undefined,
  ): Promise<Taken>;
  /** Joins a group, or leaves it. */
  changeMembership(member: Membership, joins: boolean): void;
  /** Closes it. */
  close(): Promise<void>;
}

/**
 * The error for what the runtime's sockets cannot.
 *
 * @param what What was asked for: `"set dscp"`.
 * @param target Of which socket.
 */
export function needsKernel(what: string, target?: string): NetError {
  return new NetError("the runtime's own UDP sockets cannot", {
    code: "unsupported",
    op: what,
    target,
    hint: "deno run --allow-ffi …, on Linux, which asks the kernel itself",
  });
}

/**
 * The error for a socket that is closed.
 *
 * @param op What was being done.
 * @param target To what.
 */
export function closedError(op: string, target: Endpoint): NetError {
  return new NetError("the socket is closed", {
    code: "closed",
    op,
    target: `${target}`,
  });
}
