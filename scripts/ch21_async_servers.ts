#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 21
// title: An asynchronous server with a thousand clients
// goal: Keep a thousand connections open on one thread, and hold the server together with back-pressure, limits, a graceful end and metrics.
// needs: loopback
// minutes: 25
// ---
import * as net from "netrepl";

// %% A server of coroutines
// One thread, one event loop. Each handler is a function that stops at its
// awaits; while it waits it costs a little memory, and no processor.
// Python: server = await asyncio.start_server(handle, "127.0.0.1", 0)
//         async def handle(reader, writer): ...
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

await using server = await net.tcp.serve({}, async (conn, { id }) => {
  for await (const line of conn.lines({ max: 100 })) {
    await conn.write(`${id}: ${line.toUpperCase()}\n`);
  }
});

// %% A thousand connections at the same time
// All are open before the first one speaks. It is a load test, and so it stays
// on this machine: a thousand connections to others is an attack.
// Python: await asyncio.gather(*(asyncio.open_connection(...) for ...))
const start = performance.now();
const crowd = await Promise.all(
  Array.from({ length: 1000 }, () => net.tcp.connect(server.address)),
);
while (server.open < 1000) await pause(5);
const opening = net.inspect.duration(performance.now() - start);
console.log(`${server.open} connections are open after ${opening}`);

// %% Every one of them gets its answer
// A thousand waits run side by side. The handlers share the thread, so each one
// has to be quick between its awaits.
const asked = performance.now();
const answers = await Promise.all(crowd.map(async (conn) => {
  await conn.write("hello\n");
  return await conn.readLine({ timeout: 5000 });
}));
const all = net.inspect.duration(performance.now() - asked);
const good = answers.filter((line) => line?.endsWith(": HELLO")).length;
console.log(`${good} answers in ${all}`);

// %% What a server counts
// metrics() is a reading of the counters; a second one takes the first, and
// tells the rates between the two. At the prompt it is a card.
const before = server.metrics();
await crowd[0]!.write("once more\n");
console.log(await crowd[0]!.readLine());
const { accepted, open, failed, counts } = server.metrics(before);
console.log({ accepted, open, failed });
console.log("received:", counts.bytesReceived - before.counts.bytesReceived);
await Promise.all(crowd.map((conn) => conn.close()));

// %% A slow reader
// This server has 32 MiB for everybody. The client connects, and does not read.
// If the server took no notice, it would keep 32 MiB in memory for each such
// client. Here write() waits until the system has taken what it was given.
// Python: writer.write(data), and then await writer.drain(): never forget that
const MiB = 1024 * 1024;
await using source = await net.tcp.serve({}, async (conn) => {
  const piece = new Uint8Array(64 * 1024);
  for (let sent = 0; sent < 32 * MiB; sent += piece.length) {
    await conn.write(piece);
  }
});

// %% Back-pressure: the slow one makes only itself wait
// What lies between the two are the buffers of both sides. When they are full,
// the receiver's TCP window closes, and the sender's write() waits.
await using slow = await net.tcp.connect(source.address);
await pause(200);
const early = source.bytesSent;
await pause(100);
console.log("less than half has left:", early < 16 * MiB);
console.log("and it stands still:", source.bytesSent === early);
const rest = await slow.readAll();
console.log("once it reads, all comes:", net.inspect.bytes(rest.length));

// %% A limit for how many
// maxConnections is how many are served; backlog is how many may wait for their
// turn. Who comes after that is reset at once, instead of waiting for ever.
// Python: asyncio.Semaphore(2) around the handler; listen(backlog)
await using small = await net.tcp.serve(
  { maxConnections: 2, backlog: 3 },
  net.tcp.echo,
);
const guests: net.tcp.Connection[] = [];
for (let i = 0; i < 8; i++) {
  await net.tcp.connect(small.address)
    .then((conn) => guests.push(conn), () => undefined);
  await pause(5);
}
const { open: served, waiting, dropped } = small;
console.log({ served, waiting, dropped });
for (const guest of guests) guest.reset();

// %% A limit for how long, and for how much
// A client that says nothing holds a place; one that never ends its line wants
// memory. Both are cut off: by idleTimeout, and by max.
// Python: async with asyncio.timeout(0.1); StreamReader(limit=100)
await using strict = await net.tcp.serve(
  { idleTimeout: 100 },
  async (conn) => {
    for await (const line of conn.lines({ max: 100 })) {
      await conn.write(`${line}\n`);
    }
  },
);

// %% Both kinds of clients
// Neither brings the server down: what a handler throws is counted and kept,
// and its connection is closed. Others do not notice.
await using silent = await net.tcp.connect(strict.address);
await using endless = await net.tcp.connect(strict.address);
await endless.write("x".repeat(500));
for (const [name, conn] of Object.entries({ endless, silent })) {
  const end = await conn.read().catch((error) => error.code);
  console.log(`${name}: ${end ?? "closed"}`);
}
await pause(20);
for (const error of strict.errors) console.log((error as net.NetError).code);

// %% Told to stop
// A handler hears from its context's signal that the server closes: it says
// good-bye, and does not leave its client with half of an answer.
// Python: except asyncio.CancelledError, or an asyncio.Event of your own
const clock = await net.tcp.serve({}, async (conn, { signal }) => {
  for (let tick = 1; !signal.aborted; tick++) {
    await conn.write(`tick ${tick}\n`);
    await pause(20);
  }
  await conn.write("good-bye\n");
});

// %% A graceful end
// close() stops accepting, tells the handlers, and waits until they are done.
// drain is its patience, in milliseconds; who takes longer is reset.
// Programs do this on SIGTERM: Deno.addSignalListener("SIGTERM", …)
// Python: loop.add_signal_handler(SIGTERM, …); server.close()
await using watcher = await net.tcp.connect(clock.address);
console.log(await watcher.readLine());
const closing = clock.close({ drain: 1000 });
let last = "";
for await (const line of watcher.lines()) last = line;
await closing;
console.log(last);
console.log({ open: clock.open, failed: clock.failed });

// %% Nobody is waited for for ever
// This handler does not listen to anybody. After the drain its connection is
// reset, and the server is closed all the same.
// Try this: make it wait for { signal } too: conn.read({ signal }).
const deaf = await net.tcp.serve({}, async (conn) => {
  while (await conn.read() !== null);
});
await using patient = await net.tcp.connect(deaf.address);
while (deaf.open === 0) await pause(5);
await deaf.close({ drain: 50 });
await patient.read().catch((error) => console.log(error.code));

// %% Takeaways
// - An open connection costs memory; only one that speaks costs the processor.
// - Await every write: that is all there is to back-pressure, and it is a lot.
// - Limit everything that a client decides: how many, how long, how large.
// - An error belongs to its connection, and is counted; the server goes on.
// - To close is to stop accepting, to tell, to wait, and then to stop waiting.
