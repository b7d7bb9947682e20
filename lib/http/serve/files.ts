/**
 * A folder's files, for the web.
 *
 * @module
 */

import { precondition, rangeStillHolds } from "./conditions.ts";
import type { Exchange } from "./exchange.ts";
import { mediaType } from "./media_types.ts";
import { HttpProblem } from "./problem.ts";
import { type ByteRange, parseRange } from "./ranges.ts";
import type { Route } from "./route.ts";
import { streaming } from "./streaming.ts";

/** Options for {@linkcode files}. */
export interface FilesOptions {
  /** The file that stands for its folder. @default {"index.html"} */
  index?: string | undefined;
  /** Whether names that begin with a dot are served. @default {false} */
  dotfiles?: boolean | undefined;
  /** The field `Cache-Control`. @default {"no-cache"} */
  cacheControl?: string | undefined;
}

/** Octets that are read at once, and up to which a file is not streamed. */
const CHUNK = 64 * 1024;

/**
 * Serves the files below a folder: with ranges, with conditions, and nothing
 * that lies outside, whatever the path or a symbolic link says.
 *
 * @param folder Where they are.
 * @param options Which of them, and how.
 * @returns A route for a key that ends in `/*`.
 * @throws {TypeError} If there is no `*` in its key, at the first request.
 * @see RFC 9110 §13 (conditions), §14 (ranges)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using server = await net.http.serve({}, {
 *   "GET /*": net.http.files("public"),
 * });
 * ```
 */
export function files(
  folder: string | URL,
  options: FilesOptions = {},
): Route {
  const {
    index = "index.html",
    dotfiles = false,
    cacheControl = "no-cache",
  } = options;
  return {
    spec: { summary: "A file", hidden: true },
    handler: async (exchange: Exchange<string, unknown, unknown>) => {
      const rest = exchange.params["*"];
      if (rest === undefined) {
        throw new TypeError(
          'Cannot serve files as the route\'s key must end in /*: current value has no "*"',
        );
      }
      const segments = rest.split("/");
      if (segments.some((segment) => isBarred(segment, dotfiles))) {
        throw notThere(exchange);
      }
      const found = await locate(folder, rest, index, exchange);
      if (found instanceof Response) return found;
      return await send(exchange, found, cacheControl);
    },
  };
}

/** Names that lead elsewhere, or that are not for others. */
function isBarred(segment: string, dotfiles: boolean): boolean {
  return segment === ".." || segment === "." || /[\0\\]/.test(segment) ||
    (!dotfiles && segment.startsWith("."));
}

function notThere(exchange: Exchange<string, unknown, unknown>): HttpProblem {
  return new HttpProblem(404, `there is nothing at ${exchange.path}`);
}

/** The true path of a file, or where else to look. */
async function locate(
  folder: string | URL,
  rest: string,
  index: string,
  exchange: Exchange<string, unknown, unknown>,
): Promise<string | Response> {
  try {
    const root = await Deno.realPath(folder);
    let path = await Deno.realPath(`${root}/${rest}`);
    if (!isBelow(path, root)) throw notThere(exchange);
    if ((await Deno.stat(path)).isDirectory) {
      if (rest !== "" && !rest.endsWith("/")) {
        // Otherwise the page's own links would be taken from the wrong place.
        const name = encodeURIComponent(rest.split("/").at(-1)!);
        return new Response(null, {
          status: 308,
          headers: { location: `./${name}/${exchange.url.search}` },
        });
      }
      path = await Deno.realPath(`${path}/${index}`);
      if (!isBelow(path, root)) throw notThere(exchange);
    } else if (rest.endsWith("/")) throw notThere(exchange);
    return path;
  } catch (error) {
    throw isAbsent(error) ? notThere(exchange) : error;
  }
}

function isBelow(path: string, root: string): boolean {
  return path === root ||
    path.startsWith(root.endsWith("/") ? root : `${root}/`);
}

/** What is not there, and what this program may not read, look the same. */
function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    /ENAMETOOLONG|os error 36|os error 40/.test(String(error));
}

