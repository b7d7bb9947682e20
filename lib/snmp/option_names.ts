/**
 * The names of all options, to tell what was mistyped: at the prompt no type
 * says that `comunity` would ask as "public".
 *
 * @module
 */

import type { OptionNames } from "../known_options.ts";
import type { AgentOptions } from "./agent/options.ts";
import type {
  BulkOptions,
  CardOptions,
  CreateRowOptions,
  OpenOptions,
  SetOptions,
  WalkOptions,
} from "./options.ts";
import type { TableOptions } from "./table.ts";
import type { InformOptions, ListenOptions } from "./traps/options.ts";

/** Options of `open`. */
export const OPEN: OptionNames<OpenOptions> = {
  version: true,
  community: true,
  user: true,
  context: true,
  port: true,
  timeout: true,
  retries: true,
  maxRepetitions: true,
  mib: true,
  anySource: true,
  signal: true,
};

/** Options of `walk`. */
export const WALK: OptionNames<WalkOptions> = {
  maxRepetitions: true,
  timeout: true,
  signal: true,
};

/** Options of all questions together: some are made of others. */
export const QUESTION: OptionNames<
  & BulkOptions
  & CardOptions
  & CreateRowOptions
  & SetOptions
  & TableOptions
  & WalkOptions
> = {
  ...WALK,
  nonRepeaters: true,
  limit: true,
  status: true,
  type: true,
  columns: true,
  augment: true,
};

/** Options of `listenTraps`. */
export const LISTEN: OptionNames<ListenOptions> = {
  hostname: true,
  port: true,
  communities: true,
  users: true,
  engineId: true,
  engineBoots: true,
  mib: true,
  queue: true,
  signal: true,
};

/** Options of `inform`, and of `trap`, which does not repeat. */
export const NOTIFY: OptionNames<InformOptions> = {
  version: true,
  community: true,
  user: true,
  context: true,
  port: true,
  uptime: true,
  engineId: true,
  engineBoots: true,
  agentAddress: true,
  mib: true,
  timeout: true,
  retries: true,
  signal: true,
};

/** Options of `agent`. */
export const AGENT: OptionNames<AgentOptions> = {
  hostname: true,
  port: true,
  communities: true,
  users: true,
  engineId: true,
  engineBoots: true,
  defaults: true,
  maxSize: true,
  mib: true,
  signal: true,
};
