/**
 * Ports for what has to be told its own: programs of others, and addresses where
 * nobody is to be.
 *
 * They lie below those that the kernel hands out by itself (32768 and up), so that
 * no connection or listener of a test beside takes one in between.
 *
 * @see ip(7), ip_local_port_range
 * @module
 */

const FIRST = 10_000;
const PAST = 32_768;

/** One port of 127.0.0.1 that nobody listens on. */
export function freePort(): number {
  return freePorts(1)[0]!;
}

/** Some of them, all different. */
export function freePorts(count: number): number[] {
  const listeners: Deno.Listener[] = [];
  while (listeners.length < count) {
    const port = FIRST + Math.floor(Math.random() * (PAST - FIRST));
    try {
      listeners.push(Deno.listen({ hostname: "127.0.0.1", port }));
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return listeners.map((listener) => {
    listener.close();
    return (listener.addr as Deno.NetAddr).port;
  });
}
