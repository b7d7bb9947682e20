/**
 * What the classes that codec.ts makes have in common.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import type { Fields, Mark } from "./format.ts";
import type { JsonField, Layer, LayerView } from "./layer.ts";
import { plain, valueText } from "./value.ts";

/** The key of a header's layer: a symbol, so that no field can collide with it. */
export const LAYER: unique symbol = Symbol("layer");

/** The key of the method that reads the fields of no fixed length. */
export const PARSE: unique symbol = Symbol("parse");

/** What a reading of the fields behind the fixed ones has given. */
export interface Parsed {
  /** The fields. */
  readonly values: Record<string, unknown>;
  /** Octets from the start of the header to where they end. */
  end: number;
  /** What was wrong with them, at an offset from the start of the header. */
  trouble: {
    readonly reason: string;
    readonly offset: number;
    readonly needed: number | undefined;
    readonly available: number | undefined;
    /** Whether only octets lack that may be in another packet. */
    readonly isCut: boolean;
  } | undefined;
}

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
  /** Reads the fields behind the fixed ones; absent where there are none. */
  declare readonly [PARSE]?: (marks?: Mark[]) => Parsed;

  toJSON(): Record<string, JsonField> {
    const { name, offset, headerLength } = this;
    const json: Record<string, JsonField> = { name, offset, headerLength };
    const { slots, tail } = this[LAYER];
    for (const { name } of slots) json[name] = plain(valueOf(this, name));
    for (const { name } of tail) {
      const value = valueOf(this, name);
      if (value !== undefined) json[name] = plain(value);
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
  const { slots, tail } = (view as Header)[LAYER];
  const children = slots.map((slot): TreeNode => ({
    label: slot.name,
    role: "key",
    note: valueText(valueOf(view, slot.name), slot),
  }));
  for (const { name, format } of tail) {
    const value = valueOf(view, name);
    if (value === undefined) continue;
    const label = { label: name, role: "key" } as const;
    const items = Array.isArray(value) && value.length > 0 &&
      value.some((one) => typeof one === "object");
    children.push(
      items
        ? {
          ...label,
          children: value.map((one) => ({
            label: format.text([one] as never),
          })),
        }
        : { ...label, note: format.text(value as never) },
    );
  }
  return {
    label: view.name,
    role: "heading",
    note: `${view.headerLength} octets at ${view.offset}`,
    children,
  };
}

function valueOf(view: LayerView, field: string): unknown {
  return (view as unknown as Fields)[field];
}
