/** Unix sockets by abstract names, and by paths from where one is. */
import assert from "node:assert/strict";
import * as unix from "../../lib/socket/unix.ts";
import { NO_PYTHON } from "../loopback/conditions.ts";
import { text } from "../loopback/pair.ts";
import { testUnless } from "../skip.ts";

const ASK = `
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("\\0" + sys.argv[1])
s.sendall(b"hello")
print(s.recv(9).decode())
`;

testUnless(NO_PYTHON, "Python meets us at an abstract name", async () => {
  const name = `netrepl_${Deno.pid}`;
  {
    await using server = await unix.serve({ path: `\0${name}` }, unix.echo);
    assert.match(Deno.inspect(server), new RegExp(`^Unix @${name} serving`));
    const { stdout } = await new Deno.Command("python3", {
      args: ["-c", ASK, name],
    }).output();
    assert.equal(text(stdout), "hello\n");
    await using client = await unix.connect(`\0${name}`);
    assert.equal(`${client.remoteAddress}`, `@${name}`);
    await assert.rejects(unix.listen({ path: `\0${name}` }), {
      code: "in-use",
    });
  }
  await assert.rejects(unix.connect(`\0${name}`), {
    code: "refused",
    message:
      `Cannot connect to @${name}: nothing listens by that name. Try: ss -lx, which lists what listens here`,
  });
});

Deno.test("a path begins where one is", async () => {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  try {
    Deno.chdir(folder);
    await using server = await unix.serve({ path: "a.sock" }, unix.echo);
    assert.equal(`${server.address}`, `${Deno.cwd()}/a.sock`);
    await using client = await unix.connect("a.sock");
    await client.write("hello");
    assert.equal(text(await client.read({ timeout: 5000 })), "hello");
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is no path is refused by its kind", async () => {
  for (const path of [undefined, { path: "/tmp/a" }, 7]) {
    await assert.rejects(unix.connect(path as unknown as string), {
      name: "TypeError",
      message: /'path' must be a text: current value is /,
    });
  }
  await assert.rejects(unix.connect(""), RangeError);
  await assert.rejects(unix.connect("/a\0b"), RangeError);
});
