/**
 * Users as net-snmp takes them.
 *
 * @module
 */

import type { AuthProtocol, Protection, SecurityLevel, User } from "../user.ts";
import { PRIV_NUMBERS } from "./ciphers.ts";

const AUTH_NUMBERS: Readonly<Record<AuthProtocol, number>> = {
  md5: 2,
  sha: 3,
  sha224: 4,
  sha256: 5,
  sha384: 6,
  sha512: 7,
};

/** Digest by node:crypto's name, and octets of it that are sent. */
export const DIGESTS: Readonly<
  Record<AuthProtocol, readonly [name: string, octets: number]>
> = {
  md5: ["md5", 12],
  sha: ["sha1", 12],
  sha224: ["sha224", 16],
  sha256: ["sha256", 24],
  sha384: ["sha384", 32],
  sha512: ["sha512", 48],
};

/** A user as net-snmp takes it. */
export interface EngineUser {
  readonly name: string;
  readonly level: number;
  readonly authProtocol?: number;
  readonly authKey?: string;
  readonly privProtocol?: number;
  readonly privKey?: string;
}

/** Which level a user's protection comes to. */
export function levelOf({ auth, priv }: User): SecurityLevel {
  return priv ? "authPriv" : auth ? "authNoPriv" : "noAuthNoPriv";
}

/** What people write, and what it is called here. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  sha1: "'sha'",
  aes128: "'aes'",
  aes192: "'aes192b', or 'aes192r' for Cisco's",
  aes256: "'aes256b', or 'aes256r' for Cisco's",
};

/**
 * Checks a user and turns it into net-snmp's.
 *
 * @param user The user.
 * @returns What net-snmp takes.
 * @throws {TypeError} If a protocol is none, or something is missing.
 * @throws {RangeError} If a password is too short for any agent.
 */
export function engineUser(user: User): EngineUser {
  const { name, auth, priv } = user;
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `Cannot open an SNMP session as 'user.name' must be a text that is not empty: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  if (priv && !auth) {
    throw new TypeError(
      `Cannot open an SNMP session as 'user.auth' must be set where 'user.priv' is: what is encrypted is signed too`,
    );
  }
  return {
    name,
    level: priv ? 3 : auth ? 2 : 1,
    ...auth && {
      authProtocol: numberOf("auth", AUTH_NUMBERS, auth),
      authKey: auth.password,
    },
    ...priv && {
      privProtocol: numberOf("priv", PRIV_NUMBERS, priv),
      privKey: priv.password,
    },
  };
}

function numberOf(
  field: string,
  numbers: Readonly<Record<string, number>>,
  { protocol, password }: Protection<string>,
): number {
  const number = Object.hasOwn(numbers, protocol)
    ? numbers[protocol]
    : undefined;
  if (number === undefined) {
    const word = OTHER_WORDS[`${protocol}`.toLowerCase().replace(/[-_]/, "")];
    throw new TypeError(
      `Cannot open an SNMP session as 'user.${field}.protocol' must be ${
        word ?? `one of ${Object.keys(numbers).join(", ")}`
      }: current value is ${protocol}`,
    );
  }
  if (typeof password !== "string" || password.length < 8) {
    throw new RangeError(
      `Cannot open an SNMP session as 'user.${field}.password' must have 8 characters or more: it has ${
        password?.length ?? 0
      }`,
    );
  }
  return number;
}
