/**
 * Capture files that are to be written to the end of.
 *
 * @module
 */

import { DecodeError, NetError } from "../errors.ts";
import { begin, fill, recordsOf } from "./reading.ts";
import { openSource } from "./source.ts";

/** What a file that is there asks of what is written behind it. */
export interface AppendedFile {
  /** Its format. */
  readonly format: "pcap" | "pcapng";
  /** Its link type, the first of a pcapng file. */
  readonly linkType: number;
  /** The most octets of a packet; readers cut longer ones. 0 for no limit. */
  readonly snapLength: number;
  /** The unit of its time stamps. */
  readonly resolution: "us" | "ns";
  /** Whether its numbers have their low octet first. */
  readonly little: boolean;
}

/**
 * Reads a file to its end, to see that what comes behind it will be read.
 *
 * @param path Its path.
 * @param options What the writer wants of it.
 * @returns What it asks; `undefined` if there is no such file.
 * @throws {DecodeError} If it is no capture, or ends within a record.
 * @throws {NetError} If it is compressed (`"compressed"`).
 * @throws {RangeError} If its link type is another.
 * @throws {TypeError} If its format or resolution is another.
 *
 * @example
 * ```ts ignore
 * import { fileToAppend } from "./append.ts";
 *
 * console.log(await fileToAppend("lab.pcap", {}));
 * ```
 */
export async function fileToAppend(
  path: string,
  options: {
    readonly format?: "pcap" | "pcapng" | undefined;
    readonly linkType?: number | undefined;
    readonly resolution?: "us" | "ns" | undefined;
  },
): Promise<AppendedFile | undefined> {
  const source = await openSource(path).catch((error) => {
    if (error instanceof NetError && error.code === "not-found") return;
    throw error;
  });
  if (source === undefined) return undefined;
  // An empty file, as a program may have made to hold the name, is a new one.
  const reading = await begin(source).catch((error) => {
    if (error instanceof DecodeError && error.available === 0) return;
    throw error;
  });
  if (reading === undefined) return undefined;
  try {
    const { header, pcap } = reading;
    const { format, linkType, snapLength, resolution } = header;
    const compressed = header.compression !== undefined;
    if (
      compressed ||
      (pcap && (pcap.swapped !== "never" || pcap.recordHeader !== 16))
    ) {
      throw new NetError(
        compressed ? "it is compressed" : "it has an old format's records",
        {
          code: compressed ? "compressed" : "old-format",
          op: "append to",
          target: path,
          hint: "create() another file, and write these packets first",
        },
      );
    }
    const refuse = (name: string, is: unknown, asked: unknown) =>
      `Cannot append to ${path} as '${name}' must be ${is}, the file's: current value is ${asked}`;
    if ((options.format ?? format) !== format) {
      throw new TypeError(refuse("format", `"${format}"`, options.format));
    }
    if (pcap && (options.linkType ?? linkType) !== linkType) {
      throw new RangeError(refuse("linkType", linkType, options.linkType));
    }
    if (pcap && (options.resolution ?? resolution) !== resolution) {
      throw new TypeError(
        refuse("resolution", `"${resolution}"`, options.resolution),
      );
    }
    for await (const records of fill(reading, recordsOf(reading), "reuse")) {
      while (records.step());
    }
    return {
      format,
      linkType,
      snapLength: pcap ? snapLength : 0,
      resolution: pcap ? resolution : options.resolution ?? "ns",
      little: header.byteOrder === "little",
    };
  } finally {
    await reading.source.close();
  }
}
