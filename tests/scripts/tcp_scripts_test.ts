import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { command, Serving } from "./serving.ts";

async function start(name: string, ...args: string[]): Promise<Serving> {
  const script = await command(name, ["--port", "0", ...args]);
  return new Serving(script.spawn());
}

/** Somebody in the chat, who has said a name. */
async function join(address: string, name: string) {
  const connection = await net.tcp.connect(address);
  const lines = net.tcp.frames(connection, net.tcp.lines());
  const hear = () => lines.read({ timeout: 60_000 });
  assert.equal(await hear(), "Your name?");
  await lines.send(name);
  return {
    connection,
    hear,
    say: (text: string) => lines.send(text),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

Deno.test("the chat server passes on what is said, and only to whom it is for", async () => {
  await using server = await start("chat_server.ts");
  const address = (await server.line()).replace("Chat on ", "");
  await using anna = await join(address, "anna");
  assert.match(await anna.hear() ?? "", /^Here are: anna\. Commands: /);
  await using ben = await join(address, "ANNA");
  assert.equal(await ben.hear(), "ANNA is taken. Your name?");
  await ben.say("b e n");
  assert.match(await ben.hear() ?? "", /^A name has 1 to 20 .*Your name\?$/);
  await ben.say("ben");
  assert.match(await ben.hear() ?? "", /^Here are: anna, ben\./);
  assert.equal(await anna.hear(), "* ben came");

  await anna.say("hello \x1b[31mred\x07");
  assert.equal(await ben.hear(), "anna: hello [31mred");
  await ben.say("/msg anna a secret word");
  assert.equal(await anna.hear(), "ben (to you): a secret word");
  await ben.say("/nick Benno");
  await ben.say("/me waves");
  for (const who of [anna, ben]) {
    assert.equal(await who.hear(), "* ben is now Benno");
    assert.equal(await who.hear(), "* Benno waves");
  }
  await ben.say("/who");
  assert.equal(await ben.hear(), "anna, Benno");
  await ben.say("/msg carl hi");
  assert.equal(await ben.hear(), "Nobody here is called carl");
  await ben.say("/dance");
  assert.match(await ben.hear() ?? "", /^Commands: /);

  await ben.say("x".repeat(600));
  assert.equal(await ben.hear(), "* left (too-long)");
  assert.equal(await anna.hear(), "* Benno left (too-long)");
  assert.match(await server.line(), /^anna came from 127\.0\.0\.1:\d+$/);

  const ending = server.end();
  assert.equal(await anna.hear(), "* The server closes");
  assert.equal(await anna.hear(), null);
  const { code, out, err } = await ending;
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^Benno left \(too-long\)\nanna was here to the end$/m);
});

Deno.test("the chat server does not wait for who does not read", async () => {
  await using server = await start("chat_server.ts", "--quiet");
  const address = (await server.line()).replace("Chat on ", "");
  await using deaf = await join(address, "deaf");
  await using anna = await join(address, "anna");
  await anna.hear();
  // More than all buffers between the two hold.
  const line = "x".repeat(500);
  const flood = async () => {
    for (let i = 0; i < 30_000; i++) await anna.say(line);
  };
  const [, heard] = await Promise.all([flood(), anna.hear()]);
  assert.match(heard ?? "", /^\* deaf left \((reset|closed)\)$/);
  assert.ok(deaf.connection.bytesReceived < 30_000 * line.length);
  assert.equal((await server.end()).code, 0);
});

Deno.test("the load balancer takes turns, and leaves out who is down", async () => {
  await using a = await net.tcp.serve({}, (conn) => conn.write("a"));
  await using c = await net.tcp.serve({}, (conn) => conn.write("c"));
  // On an address that nobody else uses: its port is free until it is back.
  const [x, y] = crypto.getRandomValues(new Uint8Array(2));
  const hostname = `127.77.${x}.${y}`;
  const b = await net.tcp.serve({ hostname }, (conn) => conn.write("b"));
  const targets = [a, b, c].map(({ address }) => `${address}`);
  // Who does not answer within that time counts as down.
  const options = ["--check", "1500", ...targets];
  await using balancer = await start("load_balancer.ts", ...options);
  const [, address = ""] = /on (\S+), round-robin$/.exec(
    await balancer.line(),
  )!;
  const visits = async (count: number) => {
    let said = "";
    for (let i = 0; i < count; i++) {
      await using conn = await net.tcp.connect(address);
      said += new TextDecoder().decode(await conn.readAll({ timeout: 60_000 }));
    }
    return said;
  };
  assert.equal(await visits(6), "abcabc");

  const { port } = b.address;
  await b.close();
  assert.match(
    await balancer.line(),
    /^127\.77\.\d+\.\d+:\d+ is out: .*refused/,
  );
  assert.equal((await visits(4)).replace(/^c/, "").slice(0, 2), "ac");
  await using _back = await net.tcp.serve(
    { hostname, port },
    (conn) => conn.write("B"),
  );
  assert.equal(await balancer.line(), `${hostname}:${port} is back`);
  assert.match(await visits(3), /B/);

  const { code, out, err } = await balancer.end();
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^Load balancer on .*, 0 open\naddress +healthy +open/);
});

Deno.test("both say what is wrong: 2 for the command line, 1 for the network", async () => {
  await using taken = await net.tcp.serve({}, net.tcp.echo);
  const port = `${taken.address.port}`;
  const wrong: [string, string[], number, RegExp][] = [
    ["chat_server.ts", ["--port", "x"], 2, /^--port must .* x\nUsage: /],
    ["chat_server.ts", ["--max", "0"], 2, /^--max must be 1 .*\nUsage: /],
    ["chat_server.ts", ["--colour"], 2, /--colour.*\nUsage: /],
    ["chat_server.ts", ["--port", port], 1, /^Cannot listen on .*\n$/],
    ["load_balancer.ts", [], 2, /^A TARGET is needed\nUsage: /],
    ["load_balancer.ts", ["web1"], 2, /web1.*\nUsage: /],
    ["load_balancer.ts", ["a:1", "--strategy", "best"], 2, /best\nUsage: /],
    ["load_balancer.ts", ["a:1", "--port", port], 1, /^Cannot listen on .*\n$/],
  ];
  await Promise.all(wrong.map(async ([name, args, expected, message]) => {
    const { code, stdout, stderr } = await (await command(name, args)).output();
    const text = new TextDecoder().decode(stderr);
    assert.deepEqual([code, stdout.length], [expected, 0], text);
    assert.match(text, message);
  }));
});
