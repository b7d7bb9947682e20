/**
 * The TypeScript that builds a packet.
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import { isSpec, isTrailer, type Parts } from "./assemble.ts";
import type { Slot } from "./layer.ts";
import { Verbatim } from "./verbatim.ts";

/**
 * Writes the expression that builds a packet of its parts.
 *
 * @param parts Headers, payload and trailer.
 * @returns TypeScript over `net`.
 *
 * @example
 * ```ts
 * import { commandOf } from "./command.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   commandOf([udp({ checksum: 0xbad }) as never]),
 *   "net.packet.build(\n  net.packet.udp({ checksum: 0x0bad }),\n)",
 * );
 * ```
 */
export function commandOf(parts: Parts): string {
  const lines = parts.map((part) => {
    if (isTrailer(part)) return `{ trailer: ${source(part.trailer)} }`;
    if (!isSpec(part)) return source(payload(part));
    const { layer, values } = part;
    const fields = Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const slot = layer.slots.find((slot) => slot.name === name);
        return `${name}: ${source(value, slot)}`;
      });
    const set = fields.length === 0 ? "" : `{ ${fields.join(", ")} }`;
    return `net.packet.${layer.name}(${set})`;
  });
  return `net.packet.build(\n${lines.map((line) => `  ${line},\n`).join("")})`;
}

/** A payload as text, if that is what it plainly is. */
function payload(octets: Uint8Array | string): Uint8Array | string {
  if (typeof octets === "string") return octets;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(octets);
    return /^[^\p{Cc}\p{Cn}\p{Co}]*$/u.test(text.replaceAll(/[\r\n\t]/g, ""))
      ? text
      : octets;
  } catch {
    return octets;
  }
}

function source(value: unknown, slot?: Slot): string {
  if (value instanceof Verbatim) {
    return `new net.packet.Verbatim(${source(value.octets)})`;
  }
  if (value instanceof Uint8Array) {
    return `net.bytes.parseHex("${value.toHex()}")`;
  }
  if (value instanceof Address) return JSON.stringify(value.toString());
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && slot?.hex) {
    return `0x${value.toString(16).padStart(Math.ceil(slot.bits / 4), "0")}`;
  }
  if (Array.isArray(value)) {
    return `[${value.map((one) => source(one)).join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => `${name}: ${source(one)}`);
    // An option without fields may be just its name.
    const { kind } = value as { readonly kind?: unknown };
    if (fields.length === 1 && typeof kind === "string") return source(kind);
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  }
  return JSON.stringify(value);
}
