/**
 * Brings a lab up: a throw-away network on this machine.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { DEADLINE } from "./option_names.ts";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { PermissionError } from "../errors.ts";
import type { DaemonState, LogLine } from "./calls.ts";
import { Lab } from "./lab.ts";
import { type LabTopology, topology } from "./lab_topology.ts";
import type { TopologySpec } from "./specification.ts";
import { Agent } from "./start.ts";

/** Options of `up`. */
const UP: OptionKinds<UpOptions> = {
  ...DEADLINE,
  log: "function",
  userNamespace: "boolean",
};

/** What is said of the topology, and not of how it comes up. */
const UP_ELSEWHERE: Elsewhere = {
  count: "net.lab.up(net.lab.readyMade(name, { count }))",
  name: "name, in the topology",
};

/** Options for {@linkcode up}. */
export interface UpOptions extends DeadlineOptions {
  /** Told each line that is written in the lab outside of a command's result. @default {kept in `lab.log`} */
  readonly log?: ((line: LogLine) => void) | undefined;
  /**
   * Whether the lab gets a user namespace, in which its root has no rights on
   * this machine. Without one it takes root, and the lab's root is this
   * machine's. @default {true, and where that is barred and this is root, false}
   */
  readonly userNamespace?: boolean | undefined;
}

/** How long a lab may take to come up, in milliseconds, unless it is said. */
const TIMEOUT = 30_000;
/** The lines that a log keeps. */
const LOG_LINES = 1_000;

/**
 * Brings a lab up: a network of its own in namespaces of this machine, with no
 * way out of it. It takes no root.
 *
 * @param input A topology: a ready-made one's name, YAML text, or data.
 * @param options `timeout` in milliseconds (30,000 unless it is said), `signal`,
 * where its log goes.
 * @returns The lab, all of it ready; take it down or say `await using`.
 * @throws {PermissionError} If this machine lets users make no namespaces.
 * @throws {NetError} If the kernel would not make a node or a link: says which.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using lab = await net.lab.up("pair");
 * const { stdout } = await lab.host("pc1").exec(["ping", "-c", "1", "pc2"]);
 * ```
 */
export async function up(
  input: string | TopologySpec | LabTopology,
  options: UpOptions = {},
): Promise<Lab> {
  checkOptions("bring up a lab", options, UP, UP_ELSEWHERE);
  const { signal, timeout = TIMEOUT, userNamespace } = options;
  const complete = await topology(input);
  using deadline = new Deadline("bring up", `lab ${complete.name}`, {
    signal,
    timeout,
  });
  deadline.signal.throwIfAborted();
  const kept: LogLine[] = [];
  const log = options.log ?? ((line: LogLine) => {
    kept.push(line);
    if (kept.length > LOG_LINES) kept.shift();
  });
  const attempt = async (isUser: boolean): Promise<Lab> => {
    const daemons = new Map<string, DaemonState>();
    const agent = Agent.start(isUser, {
      daemon: (state) => {
        daemons.set(`${state.host} ${state.name} ${state.program}`, state);
        return { result: null };
      },
      log: (line) => {
        log(line);
        return { result: null };
      },
    });
    try {
      const { result } = await agent.channel.call("up", {
        topology: complete.toJSON(),
      }, {
        signal: deadline.signal,
      });
      agent.isUp = true;
      return new Lab(complete, agent, result, kept, daemons);
    } catch (error) {
      const isGone = !agent.channel.isOpen;
      await agent.end();
      deadline.signal.throwIfAborted();
      throw isGone
        ? await agent.obituary("bring up", `lab ${complete.name}`)
        : error;
    }
  };
  if (userNamespace !== undefined) return await attempt(userNamespace);
  try {
    return await attempt(true);
  } catch (barred) {
    if (!(barred instanceof PermissionError)) throw barred;
    try {
      return await attempt(false);
    } catch (error) {
      // What to do about it is the same, and said better of users.
      throw error instanceof PermissionError ? barred : error;
    }
  }
}
