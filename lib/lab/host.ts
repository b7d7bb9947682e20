/**
 * A host of a lab: run functions and programs in it.
 *
 * @module
 */

import { checkOptions, mustBe } from "../linux/option_kinds.ts";
import {
  DEADLINE,
  EXEC,
  EXEC_ELSEWHERE,
  LAB_CAPTURE,
  SPAWN,
  SPAWN_ELSEWHERE,
} from "./option_names.ts";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import type { LiveCapture } from "../wire/capturing/live_capture.ts";
import { CAPTURE_ELSEWHERE } from "../wire/option_names.ts";
import { decode, encode } from "./clone.ts";
import { DaemonLines, type DaemonState, DaemonStates } from "./daemon_state.ts";
import type {
  ExecOptions,
  LabCaptureOptions,
  SpawnOptions,
} from "./options.ts";
import type { HostNet, RunContext } from "./host_net.ts";
import type { ServiceName } from "./daemon.ts";
import { ExecResult, LabProcess } from "./process.ts";
import type { Agent } from "./start.ts";
import { SwitchReport } from "./switch_report.ts";
import type { Node } from "./topology.ts";
import { addressesOf } from "./wiring.ts";

export type { DeadlineOptions, ExecOptions, LabCaptureOptions, SpawnOptions };

/**
 * How a host reaches its lab's agent.
 *
 * @ignore
 */
export interface AgentLine {
  /** The agent. @throws {NetError} If the lab is down. */
  agent(): Agent;
  /** What to throw for an error: that the agent is gone, where it is that. */
  explain(error: unknown, op: string, target: string): Promise<unknown>;
  /** The agent's process number on this machine. */
  readonly pid: number;
  /** How the lab's services are. */
  readonly daemons: ReadonlyMap<string, DaemonState>;
}

/**
 * A host, router or switch of a lab.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using lab = await net.lab.up("pair");
 * const text = await lab.host("pc1").run(async (net, name) => {
 *   const conn = await net.tcp.connect({ hostname: name, port: 7 });
 *   return conn.remoteAddress.hostname;
 * }, "pc2");
 * const { stdout } = await lab.host("pc2").exec("ip route");
 * ```
 */
export class LabHost {
  /** What the topology says of it. */
  readonly node: Node;
  readonly #line: AgentLine;

  /**
   * Takes a node of a lab that is up.
   *
   * @param node The node.
   * @param line To the lab's agent.
   * @ignore
   */
  constructor(node: Node, line: AgentLine) {
    this.node = node;
    this.#line = line;
  }

  /** Its name. */
  get name(): string {
    return this.node.name;
  }

  /** Its addresses without prefix lengths, in the order of its interfaces. */
  get addresses(): readonly string[] {
    return addressesOf(this.node);
  }

