/**
 * Evaluation: V8's own REPL mode, in this process, through `node:inspector`.
 *
 * V8 gives top-level await and names that live from entry to entry; what it
 * lacks (TypeScript, static imports, redeclaration across kinds, Ctrl-C in a
 * loop, `await using` for the session) comes from `rewrite.ts` and from the
 * small object that rewritten code reaches as `__netrepl`.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { Run } from "../lib/inspect/mod.ts";
import { fileUrl } from "./file_url.ts";
import { Inspector } from "./inspector.ts";
import { EntryError } from "./parse.ts";
import { KERNEL, rewrite, type Rewritten } from "./rewrite.ts";
import { type EntryMap, formatStack, lineOffset } from "./stack.ts";
import { typeStripper } from "./type_stripper.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/** Ctrl-C, as the entry that it ends sees it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("interrupted");
  }
}

/** What became of one entry. */
export interface Outcome {
  /** The entry's number, from 1. */
  readonly id: number;
  /** Whether it ran to its end. */
  readonly ok: boolean;
  /** The value of its last expression. */
  readonly value: unknown;
  /** What it threw. */
  readonly error: unknown;
  /** Whether its value was a promise or a run, and was waited for. */
  readonly awaited: boolean;
  /** The text that was parsed, if it parsed: an object stands in brackets. */
  readonly text: string | undefined;
}

/** Where relative imports start, and what names the prompt knows from the start. */
export interface KernelOptions {
  /** Names that every entry sees. */
  readonly globals: Readonly<Record<string, unknown>>;
  /**
   * What the program has at hand itself: `"netrepl"` -> its namespace, or a
   * promise of it; nothing for what is to be imported.
   */
  readonly modules: (specifier: string) => unknown;
  /** Gets ready what an entry names; gives a promise if that takes time. */
  readonly prepare?: (source: string) => Promise<unknown> | undefined;
  /** Signals at which the program closes this and ends, in entries' spite. @default {none} */
  readonly endsAt?: readonly Deno.Signal[] | undefined;
}

