/**
 * The Point-to-Point Protocol: the framing of serial lines, and the protocol
 * number in full and compressed.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import type { Cursor, Format } from "../../format.ts";
import type { FieldTable, Layer, LayerView } from "../../layer.ts";
import { octetBehind } from "../octet_behind.ts";

/** The numbers under PPP's parents: octets of the protocol number. */
const COMPRESSED = 1;
const FULL = 2;
/** Cisco's HDLC, on the same lines. */
const CISCO = 3;

/**
 * Tells whether the protocol number behind a header is compressed: of all
 * numbers the last octet is odd, and only of that it is.
 *
 * @param view The header below PPP.
 * @returns The number of the layer that reads it.
 * @see RFC 1661 §2, §6.5
 *
 * @example
 * ```ts
 * import { pppNumber } from "./ppp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0xff, 0x03, 0xc0, 0x21);
 * assert.equal(pppNumber({ bytes: octets.subarray(0, 2) }), 2);
 * ```
 */
export function pppNumber(view: Pick<LayerView, "bytes">): number {
  return ((octetBehind(view) ?? 0) & 1) === 1 ? COMPRESSED : FULL;
}

/** An octet of the framing, which both ends may agree to leave out. */
function framing(
  octet: number,
  isThere: (from: Cursor) => boolean,
): Format<number | undefined, number> {
  return {
    about: `${octet}, at times`,
    read: (from) => isThere(from) ? from.u8() : undefined,
    write(to, value = octet) {
      if (!Number.isInteger(value) || value < 0 || value > 0xff) {
        to.refuse("be an octet", value, RangeError);
      }
      to.u8(value);
    },
    random: () => octet,
    text: (value) => `${value}`,
  };
}

/** The fields of PPP's framing. */
export const hdlcFields = {
  /** 255, all stations; absent where the ends have agreed on it (§6.6). */
  address: framing(
    0xff,
    ({ left, octets, at }) => left > 0 && octets[at] === 0xff,
  ),
  /** 3, unnumbered information; absent if the address is. */
  control: framing(0x03, ({ fields }) => fields.address !== undefined),
} as const satisfies FieldTable;

/** PPP in HDLC-like framing, without flags and mostly without check sequence. */
export const hdlc: Layer<"hdlc", typeof hdlcFields> = layer(
  "hdlc",
  hdlcFields,
  {
    source: "RFC 1662 §3.1",
    // PPP by itself and on serial lines; in GRE as PPTP has it (RFC 2637 §4.1).
    under: [["link", 9], ["link", 50], ["ethernet", 0x880b]],
    header: "parsed",
    looksBehind: true,
    select(view) {
      const first = octetBehind(view);
      if (view.address === undefined && (first === 0x0f || first === 0x8f)) {
        return CISCO;
      }
      return pppNumber(view);
    },
    summary: ({ address }) =>
      address === undefined ? "compressed" : "unnumbered",
  },
);

/** What the protocol numbers mean (IANA's registry "PPP DLL Protocol Numbers"). */
const protocols = {
  0x0021: "ipv4",
  0x002b: "ipx",
  0x002d: "vjCompressed",
  0x002f: "vjUncompressed",
  0x0031: "bridging",
  0x003d: "multilink",
  0x0057: "ipv6",
  0x00fd: "compressed",
  0x0281: "mpls",
  0x0283: "mplsMulticast",
  0x8021: "ipcp",
  0x8031: "bcp",
  0x8057: "ipv6cp",
  0x80fd: "ccp",
  0x8281: "mplscp",
  0xc021: "lcp",
  0xc023: "pap",
  0xc025: "linkQuality",
  0xc223: "chap",
  0xc227: "eap",
} as const;

/** The fields of a PPP header. */
export const pppFields = {
  /** The protocol of the payload. */
  protocol: { bits: 16, show: "hex", names: protocols },
} as const satisfies FieldTable;

const summary = ({ protocol }: { readonly protocol: number }) =>
  (protocols as Readonly<Record<number, string>>)[protocol] ??
    `protocol 0x${protocol.toString(16).padStart(4, "0")}`;

/** PPP. */
export const ppp: Layer<"ppp", typeof pppFields> = layer("ppp", pppFields, {
  source: "RFC 1661 §2",
  under: [["hdlc", FULL], ["pppoe", FULL]],
  next: "protocol",
  summary,
});

/** The fields of a PPP header whose protocol number is compressed. */
export const pppCompressedFields = {
  /** The protocol of the payload; its first octet, 0, is left out. */
  protocol: { bits: 8, show: "hex", names: { 0x21: "ipv4", 0x57: "ipv6" } },
} as const satisfies FieldTable;

/** PPP with its protocol number in one octet, as both ends may agree on. */
export const pppCompressed: Layer<
  "pppCompressed",
  typeof pppCompressedFields
> = layer("pppCompressed", pppCompressedFields, {
  source: "RFC 1661 §6.5",
  under: [["hdlc", COMPRESSED], ["pppoe", COMPRESSED]],
  next: "protocol",
  nextLike: "ppp",
  summary,
});
