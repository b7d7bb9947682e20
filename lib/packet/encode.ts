/**
 * From field values to what is written: checks what was set, by functions
 * compiled from a layer's field table.
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import { type Fields, Sink } from "./format.ts";
import type { Layer, Slot, TailField, Writer } from "./layer.ts";
import { compileTable, stated } from "./table.ts";
import { blankValue, checker, rawValue } from "./value.ts";

/** What a writer is made from: any layer has it. */
export interface Written {
  /** The layer's name. */
  readonly name: string;
  /** The fixed fields in their places. */
  readonly slots: readonly Slot[];
  /** The fields behind them. */
  readonly tail: readonly TailField[];
  /** Octets of the fixed fields. */
  readonly size: number;
  /** The layer whose numbers that field holds. */
  readonly nextLike?: string | undefined;
  /** Values of fields that nobody sets. */
  readonly defaults?: object | undefined;
  /** Gives the fields that follow from those that were set. */
  readonly implied?: ((values: never) => object) | undefined;
  /** The field that has the checksum. */
  readonly checksum?:
    | { readonly field: string; readonly at?: number }
    | undefined;
}

/**
 * Compiles what takes a layer's fields.
 *
 * @param layer The layer.
 * @returns Functions that no other layer shares, so that each is fast.
 *
 * @example
 * ```ts
 * import { compileWriter } from "./encode.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(compileWriter(udp).take({ dstPort: 53 }).dstPort, 53);
 * ```
 */
export function compileWriter(layer: Written): Writer {
  const { name, slots, tail } = layer;
  const known = new Set([...slots, ...tail].map(({ name }) => name));
  const checks = slots.map((slot) => checker(name, slot));
  const stranger = (field: string): never => {
    throw new TypeError(
      `Cannot build ${name} as '${field}' must be one of its fields (${
        [...known].join(", ")
      })`,
    );
  };
  const each = (code: (slot: Slot, i: number) => string) =>
    slots.map(code).join("\n");
  // Most headers are built without options: those cost nothing then.
  const hasTail = tail.every(({ format }) => format.isQuiet)
    ? tail.map(({ name }) => `values.${name} !== undefined`).join(" || ")
    : "true";
  const compile = new Function(
    "known",
    "checks",
    "stranger",
    "Address",
    "implied",
    "tailOf",
    `class Raw { $tail = undefined; ${
      each(({ name }) => `${name} = undefined;`)
    } }
return {
  take(values) {
    for (const name in values) if (!known.has(name)) stranger(name);
    const raw = new Raw();
    ${layer.implied === undefined ? "" : "values = implied(values);"}
    ${
      each(({ name }, i) =>
        `{ const x = values.${name}; if (x !== undefined) raw.${name} = ${
          checkedExpression(slots[i]!, `checks[${i}]`)
        }; }`
      )
    }
    ${tail.length === 0 ? "" : `if (${hasTail}) tailOf(values, raw);`}
    return raw;
  },
};`,
  );
  const sum = slots.find(({ name }) => name === layer.checksum?.field);
  const numbers = new Map<Layer, number | undefined>();
  const table = layer.nextLike ?? name;
  const writer: Writer = {
    ...compile(
      known,
      checks,
      stranger,
      Address,
      (values: Fields) => {
        const set = present(values);
        return { ...layer.implied!(set as never), ...set };
      },
      tailWriter(layer),
    ),
    checksumAt: layer.checksum?.at ?? (sum && sum.at >> 3),
    numberOf: (next) => {
      if (!numbers.has(next)) {
        const found = next.under.find(([parent]) => parent === table);
        numbers.set(next, found?.[1]);
      }
      return numbers.get(next);
    },
  };
  return writer;
}

/**
 * Writes the source that checks a value `x`: what is plainly right at once, all
 * else by a function.
 *
 * @param slot The field.
 * @param check What the function is called.
 * @returns An expression that gives the value as it is written.
 *
 * @example
 * ```ts
 * import { checkedExpression } from "./encode.ts";
 * import { ethernet } from "./layers/ethernet.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkedExpression(ethernet.slots[0]!, "f"), "f(x)");
 * ```
 */
export function checkedExpression({ kind, bits }: Slot, check: string): string {
  const plain = kind === "unsigned"
    ? `typeof x === "number" && x >= 0 && x < ${
      2 ** bits
    } && Math.floor(x) === x`
    : kind === "ipv4" || kind === "ipv6"
    ? `x instanceof Address && x.family === ${kind === "ipv4" ? 4 : 6}`
    : undefined;
  return plain === undefined ? `${check}(x)` : `${plain} ? x : ${check}(x)`;
}

/** The values that are set. */
function present(values: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  );
}

/**
 * Makes the function that writes the fields behind the fixed ones into
 * `raw.$tail`, and what they state into the fixed fields that nobody has set.
 */
function tailWriter({ name, slots, tail, size, defaults = {} }: Written) {
  const entries = tail.map(({ name, format }) => [name, format] as const);
  const table = compileTable(name, Object.fromEntries(entries));
  const { formats } = table;
  return (values: Fields, raw: Record<string, unknown>): void => {
    const all: Record<string, unknown> = {
      ...present(defaults as Fields),
      ...present(values),
    };
    for (const slot of slots) {
      // Conditions compare numbers.
      if (slot.names === undefined || all[slot.name] === undefined) continue;
      all[slot.name] = rawValue(name, slot, all[slot.name]);
    }
    for (const [field, { settle }] of formats) {
      if (settle === undefined || all[field] === undefined) continue;
      all[field] = settle(all[field]);
    }
    const to = new Sink(name, size);
    to.fields = to.header = all;
    for (const [field, count] of stated(formats, to, all)) {
      const slot = slots.find(({ name }) => name === field);
      all[field] ??= count;
      if (slot !== undefined) raw[field] ??= rawValue(name, slot, count);
    }
    for (const slot of slots) all[slot.name] ??= blankValue(slot);
    table.put(to, all);
    raw.$tail = to.from(size);
  };
}
