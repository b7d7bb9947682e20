/**
 * The names of all options, to tell what was mistyped: at the prompt no type
 * says that `protocl` would follow streams of TCP.
 *
 * They name no types, whose files read them; where a table is used, the compiler
 * sees that none of the type's options is missing.
 *
 * @module
 */

/** Options of `decode`. */
export const DECODE = {
  linkType: true,
  length: true,
  timestamp: true,
} as const;

/** Options of `fuzz`. */
export const FUZZ = {
  seed: true,
  count: true,
} as const;

/** Options of `streams`. */
export const STREAMS = {
  protocol: true,
  overlap: true,
  maxOctets: true,
  maxStreams: true,
} as const;

/** Options of `expert`. */
export const EXPERT = {
  checksums: true,
  maxNotes: true,
  maxStreams: true,
} as const;

/** Options of `histogram`. */
export const HISTOGRAM = {
  interval: true,
  maxRows: true,
} as const;

/** Options of `conversations`. */
export const CONVERSATIONS = {
  maxConversations: true,
} as const;

/** Options of `reassembler` and `reassemble`. */
export const REASSEMBLER = {
  overlap: true,
  timeout: true,
  maxDatagrams: true,
  maxOctets: true,
  onDrop: true,
} as const;

/** Options of `fragment`. */
export const FRAGMENT = {
  mtu: true,
  id: true,
} as const;

/** Options of `follow`. */
export const FOLLOW = {
  format: true,
  direction: true,
  canvas: true,
} as const;
