/**
 * What a program may be told by its surroundings, without asking for rights.
 *
 * @module
 */

/**
 * Reads an environment variable, if this program may: nobody is asked.
 *
 * @param variable Its name.
 * @returns Its value; `undefined` if it is not set or barred.
 */
export function environment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/**
 * Whether this program may read a path without being asked.
 *
 * @param path A file or a folder.
 */
export function mayRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
