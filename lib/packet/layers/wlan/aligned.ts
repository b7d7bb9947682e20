/**
 * The values of radiotap: each aligned to its own size, there if its bit is set.
 *
 * @module
 */

import { isObject, list, record, when } from "../../compound.ts";
import type { Cursor, Fields, Format } from "../../format.ts";
import type { FieldInputs, FieldSpec, FieldValues } from "../../layer.ts";
import { compileTable } from "../../table.ts";
import { valueText } from "../../value.ts";
import { le16, le32 } from "./little.ts";

/** The bits of a word that say what the next one is. */
const TLVS = 28;
/** Bits 0 to 27 are known. */
const KNOWN = 28;
const NEXT_RADIOTAP = 29;
const NEXT_VENDOR = 30;
const EXTENDED = 31;

const has = (word: number, bit: number) => (word >>> bit & 1) === 1;

/** The most words that are read; a header of 64 KiB has no use for more. */
const MOST = 32;

/** The words that say which values there are. */
export const present: Format<readonly number[]> = {
  about: "words of one bit a value",
  empty: [],
  read(from) {
    const words: number[] = [];
    do {
      if (words.length === MOST) from.fail("words without an end");
      words.push(from.view.getUint32(from.take(4), true));
    } while (has(words.at(-1)!, EXTENDED));
    return words;
  },
  write(to, words = [0]) {
    if (!Array.isArray(words)) to.refuse("be a list of words", words);
    for (const word of words) {
      const isWord = Number.isInteger(word) && word >= 0 && word < 2 ** 32;
      if (!isWord) to.refuse("be words of 32 bits", word, RangeError);
      to.view.setUint32(to.room(4), word, true);
    }
  },
  random: (random) => [Math.floor(random() * 2 ** KNOWN)],
  text: (words) =>
    words.map((word) => `0x${word.toString(16).padStart(8, "0")}`).join(", "),
};

/** A number of one octet with a sign. */
const signed: Format<number> = {
  about: "8 bits, with a sign",
  read: (from) => from.view.getInt8(from.take(1)),
  write(to, value = 0) {
    if (!Number.isInteger(value) || value < -128 || value > 127) {
      to.refuse("be a whole number from -128 to 127", value, RangeError);
    }
    to.view.setInt8(to.room(1), value);
  },
  random: (random) => Math.floor(random() * 256) - 128,
  text: (value) => valueText(value),
};

/** Puts a value where its alignment wants it, if its bit is set. */
function aligned<const S extends FieldSpec>(bit: number, to: number, spec: S) {
  const isSet = (fields: Fields) => has(wordOf(fields), bit);
  const inner = when(isSet, spec);
  return {
    ...inner,
    // Octets too must wait for their place.
    takesOctets: true,
    read(from: Cursor) {
      if (!isSet(from.fields)) return undefined;
      const over = (from.at - from.start) % to;
      if (over > 0) from.take(to - over);
      return inner.read(from);
    },
    write(sink, value) {
      if (isSet(sink.fields)) sink.room((to - sink.at % to) % to);
      inner.write(sink, value);
    },
  } satisfies typeof inner;
}

/** The word that says which values there are in the table at hand. */
function wordOf({ present }: Fields): number {
  return Array.isArray(present) ? Number(present[0] ?? 0) : 0;
}

