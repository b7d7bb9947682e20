/**
 * Messages that make, change and delete links.
 *
 * @see rtnetlink(7), linux/if_link.h
 * @module
 */

import { mac } from "../ip/mac/mac.ts";
import type { IndexOf } from "./codecs.ts";
import { writeDetails } from "./details.ts";
import { kinds, portKinds } from "./kinds.ts";
import { CREATE, EXCL, Message, NESTED, REQUEST } from "./message.ts";
import { addrGenModes } from "./names.ts";
import type {
  Device,
  LinkChange,
  LinkSettings,
  LinkSpec,
  PeerSpec,
  PortVlanSpec,
} from "./specs.ts";

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_SETLINK = 19;
const RTM_NEWLINKPROP = 108;
const RTM_DELLINKPROP = 109;
const AF_INET6 = 10;
const AF_BRIDGE = 7;

/** IFF_… by setting. */
const FLAGS = [
  ["up", 0x1, true],
  ["arp", 0x80, false],
  ["promiscuous", 0x100, true],
  ["allMulticast", 0x200, true],
  ["multicast", 0x1000, true],
] as const;

/**
 * Takes devices only by their index: for those who know all of them.
 *
 * @param device The index.
 * @returns The same.
 * @throws {TypeError} If it is a name.
 */
export function indexOnly(device: Device): number {
  if (typeof device === "number") return device;
  throw new TypeError(
    `Cannot build a message as a device must be an index where no names are looked up: current value is ${
      JSON.stringify(device)
    }`,
  );
}

/**
 * A struct ifinfomsg.
 *
 * @param index The link; 0 where a name says it.
 * @param flags IFF_… bits to set.
 * @param change Which of them count.
 * @param family The address family that is asked.
 * @returns Its 16 octets.
 */
export function linkHeader(
  index: number = 0,
  flags: number = 0,
  change: number = 0,
  family: number = 0,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  bytes[0] = family;
  view.setInt32(4, index, true);
  view.setUint32(8, flags, true);
  view.setUint32(12, change, true);
  return bytes;
}

function flagsOf(settings: LinkSettings): [flags: number, change: number] {
  let flags = 0;
  let change = 0;
  for (const [name, bit, sense] of FLAGS) {
    if (settings[name] === undefined) continue;
    change |= bit;
    if (settings[name] === sense) flags |= bit;
  }
  return [flags, change];
}

/**
 * The message that makes a link.
 *
 * @param spec The link.
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {TypeError} If its kind has no such detail.
 * @throws {RangeError} If its name is none.
 *
 * @example
 * ```ts
 * import { addLinkMessage } from "./link_messages.ts";
 * import assert from "node:assert/strict";
 *
 * const message = addLinkMessage({ name: "v0", kind: "veth", up: true, peer: { name: "v1" } });
 * assert.equal(message.type, 16);
 * ```
 */
export function addLinkMessage(
  spec: LinkSpec,
  index: IndexOf = indexOnly,
): Message {
  const { name, kind, peer, details, link, txQueues, rxQueues } = spec;
  checkName(name);
  if (peer !== undefined && kind !== "veth") {
    throw new TypeError(
      `Cannot add link ${name} as 'peer' must be left out unless 'kind' is veth: current kind is ${kind}`,
    );
  }
  const [flags, change] = flagsOf(spec);
  const message = new Message(RTM_NEWLINK, REQUEST | CREATE | EXCL, {
    op: `add ${kind} link`,
    target: name,
  });
  message.struct(linkHeader(spec.index, flags, change)).text(3, name);
  if (link !== undefined) message.u32(5, index(link));
  settings(message, spec, index);
  if (txQueues !== undefined) message.u32(31, txQueues);
  if (rxQueues !== undefined) message.u32(32, rxQueues);
  return message.nest(18, () => {
    message.text(1, kind);
    if (peer !== undefined) {
      message.nest(2, () => message.nest(1, () => peerEnd(message, peer)));
    } else if (details !== undefined) {
      message.nest(
        2,
        () => writeDetails(message, kind, kinds.get(kind), details, index),
      );
    }
  });
}

function peerEnd(message: Message, peer: PeerSpec): void {
  message.struct(linkHeader(peer.index));
  if (peer.name !== undefined) message.text(3, checkName(peer.name));
  settings(message, peer, indexOnly);
}

function settings(
  message: Message,
  settings: LinkSettings,
  index: IndexOf,
): void {
  const { master, mtu, txQueueLength, alias, group, namespace } = settings;
  if (settings.mac !== undefined) {
    message.octets(1, mac(settings.mac).toBytes());
  }
  if (mtu !== undefined) message.u32(4, mtu);
  if (master !== undefined) {
    message.u32(10, master === null ? 0 : index(master));
  }
  if (txQueueLength !== undefined) message.u32(13, txQueueLength);
  if (alias !== undefined) message.text(20, alias);
  if (group !== undefined) message.u32(27, group);
  if (namespace !== undefined) message.u32(28, namespace);
}

