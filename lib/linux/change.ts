/**
 * Changes to the kernel's network, and the guard before them.
 *
 * @module
 */

import { checkOperation } from "./operation_check.ts";
import { checkOptions, type OptionKinds } from "./option_kinds.ts";
import { DRY, READ } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { readEither } from "./access.ts";
import { inLab } from "./lab_mark.ts";
import { operationCommand, operationWords } from "./operation_command.ts";
import type { Operation } from "./operation.ts";
import { applyOperations } from "./operations.ts";
import type { ReadOptions } from "./read_options.ts";

export { inLab } from "./lab_mark.ts";

/** Options of what changes. */
const CHANGING: OptionKinds<ChangeOptions> = {
  ...READ,
  apply: "boolean",
};

/** Where to change something, and whether it is meant. */
export interface ChangeOptions extends ReadOptions {
  /** Says that this machine's own network may be changed; in a lab nobody asks. @default {false} */
  apply?: boolean | undefined;
}

/**
 * Refuses operations on this machine's own network that are not meant.
 *
 * @param operations What is to be done.
 * @param apply Whether it is meant.
 * @throws {NetError} With code `"needs-apply"`, if it is not and this is no lab.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const down: net.linux.Operation = { op: "setLink", device: "eth0", change: { up: false } };
 * net.linux.guard([down], true);
 * assert.throws(() => net.linux.guard([down], false), /ip link set dev eth0 down.*apply: true/);
 * ```
 */
export function guard(
  operations: readonly Operation[],
  apply: boolean | undefined,
): void {
  if (apply === true || inLab()) return;
  const commands = operations.map(operationCommand).join("; ");
  throw new NetError(
    `it would change this machine's own network, as this would: ${
      commands.replaceAll("\n", "; ")
    }`,
    {
      code: "needs-apply",
      op: operations.length === 1
        ? operations[0]!.op.replace(/[A-Z]/, (x) => ` ${x.toLowerCase()}`)
        : `do ${operations.length} things`,
      hint: "{ apply: true } if that is meant, or do it in a lab: .lab up pair",
    },
  );
}

/**
 * Does one thing, given as data.
 *
 * @param operation What to do.
 * @param options Whether it is meant, another namespace, and a signal.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; or if the
 * kernel refuses, with what it said.
 * @throws {PermissionError} Without the right, or without `--allow-ffi` or
 * `--allow-run=ip`.
 * @throws {TypeError} If the operation says something that cannot be.
 * @see rtnetlink(7)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const down: net.linux.Operation = { op: "setLink", device: "eth0", change: { up: false } };
 * await assert.rejects(net.linux.change(down), { code: "needs-apply" });
 * ```
 */
export async function change(
  operation: Operation,
  options: ChangeOptions = {},
): Promise<void> {
  checkOptions("change the network", options, CHANGING, DRY);
  checkOperation(operation);
  options.signal?.throwIfAborted();
  guard([operation], options.apply);
  await readEither(
    options,
    (socket) => applyOperations(socket, [operation]),
    async (ip) => {
      for (const words of operationWords(operation)) await ip.change(words);
    },
  );
}
