/**
 * Transport Layer Security over TCP: one layer a record.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { record } from "../../compound.ts";
import { type Cursor, type Format, type Random, Stop } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import {
  handshakeMessages,
  isHandshake,
  type TlsMessage,
} from "./handshake.ts";
import { tlsAlerts, tlsVersions } from "./names.ts";

export type {
  TlsClientHello,
  TlsKeyExchange,
  TlsKeyExchangeInput,
  TlsMessage,
  TlsServerHello,
} from "./handshake.ts";

const ALERT = 21;
const HANDSHAKE = 22;

/** Octets of an alert that is not encrypted. */
const ALERT_LENGTH = 2;

/** The most octets in a record: 2^14, and 2048 that encryption may add (RFC 5246 §6.2.3). */
const MAX_LENGTH = 2 ** 14 + 2048;

/** The fields that say what the octets of a record are. */
interface RecordFields {
  readonly type: number;
  readonly length: number;
  readonly messages?: unknown;
  readonly alert?: unknown;
}

/**
 * Part of a record: its type says which there is, and whether the octets look
 * as if they were in the clear.
 */
function part<T, I>(
  format: Format<T, I>,
  isHere: (record: RecordFields, from: Cursor) => boolean,
  random: (random: Random, record: RecordFields) => unknown,
): Format<T | undefined, I> {
  return {
    ...format,
    empty: undefined,
    isQuiet: true,
    lengthIn: "length",
    read: (from) =>
      isHere(from.fields as unknown as RecordFields, from)
        ? format.read(from)
        : undefined,
    write(to, value) {
      if (value !== undefined) format.write(to, value);
    },
    random: (chance, fields) =>
      random(chance, fields as unknown as RecordFields),
    text: (value) => value === undefined ? "absent" : format.text(value),
  };
}

const messages = part(
  handshakeMessages,
  ({ type, length }, from) =>
    type === HANDSHAKE &&
    isHandshake(from.octets.subarray(from.at, from.end), length),
  (random, { type }) => {
    if (type !== HANDSHAKE) return undefined;
    const made = handshakeMessages.random(random, {}) as readonly TlsMessage[];
    return made.length === 0 ? undefined : made;
  },
);

const alertRecord = record({
  level: { bits: 8, names: { 1: "warning", 2: "fatal" } },
  description: { bits: 8, names: tlsAlerts },
}, "an alert");

const alert = part(
  alertRecord,
  ({ type, length }) => type === ALERT && length === ALERT_LENGTH,
  (random, { type }) =>
    type === ALERT ? alertRecord.random(random, {}) : undefined,
);

/** Octets up to the end of the record, or as many of them as there are. */
const rest: Format<Uint8Array> = {
  ...octets("length"),
  read(from) {
    const length = Number(from.fields.length);
    const { at, left } = from;
    if (length > left) from.note(new Stop("cut short", at, length, left));
    return from.bytes(Math.min(length, left));
  },
};

const fragment = part(
  rest,
  ({ messages, alert }) => messages === undefined && alert === undefined,
  (random, { type, messages, alert }) => {
    if (messages !== undefined || alert !== undefined) return undefined;
    const made = rest.random(random, {}) as Uint8Array;
    // Not what could be taken for a message.
    return type === HANDSHAKE ? made.fill(0xff) : made;
  },
);

/** The fields of a TLS record. */
export const tlsFields = {
  /** What the record carries. */
  type: {
    bits: 8,
    names: {
      20: "changeCipherSpec",
      21: "alert",
      22: "handshake",
      23: "applicationData",
      24: "heartbeat",
    },
  },
  /** Version of the record layer; TLS 1.3 still says TLS 1.2 here. */
  version: { bits: 16, show: "hex", names: tlsVersions },
  /** Octets of content, up to 2^14, and some more if they are encrypted. */
  length: 16,
  /** Handshake messages in the clear. */
  messages,
  /** An alert in the clear. */
  alert,
  /**
   * All other content as it is: encrypted, a change of cipher, a message that
   * starts or ends in another record.
   */
  fragment,
} as const satisfies FieldTable;

/**
 * One record of TLS; a segment may have several, one layer each. A message that
 * spans segments can be read once the stream has been put together.
 */
export const tls: Layer<"tls", typeof tlsFields> = layer("tls", tlsFields, {
  source: "RFC 8446 §5.1, RFC 5246 §6.2.1",
  under: [
    ["tls", 0],
    ...[443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 2083, 3269, 4433]
      .map((port) => ["tcp", port] as const),
    ...[5061, 5671, 5986, 6514, 6697, 8443, 8883, 9443]
      .map((port) => ["tcp", port] as const),
  ],
  header: "parsed",
  select: () => 0,
  tentative: true,
  check: ({ type, version, length }) => {
    const isRecord = type >= 20 && type <= 24 && version >> 8 === 3 &&
      (version & 0xff) <= 4 && length <= MAX_LENGTH;
    return isRecord ? undefined : "no TLS record";
  },
  defaults: { version: 0x0303 },
  implied: ({ messages, alert }) => ({
    ...messages && { type: HANDSHAKE },
    ...alert && { type: ALERT },
  }),
  summary: ({ type, length, messages, alert, fragment }) => {
    const name = tlsFields.type.names[type as 20] ?? `type ${type}`;
    if (alert) {
      const { level, description } = alert;
      return `${name} ${level === 2 ? "fatal" : "warning"} ${
        tlsAlerts[description] ?? description
      }`;
    }
    if (messages) return `${name} ${messages.map(told).join(", ")}`;
    const here = fragment && fragment.length < length
      ? `${fragment.length} of `
      : "";
    return `${name} ${here}${length} ${length === 1 ? "octet" : "octets"}`;
  },
});

/** Says a message in a word, and whom a client wants to speak to. */
function told(message: TlsMessage): string {
  if (message.kind !== "clientHello") return String(message.kind);
  const [first] = (message.extensions ?? []).flatMap((extension) =>
    extension.kind === "serverName" ? extension.names : []
  );
  return first ? `clientHello for ${first.name}` : "clientHello";
}
