/**
 * Cisco's HDLC, and the Serial Line Address Resolution Protocol in it.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { when } from "../compound.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { optional } from "../optional.ts";

/** The fields of a header of Cisco's HDLC. */
export const chdlcFields = {
  /** To one or to all. */
  address: {
    bits: 8,
    show: "hex",
    names: { 0x0f: "unicast", 0x8f: "multicast" },
  },
  /** 0. */
  control: 8,
  /** The EtherType of the payload, or 0x8035 for SLARP and 0x2000 for CDP. */
  protocol: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/** Cisco's HDLC. */
export const chdlc: Layer<"chdlc", typeof chdlcFields> = layer(
  "chdlc",
  chdlcFields,
  {
    source: "https://www.tcpdump.org/linktypes.html (LINKTYPE_C_HDLC)",
    under: [["link", 104], ["hdlc", 3]],
    next: "protocol",
    defaults: { address: 0x0f },
    summary: ({ address, protocol }) =>
      `${address === 0x8f ? "multicast" : "unicast"} 0x${
        protocol.toString(16).padStart(4, "0")
      }`,
  },
);

/** The fields of a SLARP packet. */
export const slarpFields = {
  /** What it is. */
  code: {
    bits: 32,
    names: { 0: "request", 1: "reply", 2: "keepalive" },
  },
  /** In a reply the address of the sender. */
  address: when({ code: [0, 1] }, "ipv4"),
  /** The mask that belongs to it. */
  mask: when({ code: [0, 1] }, "ipv4"),
  /** The number of this keepalive. */
  mySequence: when({ code: 2 }, 32),
  /** The number of the last one that came from the other end. */
  yourSequence: when({ code: 2 }, 32),
  /** 0xffff. */
  reliability: when({ code: [0, 1, 2] }, { bits: 16, show: "hex" }),
  /** How long the sender has been up, in milliseconds; not all tell. */
  uptime: optional(32),
} as const satisfies FieldTable;

/** SLARP: addresses and keepalives on a line of two ends. */
export const slarp: Layer<"slarp", typeof slarpFields> = layer(
  "slarp",
  slarpFields,
  {
    source: "Cisco HDLC, Serial Line Address Resolution Protocol",
    under: [["chdlc", 0x8035]],
    header: "parsed",
    implied: ({ code = 0 }) =>
      typeof code === "string" || code <= 2 ? { reliability: 0xffff } : {},
    summary: ({ code, address, mask, mySequence, yourSequence }) =>
      code === 2
        ? `keepalive ${mySequence} seen ${yourSequence}`
        : code === 1
        ? `${address} mask ${mask}`
        : "who am I?",
  },
);
