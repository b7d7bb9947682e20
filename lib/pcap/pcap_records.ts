/**
 * The records of a file in the classic pcap format.
 *
 * @module
 */

import { FILE_HEADER, type PcapHeader } from "./format.ts";
import type { Interface } from "./pcapng_interface.ts";
import { capturedLimit, type RecordCheck, Records } from "./records.ts";

/**
 * A cursor over the records of a pcap file.
 *
 * @see draft-ietf-opsawg-pcap §5
 *
 * @example
 * ```ts
 * import { decodeFileHeader } from "./format.ts";
 * import { PcapRecords } from "./pcap_records.ts";
 * import assert from "node:assert/strict";
 *
 * const file = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001" +
 *     "00000007" + "00000000" + "00000003" + "0000003c" + "aabbcc",
 * );
 * const records = new PcapRecords(decodeFileHeader(file), file);
 * assert.ok(records.next());
 * assert.equal(records.end - records.start, 3);
 * ```
 */
export class PcapRecords extends Records {
  /** The one interface, of which the file says little. */
  readonly interfaces: readonly Interface[];
  protected override readonly layer = "pcap";
  protected override readonly unit = "record";
  readonly #little: boolean;
  readonly #perUnit: number;
  readonly #limit: number;
  readonly #header: number;
  readonly #swapped: PcapHeader["swapped"];

  /**
   * Starts at the first record.
   *
   * @param header The file's header.
   * @param octets The file from its start, as far as it has been read; not copied.
   * @param check Which records to stop at. @default {all}
   */
  constructor(header: PcapHeader, octets: Uint8Array, check?: RecordCheck) {
    super(octets, FILE_HEADER, check);
    this.interfaces = [pcapInterface(header)];
    this.linkType = header.linkType;
    this.#little = header.byteOrder === "little";
    this.#perUnit = header.resolution === "us" ? 1000 : 1;
    this.#limit = capturedLimit(header.snapLength);
    this.#header = header.recordHeader;
    this.#swapped = header.swapped;
  }

  protected override advance(): boolean {
    const { at, view } = this;
    const header = this.#header;
    const little = this.#little;
    const available = this.filled - at;
    this.needed = header;
    if (available < header) return false;
    let captured = view.getUint32(at + 8, little);
    let length = view.getUint32(at + 12, little);
    if (this.#swapped !== "never") {
      if (this.#swapped === "always" || captured > length) {
        [captured, length] = [length, captured];
      }
    }
    if (captured > this.#limit) {
      throw this.fault(
        `record of ${captured} octets, ${this.#limit} at most`,
        at,
        "captured length",
      );
    }
    this.needed = header + captured;
    if (available < this.needed) return false;
    this.seconds = view.getUint32(at, little);
    this.nanoseconds = view.getUint32(at + 4, little) * this.#perUnit;
    this.length = length;
    this.recordStart = at;
    this.start = at + header;
    this.end = this.recordEnd = this.at = this.start + captured;
    return true;
  }
}

/**
 * Says of a pcap file's interface what its header says.
 *
 * @param header The header.
 * @returns The interface.
 *
 * @example
 * ```ts
 * import { pcapInterface } from "./pcap_records.ts";
 * import assert from "node:assert/strict";
 *
 * const header = { linkType: 1, snapLength: 96, resolution: "us" } as never;
 * assert.equal(pcapInterface(header).ticks, 1e6);
 * ```
 */
export function pcapInterface(
  { linkType, snapLength, resolution }: PcapHeader,
): Interface {
  const ticks = resolution === "ns" ? 1e9 : 1e6;
  return { index: 0, linkType, snapLength, ticks, timeOffset: 0, comments: [] };
}
