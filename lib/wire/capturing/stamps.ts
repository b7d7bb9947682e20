/**
 * Having the kernel stamp packets when they come.
 *
 * It begins that a moment after the first socket asks for it, as it changes its
 * own code for that. What comes in between gets the time when it is read.
 *
 * @module
 */

import { check, libc } from "../../ffi/libc.ts";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const SOL_SOCKET = 1;
const SO_TIMESTAMPNS = 35;
/** Milliseconds that the kernel is given. */
const MOMENT = 2;

/**
 * Asks for stamps, and waits until there are some.
 *
 * @returns What keeps them: dispose of it when another socket asks for them.
 * @throws {PermissionError} Without `--allow-ffi`.
 * @see socket(7) SO_TIMESTAMPNS
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../../ffi/libc.ts";
 * import { keepStamps } from "./stamps.ts";
 *
 * if (libcAllowed()) keepStamps()[Symbol.dispose]();
 * ```
 */
export function keepStamps(): Disposable {
  const { socket, setsockopt, poll, close } = libc();
  const fd = check(socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), "open", "a socket");
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, new Int32Array([1]), 4);
  poll(new Uint8Array(8), 0, MOMENT);
  return { [Symbol.dispose]: () => void close(fd) };
}
