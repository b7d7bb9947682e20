/**
 * What a lab's calls take: at the prompt no type says that an option is
 * mistyped.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import type { Elsewhere } from "../known_options.ts";
import type { OptionKinds } from "../linux/option_kinds.ts";
import { CAPTURE } from "../wire/option_names.ts";
import type {
  ExecOptions,
  LabCaptureOptions,
  LinkCaptureOptions,
  ReachabilityOptions,
  SpawnOptions,
  TraceOptions,
} from "./options.ts";

/** How long something may take. */
export const DEADLINE: OptionKinds<DeadlineOptions> = {
  timeout: "numeric",
  signal: "signal",
};

/** Options of a host's `spawn`. */
export const SPAWN: OptionKinds<SpawnOptions> = { cwd: "text", env: "texts" };

/** Options of a host's `exec`. */
export const EXEC: OptionKinds<ExecOptions> = {
  ...SPAWN,
  ...DEADLINE,
  stdin: "octets",
};

/** What other programs call it. */
export const EXEC_ELSEWHERE: Elsewhere = {
  input: "stdin",
  shell: 'a text: exec("ip route | head")',
};

/** What it has none of: it goes on by itself. */
export const SPAWN_ELSEWHERE: Elsewhere = {
  ...EXEC_ELSEWHERE,
  input: "the process's stdin",
  signal: "the process's kill()",
  stdin: "the process's stdin",
  timeout: "exec(), which waits for its end",
};

const { namespace: _, ...capture } = CAPTURE;

/** Options of a host's `capture`. */
export const LAB_CAPTURE: OptionKinds<LabCaptureOptions> = capture;

/** Options of a link's `capture`. */
export const LINK_CAPTURE: OptionKinds<LinkCaptureOptions> = {
  ...LAB_CAPTURE,
  at: "text",
};

/** Options of `reachability`. */
export const REACHABILITY: OptionKinds<ReachabilityOptions> = {
  probes: "some",
  from: "some",
  to: "some",
  family: "family",
  timeout: "number",
  signal: "signal",
};

const { probes: __, ...pings } = REACHABILITY;

/** Options of `pingAll`. */
export const PING_ALL: OptionKinds<Omit<ReachabilityOptions, "probes">> = pings;

/** Ports are ways of asking. */
export const REACHABILITY_ELSEWHERE: Elsewhere = {
  port: 'probes: ["tcp/80"]',
  ports: 'probes: ["tcp/80"]',
  probe: 'probes: ["tcp/80"]',
};

/** Options of `trace`. */
export const TRACE: OptionKinds<TraceOptions> = {
  family: "family",
  timeout: "number",
  signal: "signal",
  maxHops: "hops",
};
