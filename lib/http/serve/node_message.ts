/**
 * The web's requests and answers on those of node:http.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { Endpoint } from "../../socket/endpoint.ts";
import { failure } from "../../socket/failure.ts";

/** Octets written at once, before waiting for the client to take them. */
const PIECE = 64 * 1024;
/** Steps within which the end of a body that is all there has been seen. */
const STEPS = 8;

/** Is told when a client is waited for, and when it has taken what was sent. */
export type OnWait = (waiting: boolean) => void;

/**
 * A request whose URL is the one that was asked for, not made tidy, and whose
 * signal costs nothing until it is asked for.
 */
class NodeRequest extends Request {
  readonly #url: string;
  readonly #gone: () => AbortSignal;
  #signal: AbortSignal | undefined;

  constructor(url: string, init: RequestInit, gone: () => AbortSignal) {
    super(url, init);
    this.#url = url;
    this.#gone = gone;
  }

  override get url(): string {
    return this.#url;
  }

  override get signal(): AbortSignal {
    return this.#signal ??= this.#gone();
  }
}

/**
 * Makes a request of the web.
 *
 * @param message What node:http has read.
 * @param response What its answer goes to.
 * @param scheme `"http"` or `"https"`.
 * @returns The request.
 * @throws {TypeError} If its method, host or a field is none.
 */
export function requestOf(
  message: IncomingMessage,
  response: ServerResponse,
  scheme: string,
): Request {
  const { method = "GET", url = "/", rawHeaders } = message;
  const fields: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    fields.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  }
  const target = url.startsWith("/") || url === "*"
    ? `${scheme}://${message.headers.host ?? "localhost"}${url}`
    : url;
  const { "content-length": length, "transfer-encoding": coding } =
    message.headers;
  const hasBody = method !== "GET" && method !== "HEAD" &&
    (coding !== undefined || (length !== undefined && length !== "0"));
  return new NodeRequest(
    target,
    {
      method,
      headers: fields,
      ...(hasBody && { body: bodyOf(message) }),
    },
    () => goneSignal(response),
  );
}

/** Aborts when the client leaves before its answer is out. */
function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const end = () => {
    if (!response.writableFinished) {
      controller.abort(new DOMException("the client has gone", "AbortError"));
    }
  };
  if (response.destroyed) end();
  else response.once("close", end);
  return controller.signal;
}

/** A body as it comes, no faster than it is read. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let open = true;
      const { remoteAddress = "", remotePort = 0 } = message.socket;
      const end = (error?: Error) => {
        if (!open) return;
        open = false;
        if (error === undefined) return controller.close();
        const peer = new Endpoint(remoteAddress, remotePort);
        controller.error(failure(error, "read a body from", peer));
      };
      message.on("data", (chunk: Uint8Array) => {
        if (!open) return;
        controller.enqueue(new Uint8Array(chunk));
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      });
      message.on("end", () => end());
      message.on("error", end);
      message.on(
        "close",
        () => end(Object.assign(new Error("aborted"), { code: "ECONNRESET" })),
      );
      message.pause();
    },
    pull: () => void message.resume(),
    // What nobody wants is left where it is; with the answer it goes its way.
    cancel: () => void message.removeAllListeners("data").pause(),
  });
}

/**
 * Sends an answer, as fast as the client takes it.
 *
 * @param response What it goes to.
 * @param answer The answer; its body is ended when the client goes.
 * @param onWait Is told of waits for the client.
 */
export async function sendAnswer(
  response: ServerResponse,
  answer: Response,
  onWait: OnWait,
): Promise<void> {
  const { status, headers } = answer;
  const fields: string[] = [];
  for (const [name, value] of headers) fields.push(name, value);
  const reader = answer.body?.getReader();
  if (reader === undefined || response.destroyed) {
    await reader?.cancel();
    response.writeHead(status, fields);
    response.end();
    return;
  }
  const leave = () => void reader.cancel().catch(() => {});
  response.once("close", leave);
  try {
    let chunk = await reader.read();
    if (!chunk.done) {
      let rest: ReadableStreamReadResult<Uint8Array> | undefined;
      const next = reader.read();
      next.then((found) => rest = found, () => {});
      for (let i = 0; i < STEPS && rest === undefined; i++) await undefined;
      if (rest?.done && !headers.has("content-length")) {
        fields.push("content-length", String(chunk.value.length));
      }
      response.writeHead(status, fields);
      await write(response, chunk.value, onWait);
      chunk = await next;
    } else {
      if (!headers.has("content-length")) fields.push("content-length", "0");
      response.writeHead(status, fields);
    }
    for (; !chunk.done; chunk = await reader.read()) {
      await write(response, chunk.value, onWait);
    }
    response.end();
  } catch {
    // Whether it was its source or its client that failed: it is not whole.
    response.destroy();
  } finally {
    response.off("close", leave);
  }
}

/** Writes piece by piece; resolves early if the client has gone. */
async function write(
  response: ServerResponse,
  octets: Uint8Array,
  onWait: OnWait,
): Promise<void> {
  for (let at = 0; at < octets.length; at += PIECE) {
    if (response.destroyed) return;
    const piece = octets.length <= PIECE
      ? octets
      : octets.subarray(at, at + PIECE);
    if (response.write(piece)) continue;
    onWait(true);
    await new Promise<void>((resolve) => {
      const over = () => {
        response.off("drain", over);
        response.off("close", over);
        resolve();
      };
      response.on("drain", over);
      response.on("close", over);
    });
    onWait(false);
  }
}
