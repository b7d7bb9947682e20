/** WebSockets on the port of an HTTP server. */
import assert from "node:assert/strict";
import * as http from "../../lib/http/client.ts";
import { raw } from "../../lib/http/raw.ts";
import { HttpProblem } from "../../lib/http/serve/problem.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { connect } from "../../lib/ws/connect.ts";
import { encodeFrame, OPCODE } from "../../lib/ws/frames.ts";
import { Room } from "../../lib/ws/room.ts";
import { route } from "../../lib/ws/route.ts";
import { echo } from "../../lib/ws/serve.ts";
import { testUnless } from "../skip.ts";
import { sleep, until } from "./conditions.ts";
import { CA, SERVER_CERT, SERVER_KEY } from "./http_client_pki.ts";
import { HANDSHAKE } from "./ws_by_hand.ts";
import { CLIENT, NO_WEBSOCKETS, WEBSOCKETS } from "./ws_peers.ts";

Deno.test("a page, a REST service and WebSockets share a port", async () => {
  const rooms = new Map<string, Room>();
  const chat = route<"/rooms/:room">(
    { protocols: ["chat"], compress: true },
    async (socket, { params, request, signal }) => {
      const room = rooms.get(params.room) ?? new Room();
      rooms.set(params.room, room);
      room.add(socket);
      assert.equal(signal.aborted, false);
      await socket.send(`welcome to ${params.room}${request.url.search}`);
      for await (const message of socket) {
        room.broadcast(message, { except: socket });
      }
    },
  );
  await using server = await serve({ openapi: true, cors: true }, {
    "GET /": () => "the page",
    "POST /numbers": async ({ json }) => await json(),
    "GET /rooms/:room": chat,
    "POST /all": async ({ text }) => chat.broadcast(await text()),
  });
  assert.equal((await http.get(server.url)).text(), "the page");
  const to = `${server.url}/rooms`;
  const options = { protocols: ["x", "chat"], compress: true };
  await using ada = await connect(`${to}/a%20b?x=1`, options);
  await using bob = await connect(`${to}/a%20b`, options);
  await using eve = await connect(`${to}/other`);
  assert.deepEqual([ada.protocol, ada.compressed], ["chat", true]);
  assert.deepEqual([eve.protocol, eve.compressed], ["", false]);
  assert.equal(await ada.receive(), "welcome to a b?x=1");
  assert.equal(await bob.receive(), "welcome to a b");
  assert.equal(await eve.receive(), "welcome to other");
  await ada.send("x".repeat(70_000));
  assert.equal((await bob.receive())?.length, 70_000);
  const posted = await http.post(`${server.url}/all`, { body: "to all" });
  assert.equal(posted.json(), 3);
  for (const socket of [ada, bob, eve]) {
    assert.equal(await socket.receive(), "to all");
  }
  const numbers = await http.post(`${server.url}/numbers`, { json: [1, 2] });
  assert.deepEqual(numbers.json(), [1, 2]);
  assert.equal(Deno.inspect(chat), "WebSocket route, 3 open");
  assert.deepEqual([server.inFlight, chat.sockets.length], [3, 3]);
  const { paths } = (await http.get(`${server.url}/openapi.json`)).json() as {
    paths: object;
  };
  assert.deepEqual(Object.keys(paths), ["/", "/numbers", "/all"]);
  await eve.close();
  await until(() => server.inFlight === 2);
});

Deno.test("what becomes no WebSocket gets an answer of HTTP", async () => {
  await using server = await serve({
    use: [({ path, state, url }, next) => {
      if (path === "/secret" && !url.searchParams.has("key")) {
        throw new HttpProblem(401, "who are you?");
      }
      state.who = "ada";
      return next();
    }],
  }, {
    "GET /": () => "the page",
    "GET /secret": route(
      { maxConnections: 1, accept: ({ headers }) => !headers.has("x-bad") },
      (socket, { state }) =>
        socket.send(`${state.who}`).then(() => socket.closed).then(() => {}),
    ),
  });
  await using one = await connect(`${server.url}/secret?key`);
  assert.equal(await one.receive(), "ada");
  const table: [path: string, headers: HeadersInit, says: RegExp][] = [
    ["/", {}, /it answers 200 OK/],
    ["/nowhere", {}, /it answers 404 Not Found/],
    ["/secret", {}, /it answers 401 Unauthorized/],
    ["/secret?key", { "x-bad": "1" }, /it answers 403 Forbidden/],
    ["/secret?key", {}, /it answers 503 Service Unavailable/],
  ];
  for (const [path, headers, message] of table) {
    await assert.rejects(connect(server.url + path, { headers }), {
      code: "rejected",
      message,
    });
  }
  await using conn = await tcp.connect(server.address);
  const fields = [["Connection", "Upgrade"], ["Upgrade", "h2c"]] as const;
  const plain = await raw(conn, { method: "GET", fields });
  assert.equal(plain.text(), "the page");
  const missed = await raw(conn, { target: "/secret?key" });
  assert.deepEqual([missed.status, missed.field("upgrade")], [
    426,
    "websocket",
  ]);
  await one.close();
  await until(() => server.inFlight === 0);
  await conn.write(
    [...HANDSHAKE, "", ""].join("\r\n").replace("/chat", "/secret?key"),
  );
  assert.match((await conn.readLine())!, / 101 /);
});

