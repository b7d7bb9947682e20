#!/usr/bin/env -S deno run --allow-net=127.0.0.1 --allow-read --allow-ffi
// ---
// chapter: 20
// title: Many clients at once
// goal: Serve clients one by one, side by side and on threads, and know which of them waits for what.
// needs: loopback
// minutes: 25
// ---
import * as net from "netrepl";

// %% A server whose answers take time
// Most servers wait: for a disk, a database, another server. This one takes
// 20 ms for a line, and the processor has nothing to do meanwhile.
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function greet(conn: net.tcp.Connection): Promise<void> {
  for await (const name of conn.lines({ max: 100 })) {
    await pause(20);
    await conn.write(`Hello, ${name}!\n`);
  }
}

// %% Ten clients, who all come at the same time
// Each connects, asks, reads the answer and goes. What counts is when the last
// of them has its answer.
async function ask(address: net.tcp.EndpointLike, name: string) {
  await using conn = await net.tcp.connect(address);
  await conn.write(`${name}\n`);
  return await conn.readLine({ timeout: 5000 });
}

async function tenAsk(address: net.tcp.EndpointLike): Promise<number> {
  const start = performance.now();
  const names = Array.from({ length: 10 }, (_, i) => `client ${i}`);
  await Promise.all(names.map((name) => ask(address, name)));
  return performance.now() - start;
}

// %% One at a time
// While one client is served, the others wait in the queue of the listener:
// they are connected, but nobody reads what they say. Ten times 20 ms.
// Python: with socketserver.TCPServer(address, Handler) as server:
//             server.serve_forever()
await using sequential = await net.tcp.serve({ maxConnections: 1 }, greet);
const oneByOne = await tenAsk(sequential.address);
console.log(`one by one: all served in ${net.inspect.duration(oneByOne)}`);
console.log(`at least 10 × 20 milliseconds: ${oneByOne >= 200}`);

// %% All side by side, on one thread
// An await is where a handler lets go of the thread, and another one goes on.
// Ten waits overlap, so that all together take little more than one.
// Python: socketserver.ThreadingTCPServer, a thread each; or asyncio
await using concurrent = await net.tcp.serve({}, greet);
const sideBySide = await tenAsk(concurrent.address);
console.log(`side by side: all served in ${net.inspect.duration(sideBySide)}`);
console.log(`less than half of the time: ${sideBySide < oneByOne / 2}`);

// %% What handlers share, and where it breaks
// Handlers on one thread use the same variables. Between two awaits nobody
// else runs; across an await everybody may. The first counter reads before its
// await and writes after it, and so loses what others counted in between.
// Python: with threading.Lock(), as a thread may be stopped anywhere
let [lost, right] = [0, 0];
await using counter = await net.tcp.serve({}, async (conn) => {
  const before = lost;
  await conn.readLine();
  lost = before + 1;
  right++;
  await conn.write("counted\n");
});
await tenAsk(counter.address);
console.log(`the careful one: ${right}; the other lost some: ${lost < 10}`);

// %% Work that keeps the processor busy
// A handler that computes has no await: it holds up its thread, and with it
// every other client. "count" takes 200 ms of pure work here, "ping" nothing.
async function work(conn: net.tcp.Connection): Promise<void> {
  for await (const line of conn.lines({ max: 100 })) {
    const end = performance.now() + (line === "count" ? 200 : 0);
    while (performance.now() < end);
    await conn.write(`${line} done\n`);
  }
}

// %% Who gets an answer while somebody counts?
// One client makes the server compute; 20 others only say "ping", 10 ms later.
// We look at when the first of their answers comes.
async function firstPing(address: net.tcp.EndpointLike): Promise<number> {
  await using busy = await net.tcp.connect(address);
  const start = performance.now();
  await busy.write("count\n");
  await pause(10);
  const pings = Array.from({ length: 20 }, async () => {
    await ask(address, "ping");
    return performance.now() - start;
  });
  return Math.min(...await Promise.all(pings));
}

// %% On one thread: nobody
await using oneThread = await net.tcp.serve({}, work);
const late = await firstPing(oneThread.address);
console.log(`first answer after ${net.inspect.duration(late)}`);
console.log(`only when the counting was over: ${late >= 200}`);

// %% On two threads: whoever is on another one
// Each thread has a listener of its own on the same port, and the kernel deals
// the clients out (SO_REUSEPORT). A thread shares no variables with us: the
// handler uses nothing but what it is given. Its program is read from a file,
// so that --allow-read is needed.
// Python: threads share one interpreter lock, so work goes to processes:
// socketserver.ForkingTCPServer, or a ProcessPoolExecutor
await using threads = await net.tcp.serveThreads({ threads: 2 }, work);
const soon = await firstPing(threads.address);
console.log(`first answer after ${net.inspect.duration(soon)}`);
console.log(`while the counting went on: ${soon < 200}`);

// %% A pool of threads
// With maxConnections: 1 a thread serves one client at a time, as the worker
// threads in the books do; who comes fourth waits for a thread to be free.
// Counters of threads reach us up to 50 ms late.
// Python: ThreadPoolExecutor(max_workers=3).submit(handle, conn)
await using pool = await net.tcp.serveThreads(
  { threads: 3, maxConnections: 1 },
  work,
);
await tenAsk(pool.address);
await pause(100);
console.log(pool.threads, "threads have served", pool.accepted, "clients");

// %% Without promises
// serveSync() is a loop around epoll on a thread of its own: octets in, octets
// out. It suits servers that only compute an answer, and never wait; it calls
// the system itself, so that --allow-ffi is needed.
// Python: selectors.DefaultSelector, and a loop around select()
await using shout = await net.tcp.serveSync(
  {},
  (octets) => octets.map((o) => o >= 97 && o <= 122 ? o - 32 : o),
);
console.log(await ask(shout.address, "what was that?"));

// %% All of them, for two hundred short visits
// Where nobody waits and nobody computes, every way is quick, and most of the
// time goes into connecting. Choose by what your handlers do.
// Try this: console.log(await net.tcp.compareServers()), for a real load, sent
// from a thread of its own. Which way has the most answers a second?
await using plain = await net.tcp.serve({ maxConnections: 1 }, work);
const ways = { plain, oneThread, threads, pool, shout };
for (const [name, { address }] of Object.entries(ways)) {
  const start = performance.now();
  for (let i = 0; i < 10; i++) {
    const visits = Array.from({ length: 20 }, () => ask(address, "ping"));
    await Promise.all(visits);
  }
  const each = (performance.now() - start) / 200;
  console.log(`${name}: ${net.inspect.duration(each)} for a visit`);
}

// %% Takeaways
// - One at a time is the simplest, and as slow as all its clients together.
// - Side by side on one thread is enough for servers that wait: most of them.
// - Work for the processor belongs on threads (in Python: in processes).
// - On one thread, an await is the place where what you know may change.
// - Threads that share nothing need no locks; what they tell comes in messages.
