/**
 * From packets to what goes out by which interface.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { Address } from "../../ip/address.ts";
import type { Packet } from "../../packet/packet.ts";
import type { Way } from "../link/way.ts";
import { complete, framed, lacks, targetOf, unframed } from "./complete.ts";
import type { Place } from "./place.ts";

/** A packet, and where it is to go. */
export interface Aim {
  /** The packet, as it was given. */
  readonly packet: Packet;
  /** To whom; `undefined` where only the link knows. */
  readonly target: Address | undefined;
  /** How it gets there; `undefined` where that does not matter. */
  readonly way: Way | undefined;
  /** The interface where it leaves, and its answers come. */
  readonly interface: string;
  /** Whether it goes to this machine itself, by the kernel's own IP. */
  readonly isLoopback: boolean;
  /** Whether the hardware address of the next hop has to be known. */
  readonly needsHop: boolean;
}

/** A packet that is ready to go. */
export interface Outgoing {
  /** It, with all its headers. */
  readonly packet: Packet;
  /** The interface; `undefined` if it cannot go, as nobody there would take it. */
  readonly interface: string | undefined;
  /** To whom the kernel's own IP sends it; `undefined` for a frame. */
  readonly to: Address | undefined;
}

/** The interface that every machine has for itself. */
const LOOPBACK = "lo";
const ETHERNET = 1;

/**
 * Finds where a packet is to go.
 *
 * @param packet The packet.
 * @param place From where.
 * @param on The interface that it must leave by. @default {as the routes say}
 * @returns Where.
 * @throws {NetError} With code `"unreachable"` if there is no way.
 * @throws {TypeError} If nothing says which interface.
 */
export function aim(
  packet: Packet,
  place: Place,
  on: string | undefined,
): Aim {
  const target = targetOf(packet);
  const isIp = packet.layers[0]?.name === "ipv4" ||
    packet.layers[0]?.name === "ipv6";
  if (target === undefined && on === undefined) {
    throw new TypeError(
      `Cannot ask as 'on' must name the interface for a packet that no route is for: current value is undefined, and the packet is ${packet}`,
    );
  }
  const { source, hop } = lacks(packet);
  const way = isIp || on === undefined
    ? place.wayTo(target!, on)
    : source || hop
    ? tryWay(target, place, on)
    : undefined;
  const isLoopback = way?.isLoopback === true && (isIp || on === undefined);
  return {
    packet,
    target,
    way,
    interface: isLoopback ? LOOPBACK : on ?? way!.interface,
    isLoopback,
    needsHop: !isLoopback &&
      (isIp ? way!.linkType === ETHERNET : hop && packet.arp === undefined),
  };
}

/** A way, if there is one: with a link header a packet can go without. */
function tryWay(
  target: Address | undefined,
  place: Place,
  on: string,
): Way | undefined {
  if (target === undefined) return undefined;
  try {
    return place.wayTo(target, on);
  } catch (error) {
    if (error instanceof NetError && error.code === "unreachable") {
      return undefined;
    }
    throw error;
  }
}

/**
 * Makes a packet ready to go.
 *
 * @param aim The packet, and where.
 * @param mac The hardware address of the interface, six octets.
 * @param hop That of the next hop, six octets, if it is needed.
 * @returns What to send.
 */
export function outgoing(
  aim: Aim,
  mac: Uint8Array | undefined,
  hop: Uint8Array | undefined,
): Outgoing {
  const { way, target, isLoopback } = aim;
  const packet = complete(aim.packet, { source: way?.source, mac, hop });
  if (isLoopback) {
    return { packet: unframed(packet), interface: LOOPBACK, to: target };
  }
  if (aim.needsHop && hop === undefined) {
    return { packet, interface: undefined, to: undefined };
  }
  const isFrame = packet.ethernet !== undefined || hop === undefined;
  return {
    packet: isFrame ? packet : framed(packet, hop, way!.sourceMac),
    interface: aim.interface,
    to: undefined,
  };
}
