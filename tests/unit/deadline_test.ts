import assert from "node:assert/strict";
import { Deadline } from "../../lib/deadline.ts";
import { NetError } from "../../lib/errors.ts";

const never = () => new Promise<never>(() => {});

Deno.test("a deadline lets through what comes in time", async () => {
  using deadline = new Deadline("read from", "a peer", { timeout: 1000 });
  assert.equal(await deadline.race(Promise.resolve(7)), 7);
  assert.equal(deadline.signal.aborted, false);
});

Deno.test("our own limit is a NetError that says what was waited for", async () => {
  using deadline = new Deadline("connect to", "192.0.2.1:80", { timeout: 5 });
  await assert.rejects(deadline.race(never()), (error) => {
    assert.ok(error instanceof NetError);
    assert.equal(error.code, "timeout");
    assert.equal(error.op, "connect to");
    assert.equal(error.target, "192.0.2.1:80");
    assert.equal(
      error.message,
      "Cannot connect to 192.0.2.1:80: no answer within 5 ms",
    );
    return true;
  });
  assert.ok(deadline.signal.aborted);
});

Deno.test("a caller's abort passes through as it is", async () => {
  const reason = { any: "thing" };
  const caller = new AbortController();
  using deadline = new Deadline("read from", "a peer", {
    timeout: 1000,
    signal: caller.signal,
  });
  const waiting = deadline.race(never());
  caller.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  assert.equal(deadline.signal.reason, reason);
});

Deno.test("an abort before the start counts", async () => {
  using deadline = new Deadline("read from", "a peer", {
    signal: AbortSignal.abort("gone"),
  });
  await assert.rejects(
    deadline.race(Promise.resolve(1)),
    (error) => error === "gone",
  );
});

Deno.test("what fails by itself fails as it is", async () => {
  using deadline = new Deadline("read from", "a peer", { timeout: 1000 });
  const own = new Error("own");
  await assert.rejects(
    deadline.race(Promise.reject(own)),
    (error) => error === own,
  );
});

Deno.test("what loses the race may fail later, and nobody hears of it", async () => {
  using deadline = new Deadline("read from", "a peer", { timeout: 1 });
  const { promise, reject } = Promise.withResolvers<never>();
  await assert.rejects(deadline.race(promise), { code: "timeout" });
  reject(new Error("too late"));
  await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("without a limit, and with one beyond what timers can hold, it waits on", async () => {
  for (const timeout of [undefined, Infinity, 2 ** 40]) {
    using deadline = new Deadline("read from", "a peer", { timeout });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(deadline.signal.aborted, false);
  }
});

Deno.test("a disposed deadline lets go of its timer and of the caller", () => {
  const caller = new AbortController();
  const deadline = new Deadline("read from", "a peer", {
    timeout: 10_000,
    signal: caller.signal,
  });
  deadline[Symbol.dispose]();
  caller.abort();
  assert.equal(deadline.signal.aborted, false);
  // The leak sanitizer would find the timer.
});

Deno.test("a limit that is none is refused", () => {
  for (const timeout of [-1, NaN]) {
    assert.throws(
      () => new Deadline("read from", "a peer", { timeout }),
      {
        name: "RangeError",
        message:
          `Cannot read from a peer as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
      },
    );
  }
});

Deno.test("whether it is over can be asked without a timer or a listener", async () => {
  const caller = new AbortController();
  using long = new Deadline("read from", "a peer", {
    timeout: 10_000,
    signal: caller.signal,
  });
  long.throwIfOver();
  caller.abort("gone");
  assert.throws(() => long.throwIfOver(), (error) => error === "gone");
  using short = new Deadline("read from", "a peer", { timeout: 1000 });
  short.throwIfOver();
  await new Promise((resolve) => setTimeout(resolve, 1010));
  assert.throws(() => short.throwIfOver(), { code: "timeout" });
  assert.throws(() => short.throwIfOver(), { code: "timeout" });
});

Deno.test("a deadline that nobody watched until it was over is over", async () => {
  using deadline = new Deadline("read from", "a peer", { timeout: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(deadline.signal.aborted, true);
  await assert.rejects(deadline.race(Promise.resolve(1)), { code: "timeout" });
});

Deno.test("a limit of no milliseconds still lets through what is there", async () => {
  using deadline = new Deadline("read from", "a peer", { timeout: 0 });
  assert.equal(await deadline.race(Promise.resolve(7)), 7);
});