async function send(
  exchange: Exchange<string, unknown, unknown>,
  path: string,
  cacheControl: string,
): Promise<Response> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    throw isAbsent(error) ? notThere(exchange) : error;
  }
  let handedOver = false;
  try {
    const { size, mtime, isFile } = await file.stat();
    if (!isFile) throw notThere(exchange);
    const modified = mtime ?? undefined;
    const etag = modified &&
      `"${size.toString(36)}-${modified.getTime().toString(36)}"`;
    const headers = new Headers({
      "accept-ranges": "bytes",
      "cache-control": cacheControl,
      "x-content-type-options": "nosniff",
    });
    if (etag !== undefined) headers.set("etag", etag);
    if (modified) headers.set("last-modified", modified.toUTCString());
    const { request } = exchange;
    const status = precondition(request, { etag, modified });
    if (status === 304) return new Response(null, { status, headers });
    if (status === 412) throw new HttpProblem(412, "the file has changed");
    const type = mediaType(path);
    const field = request.method === "GET"
      ? request.headers.get("range")
      : null;
    const ranges = field !== null &&
        rangeStillHolds(request.headers.get("if-range"), { etag, modified })
      ? parseRange(field, size)
      : undefined;
    if (ranges?.length === 0) {
      throw new HttpProblem(416, `the file has ${size} octets`, {
        headers: { "content-range": `bytes */${size}` },
      });
    }
    if (request.method === "HEAD") {
      headers.set("content-type", type);
      headers.set("content-length", String(size));
      return new Response(null, { headers });
    }
    const parts = plan(ranges, size, type, headers);
    const length = parts.reduce((sum, part) => sum + lengthOf(part), 0);
    headers.set("content-length", String(length));
    const answer = { status: ranges === undefined ? 200 : 206, headers };
    if (length <= CHUNK) {
      return new Response(await collect(file, parts, length), answer);
    }
    handedOver = true;
    return streaming(
      new OpenFile(file, parts),
      (body) => new Response(body, answer),
    );
  } finally {
    if (!handedOver) file.close();
  }
}

/** A text between parts, or a part of the file. */
type Part = Uint8Array | ByteRange;

function lengthOf(part: Part): number {
  return part instanceof Uint8Array ? part.length : part.end - part.start;
}

/** What goes out, in its order; the fields are set to it. */
function plan(
  ranges: readonly ByteRange[] | undefined,
  size: number,
  type: string,
  headers: Headers,
): Part[] {
  const of = ({ start, end }: ByteRange) => `bytes ${start}-${end - 1}/${size}`;
  if (ranges === undefined || ranges.length === 1) {
    headers.set("content-type", type);
    const [range = { start: 0, end: size }] = ranges ?? [];
    if (ranges !== undefined) headers.set("content-range", of(range));
    return [range];
  }
  const boundary = crypto.randomUUID();
  headers.set("content-type", `multipart/byteranges; boundary=${boundary}`);
  const text = (text: string) => new TextEncoder().encode(text);
  return [
    ...ranges.flatMap((range) => [
      text(
        `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${
          of(range)
        }\r\n\r\n`,
      ),
      range,
    ]),
    text(`\r\n--${boundary}--\r\n`),
  ];
}

/** Reads parts one after the other, no more than a chunk at once. */
async function* read(
  file: Deno.FsFile,
  parts: readonly Part[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      yield part as Uint8Array<ArrayBuffer>;
      continue;
    }
    await file.seek(part.start, Deno.SeekMode.Start);
    for (let left = part.end - part.start; left > 0;) {
      const chunk = new Uint8Array(Math.min(CHUNK, left));
      const n = await file.read(chunk);
      // The length has been told: a shorter body must not look whole.
      if (n === null) throw new Error("the file was cut while it was sent");
      yield chunk.subarray(0, n);
      left -= n;
    }
  }
}

async function collect(
  file: Deno.FsFile,
  parts: readonly Part[],
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of read(file, parts)) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
}

/** Parts of a file as they are read; the file is closed however that ends. */
class OpenFile implements AsyncIterableIterator<Uint8Array> {
  readonly #file: Deno.FsFile;
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #reading: Promise<unknown> | undefined;
  #isOpen = true;

  constructor(file: Deno.FsFile, parts: readonly Part[]) {
    this.#file = file;
    this.#chunks = read(file, parts);
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const reading = this.#chunks.next();
      this.#reading = reading;
      const result = await reading;
      if (result.done) this.#close();
      return result;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    // A generator that was never begun would run no `finally` of its own.
    await this.#reading?.catch(() => {});
    this.#close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}
