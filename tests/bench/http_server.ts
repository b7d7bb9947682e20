/**
 * A JSON route through our router, beside a bare Deno.serve and aiohttp.
 *
 * Goals: 0.85 of the bare one, 4 times aiohttp.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { type Load, load } from "./load.ts";
import { median } from "./pty.ts";
import { AIOHTTP, type Served, start, startOurs } from "./served.ts";

const CONNECTIONS = 64;
const MS = 900;
const ROUNDS = 5;

/** Prints the table. */
export async function bench(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const servers: Record<string, Served | undefined> = {
    "net.http.serve": await startOurs("http"),
    "the same, with limits on connections": await startOurs("limited"),
    "bare Deno.serve": await startOurs("bare"),
    aiohttp: await start("/usr/bin/python3", ["-c", AIOHTTP]),
  };
  for (const server of Object.values(servers)) if (server) stack.use(server);
  const runs: Record<string, Load[]> = {};
  // In turns, so that what else the machine does hits all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, server] of Object.entries(servers)) {
      if (!server) continue;
      (runs[name] ??= []).push(
        await load("http", server.port, CONNECTIONS, MS),
      );
    }
  }
  const rate = (name: string) =>
    median((runs[name] ?? []).map((run) => run.rate));
  const ours = rate("net.http.serve");
  const goals: Record<string, number> = { "bare Deno.serve": 0.85, aiohttp: 4 };
  console.log(inspect.table(
    Object.keys(servers).map((name) => ({
      server: runs[name] ? name : `${name} (python3-aiohttp is not there)`,
      "requests/s": runs[name] ? inspect.count(Math.round(rate(name))) : "",
      "p99 ms": runs[name]
        ? median(runs[name].map((run) => run.p99)).toFixed(2)
        : "",
      "ours to it": runs[name] ? `${(ours / rate(name)).toFixed(2)} times` : "",
      goal: name in goals ? `${goals[name]} times` : "",
    })),
    {
      title: `A JSON route, ${CONNECTIONS} connections`,
      canvas: inspect.canvas(),
    },
  ));
}

if (import.meta.main) await bench();
