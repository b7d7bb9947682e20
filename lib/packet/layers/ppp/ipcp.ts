/**
 * PPP's control protocols for IPv4 and IPv6.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { when } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { options } from "../../options.ts";
import { controlCodes, controlSummary, withOptions } from "./control.ts";

const compression = {
  protocol: { bits: 16, show: "hex" },
  octets: octets(),
} as const;

/** Options of IPCP (IANA's registry "PPP IPCP Configuration Option Types"). */
const ipcpOptions = options({
  covers: "option",
  kinds: {
    // RFC 1332 §3
    1: ["addresses", { src: "ipv4", dst: "ipv4" }],
    2: ["compression", compression],
    3: ["address", { address: "ipv4" }],
    // RFC 1877 §1
    129: ["primaryDns", { address: "ipv4" }],
    130: ["primaryNbns", { address: "ipv4" }],
    131: ["secondaryDns", { address: "ipv4" }],
    132: ["secondaryNbns", { address: "ipv4" }],
  },
});

/** Options of IPv6CP (RFC 5072 §4, RFC 5172 §2). */
const ipv6cpOptions = options({
  covers: "option",
  kinds: {
    1: ["interfaceId", { id: { octets: 8 } }],
    2: ["compression", compression],
  },
});

/** The fields that all control protocols start with. */
const head = {
  /** What it is. */
  code: { bits: 8, names: controlCodes },
  /** The answer has the same. */
  identifier: 8,
  /** Octets of the whole packet. */
  length: 16,
} as const;

const otherOctets = when(
  ({ code }: { readonly code: number }) => code === 0 || code > 4,
  octets(),
);

/** The fields of an IPCP packet. */
export const ipcpFields = {
  ...head,
  /** What is asked for, agreed to or refused. */
  options: when({ code: withOptions }, ipcpOptions),
  /** The rejected packet, or data that mean nothing. */
  octets: otherOctets,
} as const satisfies FieldTable;

/** IPCP, the control protocol of IPv4. */
export const ipcp: Layer<"ipcp", typeof ipcpFields> = layer(
  "ipcp",
  ipcpFields,
  {
    source: "RFC 1332",
    under: [["ppp", 0x8021]],
    header: { from: "length", octets: ({ length }) => length },
    payload: { from: "length", octets: () => 0 },
    defaults: { code: 1 },
    computed: { length: ({ header }) => header },
    summary: (view) => controlSummary(controlCodes, view),
  },
);

/** The fields of an IPv6CP packet. */
export const ipv6cpFields = {
  ...head,
  /** What is asked for, agreed to or refused. */
  options: when({ code: withOptions }, ipv6cpOptions),
  /** The rejected packet, or data that mean nothing. */
  octets: otherOctets,
} as const satisfies FieldTable;

/** IPv6CP, the control protocol of IPv6. */
export const ipv6cp: Layer<"ipv6cp", typeof ipv6cpFields> = layer(
  "ipv6cp",
  ipv6cpFields,
  {
    source: "RFC 5072",
    under: [["ppp", 0x8057]],
    header: { from: "length", octets: ({ length }) => length },
    payload: { from: "length", octets: () => 0 },
    defaults: { code: 1 },
    computed: { length: ({ header }) => header },
    summary: (view) => controlSummary(controlCodes, view),
  },
);
