/**
 * TCP as connection tracking follows it: which packets are valid, and the
 * state after each.
 *
 * @see RFC 9293 §3.3.2; the kernel's nf_conntrack_proto_tcp.c
 *
 * @module
 */

const SS = 1, SR = 2, ES = 3, FW = 4, CW = 5, LA = 6, TW = 7, CL = 8, S2 = 9;
/** No such packet can come here. */
export const INVALID = 10;
/** It changes nothing. */
export const IGNORE = 11;
const IV = INVALID, IG = IGNORE;

export const ESTABLISHED = ES;
export const SYN_SENT = SS;
export const SYN_RECV = SR;
export const FIN_WAIT = FW;
export const TIME_WAIT = TW;
export const CLOSE = CL;

/** By direction, kind of packet, state before: none, sent, received, … */
const NEXT = [
  [
    [SS, SS, IG, IG, IG, IG, IG, SS, SS, S2],
    [IV, IV, SR, IV, IV, IV, IV, IV, IV, SR],
    [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
    [ES, IV, ES, ES, CW, CW, TW, TW, CL, IV],
    [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
    [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV],
  ],
  [
    [IV, S2, IV, IV, IV, IV, IV, SS, IV, S2],
    [IV, SR, IG, IG, IG, IG, IG, IG, IG, SR],
    [IV, IV, FW, FW, LA, LA, LA, TW, CL, IV],
    [IV, IG, SR, ES, CW, CW, TW, TW, CL, IG],
    [IV, CL, CL, CL, CL, CL, CL, CL, CL, CL],
    [IV, IV, IV, IV, IV, IV, IV, IV, IV, IV],
  ],
] as const;

/** Milliseconds that a connection stays, by its state. */
export const TIMEOUTS: readonly number[] = [
  ...[120, 120, 60, 432000, 120, 60, 30, 120, 10, 120],
].map((seconds) => seconds * 1000);

/** The flags that may stand together, but for PSH, ECE and CWR. */
const VALID = new Set([0x02, 0x22, 0x12, 0x04, 0x14, 0x11, 0x31, 0x10, 0x30]);

/** Whether flags may stand together. */
export const areFlagsValid = (flags: number): boolean =>
  VALID.has(flags & 0x37);

export const SYN = 0;
export const SYN_ACK = 1;
export const FIN = 2;
export const ACK = 3;
export const RST = 4;
const NONE = 5;

/** What a packet is, by its flags. */
export function kindOf(flags: number): number {
  if ((flags & 4) !== 0) return RST;
  if ((flags & 2) !== 0) return (flags & 16) !== 0 ? SYN_ACK : SYN;
  if ((flags & 1) !== 0) return FIN;
  return (flags & 16) !== 0 ? ACK : NONE;
}

/** The state after a packet. */
export function nextState(
  isReply: boolean,
  flags: number,
  before: number,
): number {
  return NEXT[isReply ? 1 : 0]![kindOf(flags)]![before]!;
}
