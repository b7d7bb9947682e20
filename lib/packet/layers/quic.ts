/**
 * QUIC: what of its packets can be read without the connection's keys.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, when } from "../compound.ts";
import type { Format } from "../format.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { varint } from "../varint.ts";

/** What a packet is for; a long header says it in two bits, each version its way. */
export type QuicType =
  | "initial"
  | "zeroRtt"
  | "handshake"
  | "retry"
  | "versionNegotiation"
  | "oneRtt";

const V1 = 1;
const V2 = 0x6b3343cf;

/** The types by their number in version 1 (RFC 9000 §17.2). */
const TYPES = ["initial", "zeroRtt", "handshake", "retry"] as const;
/** The types by their number in version 2 (RFC 9369 §3.2). */
const TYPES_V2 = ["retry", "initial", "zeroRtt", "handshake"] as const;

/** The first and the last draft with the packets of version 1. */
const DRAFTS = [0xff000019, 0xff000022] as const;

/** Octets of a connection ID in the versions that are known, at the most. */
const MAX_ID = 20;
/** Octets of a Retry's integrity tag. */
const TAG = 16;

/** The versions' names, as shown and taken. */
const versions = {
  0: "versionNegotiation",
  [V1]: "v1",
  [V2]: "v2",
} as const;

/** What the fields in front say. */
interface Start {
  readonly headerForm?: unknown;
  readonly typeBits?: unknown;
  readonly version?: unknown;
}

/** A version by number or by name; not given, it is the first. */
function versionOf(version: unknown): number {
  if (typeof version !== "string") return Number(version ?? V1);
  return Number(
    Object.entries(versions).find(([, name]) => name === version)?.[0],
  );
}

/** The types of a version by their number, if the version is known. */
function typesOf(version: number): readonly QuicType[] | undefined {
  if (version === V2) return TYPES_V2;
  const isLikeV1 = version === V1 ||
    version >= DRAFTS[0] && version <= DRAFTS[1];
  return isLikeV1 ? TYPES : undefined;
}

const isLong = ({ headerForm }: Start): boolean => headerForm === 1;

function typeOf(start: Start): QuicType | undefined {
  if (!isLong(start)) return "oneRtt";
  const version = versionOf(start.version);
  if (version === 0) return "versionNegotiation";
  return typesOf(version)?.[Number(start.typeBits ?? 0)];
}

/** A field that takes no octets: it says what other fields mean. */
function derived<T extends string | number>(
  about: string,
  valueOf: (start: Start) => T | undefined,
): Format<T | undefined, T> {
  return {
    about,
    isQuiet: true,
    read: (from) => valueOf(from.fields),
    write(to, value) {
      const said = valueOf(to.fields);
      if (value !== undefined && value !== said) {
        to.refuse(`be ${said}, as other fields say`, value);
      }
    },
    random: (_, fields) => valueOf(fields),
    text: (value) => String(value),
  };
}

const plainVersion = when({ headerForm: 1 }, {
  bits: 32,
  show: "hex",
  names: versions,
});

const version: typeof plainVersion = {
  ...plainVersion,
  write: (to, value) =>
    plainVersion.write(to, isLong(to.fields) ? value ?? V1 : value),
  random: (random, fields) =>
    isLong(fields)
      ? [0, V1, V2, DRAFTS[1], 0x1a2a3a4a][Math.floor(random() * 5)]
      : undefined,
};

/** A connection ID with its length in front, where there is one. */
const connectionId = when(
  isLong,
  {
    about: "a connection ID, with its length",
    takesOctets: true,
    read(from) {
      const { at } = from;
      const length = from.u8();
      const isKnown = typesOf(versionOf(from.fields.version)) !== undefined;
      if (isKnown && length > MAX_ID) {
        from.fail(`connection ID of ${length} octets, ${MAX_ID} at most`, at);
      }
      return from.bytes(length);
    },
    write(to, value = new Uint8Array()) {
      if (!(value instanceof Uint8Array)) to.refuse("be octets", value);
      const isKnown = typesOf(versionOf(to.fields.version)) !== undefined;
      const most = isKnown ? MAX_ID : 255;
      if (value.length > most) {
        to.refuse(`be up to ${most} octets`, value, RangeError);
      }
      to.u8(value.length);
      to.bytes(value);
    },
    random: (random, fields) =>
      octets(8 * (random() * 3 | 0)).random(random, fields),
    text: (value) => octets().text(value),
  } satisfies Format<Uint8Array>,
);

const has = (...types: readonly (QuicType | undefined)[]) => (start: Start) =>
  types.includes(typeOf(start));

const tokenLength = varint();

/** An Initial's token has its length in front; a Retry's ends before the tag. */
const token = when(
  has("initial", "retry"),
  {
    about: "a token",
    takesOctets: true,
    read(from) {
      if (typeOf(from.fields) === "initial") {
        return from.bytes(tokenLength.read(from));
      }
      if (from.left < TAG) from.take(TAG);
      return from.bytes(from.left - TAG);
    },
    write(to, value = new Uint8Array()) {
      if (!(value instanceof Uint8Array)) to.refuse("be octets", value);
      if (typeOf(to.fields) === "initial") {
        tokenLength.write(to, value.length);
      }
      to.bytes(value);
    },
    random: (random, fields) => octets().random(random, fields),
    text: (value) => octets().text(value),
  } satisfies Format<Uint8Array>,
);

