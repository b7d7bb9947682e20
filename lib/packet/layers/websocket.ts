/**
 * The frames of WebSocket. Nothing on the wire tells where they are: a
 * connection starts as HTTP on any port, and turns into them.
 * {@linkcode websocketFrames} reads them from the octets of a stream.
 *
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { layer } from "../codec.ts";
import { record, when } from "../compound.ts";
import { Cursor, type Format } from "../format.ts";
import { octets } from "../formats.ts";
import { PARSE, type Parsed } from "../header.ts";
import type { FieldTable, Layer, View } from "../layer.ts";
import { textOrOctets } from "../text_or_octets.ts";
import { Verbatim } from "../verbatim.ts";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/** A length of 7 bits that says that one of 16, or of 64, follows. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Why a connection is closed (RFC 6455 §7.4.1, IANA's registry). */
const closeCodes = {
  1000: "normal",
  1001: "goingAway",
  1002: "protocolError",
  1003: "unsupportedData",
  1007: "invalidPayload",
  1008: "policyViolation",
  1009: "messageTooBig",
  1010: "mandatoryExtension",
  1011: "internalError",
  1012: "serviceRestart",
  1013: "tryAgainLater",
  1014: "badGateway",
} as const;

/** What the fields in front say. */
interface Start {
  readonly opcode?: unknown;
  readonly flags?: unknown;
  readonly length?: unknown;
  readonly extendedLength?: unknown;
  readonly maskingKey?: unknown;
}

/** Octets of payload. */
function lengthOf({ length, extendedLength }: Start): number {
  return Number(extendedLength ?? length ?? 0);
}

/** Whether the payload is as it was before an extension changed it (§5.2). */
function isPlain({ flags }: Start): boolean {
  return !(Array.isArray(flags) && flags.includes("RSV1"));
}

const hasReason = (start: Start): boolean =>
  Number(start.opcode) === CLOSE && lengthOf(start) >= 2 && isPlain(start);

/** Puts a mask on octets, or takes it off: the same one octet after the other. */
function mask(octets: Uint8Array, key: unknown): void {
  if (!(key instanceof Uint8Array)) return;
  for (let i = 0; i < octets.length; i++) octets[i]! ^= key[i % 4]!;
}

/** The octets of payload without their mask, or as many as there are. */
function unmasked(from: Cursor): Uint8Array {
  const { left, fields: { maskingKey } } = from;
  const length = lengthOf(from.fields);
  if (length > left) from.note(from.cut(length));
  const octets = from.bytes(Math.min(length, left));
  if (!(maskingKey instanceof Uint8Array)) return octets;
  const copy = octets.slice();
  mask(copy, maskingKey);
  return copy;
}

/** A format of what the mask lies on. */
function masked<T, I>(format: Format<T, I>): Format<T, I> {
  return {
    ...format,
    isQuiet: true,
    lengthIn: "length",
    read(from) {
      const octets = unmasked(from);
      const inner = new Cursor(octets, 0, octets.length);
      inner.fields = from.fields;
      return format.read(inner);
    },
    write(to, value) {
      const { at } = to;
      format.write(to, value);
      mask(to.octets.subarray(at, to.at), to.fields.maskingKey);
    },
  };
}

/** A length of 16 bits, or of 64. */
const extendedLength: Format<number | undefined, number> = {
  about: "16 or 64 bits, at times",
  read(from) {
    const { length } = from.fields;
    if (length === LENGTH_16) return from.u16();
    if (length !== LENGTH_64) return undefined;
    const { at } = from;
    const octets = Number(from.view.getBigUint64(from.take(8)));
    if (octets > Number.MAX_SAFE_INTEGER) {
      from.fail(`frame of ${octets} octets`, at);
    }
    return octets;
  },
  write(to, value) {
    const { length } = to.fields;
    const bits = length === LENGTH_16 ? 16 : length === LENGTH_64 ? 53 : 0;
    if (bits === 0) {
      if (value === undefined) return;
      to.refuse("be left out but where length is 126 or 127", value);
    }
    const octets = value ?? 0;
    if (!Number.isInteger(octets) || octets < 0 || octets >= 2 ** bits) {
      to.refuse(`be a number of up to ${bits} bits`, value, RangeError);
    }
    if (bits === 16) to.u16(octets);
    else {
      to.u32(Math.floor(octets / 2 ** 32));
      to.u32(octets % 2 ** 32);
    }
  },
  // It is that of the payload.
  random: () => undefined,
  text: (value) => String(value),
};

const reason = masked(
  record({
    code: { bits: 16, names: closeCodes },
    reason: textOrOctets(),
  }, "why the connection is closed"),
);

const close: Format<
  ReturnType<typeof reason.read> | undefined,
  NonNullable<Parameters<typeof reason.write>[1]>
> = {
  ...reason,
  read: (from) =>
    hasReason(from.fields) && from.left >= 2 ? reason.read(from) : undefined,
  write(to, value) {
    if (value !== undefined) reason.write(to, value);
  },
  random: (random, fields) =>
    Number(fields.opcode) === CLOSE && isPlain(fields)
      ? reason.random(random, fields)
      : undefined,
  text: (value) => value === undefined ? "none" : reason.text(value),
};

// What is set is checked like any value.
const key = { ...octets(4), takesOctets: true };

