/**
 * Links between things with names, as simulations are given them.
 *
 * @module
 */

import { checkName } from "./names.ts";

/** A link as it is given: `"a-b"`, `["a", "b"]`, or one of these with options. */
export type LinkSpec = string | readonly string[] | {
  readonly ends: string | readonly string[];
  readonly name?: string | undefined;
};

/** A link with a name of its own. */
export interface NamedLink<T> {
  /** Its name: its ends with hyphens between, and `#2` if that is taken. */
  readonly name: string;
  /** What it connects, in the order that was given. */
  readonly ends: readonly string[];
  /** What else was said of it. */
  readonly options: Partial<T>;
}

/**
 * Reads links, and gives each a name of its own.
 *
 * @param what What they are for, as a verb phrase.
 * @param links The links as they were given.
 * @param names What may be connected.
 * @param most How many ends a link may have; 2 at least.
 * @returns The links in order.
 * @throws {TypeError} If one is no link, or two have one name.
 * @throws {RangeError} If an end is unknown, or there are too few or too many.
 *
 * @example
 * ```ts
 * import { namedLinks } from "./links.ts";
 * import assert from "node:assert/strict";
 *
 * const names = new Set(["a", "b"]);
 * const links = namedLinks("make a tree", ["a-b", ["b", "a"], "a-b"], names, 2);
 * assert.deepEqual(links.map(({ name }) => name), ["a-b", "b-a", "a-b#2"]);
 * assert.throws(() => namedLinks("make a tree", ["a-c"], names, 2), /"a-c"/);
 * ```
 */
export function namedLinks<T extends LinkSpec>(
  what: string,
  links: Iterable<T>,
  names: ReadonlySet<string>,
  most: number,
): NamedLink<Exclude<T, string | readonly string[]>>[] {
  if (typeof links?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `Cannot ${what} as 'links' must be a list of links: current value is ${links}`,
    );
  }
  const taken = new Set<string>();
  return Array.from(links, (given) => {
    const isPlain = typeof given === "string" || Array.isArray(given);
    if (!isPlain && (typeof given !== "object" || given === null)) {
      throw new TypeError(
        `Cannot ${what} as 'links' must be made of "a-b", ["a", "b"] or { ends }: current value is ${given}`,
      );
    }
    const options = isPlain
      ? {}
      : given as Exclude<T, string | readonly string[]>;
    const ends = linkEnds(
      what,
      isPlain ? given : (given as { ends: string | readonly string[] }).ends,
      names,
    );
    if (ends.length < 2 || ends.length > most) {
      throw new RangeError(
        `Cannot ${what} as 'links' must have ${
          most === 2 ? "2" : `2 to ${most}`
        } ends each: current value is ${JSON.stringify(ends)}`,
      );
    }
    const { name: said } = options as { name?: string };
    const name = said === undefined
      ? freeName(ends.join("-"), taken)
      : checkName(what, "links", said);
    if (taken.has(name)) {
      throw new RangeError(
        `Cannot ${what} as 'links' must have names of their own: current value is ${
          JSON.stringify(name)
        } twice`,
      );
    }
    taken.add(name);
    return { name, ends, options };
  });
}

function freeName(wish: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wish)) return wish;
  for (let n = 2;; n++) {
    if (!taken.has(`${wish}#${n}`)) return `${wish}#${n}`;
  }
}

function linkEnds(
  what: string,
  given: string | readonly string[],
  names: ReadonlySet<string>,
): readonly string[] {
  if (typeof given === "string") return splitEnds(what, given, names);
  if (!Array.isArray(given)) {
    throw new TypeError(
      `Cannot ${what} as 'ends' must be "a-b" or ["a", "b"]: current value is ${given}`,
    );
  }
  for (const end of given) {
    if (!names.has(end)) unknownEnd(what, JSON.stringify(end), names);
  }
  return [...given];
}

/** Names may have hyphens too: only where both sides are names is the link. */
function splitEnds(
  what: string,
  text: string,
  names: ReadonlySet<string>,
): readonly string[] {
  const found: [string, string][] = [];
  for (let at = text.indexOf("-"); at >= 0; at = text.indexOf("-", at + 1)) {
    const ends: [string, string] = [text.slice(0, at), text.slice(at + 1)];
    if (ends.every((end) => names.has(end))) found.push(ends);
  }
  if (found.length === 1) return found[0]!;
  if (found.length === 0) unknownEnd(what, JSON.stringify(text), names);
  throw new RangeError(
    `Cannot ${what} as 'links' must say which ends they have, as ["a", "b"]: current value is ${
      JSON.stringify(text)
    }`,
  );
}

function unknownEnd(
  what: string,
  shown: string,
  names: ReadonlySet<string>,
): never {
  const some = [...names].slice(0, 20).join(", ");
  throw new RangeError(
    `Cannot ${what} as 'links' must be between ${some}${
      names.size > 20 ? ", …" : ""
    }: current value is ${shown}`,
  );
}

/**
 * Finds something by its name, or says which names there are.
 *
 * @param what What is to be done, as a verb phrase.
 * @param kind What is looked for: `"link"`.
 * @param name The name that was given.
 * @param all Everything by name.
 * @returns What has the name.
 * @throws {RangeError} If nothing has it.
 *
 * @example
 * ```ts
 * import { findNamed } from "./links.ts";
 * import assert from "node:assert/strict";
 *
 * const links = new Map([["a-b", 1]]);
 * assert.equal(findNamed("fail", "link", "a-b", links), 1);
 * assert.throws(() => findNamed("fail", "link", "a-c", links), /'link' must be one of a-b/);
 * ```
 */
export function findNamed<T>(
  what: string,
  kind: string,
  name: string,
  all: ReadonlyMap<string, T>,
): T {
  const found = all.get(name);
  if (found !== undefined) return found;
  const some = [...all.keys()].slice(0, 20).join(", ");
  throw new RangeError(
    `Cannot ${what} as '${kind}' must be one of ${some}${
      all.size > 20 ? ", …" : ""
    }: current value is ${name}`,
  );
}

/**
 * Finds a link by its name, or by its two ends in the other order.
 *
 * @param what What is to be done, as a verb phrase.
 * @param name The name that was given.
 * @param all The links by name.
 * @returns The link.
 * @throws {RangeError} If there is none.
 *
 * @example
 * ```ts
 * import { findLink } from "./links.ts";
 * import assert from "node:assert/strict";
 *
 * const links = new Map([["a-b", { ends: ["a", "b"] }]]);
 * assert.deepEqual(findLink("fail a link", "b-a", links).ends, ["a", "b"]);
 * ```
 */
export function findLink<T extends { readonly ends: readonly string[] }>(
  what: string,
  name: string,
  all: ReadonlyMap<string, T>,
): T {
  if (!all.has(name)) {
    for (const link of all.values()) {
      if ([...link.ends].reverse().join("-") === name) return link;
    }
  }
  return findNamed(what, "link", name, all);
}
