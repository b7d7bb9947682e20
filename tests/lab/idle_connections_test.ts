/** Ten thousand at once, who do nothing, on one server. */

import assert from "node:assert/strict";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { until } from "../loopback/conditions.ts";
import { ask } from "../loopback/http_ask.ts";
import { used } from "../loopback/memory.ts";
import { testUnless } from "../skip.ts";

const COUNT = 10_000;

/** Why this process may not have as many descriptors, or nothing. */
function reason(): string | undefined {
  const limits = Deno.readTextFileSync("/proc/self/limits");
  const most = Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
  return most >= COUNT + 500 ? undefined : `ulimit -n is ${most}`;
}

function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** Octets that are this process's alone. */
function resident(): number {
  const text = Deno.readTextFileSync("/proc/self/smaps_rollup");
  return Number(/^Private_Dirty: +(\d+)/m.exec(text)![1]) * 1024;
}

/** Lets clients come, does something while they are there, lets them go. */
async function withClients(
  port: number,
  count: number,
  during: () => Promise<void>,
): Promise<void> {
  const script = new URL("idle_clients.ts", import.meta.url);
  await using child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-config",
      "--allow-net=127.0.0.1",
      script.pathname,
      `${port}`,
      `${count}`,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value).trim(), `${count}`);
  await during();
  await child.stdin.close();
  await reader.cancel();
  assert.equal((await child.status).code, 0);
}

/**
 * Has clients come to a server and go.
 *
 * @param count How many.
 * @param asks Asks something of it, and checks the answer.
 */
async function crowd(
  port: number,
  count: number,
  asks: () => Promise<void>,
): Promise<void> {
  await asks();
  const before = { descriptors: descriptors(), used: used(), all: resident() };
  await withClients(port, count, async () => {
    assert.ok(descriptors() >= before.descriptors + count, "all are here");
    const each = (resident() - before.all) / count;
    assert.ok(each < 20_000, `${each} octets a connection`);
    const start = performance.now();
    await asks();
    assert.ok(performance.now() - start < 20_000);
  });
  await until(() => descriptors() <= before.descriptors + 5);
  await asks();
  const more = used() - before.used;
  assert.ok(more < 3e6, `${more} octets are still held`);
}

for (
  const [count, limits, kind] of [
    [COUNT, {}, "as it is"],
    [COUNT / 4, { connections: COUNT }, "with limits"],
  ] as const
) {
  testUnless(
    reason(),
    `${count} idle connections of HTTP come and go, ${kind}`,
    async () => {
      await using server = await serve({ limits }, { "GET /": () => "hello" });
      await crowd(server.address.port, count, async () => {
        assert.equal((await ask(server.url)).body, "hello");
      });
      assert.equal(server.inFlight, 0);
    },
  );
}

testUnless(
  reason(),
  `${COUNT} idle connections of TCP come and go`,
  async () => {
    await using server = await tcp.serve({}, tcp.echo);
    await crowd(server.address.port, COUNT, async () => {
      await using client = await tcp.connect(server.address);
      await client.write("hello");
      assert.equal((await client.readExactly(5, { timeout: 1000 })).length, 5);
    });
    await until(() => server.open === 0);
    assert.equal(server.failed, 0);
  },
);
