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
import type { Session } from "node:inspector";
import { EntryError } from "./parse.ts";
import { KERNEL, rewrite, type Rewritten } from "./rewrite.ts";
import watchdog from "./watchdog.js" with { type: "text" };

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
  /** Whether its value was a promise, and was waited for. */
  readonly awaited: boolean;
  /** The text that was parsed, if it parsed: an object stands in brackets. */
  readonly text: string | undefined;
}

/** A property that completion may offer. */
export interface Member {
  readonly name: string;
  readonly kind: "function" | "class" | "namespace" | "value";
}

interface RemoteObject {
  readonly type: string;
  readonly subtype?: string;
  readonly className?: string;
  readonly description?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly objectId?: string;
}

interface Property {
  readonly name: string;
  readonly isOwn?: boolean;
  readonly symbol?: RemoteObject;
  readonly value?: RemoteObject;
}

interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: {
    readonly lineNumber: number;
    readonly columnNumber: number;
    readonly exception?: RemoteObject;
  };
}

/** Where relative imports start, and what names the prompt knows from the start. */
export interface KernelOptions {
  /** Names that every entry sees. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Bare specifiers that are loaded already: `"netrepl"` -> its namespace. */
  readonly modules: Readonly<Record<string, unknown>>;
}

const PREFIX = (id: number) => `await ${KERNEL}.tick();${KERNEL}.enter(${id});`;

