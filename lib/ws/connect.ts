/**
 * Opens a WebSocket to a server.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError, ParseError } from "../errors.ts";
import { type Elsewhere, noneElsewhere } from "../known_options.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";
import { decoded } from "../http/settings.ts";
import { accepted, OFFER } from "./deflate.ts";
import { acceptOf, hasWord, type Head, readHead } from "./handshake.ts";
import { checkNumbers } from "./numbers.ts";
import { Socket } from "./socket.ts";
import type { Deflate, SocketLimits } from "./facts.ts";

/** Options for {@linkcode connect}. */
export interface ConnectOptions extends DeadlineOptions, SocketLimits {
  /** How long the handshake may take, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Stops the attempt; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Subprotocols, the most wanted first; or one. */
  protocols?: string | readonly string[] | undefined;
  /**
   * Header fields to send besides the usual ones: cookies, `Authorization`; a
   * `Host` takes the place of the URL's.
   */
  headers?: HeadersInit | undefined;
  /** Whether to offer to deflate messages. @default {false} */
  compress?: boolean | undefined;
  /** Certificates to trust instead of the system's, as PEM, for `wss:`. */
  ca?: string | readonly string[] | undefined;
}

/**
 * Opens a WebSocket.
 *
 * @param url `"ws://host:port/path"`, or `wss:` over TLS.
 * @param options Subprotocols, header fields, limits, how long to wait.
 * @returns The open socket.
 * @throws {NetError} `"refused"`, `"timeout"`, `"not-found"`, `"tls"`;
 * `"rejected"` if the server answers with another status than 101; `"malformed"`
 * if its answer is none.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {ParseError} If the text is no such URL.
 * @throws {TypeError} If a header field or a subprotocol has a wrong form.
 * @see RFC 6455 §4.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ws.serve({ protocols: ["chat"] }, (socket) =>
 *   socket.send(`welcome to ${socket.protocol}`)
 * );
 * await using socket = await net.ws.connect(server.url, { protocols: ["chat"] });
 * assert.equal(await socket.receive(), "welcome to chat");
 * ```
 */
