/**
 * One thread of a server: a listener of its own on the port that all share.
 *
 * The program of a Worker; `thread_server.ts` starts it.
 *
 * @module
 */

import { Answering, type Respond } from "./answering.ts";
import { type Handler, Server } from "./server.ts";
import { listen } from "./listener.ts";
import {
  COUNTERS,
  type ThreadNews,
  type ThreadStart,
} from "./thread_protocol.ts";

/** The part of a Worker's global scope that is used here. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(news: ThreadNews): void;
  close(): void;
};

/** How often the counters are written, in milliseconds. */
const COUNTING = 50;

/**
 * What the prompt writes into the functions of its entries, which come here as
 * text: on a thread nothing waits for Ctrl-C.
 */
Object.defineProperty(globalThis, "__netrepl", {
  value: Object.freeze({
    guard: () => {},
    until: (value: unknown) => value,
    each: (values: unknown) => values,
    // As text, since what it imports is the handler's affair and not a bundle's.
    import: new Function("from", "options", "return import(from, options)"),
    meta: { url: import.meta.url, main: false },
  }),
});

function load(source: string): unknown {
  return new Function(`return (${source})`)();
}

/** Tells what a handler threw: in words alone if it cannot go to another thread. */
function tell(error: unknown): void {
  try {
    scope.postMessage({ kind: "error", error });
  } catch {
    const { message = `${error}`, stack } = error as Partial<Error>;
    const told = Object.assign(new Error(message), stack && { stack });
    scope.postMessage({ kind: "error", error: told });
  }
}

async function serve(start: ThreadStart): Promise<void> {
  const handler = load(start.handler) as Handler;
  const { hostname, port, backlog, idleTimeout, maxConnections } = start;
  const options = { reusePort: true };
  const listener = await listen({
    hostname,
    port,
    backlog,
    idleTimeout,
    options,
  });
  const server = new Server(listener, handler, {
    maxConnections,
    onError: tell,
  });
  const counters = new Float64Array(start.counters);
  const count = () => COUNTERS.forEach((name, i) => counters[i] = server[name]);
  const timer = setInterval(count, COUNTING);
  scope.onmessage = async ({ data: { drain } }) => {
    await server.close({ drain });
    clearInterval(timer);
    count();
    scope.postMessage({ kind: "stopped" });
    scope.close();
  };
  scope.postMessage({ kind: "listening", port: listener.address.port });
}

function answer(start: ThreadStart): void {
  const respond = load(start.handler) as Respond;
  const answering = new Answering(start, respond);
  scope.postMessage({ kind: "listening", port: answering.port });
  // It does not return before it is told to stop, and hears of that by the flag.
  answering.run(tell);
  scope.postMessage({ kind: "stopped" });
  scope.close();
}

scope.onmessage = async ({ data }: MessageEvent<ThreadStart>) => {
  try {
    await (data.work === "serve" ? serve(data) : answer(data));
  } catch (error) {
    scope.postMessage({ kind: "failed", error });
    scope.close();
  }
};
