/**
 * Captures cut into several files.
 *
 * @module
 */

import { FILE_HEADER } from "./format.ts";
import { BlockType, PcapngRecords } from "./pcapng_records.ts";
import type { Records } from "./records.ts";
import { openTarget, type Target } from "./target.ts";

/** Where to cut a capture: one of the three. */
export type SplitBy =
  /** The most packets of a file. */
  | { readonly packets: number }
  /** Seconds of a file, in steps from the first packet's time. */
  | { readonly seconds: number }
  /** The most octets of a file, unless its first packet alone has more. */
  | { readonly octets: number };

/** Options for `Capture.split()`. */
export interface SplitOptions {
  /** Whether files that are there may be written over. @default {false} */
  overwrite?: boolean | undefined;
}

/** The file that is being written. */
interface Part {
  readonly target: Target;
  packets: number;
  octets: number;
}

/**
 * Copies the records that are asked for to one file after the other. Each starts
 * with the header of the pcap file, or of the pcapng section with its interfaces.
 *
 * @param buffers A cursor that starts at the first octet of the file, filled time
 * and again; the lengths of its sections are struck out.
 * @param by Where to cut.
 * @param path Gives each file's path.
 * @param options Whether to write over files, and which are being read.
 * @returns The paths.
 * @throws {RangeError} If the limit is not above 0.
 *
 * @example
 * ```ts ignore
 * import { CaptureReader } from "./reader.ts";
 * import { openSource } from "./source.ts";
 * import { splitFiles } from "./split.ts";
 *
 * const reader = await CaptureReader.open(await openSource("lab.pcap"));
 * const buffers = reader.read("reuse", { copy: true, unsized: true });
 * await splitFiles(buffers, { packets: 1000 }, (i) => `lab-${i}.pcap`);
 * ```
 */
export async function splitFiles(
  buffers: AsyncIterable<Records>,
  by: SplitBy,
  path: (index: number) => string,
  options: SplitOptions & { readonly reads?: readonly string[] } = {},
): Promise<string[]> {
  const isFull = cutter(by);
  const paths: string[] = [];
  const next = async (): Promise<Part> => {
    const name = path(paths.length);
    const { overwrite = false } = options;
    const target = await openTarget(name, overwrite, options);
    paths.push(name);
    return { target, packets: 0, octets: 0 };
  };
  let preamble: Uint8Array[] = [];
  let part: Part | undefined;
  try {
    for await (const records of buffers) {
      const isFirst = part === undefined;
      part ??= await next();
      const { octets } = records;
      let from = isFirst ? 0 : records.position;
      if (isFirst && !(records instanceof PcapngRecords)) {
        preamble = [octets.slice(0, FILE_HEADER)];
      }
      const keep = async (end: number) => {
        await put(part!, octets.subarray(from, end));
        from = end;
      };
      while (records.stepBlock()) {
        const { recordStart, recordEnd } = records;
        if (!records.isPacket) {
          preamble = headOf(preamble, records as PcapngRecords);
        } else if (!records.isWanted()) {
          await keep(recordStart);
          from = recordEnd;
        } else {
          const size = part.octets + recordEnd - from;
          if (isFull(records, part.packets, size)) {
            await keep(recordStart);
            await part.target.close();
            part = await next();
            for (const octets of preamble) await put(part, octets);
          }
          part.packets++;
        }
      }
      await keep(records.position);
    }
  } finally {
    await part?.target.close();
  }
  return paths;
}

async function put(part: Part, octets: Uint8Array): Promise<void> {
  if (octets.length === 0) return;
  part.octets += octets.length;
  if (part.target.writeSync === undefined) await part.target.write(octets);
  else part.target.writeSync(octets);
}

/** What the packets behind a block need to be read. */
function headOf(preamble: Uint8Array[], records: PcapngRecords): Uint8Array[] {
  const { blockType, octets, recordStart, recordEnd } = records;
  const block = () => octets.slice(recordStart, recordEnd);
  if (blockType === BlockType.section) return [block()];
  if (blockType === BlockType.interface) preamble.push(block());
  return preamble;
}

/** Says before each packet whether the file is full without it. */
function cutter(
  by: SplitBy,
): (record: Records, packets: number, octets: number) => boolean {
  const [[name, limit] = ["", undefined], ...others] = Object.entries(by ?? {});
  if (!["packets", "seconds", "octets"].includes(name) || others.length > 0) {
    throw new TypeError(
      `Cannot split a capture as 'by' must be one of { packets }, { seconds } and { octets }: current value is ${
        JSON.stringify(by)
      }`,
    );
  }
  if (!(typeof limit === "number" && limit > 0)) {
    throw new RangeError(
      `Cannot split a capture as '${name}' must be above 0: current value is ${limit}`,
    );
  }
  if (name === "packets") return (_, packets) => packets >= limit;
  if (name === "octets") {
    return (_, packets, octets) => packets > 0 && octets > limit;
  }
  let first: number | undefined;
  let step = 0;
  return ({ seconds, nanoseconds }, packets) => {
    if (seconds === undefined) return false;
    const time = seconds + nanoseconds / 1e9;
    first ??= time;
    // A clock that was set back does not go back to an earlier file.
    const now = Math.max(step, Math.floor((time - first) / limit));
    const isNext = now > step && packets > 0;
    step = now;
    return isNext;
  };
}
