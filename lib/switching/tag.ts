/**
 * VLAN tags as they stand in Ethernet frames: read, put in front and written.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { Mac, mac } from "../ip/mac/mac.ts";

/** The EtherType of a customer's tag (802.1Q). */
export const C_TAG = 0x8100;

/** The EtherType of a provider's tag (802.1ad). */
export const S_TAG = 0x88a8;

/** What stood for a provider's tag before 802.1ad. */
export const OLD_S_TAG = 0x9100;

/** A VLAN tag of a frame. */
export interface Tag {
  /** Which sort: its EtherType, 0x8100 for a customer's. */
  readonly tpid: number;
  /** The VLAN, 1 to 4094; 0 for a priority alone. */
  readonly vlan: number;
  /** The priority code point, 0 to 7. */
  readonly priority: number;
  /** Whether the frame may go first where there is no room. */
  readonly dropEligible: boolean;
}

/** A frame in few words, where its payload does not matter. */
export interface FrameRecord {
  /** Who sent it. */
  src: string | Mac;
  /** Whom it is for. */
  dst: string | Mac;
  /** The VLAN of its tag; 0 for a priority tag. @default {no tag} */
  vlan?: number | undefined;
  /** The priority in its tag, 0 to 7. @default {0} */
  priority?: number | undefined;
  /** Its tags, outermost first, where one is not enough. @default {that of `vlan`} */
  tags?: readonly (Partial<Tag> & Pick<Tag, "vlan">)[] | undefined;
}

/** A frame: octets, a packet that starts with Ethernet, or a record. */
export type FrameInput =
  | Uint8Array
  | { readonly bytes: Uint8Array; readonly linkType: number }
  | FrameRecord;

/** What a switch reads of a frame. */
export interface FrameHead {
  /** Whom it is for. */
  readonly dst: Mac;
  /** Who sent it. */
  readonly src: Mac;
  /** Its tags, outermost first. */
  readonly tags: readonly Tag[];
  /** What follows the tags; `undefined` if only a record is known. */
  readonly rest: Uint8Array | undefined;
}

/** DLT_EN10MB: packets that start with an Ethernet header. */
const ETHERNET = 1;

/** Octets of the two addresses, and of these with an EtherType. */
const [ADDRESSES, HEADER] = [12, 14];

/** Tags that are read; whatever follows is payload. */
const MOST_TAGS = 8;

/**
 * Reads addresses and tags of a frame.
 *
 * @param frame The frame in any form.
 * @returns What a switch looks at.
 * @throws {DecodeError} If there are too few octets for the header or a tag.
 * @throws {TypeError} If it is no frame, or a packet without an Ethernet header.
 * @throws {RangeError} If a tag of a record is out of range.
 *
 * @example
 * ```ts
 * import { readFrame } from "./tag.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("ffffffffffff020000000001" + "8100a00a" + "0806");
 * assert.deepEqual(readFrame(octets).tags, [
 *   { tpid: 0x8100, vlan: 10, priority: 5, dropEligible: false },
 * ]);
 * ```
 */
export function readFrame(frame: FrameInput): FrameHead {
  if (frame instanceof Uint8Array) return readOctets(frame);
  if (typeof frame !== "object" || frame === null) {
    throw new TypeError(
      `Cannot read a frame as 'frame' must be octets, a packet or { src, dst }: current value is ${frame}`,
    );
  }
  if ("bytes" in frame) {
    if (frame.linkType === ETHERNET) return readOctets(frame.bytes);
    throw new TypeError(
      `Cannot read a frame as 'frame' must start with Ethernet (link type ${ETHERNET}): current value is of link type ${frame.linkType}`,
    );
  }
  const { src, dst, vlan, priority = 0, tags } = frame;
  const given = tags ?? (vlan === undefined ? [] : [{ vlan, priority }]);
  return {
    dst: eui48(dst, "dst"),
    src: eui48(src, "src"),
    tags: given.map(fullTag),
    rest: undefined,
  };
}

