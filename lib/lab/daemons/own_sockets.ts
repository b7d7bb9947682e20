/**
 * Listening in a node by the agent itself.
 *
 * @module
 */

/**
 * Listens on all addresses of both versions of IP, or of IPv4 where the kernel
 * has no other.
 *
 * @param listen Listens on this address, at once.
 * @returns What it gave.
 */
export function onAnyAddress<T>(listen: (hostname: string) => T): T {
  try {
    return listen("::");
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return listen("0.0.0.0");
  }
}
