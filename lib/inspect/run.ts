/**
 * A tool at work: its findings as they come, the whole at its end, and how far
 * it is, shown live.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { type Canvas, canvas } from "./canvas.ts";
import { bar } from "./chart.ts";
import { type Live, present } from "./live.ts";
import { RUN } from "./option_names.ts";
import { paint, type Role } from "./paint.ts";
import { displayWidth, truncate, visible } from "./text.ts";
import { count, duration, rate } from "./units.ts";

/** What the work says while it goes on. */
export interface Report<Row> {
  /** Tells of one finding. */
  row(row: Row): void;
  /** Tells how much is done, of how much; `Infinity` for who knows. */
  progress(done: number, of: number): void;
  /** Aborts when the run is cancelled: the work lets go of all it holds. */
  readonly signal: AbortSignal;
}

/** Options for {@linkcode Run}. */
export interface RunOptions<Row> {
  /** Cancels the run; it then fails with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Says a finding in one line. @default {the text itself, or what Deno.inspect gives} */
  line?: ((row: Row) => string) | undefined;
  /** Draws it, if not as title, progress and last findings; may take the whole screen. */
  view?: Pick<Live, "draw" | "key" | "wholeScreen"> | undefined;
}

/** What a run has come to. */
export type RunState = "running" | "done" | "failed" | "cancelled";

const STATE_ROLE: Readonly<Record<RunState, Role>> = {
  running: "accent",
  done: "good",
  failed: "bad",
  cancelled: "warn",
};

/** Cells of a full bar, and those that a title has at least. */
const BAR = 20;
const TITLE = 16;
/** Rows of findings that are shown while it runs. */
const TAIL = 5;

/**
 * A tool at work. It starts when it is made.
 *
 * Awaited, it gives the result. Iterated, it gives the findings from the first
 * one on, as they come, and throws if the work fails; any number of loops may
 * do so beside each other. The loop that is left last cancels the work, unless
 * somebody awaits it. A failure that is neither awaited nor met in a loop is an
 * unhandled rejection, as a promise's is.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const squares = new net.inspect.Run<number, string>("Square", async ({ row, progress }) => {
 *   for (const n of [1, 2, 3]) {
 *     row(n * n);
 *     progress(n, 3);
 *     await Promise.resolve();
 *   }
 *   return "all squared";
 * });
 * const seen: number[] = [];
 * for await (const square of squares) seen.push(square);
 * assert.deepEqual(seen, [1, 4, 9]);
 * assert.equal(await squares, "all squared");
 * ```
 */
