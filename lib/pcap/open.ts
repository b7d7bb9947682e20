/**
 * Opening capture files.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { Capture } from "./capture.ts";
import type { Compression } from "./compressed.ts";
import type { FileHeader } from "./format.ts";
import { OPEN } from "./option_names.ts";
import { CaptureReader } from "./reader.ts";
import type { CaptureHeader } from "./reading.ts";
import type { BufferUse, Records } from "./records.ts";
import type { SliceOptions, TimeLike } from "./select.ts";
import { openSource } from "./source.ts";
import type { SplitBy, SplitOptions } from "./split.ts";
import type { TargetLike } from "./target.ts";

export type {
  BufferUse,
  CaptureHeader,
  Compression,
  FileHeader,
  Records,
  SliceOptions,
  SplitBy,
  SplitOptions,
  TargetLike,
  TimeLike,
};

/** Options for {@linkcode open}. */
export interface OpenOptions {
  /** Stops opening and reading; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * What {@linkcode open} can read from: a path or `file:` URL, `"-"` for standard
 * input, a stream of octets, or octets.
 */
export type CaptureSource =
  | string
  | URL
  | ReadableStream<Uint8Array>
  | Uint8Array;

/**
 * Opens a capture in the pcap or the pcapng format, of either octet order, plain
 * or compressed by gzip or Zstandard: its first octets tell.
 *
 * @param source A path or `file:` URL, `"-"` for standard input, a stream of
 * octets, or octets, which are not copied: packets lie in them.
 * @param options A signal that stops the reading.
 * @returns The capture.
 * @throws {NetError} If there is no such file (`"not-found"`), or it is a
 * directory (`"is-directory"`), or the system gives another reason (`"io"`).
 * @throws {PermissionError} If it may not be read; the hint says what to do.
 * @throws {DecodeError} If it is no capture file, or one without interfaces.
 * @throws {TypeError} If `source` is none of these.
 * @see draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const file = net.bytes.parseHex(
 *   "0a0d0d0a 0000001c 1a2b3c4d 00010000 ffffffffffffffff 0000001c" +
 *     "00000001 00000014 00650000 00000000 00000014",
 * );
 * const capture = await net.pcap.open(file);
 * assert.equal(capture.format, "pcapng");
 * assert.equal(capture.linkType, 101);
 * ```
 */
export async function open(
  source: CaptureSource,
  options: OpenOptions = {},
): Promise<Capture> {
  onlyKnown("open a capture", options, OPEN);
  const { signal } = options;
  signal?.throwIfAborted();
  return new Capture(
    await CaptureReader.open(await openSource(source), signal),
  );
}
