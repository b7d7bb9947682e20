// Own platforms: from a file, from a URL, and what is said when there is none.

import assert from "node:assert/strict";
import { loadPlatform } from "../../lib/device/platforms/load.ts";

const TOASTER = `name: toaster
title: A toaster
modes:
  exec:
    prompt: '^(?<host>[a-z]+)> ?$'
config: { mode: exec, style: lines, show: show all }
`;

Deno.test("a platform is loaded from an own file, which is named where it is wrong", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, TOASTER);
    assert.equal((await loadPlatform(path)).title, "A toaster");
    assert.equal((await loadPlatform(`file://${path}`)).name, "toaster");
    assert.equal(
      (await loadPlatform(new URL(`file://${path}`))).name,
      "toaster",
    );
    await Deno.writeTextFile(path, TOASTER.replace("style", "stile"));
    await assert.rejects(loadPlatform(path), (error: Error) => {
      assert.equal(error.name, "PlatformError");
      assert.ok(error.message.includes(path));
      assert.match(
        error.message,
        /6:23 config\.stile: no such key; did you mean style\?/,
      );
      return true;
    });
    await Deno.writeTextFile(path, "modes:\n\texec: 1\n");
    await assert.rejects(loadPlatform(path), {
      name: "PlatformError",
      message: /: 2:1 /,
    });
  } finally {
    await Deno.remove(path);
  }
  await assert.rejects(loadPlatform(path), {
    name: "NetError",
    code: "not-found",
  });
});

Deno.test("a platform is loaded from a URL, in the time that is given", async () => {
  const over = Promise.withResolvers<void>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/slow.yaml") {
        await over.promise;
      }
      return pathname === "/toaster.yaml"
        ? new Response(TOASTER)
        : new Response("no", { status: 404 });
    },
  );
  const base = `http://127.0.0.1:${server.addr.port}`;
  assert.equal((await loadPlatform(`${base}/toaster.yaml`)).name, "toaster");
  await assert.rejects(loadPlatform(`${base}/kettle.yaml`), {
    code: "not-found",
    message: /the server said 404/,
  });
  await assert.rejects(
    loadPlatform(`${base}/slow.yaml`, { timeout: 50 }),
    { code: "timeout" },
  );
  const reason = new Error("enough");
  await assert.rejects(
    loadPlatform(`${base}/slow.yaml`, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  over.resolve();
});
