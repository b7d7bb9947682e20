/**
 * The TLS connections of a capture.
 *
 * @module
 */

import type { Packets } from "../../packet/streams/feed.ts";
import { endpointText, type Stream } from "../../packet/streams/stream.ts";
import { streams } from "../../packet/streams/streams.ts";
import { type CaptureSource, open } from "../../pcap/open.ts";
import { type CapturedTls, capturedTls } from "./captured_records.ts";
import { KeyLog, parseKeyLog, readKeyLog } from "../key_log.ts";
import { nodeCrypto } from "../probe/node_crypto.ts";
import { Observer } from "./observer.ts";

/**
 * A capture to look for TLS in: a file, as `net.pcap.open` takes it, what that
 * gives, or packets.
 */
export type TlsCapture = CaptureSource | Packets;

/** A key log: what {@linkcode parseKeyLog} gives, or a file's path or `file:` URL. */
export type KeyLogLike = KeyLog | string | URL;

/** A TLS connection of a capture, and what was seen of it. */
export interface CapturedConnection {
  /** Number of the TCP stream, as Wireshark's `tcp.stream`. */
  readonly stream: number;
  /** Address and port of the side that sent the ClientHello. */
  readonly client: string;
  /** Address and port of the other side. */
  readonly server: string;
  /** Octets in the clear before TLS began. */
  readonly before: number;
  /** What was seen. */
  readonly observer: Observer;
}

/**
 * Finds the TLS connections of a capture, and reads their records.
 *
 * @param source The capture.
 * @param keyLog The secrets. @default {those in a pcapng file itself, or none}
 * @returns The connections in the order of their first packets.
 * @throws {NetError} As `net.pcap.open` does, and {@linkcode readKeyLog}.
 * @throws {DecodeError} If the file is no capture, or ends within a packet.
 *
 * @example
 * ```ts
 * import { capturedConnections } from "./captured_connections.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await capturedConnections([]), []);
 * ```
 */
export async function capturedConnections(
  source: TlsCapture,
  keyLog?: KeyLogLike,
): Promise<CapturedConnection[]> {
  const secrets = keyLog === undefined
    ? await secretsIn(source)
    : keyLog instanceof KeyLog
    ? keyLog
    : await readKeyLog(keyLog);
  const crypto = await nodeCrypto();
  const found: CapturedConnection[] = [];
  for (const stream of await streamsOf(source)) {
    const tls = capturedTls(stream);
    if (tls === undefined) continue;
    const { start } = stream;
    const observer = new Observer({ crypto, keyLog: secrets, start });
    for (const record of tls.records) observer.add(record);
    observer.end();
    found.push(connection(stream, tls, observer));
  }
  return found;
}

function connection(
  stream: Stream,
  { isTurned, before }: CapturedTls,
  observer: Observer,
): CapturedConnection {
  const ends = [endpointText(stream.client), endpointText(stream.server)];
  if (isTurned) ends.reverse();
  const [client = "", server = ""] = ends;
  return { stream: stream.index, client, server, before, observer };
}

async function streamsOf(source: TlsCapture): Promise<Iterable<Stream>> {
  if (!isFile(source)) return await streams(source);
  await using capture = await open(source);
  return await streams(capture);
}

/**
 * Tells a file, or its octets, from packets.
 *
 * @param source A capture.
 * @returns Whether it is to be opened first.
 *
 * @example
 * ```ts
 * import { isFile } from "./captured_connections.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([isFile("a.pcap"), isFile([])], [true, false]);
 * ```
 */
export function isFile(source: TlsCapture): source is CaptureSource {
  return typeof source === "string" || source instanceof URL ||
    source instanceof Uint8Array || source instanceof ReadableStream;
}

/** The secrets that a pcapng file brings along. */
async function secretsIn(source: TlsCapture): Promise<KeyLog | undefined> {
  // A stream can be read but once.
  const isOnce = source instanceof ReadableStream || source === "-";
  if (!isFile(source) || isOnce) return undefined;
  await using capture = await open(source);
  if (capture.format !== "pcapng") return undefined;
  const texts: string[] = [];
  const decoder = new TextDecoder();
  for await (const block of capture.blocks()) {
    if (block.type === "secrets" && block.kind === "tls") {
      texts.push(decoder.decode(block.secrets));
    }
  }
  try {
    return parseKeyLog(texts.join("\n"));
  } catch {
    // Whoever put them there, nobody has asked for them by name.
    return undefined;
  }
}
