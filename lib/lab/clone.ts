/**
 * Values on their way into a host of a lab and back: as `structuredClone`
 * copies them, and the values of `net` as what they are.
 *
 * The text is JSON. What JSON has no word for stands in an array with a tag
 * before it, `["i", "12"]` for `12n`; so arrays have one too. An object that
 * occurs twice is written once.
 *
 * @module
 */

import {
  classOf,
  emptyOf,
  errorClass,
  kindOf,
  knownClass,
  loadKind,
  revive,
  textOf,
  view,
} from "./clone_kinds.ts";

/** A value as JSON can hold it; only {@linkcode unpack} reads it. */
export type Packed =
  | null
  | string
  | number
  | boolean
  | readonly Packed[]
  | { readonly [key: string]: Packed };

/**
 * Writes a value as text.
 *
 * @param value What to copy.
 * @param name What to call it in an error: `"arg"`.
 * @returns The text, for {@linkcode decode}.
 * @throws {TypeError} If a function, a symbol, a promise or the like is in it.
 *
 * @example
 * ```ts
 * import { decode, encode } from "./clone.ts";
 * import assert from "node:assert/strict";
 *
 * const value = { when: new Date(0), counts: new Map([["a", 1n]]) };
 * assert.deepEqual(await decode(encode(value)), value);
 * ```
 */
export function encode(value: unknown, name: string = "value"): string {
  return JSON.stringify(pack(value, name));
}

/**
 * Makes a value of the text that {@linkcode encode} wrote.
 *
 * @param text The text.
 * @returns The value.
 *
 * @example
 * ```ts
 * import { decode, encode } from "./clone.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Object.is(await decode(encode(-0)), -0));
 * ```
 */
export async function decode(text: string): Promise<unknown> {
  for (const [, kind] of text.matchAll(/\["[klo]","(\w+)"/g)) {
    await loadKind(kind!);
  }
  return unpack(JSON.parse(text));
}

/** What `structuredClone` refuses as well. */
const REFUSED =
  /^(?:Promise|Weak\w+|(?:Async)?Generator\w*|\w+ Iterator|\w*Stream|AbortSignal|Module)$/;

/**
 * Makes JSON of a value.
 *
 * @param value The value.
 * @param name What to call it in an error.
 * @throws {TypeError} If it cannot be copied.
 *
 * @example
 * ```ts
 * import { pack } from "./clone.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(pack([1, undefined]), ["a", 1, ["u"]]);
 * ```
 */
export function pack(value: unknown, name: string = "value"): Packed {
  const seen = new Map<object, number>();

  const packed = (value: unknown, path: string): Packed => {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : ["n", Object.is(value, -0) ? "-0" : String(value)];
      case "undefined":
        return ["u"];
      case "bigint":
        return ["i", String(value)];
      case "function":
      case "symbol":
        return refuse(value, path);
    }
    if (value === null) return null;
    const object = value as object;
    const before = seen.get(object);
    if (before !== undefined) return ["r", before];
    seen.set(object, seen.size);
    return packedObject(object, path);
  };

  const packedObject = (value: object, path: string): Packed => {
    const known = classOf(value);
    if (Array.isArray(value)) {
      const tag = known === undefined ? ["a"] : ["l", known];
      return [
        ...tag,
        ...Array.from(value, (item, i) => packed(item, `${path}[${i}]`)),
      ];
    }
    if (known !== undefined) {
      return ["o", known, packedFields(Object.entries(value), path)];
    }
    if (value instanceof Map) {
      const parts = [...value].flatMap(([key, item], i) => [
        packed(key, `${path}'s key ${i}`),
        packed(item, `${path}'s value ${i}`),
      ]);
      return ["m", ...parts];
    }
    if (value instanceof Set) {
      return [
        "s",
        ...[...value].map((item, i) => packed(item, `${path}'s value ${i}`)),
      ];
    }
    if (value instanceof Date) {
      const time = value.getTime();
      return ["d", Number.isNaN(time) ? null : time];
    }
    if (value instanceof RegExp) return ["x", value.source, value.flags];
    if (value instanceof ArrayBuffer) {
      return ["b", "ArrayBuffer", new Uint8Array(value).toBase64()];
    }
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteOffset, byteLength } = value;
      const octets = new Uint8Array(buffer, byteOffset, byteLength);
      return ["b", value[Symbol.toStringTag as never], octets.toBase64()];
    }
    if (Error.isError(value)) return packedError(value, path);
    const kind = kindOf(value);
    if (kind !== undefined) return ["k", kind, textOf(kind, value)];
    if (REFUSED.test(Object.prototype.toString.call(value).slice(8, -1))) {
      return refuse(value, path);
    }
    return packedFields(Object.entries(value), path);
  };

  const packedFields = (
    entries: readonly (readonly [string, unknown])[],
    path: string,
  ): Packed => {
    const fields: Record<string, Packed> = Object.create(null);
    for (const [key, item] of entries) {
      fields[key] = packed(item, `${path}.${key}`);
    }
    return fields;
  };

  const packedError = (error: Error, path: string): Packed => {
    const fields: Record<string, Packed> = Object.create(null);
    for (const key of Object.getOwnPropertyNames(error)) {
      if (key === "stack" || key === "message") continue;
      const { size } = seen;
      try {
        fields[key] = packed(error[key as never], `${path}.${key}`);
      } catch (problem) {
        // An error that says less is better than another error; what was
        // counted in vain is forgotten.
        if (!(problem instanceof TypeError)) throw problem;
        for (const [object, n] of seen) if (n >= size) seen.delete(object);
      }
    }
    return [
      "e",
      knownClass(error),
      error.message,
      error.name,
      error.stack ?? "",
      fields,
    ];
  };

  return packed(value, name);
}

