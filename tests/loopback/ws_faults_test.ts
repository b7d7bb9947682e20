import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { connect } from "../../lib/ws/connect.ts";
import { encodeFrame, OPCODE } from "../../lib/ws/frames.ts";
import { echo, serve } from "../../lib/ws/serve.ts";
import { until } from "./conditions.ts";
import { text } from "./pair.ts";
import { byHand, closeOf, HANDSHAKE } from "./ws_by_hand.ts";
import { seed } from "../seed.ts";

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
  // The page is no refusal, and the 503 is one.
  assert.equal(server.refused, table.length);
  assert.match(Deno.inspect(server), /serving, 1 accepted, 1 open, 12 refused/);
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
    await assert.rejects(connect(`ws://${server.address}/`), (error) => {
      assert.ok(error instanceof NetError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.message.includes(`${server.address}`), error.message);
      return true;
    });
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

Deno.test("changed frames by the hundred hang nothing", async () => {
  await using server = await serve(
    { compress: true, maxMessage: 10_000 },
    echo,
  );
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
