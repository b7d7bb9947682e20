/**
 * A regular expression of Python's, ready for lines.
 *
 * @module
 */

import { type Opening, openingOf } from "./first.ts";
import { rewrite } from "./rewrite.ts";
import { simplify } from "./simplify.ts";
import { type Pattern, some } from "./syntax.ts";
import { Walker } from "./walk.ts";

/** What matches one line from its start. */
export interface Engine {
  /** The regular expression, or what walks it. */
  readonly matches: RegExp | Walker;
  /** Python's number of the group of each capture; the first is the first. */
  readonly captures: readonly number[];
}

/** The engines for one regular expression, made when a line first wants them. */
export class Matcher {
  readonly #read: Pattern;
  readonly #wanted: ReadonlySet<number>;
  #simple: Pattern | undefined;
  #narrow: Engine | undefined;
  #wide: Engine | undefined;
  #opening: Opening | undefined;

  /**
   * Takes what was read.
   *
   * @param pattern The regular expression.
   * @param wanted The groups whose text matters.
   */
  constructor(pattern: Pattern, wanted: ReadonlySet<number>) {
    this.#read = pattern;
    this.#wanted = wanted;
  }

  /** The engine for lines of ASCII that has no separators. */
  get narrow(): Engine {
    return this.#narrow ??= this.#engine(false) ?? this.wide;
  }

  /** The engine for all lines. */
  get wide(): Engine {
    return this.#wide ??= this.#engine(true) ?? this.#walker();
  }

  /** What the lines that match begin with. */
  get opening(): Opening {
    return this.#opening ??= openingOf(this.#read.root);
  }

  get #pattern(): Pattern {
    return this.#simple ??= simplified(this.#read, this.#wanted);
  }

  #engine(wide: boolean): Engine | undefined {
    const rewritten = rewrite(this.#pattern, this.#wanted, wide);
    if (rewritten === undefined) return undefined;
    const { source, flags, captures } = rewritten;
    return { matches: new RegExp(source, flags), captures };
  }

  #walker(): Engine {
    const walker = new Walker(this.#pattern, this.#wanted);
    return { matches: walker, captures: walker.captures };
  }
}

function simplified(pattern: Pattern, wanted: ReadonlySet<number>): Pattern {
  const kept = new Set(wanted);
  some(pattern.root, (node) => {
    if (node.kind === "reference" || node.kind === "conditional") {
      kept.add(node.index);
    }
    return false;
  });
  return { ...pattern, root: simplify(pattern.root, kept) };
}
