/**
 * Requests through our session beside aiohttp's client, both against the same
 * server in a process of its own, one request and a hundred in flight. Goals:
 * 1.5 times aiohttp at 1, 3 times at 100.
 *
 * @module
 */

import * as http from "../../lib/http/client.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

/** In flight, requests of a round, and the goal. */
const LOADS = [[1, 4_000, 1.5], [100, 12_000, 3]] as const;
const ROUNDS = 5;

const SERVER = `
const body = JSON.stringify({ id: 1, name: "r1", tags: ["a", "b"], up: true });
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  () => new Response(body, { headers: { "content-type": "application/json" } }),
);
`;

const AIOHTTP = `
import asyncio, aiohttp, json, sys, time
async def main(url, flight, total):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=flight)) as session:
        async def worker(n):
            for _ in range(n):
                async with session.get(url) as response:
                    assert (await response.json())["up"]
        await asyncio.gather(*(worker(5) for _ in range(flight)))
        start = time.perf_counter()
        await asyncio.gather(*(worker(total // flight) for _ in range(flight)))
        return total / (time.perf_counter() - start)
given = json.load(sys.stdin)
json.dump(asyncio.run(main(given["url"], given["flight"], given["total"])), sys.stdout)
`;

/** Requests each second, so many in flight. */
async function load(
  flight: number,
  total: number,
  ask: () => Promise<unknown>,
): Promise<number> {
  const worker = async (n: number) => {
    for (let i = 0; i < n; i++) await ask();
  };
  const run = (n: number) =>
    Promise.all(Array.from({ length: flight }, () => worker(n / flight)));
  await run(total / 10);
  const start = performance.now();
  await run(total);
  return total / (performance.now() - start) * 1000;
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-config", "--allow-net=127.0.0.1", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(SERVER));
  await input.close();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`;
  const rows = [];
  try {
    using session = http.client();
    for (const [flight, total, goal] of LOADS) {
      const ours: number[] = [];
      const bare: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(
          await load(
            flight,
            total,
            async () => (await session.get(url)).json(),
          ),
        );
        bare.push(
          await load(flight, total, async () => (await fetch(url)).json()),
        );
        theirs.push(
          await pythonPeer<number>(AIOHTTP, { url, flight, total }) ?? NaN,
        );
      }
      const rate = median(ours);
      rows.push({
        "in flight": flight,
        session: `${inspect.count(Math.round(rate))}/s`,
        fetch: `${inspect.count(Math.round(median(bare)))}/s`,
        aiohttp: `${inspect.count(Math.round(median(theirs)))}/s`,
        ratio: `${(rate / median(theirs)).toFixed(1)} times`,
        goal: `${goal} times`,
      });
    }
  } finally {
    child.kill("SIGTERM");
    await output.cancel();
    await child.status;
  }
  console.log(inspect.table(rows, {
    title: "HTTP client, JSON answers of 54 octets",
    canvas: inspect.canvas(),
  }));
}

if (import.meta.main) await bench();
