/**
 * A console: octets over TCP and nothing between, as the console servers have
 * it that carry a serial line.
 *
 * @module
 */

import { connect } from "../../socket/connect.ts";
import type { Connection } from "../../socket/connection.ts";
import type { DeadlineOptions } from "../../deadline.ts";
import type { Transport, TransportSink } from "../transport.ts";

/** Where it is. */
export interface TcpPlace {
  /** Name or address. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** What it is called in errors: `"console"`. */
  readonly kind: string;
}

/** Octets over TCP. */
export class TcpTransport implements Transport {
  readonly name: string;
  readonly #connection: Connection;
  #isClosed = false;

  /**
   * @param name What it is called in errors.
   * @param connection The open connection.
   */
  constructor(name: string, connection: Connection) {
    this.name = name;
    this.#connection = connection;
  }

  start(sink: TransportSink): void {
    this.#read(sink);
  }

  write(octets: Uint8Array): void {
    // What breaks it is told where it is read.
    this.#connection.write(octets).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.close({ timeout: 1000 });
  }

  async #read(sink: TransportSink): Promise<void> {
    let reason: Error | undefined;
    try {
      for await (const octets of this.#connection) {
        if (!this.#isClosed) sink.data(octets);
      }
    } catch (error) {
      reason = error as Error;
    }
    if (!this.#isClosed) sink.closed(reason);
  }
}

/**
 * Connects to a port where a device is at the other end.
 *
 * @param place Where.
 * @param options How long to wait, and who may stop the wait.
 */
export async function openTcp(
  { host, port, kind }: TcpPlace,
  options: DeadlineOptions,
): Promise<TcpTransport> {
  const connection = await connect({ hostname: host, port }, options);
  const shown = host.includes(":") ? `[${host}]` : host;
  return new TcpTransport(`${kind} ${shown}:${port}`, connection);
}
