/**
 * A shell over SSH: the usual way to a device.
 *
 * @module
 */

import type { DeadlineOptions } from "../../deadline.ts";
import { connect } from "../../ssh/connect.ts";
import { SshConnection } from "../../ssh/connection.ts";
import type { SshConnectOptions } from "../../ssh/options.ts";
import type { RawShell } from "../../ssh/shell.ts";
import type { SshTargetLike } from "../../ssh/target.ts";
import type { Transport, TransportSink } from "../transport.ts";

/** How large the terminal is said to be. */
export interface TerminalSize {
  /** Cells in a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** A shell over SSH. */
export class SshTransport implements Transport {
  readonly name: string;
  readonly authenticated = true;
  /** How the server identifies itself: `"SSH-2.0-Cisco-1.25"`. */
  readonly serverVersion: string | undefined;
  /** What it goes over. */
  readonly connection: SshConnection;
  readonly #shell: RawShell;
  readonly #end: () => Promise<void>;

  /**
   * @param connection What it goes over.
   * @param shell The shell.
   * @param isOurs Whether the connection ends with it.
   */
  constructor(connection: SshConnection, shell: RawShell, isOurs: boolean) {
    this.name = `ssh ${connection.target}`;
    this.connection = connection;
    this.serverVersion = connection.facts.serverVersion;
    this.#shell = shell;
    this.#end = () => isOurs ? connection.close() : shell.close();
  }

  start(sink: TransportSink): void {
    this.#shell.start(sink);
  }

  write(octets: Uint8Array): void {
    this.#shell.write(octets);
  }

  close(): Promise<void> {
    return this.#end();
  }
}

/**
 * Opens a shell on a machine.
 *
 * @param target Where, or a connection that is open: it stays open afterwards.
 * @param options How to log in.
 * @param size How large the terminal is said to be.
 * @param limits How long to wait, and who may stop the wait.
 */
export async function openSsh(
  target: SshTargetLike | SshConnection,
  options: SshConnectOptions,
  size: TerminalSize,
  limits: DeadlineOptions,
): Promise<SshTransport> {
  const isOurs = !(target instanceof SshConnection);
  const connection = isOurs
    // The limit is the session's: SSH has none of its own here.
    ? await connect(target, { timeout: Infinity, ...options, ...limits })
    : target;
  try {
    const shell = await connection.openShell({
      ...size,
      ...limits,
      term: "vt100",
    });
    return new SshTransport(connection, shell, isOurs);
  } catch (error) {
    if (isOurs) await connection.close();
    throw error;
  }
}
