/**
 * A ruleset: what one asks, shows, writes and applies.
 *
 * @module
 */

import { ChainGraph } from "./draw/chains.ts";
import { HookDiagram } from "./draw/hooks.ts";
import { readJson } from "./json/read.ts";
import { type NftJson, writeJson } from "./json/write.ts";
import type { RulesetData, Table } from "./model/ruleset.ts";
import type { ReachOptions } from "./reach/answer.ts";
import { type Reach, reach } from "./reach/reach.ts";
import { type Shadowed, shadowed } from "./reach/shadowed.ts";
import type { Context } from "./simulate/context.ts";
import type { Trace } from "./simulate/result.ts";
import {
  compile,
  type SimulatedPacket,
  type Simulator,
} from "./simulate/simulator.ts";
import { format, type FormatOptions } from "./text/format.ts";
import { parse as parseTables, type ParseOptions } from "./text/parse.ts";

/**
 * Tables with their chains, rules and sets, which never change.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse("table ip f { chain c { tcp dport ssh accept; } }");
 * assert.match(ruleset.toString(), /tcp dport 22 accept/);
 * ```
 */
export class Ruleset implements RulesetData {
  /** The tables, in the order in which they were made. */
  readonly tables: readonly Table[];
  #simulator: Simulator | undefined;

  /**
   * Takes tables.
   *
   * @param tables In canonical form.
   */
  constructor(tables: readonly Table[]) {
    this.tables = tables;
  }

  /**
   * Writes it as nft lists it; nft -f reads it.
   *
   * @param options Whether with handles and counts.
   * @returns The text.
   */
  toString(options?: FormatOptions): string {
    return format(this.tables, options);
  }

  /**
   * Writes it as libnftables-json(5) has it; nft -j -f reads it.
   *
   * @returns An object for `JSON.stringify`.
   */
  toJson(): NftJson {
    return writeJson(this.tables);
  }

  /** The same, as `JSON.stringify` asks for it. */
  toJSON(): NftJson {
    return this.toJson();
  }

  /**
   * The ruleset as functions: `trace` and, for many packets, `decide`. It is
   * compiled when first asked for.
   */
  get simulator(): Simulator {
    return this.#simulator ??= compile(this.tables);
  }

  /**
   * Follows a packet through all hooks, as the kernel would take it.
   *
   * @param packet A packet, a frame, or facts.
   * @param context Where and when it is met; `{}`: this machine sends it.
   * @returns What became of it, by which rule, and each rule that it met.
   * @throws {NetError} With the code `"unknown"`, if a rule asks for what the
   * context does not say.
   */
  trace(packet: SimulatedPacket, context: Context): Trace {
    return this.simulator.trace(packet, context);
  }

  /**
   * Computes which packets can pass, and which rule lets them.
   *
   * @param options From where, to where, and where on the way.
   * @returns Classes of packets, each with one packet to try.
   * @throws {NetError} With the code `"too-complex"`, if the answer has no bounds.
   */
  reach(options: ReachOptions): Reach {
    return reach(this, options);
  }

  /**
   * Finds rules, chains and sets that do nothing, and what stands before them.
   *
   * @returns What was found.
   * @throws {NetError} With the code `"too-complex"`, if the answer has no bounds.
   */
  shadowed(): Shadowed {
    return shadowed(this);
  }

  /**
   * Draws the way of a packet through the hooks, with the chains of this ruleset.
   *
   * @returns The drawing.
   */
  hooks(): HookDiagram {
    return new HookDiagram(this);
  }

  /**
   * Draws which chain leads to which.
   *
   * @returns The drawing.
   */
  graph(): ChainGraph {
    return new ChainGraph(this);
  }

  /** What it shows at the prompt: the rules. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString().trimEnd() || "An empty ruleset";
  }
}

/**
 * Puts tables together.
 *
 * @param tables Tables, each of another family or name.
 * @returns The ruleset.
 * @throws {TypeError} If one is no table, or two have the same family and name.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const empty = net.firewall.ruleset(net.firewall.table("inet", "filter"));
 * assert.equal(empty.tables.length, 1);
 * ```
 */
export function ruleset(...tables: readonly Table[]): Ruleset {
  const names = new Set<string>();
  for (const each of tables) {
    if (!Array.isArray(each?.chains)) {
      throw new TypeError(
        "Cannot make a ruleset as each part must be a table; of another ruleset, ...that.tables",
      );
    }
    const { family, name } = each;
    const full = `${family} ${name}`;
    if (names.has(full)) {
      throw new TypeError(
        `Cannot make a ruleset as each table must stand once: ${full} is there twice`,
      );
    }
    names.add(full);
  }
  return new Ruleset(tables);
}

/**
 * Reads a ruleset from the text of nft: a file, a script of commands, or what
 * `nft list ruleset` printed.
 *
 * @param text The text.
 * @param options What `include` and variables stand for.
 * @returns The ruleset that it leaves on a machine that had none.
 * @throws {ParseError} With line and column, and what was expected there.
 * @throws {TypeError} If it is no text.
 * @see nft(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { tables } = net.firewall.parse("table inet f { chain c { ip ttl 1 drop; } }");
 * assert.equal(tables[0]?.chains[0]?.rules.length, 1);
 * ```
 */
export function parse(text: string, options?: ParseOptions): Ruleset {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse a ruleset as 'text' must be a string: current value is ${text}`,
    );
  }
  return new Ruleset(parseTables(text, options));
}

/**
 * Reads a ruleset from JSON, as `nft -j list ruleset` prints it.
 *
 * @param input Text, or what `JSON.parse` made of it.
 * @returns The ruleset.
 * @throws {ParseError} For text that is no JSON.
 * @throws {TypeError} For JSON that is not of nftables.
 * @see libnftables-json(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse("table ip f { chain c { drop; } }");
 * const again = net.firewall.fromJson(ruleset.toJson());
 * assert.equal(String(again), String(ruleset));
 * ```
 */
export function fromJson(input: unknown): Ruleset {
  return new Ruleset(readJson(input));
}
