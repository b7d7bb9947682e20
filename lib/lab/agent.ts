/**
 * A lab's agent: the first process in the lab's own namespaces. It makes the
 * lab, and does in it what whoever started it asks, until that one is gone.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { build, type Built } from "./agent_build.ts";
import { mountLab } from "./agent_files.ts";
import { HostKernel } from "./agent_kernel.ts";
import { linkStats, setLink } from "./agent_links.ts";
import {
  type Place,
  prepareNode,
  Processes,
  runProgram,
} from "./agent_process.ts";
import { reach } from "./agent_reach.ts";
import { startReaper } from "./agent_reaper.ts";
import { trace } from "./agent_trace.ts";
import { mountUsers } from "./agent_users.ts";
import { addressesOf } from "./wiring.ts";
import type { AgentCalls, OwnerCalls } from "./calls.ts";
import type { Supervisor } from "./daemons/supervisor.ts";
import { Channel, type Handlers, type Streams } from "./protocol.ts";
import type { Topology } from "./topology.ts";

/**
 * Answers until the other side is gone. The calling process is the first of a
 * process namespace, root in a user namespace or without one, and in mount,
 * network, name and IPC namespaces of its own.
 *
 * @param streams To whoever started it.
 * @returns A promise of the end.
 */
export async function serveAgent(streams: Streams): Promise<void> {
  // Before /proc is the lab's own, which knows this process as number 1.
  const pid = Number(Deno.readLinkSync("/proc/self"));
  const processes = new Processes();
  const kernels = new Map<string, HostKernel>();
  let lab: Built | undefined;
  let supervisor: Supervisor | undefined;

  const built = (): Built => {
    if (lab) return lab;
    throw new NetError("it is not up yet", {
      code: "invalid",
      op: "use",
      target: "the lab",
    });
  };
  const place = (host: string): Place => {
    const found = built().places.get(host);
    if (found) return found;
    throw new NetError("the lab has no such node", {
      code: "not-found",
      op: "use",
      target: `node ${host}`,
    });
  };

  /** What runs services, if there are any; most labs have none, and load none of it. */
  const daemonsOf = async (topology: Topology) => {
    if (topology.nodes.every(({ services }) => services.length === 0)) return;
    const [{ Supervisor }, { requirePrograms }] = await Promise.all([
      import("./daemons/supervisor.ts"),
      import("./daemons/requirements.ts"),
    ]);
    requirePrograms(topology);
    return new Supervisor({
      state: (state) => channel.tell("daemon", state),
      trouble: (host, text) =>
        channel.tell("log", { host, stream: "stderr", text }),
    });
  };

  const handlers: Handlers<AgentCalls> = {
    up: async ({ topology }) => {
      const daemons = await daemonsOf(topology);
      const notes = mountLab(topology);
      mountUsers();
      startReaper();
      daemons?.share(topology);
      lab = await build(topology);
      await daemons?.start(topology, lab.places);
      supervisor = daemons;
      return { result: { pid, notes: [...lab.wiring.notes, ...notes] } };
    },
    run: async ({ host, source }, { body, signal }) => {
      const at = place(host);
      let kernel = kernels.get(host);
      if (!kernel) {
        kernel = new HostKernel(at, (line) => channel.tell("log", line));
        kernels.set(host, kernel);
      }
      const { threw, body: value } = await kernel.run(source, body, signal);
      return { result: { threw }, body: value };
    },
    exec: async ({ host, ...start }, { body, signal }) => {
      const { stdout, stderr, code, signal: by } = await runProgram(
        place(host),
        start,
        body,
        signal,
      );
      const both = new Uint8Array(stdout.length + stderr.length);
      both.set(stdout);
      both.set(stderr, stdout.length);
      const result = { code, signal: by, stdoutLength: stdout.length };
      return { result, body: both };
    },
    spawn: ({ host, ...start }) => ({
      result: { process: processes.start(place(host), start) },
    }),
    read: async ({ process, output }) => ({
      result: null,
      body: await processes.read(process, output),
    }),
    write: async ({ process, end = false }, { body }) => {
      await processes.write(process, body, end);
      return { result: null };
    },
    kill: ({ process, signal }) => {
      processes.kill(process, signal);
      return { result: null };
    },
    wait: async ({ process }) => ({ result: await processes.wait(process) }),
    release: ({ process }) => {
      processes.release(process);
      return { result: null };
    },
    setLink: async ({ link, up }) => {
      await setLink(built(), link, up);
      return { result: null };
    },
    linkStats: ({ link }) => ({ result: linkStats(built(), link) }),
    namespaces: ({ host }) => {
      const { spaces, node } = place(host);
      prepareNode({ spaces, node });
      const { net, mount, name } = spaces as Required<typeof spaces>;
      return { result: { net, mount, name } };
    },
    logs: ({ host, name }) => {
      place(host);
      return { result: supervisor?.lines(host, name) ?? [] };
    },
    switching: async ({ host }) => {
      place(host);
      const stats = await built().fabric?.stats();
      const found = stats?.switches.find(({ name }) => name === host);
      return { result: found ?? null };
    },
    reach: async ({ probes, timeout }, { signal }) => {
      const { spaces } = built();
      for (const { from } of probes) place(from);
      return { result: await reach(spaces, probes, timeout, signal) };
    },
    trace: async ({ from, to, maxHops, timeout }, { signal }) => {
      const { spaces, node } = place(from);
      const own = addressesOf(node);
      const spec = { own, to, maxHops, timeout };
      const result = await trace(spaces, spec, signal);
      return { result };
    },
  };
  const channel = new Channel<OwnerCalls, AgentCalls>(streams, handlers);
  await channel.closed;
}
