/**
 * Remote Authentication Dial In User Service.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { options } from "../../options.ts";
import { valueText } from "../../value.ts";
import { ATTRIBUTES } from "./attributes.ts";
import { CODES } from "./names.ts";

/** The fields of a packet of RADIUS. */
export const radiusFields = {
  /** What it is. */
  code: { bits: 8, names: CODES },
  /** Tells which request an answer belongs to. */
  identifier: 8,
  /** Octets of the whole, 20 to 4096; what follows is padding. */
  length: 16,
  /** A random number in requests; in answers a digest of request and secret. */
  authenticator: { octets: 16 },
  /** The attributes. */
  attributes: options({ covers: "option", kinds: ATTRIBUTES }),
} as const satisfies FieldTable;

/** RADIUS, with its accounting and its changes of authorization. */
export const radius: Layer<"radius", typeof radiusFields> = layer(
  "radius",
  radiusFields,
  {
    source: "RFC 2865 §3",
    under: [
      ["udp", 1812],
      ["udp", 1813],
      ["udp", 3799],
      // From before there were numbers for it (RFC 2865 §3).
      ["udp", 1645],
      ["udp", 1646],
    ],
    header: { from: "length", octets: ({ length }) => length },
    computed: { length: ({ header }) => header },
    summary({ code, identifier, attributes }) {
      const user = attributes.find((one) => one.kind === "userName");
      return `${CODES[code as 1] ?? `code ${code}`} id ${identifier}${
        user?.kind === "userName" ? ` ${valueText(user.value)}` : ""
      }`;
    },
  },
);
