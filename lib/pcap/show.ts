/**
 * How captures look at the prompt.
 *
 * @module
 */

import type { Canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";
import { linkTypeName } from "../packet/stack.ts";
import type { CaptureHeader } from "./reading.ts";

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
  const link = linkTypeName(linkType);
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
