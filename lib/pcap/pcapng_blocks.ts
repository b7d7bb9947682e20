/**
 * Decoding the blocks of a pcapng file to plain data.
 *
 * @see draft-ietf-opsawg-pcapng §4
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { Address } from "../ip/address.ts";
import { Packet } from "../packet/packet.ts";
import type {
  AnyBlock,
  Block,
  NamesBlock,
  PacketBlock,
  PacketFlags,
  SecretsBlock,
  SectionBlock,
  StatisticsBlock,
} from "./block.ts";
import {
  type Clock,
  hexPairs,
  known,
  readTime,
  type Time,
} from "./pcapng_interface.ts";
import {
  type BlockBody,
  type BlockOptions,
  padded,
  readOptions,
} from "./pcapng_options.ts";
import { BlockType, PcapngRecords } from "./pcapng_records.ts";
import type { Records } from "./records.ts";

/**
 * Gives the blocks that are whole in a cursor's buffer. The records of a pcap
 * file come as blocks too, after one for what its header says.
 *
 * @param records The cursor; packets that are not asked for are left out.
 * @returns The blocks.
 * @throws {DecodeError} If a part of one goes beyond its end.
 *
 * @example
 * ```ts
 * import { blocksOf } from "./pcapng_blocks.ts";
 * import { PcapngRecords } from "./pcapng_records.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...blocksOf(new PcapngRecords(new Uint8Array(0)))], []);
 * ```
 */
export function* blocksOf(records: Records): Generator<Block, void, void> {
  if (records instanceof PcapngRecords) {
    while (records.stepBlock()) {
      if (!records.isPacket || records.isWanted()) yield decodeBlock(records);
    }
    return;
  }
  const face = records.interfaces[0]!;
  if (records.number === 0 && records.origin === 0) {
    yield { type: "interface", offset: 0, options: [], ...face };
  }
  while (records.next()) {
    yield {
      type: "packet",
      offset: records.origin + records.recordStart,
      ...NONE,
      number: records.number,
      packet: new Packet(records.frame()),
      interface: face,
    };
  }
}

/** Octets of a block's type and length, before what it says. */
const HEAD = 8;
const NONE = { comments: [], options: [] } as const;

/**
 * Decodes the block that a cursor is at.
 *
 * @param records The cursor.
 * @returns The block.
 * @throws {DecodeError} If a part of it goes beyond its end.
 *
 * @example
 * ```ts
 * import { decodeBlock } from "./pcapng_blocks.ts";
 * import { PcapngRecords } from "./pcapng_records.ts";
 * import assert from "node:assert/strict";
 *
 * const records = new PcapngRecords(Uint8Array.fromHex(
 *   "0a0d0d0a" + "0000001c" + "1a2b3c4d" + "00010000" + "ffffffffffffffff" + "0000001c",
 * ));
 * records.stepBlock();
 * const block = decodeBlock(records);
 * assert.ok(block.type === "section" && block.byteOrder === "big");
 * ```
 */
export function decodeBlock(records: PcapngRecords): Block {
  const { blockType, block } = records;
  switch (blockType) {
    case BlockType.section:
      return sectionBlock(block);
    case BlockType.interface:
      return {
        type: "interface",
        ...common(block, readOptions(block, 16)),
        ...records.interfaces.at(-1)!,
      };
    case BlockType.packet:
    case BlockType.oldPacket:
    case BlockType.simplePacket:
      return packetBlock(records, block);
    case BlockType.names:
      return namesBlock(block);
    case BlockType.statistics:
      return statisticsBlock(records, block);
    case BlockType.secrets:
      return secretsBlock(block);
    case BlockType.custom:
    case BlockType.customLocal:
      needs(block, HEAD + 4);
      return {
        type: "custom",
        offset: block.offset,
        ...NONE,
        enterprise: block.view.getUint32(block.start + HEAD, block.little),
        mayCopy: blockType === BlockType.custom,
        data: part(block, HEAD + 4, block.end - 4),
      };
    default: {
      const data = part(block, HEAD, block.end - 4);
      const { offset } = block;
      return { type: "unknown", offset, ...NONE, code: blockType, data };
    }
  }
}

function common(
  { offset }: BlockBody,
  options: BlockOptions,
): AnyBlock {
  return { offset, comments: options.comments, options: options.list };
}

function part({ octets, start }: BlockBody, from: number, end: number) {
  return octets.subarray(start + from, end);
}

/** Checks that a block has so many octets before its last length. */
function needs(block: BlockBody, needed: number): void {
  const available = block.end - 4 - block.start;
  if (available >= needed) return;
  throw new DecodeError("block cut short", {
    layer: "pcapng",
    offset: block.offset,
    needed,
    available,
    lengthFrom: "block total length",
  });
}