  /** Its services as they are now: state, process number, since when, restarts. */
  get services(): DaemonStates {
    return new DaemonStates(
      [...this.#line.daemons.values()].filter(({ host }) => host === this.name),
    );
  }

  /**
   * Reads what its services have written: the last 2,000 lines of each.
   *
   * @param service Which of them. @default {all}
   * @returns The lines, oldest first.
   * @throws {NetError} With code `"not-found"` if it has no such service.
   */
  async logs(service?: ServiceName): Promise<DaemonLines> {
    const names = this.node.services.map(({ name }) => name);
    if (service !== undefined && !names.includes(service)) {
      throw new NetError(`it runs no ${service}`, {
        code: "not-found",
        op: "read the log of",
        target: this.name,
        hint: names.length > 0 ? `one of ${names.join(", ")}` : undefined,
      });
    }
    return await this.#ask("read the logs of", {}, async ({ channel }) => {
      const params = { host: this.name, name: service };
      const { result } = await channel.call("logs", params);
      return new DaemonLines(result);
    });
  }

  /**
   * Reads the tables of a switch: ports, learned addresses, spanning tree.
   *
   * @returns What it tells.
   * @throws {NetError} With code `"unsupported"` if it is no userspace switch.
   */
  async switching(): Promise<SwitchReport> {
    const op = "read the tables of";
    return await this.#ask(op, {}, async ({ channel }) => {
      const { result } = await channel.call("switching", { host: this.name });
      if (result) return new SwitchReport(result);
      const isBridge = this.node.kind === "switch";
      throw new NetError(
        isBridge ? "it is the kernel's" : "it is not a switch",
        {
          code: "unsupported",
          op,
          target: this.name,
          hint: isBridge
            ? `lab.host("${this.name}").exec("bridge fdb")`
            : undefined,
        },
      );
    });
  }

  async #ask<T>(
    op: string,
    options: DeadlineOptions,
    ask: (agent: Agent, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    using deadline = new Deadline(op, this.name, options);
    deadline.signal.throwIfAborted();
    try {
      return await ask(this.#line.agent(), deadline.signal);
    } catch (error) {
      deadline.signal.throwIfAborted();
      throw await this.#line.explain(error, op, this.name);
    }
  }

  /**
   * Runs a function in this host: in its namespaces, with a `net` of its own.
   *
   * The function's text goes there, so it sees nothing of what is around it
   * here; its argument and what it returns or throws are copied, as
   * `structuredClone` copies, values of `net` and errors as what they are. All
   * functions of a host run in one process, whose `globalThis` lasts from run
   * to run. What they write goes to the lab's log.
   *
   * @param f The function; its third parameter's `signal` aborts when it is to
   * stop. One that then goes on is ended with its process.
   * @param arg Its second parameter.
   * @param options `timeout` in milliseconds and `signal`, for the whole run.
   * @returns What it returned.
   * @throws What it threw, with the host's name in its stack.
   * @throws {TypeError} If `arg` or the result cannot be copied, or `f` has no
   * text.
   * @throws {ReferenceError} If `f` uses what is declared outside of it.
   * @throws {NetError} With code `"timeout"`, or `"closed"` if the host's process
   * or the lab went.
   */
  async run<R, A = undefined>(
    f: (net: HostNet, arg: A, context: RunContext) => R | PromiseLike<R>,
    arg?: A,
    options: DeadlineOptions = {},
  ): Promise<Awaited<R>> {
    checkOptions("run a function in a host", options, DEADLINE);
    const source = sourceOf(f);
    const body = new TextEncoder().encode(encode(arg, "arg"));
    const value = await this.#ask(
      "run a function in",
      options,
      async ({ channel }, signal) => {
        const params = { host: this.name, source };
        const answer = await channel.call("run", params, { body, signal });
        const value = await decode(new TextDecoder().decode(answer.body));
        return { threw: answer.result.threw, value };
      },
    );
    if (value.threw) throw value.value;
    return value.value as Awaited<R>;
  }

  /**
   * Runs a program in this host to its end.
   *
   * @param command A line for the shell, or the program and its arguments.
   * @param options Its input, folder and environment; `timeout` in milliseconds
   * and `signal`, which end it and what it started.
   * @returns Its exit code, whatever that is, and what it wrote.
   * @throws {NetError} With code `"not-found"` if there is no such program,
   * `"timeout"` if it took too long.
   */
  exec(
    command: string | readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> {
    checkOptions("run a program", options, EXEC, EXEC_ELSEWHERE);
    const { stdin = "", cwd, env } = options;
    const argv = words(command);
    const body = typeof stdin === "string"
      ? new TextEncoder().encode(stdin)
      : stdin;
    return this.#ask(
      `run ${argv[0]} in`,
      options,
      async ({ channel }, signal) => {
        const params = { host: this.name, argv, cwd, env };
        const { result, body: both } = await channel.call("exec", params, {
          body,
          signal,
        });
        const { stdoutLength } = result;
        return new ExecResult(
          result,
          both!.subarray(0, stdoutLength),
          both!.subarray(stdoutLength),
        );
      },
    );
  }

  /**
   * Starts a program in this host that runs on.
   *
   * @param command A line for the shell, or the program and its arguments.
   * @param options Its folder and environment.
   * @returns The program, with its streams; dispose of it to end it.
   * @throws {NetError} With code `"not-found"` if there is no such program.
   */
  spawn(
    command: string | readonly string[],
    options: SpawnOptions = {},
  ): Promise<LabProcess> {
    checkOptions("start a program", options, SPAWN, SPAWN_ELSEWHERE);
    const { cwd, env } = options;
    const argv = words(command);
    return this.#ask(`start ${argv[0]} in`, {}, async ({ channel }) => {
      const params = { host: this.name, argv, cwd, env };
      const { result } = await channel.call("spawn", params);
      return new LabProcess(channel, result.process);
    });
  }

  /**
   * Captures on an interface of this host, for whoever is outside of the lab:
   * packets come here as they pass there, in both directions.
   *
   * @param device The interface. @default {"eth0"}
   * @param options A filter, what ends it, and the like.
   * @returns The capture, which listens already; it ends with the lab, in an
   * error, when it was not closed before.
   * @throws {NetError} With code `"not-found"` if there is no such interface.
   * @throws {ParseError} If the filter is none.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * await using lab = await net.lab.up("pair");
   * using capture = await lab.host("pc1").capture("eth0", { filter: "icmp", count: 2 });
   * await lab.host("pc1").exec("ping -c 1 pc2");
   * for await (const packet of capture) console.log(`${packet}`);
   * ```
   */
  async capture(
    device: string = "eth0",
    options: LabCaptureOptions = {},
  ): Promise<LiveCapture> {
    mustBe("capture", "device", device, "text");
    checkOptions("capture", options, LAB_CAPTURE, CAPTURE_ELSEWHERE);
    const { captureAt } = await import("./link_capture.ts");
    return await captureAt(this.#line, this.name, device, options);
  }

  /**
   * Gives the command line that opens a shell in this host, from outside of the
   * lab: in all of its namespaces, so that it ends with the lab.
   *
   * @param shell The program to run in the host, and its arguments. @default {["sh"]}
   * @returns The program and its arguments.
   * @throws {NetError} If the lab is down.
   */
  shellCommand(shell: readonly string[] = ["sh"]): Promise<string[]> {
    mustBe("open a shell", "shell", shell, "some");
    return this.#ask("open a shell in", {}, async ({ channel, isUser }) => {
      const { result } = await channel.call("namespaces", { host: this.name });
      const agent = `/proc/${this.#line.pid}`;
      return [
        "nsenter",
        ...(isUser
          ? [`--user=${agent}/ns/user`, "--preserve-credentials"]
          : []),
        `--net=${agent}/fd/${result.net}`,
        `--mount=${agent}/fd/${result.mount}`,
        `--uts=${agent}/fd/${result.name}`,
        `--ipc=${agent}/ns/ipc`,
        `--pid=${agent}/ns/pid`,
        "--",
        ...shell,
      ];
    });
  }

  /** What the topology says of it. */
  toJSON(): Node {
    return this.node;
  }

  /** Its name, kind and interfaces. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { name, kind, interfaces } = this.node;
    const rows = interfaces.flatMap((one) => [one, ...one.vlans]).map((
      { name, addresses },
    ) => [name, addresses.join("  ")] as const);
    const on = canvas({ colors: options?.colors ?? false });
    return card(`${name} (${kind})`, rows, on);
  }
}

function words(command: string | readonly string[]): readonly string[] {
  if (typeof command === "string") return ["sh", "-c", command];
  const isList = Array.isArray(command) &&
    command.every((word) => typeof word === "string");
  if (!isList) {
    throw new TypeError(
      `Cannot run a program as 'command' must be a text or a list of them: current value is ${
        Deno.inspect(command)
      }`,
    );
  }
  if (command.length === 0) {
    throw new TypeError(
      "Cannot run a program as 'command' must name one: current value is []",
    );
  }
  return command;
}

function sourceOf(f: unknown): string {
  const source = typeof f === "function"
    ? Function.prototype.toString.call(f)
    : undefined;
  if (source === undefined || /\{\s*\[native code\]\s*\}$/.test(source)) {
    throw new TypeError(
      `Cannot run a function in a host as 'f' must be one with a text, not bound or built in: current value is ${
        source === undefined ? typeof f : source.split("{")[0]!.trim()
      }`,
    );
  }
  return source;
}
