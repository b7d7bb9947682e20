/**
 * What a device says when it does not do what it was asked.
 *
 * @see RFC 6241 §4.3 and appendix A
 * @module
 */

import { NetError } from "../../errors.ts";
import type { XmlElement } from "./xml_element.ts";

/** One error, or warning, of a reply. */
export interface RpcError {
  /** Where it arose: in `"transport"`, `"rpc"`, `"protocol"` or `"application"`. */
  readonly type: string;
  /** What it is: `"lock-denied"`, `"data-missing"`, `"invalid-value"`, … */
  readonly tag: string;
  /** `"error"` or `"warning"`. */
  readonly severity: string;
  /** What the device's own model calls it, if anything. */
  readonly appTag: string | undefined;
  /** The path to what it is about, if anything. */
  readonly path: string | undefined;
  /** What it says to people. */
  readonly message: string;
  /** More, as the device has it. */
  readonly info: XmlElement | undefined;
}

/**
 * A request that the device refused: its first error, whose `tag` is the
 * `code`, and all of them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const error = new net.device.NetconfError("lock", "admin@192.0.2.1:830", [{
 *   type: "protocol",
 *   tag: "lock-denied",
 *   severity: "error",
 *   appTag: undefined,
 *   path: undefined,
 *   message: "session 7 has the lock",
 *   info: undefined,
 * }]);
 * assert.equal(error.code, "lock-denied");
 * assert.match(error.message, /Cannot lock on admin@192.0.2.1:830: session 7 has/);
 * ```
 */
export class NetconfError extends NetError {
  /** Always `"NetconfError"`. */
  override readonly name = "NetconfError";
  /** Where it arose: in `"transport"`, `"rpc"`, `"protocol"` or `"application"`. */
  readonly type: string;
  /** What it is: `"lock-denied"`, `"data-missing"`, `"invalid-value"`, … */
  readonly tag: string;
  /** `"error"`. */
  readonly severity: string;
  /** What the device's own model calls it, if anything. */
  readonly appTag: string | undefined;
  /** The path to what it is about, if anything. */
  readonly path: string | undefined;
  /** All errors and warnings of the reply. */
  readonly errors: readonly RpcError[];

  /**
   * Builds the message from the errors.
   *
   * @param request The name of the request: `"edit-config"`.
   * @param target The device.
   * @param errors The errors and warnings, at least one.
   */
  constructor(request: string, target: string, errors: readonly RpcError[]) {
    const first = errors.find(({ severity }) => severity !== "warning") ??
      errors[0] as RpcError;
    const { type, tag, severity, appTag, path, message } = first;
    const about = path === undefined ? "" : ` (at ${path})`;
    const said = message === "" ? tag : `${message} [${tag}]`;
    super(`${said}${about}`, {
      code: tag,
      op: `${request} on`,
      target,
      hint: HINTS[tag],
    });
    this.type = type;
    this.tag = tag;
    this.severity = severity;
    this.appTag = appTag;
    this.path = path;
    this.errors = errors;
  }
}

const HINTS: Readonly<Record<string, string>> = {
  "lock-denied":
    "the error's info says which session has the lock; wait for it, or killSession",
  "access-denied": "log in as a user who may do that",
  "operation-not-supported": "session.capabilities tells what it can do",
};

/** Reads an element `rpc-error`. */
export function rpcErrorOf(element: XmlElement): RpcError {
  const text = (name: string) => element.find(name)?.text;
  return {
    type: text("error-type") ?? "application",
    tag: text("error-tag") || "operation-failed",
    severity: text("error-severity") ?? "error",
    appTag: text("error-app-tag"),
    path: text("error-path"),
    message: (text("error-message") ?? "").replaceAll(/\s+/g, " "),
    info: element.find("error-info"),
  };
}
