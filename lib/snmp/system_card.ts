/**
 * The card of a device, and how it is drawn.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { bar } from "../inspect/chart.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { bytes, count, duration, rate } from "../inspect/units.ts";
import type {
  ArpEntry,
  DeviceInterface,
  DeviceRoute,
  DeviceStorage,
  LldpNeighbour,
} from "./device.ts";

/** A device's memory, in octets. */
export interface Memory {
  /** All of it. */
  readonly total: number;
  /** What programs could have yet. */
  readonly available: number | undefined;
  /** Swap space. */
  readonly swapTotal: number | undefined;
  /** Swap space that is free. */
  readonly swapFree: number | undefined;
}

/** What is on a {@linkcode SystemCard}. */
export type SystemFacts = Omit<SystemCard, "toJSON" | typeof INSPECT>;

const INSPECT = Symbol.for("Deno.customInspect");
const STATUS: Readonly<Record<string, Role>> = {
  up: "good",
  down: "bad",
  lowerLayerDown: "bad",
};

/** Rows of each list that are drawn. */
const SHOWN = 20;
const BAR = 10;

/**
 * A device on one card; {@linkcode describe} gives it. What it does not tell is
 * missing, or an empty list.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(net.snmp.describe("127.0.0.1:1", { retries: 0 }), net.NetError);
 * assert.equal(typeof net.snmp.SystemCard, "function");
 * ```
 */
export class SystemCard {
  /** Where it was asked: `"192.0.2.1:161"`. */
  readonly target!: string;
  /** sysName. */
  readonly name!: string | undefined;
  /** sysDescr: what it is, in its maker's words. */
  readonly description!: string | undefined;
  /** sysObjectID: what it is, by a name that its maker has given. */
  readonly objectId!: string | undefined;
  /** sysContact: who looks after it. */
  readonly contact!: string | undefined;
  /** sysLocation: where it stands. */
  readonly location!: string | undefined;
  /** How long the device is up, or else its agent, in milliseconds. */
  readonly uptime!: number | undefined;
  /** How long its agent is up, in milliseconds. */
  readonly agentUptime!: number | undefined;
  /** Users that are logged in. */
  readonly users!: number | undefined;
  /** Processes that run. */
  readonly processes!: number | undefined;
  /** Load over 1, 5 and 15 minutes. */
  readonly load!: readonly [number, number, number] | undefined;
  /** Per cent of the last minute that each processor was busy. */
  readonly processors!: readonly number[];
  /** Its memory. */
  readonly memory!: Memory | undefined;
  /** Its interfaces. */
  readonly interfaces!: readonly DeviceInterface[];
  /** Its disks. */
  readonly storage!: readonly DeviceStorage[];
  /** Who is at the other ends of its cables. */
  readonly neighbours!: readonly LldpNeighbour[];
  /** Whom it has met on its links. */
  readonly arp!: readonly ArpEntry[];
  /** Its routes. */
  readonly routes!: readonly DeviceRoute[];
  /** The tables of which only the first rows are here. */
  readonly truncated!: readonly string[];

  /**
   * Takes the fields.
   *
   * @param facts What is on it.
   */
  constructor(facts: SystemFacts) {
    Object.assign(this, facts);
  }

  /** The fields. */
  toJSON(): SystemFacts {
    return { ...this };
  }

  /** The card and its tables, for the prompt. */
  [INSPECT](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return [
      card(this.name ?? this.target, this.#rows(), page),
      this.#interfaces(page),
      list("Storage", storageRows(this.storage), page),
      list("Neighbours", this.neighbours, page),
      list("ARP", this.arp, page),
      list("Routes", this.routes, page),
      this.truncated.length === 0 ? "" : paint(
        "muted",
        `There is more of: ${this.truncated.join(", ")}`,
        page,
      ),
    ].filter((part) => part !== "").join("\n\n");
  }

  *#rows(): Generator<CardRow> {
    const { memory, load, uptime, agentUptime } = this;
    const texts = [
      ["description", this.description],
      ["is a", this.objectId],
      ["location", this.location],
      ["contact", this.contact],
    ] as const;
    for (const [label, value] of texts) {
      if (value !== undefined) yield [label, value];
    }
    if (uptime !== undefined) {
      const agent = agentUptime === undefined || agentUptime === uptime
        ? ""
        : `, its agent for ${duration(agentUptime)}`;
      yield ["up", `${duration(uptime)}${agent}`];
    }
    if (load !== undefined) yield ["load", load.join(" "), "number"];
    if (this.processors.length > 0) {
      yield ["processors", this.processors.map((n) => `${n} %`).join(" ")];
    }
    if (memory !== undefined) {
      const { total, available } = memory;
      const free = available === undefined
        ? ""
        : `, ${bytes(available)} available`;
      yield ["memory", `${bytes(total)}${free}`];
    }
    if (this.processes !== undefined) {
      yield ["processes", count(this.processes), "number"];
    }
  }

  #interfaces(page: Canvas): string {
    const rows = this.interfaces.map((one) => ({
      name: one.name,
      status: one.admin === "down" ? "off" : one.status,
      speed: one.speed === undefined ? "" : rate(one.speed),
      mac: one.mac ?? "",
      addresses: one.addresses.join(" "),
      alias: one.alias ?? "",
    }));
    const hasAlias = rows.some(({ alias }) => alias !== "");
    return rows.length === 0 ? "" : table(rows, {
      title: "Interfaces",
      columns: [
        { key: "name", role: "name" },
        { key: "status", role: (value) => STATUS[value as string] },
        { key: "speed", align: "right" },
        "mac",
        "addresses",
        ...hasAlias ? ["alias"] : [],
      ],
      maxRows: SHOWN,
      canvas: page,
    });
  }
}

function storageRows(storage: readonly DeviceStorage[]) {
  return storage.map(({ name, size, used }) => ({
    name,
    size: bytes(size),
    used: bytes(used),
    share: bar(used, size, BAR),
  }));
}

function list(
  title: string,
  rows: readonly object[],
  page: Canvas,
): string {
  return rows.length === 0 ? "" : table(
    rows as readonly Record<string, unknown>[],
    { title, maxRows: SHOWN, canvas: page },
  );
}
