/**
 * An echo server of ours beside asyncio's streams, under 10, 1,000 and 10,000
 * connections that each keep one request of 64 octets on its way: `net.tcp.echo`,
 * the tier over epoll, Go where it is installed (a goroutine for each), and as the
 * floors the runtime's node:net bare, and C's epoll where there is a compiler.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import type { LoadResult } from "./echo_load.ts";

const SIZE = 64;
/** Connections, and for how many seconds: bounded, as the machine has other work. */
const LOADS = [[10, 2], [1000, 2], [10_000, 3]] as const;
const WARM = 0.7;
const ROUNDS = 3;

const OURS = `
import { echo, serve } from "${new URL(
  "../../lib/socket/tcp.ts",
  import.meta.url,
)}";
const { address } = await serve({}, echo);
console.log([address.port, Deno.pid].join(" "));
`;

const BARE = `
import { createServer } from "node:net";
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on("data", (chunk) => socket.write(chunk));
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () =>
  console.log([server.address().port, Deno.pid].join(" ")));
`;

const EPOLL = `
import { serveSync } from "${new URL(
  "../../lib/socket/tcp.ts",
  import.meta.url,
)}";
const { address } = await serveSync({}, (octets) => octets);
console.log([address.port, Deno.pid].join(" "));
`;

const ASYNCIO = `
import asyncio, os
async def handle(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], os.getpid(), flush=True)
    await server.serve_forever()
asyncio.run(main())
`;

/** One goroutine a connection, on as many processors as there are. */
const GO = `
package main

import (
	"fmt"
	"net"
	"os"
)

func echo(connection net.Conn) {
	defer connection.Close()
	octets := make([]byte, 4096)
	for {
		n, err := connection.Read(octets)
		if err != nil {
			return
		}
		if _, err = connection.Write(octets[:n]); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port, os.Getpid())
	for {
		connection, err := listener.Accept()
		if err == nil {
			go echo(connection)
		}
	}
}
`;

/** The same three calls as the tier over epoll, from C: what the kernel allows. */
const C = `
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t length = sizeof at;
  bind(listener, (struct sockaddr *)&at, length);
  listen(listener, 4096);
  getsockname(listener, (struct sockaddr *)&at, &length);
  printf("%d %d\\n", ntohs(at.sin_port), getpid());
  fflush(stdout);
  int epoll = epoll_create1(0);
  struct epoll_event event = { .events = EPOLLIN, .data.fd = listener }, events[512];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  static char octets[65536];
  for (;;) {
    int n = epoll_wait(epoll, events, 512, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd, one = 1;
      if (fd == listener) {
        while ((fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event.data.fd = fd;
          epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        }
      } else {
        int got = recv(fd, octets, sizeof octets, 0);
        if (got <= 0) close(fd);
        else send(fd, octets, got, MSG_NOSIGNAL);
      }
    }
  }
}
`;

const config = new URL("../../deno.json", import.meta.url).pathname;
const load = new URL("echo_load.ts", import.meta.url).pathname;
/**
 * What V8 sets aside for new objects is a matter of the process, and not of its
 * connections: here 16 or 32 MiB, by a hair. So it is held at the lower of them.
 * That has to be said at the start: `setFlagsFromString` of node:v8 comes too late.
 */
const NURSERY = "--v8-flags=--max-semi-space-size=16";
/**
 * The load works on one processor alone: helpers that V8 would start for it take
 * time slices of the server's, and what they delay looks like the server's delay.
 */
const ALONE = "--v8-flags=--single-threaded";
const deno = (program: string): [string, string[], string] => [
  Deno.execPath(),
  ["run", "-A", NURSERY, "--config", config, "--ext=ts", "-"],
  program,
];

const SERVERS: Readonly<Record<string, [string, string[], string]>> = {
  "net.tcp": deno(OURS),
  "net.tcp.serveSync": deno(EPOLL),
  "node:net, bare": deno(BARE),
  asyncio: ["/usr/bin/python3", ["-"], ASYNCIO],
};

/** Compiles a server into a folder; undefined without its compiler. */
async function compiled(
  folder: string,
  source: string,
  name: string,
  compiler: string,
  ...words: string[]
): Promise<[string, string[], string] | undefined> {
  const program = `${folder}/${name.replace(".", "_")}`;
  await Deno.writeTextFile(`${folder}/${name}`, source);
  try {
    const { success, stderr } = await new Deno.Command(compiler, {
      args: [...words, "-o", program, `${folder}/${name}`],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return [program, [], ""];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function measure(
  [command, args, program]: [string, string[], string],
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const server = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  try {
    const input = server.stdin.getWriter();
    await input.write(new TextEncoder().encode(program));
    await input.close();
    const reader = server.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let line = "";
    while (!line.endsWith("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the server only said ${JSON.stringify(line)}`);
      line += value;
    }
    const [port = "", pid = ""] = line.trim().split(" ");
    const numbers = [connections, SIZE, WARM, seconds].map(String);
    const { stdout, stderr, success } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["run", "-A", ALONE, "--config", config, load, port, pid]
          .concat(numbers),
      },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await reader.cancel();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    server.kill();
    await server.status;
  }
}

/** The median by requests a second of a few runs, the servers in turn. */
async function rounds(
  servers: typeof SERVERS,
  connections: number,
  seconds: number,
): Promise<Map<string, LoadResult>> {
  const runs = new Map<string, LoadResult[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, server] of Object.entries(servers)) {
      const result = await measure(server, connections, seconds);
      runs.set(name, [...runs.get(name) ?? [], result]);
    }
  }
  return new Map(
    Array.from(runs, ([name, results]) => [
      name,
      results.sort((a, b) => a.perSecond - b.perSecond)[ROUNDS >> 1]!,
    ]),
  );
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const rows = [];
  const folder = await Deno.makeTempDir();
  const go = await compiled(folder, GO, "echo.go", "go", "build");
  const c = await compiled(folder, C, "echo.c", "gcc", "-O2");
  const servers = {
    ...SERVERS,
    ...go && { Go: go },
    ...c && { "C over epoll, the floor": c },
  };
  for (const [connections, seconds] of LOADS) {
    const results = await rounds(servers, connections, seconds);
    const peer = results.get("asyncio")!;
    for (
      const [server, { perSecond, p50, p99, memory, ...work }] of results
    ) {
      rows.push({
        connections: inspect.count(connections),
        server,
        "requests/s": inspect.count(Math.round(perSecond)),
        x: (perSecond / peer.perSecond).toFixed(2),
        p50: inspect.duration(p50),
        p99: inspect.duration(p99),
        "memory each": inspect.bytes(Math.round(memory)),
        "processor, an answer": inspect.duration(work.server),
        "the load's": inspect.duration(work.load),
      });
    }
  }
  await Deno.remove(folder, { recursive: true });
  console.log(inspect.table(rows, {
    title:
      "Echo of 64 B; goals beside asyncio: 1.0 times at 10, 1.2 at 1,000 and 10,000, at most 8 KiB each; over epoll 1.4 times Go at 1,000",
    canvas: inspect.canvas({ width: 130 }),
  }));
}

if (import.meta.main) await bench();
