/**
 * Edits of an entry's text, and the way back from what they make to what was
 * typed.
 *
 * @module
 */

import type { FunctionDeclaration } from "./parse.ts";

/** Replaces `source.slice(start, end)` by `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Ends what an earlier edit began: goes before what begins at its place. */
  readonly closes?: boolean;
}

/** An edit that ends what an earlier one began. */
export function closing(at: number, text: string): Edit {
  return { start: at, end: at, text, closes: true };
}

/** Puts the pieces together: functions first, as hoisting has it. */
export function assemble(
  text: string,
  edits: Edit[],
  hoisted: readonly FunctionDeclaration[],
  shift: number,
  length: number,
): { code: string; sourceOffset(offset: number): number } {
  const order = new Map(
    edits.map((edit, index) => [edit, edit.closes ? -index : index + 1]),
  );
  // At one place: what ends comes first, the inner before the outer.
  edits.sort((a, b) =>
    a.start - b.start || a.end - b.end || order.get(a)! - order.get(b)!
  );
  let code = "";
  // Runs of code and where they come from: [offset in code, offset in source,
  // length]. What was put in has length 0: all of it maps to one place.
  const runs: [number, number, number][] = [];
  const copy = (start: number, end: number) => {
    if (start < end) runs.push([code.length, start, end - start]);
    code += text.slice(start, end);
  };
  const region = (start: number, end: number) => {
    let at = start;
    for (const edit of edits) {
      if (edit.start < start || edit.end > end || edit.start < at) continue;
      copy(at, edit.start);
      runs.push([code.length, edit.start, 0]);
      code += edit.text;
      at = edit.end;
    }
    copy(at, end);
  };
  for (const { id, start, end } of hoisted) {
    code += `let ${id.name} = `;
    region(start, end);
    code += ";";
  }
  let at = 0;
  for (const { start, end } of hoisted) {
    region(at, start);
    at = end;
  }
  region(at, text.length);
  return {
    code,
    sourceOffset(offset) {
      let low = 0;
      let high = runs.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (runs[middle]![0] <= offset) low = middle;
        else high = middle - 1;
      }
      const run = runs[low];
      if (!run) return 0;
      const source = run[1] + Math.min(offset - run[0], run[2]);
      return Math.min(Math.max(0, source - shift), length);
    },
  };
}
