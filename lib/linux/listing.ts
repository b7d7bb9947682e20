/**
 * Arrays that show as a table.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";

/**
 * An array of things alike that shows at the prompt as the table that people
 * know; what is filtered or cut out of it still does. What `map` and the like
 * make of it are plain arrays.
 */
export abstract class Listing<T> extends Array<T> {
  /** What is made of the members is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /**
   * Draws the members.
   *
   * @param page Where to draw.
   */
  protected abstract draw(page: Canvas): string;

  #alike(members: T[]): this {
    const { constructor } = this as unknown as { constructor: typeof Array };
    return constructor.from(members) as this;
  }

  /**
   * Keeps some, and still shows as a table.
   *
   * @param wanted Tells whether to keep a member.
   * @returns Those for which it gave a true value.
   */
  override filter(
    wanted: (member: T, index: number, all: T[]) => unknown,
  ): this {
    return this.#alike(super.filter(wanted));
  }

  /**
   * Keeps those between two places, and still shows as a table.
   *
   * @param start The first place; from the end if negative.
   * @param end The place before which to stop.
   * @returns Those.
   */
  override slice(start?: number, end?: number): this {
    return this.#alike(super.slice(start, end));
  }

  /** Shows at the prompt as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.draw(canvas({ colors: options?.colors ?? false }));
  }
}
