/**
 * Why a port below 1024 cannot be had, and what to do about it.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";

/**
 * The error for a socket that cannot be opened.
 *
 * @param error What the socket says.
 * @param op What it is for: `"listen for traps on"`.
 * @param hostname Where it should be.
 * @param port On which port.
 */
export function bindFailure(
  error: unknown,
  op: string,
  hostname: string,
  port: number,
): unknown {
  if (!(error instanceof NetError) || port === 0 || port >= 1024) return error;
  const isBarred = error instanceof PermissionError;
  if (!isBarred && error.code !== "in-use") return error;
  const facts = { code: error.code, op, target: `${hostname}:${port}` };
  return isBarred
    ? new PermissionError("ports below 1024 take more rights", {
      ...facts,
      hint:
        `port: ${port}0, of which the other side must be told; or as root, or after sudo setcap cap_net_bind_service=+ep on the program`,
      cause: error,
    })
    : new NetError("somebody listens there", {
      ...facts,
      hint: `sudo ss -ulpn 'sport = ${port}' to see who: often ${
        port === 162 ? "snmptrapd" : "snmpd"
      }`,
      cause: error,
    });
}
