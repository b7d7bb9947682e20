/**
 * Which changes of a plan are made already.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { Listing } from "../listing.ts";
import { operationCommand } from "../operation_command.ts";
import type { Operation } from "../operations.ts";
import {
  addressSpec,
  linkSettings,
  neighbourSpec,
  qdiscSpec,
  routeSpec,
  ruleSpec,
  type State,
} from "../state.ts";

/** One change of a plan, compared with what there is. */
export interface PlanStep {
  /** The change. */
  readonly operation: Operation;
  /** The command that would do the same. */
  readonly command: string;
  /** Whether it is still to be made; if not, things are so already. */
  readonly needed: boolean;
}

/**
 * A plan's changes, compared with what there is; shows as a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const nothing = { links: [], addresses: [], routes: [], rules: [], neighbours: [], qdiscs: [] };
 * const diff = net.linux.PlanDiff.compare([{ op: "deleteLink", device: "v0" }], nothing);
 * assert.equal(diff[0]?.needed, false);
 * ```
 */
export class PlanDiff extends Listing<PlanStep> {
  /**
   * Compares changes with a state, each for itself.
   *
   * @param operations The changes.
   * @param state What there is.
   * @returns The changes with the result.
   */
  static compare(operations: readonly Operation[], state: State): PlanDiff {
    const diff = new PlanDiff();
    for (const operation of operations) {
      diff.push({
        operation,
        command: operationCommand(operation),
        needed: !isDone(operation, state),
      });
    }
    return diff;
  }

  /** Whether anything is still to be done. */
  get needed(): boolean {
    return this.some(({ needed }) => needed);
  }

  /** Draws the table. */
  protected override draw(page: Canvas): string {
    const rows = this.map(({ command, needed }) => ({
      state: needed ? "to do" : "is so",
      command: command.replaceAll("\n", "; "),
    }));
    return table(rows, {
      columns: [
        {
          key: "state",
          role: (value) => value === "to do" ? "warn" : "muted",
        },
        { key: "command", minWidth: 20 },
      ],
      canvas: page,
    });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isDone(operation: Operation, state: State): boolean {
  const { links } = state;
  const wanted = (list: readonly object[], spec: object) => {
    const found = list.some((one) =>
      fits(spec as Fields, one as Fields, state)
    );
    return operation.op.startsWith("delete") ? !found : found;
  };
  switch (operation.op) {
    case "addLink":
      return links.some(({ name }) => name === operation.link.name);
    case "deleteLink":
    case "setLink": {
      const { device } = operation;
      const link = links.find(({ name, index, altNames }) =>
        name === device || index === device ||
        altNames.includes(device as string)
      );
      if (operation.op === "deleteLink") return link === undefined;
      if (link === undefined) return false;
      return fits(operation.change as Fields, {
        ...linkSettings(link),
        addrGenMode: link.addrGenMode,
        name: link.name,
        kind: link.kind,
        details: link.details,
        port: link.port,
      }, state);
    }
    case "addAddress":
    case "replaceAddress":
    case "deleteAddress":
      return wanted(state.addresses.map(addressSpec), operation.address);
    case "addRoute":
    case "replaceRoute":
    case "appendRoute":
    case "deleteRoute":
      return wanted(state.routes.map(routeSpec), {
        table: 254,
        ...operation.route,
      });
    case "addRule":
    case "deleteRule":
      return wanted(state.rules.map(ruleSpec), operation.rule);
    case "addNeighbour":
    case "replaceNeighbour":
    case "deleteNeighbour":
      return wanted(state.neighbours.map(neighbourSpec), operation.neighbour);
    case "addQdisc":
    case "replaceQdisc":
    case "deleteQdisc":
      return wanted(state.qdiscs.map(qdiscSpec), operation.qdisc);
    default:
      // Classes and VLANs of ports are not part of the state.
      return false;
  }
}

/** Whether all that a change says is so of what there is. */
function fits(spec: Fields, there: Fields, state: State): boolean {
  return Object.entries(spec).every(([key, value]) => {
    if (value === undefined) return true;
    const own = there[key];
    if (isPlain(value)) {
      return isPlain(own) && fits(value, own, state);
    }
    if (Array.isArray(value)) {
      return Array.isArray(own) && value.length === own.length &&
        value.every((one, i) =>
          isPlain(one) && isPlain(own[i])
            ? fits(one, own[i], state)
            : text(one) === text(own[i])
        );
    }
    if (key === "device" || key === "master" || key === "link") {
      return named(value, state) === named(own, state);
    }
    if (key === "to") return destination(value) === destination(own);
    return text(value) === text(own);
  });
}

function isPlain(value: unknown): value is Fields {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** Addresses, subnets and MACs are compared by what they are written as. */
function text(value: unknown): string {
  return value === undefined || value === null ? "" : `${value}`;
}

function named(device: unknown, { links }: State): string {
  if (typeof device !== "number") return text(device);
  return links.find(({ index }) => index === device)?.name ?? `${device}`;
}

/** A single address is a route to itself; "default" is one to all. */
function destination(to: unknown): string {
  const written = text(to);
  if (written === "0.0.0.0/0" || written === "::/0") return "default";
  return written.replace(/\/(?:32|128)$/, "");
}
