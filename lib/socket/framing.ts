/**
 * Where one message ends and the next begins: a stream keeps the order of
 * octets, not the borders of the writes that sent them.
 *
 * A framing is data: how frames are bounded, the most octets that one may have,
 * and what its octets mean. What cuts and wraps reads that.
 *
 * @module
 */

/** How the border of a frame is told. */
export type Boundary =
  | {
    /** LF or CR LF after each frame; the last may lack it. */
    readonly kind: "line";
  }
  | {
    /** The same octets after each frame. */
    readonly kind: "delimiter";
    /** Those octets, one or more. */
    readonly delimiter: Uint8Array;
  }
  | {
    /** A length before each frame, not counting itself. */
    readonly kind: "length";
    /** Bits of that length, or 7 bits an octet with the low ones first. */
    readonly bits: 8 | 16 | 32 | "varint";
    /** Which octet of the length comes first. */
    readonly endian: "big" | "little";
  }
  | {
    /** All frames are equally long. */
    readonly kind: "fixed";
    /** How long, in octets. */
    readonly length: number;
  };

/** How a stream of octets is cut into frames, and what they mean. */
export interface Framing<T> {
  /** What a frame is called in errors: `"line"`. */
  readonly name: string;
  /** The most octets of one frame, what bounds it not counted. */
  readonly max: number;
  /** How its border is told. */
  readonly boundary: Boundary;
  /** Makes octets into what they mean. */
  readonly decode: (octets: Uint8Array) => T;
  /** Makes what is meant into octets. */
  readonly encode: (frame: T) => Uint8Array;
}

/** What it takes to cut, whatever the frames mean. */
export type Cutting = Pick<Framing<never>, "name" | "max" | "boundary">;

/** Options for {@linkcode lines}, {@linkcode jsonLines} and {@linkcode delimited}. */
export interface FramingOptions {
  /** The most octets of one frame, what bounds it not counted. @default {65536} */
  max?: number | undefined;
}

/** Options for {@linkcode lengthPrefixed}. */
export interface LengthPrefixedOptions extends FramingOptions {
  /**
   * Bits of the length before each frame; `"varint"` has 7 bits an octet, the
   * low ones first, and the top bit set in all octets but the last.
   * @default {32}
   */
  bits?: 8 | 16 | 32 | "varint" | undefined;
  /** Which octet of the length comes first. @default {"big"} */
  endian?: "big" | "little" | undefined;
}

const MAX = 65536;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const asItIs = (octets: Uint8Array): Uint8Array => octets;

/**
 * Lines of UTF-8 text: read up to LF or CR LF, sent with LF. The last line may
 * lack its end.
 *
 * @param options The longest line.
 * @returns The framing, for `net.tcp.frames`.
 * @throws {RangeError} If `max` is no whole number of octets.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("a\r\nb"));
 * await using conn = await net.tcp.connect(server.address);
 * const lines = net.tcp.frames(conn, net.tcp.lines({ max: 100 }));
 * assert.deepEqual(await Array.fromAsync(lines), ["a", "b"]);
 * ```
 */
export function lines(options: FramingOptions = {}): Framing<string> {
  return {
    name: "line",
    max: checkMax("lines", options),
    boundary: { kind: "line" },
    decode: (octets) => decoder.decode(octets),
    encode: (line) => encoder.encode(line),
  };
}

/**
 * JSON values, one a line.
 *
 * @param options The longest line.
 * @returns The framing, for `net.tcp.frames`.
 * @throws {RangeError} If `max` is no whole number of octets.
 * @see JSON Lines (jsonlines.org), RFC 8259
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using conn = await net.tcp.connect(server.address);
 * const values = net.tcp.frames(conn, net.tcp.jsonLines());
 * await values.send({ x: [1, 2] });
 * assert.deepEqual(await values.read(), { x: [1, 2] });
 * ```
 */
