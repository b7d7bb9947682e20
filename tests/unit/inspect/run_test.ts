import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { type Live, setStage } from "../../../lib/inspect/live.ts";
import { type Report, Run } from "../../../lib/inspect/run.ts";

/** Counts to `n`, a number at a turn of the event loop. */
function counting(n: number) {
  return async ({ row, progress, signal }: Report<number>) => {
    for (let i = 1; i <= n; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal.throwIfAborted();
      row(i);
      progress(i, n);
    }
    return n;
  };
}

/** Goes on until it is told to stop. */
const forever = ({ signal }: Report<number>) =>
  new Promise<string>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("torn down")));
  });

async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(from);
}

Deno.test("a run gives its rows from the first one on, to each who reads", async () => {
  const run = new Run("Count", counting(5));
  const [a, b] = await Promise.all([all(run), all(run)]);
  assert.deepEqual(a, [1, 2, 3, 4, 5]);
  assert.deepEqual(b, a);
  assert.deepEqual(await all(run), a, "also to who comes late");
  assert.equal(await run, 5);
  assert.equal(run.state, "done");
  assert.deepEqual(run.progress, { done: 5, of: 5 });
});

Deno.test("a run starts when it is made", () => {
  let started = false;
  new Run("Start", () => {
    started = true;
    return Promise.resolve();
  });
  assert.ok(started);
});

Deno.test("a run that fails throws to who awaits it and to who reads it, behind the rows", async () => {
  const error = new Error("the link is down");
  const run = new Run<number, void>("Fail", async ({ row }) => {
    row(1);
    await Promise.resolve();
    throw error;
  });
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const row of run) seen.push(row);
  }, error);
  assert.deepEqual(seen, [1]);
  await assert.rejects(run.finally(), error);
  assert.equal(await run.catch(() => "caught"), "caught");
  assert.equal(run.state, "failed");
});

Deno.test("work that throws before it waits fails like any other", async () => {
  const run = new Run("Throw", () => {
    throw new RangeError("no");
  });
  await assert.rejects(run.then(), RangeError);
});

Deno.test("a failure that nobody meets is an unhandled rejection; a stage does not meet it", async () => {
  const error = new Error("nobody looked");
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    resolve(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  try {
    using _stage = setStage((live) => void live.ended.then(() => {}));
    new Run("Fail alone", () => Promise.reject(error));
    assert.equal(await promise, error);
  } finally {
    globalThis.removeEventListener("unhandledrejection", listener);
  }
});

Deno.test("a signal cancels a run, which fails with the signal's own reason", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const run = new Run("Wait", forever, { signal });
  const reason = new Error("enough");
  controller.abort(reason);
  await assert.rejects(run.then(), (error) => error === reason);
  assert.equal(run.state, "cancelled");
});

Deno.test("a run whose signal has aborted before does nothing and is not shown", async () => {
  const shown: Live[] = [];
  using _stage = setStage((live) => shown.push(live));
  let worked = false;
  const run = new Run("Never", () => {
    worked = true;
    return Promise.resolve();
  }, { signal: AbortSignal.abort(new Error("before")) });
  await assert.rejects(run.then(), { message: "before" });
  assert.deepEqual([worked, shown], [false, []]);
});

Deno.test("a cancelled run is no unhandled rejection, and work that ends well all the same is no result", async () => {
  const quiet = new Run("Wait", forever);
  quiet.cancel();
  await quiet.ended;
  await quiet.catch(() => {});
  assert.equal(quiet.state, "cancelled");
  const deaf = new Run("Deaf", async () => {
    await Promise.resolve();
    return "half";
  });
  deaf.cancel(new Error("stop"));
  await assert.rejects(deaf.then(), { message: "stop" });
});

Deno.test("leaving the last loop cancels the work and waits for it; unless somebody awaits it", async () => {
  const left = new Run("Count", counting(1000));
  const other = all(left).then(() => "whole", (error) => error.name);
  for await (const row of left) if (row === 2) break;
  assert.equal(left.state, "running", "there is another loop");
  left.cancel();
  assert.equal(await other, "AbortError");

  const alone = new Run("Count", counting(1000));
  for await (const row of alone) if (row === 2) break;
  assert.equal(alone.state, "cancelled");

  const awaited = new Run("Count", counting(9));
  const result = awaited.then();
  for await (const row of awaited) if (row === 2) break;
  assert.equal(await result, 9);
});

Deno.test("a loop that waits can be left from outside", async () => {
  const run = new Run("Wait", forever);
  const iterator = run[Symbol.asyncIterator]();
  const next = iterator.next();
  await iterator.return!();
  assert.deepEqual(await next, { done: true, value: undefined });
  assert.equal(run.state, "cancelled");
});

Deno.test("rows by the hundred thousand cost no time", async () => {
  const n = 200_000;
  const run = new Run<number, void>("Flood", async ({ row }) => {
    for (let i = 0; i < n; i++) {
      row(i);
      if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  });
  const before = performance.now();
  let sum = 0;
  for await (const row of run) sum += row;
  assert.equal(sum, (n * (n - 1)) / 2);
  // Half a minute, if all that wait were moved for each that is taken.
  assert.ok(performance.now() - before < 20_000);
});

Deno.test("a run presents itself with title, progress and its last rows, cut to the page", async () => {
  const shown: Live[] = [];
  using _stage = setStage((live) => shown.push(live));
  const run = new Run<string, void>(
    "Scan 4 ports",
    async ({ row, progress }) => {
      for (let i = 1; i <= 7; i++) row(`port ${i}\x1b[2J${"x".repeat(99)}`);
      progress(3, 4);
      await Promise.resolve();
    },
  );
  assert.deepEqual(shown, [run]);
  const lines = run.draw(canvas({ width: 60 }), 4).split("\n");
  assert.match(lines[0]!, /^Scan 4 ports {2}███████████████ {5}▏3\/4 /);
  assert.equal(lines.length, 4);
  assert.match(lines[3]!, /^ {2}port 7\\x1b\[2Jx+…$/);
  assert.ok(lines.every((line) => line.length <= 60));
  assert.equal(run.draw(canvas({ width: 60 }), 1).split("\n").length, 1);
  await run;
  assert.match(Deno.inspect(run), /^Scan 4 ports .* done, 7 found$/);
});

Deno.test("a run with a view of its own is drawn by it, and hands it the keys", async () => {
  const keys: string[] = [];
  const run = new Run("Watch", async () => {}, {
    view: {
      wholeScreen: true,
      draw: () => "mine",
      key: (k) => void keys.push(k),
    },
  });
  run.key("q");
  assert.equal(run.wholeScreen, true);
  assert.equal(run.draw(canvas(), 2), "mine");
  assert.deepEqual(keys, ["q"]);
  await run;
});
