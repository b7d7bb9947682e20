/**
 * What a traceroute has found: hops, ways, and how they branch.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import type { Address } from "../../ip/address.ts";
import type { TraceFacts, TraceHop } from "./trace_answer.ts";
import { likelyPaths, traceTable, traceTree } from "./trace_drawing.ts";
import type { TraceProtocol } from "./trace_probe.ts";

export type { TraceAnswer, TraceFacts, TraceHop } from "./trace_answer.ts";
export type { TraceProtocol } from "./trace_probe.ts";

/**
 * The ways to one target.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const trace = await net.wire.traceroute("192.0.2.1");
 * console.log(trace.reached, trace.hops.length, trace.paths);
 * ```
 */
export class Trace implements TraceFacts {
  /** From where. */
  readonly source: Address;
  /** To whom. */
  readonly target: Address;
  /** With what. */
  readonly protocol: TraceProtocol;
  /** The port; 0 for ICMP. */
  readonly port: number;
  /** How many flows. */
  readonly flows: number;
  /** The hops in order; behind the last that answered there are none. */
  readonly hops: readonly TraceHop[];
  /** Hops without an answer behind the last that answered. */
  readonly silentHops: number;
  /** Whether a probe has arrived. */
  readonly reached: boolean;

  /**
   * Takes the facts together.
   *
   * @param facts What was found.
   */
  constructor(facts: TraceFacts) {
    this.source = facts.source;
    this.target = facts.target;
    this.protocol = facts.protocol;
    this.port = facts.port;
    this.flows = facts.flows;
    const last = facts.hops.findLastIndex(({ answers }) => answers.length > 0);
    this.hops = facts.hops.slice(0, last + 1);
    this.reached = facts.hops.some(({ answers }) =>
      answers.some(({ kind }) => kind === "arrived")
    );
    this.silentHops = facts.hops.length - this.hops.length;
  }

  /**
   * For each flow who answered hop by hop, `undefined` where nobody did, up to
   * the flow's end.
   */
  get paths(): readonly (readonly (Address | undefined)[])[] {
    return Array.from({ length: this.flows }, (_, i) => {
      const path: (Address | undefined)[] = [];
      for (const { answers, silent } of this.hops) {
        const answer = answers.find(({ flow }) => flow === i + 1);
        if (answer === undefined && !silent.includes(i + 1)) break;
        path.push(answer?.from);
        if (answer !== undefined && answer.kind !== "expired") break;
      }
      return path;
    });
  }

  /**
   * The ways that differ, each with its flows. Where a flow found no answer and
   * all others found the same router, it is taken to have passed there too.
   */
  get ways(): readonly {
    /** Who answered, hop by hop. */
    readonly path: readonly (Address | undefined)[];
    /** The flows that took it. */
    readonly flows: readonly number[];
  }[] {
    const ways = new Map<
      string,
      { path: readonly (Address | undefined)[]; flows: number[] }
    >();
    likelyPaths(this).forEach((path, i) => {
      const key = path.join();
      const way = ways.get(key) ?? { path, flows: [] };
      way.flows.push(i + 1);
      ways.set(key, way);
    });
    return [...ways.values()];
  }

  /**
   * Draws the ways as a tree; who has been drawn already is only named again.
   *
   * @param options Where to draw. @default {the terminal's width, no colour}
   * @returns The lines, joined by line feeds.
   */
  tree(options: { readonly canvas?: Canvas } = {}): string {
    return traceTree([this], options.canvas ?? canvas());
  }

  /**
   * Gives the trace as plain data.
   *
   * @returns Target, whether it was reached, and all hops with their answers.
   */
  toJSON(): Record<string, unknown> {
    const { source, target, protocol, port, flows, hops, reached, silentHops } =
      this;
    return { source, target, protocol, port, flows, reached, silentHops, hops };
  }

  /**
   * Shows the trace as a table, and if ways part as a tree.
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
    const ways = this.ways.length > 1 ? `\n\n${traceTree([this], on)}` : "";
    return traceTable(this, on) + ways;
  }
}

/** The ways to several targets. */
export class Traces implements Iterable<Trace> {
  /** One for each target, in the order that they were given in. */
  readonly traces: readonly Trace[];

  /**
   * Takes traces together.
   *
   * @param traces One for each target.
   */
  constructor(traces: readonly Trace[]) {
    this.traces = traces;
  }

  /** The traces. */
  [Symbol.iterator](): Iterator<Trace> {
    return this.traces[Symbol.iterator]();
  }

  /**
   * Draws all ways as one tree: where ways to several targets are the same, they
   * are drawn once.
   *
   * @param options Where to draw. @default {the terminal's width, no colour}
   * @returns The lines, joined by line feeds.
   */
  tree(options: { readonly canvas?: Canvas } = {}): string {
    return traceTree(this.traces, options.canvas ?? canvas());
  }

  /**
   * Gives the traces as plain data.
   *
   * @returns One for each target.
   */
  toJSON(): readonly unknown[] {
    return this.traces.map((trace) => trace.toJSON());
  }

  /**
   * Shows the traces as one tree.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return traceTree(
      this.traces,
      canvas({ colors: options?.colors ?? false }),
    );
  }
}
