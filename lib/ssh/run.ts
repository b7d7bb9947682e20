/**
 * Running a command on another machine to its end.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { onlyKnown } from "../known_options.ts";
import { bytes } from "../inspect/units.ts";
import type { OpenSession } from "./line.ts";
import {
  checkRequest,
  type SessionChannel,
  type SessionRequest,
} from "./session_channel.ts";
import {
  type PtyOptions,
  type RunOptions,
  RunResult,
  type Stdin,
} from "./command.ts";
import { RUN } from "./option_names.ts";
import { Sudo } from "./sudo.ts";

/** Output that is kept unless told otherwise. */
export const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs a command to its end.
 *
 * @param target For errors: `ada@web`.
 * @param open Opens a session.
 * @param command A line for the shell there.
 * @param options What it reads, and how much it may write.
 */
export async function runAt(
  target: string,
  open: (request: SessionRequest, signal: AbortSignal) => Promise<OpenSession>,
  command: string,
  options: RunOptions,
): Promise<RunResult> {
  onlyKnown("run a command", options, RUN);
  const { encoding = "utf-8", maxOutput = MAX_OUTPUT, timeout } = options;
  const pty = ptyOf(options.pty);
  checkRequest({ kind: "exec", command, pty, env: options.env });
  checkStdin(options.stdin);
  const op = `run ${shown(command)} on`;
  const begun = performance.now();
  const decoder = new TextDecoder(encoding);
  const sudo = options.sudo
    ? new Sudo(options.sudo, pty !== undefined, target)
    : undefined;
  using deadline = new Deadline(op, target, options);
  const line = sudo ? sudo.commandLine(command) : command;
  const request = {
    kind: "exec",
    command: line,
    pty,
    env: options.env,
  } as const;
  const { session, ended } = await open(request, deadline.signal)
    .catch((error) => {
      throw late(error, op, target, timeout, deadline);
    });
  const piles = { stdout: new Pile(), stderr: new Pile() };
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const take = (kind: "stdout" | "stderr", octets: Uint8Array): boolean => {
    let kept = octets;
    if (sudo?.stream === kind) {
      try {
        const { rest, answer } = sudo.take(octets);
        if (answer) session.writeNow(answer);
        kept = rest;
      } catch (error) {
        failed.reject(error);
        return false;
      }
    }
    piles[kind].add(kept);
    const isRoom = piles.stdout.length + piles.stderr.length <= maxOutput;
    if (!isRoom) failed.reject(tooMuch(op, target, maxOutput));
    return isRoom;
  };
  session.start({
    stdout: (octets) => take("stdout", octets),
    stderr: (octets) => take("stderr", octets),
  });
  const ready = sudo?.ready ?? Promise.resolve();
  ready.then(() => feed(session, options.stdin, pty !== undefined))
    .catch(failed.reject);
  try {
    const first = Promise.race([session.closed, failed.promise]);
    const status = ended(op, await deadline.race(first));
    if (sudo) piles[sudo.stream].add(sudo.rest());
    return new RunResult(
      command,
      status,
      {
        stdout: piles.stdout.join(),
        stderr: piles.stderr.join(),
        decoder,
      },
      performance.now() - begun,
      session.refusedEnv,
    );
  } catch (error) {
    session.kill("SIGTERM");
    session.close();
    throw late(error, op, target, timeout, deadline);
  } finally {
    sudo?.over();
  }
}

/**
 * The terminal that was asked for, with what was not said.
 *
 * @param options Whether, or which.
 */
export function ptyOf(
  options: boolean | PtyOptions | undefined,
): SessionRequest["pty"] {
  if (!options) return undefined;
  const { term = "xterm-256color", columns = 80, rows = 24 } = options === true
    ? {}
    : options;
  return { term, columns, rows };
}

function checkStdin(stdin: Stdin | undefined): void {
  if (stdin === undefined || typeof stdin === "string") return;
  const { asyncIterator, iterator } = Symbol;
  const isSource = typeof stdin === "object" && stdin !== null &&
    (asyncIterator in stdin || iterator in stdin);
  if (isSource) return;
  throw new TypeError(
    `Cannot run a command as 'stdin' must be a text, octets or a stream of them: current value is ${
      String(stdin)
    }`,
  );
}

/** Gives a session what it is to read. */
async function feed(
  session: SessionChannel,
  stdin: Stdin | undefined,
  isTerminal: boolean,
): Promise<void> {
  const encoder = new TextEncoder();
  if (stdin === undefined) {
    // A terminal that says no more comes is one that was hung up.
    if (!isTerminal) session.end();
    return;
  }
  if (typeof stdin === "string") await session.write(encoder.encode(stdin));
  else if (stdin instanceof Uint8Array) await session.write(stdin);
  else {
    for await (const chunk of stdin) {
      if (session.isClosed) break;
      await session.write(
        typeof chunk === "string" ? encoder.encode(chunk) : chunk,
      );
    }
  }
  session.end();
}

function tooMuch(op: string, target: string, limit: number): NetError {
  return new NetError(`it wrote more than ${bytes(limit)}`, {
    code: "too-large",
    op,
    target,
    hint: "{ maxOutput }, or spawn() to read while it runs",
  });
}

function late(
  error: unknown,
  op: string,
  target: string,
  timeout: number | undefined,
  { signal }: Deadline,
): unknown {
  const isOurs = error instanceof NetError && error.code === "timeout" &&
    error === signal.reason;
  if (!isOurs) return error;
  return new NetError(`it was not over after ${timeout} ms`, {
    code: "timeout",
    op,
    target,
    hint:
      "{ timeout } with more milliseconds, or spawn() to read while it runs",
    cause: error,
  });
}

/**
 * A command as errors show it: its first line, and not too much of that.
 *
 * @param command Any command.
 */
export function shown(command: string): string {
  const [line = ""] = `${command}`.trimStart().split("\n");
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 59)}…` : line);
}

/** Chunks that become one in the end. */
class Pile {
  length = 0;
  readonly #chunks: Uint8Array[] = [];

  add(octets: Uint8Array): void {
    if (octets.length === 0) return;
    this.#chunks.push(octets);
    this.length += octets.length;
  }

  join(): Uint8Array {
    const all = new Uint8Array(this.length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }
}
