/**
 * Compressed captures, unpacked as they are read: the door to node:zlib, which
 * is built into the runtime, and to fzstd.
 *
 * `DecompressionStream` refuses a gzip file of several members, which is what
 * `cat a.gz b.gz` and parallel packers make. The runtime's own Zstandard stops
 * after the first frame, says nothing of a cut one, and ends the program at
 * octets that are wrong.
 *
 * @see RFC 1952, RFC 8878
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { CHUNK } from "./records.ts";
import { piecewise, type Source } from "./source.ts";

/** How a capture can be compressed. */
export type Compression = "gzip" | "zstd";

/**
 * Compressed octets that are unpacked at once. A block of four octets may be
 * 128 KiB of Zstandard, so this takes 64 MiB at the very most.
 */
const PIECE = 2048;

/** What is asked of a decoder of node:zlib. */
interface Decoder extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  readonly destroyed: boolean;
  write(octets: Uint8Array): boolean;
  end(): void;
  destroy(error?: Error): void;
  once(event: "drain" | "close", listener: () => void): void;
  off(event: "drain" | "close", listener: () => void): void;
  on(event: "error", listener: () => void): void;
}

/**
 * Makes of a compressed source what it was before.
 *
 * @param source The source, after its first octets.
 * @param head Those first octets; not copied.
 * @param kind How it is compressed.
 * @returns The source as it was; closing it closes the other.
 *
 * @example
 * ```ts
 * import { decompressed } from "./compressed.ts";
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const zipped = new Blob(["hello"]).stream().pipeThrough(new CompressionStream("gzip"));
 * const source = decompressed(await openSource(zipped), new Uint8Array(0), "gzip");
 * assert.equal(await source.read(new Uint8Array(9)), 5);
 * await source.close();
 * ```
 */
export function decompressed(
  source: Source,
  head: Uint8Array,
  kind: Compression,
): Source {
  const packed = pieces(source, head);
  const octets = kind === "gzip" ? gunzip(packed) : unzstd(packed);
  let closed: Promise<void> | undefined;
  return {
    name: source.name,
    paths: source.paths ?? [],
    read: piecewise(async () => {
      const { value, done } = await octets.next();
      return done ? undefined : value;
    }),
    close() {
      // First the source: that ends a read which may be under way.
      return closed ??= source.close().then(async () => {
        await octets.return().catch(() => {});
      });
    },
  };
}

/** What has been read of a source, and the rest of it. */
async function* pieces(
  source: Source,
  head: Uint8Array,
): AsyncGenerator<Uint8Array, void, void> {
  if (head.length > 0) yield head;
  for (;;) {
    // A decoder takes octets up later: each piece has a buffer of its own.
    const buffer = new Uint8Array(CHUNK / 4);
    const count = source.readSync?.(buffer) ?? await source.read(buffer);
    if (count === 0) return;
    yield buffer.subarray(0, count);
  }
}

async function* unzstd(
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const { Decompress } = await import("fzstd");
  let ready: Uint8Array[] = [];
  let read = 0;
  const decoder = new Decompress((octets) => {
    if (octets.length > 0) ready.push(octets);
  });
  const push = (octets: Uint8Array, isLast?: boolean) => {
    try {
      decoder.push(octets, isLast);
    } catch (error) {
      throw decodeError(error, "zstd", read);
    }
    read += octets.length;
    const octetsOf = ready;
    ready = [];
    return octetsOf;
  };
  for await (const piece of packed) {
    for (let at = 0; at < piece.length; at += PIECE) {
      yield* push(piece.subarray(at, at + PIECE));
    }
  }
  yield* push(new Uint8Array(0), true);
}

async function* gunzip(
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const { createGunzip } = await import("node:zlib");
  const gunzip = createGunzip({ chunkSize: CHUNK / 4 });
  const decoder = gunzip as unknown as Decoder;
  // What comes when the loop below has been left is nobody's.
  decoder.on("error", () => {});
  const failure: { reason?: unknown } = {};
  feed(decoder, packed).catch((reason) => {
    failure.reason = reason;
    decoder.destroy(new Error("no more octets"));
  });
  try {
    for await (const piece of decoder) {
      yield piece;
      // It has been copied. Freed by hand when the decoder is done with the buffer,
      // it does not wait for the garbage to be collected, with many like it.
      const { buffer, byteOffset, byteLength } = piece;
      if (byteOffset + byteLength === buffer.byteLength) buffer.transfer(0);
    }
  } catch (error) {
    if ("reason" in failure) throw failure.reason;
    throw decodeError(error, "gzip", gunzip.bytesWritten);
  } finally {
    decoder.destroy();
  }
}

/** Feeds a decoder to the end. */
async function feed(
  decoder: Decoder,
  packed: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const piece of packed) {
    if (!decoder.write(piece)) await drained(decoder);
    if (decoder.destroyed) return;
  }
  decoder.end();
}

function drained(decoder: Decoder): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      decoder.off("drain", done);
      decoder.off("close", done);
      resolve();
    };
    decoder.once("drain", done);
    decoder.once("close", done);
  });
}

/** Says what a decoder has against the octets. */
function decodeError(error: unknown, layer: Compression, offset: number) {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  const isCut = code === "Z_BUF_ERROR" || /unexpected EOF/i.test(error.message);
  return new DecodeError(isCut ? "compressed data cut short" : error.message, {
    layer,
    offset,
    cause: error,
  });
}
