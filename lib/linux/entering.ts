/**
 * Going into another network namespace, however it is named.
 *
 * @module
 */

import { libc } from "../ffi/libc.ts";
import { inNamespace, openNamespace } from "../ffi/namespace.ts";

/**
 * Calls a function in a network namespace.
 *
 * @param namespace A descriptor of it, or its file; nothing for this thread's.
 * @param f Strictly synchronous.
 * @returns What `f` gave.
 * @throws {NetError} If there is no such file.
 * @throws {PermissionError} If the namespace is another user's.
 *
 * @example
 * ```ts
 * import { inside } from "./entering.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(inside(undefined, () => 7), 7);
 * ```
 */
export function inside<T>(
  namespace: number | string | undefined,
  f: () => T,
): T {
  if (namespace === undefined) return f();
  if (typeof namespace === "number") return inNamespace(namespace, f);
  const fd = openNamespace(namespace);
  try {
    return inNamespace(fd, f);
  } finally {
    libc().close(fd);
  }
}
