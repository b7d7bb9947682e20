/**
 * Packets: octets in, typed layers out.
 *
 * {@linkcode decode} gives a {@linkcode Packet}; `packet.tcp?.dstPort` and the
 * like read its fields where they lie.
 *
 * @module
 */

export * from "./build.ts";
export * from "./frame.ts";
export * from "./fuzz.ts";
export * from "./layer.ts";
export * from "./layers/all.ts";
export * from "./match/match.ts";
export * from "./packet.ts";
export * from "./sweep.ts";
export * from "./verbatim.ts";
