/**
 * One program of a service: started, watched, started again.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import {
  type Place,
  runProgram,
  signalGroup,
  startProgram,
} from "../agent_process.ts";
import type { DaemonLine, DaemonState } from "../calls.ts";
import type { Supervised } from "./plan.ts";
import { listens } from "./ready.ts";
import { findProgram } from "./requirements.ts";

/** How long a program may take until it answers, in milliseconds. */
const READY = 15_000;
/** How often it is looked whether it does. */
const LOOK = 5;
/** How long to wait before the first new start; twice as long before each next one. */
const BACKOFF = 100;
/** How often it is started again before it is given up. */
const RESTARTS = 5;
/** Who ran this long was not ill: its restarts start from the first again. */
const HEALTHY = 10_000;
/** The lines of a service that are kept. */
const LINES = 2_000;

/** What a supervised program tells of itself. */
export interface Listener {
  /** Its state has changed. */
  state(state: DaemonState): void;
  /** It ended though nobody asked it to; what is done about it. */
  trouble(text: string): void;
}

/** The last lines of a service. */
export class DaemonLog {
  readonly #lines: DaemonLine[] = [];

  /** The lines, oldest first. */
  get lines(): readonly DaemonLine[] {
    return this.#lines;
  }

  /**
   * Keeps a line.
   *
   * @param line The line.
   */
  add(line: DaemonLine): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES) this.#lines.shift();
  }
}

/** A program's arguments, with its path for its name. */
export function resolved(argv: readonly string[]): string[] {
  const [name, ...rest] = argv as [string, ...string[]];
  return [findProgram(name) ?? name, ...rest];
}

/** One program that runs as long as its lab. */
export class SupervisedProgram {
  readonly #place: Place;
  readonly #spec: Supervised;
  readonly #log: DaemonLog;
  readonly #listener: Listener;
  #state: DaemonState;
  #failures = 0;

