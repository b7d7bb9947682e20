/**
 * The notations of MAC addresses, as data.
 *
 * @module
 */

/** A notation by its looks or by those who print it; see {@linkcode macFormats}. */
export type MacStyle =
  | "colon"
  | "hyphen"
  | "dot"
  | "bare"
  | "space"
  | "short"
  | "words"
  | "huawei"
  | "procurve";

/** How a MAC address is written. */
export interface MacFormat {
  /** Hex digits in a group: 2, 4, …; `"half"` for two groups, `"all"` for one. */
  readonly digits: number | "half" | "all";
  /** What goes between two groups. */
  readonly separator: string;
  /** Whether the digits above 9 are capitals. @default {false} */
  readonly upper?: boolean | undefined;
  /** Whether leading zeros of a group are left out. @default {false} */
  readonly strip?: boolean | undefined;
}

/**
 * The notations that have a name: for `00:11:22:0a:bb:cc`
 *
 * - `colon` `00:11:22:0a:bb:cc` (Linux, and here the canonical one),
 * - `hyphen` `00-11-22-0A-BB-CC` (IEEE 802, Windows),
 * - `dot` `0011.220a.bbcc` (Cisco, Arista),
 * - `bare` `0011220abbcc`,
 * - `space` `00 11 22 0a bb cc`,
 * - `short` `0:11:22:a:bb:cc` (BSD, macOS, Solaris),
 * - `words` `0011:220a:bbcc`,
 * - `huawei` `0011-220a-bbcc` (Huawei, H3C),
 * - `procurve` `001122-0abbcc` (HP ProCurve).
 *
 * @see IEEE 802-2014 §8.1 (hyphens)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const card = net.ip.mac("00:11:22:0a:bb:cc");
 * for (const style of Object.keys(net.ip.macFormats) as net.ip.MacStyle[]) {
 *   assert.ok(net.ip.mac(card.format(style)).equals(card));
 * }
 * ```
 */
export const macFormats: Readonly<Record<MacStyle, MacFormat>> = {
  colon: { digits: 2, separator: ":" },
  hyphen: { digits: 2, separator: "-", upper: true },
  dot: { digits: 4, separator: "." },
  bare: { digits: "all", separator: "" },
  space: { digits: 2, separator: " " },
  short: { digits: 2, separator: ":", strip: true },
  words: { digits: 4, separator: ":" },
  huawei: { digits: 4, separator: "-" },
  procurve: { digits: "half", separator: "-" },
};
