/**
 * echo: our own server that sends back what it gets (RFC 862).
 *
 * @module
 */

import type { EchoOptions } from "../daemon.ts";
import { onAnyAddress } from "./own_sockets.ts";
import type { Own } from "./plan.ts";

/** Our own echo server. */
export const echo: Own<EchoOptions> = {
  serve: ({ port, protocols }) => {
    const sockets = protocols.map((protocol) =>
      onAnyAddress((hostname) =>
        protocol === "tcp"
          ? echoConnections(Deno.listen({ hostname, port }))
          : echoDatagrams(Deno.listenDatagram({
            transport: "udp",
            hostname,
            port,
          }))
      )
    );
    return {
      [Symbol.asyncDispose]: () => {
        for (const socket of sockets) socket.close();
        return Promise.resolve();
      },
    };
  },
};

function echoConnections(listener: Deno.Listener): Deno.Listener {
  const run = async () => {
    for await (const { readable, writable } of listener) {
      // Whoever goes in the middle has heard enough.
      readable.pipeTo(writable).catch(() => {});
    }
  };
  run();
  return listener;
}

function echoDatagrams(socket: Deno.DatagramConn): Deno.DatagramConn {
  const run = async () => {
    for await (const [data, from] of socket) {
      // An answer that cannot be sent is one that was lost.
      await socket.send(data, from).catch(() => {});
    }
  };
  run();
  return socket;
}
