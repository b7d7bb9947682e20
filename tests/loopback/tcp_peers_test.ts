/** Our sockets against Python's, each as client and as server. */
import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import * as udp from "../../lib/socket/udp.ts";
import { testUnless } from "../skip.ts";
import { NO_PYTHON } from "./conditions.ts";
import { text } from "./pair.ts";

/** Starts Python on a program; its first line out says that it is ready. */
function python(program: string, ...args: (string | number)[]) {
  const child = new Deno.Command("python3", {
    args: ["-c", program, ...args.map(String)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  let rest = "";
  return {
    async readLine(): Promise<string> {
      while (!rest.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`Python said only ${JSON.stringify(rest)}`);
        rest += value;
      }
      const [line = "", ...others] = rest.split("\n");
      rest = others.join("\n");
      return line;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill();
      } catch {
        // It has ended by itself.
      }
      await reader.cancel();
      await child.status;
    },
  };
}

const ASYNCIO_CLIENTS = `
import asyncio, sys
async def one(port, i):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in ("client ", str(i), "\\r\\n", "x" * 100_000, "\\n"):
        writer.write(part.encode())
        await writer.drain()
    writer.write_eof()
    got = await reader.read()
    writer.close()
    await writer.wait_closed()
    return got == f"client {i}:{100_000}".encode()
async def main(port, count):
    print(sum(await asyncio.gather(*(one(port, i) for i in range(count)))), flush=True)
asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
`;

testUnless(
  NO_PYTHON,
  "100 asyncio clients get their answers from our server",
  async () => {
    await using server = await tcp.serve({}, async (conn) => {
      const name = await conn.readLine();
      const line = await conn.readLine({ max: 200_000 });
      assert.equal(await conn.readLine(), null, "Python closed its half");
      await conn.write(`${name}:${line?.length}`);
    });
    await using clients = python(ASYNCIO_CLIENTS, server.address.port, 100);
    assert.equal(await clients.readLine(), "100");
    assert.deepEqual(server.errors, []);
  },
);

const SOCKETSERVER = `
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.strip().upper() + b"\\r\\n")
        self.wfile.write(b"bye, without an end")
class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128
with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
`;

testUnless(
  NO_PYTHON,
  "our client speaks with a threading socketserver, lines and half-close",
  async () => {
    await using server = python(SOCKETSERVER);
    const port = Number(await server.readLine());
    await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      await using client = await tcp.connect({ port });
      await client.write(`first of ${i}\nsec`);
      assert.equal(await client.readLine({ timeout: 10_000 }), `FIRST OF ${i}`);
      await client.write("ond\n");
      await client.closeWrite();
      assert.deepEqual(
        await Array.fromAsync(client.lines({ timeout: 10_000 })),
        [
          "SECOND",
          "bye, without an end",
        ],
      );
    }));
  },
);

const RUDE_SERVER = `
import socket, struct
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    conn, _ = listener.accept()
    conn.recv(1)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()
`;

testUnless(
  NO_PYTHON,
  "a reset by Python's SO_LINGER arrives as a reset",
  async () => {
    await using server = python(RUDE_SERVER);
    const port = Number(await server.readLine());
    await using client = await tcp.connect({ port });
    await client.write("x");
    await assert.rejects(client.read({ timeout: 10_000 }), { code: "reset" });
  },
);

const RUDE_CLIENT = `
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as conn:
    try:
        while conn.recv(65536): pass
        print("end", flush=True)
    except ConnectionResetError:
        print("reset", flush=True)
`;

testUnless(
  NO_PYTHON,
  "our reset arrives at Python as a reset, our close as an end",
  async () => {
    await using server = await tcp.serve({}, (conn) => {
      if (server.accepted === 1) conn.reset();
    });
    for (const outcome of ["reset", "end"]) {
      await using client = python(RUDE_CLIENT, server.address.port);
      assert.equal(await client.readLine(), outcome);
    }
  },
);

const UDP_PEER = `
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.bind(("127.0.0.1", 0))
    print(sock.getsockname()[1], flush=True)
    while True:
        data, sender = sock.recvfrom(65536)
        sock.sendto(data[::-1], sender)
`;

testUnless(
  NO_PYTHON,
  "datagrams go to Python and back, the empty and the largest too",
  async () => {
    await using peer = python(UDP_PEER);
    const port = Number(await peer.readLine());
    await using socket = await udp.open();
    for (const length of [0, 1, 1472, 65_507]) {
      const data = crypto.getRandomValues(
        new Uint8Array(Math.min(length, 65_507)),
      );
      await socket.send(data, { port });
      const answer = await socket.receive({ timeout: 10_000 });
      assert.deepEqual(answer.data, data.toReversed());
      assert.equal(answer.from.port, port);
    }
    await socket.send("abc", `127.0.0.1:${port}`);
    assert.equal(text((await socket.receive({ timeout: 10_000 })).data), "cba");
  },
);
