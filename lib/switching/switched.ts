/**
 * What a learning switch did with a frame, and what it knows: as results.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { type Column, table } from "../inspect/table.ts";
import type { Role } from "../inspect/paint.ts";
import type { Mac } from "../ip/mac/mac.ts";
import type { Learning } from "./forwarding.ts";
import { type Tag, tagText } from "./tag.ts";

export type { Tag };

/** What a switch does with a frame: to one port, to all others, to none. */
export type SwitchAction = "forward" | "flood" | "filter";

/** A frame as it leaves by one port. */
export interface SwitchExit {
  /** The port. */
  readonly port: string;
  /** Its tags, outermost first. */
  readonly tags: readonly Tag[];
  /** Its octets, if they were given. */
  readonly bytes?: Uint8Array;
}

/** The facts of a {@linkcode SwitchedFrame}. */
export interface SwitchedFacts {
  /** Seconds on the switch's clock. */
  time: number;
  /** The port that it came in by. */
  port: string;
  /** Who sent it. */
  src: Mac;
  /** Whom it is for. */
  dst: Mac;
  /** Its VLAN in the switch; `undefined` if it was not let in. */
  vlan: number | undefined;
  /** What its source taught; `undefined` if the port does not learn. */
  learned: Learning | undefined;
  /** What was done with it. */
  action: SwitchAction;
  /** Why, in a few words. */
  why: string;
  /** Where it left. */
  out: readonly SwitchExit[];
}

const ACTION_ROLES: Readonly<Record<SwitchAction, Role>> = {
  forward: "good",
  flood: "warn",
  filter: "bad",
};

/**
 * One frame's way through a switch: what was learned from it, which ports it
 * left by, and why.
 *
 * @see IEEE 802.1Q-2018 §8.6 (the forwarding process), §8.7 (the learning process)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sw = net.switching.learningSwitch({ ports: 3 });
 * const frame: net.switching.SwitchedFrame = sw.receive(1, {
 *   src: "02:00:00:00:00:01",
 *   dst: "ff:ff:ff:ff:ff:ff",
 * });
 * assert.equal(frame.action, "flood");
 * assert.equal(frame.why, "broadcast");
 * assert.deepEqual(frame.out.map(({ port }) => port), ["2", "3"]);
 * ```
 */
export class SwitchedFrame {
  /** Seconds on the switch's clock. */
  readonly time: number;
  /** The port that it came in by. */
  readonly port: string;
  /** Who sent it. */
  readonly src: Mac;
  /** Whom it is for. */
  readonly dst: Mac;
  /** Its VLAN in the switch, 1 to 4094; `undefined` if it was not let in. */
  readonly vlan: number | undefined;
  /** What its source taught; `undefined` if it was not let in or the port does not learn. */
  readonly learned: Learning | undefined;
  /** What was done with it. */
  readonly action: SwitchAction;
  /** Why, in a few words: `"unknown unicast"`, `"behind the same port"`, … */
  readonly why: string;
  /** Where it left, in the order of the ports. */
  readonly out: readonly SwitchExit[];

  /**
   * Takes the facts; {@linkcode LearningSwitch.receive} does so.
   *
   * @param facts All of them.
   */
  constructor(facts: SwitchedFacts) {
    this.time = facts.time;
    this.port = facts.port;
    this.src = facts.src;
    this.dst = facts.dst;
    this.vlan = facts.vlan;
    this.learned = facts.learned;
    this.action = facts.action;
    this.why = facts.why;
    this.out = facts.out;
  }

  /** Stands in JSON as plain data, octets in hexadecimal. */
  toJSON(): Record<string, unknown> {
    const { time, port, src, dst, vlan, learned, action, why } = this;
    return {
      time,
      port,
      src: `${src}`,
      dst: `${dst}`,
      vlan,
      learned,
      action,
      why,
      out: this.out.map(({ bytes, ...exit }) => ({
        ...exit,
        ...bytes !== undefined && { bytes: bytes.toHex() },
      })),
    };
  }

  /** Says it in one line. */
  toString(): string {
    const ports = this.out.map(({ port }) => port).join(", ");
    return `${this.src} > ${this.dst} on ${this.port}: ${this.action} (${this.why})${
      ports === "" ? "" : ` to ${ports}`
    }`;
  }

  /** Shows at the prompt as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { time, port, src, dst, vlan, action, why, out } = this;
    const rows: CardRow[] = [
      ["in", `port ${port}${vlan === undefined ? "" : `, VLAN ${vlan}`}`],
      ["learned", this.#lesson(), "name"],
      ["done", `${action}: ${why}`, ACTION_ROLES[action]],
      ...out.map((exit): CardRow => [
        "out",
        `port ${exit.port}, ${tagText(exit.tags)}`,
      ]),
    ];
    return card(`${time} s: ${src} > ${dst}`, rows, page);
  }

  #lesson(): string {
    const { src, port } = this;
    switch (this.learned) {
      case "learned":
        return `${src} is behind ${port}`;
      case "refreshed":
        return `nothing new: ${src} is behind ${port}`;
      case "moved":
        return `${src} has moved to ${port}`;
      case "full":
        return "nothing: the table is full";
      case "ignored":
        return `nothing: ${src} is no station's address`;
      case "static":
        return `nothing: ${src} is set by hand`;
      case undefined:
        return "nothing";
    }
  }
}

/** One line of a switch's MAC table. */
export interface MacEntry {
  /** The VLAN. */
  readonly vlan: number;
  /** The station. */
  readonly mac: Mac;
  /** The port that it is behind. */
  readonly port: string;
  /** Learned from frames, or set by hand. */
  readonly type: "dynamic" | "static";
  /** Seconds since it last sent; 0 if it is set by hand. */
  readonly age: number;
}

/**
 * The MAC table of a switch at one moment, by VLAN and address.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sw = net.switching.learningSwitch({ ports: 2 });
 * sw.receive(2, { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" });
 * const table: net.switching.MacTable = sw.table;
 * assert.equal(`${table.entries[0]?.mac} ${table.entries[0]?.port}`, "02:00:00:00:00:01 2");
 * ```
 */
export class MacTable implements Iterable<MacEntry> {
  /** Seconds on the switch's clock. */
  readonly time: number;
  /** The entries, by VLAN and then address. */
  readonly entries: readonly MacEntry[];

  /**
   * Takes the entries, and puts them in order.
   *
   * @param time Seconds on the switch's clock.
   * @param entries The entries in any order.
   */
  constructor(time: number, entries: Iterable<MacEntry>) {
    this.time = time;
    this.entries = [...entries].sort((a, b) =>
      a.vlan - b.vlan || a.mac.compare(b.mac)
    );
  }

  /** Walks the entries. */
  [Symbol.iterator](): Iterator<MacEntry> {
    return this.entries[Symbol.iterator]();
  }

  /** Stands in JSON as plain data. */
  toJSON(): { time: number; entries: readonly MacEntry[] } {
    return { time: this.time, entries: this.entries };
  }

  /** Shows at the prompt as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const columns: Column[] = [
      { key: "vlan", title: "VLAN", role: "number" },
      { key: "mac", title: "MAC address", role: "accent" },
      { key: "type" },
      { key: "port", role: "name" },
      { key: "age", title: "age s", align: "right", role: "number" },
    ];
    const rows = this.entries.map((entry) => ({
      ...entry,
      age: entry.type === "static" ? "" : entry.age,
    }));
    return table(rows, {
      columns,
      title: `MAC table at ${this.time} s`,
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}
