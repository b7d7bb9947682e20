/**
 * Many requests for one file under way at once: what makes SFTP fast over a
 * way that takes time.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Deadline } from "../../deadline.ts";
import { call } from "./calls.ts";
import type { RemoteFile } from "./remote_file.ts";

/** Octets a request: OpenSSH's server gives no more than 255 KiB at once. */
export const PIECE = 128 * 1024;
/** Requests under way: 4 MiB, which fills 100 Mb/s at 300 ms. */
export const DEPTH = 32;

/** Reads `length` octets at `position`, fewer only at the file's end. */
async function readPiece(
  { sftp, handle, path }: RemoteFile,
  buffer: Buffer,
  length: number,
  position: number,
): Promise<Uint8Array> {
  let got = 0;
  while (got < length) {
    // A server may give less than was asked for at any time.
    const n = await call<number>(sftp, "read", path, (answer) =>
      sftp.read(
        handle,
        buffer,
        got,
        length - got,
        position + got,
        (error, n) => {
          // The end of the file is a status here, and no failure.
          if ((error as { code?: unknown } | undefined)?.code === 1) {
            answer(undefined, 0);
          } else answer(error, n);
        },
      ));
    if (n === 0) break;
    got += n;
  }
  return buffer.subarray(0, got);
}

/**
 * Reads a file from a place to its end, in order.
 *
 * @param file The open file.
 * @param from The first octet.
 * @param size Its size as far as it is known: no request goes far beyond it.
 * @param deadline Ends it.
 * @returns Pieces, each good until the next is asked for.
 */
export async function* readFrom(
  file: RemoteFile,
  from: number,
  size: number,
  deadline: () => Deadline,
): AsyncGenerator<Uint8Array> {
  const spare: Buffer[] = [];
  const queue: { piece: Promise<Uint8Array>; buffer: Buffer }[] = [];
  let next = from;
  const ask = () => {
    const buffer = spare.pop() ?? file.Buffer.allocUnsafe(PIECE);
    const piece = readPiece(file, buffer, PIECE, next);
    piece.catch(() => {});
    queue.push({ piece, buffer });
    next += PIECE;
  };
  // Files like those in /proc say that they are empty; one request beyond the
  // end tells whether there is more.
  const wanted = () =>
    queue.length < DEPTH && (next <= size || queue.length === 0);
  while (true) {
    while (wanted()) ask();
    const { piece, buffer } = queue.shift()!;
    using limit = deadline();
    const octets = await limit.race(piece);
    if (octets.length > 0) yield octets;
    spare.push(buffer);
    if (octets.length < PIECE) return;
  }
}

/**
 * Writes pieces one behind the other, and waits for all of them.
 *
 * @param file The open file.
 * @param from Where the first goes.
 * @param pieces The pieces; each is the writer's from then on.
 * @param deadline Ends it.
 * @param onWritten Told of the octets that the server has.
 */
export async function writeFrom(
  { sftp, handle, path, Buffer }: RemoteFile,
  from: number,
  pieces: AsyncIterable<Uint8Array>,
  deadline: () => Deadline,
  onWritten: (octets: number) => void,
): Promise<void> {
  const queue: { done: Promise<void>; length: number }[] = [];
  let position = from;
  const settle = async () => {
    const { done, length } = queue.shift()!;
    using limit = deadline();
    await limit.race(done);
    onWritten(length);
  };
  for await (const piece of pieces) {
    const { buffer, byteOffset, length } = piece;
    const octets = Buffer.from(buffer, byteOffset, length);
    const at = position;
    position += length;
    const done = call<void>(sftp, "write", path, (answer) =>
      sftp.write(
        handle,
        octets,
        0,
        length,
        at,
        answer,
      ));
    done.catch(() => {});
    queue.push({ done, length });
    if (queue.length >= DEPTH) await settle();
  }
  while (queue.length > 0) await settle();
}
