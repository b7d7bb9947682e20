/**
 * Which chain leads to which.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import type { AnonymousMap, Verdict } from "../model/expression.ts";
import type { Chain, Rule, RulesetData, Table } from "../model/ruleset.ts";

/** One way from a chain to another. */
export interface ChainEdge {
  /** The chain's name. */
  readonly to: string;
  /** Whether it comes back from there. */
  readonly kind: "jump" | "goto";
  /** How many rules, or elements of verdict maps, lead there. */
  readonly count: number;
}

/**
 * A drawing of chains and where their rules jump; it shows as a tree.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse(`table inet f {
 *   chain web { tcp dport 443 accept; }
 *   chain in { type filter hook input priority 0; jump web; }
 * }`);
 * assert.match(ruleset.graph().toText(), /in .*input.*\n.*└─ jump web/);
 * ```
 */
export class ChainGraph {
  readonly #tables: readonly Table[];

  /**
   * Takes a ruleset.
   *
   * @param ruleset Whose chains to draw.
   */
  constructor({ tables }: RulesetData) {
    this.#tables = tables;
  }

  /**
   * Draws it as trees from the base chains; chains that none leads to follow.
   *
   * @param page Where to draw. @default {the terminal, without colour}
   * @returns The lines, joined by line feeds.
   */
  toText(page: Canvas = canvas()): string {
    return this.#tables.map((table) => tree(tableNode(table), page)).join("\n");
  }

  /**
   * Writes a Mermaid flowchart.
   *
   * @returns Its text.
   */
  toMermaid(): string {
    const lines = ["flowchart LR"];
    this.#tables.forEach((table, t) => {
      const id = new Map(
        table.chains.map(({ name }, c) => [name, `t${t}c${c}`]),
      );
      lines.push(`  subgraph t${t}["${table.family} ${table.name}"]`);
      for (const chain of table.chains) {
        const [open, close] = chain.base ? ["([", "])"] : ["[", "]"];
        lines.push(
          `    ${id.get(chain.name)}${open}"${labelOf(chain)}"${close}`,
        );
      }
      for (const chain of table.chains) {
        for (const { to, kind } of edges(table, chain)) {
          const arrow = kind === "jump" ? "-->" : "-.->";
          if (id.has(to)) {
            lines.push(`    ${id.get(chain.name)} ${arrow} ${id.get(to)}`);
          }
        }
      }
      lines.push("  end");
    });
    return lines.join("\n") + "\n";
  }

  /** The picture as text. */
  toString(): string {
    return this.toText();
  }

  /** What it shows at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.toText(canvas({ colors: options?.colors ?? false }));
  }
}

function labelOf({ name, base }: Chain): string {
  return base ? `${name}: ${base.type} at ${base.hook} ${base.priority}` : name;
}

function tableNode(table: Table): TreeNode {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const shown = new Set<string>();
  const node = (chain: Chain, label: string): TreeNode => {
    const first = !shown.has(chain.name);
    shown.add(chain.name);
    const below = edges(table, chain);
    const rules = `${chain.rules.length} rule${
      chain.rules.length === 1 ? "" : "s"
    }`;
    return {
      label,
      note: first
        ? [chain.base && noteOf(chain), rules].filter(Boolean).join(", ")
        : "shown above",
      role: "name",
      children: first
        ? below.map(({ to, kind, count }) => {
          const label = `${kind} ${to}${count > 1 ? ` × ${count}` : ""}`;
          const next = chains.get(to);
          return next
            ? node(next, label)
            : { label, note: "there is no such chain", role: "bad" as const };
        })
        : [],
    };
  };
  const bases = table.chains.filter(({ base }) => base);
  const children = bases.map((chain) => node(chain, chain.name));
  for (const chain of table.chains) {
    if (shown.has(chain.name)) continue;
    const lost = node(chain, chain.name);
    children.push({
      ...lost,
      note: `${lost.note}, nothing leads here`,
      role: "warn",
    });
  }
  return {
    label: `table ${table.family} ${table.name}`,
    role: "heading",
    children,
  };
}

function noteOf({ base }: Chain): string {
  const { type, hook, priority, policy } = base!;
  return `${type} at ${hook}, priority ${priority}, policy ${policy}`;
}

/** The ways out of a chain, in the order of its rules. */
function edges(table: Table, chain: Chain): ChainEdge[] {
  const found = new Map<string, ChainEdge>();
  for (
    const verdict of chain.rules.flatMap((rule) => verdictsOf(table, rule))
  ) {
    const kind = "jump" in verdict
      ? "jump"
      : "goto" in verdict
      ? "goto"
      : undefined;
    if (!kind) continue;
    const to = "jump" in verdict
      ? verdict.jump.target
      : (verdict as { goto: { target: string } }).goto.target;
    const count = (found.get(`${kind} ${to}`)?.count ?? 0) + 1;
    found.set(`${kind} ${to}`, { to, kind, count });
  }
  return [...found.values()];
}

function verdictsOf(table: Table, rule: Rule): Verdict[] {
  return rule.statements.flatMap((statement): Verdict[] => {
    if ("jump" in statement || "goto" in statement) return [statement];
    if (!("vmap" in statement)) return [];
    const { data } = statement.vmap;
    const mappings = typeof data === "string"
      ? table.maps.find(({ name }) => `@${name}` === data)?.elements ?? []
      : (data as AnonymousMap).set;
    return mappings.map(([, value]) => value as Verdict);
  });
}
