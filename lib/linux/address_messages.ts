/**
 * Messages that add and delete addresses and neighbours.
 *
 * @see rtnetlink(7), linux/if_addr.h, linux/neighbour.h
 * @module
 */

import { type Address, address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import { hasHostBits, lowest } from "../ip/prefix.ts";
import { Subnet, subnet } from "../ip/subnet.ts";
import type { IndexOf } from "./codecs.ts";
import { indexOnly } from "./link_messages.ts";
import { CREATE, EXCL, Message, REPLACE, REQUEST } from "./message.ts";
import { neighbourStates, routeProtocols, scopes } from "./names.ts";
import type { AddressSpec, NeighbourSpec } from "./specs.ts";

const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;

/** What to do with something: the flags of the request, and a verb. */
export type Verb = "add" | "replace" | "append" | "delete";

/** AF_INET and AF_INET6. */
export function familyNumber(family: 4 | 6): number {
  return family === 4 ? 2 : 10;
}

/**
 * Makes a subnet of what the kernel says, also where that has bits after the
 * prefix or a prefix that is too long.
 *
 * @param network The address.
 * @param bits The length of the prefix.
 * @returns The subnet.
 */
export function subnetOf(network: Address, bits: number): Subnet {
  const length = Math.min(bits, network.bits);
  return new Subnet(
    hasHostBits(network, length) ? lowest(network, length) : network,
    length,
  );
}

/** IFA_F_… by setting. */
const ADDRESS_FLAGS = [
  ["noDad", 0x2],
  ["optimistic", 0x4],
  ["home", 0x10],
  ["manageTemporary", 0x100],
  ["noPrefixRoute", 0x200],
  ["autoJoin", 0x400],
] as const;

/**
 * Takes an address spec apart.
 *
 * @param spec The address, and its peer.
 * @returns The local address, that of the other end, and the prefix length.
 */
export function addressParts(
  spec: Pick<AddressSpec, "address" | "peer">,
): { local: Address; peer: Address | undefined; prefixLength: number } {
  const own = withHost(spec.address);
  const local = own.host ?? own.network;
  if (spec.peer === undefined) {
    return { local, peer: undefined, prefixLength: own.prefixLength };
  }
  const { peer } = spec;
  const isSubnet = typeof peer === "string"
    ? peer.includes("/")
    : "prefixLength" in peer;
  if (!isSubnet) {
    return {
      local,
      peer: address(peer as string | Address),
      prefixLength: own.prefixLength,
    };
  }
  const other = withHost(peer as string | Subnet);
  return {
    local,
    peer: other.host ?? other.network,
    prefixLength: other.prefixLength,
  };
}

/** Text with or without a prefix length, host bits kept. */
function withHost(from: string | Subnet): Subnet {
  if (typeof from !== "string") return from;
  if (from.includes("/")) return subnet(from, { hostBits: "keep" });
  const host = address(from);
  return subnet(host, host.bits);
}

/**
 * The message that adds an address, or deletes it.
 *
 * @param spec The address.
 * @param verb What to do. @default {"add"}
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {ParseError} If its text is no address.
 *
 * @example
 * ```ts
 * import { addressMessage } from "./address_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const message = addressMessage({ address: "192.0.2.1/24", device: 2 });
 * assert.equal(message.type, 20);
 * ```
 */
export function addressMessage(
  spec: AddressSpec,
  verb: Verb = "add",
  index: IndexOf = indexOnly,
): Message {
  const { device, label, metric } = spec;
  const { local, peer, prefixLength } = addressParts(spec);
  let flags = 0;
  for (const [name, bit] of ADDRESS_FLAGS) if (spec[name]) flags |= bit;
  const isLoopback = local.family === 4 && local.w3 >>> 24 === 127;
  const scope = scopes.number(spec.scope ?? (isLoopback ? "host" : "global"));

  const head = new Uint8Array(8);
  head.set([familyNumber(local.family), prefixLength, flags & 0xff, scope]);
  new DataView(head.buffer).setUint32(4, index(device), true);
  const message = request(RTM_NEWADDR, RTM_DELADDR, verb, {
    op: `${verb} address`,
    target: `${local}/${prefixLength} on ${device}`,
  });
  message.struct(head).octets(2, local.toBytes());
  message.octets(1, (peer ?? local).toBytes());
  // Two addresses or one leave none for all, RFC 3021 §2.2.
  const broadcast = spec.broadcast !== "+"
    ? spec.broadcast
    : prefixLength < 31
    ? subnet(local, prefixLength, { hostBits: "clear" }).broadcast
    : undefined;
  if (broadcast !== undefined) {
    message.octets(4, address(broadcast).toBytes());
  }
  if (label !== undefined) message.text(3, label);
  if (flags > 0xff) message.u32(8, flags);
  if (metric !== undefined) message.u32(9, metric);
  const { validSeconds, preferredSeconds } = spec;
  if (validSeconds !== undefined || preferredSeconds !== undefined) {
    const forever = 0xffffffff;
    const valid = seconds(validSeconds ?? Infinity);
    const preferred = seconds(preferredSeconds ?? validSeconds ?? Infinity);
    if (preferred > valid) {
      throw new RangeError(
        `Cannot ${verb} address ${local} as 'preferredSeconds' must be at most 'validSeconds': current value is ${
          preferred === forever ? "for ever" : preferred
        }`,
      );
    }
    const lifetimes = new Uint32Array([preferred, valid, 0, 0]);
    message.octets(6, new Uint8Array(lifetimes.buffer));
  }
  return message;
}

function seconds(n: number): number {
  return n === Infinity ? 0xffffffff : n;
}

/**
 * A request to make or delete something.
 *
 * @param add The type that makes it.
 * @param remove The type that deletes it.
 * @param verb What to do.
 * @param purpose What that is, in words.
 * @returns The message, with its header alone.
 */
export function request(
  add: number,
  remove: number,
  verb: Verb,
  purpose: { op: string; target: string },
): Message {
  if (verb === "delete") return new Message(remove, REQUEST, purpose);
  const flags = {
    add: CREATE | EXCL,
    replace: CREATE | REPLACE,
    append: 0xc00,
  };
  return new Message(add, REQUEST | flags[verb], purpose);
}

/**
 * The message that adds a neighbour, or deletes it.
 *
 * @param spec The neighbour.
 * @param verb What to do. @default {"add"}
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {ParseError} If its text is no address.
 *
 * @example
 * ```ts
 * import { neighbourMessage } from "./address_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const message = neighbourMessage({ address: "192.0.2.1", device: 2, mac: "02:00:00:00:00:01" });
 * assert.equal(message.type, 28);
 * ```
 */
export function neighbourMessage(
  spec: NeighbourSpec,
  verb: Verb = "add",
  index: IndexOf = indexOnly,
): Message {
  const { device, state = "permanent", proxy, router, externLearn, protocol } =
    spec;
  const to = address(spec.address);
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  head[0] = familyNumber(to.family);
  view.setInt32(4, index(device), true);
  view.setUint16(8, proxy ? 0 : neighbourStates.number(state), true);
  head[10] = (proxy ? 0x8 : 0) | (externLearn ? 0x10 : 0) | (router ? 0x80 : 0);
  const message = request(RTM_NEWNEIGH, RTM_DELNEIGH, verb, {
    op: `${verb} neighbour`,
    target: `${to} on ${device}`,
  });
  message.struct(head).octets(1, to.toBytes());
  if (spec.mac !== undefined) message.octets(2, mac(spec.mac).toBytes());
  if (protocol !== undefined) message.u8(12, routeProtocols.number(protocol));
  return message;
}
