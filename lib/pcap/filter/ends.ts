/**
 * Source and destination: which of a packet's two addresses or ports count.
 *
 * @module
 */

import { all, any, type Condition } from "./condition.ts";
import type { Layout } from "./layout.ts";
import type { Direction } from "./syntax.ts";

/**
 * Makes one test of tests of the source and the destination.
 *
 * @param layout For errors.
 * @param direction Which of them count.
 * @param of Makes the test of one of them.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { ends } from "./ends.ts";
 * import { compare } from "./condition.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * const test = ends(layout, "src or dst", (end) => compare(layout.ofLink(1, end === "src" ? 6 : 0), "=", 2));
 * assert.equal(test.kind, "any");
 * ```
 */
export function ends(
  layout: Layout,
  direction: Direction | undefined,
  of: (end: "src" | "dst") => Condition,
): Condition {
  switch (direction) {
    case "src":
    case "dst":
      return of(direction);
    case "src and dst":
      return all(of("src"), of("dst"));
    case undefined:
    case "src or dst":
      return any(of("src"), of("dst"));
    default:
      throw layout.refuse(
        `'${direction}' is for MAC addresses of IEEE 802.11 frames`,
      );
  }
}
