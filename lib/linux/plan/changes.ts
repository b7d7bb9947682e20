/**
 * Changes, collected one by one.
 *
 * @module
 */

import { checkOperation } from "../operation_check.ts";
import type { Operation } from "../operations.ts";
import type {
  AddressSpec,
  Device,
  LinkChange,
  LinkSpec,
  NeighbourSpec,
  QdiscSpec,
  RouteSpec,
  RuleSpec,
} from "../specs.ts";

/**
 * Changes that are collected in order. Every method that adds one gives the
 * collection itself, so that calls chain.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const changes: net.linux.PlannedChanges = net.linux.plan().deleteLink("br0");
 * assert.deepEqual(changes.operations, [{ op: "deleteLink", device: "br0" }]);
 * ```
 */
export abstract class PlannedChanges {
  readonly #operations: Operation[];

  /**
   * Begins with some changes.
   *
   * @param operations The changes.
   */
  constructor(operations: Iterable<Operation>) {
    if (typeof operations?.[Symbol.iterator] !== "function") {
      throw new TypeError(
        `Cannot make a plan as 'operations' must be a list of changes: current value is ${
          Deno.inspect(operations, { depth: 0 })
        }`,
      );
    }
    this.#operations = [...operations];
    this.#operations.forEach(checkOperation);
  }

  /** The changes, in order. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Whether they can no longer be added to. */
  protected abstract get closed(): boolean;

  /**
   * Adds changes given as data.
   *
   * @param operations The changes.
   * @throws {TypeError} If the plan has been applied.
   */
  add(...operations: readonly Operation[]): this {
    if (this.closed) {
      throw new TypeError(
        "Cannot add to a plan as 'plan' must be one that is not applied: current value is applied",
      );
    }
    operations.forEach(checkOperation);
    this.#operations.push(...operations);
    return this;
  }

  /**
   * Makes a link.
   *
   * @param link What it is.
   */
  addLink(link: LinkSpec): this {
    return this.add({ op: "addLink", link });
  }

  /**
   * Changes a link.
   *
   * @param device Which.
   * @param change What is to be different.
   */
  setLink(device: Device, change: LinkChange): this {
    return this.add({ op: "setLink", device, change });
  }

  /**
   * Deletes a link.
   *
   * @param device Which.
   */
  deleteLink(device: Device): this {
    return this.add({ op: "deleteLink", device });
  }

  /**
   * Adds an address.
   *
   * @param address Which, and to which interface.
   */
  addAddress(address: AddressSpec): this {
    return this.add({ op: "addAddress", address });
  }

  /**
   * Adds an address, or changes what goes with it.
   *
   * @param address Which, and where.
   */
  replaceAddress(address: AddressSpec): this {
    return this.add({ op: "replaceAddress", address });
  }

  /**
   * Deletes an address.
   *
   * @param address Which, and from which interface.
   */
  deleteAddress(address: AddressSpec): this {
    return this.add({ op: "deleteAddress", address });
  }

  /**
   * Adds a route.
   *
   * @param route The route.
   */
  addRoute(route: RouteSpec): this {
    return this.add({ op: "addRoute", route });
  }

  /**
   * Adds a route, or puts it in another's place.
   *
   * @param route The route.
   */
  replaceRoute(route: RouteSpec): this {
    return this.add({ op: "replaceRoute", route });
  }

  /**
   * Deletes a route.
   *
   * @param route Which.
   */
  deleteRoute(route: RouteSpec): this {
    return this.add({ op: "deleteRoute", route });
  }

  /**
   * Adds a rule.
   *
   * @param rule The rule.
   */
  addRule(rule: RuleSpec): this {
    return this.add({ op: "addRule", rule });
  }

  /**
   * Deletes a rule.
   *
   * @param rule Which.
   */
  deleteRule(rule: RuleSpec): this {
    return this.add({ op: "deleteRule", rule });
  }

  /**
   * Adds a neighbour.
   *
   * @param neighbour The neighbour.
   */
  addNeighbour(neighbour: NeighbourSpec): this {
    return this.add({ op: "addNeighbour", neighbour });
  }

  /**
   * Deletes a neighbour.
   *
   * @param neighbour Which.
   */
  deleteNeighbour(neighbour: NeighbourSpec): this {
    return this.add({ op: "deleteNeighbour", neighbour });
  }

  /**
   * Adds a queueing discipline.
   *
   * @param qdisc The queueing discipline.
   */
  addQdisc(qdisc: QdiscSpec): this {
    return this.add({ op: "addQdisc", qdisc });
  }

  /**
   * Deletes a queueing discipline.
   *
   * @param qdisc Which.
   */
  deleteQdisc(qdisc: QdiscSpec): this {
    return this.add({ op: "deleteQdisc", qdisc });
  }
}
