/**
 * The stack: which layer follows which, and the walk down a packet.
 *
 * @module
 */

import { DecodeError, type DecodeErrorOptions } from "../errors.ts";
import { type HeaderReader, headerReader } from "./codec.ts";
import type { Frame } from "./frame.ts";
import { type Header, PARSE, type Parsed } from "./header.ts";
import type { Layer, LayerView } from "./layer.ts";
import * as all from "./layers/all.ts";

/** Every layer's definition, in no order that means anything. */
export const LAYERS: readonly Layer[] = Object.values(all)
  .filter((value): value is typeof value & Layer => "View" in value);

/**
 * One layer with the layers that can follow it. All nodes are of one shape,
 * which layers are not: it makes the walk twice as fast.
 */
class Node {
  readonly layer: Layer;
  readonly name: string;
  readonly header: Exclude<Layer["header"], "parsed">;
  readonly isParsed: boolean;
  readonly isTentative: boolean;
  readonly select: Layer["select"];
  readonly payload: Layer["payload"];
  readonly check: Layer["check"];
  readonly piece: Layer["piece"];
  readonly children: Children;
  #reader: HeaderReader | undefined;
  #size: number | undefined;

  constructor(layer: Layer, children: Children) {
    this.layer = layer;
    this.name = layer.name;
    this.isParsed = layer.header === "parsed";
    this.header = layer.header === "parsed" ? undefined : layer.header;
    this.isTentative = layer.tentative === true;
    this.select = layer.select;
    this.payload = layer.payload;
    this.check = layer.check;
    this.piece = layer.piece;
    this.children = children;
  }

  /** Octets of the fixed fields; a layer is laid out when it is met. */
  get size(): number {
    return this.#size ??= this.layer.size;
  }

  get reader(): HeaderReader {
    return this.#reader ??= headerReader(this.layer);
  }
}

type Children = ReadonlyMap<number, Node>;

/** The pseudo-parent whose numbers are link types. */
const LINK = "link";

let tablesMade: ReadonlyMap<string, Children> | undefined;

/** The tables; made when the first packet is looked at. */
function stack(): ReadonlyMap<string, Children> {
  return tablesMade ??= tables(LAYERS);
}

/** Turns what each layer says of its parents into a table for each parent. */
function tables(layers: readonly Layer[]): ReadonlyMap<string, Children> {
  const byParent = new Map<string, Map<number, Node>>([[LINK, new Map()]]);
  for (const { name } of layers) byParent.set(name, new Map());
  for (const layer of layers) {
    const { name, nextLike = name } = layer;
    const children = byParent.get(nextLike);
    if (children === undefined) throw unknownParent(name, nextLike);
    const node = new Node(layer, children);
    for (const [parent, number] of layer.under) {
      const siblings = byParent.get(parent);
      if (siblings === undefined) throw unknownParent(name, parent);
      const other = siblings.get(number)?.layer.name;
      if (other !== undefined) {
        throw new TypeError(
          `Cannot stack ${name} as 'under' must be free: ${number} under ${parent} is ${other}`,
        );
      }
      siblings.set(number, node);
    }
  }
  return byParent;
}

function unknownParent(name: string, parent: string): TypeError {
  return new TypeError(
    `Cannot stack ${name} as its parent must be a layer: current value is ${parent}`,
  );
}

/** Link types whose packets start with IPv4 or IPv6, as the version says. */
const RAW_LINKS: ReadonlySet<number> = new Set([12, 14, 101]);
const LINK_IPV4 = 228;
const LINK_IPV6 = 229;

/**
 * Names a link type by the layer that packets of it start with.
 *
 * @param linkType As numbered at tcpdump.org/linktypes.html.
 * @returns The layer's name; `undefined` for a link type that is not known.
 *
 * @example
 * ```ts
 * import { linkTypeName } from "./stack.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(linkTypeName(1), "ethernet");
 * assert.equal(linkTypeName(101), "ipv4 or ipv6");
 * ```
 */
