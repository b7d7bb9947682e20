/**
 * A packet: octets, and the layers that are read from them when asked for.
 *
 * @module
 */

import { hex } from "../bytes/hex.ts";
import type { DecodeError } from "../errors.ts";
import { type Canvas, canvas } from "../inspect/canvas.ts";
import { onlyKnown } from "../known_options.ts";
import { checkedSums, type ChecksumReport } from "./checksum.ts";
import { assemble, builtHeader, type Parts } from "./assemble.ts";
import { DECODE } from "./option_names.ts";
import { type FieldPlace, fieldPlaces, isWithin } from "./places.ts";
import type { Frame } from "./frame.ts";
import type { JsonField, LayerView } from "./layer.ts";
import type * as all from "./layers/all.ts";
import { commandOf } from "./command.ts";
import { packetDiagram, packetHexdump } from "./draw.ts";
import { changed, partsOf } from "./parts.ts";
import { isoTime, packetLine, packetTree } from "./show.ts";
import {
  type Fault,
  faultError,
  LAYERS,
  tailFault,
  type Walk,
  walk,
} from "./stack.ts";

export type { ChecksumReport };

/** The decoded layers by name: `Layers["tcp"]` is the type of a TCP header. */
export type Layers = {
  readonly [V in Views[keyof Views] as V["name"]]: V;
};

/** What the view classes in layers/all.ts make; `never` for the tables there. */
type Views = {
  readonly [K in keyof typeof all]: (typeof all)[K] extends {
    readonly View: new (...args: never) => infer V extends LayerView;
  } ? V
    : never;
};

/** Any one decoded layer; its `name` tells which, to the compiler too. */
export type AnyLayer = Layers[keyof Layers];

/** What may be set of each layer, by its name. */
export type LayerInputs = {
  readonly [K in keyof typeof all as K & keyof Layers]: (typeof all)[K] extends
    (values?: infer I) => unknown ? I : never;
};

/** Changes to a packet: fields by layer, payload and trailer. */
export type Changes<N extends keyof Layers> =
  & {
    readonly [K in N]?: K extends keyof LayerInputs ? LayerInputs[K] : never;
  }
  & {
    /** The payload; `undefined` takes it away. */
    readonly payload?: Uint8Array | string | undefined;
    /** What stands behind the payload. */
    readonly trailer?: Uint8Array | undefined;
  };

/** A packet's accessors: one a layer, `undefined` where the layer is absent. */
export type LayerAccessors = {
  readonly [N in keyof Layers]: Layers[N] | undefined;
};

/** What {@linkcode Packet.toJSON} gives. */
export interface PacketJson {
  /** When it was captured, ISO 8601, if that is known. */
  readonly timestamp?: string;
  /** What the packet starts with. */
  readonly linkType: number;
  /** Octets that there were on the wire. */
  readonly length: number;
  /** Octets that are here. */
  readonly captured: number;
  /** The interface where it was captured, if that is known. */
  readonly interface?: string;
  /** Name, place and fields of each layer, outermost first. */
  readonly layers: readonly Readonly<Record<string, JsonField>>[];
  /** The octets after the last layer, in hexadecimal. */
  readonly payload: string;
  /** The message of what was wrong, if anything was. */
  readonly error?: string;
}

/** One accessor a layer: `packet.tcp?.dstPort`. With a layer inside itself, the outer. */
export interface Packet<N extends keyof Layers = keyof Layers>
  extends LayerAccessors {}

/** A header that was built, where others before it hide it from the walk. */
let builtLayer: (packet: Packet, name: string) => AnyLayer | undefined;

/**
 * Gives the place of a packet in memory, with its time as the capture has it:
 * for writers, which need no object for that.
 *
 * @param packet The packet.
 * @returns Where it lies.
 *
 * @example
 * ```ts
 * import { decode, frameOf } from "./packet.ts";
 * import assert from "node:assert/strict";
 *
 * const { start, end, seconds } = frameOf(decode(Uint8Array.of(1, 2)));
 * assert.deepEqual([start, end, seconds], [0, 2, undefined]);
 * ```
 */
export let frameOf: (packet: Packet) => Frame;

/**
 * One packet as it was captured, with its layers.
 *
 * Nothing is decoded before it is asked for. Hostile octets never make a
 * packet throw: the layers before the trouble are there, and
 * {@linkcode Packet.error} says what stopped the decoding and where.
 *
 * Packets of one capture share buffers of some hundred packets each, so a packet
 * that is kept keeps its neighbours' octets in memory; {@linkcode Packet.copy}
 * gives one that does not.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const packet = net.packet.decode(
 *   net.bytes.parseHex("4500001d00000000 4011 0000 0a000001 0a000002  1388 0009 0009 0000 21"),
 *   { linkType: 101 },
 * );
 * assert.equal(packet.udp?.dstPort, 9);
 * assert.equal(String(packet.ipv4?.dst), "10.0.0.2");
 * assert.equal(packet.tcp, undefined);
 * assert.equal(packet.toString(), "ipv4 10.0.0.1 > 10.0.0.2 / udp 5000 > 9 / 1 octet");
 * ```
 */
