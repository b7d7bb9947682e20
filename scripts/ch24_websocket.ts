#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 24
// title: WebSocket: both sides may speak first
// goal: See how HTTP turns into WebSocket, read its frames, and hold many connections with rooms, signs of life, limits and a way back.
// needs: loopback
// minutes: 30
// ---
import * as net from "netrepl";

// %% Why another protocol
// With HTTP the client asks and the server answers. A server that has news must
// wait until it is asked. WebSocket starts as HTTP, and then both may speak at any
// time, in messages, over one TCP connection.
// Python: async with websockets.serve(echo, "127.0.0.1", 0) as server: ...
await using server = await net.ws.serve({ maxMessage: 1000 }, net.ws.echo);
console.log(server);

// %% The handshake, by hand
// We say it over plain TCP. The key is 16 octets by chance, in Base64; here it is
// the one of the RFC's example, so that the answer is always the same.
const request = [
  "GET /chat HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];
await using wire = await net.tcp.connect(server.address);
await wire.write(request.join("\r\n") + "\r\n\r\n");
let accept = "";
for await (const line of wire.lines()) {
  console.log(line);
  if (line.startsWith("Sec-WebSocket-Accept: ")) accept = line.slice(22);
  if (line === "") break;
}

// %% What the key is for
// The server appends a text that only WebSocket knows, and hashes it. So no
// server of something else can agree by mistake. It is no secret, and no proof
// of who anybody is.
// Python: base64.b64encode(hashlib.sha1(key + GUID).digest())
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const known = new TextEncoder().encode(`dGhlIHNhbXBsZSBub25jZQ==${guid}`);
const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", known));
console.log(hash.toBase64(), hash.toBase64() === accept);

// %% A frame, by hand
// From now on there are no lines, but frames: a head of 2 to 14 octets, and the
// payload. A client masks what it sends: each octet XOR one of the key's four.
// That is no encryption; it keeps pages from making a proxy between take their
// messages for requests of HTTP.
const key = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const mask = (octets: Uint8Array) =>
  octets.map((octet, i) => octet ^ key[i % 4]!);
const utf8 = (text: string) => new TextEncoder().encode(text);

function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  // 126 says that a length of 16 bits follows.
  const size = length < 126 ? [length] : [126, length >> 8, length & 0xff];
  size[0]! |= 0x80;
  return Uint8Array.of(0x80 | opcode, ...size, ...key, ...mask(payload));
}

// %% What it looks like
// Opcode 1 is text. FIN, the first bit, marks the last frame of a message; the
// first bit of the second octet says that there is a mask.
const hello = frame(1, utf8("Hello"));
console.log(net.bytes.hexdump(hello));
for (const seen of net.packet.websocketFrames(hello)) {
  const boxes = [
    { label: "FIN", bits: 1 },
    { label: "RSV", bits: 3 },
    { label: "op", value: `${seen.opcode}`, bits: 4 },
    { label: "M", bits: 1 },
    { label: "length", value: `${seen.length}`, bits: 7 },
    { label: "key", value: net.bytes.hex(hello.slice(2, 6)), bits: 32 },
    { label: "payload, masked", value: `${seen.payload}`, bits: 40 },
  ];
  console.log(net.inspect.diagram(boxes, net.inspect.canvas({ width: 80 })));
}

// %% There and back
// The server answers without a mask: two octets, and the text.
await wire.write(hello);
console.log(net.bytes.hexdump(await wire.readExactly(7, { timeout: 1000 })));

// %% Three kinds of frames are not for you
// Ping (9) asks for a sign of life, pong (10) is the answer, close (8) says
// good-bye and why: 0x03e8 is 1000. They may come between the parts of a message.
// A library answers them for you.
await wire.write(frame(9, utf8("alive?")));
await wire.write(frame(8, Uint8Array.of(0x03, 0xe8)));
for (
  const answer of net.packet.websocketFrames(
    await wire.readAll({ timeout: 1000 }),
  )
) console.log(answer);

