/**
 * WebSocket: an echo of 64 octets, beside Python's websockets.
 *
 * Goals: twice its messages at 10 to 1,000 connections, and at 1,000 a p99 that
 * is no worse.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { type Load, load } from "./load.ts";
import { median } from "./pty.ts";
import { start, startOurs, WEBSOCKETS } from "./served.ts";

const MS = 1000;
const ROUNDS = 3;

/** Prints the table. */
export async function bench(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const ours = stack.use((await startOurs("ws"))!);
  const theirs = await start("/usr/bin/python3", ["-c", WEBSOCKETS]);
  if (theirs === undefined) {
    console.log("websocket: skipped, python3-websockets is not there");
    return;
  }
  stack.use(theirs);
  const rows: Record<string, unknown>[] = [];
  for (const connections of [10, 100, 1000]) {
    const runs: Load[][] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      runs[0]!.push(await load("ws", ours.port, connections, MS));
      runs[1]!.push(await load("ws", theirs.port, connections, MS));
    }
    const [rate, peer] = runs.map((all) => median(all.map((run) => run.rate)));
    const [p99, peerP99] = runs.map((all) => median(all.map((run) => run.p99)));
    rows.push({
      connections,
      "net.ws": `${inspect.count(Math.round(rate!))}/s`,
      websockets: `${inspect.count(Math.round(peer!))}/s`,
      ratio: `${(rate! / peer!).toFixed(2)} times`,
      goal: "2 times",
      "p99 ms": p99!.toFixed(1),
      "its p99": peerP99!.toFixed(1),
    });
  }
  console.log(inspect.table(rows, {
    title: "WebSocket echo, 64 B",
    canvas: inspect.canvas(),
  }));
}

if (import.meta.main) await bench();
