/**
 * Reading files of certificates.
 *
 * @module
 */

import { NetError } from "../../errors.ts";

/** Reads a file whole. */
export async function octetsOf(path: string | URL): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new NetError(
      missing ? "there is no such file" : (cause as Error).message,
      {
        code: missing ? "not-found" : "file",
        op: "read certificates of",
        target: `${path}`,
        cause,
      },
    );
  }
}