export function linkTypeName(linkType: number): string | undefined {
  if (RAW_LINKS.has(linkType)) return "ipv4 or ipv6";
  return stack().get(LINK)!.get(linkType)?.layer.name;
}

/** The first trouble met in a packet. */
export interface Fault extends DecodeErrorOptions {
  /** What is wrong. */
  readonly reason: string;
}

/** What a walk down a packet has found. */
export interface Walk {
  /** The layers, outermost first. */
  readonly layers: readonly LayerView[];
  /** Where the octets start that no layer has explained, in the buffer. */
  readonly payloadStart: number;
  /** Where they end by the layers' own lengths, in the buffer. */
  readonly payloadEnd: number;
  /** What was wrong, if anything was. */
  readonly fault: Fault | undefined;
  /**
   * How many layers are whole if nothing is wrong; those behind lie in a piece of
   * something longer, and may be cut.
   */
  readonly whole: number;
}

/**
 * Walks down a packet from its link type, as far as layers are known and octets
 * are there. It throws for no octets whatever.
 *
 * A layer whose header is cut short or impossible is left out, and ends the
 * walk. Lengths that point past the end do not: what is there is still decoded.
 * The first fault is kept, but one that ends the walk counts for more than a
 * cut payload, which most often is its reason.
 *
 * @param frame The packet.
 * @returns The layers, what is left, and the fault.
 *
 * @example
 * ```ts
 * import { walk } from "./stack.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2);
 * const found = walk({
 *   octets,
 *   view: new DataView(octets.buffer),
 *   start: 0,
 *   end: 20,
 *   linkType: 101,
 *   length: 20,
 *   seconds: undefined,
 *   nanoseconds: 0,
 * });
 * assert.deepEqual(found.layers.map((layer) => layer.name), ["ipv4"]);
 * assert.equal(found.fault?.layer, "tcp");
 * ```
 */
export function walk(frame: Frame): Walk {
  const { octets, view, start } = frame;
  const layers: LayerView[] = [];
  let fault: Fault | undefined;
  let at = start;
  let end = frame.end;
  let whole = true;
  let wholeLayers = Infinity;
  let node: Node | undefined = stack().get(LINK)!.get(rootLink(frame));
  while (node !== undefined) {
    const offset = at - start;
    const { size } = node;
    // Nothing at all is no message of a layer that may be of any length.
    if (size === 0 && at === end) break;
    if (end - at < size) {
      // Of a datagram that an error message quotes, or a segment of a stream,
      // there need not be more.
      if (!whole) break;
      fault = {
        reason: "cut short",
        layer: node.name,
        offset,
        needed: size,
        available: end - at,
      };
      break;
    }
    const header = node.reader.make(octets, view, at, offset, size);
    const impossible = node.check?.(header);
    if (impossible !== undefined) {
      if (!node.isTentative) {
        fault = { reason: impossible, layer: node.name, offset };
      }
      break;
    }
    let length = node.header === undefined ? size : node.header.octets(header);
    if (node.isParsed) {
      (header as { headerLength: number }).headerLength = end - at;
      const { end: parsed, trouble } = (header as Header)[PARSE]!();
      if (trouble !== undefined) {
        layers.push(header);
        if (whole || !trouble.isCut) fault = troubleFault(header, trouble);
        at = end;
        break;
      }
      length = parsed;
      (header as { headerLength: number }).headerLength = length;
    } else if (length !== size) {
      const stop = lengthFault(node, header, length, end - at);
      if (stop !== undefined) {
        if (whole || stop.needed === undefined) fault = stop;
        break;
      }
      // Made to read its own length; nobody else has seen it yet.
      (header as { headerLength: number }).headerLength = length;
    }
    layers.push(header);
    at += length;

    const stated = node.payload?.octets(header);
    if (stated !== undefined) {
      if (stated < 0) {
        fault = {
          reason: "length less than the header's",
          layer: node.name,
          offset,
          lengthFrom: node.payload!.from,
        };
        break;
      }
      if (stated <= end - at) {
        end = at + stated;
      } else if (whole) {
        fault ??= {
          reason: "payload cut short",
          layer: node.name,
          offset: at - start,
          needed: stated,
          available: end - at,
          lengthFrom: node.payload!.from,
        };
      }
    }

    const piece = node.piece?.(header);
    if (piece === "tail") break;
    if (piece !== undefined && whole) {
      whole = false;
      wholeLayers = layers.length;
    }
    node = nextNode(node, header);
  }
  if (fault === undefined && frame.end - start < frame.length) {
    fault = {
      reason: "frame cut short",
      layer: layers[0]?.name ?? "packet",
      offset: 0,
      needed: frame.length,
      available: frame.end - start,
      lengthFrom: "length on the wire",
    };
  }
  return {
    layers,
    payloadStart: at,
    payloadEnd: end,
    fault,
    whole: wholeLayers,
  };
}

