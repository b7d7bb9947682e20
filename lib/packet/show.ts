/**
 * How a packet is shown: as a tree, and as one line.
 *
 * @module
 */

import { hexdump } from "../bytes/hexdump.ts";
import type { DecodeError } from "../errors.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import { count } from "../inspect/units.ts";
import type { ChecksumReport } from "./checksum.ts";
import { headerNode } from "./header.ts";
import type { LayerView } from "./layer.ts";

/** What there is to show of a packet. */
export interface Shown {
  /** What the packet starts with. */
  readonly linkType: number;
  /** Octets that there were on the wire. */
  readonly length: number;
  /** The octets that are here. */
  readonly bytes: Uint8Array;
  /** When it was captured. */
  readonly timestamp: Temporal.Instant | undefined;
  /** The layers, outermost first. */
  readonly layers: readonly LayerView[];
  /** The octets after the last layer. */
  readonly payload: Uint8Array;
  /** The octets after those. */
  readonly trailer: Uint8Array;
  /** The checksums that could be checked. */
  readonly checksums: readonly ChecksumReport[];
  /** What was wrong. */
  readonly error: DecodeError | undefined;
}

/**
 * Draws a packet as a tree: a branch a layer, the payload, what was wrong.
 *
 * @param packet The packet.
 * @param canvas Where to draw.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import { canvas } from "../inspect/canvas.ts";
 * import { decode } from "./packet.ts";
 * import { packetTree } from "./show.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = decode(Uint8Array.of(1, 2), { linkType: 147 });
 * assert.equal(
 *   packetTree(packet, canvas({ width: 80 })).split("\n")[0],
 *   "packet  2 octets, link type 147",
 * );
 * ```
 */
export function packetTree(packet: Shown, canvas: Canvas): string {
  const { linkType, length, bytes, timestamp, layers, error } = packet;
  const facts = [octetCount(length)];
  if (bytes.length < length) facts.push(`${count(bytes.length)} captured`);
  if (timestamp !== undefined) facts.push(isoTime(timestamp));
  if (layers.length === 0) facts.push(`link type ${linkType}`);
  const wrong = packet.checksums.filter(({ ok }) => !ok);
  const children: TreeNode[] = layers.map((layer, index) => {
    const here = wrong.filter((sum) => sum.index === index);
    return here.length === 0
      ? headerNode(layer)
      : marked(headerNode(layer), here);
  });
  children.push(...octetsNode("payload", packet.payload, canvas));
  children.push(...octetsNode("trailer", packet.trailer, canvas));
  if (error !== undefined) {
    children.push({ label: "error", role: "bad", note: error.message });
  }
  const note = facts.join(", ");
  return tree({ label: "packet", role: "heading", note, children }, canvas);
}

/**
 * Says a packet in one line: time of day (UTC), layers, payload, trouble. Where
 * there is an IP header, the layers start with it.
 *
 * @param packet The packet.
 * @returns The line.
 *
 * @example
 * ```ts
 * import { decode } from "./packet.ts";
 * import { packetLine } from "./show.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = decode(Uint8Array.of(1, 2), { linkType: 147 });
 * assert.equal(packetLine(packet), "link type 147 / 2 octets");
 * ```
 */
export function packetLine(packet: Shown): string {
  const { linkType, layers, payload, timestamp, error } = packet;
  const ip = layers.findIndex(({ name }) => /^ipv[46]$/.test(name));
  const parts = layers.slice(Math.max(0, ip)).map(String);
  if (layers.length === 0) parts.push(`link type ${linkType}`);
  if (payload.length > 0) parts.push(octetCount(payload.length));
  if (error !== undefined) parts.push(error.message);
  const line = parts.join(" / ");
  if (timestamp === undefined) return line;
  return `${isoTime(timestamp).slice("YYYY-MM-DDT".length, -1)} ${line}`;
}

/**
 * Writes a time with as many digits as captures have: six, or nine if needed.
 *
 * @param time The time.
 * @returns ISO 8601 in UTC.
 *
 * @example
 * ```ts
 * import { isoTime } from "./show.ts";
 * import assert from "node:assert/strict";
 *
 * const time = Temporal.Instant.fromEpochMilliseconds(1500);
 * assert.equal(isoTime(time), "1970-01-01T00:00:01.500000Z");
 * ```
 */
export function isoTime(time: Temporal.Instant): string {
  const smallestUnit = time.epochNanoseconds % 1000n === 0n
    ? "microsecond"
    : "nanosecond";
  return time.toString({ smallestUnit });
}

/** Says beside each wrong checksum what it should be. */
function marked(node: TreeNode, wrong: readonly ChecksumReport[]): TreeNode {
  const children = node.children?.map((child) => {
    const sum = wrong.find(({ field }) => field === child.label);
    if (sum === undefined) return child;
    const right = sum.expected.toString(16).padStart(4, "0");
    return {
      ...child,
      role: "bad" as const,
      note: `${child.note} (wrong, 0x${right} is right)`,
    };
  });
  return { ...node, children };
}

function octetCount(n: number): string {
  return `${count(n)} ${n === 1 ? "octet" : "octets"}`;
}

/** The most octets that a tree shows of a payload. */
const SHOWN = 64;

function octetsNode(
  label: string,
  octets: Uint8Array,
  canvas: Canvas,
): TreeNode[] {
  if (octets.length === 0) return [];
  // The tree indents the dump by two steps of three cells.
  const width = Math.max(1, canvas.width - 6);
  const dump = hexdump(octets, {
    canvas: { width, colors: false },
    maxOctets: SHOWN,
  });
  return [{
    label,
    role: "heading",
    note: octetCount(octets.length),
    children: dump.split("\n").map((line) => ({ label: line })),
  }];
}