function sectionBlock(block: BlockBody): SectionBlock {
  const options = readOptions(block, 24);
  return known({
    type: "section",
    ...common(block, options),
    byteOrder: block.little ? "little" : "big",
    hardware: options.text(2),
    os: options.text(3),
    application: options.text(4),
  }) as SectionBlock;
}

function packetBlock(records: PcapngRecords, block: BlockBody): PacketBlock {
  const isSimple = records.blockType === BlockType.simplePacket;
  // A simple packet has no options.
  const after = isSimple
    ? block.end - 4 - block.start
    : records.start - block.start + padded(records.end - records.start);
  const options = readOptions(block, after);
  const flags = options.number(2, 4);
  const isOld = records.blockType === BlockType.oldPacket;
  const drops = isOld
    ? block.view.getUint16(block.start + 10, block.little)
    : options.number(4, 8);
  return known({
    type: "packet",
    ...common(block, options),
    number: records.number,
    packet: new Packet(records.frame()),
    interface: records.interfaces[records.interface]!,
    flags: flags === undefined ? undefined : flagsOf(flags),
    // The old block says 65,535 where it is not known.
    drops: isOld && drops === 0xffff ? undefined : drops,
    packetId: isOld ? undefined : options.bigint(5),
    queue: isOld ? undefined : options.number(6, 4),
  }) as PacketBlock;
}

function flagsOf(flags: number): PacketFlags {
  const receptions = ["unicast", "multicast", "broadcast", "promiscuous"];
  const fcsLength = flags >>> 5 & 0xf;
  return known({
    direction: [undefined, "inbound", "outbound"][flags & 3],
    reception: receptions[(flags >>> 2 & 7) - 1],
    fcsLength: fcsLength === 0 ? undefined : fcsLength,
    errors: flags >>> 16,
  }) as PacketFlags;
}

function namesBlock(block: BlockBody): NamesBlock {
  const { view, start, little } = block;
  const names: NamesBlock["names"][number][] = [];
  const end = block.end - 4 - start;
  let at = HEAD;
  while (at < end) {
    needs(block, at + 4);
    const type = view.getUint16(start + at, little);
    const length = view.getUint16(start + at + 2, little);
    at += 4;
    if (type === 0) break;
    needs(block, at + length);
    const octets = [4, 16, 6, 8][type - 1];
    if (octets !== undefined && length >= octets) {
      const address = part(block, at, start + at + octets);
      const text = new TextDecoder().decode(
        part(block, at + octets, start + at + length),
      );
      names.push({
        address: type <= 2
          ? String(Address.fromBytes(address))
          : hexPairs(address),
        names: text.split("\0").filter((name) => name !== ""),
      });
    }
    at += padded(length);
  }
  const options = readOptions(block, at);
  return { type: "names", ...common(block, options), names };
}

function statisticsBlock(
  records: PcapngRecords,
  block: BlockBody,
): StatisticsBlock {
  needs(block, 20);
  const { view, start, little, offset } = block;
  const index = view.getUint32(start + 8, little);
  const clock = records.clock(index);
  if (clock === undefined) {
    throw new DecodeError(`statistics of interface ${index}, not described`, {
      layer: "pcapng",
      offset,
    });
  }
  const options = readOptions(block, 20);
  const [high, low] = [12, 16].map((at) => view.getUint32(start + at, little));
  return known({
    type: "statistics",
    ...common(block, options),
    interface: records.interfaces[index]!,
    timestamp: instantOf(clock, [high!, low!]),
    startTime: instantOf(clock, options.halves(2)),
    endTime: instantOf(clock, options.halves(3)),
    received: options.number(4, 8),
    dropped: options.number(5, 8),
    accepted: options.number(6, 8),
    osDropped: options.number(7, 8),
    delivered: options.number(8, 8),
  }) as StatisticsBlock;
}

function instantOf(
  clock: Clock,
  halves: readonly [high: number, low: number] | undefined,
): Temporal.Instant | undefined {
  if (halves === undefined) return undefined;
  const time: Time = { seconds: undefined, nanoseconds: 0 };
  readTime(time, clock, ...halves);
  if (time.seconds === undefined) return undefined;
  return Temporal.Instant.fromEpochNanoseconds(
    BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds),
  );
}

const SECRETS: ReadonlyMap<number, SecretsBlock["kind"]> = new Map([
  [0x544c534b, "tls"],
  [0x5353484b, "ssh"],
  [0x57474b4c, "wireguard"],
  [0x5a4e574b, "zigbee nwk"],
  [0x5a415053, "zigbee aps"],
]);

function secretsBlock(block: BlockBody): SecretsBlock {
  needs(block, 16);
  const { view, start, little } = block;
  const length = view.getUint32(start + 12, little);
  needs(block, 16 + length);
  return {
    type: "secrets",
    ...common(block, readOptions(block, 16 + padded(length))),
    kind: SECRETS.get(view.getUint32(start + 8, little)) ?? "unknown",
    secrets: part(block, 16, start + 16 + length),
  };
}