/** The evaluator. One a process: V8 has one global scope to evaluate in. */
export class Kernel {
  #session: Promise<Session> | undefined;
  readonly #options: KernelOptions;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  readonly #running = new AsyncLocalStorage<number>();
  readonly #interrupted = new Set<number>();
  readonly #entries = new Map<
    number,
    Pick<Rewritten, "code" | "types" | "sourceOffset"> & { source: string }
  >();
  readonly #held: (() => unknown)[] = [];
  #count = 0;
  #base = "";
  /** Ends each wait of the entry that runs. */
  readonly #waits = new Set<(reason: Interrupted) => void>();
  #runs = false;
  #sunk: unknown;
  #worker: Worker | undefined;

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
    ) => this.#formatStack(error, frames);
  }

  /** Loads what some entries need; call it when there is time. */
  async warm(): Promise<void> {
    await typeStripper();
    await this.names();
    this.#worker ??= startWatchdog(this.#state);
  }

  /** The text of an entry that ran. */
  source(id: number): string | undefined {
    return this.#entries.get(id)?.source;
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
    let map: Rewritten;
    let code: string;
    try {
      map = rewrite(source);
      code = map.code;
      if (map.types !== "none") {
        code = (await typeStripper())(code, { mode: map.types });
      }
    } catch (error) {
      return this.#failed(id, undefined, error);
    }
    // Not the tree: a long session would keep thousands.
    const { types, sourceOffset } = map;
    this.#entries.set(id, { source, code: map.code, types, sourceOffset });
    this.#runs = true;
    Atomics.store(this.#state, 0, 1);
    try {
      const run = map.isExpression
        ? this.#directly(id, code)
        : this.#inReplMode(id, code, map);
      let { value } = await this.#until(run);
      const awaited = value instanceof Promise;
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

  /** Ends the entry that runs; what it started is told at its next loop turn. */
  interrupt(): void {
    if (!this.#runs) return;
    this.#interrupted.add(this.#count);
    for (const end of this.#waits) end(new Interrupted());
  }

  /** Names declared by entries, newest last. */
  async names(): Promise<string[]> {
    const { names } = await this.#post<{ names: string[] }>(
      "Runtime.globalLexicalScopeNames",
      {},
    );
    return [...new Set(names)];
  }

  /**
   * The properties of what an expression gives, without running anything that
   * could change something.
   *
   * @param expression JavaScript; one that has side effects gives no members.
   */
  async members(expression: string): Promise<Member[]> {
    const object = await this.#look(`Object(${expression}\n)`);
    if (object?.objectId === undefined) return [];
    // The inspector lists properties without firing getters or proxy traps.
    const { result } = await this.#post<{ result: Property[] }>(
      "Runtime.getProperties",
      { objectId: object.objectId, nonIndexedPropertiesOnly: true },
    );
    this.#release("look");
    return result.flatMap(({ name, isOwn, symbol, value }) =>
      symbol || name === "constructor" || name.startsWith("__") ||
        (!isOwn && name in Object.prototype)
        ? []
        : [{ name, kind: kindOf(value) }]
    );
  }

  /**
   * The value of an expression that has no side effects, or `undefined`.
   *
   * @param expression JavaScript.
   */
  async look(expression: string): Promise<unknown> {
    const remote = await this.#look(`(${expression}\n)`);
    const value = remote && (await this.#real(remote)).value;
    this.#release("look");
    return value;
  }

  /** Lets go of what entries hold with `using`, last first. */
  async close(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const dispose of this.#held.splice(0).reverse()) {
      try {
        await dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#worker?.terminate();
    return errors;
  }

  /** What only computes needs no REPL mode, and none of its machinery. */
  async #directly(id: number, code: string): Promise<{ value: unknown }> {
    const evaluate = globalThis.eval;
    await undefined;
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
    try {
      const { exceptionDetails: thrown, result } = await this.#post<Evaluated>(
        "Runtime.evaluate",
        {
          // A nested inspector call during the synchronous part of an
          // evaluation ends the process: the tick puts all of the entry
          // behind it.
          expression: `${PREFIX(id)}\n${code}\n//# sourceURL=repl:${id}`,
          replMode: true,
          awaitPromise: true,
          objectGroup: "entry",
          silent: true,
        },
      );
      if (!thrown) return await this.#real(result);
      const { value: error } = await this.#real(thrown.exception ?? result);
      throw this.#earlyError(error, thrown, code, map);
    } finally {
      this.#release("entry");
    }
  }

  async #post<T>(method: string, parameters: object): Promise<T> {
    const session = await (this.#session ??= openInspector());
    return await new Promise((resolve, reject) => {
      session.post(method, parameters, (error, result) => {
        if (error) reject(error);
        else resolve(result as T);
      });
    });
  }

  async #look(expression: string): Promise<RemoteObject | undefined> {
    try {
      const { result, exceptionDetails } = await this.#post<Evaluated>(
        "Runtime.evaluate",
        {
          expression,
          // Not in REPL mode, where an await could be left pending.
          throwOnSideEffect: true,
          timeout: 50,
          objectGroup: "look",
          silent: true,
        },
      );
      return exceptionDetails ? undefined : result;
    } catch {
      return undefined;
    }
  }

  #release(objectGroup: "entry" | "look"): void {
    this.#post("Runtime.releaseObjectGroup", { objectGroup }).catch(() => {});
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

  /**
   * The value itself, not the inspector's picture of it; in a box, since an
   * async function would wait for a promise that it returns.
   */
  async #real(remote: RemoteObject): Promise<{ value: unknown }> {
    if (remote.objectId !== undefined) {
      await this.#post("Runtime.callFunctionOn", {
        functionDeclaration:
          `function () { "use strict"; ${KERNEL}.sink(this) }`,
        objectId: remote.objectId,
        silent: true,
      });
      const value = this.#sunk;
      this.#sunk = undefined;
      return { value };
    }
    const special = remote.unserializableValue;
    if (special === undefined) return { value: remote.value };
    return {
      value: remote.type === "bigint"
        ? BigInt(special.slice(0, -1))
        : Number(special),
    };
  }

  /** An error that V8 found before the entry ran has its place beside it. */
  #earlyError(
    error: unknown,
    { lineNumber, columnNumber }: { lineNumber: number; columnNumber: number },
    code: string,
    map: Rewritten,
  ): unknown {
    const early = error instanceof SyntaxError &&
      !/repl:\d+:\d+:\d+/.test(error.stack ?? "");
    if (!early || lineNumber < 1) return error;
    const offset = lineOffset(code, lineNumber - 1) + columnNumber;
    return new EntryError(error.message, map.sourceOffset(offset));
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
      enter: (id: number) => this.#running.enterWith(id),
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
      sink: (value: unknown) => {
        this.#sunk = value;
      },
      hold: (value: unknown) => {
        this.#hold(value);
        return value;
      },
      import: async (
        specifier: string,
        options?: ImportCallOptions,
        names: readonly string[] = [],
      ) => {
        const known = modules[specifier];
        const base = this.#base;
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
      this.#waits.add(reject);
      const done = () => this.#waits.delete(reject);
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
      // Not waited for: a source that is stuck is what Ctrl-C was for.
      if (!isDone) Promise.resolve(iterator.return?.()).catch(() => {});
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

  /** Frames of entries as `repl:ENTRY:LINE:COLUMN`, none of the prompt's own. */
  #formatStack(error: unknown, frames: NodeJS.CallSite[]): string {
    const { name, message } = error as Partial<Error>;
    const head = message
      ? `${name ?? "Error"}: ${message}`
      : `${name ?? "Error"}`;
    const lines: string[] = [];
    for (const frame of frames) {
      const url = frame.getScriptNameOrSourceURL() ?? "";
      if (url.startsWith("repl:")) {
        const at = this.#place(url, frame);
        const callee = frame.getFunctionName();
        const isNamed = callee && !(callee === "eval" && frame.isEval());
        lines.push(isNamed ? `${callee} (${at})` : at);
      } else if (!isInside(url)) lines.push(frame.toString());
    }
    return [head, ...lines.map((line) => `    at ${line}`)].join("\n");
  }

  #place(url: string, frame: NodeJS.CallSite): string {
    const id = Number(url.slice("repl:".length));
    const line = frame.getLineNumber() ?? 1;
    const column = frame.getColumnNumber() ?? 1;
    const entry = this.#entries.get(id);
    if (!entry || entry.types === "transform") {
      return `${url}:${line - 1}:${column}`;
    }
    const offset = entry.sourceOffset(
      lineOffset(entry.code, line - 2) + column - 1,
    );
    const place = position(entry.source, offset);
    return `${url}:${place.line}:${place.column}`;
  }
}

