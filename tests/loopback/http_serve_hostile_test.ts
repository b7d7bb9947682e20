import assert from "node:assert/strict";
import type { ServeLimits } from "../../lib/http/serve/limits.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";
import { ask, raw } from "./http_ask.ts";
import { seed } from "../seed.ts";

/** A fact about both engines: the runtime's own, and the one with limits. */
function bothEngines(
  fact: string,
  test: (limits: ServeLimits) => Promise<void>,
): void {
  Deno.test(fact, () => test({}));
  Deno.test(`where connections have limits, ${fact}`, () =>
    test({ connections: 1000, headTime: 2000 }));
}

bothEngines(
  "malformed requests end in 400 or a closed connection, and the server goes on",
  async (limits) => {
    await using server = await serve({ limits }, {
      "GET /": () => "fine",
      "POST /": async ({ text }) => await text(),
    });
    const table: string[] = [
      "\0\x01\x02\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nHost x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nX: \x01\r\n\r\n",
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(1_000_000)}\r\n\r\n`,
      `GET /${"a".repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ];
    for (const octets of table) {
      const answer = await raw(server, octets).catch((error) => {
        assert.ok(["reset", "closed"].includes(error.code), error);
        return "";
      });
      assert.ok(
        answer === "" || /^HTTP\/1\.[01] (4\d\d|505) /.test(answer),
        `${JSON.stringify(octets.slice(0, 60))}: ${answer.slice(0, 60)}`,
      );
    }
    assert.equal((await ask(server.url)).body, "fine");
  },
);

bothEngines(
  "changed requests by the hundred hang nothing and fail no handler",
  async (limits) => {
    await using server = await serve({ limits }, {
      "GET /a/:b": (
        { params, query, url },
      ) => [params.b, { ...query }, url.href.length],
      "POST /a/:b": async ({ text }) => (await text()).length,
    });
    const dice = draw(seed);
    const good = [
      "GET /a/%41?x=1&y=%20 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n",
      "POST /a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody",
      "POST /a/b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    ];
    const odd = [
      "\r",
      "\n",
      "\0",
      " ",
      ":",
      "%",
      "/",
      "?",
      "\xff",
      "HTTP/1.1",
      "-1",
      ";",
    ];
    const one = async () => {
      let octets = good[dice(good.length)]!;
      for (let i = dice(4); i >= 0; i--) {
        const at = dice(octets.length);
        const cut = dice(3);
        octets = octets.slice(0, at) + odd[dice(odd.length)] +
          octets.slice(at + cut);
      }
      const conn = await tcp.connect(server.address);
      await conn.write(octets);
      await conn.closeWrite().catch(() => {});
      await conn.readAll({ timeout: 5000 }).catch(({ code }) => {
        assert.notEqual(
          code,
          "timeout",
          `seed ${seed}: ${JSON.stringify(octets)}`,
        );
      });
      await conn.close();
    };
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 15 }, one));
    }
    assert.equal((await ask(`${server.url}/a/b`)).status, 200);
    await until(() => server.inFlight === 0);
    assert.deepEqual(server.errors, [], `seed ${seed}`);
  },
);

bothEngines(
  "requests in one packet are answered in their order",
  async (limits) => {
    await using server = await serve({ limits }, {
      "GET /:n": async ({ params }) => {
        await sleep(10 - Number(params.n));
        return `answer ${params.n};`;
      },
    });
    const asked = Array.from(
      { length: 9 },
      (_, n) =>
        `GET /${n} HTTP/1.1\r\nHost: x\r\n${
          n === 8 ? "Connection: close\r\n" : ""
        }\r\n`,
    );
    const answers = await raw(server, asked.join(""));
    assert.deepEqual(
      [...answers.matchAll(/answer (\d);/g)].map(([, n]) => Number(n)),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
  },
);

Deno.test("a body above the limit is refused, told or not, and a slow one too", async () => {
  await using server = await serve({ limits: { body: 1000, bodyTime: 500 } }, {
    "POST /": async ({ bytes }) => (await bytes()).length,
  });
  const post = (body: BodyInit) => ask(server.url, { method: "POST", body });
  assert.equal((await post("x".repeat(1000))).body, "1000");
  assert.equal((await post("x".repeat(1001))).status, 413);
  const endless = (async function* () {
    while (true) {
      yield new Uint8Array(400);
      await sleep(1);
    }
  })();
  // The connection may break before the answer is read: then it is no 200.
  const status = await post(ReadableStream.from(endless)).then(
    (a) => a.status,
    () => 413,
  );
  assert.equal(status, 413);
  await using slow = await tcp.connect(server.address);
  await slow.write(
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
  );
  assert.match((await slow.readLine({ timeout: 5000 }))!, /^HTTP\/1.1 408 /);
  await until(() => server.inFlight === 0);
});

Deno.test("above the limit of requests the rest are told 503", async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await serve({ limits: { requests: 3 } }, {
    "GET /": async () => {
      await gate.promise;
      return "done";
    },
  });
  const asked = Array.from({ length: 20 }, () => ask(server.url));
  await until(() => server.refused === 17);
  assert.equal(server.inFlight, 3);
  gate.resolve();
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
    .sort();
  assert.deepEqual(statuses, [...Array(3).fill(200), ...Array(17).fill(503)]);
});

/** Numbers by chance from 0 up to and without `below`, the same for a seed. */
function draw(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    return state % below;
  };
}
