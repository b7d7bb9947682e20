/**
 * One question by UDP and its answer: asked again while none comes.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Datagram } from "./datagram.ts";
import type { EndpointLike } from "./endpoint.ts";
import type { OpenOptions } from "./udp_carrier.ts";
import { connect } from "./udp_open.ts";

/** Options for {@linkcode request}. */
export interface RequestOptions extends OpenOptions, DeadlineOptions {
  /** The longest wait for an answer after each sending, in milliseconds. @default {1000} */
  timeout?: number | undefined;
  /** How often to send it again when no answer comes. @default {2} */
  retry?: number | undefined;
  /** Tells whether a datagram of the peer's is the answer. @default {any is} */
  match?: ((datagram: Datagram) => boolean) | undefined;
}

/**
 * Sends a datagram to a peer and waits for its answer, from a port of its own;
 * sends it again if none comes in time.
 *
 * @param target The peer: `"host:port"`, `"[2001:db8::1]:port"`, `{ hostname, port }`.
 * @param data Text, which is sent as UTF-8, or octets.
 * @param options How long to wait, how often to try, what is an answer; and as for
 * {@linkcode open}.
 * @returns The first datagram of the peer's that matches.
 * @throws {NetError} `"timeout"` when no answer came to any; `"refused"` at once if
 * nothing receives there, which takes `--allow-ffi`; and what `send` throws.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If `timeout` or `retry` is negative or no number.
 * @see RFC 8085 §3.1.1 (how often to ask again)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, net.udp.echo);
 * const answer = await net.udp.request(server.address, "ping", { timeout: 500, retry: 1 });
 * assert.equal(answer.text(), "ping");
 * ```
 */
export async function request(
  target: EndpointLike,
  data: string | Uint8Array,
  options: RequestOptions = {},
): Promise<Datagram> {
  const { timeout = 1000, retry = 2, match = () => true, signal } = options;
  if (!(Number.isInteger(retry) && retry >= 0)) {
    throw new RangeError(
      `Cannot send a request as 'retry' must be an integer from 0: current value is ${retry}`,
    );
  }
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot send a request as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  // Closed by us, so that who aborts is heard as such.
  await using socket = await connect(target, { ...options, signal: undefined });
  for (let attempt = 0; attempt <= retry; attempt++) {
    await socket.send(data, undefined, { signal });
    const end = performance.now() + timeout;
    try {
      while (true) {
        const left = Math.max(0, end - performance.now());
        const datagram = await socket.receive({ timeout: left, signal });
        if (match(datagram)) return datagram;
      }
    } catch (error) {
      if (!(error instanceof NetError && error.code === "timeout")) throw error;
    }
  }
  const tries = retry === 0 ? "" : ` to any of ${retry + 1} datagrams`;
  throw new NetError(`no answer within ${timeout} ms${tries}`, {
    code: "timeout",
    op: "get an answer from",
    target: `${socket.remote}`,
  });
}
