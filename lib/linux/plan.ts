/**
 * Several changes as one: looked at before, done all or not at all, and taken
 * back afterwards.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "./option_kinds.ts";
import { DRY } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { visible } from "../inspect/text.ts";
import type { ReadOptions } from "./access.ts";
import { addresses } from "./addresses.ts";
import { change, type ChangeOptions, guard } from "./change.ts";
import { links } from "./links.ts";
import { neighbours } from "./neighbours.ts";
import { operationCommand } from "./operation_command.ts";
import type { Operation } from "./operations.ts";
import { PlannedChanges } from "./plan/changes.ts";
import { PlanDiff } from "./plan/diff.ts";
import { undoOf } from "./plan/undo.ts";
import { qdiscs } from "./qdiscs.ts";
import { routes } from "./routes.ts";
import { rules } from "./rules.ts";
import type { State } from "./state.ts";

/** Options of a plan's `diff`. */
const DIFF: OptionKinds<Pick<ReadOptions, "signal">> = {
  signal: "signal",
};

/** Options of a plan's `apply`. */
const APPLY: OptionKinds<Pick<ChangeOptions, "apply" | "signal">> = {
  ...DIFF,
  apply: "boolean",
};

/** Options of `plan`. */
const PLAN: OptionKinds<PlanOptions> = {
  operations: "any",
  namespace: "namespace",
};

/** Options for {@linkcode plan}. */
export interface PlanOptions {
  /** Changes to begin with. @default {none} */
  operations?: Iterable<Operation> | undefined;
  /** Another network namespace: a descriptor of it, or its file. @default {this program's} */
  namespace?: number | string | undefined;
}

/**
 * Changes that wait to be made together. Every method that adds one gives the
 * plan itself, so that calls chain.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const plan: net.linux.Plan = net.linux.plan()
 *   .addLink({ name: "br0", kind: "bridge" })
 *   .addAddress({ address: "192.0.2.1/24", device: "br0" })
 *   .setLink("br0", { up: true });
 * assert.deepEqual(plan.commands(), [
 *   "ip link add name br0 type bridge",
 *   "ip address add 192.0.2.1/24 dev br0",
 *   "ip link set dev br0 up",
 * ]);
 * ```
 */
export class Plan extends PlannedChanges {
  readonly #namespace: number | string | undefined;
  /** What undoes each change that was made, in the order of the changes. */
  #undo: Operation[][] | undefined;
  #busy = false;

  /**
   * Begins a plan.
   *
   * @param options Changes to begin with, and where.
   */
  constructor(options: PlanOptions = {}) {
    checkOptions("make a plan", options, PLAN);
    super(options.operations ?? []);
    this.#namespace = options.namespace;
  }

  /** Whether it was applied, and not taken back since. */
  get applied(): boolean {
    return this.#undo !== undefined;
  }

  /** Whether no more changes can be added. */
  protected override get closed(): boolean {
    return this.applied || this.#busy;
  }

  /**
   * Gives the commands that would do the same.
   *
   * @returns One command each; some changes take several.
   * @throws {TypeError} If a change says something that cannot be.
   */
  commands(): string[] {
    return this.operations.flatMap((one) => operationCommand(one).split("\n"));
  }

  /**
   * Compares the plan with what there is: which changes are made already.
   *
   * Each change is looked at for itself, as if those before it were not.
   *
   * @param options A signal.
   * @returns The changes, each with whether it is still to be made.
   * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
   * @throws {NetError} If the kernel refuses.
   */
  async diff(
    options: Pick<ReadOptions, "signal"> = {},
  ): Promise<PlanDiff> {
    checkOptions("compare a plan", options, DIFF);
    const state = await this.#state(options.signal);
    return PlanDiff.compare(this.operations, state);
  }

  /**
   * Makes the changes, in order. If one fails, those before it are undone, the
   * last first.
   *
   * @param options Whether changes of this machine's own network are meant.
   * @throws {NetError} Which one failed and why, with the code of that failure;
   * with code `"half-done"` if undoing failed as well; with `"needs-apply"` if
   * it is not meant.
   * @throws {PermissionError} Without the right, or the permission.
   * @throws {TypeError} If the plan has been applied already, or a change says
   * something that cannot be.
   */
  async apply(
    options: Pick<ChangeOptions, "apply" | "signal"> = {},
  ): Promise<void> {
    checkOptions("apply a plan", options, APPLY, DRY);
    if (this.closed) {
      throw new TypeError(
        "Cannot apply a plan as 'plan' must be one that is not applied: current value is applied",
      );
    }
    options.signal?.throwIfAborted();
    guard(this.operations, options.apply);
    // What cannot be is found before anything is done.
    this.commands();
    this.#busy = true;
    try {
      this.#undo = await this.#applyAll(options.signal);
    } finally {
      this.#busy = false;
    }
  }

  /**
   * Undoes the changes, the last first. What was deleted is made anew as it
   * was; what others changed meanwhile stays.
   *
   * @throws {NetError} With code `"half-done"` if some cannot be undone: the
   * others are.
   * @throws {TypeError} If the plan is not applied.
   */
  async rollback(): Promise<void> {
    if (this.#undo === undefined || this.#busy) {
      throw new TypeError(
        "Cannot roll a plan back as 'plan' must be an applied one: current value is not applied",
      );
    }
    this.#busy = true;
    const undo = this.#undo;
    try {
      const failures = await this.#undoAll(undo);
      this.#undo = undefined;
      if (failures.length > 0) {
        throw new NetError(failures.map(({ message }) => message).join("; "), {
          code: "half-done",
          op: "roll back",
          target: "all of the plan",
          cause: failures[0],
        });
      }
    } finally {
      this.#busy = false;
    }
  }

