/**
 * Asking one server one question.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { checkArguments } from "./arguments.ts";
import { Answer } from "./answer.ts";
import { askByUdp } from "./datagrams.ts";
import { askByHttps } from "./https.ts";
import type { Message } from "./message.ts";
import {
  isCookie,
  type QuestionOptions,
  Request,
  speaksEdns,
} from "./request.ts";
import {
  located,
  serverEndpoint,
  type ServerLike,
  type Transport,
} from "./server.ts";
import { openTcp, openTls, type TlsOptions } from "./streams.ts";

export type {
  DeadlineOptions,
  QuestionOptions,
  ServerLike,
  TlsOptions,
  Transport,
};

/** Options for {@linkcode query}. */
export interface QueryOptions extends DeadlineOptions, QuestionOptions {
  /** How the question travels. @default {"udp"; "https" for a URL} */
  transport?: Transport | undefined;
  /** The longest wait for the answer, all attempts together, in milliseconds. @default {5000} */
  timeout?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How often to send it by UDP, each time after a longer wait. @default {3} */
  attempts?: number | undefined;
  /** Whether to ask by TCP for an answer that UDP had to cut. @default {true} */
  fallback?: boolean | undefined;
  /** Whom a server of DoT or DoH must prove to be. */
  tls?: TlsOptions | undefined;
}

/** What one way of asking came to. */
interface Told {
  readonly message: Message;
  readonly request: Request;
  readonly server: Endpoint;
  readonly transport: Transport;
  readonly attempts: number;
}

/** FORMERR, NOTIMP and BADCOOKIE. */
const [FORMERR, NOTIMP, BADCOOKIE] = [1, 4, 23];

/**
 * Asks a server, and gives what it answers, whatever that is.
 *
 * Each question has a random id and, by UDP, a random port; what comes from
 * elsewhere, or answers another question, is left aside and counted.
 *
 * @param server Its address or name: `"9.9.9.9"`, `"[::1]:5353"`; for DoH also
 * `"https://dns.example/dns-query"`.
 * @param name What to ask about.
 * @param type Which records to ask for. @default {"A"}
 * @param options How to ask, and for how long.
 * @returns The answer, at the prompt as dig prints it.
 * @throws {NetError} `"timeout"`; `"refused"`, which by UDP is known only with
 * `--allow-ffi`; `"reset"` and `"closed"` over TCP; `"tls"`, `"http"`, `"malformed"`, `"not-found"`, `"unreachable"`.
 * @throws {AuthError} If a server's certificate is not to be trusted.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If the name or the type is none.
 * @throws {RangeError} If a number is out of range, or the name too long.
 * @see RFC 1035 §4.2, RFC 5452 §9, RFC 6891, RFC 7766, RFC 7858, RFC 8484
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, async (datagram, socket) => {
 *   const { id, questions } = net.dns.decode(datagram.data);
 *   const answers = [{ name: "www.example", type: "A", ttl: 60, data: "192.0.2.1" }] as const;
 *   await socket.send(net.dns.encode({ id, qr: 1, questions, answers }), datagram.from);
 * });
 * const { answers } = await net.dns.query(server.address, "www.example");
 * assert.equal(`${net.dns.ofType(answers, "A")[0]?.data}`, "192.0.2.1");
 * ```
 */
export async function query(
  server: ServerLike,
  name: string,
  type: string | number = "A",
  options: QueryOptions = {},
): Promise<Answer> {
  checkArguments("query(server, name, type, options)", name, type, options);
  const url = urlOf(server, options.transport);
  const { transport = url === undefined ? "udp" : "https" } = options;
  const { timeout = 5000, signal, attempts = 3 } = options;
  if (!["udp", "tcp", "tls", "https"].includes(transport)) {
    throw new TypeError(
      `Cannot ask as 'transport' must be "udp", "tcp", "tls" or "https": current value is ${transport}`,
    );
  }
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 16)) {
    throw new RangeError(
      `Cannot ask as 'attempts' must be an integer from 1 to 16: current value is ${attempts}`,
    );
  }
  const peer = url === undefined
    ? serverEndpoint(server, transport)
    : new Endpoint(
      url.hostname.replace(/^\[(.*)\]$/, "$1"),
      Number(url.port || 443),
    );
  let request = new Request(name, type, options, url ? 0 : undefined);
  const start = performance.now();
  using deadline = new Deadline("ask", `${peer}`, { timeout, signal });
  try {
    const ask = (next: Request): Promise<Told> => {
      request = next;
      return url !== undefined
        ? byHttps(url, peer, next, options, deadline)
        : transport === "udp"
        ? byUdp(peer, next, { ...options, attempts, timeout }, deadline)
        : byStream(peer, transport, next, options, deadline);
    };
    const told = await again(await ask(request), name, type, options, ask);
    const { message } = told;
    return new Answer({
      question: told.request.question,
      message,
      server: told.server,
      transport: told.transport,
      elapsed: performance.now() - start,
      attempts: told.attempts,
      ignored: told.request.ignored,
      when: new Date(),
    });
  } catch (error) {
    throw explained(error, request, peer, timeout);
  }
}

