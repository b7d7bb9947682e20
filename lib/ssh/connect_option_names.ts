/**
 * The names of all options of `connect`, to tell what was mistyped: at the prompt
 * no type says that somebody wrote `username`.
 *
 * @module
 */

import type { OptionNames } from "../known_options.ts";
import type { SshConnectOptions } from "./options.ts";

/** Options of `connect`. */
export const CONNECT: OptionNames<SshConnectOptions> = {
  user: true,
  port: true,
  password: true,
  keys: true,
  passphrase: true,
  agent: true,
  forwardAgent: true,
  ask: true,
  methods: true,
  algorithms: true,
  config: true,
  jump: true,
  keepalive: true,
  reconnect: true,
  hostKeys: true,
  confirm: true,
  knownHosts: true,
  timeout: true,
  signal: true,
};
