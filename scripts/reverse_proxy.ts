#!/usr/bin/env -S deno run --allow-net --unstable-no-legacy-abort
/**
 * One HTTP server in front of several: passes requests on by their paths, and
 * WebSockets with them.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: reverse_proxy.ts PATH=URL… [--port N] [--listen ADDRESS]
                        [--timeout SECONDS] [--trust NETWORK] [--keep-host]
                        [--compress] [--drain SECONDS] [--quiet]
  PATH=URL           what is below PATH is asked of URL; the longest PATH counts:
                     /=http://10.0.0.5:8080 passes /a on as /a, and
                     /api=http://10.0.0.6/v2 passes /api/a on as /v2/a
  --port N           where to listen; 0 takes a free one  (8080 if not said)
  --listen ADDRESS   on which address  (127.0.0.1, this machine alone)
  --timeout SECONDS  how long to wait for the head of an answer  (60 if not said)
  --trust NETWORK    proxies in front, whose word on the client is passed on; may
                     be said more than once
  --keep-host        passes on the Host that the client named, WebSockets aside
  --compress         compresses for clients who can read it
  --drain SECONDS    how long requests may go on at the end  (5 if not said)
  --quiet            say nothing of single requests
SIGINT and SIGTERM end it, and print the table of paths.`;

/** Fields that are for one connection alone. @see RFC 9110 §7.6.1 */
const HOP_BY_HOP = [
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer"],
  ...["transfer-encoding", "upgrade"],
  ...["proxy-authenticate", "proxy-authorization"],
];

/** Octets of a WebSocket's message, and those that may wait for a slow side. */
const MESSAGE = 16 * 1024 * 1024;

/** A server behind, and what it is asked for. */
interface Upstream {
  /** The path, without a slash at its end: `""` is everything. */
  readonly prefix: string;
  /** Scheme, host and port, and the path that takes the place of the prefix. */
  readonly url: URL;
  readonly base: string;
}

interface Settings {
  readonly upstreams: readonly Upstream[];
  readonly timeout: number;
  readonly trusted: net.ip.AddressSet;
  readonly keepHost: boolean;
  readonly quiet: boolean;
}

