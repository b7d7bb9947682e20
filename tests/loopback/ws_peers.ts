/**
 * Python's websockets as a peer, client and server.
 *
 * @module
 */

/** Which Python has the module `websockets`. */
export const WEBSOCKETS: string | undefined = find();

/** Why there is no such peer, or nothing. */
export const NO_WEBSOCKETS: string | undefined = WEBSOCKETS === undefined
  ? "no python3 with websockets: apt-get install python3-websockets, and --allow-run=python3,/usr/bin/python3"
  : undefined;

function find(): string | undefined {
  for (const command of ["/usr/bin/python3", "python3"]) {
    try {
      const { success } = new Deno.Command(command, {
        args: ["-c", "import websockets"],
        stdout: "null",
        stderr: "null",
      }).outputSync();
      if (success) return command;
    } catch {
      // Not there, or not allowed.
    }
  }
  return undefined;
}

/** An echo server that prints its port, and closes with 4001 when told "bye". */
export const SERVER = `
import asyncio, sys, websockets

async def handler(ws):
    await ws.send("subprotocol %s, token %s" % (ws.subprotocol, ws.request_headers.get("X-Token")))
    async for message in ws:
        if message == "bye":
            await ws.close(4001, "as you say")
        else:
            await ws.send(message)

async def main():
    async with websockets.serve(handler, "127.0.0.1", 0, subprotocols=["chat"], max_size=2**22) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
`;

/** A client that tries much against an echo server of ours, and prints "fine". */
export const CLIENT = `
import asyncio, os, sys, websockets

async def main(url):
    for compression in (None, "deflate"):
        async with websockets.connect(url, subprotocols=["x", "chat"], compression=compression, max_size=2**22) as ws:
            assert ws.subprotocol == "chat", ws.subprotocol
            names = [type(e).__name__ for e in ws.extensions]
            assert names == ([] if compression is None else ["PerMessageDeflate"]), names
            for message in ["", "grüß dich ☃", b"", b"\\x00\\xff", "x" * 125, "x" * 126, "x" * 65535, "x" * 65536, os.urandom(1000000), "y" * 1000000]:
                await ws.send(message)
                assert await ws.recv() == message
            await ws.send(["in ", "three ", "parts"])
            assert await ws.recv() == "in three parts"
            await asyncio.wait_for(await ws.ping(), 5)
        assert ws.close_code == 1000, ws.close_code
    async with websockets.connect(url, subprotocols=["chat"], max_size=2**22) as ws:
        await ws.send("z" * 2000000)
        try:
            await ws.recv()
        except websockets.ConnectionClosed as e:
            assert e.rcvd.code == 1009, e.rcvd
        else:
            raise AssertionError("a message above the limit came back")
    print("fine")

asyncio.run(main(sys.argv[1]))
`;