export async function connect(
  url: string | URL,
  options: ConnectOptions = {},
): Promise<Socket> {
  const { timeout = 10_000, signal, compress = false } = options;
  const protocols = [options.protocols ?? []].flat();
  const target = parseUrl(`${url}`);
  noneElsewhere(`connect to ${target}`, options, ELSEWHERE);
  checkNumbers(`connect to ${target}`, options);
  const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
  const request = writeRequest(target, key, protocols, compress, options);
  using deadline = new Deadline("connect to", `${target}`, { timeout, signal });
  deadline.signal.throwIfAborted();
  const { socket, endpoint } = await open(target, options.ca, deadline);
  try {
    socket.write(request);
    const head = await readHead(socket, endpoint, deadline);
    const deflate = await checkAnswer(head, key, target, protocols, compress);
    deadline.signal.throwIfAborted();
    return new Socket(socket, head.rest, {
      ...options,
      role: "client",
      protocol: head.fields.get("sec-websocket-protocol") ?? "",
      deflate,
      peer: `${target}`,
      remoteAddress: new Endpoint(
        socket.remoteAddress ?? endpoint.hostname,
        endpoint.port,
      ),
    });
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    throw error;
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  const scheme = url?.protocol.replace(/^http/, "ws");
  if (!url || (scheme !== "ws:" && scheme !== "wss:")) {
    throw new ParseError(
      "a URL of a WebSocket",
      text,
      0,
      "it does not begin with ws:// or wss:// and a host",
    );
  }
  if (url.hash !== "") {
    throw new ParseError(
      "a URL of a WebSocket",
      text,
      Math.max(0, text.indexOf("#")),
      "a fragment means nothing there (RFC 6455 §3)",
    );
  }
  url.protocol = scheme;
  return url;
}

/** What others call an option, and what it is here. */
const ELSEWHERE: Elsewhere = {
  additional_headers: "headers",
  extra_headers: "headers",
  header: "headers",
  max_size: "maxMessage",
  open_timeout: "timeout",
  ping_interval: "ping",
  protocol: "protocols",
  subprotocols: "protocols",
};

/** A token, as RFC 9110 §5.6.2 has it. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Fields that are ours to say. */
const OURS =
  /^(upgrade|connection|sec-websocket-(key|version|protocol|extensions))$/;

function writeRequest(
  url: URL,
  key: string,
  protocols: readonly string[],
  compress: boolean,
  { headers }: ConnectOptions,
): string {
  const bad = protocols.find((name) => !TOKEN.test(name));
  if (bad !== undefined || new Set(protocols).size < protocols.length) {
    throw new TypeError(
      `Cannot connect to ${url} as 'protocols' must be different names of letters, digits and signs: current value is ${
        JSON.stringify(protocols)
      }`,
    );
  }
  const own = new Headers(headers);
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${own.get("host") ?? url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
  ];
  if (protocols.length > 0) {
    lines.push(`Sec-WebSocket-Protocol: ${protocols.join(", ")}`);
  }
  if (compress) lines.push(`Sec-WebSocket-Extensions: ${OFFER}`);
  own.delete("host");
  if (url.username !== "" && !own.has("authorization")) {
    const words = [url.username, url.password].map(decoded).join(":");
    own.set(
      "authorization",
      `Basic ${new TextEncoder().encode(words).toBase64()}`,
    );
  }
  for (const [name, value] of own) {
    if (OURS.test(name)) {
      throw new TypeError(
        `Cannot connect to ${url} as 'headers' must be without the fields of the handshake: current value has ${name}`,
      );
    }
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

async function open(
  url: URL,
  ca: string | readonly string[] | undefined,
  deadline: Deadline,
): Promise<{ socket: NodeSocket; endpoint: Endpoint }> {
  const secure = url.protocol === "wss:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port || (secure ? 443 : 80));
  const endpoint = new Endpoint(host, port);
  const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  const socket = secure
    ? (await import("node:tls")).connect({
      host,
      port,
      ...name,
      ALPNProtocols: ["http/1.1"],
      ...(ca !== undefined && { ca: typeof ca === "string" ? ca : [...ca] }),
    })
    : (await import("node:net")).connect({ host, port });
  const connected = Promise.withResolvers<void>();
  socket.once("error", connected.reject);
  socket.once(secure ? "secureConnect" : "connect", connected.resolve);
  try {
    await deadline.race(connected.promise);
    socket.pause();
    return { socket, endpoint };
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    if (deadline.signal.aborted) throw deadline.signal.reason;
    const { message = "", code = "" } = error as {
      message?: string;
      code?: string;
    };
    if (secure && message.includes("InvalidContentType")) {
      throw new NetError(`TLS failed, it does not speak it: ${message}`, {
        code: "tls",
        op: "connect to",
        target: `${url}`,
        hint: "ws:// in place of wss://",
        cause: error,
      });
    }
    throw secure &&
        /certificate|TLS|SSL|handshake|UnknownIssuer/i.test(
          `${message} ${code}`,
        )
      ? new NetError(`TLS failed: ${message}`, {
        code: "tls",
        op: "connect to",
        target: `${url}`,
        hint: "{ ca } with the certificate of its authority",
        cause: error,
      })
      : failure(error, "connect to", endpoint);
  } finally {
    socket.off("error", connected.reject);
  }
}

async function checkAnswer(
  { start, fields }: Head,
  key: string,
  url: URL,
  protocols: readonly string[],
  compress: boolean,
): Promise<Deflate | undefined> {
  const fail = (reason: string, code: string): never => {
    throw new NetError(reason, { code, op: "connect to", target: `${url}` });
  };
  const [, status, phrase = ""] = /^HTTP\/1\.\d (\d{3}) ?(.*)$/.exec(start) ??
    fail("it does not speak HTTP", "malformed");
  if (status !== "101") {
    const where = fields.get("location");
    const more = where === undefined ? "" : `, to go to ${where}`;
    fail(`it answers ${status} ${phrase}`.trimEnd() + more, "rejected");
  }
  if (
    fields.get("sec-websocket-accept") !== await acceptOf(key) ||
    !hasWord(fields.get("upgrade"), "websocket") ||
    !hasWord(fields.get("connection"), "upgrade")
  ) fail("its answer is no handshake of WebSocket", "malformed");
  const protocol = fields.get("sec-websocket-protocol");
  if (protocol !== undefined && !protocols.includes(protocol)) {
    fail(
      `it took the subprotocol ${protocol}, which was not offered`,
      "malformed",
    );
  }
  const extensions = fields.get("sec-websocket-extensions");
  if (!compress && extensions) {
    fail(
      `it took the extension ${extensions}, which was not offered`,
      "malformed",
    );
  }
  try {
    return await accepted(extensions);
  } catch (error) {
    return fail(`it answered with ${(error as Error).message}`, "malformed");
  }
}
