/**
 * Captures as plain objects: every field of every packet, decoded at once.
 *
 * @module
 */

import type { PlainPacket } from "../packet/scan_eager.ts";
import type { RecordSource } from "./columns.ts";

/** Packets at a time: few enough for their objects to be young when they go. */
const BATCH = 32;

/**
 * Decodes all packets into plain objects, some at a time: for whoever
 * wants all fields of all packets, for half of what asking a `Packet` for each
 * costs.
 *
 * @param capture The capture.
 * @returns The packets, in lists. Their octets lie in buffers that they share.
 * @throws {DecodeError} If the file ends within a packet.
 * @throws {NetError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const file = net.bytes.parseHex(
 *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" + // raw IP
 *     "00000001 00000002 00000014 00000014" +
 *     "45000014000000004011000000000000 0a000002",
 * );
 * for await (const packets of net.pcap.decodeAll(await net.pcap.open(file))) {
 *   for (const { layers } of packets) {
 *     for (const layer of layers) {
 *       if (layer.name === "ipv4") assert.equal(layer.ttl, 64);
 *     }
 *   }
 * }
 * ```
 */
export async function* decodeAll(
  capture: RecordSource,
): AsyncGenerator<PlainPacket[], void, void> {
  const { eagerDecoder } = await import("../packet/scan_eager.ts");
  const decode = eagerDecoder();
  for await (const records of capture.records("keep")) {
    let packets: PlainPacket[] = [];
    while (records.next()) {
      if (packets.push(decode(records)) < BATCH) continue;
      yield packets;
      packets = [];
    }
    if (packets.length > 0) yield packets;
  }
}
