/**
 * Two ends of one connection, and text out of octets.
 *
 * @module
 */

import * as tcp from "../../lib/socket/tcp.ts";

/** Both ends of a connection, and the listener between them. */
export interface Pair extends AsyncDisposable {
  readonly listener: tcp.Listener;
  readonly near: tcp.Connection;
  readonly far: tcp.Connection;
}

/** Connects with ourselves; the options are for the near end. */
export async function pair(options: tcp.ConnectOptions = {}): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const listener = stack.use(await tcp.listen());
  const accepting = listener.accept({ timeout: 5000 });
  const near = stack.use(await tcp.connect(listener.address, options));
  const far = stack.use(await accepting);
  return {
    listener,
    near,
    far,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Octets as UTF-8 text. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes && new TextDecoder().decode(bytes);
}
