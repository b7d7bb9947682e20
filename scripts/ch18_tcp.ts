#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 18
// title: A TCP client and its server
// goal: Write both ends of a TCP connection, cut its stream into lines, and know what closes, refuses and times out.
// needs: loopback
// minutes: 20
// ---
import * as net from "netrepl";

// %% A server that sends everything back
// Port 0 lets the system pick a free port. One handler runs for every client,
// all at the same time, and its connection is closed when it ends.
// Python: socket.socket(), bind, listen, and a loop around accept
await using server = await net.tcp.serve({ port: 0 }, net.tcp.echo);
console.log(server);

// %% A client: connect, send, receive
// The three-way handshake is over when connect() resolves. write() resolves
// when the system has taken the octets, not when the other side has read them.
// Python: socket.create_connection(address), sendall, recv
await using client = await net.tcp.connect(server.address);
await client.write("Hello, TCP!");
const hello = await client.readExactly(11);
console.log(new TextDecoder().decode(hello));
console.log(client);

// %% TCP keeps the order of octets, not the borders of writes
// Three writes may arrive as one chunk, or one write as three. Who needs
// messages has to mark where they end: by length, or by a line end.
for (const part of ["one li", "ne\r\nand ", "another\n"]) {
  await client.write(part);
}
console.log(await client.readLine());
console.log(await client.readLine());

// %% A protocol of our own, by lines
// lines() takes care of chunks, of LF and CR LF, and of a line without end.
// Python: for line in self.rfile, in a StreamRequestHandler
await using adder = await net.tcp.serve({}, async (conn) => {
  let sum = 0;
  for await (const line of conn.lines({ max: 100 })) {
    sum += Number(line);
    await conn.write(`${sum}\n`);
  }
  await conn.write(`total ${sum}\n`);
});

// %% Half-close: I am done, but I listen
// closeWrite() ends our half (a FIN goes out). The server's loop then ends, and
// its last words still reach us on the other half.
// Python: sock.shutdown(socket.SHUT_WR)
await using sums = await net.tcp.connect(adder.address);
await sums.write("1\n2\n39\n");
await sums.closeWrite();
console.log(sums.state);
for await (const line of sums.lines()) console.log(line);
console.log(sums.state);

// %% Refused: the host is there, the port is not
// The other system answered, with a reset: nothing listens on port 1. Errors
// have a code for programs, and a hint for people.
// Python: except ConnectionRefusedError
try {
  await net.tcp.connect("127.0.0.1:1");
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.code);
  console.log(error.message);
}

// %% Timed out: nobody says anything
// Echo has nothing to send back, so this read would wait for ever. A wait that
// ends early takes nothing: what comes later is still there to read.
// Python: sock.settimeout(0.05)
try {
  await client.read({ timeout: 50 });
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.message);
}

// %% Two hundred clients at once
// Handlers run side by side on one thread: each one waits for its own client
// only. Chapter 20 compares this with threads.
// Try this: give the server { maxConnections: 10 } and watch the time grow.
async function ask(i: number): Promise<boolean> {
  await using conn = await net.tcp.connect(server.address);
  await conn.write(`client ${i}\n`);
  return await conn.readLine() === `client ${i}`;
}
const start = performance.now();
const answers = await Promise.all(
  Array.from({ length: 200 }, (_, i) => ask(i)),
);
const right = answers.filter(Boolean).length;
const took = net.inspect.duration(performance.now() - start);
console.log(`${right} right answers in ${took}`);

// %% Close, and let them finish
// close() takes no new clients, and gives running handlers five seconds before
// their connections are reset. Python: server.shutdown(), server.server_close()
await client.close();
await server.close();
console.log(server);

// %% Takeaways
// - TCP is two streams of octets, one each way; each can be closed alone.
// - Messages need a frame: a length, or a line end with a limit.
// - "Refused" is an answer; a timeout is none. They have different causes.
// - Every wait takes a timeout and a signal, and every resource is closed: by
//   `await using`, or by close().
