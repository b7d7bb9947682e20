/**
 * Reads addresses in the other notations, those of `notation.ts` and the loose
 * one of old C libraries. Each is one entry in a table.
 *
 * @module
 */

import {
  IPV4_TREE,
  IPV6_TREE,
  type Notation,
  notationEntry,
  type Parts,
} from "./notation.ts";
import { scanAddress, scanIpv4, scanned, stop } from "./parse.ts";
import { bigintToWords } from "./words.ts";

/**
 * A way to read an address: any {@linkcode Notation}, or `"inet_aton"`, which
 * is what C's function of that name takes: one to four parts, the last filling
 * what is left, each decimal, octal after `0` or hexadecimal after `0x`. So
 * `127.1` is `127.0.0.1`, and `010.0.0.1` is `8.0.0.1`.
 */
export type ReadNotation = Notation | "inet_aton";

type Scan = (text: string, family: 0 | 4 | 6) => 0 | 4 | 6;

const plain: Scan = (text, family) => scanAddress(text, text.length, family);

const SCANNERS: Readonly<Record<ReadNotation, Scan>> = {
  compressed: plain,
  exploded: plain,
  mixed: plain,
  binary: (text, family) => scanDigits(text, family, BINARY),
  hex: (text, family) => scanDigits(text, family, HEX),
  decimal: scanDecimal,
  arpa: scanArpa,
  url: scanUrl,
  inet_aton: scanInetAton,
};

/**
 * Reads an address in a notation; if it is none, {@linkcode scanned} says why.
 *
 * @param text The text.
 * @param family The only family wanted, or 0 for either.
 * @param notation Which.
 * @returns The address as its parts, or `undefined` if the text is none.
 * @throws {TypeError} If there is no such notation.
 *
 * @example
 * ```ts
 * import { readNotation } from "./notation_scan.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readNotation("127.1", 0, "inet_aton")?.w3, 0x7f000001);
 * ```
 */
export function readNotation(
  text: string,
  family: 0 | 4 | 6,
  notation: ReadNotation,
): Parts | undefined {
  const scan = notationEntry(SCANNERS, notation, "an address", "read");
  scanned.zoneStart = -1;
  const found = scan(text, family);
  if (found === 0) {
    scanned.kind = KINDS[notation] ?? scanned.kind;
    return undefined;
  }
  const [w0, w1, w2, w3] = scanned.words as unknown as FourWords;
  const { zoneStart } = scanned;
  const source = notation === "url" ? unwrapped(text) : text;
  const zone = zoneStart < 0 ? undefined : source.slice(zoneStart);
  return { family: found, w0, w1, w2, w3, zone };
}

type FourWords = readonly [number, number, number, number];

/** What a text was taken for, where the standard scan does not say it. */
const KINDS: Readonly<Partial<Record<ReadNotation, string>>> = {
  binary: "an IP address in bits",
  hex: "a hexadecimal IP address",
  decimal: "a decimal IP address",
  arpa: "a name of the reverse DNS tree",
  url: "the IP address of a URL",
  inet_aton: "an IPv4 address as inet_aton reads it",
};

/** Sets all words from one number; gives the family back. */
function store(value: bigint, family: 4 | 6): 4 | 6 {
  scanned.words.set(bigintToWords(value));
  return family;
}

function no(offset: number, reason: string): 0 {
  stop(offset, reason);
  return 0;
}

/** A base of digits that stand for whole bits. */
interface Base {
  readonly lead: string;
  readonly bitsEach: number;
  readonly digit: RegExp;
  readonly separators: string;
  readonly stray: string;
}

const BINARY: Base = {
  lead: "0b",
  bitsEach: 1,
  digit: /[01]/,
  separators: ".:_ |",
  stray: "character other than 0 and 1",
};

const HEX: Base = {
  lead: "0x",
  bitsEach: 4,
  digit: /[0-9a-fA-F]/,
  separators: "",
  stray: "character other than hex digits",
};

function scanDigits(text: string, wanted: 0 | 4 | 6, base: Base): 0 | 4 | 6 {
  const { lead, bitsEach, digit, separators, stray } = base;
  let value = 0n;
  let bits = 0;
  let i = text.slice(0, 2).toLowerCase() === lead ? 2 : 0;
  for (; i < text.length; i++) {
    const char = text[i]!;
    if (separators.includes(char)) continue;
    if (!digit.test(char)) return no(i, stray);
    if (bits === 128) return no(i, "more than 128 bits");
    value = value << BigInt(bitsEach) | BigInt(`0x${char}`);
    bits += bitsEach;
  }
  const family = bits === 32 ? 4 : bits === 128 ? 6 : 0;
  if (family === 0 || (wanted !== 0 && wanted !== family)) {
    const due = wanted === 4 ? "32" : wanted === 6 ? "128" : "32 or 128";
    return no(i, `${bits} bits where ${due} are due`);
  }
  return store(value, family);
}

