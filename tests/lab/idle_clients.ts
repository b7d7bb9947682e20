/**
 * Many clients that do nothing, run as a child so that the server's process has
 * descriptors to itself: `idle_clients.ts port count`.
 *
 * Every second one asks once, over HTTP, and is answered before it falls idle.
 * Prints a line when all are there, and goes when its input ends.
 *
 * @module
 */

const [port, count] = Deno.args.map(Number) as [number, number];
const GET = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
const answer = new Uint8Array(4096);
const conns: Deno.TcpConn[] = [];

async function open(): Promise<void> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  if (conns.push(conn) % 2 === 0) return;
  await conn.write(GET);
  if (await conn.read(answer) === null) throw new Error("no answer");
}

// A listener's queue is finite.
while (conns.length < count) {
  const more = Math.min(200, count - conns.length);
  await Promise.all(Array.from({ length: more }, open));
}
console.log(conns.length);
await Deno.stdin.read(answer);
Deno.exit(0);