Deno.test("messages that come with the request are not lost", async () => {
  await using server = await serve({
    // The runtime reads on while this waits.
    use: [async (_, next) => (await sleep(20), await next())],
    limits: { bodyTime: 20, idleTime: 100 },
  }, { "GET /chat": route({}, echo) });
  await using conn = await tcp.connect(server.address);
  const frame = encodeFrame(OPCODE.text, new TextEncoder().encode("hi"), true);
  const head = new TextEncoder().encode([...HANDSHAKE, "", ""].join("\r\n"));
  await conn.write(new Uint8Array([...head, ...frame]));
  await conn.write(frame);
  assert.match((await conn.readLine())!, / 101 /);
  for await (const line of conn.lines()) if (line === "") break;
  const back = [0x81, 2, 0x68, 0x69];
  assert.deepEqual([...await conn.readExactly(8)], [...back, ...back]);
  // The limits on requests are not for what is none any more.
  await sleep(400);
  await conn.write(frame);
  assert.deepEqual([...await conn.readExactly(4)], back);
  assert.deepEqual(server.connections, { open: 1, dropped: 0, late: 0 });
  await using hasty = await tcp.connect(server.address);
  await hasty.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await hasty.write(head);
  assert.doesNotMatch(
    new TextDecoder().decode(await hasty.readAll({ timeout: 5000 })),
    /101/,
  );
});

Deno.test("a server that closes says so to its WebSockets, and waits for their handlers", async () => {
  const ends: string[] = [];
  const server = await serve({}, {
    "GET /kind": route({}, async (socket, { signal }) => {
      while (await socket.receive() !== null) { /* until it closes */ }
      await sleep(30);
      ends.push(`kind, ${signal.aborted}`);
    }),
    "GET /obeys": route({}, async (_, { signal }) => {
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    }),
    "GET /throws": route({}, () => {
      throw new Error("the disk is full");
    }),
  });
  const kind = await connect(`${server.url}/kind`);
  const obeys = await connect(`${server.url}/obeys`);
  const throws = await connect(`${server.url}/throws`);
  assert.equal((await throws.closed).code, 1011);
  await until(() => server.failed === 1);
  assert.match(`${server.errors[0]}`, /the disk is full/);
  const closing = server.close();
  const gone = { code: 1001, reason: "going away", wasClean: true };
  assert.deepEqual(await kind.closed, gone);
  assert.deepEqual(await obeys.closed, gone);
  await closing;
  assert.deepEqual(ends, ["kind, true"]);
  assert.equal(server.failed, 1);
  await assert.rejects(connect(`${server.url}/kind`), { code: "refused" });
});

Deno.test("who does not let go is dropped when the time is up", async () => {
  const done = Promise.withResolvers<void>();
  const server = await serve({}, {
    "GET /deaf": route({}, () => done.promise),
    "GET /echo": route({}, echo),
  });
  const deaf = await connect(`${server.url}/deaf`);
  await using mute = await tcp.connect(server.address);
  await mute.write(
    [...HANDSHAKE, "", ""].join("\r\n").replace("/chat", "/echo"),
  );
  assert.match((await mute.readLine())!, / 101 /);
  await server.close({ drain: 50 });
  await deaf.closed;
  done.resolve();
  // It reads of its end, and the connection ends although it says nothing.
  const said = await mute.readAll({ timeout: 5000 }).catch(() => "reset");
  assert.ok(said.length > 0);
});

Deno.test("a route speaks within TLS too, and belongs to as many servers as one likes", async () => {
  const chat = route({}, echo);
  const tls = { cert: SERVER_CERT, key: SERVER_KEY };
  await using first = await serve({ tls }, { "GET /": chat });
  await using second = await serve({}, { "GET /": chat });
  await using safe = await connect(first.url, { ca: CA });
  await using plain = await connect(second.url);
  await safe.ping();
  await plain.ping();
  assert.equal(chat.broadcast("both"), 2);
  assert.deepEqual([await safe.receive(), await plain.receive()], [
    "both",
    "both",
  ]);
  await second.close();
  assert.equal((await plain.closed).code, 1001);
  assert.deepEqual([safe.state, chat.open], ["open", 1]);
  await assert.rejects(
    serve({ compression: true }, { "GET /": chat }),
    /'compression' must be off where connections have limits or become WebSockets/,
  );
});

testUnless(
  NO_WEBSOCKETS,
  "Python's websockets is served on a route",
  async () => {
    await using server = await serve({}, {
      "GET /": () => "page",
      "GET /chat/:room": route({ protocols: ["chat"], compress: true }, echo),
    });
    const { success, stdout, stderr } = await new Deno.Command(WEBSOCKETS!, {
      args: ["-c", CLIENT, `${server.url.replace("http", "ws")}/chat/lobby`],
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.ok(success && said === "fine\n", new TextDecoder().decode(stderr));
  },
);
