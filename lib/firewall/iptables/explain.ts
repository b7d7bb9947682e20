/**
 * Rules of iptables explained: each beside what it is in nft.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { pad, wrap } from "../../inspect/text.ts";
import { formatRule } from "../text/format.ts";
import { carry, type ParseOptions } from "./parse.ts";
import type { Refusal } from "./refusal.ts";
import { inWords } from "./words.ts";

/** A rule explained. */
export interface IptablesExplanationRow {
  /** The line that it comes from, counted from 1. */
  readonly line: number;
  /** Family and table: `"ip filter"`. */
  readonly table: string;
  /** The chain that it stands in. */
  readonly chain: string;
  /** The line as it was given. */
  readonly iptables: string;
  /** What it is in nft: a rule, several, or none where it is refused. */
  readonly nft: readonly string[];
  /** What it does; or why it cannot be carried over. */
  readonly words: string;
  /** What to write in nft in its place, where it is refused. */
  readonly instead?: string;
  /** Whether it was carried over. */
  readonly carried: boolean;
}

/** Columns for the number of a line. */
const MARGIN = 5;

/** A text broken into lines, the first behind a number. */
function block(
  number: number | "",
  role: Role | undefined,
  text: string,
  page: Canvas,
): string[] {
  const room = Math.max(20, page.width - MARGIN - 2);
  return wrap(text, room).map((line, i) => {
    const before = pad(i ? "" : `${number}`, MARGIN, "right");
    return `${before}  ${role === undefined ? line : paint(role, line, page)}`;
  });
}

/** Rules of iptables, each with its meaning; it shows as text. */
export class IptablesExplanation implements Iterable<IptablesExplanationRow> {
  /** The rules, in the order of tables and chains. */
  readonly rows: readonly IptablesExplanationRow[];
  /** Every line that cannot be carried over, also those that are no rules. */
  readonly refused: readonly Refusal[];

  /**
   * Takes the rules.
   *
   * @param rows The rules.
   * @param refused The lines that cannot be carried over.
   */
  constructor(
    rows: readonly IptablesExplanationRow[],
    refused: readonly Refusal[],
  ) {
    this.rows = rows;
    this.refused = refused;
  }

  /** The rules one by one. */
  [Symbol.iterator](): Iterator<IptablesExplanationRow> {
    return this.rows[Symbol.iterator]();
  }

  /**
   * Writes it with a heading for each chain: the line, below it what it is in
   * nft, and below that what it does.
   *
   * @param page Where to. @default {the terminal, without colour}
   * @returns The lines, joined by line feeds.
   */
  toText(page: Canvas = canvas()): string {
    const lines: string[] = [];
    let place = "";
    const known = new Set<number>();
    for (const row of this.rows) {
      const now = `table ${row.table}, chain ${row.chain}`;
      if (now !== place) lines.push(paint("heading", now, page));
      place = now;
      known.add(row.line);
      lines.push(...block(row.line, "muted", row.iptables, page));
      for (const rule of row.nft) lines.push(...block("", "name", rule, page));
      const role = row.carried ? undefined : "bad";
      const words = row.carried ? row.words : `Refused: ${row.words}`;
      lines.push(...block("", role, words, page));
      if (row.instead !== undefined) {
        lines.push(...block("", undefined, `Instead: ${row.instead}`, page));
      }
    }
    for (const { line, text, reason } of this.refused) {
      if (known.has(line)) continue;
      lines.push(...block(line, "muted", text, page));
      lines.push(...block("", "bad", `Refused: ${reason}`, page));
    }
    return lines.join("\n");
  }

  /** The rows, as `JSON.stringify` asks for them. */
  toJSON(): readonly IptablesExplanationRow[] {
    return this.rows;
  }

  /** The table as text. */
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

/**
 * Explains rules of iptables: what each does, and what it is in nft. A rule
 * that nftables cannot say is shown with the reason and what to write instead.
 *
 * @param text What `iptables-save` printed, a file for `iptables-restore`, or
 * commands.
 * @param options Whose rules they are.
 * @returns The rules, each beside its meaning.
 * @throws {TypeError} If the text is no string.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [row] = net.firewall.iptables.explain(
 *   "iptables -A INPUT -p tcp --dport 22 -j ACCEPT",
 * );
 * assert.deepEqual(row!.nft, ["tcp dport 22 accept"]);
 * assert.equal(row!.words, "Packets TCP to port 22: let them pass.");
 * ```
 */
export function explain(
  text: string,
  options?: ParseOptions,
): IptablesExplanation {
  const { carried, refused } = carry(text, options);
  const rows = carried.map(
    ({ raw, table, chain, rules, refused }): IptablesExplanationRow => ({
      ...{ line: raw.line.number, table: `${table.family} ${table.name}` },
      ...{ chain, iptables: raw.line.text },
      nft: rules.map((rule) => formatRule(rule, table.family)),
      words: refused?.message ??
        rules.map(({ statements }) => inWords(statements, table.family))
          .join(" "),
      ...refused?.instead !== undefined && { instead: refused.instead },
      carried: refused === undefined,
    }),
  );
  return new IptablesExplanation(rows, refused);
}