/**
 * The messages that change a link: one, and one for alternative names.
 *
 * @param device The link.
 * @param change What to change.
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The messages, in order.
 * @throws {TypeError} If a kind has no such detail, or it is not said.
 */
export function setLinkMessages(
  device: Device,
  change: LinkChange,
  index: IndexOf = indexOnly,
): Message[] {
  const { name, addAltNames, deleteAltNames, details, kind, port } = change;
  const { addrGenMode } = change;
  const purpose = { op: "change link", target: String(device) };
  const at = index(device);
  const messages: Message[] = [];
  const { addAltNames: _, deleteAltNames: __, ...rest } = change;
  if (Object.values(rest).some((value) => value !== undefined)) {
    const message = new Message(RTM_NEWLINK, REQUEST, purpose);
    message.struct(linkHeader(at, ...flagsOf(change)));
    if (name !== undefined) message.text(3, checkName(name));
    settings(message, change, index);
    if (addrGenMode !== undefined) {
      message.nest(
        26,
        () =>
          message.nest(
            AF_INET6,
            () => message.u8(8, addrGenModes.number(addrGenMode)),
          ),
      );
    }
    if (details !== undefined || port !== undefined) {
      message.nest(18, () => {
        if (details !== undefined) {
          if (kind === undefined) {
            throw new TypeError(
              `Cannot change link ${device} as 'kind' must be given with 'details': current value is undefined`,
            );
          }
          message.text(1, kind).nest(
            2,
            () => writeDetails(message, kind, kinds.get(kind), details, index),
          );
        }
        if (port !== undefined) {
          const { kind: master, ...fields } = port;
          message.text(4, master).nest(5, () =>
            writeDetails(
              message,
              `${master} port`,
              portKinds.get(master),
              fields,
              index,
            ));
        }
      });
    }
    messages.push(message);
  }
  for (
    const [type, names] of [
      [RTM_NEWLINKPROP, addAltNames],
      [RTM_DELLINKPROP, deleteAltNames],
    ] as const
  ) {
    if (names === undefined || names.length === 0) continue;
    const flags = type === RTM_NEWLINKPROP ? CREATE | EXCL : 0;
    const message = new Message(type, REQUEST | flags, purpose);
    message.struct(linkHeader(at)).nest(52 | NESTED, () => {
      for (const name of names) message.text(53, name);
    });
    messages.push(message);
  }
  return messages;
}

/**
 * The message that deletes a link.
 *
 * @param device The link.
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 */
export function deleteLinkMessage(
  device: Device,
  index: IndexOf = indexOnly,
): Message {
  const purpose = { op: "delete link", target: String(device) };
  return new Message(RTM_DELLINK, REQUEST, purpose).struct(
    linkHeader(index(device)),
  );
}

/**
 * The message that puts a bridge's port into VLANs, or takes it out.
 *
 * @param spec The port and the VLANs.
 * @param remove Whether to take it out. @default {false}
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The message.
 * @throws {RangeError} If a VLAN is not 1 to 4094.
 */
export function portVlanMessage(
  spec: PortVlanSpec,
  remove: boolean = false,
  index: IndexOf = indexOnly,
): Message {
  const { device, vlan, pvid = false, untagged = false, self = false } = spec;
  const [first, last] = typeof vlan === "number" ? [vlan, vlan] : vlan;
  for (const id of [first, last]) {
    if (!(Number.isInteger(id) && id >= 1 && id <= 4094) || first > last) {
      throw new RangeError(
        `Cannot set a port's VLANs as 'vlan' must be 1 to 4094, the first before the last: current value is ${vlan}`,
      );
    }
  }
  const info = (id: number, more: number): Uint8Array => {
    const flags = (pvid ? 2 : 0) | (untagged ? 4 : 0) | more;
    return new Uint8Array(new Uint16Array([flags, id]).buffer);
  };
  const message = new Message(remove ? RTM_DELLINK : RTM_SETLINK, REQUEST, {
    op: remove ? "delete VLAN of port" : "add VLAN to port",
    target: `${device} ${first === last ? first : `${first}-${last}`}`,
  });
  message.struct(linkHeader(index(device), 0, 0, AF_BRIDGE));
  return message.nest(26, () => {
    if (self) message.u16(0, 2);
    if (first === last) message.octets(2, info(first, 0));
    else message.octets(2, info(first, 8)).octets(2, info(last, 16));
  });
}

function checkName(name: string): string {
  const octets = new TextEncoder().encode(name).length;
  if (
    octets < 1 || octets > 15 || name === "." || name === ".." ||
    /[/:\s\0]/.test(name)
  ) {
    throw new RangeError(
      `Cannot name a link as 'name' must be 1 to 15 octets without "/", ":" and spaces: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  return name;
}
