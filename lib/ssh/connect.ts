/**
 * Connecting to a machine over SSH.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { onlyKnown } from "../known_options.ts";
import { withPerson } from "./attended.ts";
import { Authenticator } from "./auth.ts";
import type { Chain } from "./chain.ts";
import { SshConnection } from "./connection.ts";
import { dialTcp, dialThrough } from "./dial.ts";
import { type Link, openLink } from "./link.ts";
import { CONNECT } from "./connect_option_names.ts";
import type { SshConnectOptions } from "./options.ts";
import { dialCommand } from "./proxy_command.ts";
import { type Hop, planRoute, type Route } from "./route.ts";
import type { SshTargetLike } from "./target.ts";

/** Milliseconds in which a login has to be over, unless told otherwise. */
const LONGEST = 20_000;

/**
 * Connects to a machine and logs in.
 *
 * The target may be a name that `~/.ssh/config` explains: its user, port, keys
 * and the machines between. What the caller hands in wins over that, and is
 * tried before what lies around.
 *
 * @param target `"host"`, `"user@host:port"`, `"ssh://user@host:port"`, or an object.
 * @param settings With what to log in, which host keys to trust, and the like.
 * @returns The connection.
 * @throws {AuthError} If the server lets nobody in: it says what was tried and
 * what the server takes.
 * @throws {NetError} With the codes of `HostKeyError` if the server's key is not
 * the known one; `"refused"`, `"not-found"`, `"timeout"`, `"no-common-algorithm"`,
 * `"not-ssh"`, `"prohibited"`, …
 * @throws {ParseError} If the target names no machine.
 * @throws {TypeError} If an option is none.
 * @see RFC 4251
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({
 *   users: { ada: "secret" },
 *   exec: async (session) => void await session.write("up 9 days\n"),
 * });
 * await using on = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
 *   password: "secret",
 *   hostKeys: "any", // On a machine that matters: "ask", or its fingerprint.
 * });
 * const { stdout, ok } = await on.run("uptime");
 * assert.deepEqual([stdout, ok], ["up 9 days\n", true]);
 * ```
 */
export async function connect(
  target: SshTargetLike,
  settings: SshConnectOptions = {},
): Promise<SshConnection> {
  onlyKnown("connect", settings, CONNECT);
  const options = withPerson(settings);
  const { signal, reconnect } = options;
  const route = await planRoute(target, options);
  const last = route.hops.at(-1)!;
  const { hostname, port, plan, forwardAgent } = last;
  const timeout = options.timeout ?? last.timeout ?? LONGEST;
  const dial = async (stop?: AbortSignal): Promise<Chain> => {
    using deadline = new Deadline("connect to", plan.target, {
      timeout,
      signal: stop,
    });
    return await dialRoute(route, deadline.signal);
  };
  const chain = await dial(signal);
  return new SshConnection({
    target: plan.target,
    user: plan.user,
    hostname,
    port,
    via: [
      ...(route.from ? [...route.from.via, route.from.target] : []),
      ...route.hops.slice(0, -1).map(({ plan }) => plan.target),
    ],
    forwardAgent,
    dial,
    reconnect: reconnect === true ? {} : reconnect || undefined,
  }, chain);
}

/** Makes each link over the one before. */
async function dialRoute(route: Route, signal: AbortSignal): Promise<Chain> {
  const links: Link[] = [];
  const close = async () => {
    for (const link of links.toReversed()) await link.close();
  };
  try {
    let before = route.from && await route.from.ready(signal);
    let via = route.from?.target ?? "";
    for (const hop of route.hops) {
      const link = await dialHop(hop, before, via, signal);
      links.push(link);
      before = link;
      via = hop.plan.target;
    }
    return { link: links.at(-1)!, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function dialHop(
  hop: Hop,
  before: Link | undefined,
  via: string,
  signal: AbortSignal,
): Promise<Link> {
  const { hostname, port, proxyCommand, plan, auth } = hop;
  const stream = before
    ? await dialThrough(before, via, hostname, port, signal)
    : proxyCommand !== undefined
    ? await dialCommand(proxyCommand, plan.target)
    : await dialTcp(hostname, port, { family: hop.family }, signal);
  return await openLink(stream, plan, new Authenticator(auth), signal);
}