function refuse(value: unknown, path: string): never {
  const what = typeof value === "object"
    ? `a ${Object.prototype.toString.call(value).slice(8, -1)}`
    : `a ${typeof value}`;
  throw new TypeError(
    `Cannot copy a value between hosts as '${path}' must be data: current value is ${what}`,
  );
}

/**
 * Makes a value of JSON.
 *
 * @param value What {@linkcode pack} made.
 * @returns The value; one of `net` that was never loaded here is its text.
 *
 * @example
 * ```ts
 * import { pack, unpack } from "./clone.ts";
 * import assert from "node:assert/strict";
 *
 * const error = unpack(pack(new RangeError("too far")));
 * assert.ok(error instanceof RangeError);
 * assert.equal(error.message, "too far");
 * ```
 */
export function unpack(value: Packed): unknown {
  const known: unknown[] = [];

  const unpacked = (value: Packed): unknown => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return tagged(value as readonly Packed[]);
    const object = {};
    known.push(object);
    fill(object, value as Readonly<Record<string, Packed>>);
    return object;
  };

  const fill = (
    object: object,
    fields: Readonly<Record<string, Packed>>,
    enumerable = true,
  ) => {
    // Not by assignment: a field may be called __proto__.
    for (const [key, item] of Object.entries(fields)) {
      Object.defineProperty(object, key, {
        value: unpacked(item),
        enumerable,
        writable: true,
        configurable: true,
      });
    }
  };

  const keep = <T>(object: T): T => {
    known.push(object);
    return object;
  };

  const tagged = ([tag, ...rest]: readonly Packed[]): unknown => {
    const [first, second] = rest as [string, string];
    switch (tag) {
      case "u":
        return undefined;
      case "n":
        return Number(first);
      case "i":
        return BigInt(first);
      case "r":
        return known[Number(first)];
      case "d":
        return keep(new Date((rest[0] as number | null) ?? NaN));
      case "x":
        return keep(new RegExp(first, second));
      case "b":
        return keep(view(first, Uint8Array.fromBase64(second)));
      case "k":
        return keep(revive(first, second));
      case "a": {
        const array = keep<unknown[]>([]);
        for (const item of rest) array.push(unpacked(item));
        return array;
      }
      case "l": {
        const array = keep(emptyOf(first, true) as unknown[]);
        for (const item of rest.slice(1)) array.push(unpacked(item));
        return array;
      }
      case "o": {
        const object = keep(emptyOf(first, false));
        fill(object, rest[1] as Readonly<Record<string, Packed>>);
        return object;
      }
      case "m": {
        const map = keep(new Map<unknown, unknown>());
        for (let i = 0; i < rest.length; i += 2) {
          const key = unpacked(rest[i]!);
          map.set(key, unpacked(rest[i + 1]!));
        }
        return map;
      }
      case "s": {
        const set = keep(new Set<unknown>());
        for (const item of rest) set.add(unpacked(item));
        return set;
      }
      case "e":
        return error(rest);
    }
    throw new TypeError(`nothing is tagged ${JSON.stringify(tag)}`);
  };

  const error = (rest: readonly Packed[]): Error => {
    const [kind, message, name, stack] = rest as [
      string,
      string,
      string,
      string,
    ];
    const isDom = kind === "DOMException";
    const error = keep(
      isDom ? new DOMException(message, name) : new Error(message),
    );
    const { prototype } = errorClass(kind) ?? Error;
    if (!isDom && prototype !== Error.prototype) {
      Object.setPrototypeOf(error, prototype);
    }
    const hidden = { enumerable: false, writable: true, configurable: true };
    Object.defineProperty(error, "stack", { ...hidden, value: stack });
    fill(error, rest[4] as Readonly<Record<string, Packed>>);
    for (const key of ["cause", "errors"]) {
      if (Object.hasOwn(error, key)) {
        Object.defineProperty(error, key, { enumerable: false });
      }
    }
    if (error.name !== name) {
      Object.defineProperty(error, "name", { ...hidden, value: name });
    }
    return error;
  };

  return unpacked(value);
}
