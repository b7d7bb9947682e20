/**
 * Captures as text: one line a packet.
 *
 * For TCP, UDP and the usual messages of ICMP over IPv4 and IPv6, and for ARP,
 * a line has what `tcpdump -n -S -tt` prints, in its words. All else is said as
 * a packet says itself.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import type { RecordSource } from "./columns.ts";
import { checkCapture } from "./columns_fields.ts";
import type { WriteColumnsOptions } from "./columns_text.ts";
import { WRITE_TO } from "./option_names.ts";
import { openTarget } from "./target.ts";

/**
 * Writes one line a packet to a file or a stream, in constant memory.
 *
 * @param capture The capture.
 * @param target A path or `file:` URL, or a stream.
 * @param options Whether a file may be written over.
 * @returns How many lines were written.
 * @throws {DecodeError} If the capture ends within a packet.
 * @throws {NetError} If something cannot be read or written.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const file = net.bytes.parseHex(
 *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" + // raw IP
 *     "00000001 00000002 0000001d 0000001d" +
 *     "4500001d00000000 4011 0000 0a000001 0a000002  1388 0035 0009 0000 21",
 * );
 * const { readable, writable } = new TransformStream<Uint8Array>();
 * const text = new Response(readable).text();
 * await net.pcap.writeLines(await net.pcap.open(file), writable);
 * assert.equal(
 *   await text,
 *   "1.000002 IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 1\n",
 * );
 * ```
 */
export async function writeLines(
  capture: RecordSource,
  target: string | URL | WritableStream<Uint8Array>,
  options: WriteColumnsOptions = {},
): Promise<number> {
  checkCapture("write lines", capture);
  onlyKnown("write lines", options, WRITE_TO);
  const { overwrite = false } = options;
  const { linePages } = await import("./text_lines.ts");
  const out = await openTarget(target, overwrite);
  let lines = 0;
  try {
    for await (const page of linePages(capture)) {
      lines += page.lines;
      await out.write(page.octets);
    }
  } finally {
    await out.close();
  }
  return lines;
}

/**
 * Says each packet in one line.
 *
 * @param capture The capture.
 * @returns The lines, without their line feeds.
 * @throws {DecodeError} If the capture ends within a packet.
 * @throws {NetError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const file = net.bytes.parseHex(
 *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" + // raw IP
 *     "00000001 00000002 0000001d 0000001d" +
 *     "4500001d00000000 4011 0000 0a000001 0a000002  1388 0035 0009 0000 21",
 * );
 * for await (const line of net.pcap.lines(await net.pcap.open(file))) {
 *   assert.equal(line, "1.000002 IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 1");
 * }
 * ```
 */
export async function* lines(
  capture: RecordSource,
): AsyncGenerator<string, void, void> {
  checkCapture("give lines", capture);
  const { linePages } = await import("./text_lines.ts");
  const text = new TextDecoder();
  for await (const { octets } of linePages(capture)) {
    yield* text.decode(octets.subarray(0, -1)).split("\n");
  }
}
