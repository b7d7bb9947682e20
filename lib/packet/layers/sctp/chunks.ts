/**
 * The chunks of SCTP.
 *
 * @module
 */

import { isObject, list, record } from "../../compound.ts";
import { type Cursor, type Fields, type Format, Stop } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldInputs, FieldTable, FieldValues } from "../../layer.ts";
import { compileTable, type Table } from "../../table.ts";
import { valueText } from "../../value.ts";
import { causes, parameters } from "./parameters.ts";

/** No flag is in use. */
const NONE = { flags: { bits: 8, show: "hex" } } as const;

/** How a data chunk is sent; the last two: its message's first, its message's last. */
const DATA = {
  reserved: 4,
  immediate: 1,
  unordered: 1,
  beginning: 1,
  ending: 1,
} as const;

/** Whether the tag is the receiver's own, as the sender has none (flag T). */
const TAGLESS = { reserved: 7, reflected: 1 } as const;

/** How an association begins; the window is in octets (RFC 9260 §3.3.2). */
const INIT = {
  initiateTag: { bits: 32, show: "hex" },
  window: 32,
  outboundStreams: 16,
  inboundStreams: 16,
  initialTsn: 32,
  parameters,
} as const;

/** The kinds of chunks: name, flags, and what follows the length. */
type Kinds = Readonly<
  Record<number, readonly [name: string, flags: FieldTable, body: FieldTable]>
>;

/**
 * The kinds of chunks (IANA's "SCTP Chunk Types"): the name, the flags, and what
 * follows the length. TSN: transmission sequence number.
 */
export const sctpChunkKinds = {
  // RFC 9260 §3.3
  0: ["data", DATA, {
    tsn: 32,
    streamId: 16,
    streamSequence: 16,
    payloadProtocol: 32,
    data: octets(),
  }],
  1: ["init", NONE, INIT],
  2: ["initAck", NONE, INIT],
  // Blocks count from the cumulative TSN.
  3: ["sack", NONE, {
    cumulativeTsn: 32,
    window: 32,
    blockCount: 16,
    duplicateCount: 16,
    blocks: list(record({ start: 16, end: 16 }), { count: "blockCount" }),
    duplicates: list(32, { count: "duplicateCount" }),
  }],
  4: ["heartbeat", NONE, { parameters }],
  5: ["heartbeatAck", NONE, { parameters }],
  6: ["abort", TAGLESS, { causes }],
  7: ["shutdown", NONE, { cumulativeTsn: 32 }],
  8: ["shutdownAck", NONE, {}],
  9: ["error", NONE, { causes }],
  10: ["cookieEcho", NONE, { cookie: octets() }],
  11: ["cookieAck", NONE, {}],
  // RFC 9260, appendix A
  12: ["ecnEcho", NONE, { lowestTsn: 32 }],
  13: ["cwr", NONE, { lowestTsn: 32 }],
  14: ["shutdownComplete", TAGLESS, {}],
  // RFC 4895 §4.1
  15: ["auth", NONE, { keyId: 16, algorithm: 16, hmac: octets() }],
  // RFC 8260 §2.1: of a message's first part the protocol, of others the number.
  64: ["iData", DATA, {
    tsn: 32,
    streamId: 16,
    reserved2: 16,
    messageId: 32,
    protocolOrFragment: 32,
    data: octets(),
  }],
  // RFC 5061 §4.1, RFC 6525 §3.1, RFC 4820 §3
  128: ["asconfAck", NONE, { serial: 32, parameters }],
  130: ["reConfig", NONE, { parameters }],
  132: ["pad", NONE, { octets: octets() }],
  // RFC 3758 §3.2
  192: ["forwardTsn", NONE, {
    cumulativeTsn: 32,
    streams: list(record({ id: 16, sequence: 16 })),
  }],
  // RFC 5061 §4.1.1: the first parameter is an address.
  193: ["asconf", NONE, { serial: 32, parameters }],
  // RFC 8260 §2.3.1
  194: ["iForwardTsn", NONE, {
    cumulativeTsn: 32,
    streams: list(
      record({ id: 16, reserved: 15, unordered: 1, messageId: 32 }),
    ),
  }],
} as const satisfies Kinds;

/** A chunk: its kind by name and its fields; of an unknown kind the octets. */
export type SctpChunk =
  | {
    readonly [K in keyof typeof sctpChunkKinds]:
      (typeof sctpChunkKinds)[K] extends readonly [
        infer N,
        infer G extends FieldTable,
        infer B extends FieldTable,
      ] ? { readonly kind: N } & FieldValues<G> & FieldValues<B>
        : never;
  }[keyof typeof sctpChunkKinds]
  | UnknownChunk;

/** A chunk of a kind, or of a length, that is not known. */
export interface UnknownChunk {
  /** Its number. */
  readonly kind: number;
  /** Its flags. */
  readonly flags: number;
  /** What it holds, without kind, flags and length. */
  readonly octets: Uint8Array;
}

