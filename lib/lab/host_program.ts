/**
 * A host's own kernel, as the host has it: evaluates the functions that it is
 * sent, one process for all runs of that host.
 *
 * @module
 */

import type { HostCalls } from "./calls.ts";
import { decode, encode } from "./clone.ts";
import type { RunContext } from "./host_net.ts";
import { Channel, type Streams } from "./protocol.ts";

type Run = (net: unknown, arg: unknown, context: RunContext) => unknown;

/** What a host's program needs of its surroundings. */
export interface HostSurroundings {
  /** The host's name. */
  readonly name: string;
  /** Gives `net`, with what a source names of it loaded. */
  load(source: string): Promise<unknown>;
  /** Writes a mark on both outputs: all that a run wrote lies before it. */
  mark(): void;
}

/**
 * Answers until the other side is gone.
 *
 * @param streams To the agent.
 * @param host The host's name, its `net`, its outputs.
 * @returns A promise of the end.
 */
export async function serveHost(
  streams: Streams,
  host: HostSurroundings,
): Promise<void> {
  const runs = new Map<
    number,
    { stop(): void; readonly done: Promise<void> }
  >();
  const channel = new Channel<object, HostCalls>(streams, {
    run: async ({ run: number, source }, { body }) => {
      const controller = new AbortController();
      const { signal } = controller;
      const { promise: done, resolve } = Promise.withResolvers<void>();
      runs.set(number, { stop: () => controller.abort(), done });
      let threw = false;
      let text: string;
      try {
        const arg = await decode(new TextDecoder().decode(body));
        const run = compile(source);
        const net = NO_PARAMETERS.test(source)
          ? undefined
          : await host.load(source);
        text = encode(await run(net, arg, { signal }), "result");
      } catch (error) {
        threw = true;
        text = encode(explain(error, host.name), "error");
      }
      runs.delete(number);
      resolve();
      host.mark();
      return { result: { threw }, body: new TextEncoder().encode(text) };
    },
    stop: async ({ run, grace }) => {
      const running = runs.get(run);
      if (!running) return { result: { stopped: true } };
      running.stop();
      const { promise, resolve } = Promise.withResolvers<false>();
      const timer = setTimeout(resolve, grace, false);
      const stopped = await Promise.race([
        running.done.then(() => true),
        promise,
      ]);
      clearTimeout(timer);
      return { result: { stopped } };
    },
  });
  await channel.closed;
}

/** A function that takes nothing, and so needs no `net`. */
const NO_PARAMETERS = /^(?:async\s*)?(?:function\b\s*[\w$]*\s*)?\(\s*\)/;

/** The name by which a stack says that its line is one of the function's. */
const SOURCE = "run";

/** A function from its text. A method's text, `async f(x) {}`, parses only in an object. */
function compile(source: string): Run {
  // Indirect, so that the text sees the global scope and nothing of this file.
  const evaluate = globalThis.eval;
  const end = `\n//# sourceURL=${SOURCE}`;
  try {
    return evaluate(`(${source})${end}`) as Run;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    try {
      const [method] = Object.values(evaluate(`({${source}})${end}`) as object);
      if (typeof method === "function") return method as Run;
    } catch {
      // The first error says it better.
    }
    throw error;
  }
}

/** How a stack names a place in what was evaluated: `eval (run, <anonymous>:3:19)`. */
const PLACE = new RegExp(
  `eval \\(${SOURCE}, <anonymous>:(\\d+:\\d+)\\)|${SOURCE}, <anonymous>:(\\d+:\\d+)`,
);

function isOwn(line: string): boolean {
  return PLACE.test(line);
}

/** An error with the host's name in its stack, and what a missing name means. */
function explain(error: unknown, host: string): unknown {
  if (!Error.isError(error)) return error;
  const missing = error instanceof ReferenceError &&
    /^(\S+) is not defined$/.exec(error.message)?.[1];
  const shown = missing
    ? Object.assign(
      new ReferenceError(
        `Cannot run a function in ${host} as it must not use what is declared outside of it: "${missing}" is. Pass it as the argument, run(f, ${missing}), or import it inside`,
      ),
      { stack: error.stack },
    )
    : error;
  // Of the stack the function's own lines, or if none led here all of them.
  const lines = (shown.stack ?? "").split("\n").filter((line) =>
    /^\s+at /.test(line)
  );
  const own = lines.some(isOwn) ? lines.filter(isOwn) : lines;
  const stack = [
    `${shown.name}: ${shown.message}`,
    ...own.map((line) => line.replace(PLACE, `${host}:$1$2`)),
    `    at host ${host}`,
  ].join("\n");
  Object.defineProperty(shown, "stack", {
    value: stack,
    enumerable: false,
    configurable: true,
    writable: true,
  });
  return shown;
}
