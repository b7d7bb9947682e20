/**
 * Files over HTTP that need not start again from the beginning.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { bytes, duration, rate } from "../inspect/units.ts";
import { parseHttpDate } from "./fields.ts";
import { withFile } from "../file_failure.ts";
import type { Progress } from "./payload.ts";
import { HttpStatusError } from "./response.ts";
import type { GetOptions } from "./settings.ts";
import type { HttpStream } from "./stream.ts";

/** Options for `download` of a session. */
export interface DownloadOptions extends GetOptions {
  /** Go on where an earlier try was cut off, if the server's copy is the same. @default {true} */
  resume?: boolean | undefined;
  /** How often to go on by itself when the connection breaks. @default {3} */
  attempts?: number | undefined;
  /** Called as octets come. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What {@linkcode Download} is made of. */
export interface DownloadInit {
  /** The file. */
  readonly path: string;
  /** Where it came from, after redirections. */
  readonly url: string;
  /** Its octets. */
  readonly size: number;
  /** How many were there already. */
  readonly resumedAt: number;
  /** How often the connection broke on the way. */
  readonly breaks: number;
  /** From the call to the last octet, in milliseconds. */
  readonly elapsed: number;
}

/**
 * A file that has been fetched; `download` of a session gives it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const done = new net.http.Download({
 *   path: "image.bin",
 *   url: "http://host.example/image.bin",
 *   size: 2048,
 *   resumedAt: 1024,
 *   breaks: 0,
 *   elapsed: 2,
 * });
 * assert.equal(done.size - done.resumedAt, 1024);
 * ```
 */
export class Download {
  /** The file. */
  readonly path: string;
  /** Where it came from, after redirections. */
  readonly url: string;
  /** Its octets. */
  readonly size: number;
  /** How many were there already, from an earlier try. */
  readonly resumedAt: number;
  /** How often the connection broke on the way. */
  readonly breaks: number;
  /** From the call to the last octet, in milliseconds. */
  readonly elapsed: number;

  /**
   * Takes the facts; `download` of a session makes them.
   *
   * @param parts The facts.
   */
  constructor(parts: DownloadInit) {
    this.path = parts.path;
    this.url = parts.url;
    this.size = parts.size;
    this.resumedAt = parts.resumedAt;
    this.breaks = parts.breaks;
    this.elapsed = parts.elapsed;
  }

  /** Everything, plain. */
  toJSON(): DownloadInit {
    return { ...this };
  }

