/**
 * An echo server of ours beside asyncio's streams, under 10, 1,000 and 10,000
 * connections that each keep one request of 64 octets on its way: `net.tcp.echo`
 * and the runtime's node:net bare, as the floor.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import type { LoadResult } from "./echo_load.ts";

const SIZE = 64;
/** Connections, and for how many seconds: bounded, as the machine has other work. */
const LOADS = [[10, 2], [1000, 2], [10_000, 3]] as const;
const WARM = 0.7;
const ROUNDS = 3;

const OURS = `
import { echo, serve } from "${new URL(
  "../../lib/socket/tcp.ts",
  import.meta.url,
)}";
const { address } = await serve({}, echo);
console.log([address.port, Deno.pid].join(" "));
`;

const BARE = `
import { createServer } from "node:net";
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on("data", (chunk) => socket.write(chunk));
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
  console.log([server.address().port, Deno.pid].join(" ")));
`;

const EPOLL = `
import { serveSync } from "${new URL(
  "../../lib/socket/tcp.ts",
  import.meta.url,
)}";
const { address } = await serveSync({}, (octets) => octets);
console.log([address.port, Deno.pid].join(" "));
`;

const ASYNCIO = `
import asyncio, os
async def handle(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], os.getpid(), flush=True)
    await server.serve_forever()
asyncio.run(main())
`;

const config = new URL("../../deno.json", import.meta.url).pathname;
const load = new URL("echo_load.ts", import.meta.url).pathname;
const deno = (program: string): [string, string[], string] => [
  Deno.execPath(),
  ["run", "-A", "--config", config, "--ext=ts", "-"],
  program,
];

const SERVERS: Readonly<Record<string, [string, string[], string]>> = {
  "net.tcp": deno(OURS),
  "net.tcp.serveSync": deno(EPOLL),
  "node:net, bare": deno(BARE),
  asyncio: ["/usr/bin/python3", ["-"], ASYNCIO],
};

async function measure(
  [command, args, program]: [string, string[], string],
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const server = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  try {
    const input = server.stdin.getWriter();
    await input.write(new TextEncoder().encode(program));
    await input.close();
    const reader = server.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let line = "";
    while (!line.endsWith("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the server only said ${JSON.stringify(line)}`);
      line += value;
    }
    const [port = "", pid = ""] = line.trim().split(" ");
    const numbers = [connections, SIZE, WARM, seconds].map(String);
    const { stdout, stderr, success } = await new Deno.Command(
      Deno.execPath(),
      { args: ["run", "-A", "--config", config, load, port, pid, ...numbers] },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await reader.cancel();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    server.kill();
    await server.status;
  }
}

/** The median by requests a second of a few runs, the servers in turn. */
async function rounds(
  connections: number,
  seconds: number,
): Promise<Map<string, LoadResult>> {
  const runs = new Map<string, LoadResult[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, server] of Object.entries(SERVERS)) {
      const result = await measure(server, connections, seconds);
      runs.set(name, [...runs.get(name) ?? [], result]);
    }
  }
  return new Map(
    Array.from(runs, ([name, results]) => [
      name,
      results.sort((a, b) => a.perSecond - b.perSecond)[ROUNDS >> 1]!,
    ]),
  );
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const rows = [];
  for (const [connections, seconds] of LOADS) {
    const results = await rounds(connections, seconds);
    const peer = results.get("asyncio")!;
    for (const [server, { perSecond, p50, p99, memory }] of results) {
      rows.push({
        connections: inspect.count(connections),
        server,
        "requests/s": inspect.count(Math.round(perSecond)),
        x: (perSecond / peer.perSecond).toFixed(2),
        p50: inspect.duration(p50),
        p99: inspect.duration(p99),
        "memory each": inspect.bytes(Math.round(memory)),
      });
    }
  }
  console.log(inspect.table(rows, {
    title:
      "Echo of 64 B; goals beside asyncio: 1.0 times at 10, 1.2 at 1,000 and 10,000, at most 8 KiB each",
    canvas: inspect.canvas({ width: 110 }),
  }));
}

if (import.meta.main) await bench();
