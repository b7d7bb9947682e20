/**
 * Radiotap: what a radio knows of a frame of 802.11 beside its octets.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { antennas, present, values, wordsFor } from "./aligned.ts";

/** The number of 802.11 under radiotap. */
const WLAN = 1;

/** The fields of a radiotap header. */
export const radiotapFields = {
  /** 0. */
  version: 8,
  /** 0. */
  padding: 8,
  /** Octets of the header. */
  length: { bits: 16, order: "little" },
  /** Which values there are, one bit each; the highest says that a word follows. */
  present,
  ...values,
  /** The values of further words, mostly one for each antenna. */
  antennas,
  /** What other organizations have added, or nobody knows yet. */
  rest: octets(),
} as const satisfies FieldTable;

/** Radiotap. */
export const radiotap: Layer<"radiotap", typeof radiotapFields> = layer(
  "radiotap",
  radiotapFields,
  {
    source: "https://www.radiotap.org/",
    under: [["link", 127]],
    select: () => WLAN,
    header: { from: "length", octets: ({ length }) => length },
    computed: { length: ({ header }) => header },
    check: ({ version }) =>
      version === 0 ? undefined : `version is ${version}, not 0`,
    defaults: { version: 0 },
    implied: (set) => ({ present: wordsFor(set) }),
    summary: ({ channel, dbmSignal, rate }) =>
      [
        channel && `${channel.frequency} MHz`,
        dbmSignal !== undefined && `${dbmSignal} dBm`,
        rate !== undefined && `${rate / 2} Mb/s`,
      ].filter((text) => text).join(" ") || "no values",
  },
);
