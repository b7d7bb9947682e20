/**
 * Operations as messages to the kernel.
 *
 * @module
 */

import {
  addressMessage,
  neighbourMessage,
  type Verb,
} from "./address_messages.ts";
import type { IndexOf } from "./codecs.ts";
import {
  addLinkMessage,
  deleteLinkMessage,
  indexOnly,
  portVlanMessage,
  setLinkMessages,
} from "./link_messages.ts";
import { indexThrough } from "./link_names.ts";
import type { Message, NetlinkSocket } from "./netlink.ts";
import { classMessage, qdiscMessage } from "./qdisc_messages.ts";
import { routeMessage, ruleMessage } from "./route_messages.ts";
import type { Operation } from "./operation.ts";

export type { Operation };

/**
 * Turns an operation into messages to the kernel.
 *
 * @param operation The operation.
 * @param index Gives the index of a device. @default {takes indexes only}
 * @returns The messages, in order; none if nothing is to change.
 * @throws {TypeError} If the operation says something that cannot be.
 *
 * @example
 * ```ts
 * import { operationMessages } from "./operations.ts";
 * import assert from "node:assert/strict";
 *
 * const messages = operationMessages({
 *   op: "addAddress",
 *   address: { address: "192.0.2.1/24", device: 2 },
 * });
 * assert.equal(messages.length, 1);
 * ```
 */
export function operationMessages(
  operation: Operation,
  index: IndexOf = indexOnly,
): Message[] {
  switch (operation.op) {
    case "addLink":
      return [addLinkMessage(operation.link, index)];
    case "setLink":
      return setLinkMessages(operation.device, operation.change, index);
    case "deleteLink":
      return [deleteLinkMessage(operation.device, index)];
    case "addPortVlan":
    case "deletePortVlan": {
      const remove = operation.op === "deletePortVlan";
      return [portVlanMessage(operation.portVlan, remove, index)];
    }
    case "addAddress":
    case "replaceAddress":
    case "deleteAddress":
      return [addressMessage(operation.address, verbOf(operation), index)];
    case "addRoute":
    case "replaceRoute":
    case "appendRoute":
    case "deleteRoute":
      return [routeMessage(operation.route, verbOf(operation), index)];
    case "addRule":
    case "deleteRule": {
      const verb = operation.op === "addRule" ? "add" : "delete";
      return [ruleMessage(operation.rule, verb)];
    }
    case "addNeighbour":
    case "replaceNeighbour":
    case "deleteNeighbour":
      return [neighbourMessage(operation.neighbour, verbOf(operation), index)];
    case "addQdisc":
    case "replaceQdisc":
    case "deleteQdisc":
      return [qdiscMessage(operation.qdisc, verbOf(operation), index)];
    case "addClass":
    case "replaceClass":
    case "deleteClass":
      return [classMessage(operation.class, verbOf(operation), index)];
  }
}

/**
 * Gives the verb of an operation.
 *
 * @param operation The operation.
 * @returns The first word of its name; for `setLink` that is `"set"`.
 */
export function verbOf(operation: Operation): Verb {
  return /^[a-z]+/.exec(operation.op)![0] as Verb;
}

/**
 * Applies operations in order, and stops at the first that fails.
 *
 * @param socket A socket of the namespace.
 * @param operations The operations.
 * @throws {NetError} The first failure; what came before stays done.
 */
export function applyOperations(
  socket: NetlinkSocket,
  operations: Iterable<Operation>,
): void {
  // Names are looked up when their turn comes: what was made before has one.
  const index = indexThrough(socket);
  for (const operation of operations) {
    for (const message of operationMessages(operation, index)) {
      socket.transact(message);
    }
  }
}
