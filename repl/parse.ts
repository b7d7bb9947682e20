/**
 * The parser of the prompt: TypeScript text to an ESTree whose positions are
 * offsets into the text as it was typed.
 *
 * The only file that knows which parser this is.
 *
 * @module
 */

import { type Node, type Options, Parser, type Program } from "acorn";
import { tsPlugin } from "@sveltejs/acorn-typescript";

export type {
  Class,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  Expression,
  FunctionDeclaration,
  Identifier,
  ImportDeclaration,
  Node,
  Pattern,
  Program,
  Property,
  Statement,
  VariableDeclaration,
} from "acorn";

const options: Options = {
  ecmaVersion: "latest",
  // A script is a module in the end, so an entry is read as one: what the
  // prompt takes, the saved script takes.
  sourceType: "module",
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: false,
};

/** What the plugin's parser has beside its public face. */
interface Inner {
  awaitPos: number;
  readonly tsParseConstModifier: unknown;
  tsParseTypeParameters(modifier?: unknown): unknown;
  tsTryParseGenericAsyncArrowFunction(...args: readonly unknown[]): unknown;
}

/** Puts right what the plugin refuses, though it is TypeScript. */
function mended(base: typeof Parser): typeof Parser {
  const { prototype } = base as unknown as { prototype: Inner };
  const { tsParseTypeParameters, tsTryParseGenericAsyncArrowFunction } =
    prototype;
  // It takes an `await` that stands before `async <T>(x: T): Promise<T> => x` for
  // one among its parameters, where none may be.
  prototype.tsTryParseGenericAsyncArrowFunction = function (...args) {
    const { awaitPos } = this;
    this.awaitPos = 0;
    const arrow = tsTryParseGenericAsyncArrowFunction.apply(this, [...args]);
    this.awaitPos = awaitPos;
    return arrow;
  };
  // It knows `<const T>` of functions, but not of signatures in an interface.
  prototype.tsParseTypeParameters = function (this: Inner, modifier) {
    const { tsParseConstModifier } = this;
    return tsParseTypeParameters.call(this, modifier ?? tsParseConstModifier);
  };
  return base;
}

const TypeScript = Parser.extend(tsPlugin(), mended);

/** Text that does not parse, with the place. */
export class EntryError extends SyntaxError {
  override readonly name = "SyntaxError";

  /**
   * @param message What is wrong, without the place.
   * @param offset Where, in UTF-16 units from the start of the entry.
   */
  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/**
 * Parses one entry.
 *
 * @param text TypeScript, any number of statements, top-level await allowed.
 * @returns The tree.
 * @throws {EntryError} If it does not parse.
 */
export function parse(text: string): Program {
  try {
    // The TypeScript grammar reads line and column from its tokens.
    return TypeScript.parse(text, { ...options, locations: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { pos = 0, raisedAt = pos } = error as SyntaxError & {
      pos?: number;
      raisedAt?: number;
    };
    const reason = error.message.replace(/ \(\d+:\d+\)$/, "");
    const atEnd = /^Unexpected token/.test(reason) &&
      text.slice(pos, raisedAt).trim() === "";
    throw new EntryError(
      atEnd
        ? "unexpected end of input"
        : /^Unexpected token/.test(reason)
        ? `unexpected ${JSON.stringify(text.slice(pos, raisedAt))}`
        : reason,
      pos,
    );
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && "start" in value;
}

/**
 * Calls `visit` for a node and all below it, in source order, parents first.
 *
 * @param node Where to start.
 * @param visit Gets each node and its ancestors, nearest last; `false` skips
 * what is below.
 * @param ancestors The nodes above `node`.
 */
export function walk(
  node: Node,
  visit: (node: Node, ancestors: readonly Node[]) => boolean | void,
  ancestors: readonly Node[] = [],
): void {
  if (visit(node, ancestors) === false) return;
  const inner = [...ancestors, node];
  for (const value of Object.values(node)) {
    if (isNode(value)) walk(value, visit, inner);
    else if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, visit, inner);
    }
  }
}
