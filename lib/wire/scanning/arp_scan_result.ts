/**
 * What an ARP scan found.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { count, duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";
import type { Mac } from "../../ip/mac/mac.ts";
import type { Subnet } from "../../ip/subnet.ts";

/** A station on the link that answered for an address. */
export interface ArpHost {
  /** The address. */
  readonly address: Address;
  /** The station's hardware address. */
  readonly mac: Mac;
  /** Who made it, if the table of vendors knows; `"locally administered"` for an address that software made up. */
  readonly vendor?: string | undefined;
  /** From question to answer, in milliseconds, as this program saw it. */
  readonly rtt: number;
  /** Whether another station answers for the address as well. */
  readonly isDuplicate: boolean;
  /** Whether it is this machine. */
  readonly isSelf: boolean;
}

/** An address for which several stations answer. */
export interface DuplicateAddress {
  /** The address. */
  readonly address: Address;
  /** Their hardware addresses, in the order of their answers. */
  readonly macs: readonly Mac[];
}

/**
 * The whole of an ARP scan.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [address, rtt, isDuplicate, isSelf] = [net.ip.parse("192.0.2.1"), 1, false, false];
 * const hosts = ["02:00:00:00:00:01", "02:00:00:00:00:02"].map((text) => ({
 *   address, mac: net.ip.mac(text), rtt, isDuplicate, isSelf,
 * }));
 * const scan: net.wire.ArpScan = new net.wire.ArpScan({
 *   subnets: [net.ip.subnet("192.0.2.0/24")], hosts, asked: 254, probes: 508, ms: 700,
 * });
 * assert.equal(scan.duplicates[0]?.macs.length, 2);
 * ```
 */
export class ArpScan {
  /** What was asked. */
  readonly subnets: readonly Subnet[];
  /** Who answered, by address; one entry for each station and address. */
  readonly hosts: readonly ArpHost[];
  /** Addresses for which several stations answer. */
  readonly duplicates: readonly DuplicateAddress[];
  /** Addresses that were asked for. */
  readonly asked: number;
  /** Questions that were sent. */
  readonly probes: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;

  /**
   * Puts in order what was found; {@linkcode arpScan} makes these.
   *
   * @param facts Who answered, and the counts.
   */
  constructor(facts: {
    subnets: readonly Subnet[];
    hosts: readonly ArpHost[];
    asked: number;
    probes: number;
    ms: number;
  }) {
    const macs = new Map<string, DuplicateAddress & { macs: Mac[] }>();
    for (const { address, mac } of facts.hosts) {
      const entry = macs.get(`${address}`);
      if (entry === undefined) macs.set(`${address}`, { address, macs: [mac] });
      else entry.macs.push(mac);
    }
    this.subnets = facts.subnets;
    this.duplicates = [...macs.values()].filter(({ macs }) => macs.length > 1)
      .sort((a, b) => a.address.compare(b.address));
    this.hosts = facts.hosts.map((host) => ({
      ...host,
      isDuplicate: macs.get(`${host.address}`)!.macs.length > 1,
    })).sort((a, b) => a.address.compare(b.address));
    this.asked = facts.asked;
    this.probes = facts.probes;
    this.ms = facts.ms;
  }

  /** Stands in JSON as its fields. */
  toJSON(): Record<string, unknown> {
    const { subnets, hosts, duplicates, asked, probes, ms } = this;
    return { subnets, hosts, duplicates, asked, probes, ms };
  }

  /** Shows at the prompt as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { subnets, hosts, duplicates, asked, probes, ms } = this;
    const title = `${subnets.join(", ")}: ${count(hosts.length)} of ${
      count(asked)
    } answer, ${count(probes)} questions in ${duration(ms)}`;
    const rows = hosts.map(({ isDuplicate, isSelf, ...host }) => ({
      ...host,
      note: isDuplicate ? "duplicate" : isSelf ? "this machine" : "",
    }));
    const columns: readonly Column[] = [
      { key: "address", role: "accent", minWidth: 12 },
      { key: "mac", minWidth: 17 },
      { key: "vendor" },
      {
        key: "rtt",
        align: "right",
        role: "number",
        format: (ms) => duration(ms as number),
      },
      {
        key: "note",
        role: (note) => note === "duplicate" ? "bad" : "muted",
      },
    ];
    const used = columns.filter(({ key }) =>
      (key !== "note" && key !== "vendor") ||
      rows.some((row) => (row[key] ?? "") !== "")
    );
    return [
      table(rows, { title, columns: used, canvas: page }),
      ...duplicates.map(({ address, macs }) =>
        paint(
          "bad",
          `${address} is in use by ${macs.length} stations: ${macs.join(", ")}`,
          page,
        )
      ),
    ].join("\n");
  }
}
