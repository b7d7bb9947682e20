/**
 * Listening on a socket while time passes.
 *
 * @module
 */

import type { LinkSocket } from "../link/link_socket.ts";

/**
 * Hands over each frame that a socket hears, until the socket is disposed of.
 *
 * @param socket The socket.
 * @param take Gets the frame's number, good for as long as it runs.
 * @throws {NetError} If the interface went down or away.
 *
 * @example
 * ```ts ignore
 * import { hear, pause } from "./hearing.ts";
 * import { LinkSocket } from "../link/link_socket.ts";
 *
 * using socket = LinkSocket.open("eth0");
 * const heard = hear(socket, (i) => console.log(String(socket.packet(i))));
 * await pause(1000, { enough: heard });
 * ```
 */
export async function hear(
  socket: LinkSocket,
  take: (i: number) => void,
): Promise<void> {
  while (await socket.wait()) {
    const count = socket.receive();
    for (let i = 0; i < count; i++) take(i);
  }
}

/** What may end a {@linkcode pause} before its time. */
export interface PauseOptions {
  /** Ends it; then it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Ends it; if this rejects, so does it. */
  enough?: Promise<unknown> | undefined;
}

/**
 * Lets time pass.
 *
 * @param ms How long, in milliseconds.
 * @param options What may end it before.
 * @throws The signal's reason, or what `enough` rejects with.
 *
 * @example
 * ```ts
 * import { pause } from "./hearing.ts";
 * import assert from "node:assert/strict";
 *
 * const start = performance.now();
 * await pause(10_000, { enough: Promise.resolve() });
 * assert.ok(performance.now() - start < 5000);
 * ```
 */
export async function pause(
  ms: number,
  options: PauseOptions = {},
): Promise<void> {
  const { signal, enough } = options;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal?.reason);
  const timer = setTimeout(resolve, Math.min(ms, 0x7fffffff));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await (enough === undefined ? promise : Promise.race([promise, enough]));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
