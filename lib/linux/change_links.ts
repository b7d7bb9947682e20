/**
 * Changes to links, addresses and neighbours.
 *
 * @module
 */

import { change, type ChangeOptions } from "./change.ts";
import type {
  AddressSpec,
  Device,
  LinkChange,
  LinkSpec,
  NeighbourSpec,
  PortVlanSpec,
} from "./specs.ts";

/**
 * Makes a link.
 *
 * @param link The link.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @throws {TypeError} If it says something that cannot be.
 * @see ip-link(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addLink({ name: "br0", kind: "bridge", details: { stpState: 1 } }),
 *   /ip link add name br0 type bridge stp_state 1/,
 * );
 * ```
 */
export function addLink(
  link: LinkSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addLink", link }, options);
}

/**
 * Changes a link: up or down, its name, its master, and the like.
 *
 * @param device The link.
 * @param settings What to change.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @throws {TypeError} If it says something that cannot be.
 * @see ip-link(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.setLink("eth0", { mtu: 1400 }),
 *   /ip link set dev eth0 mtu 1400/,
 * );
 * ```
 */
export function setLink(
  device: Device,
  settings: LinkChange,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "setLink", device, change: settings }, options);
}

/**
 * Deletes a link; with one end of a veth pair goes the other.
 *
 * @param device The link.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-link(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteLink("br0"),
 *   /ip link delete dev br0/,
 * );
 * ```
 */
export function deleteLink(
  device: Device,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteLink", device }, options);
}

/**
 * Puts a bridge's port into VLANs.
 *
 * @param portVlan The port and the VLANs.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see bridge(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addPortVlan({ device: "eth1", vlan: 10 }),
 *   /bridge vlan add dev eth1 vid 10/,
 * );
 * ```
 */
export function addPortVlan(
  portVlan: PortVlanSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addPortVlan", portVlan }, options);
}

/**
 * Takes a bridge's port out of VLANs.
 *
 * @param portVlan The port and the VLANs.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see bridge(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deletePortVlan({ device: "eth1", vlan: 10 }),
 *   /bridge vlan del dev eth1 vid 10/,
 * );
 * ```
 */
export function deletePortVlan(
  portVlan: PortVlanSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deletePortVlan", portVlan }, options);
}

/**
 * Adds an address to an interface.
 *
 * @param address The address.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-address(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addAddress({ address: "192.0.2.1/24", device: "eth0" }),
 *   /ip address add 192\.0\.2\.1\/24 dev eth0/,
 * );
 * ```
 */
export function addAddress(
  address: AddressSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addAddress", address }, options);
}

/**
 * Adds an address to an interface, or changes it where it is there.
 *
 * @param address The address.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-address(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.replaceAddress({ address: "192.0.2.1/24", device: "eth0" }),
 *   /ip address replace 192\.0\.2\.1\/24 dev eth0/,
 * );
 * ```
 */
export function replaceAddress(
  address: AddressSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "replaceAddress", address }, options);
}

/**
 * Takes an address from an interface.
 *
 * @param address The address.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-address(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteAddress({ address: "192.0.2.1/24", device: "eth0" }),
 *   /ip address delete 192\.0\.2\.1\/24 dev eth0/,
 * );
 * ```
 */
export function deleteAddress(
  address: AddressSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteAddress", address }, options);
}

/**
 * Adds a neighbour: an address of the link with its hardware address.
 *
 * @param neighbour The neighbour.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-neighbour(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.addNeighbour({ address: "192.0.2.9", device: "eth0", mac: "02:00:00:00:00:09" }),
 *   /ip neigh add 192\.0\.2\.9 lladdr 02:00:00:00:00:09 dev eth0/,
 * );
 * ```
 */
export function addNeighbour(
  neighbour: NeighbourSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "addNeighbour", neighbour }, options);
}

/**
 * Adds a neighbour, or changes it where it is there.
 *
 * @param neighbour The neighbour.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-neighbour(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.replaceNeighbour({ address: "192.0.2.9", device: "eth0", mac: "02:00:00:00:00:09" }),
 *   /ip neigh replace 192\.0\.2\.9 lladdr 02:00:00:00:00:09 dev eth0/,
 * );
 * ```
 */
export function replaceNeighbour(
  neighbour: NeighbourSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "replaceNeighbour", neighbour }, options);
}

/**
 * Deletes a neighbour.
 *
 * @param neighbour The neighbour.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or the permission to ask.
 * @see ip-neighbour(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.linux.deleteNeighbour({ address: "192.0.2.9", device: "eth0", mac: "02:00:00:00:00:09" }),
 *   /ip neigh delete 192\.0\.2\.9 lladdr 02:00:00:00:00:09 dev eth0/,
 * );
 * ```
 */
export function deleteNeighbour(
  neighbour: NeighbourSpec,
  options?: ChangeOptions,
): Promise<void> {
  return change({ op: "deleteNeighbour", neighbour }, options);
}