/** The values, in the order of their bits: https://www.radiotap.org/fields/ */
export const values = {
  /** When the first bit came, in microseconds of the radio's clock. */
  tsft: aligned(0, 8, { bits: 64, order: "little" }),
  /** How the frame was sent, and whether its check sequence is there. */
  flags: aligned(1, 1, [
    ...["shortGuardInterval", "badFcs", "dataPad", "fcs"] as const,
    ...["fragmented", "wep", "shortPreamble", "contentionFree"] as const,
  ]),
  /** In units of 500 kb/s. */
  rate: aligned(2, 1, 8),
  /** The frequency in MHz, and what is done on it. */
  channel: aligned(3, 2, record({ frequency: le16, flags: le16 })),
  /** Frequency hopping. */
  fhss: aligned(4, 2, record({ set: 8, pattern: 8 })),
  /** Strength of the signal in dBm. */
  dbmSignal: aligned(5, 1, signed),
  /** Strength of the noise in dBm. */
  dbmNoise: aligned(6, 1, signed),
  /** Barker code lock; the higher the better. */
  lockQuality: aligned(7, 2, le16),
  /** Below the highest power, without a unit. */
  txAttenuation: aligned(8, 2, le16),
  /** Below the highest power, in dB. */
  dbTxAttenuation: aligned(9, 2, le16),
  /** Power of sending in dBm. */
  dbmTxPower: aligned(10, 1, signed),
  /** Which antenna, from 0. */
  antenna: aligned(11, 1, 8),
  /** Strength of the signal in dB above some level. */
  dbSignal: aligned(12, 1, 8),
  /** Strength of the noise in dB above some level. */
  dbNoise: aligned(13, 1, 8),
  /** What was wrong in receiving. */
  rxFlags: aligned(14, 2, le16),
  /** How it is to be sent, or was. */
  txFlags: aligned(15, 2, le16),
  /** How often RTS was sent again. */
  rtsRetries: aligned(16, 1, 8),
  /** How often the frame was sent again. */
  dataRetries: aligned(17, 1, 8),
  /** The channel, as some drivers tell more of it. */
  xchannel: aligned(
    18,
    4,
    record({ flags: le32, frequency: le16, channel: 8, maxPower: 8 }),
  ),
  /** How 802.11n has modulated it: what of it is known, how, and the index. */
  mcs: aligned(19, 1, record({ known: 8, flags: 8, index: 8 })),
  /** Which aggregate it came in. */
  ampdu: aligned(
    20,
    4,
    record({ reference: le32, flags: le16, delimiterCrc: 8, reserved: 8 }),
  ),
  /** How 802.11ac has modulated it; for each user index and streams. */
  vht: aligned(
    21,
    2,
    record({
      known: le16,
      flags: 8,
      bandwidth: 8,
      users: list(record({ index: 4, streams: 4 }), { count: 4 }),
      coding: 8,
      groupId: 8,
      partialAid: le16,
    }),
  ),
  /** When it came, with the unit and the accuracy. */
  timestamp: aligned(
    22,
    8,
    record({
      time: { bits: 64, order: "little" },
      accuracy: le16,
      unitPosition: 8,
      flags: 8,
    }),
  ),
  /** How 802.11ax has modulated it. */
  he: aligned(23, 2, list(le16, { count: 6 })),
  /** The same for several users. */
  heMu: aligned(24, 2, { octets: 12 }),
  /** The same for another user. */
  heMuUser: aligned(25, 2, { octets: 6 }),
  /** What kind of frame had no octets at all. */
  zeroLength: aligned(26, 1, 8),
  /** What the frame's start says of its length. */
  lSig: aligned(27, 2, list(le16, { count: 2 })),
} as const;

const table = compileTable("radiotap", values);

/** The bits of the values that are set. */
function wordFor(set: Fields): number {
  return Object.keys(values).reduce(
    (word, name, bit) => set[name] === undefined ? word : word | 1 << bit,
    0,
  );
}

/**
 * Works out the words that say which values there are.
 *
 * @param set The values that are set, those of further words under `antennas`.
 * @returns One word, and one for each of `antennas`.
 *
 * @example
 * ```ts
 * import { wordsFor } from "./aligned.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(wordsFor({ rate: 2, antenna: 0 }), [0x804]);
 * ```
 */
export function wordsFor(set: Fields): number[] {
  const { antennas } = set;
  const further = Array.isArray(antennas) ? antennas : [];
  const words = [set, ...further].map((one) => wordFor(one));
  return words.map((word, i) =>
    i === words.length - 1
      ? word
      : (word | 1 << NEXT_RADIOTAP | 1 << EXTENDED) >>> 0
  );
}

/** The values of further words: the same ones again. */
export const antennas: Format<
  readonly FieldValues<typeof values>[],
  readonly FieldInputs<typeof values>[]
> = {
  about: "values of further words",
  empty: [],
  isQuiet: true,
  read(from) {
    const words = from.fields.present as readonly number[];
    const items: FieldValues<typeof values>[] = [];
    const { fields } = from;
    for (let i = 1; i < words.length; i++) {
      // A vendor's words, and bits above 31, have sizes that are not known.
      const before = words[i - 1]!;
      const isSame = has(before, NEXT_RADIOTAP) && !has(before, NEXT_VENDOR) &&
        !has(before, TLVS);
      if (!isSame) break;
      const item = table.blank();
      from.fields = fields;
      table.read(from, item, { present: [words[i]], ...item });
      items.push(item as FieldValues<typeof values>);
    }
    from.fields = fields;
    return items;
  },
  write(to, items = []) {
    if (!Array.isArray(items)) to.refuse("be a list", items);
    const { present } = to.fields;
    const words: readonly unknown[] = Array.isArray(present) ? present : [];
    items.forEach((item: unknown, i) => {
      if (!isObject(item) || words[i + 1] === undefined) {
        return to.refuse("be objects, each with a word in present", item);
      }
      table.put(to, { ...item, present: [words[i + 1]] });
    });
  },
  random: () => undefined,
  text: (items) =>
    items.length === 0
      ? "none"
      : items.map((item) => table.text(item)).join("; "),
};
