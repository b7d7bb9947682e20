/**
 * Finding out what a server accepts by few questions.
 *
 * @module
 */

/** Whose order decides where both sides have several. */
export type Preference = "server" | "client";

/**
 * Finds everything that a server accepts and the order in which it does: asked
 * for its favourite of many, it names one; asked again without that one, it
 * names the next.
 *
 * @param candidates What there may be, each once.
 * @param favourite Asks for one of those left; `undefined` for none of them.
 * @returns Those accepted, as they were named.
 *
 * @example
 * ```ts
 * import { favourites } from "./favourites.ts";
 * import assert from "node:assert/strict";
 *
 * const likes = [3, 1];
 * const ask = (left: readonly number[]) => Promise.resolve(likes.find((one) => left.includes(one)));
 * assert.deepEqual(await favourites([1, 2, 3], ask), [3, 1]);
 * ```
 */
export async function favourites<T>(
  candidates: readonly T[],
  favourite: (left: readonly T[]) => Promise<T | undefined>,
): Promise<T[]> {
  const found: T[] = [];
  let left = candidates;
  while (left.length > 0) {
    const one = await favourite(left);
    // A server that names what was not offered would never end.
    if (one === undefined || !left.includes(one)) break;
    found.push(one);
    left = left.filter((other) => other !== one);
  }
  return found;
}

/**
 * Tells whose order {@linkcode favourites} found: asked with the last of them
 * first, a server that follows the client names that one.
 *
 * @param found What was found, with the order in which it was.
 * @param favourite Asks, as before.
 * @returns Whose; `undefined` where there are fewer than two.
 */
export async function preferenceOf<T>(
  found: readonly T[],
  favourite: (left: readonly T[]) => Promise<T | undefined>,
): Promise<Preference | undefined> {
  if (found.length < 2) return undefined;
  const last = found.at(-1)!;
  const one = await favourite([last, ...found.slice(0, -1)]);
  return one === undefined ? undefined : one === last ? "client" : "server";
}

/** What a server accepts, and whose order that is. */
export interface Accepted<T> {
  /** All of it, in that order. */
  readonly found: readonly T[];
  /** Whose; `undefined` where there are fewer than two. */
  readonly order: Preference | undefined;
}

/**
 * Finds the same as {@linkcode favourites} and {@linkcode preferenceOf} together;
 * with several questions at a time, where the server follows the client: then
 * both ends of each part of the list are asked for.
 *
 * @param candidates What there may be, each once.
 * @param favourite Asks for one of those left; `undefined` for none of them.
 * @param parts Into how many parts to cut the list; 0 for one question after the
 * other, which takes the fewest. @default {0}
 * @returns Those accepted, and whose order they are in.
 *
 * @example
 * ```ts
 * import { accepted } from "./favourites.ts";
 * import assert from "node:assert/strict";
 *
 * const likes = [3, 1];
 * const ask = (left: readonly number[]) => Promise.resolve(left.find((one) => likes.includes(one)));
 * assert.deepEqual(await accepted([1, 2, 3], ask), { found: [1, 3], order: "client" });
 * ```
 */
export async function accepted<T>(
  candidates: readonly T[],
  favourite: (left: readonly T[]) => Promise<T | undefined>,
  parts = 0,
): Promise<Accepted<T>> {
  const nothing = { found: [], order: undefined };
  const first = await favourite(candidates);
  if (first === undefined || !candidates.includes(first)) return nothing;
  const others = candidates.filter((one) => one !== first);
  const [last, second] = await Promise.all([
    favourite(candidates.toReversed()),
    others.length > 0 ? favourite(others) : undefined,
  ]);
  if (second === undefined || !others.includes(second)) {
    return { ...nothing, found: [first] };
  }
  const found = new Set<T>([first, second]);
  if (last === first || last === undefined) {
    const left = others.filter((one) => one !== second);
    for (const one of await favourites(left, favourite)) found.add(one);
    return { found: [...found], order: "server" };
  }
  found.add(last);
  const left = candidates.filter((one) => !found.has(one));
  const size = Math.ceil(left.length / Math.max(1, parts));
  const lists = await Promise.all(
    chunked(left, size).map((part) =>
      parts > 0 ? fromBothEnds(part, favourite) : favourites(part, favourite)
    ),
  );
  for (const one of lists.flat()) found.add(one);
  const ours = candidates.filter((one) => found.has(one));
  // A server may follow the client within groups of its own alone.
  return ours[0] === first && ours.at(-1) === last
    ? { found: ours, order: "client" }
    : { found: await favourites(ours, favourite), order: "server" };
}

/** Asks for the first and for the last that is left, until there are no more. */
async function fromBothEnds<T>(
  candidates: readonly T[],
  favourite: (left: readonly T[]) => Promise<T | undefined>,
): Promise<T[]> {
  const left = new Set(candidates);
  const found: T[] = [];
  const from = async (isEnd: boolean) => {
    while (left.size > 0) {
      const list = isEnd ? [...left].reverse() : [...left];
      const one = await favourite(list);
      if (one === undefined || !list.includes(one)) return left.clear();
      if (left.delete(one)) found.push(one);
    }
  };
  await Promise.all([from(false), from(true)]);
  return found;
}

/**
 * Cuts a list into pieces.
 *
 * @param list The list.
 * @param size How long each of them is, but for the last.
 * @returns The pieces; none of an empty list.
 *
 * @example
 * ```ts
 * import { chunked } from "./favourites.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(chunked([1, 2, 3], 2), [[1, 2], [3]]);
 * ```
 */
export function chunked<T>(list: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < list.length; at += size) {
    pieces.push(list.slice(at, at + size));
  }
  return pieces;
}
