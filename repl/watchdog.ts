/**
 * The thread that hears Ctrl-C while an entry keeps the main one busy.
 *
 * @module
 */

import program from "./watchdog.js" with { type: "text" };

/** A watchdog at work. */
export interface Watchdog {
  /** Settles when it hears signals. */
  readonly listening: Promise<void>;
  /** Ends its thread. */
  stop(): void;
}

/**
 * Starts the thread. To be done before an entry that may last: one that starts
 * after the inspector is up is held for a second, and by a loop for ever.
 *
 * @param state What the thread and the loop guards share: see `watchdog.js`.
 * @param signals Those at which the program ends, besides Ctrl-C.
 */
export function startWatchdog(
  state: Int32Array,
  signals: readonly Deno.Signal[],
): Watchdog {
  const source = new Blob([program], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(source), { type: "module" });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  worker.onmessage = () => resolve();
  worker.postMessage({ state, signals });
  return { listening, stop: () => worker.terminate() };
}