// %% All that in one call
// Texts arrive as texts, octets as octets, and each as a whole: WebSocket keeps
// the borders of messages, as UDP does, and their order, as TCP does.
// Python: async with websockets.connect(url) as ws: await ws.send(...)
await using socket = await net.ws.connect(`${server.url}/chat`);
await socket.send("Hello, WebSocket!");
await socket.send(Uint8Array.of(1, 2, 3));
console.log(await socket.receive({ timeout: 1000 }));
console.log(await socket.receive({ timeout: 1000 }));
console.log(socket);
await socket.close();
console.log(socket.closing);

// %% The server speaks first
// Nobody asks here. With HTTP a client would have to come again and again to
// find that nothing has changed.
// Python: async for message in ws: ...
await using ticker = await net.ws.serve({}, async (socket, { signal }) => {
  for (let i = 1; i <= 3 && !signal.aborted; i++) {
    await socket.send(`port ${i} is up`);
  }
});
await using listener = await net.ws.connect(ticker.url);
for await (const news of listener) console.log(news);
console.log(listener.closing?.code, "is a normal end");

// %% Rooms
// A room is a set of sockets that hear the same. Which one somebody enters is
// said by the path of the URL, as a page would be.
// Python: websockets.broadcast(rooms[path], message)
const rooms = new Map<string, net.ws.Room>();
await using chat = await net.ws.serve({}, async (socket, { request }) => {
  const { pathname } = request.url;
  const room = rooms.get(pathname) ?? new net.ws.Room();
  rooms.set(pathname, room);
  room.add(socket);
  for await (const message of socket) {
    room.broadcast(`${pathname}: ${message}`, { except: socket });
  }
});

// %% Who hears what
// Anna and Ben are in one room, Carl is in another one. The ping makes sure that
// all three are in before the first word is said.
const enter = (path: string) => net.ws.connect(`${chat.url}${path}`);
await using anna = await enter("/north");
await using ben = await enter("/north");
await using carl = await enter("/south");
for (const one of [anna, ben, carl]) await one.ping();
await anna.send("the cable is in");
console.log(await ben.receive({ timeout: 1000 }));
const silence = await carl.receive({ timeout: 50 }).catch((error) => error);
console.log("carl:", silence.code);
for (const [path, room] of rooms) console.log(path, room);

// %% Somebody who does not read
// A broadcast waits for nobody, or one bad line would hold up the whole room.
// Who is too far behind misses messages, or has to go. Nothing grows without end.
// Python: websockets.broadcast() does not wait either, and lets buffers grow
const room = new net.ws.Room({ limit: 100_000, slow: "close" });
await using loud = await net.ws.serve({}, async (socket) => {
  room.add(socket);
  await socket.closed;
});

// %% It is shown the door
// This client shakes hands, and then reads nothing. The buffers of both sides
// fill up, then ours does, and at the limit it has to go.
await using asleep = await net.tcp.connect(loud.address);
await asleep.write(request.join("\r\n") + "\r\n\r\n");
while (room.size === 0) await new Promise((done) => setTimeout(done, 5));
let said = 0;
while (room.size > 0 && said < 10_000) {
  room.broadcast(new Uint8Array(10_000));
  said++;
  await new Promise((done) => setTimeout(done));
}
console.log(
  "had to go:",
  room.size === 0,
  "before all was said:",
  said < 10_000,
);

// %% Is anybody there?
// A cut cable sends no farewell. ping() asks, and says how long the answer took.
// Both sides also ask by themselves after a silence, and give up after a second
// one: the option ping, in milliseconds.
// Python: websockets.connect(url, ping_interval=20, ping_timeout=20)
await using probe = await net.ws.connect(server.url);
console.log("a ping takes", net.inspect.duration(await probe.ping()));
await using strict = await net.ws.serve({ ping: 50 }, net.ws.echo);
await using dead = await net.tcp.connect(strict.address);
await dead.write(request.join("\r\n") + "\r\n\r\n");
while (strict.failed === 0) await new Promise((done) => setTimeout(done, 10));
console.log((strict.errors[0] as net.NetError).code);
console.log((strict.errors[0] as net.NetError).message);

