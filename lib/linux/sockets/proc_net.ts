/**
 * Sockets as `/proc/net/raw` and its like list them, for kernels whose
 * sock_diag does not know a protocol.
 *
 * @module
 */

import { check, cString, libc } from "../../ffi/libc.ts";
import { Address } from "../../ip/address.ts";
import {
  SOCKET_STATES,
  type SocketProtocol,
  type SocketTimer,
} from "./fields.ts";
import { Socket } from "./socket.ts";

const TIMERS: readonly (SocketTimer["kind"] | undefined)[] = [
  undefined,
  "on",
  "keepalive",
  "timewait",
  "persist",
];

/** The kernel counts the time of timers in hundredths of a second here. */
const TICK = 10;

/**
 * Parses `/proc/net/tcp`, `udp` or `raw`, or that with `6`. Lines that are
 * none of it, such as the heading, are skipped.
 *
 * @param text The file's text.
 * @param protocol What its sockets speak.
 * @returns The sockets; of each what `netstat` shows.
 * @see proc_net(5)
 *
 * @example
 * ```ts
 * import { parseProcNet } from "./proc_net.ts";
 * import assert from "node:assert/strict";
 *
 * const [socket] = parseProcNet(
 *   "  0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 99 1\n",
 *   "tcp",
 * );
 * assert.equal(`${socket?.local.address} ${socket?.local.port}`, "127.0.0.1 22");
 * ```
 */
export function parseProcNet(
  text: string,
  protocol: Exclude<SocketProtocol, "unix">,
): Socket[] {
  return text.split("\n").flatMap((line) => {
    const found =
      /^ *\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) ([\dA-F]{2}) ([\dA-F]{8}):([\dA-F]{8}) ([\dA-F]{2}):([\dA-F]{8}) ([\dA-F]{8}) +(\d+) +\d+ (\d+)/
        .exec(line);
    if (found === null) return [];
    const hex = (n: number) => parseInt(found[n]!, 16);
    const local = addressOf(found[1]!);
    const port = hex(2);
    const raw = protocol === "raw";
    const kind = TIMERS[hex(8)] ?? (hex(8) === 0 ? undefined : "unknown");
    return new Socket({
      protocol,
      family: local.family,
      state: SOCKET_STATES[hex(5)]?.[0] ?? "unconnected",
      local: { address: local, port: raw ? undefined : port },
      remote: {
        address: addressOf(found[3]!),
        port: raw ? undefined : hex(4),
      },
      ipProtocol: raw ? port : undefined,
      receiveQueue: hex(7),
      sendQueue: hex(6),
      uid: Number(found[11]),
      inode: Number(found[12]),
      timer: kind === undefined
        ? undefined
        : { kind, expires: hex(9) * TICK, retransmits: hex(10) },
    });
  });
}

/** Words of the address, each written as the number that it is to the machine. */
function addressOf(digits: string): Address {
  const word = (n: number) => {
    const bytes = Uint8Array.fromHex(digits.slice(8 * n, 8 * n + 8));
    return new DataView(bytes.buffer).getInt32(0, true);
  };
  return digits.length === 8
    ? new Address(4, 0, 0, 0, word(0))
    : new Address(6, word(0), word(1), word(2), word(3));
}

/**
 * Reads the sockets of a protocol from `/proc/net` of this thread's namespace,
 * which is why the C library reads it.
 *
 * @param protocol What they speak.
 * @param family 4 or 6.
 * @returns The sockets.
 * @throws {NetError} If there is no such file.
 *
 * @example
 * ```ts ignore
 * import { readProcNet } from "./proc_net.ts";
 *
 * readProcNet("raw", 4);
 * ```
 */
export function readProcNet(
  protocol: Exclude<SocketProtocol, "unix">,
  family: 4 | 6,
): Socket[] {
  const path = `/proc/thread-self/net/${protocol}${family === 6 ? "6" : ""}`;
  const { open, read, close } = libc();
  const fd = check(open(cString(path), O_CLOEXEC, 0), "open", path);
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(64 * 1024);
    let text = "";
    for (;;) {
      const n = check(read(fd, buffer, buffer.length), "read", path);
      if (n === 0) return parseProcNet(text, protocol);
      text += decoder.decode(buffer.subarray(0, n), { stream: true });
    }
  } finally {
    close(fd);
  }
}

const O_CLOEXEC = 0o2000000;
