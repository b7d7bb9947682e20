/**
 * What a userspace switch of a lab has learned, as a result.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import type {
  Drop,
  MacEntry,
  PortStats,
  SwitchStats,
  Traffic,
} from "./fabric_spec.ts";

export type { Drop, MacEntry, PortStats, SwitchStats, Traffic };

/** The ports of a switch, its forwarding table, its part in the spanning tree. */
export class SwitchReport implements SwitchStats {
  /** Its name. */
  readonly name: string;
  /** Its ports in order. */
  readonly ports: readonly PortStats[];
  /** Its forwarding table, by VLAN and address. */
  readonly macs: readonly MacEntry[];
  /** How it sees the spanning tree, if it runs it. */
  declare readonly stp?: NonNullable<SwitchStats["stp"]>;

  /**
   * Takes what the switch tells.
   *
   * @param stats Its counts and tables.
   */
  constructor({ name, ports, macs, stp }: SwitchStats) {
    this.name = name;
    this.ports = ports;
    this.macs = macs;
    if (stp) this.stp = stp;
  }

  /** The plain fields. */
  toJSON(): SwitchStats {
    return { ...this };
  }

  /** A table of its ports, and one of addresses. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const { name, stp } = this;
    const root = stp === undefined
      ? ""
      : stp.bridge === stp.root
      ? `: the root, ${stp.bridge}`
      : `: ${stp.bridge}, the root is ${stp.root} at cost ${stp.rootCost}`;
    const ports = this.ports.map(({ stp, ...port }) => ({
      port: port.interface,
      state: port.up ? "up" : "down",
      ...(stp ? { role: stp.role, tree: stp.state } : {}),
      in: port.received.frames,
      out: port.sent.frames,
      dropped: port.dropped,
    }));
    const macs = this.macs.map(({ vlan, mac, interface: port, age }) => ({
      vlan,
      address: mac,
      port,
      age: `${Math.round(age)} s`,
    }));
    return [
      paint("heading", `${name}${root}`, on),
      table(ports, { canvas: on }),
      ...macs.length > 0 ? [table(macs, { canvas: on })] : [],
    ].join("\n");
  }
}
