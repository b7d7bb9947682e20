/**
 * Opening a NETCONF session over SSH.
 *
 * @module
 */

import { connect } from "../../ssh/connect.ts";
import { SshConnection } from "../../ssh/connection.ts";
import type { SshConnectOptions } from "../../ssh/options.ts";
import { parseTarget, type SshTargetLike } from "../../ssh/target.ts";
import type { NetconfLink } from "./link.ts";
import { NetconfSession } from "./session.ts";

/** The port of NETCONF over SSH. */
const PORT = 830;
const MEBIBYTE = 2 ** 20;

/** Options for {@linkcode netconf}: those of `net.ssh.connect`, and more. */
export interface NetconfOptions extends SshConnectOptions {
  /** The port. @default {what the target says, else 830} */
  readonly port?: number | undefined;
  /** The newest version to offer. @default {"1.1"} */
  readonly version?: "1.0" | "1.1" | undefined;
  /** The longest wait for a reply, in milliseconds. @default {30000} */
  readonly replyTimeout?: number | undefined;
  /** The most octets in a message of the device. @default {67108864} */
  readonly largestMessage?: number | undefined;
}

/**
 * Opens a NETCONF session, 1.0 or 1.1, over SSH.
 *
 * @param target The device, as `net.ssh.connect` takes it, or a connection that
 * is there; that one stays open when the session is closed.
 * @param options With what to log in, and the session's bounds.
 * @returns The session.
 * @throws {NetError} `"refused"` if the device has no NETCONF, `"malformed"` if
 * it does not speak it, `"timeout"`; and what `net.ssh.connect` throws.
 * @throws {AuthError} If the device lets nobody in.
 * @see RFC 6241, RFC 6242
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using session = await net.device.netconf("admin@192.0.2.1", {
 *   password: "secret",
 * });
 * await using lock = await session.lock();
 * await session.editConfig(`<system xmlns="urn:x"><hostname>r1</hostname></system>`);
 * await session.commit({ confirm: 120 });
 * console.log(await session.getConfig());
 * await session.commit();
 * ```
 */
export async function netconf(
  target: SshTargetLike | SshConnection,
  options: NetconfOptions = {},
): Promise<NetconfSession> {
  const { version = "1.1", replyTimeout = 30_000 } = options;
  const { largestMessage = 64 * MEBIBYTE, timeout = 20_000, signal } = options;
  if (version !== "1.0" && version !== "1.1") {
    throw new TypeError(
      `Cannot open NETCONF as 'version' must be "1.0" or "1.1": current value is ${version}`,
    );
  }
  if (!(replyTimeout > 0)) {
    throw new RangeError(
      `Cannot open NETCONF as 'replyTimeout' must be above 0: current value is ${replyTimeout}`,
    );
  }
  if (!(largestMessage >= 1024)) {
    throw new RangeError(
      `Cannot open NETCONF as 'largestMessage' must be 1024 or more: current value is ${largestMessage}`,
    );
  }
  const { NetconfLink: Link } = await import("./link.ts");
  const isOwn = !(target instanceof SshConnection);
  const connection = isOwn ? await login(target, options) : target;
  const close = async () => {
    if (isOwn) await connection.close();
  };
  let link: NetconfLink | undefined;
  try {
    const wait = { timeout, signal };
    const carrier = await connection.openSubsystem("netconf", wait);
    const limits = { version, largestMessage };
    link = new Link(carrier, connection.target, limits);
    const hello = await link.hello(wait);
    return new NetconfSession(link, { ...hello, timeout: replyTimeout, close });
  } catch (error) {
    await link?.close();
    await close();
    throw error;
  }
}

function login(
  target: SshTargetLike,
  options: NetconfOptions,
): Promise<SshConnection> {
  const { version: _, replyTimeout: _r, largestMessage: _m, ...others } =
    options;
  const port = options.port ?? parseTarget(target).port ?? PORT;
  return connect(target, { ...others, port });
}
