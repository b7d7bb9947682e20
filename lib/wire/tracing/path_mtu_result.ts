/**
 * What a search for the path MTU has found.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { count, duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";

/** One size that was tried. */
export interface MtuProbe {
  /** Octets of the IP packet. */
  readonly size: number;
  /** It arrived, a router said that it is too big, nothing came back, or there is no way at all. */
  readonly outcome: "arrived" | "too-big" | "lost" | "unreachable";
  /** Who answered. */
  readonly from: Address | undefined;
  /** The most octets that the next link takes, as the router says; 0 if it does not. */
  readonly mtu: number | undefined;
  /** From the probe's leaving to the answer's coming, in milliseconds. */
  readonly rtt: number | undefined;
}

/** Where the narrowest link is: beyond the last router that still gets larger packets. */
export interface MtuLimit {
  /** That router; `undefined` if that is this machine. */
  readonly router: Address | undefined;
  /** How many hops away that router is; 0 for this machine. */
  readonly hop: number;
  /** Whether it drops what is too big without a word, or its word is lost: a black hole (RFC 2923 §2.1). */
  readonly isSilent: boolean;
}

/** The facts that a {@linkcode PathMtu} is made of. */
export type PathMtuFacts = Pick<
  PathMtu,
  "target" | "interface" | "linkMtu" | "mtu" | "limit" | "probes"
>;

/**
 * The largest packet that gets to a host in one piece.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { mtu, limit } = await net.wire.pathMtu("192.0.2.1");
 * console.log(mtu, limit?.router, limit?.isSilent);
 * ```
 */
export class PathMtu {
  /** The host. */
  readonly target: Address;
  /** The interface that packets leave by. */
  readonly interface: string;
  /** The most octets of a packet there. */
  readonly linkMtu: number;
  /** The largest IP packet that arrives, in octets; `undefined` if none came back. */
  readonly mtu: number | undefined;
  /** Where the narrowest link is, if that is known. */
  readonly limit: MtuLimit | undefined;
  /** The sizes that were tried, in the order that their outcome was known. */
  readonly probes: readonly MtuProbe[];

  /**
   * Takes the facts together.
   *
   * @param facts What was tried and found.
   */
  constructor(facts: PathMtuFacts) {
    this.target = facts.target;
    this.interface = facts.interface;
    this.linkMtu = facts.linkMtu;
    this.mtu = facts.mtu;
    this.limit = facts.limit;
    this.probes = facts.probes;
  }

  /** The most octets of a TCP segment's payload that fit, without options; `undefined` if the MTU is not known. */
  get mss(): number | undefined {
    return this.mtu && this.mtu - (this.target.family === 4 ? 40 : 60);
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
   * Shows what was found as labelled rows.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { target, mtu, mss, limit, linkMtu, probes } = this;
    const rtts = probes.flatMap(({ rtt }) => rtt ?? []);
    const rows: CardRow[] = [
      mtu === undefined
        ? ["path MTU", "not known: nothing came back", "bad"]
        : ["path MTU", `${count(mtu)} octets`, "number"],
      ...mss === undefined
        ? []
        : [["TCP segment", `${count(mss)} octets`] as const],
      ["own link", `${this.interface}, ${count(linkMtu)} octets`],
      ...mtu === undefined ? [] : [limitRow(limit, this.interface)],
      ["probes", `${count(probes.length)}`],
      ...rtts.length === 0
        ? []
        : [["quickest", duration(Math.min(...rtts))] as const],
    ];
    const on = canvas({ colors: options?.colors ?? false });
    return card(`Path to ${target}`, rows, on);
  }
}

function limitRow(limit: MtuLimit | undefined, name: string): CardRow {
  if (limit === undefined) return ["narrowest", "not known"];
  const { router, hop, isSilent } = limit;
  if (router === undefined) return ["narrowest", `the own link, ${name}`];
  const where = `beyond ${router}, ${hop} hop${hop === 1 ? "" : "s"} away`;
  return isSilent
    ? [
      "narrowest",
      `${where}, where larger packets vanish without a word`,
      "warn",
    ]
    : ["narrowest", where];
}
