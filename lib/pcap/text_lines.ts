/**
 * Packets as lines of text, one behind the other in octets.
 *
 * @module
 */

import { Packet } from "../packet/packet.ts";
import type { ScanSource } from "../packet/scan_source.ts";
import type { RecordSource } from "./columns.ts";
import { asciiOf, putDecimal, putPadded } from "./text_bytes.ts";
import { putArp } from "./text_icmp.ts";
import { putIpv4Packet, putIpv6Packet } from "./text_ip.ts";
import { NOT_COVERED } from "./text_tcp.ts";

/** Octets that are gathered before they are given away. */
const CHUNK = 256 * 1024;
/** More than a line takes that is not a packet's own. */
const LINE = 1024;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
/** Address families of BSD and Linux, as EtherTypes. */
const FAMILIES: ReadonlyMap<number, number> = new Map([
  [2, IPV4],
  ...[10, 24, 28, 30].map((family) => [family, IPV6] as const),
]);
const SPACE = 0x20;
const DOT = 0x2e;
const LINE_FEED = 0x0a;

/** A line writer, with the octets that it has written. */
interface Page {
  octets: Uint8Array;
  at: number;
}

/**
 * Gathers lines, many at a time.
 *
 * @param capture The capture.
 * @returns The lines with their line feeds, and how many there are; the octets
 * are filled again after each.
 * @throws {DecodeError} If the capture ends within a packet.
 *
 * @example
 * ```ts
 * import { open } from "./open.ts";
 * import { linePages } from "./text_lines.ts";
 * import assert from "node:assert/strict";
 *
 * const empty = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * for await (const _ of linePages(await open(empty))) assert.fail("no packets");
 * ```
 */
export async function* linePages(
  capture: RecordSource,
): AsyncGenerator<{ octets: Uint8Array; lines: number }, void, void> {
  const page: Page = { octets: new Uint8Array(CHUNK), at: 0 };
  let lines = 0;
  for await (const records of capture.records("reuse")) {
    while (records.next()) {
      putLine(page, records);
      lines++;
      if (page.at > CHUNK - LINE) {
        yield { octets: page.octets.subarray(0, page.at), lines };
        page.at = lines = 0;
      }
    }
  }
  if (lines > 0) yield { octets: page.octets.subarray(0, page.at), lines };
}

function putLine(page: Page, record: ScanSource): void {
  const { octets: to } = page;
  const { seconds, nanoseconds } = record;
  let at = page.at;
  if (seconds !== undefined) {
    at = putDecimal(to, at, seconds);
    to[at] = DOT;
    // Some files have a million of them, or more.
    const micros = Math.floor(nanoseconds / 1000);
    at = micros < 1e6
      ? putPadded(to, at + 1, micros, 6)
      : putDecimal(to, at + 1, micros);
    to[at++] = SPACE;
  }
  const end = putPacket(to, at, record);
  page.at = end === NOT_COVERED ? putOther(page, at, record) : end;
  page.octets[page.at++] = LINE_FEED;
}

/** Says a packet as it says itself, without its time. */
function putOther(page: Page, at: number, record: ScanSource): number {
  const packet = new Packet({ ...record.frame(), seconds: undefined });
  const line = asciiOf(String(packet));
  if (at + line.length + LINE > page.octets.length) {
    const larger = new Uint8Array(at + line.length + CHUNK);
    larger.set(page.octets.subarray(0, at));
    page.octets = larger;
  }
  page.octets.set(line, at);
  return at + line.length;
}

/** Gets past what comes before IP or ARP. */
function putPacket(to: Uint8Array, at: number, record: ScanSource): number {
  const { octets: b, view: d, start, end, length, linkType } = record;
  let place = start;
  let type: number;
  switch (linkType) {
    case 1:
      place += 14;
      if (place > end) return NOT_COVERED;
      type = d.getUint16(place - 2);
      while (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
        place += 4;
        if (place > end) return NOT_COVERED;
        type = d.getUint16(place - 2);
      }
      break;
    case 113:
      place += 16;
      if (place > end) return NOT_COVERED;
      type = d.getUint16(place - 2);
      break;
    case 0:
    case 108:
      place += 4;
      if (place > end) return NOT_COVERED;
      // In the octet order of the machine that recorded it.
      type = FAMILIES.get(
        Math.min(d.getUint32(start), d.getUint32(start, true)),
      ) ?? 0;
      break;
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      if (place >= end) return NOT_COVERED;
      type = b[place]! >>> 4 === 6 ? IPV6 : IPV4;
      break;
    default:
      return NOT_COVERED;
  }
  const wire = length - (place - start);
  switch (type) {
    case IPV4:
      return putIpv4Packet(to, at, b, d, place, end, wire);
    case IPV6:
      return putIpv6Packet(to, at, b, d, place, end, wire);
    case ARP:
      return putArp(to, at, d, place, end, wire);
    default:
      return NOT_COVERED;
  }
}
