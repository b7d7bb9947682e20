/**
 * `llc`: frames with an LLC header, and the kinds of them.
 *
 * @see IEEE 802.2-1998 §5.4
 *
 * @module
 */

import { isDataFrame } from "./carries.ts";
import {
  all,
  ALWAYS,
  compare,
  type Condition,
  masked,
  not,
} from "./condition.ts";
import type { Layout } from "./layout.ts";

/** Kinds of frames: bits of the control field, and what they are. */
const FRAMES: ReadonlyMap<string, readonly [mask: number, value: number]> =
  new Map([
    ["s", [0x03, 0x01]],
    ["u", [0x03, 0x03]],
    ["rr", [0x0f, 0x01]],
    ["rnr", [0x0f, 0x05]],
    ["rej", [0x0f, 0x09]],
    ["ui", [0xef, 0x03]],
    ["ua", [0xef, 0x63]],
    ["disc", [0xef, 0x43]],
    ["dm", [0xef, 0x0f]],
    ["sabme", [0xef, 0x6f]],
    ["test", [0xef, 0xe3]],
    ["xid", [0xef, 0xaf]],
    ["frmr", [0xef, 0x87]],
  ]);

const MAX_LENGTH = 1500;

/**
 * Makes the test of a frame with an LLC header.
 *
 * @param layout Where the headers are.
 * @param frame The kind of frame; `undefined` for any.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { llcFrame } from "./llc.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(llcFrame(layout, "ui").kind, "all");
 * ```
 */
export function llcFrame(
  layout: Layout,
  frame: string | undefined,
): Condition {
  if (!layout.llc) throw layout.refuse(`there is no LLC in ${layout.name}`);
  const hasLlc = layout.kind === "ethernet"
    ? all(
      not(compare(layout.at(layout.type, 2, 0), ">", MAX_LENGTH)),
      not(compare(layout.ofPayload(2, 0), "=", 0xffff)),
    )
    : layout.kind === "wlan"
    ? isDataFrame(layout)
    : ALWAYS;
  if (frame === undefined) return hasLlc;
  const control = layout.ofPayload(1, 2);
  const kind = frame.toLowerCase();
  if (kind === "i") return all(hasLlc, not(compare(control, "&", 1)));
  const bits = FRAMES.get(kind);
  if (bits === undefined) {
    const names = ["i", ...FRAMES.keys()].join(", ");
    throw layout.refuse(`expected one of ${names} after 'llc'`);
  }
  return all(hasLlc, masked(control, ...bits));
}
