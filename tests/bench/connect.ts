/**
 * Opening 10,000 connections as a client, beside asyncio's `open_connection`
 * and the runtime's node:net bare, as the floor. The other side is one Python
 * process that only accepts.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { median } from "./pty.ts";

const COUNT = 10_000;
const AT_ONCE = 200;
const ROUNDS = 3;

const SINK = `
import socket
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(4096)
print(listener.getsockname()[1], flush=True)
held = []
while True:
    held.append(listener.accept()[0])
    if len(held) >= ${COUNT}:
        for connection in held:
            connection.close()
        held = []
`;

const LOOP = `
const start = performance.now();
const held = [];
let left = ${COUNT};
await Promise.all(Array.from({ length: ${AT_ONCE} }, async () => {
  while (left-- > 0) held.push(await open());
}));
console.log(performance.now() - start);
Deno.exit(0);
`;

const OURS = `
import { connect } from "${new URL(
  "../../lib/socket/tcp.ts",
  import.meta.url,
)}";
const port = Number(Deno.env.get("PORT"));
const open = () => connect({ port });
${LOOP}`;

const BARE = `
import { connect } from "node:net";
const port = Number(Deno.env.get("PORT"));
const open = () => new Promise((resolve, reject) => {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  socket.once("connect", () => resolve(socket));
  socket.once("error", reject);
});
${LOOP}`;

const ASYNCIO = `
import asyncio, os, time
async def main():
    left, held = ${COUNT}, []
    async def some():
        nonlocal left
        while left > 0:
            left -= 1
            held.append(await asyncio.open_connection("127.0.0.1", int(os.environ["PORT"])))
    start = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(${AT_ONCE})))
    print((time.perf_counter() - start) * 1000, flush=True)
    os._exit(0)
asyncio.run(main())
`;

const config = new URL("../../deno.json", import.meta.url).pathname;
const deno = [
  Deno.execPath(),
  "run",
  "-A",
  "--config",
  config,
  "--ext=ts",
  "-",
];
const CLIENTS = {
  "net.tcp.connect": [deno, OURS],
  "node:net, bare": [deno, BARE],
  asyncio: [["/usr/bin/python3", "-"], ASYNCIO],
} as const;

async function run(
  [command, ...args]: readonly string[],
  program: string,
  port: string,
): Promise<number> {
  const child = new Deno.Command(command!, {
    args,
    env: { PORT: port },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  const { stdout } = await child.output();
  return Number(new TextDecoder().decode(stdout));
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const sink = new Deno.Command("/usr/bin/python3", {
    args: ["-c", SINK],
    stdout: "piped",
  }).spawn();
  const times = new Map<string, number[]>();
  try {
    const reader = sink.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, [command, program]] of Object.entries(CLIENTS)) {
        const ms = await run(command, program, value.trim());
        times.set(name, [...times.get(name) ?? [], ms]);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }
    await reader.cancel();
  } finally {
    sink.kill();
    await sink.status;
  }
  const peer = median(times.get("asyncio")!);
  const rows = Array.from(times, ([client, all]) => ({
    client,
    "10,000 connections": inspect.duration(median(all)),
    each: inspect.duration(median(all) / COUNT),
    x: (peer / median(all)).toFixed(2),
  }));
  console.log(inspect.table(rows, {
    title: "Opening connections; goal: 2.5 times as fast as asyncio",
    canvas: inspect.canvas({ width: 100 }),
  }));
}

if (import.meta.main) await bench();
