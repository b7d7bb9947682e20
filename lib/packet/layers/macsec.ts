/**
 * MACsec: frames that are proved to be whole, and mostly encrypted.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { when } from "../compound.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a MACsec security tag. */
export const macsecFields = {
  /** 0. */
  version: 1,
  /**
   * The sender is an end station; the channel's identifier is there; the channel
   * is for one copy of a broadcast; encrypted; changed.
   */
  flags: ["endStation", "sci", "singleCopyBroadcast", "encrypted", "changed"],
  /** Which association of the channel, and so which key. */
  association: 2,
  /** 0. */
  reserved: 2,
  /** Octets of the secured data, if they are fewer than 48; else 0. */
  shortLength: 6,
  /** The frame's number, which is never used twice with a key. */
  packetNumber: 32,
  /** The sender's address. */
  system: when({ flags: "sci" }, "mac"),
  /** The sender's port. */
  port: when({ flags: "sci" }, 16),
} as const satisfies FieldTable;

/** The MACsec tag; the secured data and their check value are its payload. */
export const macsec: Layer<"macsec", typeof macsecFields> = layer(
  "macsec",
  macsecFields,
  {
    source: "IEEE 802.1AE-2018 §9.3",
    under: [["ethernet", 0x88e5]],
    header: {
      from: "flags",
      octets: ({ flags }) => flags.includes("sci") ? 14 : 6,
    },
    implied: ({ system, port }) =>
      system === undefined && port === undefined ? {} : { flags: ["sci"] },
    check: ({ version }) =>
      version === 0 ? undefined : `version is ${version}, not 0`,
    defaults: { version: 0 },
    summary: ({ flags, association, packetNumber }) =>
      `${
        flags.includes("encrypted") ? "encrypted" : "in clear"
      } association ${association} packet ${packetNumber}`,
  },
);
