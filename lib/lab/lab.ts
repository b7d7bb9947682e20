/**
 * A lab that is up: its hosts and links, who reaches whom, its end.
 *
 * @module
 */

import { checkOptions, mustBe } from "../linux/option_kinds.ts";
import {
  PING_ALL,
  REACHABILITY,
  REACHABILITY_ELSEWHERE,
  TRACE,
} from "./option_names.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import type { DaemonState, LogLine, UpReport } from "./calls.ts";
import { type AgentLine, LabHost } from "./host.ts";
import { LabLink } from "./link.ts";
import type { Agent } from "./start.ts";
import type { Probe } from "./topology.ts";
import type { LabTopology } from "./lab_topology.ts";
import type { ReachabilityOptions, TraceOptions } from "./options.ts";
import { Reachability, Trace } from "./reachability.ts";

export type { LogLine };
export type { ReachabilityOptions, TraceOptions };

/** How long to wait for an answer from inside a lab, in milliseconds, unless it is said. */
const ANSWER = 1_000;

function checkProbe(probe: Probe): Probe {
  const port = /^(?:tcp|udp)\/(\d{1,5})$/.exec(probe)?.[1];
  if (
    probe === "ping" || (Number(port) >= 1 && Number(port) <= 65_535)
  ) return probe;
  throw new TypeError(
    `Cannot ask who reaches whom as 'probes' must be of "ping", "tcp/<port>" and "udp/<port>": current value is ${probe}`,
  );
}

/** Whether a lab is there: `"lost"` is one that went without being told to. */
export type LabState = "up" | "down" | "lost";

/**
 * A lab that was brought up. It holds this program open until it is taken down,
 * and ends with it, however that ends.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using lab = await net.lab.up("pair");
 * const { code } = await lab.host("pc1").exec("ping -c 1 pc2");
 * ```
 */
export class Lab implements AsyncDisposable {
  /** What it was made from, complete. */
  readonly topology: LabTopology;
  /** Its nodes by name: hosts, switches and routers. */
  readonly hosts: ReadonlyMap<string, LabHost>;
  /** Its links, in the topology's order. */
  readonly links: readonly LabLink[];
  /** What is not quite as in a kernel's own network, one sentence each. */
  readonly notes: readonly string[];
  /** The last lines that were written in it, unless `log` was given. */
  readonly log: readonly LogLine[];
  readonly #agent: Agent;
  #state: LabState = "up";
  #down: Promise<void> | undefined;