/** What neither calls nor loops is soon over. */
const CALLS = /[(`]|\bnew\b/;

/** The evaluator. One a process: V8 has one global scope to evaluate in. */
export class Kernel {
  /** What knows the names and members that there are. */
  readonly inspector: Inspector = new Inspector(`${KERNEL}.sink`);
  readonly #options: KernelOptions;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  readonly #running = new AsyncLocalStorage<number>();
  readonly #interrupted = new Set<number>();
  readonly #entries = new Map<number, EntryMap>();
  readonly #held: (() => unknown)[] = [];
  #count = 0;
  #base = "";
  /** What {@linkcode Kernel.declare} declares. */
  #given: unknown;
  /** Ends each wait of the entry that runs. */
  readonly #waits = new Set<(reason: Interrupted) => void>();
  #runs = false;
  #watchdog: Watchdog | undefined;

  constructor(options: KernelOptions) {
    this.#options = options;
    Object.defineProperty(globalThis, KERNEL, {
      value: this.#door(),
      enumerable: false,
    });
    for (const [name, value] of Object.entries(options.globals)) {
      Object.defineProperty(globalThis, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
    (Error as { prepareStackTrace?: unknown }).prepareStackTrace = (
      error: unknown,
      frames: NodeJS.CallSite[],
    ) => formatStack(error, frames, this.#entries);
  }

  /** Loads what some entries need; call it when there is time. */
  async warm(): Promise<void> {
    this.#watch();
    await typeStripper();
    await this.inspector.names();
  }

  /**
   * Runs one entry.
   *
   * @param source The entry as it was typed.
   * @param base What its relative imports are relative to, as a file URL with
   * a trailing slash.
   */
  async evaluate(source: string, base = workingFolder()): Promise<Outcome> {
    const id = ++this.#count;
    this.#base = base;
    // From here on Ctrl-C is for this entry.
    this.#runs = true;
    Atomics.store(this.#state, 0, 1);
    let map: Rewritten | undefined;
    try {
      if (this.#options.endsAt && CALLS.test(source)) {
        await this.#watch().listening;
      }
      const parsed = rewrite(source);
      let { code } = parsed;
      if (parsed.types !== "none") {
        code = (await typeStripper())(code, { mode: parsed.types });
      }
      map = parsed;
      // Not the tree: a long session would keep thousands.
      const { types, sourceOffset } = map;
      this.#entries.set(id, { source, code: map.code, types, sourceOffset });
      const ready = this.#options.prepare?.(source);
      if (ready) await this.#until(ready);
      const run = map.isExpression
        ? this.#directly(id, code)
        : this.#inReplMode(id, code, map);
      let { value } = await this.#until(run);
      const awaited = value instanceof Promise || value instanceof Run;
      if (awaited) value = await this.#until(value);
      if (value !== undefined) this.#setLast("_", value);
      const { text } = map;
      return { id, ok: true, value, error: undefined, awaited, text };
    } catch (error) {
      return this.#failed(id, map, error);
    } finally {
      this.#runs = false;
      Atomics.store(this.#state, 0, 0);
    }
  }

  /**
   * Declares a name as the entry `await using NAME = VALUE` would: the value is
   * let go of at the end.
   *
   * @param name The name.
   * @param value Its value.
   */
  async declare(name: string, value: unknown): Promise<Outcome> {
    this.#given = value;
    try {
      return await this.evaluate(`await using ${name} = ${KERNEL}.given()`);
    } finally {
      this.#given = undefined;
    }
  }

  /** Counts an entry that something else than this evaluates. */
  count(): number {
    return ++this.#count;
  }

  /** Ends the entry that runs; what it started is told at its next loop turn. */
  interrupt(): void {
    if (!this.#runs) return;
    this.#interrupted.add(this.#count);
    for (const end of this.#waits) end(new Interrupted());
  }

  /** Has a thread listen for Ctrl-C, which this one may be too busy to hear. */
  #watch(): Watchdog {
    return this.#watchdog ??= startWatchdog(
      this.#state,
      this.#options.endsAt ?? [],
    );
  }

  /** Lets go of what entries hold with `using`, last first. */
  async close(): Promise<unknown[]> {
    // No entry keeps the thread from ending in good order, which may take long.
    Atomics.store(this.#state, 0, 0);
    const errors: unknown[] = [];
    for (const dispose of this.#held.splice(0).reverse()) {
      try {
        await dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#watchdog?.stop();
    return errors;
  }

  /** What only computes needs no REPL mode, and none of its machinery. */
  async #directly(id: number, code: string): Promise<{ value: unknown }> {
    const evaluate = globalThis.eval;
    await undefined;
    this.#begin(id);
    return {
      value: this.#running.run(
        id,
        () => evaluate(`\n${code}\n//# sourceURL=repl:${id}`),
      ),
    };
  }

  /** What declares or waits is for V8's REPL mode. */
  async #inReplMode(
    id: number,
    code: string,
    map: Rewritten,
  ): Promise<{ value: unknown }> {
    // A nested inspector call during the synchronous part of an evaluation
    // ends the process: the tick puts all of the entry behind it.
    const prefix = `await ${KERNEL}.tick();${KERNEL}.enter(${id});`;
    const outcome = await this.inspector.evaluate(
      `${prefix}\n${code}\n//# sourceURL=repl:${id}`,
    );
    if (!("error" in outcome)) return outcome;
    const { error, line, column } = outcome;
    // What V8 finds before the entry runs has no frame of it.
    const isEarly = error instanceof SyntaxError && line > 0 &&
      !/repl:\d+:\d+:\d+/.test(error.stack ?? "");
    if (!isEarly) throw error;
    const offset = lineOffset(code, line - 1) + column;
    throw new EntryError(error.message, map.sourceOffset(offset));
  }

  #failed(id: number, map: Rewritten | undefined, error: unknown): Outcome {
    if (map) this.#setLast("_error", error);
    return {
      id,
      ok: false,
      value: undefined,
      error,
      awaited: false,
      text: map?.text,
    };
  }

  #setLast(name: "_" | "_error", value: unknown): void {
    Object.defineProperty(globalThis, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }

  /** What rewritten code calls. */
  #door(): Readonly<Record<string, unknown>> {
    const { modules } = this.#options;
    const meta = (): Record<string, unknown> => {
      const url = `${this.#base}prompt.ts`;
      return {
        url,
        main: true,
        filename: decodeURIComponent(new URL(url).pathname),
        dirname: decodeURIComponent(new URL(this.#base).pathname).replace(
          /(.)\/$/,
          "$1",
        ),
        resolve: (specifier: string) => new URL(specifier, this.#base).href,
      };
    };
    return Object.freeze({
      tick: () => new Promise<void>((resolve) => setImmediate(resolve)),
      enter: (id: number) => {
        this.#begin(id);
        this.#running.enterWith(id);
      },
      guard: () => {
        if (this.#state[0] === 2 || this.#isInterrupted()) {
          throw new Interrupted();
        }
      },
      until: async (value: unknown) => {
        if (this.#isInterrupted()) throw new Interrupted();
        return await this.#until(value);
      },
      each: (values: AsyncIterable<unknown> | Iterable<unknown>) =>
        this.#each(values),
      sink: this.inspector.sink,
      given: () => this.#given,
      hold: (value: unknown) => {
        this.#hold(value);
        return value;
      },
      import: async (
        specifier: string,
        options?: ImportCallOptions,
        names: readonly string[] = [],
      ) => {
        const base = this.#base;
        const known = await modules(specifier);
        const module = (known ?? await import(
          /^(\.{0,2}\/)/.test(specifier)
            ? new URL(specifier, base).href
            : specifier,
          options
        )) as Record<string, unknown>;
        const missing = names.find((name) => !(name in module));
        if (missing !== undefined) {
          throw new SyntaxError(
            `"${specifier}" exports no value named "${missing}". For a type, write: import type { ${missing} } from "${specifier}"`,
          );
        }
        return module;
      },
      get meta() {
        return meta();
      },
    });
  }

  /** What was interrupted before its first line does not run. */
  #begin(id: number): void {
    if (this.#interrupted.has(id)) throw new Interrupted();
  }

  /** Whether the entry that this code belongs to was ended by Ctrl-C. */
  #isInterrupted(): boolean {
    return this.#interrupted.size > 0 &&
      this.#interrupted.has(this.#running.getStore() ?? 0);
  }

  /** A wait of the entry that runs, which Ctrl-C ends. */
  #until<T>(value: T | PromiseLike<T>): Promise<T> {
    // Not Promise.race: what loses would stay with what it lost to, and a
    // long loop would hold all that it ever waited for.
    return new Promise((resolve, reject) => {
      const end = (reason: Interrupted) => {
        reject(reason);
        // What is at work for the entry alone stops with it.
        if (value instanceof Run) value.cancel(reason);
      };
      this.#waits.add(end);
      const done = () => this.#waits.delete(end);
      Promise.resolve(value).then(resolve, reject).finally(done);
    });
  }

  /** An entry's own `for await`. */
  async *#each(
    values: AsyncIterable<unknown> | Iterable<unknown>,
  ): AsyncGenerator<unknown> {
    const iterator = Symbol.asyncIterator in values
      ? values[Symbol.asyncIterator]()
      : values[Symbol.iterator]();
    let isDone = false;
    try {
      for (;;) {
        const next: IteratorResult<unknown> = await this.#until(
          iterator.next(),
        );
        isDone = next.done ?? false;
        if (isDone) return;
        yield await next.value;
      }
    } finally {
      const closing = isDone ? undefined : iterator.return?.();
      // A source that is stuck is what Ctrl-C was for: it is not waited for.
      if (this.#isInterrupted()) Promise.resolve(closing).catch(() => {});
      else await closing;
    }
  }

  #hold(value: unknown): void {
    if (value === null || value === undefined) return;
    const resource = value as Partial<AsyncDisposable & Disposable>;
    const dispose = resource[Symbol.asyncDispose] ?? resource[Symbol.dispose];
    if (typeof dispose !== "function") {
      throw new TypeError(
        "Cannot hold a value with 'using' as it has no [Symbol.dispose] or [Symbol.asyncDispose]",
      );
    }
    this.#held.push(() => dispose.call(value));
  }
}

function workingFolder(): string {
  return fileUrl(`${Deno.cwd()}/`);
}
