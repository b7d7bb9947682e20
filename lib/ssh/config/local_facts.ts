/**
 * Who and where we are: what tokens of a configuration stand for.
 *
 * @module
 */

import { environment } from "../environment.ts";

/** Who and where we are. */
export interface LocalFacts {
  /** Who runs this program. */
  readonly user: string;
  /** The home folder, without a slash at its end. */
  readonly home: string;
  /** This machine's name. */
  readonly hostname: string;
  /** The user's number. */
  readonly uid: number;
  /** Reads an environment variable. */
  readonly variable: (name: string) => string | undefined;
}

/** Finds out who and where we are, as far as that may be known unasked. */
export function localFacts(): LocalFacts {
  const maySee = (kind: "hostname" | "uid") =>
    Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
  const user = environment("USER") ?? environment("LOGNAME") ?? "root";
  return {
    user,
    home: environment("HOME") ?? (user === "root" ? "/root" : `/home/${user}`),
    hostname: maySee("hostname") ? Deno.hostname() : "localhost",
    uid: (maySee("uid") ? Deno.uid() : undefined) ?? 0,
    variable: environment,
  };
}
