/**
 * What a raw socket is asked for, and what it is called.
 *
 * @module
 */

import type { Address, Family } from "../ip/address.ts";
import { Endpoint } from "./endpoint.ts";
import { notAllowed } from "./failure.ts";
import type { SomeOptions } from "./udp_options.ts";

/** Protocols by their names. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
};

/** Options for {@linkcode open}. */
export interface RawOptions {
  /** 4 or 6. @default {4} */
  family?: Family | undefined;
  /** The protocol: its number, 1 to 255, or `"icmp"`, `"igmp"`, `"gre"`, `"ospf"`, `"icmpv6"`, … */
  protocol: number | string;
  /**
   * `"raw"` hears all packets of the protocol, and takes CAP_NET_RAW. `"datagram"`
   * is for ICMP echo alone: the kernel chooses the identifier, hands over the
   * replies to it, and asks for no rights of those in `net.ipv4.ping_group_range`.
   *
   * @default {"raw"}
   */
  kind?: "raw" | "datagram" | undefined;
  /** Whether what is sent starts with an IP header of its own. @default {false} */
  header?: boolean | undefined;
  /** The address to bind: only what is sent to it is heard. @default {any} */
  hostname?: string | Address | undefined;
  /** Packets that may wait for `receive`; later ones are dropped. @default {1024} */
  queue?: number | undefined;
  /** Options of the socket by their names. */
  options?: SomeOptions | undefined;
  /** Another network namespace: a descriptor of it, or its file. @default {this program's} */
  namespace?: number | string | undefined;
  /** Closes the socket when it aborts. */
  signal?: AbortSignal | undefined;
}

/**
 * Says what a raw socket is, for people.
 *
 * @param family 4 or 6.
 * @param protocol The protocol's number.
 * @param kind What the socket hears.
 */
export function nameOf(family: Family, protocol: number, kind: string): string {
  const known = Object.entries(PROTOCOLS).find(([, n]) => n === protocol)?.[0];
  return `${kind} socket for ${
    known ?? `protocol ${protocol}`
  } over IPv${family}`;
}

/**
 * Asks the runtime's permissions, for the kernel does not.
 *
 * @param target Which address.
 * @param op What for.
 * @throws {PermissionError} If they bar it.
 */
export function mayReach(target: Address, op: string): void {
  const bare = target.zone === undefined ? target : target.withZone();
  const host = bare.family === 6 ? `[${bare}]` : `${bare}`;
  const { state } = Deno.permissions.querySync({ name: "net", host });
  if (state === "granted") return;
  throw notAllowed(op, new Endpoint(`${bare}`, 0));
}

/**
 * Gives a protocol its number.
 *
 * @param protocol Its name or number.
 * @param family 4 or 6: `"icmp"` is another one in each.
 * @throws {RangeError} If there is none of that name or number.
 */
export function protocolNumber(
  protocol: number | string,
  family: Family,
): number {
  const number = typeof protocol === "number"
    ? protocol
    // ICMP is another protocol in IPv6.
    : protocol === "icmp" && family === 6
    ? PROTOCOLS.icmpv6
    : PROTOCOLS[protocol.toLowerCase()];
  if (Number.isInteger(number) && number! >= 1 && number! <= 255) {
    return number!;
  }
  throw new RangeError(
    `Cannot open a raw socket as 'protocol' must be 1 to 255, or one of ${
      Object.keys(PROTOCOLS).join(", ")
    }: current value is ${protocol}`,
  );
}
