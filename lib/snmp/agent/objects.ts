/**
 * What an agent has, in the order of a walk.
 *
 * @module
 */

import { compareOids, isBelow } from "../asking/oid.ts";
import type { Kind } from "../message/wire_value.ts";
import type { SnmpValue } from "../value.ts";
import type { ServedValue, SetVerdict } from "./options.ts";

/** Setting an object. */
export interface Writer {
  check(value: SnmpValue): SetVerdict | Promise<SetVerdict>;
  /** Sets it; `element` is the value as it came. */
  set(
    value: SnmpValue,
    old: SnmpValue,
    element: Uint8Array,
  ): void | Promise<void>;
}

/** One variable that is served. */
export interface ServedObject {
  readonly oid: string;
  /** Its name as it goes over the wire. */
  readonly name: Uint8Array;
  readonly kind: Kind;
  /** Its value as it goes over the wire; if it lasts. */
  element: Uint8Array | undefined;
  /** What gives it, if it does not. */
  readonly read: (() => ServedValue | Promise<ServedValue>) | undefined;
  readonly writer: Writer | undefined;
}

/** A part of the tree that is made when somebody asks, and good for a while. */
export interface Source {
  /** Below which object identifier all of it is. */
  readonly root: string;
  readonly maxAge: number;
  /** Makes it, in order. */
  make(): Promise<ServedObject[]>;
}

/** What somebody may see; the same function each time, as what it lets through is kept. */
export type Filter = (object: ServedObject) => boolean;

/** Objects in order; those that one comes behind are found by halving. */
class Ordered {
  readonly #list: ServedObject[];
  readonly #byOid = new Map<string, ServedObject>();
  /** What each filter lets through: to pass over much again and again takes long. */
  #seen = new WeakMap<Filter, readonly ServedObject[]>();

  constructor(list: ServedObject[]) {
    this.#list = list;
    for (const object of list) this.#byOid.set(object.oid, object);
  }

  get size(): number {
    return this.#list.length;
  }

  get(oid: string): ServedObject | undefined {
    return this.#byOid.get(oid);
  }

  /** Puts one in the place of another of that name; whether there was one. */
  replace(object: ServedObject): boolean {
    if (!this.#byOid.has(object.oid)) return false;
    this.#byOid.set(object.oid, object);
    // It is the last that does not come behind itself.
    this.#list[firstBehind(this.#list, object.oid) - 1] = object;
    this.#seen = new WeakMap();
    return true;
  }

  /** The first behind a name that somebody may see. */
  next(oid: string, filter: Filter): ServedObject | undefined {
    let list = this.#seen.get(filter);
    if (list === undefined) {
      list = this.#list.filter(filter);
      this.#seen.set(filter, list);
    }
    return list[firstBehind(list, oid)];
  }
}

function firstBehind(list: readonly ServedObject[], oid: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareOids(list[middle]!.oid, oid) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface Made {
  readonly source: Source;
  until: number;
  objects: Promise<Ordered> | Ordered | undefined;
}

const ALL: Filter = () => true;

/** All objects of an agent. */
export class Objects {
  readonly #fixed = new Map<string, ServedObject>();
  #ordered: Ordered | undefined;
  #made: Made[] = [];

  /** How many there are, without those that are yet to be made. */
  get size(): number {
    return this.#made.reduce(
      (sum, { objects }) =>
        sum + (objects instanceof Ordered ? objects.size : 0),
      this.#fixed.size,
    );
  }

  /** Puts objects in the place of those of their names, or beside them. */
  put(objects: readonly ServedObject[]): void {
    for (const object of objects) {
      this.#fixed.set(object.oid, object);
      if (!this.#ordered?.replace(object)) this.#ordered = undefined;
    }
  }

  /** Takes away what is at a name or below. */
  remove(root: string): void {
    // Most of the time it is one variable, which nothing is below.
    if (this.#fixed.delete(root)) this.#ordered = undefined;
    else {
      for (const oid of this.#fixed.keys()) {
        if (isBelow(oid, root)) this.#fixed.delete(oid);
      }
      this.#ordered = undefined;
    }
    this.#made = this.#made.filter(({ source }) => !isBelow(source.root, root));
  }

  /** Has a part made when it is asked for. */
  add(source: Source): void {
    this.#made.push({ source, until: 0, objects: undefined });
    this.#made.sort((a, b) => compareOids(a.source.root, b.source.root));
  }

  /** What was made of a part is not good any more. */
  expire(root: string): void {
    for (const one of this.#made) if (one.source.root === root) one.until = 0;
  }

  #all(): Ordered {
    return this.#ordered ??= new Ordered(
      [...this.#fixed.values()].sort((a, b) => compareOids(a.oid, b.oid)),
    );
  }

  /** Finds one by its name. */
  async get(oid: string): Promise<ServedObject | undefined> {
    const fixed = this.#fixed.get(oid);
    if (fixed !== undefined) return fixed;
    for (const one of this.#made) {
      if (!isBelow(oid, one.source.root)) continue;
      const found = (await fresh(one)).get(oid);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Finds the first behind a name.
   *
   * @param oid Behind which.
   * @param filter What whoever asks may see.
   */
  next(
    oid: string,
    filter: Filter,
  ): ServedObject | undefined | Promise<ServedObject | undefined> {
    const fixed = this.#all().next(oid, filter);
    const before = this.#made.filter(({ source: { root } }) =>
      (isBelow(oid, root) || compareOids(root, oid) > 0) &&
      (fixed === undefined || compareOids(root, fixed.oid) < 0)
    );
    return before.length === 0 ? fixed : nextOf(before, oid, filter, fixed);
  }

  /** Whether there is anything at a name or below, seen by anybody. */
  async has(root: string): Promise<boolean> {
    const found = await this.next(root, ALL);
    return found !== undefined && isBelow(found.oid, root);
  }
}

async function nextOf(
  made: readonly Made[],
  oid: string,
  filter: Filter,
  fixed: ServedObject | undefined,
): Promise<ServedObject | undefined> {
  let best = fixed;
  for (const one of made) {
    if (best !== undefined && compareOids(one.source.root, best.oid) > 0) break;
    const found = (await fresh(one)).next(oid, filter);
    if (
      found !== undefined &&
      (best === undefined || compareOids(found.oid, best.oid) < 0)
    ) best = found;
  }
  return best;
}

/** A part that is still good, or made anew; those who ask meanwhile wait for it. */
async function fresh(made: Made): Promise<Ordered> {
  if (made.objects instanceof Promise) return await made.objects;
  if (made.objects !== undefined && performance.now() < made.until) {
    return made.objects;
  }
  const making = made.source.make().then((list) => new Ordered(list));
  made.objects = making;
  try {
    const ordered = await making;
    made.objects = ordered;
    made.until = performance.now() + made.source.maxAge;
    return ordered;
  } catch (error) {
    made.objects = undefined;
    throw error;
  }
}
