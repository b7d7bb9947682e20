/**
 * The usual engine: the runtime's own server, HTTP/1.1 and HTTP/2.
 *
 * @module
 */

import { Endpoint } from "../../socket/endpoint.ts";
import { failure } from "../../socket/failure.ts";
import type { Answerer, Engine, EngineOptions } from "./engine.ts";

/**
 * Starts it.
 *
 * @param options Where to listen.
 * @param answer What every request is handed to.
 * @returns The engine, which listens already.
 * @throws {NetError} `"in-use"` or `"not-local"`.
 */
export function startRuntimeEngine(
  { local, wanted, tls, compression }: EngineOptions,
  answer: Answerer,
): Engine {
  const controller = new AbortController();
  let running: Deno.HttpServer<Deno.NetAddr>;
  try {
    running = Deno.serve({
      hostname: local.hostname,
      port: local.port,
      signal: controller.signal,
      automaticCompression: compression,
      // Unless told, the runtime prints where it listens.
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
      ...tls,
    }, answer);
  } catch (error) {
    throw failure(error, "listen on", wanted);
  }
  return {
    address: new Endpoint(running.addr.hostname, running.addr.port),
    connections: undefined,
    shutdown: () => running.shutdown(),
    // What was told to end in peace can no longer be told to drop all.
    giveUp: () => running.unref(),
    abort: () => controller.abort(),
    finished: running.finished,
  };
}
