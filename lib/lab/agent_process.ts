/**
 * Programs in the nodes of a lab: started, given input, waited for, ended with
 * all that they started.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { libc } from "../ffi/libc.ts";
import { labEnvironment } from "../linux/lab_mark.ts";
import { mountNode, writeSysctl } from "./agent_files.ts";
import { claim } from "./agent_reaper.ts";
import { inSpaces, privateSpaces, type Spaces } from "./agent_spaces.ts";
import type { Ended, Output, ProgramSpec } from "./calls.ts";
import type { Node } from "./topology.ts";

/** A node that programs can run in. */
export interface Place {
  /** The lab's name. */
  readonly lab: string;
  /** What the topology says of it. */
  readonly node: Node;
  /** Its namespaces. */
  readonly spaces: Spaces;
}

/** What a program is started with. */
export interface Start extends Omit<ProgramSpec, "host"> {
  /** Whether it gets input. @default {false} */
  readonly input?: boolean;
}

/**
 * Gets a node ready for programs, once: its own files and name.
 *
 * @param place The node.
 */
export function prepareNode({ node, spaces }: Omit<Place, "lab">): void {
  privateSpaces(spaces, () => {
    mountNode(node);
    // Echo sockets for all that run here, who all are group 0.
    writeSysctl("net.ipv4.ping_group_range", "0 0", node.name);
  });
}

/**
 * Starts a program in a node, in a session of its own.
 *
 * @param place The node.
 * @param start The program, its folder, its environment.
 * @returns The child, with both outputs piped.
 * @throws {NetError} With code `"not-found"` if there is no such program.
 */
export function startProgram(
  place: Place,
  { argv, cwd, env, input = false }: Start,
): Deno.ChildProcess {
  const { lab, node, spaces } = place;
  prepareNode(place);
  const [program, ...args] = argv as [string, ...string[]];
  const command = new Deno.Command(program, {
    args,
    cwd: cwd ?? Deno.cwd(),
    env: { ...labEnvironment(lab, spaces.net), ...env },
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
    // A session and so a group of its own: it can be ended as a whole.
    detached: true,
  });
  try {
    const child = inSpaces(spaces, () => command.spawn());
    claim(child);
    return child;
  } catch (cause) {
    throw refusal(program, node.name, cwd, cause);
  }
}

function refusal(
  program: string,
  node: string,
  cwd: string | undefined,
  cause: unknown,
): unknown {
  const facts = { op: "run", target: `${program} in ${node}`, cause };
  if (cause instanceof Deno.errors.NotFound) {
    return new NetError(
      `there is no such program here${
        cwd === undefined ? "" : `, or no folder ${cwd}`
      }`,
      {
        ...facts,
        code: "not-found",
        hint:
          `install it on this machine, for a lab has the same programs (apt install ${program})`,
      },
    );
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new PermissionError("it may not be run", {
      ...facts,
      code: "not-permitted",
      hint: `ls -l "$(command -v ${program})"`,
    });
  }
  return cause;
}

/**
 * Sends a signal to a program and all that it started in its session's group.
 *
 * @param child The program.
 * @param signal The signal's name.
 */
export function signalGroup(child: Deno.ChildProcess, signal: string): void {
  const number = SIGNALS[signal];
  if (number === undefined) {
    throw new RangeError(
      `Cannot signal a process as 'signal' must be one of ${
        Object.keys(SIGNALS).join(", ")
      }: current value is ${signal}`,
    );
  }
  libc().kill(-child.pid, number);
}

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGSTOP: 19,
};

/**
 * Runs a program to its end.
 *
 * @param place The node.
 * @param start The program.
 * @param input What it reads; none if empty.
 * @param signal Ends it.
 * @returns How it ended, and what it wrote.
 */
export async function runProgram(
  place: Place,
  start: Start,
  input: Uint8Array,
  signal: AbortSignal,
): Promise<
  Ended & { readonly stdout: Uint8Array; readonly stderr: Uint8Array }
> {
  signal.throwIfAborted();
  const child = startProgram(place, { ...start, input: input.length > 0 });
  const onAbort = () => signalGroup(child, "SIGKILL");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (input.length > 0) feed(child, input);
    const { stdout, stderr, code, signal: by } = await child.output();
    return { code, signal: by, stdout, stderr };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function feed(
  child: Deno.ChildProcess,
  input: Uint8Array,
): Promise<void> {
  const writer = child.stdin.getWriter();
  // Whoever does not read to the end has read enough.
  await writer.write(input).catch(() => {});
  await writer.close().catch(() => {});
}

/** Programs that run on, by number. */
export class Processes {
  readonly #all = new Map<number, Running>();
  #count = 0;

  /**
   * Starts one.
   *
   * @param place The node.
   * @param start The program.
   * @returns Its number.
   */
  start(place: Place, start: Start): number {
    const child = startProgram(place, { ...start, input: true });
    this.#all.set(++this.#count, {
      child,
      stdin: child.stdin.getWriter(),
      stdout: child.stdout.getReader(),
      stderr: child.stderr.getReader(),
    });
    return this.#count;
  }

  #find(process: number): Running {
    const found = this.#all.get(process);
    if (found) return found;
    throw new NetError("it ended, and was let go of", {
      code: "closed",
      op: "use",
      target: `process ${process} of the lab`,
    });
  }

  /**
   * Waits for some output.
   *
   * @param process Its number.
   * @param output Which.
   * @returns Some octets, none at its end.
   */
  async read(process: number, output: Output): Promise<Uint8Array> {
    const { value } = await this.#find(process)[output].read();
    return value ?? new Uint8Array(0);
  }

  /**
   * Gives it input.
   *
   * @param process Its number.
   * @param input Some octets.
   * @param end Whether these are the last.
   */
  async write(process: number, input: Uint8Array, end: boolean): Promise<void> {
    const { stdin } = this.#find(process);
    try {
      if (input.length > 0) await stdin.write(input);
      if (end) await stdin.close();
    } catch (cause) {
      throw new NetError("it reads no more", {
        code: "closed",
        op: "write to",
        target: `process ${process} of the lab`,
        cause,
      });
    }
  }

  /**
   * Sends it and what it started a signal.
   *
   * @param process Its number; one that has ended is let be.
   * @param signal The signal's name.
   */
  kill(process: number, signal: string): void {
    const running = this.#all.get(process);
    if (running) signalGroup(running.child, signal);
  }

  /**
   * Waits for its end.
   *
   * @param process Its number.
   * @returns How it ended.
   */
  async wait(process: number): Promise<Ended> {
    const { code, signal } = await this.#find(process).child.status;
    return { code, signal };
  }

  /**
   * Lets go of one that has ended.
   *
   * @param process Its number.
   */
  release(process: number): void {
    const running = this.#all.get(process);
    if (!running) return;
    this.#all.delete(process);
    // Nobody reads the rest.
    running.stdout.cancel().catch(() => {});
    running.stderr.cancel().catch(() => {});
    running.stdin.abort().catch(() => {});
  }
}

interface Running {
  readonly child: Deno.ChildProcess;
  readonly stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly stdout: ReadableStreamDefaultReader<Uint8Array>;
  readonly stderr: ReadableStreamDefaultReader<Uint8Array>;
}
