/**
 * Sources as the doc index reads them: the text, and what stands where.
 *
 * @module
 */

import { type Node, parse, type Program, walk } from "../parse.ts";

/** Where a declaration begins; lines count from 0. */
export interface Place {
  readonly filename: string;
  readonly line: number;
  readonly col: number;
}

/** One file. */
export interface Source {
  readonly text: string;
  readonly program: Program;
  /** The outermost node at each `line:column`, lines from 1. */
  readonly nodes: ReadonlyMap<string, Node>;
}

const known = new Map<string, Source>();

/**
 * Reads a file, once.
 *
 * @param filename Its URL.
 */
export function sourceOf(filename: string): Source {
  const old = known.get(filename);
  if (old) return old;
  const text = Deno.readTextFileSync(new URL(filename));
  const program = parse(text);
  const nodes = new Map<string, Node>();
  walk(program, (node) => {
    const { line, column } = node.loc!.start;
    const key = `${line}:${column}`;
    // The outermost node at a place is the whole declaration.
    if (!nodes.has(key) && node.type !== "Program") nodes.set(key, node);
  });
  const source = { text, program, nodes };
  known.set(filename, source);
  return source;
}

/**
 * The node at a place.
 *
 * @param place The place.
 */
export function nodeAt({ filename, line, col }: Place): Node | undefined {
  return sourceOf(filename).nodes.get(`${line + 1}:${col}`);
}
