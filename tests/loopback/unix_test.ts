import assert from "node:assert/strict";
import * as unix from "../../lib/socket/unix.ts";
import { testUnless } from "../skip.ts";
import { NO_PYTHON, until } from "./conditions.ts";
import { text } from "./pair.ts";

/** The one path that these tests may use, as the runtime's permissions name each. */
const path = "/tmp/netrepl_test.sock";
const at = { path };

/** Why it cannot be used, or nothing. */
const BARRED = [
    { name: "net", host: `unix:${path}` },
    { name: "read", path },
    { name: "write", path },
  ].every((wanted) =>
    Deno.permissions.querySync(wanted as Deno.PermissionDescriptor).state ===
      "granted"
  )
  ? undefined
  : `run with --allow-net=unix:${path} --allow-read=${path} --allow-write=${path}`;

testUnless(
  BARRED,
  "a unix socket carries what TCP does, half-close too",
  async () => {
    await using server = await unix.serve(at, unix.echo);
    assert.equal(`${server.address}`, at.path);
    await using client = await unix.connect(at.path);
    assert.equal(`${client.remoteAddress}`, at.path);
    assert.match(
      Deno.inspect(client),
      /^Unix \(unnamed\) -> \/tmp\/.*sock open/,
    );
    const data = crypto.getRandomValues(new Uint8Array(60_000));
    await Promise.all([
      client.write(data).then(() => client.closeWrite()),
      client.readAll({ timeout: 5000 }).then((back) =>
        assert.deepEqual(back, data)
      ),
    ]);
    await until(() => server.open === 0);
    assert.equal(server.failed, 0);
    assert.match(Deno.inspect(server), /^Unix .*serving, 1 accepted/);
  },
);

testUnless(BARRED, "the path goes when its listener closes", async () => {
  const listener = await unix.listen(at);
  await using client = await unix.connect(at.path);
  await using accepted = await listener.accept({ timeout: 1000 });
  await listener.close();
  await assert.rejects(Deno.stat(at.path), Deno.errors.NotFound);
  await accepted.write("still here");
  assert.equal(text(await client.read({ timeout: 1000 })), "still here");
});

testUnless(
  BARRED,
  "errors of a path say what is there, and what to type",
  async () => {
    await assert.rejects(unix.connect(path), {
      code: "not-found",
      message:
        `Cannot connect to ${path}: there is nothing at that path. Try: ss -lx, which lists what listens on this machine`,
    });
    await using _first = await unix.listen(at);
    await assert.rejects(unix.listen(at), { code: "in-use", op: "listen on" });
    await assert.rejects(unix.listen({ ...at, replace: true }), {
      code: "in-use",
    });
    await assert.rejects(unix.connect("x".repeat(108)), RangeError);
    await assert.rejects(
      unix.connect(path, { signal: AbortSignal.abort("no") }),
      (e) => e === "no",
    );
  },
);

testUnless(
  BARRED ?? NO_PYTHON,
  "a socket that nobody listens on any more is replaced if asked for",
  async () => {
    // Python leaves its path behind, as do most.
    const program =
      `import socket; socket.socket(socket.AF_UNIX).bind("${path}")`;
    await new Deno.Command("python3", { args: ["-c", program] }).output();
    assert.ok(await Deno.stat(path), "the path is left behind");
    await assert.rejects(unix.connect(at.path), { code: "refused" });
    await assert.rejects(unix.listen(at), { code: "in-use" });
    await using listener = await unix.listen({ ...at, replace: true });
    await using _client = await unix.connect(at.path);
    await using _accepted = await listener.accept({ timeout: 1000 });
  },
);

Deno.test({
  name: "a path that the permissions bar is named with its flags",
  permissions: {},
  async fn() {
    const barred = {
      name: "PermissionError",
      message:
        /--allow-net=unix:\/tmp\/x --allow-read=\/tmp\/x --allow-write=\/tmp\/x/,
    };
    await assert.rejects(unix.connect("/tmp/x"), barred);
    await assert.rejects(unix.listen({ path: "/tmp/x" }), barred);
  },
});
