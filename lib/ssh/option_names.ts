/**
 * The names of what a connection's calls take, to tell what was mistyped: at the
 * prompt no type says that `exclude` is none.
 *
 * @module
 */

import type { OptionNames } from "../known_options.ts";
import type { DeadlineOptions } from "../deadline.ts";
import type { RunOptions, SpawnOptions } from "./command.ts";
import type { SyncOptions } from "./sftp/sync_report.ts";
import type { TransferOptions } from "./sftp/transfer.ts";

/** Options of `spawn`. */
export const SPAWN: OptionNames<SpawnOptions & DeadlineOptions> = {
  pty: true,
  env: true,
  timeout: true,
  signal: true,
};

/** Options of `run`. */
export const RUN: OptionNames<RunOptions> = {
  ...SPAWN,
  stdin: true,
  sudo: true,
  encoding: true,
  maxOutput: true,
};

/** Options of `get` and `put`. */
export const TRANSFER: OptionNames<TransferOptions> = {
  resume: true,
  atomic: true,
  preserve: true,
  mode: true,
  onProgress: true,
  timeout: true,
  signal: true,
};

/** Options of `syncDown` and `syncUp`. */
export const SYNC: OptionNames<SyncOptions> = {
  remove: true,
  dryRun: true,
  include: true,
  concurrency: true,
  onProgress: true,
  onStep: true,
  timeout: true,
  signal: true,
};
