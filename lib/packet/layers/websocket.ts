/**
 * WebSocket frames. Nothing on the wire tells that a connection has become one:
 * whoever has seen the handshake knows.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { choose, when } from "../compound.ts";
import { type Format, Stop } from "../format.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** Lengths in the first octets that stand for one of 16 or of 64 bits behind them. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

interface Frame {
  readonly length: number;
  readonly extendedLength: number | bigint | undefined;
  readonly maskingKey: Uint8Array | undefined;
}

/** Masks octets, or takes the mask off: it is the same (RFC 6455 §5.3). */
function masked(data: Uint8Array, key: Uint8Array | undefined): Uint8Array {
  return key === undefined ? data : data.map((octet, i) => octet ^ key[i & 3]!);
}

/** The data of a frame, without the mask. */
const data: Format<Uint8Array> = {
  ...octets(),
  about: "octets without their mask",
  takesOctets: true,
  read(from) {
    const frame = from.fields as unknown as Frame;
    const length = Number(frame.extendedLength ?? frame.length);
    const { at, left } = from;
    if (length > left) from.note(new Stop("cut short", at, length, left));
    return masked(from.bytes(Math.min(length, left)), frame.maskingKey);
  },
  write(to, value = new Uint8Array()) {
    const { maskingKey } = to.fields as unknown as Frame;
    if (!(value instanceof Uint8Array)) to.refuse("be octets", value);
    to.bytes(masked(value, maskingKey));
  },
  random: (random, { length, extendedLength }) =>
    Uint8Array.from(
      { length: Math.min(Number(extendedLength ?? length ?? 0), 300) },
      () => Math.floor(random() * 256),
    ),
};

const anyLength = when(
  { length: [LENGTH_16, LENGTH_64] },
  choose("length", { [LENGTH_64]: { bits: 64 } }, 16),
);

const extendedLength: typeof anyLength = {
  ...anyLength,
  // No more than a random frame has.
  random: (random, fields) => {
    const made = anyLength.random(random, fields);
    if (made === undefined) return undefined;
    return typeof made === "bigint" ? made % 300n : Number(made) % 300;
  },
};

/** The fields of a WebSocket frame. */
export const websocketFields = {
  /** Whether the frame ends a message; three bits for extensions. */
  flags: ["FIN", "RSV1", "RSV2", "RSV3"],
  /** What the frame is. */
  opcode: {
    bits: 4,
    names: {
      0: "continuation",
      1: "text",
      2: "binary",
      8: "close",
      9: "ping",
      10: "pong",
    },
  },
  /** 1 if the data is masked, as a client's must be. */
  masked: 1,
  /** Octets of data up to 125; 126 and 127 if `extendedLength` says. */
  length: 7,
  /** Octets of data, where `length` is 126 (16 bits) or 127 (64 bits). */
  extendedLength,
  /** What the data is masked with. */
  maskingKey: when({ masked: 1 }, { octets: 4 }),
  /** The data, without the mask. */
  data,
} as const satisfies FieldTable;

/** One WebSocket frame; further ones are layers of their own. */
export const websocket: Layer<"websocket", typeof websocketFields> = layer(
  "websocket",
  websocketFields,
  {
    source: "RFC 6455 §5.2",
    under: [["websocket", 0]],
    select: () => 0,
    header: "parsed",
    defaults: { flags: ["FIN"], opcode: 1 },
    implied({ data, maskingKey }) {
      const size = data instanceof Uint8Array ? data.length : 0;
      const length = size < LENGTH_16
        ? { length: size }
        : size < 2 ** 16
        ? { length: LENGTH_16, extendedLength: size }
        : { length: LENGTH_64, extendedLength: BigInt(size) };
      return { ...length, ...maskingKey && { masked: 1 } };
    },
    summary: ({ opcode, length, extendedLength, flags }) =>
      `${websocketFields.opcode.names[opcode as 0] ?? `opcode ${opcode}`} ${
        extendedLength ?? length
      } octets${flags.includes("FIN") ? "" : ", more to come"}`,
  },
);