/** A chunk to build; one without fields may be just its name. */
export type SctpChunkInput =
  | {
    readonly [K in keyof typeof sctpChunkKinds]:
      (typeof sctpChunkKinds)[K] extends readonly [
        infer N,
        infer G extends FieldTable,
        infer B extends FieldTable,
      ] ? ({ readonly kind: N } & FieldInputs<G> & FieldInputs<B>) | N
        : never;
  }[keyof typeof sctpChunkKinds]
  | Partial<UnknownChunk> & { readonly kind: number };

interface Entry {
  readonly number: number;
  readonly name: string;
  readonly flags: Table;
  readonly body: Table;
}

const ENTRIES: readonly Entry[] = Object.entries(sctpChunkKinds as Kinds).map(
  ([number, [name, flags, body]]) => ({
    number: Number(number),
    name,
    flags: compileTable(name, flags),
    body: compileTable(name, body),
  }),
);
const BY_NUMBER = new Map(ENTRIES.map((entry) => [entry.number, entry]));
const BY_NAME = new Map(ENTRIES.map((entry) => [entry.name, entry]));
const NAMES = [...BY_NAME.keys()].join(", ");

/** Octets of kind, flags and length. */
const HEAD = 4;

type AnyChunk = Fields & { readonly kind: string | number };

const chunk: Format<AnyChunk, AnyChunk | string> = {
  about: "a chunk",
  read(from) {
    const { at } = from;
    const kind = from.u8();
    const flags = from.u8();
    const length = from.u16() - HEAD;
    if (length < 0) {
      from.fail(`chunk of ${length + HEAD} octets, 4 at least`, at);
    }
    const value = from.within(
      length,
      (from) => valueOf(from, BY_NUMBER.get(kind), kind, flags, at + 1),
    );
    // The last chunk's padding may be missing.
    from.take(Math.min(-length & 3, from.left));
    return value;
  },
  write(to, given) {
    const value = typeof given === "string" ? { kind: given } : given;
    if (!isObject(value) || !("kind" in value)) {
      return to.refuse(`be a chunk with its kind (${NAMES})`, value);
    }
    const { kind, ...fields } = value as AnyChunk;
    const entry = typeof kind === "string" ? BY_NAME.get(kind) : undefined;
    const at = to.at;
    if (entry !== undefined) {
      const [flags, others] = parted(fields, entry.flags);
      to.u8(entry.number);
      entry.flags.write(to, flags);
      to.u16(0);
      entry.body.write(to, others);
    } else {
      const { flags = 0, octets = new Uint8Array(), ...others } = fields;
      const isNumber = typeof kind === "number" && kind >= 0 && kind < 256;
      if (!isNumber) return to.refuse(`have a kind of ${NAMES}`, kind);
      const [other] = Object.keys(others);
      if (other !== undefined) to.refuse("have flags and octets alone", other);
      if (!(octets instanceof Uint8Array)) to.refuse("have octets", octets);
      to.u8(kind);
      to.u8(Number(flags));
      to.u16(0);
      to.bytes(octets as Uint8Array);
    }
    const length = to.at - at;
    if (length > 0xffff) {
      to.refuse("be up to 65535 octets", `${length} octets`, RangeError);
    }
    to.view.setUint16(at + 2, length);
    to.room(-length & 3);
  },
  random(random, outer) {
    const { name, flags, body } = ENTRIES[
      Math.floor(random() * ENTRIES.length)
    ]!;
    const made = flags.random(random, outer);
    return { kind: name, ...made, ...body.random(random, made) };
  },
  text(value) {
    const entry = BY_NAME.get(String(value.kind));
    if (entry === undefined) return valueText(value);
    const fields = entry.body.text(value);
    return fields === "" ? entry.name : `${entry.name} ${fields}`;
  },
};

/** The fields that a chunk's flags have, and all others. */
function parted(
  fields: Fields,
  flags: Table,
): readonly [flags: Fields, others: Fields] {
  const parts = Object.groupBy(
    Object.entries(fields),
    ([name]) => flags.names.includes(name) ? "flags" : "others",
  );
  return [
    Object.fromEntries(parts.flags ?? []),
    Object.fromEntries(parts.others ?? []),
  ];
}

function valueOf(
  from: Cursor,
  entry: Entry | undefined,
  kind: number,
  flags: number,
  flagsAt: number,
): AnyChunk {
  const { at, fields, trouble } = from;
  if (entry !== undefined) {
    const made = {
      kind: entry.name,
      ...entry.flags.blank(),
      ...entry.body.blank(),
    };
    try {
      from.at = flagsAt;
      entry.flags.read(from, made);
      from.at = at;
      entry.body.read(from, made);
      if (from.left === 0) return made;
      from.note(new Stop(`chunk ${entry.name} with too many octets`, from.at));
    } catch (stop) {
      from.note(stop);
    }
    // Its length is not one that this kind has: what it means is not sure.
    from.trouble = trouble ?? from.trouble;
    from.fields = fields;
    from.at = at;
  }
  return { kind, flags, octets: from.bytes() };
}

/** The chunks of a packet. */
export const sctpChunks = list(
  chunk as Format<unknown, never>,
) as unknown as Format<readonly SctpChunk[], readonly SctpChunkInput[]>;