function urlOf(server: ServerLike, transport?: Transport): URL | undefined {
  if (typeof server === "string" && server.startsWith("https://")) {
    const url = URL.parse(server);
    if (url !== null) return url;
  }
  if (transport !== "https") return undefined;
  return new URL(`https://${serverEndpoint(server, "https")}/dns-query`);
}

async function byUdp(
  server: Endpoint,
  request: Request,
  options: QueryOptions & { attempts: number; timeout: number },
  deadline: Deadline,
): Promise<Told> {
  const peer = await located(server, deadline);
  const { message, attempts } = await askByUdp(
    peer,
    request,
    options,
    deadline,
  );
  if (message.truncated && options.fallback !== false) {
    const told = await byStream(peer, "tcp", request, options, deadline);
    return { ...told, attempts: attempts + 1 };
  }
  return { message, request, server: peer, transport: "udp", attempts };
}

async function byStream(
  server: Endpoint,
  transport: "tcp" | "tls" | "udp" | "https",
  request: Request,
  { tls = {} }: QueryOptions,
  deadline: Deadline,
): Promise<Told> {
  const peer = await located(server, deadline);
  using stream = transport === "tcp"
    ? await openTcp(peer, deadline)
    : await openTls(peer, { serverName: server.hostname, ...tls }, deadline);
  await stream.send(request.octets);
  for (;;) {
    // Nothing else should come this way, but there is no reason to believe it.
    const message = request.accept(await stream.receive());
    if (message !== undefined) {
      return { message, request, server: peer, transport, attempts: 1 };
    }
    if (request.ignored > STRAY) {
      throw new NetError(`it sends other answers only${request.complaint}`, {
        code: "malformed",
        op: "ask",
        target: `${peer}`,
        cause: request.trouble,
      });
    }
  }
}

/** Messages over TCP that may be no answer. */
const STRAY = 100;

async function byHttps(
  url: URL,
  server: Endpoint,
  request: Request,
  { tls = {} }: QueryOptions,
  deadline: Deadline,
): Promise<Told> {
  const octets = await askByHttps(url, request.octets, tls, deadline);
  const message = request.accept(octets);
  if (message === undefined) {
    throw new NetError(
      `it sent what is no answer to the question${request.complaint}`,
      {
        code: "malformed",
        op: "ask",
        target: `${url}`,
        cause: request.trouble,
      },
    );
  }
  return { message, request, server, transport: "https", attempts: 1 };
}

/** Asks once more where the server says how it would have been right. */
async function again(
  told: Told,
  name: string,
  type: string | number,
  options: QueryOptions,
  ask: (request: Request) => Promise<Told>,
): Promise<Told> {
  const { message: { rcode, opt }, request, attempts } = told;
  const id = told.transport === "https" ? 0 : undefined;
  let next: Request | undefined;
  if (rcode === BADCOOKIE && request.cookie !== undefined) {
    const { client, server } = opt?.options.find(isCookie) ?? {};
    if (client !== undefined && server?.length) {
      const cookie = Uint8Array.from([...client, ...server]);
      next = new Request(name, type, { ...options, cookie }, id);
    }
  }
  // A server from before EDNS; who asked for EDNS by name wants to see that.
  const isOld = (rcode === FORMERR || rcode === NOTIMP) && opt === undefined;
  if (isOld && options.edns === undefined && speaksOnlyByDefault(options)) {
    next = new Request(name, type, { ...options, edns: false }, id);
  }
  if (next === undefined) return told;
  const second = await ask(next);
  return { ...second, attempts: attempts + second.attempts };
}

function speaksOnlyByDefault(options: QueryOptions): boolean {
  return !speaksEdns({ ...options, edns: false });
}

/** Says of what ended without an answer what came instead. */
function explained(
  error: unknown,
  { ignored, trouble, complaint }: Request,
  server: Endpoint,
  timeout: number,
): unknown {
  const code = error instanceof NetError ? error.code : "";
  if (ignored === 0 || (code !== "timeout" && code !== "closed")) return error;
  const came = ignored === 1
    ? "one message that was none"
    : `${ignored} messages that were none`;
  const why = code === "timeout"
    ? `no answer within ${timeout} ms, but ${came}`
    : `it closed the connection after ${came}`;
  return new NetError(`${why}${complaint}`, {
    code,
    op: "ask",
    target: `${server}`,
    cause: trouble ?? error,
  });
}
