/**
 * A packet as a picture: its headers bit by bit, its octets field by field.
 *
 * @module
 */

import { hexdump, type Highlight } from "../bytes/hexdump.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Box, diagram } from "../inspect/diagram.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { displayWidth, truncate } from "../inspect/text.ts";
import { count } from "../inspect/units.ts";
import type { Fields } from "./format.ts";
import { type Header, LAYER } from "./header.ts";
import type { LayerView } from "./layer.ts";
import { type FieldPlace, isWithin } from "./places.ts";
import { valueText } from "./value.ts";

/** What there is to draw of a packet. */
export interface Drawn {
  /** Its octets. */
  readonly bytes: Uint8Array;
  /** Its layers, outermost first. */
  readonly layers: readonly LayerView[];
  /** The octets after the last layer. */
  readonly payload: Uint8Array;
  /** Gives the places of all fields. */
  fields(): readonly FieldPlace[];
}

/**
 * Draws the headers of a packet as RFCs do.
 *
 * @param packet The packet.
 * @param canvas Where to draw.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import { canvas } from "../inspect/canvas.ts";
 * import { build } from "./build.ts";
 * import { packetDiagram } from "./draw.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const text = packetDiagram(build(ipv4({ ttl: 9 })), canvas({ width: 80 }));
 * assert.match(text, /\| +ttl 9 +\|/);
 * ```
 */
export function packetDiagram(packet: Drawn, canvas: Canvas): string {
  const pictures = packet.layers.map((view) => {
    const { name, source, headerLength } = {
      ...(view as Header)[LAYER],
      name: view.name,
      headerLength: view.headerLength,
    };
    const title = paint("heading", name, canvas);
    const note = paint("muted", `${headerLength} octets, ${source}`, canvas);
    return `${title}  ${note}\n${diagram(boxesOf(view as Header), canvas)}`;
  });
  const { length } = packet.payload;
  if (length > 0) {
    pictures.push(
      `${paint("heading", "payload", canvas)}  ${count(length)} octets`,
    );
  }
  return pictures.join("\n");
}

function boxesOf(view: Header): Box[] {
  const { slots, tail } = view[LAYER];
  const fields = view as unknown as Fields;
  const boxes: Box[] = slots.map((slot) => ({
    label: slot.name,
    value: valueText(fields[slot.name], slot),
    bits: slot.bits,
  }));
  for (const { name, format } of tail) {
    const value = fields[name];
    if (value === undefined || Array.isArray(value) && value.length === 0) {
      continue;
    }
    boxes.push({ label: name, value: format.text(value as never), bits: 0 });
  }
  return boxes;
}

/** Neighbouring fields get different ones of these. */
const ROLES: readonly Role[] = ["name", "string", "number", "accent", "key"];

/** Columns of a dump of 16 octets a row, and between it and the notes. */
const DUMP = 74;
const GAP = 2;

/**
 * Draws the octets of a packet in rows, each field in a colour of its own. On a
 * wide canvas the fields that start in a row stand beside it.
 *
 * @param packet The packet.
 * @param canvas Where to draw.
 * @returns The lines, joined by line feeds.
 *
 * @example
 * ```ts
 * import { canvas } from "../inspect/canvas.ts";
 * import { build } from "./build.ts";
 * import { packetHexdump } from "./draw.ts";
 * import { udp } from "./layers/udp.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = build(ipv4(), udp({ dstPort: 53 }));
 * const rows = packetHexdump(packet, canvas({ width: 120 })).split("\n");
 * assert.match(rows[1] ?? "", /^0010 .*ipv4\.dst 0\.0\.0\.0/);
 * ```
 */
export function packetHexdump(packet: Drawn, canvas: Canvas): string {
  const all = packet.fields();
  // Of a list and its items, the items.
  const leaves = all.filter((field, i) => {
    const next = all[i + 1];
    return next === undefined || !isWithin(next, field);
  });
  const highlight: Highlight[] = leaves.map(({ start, end }, i) => ({
    start: start >> 3,
    end: Math.ceil(end / 8),
    role: ROLES[i % ROLES.length]!,
  }));
  const room = canvas.width - DUMP - GAP;
  const width = room >= 20 ? DUMP : canvas.width;
  const { colors } = canvas;
  const rows = hexdump(packet.bytes, { canvas: { width, colors }, highlight })
    .split("\n");
  if (room < 20) return rows.join("\n");
  return rows.map((row, i) => {
    const notes = leaves.map((field, j) => ({ field, role: ROLES[j % 5]! }))
      .filter(({ field }) => field.start >> 7 === i)
      .map(({ field, role }) =>
        `${paint(role, field.path, canvas)} ${field.text}`
      );
    if (notes.length === 0) return row;
    const gap = " ".repeat(Math.max(GAP, DUMP + GAP - displayWidth(row)));
    return truncate(`${row}${gap}${notes.join(", ")}`, canvas.width);
  }).join("\n");
}