  /**
   * Starts nothing yet.
   *
   * @param place The node.
   * @param spec What to start.
   * @param of The service, its log, and who is told.
   */
  constructor(
    place: Place,
    spec: Supervised,
    of: {
      readonly name: string;
      readonly log: DaemonLog;
      readonly listener: Listener;
    },
  ) {
    this.#place = place;
    this.#spec = spec;
    this.#log = of.log;
    this.#listener = of.listener;
    this.#state = {
      host: place.node.name,
      name: of.name,
      program: spec.name,
      state: "starting",
      pid: null,
      since: Date.now(),
      restarts: 0,
    };
  }

  /**
   * Starts it.
   *
   * @returns A promise that it answers; from then on it is kept running.
   * @throws {NetError} If it ends, or does not answer in time.
   */
  async start(): Promise<void> {
    const run = this.#spawn();
    const refusal = await this.#untilReady(run);
    if (refusal === undefined) {
      this.#keep(run);
      return;
    }
    signalGroup(run.child, "SIGKILL");
    const { host, name } = this.#state;
    const last = this.#log.lines.filter(({ stream }) => stream !== "lab")
      .slice(-5).map(({ text }) => text).join(" / ");
    throw new NetError(`${refusal}${last === "" ? "" : `: ${last}`}`, {
      code: "failed",
      op: `start ${name} on`,
      target: host,
    });
  }

  #set(change: Partial<DaemonState>): void {
    this.#state = { ...this.#state, ...change, since: Date.now() };
    this.#listener.state(this.#state);
  }

  #note(stream: DaemonLine["stream"], text: string): void {
    const { name: program } = this.#spec;
    this.#log.add({ time: Date.now(), program, stream, text });
  }

  #spawn(): Run {
    const { argv, env } = this.#spec;
    const child = startProgram(this.#place, {
      argv: resolved(argv),
      cwd: "/",
      ...(env ? { env } : {}),
    });
    const run: Run = { child, started: performance.now(), ended: false };
    this.#set({ state: "starting", pid: child.pid });
    const pumps = (["stdout", "stderr"] as const).map((stream) =>
      pump(child[stream], (text) => {
        run.hasSaid ||= "says" in this.#spec.ready &&
          this.#spec.ready.says.test(text);
        this.#note(stream, text);
      })
    );
    run.end = child.status.then(async ({ code, signal }) => {
      run.ended = true;
      // Its last words come first; a child of its own may hold the pipe open.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const enough = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, 100);
      });
      await Promise.race([Promise.all(pumps), enough]);
      clearTimeout(timer);
      return signal ?? `exit code ${code}`;
    });
    return run;
  }

  /** Waits until it answers; gives the reason if it does not. */
  async #untilReady(run: Run): Promise<string | undefined> {
    const { ready, after, name } = this.#spec;
    const { spaces } = this.#place;
    const limit = run.started + READY;
    const answers = () =>
      "says" in ready ? run.hasSaid === true : listens(spaces, ready);
    while (!run.ended && !answers()) {
      if (performance.now() > limit) {
        return `${name} did not answer within ${READY / 1000} s`;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
    if (run.ended) return `${name} ended with ${await run.end}`;
    if (after !== undefined) {
      const said = await runToEnd(this.#place, after);
      if (said !== "") this.#note("lab", said);
    }
    this.#set({ state: "running", pid: run.child.pid });
    return undefined;
  }

  /** Starts it again whenever it ends, until it has done so too often. */
  async #keep(first: Run): Promise<void> {
    const { name } = this.#spec;
    for (let run = first;;) {
      const how = await run.end;
      if (performance.now() - run.started > HEALTHY) this.#failures = 0;
      if (this.#failures === RESTARTS) {
        this.#trouble(
          `${name} ended with ${how}, the time after ${RESTARTS} new starts: given up`,
        );
        this.#set({ state: "failed", pid: null });
        return;
      }
      const delay = BACKOFF * 2 ** this.#failures++;
      this.#trouble(`${name} ended with ${how}: a new start in ${delay} ms`);
      this.#set({ state: "waiting", pid: null });
      await new Promise((resolve) => setTimeout(resolve, delay));
      this.#state = { ...this.#state, restarts: this.#state.restarts + 1 };
      try {
        run = this.#spawn();
        const refusal = await this.#untilReady(run);
        if (refusal !== undefined) signalGroup(run.child, "SIGKILL");
      } catch (error) {
        this.#trouble(`${name} could not be started: ${error}`);
        this.#set({ state: "failed", pid: null });
        return;
      }
    }
  }

  #trouble(text: string): void {
    this.#note("lab", text);
    this.#listener.trouble(text);
  }
}

interface Run {
  readonly child: Deno.ChildProcess;
  readonly started: number;
  ended: boolean;
  /** Whether it has written what it writes when it answers. */
  hasSaid?: boolean;
  /** How it ended. */
  end?: Promise<string>;
}

/**
 * Runs a command to its end.
 *
 * @param place The node.
 * @param argv The command.
 * @returns What it wrote to its standard error.
 * @throws {NetError} With code `"failed"` and what it wrote, if it failed.
 */
export async function runToEnd(
  place: Place,
  argv: readonly string[],
): Promise<string> {
  const { signal } = new AbortController();
  const start = { argv: resolved(argv), cwd: "/" };
  const { code, stdout, stderr } = await runProgram(
    place,
    start,
    new Uint8Array(0),
    signal,
  );
  const decoder = new TextDecoder();
  if (code === 0) return decoder.decode(stderr).trim();
  const said = decoder.decode(stderr).trim() || decoder.decode(stdout).trim();
  throw new NetError(`exit code ${code}${said === "" ? "" : `: ${said}`}`, {
    code: "failed",
    op: "run",
    target: `${argv.join(" ")} on ${place.node.name}`,
  });
}

async function pump(
  output: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const octets of output) {
    const lines = (rest + decoder.decode(octets, { stream: true })).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
