/**
 * JavaScript for verdicts.
 *
 * @module
 */

import type { Verdict } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import { ACCEPT } from "./transit.ts";
import type { Writer } from "./writer.ts";

/** Source that ends the chain with a verdict. */
export function finish(
  writer: Writer,
  code: number | string,
  by?: Statement,
): string {
  const { rule, isTraced } = writer;
  return `{ ${isTraced ? `p.saw(${rule}, -1); ` : ""}p.rule = ${rule}; ${
    by === undefined ? "" : `p.by = ${writer.constant(by)}; `
  }return ${code}; }`;
}

/** Notes what a statement did that is no verdict. */
export function note(
  writer: Writer,
  statement: Statement,
  value?: string,
): void {
  if (!writer.isTraced) return;
  const more = value === undefined ? "" : `, ${value}`;
  writer.put(`p.did(${writer.rule}, ${writer.constant(statement)}${more});`);
}

/** Source for a verdict. */
export function verdictCode(writer: Writer, verdict: Verdict): string {
  const { rule, isTraced, table, program } = writer;
  const saw = isTraced ? `p.saw(${rule}, -1); ` : "";
  if ("accept" in verdict) return finish(writer, ACCEPT);
  if ("drop" in verdict) return finish(writer, 2);
  if ("return" in verdict) return `{ ${saw}return 0; }`;
  if ("continue" in verdict) return `{ ${saw}break r${rule}; }`;
  if ("jump" in verdict) {
    const call = `c${program.chain(table, verdict.jump.target)}()`;
    return `{ ${saw}const r = ${call}; if (r !== 0) return r; break r${rule}; }`;
  }
  return `{ ${saw}return c${program.chain(table, verdict.goto.target)}(); }`;
}