async function openInspector(): Promise<Session> {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  return session;
}

type Strip = (code: string, options: { mode: "strip" | "transform" }) => string;

let strip: Strip | undefined;

async function typeStripper(): Promise<Strip> {
  strip ??= (await import("node:module") as unknown as {
    stripTypeScriptTypes: Strip;
  }).stripTypeScriptTypes;
  return strip;
}

function startWatchdog(state: Int32Array): Worker {
  const source = new Blob([watchdog], { type: "text/javascript" });
  const url = URL.createObjectURL(source);
  const worker = new Worker(url, { type: "module" });
  worker.postMessage(state);
  return worker;
}

function kindOf(value: RemoteObject | undefined): Member["kind"] {
  if (value?.type === "function") {
    return value.description?.startsWith("class") ? "class" : "function";
  }
  return value?.className === "Module" ? "namespace" : "value";
}

/** Whether a frame belongs to the prompt or the runtime, not to the reader. */
function isInside(url: string): boolean {
  return url === "" || url.startsWith("ext:") || url.startsWith("node:") ||
    url === import.meta.url || url.includes("/repl/kernel.ts");
}

function workingFolder(): string {
  return new URL(`file://${encodeURI(Deno.cwd())}/`).href;
}

/** Where a line (from 0) starts. */
function lineOffset(text: string, line: number): number {
  let offset = 0;
  for (let n = 0; n < line; n++) {
    const next = text.indexOf("\n", offset);
    if (next < 0) return text.length;
    offset = next + 1;
  }
  return offset;
}

/**
 * The line and column of an offset, both from 1.
 *
 * @param text A text.
 * @param offset UTF-16 units from its start.
 */
export function position(
  text: string,
  offset: number,
): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
