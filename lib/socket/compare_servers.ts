/**
 * The same echo served in each of the ways that books on servers tell apart,
 * one after the other, under the same load.
 *
 * @module
 */

import { libcAllowed } from "../ffi/libc.ts";
import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { bytes, count, duration } from "../inspect/units.ts";
import type { Endpoint } from "./endpoint.ts";
import { echo, serve } from "./server.ts";
import { serveSync, serveThreads } from "./thread_server.ts";

/** What the clients are told to do. */
export interface Load {
  /** Where the server is. */
  readonly hostname: string;
  /** Where the server is. */
  readonly port: number;
  /** Clients at once. */
  readonly connections: number;
  /** Octets of each message. */
  readonly size: number;
  /** Milliseconds that they go on. */
  readonly duration: number;
}

/** What came of a load. */
export interface LoadOutcome {
  /** Answers a second. */
  readonly perSecond: number;
  /** Half of the answers came within so many milliseconds. */
  readonly p50: number;
  /** 99 of 100 answers came within so many milliseconds. */
  readonly p99: number;
  /** Clients whose connection broke. */
  readonly failed: number;
}

/** One way to serve, and how it did. */
export interface ServerComparisonRow extends LoadOutcome {
  /** What it is called. */
  readonly model: string;
  /** The call that makes it. */
  readonly call: string;
  /** Octets that the process grew by meanwhile. */
  readonly memory: number;
}

/** Options for {@linkcode compareServers}. */
export interface CompareOptions {
  /** Clients at once. @default {50} */
  connections?: number | undefined;
  /** Octets of each message. @default {64} */
  size?: number | undefined;
  /** Milliseconds for each way to serve. @default {1000} */
  duration?: number | undefined;
  /** Stops between two ways; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The ways: what each is called, the call, and the call itself. */
const MODELS: readonly {
  readonly model: string;
  readonly call: string;
  readonly needsLibc?: boolean;
  readonly start: () => Promise<{ address: Endpoint } & AsyncDisposable>;
}[] = [
  {
    model: "sequential, a client at a time",
    call: "serve({ maxConnections: 1 }, echo)",
    start: () => serve({ maxConnections: 1 }, echo),
  },
  {
    model: "concurrent, all on one thread",
    call: "serve({}, echo)",
    start: () => serve({}, echo),
  },
  {
    model: "pool of 4 threads, a client each",
    call: "serveThreads({ threads: 4, maxConnections: 1 }, echo)",
    start: () => serveThreads({ threads: 4, maxConnections: 1 }, echo),
  },
  {
    model: "a thread for each processor",
    call: "serveThreads({}, echo)",
    start: () => serveThreads({}, echo),
  },
  {
    model: "epoll, without promises",
    call: "serveSync({}, (octets) => octets)",
    needsLibc: true,
    start: () => serveSync({}, (octets) => octets),
  },
];

/**
 * How each way to serve did; {@linkcode compareServers} measures it. At the
 * prompt it is a table.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { rows } = await net.tcp.compareServers({ connections: 200 });
 * rows[1]?.perSecond;
 * ```
 */
export class ServerComparison {
  /** One row for each way. */
  readonly rows: readonly ServerComparisonRow[];
  /** Clients at once. */
  readonly connections: number;
  /** Octets of each message. */
  readonly size: number;

  /**
   * Takes rows.
   *
   * @param rows One for each way.
   * @param connections Clients at once.
   * @param size Octets of each message.
   */
  constructor(
    rows: readonly ServerComparisonRow[],
    connections: number,
    size: number,
  ) {
    this.rows = rows;
    this.connections = connections;
    this.size = size;
  }

  /** The rows, plain. */
  toJSON(): readonly ServerComparisonRow[] {
    return this.rows;
  }

  /** The table. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.rows.map((row) => ({
      ...row,
      perSecond: count(Math.round(row.perSecond)),
      p50: duration(row.p50),
      p99: duration(row.p99),
      memory: bytes(Math.max(0, row.memory)),
    }));
    return table(rows, {
      title: `Echo of ${bytes(this.size)} to ${
        count(this.connections)
      } clients`,
      columns: [
        { key: "model", role: "name" },
        { key: "perSecond", title: "answers/s", align: "right" },
        { key: "p50", align: "right" },
        { key: "p99", align: "right" },
        { key: "memory", align: "right" },
        { key: "call", role: "muted" },
      ],
      canvas: canvas({ colors: options?.colors }),
    });
  }
}

/**
 * Serves an echo in each way there is, one after the other, and keeps it busy
 * with clients on a thread of their own. Clients that a server of few does not
 * let in wait, and are not counted.
 *
 * @param options How many clients, how much, how long.
 * @returns The comparison, a table at the prompt.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await net.tcp.compareServers();
 * ```
 */
export async function compareServers(
  options: CompareOptions = {},
): Promise<ServerComparison> {
  const { connections = 50, size = 64, duration = 1000, signal } = options;
  for (const [name, value] of Object.entries({ connections, size, duration })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(
        `Cannot compare servers as '${name}' must be an integer, 1 or more: current value is ${value}`,
      );
    }
  }
  const rows: ServerComparisonRow[] = [];
  const measure = async (
    start: (typeof MODELS)[number]["start"],
    duration: number,
  ): Promise<LoadOutcome> => {
    await using server = await start();
    const { hostname, port } = server.address;
    return await run({ hostname, port, connections, size, duration });
  };
  // The first to run would pay for all that is compiled and set aside.
  await measure(() => serve({}, echo), Math.min(duration, 200));
  for (const { model, call, needsLibc, start } of MODELS) {
    signal?.throwIfAborted();
    if (needsLibc && !libcAllowed()) continue;
    const before = Deno.memoryUsage().rss;
    const outcome = await measure(start, duration);
    const memory = Deno.memoryUsage().rss - before;
    rows.push({ model, call, ...outcome, memory });
  }
  return new ServerComparison(rows, connections, size);
}

function run(load: Load): Promise<LoadOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadOutcome>();
  const worker = new Worker(new URL("./load_thread.ts", import.meta.url), {
    type: "module",
  });
  worker.onmessage = ({ data }: MessageEvent<LoadOutcome>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(event.error ?? new Error(event.message));
  };
  worker.postMessage(load);
  return promise.finally(() => worker.terminate());
}
