/**
 * What an arping has found.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";

/** One station's answer. */
export interface ArpReply {
  /** Which question it answers, from 1 on: the last before it. */
  readonly sequence: number;
  /** Whose address it is, as the answer says. */
  readonly mac: string;
  /** From the question's leaving to the answer's coming, in milliseconds. */
  readonly rtt: number;
  /** Whether another station has claimed the address, in this answer or before. */
  readonly isConflict: boolean;
  /** Whether this station had answered the question already. */
  readonly isRepeated: boolean;
}

/** The facts that an {@linkcode Arping} is made of. */
export type ArpingFacts = Pick<
  Arping,
  "address" | "interface" | "source" | "isOwn" | "sent" | "replies"
>;

/**
 * Who has an address, and how quickly it answers.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { macs, isDuplicate } = await net.wire.arping("192.0.2.1");
 * console.log(isDuplicate ? `claimed by ${macs}` : macs[0]);
 * ```
 */
export class Arping {
  /** The address. */
  readonly address: Address;
  /** The interface. */
  readonly interface: string;
  /** Who asked: unspecified if nobody, as one does before taking an address (RFC 5227 §2.1.1). */
  readonly source: Address;
  /** Whether the address is this machine's own, so that one answer is too many. */
  readonly isOwn: boolean;
  /** Questions. */
  readonly sent: number;
  /** Questions that somebody answered. */
  readonly answered: number;
  /** All answers, in the order that they came in. */
  readonly replies: readonly ArpReply[];
  /** Stations that answered. */
  readonly macs: readonly string[];
  /** Whether more than one station has the address. */
  readonly isDuplicate: boolean;

  /**
   * Takes the facts together.
   *
   * @param facts What was asked and answered.
   */
  constructor(facts: ArpingFacts) {
    this.address = facts.address;
    this.interface = facts.interface;
    this.source = facts.source;
    this.isOwn = facts.isOwn;
    this.sent = facts.sent;
    this.replies = facts.replies;
    this.answered = new Set(facts.replies.map(({ sequence }) => sequence)).size;
    this.macs = [...new Set(facts.replies.map(({ mac }) => mac))];
    this.isDuplicate = this.macs.length > (this.isOwn ? 0 : 1);
  }

  /**
   * Gives the facts as plain data.
   *
   * @returns All fields.
   */
  toJSON(): object {
    return { ...this };
  }

  /**
   * Shows the answers as a table, and who has the address.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const { address, sent, answered, macs } = this;
    const rows = this.replies.map(({ isConflict, isRepeated, ...reply }) => ({
      ...reply,
      note: [
        ...isConflict ? ["another station"] : [],
        ...isRepeated ? ["again"] : [],
      ],
    }));
    const lines = table(rows, {
      title:
        `${address} on ${this.interface}: ${sent} asked, ${answered} answered`,
      columns: [
        { key: "sequence", title: "no", align: "right" },
        { key: "mac", role: "name" },
        {
          key: "rtt",
          align: "right",
          role: "number",
          format: (rtt) => duration(rtt as number),
        },
        { key: "note", role: "warn" },
      ],
      canvas: on,
    });
    if (!this.isDuplicate) return lines;
    const others = this.isOwn ? "is this machine's own, and" : "";
    const trouble = `Duplicate: ${address} ${others} is claimed by ${
      macs.join(" and ")
    }`.replaceAll("  ", " ");
    return `${lines}\n${paint("bad", trouble, on)}`;
  }
}
