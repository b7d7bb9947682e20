/**
 * How captures look at the prompt.
 *
 * @module
 */

import type { Canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";
import type { CaptureHeader } from "./reading.ts";

/**
 * What packets start with, by link type: as the stack of layers has it, which is
 * too much to be loaded for a name.
 */
const LINK_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "loopback"],
  [1, "ethernet"],
  [9, "hdlc"],
  [12, "ipv4 or ipv6"],
  [14, "ipv4 or ipv6"],
  [50, "hdlc"],
  [51, "pppoe"],
  [101, "ipv4 or ipv6"],
  [104, "chdlc"],
  [105, "wlan"],
  [108, "loopback"],
  [113, "sll"],
  [127, "radiotap"],
  [228, "ipv4"],
  [229, "ipv6"],
  [276, "sll2"],
]);

/**
 * Names what packets of a link type start with.
 *
 * @param linkType As numbered at tcpdump.org/linktypes.html.
 * @returns The layer's name; `undefined` for a link type that is not known.
 *
 * @example
 * ```ts
 * import { linkTypeName } from "../packet/stack.ts";
 * import { linkName } from "./show.ts";
 * import assert from "node:assert/strict";
 *
 * for (let linkType = 0; linkType <= 0xffff; linkType++) {
 *   assert.equal(linkName(linkType), linkTypeName(linkType));
 * }
 * ```
 */
export function linkName(linkType: number): string | undefined {
  return LINK_NAMES.get(linkType);
}

/**
 * Draws what a capture says of itself.
 *
 * @param name The capture's name.
 * @param header What it says.
 * @param canvas Where to draw.
 * @returns The lines.
 *
 * @example
 * ```ts
 * import { canvas } from "../inspect/canvas.ts";
 * import { captureCard } from "./show.ts";
 * import assert from "node:assert/strict";
 *
 * const header = { format: "pcap", linkType: 1, snapLength: 96, resolution: "us", byteOrder: "big" };
 * const lines = captureCard("a.pcap", header as never, canvas({ width: 80 }));
 * assert.match(lines, /link type +1 \(ethernet\)/);
 * ```
 */
export function captureCard(
  name: string,
  header: CaptureHeader,
  canvas: Canvas,
): string {
  const { format, compression, linkType, snapLength } = header;
  const link = linkName(linkType);
  const names = () => header.interfaces.map(({ name, index }) => name ?? index);
  return card(`capture ${name}`, [
    ["format", compression ? `${format}, ${compression}` : format],
    ["link type", link ? `${linkType} (${link})` : `${linkType}`],
    ["snap length", snapLength === 0 ? "none" : `${count(snapLength)} octets`],
    ["resolution", header.resolution],
    ["byte order", header.byteOrder],
    ...format === "pcapng" ? [["interfaces", names().join(", ")] as const] : [],
  ], canvas);
}
