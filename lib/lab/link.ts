/**
 * A link of a lab: pull its plug, put it back, read its counters.
 *
 * @module
 */

import { checkOptions } from "../linux/option_kinds.ts";
import { LINK_CAPTURE } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { bytes } from "../inspect/units.ts";
import { table } from "../inspect/table.ts";
import type { LinkEndStats } from "./calls.ts";
import type { LiveCapture } from "../wire/capturing/live_capture.ts";
import { CAPTURE_ELSEWHERE } from "../wire/option_names.ts";
import type { AgentLine } from "./host.ts";
import type { LinkCaptureOptions } from "./options.ts";
import type { Link } from "./topology.ts";

export type { LinkCaptureOptions, LinkEndStats };

/** What passed a link. */
export class LinkStats {
  /** The end that was written first. */
  readonly a: LinkEndStats;
  /** The other. */
  readonly b: LinkEndStats;

  /**
   * Takes the counters of both ends.
   *
   * @param a The end that was written first.
   * @param b The other.
   */
  constructor(a: LinkEndStats, b: LinkEndStats) {
    this.a = a;
    this.b = b;
  }

  /** The plain fields. */
  toJSON(): { a: LinkEndStats; b: LinkEndStats } {
    return { a: this.a, b: this.b };
  }

  /** A row for each end. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = [this.a, this.b].map((end) => ({
      end: `${end.node} ${end.interface}`,
      state: end.carrier ? "up" : "no carrier",
      received: `${end.rxPackets} frames, ${bytes(end.rxBytes)}`,
      sent: `${end.txPackets} frames, ${bytes(end.txBytes)}`,
      dropped: end.rxDropped + end.txDropped,
    }));
    return table(rows, {
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

/**
 * A link of a lab that is up.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using lab = await net.lab.up("pair");
 * const link = lab.link("pc1", "pc2");
 * await link.fail();
 * await link.heal();
 * ```
 */
export class LabLink {
  /** What the topology says of it. */
  readonly link: Link;
  readonly #number: number;
  readonly #line: AgentLine;
  #isUp = true;

  /**
   * Takes a link of a lab that is up.
   *
   * @param link The link.
   * @param number Its place in the topology.
   * @param line To the lab's agent.
   * @ignore
   */
  constructor(link: Link, number: number, line: AgentLine) {
    this.link = link;
    this.#number = number;
    this.#line = line;
  }

  /** Its two ends: `"a eth0 - b eth0"`. */
  get name(): string {
    const { a, b } = this.link;
    return `${a.node} ${a.interface} - ${b.node} ${b.interface}`;
  }

  /** Whether its plug is in. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Pulls the plug: both ends lose their carrier, and keep addresses and routes. */
  async fail(): Promise<void> {
    await this.#set(false);
  }

  /** Puts the plug back. */
  async heal(): Promise<void> {
    await this.#set(true);
  }

  async #set(up: boolean): Promise<void> {
    const params = { link: this.#number, up };
    try {
      await this.#line.agent().channel.call("setLink", params);
      this.#isUp = up;
    } catch (error) {
      throw await this.#line.explain(error, "change link", this.name);
    }
  }

  /**
   * Reads the counters of both ends.
   *
   * @returns What came in and went out there since the lab came up.
   */
  async stats(): Promise<LinkStats> {
    const params = { link: this.#number };
    try {
      const { result } = await this.#line.agent().channel.call(
        "linkStats",
        params,
      );
      const [a, b] = result as [LinkEndStats, LinkEndStats];
      return new LinkStats(a, b);
    } catch (error) {
      throw await this.#line.explain(error, "read link", this.name);
    }
  }

  /**
   * Captures what passes the link, in both directions, as one of its ends hears
   * it: what is lost on the way is heard at the end that sent it alone.
   *
   * @param options At which end, a filter, what ends it, and the like.
   * @returns The capture, which listens already; it ends with the lab, in an
   * error, when it was not closed before.
   * @throws {NetError} With code `"not-found"` if the link has no such end.
   * @throws {ParseError} If the filter is none.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * await using lab = await net.lab.up("pair");
   * using capture = await lab.link("pc1", "pc2").capture({ filter: "arp", count: 2 });
   * await lab.host("pc1").exec("ping -c 1 pc2");
   * for await (const packet of capture) console.log(`${packet}`);
   * ```
   */
  async capture(options: LinkCaptureOptions = {}): Promise<LiveCapture> {
    checkOptions("capture", options, LINK_CAPTURE, CAPTURE_ELSEWHERE);
    const { at, ...rest } = options;
    const { a, b } = this.link;
    const end = [a, b].find(({ node, interface: name }) =>
      at === undefined || at === node || at === `${node}:${name}`
    );
    if (end === undefined) {
      throw new NetError("the link has no such end", {
        code: "not-found",
        op: "capture at",
        target: `${at} of ${this.name}`,
        hint: `{ at: "${a.node}" } or { at: "${b.node}" }`,
      });
    }
    const { captureAt } = await import("./link_capture.ts");
    return await captureAt(this.#line, end.node, end.interface, rest);
  }

  /** What the topology says of it, and its state. */
  toJSON(): Link & { isUp: boolean } {
    return { ...this.link, isUp: this.#isUp };
  }

  /** One line. */
  [Symbol.for("Deno.customInspect")](): string {
    return `${this.name}${this.#isUp ? "" : " (failed)"}`;
  }
}
