/**
 * PPP's Link Control Protocol.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { choose, when } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { controlCodes, controlSummary, withOptions } from "./control.ts";

const codes = {
  ...controlCodes,
  8: "protocolReject",
  9: "echoRequest",
  10: "echoReply",
  11: "discardRequest",
  // RFC 1570 §2
  12: "identification",
  13: "timeRemaining",
} as const;

/** Options (IANA's registry "PPP LCP Configuration Option Types"). */
const lcpOptions = options({
  covers: "option",
  kinds: {
    // RFC 1661 §6
    1: ["mru", { octets: 16 }],
    3: ["authentication", {
      protocol: {
        bits: 16,
        show: "hex",
        names: { 0xc023: "pap", 0xc223: "chap", 0xc227: "eap" },
      },
      // Of CHAP one octet: 5 for MD5 (RFC 1994 §3), 0x81 for MS-CHAPv2.
      octets: octets(),
    }],
    4: ["quality", { protocol: { bits: 16, show: "hex" }, octets: octets() }],
    5: ["magic", { number: { bits: 32, show: "hex" } }],
    7: ["protocolCompression", {}],
    8: ["addressControlCompression", {}],
    // RFC 1662 §7.1
    2: ["characterMap", { map: { bits: 32, show: "hex" } }],
    // RFC 1570 §3
    9: ["frameCheckSequences", { kinds: { bits: 8, show: "hex" } }],
    10: ["selfDescribingPadding", { maximum: 8 }],
    13: ["callback", { operation: 8, message: octets() }],
    // RFC 1990 §5.1
    17: ["multilinkMrru", { octets: 16 }],
    18: ["shortSequence", {}],
    19: ["endpoint", {
      class: {
        bits: 8,
        names: {
          0: "null",
          1: "local",
          2: "ip",
          3: "mac",
          4: "magic",
          5: "phone",
        },
      },
      address: choose("class", { 2: "ipv4", 3: "mac" }),
    }],
  },
});

/** The fields of a LCP packet. */
export const lcpFields = {
  /** What it is. */
  code: { bits: 8, names: codes },
  /** The answer has the same. */
  identifier: 8,
  /** Octets of the whole packet. */
  length: 16,
  /** What is asked for, agreed to or refused. */
  options: when({ code: withOptions }, lcpOptions),
  /** The protocol that is not known. */
  rejectedProtocol: when({ code: 8 }, { bits: 16, show: "hex" }),
  /** The sender's magic number, by which a line that is looped back shows. */
  magicNumber: when({ code: [9, 10, 11, 12, 13] }, { bits: 32, show: "hex" }),
  /** How much longer the line may be used, in seconds. */
  secondsRemaining: when({ code: 13 }, 32),
  /** What the sender is, or why it ends the line. */
  message: when({ code: [12, 13] }, textOrOctets()),
  /** The rejected packet, or data that mean nothing. */
  octets: when(
    ({ code }: { readonly code: number }) =>
      code === 0 || code > 4 && code !== 12 && code !== 13,
    octets(),
  ),
} as const satisfies FieldTable;

/** LCP. */
export const lcp: Layer<"lcp", typeof lcpFields> = layer("lcp", lcpFields, {
  source: "RFC 1661 §5",
  under: [["ppp", 0xc021]],
  header: { from: "length", octets: ({ length }) => length },
  payload: { from: "length", octets: () => 0 },
  defaults: { code: 1 },
  computed: { length: ({ header }) => header },
  summary: (view) => controlSummary(codes, view),
});
