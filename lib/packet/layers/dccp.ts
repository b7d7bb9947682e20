/**
 * The Datagram Congestion Control Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { choose, list, when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { options } from "../options.ts";

/** IANA's "Packet Types" of DCCP (RFC 4340 §5.1). */
const TYPES = {
  0: "request",
  1: "response",
  2: "data",
  3: "ack",
  4: "dataAck",
  5: "closeRequest",
  6: "close",
  7: "reset",
  8: "sync",
  9: "syncAck",
} as const;

/** The packets that acknowledge. */
const ACKS = [1, 3, 4, 5, 6, 7, 8, 9];

const feature = { feature: 8, values: octets() } as const;

/** The options of DCCP (RFC 4340 §5.8); all numbers below 32 stand alone. */
const dccpOptions = options({
  covers: "option",
  single: Array.from({ length: 32 }, (_, kind) => kind),
  kinds: {
    0: ["padding", {}],
    1: ["mandatory", {}],
    2: ["slowReceiver", {}],
    32: ["changeL", feature],
    33: ["confirmL", feature],
    34: ["changeR", feature],
    35: ["confirmR", feature],
    36: ["initCookie", { octets: octets() }],
    37: ["ndpCount", { octets: octets() }],
    38: ["ackVector0", { states: list({ bits: 8, show: "hex" }) }],
    39: ["ackVector1", { states: list({ bits: 8, show: "hex" }) }],
    40: ["dataDropped", { blocks: list({ bits: 8, show: "hex" }) }],
    // In units of 10 microseconds
    41: ["timestamp", { time: 32 }],
    42: ["timestampEcho", { echo: 32, elapsed: octets() }],
    43: ["elapsedTime", { elapsed: octets() }],
    44: ["dataChecksum", { crc: { bits: 32, show: "hex" } }],
  },
});

/** The fields of a DCCP header. */
export const dccpFields = {
  /** Port of the sender. */
  srcPort: 16,
  /** Port of the receiver. */
  dstPort: 16,
  /** Header length in words of 4 octets. */
  dataOffset: 8,
  /** For the congestion control of the sender's half (RFC 4340 §5.1). */
  ccVal: 4,
  /** How much the checksum covers: 0 all, else the header and so many words less 1. */
  checksumCoverage: 4,
  /** Internet checksum of pseudo-header, header and what is covered. */
  checksum: { bits: 16, show: "hex" },
  /** Not in use. */
  reserved: 3,
  /** What kind of packet. */
  type: { bits: 4, names: TYPES },
  /** Whether sequence numbers have 48 bits and not 24 (flag X). */
  extended: 1,
  /** Not in use. */
  reserved2: when({ extended: 1 }, 8),
  /** The packet's number; without the flag its low 24 bits. */
  sequenceNumber: choose("extended", { 1: 48 }, 24),
  /** Not in use. */
  reserved3: when({ type: ACKS }, choose("extended", { 1: 16 }, 8)),
  /** The greatest number received; without the flag its low 24 bits. */
  acknowledgmentNumber: when(
    { type: ACKS },
    choose("extended", { 1: 48 }, 24),
  ),
  /** Which service is wanted, in four letters as a rule (RFC 4340 §8.1.2). */
  serviceCode: when({ type: [0, 1] }, { bits: 32, show: "hex" }),
  /** Why the connection is reset (RFC 4340 §5.6). */
  resetCode: when({ type: 7 }, 8),
  /** More of that. */
  resetData: when({ type: 7 }, { octets: 3 }),
  /** The options. */
  options: dccpOptions,
} as const satisfies FieldTable;

/** DCCP. */
export const dccp: Layer<"dccp", typeof dccpFields> = layer(
  "dccp",
  dccpFields,
  {
    source: "RFC 4340 §5.1",
    under: [["ipv4", 33], ["ipv6", 33]],
    header: { from: "dataOffset", octets: ({ dataOffset }) => dataOffset * 4 },
    headerUnit: 4,
    defaults: { extended: 1 },
    computed: { dataOffset: ({ header }) => header / 4 },
    checksum: {
      field: "checksum",
      over: "pseudo",
      coverage: ({ dataOffset, checksumCoverage }) =>
        checksumCoverage === 0
          ? undefined
          : (dataOffset + checksumCoverage - 1) * 4,
    },
    summary: ({ srcPort, dstPort, type, sequenceNumber }) =>
      `${srcPort} > ${dstPort} ${
        (TYPES as Readonly<Record<number, string>>)[type] ?? `type ${type}`
      } seq ${sequenceNumber}`,
  },
);
