/**
 * What a question is found by, and what an answer looks for.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { AnyLayer, Packet } from "../../packet/packet.ts";
import { quoteKeys } from "./quote.ts";
import { type Rule, RULES, TRANSPORTS } from "./rules.ts";

/** Where any address will do. */
const ANY = "*";

/** The keys of a question. */
export interface QuestionKeys {
  /** That of an answer to it; `undefined` if nothing answers it but errors. */
  readonly direct: string | undefined;
  /** Those of errors that quote it. */
  readonly quoted: readonly string[];
}

/** Who speaks to whom about what, as a question expects it of its answer. */
interface Gist {
  /** The kind of addresses, and what is spoken between them. */
  kind: string;
  /** Who was asked, and answers. */
  peer: string;
  /** Who asked. */
  own: string;
  /** What the rules say, up to the ports. */
  transport: string;
  /** And above. */
  whole: string;
}

/** Errors of ICMP and ICMPv6 that end what they quote. A redirect does not. */
const ICMP_ERRORS: readonly number[] = [3, 4, 11, 12];
const ICMPV6_ERRORS: readonly number[] = [1, 2, 3, 4];

/**
 * Gives the keys of a packet that was sent.
 *
 * @param packet The packet, as it was sent.
 * @returns Its keys.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { icmp } from "../../packet/layers/icmp.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { answerKeys, questionKeys } from "./keys.ts";
 * import assert from "node:assert/strict";
 *
 * const { direct } = questionKeys(build(ipv4({ dst: "192.0.2.1" }), icmp()));
 * const answer = build(ipv4({ src: "192.0.2.1" }), icmp({ type: "echoReply" }));
 * assert.ok(answerKeys(answer).includes(direct!));
 * ```
 */
export function questionKeys(packet: Packet): QuestionKeys {
  const gist = gistOf(packet, "asked");
  const quoted = quotedBy(packet);
  if (gist === undefined) return { direct: undefined, quoted };
  const toAll = isToAll(packet);
  const peer = toAll ? ANY : gist.peer;
  const own = toAll || gist.own === NOBODY ? ANY : gist.own;
  return { direct: keyOf(gist, peer, own, gist.whole), quoted };
}

/**
 * Gives the keys of questions that a packet may answer.
 *
 * @param packet The packet, as it came.
 * @returns The keys, the likeliest first; none if it answers nothing.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { icmp } from "../../packet/layers/icmp.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { answerKeys } from "./keys.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(answerKeys(build(ipv4(), icmp({ type: "echoReply" }))).length, 3);
 * ```
 */
export function answerKeys(packet: Packet): readonly string[] {
  const quote = quoteIn(packet);
  if (quote !== undefined) {
    const keys = quoteKeys(packet.bytes, quote);
    return keys === undefined ? [] : [keys.exact, keys.loose];
  }
  const gist = gistOf(packet, "told");
  if (gist === undefined) return [];
  const { peer, own, transport, whole } = gist;
  const keys: string[] = [];
  for (const words of whole === transport ? [whole] : [whole, transport]) {
    keys.push(
      keyOf(gist, peer, own, words),
      keyOf(gist, peer, ANY, words),
      keyOf(gist, ANY, ANY, words),
    );
  }
  return keys;
}

/**
 * Tells whether a packet is an error that quotes another.
 *
 * @param packet The packet.
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { icmp } from "../../packet/layers/icmp.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { isError } from "./keys.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isError(build(ipv4(), icmp({ type: "timeExceeded" }))));
 * ```
 */
export function isError(packet: Packet): boolean {
  return quoteIn(packet) !== undefined;
}

function keyOf({ kind }: Gist, peer: string, own: string, words: string) {
  return `${kind} ${peer} ${own} ${words}`;
}

/** The key of 0.0.0.0 and ::, which is nobody's address. */
const NOBODY = "nobody";

function addressKey(address: Address): string {
  const { family, w0, w1, w2, w3 } = address;
  if ((w0 | w1 | w2 | w3) === 0) return NOBODY;
  return family === 4 ? `${w3}` : `${w0},${w1},${w2},${w3}`;
}

/** Reads a packet, turned to how its answer would be where it is a question. */
function gistOf(packet: Packet, side: keyof Rule<never>): Gist | undefined {
  const gist: Gist = { kind: "", peer: "", own: "", transport: "", whole: "" };
  for (const layer of packet.layers) {
    if (layer.name === "ipv4" || layer.name === "ipv6") {
      const [peer, own] = side === "asked"
        ? [layer.dst, layer.src]
        : [layer.src, layer.dst];
      gist.kind += layer.name === "ipv4" ? `ipv4/${layer.protocol} ` : "ipv6 ";
      // Of tunnels the ends of the outermost count, and those within.
      if (gist.peer === "") {
        [gist.peer, gist.own] = [peer, own].map(addressKey) as [string, string];
      } else gist.whole += `${addressKey(peer)} ${addressKey(own)} `;
      continue;
    }
    const rule = RULES[layer.name] as Rule<AnyLayer> | undefined;
    if (rule === undefined) continue;
    const words = rule[side](layer);
    if (words === undefined) return undefined;
    if (layer.name === "arp") {
      return { ...gist, kind: "arp", peer: ANY, own: ANY, whole: words };
    }
    gist.whole += `${layer.name} ${words} `;
    if (TRANSPORTS.has(layer.name)) gist.transport = gist.whole;
    // What is said in a stream need not come whole, nor with its answer.
    if (layer.name === "tcp") break;
  }
  if (gist.transport === "") gist.transport = gist.whole;
  return gist.kind === "" ? linkGist(packet, side) : gist;
}

/** A frame of which no more is known than who sent it to whom. */
function linkGist(packet: Packet, side: keyof Rule<never>): Gist | undefined {
  const { ethernet } = packet;
  if (ethernet === undefined) return undefined;
  const { src, dst, type } = ethernet;
  const [peer, own] = side === "asked" ? [dst, src] : [src, dst];
  // Up to 1500 it is a length.
  const kind = `link/${type > 1500 ? type : "llc"}`;
  return { kind, peer, own, transport: "", whole: "" };
}

/** Whether it went to a group or to all: anyone may answer, to whomever. */
function isToAll(packet: Packet): boolean {
  const { bytes, layers } = packet;
  for (const layer of layers) {
    if (layer.name === "ethernet" && (bytes[layer.offset]! & 1) === 1) {
      return true;
    }
    if (layer.name === "ipv4") {
      const { w3 } = layer.dst;
      return w3 === -1 || w3 >>> 28 === 0xe;
    }
    if (layer.name === "ipv6") return layer.dst.w0 >>> 24 === 0xff;
  }
  return false;
}

function quotedBy(packet: Packet): readonly string[] {
  for (const { name, offset } of packet.layers) {
    if (name !== "ipv4" && name !== "ipv6") continue;
    const keys = quoteKeys(packet.bytes, offset);
    return keys === undefined ? [] : [keys.exact, keys.loose];
  }
  return [];
}

/** Where the packet starts that an error quotes. */
function quoteIn(packet: Packet): number | undefined {
  for (const layer of packet.layers) {
    const isError = layer.name === "icmp"
      ? ICMP_ERRORS.includes(layer.type)
      : layer.name === "icmpv6" && ICMPV6_ERRORS.includes(layer.type);
    if (isError) return layer.offset + 8;
    if (layer.name === "udp" || layer.name === "tcp") return undefined;
  }
  return undefined;
}