// %% Why it was closed
// The close frame has a number. Up to 2999 they are the protocol's, 3000 to 3999
// are for libraries, 4000 to 4999 for you. 1005 and 1006 are never sent: they
// stand for "no code" and "no farewell at all".
await using closer = await net.ws.serve({}, async (socket, { request }) => {
  const code = Number(request.url.pathname.slice(1));
  if (code === 1006) return socket.abort();
  await socket.close(code, code === 4001 ? "the name is taken" : "");
});
for (const code of [1000, 1001, 1006, 1008, 1011, 1012, 1013, 4001]) {
  await using socket = await net.ws.connect(`${closer.url}/${code}`);
  const { reason, wasClean } = await socket.closed;
  console.log(code, net.ws.closeReason(code), wasClean, reason);
}

// %% Ends that are errors
// A loop over messages ends in peace when the other side is done (1000) or goes
// away (1001). Every other end is an error, so that half a list does not look
// like a whole one.
// Python: except websockets.ConnectionClosedError as error: error.rcvd.code
for (const code of [1000, 1011]) {
  await using socket = await net.ws.connect(`${closer.url}/${code}`);
  try {
    for await (const message of socket) console.log(message);
    console.log(`${code}: the loop ended`);
  } catch (error) {
    if (!(error instanceof net.NetError)) throw error;
    console.log(error.message);
  }
}

// %% Limits
// The first server takes 1000 octets a message. What breaks a rule is told why:
// 1009 too big, 1002 not the protocol (no mask), 1007 no UTF-8.
// Try this: send the first of them without FIN, in two halves. What counts?
// Python: websockets.serve(..., max_size=1000)
const faults = {
  "too big": frame(1, new Uint8Array(1001)),
  "no mask": Uint8Array.of(0x81, 2, 0x68, 0x69),
  "no UTF-8": frame(1, Uint8Array.of(0xff)),
};
for (const [what, octets] of Object.entries(faults)) {
  await using bad = await net.tcp.connect(server.address);
  await bad.write(request.join("\r\n") + "\r\n\r\n");
  for await (const line of bad.lines()) if (line === "") break;
  await bad.write(octets);
  const answer = await bad.readAll({ timeout: 2000 });
  const [{ close } = {}] = net.packet.websocketFrames(answer);
  console.log(what, close);
}

// %% Who may connect
// Any page may open a WebSocket to any server, and the browser sends the
// visitor's cookies along. Only Origin tells whose page it is: a server must look.
// Programs send none, and can say whatever they like: for them a token is the way.
await using guarded = await net.ws.serve({
  origins: ["https://chat.example"],
  accept: ({ headers }) => headers.get("authorization") === "Bearer s3cret",
}, net.ws.echo);

// %% Two of three may not
// The page that is not ours, and the program without the token.
const Authorization = "Bearer s3cret";
for (
  const headers of [
    { Authorization, Origin: "https://chat.example" },
    { Authorization, Origin: "https://evil.example" },
    { Origin: "https://chat.example" },
  ]
) {
  const result = await net.ws.connect(guarded.url, { headers })
    .then((socket) => socket.close(), (error) => error);
  console.log(result?.message ?? "welcome");
}

// %% Coming back
// Servers are restarted, and laptops sleep. keepConnected() opens the connection
// again, after waits that double and are half by chance. What was on its way is
// lost: onOpen is where a client says again who it is, and where it was.
// Python: async for ws in websockets.connect(url): try: ... except: continue
let starts = 0;
const restart = (port = 0) => {
  starts++;
  return net.ws.serve({ port }, async (socket) => {
    for await (const word of socket) await socket.send(`${starts}: ${word}`);
  });
};
const old = await restart();
await using kept = net.ws.keepConnected(old.url, {
  minDelay: 20,
  onOpen: (socket) => socket.send("it is me, anna"),
});

// %% A restart in the middle
// The client does nothing for it but to go on reading.
let again: net.ws.Server | undefined;
for await (const message of kept) {
  console.log(message);
  if (again !== undefined) break;
  await old.close();
  again = await restart(old.address.port);
}
console.log(kept);
await kept.close();
await again?.close();

// %% Takeaways
// - It begins as a GET and 101; then there are frames, in both directions.
// - Clients mask, servers do not; ping, pong and close are frames of their own.
// - Say something to many without waiting for the slowest of them.
// - No sign of life means no connection, whatever TCP believes.
// - Look at Origin, limit what one message may be, and close with a code that says why.
// - Connections break: come back, not all at once, and say again who you are.
