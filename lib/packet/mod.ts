/**
 * Packets: octets in, typed layers out.
 *
 * {@linkcode decode} gives a {@linkcode Packet}; `packet.tcp?.dstPort` and the
 * like read its fields where they lie.
 *
 * @module
 */

export * from "./frame.ts";
export * from "./layer.ts";
export * from "./packet.ts";
