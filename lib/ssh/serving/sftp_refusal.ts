/**
 * How a request of SFTP ends that cannot be granted.
 *
 * @module
 */

import { PathError } from "./jail.ts";
import { Status } from "./sftp_wire.ts";

/** A request that ends with something else than "done". */
export class Refusal extends Error {
  /** How it ends. */
  readonly status: number;

  /**
   * @param status How it ends.
   * @param message What the client is told.
   */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * What of an error the client is told: never a real path.
 *
 * @param error What was thrown.
 */
export function statusOf(error: unknown): [status: number, message: string] {
  if (error instanceof Refusal) return [error.status, error.message];
  if (error instanceof PathError) return [Status.FAILURE, error.message];
  const { NotFound, PermissionDenied, NotCapable } = Deno.errors;
  if (error instanceof NotFound) {
    return [Status.NO_SUCH_FILE, "No such file"];
  }
  if (error instanceof PermissionDenied || error instanceof NotCapable) {
    return [Status.PERMISSION_DENIED, "Permission denied"];
  }
  const said = error instanceof Error ? error.message : "";
  return [Status.FAILURE, /^([^:(/]+) \(os error/.exec(said)?.[1] ?? "Failure"];
}
