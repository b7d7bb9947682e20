/**
 * Checksums of headers: how they are made, and which of a packet are wrong.
 *
 * @module
 */

import { onesSum } from "../bytes/checksum.ts";
import { crc32c } from "../bytes/crc32c.ts";
import { Address } from "../ip/address.ts";
import { type Header, LAYER } from "./header.ts";
import type { Layer, LayerView } from "./layer.ts";

/** A checksum as it stands in a packet, and as it should. */
export interface ChecksumReport {
  /** The layer that has it: `"tcp"`. */
  readonly layer: string;
  /** The layer's place among the packet's layers, from 0. */
  readonly index: number;
  /** The field: `"checksum"`. */
  readonly field: string;
  /** What it is. */
  readonly value: number;
  /** What it should be. */
  readonly expected: number;
  /**
   * Whether it is right, or 0 where that says that there is none. A packet that
   * its own machine sent may have been captured before the card filled it in.
   */
  readonly ok: boolean;
}

/** A header below one whose checksum covers a pseudo-header. */
export interface Below {
  /** Its layer. */
  readonly layer: Layer;
  /** Its fields. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a checksum is to be made over. */
export interface Covered {
  /** The layer that has the checksum. */
  readonly layer: Layer;
  /** The octets of the packet. */
  readonly octets: Uint8Array;
  /** Where the header starts in them. */
  readonly start: number;
  /** Octets of the header. */
  readonly header: number;
  /** Where the header's payload ends. */
  readonly end: number;
  /** The header below, if there is one. */
  readonly below: Below | undefined;
}

/**
 * Makes the checksum of a header by its layer's rule.
 *
 * @param covered The header, and what its checksum covers.
 * @param present What the checksum's field holds now: it counts as 0.
 * @returns The checksum; `undefined` for a layer or a header that has none.
 * @see RFC 1071, RFC 768, RFC 9293 §3.1, RFC 8200 §8.1, RFC 9260 §6.8
 *
 * @example
 * ```ts
 * import { headerChecksum } from "./checksum.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("4500001d00000000401100000a0000010a000002");
 * const covered = { layer: ipv4, octets, start: 0, header: 20, end: 20, below: undefined };
 * assert.equal(headerChecksum(covered as never), 0x66ce);
 * ```
 */
export function headerChecksum(
  covered: Covered,
  present = 0,
): number | undefined {
  const { layer, octets, start, header, end, below } = covered;
  const rule = layer.checksum;
  if (rule === undefined) return undefined;
  const { except, algorithm, coverage } = rule;
  let { over } = rule;
  let to = end;
  if (typeof over === "function" || coverage !== undefined) {
    const view = viewOf(covered);
    if (typeof over === "function") over = over(view as never);
    const covers = rule.coverage?.(view as never);
    if (covers === 0) return undefined;
    if (covers !== undefined) to = Math.min(end, start + covers);
  }
  if (over === "header") to = start + header;
  if (algorithm === "crc32c") {
    const at = start + layer.writer.checksumAt!;
    return octetsSwapped(crc32c(octets, start, to, at));
  }
  const initial = over === "pseudo" ? pseudoSum(layer, below, end - start) : 0;
  // The field itself counts as 0: what it holds is taken out again.
  let sum = initial + (~present & 0xffff);
  if (algorithm === "cdp" && (to - start) % 2 === 1) {
    sum = onesSum(octets, sum + oddCdp(octets[--to]!), start, to);
  } else if (except === undefined) sum = onesSum(octets, sum, start, to);
  else {
    sum = onesSum(octets, sum, start, Math.min(to, start + except[0]));
    sum = onesSum(octets, sum, Math.min(to, start + except[1]), to);
  }
  const checksum = ~sum & 0xffff;
  const isNonzero = rule.zeroMeansNone || rule.neverZero;
  return checksum === 0 && isNonzero ? 0xffff : checksum;
}

/**
 * The last word of CDP's sum over an odd number of octets: the octet is its low
 * half, taken as a signed number, and a negative one is made less by one.
 */
function oddCdp(octet: number): number {
  return octet < 0x80 ? octet : 0xff00 | octet - 1;
}

function viewOf({ layer, octets, start, header }: Covered): LayerView {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return new layer.View(octets, view, start, 0, header);
}

/** SCTP sends a CRC's low octet first (RFC 9260, appendix A). */
function octetsSwapped(word: number): number {
  const high = word << 24 | (word & 0xff00) << 8;
  return (high | word >>> 8 & 0xff00 | word >>> 24) >>> 0;
}

/**
 * Finds the header whose pseudo-header a checksum covers: the next below that is
 * no extension of another.
 *
 * @param headers The headers, outermost first.
 * @param index The place of the header with the checksum.
 * @param layerOf Tells a header's layer.
 * @returns The header; `undefined` if it is the first.
 *
 * @example
 * ```ts
 * import { headerBelow } from "./checksum.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(headerBelow(["ip", "udp"], 1, () => ipv4 as never), "ip");
 * ```
 */
export function headerBelow<H>(
  headers: readonly H[],
  index: number,
  layerOf: (header: H) => Pick<Layer, "isExtension">,
): H | undefined {
  let below = index - 1;
  while (below >= 0 && layerOf(headers[below]!).isExtension) below--;
  return headers[below];
}

/** The ones' complement sum of the pseudo-header that the layer below hands up. */
function pseudoSum(
  layer: Layer,
  below: Below | undefined,
  length: number,
): number {
  const fields = below?.layer.pseudoHeader;
  if (below === undefined || fields === undefined) return 0;
  const number = below.layer.writer.numberOf(layer) ?? 0;
  // The length has 32 bits, of which IPv4 writes 16.
  let sum = number + (length & 0xffff) + (length >>> 16);
  for (const field of fields) {
    const value = below.fields[field];
    if (!(value instanceof Address)) continue;
    const { w0, w1, w2, w3 } = value;
    sum += halves(w0) + halves(w1) + halves(w2) + halves(w3);
  }
  return sum;
}

/** A word as two of 16 bits, added up. */
function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

/**
 * Checks all checksums of a packet that can be checked: not those whose octets
 * were cut off, or that cover more than this fragment.
 *
 * @param bytes The packet's octets.
 * @param layers Its layers, outermost first.
 * @returns One report a checksum, in the order of the layers.
 *
 * @example
 * ```ts
 * import { checkedSums } from "./checksum.ts";
 * import { decode } from "./packet.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint8Array.fromHex("4500001400000000401166d70a0000010a000002");
 * const { layers } = decode(bytes, { linkType: 101 });
 * assert.ok(checkedSums(bytes, layers)[0]?.ok);
 * ```
 */
export function checkedSums(
  bytes: Uint8Array,
  layers: readonly LayerView[],
): ChecksumReport[] {
  const reports: ChecksumReport[] = [];
  let end = bytes.length;
  for (const [index, view] of layers.entries()) {
    const layer = (view as Header)[LAYER];
    const start = view.offset;
    const header = view.headerLength;
    const outerEnd = end;
    const stated = layer.payload?.octets(view as never);
    const isCut = stated !== undefined && start + header + stated > end;
    if (stated !== undefined && stated >= 0 && !isCut) {
      end = start + header + stated;
    }
    const rule = layer.checksum;
    const value = rule && fieldsOf(view)[rule.field];
    const over = typeof rule?.over === "function"
      ? rule.over(view as never)
      : rule?.over;
    if (rule && typeof value === "number" && (over === "header" || !isCut)) {
      const under = headerBelow(
        layers as readonly Header[],
        index,
        (header) => header[LAYER],
      );
      const below = under && {
        layer: under[LAYER],
        fields: readdressed(
          fieldsOf(under),
          layers.slice(layers.indexOf(under) + 1, index),
        ),
      };
      // What is behind the payload that a header states is summed up too, but
      // where a pseudo-header has the length.
      const to = over === "payload" ? outerEnd : end;
      const covered = { layer, octets: bytes, start, header, end: to, below };
      const expected = headerChecksum(covered, value);
      if (expected === undefined) continue;
      // 0 and 0xffff are one number in ones' complement, but where 0 is "none".
      const isZero = (sum: number) => sum === 0 || sum === 0xffff;
      const ok = value === expected || isZero(value) && isZero(expected) ||
        (rule.zeroMeansNone === true && value === 0);
      const { field } = rule;
      reports.push({ layer: layer.name, index, field, value, expected, ok });
    }
    // What comes next lies in octets that are not here, or not all of them.
    if (isCut || layer.piece?.(view as never) !== undefined) break;
  }
  return reports;
}

/**
 * Gives the fields of a pseudo-header, with the addresses that extension headers
 * put in their place.
 *
 * @param fields The fields of the layer below.
 * @param extensions The headers between.
 * @returns The fields.
 * @see RFC 8200 §8.1, RFC 6275 §6.3
 *
 * @example
 * ```ts
 * import { readdressed } from "./checksum.ts";
 * import assert from "node:assert/strict";
 *
 * const fields = { src: 1 };
 * assert.equal(readdressed(fields, []), fields);
 * ```
 */
export function readdressed(
  fields: Readonly<Record<string, unknown>>,
  extensions: readonly LayerView[],
): Readonly<Record<string, unknown>> {
  let found = fields;
  for (const view of extensions) {
    const others = (view as Header)[LAYER].readdresses?.(view);
    if (others === undefined) continue;
    // A view's fields are getters, which no spread would copy.
    found = found === fields
      ? { src: fields.src, dst: fields.dst, ...others }
      : { ...found, ...others };
  }
  return found;
}

function fieldsOf(view: LayerView): Readonly<Record<string, unknown>> {
  return view as unknown as Readonly<Record<string, unknown>>;
}
