/**
 * Opening ways of connections through SSH.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { type Endpoint, endpoint } from "../../socket/endpoint.ts";
import { bindable } from "../../socket/local.ts";
import { dialTcp } from "../dial.ts";
import { listenOn } from "../listening.ts";
import type { Client } from "../ssh2.ts";
import type { ForwardOptions, ListenAt } from "./forward_options.ts";
import { Forwarding } from "./forwarding.ts";
import {
  NO_AUTHENTICATION,
  readGreeting,
  readRequest,
  REPLY,
  SocksRefusal,
  writeReply,
} from "./socks.ts";

/** What a connection lends to its forwardings. */
export interface ForwardingBase {
  /** The protocol's connection. */
  readonly client: Client;
  /** What it is called, for errors. */
  readonly name: string;
  /** Opens a connection from the other machine. */
  dial(hostname: string, port: number, signal: AbortSignal): Promise<Duplex>;
}

function place(at: ListenAt): Endpoint {
  return endpoint(typeof at === "number" ? { port: at } : at);
}

/** Listens here, and hands over what connects. */
async function listenHere(
  at: ListenAt,
  take: (socket: Duplex) => void,
): Promise<{ from: string; stop: () => Promise<void> }> {
  const wanted = place(at);
  using deadline = new Deadline("listen on", `${wanted}`);
  const local = await bindable("listen on", wanted, deadline);
  const { createServer } = await import("node:net");
  const server = createServer({ allowHalfOpen: true, noDelay: true }, take);
  return {
    from: `${await listenOn(server, local, wanted)}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What a client hears when its connection does not come about. */
const REPLIES: Readonly<Record<string, number>> = {
  prohibited: REPLY.notAllowed,
  unreachable: REPLY.refused,
};

/** The most octets of a client that has not said where it wants to go. */
const MOST_SOCKS = 600;

/** Talks with a client of the proxy, and opens what it asks for. */
async function talkSocks(
  client: Duplex,
  dial: (hostname: string, port: number) => Promise<Duplex>,
): Promise<Duplex> {
  let octets = new Uint8Array();
  // What came behind the request belongs to the connection.
  const next = <T extends { used: number }>(
    read: (octets: Uint8Array) => T | undefined,
  ): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      try {
        const found = read(octets);
        if (found === undefined) {
          if (octets.length > MOST_SOCKS) throw new Error("it says too much");
          return;
        }
        octets = octets.subarray(found.used);
        resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    const take = (chunk: Uint8Array) => {
      const both = new Uint8Array(octets.length + chunk.length);
      both.set(octets);
      both.set(chunk, octets.length);
      octets = both;
      look();
    };
    const end = () => reject(new Error("it ended before it said where to"));
    client.on("data", take).once("close", end).once("end", end);
    // What was paused once stays so by itself.
    client.resume();
    look();
    return promise.finally(() => {
      client.pause();
      client.off("data", take).off("close", end).off("end", end);
    });
  };
  try {
    const { methods } = await next(readGreeting);
    if (!methods.includes(NO_AUTHENTICATION)) {
      client.end(Uint8Array.of(5, 0xff));
      throw new Error("it takes no connection without a password");
    }
    client.write(Uint8Array.of(5, NO_AUTHENTICATION));
    const { hostname, port } = await next(readRequest);
    const far = await dial(hostname, port);
    client.write(writeReply(REPLY.succeeded));
    if (octets.length > 0) client.unshift(octets);
    return far;
  } catch (error) {
    if (error instanceof SocksRefusal) {
      client.write(writeReply(error.reply));
    } else if (error instanceof NetError && error.code !== "malformed") {
      client.write(writeReply(REPLIES[error.code] ?? REPLY.failed));
    }
    throw error;
  }
}

/**
 * Opens a way.
 *
 * @param base The connection that it goes through.
 * @param options Which way.
 * @returns The way, which is open until it is closed or the connection ends.
 * @throws {NetError} `"in-use"` if something else listens there; `"prohibited"`
 * if the other machine does not let it.
 * @throws {TypeError} If it is not one of the three ways.
 */
export async function openForwarding(
  base: ForwardingBase,
  options: ForwardOptions,
): Promise<Forwarding> {
  const ways = ["local", "remote", "dynamic"].filter((way) =>
    Object.hasOwn(options ?? {}, way)
  );
  if (ways.length !== 1) {
    throw new TypeError(
      `Cannot forward as 'options' must have one of local, remote and dynamic: current value is ${
        JSON.stringify(options)
      }`,
    );
  }
  const forwarding: Forwarding = "remote" in options
    ? await listenThere(base, options.remote, endpoint(options.to))
    : await openHere(base, options);
  base.client.once("close", () => void forwarding.close());
  return forwarding;
}

async function openHere(
  base: ForwardingBase,
  options: Exclude<ForwardOptions, { readonly remote: ListenAt }>,
): Promise<Forwarding> {
  let forwarding: Forwarding;
  if ("dynamic" in options) {
    const { from, stop } = await listenHere(
      options.dynamic,
      (near) =>
        forwarding.join(
          near,
          (signal) =>
            talkSocks(near, (hostname, port) =>
              base.dial(hostname, port, signal)),
        ),
    );
    return forwarding = new Forwarding({
      kind: "dynamic",
      from,
      to: undefined,
      stop,
    });
  }
  const to = endpoint(options.to);
  const { from, stop } = await listenHere(
    options.local,
    (near) =>
      forwarding.join(
        near,
        (signal) => base.dial(to.hostname, to.port, signal),
      ),
  );
  return forwarding = new Forwarding({
    kind: "local",
    from,
    to: `${to}`,
    stop,
  });
}

async function listenThere(
  { client, name }: ForwardingBase,
  at: ListenAt,
  to: Endpoint,
): Promise<Forwarding> {
  const { hostname, port: wanted } = place(at);
  const port = await new Promise<number>((resolve, reject) =>
    client.forwardIn(hostname, wanted, (error, port) => {
      if (!error) return resolve(wanted === 0 ? port : wanted);
      reject(
        new NetError("the other machine does not let it", {
          code: "prohibited",
          op: `listen on ${place(at)} of`,
          target: name,
          hint:
            "see whether the port is free there, and AllowTcpForwarding and PermitListen in its sshd_config",
          cause: error,
        }),
      );
    })
  );
  const take = (info: { destPort: number }, accept: () => Duplex) => {
    if (info.destPort !== port) return;
    forwarding.join(
      accept(),
      (signal) => dialTcp(to.hostname, to.port, { halfOpen: true }, signal),
    );
  };
  client.on("tcp connection", take);
  const forwarding = new Forwarding({
    kind: "remote",
    from: `${endpoint({ hostname, port })}`,
    to: `${to}`,
    stop: () =>
      new Promise((resolve) => {
        client.off("tcp connection", take);
        const gone = () => resolve();
        client.once("close", gone);
        try {
          client.unforwardIn(hostname, port, () => {
            client.off("close", gone);
            resolve();
          });
        } catch {
          // The connection is no more, and what listened there with it.
          resolve();
        }
      }),
  });
  return forwarding;
}
