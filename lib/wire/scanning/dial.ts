/**
 * A TCP connection as a question: open, closed, or nobody there.
 *
 * @module
 */

import { PermissionError } from "../../errors.ts";
import type { Address } from "../../ip/address.ts";
import { inside } from "../../linux/entering.ts";
import type { WireOptions } from "../options.ts";
import type { Answer } from "./techniques.ts";

/** What came of a try: a connection, which is the caller's to close, or why not. */
export type Dialled =
  | { readonly answer: "connected"; readonly connection: Deno.Conn }
  | { readonly answer: Exclude<Answer, "connected"> };

/** Answers by the system's word for them. */
const ERRORS: Readonly<Record<string, Exclude<Answer, "connected">>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "refused",
  ETIMEDOUT: "no-answer",
  EHOSTUNREACH: "host-unreachable",
  EHOSTDOWN: "host-unreachable",
  ENETUNREACH: "net-unreachable",
  ENOPROTOOPT: "protocol-unreachable",
  EACCES: "admin-prohibited",
  EPERM: "admin-prohibited",
};

/**
 * Tries to connect.
 *
 * @param to The address.
 * @param port The port.
 * @param options How long to wait, in milliseconds.
 * @returns The connection, or what came back instead.
 * @throws {PermissionError} Without `--allow-net` for it.
 * @throws What the system lacks: descriptors (`EMFILE`), ports (`EADDRNOTAVAIL`).
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts ignore
 * import { parse } from "../../ip/address.ts";
 * import { dial } from "./dial.ts";
 *
 * const dialled = await dial(parse("127.0.0.1"), 22, { timeout: 1000 });
 * if ("connection" in dialled) dialled.connection.close();
 * ```
 */
export async function dial(
  to: Address,
  port: number,
  options: WireOptions & { readonly timeout: number },
): Promise<Dialled> {
  const { timeout, namespace, signal } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, timeout);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    // The socket is opened at once, and so inside; a promise would not pass.
    const [connecting] = inside(namespace, () => [
      Deno.connect({
        hostname: `${to}`,
        port,
        signal: controller.signal,
        // An address needs no look-up, which would not happen inside.
        autoSelectFamily: false,
      }),
    ]);
    const connection = await connecting!;
    // Who picks the port that it calls as its own calls itself.
    const local = connection.localAddr as Deno.NetAddr;
    const remote = connection.remoteAddr as Deno.NetAddr;
    if (local.port === remote.port && local.hostname === remote.hostname) {
      connection.close();
      return { answer: "refused" };
    }
    return { answer: "connected", connection };
  } catch (error) {
    signal?.throwIfAborted();
    if (controller.signal.aborted) return { answer: "no-answer" };
    const { name, code = "" } = error as { name?: string; code?: string };
    if (name === "NotCapable") {
      throw new PermissionError("this program may not use the network there", {
        code: "not-permitted",
        op: "connect to",
        target: `${to}`,
        hint: `deno run --allow-net=${to} …`,
        cause: error,
      });
    }
    const answer = ERRORS[code];
    if (answer === undefined) throw error;
    return { answer };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
