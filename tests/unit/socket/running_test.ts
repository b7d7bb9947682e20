import assert from "node:assert/strict";
import { drainOf, Running } from "../../../lib/socket/running.ts";

Deno.test("who waits for room gets it when one ends, in turn with the limit", async () => {
  const running = new Running<number>();
  running.add(1);
  running.add(2);
  await running.room(3);
  let isFree = false;
  const waiting = running.room(2).then(() => isFree = true);
  await Promise.resolve();
  assert.equal(isFree, false);
  running.delete(1);
  await waiting;
  assert.deepEqual([...running], [2]);
});

Deno.test("a drain waits for all, lets nobody wait for room, and drops whom it must", async () => {
  const running = new Running<string>();
  running.add("quick");
  running.add("deaf");
  const waiting = running.room(2);
  const dropped: string[] = [];
  const drained = running.drain(20, (work) => dropped.push(work));
  await waiting;
  running.delete("quick");
  await drained;
  assert.deepEqual(dropped, ["deaf"]);
  running.delete("deaf");
  await running.drain(Infinity, () => assert.fail("there is none"));
});

Deno.test("a drain ends as soon as the last has ended", async () => {
  const running = new Running<number>();
  running.add(1);
  const drained = running.drain(Infinity);
  running.delete(1);
  await drained;
});

Deno.test("a drain of no milliseconds that there are is a RangeError", () => {
  assert.equal(drainOf("it", {}), 5000);
  assert.equal(drainOf("it", { drain: Infinity }), Infinity);
  for (const drain of [-1, NaN]) {
    assert.throws(() => drainOf("127.0.0.1:80", { drain }), {
      name: "RangeError",
      message: new RegExp(`close 127.0.0.1:80 as 'drain' .* ${drain}$`),
    });
  }
});