function upstreamOf(text: string): Upstream {
  const [, path, rest = ""] = /^(\/[^=?#:*]*)=(.*)$/.exec(text) ?? [];
  const url = URL.parse(rest);
  if (path === undefined || !/^https?:$/.test(url?.protocol ?? "")) {
    throw new TypeError(
      `An upstream must be PATH=URL, as in /api=http://10.0.0.5: ` +
        `current value is ${text}`,
    );
  }
  const prefix = path.replace(/\/+$/, "");
  const own = /^\w+:\/\/[^/]+\//.test(rest);
  const base = own ? url!.pathname.replace(/\/+$/, "") : prefix;
  return { prefix, url: url!, base };
}

/** Reads what was typed; where it makes no sense, the program ends. */
function typed() {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const options = {
      port: { type: "string", default: "8080" },
      listen: { type: "string", default: "127.0.0.1" },
      timeout: { type: "string", default: "60" },
      trust: { type: "string", multiple: true, default: [] as string[] },
      "keep-host": { type: "boolean", default: false },
      compress: { type: "boolean", default: false },
      drain: { type: "string", default: "5" },
      quiet: { type: "boolean", default: false },
    } as const;
    const { positionals, values } = parseArgs({
      args: Deno.args,
      options,
      allowPositionals: true,
    });
    if (positionals.length === 0) throw new TypeError("A PATH=URL is needed");
    const number = (name: "port" | "timeout" | "drain", most: number) => {
      const value = Number(values[name] || NaN);
      if (value >= 0 && value <= most) return value;
      throw new RangeError(
        `--${name} must be 0 to ${most}: current value is ${values[name]}`,
      );
    };
    const settings: Settings = {
      upstreams: positionals.map(upstreamOf),
      timeout: number("timeout", 3600) * 1000,
      trusted: net.ip.set(values.trust),
      keepHost: values["keep-host"],
      quiet: values.quiet,
    };
    const { listen: hostname, compress: compression } = values;
    const port = Math.trunc(number("port", 65_535));
    const drain = number("drain", 3600) * 1000;
    return { settings, hostname, port, compression, drain };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

/** The fields that go all the way. */
function endToEnd(fields: Headers): Headers {
  const kept = new Headers(fields);
  const named = fields.get("connection")?.match(/[\w!#$%&'*+.^`|~-]+/g) ?? [];
  for (const name of [...HOP_BY_HOP, ...named]) kept.delete(name);
  return kept;
}

/** Which URL is asked for, in the place of the one in the request. */
function targetOf({ prefix, url, base }: Upstream, asked: URL): URL {
  // The dots are gone from this path: it may lie elsewhere than it seemed.
  const rest = asked.pathname.slice(prefix.length);
  if (!asked.pathname.startsWith(prefix) || !/^(\/|$)/.test(rest)) {
    throw new net.http.HttpProblem(400, "the path leads out of its place");
  }
  const target = new URL(url);
  target.pathname = base + rest;
  target.search = asked.search;
  return target;
}

/** The runtime has an empty stream where there is no body. */
function hasBody({ method, headers }: Request): boolean {
  const length = headers.get("content-length");
  return length !== null
    ? length !== "0"
    : headers.has("transfer-encoding") || /^P/.test(method);
}

/** One proxy, by its name in `Via`, and the connections that it keeps. */
class Proxy {
  readonly #settings: Settings;
  readonly #session = net.http.client({ cookies: false });
  readonly #name = `netrepl-${crypto.randomUUID().slice(0, 8)}`;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get routes(): Record<`* /${string}`, net.http.Handler> {
    return Object.fromEntries(
      this.#settings.upstreams.flatMap((upstream) => {
        const handler: net.http.Handler = (exchange) =>
          this.#told(exchange, upstream);
        const { prefix } = upstream;
        const all = [`* ${prefix}/*`, handler];
        return prefix === "" ? [all] : [all, [`* ${prefix}`, handler]];
      }),
    );
  }

  close(): void {
    this.#session.close();
  }

  /** Passes a request on, and says so. */
  async #told(
    exchange: net.http.Exchange,
    upstream: Upstream,
  ): Promise<Response> {
    const { remoteAddress, method, path } = exchange;
    const start = performance.now();
    let status = 500;
    try {
      const response = await this.#pass(exchange, upstream);
      ({ status } = response);
      return response;
    } catch (error) {
      if (error instanceof net.http.HttpProblem) ({ status } = error);
      throw error;
    } finally {
      const time = net.inspect.duration(performance.now() - start);
      const words = `${remoteAddress} ${method} ${path}: ${status}, ${time}`;
      if (!this.#settings.quiet) console.log(words);
    }
  }

  async #pass(
    exchange: net.http.Exchange,
    upstream: Upstream,
  ): Promise<Response> {
    const { request, method } = exchange;
    if (method === "TRACE" || method === "CONNECT") {
      throw new net.http.HttpProblem(501, `${method} is not passed on`);
    }
    const target = targetOf(upstream, exchange.url);
    const headers = this.#headers(exchange);
    const { signal } = request;
    try {
      if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        const { timeout } = this.#settings;
        return await tunnel(exchange, target, headers, { timeout, signal });
      }
      // What the runtime would undo could not be passed on as it was.
      headers.set("accept-encoding", "identity");
      const stream = await this.#session.stream(target, {
        ...{ method, headers, signal, redirect: "manual" },
        body: hasBody(request) ? request.body ?? undefined : undefined,
        timeout: this.#settings.timeout,
      });
      return this.#answer(stream, upstream, target);
    } catch (cause) {
      if (signal.aborted) {
        throw new net.http.HttpProblem(499, "the client has gone", { cause });
      }
      if (!(cause instanceof net.NetError)) throw cause;
      const status = cause.code === "timeout" ? 504 : 502;
      const detail = `the server for ${upstream.prefix}/ fails: ${cause.code}`;
      throw new net.http.HttpProblem(status, detail, { cause });
    }
  }

  /** What is passed on of a request's fields, and who it is passed on for. */
  #headers({ headers, remoteAddress, url }: net.http.Exchange): Headers {
    const passed = endToEnd(headers);
    const client = net.ip.parse(remoteAddress.hostname);
    const isTrusted = this.#settings.trusted.contains(client);
    const before = (name: string) => isTrusted ? headers.get(name) : null;
    const after = (name: string, value: string) => {
      const earlier = before(name);
      passed.set(name, earlier === null ? value : `${earlier}, ${value}`);
    };
    const node = client.family === 6 ? `"[${client}]"` : `${client}`;
    const scheme = url.protocol.slice(0, -1);
    after("forwarded", `for=${node};host="${url.host}";proto=${scheme}`);
    after("x-forwarded-for", `${client}`);
    passed.set("x-forwarded-host", before("x-forwarded-host") ?? url.host);
    passed.set("x-forwarded-proto", before("x-forwarded-proto") ?? scheme);
    const via = headers.get("via");
    if (via?.includes(this.#name)) {
      throw new net.http.HttpProblem(508, "the request came here before");
    }
    passed.set("via", `${via === null ? "" : `${via}, `}1.1 ${this.#name}`);
    if (!this.#settings.keepHost) passed.delete("host");
    return passed;
  }

  #answer(
    stream: net.http.HttpStream,
    { prefix, url, base }: Upstream,
    target: URL,
  ): Response {
    const { status } = stream;
    if (status > 599) {
      void stream.close();
      const detail = `the server for ${prefix}/ answers ${status}`;
      throw new net.http.HttpProblem(502, detail);
    }
    const headers = endToEnd(stream.headers);
    headers.append("via", `1.1 ${this.#name}`);
    const location = headers.get("location");
    const to = location === null ? null : URL.parse(location, target);
    // Of the server behind, the client knows neither name nor paths.
    if (to?.origin === url.origin && to.pathname.startsWith(base)) {
      const path = to.pathname.slice(base.length);
      headers.set("location", `${prefix}${path}${to.search}${to.hash}`);
    }
    const isEmpty = [204, 205, 304].includes(status) ||
      stream.method === "HEAD" || headers.get("content-length") === "0";
    if (isEmpty) {
      void stream.close();
      return new Response(null, { status, headers });
    }
    return net.http.reply(stream.readable, { status, headers });
  }
}

