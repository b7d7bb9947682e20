/**
 * Interfaces that carry nothing: those that are down, and those that go.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { libc } from "../../ffi/libc.ts";
import { isUp } from "../../linux/device.ts";

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SIOCGIFFLAGS = 0x8913;
const ENETDOWN = 100;
const IFF_UP = 1;

/**
 * Makes sure that an interface of this thread's namespace is up.
 *
 * @param name The interface.
 * @throws {NetError} With code `"down"` if it is not, `"not-found"` if there is
 * none.
 *
 * @example
 * ```ts ignore
 * import { checkUp } from "./link_end.ts";
 *
 * checkUp("eth0");
 * ```
 */
export function checkUp(name: string): void {
  if (!isUp(name)) throw linkDown(name, "it is down");
}

/** The error for an interface that carries nothing. */
function linkDown(name: string, reason: string): NetError {
  return new NetError(reason, {
    code: "down",
    op: "capture on",
    target: name,
    hint: `sudo ip link set ${name} up`,
  });
}

/**
 * Asks a packet socket whether its interface has gone down or away.
 *
 * @param fd The socket.
 * @param name The interface.
 * @returns The error that says so; `undefined` if it has not.
 */
export function goneOrDown(fd: number, name: string): NetError | undefined {
  const word = new Int32Array(1);
  const { getsockopt } = libc();
  getsockopt(fd, SOL_SOCKET, SO_ERROR, word, new Uint32Array([4]));
  return word[0] === ENETDOWN ? downError(fd, name) : undefined;
}

/**
 * Tells whether an interface that a packet socket is on carries nothing.
 *
 * @param fd The socket, which knows its namespace.
 * @param name The interface.
 * @returns Whether it is down, or gone; not so for all interfaces together.
 */
export function isDown(fd: number, name: string): boolean {
  if (name === "any" || fd < 0) return false;
  return ((flagsOf(fd, name) ?? 0) & IFF_UP) === 0;
}

/** The flags of an interface of a socket's namespace, if it is there. */
function flagsOf(fd: number, name: string): number | undefined {
  const request = new Uint8Array(40);
  request.set(new TextEncoder().encode(name).subarray(0, 15));
  if (libc().ioctl(fd, SIOCGIFFLAGS, request) < 0) return undefined;
  return new DataView(request.buffer).getUint16(16, true);
}

/**
 * Makes the error for an interface of which a packet socket has been told
 * that it is down: it may be gone altogether.
 *
 * @param fd The socket, which knows its namespace.
 * @param name The interface.
 * @returns The error.
 */
export function downError(fd: number, name: string): NetError {
  if (flagsOf(fd, name) !== undefined) return linkDown(name, "it went down");
  return new NetError("it is gone", {
    code: "gone",
    op: "capture on",
    target: name,
    hint: "net.linux.links() shows what there is",
  });
}
