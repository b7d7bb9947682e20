/**
 * Servers to be loaded, each in a process of its own that prints its port; run
 * as a child: `served.ts http|limited|https|https-limited|bare|ws`.
 *
 * @module
 */

import { serve } from "../../lib/http/serve/serve.ts";
import { echo, serve as serveWs } from "../../lib/ws/serve.ts";
import { SERVER_CERT, SERVER_KEY } from "../loopback/http_client_pki.ts";

/** A server in a process of its own. */
export interface Served extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts a program that prints its port and serves until it is ended.
 *
 * @returns The port, or `undefined` if the program prints none.
 */
export async function start(
  command: string,
  args: readonly string[],
): Promise<Served | undefined> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const port = parseInt(value ?? "");
  const stop = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await reader.cancel();
    await child.status;
  };
  if (Number.isNaN(port)) {
    await stop();
    return undefined;
  }
  return { port, [Symbol.asyncDispose]: stop };
}

/** Starts one of the servers below. */
export function startOurs(
  kind: "http" | "limited" | "https" | "https-limited" | "bare" | "ws",
): Promise<Served | undefined> {
  return start(Deno.execPath(), ["run", "-A", "-q", import.meta.url, kind]);
}

const device = (id: string) => ({
  id,
  name: `router ${id}`,
  address: "192.0.2.1",
  ports: [1, 2, 3, 4],
});

/** The same route in Python, for aiohttp. */
export const AIOHTTP = `
import asyncio, aiohttp.web as web

async def device(request):
    id = request.match_info["id"]
    return web.json_response({"id": id, "name": "router " + id, "address": "192.0.2.1", "ports": [1, 2, 3, 4]})

async def main():
    app = web.Application()
    app.router.add_get("/devices", device)
    app.router.add_get("/devices/{id}", device)
    app.router.add_get("/health", device)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()

asyncio.run(main())
`;

/** An echo in Python, for websockets. */
export const WEBSOCKETS = `
import asyncio, websockets

async def echo(ws):
    async for message in ws:
        await ws.send(message)

async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, compression=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()

asyncio.run(main())
`;

if (import.meta.main) {
  const [kind] = Deno.args;
  if (kind === "bare") {
    Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      onListen: ({ port }) => console.log(port),
    }, (_request) => Response.json(device("17")));
  } else if (kind !== "ws") {
    const tls = { cert: SERVER_CERT, key: SERVER_KEY };
    const server = await serve({
      tls: kind?.startsWith("https") ? tls : undefined,
      limits: kind?.endsWith("limited") ? { connections: 10_000 } : undefined,
    }, {
      "GET /devices": () => [],
      "GET /devices/:id": ({ params }) => device(params.id),
      "POST /devices": async ({ bytes }) => ({
        octets: (await bytes()).length,
      }),
      "GET /devices/:id/ports/:port": ({ params }) => params,
      "GET /health": () => "fine",
    });
    console.log(server.address.port);
  } else {
    const server = await serveWs({}, echo);
    console.log(server.address.port);
  }
}
