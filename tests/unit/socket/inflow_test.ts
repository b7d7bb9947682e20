import assert from "node:assert/strict";
import { Endpoint } from "../../../lib/socket/endpoint.ts";
import { Inflow } from "../../../lib/socket/inflow.ts";

/** An inflow, and whether its source was told to wait. */
function inflow() {
  const state = { paused: false };
  const tap = {
    pause: () => state.paused = true,
    resume: () => state.paused = false,
  };
  return { state, flow: new Inflow(tap, new Endpoint("192.0.2.1", 9)) };
}

Deno.test("a source that drips single octets waits long before they fill the memory", () => {
  const { state, flow } = inflow();
  let octets = 0;
  while (!state.paused) {
    flow.arrive(Uint8Array.of(1));
    octets++;
  }
  // Each costs an object of some hundred octets besides its own.
  assert.ok(octets > 1000 && octets < 4000, `${octets} octets`);
});

Deno.test("a source waits at 256 KiB unread, and goes on once they are taken", async () => {
  const { state, flow } = inflow();
  flow.arrive(new Uint8Array(200_000));
  assert.equal(state.paused, false);
  flow.arrive(new Uint8Array(100_000));
  assert.equal(state.paused, true);
  assert.equal((await flow.next())?.length, 200_000);
  assert.equal(state.paused, false);
});

Deno.test("the reader that waits gets chunk, end, break or close, whichever comes", async () => {
  for (
    const [happen, expected] of [
      [(flow: Inflow) => flow.arrive(Uint8Array.of(7)), "7"],
      [(flow: Inflow) => flow.end(), "null"],
      [(flow: Inflow) => flow.fail({ code: "ECONNRESET" }), "reset"],
      [(flow: Inflow) => void flow.close(), "closed"],
    ] as const
  ) {
    const { flow } = inflow();
    const reading = flow.next().then(String, ({ code }) => code);
    happen(flow);
    assert.equal(await reading, expected);
  }
});

Deno.test("two who read at once each get a chunk of their own", async () => {
  const { flow } = inflow();
  const both = Promise.all([flow.next(), flow.next(), flow.exactly(1, {})]);
  for (const octet of [1, 2, 3]) flow.arrive(Uint8Array.of(octet));
  const octets = (await both).map((chunk) => chunk?.[0]);
  assert.deepEqual(octets.sort(), [1, 2, 3]);
});
