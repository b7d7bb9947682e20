/**
 * What a handshake and a login came to.
 *
 * @module
 */

/** What was agreed on in the handshake and the login. */
export interface SshFacts {
  /** What the server calls itself: `"OpenSSH_9.2p1"`. */
  readonly serverVersion: string;
  /** The key exchange. */
  readonly kex: string;
  /** The type of the server's key, by its signature. */
  readonly hostKeyAlgorithm: string;
  /** The server's key, as it goes over the wire. */
  readonly hostKey: Uint8Array;
  /** The cipher to the server, and that from it where it differs. */
  readonly cipher: string;
  /** The message authentication code; empty if the cipher is one itself. */
  readonly mac: string;
  /** How the user was authenticated, step by step. */
  readonly auth: readonly string[];
  /** What the server shows before a login. */
  readonly banner: string;
}
