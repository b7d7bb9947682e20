/**
 * What the classes that codec.ts makes have in common.
 *
 * @module
 */

import { hex } from "../bytes/hex.ts";
import { canvas } from "../inspect/canvas.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import type { JsonField, Layer, LayerView, Slot } from "./layer.ts";

/** The key of a header's layer: a symbol, so that no field can collide with it. */
export const LAYER: unique symbol = Symbol("layer");

/**
 * A header in a packet: the part of {@linkcode LayerView} that is alike for all
 * layers. The constructor and the getters are made by codec.ts for each layer.
 */
export abstract class Header implements LayerView {
  declare readonly name: string;
  declare readonly bytes: Uint8Array;
  /** The layer's definition. */
  declare readonly [LAYER]: Layer;
  declare readonly offset: number;
  declare readonly headerLength: number;

  toJSON(): Record<string, JsonField> {
    const { name, offset, headerLength } = this;
    const json: Record<string, JsonField> = { name, offset, headerLength };
    for (const { name } of this[LAYER].slots) {
      json[name] = plain(valueOf(this, name));
    }
    return json;
  }

  toString(): string {
    return `${this.name} ${this[LAYER].summary(this)}`;
  }

  /**
   * Shows the header as a tree of its fields.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The tree, one line a field.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return tree(headerNode(this), canvas({ colors: options?.colors ?? false }));
  }
}

/**
 * Makes the branch of a tree that shows one header.
 *
 * @param view The header.
 * @returns The layer's name and place, and below it one line a field.
 *
 * @example
 * ```ts
 * import { headerNode } from "./header.ts";
 * import { decode } from "./packet.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0, 0, 0, 7);
 * const packet = decode(octets, { linkType: 108 });
 * assert.deepEqual(headerNode(packet.layers[0]!).children, [
 *   { label: "family", role: "key", note: "7" },
 * ]);
 * ```
 */
export function headerNode(view: LayerView): TreeNode {
  return {
    label: view.name,
    role: "heading",
    note: `${view.headerLength} octets at ${view.offset}`,
    children: (view as Header)[LAYER].slots.map((slot) => ({
      label: slot.name,
      role: "key",
      note: text(valueOf(view, slot.name), slot),
    })),
  };
}

function valueOf(view: LayerView, field: string): unknown {
  return (view as unknown as Readonly<Record<string, unknown>>)[field];
}

function plain(value: unknown): JsonField {
  if (typeof value === "number" || Array.isArray(value)) return value;
  return value instanceof Uint8Array ? hex(value) : String(value);
}

/** The most octets that a field shows. */
const SHOWN = 16;

function text(value: unknown, slot: Slot): string {
  if (Array.isArray(value)) return value.length ? value.join(", ") : "none";
  if (value instanceof Uint8Array) {
    if (value.length === 0) return "none";
    const digits = hex(value.subarray(0, SHOWN), " ");
    return value.length <= SHOWN
      ? digits
      : `${digits} … (${value.length} octets)`;
  }
  if (!slot.hex) return String(value);
  const digits = Math.ceil(slot.bits / 4);
  return `0x${Number(value).toString(16).padStart(digits, "0")}`;
}
