/**
 * Places on the Earth, as BIND's programs print them.
 *
 * @see RFC 1876 §3
 * @module
 */

import type { DnsRecord } from "../packet/layers/dns/record.ts";

/**
 * Writes where something is.
 *
 * @param data What a LOC record says.
 * @returns Latitude, longitude, altitude, size and both precisions.
 */
export function location(
  data: Extract<DnsRecord, { readonly type: "LOC" }>["data"],
): string {
  return [
    angle(data.latitude, "N", "S"),
    angle(data.longitude, "E", "W"),
    altitude(data.altitude),
    metres(data.size),
    metres(data.horizontalPrecision),
    metres(data.verticalPrecision),
  ].join(" ");
}

/** A length of a LOC record: whole metres, or centimetres below one. */
function metres(centimetres: number): string {
  return centimetres < 100
    ? `0.${String(centimetres).padStart(2, "0")}m`
    : `${centimetres / 100}m`;
}

/** An angle of a LOC record. */
function angle(value: number, positive: string, negative: string): string {
  const parts = Math.round(Math.abs(value) * 3_600_000);
  const minutes = Math.floor(parts / 60_000);
  const seconds = (parts % 60_000 / 1000).toFixed(3);
  return [
    Math.floor(minutes / 60),
    minutes % 60,
    seconds,
    value < 0 ? negative : positive,
  ].join(" ");
}

function altitude(value: number): string {
  const above = value - 10_000_000;
  const whole = Math.abs(above);
  const rest = String(whole % 100).padStart(2, "0");
  return `${above < 0 ? "-" : ""}${Math.floor(whole / 100)}.${rest}m`;
}
