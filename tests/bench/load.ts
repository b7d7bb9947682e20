/**
 * A load generator, run as a child: `load.ts http|ws port connections ms`.
 *
 * Each connection asks, waits for the answer, and asks again, over raw sockets:
 * so the server has more to do than its clients. Prints one line of JSON.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { encodeFrame } from "../../lib/ws/frames.ts";

/** What a run found. */
export interface Load {
  /** Answers per second. */
  readonly rate: number;
  /** Half of the answers took less, in milliseconds. */
  readonly p50: number;
  /** All but one of a hundred took less, in milliseconds. */
  readonly p99: number;
}

const PAYLOAD = 64;

/** What is asked, and how the end of an answer is known. */
interface Kind {
  readonly hello: string | undefined;
  readonly ask: Uint8Array;
  /** Octets of one answer, learnt from the first one. */
  size(first: string): number;
}

const kinds: Readonly<Record<string, Kind>> = {
  http: {
    hello: undefined,
    ask: new TextEncoder().encode(
      "GET /devices/17 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n",
    ),
    size(first) {
      const body = first.indexOf("\r\n\r\n") + 4;
      const [, length] = /^content-length: *(\d+)/im.exec(first) ?? [];
      if (!/^HTTP\/1.1 200/.test(first) || length === undefined) {
        throw new Error(`not what was asked for: ${first}`);
      }
      return body + Number(length);
    },
  },
  ws: {
    hello:
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ask: encodeFrame(2, new Uint8Array(PAYLOAD), true),
    size: () => 2 + PAYLOAD,
  },
};

async function run(
  kind: Kind,
  port: number,
  connections: number,
  ms: number,
): Promise<Load> {
  const times: number[] = [];
  let measuring = false;
  const open = (): Promise<{ socket: Socket; begin(): void }> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.setNoDelay(true);
      let greeted = kind.hello === undefined;
      let size = 0;
      let got = 0;
      let start = 0;
      const begin = () => {
        start = performance.now();
        socket.write(kind.ask);
      };
      socket.on("error", reject);
      socket.on("connect", () => {
        if (greeted) resolve({ socket, begin });
        else socket.write(kind.hello!);
      });
      socket.on("data", (chunk) => {
        if (!greeted) {
          greeted = true;
          return resolve({ socket, begin });
        }
        if (size === 0) {
          size = kind.size(new TextDecoder().decode(chunk as Uint8Array));
        }
        got += chunk.length;
        if (got < size) return;
        got -= size;
        if (measuring) times.push(performance.now() - start);
        begin();
      });
    });
  const all: { socket: Socket; begin(): void }[] = [];
  while (all.length < connections) {
    const more = Math.min(50, connections - all.length);
    all.push(...await Promise.all(Array.from({ length: more }, open)));
  }
  for (const { begin } of all) begin();
  await new Promise((resolve) => setTimeout(resolve, ms / 3));
  measuring = true;
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  measuring = false;
  const elapsed = performance.now() - start;
  for (const { socket } of all) socket.destroy();
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)] ?? NaN;
  return { rate: times.length / elapsed * 1000, p50: at(0.5), p99: at(0.99) };
}

/**
 * Loads a server from a child process.
 *
 * @returns What it found.
 */
export async function load(
  kind: "http" | "ws",
  port: number,
  connections: number,
  ms: number,
): Promise<Load> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      import.meta.url,
      kind,
      `${port}`,
      `${connections}`,
      `${ms}`,
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

if (import.meta.main) {
  const [kind = "", port, connections, ms] = Deno.args;
  const found = await run(
    kinds[kind]!,
    Number(port),
    Number(connections),
    Number(ms),
  );
  console.log(JSON.stringify(found));
  Deno.exit(0);
}