  /**
   * Takes a lab that an agent has made; `up` calls it.
   *
   * @param topology The topology, complete.
   * @param agent The agent.
   * @param report What the agent said of it.
   * @param log Where its lines are kept.
   * @param daemons How its services are, kept up to date.
   * @ignore
   */
  constructor(
    topology: LabTopology,
    agent: Agent,
    report: UpReport,
    log: readonly LogLine[],
    daemons: ReadonlyMap<string, DaemonState>,
  ) {
    this.topology = topology;
    this.notes = report.notes;
    this.log = log;
    this.#agent = agent;
    const line: AgentLine = {
      pid: report.pid,
      agent: () => this.#up(),
      explain: (error, op, target) => this.#explain(error, op, target),
      daemons,
    };
    this.hosts = new Map(
      topology.nodes.map((node) => [node.name, new LabHost(node, line)]),
    );
    this.links = topology.links.map((link, i) => new LabLink(link, i, line));
    agent.channel.closed.then(() => {
      if (this.#state === "up") this.#state = "lost";
    });
  }

  /** Its name. */
  get name(): string {
    return this.topology.name;
  }

  /** Whether it is there. */
  get state(): LabState {
    return this.#state;
  }

  #up(): Agent {
    if (this.#state !== "down") return this.#agent;
    throw new NetError("it was taken down", {
      code: "closed",
      op: "use",
      target: `lab ${this.name}`,
      hint: "bring it up again",
    });
  }

  async #explain(error: unknown, op: string, target: string): Promise<unknown> {
    const isGone = error instanceof NetError && error.code === "closed" &&
      !this.#agent.channel.isOpen;
    if (!isGone) return error;
    if (this.#state !== "down") return await this.#agent.obituary(op, target);
    return new NetError("the lab was taken down meanwhile", {
      code: "closed",
      op,
      target,
    });
  }

  /**
   * Finds a node, whatever its kind.
   *
   * @param name Its name.
   * @returns The node.
   * @throws {NetError} With code `"not-found"` if there is none of that name.
   */
  host(name: string): LabHost {
    const found = this.hosts.get(name);
    if (found) return found;
    throw new NetError("the lab has no such node", {
      code: "not-found",
      op: "find",
      target: `${name} in lab ${this.name}`,
      hint: `one of ${[...this.hosts.keys()].join(", ")}`,
    });
  }

  /**
   * Finds the link between two nodes.
   *
   * @param a One node; with its interface, `"a:eth1"`, where there are several.
   * @param b The other.
   * @returns The link.
   * @throws {NetError} With code `"not-found"` if there is none, `"ambiguous"` if
   * there are several.
   */
  link(a: string, b: string): LabLink {
    const fits = (text: string, end: LabLink["link"]["a"]) =>
      text === end.node || text === `${end.node}:${end.interface}`;
    const found = this.links.filter(({ link }) =>
      (fits(a, link.a) && fits(b, link.b)) ||
      (fits(a, link.b) && fits(b, link.a))
    );
    const [link] = found;
    if (link && found.length === 1) return link;
    const facts = { op: "find", target: `the link ${a} - ${b}` };
    if (!link) {
      const near = this.links.filter(({ link }) =>
        [link.a, link.b].some((end) => fits(a, end) || fits(b, end))
      );
      const names = (near.length > 0 ? near : this.links).slice(0, 8);
      throw new NetError(`lab ${this.name} has none between them`, {
        ...facts,
        code: "not-found",
        hint: `one of ${names.map(({ name }) => name).join(", ")}`,
      });
    }
    throw new NetError(`there are ${found.length}`, {
      ...facts,
      code: "ambiguous",
      hint: `say the interface: "${link.link.a.node}:${link.link.a.interface}"`,
    });
  }

  /**
   * Sends an echo request from each host to each other.
   *
   * @param options Which nodes, and how long to wait for an answer.
   * @returns Who got an answer from whom.
   */
  pingAll(
    options: Omit<ReachabilityOptions, "probes"> = {},
  ): Promise<Reachability> {
    checkOptions("ask who reaches whom", options, PING_ALL);
    return this.reachability({ ...options, probes: ["ping"] });
  }

  /**
   * Finds out who reaches whom: by echo requests, on TCP ports (who accepts a
   * connection), on UDP ports (who answers an empty datagram). It is asked from
   * the nodes themselves, all at once.
   *
   * @param options How to ask, which nodes, and how long to wait.
   * @returns The matrix.
   * @throws {NetError} With code `"not-found"` if there is no such node.
   */
  async reachability(
    options: ReachabilityOptions = {},
  ): Promise<Reachability> {
    checkOptions(
      "ask who reaches whom",
      options,
      REACHABILITY,
      REACHABILITY_ELSEWHERE,
    );
    const { probes = ["ping"], family, timeout = ANSWER, signal } = options;
    const hosts = [...this.hosts.values()].filter(({ node }) =>
      node.kind === "host"
    );
    const named = (names: readonly string[] | undefined) =>
      names === undefined ? hosts : names.map((name) => this.host(name));
    const questions = named(options.from).flatMap((from) =>
      named(options.to).filter((to) => to !== from).flatMap((to) => {
        const address = to.addresses.find((text) =>
          family === undefined || text.includes(":") === (family === 6)
        );
        if (address === undefined) return [];
        return probes.map((probe) => ({
          from: from.name,
          to: to.name,
          address,
          probe: checkProbe(probe),
        }));
      })
    );
    const target = `lab ${this.name}`;
    try {
      const { result } = await this.#up().channel.call("reach", {
        probes: questions,
        timeout,
      }, { signal });
      return new Reachability(
        questions.map((question, i) => ({ ...question, outcome: result[i]! })),
      );
    } catch (error) {
      throw await this.#explain(error, "ask who reaches whom in", target);
    }
  }

  /**
   * Finds the way from one node to another, as traceroute does.
   *
   * @param from The node that asks.
   * @param to The other node, or any address.
   * @param options The most hops, and how long to wait for answers.
   * @returns The way, to where it ends.
   * @throws {NetError} With code `"not-found"` if there is no such node, or it has
   * no address.
   */
  async trace(
    from: string,
    to: string,
    options: TraceOptions = {},
  ): Promise<Trace> {
    mustBe("trace", "to", to, "text");
    checkOptions("trace", options, TRACE);
    const { maxHops = 30, timeout = ANSWER, signal, family } = options;
    const isAddress = /^[\d.]+$|:/.test(to);
    const address = isAddress
      ? to
      : this.host(to).addresses.find((text) =>
        family === undefined || text.includes(":") === (family === 6)
      );
    if (address === undefined) {
      throw new NetError("it has no address", {
        code: "not-found",
        op: "trace the way to",
        target: to,
      });
    }
    try {
      const { result } = await this.#up().channel.call("trace", {
        from: this.host(from).name,
        to: address,
        maxHops,
        timeout,
      }, { signal });
      const owner = (text: string | null) =>
        [...this.hosts.values()].find((host) =>
          text !== null && host.addresses.includes(text)
        )?.name;
      return new Trace(
        from,
        to,
        result.map((hop) => ({ ...hop, node: owner(hop.address) })),
      );
    } catch (error) {
      throw await this.#explain(
        error,
        "trace the way from",
        `${from} to ${to}`,
      );
    }
  }

  /**
   * Takes it down: all of its processes end, its network is gone. Again does
   * nothing.
   *
   * @returns A promise of the end.
   */
  down(): Promise<void> {
    this.#state = "down";
    return this.#down ??= this.#agent.end();
  }

  /** Takes it down. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  /** Its topology and state. */
  toJSON(): {
    topology: LabTopology;
    state: LabState;
    notes: readonly string[];
  } {
    return { topology: this.topology, state: this.#state, notes: this.notes };
  }

  /** Its picture and its state. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: { colors?: boolean; currentDepth?: number },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const { state, topology, links, notes } = this;
    const failed = links.filter(({ isUp }) => !isUp);
    if (options?.currentDepth) return `lab ${this.name} (${state})`;
    return [
      inspect(topology, options),
      "",
      paint(state === "up" ? "good" : "warn", state, on),
      ...failed.map(({ name }) => paint("bad", `failed: ${name}`, on)),
      ...notes.map((text) => paint("muted", text, on)),
    ].join("\n");
  }
}
