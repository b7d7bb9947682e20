/**
 * The names of a session's options, to tell what was mistyped: at the prompt no
 * type says that a commit `{ confirmed: 5 }` would be one for good.
 *
 * @module
 */

import { onlyKnown, type OptionNames } from "../known_options.ts";
import type {
  BackupOptions,
  CommitOptions,
  ConfigureOptions,
  PatienceOptions,
  SendOptions,
} from "./session_options.ts";

const PATIENCE: OptionNames<PatienceOptions> = { timeout: true, signal: true };

const SEND: OptionNames<SendOptions> = {
  ...PATIENCE,
  answers: true,
  parse: true,
  limit: true,
  onText: true,
};

const CONFIGURE: OptionNames<ConfigureOptions> = {
  ...PATIENCE,
  onRefusal: true,
  answers: true,
  baseline: true,
};

const COMMIT: OptionNames<CommitOptions> = {
  ...PATIENCE,
  confirm: true,
  comment: true,
};

const BACKUP: OptionNames<BackupOptions> = { ...PATIENCE, redact: true };

/** Refuses options that `send` has not. */
export function checkSend(options: SendOptions): SendOptions {
  onlyKnown("send a command", options, SEND);
  return options;
}

/** Refuses options that `configure` has not. */
export function checkConfigure(options: ConfigureOptions): ConfigureOptions {
  onlyKnown("configure", options, CONFIGURE);
  return options;
}

/** Refuses options that `commit` has not. */
export function checkCommit(options: CommitOptions): CommitOptions {
  onlyKnown("commit", options, COMMIT);
  return options;
}

/** Refuses options that `backup` has not: it gives the text, and writes no file. */
export function checkBackup(options: BackupOptions): BackupOptions {
  onlyKnown("read the configuration", options, BACKUP);
  return options;
}
