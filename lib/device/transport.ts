/**
 * What a device session talks through.
 *
 * @module
 */

/** Takes what a {@linkcode Transport} brings. */
export interface TransportSink {
  /** Octets from the device, in order, cut anywhere. */
  data(octets: Uint8Array): void;
  /** The other end is gone; called once, and nothing comes after it. */
  closed(error?: Error): void;
}

/**
 * What a session talks through: octets out, octets in, an end. SSH, Telnet, a
 * console server and a recording all come down to this.
 */
export interface Transport {
  /** What it is and where it leads, for errors: `"ssh admin@127.0.0.1:2201"`. */
  readonly name: string;
  /** Whether the login was done before the first octet, as SSH does it. */
  readonly authenticated?: boolean;
  /** Begins to bring octets; called once, before the first `write`. */
  start(sink: TransportSink): void;
  /** Sends octets; never throws: a failure comes through `closed`. */
  write(octets: Uint8Array): void;
  /** Ends it; a second call changes nothing. */
  close(): Promise<void>;
}
