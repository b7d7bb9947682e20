import assert from "node:assert/strict";
import { retryDelay, retryPolicy } from "../../../lib/http/retry.ts";

Deno.test("the wait doubles up to its limit, half of it by chance", () => {
  for (
    const [draw, factor] of [[0, 0.5], [0.5, 0.75], [0.999999, 1]] as const
  ) {
    const policy = retryPolicy({
      delay: 100,
      maxDelay: 1000,
      random: () => draw,
    })!;
    const waits = [1, 2, 3, 4, 5, 60].map((n) =>
      Math.round(retryDelay(n, policy)!)
    );
    assert.deepEqual(
      waits,
      [100, 200, 400, 800, 1000, 1000].map((x) => Math.round(x * factor)),
    );
  }
});

Deno.test("Retry-After counts more: seconds, a date, one that has passed", () => {
  const policy = retryPolicy({ maxDelay: 60_000 })!;
  const now = Date.UTC(1994, 10, 6, 8, 49, 30);
  assert.equal(retryDelay(1, policy, "7", now), 7000);
  assert.equal(
    retryDelay(1, policy, "Sun, 06 Nov 1994 08:49:37 GMT", now),
    7000,
  );
  assert.equal(retryDelay(1, policy, "Sun, 06 Nov 1994 08:00:00 GMT", now), 0);
  assert.equal(
    retryDelay(1, policy, "3600", now),
    undefined,
    "longer than we wait",
  );
  assert.ok(retryDelay(1, policy, "soon", now)! <= 200);
});

Deno.test("a number is how often; negative ones are refused", () => {
  assert.equal(retryPolicy(0), undefined);
  assert.equal(retryPolicy(undefined), undefined);
  assert.equal(retryPolicy(2)?.times, 2);
  assert.throws(
    () => retryPolicy(-1),
    /'times' must be 0 or more: current value is -1/,
  );
  assert.throws(() => retryPolicy({ delay: NaN }), RangeError);
});
