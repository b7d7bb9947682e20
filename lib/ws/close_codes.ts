/**
 * Why a WebSocket was closed.
 *
 * @module
 */

const REASONS: Readonly<Record<number, string>> = {
  1000: "normal",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no code",
  1006: "no close frame",
  1007: "invalid data",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension missing",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
  1015: "TLS handshake",
};

/**
 * Names a close code.
 *
 * @param code 1000 to 4999.
 * @returns Its meaning in few words; of codes without a registered one, whose
 * they are.
 * @see RFC 6455 §7.4, the registry of close codes
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ws.closeReason(1009), "message too big");
 * assert.equal(net.ws.closeReason(4000), "private");
 * ```
 */
export function closeReason(code: number): string {
  return REASONS[code] ??
    (code >= 4000 ? "private" : code >= 3000 ? "of a library" : "unknown");
}

/**
 * Whether a frame may carry a code.
 *
 * @param code Any number.
 * @returns False also for those that only stand for what was not said.
 * @see RFC 6455 §7.4.1, §7.4.2
 */
export function mayBeSent(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code <= 4999);
}
