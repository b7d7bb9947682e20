/**
 * Domain names as texts: compared, taken apart, and written as dig writes them.
 *
 * @module
 */

import { labelsOf, readName } from "../packet/layers/dns/name.ts";
import { Cursor, Sink } from "../packet/format.ts";
import { type Address, address } from "../ip/address.ts";

/** Letters of ASCII alone have two cases in names, whatever the locale (RFC 4343 §3). */
const CAPITALS = /[A-Z]+/g;

/**
 * Brings a name into the form that this room keeps: no dot at the end, `"."`
 * for the root, checked.
 *
 * @param name The name in the notation of zone files.
 * @returns The same name, in the same case.
 * @throws {TypeError} If it has an escape that is none.
 * @throws {RangeError} If a label or the name is too long, or a label is empty.
 */
export function plainName(name: string): string {
  if (typeof name === "string" && isSimple(name)) {
    return name.endsWith(".") ? name.slice(0, -1) : name;
  }
  // One octet may be written in several ways: what messages are read as is one.
  const octets = [0];
  const sink = new Sink("dns");
  sink.path = "name";
  for (const label of labelsOf(sink, name).toReversed()) {
    octets.unshift(label.length, ...label);
  }
  const from = new Cursor(Uint8Array.from(octets), 0, octets.length);
  return readName(from, Infinity);
}

/**
 * Brings a name that somebody asks about into the letters of the DNS: those
 * beyond ASCII travel as Punycode, except with mDNS.
 *
 * @param name The name as it was typed.
 * @returns The same, `"xn--…"` in the place of labels with other letters; what
 * makes no host's name as it is.
 * @see RFC 5891 §4, RFC 6762 §16, UTS #46
 */
export function asciiName(name: string): string {
  const foreign = typeof name === "string" && /[^\0-\x7f]/.test(name);
  // A URL would undo escapes of its own, and end the host at these.
  if (!foreign || /[\\%@:/?#]|\.local\.?$/i.test(name)) return name;
  return URL.parse(`http://${name}`)?.hostname ?? name;
}

/** Whether a name needs no escape, and all its labels are in order. */
function isSimple(name: string): boolean {
  let label = 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x21 || code > 0x7e || code === 0x5c) return false;
    if (code !== 0x2e) {
      if (++label > 63) return false;
    } else if (label === 0) return false;
    else label = 0;
  }
  return name.length > 0 && name.length < 254;
}

/**
 * Brings a name into small letters, so that equal names are equal texts.
 *
 * @param name The name, without a dot at the end.
 * @returns The name in small letters.
 */
export function lowerName(name: string): string {
  return name.replace(CAPITALS, (letters) => letters.toLowerCase());
}

/**
 * Tells whether two names are the same, whatever their case.
 *
 * @param a One name, without a dot at the end.
 * @param b The other.
 * @returns Whether they are.
 * @see RFC 4343 §3
 */
export function sameName(a: string, b: string): boolean {
  return a === b || a.length === b.length && lowerName(a) === lowerName(b);
}

/**
 * Lists a name's labels, the nearest to the root last.
 *
 * @param name The name, without a dot at the end.
 * @returns The labels as they are written, escapes kept; none for the root.
 */
export function nameLabels(name: string): string[] {
  if (name === "." || name === "") return [];
  if (!name.includes("\\")) return name.split(".");
  return name.match(/(?:\\[0-9]{3}|\\[^]|[^.\\])+/gu) ?? [];
}

/**
 * Gives the name one label above.
 *
 * @param name The name, without a dot at the end.
 * @returns Its parent; the root for the root itself.
 */
export function parentName(name: string): string {
  return nameLabels(name).slice(1).join(".") || ".";
}

/**
 * Tells whether a name is at or below another.
 *
 * @param name The name, without a dot at the end.
 * @param zone The name that may be above it.
 * @returns Whether `zone` is `name` or one of those above it.
 */
export function isWithin(name: string, zone: string): boolean {
  const below = nameLabels(lowerName(name));
  const above = nameLabels(lowerName(zone));
  const more = below.length - above.length;
  return more >= 0 && above.every((label, i) => label === below[more + i]);
}

/**
 * Writes a name as dig and zone files do: with its dot, and with escapes for
 * what means something else there.
 *
 * @param name The name, without a dot at the end.
 * @returns The name with it.
 * @see RFC 1035 §5.1
 */
export function absoluteName(name: string): string {
  if (name === ".") return name;
  return `${/[@$"();]/.test(name) ? name.replace(/[@$"();]/g, "\\$&") : name}.`;
}

/**
 * Gives the name that an address is asked for by, to find its host's name.
 *
 * @param of The address.
 * @returns The name below `in-addr.arpa` or `ip6.arpa`, without a dot at the end.
 * @throws {ParseError} If the text is no address.
 * @see RFC 1035 §3.5, RFC 3596 §2.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.reverseName("192.0.2.7"), "7.2.0.192.in-addr.arpa");
 * ```
 */
export function reverseName(of: string | Address): string {
  const octets = address(of).toBytes();
  return octets.length === 4
    ? `${[...octets].reverse().join(".")}.in-addr.arpa`
    : `${[...octets.toHex()].reverse().join(".")}.ip6.arpa`;
}