const words = textOrOctets();
const anything = octets();

/** Text in a frame of text, octets in all others. */
const data = masked<string | Uint8Array, string | Uint8Array>({
  ...words,
  about: "text or octets",
  read: (from) =>
    from.fields.opcode === TEXT && isPlain(from.fields)
      ? words.read(from)
      : anything.read(from),
  random: (random, fields) =>
    fields.opcode === TEXT && isPlain(fields)
      ? words.random(random, fields)
      : anything.random(random, fields),
});

/** The fields of a WebSocket frame. */
export const websocketFields = {
  /**
   * Whether it is the last of its message; the others are for extensions, RSV1
   * for a message that is compressed (RFC 7692 §6).
   */
  flags: ["FIN", "RSV1", "RSV2", "RSV3"],
  /** What the payload is. */
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
  /** 1 in all that a client sends. */
  masked: 1,
  /** Octets of payload; 126 and 127 say that `extendedLength` has them. */
  length: 7,
  /** Octets of payload, where they are 126 or more. */
  extendedLength,
  /** What the payload is masked with. */
  maskingKey: when({ masked: 1 }, key),
  /** Of a close frame that says why: code and reason. */
  close,
  /**
   * What the frame carries, without its mask: text if the frame is one of text
   * in UTF-8, else octets.
   */
  payload: when(
    (start: { readonly close?: unknown }) => start.close === undefined,
    data,
  ),
} as const satisfies FieldTable;

const encoder = new TextEncoder();

/** Octets of text, of octets; 0 of anything else. */
function octetsOf(value: unknown): number {
  if (typeof value === "string") return encoder.encode(value).length;
  if (value instanceof Verbatim) return value.octets.length;
  return value instanceof Uint8Array ? value.length : 0;
}

/** One WebSocket frame with its payload; what follows is the next frame. */
export const websocket: Layer<"websocket", typeof websocketFields> = layer(
  "websocket",
  websocketFields,
  {
    source: "RFC 6455 §5.2",
    under: [["websocket", 0]],
    header: "parsed",
    select: () => 0,
    check({ opcode, flags, length }) {
      if (opcode < CLOSE) return undefined;
      if (length > 125) return "control frame of more than 125 octets";
      return flags.includes("FIN") ? undefined : "control frame in fragments";
    },
    defaults: { flags: ["FIN"] },
    implied({ payload, close, maskingKey, length, extendedLength }) {
      const octets = Number(
        extendedLength ??
          (close === undefined
            ? octetsOf(payload)
            : isOctets(close)
            ? octetsOf(close)
            : 2 + octetsOf(close.reason)),
      );
      const known = length ??
        (octets < LENGTH_16 ? octets : octets < 65536 ? LENGTH_16 : LENGTH_64);
      return {
        ...maskingKey && { masked: 1 },
        opcode: close !== undefined
          ? CLOSE
          : typeof payload === "string"
          ? TEXT
          : BINARY,
        length: known,
        ...known >= LENGTH_16 && { extendedLength: octets },
      };
    },
    summary({ opcode, flags, length, extendedLength, close }) {
      const name = websocketFields.opcode.names[opcode as 1] ??
        `opcode ${opcode}`;
      const more = flags.includes("FIN") ? "" : ", to be continued";
      if (close === undefined) {
        return `${name} ${lengthOf({ length, extendedLength })} octets${more}`;
      }
      return `${name} ${closeCodes[close.code as 1000] ?? close.code}`;
    },
  },
);

function isOctets(value: unknown): value is Uint8Array | Verbatim {
  return value instanceof Uint8Array || value instanceof Verbatim;
}

/** A WebSocket frame that has been read. */
export type WebsocketFrame = View<"websocket", typeof websocketFields>;

/**
 * Reads WebSocket frames from the octets of one direction of a connection,
 * behind the HTTP that it started with.
 *
 * @param octets The octets, from the start of a frame on.
 * @returns The frames that are whole; the `offset` of each counts from the start
 * of the octets. What is left behind the last starts at its `offset` +
 * `headerLength`.
 * @throws {DecodeError} If a frame is impossible: these are no frames.
 * @see RFC 6455 §5.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("8105" + "48656c6c6f" + "890548");
 * const [frame, ...more] = net.packet.websocketFrames(octets);
 * assert.equal(frame?.payload, "Hello");
 * assert.deepEqual(more, []);
 * ```
 */
export function websocketFrames(octets: Uint8Array): WebsocketFrame[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const frames: WebsocketFrame[] = [];
  let at = 0;
  while (octets.length - at >= websocket.size) {
    const left = octets.length - at;
    const frame = new websocket.View(octets, view, at, at, left);
    const impossible = websocket.check?.(frame);
    if (impossible !== undefined) {
      throw new DecodeError(impossible, { layer: "websocket", offset: at });
    }
    const { end, trouble } = (frame as unknown as Parsable)[PARSE]();
    if (trouble?.needed !== undefined) break;
    if (trouble !== undefined) {
      throw new DecodeError(trouble.reason, {
        layer: "websocket",
        offset: at + trouble.offset,
      });
    }
    // Made to read up to the end of all octets; nobody else has seen it yet.
    (frame as { headerLength: number }).headerLength = end;
    frames.push(frame);
    at += end;
  }
  return frames;
}

interface Parsable {
  [PARSE](): Parsed;
}
