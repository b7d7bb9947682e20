/**
 * Room for many descriptors.
 *
 * The kernel's table of a process's descriptors doubles when it is full, and
 * each time a program of several threads, as this is, stands still until all
 * processors have seen the new one (RCU): 5 to 20 ms. Whoever opens sockets by
 * the thousand asks for much room at once instead.
 *
 * @module
 */

import { libc } from "./libc.ts";

const F_DUPFD_CLOEXEC = 1030;
/** So many times the descriptors that there are. */
const MORE = 128;

/** The table is made larger when it is half full. */
let enough = 128;

/**
 * Sees to it that some times as many descriptors have room.
 *
 * @param fd The newest descriptor.
 *
 * @example
 * ```ts
 * import { makeRoom } from "./descriptors.ts";
 *
 * makeRoom(3); // next to nothing
 * ```
 */
export function makeRoom(fd: number): void {
  if (fd < enough) return;
  const { fcntl, close } = libc();
  enough = fd * MORE / 2;
  // A copy with a high number; where the limit is lower there is nothing to gain.
  const high = fcntl(fd, F_DUPFD_CLOEXEC, fd * MORE - 1);
  if (high < 0) enough = Infinity;
  else close(high);
}
