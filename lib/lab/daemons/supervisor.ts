/**
 * All services of a lab, as its agent runs them.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { bind, LAB_FOLDER, nodeFolder } from "../agent_files.ts";
import { type Place, prepareNode } from "../agent_process.ts";
import { inSpaces } from "../agent_spaces.ts";
import type { DaemonLine, DaemonState } from "../calls.ts";
import type { Service, ServiceName, ServiceOptions } from "../daemon.ts";
import type { Topology } from "../topology.ts";
import type { Daemon, Groundwork, Own } from "./plan.ts";
import { DaemonLog, runToEnd, SupervisedProgram } from "./supervised.ts";
import { daemonOf } from "./table.ts";

type AnyDaemon = Daemon<ServiceOptions[ServiceName]>;
type AnyOwn = Own<ServiceOptions[ServiceName]>;

/** Who is told of what happens. */
export interface Audience {
  /** A program has come to another state. */
  state(state: DaemonState): void;
  /** Something is not as it should be on a node. */
  trouble(host: string, text: string): void;
}

/** The services of a lab. */
export class Supervisor {
  readonly #audience: Audience;
  readonly #logs = new Map<string, Map<string, DaemonLog>>();

  /**
   * Starts nothing yet.
   *
   * @param audience Who is told.
   */
  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /**
   * Starts all of them: on each node one after the other, on all nodes at once.
   *
   * @param topology The lab's.
   * @param places Its nodes, made.
   * @throws {NetError} If one of them does not come to answer.
   */
  async start(
    topology: Topology,
    places: ReadonlyMap<string, Place>,
  ): Promise<void> {
    await this.#finishShared(topology, places);
    await Promise.all(topology.nodes.map(async ({ name, services }) => {
      const place = places.get(name)!;
      for (const service of services) {
        const daemon = daemonOf(service.name);
        const log = this.#openLog(name, service.name);
        if ("serve" in daemon) this.#serve(place, service, daemon);
        else await this.#run(topology, place, service, daemon, log);
      }
    }));
  }

  /**
   * Puts down what nodes share that run the same service, before any of them
   * has files of its own.
   *
   * @param topology The lab's.
   */
  share(topology: Topology): void {
    for (const { folder, home, work } of sharedOf(topology)) {
      lay(folder, work);
      if (isFolder(home)) bind(folder, home);
    }
  }

  async #finishShared(
    topology: Topology,
    places: ReadonlyMap<string, Place>,
  ): Promise<void> {
    for (const { users, work } of sharedOf(topology)) {
      for (const argv of work.before ?? []) {
        await runToEnd(places.get(users[0]!.name)!, argv);
      }
    }
  }

  async #run(
    topology: Topology,
    place: Place,
    { name, options }: Service,
    daemon: AnyDaemon,
    log: DaemonLog,
  ): Promise<void> {
    const { node, spaces } = place;
    const { home } = daemon;
    const own = `${nodeFolder(node.name)}/${name}`;
    const isHome = home !== undefined && isFolder(home);
    const folder = isHome ? home : own;
    const plan = daemon.plan(options, { node, topology, folder });
    lay(own, plan);
    prepareNode(place);
    const over = isHome ? [[own, home] as const] : [];
    for (const [path, names] of Object.entries(plan.hides ?? {})) {
      const empty = `${nodeFolder(node.name)}${path}`;
      lay(empty, {
        files: Object.fromEntries(names.map((name) => [name, ""])),
      });
      if (isFolder(path)) over.push([empty, path]);
    }
    inSpaces(spaces, () => over.forEach(([from, to]) => bind(from, to)));
    for (const path of plan.run ?? []) {
      lay(`${nodeFolder(node.name)}/run/${path}`, {});
    }
    for (const argv of plan.before ?? []) await runToEnd(place, argv);
    const listener = {
      state: (state: DaemonState) => this.#audience.state(state),
      trouble: (text: string) =>
        this.#audience.trouble(node.name, `${name}: ${text}`),
    };
    for (const spec of plan.processes) {
      const of = { name, log, listener };
      await new SupervisedProgram(place, spec, of).start();
    }
  }

  #serve({ node, spaces }: Place, { name, options }: Service, own: AnyOwn) {
    try {
      inSpaces(spaces, () => own.serve(options));
    } catch (cause) {
      throw new NetError((cause as Error).message, {
        code: "failed",
        op: `start ${name} on`,
        target: node.name,
        cause,
      });
    }
    this.#audience.state({
      host: node.name,
      name,
      program: name,
      state: "running",
      pid: Deno.pid,
      since: Date.now(),
      restarts: 0,
    });
  }

  #openLog(host: string, name: string): DaemonLog {
    const log = new DaemonLog();
    const logs = this.#logs.get(host) ?? new Map<string, DaemonLog>();
    this.#logs.set(host, logs.set(name, log));
    return log;
  }

  /**
   * Reads what services of a node have written.
   *
   * @param host The node.
   * @param name Which of its services. @default {all}
   * @returns The last lines, oldest first.
   */
  lines(host: string, name?: string): DaemonLine[] {
    return [...this.#logs.get(host) ?? []].filter(([of]) =>
      name === undefined || of === name
    ).flatMap(([, { lines }]) => lines).sort((a, b) => a.time - b.time);
  }
}

/** What is shared, by service. */
function sharedOf({ nodes }: Topology) {
  const names = new Set(
    nodes.flatMap(({ services }) => services.map(({ name }) => name)),
  );
  return [...names].flatMap((name) => {
    const daemon = daemonOf(name);
    if ("serve" in daemon || daemon.shared === undefined) return [];
    const users = nodes.filter(({ services }) =>
      services.some((service) => service.name === name)
    );
    const { home, plan } = daemon.shared;
    const folder = `${LAB_FOLDER}/shared/${name}`;
    return [{ users, folder, home, work: plan(users, folder) }];
  });
}

/** Writes files and makes folders. */
function lay(folder: string, { files = {}, folders = [] }: Groundwork): void {
  for (const path of [folder, ...folders.map((name) => `${folder}/${name}`)]) {
    Deno.mkdirSync(path, { recursive: true });
  }
  for (const [name, text] of Object.entries(files)) {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
