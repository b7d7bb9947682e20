/**
 * The door to YAML 1.2: text in, plain data out, and the line and column of
 * each part of it, so that whoever checks the data can point at its source.
 *
 * What a configuration has no use for is refused (tags, several documents,
 * keys that are no scalars), and text made to exhaust a reader ends in an
 * error: no more than a mebibyte, {@linkcode MOST_DEPTH} levels, and
 * {@linkcode MOST_VALUES} values with each alias counted as what it stands for.
 *
 * @module
 */

import { ParseError } from "./errors.ts";

/** The module, whose loading takes 40 ms: nothing loads it but the first text. */
type Library = typeof import("yaml");

/** The longest text that is read, in UTF-16 units. */
export const MOST_TEXT = 2 ** 20;
/** The most levels of lists and maps. */
export const MOST_DEPTH = 64;
/** The most values, aliases expanded. */
export const MOST_VALUES = 200_000;

/** Where something stands in a text. */
export interface TextPlace {
  /** UTF-16 units from the start. */
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
  /** UTF-16 units from the start of the line, counted from 1. */
  readonly column: number;
}

/** The keys and indexes that lead from the whole to a part. */
export type YamlPath = readonly (string | number)[];

/** Text that is not the YAML that is taken, with the place of the first trouble. */
export class YamlError extends ParseError {
  /** The line, counted from 1. */
  readonly line: number;
  /** The column, counted from 1 in UTF-16 units. */
  readonly column: number;

  /**
   * Builds the message from its parts.
   *
   * @param text The whole text.
   * @param place Where it stops making sense.
   * @param reason What is wrong there.
   */
  constructor(text: string, place: TextPlace, reason: string) {
    const { offset, line, column } = place;
    super("YAML", text, offset, `${reason} (line ${line}, column ${column})`);
    this.line = line;
    this.column = column;
  }
}

/** The offsets of a list's items, or of a map's keys and values. */
interface Offsets {
  readonly keys: Map<string | number, number>;
  readonly values: Map<string | number, number>;
}

/** YAML that has been read: its value, and where each part of it stands. */
export class YamlDocument {
  /** The text that was read. */
  readonly text: string;
  /** Maps as objects, sequences as arrays, and strings, numbers, booleans, null. */
  readonly value: unknown;
  readonly #root: number;
  readonly #offsets: ReadonlyMap<unknown, Offsets>;
  readonly #lines: readonly number[];

  /**
   * Takes what {@linkcode parseYaml} found.
   *
   * @param text The text.
   * @param value Its value.
   * @param root Where that begins.
   * @param offsets Where the parts of each list and map begin.
   */
  constructor(
    text: string,
    value: unknown,
    root: number,
    offsets: ReadonlyMap<unknown, Offsets>,
  ) {
    this.text = text;
    this.value = value;
    this.#root = root;
    this.#offsets = offsets;
    this.#lines = lineStarts(text);
  }

