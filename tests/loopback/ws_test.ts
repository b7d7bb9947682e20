import assert from "node:assert/strict";
import type { NetError } from "../../lib/errors.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { connect } from "../../lib/ws/connect.ts";
import { encodeFrame, OPCODE } from "../../lib/ws/frames.ts";
import { keepConnected } from "../../lib/ws/keep_connected.ts";
import { Room } from "../../lib/ws/room.ts";
import { echo, serve } from "../../lib/ws/serve.ts";
import type { Server } from "../../lib/ws/server.ts";
import type { Socket } from "../../lib/ws/socket.ts";
import { testUnless } from "../skip.ts";
import { sleep, until } from "./conditions.ts";
import { text } from "./pair.ts";
import { CLIENT, NO_WEBSOCKETS, SERVER, WEBSOCKETS } from "./ws_peers.ts";

const HANDSHAKE = [
  "GET /chat HTTP/1.1",
  "Host: x",
  "Upgrade: websocket",
  "Connection: keep-alive, Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A client by hand, behind its handshake. */
async function byHand(server: Server, ...fields: string[]) {
  const conn = await tcp.connect(server.address);
  await conn.write([...HANDSHAKE, ...fields, "", ""].join("\r\n"));
  assert.match((await conn.readLine({ timeout: 5000 }))!, / 101 /);
  for await (const line of conn.lines()) if (line === "") break;
  return conn;
}

/** What comes until the connection ends, without the frame's first octets. */
async function closeOf(conn: tcp.Connection) {
  const octets = await conn.readAll({ timeout: 5000 });
  const at = octets.indexOf(0x88);
  assert.ok(at >= 0, `no close frame in ${octets}`);
  return octets[at + 2]! << 8 | octets[at + 3]!;
}

Deno.test("messages go both ways, as texts and as octets, of every length", async () => {
  for (const compress of [false, true]) {
    await using server = await serve({ compress, protocols: ["chat"] }, echo);
    await using socket = await connect(server.url, {
      compress,
      protocols: ["a", "chat"],
    });
    assert.deepEqual([socket.protocol, socket.compressed], ["chat", compress]);
    for (
      const length of [
        0,
        1,
        63,
        64,
        125,
        126,
        127,
        511,
        512,
        65_535,
        65_536,
        900_000,
      ]
    ) {
      const octets = new Uint8Array(length).map((_, i) => i * i >> 3);
      await socket.send(octets);
      assert.deepEqual(await socket.receive({ timeout: 5000 }), octets);
      await socket.send("é".repeat(length / 2));
      assert.equal(
        await socket.receive({ timeout: 5000 }),
        "é".repeat(length / 2),
      );
    }
    const many = Array.from({ length: 3000 }, (_, i) => `message ${i}`);
    const sending = (async () => {
      for (const message of many) await socket.send(message);
    })();
    for (const message of many) assert.equal(await socket.receive(), message);
    await sending;
    assert.ok(await socket.ping({ timeout: 1000 }) < 1000);
    assert.equal(socket.messagesSent, socket.messagesReceived);
  }
});

Deno.test("the handler knows the request, and may refuse it", async () => {
  await using server = await serve({
    protocols: ["v2", "v1"],
    origins: ["https://a.example"],
    accept: ({ headers, url }) =>
      url.pathname === "/tea"
        ? 418
        : headers.get("authorization") === "Bearer t",
  }, async (socket, { request }) => {
    const { url, headers, protocols, remoteAddress } = request;
    await socket.send(JSON.stringify([
      url.pathname + url.search,
      headers.get("x-a"),
      protocols,
      `${remoteAddress}` === `${socket.remoteAddress}`,
      socket.protocol,
    ]));
  });
  const headers = { authorization: "Bearer t", "x-a": "1" };
  await using socket = await connect(`${server.url}/x?y=1`, {
    headers,
    protocols: ["v1", "v2"],
  });
  assert.deepEqual(JSON.parse(await socket.receive() as string), [
    "/x?y=1",
    "1",
    ["v1", "v2"],
    true,
    "v1",
  ]);
  assert.equal(await socket.receive(), null);
  assert.equal((await socket.closed).code, 1000);
  const table: [path: string, headers: HeadersInit, says: RegExp][] = [
    ["/", {}, /it answers 403 Forbidden/],
    ["/tea", headers, /it answers 418/],
    ["/", { ...headers, origin: "https://b.example" }, /it answers 403/],
  ];
  for (const [path, headers, message] of table) {
    await assert.rejects(connect(server.url + path, { headers }), {
      code: "rejected",
      message,
    });
  }
  await using friend = await connect(server.url, {
    headers: { ...headers, origin: "https://a.example" },
  });
  assert.ok(await friend.receive());
  await until(() => server.refused === 3);
});

Deno.test("how a socket ends is told to both sides", async (t) => {
  const ends: Promise<unknown>[] = [];
  let act: (socket: Socket) => Promise<void> | void = () => {};
  await using server = await serve({}, async (socket) => {
    ends.push(socket.closed);
    await act(socket);
  });
  const fresh = async (how: typeof act) => {
    act = how;
    ends.length = 0;
    return await connect(server.url);
  };
  await t.step("by the client, with a reason", async () => {
    await using socket = await fresh(async (s) => {
      for await (const _ of s);
    });
    await socket.close(1000, "grüß dich");
    assert.deepEqual(await ends[0], {
      code: 1000,
      reason: "grüß dich",
      wasClean: true,
    });
    assert.deepEqual(socket.closing, {
      code: 1000,
      reason: "",
      wasClean: true,
    });
    await assert.rejects(socket.send("x"), {
      code: "closed",
      message: /Cannot send to ws:.*closed with 1000 \(normal\)/,
    });
  });
  await t.step("by the server, with a code of its own", async () => {
    await using socket = await fresh((s) => s.close(4321, "enough"));
    await assert.rejects(socket.receive(), {
      code: "closed",
      message:
        /Cannot talk to ws:\/\/127.0.0.1:\d+\/: it was closed with 4321 \(private\): "enough"/,
    });
  });
  await t.step("by a handler that throws", async () => {
    await using socket = await fresh(() => {
      throw new Error("oh");
    });
    await assert.rejects(socket.receive(), /1011 \(internal error\)/);
    assert.match(`${server.errors.at(-1)}`, /oh/);
  });
  await t.step("by the server's own close", async () => {
    const other = await serve({}, echo);
    await using socket = await connect(other.url);
    const start = performance.now();
    const [, message] = await Promise.all([other.close(), socket.receive()]);
    assert.equal(message, null);
    assert.equal(socket.closing?.code, 1001);
    assert.ok(performance.now() - start < 1000);
    await assert.rejects(connect(other.url), { code: "refused" });
    await other.finished;
  });
  await t.step("by a break in the middle", async () => {
    await using socket = await fresh((s) => s.abort());
    const error = await socket.receive().then(
      () => assert.fail(),
      (e: NetError) => e,
    );
    assert.ok(["reset", "closed"].includes(error.code), error.message);
    assert.match(error.message, /127.0.0.1:/);
    assert.equal(socket.closing?.code, 1006);
  });
  await t.step("not by a code that may not be sent", async () => {
    await using socket = await fresh(async (s) => void await s.closed);
    for (const code of [999, 1005, 1006, 1015, 2999, 5000, 1.5]) {
      await assert.rejects(socket.close(code), RangeError);
    }
    await assert.rejects(socket.close(1000, "x".repeat(124)), RangeError);
    assert.equal(socket.state, "open");
  });
});

Deno.test("who breaks the rules is told by which code, and named", async (t) => {
  const errors: NetError[] = [];
  await using server = await serve({
    maxMessage: 1000,
    compress: true,
    onError: (error) => errors.push(error as NetError),
  }, echo);
  const masked = (opcode: number, payload: Uint8Array | string) =>
    encodeFrame(
      opcode,
      typeof payload === "string" ? new TextEncoder().encode(payload) : payload,
      true,
    );
  const change = (frame: Uint8Array, first: number) => frame.with(0, first);
  const table: [name: string, code: number, octets: Uint8Array][] = [
    ["no mask", 1002, encodeFrame(OPCODE.text, Uint8Array.of(97), false)],
    ["a reserved bit", 1002, change(masked(1, "a"), 0x91)],
    ["a reserved opcode", 1002, change(masked(1, "a"), 0x83)],
    ["a control frame in parts", 1002, change(masked(9, "a"), 0x09)],
    ["a ping of 126 octets", 1002, masked(9, "a".repeat(126))],
    ["a continuation of nothing", 1002, masked(0, "a")],
    ["a deflated control frame", 1002, change(masked(9, "a"), 0xc9)],
    ["no UTF-8", 1007, masked(1, Uint8Array.of(0xff))],
    ["no deflate", 1007, change(masked(1, Uint8Array.of(255, 255, 255)), 0xc1)],
    ["too much", 1009, masked(2, new Uint8Array(1001))],
    [
      "a length of 2^63",
      1009,
      Uint8Array.of(0x82, 0xff, 127, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
    ],
    ["a close of one octet", 1002, masked(8, "a")],
    ["a close with 1006", 1002, masked(8, Uint8Array.of(3, 238))],
    ["a close that is no UTF-8", 1007, masked(8, Uint8Array.of(3, 232, 0xff))],
  ];
  for (const [name, code, octets] of table) {
    await t.step(name, async () => {
      await using conn = await byHand(
        server,
        "Sec-WebSocket-Extensions: permessage-deflate",
      );
      await conn.write(octets);
      assert.equal(await closeOf(conn), code);
      await conn.close();
      await until(() => server.open === 0);
      const error = errors.pop()!;
      assert.equal(error.code, code === 1009 ? "too-large" : "malformed");
      assert.ok(error.message.includes(`${conn.localAddress}`), error.message);
      assert.ok(error.message.includes(`${code}`), error.message);
    });
  }
  await t.step("a bomb: small deflated, large inflated", async () => {
    await using open = await serve({ compress: true }, echo);
    await using client = await connect(open.url, {
      compress: true,
      maxMessage: 1000,
    });
    await client.send("a".repeat(100_000));
    await assert.rejects(client.receive(), { code: "too-large" });
  });
});

Deno.test("a request that is no handshake gets an answer of HTTP", async () => {
  await using server = await serve({
    page: "<h1>chat</h1>",
    handshakeTimeout: 150,
    maxConnections: 1,
  }, echo);
  const ask = async (octets: string) => {
    await using conn = await tcp.connect(server.address);
    await conn.write(octets);
    return text(await conn.readAll({ timeout: 5000 }))!.split("\r\n")[0];
  };
  const without = (part: string, ...more: string[]) =>
    [...HANDSHAKE.filter((line) => !line.includes(part)), ...more, "", ""].join(
      "\r\n",
    );
  const table: [octets: string, answer: string][] = [
    [without("Upgrade"), "HTTP/1.1 200 OK"],
    [
      without("Version", "Sec-WebSocket-Version: 8"),
      "HTTP/1.1 426 Upgrade Required",
    ],
    [without("Key"), "HTTP/1.1 400 Bad Request"],
    [without("Key", "Sec-WebSocket-Key: short"), "HTTP/1.1 400 Bad Request"],
    [without("Host"), "HTTP/1.1 400 Bad Request"],
    [without("Host", "Host: a/b"), "HTTP/1.1 400 Bad Request"],
    [without("Connection"), "HTTP/1.1 400 Bad Request"],
    [
      without("GET").replace(/^/, "POST / HTTP/1.1\r\n"),
      "HTTP/1.1 405 Method Not Allowed",
    ],
    ["\x16\x03\x01\r\n\r\n", "HTTP/1.1 400 Bad Request"],
    [without("x", "no colon"), "HTTP/1.1 400 Bad Request"],
    [
      `GET / HTTP/1.1\r\nX: ${"a".repeat(20_000)}`,
      "HTTP/1.1 431 Request Header Fields Too Large",
    ],
    ["GET / HTTP/1.1\r\nHost:", "HTTP/1.1 408 Request Timeout"],
  ];
  for (const [octets, answer] of table) {
    assert.equal(
      await ask(octets),
      answer,
      JSON.stringify(octets.slice(0, 80)),
    );
  }
  await using _ = await connect(server.url);
  await assert.rejects(connect(server.url), /503 Service Unavailable/);
  assert.equal(server.refused, table.length + 1);
  assert.match(Deno.inspect(server), /serving, 1 accepted, 1 open, 13 refused/);
});

Deno.test("connect() names what is wrong with the other side", async () => {
  const answer = (lines: string) =>
    tcp.serve({}, async (conn) => {
      for await (const line of conn.lines()) if (line === "") break;
      await conn.write(lines);
      await conn.closeWrite();
      await conn.readAll();
    });
  const table: [lines: string, code: string, message: RegExp][] = [
    ["SSH-2.0-x\r\n\r\n", "malformed", /does not speak HTTP/],
    [
      "HTTP/1.1 302 Found\r\nLocation: /y\r\n\r\n",
      "rejected",
      /302 Found, to go to \/y/,
    ],
    [
      "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
      "malformed",
      /no handshake/,
    ],
    ["HTTP/1.1 101", "closed", /it closed the connection/],
  ];
  for (const [lines, code, message] of table) {
    await using server = await answer(lines);
    await assert.rejects(connect(`ws://${server.address}/`), { code, message });
  }
  await using mute = await tcp.serve(
    {},
    async (conn) => void await conn.readAll(),
  );
  await assert.rejects(connect(`ws://${mute.address}/`, { timeout: 50 }), {
    code: "timeout",
  });
  const stop = new AbortController();
  const waiting = connect(`ws://${mute.address}/`, { signal: stop.signal });
  stop.abort(new Error("no patience"));
  await assert.rejects(waiting, /no patience/);
  for (const url of ["ftp://x/", "nonsense", "ws://x/#part"]) {
    await assert.rejects(connect(url), { name: "ParseError" });
  }
  await assert.rejects(connect("ws://x/", { protocols: ["a b"] }), TypeError);
  await assert.rejects(
    connect("ws://x/", { headers: { upgrade: "x" } }),
    TypeError,
  );
  await assert.rejects(connect("ws://x/", { maxMessage: 0 }), RangeError);
});

Deno.test("a reader that is slow makes its sender wait, and memory stays small", async () => {
  let sent = 0;
  await using server = await serve({ highWater: 100_000 }, async (socket) => {
    for (let i = 0; i < 1000; i++) {
      await socket.send(new Uint8Array(50_000));
      sent++;
    }
  });
  await using socket = await connect(server.url, { highWater: 100_000 });
  await sleep(200);
  assert.ok(
    sent < 500,
    `${sent} messages of 50 kB went to one who does not read`,
  );
  let got = 0;
  for await (const message of socket) got += message.length;
  assert.equal(got, 50_000_000);
});

Deno.test("a peer that is silent is asked, and given up when it does not answer", async () => {
  const errors: NetError[] = [];
  await using server = await serve({
    ping: 60,
    onError: (error) => errors.push(error as NetError),
  }, echo);
  await using alive = await connect(server.url);
  await using dead = await byHand(server);
  await until(() => errors.length === 1);
  assert.equal(errors[0]!.code, "timeout");
  assert.match(
    errors[0]!.message,
    new RegExp(`talk to ${dead.localAddress}: no sign of life`),
  );
  assert.equal(server.open, 1);
  await alive.send("still here");
  assert.equal(await alive.receive(), "still here");
});

Deno.test("a room holds nobody up for one who does not read", async () => {
  const room = new Room({ limit: 200_000 });
  const strict = new Room({ limit: 200_000, slow: "close" });
  await using server = await serve({}, async (socket) => {
    room.add(socket);
    strict.add(socket);
    for await (const message of socket) {
      room.broadcast(message, { except: socket });
    }
  });
  await using ada = await connect(server.url);
  await using bob = await connect(server.url);
  const slow = await byHand(server);
  await until(() => room.size === 3);
  await ada.send("hi");
  assert.equal(await bob.receive({ timeout: 1000 }), "hi");
  // Much more than the system's buffers hold for one who does not read.
  const chunk = new Uint8Array(100_000);
  let got = 0;
  const reading = (async () => {
    for await (const message of bob) if (message.length === chunk.length) got++;
  })();
  for (let i = 0; i < 200; i++) {
    await ada.send(chunk);
    if (i % 20 === 0) await sleep(5);
  }
  await until(() => got === 200);
  assert.ok(room.skipped > 20, `${room.skipped} messages missed`);
  assert.deepEqual(room.toJSON().size, 3);
  strict.broadcast("out with it");
  await until(() => strict.size === 2);
  assert.match(Deno.inspect(room), /Room of 3, 201 messages said, \d+ missed/);
  slow.reset();
  await slow.close();
  await until(() => room.size === 2);
  await bob.close();
  await reading;
});

Deno.test("keepConnected() comes back, waits longer each time, and gives up in the end", async () => {
  let visits = 0;
  let handler = async (socket: Socket) => {
    await socket.send(`visit ${++visits}`);
    if (visits < 3) socket.abort();
    else await echo(socket);
  };
  const server = await serve({}, (socket) => handler(socket));
  const opened: number[] = [];
  await using kept = keepConnected(server.url, {
    minDelay: 10,
    maxDelay: 40,
    tries: 3,
    random: () => 1,
    onOpen: () => void opened.push(performance.now()),
  });
  const seen: string[] = [];
  for await (const message of kept) {
    seen.push(`${message}`);
    if (message === "visit 3") await kept.send("echo");
    if (message === "echo") break;
  }
  assert.deepEqual(seen, ["visit 1", "visit 2", "visit 3", "echo"]);
  assert.equal(kept.connections, 3);
  const [first = 0, second = 0, third = 0] = opened;
  assert.ok(second - first >= 9 && third - second >= 18, `${opened}`);
  handler = echo;
  await server.close();
  await assert.rejects(async () => {
    for await (const _ of kept);
  }, { code: "refused" });
  await assert.rejects(kept.send("x"), { code: "refused" });
  await kept.finished;
  const stop = new AbortController();
  const waiting = keepConnected(server.url, { signal: stop.signal });
  stop.abort(new Error("never mind"));
  await waiting.finished;
  await assert.rejects(waiting.send("x"), /never mind/);
});

Deno.test("changed frames by the hundred hang nothing", async () => {
  await using server = await serve(
    { compress: true, maxMessage: 10_000 },
    echo,
  );
  const seed = Math.floor(Math.random() * 2 ** 31);
  let state = seed >>> 0;
  const dice = (below: number) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    return state % below;
  };
  const one = async () => {
    await using conn = await byHand(
      server,
      ...dice(2) ? ["Sec-WebSocket-Extensions: permessage-deflate"] : [],
    );
    for (let n = dice(4); n >= 0; n--) {
      const frame = encodeFrame(
        dice(11),
        new Uint8Array(dice(200)).map(() => dice(256)),
        true,
      );
      for (let i = dice(3); i > 0; i--) {
        frame[dice(Math.min(8, frame.length))] = dice(256);
      }
      await conn.write(
        frame.subarray(0, dice(20) ? frame.length : dice(frame.length)),
      ).catch(() => {});
    }
    await conn.closeWrite().catch(() => {});
    await conn.readAll({ timeout: 5000 }).catch(({ code }) => {
      assert.notEqual(code, "timeout", `seed ${seed}`);
    });
  };
  for (let round = 0; round < 15; round++) {
    await Promise.all(Array.from({ length: 20 }, one));
  }
  await until(() => server.open === 0);
  for (const error of server.errors) {
    assert.equal((error as Error).name, "NetError", `seed ${seed}: ${error}`);
  }
  await using fine = await connect(server.url);
  await fine.send("still there?");
  assert.equal(await fine.receive(), "still there?");
});

Deno.test("500 clients talk at once, each with its own", async () => {
  await using server = await serve({}, echo);
  const sockets = await Promise.all(
    Array.from({ length: 500 }, () => connect(server.url)),
  );
  assert.equal(server.open, 500);
  await Promise.all(sockets.map(async (socket, i) => {
    for (let n = 0; n < 5; n++) {
      await socket.send(`${i}: ${n}`);
      assert.equal(await socket.receive({ timeout: 10_000 }), `${i}: ${n}`);
    }
  }));
  assert.equal(server.broadcast("all"), 500);
  await Promise.all(sockets.map(async (socket) => {
    assert.equal(await socket.receive(), "all");
    await socket.close();
  }));
  await until(() => server.open === 0);
  assert.deepEqual(server.errors, []);
});

testUnless(NO_WEBSOCKETS, "Python's websockets is served", async () => {
  await using server = await serve(
    { protocols: ["chat"], compress: true },
    echo,
  );
  const { success, stdout, stderr } = await new Deno.Command(WEBSOCKETS!, {
    args: ["-c", CLIENT, server.url],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.ok(success && said === "fine\n", new TextDecoder().decode(stderr));
});

testUnless(NO_WEBSOCKETS, "Python's websockets serves us", async () => {
  const child = new Deno.Command(WEBSOCKETS!, {
    args: ["-c", SERVER],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = (await reader.read()).value!.trim();
  for (const compress of [false, true]) {
    await using socket = await connect(`ws://127.0.0.1:${port}/`, {
      protocols: ["chat"],
      headers: { "x-token": "t" },
      compress,
    });
    assert.equal(socket.compressed, compress);
    assert.equal(await socket.receive(), "subprotocol chat, token t");
    for (
      const message of [
        "",
        "grüß dich",
        "x".repeat(100_000),
        new Uint8Array(70_000),
      ]
    ) {
      await socket.send(message);
      assert.deepEqual(await socket.receive({ timeout: 5000 }), message);
    }
    assert.ok(await socket.ping({ timeout: 5000 }) > 0);
    await socket.send("bye");
    await assert.rejects(socket.receive(), /4001 \(private\): "as you say"/);
    assert.deepEqual(socket.closing, {
      code: 4001,
      reason: "as you say",
      wasClean: true,
    });
  }
  await child.stdin.close();
  await reader.cancel();
  await child.status;
});
