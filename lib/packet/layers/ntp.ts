/**
 * The Network Time Protocol, versions 1 to 4, with its control messages.
 *
 * @module
 */

import { Address, address } from "../../ip/address.ts";
import { layer } from "../codec.ts";
import { record, when } from "../compound.ts";
import type { Cursor, Fields, Format } from "../format.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { optional } from "../optional.ts";
import { options } from "../options.ts";
import { paddedText, textOrOctets } from "../text_or_octets.ts";
import { valueText } from "../value.ts";

/** Seconds from 1900, where NTP starts to count, to 1970. */
const TO_1970 = 2_208_988_800n;
const ERA = 2n ** 32n;
const NS = 1_000_000_000n;

/**
 * Turns a timestamp of NTP into an instant. Seconds below 2^31 are taken as of
 * the era that starts in 2036 (RFC 4330 §3).
 *
 * @param timestamp Seconds since 1900 in the upper 32 bits, fractions below.
 * @returns The instant; `undefined` for 0, which stands for "not known".
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const time = net.packet.ntpTime(0xe91fb280_80000000n);
 * assert.equal(`${time}`, "2023-12-10T03:44:00.5Z");
 * assert.equal(net.packet.ntpTime(0n), undefined);
 * ```
 */
export function ntpTime(timestamp: bigint): Temporal.Instant | undefined {
  if (timestamp === 0n) return undefined;
  const seconds = timestamp >> 32n;
  const era = seconds < ERA / 2n ? ERA : 0n;
  // To the nearest nanosecond, of which a unit of the fraction is a quarter.
  const fraction = ((timestamp & (ERA - 1n)) * NS + ERA / 2n) >> 32n;
  return Temporal.Instant.fromEpochNanoseconds(
    (seconds + era - TO_1970) * NS + fraction,
  );
}

/** Seconds since 1900 in the upper 32 bits, fractions of one in the lower. */
const timestamp: Format<bigint, bigint | number> = {
  about: "64 bits: seconds since 1900 and fractions",
  empty: 0n,
  read: (from) => from.view.getBigUint64(from.take(8)),
  write(to, value = 0) {
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    const big = isWhole ? BigInt(value) : -1n;
    if (big < 0n || big >= 2n ** 64n) {
      to.refuse("be a whole number of 64 bits", value, RangeError);
    }
    const at = to.room(8);
    to.view.setBigUint64(at, big);
  },
  random: (random) =>
    BigInt(Math.floor(random() * 2 ** 32)) << 32n |
    BigInt(Math.floor(random() * 2 ** 32)),
  text: (value) => {
    const hex = `0x${value.toString(16).padStart(16, "0")}`;
    const time = ntpTime(value);
    return time === undefined ? hex : `${hex} ${time}`;
  },
};

/** Seconds in 32 bits, 16 of them for the fraction (RFC 5905 §6). */
const shortTime: Format<number> = {
  about: "32 bits: seconds and fractions",
  empty: 0,
  read: (from) => from.u32() / 65_536,
  write(to, value = 0) {
    const parts = Math.round(value * 65_536);
    if (!(parts >= 0 && parts < 2 ** 32)) {
      to.refuse("be seconds from 0 to 65535", value, RangeError);
    }
    to.u32(parts);
  },
  random: (random) => Math.floor(random() * 2 ** 32) / 65_536,
  text: (value) => `${Number(value.toFixed(6))} s`,
};

/** The logarithm to base 2 of some seconds; it may be below 0. */
const logSeconds: Format<number> = {
  about: "8 bits, signed: the logarithm of seconds",
  empty: 0,
  read: (from) => from.u8() << 24 >> 24,
  write(to, value = 0) {
    if (!(Number.isInteger(value) && value >= -128 && value < 128)) {
      to.refuse("be a whole number from -128 to 127", value, RangeError);
    }
    to.u8(value);
  },
  random: (random) => Math.floor(random() * 256) - 128,
  text: (value) => `${value} (${Number((2 ** value).toPrecision(3))} s)`,
};

const letters = paddedText(4);

/** Whether a reference is told in letters: that of a clock, or a kiss of death. */
function isNamed({ stratum }: Fields): boolean {
  return Number(stratum ?? 0) < 2;
}

/** By stratum four letters or the address of the server (RFC 5905 §7.3). */
const reference: Format<
  string | Uint8Array | Address,
  string | Uint8Array | Address
> = {
  about: "up to 4 letters, or an address",
  takesOctets: true,
  read: (from) =>
    isNamed(from.header)
      ? letters.read(from)
      : new Address(4, 0, 0, 0, from.u32() | 0),
  write(to, value) {
    if (value === undefined || value instanceof Uint8Array) {
      return letters.write(to, value);
    }
    if (typeof value === "string" && isNamed(to.header)) {
      return letters.write(to, value);
    }
    const { family, w3 } = address(value);
    if (family !== 4) to.refuse("be an IPv4 address", value);
    to.u32(w3);
  },
  random: (random, fields) =>
    isNamed(fields)
      ? letters.random(random, fields)
      : new Address(4, 0, 0, 0, Math.floor(random() * 2 ** 32) | 0),
  text: (value) => valueText(value),
};

/** The longest digest with its key: what is longer is an extension field. */
const MOST_MAC = 24;

