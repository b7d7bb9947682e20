/**
 * The door to the SSH-2 protocol: the only file that loads ssh2.
 *
 * @module
 */

// @ts-types="@types/ssh2"
import type ssh2 from "ssh2";

/** The library, as it is loaded. */
export type Ssh2 = typeof ssh2;

// @ts-types="@types/ssh2"
export type {
  AuthContext,
  Channel,
  Client,
  ClientChannel,
  ConnectConfig,
  Connection,
  ParsedKey,
  Server,
  ServerChannel,
  ServerConfig,
  Session,
  SFTPWrapper,
} from "ssh2";

/** Loads the library, once and when it is first needed: it takes 100 ms. */
export async function loadSsh2(): Promise<Ssh2> {
  // @ts-types="@types/ssh2"
  const { default: library } = await import("ssh2");
  return library;
}
