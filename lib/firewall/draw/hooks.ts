/**
 * A packet's way through the hooks, with a ruleset's chains where they stand.
 *
 * @see nft(8), address families
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { displayWidth, pad, truncate } from "../../inspect/text.ts";
import type { Hook, RulesetData, Table } from "../model/ruleset.ts";

/** What the kernel itself does at a hook, with its priority. */
interface KernelStep {
  readonly hook: Hook;
  readonly priority: number;
  readonly label: string;
}

/** NF_IP_PRI_… of linux/netfilter_ipv4.h. */
const KERNEL_STEPS: readonly KernelStep[] = [
  { hook: "prerouting", priority: -400, label: "fragments put together" },
  { hook: "prerouting", priority: -200, label: "connection tracking" },
  { hook: "output", priority: -200, label: "connection tracking" },
];

/** A line in a hook's box: a chain, or what the kernel does. */
interface Stop {
  readonly priority: number;
  readonly chain: string;
  readonly note: string;
  readonly role: Role;
}

/** A box is at most so wide; the picture is two of them and what is between. */
const BOX = 38;
const LEAST = 24;

/**
 * A drawing of the hooks that a packet passes; it shows as text.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse(
 *   "table inet f { chain in { type filter hook input priority 0; policy drop; } }",
 * );
 * assert.match(ruleset.hooks().toText(), /│ +0 inet f in +drop │/);
 * ```
 */
export class HookDiagram {
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
   * Draws it.
   *
   * @param page Where to draw. @default {the terminal, without colour}
   * @returns The lines, joined by line feeds.
   */
  toText(page: Canvas = canvas()): string {
    const width = Math.max(
      LEAST,
      Math.min(BOX, Math.floor(page.width / 2) - 3),
    );
    const box = (hook: Hook) =>
      draw(hook, stopsAt(this.#tables, hook), width, page);
    const muted = (text: string) => paint("muted", text, page);
    const arrow = (note = "") => muted(`    ▼${note && ` ${note}`}`);
    const lines: string[] = [muted("  arrives at an interface"), arrow()];
    if (hasHook(this.#tables, "ingress")) {
      lines.push(...box("ingress"), arrow());
    }
    lines.push(...box("prerouting"));
    const branch = `    ├${"─".repeat(width + 1)}┐`;
    lines.push(muted("    │ routing: for this machine, or for another?"));
    lines.push(muted(branch));
    const left = [
      arrow("for this machine"),
      ...box("input"),
      arrow(),
      muted("  a program here, that may answer"),
      arrow("routing"),
      ...box("output"),
    ];
    const right = [muted("▼ for another"), ...box("forward")];
    left.forEach((line, i) => {
      // The box stands under its arrow, two cells to the left of it.
      const at = i === 0 || i >= right.length ? width + 6 : width + 4;
      const beside = right[i] ?? muted("│");
      lines.push(pad(line, at) + beside);
    });
    for (const line of right.slice(left.length)) {
      lines.push(pad(muted("    │"), width + 4) + line);
    }
    lines.push(muted(`    ├${"─".repeat(width + 1)}┘`), arrow());
    lines.push(...box("postrouting"));
    if (hasHook(this.#tables, "egress")) lines.push(arrow(), ...box("egress"));
    lines.push(arrow(), muted("  leaves by an interface"));
    return lines.map((line) => line.trimEnd()).join("\n");
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

function hasHook(tables: readonly Table[], hook: Hook): boolean {
  return tables.some(({ chains }) =>
    chains.some(({ base }) => base?.hook === hook)
  );
}

function stopsAt(tables: readonly Table[], hook: Hook): Stop[] {
  const stops: Stop[] = KERNEL_STEPS.filter((step) => step.hook === hook).map((
    { priority, label },
  ) => ({ priority, chain: label, note: "", role: "muted" }));
  for (const { family, name, chains } of tables) {
    for (const chain of chains) {
      const { base } = chain;
      if (base?.hook !== hook) continue;
      const kind = base.type === "filter" ? base.policy : base.type;
      stops.push({
        priority: base.priority,
        chain: `${family} ${name} ${chain.name}`,
        note: kind,
        role: base.policy === "drop" ? "bad" : "good",
      });
    }
  }
  return stops.sort((a, b) => a.priority - b.priority);
}

function draw(
  title: string,
  stops: readonly Stop[],
  width: number,
  page: Canvas,
): string[] {
  const muted = (text: string) => paint("muted", text, page);
  const inner = width - 4;
  const top = `┌ ${title} ${"─".repeat(width - 4 - displayWidth(title))}┐`;
  const lines = stops.map(({ priority, chain, note, role }) => {
    const before = pad(`${priority}`, 4, "right");
    const room = inner - 5 - (note ? displayWidth(note) + 1 : 0);
    const name = pad(truncate(chain, room), room);
    const isKernel = role === "muted";
    const text = `${muted(before)} ${isKernel ? muted(name) : name}`;
    return `${muted("│")} ${text}${note && ` ${paint(role, note, page)}`} ${
      muted("│")
    }`;
  });
  return [muted(top), ...lines, muted(`└${"─".repeat(width - 2)}┘`)].map((
    line,
  ) => `  ${line}`);
}
