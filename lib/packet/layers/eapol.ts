/**
 * EAP over LANs: how a port with 802.1X carries authentication and keys.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

const types = {
  0: "eap",
  1: "start",
  2: "logoff",
  3: "key",
  4: "alert",
  5: "mka",
  6: "announcement",
  7: "announcementToHost",
  8: "announcementRequest",
} as const;

/** The fields of an EAPOL header. */
export const eapolFields = {
  /** 1 to 3. */
  version: 8,
  /** What follows. */
  type: { bits: 8, names: types },
  /** Octets of what follows. */
  length: 16,
} as const satisfies FieldTable;

/** EAPOL. */
export const eapol: Layer<"eapol", typeof eapolFields> = layer(
  "eapol",
  eapolFields,
  {
    source: "IEEE 802.1X-2020 §11.3",
    // Of 802.1X, and of 802.11's preauthentication.
    under: [["ethernet", 0x888e], ["ethernet", 0x88c7]],
    next: "type",
    payload: { from: "length", octets: ({ length }) => length },
    defaults: { version: 2 },
    computed: { length: ({ payload }) => payload },
    summary: ({ version, type }) =>
      `${
        (types as Readonly<Record<number, string>>)[type] ?? `type ${type}`
      } version ${version}`,
  },
);
