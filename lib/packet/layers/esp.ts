/**
 * The IP Encapsulating Security Payload, and how it goes through address
 * translation.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { Format } from "../format.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of an ESP header. */
export const espFields = {
  /** Which security association (security parameters index). */
  spi: { bits: 32, show: "hex" },
  /** Counts the packets, against replay. */
  sequenceNumber: 32,
} as const satisfies FieldTable;

/** ESP; what follows is encrypted, as a rule. */
export const esp: Layer<"esp", typeof espFields> = layer("esp", espFields, {
  source: "RFC 4303 §2",
  under: [["ipv4", 50], ["ipv6", 50], ["udpEncapsulation", 0]],
  summary: ({ spi, sequenceNumber }) =>
    `spi 0x${spi.toString(16).padStart(8, "0")} seq ${sequenceNumber}`,
});

/** What a datagram is, by its first octets. */
type Kind = "esp" | "ike" | "keepalive";

const kind: Format<Kind> = {
  about: "esp, ike or keepalive, by the first octets",
  isQuiet: true,
  read(from) {
    const { octets, at, left } = from;
    if (left === 1 && octets[at] === 0xff) {
      from.take(1);
      return "keepalive";
    }
    if (from.u32() === 0) return "ike";
    from.at = at;
    return "esp";
  },
  write(to, value = "esp") {
    if (value === "ike") to.u32(0);
    else if (value === "keepalive") to.u8(0xff);
    else if (value !== "esp") {
      to.refuse("be esp, ike or keepalive", value);
    }
  },
  random: () => "ike",
  text: (value) => value,
};

/** The fields of what tells ESP from IKE on one port. */
export const udpEncapsulationFields = {
  /** ESP has no octets here, IKE four of 0 (the non-ESP marker), a keepalive 0xff. */
  kind,
} as const satisfies FieldTable;

/** What comes before ESP and IKE in UDP. */
export const udpEncapsulation: Layer<
  "udpEncapsulation",
  typeof udpEncapsulationFields
> = layer("udpEncapsulation", udpEncapsulationFields, {
  source: "RFC 3948 §2",
  under: [["udp", 4500]],
  header: "parsed",
  select: ({ kind }) => kind === "esp" ? 0 : kind === "ike" ? 1 : undefined,
  summary: ({ kind }) => kind,
});
