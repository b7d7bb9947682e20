/**
 * What the processes of a lab ask each other, as types; {@link ./protocol.ts}
 * carries it. Octets that go along are named in the comments.
 *
 * @module
 */

import type { SwitchStats } from "./fabric_spec.ts";
import type { Probe, Topology } from "./topology.ts";

/** What a process left with. */
export interface Ended {
  /** Its exit code; 128 and the signal's number if a signal ended it. */
  readonly code: number;
  /** The signal that ended it, `"SIGKILL"`; `null` if it ended by itself. */
  readonly signal: string | null;
}

/** What to run in a host. */
export interface ProgramSpec {
  /** In which host. */
  readonly host: string;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** Its folder. */
  readonly cwd?: string | undefined;
  /** Variables beside those that it inherits. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Which of a process's streams. */
export type Output = "stdout" | "stderr";

/** One line that was written in a host outside of any command's result. */
export interface LogLine {
  /** In which host; the empty text for the lab's own agent. */
  readonly host: string;
  /** Where it was written. */
  readonly stream: "stdout" | "stderr";
  /** The line, without its end. */
  readonly text: string;
}

/** What a lab's coming up took. */
export interface UpReport {
  /** The agent's process number outside of the lab. */
  readonly pid: number;
  /** What is not as the topology says, one sentence each. */
  readonly notes: readonly string[];
}

/** One program of a service, and how it is. */
export interface DaemonState {
  /** On which node. */
  readonly host: string;
  /** The service: `"frr"`. */
  readonly name: string;
  /** The program: `"ospfd"`. */
  readonly program: string;
  /** Not yet ready; ready; about to be started again; given up. */
  readonly state: "starting" | "running" | "waiting" | "failed";
  /** Its process number in the lab; `null` if it does not run. */
  readonly pid: number | null;
  /** Since when it is so, in milliseconds since 1970. */
  readonly since: number;
  /** How often it was started again. */
  readonly restarts: number;
}

/** One line of a service's log. */
export interface DaemonLine {
  /** When it came, in milliseconds since 1970. */
  readonly time: number;
  /** Which program of the service. */
  readonly program: string;
  /** Where it was written; `"lab"` for what the lab says of the program. */
  readonly stream: Output | "lab";
  /** The line, without its end. */
  readonly text: string;
}

/** Counters of one end of a link. */
export interface LinkEndStats {
  /** The node. */
  readonly node: string;
  /** Its interface. */
  readonly interface: string;
  /** Whether frames can pass: it is up, and so is the other end. */
  readonly carrier: boolean;
  /** Frames that came in. */
  readonly rxPackets: number;
  /** Octets that came in. */
  readonly rxBytes: number;
  /** Frames that came in and were dropped. */
  readonly rxDropped: number;
  /** Frames that went out. */
  readonly txPackets: number;
  /** Octets that went out. */
  readonly txBytes: number;
  /** Frames that should have gone out and were dropped. */
  readonly txDropped: number;
}

/** What the agent answers. */
export type AgentCalls = {
  /** Builds everything. Once. */
  up(params: { readonly topology: Topology }): UpReport;
  /** Evaluates a function in a host; the body is its argument, and what it gave or threw. */
  run(
    params: {
      readonly host: string;
      readonly source: string;
    },
  ): { readonly threw: boolean };
  /** Runs a program to its end; the body is its input, and both outputs one after the other. */
  exec(params: ProgramSpec): Ended & { readonly stdoutLength: number };
  /** Starts a program. */
  spawn(params: ProgramSpec): { readonly process: number };
  /** Waits for some output; an empty body is its end. */
  read(params: { readonly process: number; readonly output: Output }): null;
  /** Gives a process the body as input, or ends its input. */
  write(params: { readonly process: number; readonly end?: boolean }): null;
  /** Sends a signal to a process and all that it started. */
  kill(params: { readonly process: number; readonly signal: string }): null;
  /** Waits for a process's end. */
  wait(params: { readonly process: number }): Ended;
  /** Lets go of a process that has ended. */
  release(params: { readonly process: number }): null;
  /** Pulls a link's plug, or puts it back. */
  setLink(params: { readonly link: number; readonly up: boolean }): null;
  /** Reads the counters of a link's two ends. */
  linkStats(params: { readonly link: number }): readonly LinkEndStats[];
  /** What a shell from outside enters: a descriptor of the agent for each namespace. */
  namespaces(
    params: { readonly host: string },
  ): { readonly net: number; readonly mount: number; readonly name: number };
  /** Reads what a node's services have written, or one of them has. */
  logs(
    params: { readonly host: string; readonly name?: string | undefined },
  ): readonly DaemonLine[];
  /** Reads a userspace switch's tables; `null` if the node is none. */
  switching(params: { readonly host: string }): SwitchStats | null;
  /** Asks who reaches whom. */
  reach(
    params: {
      readonly probes: readonly ReachProbe[];
      readonly timeout: number;
    },
  ): readonly ReachOutcome[];
  /** Finds the way to an address. */
  trace(
    params: {
      readonly from: string;
      readonly to: string;
      readonly maxHops: number;
      readonly timeout: number;
    },
  ): readonly Hop[];
};

/** One question of a reachability matrix. */
export interface ReachProbe {
  /** The node that asks. */
  readonly from: string;
  /** The address that is asked. */
  readonly address: string;
  /** How. */
  readonly probe: Probe;
}

/**
 * What came of it: an answer; a refusal of the port (a machine is there, nothing
 * listens); a router's or the own system's word that there is no way; nothing.
 */
export type ReachOutcome = "open" | "refused" | "unreachable" | "silent";

/** One step of the way to an address. */
export interface Hop {
  /** The hop limit (TTL) by which it was found, from 1. */
  readonly limit: number;
  /** Who answered; `null` if nobody did. */
  readonly address: string | null;
  /** After how many milliseconds. */
  readonly ms: number | null;
  /** A router on the way, the address itself, the end of the way before it, or nobody. */
  readonly what: "router" | "reached" | "unreachable" | "silent";
}

/** What whoever started the lab answers. */
export type OwnerCalls = {
  /** Something was written in a host. */
  log(params: LogLine): null;
  /** A service has come to another state. */
  daemon(params: DaemonState): null;
};

/** What a host's kernel answers. */
export type HostCalls = {
  /** Evaluates a function; the body is its argument, and what it gave or threw. */
  run(
    params: { readonly run: number; readonly source: string },
  ): { readonly threw: boolean };
  /** Tells a run to stop, and waits so many milliseconds for it to do so. */
  stop(
    params: { readonly run: number; readonly grace: number },
  ): { readonly stopped: boolean };
};
