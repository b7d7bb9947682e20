/**
 * Small writes that follow each other leave as one packet.
 *
 * @module
 */

import type { Duplex } from "node:stream";

/** What is larger leaves at once, with all that waits. */
const SMALL = 4096;

/**
 * Holds small writes back until the turn is over: the answers to what came in
 * one piece then go out in one.
 *
 * @param stream What is written to.
 * @returns The same.
 */
export function batched<T extends Duplex>(stream: T): T {
  const { write, destroy } = stream;
  let isHeld = false;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    stream.uncork();
  };
  stream.write = function (this: T, ...args: unknown[]): boolean {
    const isSmall = (args[0] as Uint8Array).length < SMALL;
    if (isSmall && !isHeld) {
      isHeld = true;
      stream.cork();
      queueMicrotask(release);
    }
    const goesOn = Reflect.apply(write, stream, args) as boolean;
    if (!isSmall) release();
    return goesOn;
  } as T["write"];
  // What was written before is on its way before the stream is cut.
  stream.destroy = function (this: T, error?: Error): T {
    release();
    return Reflect.apply(destroy, stream, [error]) as T;
  };
  return stream;
}
