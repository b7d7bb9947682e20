/**
 * Where a notification goes, and in whose name: options, checked and complete.
 *
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";
import { agentEndpoint } from "../asking/settings.ts";
import type { MibStore } from "../mib/store.ts";
import type { SnmpTarget, SnmpVersion } from "../options.ts";
import { loadNetSnmp } from "../session.ts";
import { UserKeys } from "../message/user_keys.ts";
import { type Outgoing, outgoing } from "./contents.ts";
import type { TrapOptions, TrapVariables } from "./options.ts";

/** Where receivers listen (RFC 3417 §3.2). */
const PORT = 162;

/** What is sent, where to, and in whose name. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly version: SnmpVersion;
  readonly community: string;
  /** Of version 3 alone. */
  readonly user: UserKeys | undefined;
  readonly context: string;
  readonly mib: MibStore;
  readonly contents: Outgoing;
}

/**
 * Checks what is to be sent, and where.
 *
 * @param op What is being done: `"send a trap"`.
 * @param target To whom.
 * @param name Which notification.
 * @param variables What it carries.
 * @param options Version, and who sends.
 */
export async function route(
  op: string,
  target: SnmpTarget,
  name: string,
  variables: TrapVariables,
  options: TrapOptions,
): Promise<Route> {
  const {
    user,
    version = user ? "3" : "2c",
    community = "public",
    context = "",
    port = PORT,
    uptime = performance.now(),
  } = options;
  const isKnown = ["1", "2c", "3"].includes(version);
  if (!isKnown || (version === "3") !== (user !== undefined)) {
    throw new TypeError(
      `Cannot ${op} as 'version' must be "1" or "2c", or "3" with a 'user': current value is ${
        JSON.stringify(version)
      }${user ? " with a user" : ""}`,
    );
  }
  const endpoint = agentEndpoint(target, port);
  options.signal?.throwIfAborted();
  const mib = options.mib ?? (await import("../mib/builtin.ts")).builtin;
  return {
    endpoint,
    version,
    community,
    user: user && new UserKeys(await loadNetSnmp(), user),
    context,
    mib,
    contents: outgoing(mib, name, variables, uptime),
  };
}

/** A number for a message or a question, which nobody guesses. */
export function randomNumber(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
}
