/**
 * Packets: octets in, typed layers out.
 *
 * {@linkcode decode} gives a {@linkcode Packet}; `packet.tcp?.dstPort` and the
 * like read its fields where they lie.
 *
 * @module
 */

export * from "./build.ts";
export * from "./fields.ts";
export * from "./frame.ts";
export * from "./fuzz.ts";
export * from "./layer.ts";
export * from "./layers/all.ts";
export * from "./match/match.ts";
export * from "./packet.ts";
export * from "./scan_column.ts";
export * from "./scan_eager.ts";
export * from "./streams/conversation.ts";
export * from "./streams/conversations.ts";
export * from "./streams/endpoints.ts";
export * from "./streams/expert.ts";
export * from "./streams/expert_note.ts";
export * from "./streams/follow.ts";
export * from "./streams/fragment.ts";
export * from "./streams/hierarchy.ts";
export * from "./streams/histogram.ts";
export * from "./streams/overlap.ts";
export * from "./streams/reassemble.ts";
export * from "./streams/stream.ts";
export * from "./streams/streams.ts";
export * from "./sweep.ts";
export * from "./verbatim.ts";
