/**
 * The way to an address: by which interface, through whom, from which address.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { Address } from "../../ip/address.ts";
import { familyNumber } from "../../linux/address_messages.ts";
import { inside } from "../../linux/entering.ts";
import { Message, NetlinkSocket, REQUEST } from "../../linux/netlink.ts";
import { readLink } from "../../linux/link_decode.ts";
import { decodeAnyRoute } from "../../linux/route_decode.ts";
import { hardwareType, interfaceMtu } from "../../linux/device.ts";
import { linkTypeOf, LOOPBACK_HARDWARE } from "./link_types.ts";
import type { WireOptions } from "../options.ts";

const RTM_GETROUTE = 26;
const RTA_DST = 1;
const RTA_OIF = 4;
const NO_MAC = new Uint8Array(6);

/** How packets get to an address. */
export interface Way {
  /** The address. */
  readonly to: Address;
  /** The interface where they leave. */
  readonly interface: string;
  /** Its number. */
  readonly index: number;
  /** The address that they are sent from. */
  readonly source: Address;
  /** The interface's hardware address, six octets. */
  readonly sourceMac: Uint8Array;
  /** The router; the address itself if that is on the link. */
  readonly nextHop: Address;
  /** Whether they stay on this machine. */
  readonly isLoopback: boolean;
  /** Whether the address is that of all on the link. */
  readonly isBroadcast: boolean;
  /** What frames on the interface start with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The most octets of a packet on the interface. */
  readonly mtu: number;
}

/** Options for {@linkcode wayTo}. */
export interface WayOptions extends WireOptions {
  /** The interface that it must leave by. @default {as the routes say} */
  interface?: string | undefined;
}

/**
 * Finds the way to an address, as the kernel would send.
 *
 * @param to The address; its zone, if it has one, names the interface.
 * @param options In which namespace, by which interface.
 * @returns The way.
 * @throws {NetError} With code `"unreachable"` if there is none.
 * @throws {PermissionError} Without `--allow-ffi`.
 * @see rtnetlink(7)
 *
 * @example
 * ```ts ignore
 * import { address } from "../../ip/address.ts";
 * import { wayTo } from "./way.ts";
 *
 * console.log(wayTo(address("192.0.2.1")).interface);
 * ```
 */
export function wayTo(to: Address, options: WayOptions = {}): Way {
  options.signal?.throwIfAborted();
  return inside(options.namespace, () => {
    using socket = NetlinkSocket.open();
    const bare = to.zone === undefined ? to : to.withZone();
    const name = options.interface ?? to.zone;
    const request = new Message(RTM_GETROUTE, REQUEST, {
      op: "find a way to",
      target: String(to),
    });
    const head = new Uint8Array(12);
    head.set([familyNumber(bare.family), bare.bits]);
    request.struct(head).octets(RTA_DST, bare.toBytes());
    if (name !== undefined) request.u32(RTA_OIF, readLink(socket, name).index);
    const route = socket.ask(
      request,
      (message) => decodeAnyRoute(message, new Map()),
    );
    if (route?.index === undefined) {
      throw new NetError(`the route there is ${route?.type ?? "none"}`, {
        code: "unreachable",
        op: "find a way to",
        target: String(to),
      });
    }
    const link = readLink(socket, route.index);
    const { via, source } = route;
    const hardware = hardwareType(link.name);
    return {
      to: bare,
      interface: link.name,
      index: link.index,
      source: source ?? new Address(bare.family, 0, 0, 0, 0),
      sourceMac: link.mac?.toBytes() ?? NO_MAC,
      nextHop: via?.family === bare.family ? via : bare,
      isLoopback: hardware === LOOPBACK_HARDWARE || route.type === "local",
      isBroadcast: route.type === "broadcast",
      linkType: linkTypeOf(hardware) ?? 0,
      mtu: interfaceMtu(link.name),
    };
  });
}