  /** The file, its size and how fast it came. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const fresh = this.size - this.resumedAt;
    return card(`Download ${this.path}`, [
      ["from", this.url],
      ["size", bytes(this.size)],
      ...(this.resumedAt > 0
        ? [["resumed at", bytes(this.resumedAt)] as const]
        : []),
      ...(this.breaks > 0 ? [["breaks", `${this.breaks}`] as const] : []),
      ["time", duration(this.elapsed)],
      ["rate", rate(fresh * 8 / (this.elapsed / 1000))],
    ], canvas({ colors: options?.colors }));
  }
}

/** What is known of a file that is not whole yet; it stands beside it. */
interface Note {
  readonly validator: string;
}

/** Breaks that another try may mend. */
const MENDABLE = ["closed", "reset", "timeout", "refused", "unreachable"];

/**
 * Fetches into `path.part`, and gives the file its name when it is whole.
 *
 * @param open Sends the request, with fields of ours added to the caller's.
 * @param path The file.
 * @param options Progress, resumption and header fields.
 * @returns The file.
 * @see RFC 9110 §14 (ranges), §13.1.5 (If-Range)
 */
export async function download(
  open: (headers: Headers) => Promise<HttpStream>,
  path: string,
  options: DownloadOptions,
): Promise<Download> {
  const { resume = true, attempts = 3, onProgress } = options;
  await checkPath(path);
  const since = performance.now();
  const part = `${path}.part`;
  const noted = `${path}.part.json`;
  let have = 0;
  let validator: string | undefined;
  if (resume) {
    validator = await readNote(noted);
    const size = (await Deno.stat(part).catch(() => undefined))?.size ?? 0;
    if (validator !== undefined) have = size;
  }
  let resumedAt: number | undefined;
  for (let breaks = 0;; breaks++) {
    const headers = new Headers(options.headers);
    // A range counts octets as they are sent, so they are to be sent as they are.
    headers.set("accept-encoding", "identity");
    if (have > 0 && validator !== undefined) {
      headers.set("range", `bytes=${have}-`);
      headers.set("if-range", validator);
    }
    try {
      await using stream = await open(headers);
      const { start, total } = await placeOf(stream, have);
      resumedAt ??= start;
      have = start;
      validator = strong(stream.headers);
      if (validator === undefined) await remove(noted);
      else {
        const note = JSON.stringify({ validator });
        await withFile("write", noted, () => Deno.writeTextFile(noted, note));
      }
      using file = await withFile(
        "write",
        part,
        () => Deno.open(part, { write: true, create: true }),
      );
      await file.truncate(have);
      await file.seek(have, Deno.SeekMode.Start);
      if (stream.status !== 416) {
        for await (const chunk of stream) {
          let at = 0;
          while (at < chunk.length) at += await file.write(chunk.subarray(at));
          have += chunk.length;
          onProgress?.({ done: have, total });
        }
      }
      if (total !== undefined && have !== total) {
        throw new NetError(`${have} octets came of ${total}`, {
          code: "closed",
          op: "download",
          target: stream.url,
        });
      }
      await withFile("write", path, () => Deno.rename(part, path));
      await remove(noted);
      return new Download({
        path,
        url: stream.url,
        size: have,
        resumedAt,
        breaks,
        elapsed: performance.now() - since,
      });
    } catch (error) {
      const mendable = error instanceof NetError &&
        MENDABLE.includes(error.code) && breaks < attempts &&
        validator !== undefined && !options.signal?.aborted;
      if (!mendable) throw error;
    }
  }
}

/** Looks at the end before the beginning: the file is named when it is whole. */
async function checkPath(path: string): Promise<void> {
  if (typeof path !== "string" || path === "") {
    throw new TypeError(
      `Cannot download as 'path' must be the path of a file: current value is ${path}`,
    );
  }
  const there = await Deno.stat(path).catch(() => undefined);
  if (there?.isDirectory !== true) return;
  throw new NetError("it is a folder, and no file", {
    code: "folder",
    op: "write",
    target: path,
    hint: `${path.replace(/\/+$/, "")}/NAME`,
  });
}

/** Where the body that is coming belongs, and how large the whole is. */
async function placeOf(
  stream: HttpStream,
  have: number,
): Promise<{ start: number; total: number | undefined }> {
  const { status, headers } = stream;
  const said = headers.get("content-range") ?? "";
  if (status === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(said) ?? [];
    if (Number(from) === have) {
      const known = total === undefined || total === "*";
      return { start: have, total: known ? undefined : Number(total) };
    }
    throw new NetError(
      `the server sent "${said}" where octet ${have} was due`,
      {
        code: "malformed",
        op: "download",
        target: stream.url,
        hint: "{ resume: false }",
      },
    );
  }
  // Nothing is left to ask for: the whole file has been here all the time.
  if (status === 416 && have > 0 && said === `bytes */${have}`) {
    return { start: have, total: have };
  }
  if (!stream.ok) throw new HttpStatusError(await stream.whole());
  const length = headers.get("content-length");
  const coded = headers.has("content-encoding");
  return {
    start: 0,
    total: length === null || coded ? undefined : Number(length),
  };
}

/** What tells one version from another for certain (RFC 9110 §8.8.1, §8.8.2.2). */
function strong(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag !== null && etag.startsWith('"')) return etag;
  // A date is certain once the second is over in which it could change again.
  const changed = headers.get("last-modified");
  const [then, now] = [changed, headers.get("date")].map((text) =>
    parseHttpDate(text ?? "")
  );
  return changed !== null && now! - then! >= 1000 ? changed : undefined;
}

async function readNote(path: string): Promise<string | undefined> {
  try {
    const note = JSON.parse(await Deno.readTextFile(path)) as Partial<Note>;
    return typeof note.validator === "string" ? note.validator : undefined;
  } catch {
    return undefined;
  }
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {});
}
