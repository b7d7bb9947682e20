/**
 * How PPP's ends prove who they are: by password, and by challenge.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { sized, when } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { textOrOctets } from "../../text_or_octets.ts";

const papCodes = { 1: "request", 2: "ack", 3: "nak" } as const;
const chapCodes = {
  1: "challenge",
  2: "response",
  3: "success",
  4: "failure",
} as const;

/** The fields of a PAP packet. */
export const papFields = {
  /** What it is. */
  code: { bits: 8, names: papCodes },
  /** The answer has the same. */
  identifier: 8,
  /** Octets of the whole packet. */
  length: 16,
  /** Who asks to be let in. */
  peerId: when({ code: 1 }, sized(8, textOrOctets())),
  /** The password, for all to read. */
  password: when({ code: 1 }, sized(8, textOrOctets())),
  /** For people. */
  message: when({ code: [2, 3] }, sized(8, textOrOctets())),
} as const satisfies FieldTable;

/** PAP, the Password Authentication Protocol. */
export const pap: Layer<"pap", typeof papFields> = layer("pap", papFields, {
  source: "RFC 1334 §2.2",
  under: [["ppp", 0xc023]],
  header: { from: "length", octets: ({ length }) => length },
  payload: { from: "length", octets: () => 0 },
  defaults: { code: 1 },
  computed: { length: ({ header }) => header },
  summary: ({ code, identifier, peerId, message }) =>
    `${
      (papCodes as Readonly<Record<number, string>>)[code] ?? `code ${code}`
    } id ${identifier} ${peerId ?? message ?? ""}`.trimEnd(),
});

/** The fields of a CHAP packet. */
export const chapFields = {
  /** What it is. */
  code: { bits: 8, names: chapCodes },
  /** The answer has the same. */
  identifier: 8,
  /** Octets of the whole packet. */
  length: 16,
  /** The challenge, or the digest that answers it. */
  value: when({ code: [1, 2] }, sized(8, octets())),
  /** Who sends it. */
  peerName: when({ code: [1, 2] }, textOrOctets()),
  /** For people. */
  message: when({ code: [3, 4] }, textOrOctets()),
} as const satisfies FieldTable;

/** CHAP, the Challenge Handshake Authentication Protocol. */
export const chap: Layer<"chap", typeof chapFields> = layer(
  "chap",
  chapFields,
  {
    source: "RFC 1994 §4",
    under: [["ppp", 0xc223]],
    header: { from: "length", octets: ({ length }) => length },
    payload: { from: "length", octets: () => 0 },
    defaults: { code: 1 },
    computed: { length: ({ header }) => header },
    summary: ({ code, identifier, peerName, message }) =>
      `${
        (chapCodes as Readonly<Record<number, string>>)[code] ?? `code ${code}`
      } id ${identifier} ${peerName ?? message ?? ""}`.trimEnd(),
  },
);