/** Joins a client's WebSocket to one of the server behind. */
async function tunnel(
  { request }: net.http.Exchange,
  target: URL,
  headers: Headers,
  deadline: { timeout: number; signal: AbortSignal },
): Promise<Response> {
  const offered = headers.get("sec-websocket-protocol");
  for (const [name] of [...headers]) {
    if (/^(host$|sec-websocket-)/.test(name)) headers.delete(name);
  }
  const protocols = offered?.split(",").map((name) => name.trim());
  const limits = { maxMessage: MESSAGE, highWater: MESSAGE };
  const options = { ...deadline, ...limits, headers, protocols };
  const behind = await net.ws.connect(target, options);
  const { protocol } = behind;
  const { socket: front, response } = Deno.upgradeWebSocket(
    request,
    protocol === "" ? {} : { protocol },
  );
  front.binaryType = "arraybuffer";
  front.onmessage = ({ data }) => {
    // The runtime has no way to tell this client to wait.
    if (behind.bufferedAmount > MESSAGE) return front.close(1008, "too fast");
    behind.send(typeof data === "string" ? data : new Uint8Array(data))
      .catch(() => {});
  };
  front.onclose = ({ code, reason }) =>
    code === 1006
      ? behind.abort()
      : void behind.close(code === 1005 ? 1000 : code, reason);
  front.onopen = async () => {
    try {
      for await (const message of behind) {
        front.send(message as string | Uint8Array<ArrayBuffer>);
        while (front.bufferedAmount > MESSAGE) await pause(10);
      }
    } catch {
      // How it ended is told below.
    }
    const { code, reason } = await behind.closed;
    if (code === 1005) front.close();
    // 1006 says that nothing was said; 1014 not every client knows.
    else front.close([1006, 1014].includes(code) ? 1011 : code, reason);
  };
  return response;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function main(): Promise<void> {
  const { settings, hostname, port, compression, drain } = typed();
  const proxy = new Proxy(settings);
  const server = await net.http.serve({
    ...{ hostname, port, compression },
    onError: (error) => {
      // A problem is on the line of its request; why, only the cause knows.
      const isProblem = error instanceof net.http.HttpProblem;
      const { cause } = isProblem ? error : { cause: error };
      if (cause instanceof net.NetError) console.error(cause.message);
      else if (cause !== undefined) console.error(cause);
    },
  }, proxy.routes);
  console.log(`Reverse proxy on ${server.url}`);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, end);
  }
  await ended;
  await server.close({ drain });
  proxy.close();
  console.log(server);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
// The signals and the open connections would keep the program waiting.
Deno.exit();