export class Run<Row, Result>
  implements AsyncIterable<Row>, PromiseLike<Result>, Live {
  /** What it does: `"Scan 1,000 TCP ports of 192.0.2.1"`. */
  readonly title: string;
  /** What it has found so far. */
  readonly rows: readonly Row[];
  /** Resolves when there is no more to be seen: it is over, or was cancelled. */
  readonly ended: Promise<void>;
  /** Whether it is drawn on the whole screen. */
  readonly wholeScreen: boolean;
  readonly #rows: Row[] = [];
  readonly #line: (row: Row) => string;
  readonly #view: RunOptions<Row>["view"];
  readonly #controller = new AbortController();
  readonly #result: Promise<Result>;
  // Not made of the result: to look on is not to care how it ends.
  readonly #end = Promise.withResolvers<void>();
  readonly #started = performance.now();
  #elapsed: number | undefined;
  #state: RunState = "running";
  #done = 0;
  #of = 0;
  #isAwaited = false;
  #readers = 0;
  /** Wakes the loops that wait for what comes next. */
  #news: PromiseWithResolvers<void> | undefined;

  /**
   * Starts the work.
   *
   * @param title What it does, without a full stop.
   * @param work Does it: tells findings and progress as it goes, and gives the
   * whole. It stops soon after its signal aborts, with nothing left open.
   * @param options A signal, and how findings are shown.
   */
  constructor(
    title: string,
    work: (report: Report<Row>) => Promise<Result>,
    options: RunOptions<Row> = {},
  ) {
    onlyKnown("make a run", options, RUN);
    if (typeof work !== "function") {
      throw new TypeError(
        `Cannot make a run as 'work' must be a function: current value is ${
          Deno.inspect(work)
        }`,
      );
    }
    const { signal, line = oneLine, view } = options;
    this.title = title;
    this.rows = this.#rows;
    this.ended = this.#end.promise;
    this.wholeScreen = view?.wholeScreen ?? false;
    this.#line = line;
    this.#view = view;
    this.#result = this.#run(work, signal);
    if (!signal?.aborted) present(this);
  }

  /** What it has come to. */
  get state(): RunState {
    return this.#state;
  }

  /** How much is done, and of how much; both 0 where the work does not say. */
  get progress(): { readonly done: number; readonly of: number } {
    return { done: this.#done, of: this.#of };
  }

  /** How long it was at work, or has been so far, in milliseconds. */
  get elapsed(): number {
    return this.#elapsed ?? performance.now() - this.#started;
  }

  /**
   * Stops the work: whoever awaits it gets the reason.
   *
   * @param reason Why. @default {an `AbortError`}
   */
  cancel(reason?: unknown): void {
    if (this.#state !== "running") return;
    // Who stops it knows that it fails.
    this.#result.catch(() => {});
    this.#controller.abort(reason);
  }

  /**
   * Waits for the result, as `await` does.
   *
   * @param onResult Is given the result.
   * @param onFailure Is given the failure.
   * @returns What they give.
   */
  then<A = Result, B = never>(
    onResult?: ((result: Result) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isAwaited = true;
    return this.#result.then(onResult, onFailure);
  }

  /**
   * Takes a failure.
   *
   * @param onFailure Is given the failure.
   * @returns The result, or what `onFailure` gives.
   */
  catch<B = never>(
    onFailure?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<Result | B> {
    return this.then(undefined, onFailure);
  }

  /**
   * Does something at the end, however it goes.
   *
   * @param onEnd Is called.
   * @returns The result.
   */
  finally(onEnd?: (() => void) | null): Promise<Result> {
    return this.then().finally(onEnd);
  }

  /** Gives the findings, from the first one on; throws if the work fails. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Row, undefined> {
    // The loop is told.
    this.#result.catch(() => {});
    this.#readers++;
    let at = 0;
    let isOver = false;
    const over = { done: true, value: undefined } as const;
    const leave = async () => {
      if (isOver) return over;
      isOver = true;
      this.#readers--;
      this.#wake();
      if (this.#readers === 0 && !this.#isAwaited) {
        this.cancel();
        // So that what comes behind the loop finds nothing open.
        await this.#result.catch(() => {});
      }
      return over;
    };
    return {
      next: async () => {
        while (!isOver) {
          if (at < this.#rows.length) {
            return { done: false, value: this.#rows[at++]! };
          }
          if (this.#state !== "running") {
            isOver = true;
            await this.#result;
          } else {
            this.#news ??= Promise.withResolvers();
            await this.#news.promise;
          }
        }
        return over;
      },
      return: leave,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /**
   * Draws title, progress and the last findings.
   *
   * @param page Where.
   * @param height Rows that there are.
   * @returns The lines.
   */
  draw(page: Canvas, height: number): string {
    if (this.#view) return this.#view.draw(page, height);
    const tail = Math.min(TAIL, height - 1);
    const last = tail > 0 ? this.#rows.slice(-tail) : [];
    return [
      this.#headline(page),
      ...last.map((row) => `  ${visible(this.#line(row))}`),
    ].map((line) => truncate(line, page.width)).join("\n");
  }

  /**
   * Takes a key, where it is drawn on the whole screen.
   *
   * @param name The key.
   * @returns `true` if it leaves.
   */
  key(name: string): boolean | void {
    return this.#view?.key?.(name);
  }

  /** Title, and how far it is. */
  #headline(page: Canvas): string {
    const parts: string[] = [];
    const [done, of] = [this.#done, this.#of];
    const seconds = this.elapsed / 1000;
    if (of > 0 && of < Infinity) {
      const blocks = paint("accent", bar(done, of, BAR), page);
      parts.push(`${blocks}▏${count(done)}/${count(of)}`);
    } else if (done > 0) parts.push(count(done));
    if (done > 0 && seconds >= 1) parts.push(rate(done / seconds, "/s"));
    parts.push(paint("muted", duration(this.elapsed), page));
    const facts = parts.join("  ");
    // How far it is says more than the end of a long title.
    const room = Math.max(TITLE, page.width - displayWidth(facts) - 2);
    const title = truncate(visible(this.title), room);
    return `${paint("name", title, page)}  ${facts}`;
  }

  async #run(
    work: (report: Report<Row>) => Promise<Result>,
    caller: AbortSignal | undefined,
  ): Promise<Result> {
    const { signal } = this.#controller;
    const stop = () => this.#controller.abort(caller?.reason);
    if (caller?.aborted) stop();
    else caller?.addEventListener("abort", stop, { once: true });
    signal.addEventListener("abort", () => this.#end.resolve(), { once: true });
    try {
      signal.throwIfAborted();
      const result = await work({
        signal,
        row: (row) => {
          if (this.#state !== "running") return;
          this.#rows.push(row);
          this.#wake();
        },
        progress: (done, of) => {
          this.#done = done;
          this.#of = of;
        },
      });
      // A scan that was stopped half way is no result.
      signal.throwIfAborted();
      this.#state = "done";
      return result;
    } catch (error) {
      this.#state = signal.aborted ? "cancelled" : "failed";
      throw signal.aborted ? signal.reason : error;
    } finally {
      caller?.removeEventListener("abort", stop);
      this.#elapsed = performance.now() - this.#started;
      this.#end.resolve();
      this.#wake();
    }
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }

  /** Shows what it does and how far it is. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const state = paint(STATE_ROLE[this.#state], this.#state, page);
    const found = this.#rows.length;
    return `${this.#headline(page)}  ${state}${
      found > 0 ? `, ${count(found)} found` : ""
    }`;
  }
}

function oneLine(row: unknown): string {
  return typeof row === "string" ? row : Deno.inspect(row, {
    compact: true,
    breakLength: Infinity,
  });
}
