/**
 * Which handler is meant: a tree of path segments.
 *
 * A tree of our own, measured against npm:hono's routers and URLPattern on 16
 * routes: 0.12 µs a look-up with the parameters taken out; hono's RegExpRouter
 * 0.05 µs, but it refuses `/devices/new` beside `/devices/:id`, and its
 * TrieRouter, which takes both, 0.29 µs and by order of writing; URLPattern
 * 16 µs. None of them tells 404 from 405.
 *
 * @module
 */

/** A place that {@linkcode Router.find} has found. */
export interface Found<Target> {
  /** What is to be done there, by method; `"*"` stands for all others. */
  readonly methods: ReadonlyMap<string, Leaf<Target>>;
  /** The texts of the path's variable segments, in their order, as received. */
  readonly values: readonly string[];
}

/** What stands at the end of a path. */
export interface Leaf<Target> {
  /** What was added. */
  readonly target: Target;
  /** Names of the variable segments, in their order. */
  readonly names: readonly string[];
}

interface Node<Target> {
  readonly fixed: Map<string, Node<Target>>;
  variable: Node<Target> | undefined;
  rest: Node<Target> | undefined;
  methods: Map<string, Leaf<Target>> | undefined;
}

/** A method or `*`, one space, and a path. */
const KEY = /^([A-Z]+|\*) (\/\S*)$/;

/**
 * Finds what belongs to a path. Fixed segments go before `:variable` ones, and
 * those before a `*` at the end, whatever the order in which they were added.
 */
export class Router<Target> {
  readonly #root: Node<Target> = emptyNode();

  /**
   * Adds a route.
   *
   * @param key `"GET /devices/:id"`: a method, or `*` for all others, and a
   * path whose segments are fixed, `:variable`, or, as the last, `*`.
   * @param target What belongs to it.
   * @throws {TypeError} If the key is no such text, or was added before.
   */
  add(key: string, target: Target): void {
    const [, method, path] = KEY.exec(key) ??
      fail(key, "a method and a path, as in GET /devices/:id");
    const names: string[] = [];
    let node = this.#root;
    const segments = path!.split("/").slice(1);
    for (const [i, segment] of segments.entries()) {
      if (segment === "*") {
        if (i < segments.length - 1) {
          fail(key, "one with * as its last segment");
        }
        names.push("*");
        node = node.rest ??= emptyNode();
      } else if (segment.startsWith(":")) {
        const name = segment.slice(1);
        if (!/^[A-Za-z_]\w*$/.test(name)) {
          fail(key, "one with names of letters and digits after its colons");
        }
        if (names.includes(name)) fail(key, `one with :${name} only once`);
        names.push(name);
        node = node.variable ??= emptyNode();
      } else if (/[{}<>]|^\*/.test(segment)) {
        fail(key, "one with variable segments as :id, and * alone at the end");
      } else {
        let next = node.fixed.get(segment);
        if (next === undefined) node.fixed.set(segment, next = emptyNode());
        node = next;
      }
    }
    node.methods ??= new Map();
    if (node.methods.has(method!)) fail(key, "one that is not there already");
    node.methods.set(method!, { target, names });
  }

  /**
   * Finds the place of a path.
   *
   * @param path As it was received, from its first slash, without the query.
   * @returns What is there, or `undefined`.
   */
  find(path: string): Found<Target> | undefined {
    const values: string[] = [];
    const methods = walk(this.#root, path, 1, values);
    return methods && { methods, values };
  }
}

function emptyNode<Target>(): Node<Target> {
  return {
    fixed: new Map(),
    variable: undefined,
    rest: undefined,
    methods: undefined,
  };
}

/** Each segment has at most two ways on, and a route's length bounds them. */
function walk<Target>(
  node: Node<Target>,
  path: string,
  at: number,
  values: string[],
): Map<string, Leaf<Target>> | undefined {
  if (at > path.length) return node.methods;
  let end = path.indexOf("/", at);
  if (end < 0) end = path.length;
  const segment = path.slice(at, end);
  const next = node.fixed.get(segment);
  if (next !== undefined) {
    const found = walk(next, path, end + 1, values);
    if (found !== undefined) return found;
  }
  if (node.variable !== undefined && segment !== "") {
    values.push(segment);
    const found = walk(node.variable, path, end + 1, values);
    if (found !== undefined) return found;
    values.pop();
  }
  if (node.rest?.methods === undefined) return undefined;
  values.push(path.slice(at));
  return node.rest.methods;
}

function fail(key: string, must: string): never {
  throw new TypeError(
    `Cannot add a route as 'key' must be ${must}: current value is ${
      JSON.stringify(key)
    }`,
  );
}
