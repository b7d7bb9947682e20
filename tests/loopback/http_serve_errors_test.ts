/** What fails while net.http.serve answers, and who hears of it. */
import assert from "node:assert/strict";
import { events } from "../../lib/http/serve/events.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import { sleep, until } from "./conditions.ts";

Deno.test("what fails while an answer is made, or cannot be one, is among the errors", async (t) => {
  for (const limits of [{}, { connections: 100 }]) {
    const used = new Response("once");
    await used.text();
    await using server = await serve({ limits }, {
      "GET /parts": async function* () {
        yield "a part";
        await sleep(1);
        throw new Error("no more parts");
      },
      "GET /stream": () =>
        new ReadableStream({
          pull(controller) {
            controller.error(new Error("no more stream"));
          },
        }),
      "GET /events": () =>
        events((async function* () {
          yield "one";
          await sleep(1);
          throw new Error("no more events");
        })()),
      "GET /used": () => used,
      "GET /error": () => Response.error(),
    });
    for (
      const [path, says] of [
        ["parts", /no more parts/],
        ["stream", /no more stream/],
        ["events", /no more events/],
        ["used", /its body must be unread/],
        ["error", /it must be no error/],
      ] as const
    ) {
      await t.step(`${path}, ${JSON.stringify(limits)}`, async () => {
        const before = server.failed;
        const answer = await fetch(`${server.url}/${path}`).catch(() => null);
        const body = await answer?.text().catch(() => "cut");
        if (path === "used" || path === "error") {
          assert.match(`${answer?.status} ${body}`, /^500 .*Internal Server/);
        } else assert.ok(answer === null || body === "cut", body);
        await until(() => server.failed === before + 1);
        assert.match(String(server.errors.at(-1)), says);
      });
    }
    await until(() => server.inFlight === 0);
  }
});

Deno.test("a source that obeys the server's end has not failed", async () => {
  const begun = Promise.withResolvers<void>();
  const server = await serve({}, {
    "GET /": async function* ({ signal }) {
      yield "a part";
      begun.resolve();
      const { promise, reject } = Promise.withResolvers<string>();
      signal.addEventListener("abort", () => reject(signal.reason));
      yield await promise;
    },
  });
  const answer = await fetch(server.url);
  const body = answer.text().catch(() => "cut");
  await begun.promise;
  await server.close();
  assert.equal(await body, "cut");
  assert.deepEqual(server.errors, []);
});
