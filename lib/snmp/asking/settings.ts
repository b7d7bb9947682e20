/**
 * What a session was told, checked and complete.
 *
 * @module
 */

import { Address, tryParse } from "../../ip/address.ts";
import { Endpoint, endpoint } from "../../socket/endpoint.ts";
import type { OpenOptions, SnmpTarget, SnmpVersion } from "../options.ts";
import type { User } from "../user.ts";
import { engineUser, levelOf } from "./security.ts";

/** Options that are checked and complete. */
export interface Settings {
  readonly endpoint: Endpoint;
  readonly version: SnmpVersion;
  readonly community: string;
  readonly user: User | undefined;
  readonly context: string;
  readonly timeout: number;
  readonly retries: number;
  readonly maxRepetitions: number;
  readonly anySource: boolean;
}

/** Where agents listen (RFC 3417 §3.2). */
const PORT = 161;

function atLeast(name: string, value: number, low: number, unit: string): void {
  if (Number.isInteger(value) && value >= low && value <= 0x7fff_ffff) return;
  throw new RangeError(
    `Cannot open an SNMP session as '${name}' must be ${low} or more ${unit}: current value is ${value}`,
  );
}

/**
 * Checks what {@linkcode open} was told.
 *
 * @param target Which agent.
 * @param options How it is asked.
 */
export function settings(target: SnmpTarget, options: OpenOptions): Settings {
  const {
    user,
    version = user ? "3" : "2c",
    community = "public",
    context = "",
    port = PORT,
    timeout = 1000,
    retries = 3,
    maxRepetitions = 25,
    anySource = false,
  } = options;
  if (version !== "1" && version !== "2c" && version !== "3") {
    throw new TypeError(
      `Cannot open an SNMP session as 'version' must be "1", "2c" or "3": current value is ${
        JSON.stringify(version)
      }`,
    );
  }
  if (version === "3") {
    if (!user) {
      throw new TypeError(
        `Cannot open an SNMP session as 'user' must be set for version 3: user: { name, auth: { protocol: "sha", password }, priv: { protocol: "aes", password } }`,
      );
    }
    engineUser(user);
  } else if (user) {
    throw new TypeError(
      `Cannot open an SNMP session as 'user' must be left out for version ${version}, which has communities`,
    );
  }
  for (const [name, text] of Object.entries({ community, context })) {
    if (typeof text === "string") continue;
    throw new TypeError(
      `Cannot open an SNMP session as '${name}' must be a text: current value is ${text}`,
    );
  }
  atLeast("timeout", timeout, 1, "milliseconds");
  atLeast("retries", retries, 0, "times");
  atLeast("maxRepetitions", maxRepetitions, 1, "variables");
  return {
    endpoint: agentEndpoint(target, port),
    version,
    community,
    user: version === "3" ? user : undefined,
    context,
    timeout,
    retries,
    maxRepetitions,
    anySource,
  };
}

/**
 * Reads a target: a port is not needed, and a bare IPv6 address is no port.
 *
 * @param target A host with or without a port.
 * @param port The port if it names none.
 */
export function agentEndpoint(target: SnmpTarget, port = PORT): Endpoint {
  if (target instanceof Address) return new Endpoint(`${target}`, port);
  if (typeof target !== "string") {
    // Without a name it would be this machine that is asked.
    if (!target?.hostname) {
      throw new TypeError(
        `Cannot tell which agent is meant as 'target' must be a text, an address or { hostname, port }: current value is ${
          typeof target === "object" ? JSON.stringify(target) : target
        }`,
      );
    }
    return endpoint({ hostname: target.hostname, port: target.port ?? port });
  }
  if (tryParse(target) !== undefined) return new Endpoint(target, port);
  const bare = /^\[.*\]$/.test(target) || !target.includes(":");
  return endpoint(bare ? `${target}:${port}` : target);
}

/** Who asks, in a few words for errors: what to look at when it does not work. */
export function asWhom({ version, user }: Settings): string {
  return user
    ? `SNMP version 3 as user ${JSON.stringify(user.name)} (${levelOf(user)})`
    : `SNMP version ${version}`;
}
