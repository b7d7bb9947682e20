/**
 * Closing what takes long to close.
 *
 * The kernel closes a packet socket only when all processors have seen that it
 * is gone (RCU): 10 to 50 ms in which this thread would stand still. So a thread
 * of its own does it. It is none of the runtime's pool, where file reads wait in
 * the same queue, and leaves nothing that a program's end would wait for.
 *
 * @module
 */

import { libc } from "./libc.ts";

/**
 * Closes a descriptor, soon: it does not wait for the kernel.
 *
 * @param fd The descriptor, which is not to be used any more.
 *
 * @example
 * ```ts
 * import { closeSoon } from "./closing.ts";
 * import { libc, libcAllowed } from "./libc.ts";
 *
 * if (libcAllowed()) closeSoon(libc().eventfd(0, 0));
 * ```
 */
export function closeSoon(fd: number): void {
  const { pthread_create, pthread_detach, closeRoutine, close } = libc();
  const thread = new BigUint64Array(1);
  // The thread starts with the C library's own function: code that is never
  // unloaded, also while the program ends.
  const isStarted = pthread_create !== null && pthread_detach !== null &&
    pthread_create(thread, 0, closeRoutine, fd) === 0;
  if (isStarted) pthread_detach(thread[0]!);
  else close(fd);
}