export class Packet<N extends keyof Layers = keyof Layers> {
  /** What the packet starts with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** Octets that there were on the wire; more than `bytes` holds if it was cut. */
  readonly length: number;
  readonly #frame: Frame;
  #parts: Parts | undefined;
  readonly #isBuilt: boolean;
  #walk: Walk | undefined;
  #fault: Fault | "none" | undefined;
  #error: DecodeError | undefined;

  static {
    frameOf = (packet) => packet.#frame;
    builtLayer = (packet, name) => {
      if (packet.#parts === undefined || !packet.#isBuilt) return undefined;
      const header = builtHeader(packet.#parts, name, packet.#frame);
      return header as AnyLayer | undefined;
    };
  }

  /**
   * Takes a packet in place; {@linkcode decode} is the way in for octets.
   *
   * @param frame Where the packet lies, and what the capture says of it.
   * @param parts What it was built of, if it was built.
   */
  constructor(frame: Frame, parts?: Parts) {
    this.#frame = frame;
    this.#parts = parts;
    this.#isBuilt = parts !== undefined;
    this.linkType = frame.linkType;
    this.length = frame.length;
  }

  /** The captured octets; they are not copied. */
  get bytes(): Uint8Array {
    const { octets, start, end } = this.#frame;
    return octets.subarray(start, end);
  }

  /** When it was captured, to the nanosecond; `undefined` if that is not known. */
  get timestamp(): Temporal.Instant | undefined {
    const { seconds, nanoseconds } = this.#frame;
    if (seconds === undefined) return undefined;
    return Temporal.Instant.fromEpochNanoseconds(
      BigInt(seconds) * NS + BigInt(nanoseconds),
    );
  }

  /**
   * When it was captured, in milliseconds since 1970 with a fraction: quicker
   * than {@linkcode Packet.timestamp}, and right to a quarter of a microsecond.
   */
  get time(): number | undefined {
    const { seconds, nanoseconds } = this.#frame;
    return seconds === undefined
      ? undefined
      : seconds * 1000 + nanoseconds / 1e6;
  }

  /** The name of the interface where it was captured, if that is known. */
  get interface(): string | undefined {
    return this.#frame.interface;
  }

  /** The layers, outermost first. */
  get layers(): readonly AnyLayer[] {
    return this.#walked().layers as readonly AnyLayer[];
  }

  /**
   * The octets after the last layer that is known, up to where the layers'
   * lengths say that they end; not copied.
   */
  get payload(): Uint8Array {
    const { payloadStart, payloadEnd } = this.#walked();
    return this.#frame.octets.subarray(payloadStart, payloadEnd);
  }

  /**
   * The octets after what the layers' lengths cover: Ethernet's padding, a
   * frame check sequence; not copied.
   */
  get trailer(): Uint8Array {
    return this.#frame.octets.subarray(
      this.#walked().payloadEnd,
      this.#frame.end,
    );
  }

  /**
   * What was wrong: a layer cut short, a payload cut short (both with code
   * `"truncated"`), or an impossible header or option (`"malformed"`). `undefined` for a
   * packet that is all there.
   */
  get error(): DecodeError | undefined {
    this.#fault ??= this.#findFault();
    if (this.#fault === "none") return undefined;
    return this.#error ??= faultError(this.#fault);
  }

  /**
   * The checksums of the packet, each with what it should be. Those that cover
   * octets which are not here, cut off or in another fragment, are left out.
   */
  get checksums(): readonly ChecksumReport[] {
    return checkedSums(this.bytes, this.layers);
  }

  /**
   * Copies the packet out of the buffer that it shares with others.
   *
   * @returns The same packet, with octets of its own.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const octets = net.bytes.parseHex("450000140000000040110000 0a000001 0a000002");
   * const kept = net.packet.decode(octets, { linkType: 101 }).copy();
   * octets.fill(0);
   * assert.equal(String(kept.ipv4?.src), "10.0.0.1");
   * ```
   */
  copy(): Packet {
    const octets = this.bytes.slice();
    return new Packet({ ...this.#frame, ...wholeBuffer(octets) });
  }

  /**
   * Builds the packet again with some fields changed. All that is worked out is
   * worked out anew: lengths, checksums, what comes next. What was wrong on
   * purpose, or came wrong from the wire, stays so unless it is changed too.
   *
   * @param changes Fields by layer (of two of a kind, the outer), payload and
   * trailer; `undefined` gives a field back to be worked out.
   * @returns The new packet, with the same layers; this one stays as it is.
   * @throws {TypeError} If there is no such layer or field.
   * @throws {RangeError} If a value does not fit its field.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const octets = net.bytes.parseHex("4500001d00000000 4011 66ce 0a000001 0a000002 13880035 0009b71c 21");
   * const packet = net.packet.decode(octets, { linkType: 101 });
   * const other = packet.with({ ipv4: { ttl: 1 }, payload: "hello" });
   * assert.equal(other.udp?.length, 13);
   * assert.ok(other.checksums.every(({ ok }) => ok));
   * ```
   */
  with(changes: Changes<N>): this {
    const parts = changed(this.parts, changes);
    const { seconds, nanoseconds, linkType } = this.#frame;
    const made = assemble(parts);
    const frame = { ...made, linkType, seconds, nanoseconds };
    return new Packet(frame, parts) as this;
  }

  /**
   * What the packet can be built of again, octet for octet: each header with the
   * fields that have to be set, then the payload, then the trailer.
   */
  get parts(): Parts {
    return this.#parts ??= partsOf(this);
  }

  /**
   * Writes the TypeScript that builds the packet, octet for octet.
   *
   * @returns An expression over `net`, with the fields that have to be set.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const { build, ipv4, udp } = net.packet;
   * assert.equal(
   *   build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort: 53 }), "hi").command(),
   *   `net.packet.build(
   *   net.packet.ipv4({ dst: "192.0.2.1" }),
   *   net.packet.udp({ dstPort: 53 }),
   *   "hi",
   * )`,
   * );
   * ```
   */
  command(): string {
    return commandOf(partsOf(this));
  }

  /**
   * Where every field lies, option by option, in the order of the octets.
   *
   * @returns Paths such as `"tcp.options[0].mss"`, with their bits counted from
   * the start of the packet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const packet = net.packet.build(net.packet.ipv4({ ttl: 9 }));
   * const ttl = packet.fields().find(({ path }) => path === "ipv4.ttl");
   * assert.deepEqual([ttl?.start, ttl?.end, ttl?.text], [64, 72, "9"]);
   * ```
   */
  fields(): readonly FieldPlace[] {
    return fieldPlaces(this.layers);
  }

  /**
   * Tells which field an octet belongs to.
   *
   * @param offset The octet, counted from the start of the packet.
   * @returns The innermost fields that lie in it, several if they are smaller
   * than an octet; none in the payload.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const packet = net.packet.build(net.packet.ipv4());
   * assert.deepEqual(packet.fieldsAt(0).map(({ path }) => path), ["ipv4.version", "ipv4.ihl"]);
   * ```
   */
  fieldsAt(offset: number): readonly FieldPlace[] {
    const here = this.fields().filter(({ start, end }) =>
      start < offset * 8 + 8 && end > offset * 8
    );
    return here.filter((field) =>
      !here.some((other) => isWithin(other, field))
    );
  }

  /**
   * Draws the headers as RFCs do, 32 bits a row, with the values in the fields.
   *
   * @param options Where to draw. @default {the terminal's width, no colour}
   * @returns The lines, joined by line feeds.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const { build, ipv4, udp } = net.packet;
   * const text = build(ipv4(), udp({ dstPort: 53 })).diagram();
   * assert.match(text, /\| +srcPort 0 +\| +dstPort 53 +\|/);
   * ```
   */
  diagram(options: { readonly canvas?: Canvas } = {}): string {
    return packetDiagram(this, options.canvas ?? canvas());
  }

  /**
   * Draws the octets in rows, each field in a colour of its own where colours
   * may be used, and beside the first octet of each row what starts there.
   *
   * @param options Where to draw. @default {the terminal's width, no colour}
   * @returns The lines, joined by line feeds.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const packet = net.packet.build(net.packet.ipv4(), "hello");
   * assert.match(packet.hexdump(), /^0000  45 00 00 19/);
   * ```
   */
  hexdump(options: { readonly canvas?: Canvas } = {}): string {
    return packetHexdump(this, options.canvas ?? canvas());
  }

  /**
   * Draws the packet as a tree: one branch a layer with its fields, then the
   * payload and what was wrong.
   *
   * @param options Where to draw. @default {the terminal's width, no colour}
   * @returns The lines, joined by line feeds.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const packet = net.packet.decode(net.bytes.parseHex("00"), { linkType: 101 });
   * assert.ok(packet.show().includes("error  Cannot decode ipv4: cut short"));
   * ```
   */
  show(options: { readonly canvas?: Canvas } = {}): string {
    return packetTree(this, options.canvas ?? canvas());
  }

  /**
   * Says the packet in one line: time of day (UTC), layers, payload, trouble.
   *
   * @returns The line; where there is an IP header, the layers start with it.
   */
  toString(): string {
    return packetLine(this);
  }

  /**
   * Gives the packet as plain data.
   *
   * @returns Time, lengths, layers with all fields, payload and trouble.
   */
  toJSON(): PacketJson {
    const { timestamp, linkType, length, bytes, error } = this;
    return {
      ...timestamp && { timestamp: isoTime(timestamp) },
      ...this.interface !== undefined && { interface: this.interface },
      linkType,
      length,
      captured: bytes.length,
      layers: this.layers.map((layer) => layer.toJSON()),
      payload: hex(this.payload),
      ...error && { error: error.message },
    };
  }

  /**
   * Shows the packet as a tree; inside another value, as one line.
   *
   * @param _inspect Not used.
   * @param options Colours, and how deep inside another value it stands.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean; currentDepth?: number },
  ): string {
    if (options?.currentDepth) return `Packet { ${this.toString()} }`;
    return this.show({ canvas: canvas({ colors: options?.colors ?? false }) });
  }

  #findFault(): Fault | "none" {
    const { fault, layers, whole } = this.#walked();
    // A field of no fixed length is read when it is asked for, as it is now.
    return fault ?? tailFault(layers, whole) ?? "none";
  }

  #walked(): Walk {
    return this.#walk ??= walk(this.#frame);
  }
}

for (const { name } of LAYERS) {
  Object.defineProperty(Packet.prototype, name, {
    get(this: Packet): AnyLayer | undefined {
      for (const layer of this.layers) if (layer.name === name) return layer;
      return builtLayer(this, name);
    },
  });
}

/** Options for {@linkcode decode}. */
export interface DecodeOptions {
  /**
   * What the octets start with, as numbered at tcpdump.org/linktypes.html: 1
   * Ethernet, 101 an IPv4 or IPv6 header. @default {1}
   */
  linkType?: number | undefined;
  /** Octets that there were on the wire. @default {as many as are given} */
  length?: number | undefined;
  /** When the packet was captured. */
  timestamp?: Temporal.Instant | undefined;
}

/**
 * Takes octets as a packet. Nothing that octets can say makes it throw; what is
 * wrong with them is in {@linkcode Packet.error}.
 *
 * @param bytes The octets; not copied.
 * @param options The link type, the length on the wire, and the time.
 * @returns The packet.
 * @throws {TypeError} If `bytes` are no octets.
 * @throws {RangeError} If `linkType` or `length` is no possible number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const packet = net.packet.decode(
 *   net.bytes.parseHex("020000000002 020000000001 0806 0001"),
 * );
 * assert.equal(packet.ethernet?.src, "02:00:00:00:00:01");
 * assert.equal(packet.ethernet?.type, 0x0806);
 * assert.deepEqual(packet.payload, Uint8Array.of(0, 1));
 * ```
 */
export function decode(bytes: Uint8Array, options?: DecodeOptions): Packet {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot decode a packet as 'bytes' must be a Uint8Array: current value is ${bytes}`,
    );
  }
  // Not a number: `frames.map(net.packet.decode)` gives places in the list.
  if (options !== undefined && typeof options !== "number") {
    onlyKnown("decode a packet", options, DECODE);
  }
  const { linkType = 1, length = bytes.length, timestamp } = options ?? {};
  if (!(Number.isInteger(linkType) && linkType >= 0)) {
    throw new RangeError(
      `Cannot decode a packet as 'linkType' must be a whole number, 0 or more: current value is ${linkType}`,
    );
  }
  if (!(Number.isInteger(length) && length >= bytes.length)) {
    throw new RangeError(
      `Cannot decode a packet as 'length' must be a whole number, ${bytes.length} or more: current value is ${length}`,
    );
  }
  if (timestamp !== undefined && !(timestamp instanceof Temporal.Instant)) {
    throw new TypeError(
      `Cannot decode a packet as 'timestamp' must be a Temporal.Instant: current value is ${timestamp}`,
    );
  }
  const seconds = timestamp && Math.floor(timestamp.epochMilliseconds / 1000);
  return new Packet({
    ...wholeBuffer(bytes),
    linkType,
    length,
    seconds,
    nanoseconds: timestamp === undefined
      ? 0
      : Number(timestamp.epochNanoseconds - BigInt(seconds!) * NS),
  });
}

/** Nanoseconds in a second. */
const NS = 1_000_000_000n;

/** A frame's place when it has a buffer for itself. */
function wholeBuffer(octets: Uint8Array) {
  const { buffer, byteOffset, byteLength } = octets;
  const view = new DataView(buffer, byteOffset, byteLength);
  return { octets, view, start: 0, end: byteLength };
}