  /**
   * Tells where a part stands; for a path that leads nowhere, where its last
   * step that is there does.
   *
   * @param path The keys and indexes to it.
   * @param part Whether its key is meant rather than its value.
   * @returns Offset, line and column.
   */
  place(path: YamlPath, part: "key" | "value" = "value"): TextPlace {
    let at: unknown = this.value;
    let offset = this.#root;
    for (const [i, step] of path.entries()) {
      const offsets = this.#offsets.get(at);
      const wantsKey = part === "key" && i === path.length - 1;
      const found = (wantsKey ? offsets?.keys : offsets?.values)?.get(step) ??
        offsets?.values.get(step);
      if (found === undefined) break;
      offset = found;
      at = (at as Record<string | number, unknown>)[step];
    }
    return placeAt(this.#lines, offset);
  }
}

/**
 * Reads one YAML document.
 *
 * Scalars follow the core schema (YAML 1.2.2 §10.3): `true`, `null`, `12` and
 * `0x1f` are what they look like, `yes`, `10 ms` and `2024-01-01` are strings. A
 * key is its text, whatever it looks like. Anchors and aliases work.
 *
 * @param text The text.
 * @returns The value, and the places of its parts.
 * @throws {YamlError} If it is not YAML, has a key twice, or is too large.
 * @throws {TypeError} If `text` is no string.
 * @see YAML 1.2.2
 *
 * @example
 * ```ts
 * import { parseYaml } from "./yaml.ts";
 * import assert from "node:assert/strict";
 *
 * const { value, ...document } = await parseYaml("hosts:\n  pc1: 10.0.0.1/24\n");
 * assert.deepEqual(value, { hosts: { pc1: "10.0.0.1/24" } });
 * await assert.rejects(parseYaml("hosts:\n\tpc1: 1"), { line: 2, column: 1 });
 * ```
 */
export async function parseYaml(text: string): Promise<YamlDocument> {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse YAML as 'text' must be a string: current value is ${
        text === null ? "null" : typeof text
      }`,
    );
  }
  if (text.length > MOST_TEXT) {
    throw new YamlError(
      text,
      placeAt([0], 0),
      `longer than ${MOST_TEXT} characters`,
    );
  }
  // The package is CommonJS: of that a bundle knows the default export alone.
  const { default: library } = await import("yaml") as unknown as {
    default: Library;
  };
  const document = withoutEnvironment(() =>
    library.parseDocument(text, {
      version: "1.2",
      schema: "core",
      prettyErrors: false,
      // That check compares each key with each: 50,000 keys would take minutes.
      uniqueKeys: false,
    })
  );
  const [trouble] = [...document.errors, ...document.warnings]
    .sort((a, b) => a.pos[0] - b.pos[0]);
  if (trouble !== undefined) {
    const place = placeAt(lineStarts(text), trouble.pos[0]);
    throw new YamlError(text, place, plainly(trouble.message));
  }
  return new Conversion(library, text).run(document.contents);
}

/** The library's sentences that say little to who wrote the text. */
function plainly(message: string): string {
  if (/call stack/.test(message)) return "nested too deeply";
  if (/multiple documents/.test(message)) return "a second document";
  return message.charAt(0).toLowerCase() +
    message.slice(1).replace(/\.$/, "").replaceAll("\n", " ");
}

/**
 * Runs the parser with an empty environment: it asks two variables for its own
 * debugging, and a program that may not read the environment would be stopped,
 * or its user be asked. The parser is synchronous, so nobody else notices.
 */
function withoutEnvironment<T>(parse: () => T): T {
  const { process } = globalThis as { process?: { env: unknown } };
  if (process === undefined) return parse();
  const { env } = process;
  process.env = {};
  try {
    return parse();
  } finally {
    process.env = env;
  }
}

/** The tags of what JSON has; the library also knows sets, octets and times. */
const CORE_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** A value with how many values it is made of. */
interface Sized {
  readonly value: unknown;
  readonly size: number;
}

/** The way from the library's nodes to plain data. */
class Conversion {
  readonly #library: Library;
  readonly #text: string;
  readonly #offsets = new Map<unknown, Offsets>();
  /** What each anchor names; `undefined` while that is still being read. */
  readonly #anchors = new Map<string, Sized | undefined>();

  constructor(library: Library, text: string) {
    this.#library = library;
    this.#text = text;
  }

  run(root: unknown): YamlDocument {
    const { value } = this.#convert(root, 0);
    const start = this.#start(root, 0);
    return new YamlDocument(this.#text, value, start, this.#offsets);
  }

  #convert(node: unknown, depth: number): Sized {
    const { isAlias, isMap, isScalar, isSeq } = this.#library;
    if (node === null || node === undefined) return { value: null, size: 1 };
    const at = this.#start(node, 0);
    if (depth > MOST_DEPTH) this.#fail(at, "nested too deeply");
    if (isAlias(node)) return this.#resolve(node.source, at);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) {
      this.#fail(at, "neither a scalar nor a list nor a map");
    }
    const { anchor } = node;
    if (node.tag !== undefined && !CORE_TAG.test(node.tag)) {
      this.#fail(at, `the tag ${node.tag} is not taken`);
    }
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const sized = isScalar(node)
      ? { value: node.value, size: 1 }
      : isSeq(node)
      ? this.#list(node.items, at, depth)
      : this.#map(node.items, at, depth);
    if (sized.size > MOST_VALUES) {
      this.#fail(at, `more than ${MOST_VALUES} values`);
    }
    if (anchor !== undefined) this.#anchors.set(anchor, sized);
    return sized;
  }

  /** The very value that the anchor has: many aliases of it take no room. */
  #resolve(anchor: string, at: number): Sized {
    const target = this.#anchors.get(anchor);
    if (target !== undefined) return target;
    return this.#fail(
      at,
      this.#anchors.has(anchor)
        ? `the alias *${anchor} stands inside what it names`
        : `nothing before it is named &${anchor}`,
    );
  }

  #list(items: readonly unknown[], at: number, depth: number): Sized {
    const value: unknown[] = [];
    const offsets: Offsets = { keys: new Map(), values: new Map() };
    let size = 1;
    for (const [i, item] of items.entries()) {
      const part = this.#convert(item, depth + 1);
      value.push(part.value);
      offsets.values.set(i, this.#start(item, at));
      size += part.size;
    }
    this.#offsets.set(value, offsets);
    return { value, size };
  }

  #map(
    pairs: readonly { key: unknown; value: unknown }[],
    at: number,
    depth: number,
  ): Sized {
    const value: Record<string, unknown> = {};
    const offsets: Offsets = { keys: new Map(), values: new Map() };
    let size = 1;
    for (const pair of pairs) {
      const start = this.#start(pair.key, at);
      const key = this.#key(pair.key, start);
      if (offsets.keys.has(key)) {
        this.#fail(start, `the key ${JSON.stringify(key)} is there twice`);
      }
      const part = this.#convert(pair.value, depth + 1);
      // Assigning `__proto__` would set the object's prototype instead.
      Object.defineProperty(value, key, {
        value: part.value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
      offsets.keys.set(key, start);
      offsets.values.set(key, this.#start(pair.value, start));
      size += part.size;
    }
    this.#offsets.set(value, offsets);
    return { value, size };
  }

  #key(node: unknown, at: number): string {
    if (!this.#library.isScalar(node)) {
      return this.#fail(at, "a key must be a plain word or a quoted text");
    }
    // 007 is a name as good as any, and so is 1e3: as a key it is its text.
    const { source, value } = node;
    const key = typeof value === "string" ? value : source ?? "";
    if (key === "") this.#fail(at, "a key is missing");
    return key;
  }

  /** Where a node begins; an empty value has no place but its key's. */
  #start(node: unknown, otherwise: number): number {
    const { range } = (node ?? {}) as { range?: readonly number[] | null };
    const isEmpty = range?.[0] === range?.[1];
    return range === undefined || range === null || isEmpty && otherwise > 0
      ? otherwise
      : range[0]!;
  }

  #fail(offset: number, reason: string): never {
    const place = placeAt(lineStarts(this.#text), offset);
    throw new YamlError(this.#text, place, reason);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

function placeAt(lines: readonly number[], offset: number): TextPlace {
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = low + high >> 1;
    if (lines[middle]! <= offset) low = middle;
    else high = middle;
  }
  return { offset, line: low + 1, column: offset - lines[low]! + 1 };
}