  async #applyAll(signal: AbortSignal | undefined): Promise<Operation[][]> {
    const undo: Operation[][] = [];
    let before = await this.#state(signal);
    for (const [i, operation] of this.operations.entries()) {
      try {
        signal?.throwIfAborted();
        await this.#do(operation);
        const after = await this.#state();
        undo.push(undoOf(operation, before, after));
        before = after;
      } catch (cause) {
        // Settings are several messages, of which some may have been taken.
        if (operation.op === "setLink") {
          await this.#undoAll([undoOf(operation, before, before)]);
        }
        const failures = await this.#undoAll(undo);
        if (signal?.aborted && failures.length === 0) throw signal.reason;
        throw this.#failed(i, cause, failures);
      }
    }
    return undo;
  }

  #failed(
    i: number,
    cause: unknown,
    failures: readonly NetError[],
  ): NetError {
    const n = this.operations.length;
    const command = operationCommand(this.operations[i]!).replaceAll(
      "\n",
      "; ",
    );
    const why = cause instanceof Error ? cause.message : `${cause}`;
    const { code = "failed", hint } = cause as {
      code?: string;
      hint?: string;
    };
    const undone = failures.length > 0
      ? `; and could not be undone: ${
        failures.map(({ message }) => message).join("; ")
      }`
      : i === 0
      ? ""
      : i === 1
      ? "; the one before it is undone"
      : `; the ${i} before it are undone`;
    return new NetError(
      `change ${i + 1} of ${n}, ${command}, failed: ${
        why.replace(/\. Try: .*$/s, "")
      }${undone}`,
      {
        code: failures.length > 0 ? "half-done" : code,
        op: "apply",
        target: "the plan",
        hint,
        cause,
      },
    );
  }

  /** Goes on after a failure: the more is undone the better. */
  async #undoAll(undo: readonly Operation[][]): Promise<NetError[]> {
    const failed: [Operation, NetError][] = [];
    // A route stays when the address goes by which its router was reached, and
    // can come back only behind that address: before what is older than both.
    let waiting: [Operation, NetError][] = [];
    for (const operation of undo.toReversed().flat()) {
      const error = await this.#takeBack(operation);
      if (error === undefined) {
        if (operation.op !== "replaceAddress") continue;
        const still: typeof waiting = [];
        for (const [route] of waiting) {
          const error = await this.#takeBack(route);
          if (error !== undefined) still.push([route, error]);
        }
        waiting = still;
      } else if (operation.op === "replaceRoute") {
        waiting.push([operation, error]);
      } else failed.push([operation, error]);
    }
    return [...failed, ...waiting].map(([, error]) => error);
  }

  async #takeBack(operation: Operation): Promise<NetError | undefined> {
    try {
      await this.#do(operation);
    } catch (error) {
      if (!(error instanceof NetError)) throw error;
      // With an interface's last address the kernel drops its neighbours,
      // permanent ones too: what is gone needs no deleting.
      const isGone = error.code === "not-found" &&
        operation.op.startsWith("delete");
      if (!isGone) return error;
    }
    return undefined;
  }

  async #do(operation: Operation): Promise<void> {
    await change(operation, { apply: true, namespace: this.#namespace });
  }

  async #state(signal?: AbortSignal): Promise<State> {
    const where = { namespace: this.#namespace, signal };
    const [a, b, c, d, e, f] = await Promise.all([
      links(where),
      addresses(where),
      routes({ ...where, table: "all" }),
      rules(where),
      neighbours(where),
      qdiscs(where),
    ]);
    return {
      links: a,
      addresses: b,
      routes: c,
      rules: d,
      neighbours: e,
      qdiscs: f,
    };
  }

  /** The commands, one a line. */
  override toString(): string {
    return this.commands().join("\n");
  }

  /** Stands in JSON as its changes. */
  toJSON(): readonly Operation[] {
    return this.operations;
  }

  /** Shows at the prompt as the commands that would do the same. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const n = this.operations.length;
    const title = `plan of ${n} ${n === 1 ? "change" : "changes"}, ${
      this.applied ? "applied" : "not applied"
    }`;
    return [
      paint("heading", title, page),
      ...this.commands().map((command) => `  ${visible(command)}`),
    ].join("\n");
  }
}

/**
 * Begins a plan: changes that are collected, looked at as `ip` commands,
 * applied as one and taken back.
 *
 * @param options Changes to begin with, and another namespace.
 * @returns The plan, which changes nothing until {@linkcode Plan.apply}.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const plan = net.linux.plan().addRoute({ to: "198.51.100.0/24", via: "192.0.2.1" });
 * assert.equal(`${plan}`, "ip route add 198.51.100.0/24 via 192.0.2.1");
 * await assert.rejects(plan.apply(), { code: "needs-apply" });
 * ```
 */
export function plan(options: PlanOptions = {}): Plan {
  return new Plan(options);
}
