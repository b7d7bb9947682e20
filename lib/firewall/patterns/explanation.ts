/**
 * Why each rule of a pattern is there.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { displayWidth, pad, wrap } from "../../inspect/text.ts";

/** A rule, and why it is there. */
export interface ExplanationRow {
  /** Family and name of its table. */
  readonly table: string;
  /** Its chain. */
  readonly chain: string;
  /** It as nft writes it, without its comment. */
  readonly rule: string;
  /** One or two sentences. */
  readonly why: string;
  /** What says so: `"RFC 4890 §4.4.1"`. */
  readonly see?: string;
}

const GAP = "  ";
/** The narrowest column that can still be read. */
const LEAST = 20;

/** The rules of a pattern in order, each beside its reason; it shows as a table. */
export class Explanation implements Iterable<ExplanationRow> {
  /** The rules. */
  readonly rows: readonly ExplanationRow[];

  /**
   * Takes the rules.
   *
   * @param rows In the order of tables, chains and rules.
   */
  constructor(rows: readonly ExplanationRow[]) {
    this.rows = rows;
  }

  /** The rules one by one. */
  [Symbol.iterator](): Iterator<ExplanationRow> {
    return this.rows[Symbol.iterator]();
  }

  /**
   * Writes it as a table with a heading for each chain: the rule on the left,
   * why on the right, both broken into lines where the page is narrow.
   *
   * @param page Where to. @default {the terminal, without colour}
   * @returns The lines, joined by line feeds.
   */
  toText(page: Canvas = canvas()): string {
    const room = page.width - 2 * GAP.length;
    const longest = Math.max(
      0,
      ...this.rows.map(({ rule }) => displayWidth(rule)),
    );
    const left = Math.max(LEAST, Math.min(longest, Math.floor(room / 2)));
    const right = Math.max(LEAST, room - left);
    const lines: string[] = [];
    let place = "";
    for (const { table, chain, rule, why, see } of this.rows) {
      const now = `table ${table}, chain ${chain}`;
      if (now !== place) {
        if (place !== "") lines.push("");
        lines.push(paint("heading", now, page));
        place = now;
      }
      const rules = wrap(rule, left);
      const reasons = wrap(see ? `${why} (${see})` : why, right);
      for (let i = 0; i < Math.max(rules.length, reasons.length); i++) {
        const cell = paint("name", pad(rules[i] ?? "", left), page);
        lines.push(`${GAP}${cell}${GAP}${reasons[i] ?? ""}`.trimEnd());
      }
    }
    return lines.join("\n");
  }

  /** The table. */
  toString(): string {
    return this.toText();
  }

  /** Stands in JSON as its rows. */
  toJSON(): readonly ExplanationRow[] {
    return this.rows;
  }

  /** What it shows at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.toText(canvas({ colors: options?.colors ?? false }));
  }
}