function scanDecimal(text: string, wanted: 0 | 4 | 6): 0 | 4 | 6 {
  if (text === "") return no(0, "empty text");
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return no(i, "character other than 0-9");
    if (i > 0 && text[0] === "0") return no(i, "leading zero");
    if (i === 39) return no(i, "number above 2^128 - 1");
  }
  const value = BigInt(text);
  const bits = wanted === 4 ? 32n : 128n;
  if (value >> bits !== 0n) return no(0, `number above 2^${bits} - 1`);
  if (wanted === 0 && value >> 32n === 0n) {
    return no(
      text.length,
      "number that either family may have (pass { family: 4 } or { family: 6 })",
    );
  }
  return store(value, wanted || 6);
}

function scanArpa(text: string, wanted: 0 | 4 | 6): 0 | 4 | 6 {
  const name = text.toLowerCase().replace(/\.$/, "");
  for (const [tree, family] of [[IPV4_TREE, 4], [IPV6_TREE, 6]] as const) {
    if (!name.endsWith(`.${tree}`)) continue;
    if (wanted !== 0 && wanted !== family) {
      return no(name.length - tree.length, `name in the tree of IPv${family}`);
    }
    const labels = name.slice(0, -tree.length - 1).split(".");
    const most = family === 4 ? 4 : 32;
    if (labels.length !== most) {
      return no(0, `${labels.length} labels where ${most} are due`);
    }
    return family === 4 ? arpaIpv4(labels) : arpaIpv6(labels);
  }
  return no(text.length, "no in-addr.arpa or ip6.arpa at the end");
}

function arpaIpv4(labels: readonly string[]): 0 | 4 {
  const quad = labels.toReversed().join(".");
  return scanIpv4(quad, 0, quad.length) ? 4 : no(0, scanned.reason);
}

function arpaIpv6(labels: readonly string[]): 0 | 6 {
  const bad = labels.findIndex((label) => !/^[0-9a-f]$/.test(label));
  // All labels before it are one character and a dot.
  if (bad >= 0) return no(2 * bad, "label other than one hex digit");
  store(BigInt(`0x${labels.toReversed().join("")}`), 6);
  return 6;
}

function scanUrl(text: string, wanted: 0 | 4 | 6): 0 | 4 | 6 {
  if (text[0] !== "[") {
    if (text.includes(":")) return no(0, "IPv6 address without brackets");
    return scanAddress(text, text.length, wanted || 4);
  }
  if (wanted === 4) return no(0, "bracket, which no IPv4 address has");
  const end = text.indexOf("]");
  if (end < 0) return no(text.length, "missing ']'");
  if (end < text.length - 1) {
    return no(end + 1, "character after ']' (a port is no part of an address)");
  }
  const percent = text.indexOf("%");
  if (percent >= 0 && !text.startsWith("%25", percent)) {
    return no(percent, "'%' that should be '%25' in a URL");
  }
  const inner = unwrapped(text);
  if (scanAddress(inner, inner.length, 6) !== 0) return 6;
  return no(1 + scanned.offset, scanned.reason);
}

/** Takes off the brackets, and what a URL does to the zone (RFC 6874 §2). */
function unwrapped(text: string): string {
  const inner = text.replace(/^\[|\]$/g, "");
  try {
    return decodeURIComponent(inner);
  } catch {
    return inner; // The stray "%" is then refused in the zone.
  }
}

function scanInetAton(text: string, wanted: 0 | 4 | 6): 0 | 4 {
  if (wanted === 6) return no(0, "IPv4 notation where IPv6 is wanted");
  const parts = text.split(".");
  if (parts.length > 4) {
    return no(
      parts.slice(0, 4).join(".").length,
      "more than four parts",
    );
  }
  let value = 0;
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const good = /^(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i.test(part);
    if (!good) {
      return no(at, part === "" ? "missing part" : "part that is no number");
    }
    const octal = /^0[0-7]/.test(part);
    const n = Number(octal ? `0o${part.slice(1)}` : part);
    const isLast = i === parts.length - 1;
    const most = isLast ? 256 ** (5 - parts.length) - 1 : 255;
    if (n > most) return no(at, `part above ${most}`);
    value = isLast ? value + n : value + n * 256 ** (3 - i);
    at += part.length + 1;
  }
  scanned.words[3] = value;
  return 4;
}
