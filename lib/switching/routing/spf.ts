/**
 * Shortest paths first: Dijkstra's algorithm over a router's database.
 *
 * @module
 */

import type { LinkStateAdvertisement } from "./link_state_step.ts";

/** A router's link state database: advertisements by the number of their router. */
export type Database = readonly (LinkStateAdvertisement | undefined)[];

/** The shortest paths from one router. */
export interface Paths {
  /** What the way to each router costs, by number; `Infinity` without a way. */
  readonly costs: readonly number[];
  /** The first links of all cheapest ways, by number. */
  readonly firstLinks: readonly (readonly string[])[];
}

/** A router on the list of candidates. */
export interface SpfEntry {
  /** The router's number. */
  readonly router: number;
  /** What the cheapest way found so far costs. */
  readonly cost: number;
  /** The routers before it on such ways. */
  readonly parents: readonly number[];
}

/** One round of the algorithm, as it is noted for watching. */
export interface SpfRound {
  /** What was moved to the tree. */
  readonly added: SpfEntry;
  /** What is on the list afterwards, cheapest first. */
  readonly candidates: readonly SpfEntry[];
}

/** A candidate while the algorithm runs. */
interface Candidate {
  router: number;
  cost: number;
  parents: number[];
  firstLinks: Set<string>;
  place: number;
}

/**
 * Finds the cheapest ways from a router to all others. A link counts only if
 * the routers at both its ends say that it is there.
 *
 * @param database What the router knows.
 * @param from Its number.
 * @param note Is told of each round. @default {nobody is told}
 * @returns Costs and first links.
 * @see RFC 2328 §16.1
 *
 * @example
 * ```ts
 * import { shortestPaths } from "./spf.ts";
 * import assert from "node:assert/strict";
 *
 * const lsa = (router: number, to: number) => ({
 *   router,
 *   sequence: 1,
 *   links: [{ link: "a-b", to, cost: 5 }],
 *   networks: [],
 * });
 * assert.deepEqual(shortestPaths([lsa(0, 1), lsa(1, 0)], 0).costs, [0, 5]);
 * assert.deepEqual(shortestPaths([lsa(0, 1), undefined], 0).costs, [0, Infinity]);
 * ```
 */
export function shortestPaths(
  database: Database,
  from: number,
  note?: (round: SpfRound) => void,
): Paths {
  const costs = new Array<number>(database.length).fill(Infinity);
  const firstLinks = new Array<readonly string[]>(database.length).fill([]);
  const found = new Map<number, Candidate>();
  const heap: Candidate[] = [];
  const start = {
    router: from,
    cost: 0,
    parents: [],
    firstLinks: new Set<string>(),
    place: 0,
  };
  found.set(from, start);
  heap.push(start);
  while (heap.length > 0) {
    const best = takeLeast(heap);
    const { router, cost } = best;
    costs[router] = cost;
    firstLinks[router] = [...best.firstLinks];
    for (const { link, to, cost: more } of database[router]?.links ?? []) {
      if (costs[to] !== Infinity) continue;
      const isTwoWay = database[to]?.links.some((back) =>
        back.link === link && back.to === router
      );
      if (!isTwoWay) continue;
      const path = cost + more;
      const first = router === from ? [link] : best.firstLinks;
      const known = found.get(to);
      if (known === undefined || path < known.cost) {
        const candidate = known ?? {
          router: to,
          cost: path,
          parents: [],
          firstLinks: new Set(),
          place: heap.length,
        };
        candidate.cost = path;
        candidate.parents = [router];
        candidate.firstLinks = new Set(first);
        if (known === undefined) {
          found.set(to, candidate);
          heap.push(candidate);
        }
        rise(heap, candidate.place);
      } else if (path === known.cost) {
        if (!known.parents.includes(router)) known.parents.push(router);
        for (const one of first) known.firstLinks.add(one);
      }
    }
    note?.({ added: entryOf(best), candidates: inOrder(heap) });
  }
  return { costs, firstLinks };
}

function inOrder(heap: readonly Candidate[]): SpfEntry[] {
  return [...heap].sort((a, b) => isLess(a, b) ? -1 : 1).map(entryOf);
}

function entryOf({ router, cost, parents }: Candidate): SpfEntry {
  return { router, cost, parents: [...parents] };
}

/** Of equal costs the lesser number comes first, so that runs repeat. */
function isLess(a: Candidate, b: Candidate): boolean {
  return a.cost < b.cost || a.cost === b.cost && a.router < b.router;
}

function takeLeast(heap: Candidate[]): Candidate {
  const least = heap[0]!;
  const last = heap.pop()!;
  if (last !== least) {
    put(heap, last, 0);
    sink(heap, 0);
  }
  return least;
}

function put(heap: Candidate[], candidate: Candidate, place: number): void {
  heap[place] = candidate;
  candidate.place = place;
}

function rise(heap: Candidate[], place: number): void {
  const candidate = heap[place]!;
  while (place > 0) {
    const up = place - 1 >> 1;
    if (!isLess(candidate, heap[up]!)) break;
    put(heap, heap[up]!, place);
    place = up;
  }
  put(heap, candidate, place);
}

function sink(heap: Candidate[], place: number): void {
  const candidate = heap[place]!;
  for (;;) {
    let down = 2 * place + 1;
    if (down >= heap.length) break;
    if (down + 1 < heap.length && isLess(heap[down + 1]!, heap[down]!)) down++;
    if (!isLess(heap[down]!, candidate)) break;
    put(heap, heap[down]!, place);
    place = down;
  }
  put(heap, candidate, place);
}
