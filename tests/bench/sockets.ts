/**
 * Listing 10,000 TCP sockets with TCP_INFO, beside `ss` that lists the same.
 *
 * @module
 */

import { check, libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { readSockets } from "../../lib/linux/sockets/read.ts";
import { medianOf } from "./peers.ts";

/** Each connection is two sockets; the kernel holds those not accepted. */
const CONNECTIONS = 5_000;
/** Fewer than somaxconn, and than the descriptors that a process mostly may have. */
const A_LISTENER = 1_000;
const AF_INET = 2;
const SOCK_STREAM = 1;

/** 127.0.0.1, as struct sockaddr_in. */
function loopback(port: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    2,
    0,
    port >> 8,
    port,
    127,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );
}

function open(): number {
  return check(libc().socket(AF_INET, SOCK_STREAM, 0), "open", "a socket");
}

/** Connects, and gives the descriptors to close. */
function connectAll(): number[] {
  const descriptors: number[] = [];
  for (let n = 0; n < CONNECTIONS; n++) {
    const port = 20_000 + Math.floor(n / A_LISTENER);
    if (n % A_LISTENER === 0) {
      const listener = open();
      descriptors.push(listener);
      check(libc().bind(listener, loopback(port), 16), "bind", `${port}`);
      check(libc().listen(listener, A_LISTENER), "listen on", `${port}`);
    }
    const fd = open();
    descriptors.push(fd);
    check(libc().connect(fd, loopback(port), 16), "connect to", `${port}`);
  }
  return descriptors;
}

function ss(): string {
  const { stdout } = new Deno.Command("ss", {
    args: ["-tinemaH4"],
    stderr: "null",
  }).outputSync();
  return new TextDecoder().decode(stdout);
}

/** Prints the table. */
export function bench(): Promise<void> {
  let namespace: number;
  try {
    namespace = createNetworkNamespace();
  } catch {
    console.log(
      "sockets: skipped, needs root: unshare -rn deno task bench sockets",
    );
    return Promise.resolve();
  }
  try {
    inNamespace(namespace, () => {
      new Deno.Command("ip", { args: ["link", "set", "lo", "up"] })
        .outputSync();
      const descriptors = connectAll();
      try {
        measure();
      } finally {
        for (const fd of descriptors) libc().close(fd);
      }
    });
  } finally {
    libc().close(namespace);
  }
  return Promise.resolve();
}

function measure(): void {
  let found = 0;
  let withInfo = 0;
  const ours = medianOf(() => {
    const list = readSockets({ protocols: ["tcp"], families: [4] });
    found = list.length;
    withInfo = list.filter(({ tcp }) => tcp !== undefined).length;
  });
  let lines = 0;
  const theirs = medianOf(() => {
    lines = ss().split("\n").filter((line) => /^[A-Z]/.test(line)).length;
  });
  if (found !== lines || withInfo !== found) {
    throw new Error(
      `${found} sockets, ${withInfo} with TCP_INFO, ss has ${lines}`,
    );
  }
  console.log(inspect.table([
    {
      sockets: found,
      "net.linux.sockets": inspect.duration(ours / 1e6),
      "ss -tinem": inspect.duration(theirs / 1e6),
      ratio: `${(theirs / ours).toFixed(1)} times`,
    },
  ], {
    title: "Sockets with TCP_INFO",
    canvas: inspect.canvas(),
  }));
}

if (import.meta.main) await bench();