/**
 * Makes the error of a fault.
 *
 * @param fault The fault.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { faultError } from "./stack.ts";
 * import assert from "node:assert/strict";
 *
 * const error = faultError({ reason: "version is 5, not 4", layer: "ipv4", offset: 14 });
 * assert.equal(error.message, "Cannot decode ipv4: version is 5, not 4 at octet 14");
 * ```
 */
export function faultError({ reason, ...place }: Fault): DecodeError {
  return new DecodeError(reason, place);
}

function rootLink({ octets, start, end, linkType }: Frame): number {
  if (!RAW_LINKS.has(linkType)) return linkType;
  return start < end && octets[start]! >> 4 === 6 ? LINK_IPV6 : LINK_IPV4;
}

/**
 * Says what is wrong with the fields behind the fixed ones, if anything is: it
 * reads them, which the walk has put off.
 *
 * @param layers The layers of a packet.
 * @param whole How many of them are not in a piece of something longer.
 * @default {all}
 * @returns The first fault.
 *
 * @example
 * ```ts
 * import { decode } from "./packet.ts";
 * import { tailFault } from "./stack.ts";
 * import assert from "node:assert/strict";
 *
 * const { layers } = decode(Uint8Array.of(0, 0, 0, 7), { linkType: 108 });
 * assert.equal(tailFault(layers), undefined);
 * ```
 */
export function tailFault(
  layers: readonly LayerView[],
  whole = Infinity,
): Fault | undefined {
  for (const [i, layer] of layers.entries()) {
    const trouble = (layer as Header)[PARSE]?.().trouble;
    if (trouble === undefined) continue;
    if (i < whole || !trouble.isCut) return troubleFault(layer, trouble);
  }
  return undefined;
}

function troubleFault(
  { name: layer, offset }: LayerView,
  trouble: NonNullable<Parsed["trouble"]>,
): Fault {
  const { reason, needed, available } = trouble;
  return {
    reason,
    layer,
    offset: offset + trouble.offset,
    ...needed !== undefined && { needed, available },
  };
}

/** Says what is wrong with the length that a header states. */
function lengthFault(
  node: Node,
  { offset }: LayerView,
  length: number,
  available: number,
): Fault | undefined {
  const { name: layer, size } = node;
  const lengthFrom = node.header!.from;
  if (length < size) {
    const reason = `header of ${length} octets, ${size} at least`;
    return { reason, layer, offset, lengthFrom };
  }
  if (length <= available) return undefined;
  return {
    reason: "cut short",
    layer,
    offset,
    needed: length,
    available,
    lengthFrom,
  };
}

function nextNode({ children, reader, select }: Node, header: LayerView) {
  if (children.size === 0) return undefined;
  const number = select?.(header);
  if (number !== undefined) return children.get(number);
  for (const field of reader.select) {
    const child = children.get(field(header));
    if (child !== undefined) return child;
  }
  return undefined;
}
