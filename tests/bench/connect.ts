/**
 * Opening 10,000 connections as a client, beside asyncio's `open_connection`
 * and the runtime's node:net bare. The floor is what the kernel takes: a loop of
 * `socket` and `connect` in the C library. The other side is one Python process
 * that takes what has come each 5 ms: to wake a sleeper costs 5 µs a connection,
 * which the clock would count as the client's.
 *
 * Each run has a listener of its own: the kernel looks for a free port past all
 * that earlier runs to the same one left behind, for milliseconds each by then.
 * One connection goes before, so that what has to be loaded is.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { median } from "./pty.ts";

const COUNT = 10_000;
const AT_ONCE = 200;
const ROUNDS = 3;

const SINK = `
import socket, time
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(4096)
listener.setblocking(False)
print(listener.getsockname()[1], flush=True)
held = []
while True:
    try:
        while True:
            held.append(listener.accept()[0])
    except BlockingIOError:
        time.sleep(0.005)
`;

const LOOP = `
import { cpuUsage } from "node:process";
const held = [await open()];
const before = cpuUsage();
const start = performance.now();
let left = ${COUNT};
await Promise.all(Array.from({ length: ${AT_ONCE} }, async () => {
  while (left-- > 0) held.push(await open());
}));
const ms = performance.now() - start;
const { user, system } = cpuUsage(before);
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000 }));
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

const KERNEL = `
import { libc } from "${new URL("../../lib/ffi/libc.ts", import.meta.url)}";
const port = Number(Deno.env.get("PORT"));
const to = Uint8Array.of(2, 0, port >> 8, port, 127, 0, 0, 1, ...Array(8).fill(0));
const { socket, connect } = libc();
const open = () => connect(socket(2, 1 | 0o4000, 0), to, 16);
${LOOP}`;

const ASYNCIO = `
import asyncio, json, os, time
async def main():
    place = "127.0.0.1", int(os.environ["PORT"])
    left, held = ${COUNT}, [await asyncio.open_connection(*place)]
    async def some():
        nonlocal left
        while left > 0:
            left -= 1
            held.append(await asyncio.open_connection(*place))
    cpu, start = time.process_time(), time.perf_counter()
    await asyncio.gather(*(some() for _ in range(${AT_ONCE})))
    ms = (time.perf_counter() - start) * 1000
    print(json.dumps({"ms": ms, "cpu": (time.process_time() - cpu) * 1000}), flush=True)
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
  "the kernel alone": [deno, KERNEL],
  asyncio: [["/usr/bin/python3", "-"], ASYNCIO],
} as const;

/** What one run took, in milliseconds: by the clock, and of the processors. */
interface Run {
  readonly ms: number;
  readonly cpu: number;
}

async function run(
  [command, ...args]: readonly string[],
  program: string,
  port: string,
): Promise<Run> {
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
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Gives what `use` makes of the port of a process that accepts all. */
async function withSink<T>(use: (port: string) => Promise<T>): Promise<T> {
  const sink = new Deno.Command("/usr/bin/python3", {
    args: ["-c", SINK],
    stdout: "piped",
  }).spawn();
  try {
    const reader = sink.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    const result = await use(value.trim());
    await reader.cancel();
    return result;
  } finally {
    sink.kill();
    await sink.status;
  }
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const runs = new Map<string, Run[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [command, program]] of Object.entries(CLIENTS)) {
      const one = await withSink((port) => run(command, program, port));
      runs.set(name, [...runs.get(name) ?? [], one]);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  const middle = (client: string, of: keyof Run) =>
    median(runs.get(client)!.map((one) => one[of]));
  const rows = Array.from(runs.keys(), (client) => ({
    client,
    "10,000 connections": inspect.duration(middle(client, "ms")),
    each: inspect.duration(middle(client, "ms") / COUNT),
    x: (middle("asyncio", "ms") / middle(client, "ms")).toFixed(2),
    "processor time": inspect.duration(middle(client, "cpu")),
    "x of it": (middle("asyncio", "cpu") / middle(client, "cpu")).toFixed(2),
  }));
  console.log(inspect.table(rows, {
    title: "Opening connections; goal: 2.5 times as fast as asyncio",
    canvas: inspect.canvas({ width: 100 }),
  }));
}

if (import.meta.main) await bench();