const listed = options({
  kind: 16,
  length: 16,
  covers: "option",
  kinds: {
    // RFC 8915 §5.3 to §5.6
    0x0104: ["uniqueIdentifier", { id: octets() }],
    0x0204: ["ntsCookie", { cookie: octets() }],
    0x0304: ["ntsCookiePlaceholder", { octets: octets() }],
    0x0404: ["ntsAuthenticator", {
      nonceLength: 16,
      ciphertextLength: 16,
      octets: octets(),
    }],
    // RFC 7821 §3.2
    0x2005: ["checksumComplement", { octets: octets() }],
  },
});

/** Extension fields, as far as there is no authentication code (RFC 7822 §3). */
const extensionFields: typeof listed = {
  ...listed,
  read(from: Cursor) {
    const { octets, end } = from;
    let at = from.at;
    while (end - at > MOST_MAC && Number(from.header.version) > 3) {
      const length = octets[at + 2]! << 8 | octets[at + 3]!;
      if (length < 16 || length % 4 !== 0 || length > end - at) {
        return from.fail(`extension field of ${length} octets`, at);
      }
      at += length;
    }
    return from.within(at - from.at, (from) => listed.read(from));
  },
  random: (random, { version }) =>
    Number(version) > 3 && random() < 0.5
      ? [{
        kind: "uniqueIdentifier",
        id: Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256)),
      }]
      : [],
};

/** A digest: of MD5, of SHA-1 or another one's first 20 octets, or none. */
const digest: Format<Uint8Array> = {
  ...octets(),
  random: (random) =>
    Uint8Array.from(
      { length: random() < 0.5 ? 16 : 20 },
      () => Math.floor(random() * 256),
    ),
};

/** Whether a message tells the time, as all do but those of modes 6 and 7. */
const isTime = ({ mode = 0 }: { readonly mode?: number }) => mode < 6;

const timeOf = when(isTime, timestamp);

/** The fields of a message of NTP. */
export const ntpFields = {
  /** Whether the last minute of the day has 61 or 59 seconds. */
  leap: {
    bits: 2,
    names: {
      0: "no warning",
      1: "61 seconds",
      2: "59 seconds",
      3: "not synchronized",
    },
  },
  /** The version: 4, or 3 and less of old. */
  version: 3,
  /** Who speaks to whom. */
  mode: {
    bits: 3,
    names: {
      1: "symmetric active",
      2: "symmetric passive",
      3: "client",
      4: "server",
      5: "broadcast",
      6: "control",
      7: "private",
    },
  },
  /** Steps from a clock: 1 is beside it; 0 says nothing, or is a kiss of death. */
  stratum: when(isTime, 8),
  /** How often is asked: the logarithm to base 2 of seconds. */
  poll: when(isTime, logSeconds),
  /** How exact the clock is: the logarithm to base 2 of seconds. */
  precision: when(isTime, logSeconds),
  /** The way to the clock and back, in seconds. */
  rootDelay: when(isTime, shortTime),
  /** How far off the clock may be, in seconds. */
  rootDispersion: when(isTime, shortTime),
  /** The clock by letters, a kiss code, or the server that the sender goes by. */
  referenceId: when(isTime, reference),
  /** When the clock was last set. */
  referenceTimestamp: timeOf,
  /** When the request left the client, by the client's clock. */
  originTimestamp: timeOf,
  /** When the request came to the server. */
  receiveTimestamp: timeOf,
  /** When this message was sent. */
  transmitTimestamp: timeOf,
  /** Extension fields (RFC 7822). */
  extensions: when(isTime, extensionFields),
  /** The key and the digest under it; a digest of 0 octets refuses. */
  mac: when(isTime, optional(record({ keyId: 32, digest }))),
  /** A control message (RFC 9327 §2). */
  control: when(
    { mode: 6 },
    record({
      response: 1,
      error: 1,
      more: 1,
      opcode: {
        bits: 5,
        names: {
          1: "read status",
          2: "read variables",
          3: "write variables",
          4: "read clock variables",
          5: "write clock variables",
          6: "set trap",
          7: "trap",
          8: "configure",
          9: "export configuration",
          10: "read most recently used",
          11: "read ordered list",
          12: "request nonce",
          31: "unset trap",
        },
      },
      sequence: 16,
      status: { bits: 16, show: "hex" },
      associationId: 16,
      offset: 16,
      count: 16,
      data: textOrOctets("count"),
      rest: octets(),
    }),
  ),
  /** A message of mode 7, which each server has its own of. */
  private: when({ mode: 7 }, octets()),
} as const satisfies FieldTable;

/** NTP. */
export const ntp: Layer<"ntp", typeof ntpFields> = layer("ntp", ntpFields, {
  source: "RFC 5905 §7.3",
  under: [["udp", 123]],
  header: "parsed",
  defaults: { version: 4, mode: 3 },
  summary({ version, mode, stratum, transmitTimestamp, control }) {
    const who = ntpFields.mode.names[mode as 1] ?? `mode ${mode}`;
    if (control !== undefined) {
      return `v${version} control opcode ${control.opcode}${
        control.response === 1 ? " response" : ""
      }`;
    }
    const time = ntpTime(transmitTimestamp ?? 0n);
    return `v${version} ${who}${mode === 3 ? "" : ` stratum ${stratum}`}${
      time === undefined ? "" : ` ${time}`
    }`;
  },
});
