/**
 * Logging in to a bed, with nothing that lies around on this machine.
 *
 * @module
 */

import { connect } from "../../lib/ssh/connect.ts";
import type { SshConnection } from "../../lib/ssh/connection.ts";
import type { SshConnectOptions } from "../../lib/ssh/options.ts";
import type { SshBed } from "./ssh_bed.ts";

/** Who logs in where: `"ada@127.0.0.1:2222"`. */
export function at(bed: SshBed): string {
  return `${bed.user}@${bed.hostname}:${bed.port}`;
}

/** Neither agent nor configuration, and the bed's own known hosts. */
function alone(bed: SshBed): SshConnectOptions {
  return { agent: false, config: false, knownHosts: bed.knownHosts };
}

/** The same, with the key that the bed takes. */
export function withKey(bed: SshBed): SshConnectOptions {
  return { ...alone(bed), keys: [bed.clientKeys.ed25519!] };
}

/** Logs in by what the options say. */
export function login(
  bed: SshBed,
  options: SshConnectOptions,
): Promise<SshConnection> {
  return connect(at(bed), { ...alone(bed), ...options });
}

/** Logs in by key; `user` is another than the bed's. */
export function loginByKey(
  bed: SshBed,
  options: SshConnectOptions = {},
): Promise<SshConnection> {
  return connect(at(bed), { ...withKey(bed), ...options });
}