function readOctets(octets: Uint8Array): FrameHead {
  need(octets, HEADER, "ethernet");
  const tags: Tag[] = [];
  let at = ADDRESSES;
  while (tags.length < MOST_TAGS) {
    const tpid = word(octets, at);
    if (tpid !== C_TAG && tpid !== S_TAG && tpid !== OLD_S_TAG) break;
    need(octets, at + 6, "vlan");
    const tci = word(octets, at + 2);
    tags.push({
      tpid,
      vlan: tci & 0xfff,
      priority: tci >> 13,
      dropEligible: (tci & 0x1000) !== 0,
    });
    at += 4;
  }
  return {
    dst: Mac.fromBytes(octets.subarray(0, 6)),
    src: Mac.fromBytes(octets.subarray(6, ADDRESSES)),
    tags,
    rest: octets.subarray(at),
  };
}

/**
 * Writes a frame with other tags than it had.
 *
 * @param head The frame as it was read.
 * @param tags Its new tags, outermost first.
 * @returns The octets, newly made; `undefined` for a frame that was a record.
 *
 * @example
 * ```ts
 * import { readFrame, writeFrame } from "./tag.ts";
 * import assert from "node:assert/strict";
 *
 * const tagged = Uint8Array.fromHex("ffffffffffff020000000001" + "8100a00a" + "0806");
 * const bare = writeFrame(readFrame(tagged), []);
 * assert.equal(bare?.toHex(), "ffffffffffff0200000000010806");
 * ```
 */
export function writeFrame(
  { dst, src, rest }: FrameHead,
  tags: readonly Tag[],
): Uint8Array | undefined {
  if (rest === undefined) return undefined;
  const octets = new Uint8Array(ADDRESSES + 4 * tags.length + rest.length);
  octets.set(dst.toBytes());
  octets.set(src.toBytes(), 6);
  tags.forEach(({ tpid, vlan, priority, dropEligible }, i) => {
    const tci = priority << 13 | (dropEligible ? 0x1000 : 0) | vlan;
    octets.set([tpid >> 8, tpid, tci >> 8, tci], ADDRESSES + 4 * i);
  });
  octets.set(rest, ADDRESSES + 4 * tags.length);
  return octets;
}

/**
 * Writes tags as they are read aloud: `"S 100 > 10"`.
 *
 * @param tags The tags, outermost first.
 * @returns The VLANs, those of providers with an S; `"untagged"` for none.
 *
 * @example
 * ```ts
 * import { tagText } from "./tag.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tagText([]), "untagged");
 * ```
 */
export function tagText(tags: readonly Tag[]): string {
  if (tags.length === 0) return "untagged";
  return tags.map(({ tpid, vlan, priority }) =>
    `${tpid === C_TAG ? "" : "S "}${vlan}${
      priority === 0 ? "" : ` priority ${priority}`
    }`
  ).join(" > ");
}

function fullTag(tag: Partial<Tag> & Pick<Tag, "vlan">): Tag {
  const { tpid = C_TAG, vlan, priority = 0, dropEligible = false } = tag;
  check(tpid, "tpid", 0xffff);
  check(vlan, "vlan", 4095);
  check(priority, "priority", 7);
  return { tpid, vlan, priority, dropEligible };
}

function check(value: number, name: string, most: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
    throw new RangeError(
      `Cannot read a frame as '${name}' must be an integer from 0 to ${most}: current value is ${value}`,
    );
  }
}

function eui48(from: string | Mac, name: string): Mac {
  const found = mac(from);
  if (found.bits === 48) return found;
  throw new RangeError(
    `Cannot read a frame as '${name}' must be a MAC address of 48 bits: current value is ${found}`,
  );
}

function need(octets: Uint8Array, needed: number, layer: string): void {
  if (octets.length >= needed) return;
  throw new DecodeError("cut short", {
    layer,
    offset: 0,
    needed,
    available: octets.length,
  });
}

function word(octets: Uint8Array, at: number): number {
  return octets[at]! << 8 | octets[at + 1]!;
}
