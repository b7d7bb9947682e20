/**
 * One line of an address plan: who gets which subnet, and how full it will be.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import { jsonNumber, percent } from "./amounts.ts";
import type { Subnet } from "../subnet.ts";

/** What an {@linkcode Allocation} is made from. */
export interface AllocationOptions {
  /** Who needs it. */
  name: string;
  /** What it gets. */
  subnet: Subnet;
  /** The hosts asked for, if that was how. */
  hosts?: bigint | undefined;
  /** The hosts planned for, growth included. @default {hosts} */
  planned?: bigint | undefined;
  /** The largest subnet around it that has no other. @default {subnet} */
  growsTo?: Subnet | undefined;
}

/**
 * One need of an address plan and the subnet that it got.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const plan = net.ip.plan("10.0.0.0/16", [{ name: "office", hosts: 200 }]);
 * const office: net.ip.Allocation | undefined = plan.find("office");
 * assert.equal(`${office?.subnet}`, "10.0.0.0/24");
 * assert.equal(office?.spare, 54n);
 * assert.equal(`${office?.growsTo}`, "10.0.0.0/16");
 * ```
 */
export class Allocation {
  /** Who needs it. */
  readonly name: string;
  /** What it got. */
  readonly subnet: Subnet;
  /** The hosts asked for; `undefined` where a size or a subnet was asked for. */
  readonly hosts: bigint | undefined;
  /** The hosts planned for: `hosts` and their growth. */
  readonly planned: bigint | undefined;
  /** The hosts that fit; in IPv4 all addresses but network and broadcast. */
  readonly capacity: bigint;
  /** How many more hosts fit than are there: `capacity` less `hosts`. */
  readonly spare: bigint | undefined;
  /** The share of the capacity that `hosts` take, 0 to 1. */
  readonly utilisation: number | undefined;
  /**
   * The largest subnet around it that has no other allocation: so far it can
   * grow in place, by a shorter prefix and without new addresses for its hosts.
   * Neighbours may have the same room, and the first to grow takes it.
   */
  readonly growsTo: Subnet;

  /**
   * Takes the facts, and counts what follows from them.
   *
   * @param options The name, the subnet, and what was asked for.
   */
  constructor(options: AllocationOptions) {
    const { name, subnet, hosts, planned = hosts, growsTo = subnet } = options;
    this.name = name;
    this.subnet = subnet;
    this.hosts = hosts;
    this.planned = planned;
    this.capacity = subnet.hostCount;
    this.spare = hosts === undefined ? undefined : this.capacity - hosts;
    this.utilisation = hosts === undefined
      ? undefined
      : Number(hosts) / Number(this.capacity);
    this.growsTo = growsTo;
  }

  /** Stands in JSON with its numbers as numbers, or as text above 2^53 - 1. */
  toJSON(): Record<string, unknown> {
    const { name, subnet, hosts, planned, capacity, spare, utilisation } = this;
    const json = (n: bigint | undefined) =>
      n === undefined ? undefined : jsonNumber(n);
    return {
      name,
      subnet,
      hosts: json(hosts),
      planned: json(planned),
      capacity: json(capacity),
      spare: json(spare),
      utilisation,
      growsTo: this.growsTo,
    };
  }

  /** Shows at the prompt as a card; inside another value, in one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { name, subnet, hosts, planned, capacity, spare, growsTo } = this;
    if (options?.currentDepth) {
      return `${JSON.stringify(name)} ${paint("accent", `${subnet}`, page)}`;
    }
    const rows: CardRow[] = [["subnet", `${subnet}`, "accent"]];
    if (hosts !== undefined) {
      const growth = planned === hosts
        ? ""
        : `, ${count(planned!)} with growth`;
      rows.push(
        ["hosts", `${count(hosts)}${growth}`, "number"],
        ["used", percent(hosts, capacity), "number"],
        ["spare", count(spare!), "number"],
      );
    }
    rows.push(["room for", count(capacity), "number"]);
    const grows = growsTo.prefixLength < subnet.prefixLength;
    rows.push(
      grows
        ? ["grows to", `${growsTo}`, "accent"]
        : ["grows to", "no more: its neighbour is taken", "muted"],
    );
    return card(name, rows, page);
  }
}