export function jsonLines(options: FramingOptions = {}): Framing<unknown> {
  return {
    ...lines(options),
    name: "line of JSON",
    decode: (octets) => JSON.parse(decoder.decode(octets)),
    encode(value) {
      const text = JSON.stringify(value);
      if (text !== undefined) return encoder.encode(text);
      throw new TypeError(
        `Cannot send a line of JSON as 'frame' must be a value that JSON has: current value is ${
          String(value)
        }`,
      );
    },
  };
}

/**
 * Frames that end with given octets.
 *
 * @param delimiter The octets, or text for them; one or more.
 * @param options The longest frame.
 * @returns The framing, for `net.tcp.frames`.
 * @throws {RangeError} If `max` is no whole number of octets, or there is no
 * delimiter.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("ab\0\0c\0"));
 * await using conn = await net.tcp.connect(server.address);
 * const parts = net.tcp.frames(conn, net.tcp.delimited("\0"));
 * const lengths = await Array.fromAsync(parts, ({ length }) => length);
 * assert.deepEqual(lengths, [2, 0, 1]);
 * ```
 */
export function delimited(
  delimiter: string | Uint8Array,
  options: FramingOptions = {},
): Framing<Uint8Array> {
  const octets = typeof delimiter === "string"
    ? encoder.encode(delimiter)
    : delimiter.slice();
  if (octets.length === 0) {
    throw new RangeError(
      "Cannot frame as 'delimiter' must be one octet or more: current value is empty",
    );
  }
  return {
    name: "delimited frame",
    max: checkMax("delimited frames", options),
    boundary: { kind: "delimiter", delimiter: octets },
    decode: asItIs,
    encode: asItIs,
  };
}

/**
 * Frames with their length before them.
 *
 * @param options The form of the length, and the longest frame.
 * @returns The framing, for `net.tcp.frames`.
 * @throws {RangeError} If `max` is no whole number of octets.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using conn = await net.tcp.connect(server.address);
 * const frames = net.tcp.frames(conn, net.tcp.lengthPrefixed({ bits: 16 }));
 * await frames.send(Uint8Array.of(7, 8, 9));
 * assert.deepEqual(await frames.read(), Uint8Array.of(7, 8, 9));
 * ```
 */
export function lengthPrefixed(
  options: LengthPrefixedOptions = {},
): Framing<Uint8Array> {
  const { bits = 32, endian = "big" } = options;
  if (bits !== "varint" && ![8, 16, 32].includes(bits)) {
    throw new RangeError(
      `Cannot cut into length-prefixed frames as 'bits' must be 8, 16, 32 or "varint": current value is ${bits}`,
    );
  }
  return {
    name: "length-prefixed frame",
    max: checkMax("length-prefixed frames", options),
    boundary: { kind: "length", bits, endian },
    decode: asItIs,
    encode: asItIs,
  };
}

/**
 * Frames that are all equally long.
 *
 * @param length How long, in octets, 1 or more.
 * @returns The framing, for `net.tcp.frames`.
 * @throws {RangeError} If `length` is no such number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("abcdef"));
 * await using conn = await net.tcp.connect(server.address);
 * const pairs = net.tcp.frames(conn, net.tcp.fixed(2));
 * assert.equal((await Array.fromAsync(pairs)).length, 3);
 * ```
 */
export function fixed(length: number): Framing<Uint8Array> {
  if (!(Number.isInteger(length) && length >= 1)) {
    throw new RangeError(
      `Cannot frame as 'length' must be a whole number of octets, 1 or more: current value is ${length}`,
    );
  }
  return {
    name: `frame of ${length} octets`,
    max: length,
    boundary: { kind: "fixed", length },
    decode: asItIs,
    encode: asItIs,
  };
}

function checkMax(what: string, options: FramingOptions): number {
  if (typeof options !== "object") {
    throw new TypeError(
      `Cannot cut into ${what} as 'options' must be an object, as in { max: 1024 }: current value is ${options}`,
    );
  }
  const { max = MAX } = options;
  if (Number.isInteger(max) && max >= 0) return max;
  throw new RangeError(
    `Cannot cut into ${what} as 'max' must be a whole number of octets, 0 or more: current value is ${max}`,
  );
}