const integrityTag = { ...octets(TAG), takesOctets: true };

// Two octets, as is usual: most of those who write a packet put its length in
// when the rest is done.
const plainLength = varint(2);

const hasLength = has("initial", "zeroRtt", "handshake");

const length = when(hasLength, {
  ...plainLength,
  write(to, value) {
    const { content } = to.fields;
    const known = content instanceof Uint8Array ? content.length : 0;
    plainLength.write(to, value ?? known);
  },
  // It is that of what follows.
  random: () => undefined,
});

/** Octets up to the packet's end, or as many of them as there are. */
const content = when(
  has("initial", "zeroRtt", "handshake", "oneRtt", undefined),
  {
    ...octets(),
    takesOctets: true,
    read(from) {
      const { left } = from;
      const stated = hasLength(from.fields) ? Number(from.fields.length) : left;
      if (stated > left) from.note(from.cut(stated));
      return from.bytes(Math.min(stated, left));
    },
  } satisfies Format<Uint8Array>,
);

/** Whether the datagram goes on; no octet says so. */
const coalesced: Format<boolean> = {
  about: "whether more follows in the datagram",
  isQuiet: true,
  read: (from) => from.left > 0,
  write(to, value) {
    if (value !== undefined && typeof value !== "boolean") {
      to.refuse("be true or false", value);
    }
  },
  random: () => undefined,
  text: (value) => String(value),
};

/** The fields of a QUIC packet. */
export const quicFields = {
  /** A long header is that of a packet before the keys are agreed on. */
  headerForm: { bits: 1, names: { 0: "short", 1: "long" } },
  /** 1, but in version negotiation and where RFC 9287 greases it. */
  fixedBit: 1,
  /** Of a long header the type, of a short one the spin bit and a protected one. */
  typeBits: 2,
  /** Bits that mean something only after header protection is taken off. */
  protectedBits: 4,
  /** Of a long header: the version; 0 for version negotiation. */
  version,
  /** What the packet is; `undefined` in a version that is not known. */
  type: derived("what the packet is", typeOf),
  /** Of a short header: the bit that lets others see the round-trip time. */
  spinBit: derived(
    "the spin bit",
    (start) => isLong(start) ? undefined : Number(start.typeBits ?? 0) >> 1,
  ),
  /** Destination connection ID; that of a short header is in `content`. */
  dcid: connectionId,
  /** Source connection ID. */
  scid: connectionId,
  /** Of version negotiation: the versions that the server speaks. */
  supportedVersions: when(
    has("versionNegotiation"),
    list({ bits: 32, show: "hex", names: versions }),
  ),
  /** Of an Initial: what a server gave to come back with; of a Retry: that. */
  token,
  /** Of a Retry: proof that it is an answer to the Initial (RFC 9001 §5.8). */
  integrityTag: when(has("retry"), integrityTag),
  /** Octets of `content`, where the packet may have others behind it. */
  length,
  /**
   * Packet number and payload, protected. Of a short header the destination
   * connection ID is in front, of a length that its owner alone knows; of an
   * unknown version it is all behind the connection IDs.
   */
  content,
  /** Whether more octets follow in the datagram, mostly another packet. */
  coalesced,
} as const satisfies FieldTable;

/** One QUIC packet; a datagram may have several, one layer each. */
export const quic: Layer<"quic", typeof quicFields> = layer(
  "quic",
  quicFields,
  {
    source: "RFC 8999, RFC 9000 §17, RFC 9369 §3",
    under: [["quic", 0], ["udp", 443]],
    header: "parsed",
    select: ({ coalesced }) => coalesced ? 0 : -1,
    tentative: true,
    // Padding behind a packet has neither bit.
    check: ({ headerForm, fixedBit }) =>
      headerForm === 0 && fixedBit === 0 ? "no QUIC packet" : undefined,
    defaults: { headerForm: 1, fixedBit: 1 },
    implied(values) {
      const { type, spinBit, supportedVersions } = values;
      if (type === "oneRtt" || spinBit !== undefined) {
        return { headerForm: 0, typeBits: spinBit === 1 ? 2 : 0 };
      }
      if (type === "versionNegotiation" || supportedVersions !== undefined) {
        return { headerForm: 1, version: 0 };
      }
      const bits = typesOf(versionOf(values.version))
        ?.indexOf(type as QuicType);
      return bits === undefined || bits < 0
        ? {}
        : { headerForm: 1, typeBits: bits };
    },
    summary({ type, version, dcid, scid, content, supportedVersions }) {
      const name = type ?? "long header";
      if (dcid === undefined) return `${name} ${content?.length ?? 0} octets`;
      const said = versions[version as 1] ??
        `version 0x${version?.toString(16).padStart(8, "0")}`;
      const offered = supportedVersions?.map((one) =>
        versions[one as 1] ?? `0x${one.toString(16).padStart(8, "0")}`
      ).join(", ");
      return `${name} ${offered ?? said} dcid ${dcid.toHex() || "none"} scid ${
        scid?.toHex() || "none"
      }`;
    },
  },
);
