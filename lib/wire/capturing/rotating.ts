/**
 * Capture files that follow one another: each is begun when the one before is
 * full, and the oldest may go.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../../linux/option_kinds.ts";
import { NetError } from "../../errors.ts";
import { type EncodedPacket, PcapngEncoder } from "../../pcap/encode.ts";
import { BlockType } from "../../pcap/pcapng_records.ts";
import { dataView } from "../../pcap/records.ts";
import { fileError } from "../../pcap/source.ts";
import { targetPath } from "../../pcap/target.ts";

/** What a capture is written to. */
const ROTATING: OptionKinds<RotatingOptions> = {
  path: "any",
  bytes: "numeric",
  seconds: "numeric",
  files: "numeric",
  overwrite: "boolean",
};

/** Where packets are to be written, and when the next file is to be begun. */
export interface RotatingOptions {
  /**
   * The file's path. Where files follow one another each has a number and the
   * time that it was begun before its extension, as dumpcap has it, in UTC:
   * `lab.pcapng` becomes `lab_00001_20240506070809.pcapng`.
   */
  path: string | URL;
  /** The most octets of a file, unless its first packet alone has more. */
  bytes?: number | undefined;
  /** Seconds of a file, in steps from the first packet's time. */
  seconds?: number | undefined;
  /** How many files are kept: with the next, the oldest is removed. @default {all} */
  files?: number | undefined;
  /** Whether a file that is there may be written over. @default {false} */
  overwrite?: boolean | undefined;
}

/** What a file says of an interface. */
export interface RotatingInterface {
  /** Its name. */
  readonly name: string;
  /** What its packets start with. */
  readonly linkType: number;
  /** The most octets of a packet that are kept. */
  readonly snapLength: number;
}

/** Octets that are gathered before they are written. */
const FULL = 256 * 1024;
/** The fewest octets of a block. */
const LEAST_BLOCK = 12;

/**
 * Writes packets to pcapng files, at once but gathered: what goes wrong shows
 * when {@linkcode RotatingFile.write} finds enough gathered, or with
 * {@linkcode RotatingFile.flush}.
 *
 * Whatever goes wrong, a file ends with a whole packet: what a full disk took
 * only a part of is cut off again, so that all readers take the file.
 *
 * @see draft-ietf-opsawg-pcapng §4
 *
 * @example
 * ```ts ignore
 * import { RotatingFile } from "./rotating.ts";
 *
 * const eth0 = { name: "eth0", linkType: 1, snapLength: 262_144 };
 * using file = RotatingFile.open({ path: "lab.pcapng", seconds: 60, files: 5 }, [eth0]);
 * const octets = new Uint8Array(60);
 * file.write(octets, 0, 60, 60, Date.now() / 1000 >>> 0, 0, 0);
 * console.log(file.files);
 * ```
 */
export class RotatingFile implements Disposable {
  readonly #path: string;
  readonly #bytes: number;
  readonly #seconds: number;
  readonly #keep: number;
  readonly #isSeries: boolean;
  readonly #overwrite: boolean;
  readonly #interfaces: readonly RotatingInterface[];
  readonly #encoder = new PcapngEncoder({ resolution: "ns", little: true });
  /** The packet that is being encoded: one object for all of them. */
  readonly #packet: { -readonly [K in keyof EncodedPacket]: EncodedPacket[K] } =
    {
      octets: new Uint8Array(),
      start: 0,
      end: 0,
      length: 0,
      seconds: 0,
      nanoseconds: 0,
    };
  readonly #files: string[] = [];
  #file: Deno.FsFile | undefined;
  /** How many files have been begun. */
  #begun = 0;
  /** Octets of the file, those among them that are still gathered. */
  #size = 0;
  /** Octets that the file has. */
  #written = 0;
  /** Packets of the file. */
  #packets = 0;
  /** Packets that wait to be written. */
  #gathered = 0;
  /** Packets that are in some file for sure. */
  #safe = 0;
  /** The first packet's time, in seconds. */
  #first: number | undefined;
  /** Steps of time from it to the file's. */
  #step = 0;
  #error: unknown;

  private constructor(
    options: RotatingOptions,
    interfaces: readonly RotatingInterface[],
  ) {
    const { bytes, seconds, files, overwrite = false } = options;
    const check = (name: string, value: number | undefined, least: number) => {
      if (value === undefined || value >= least) return;
      throw new RangeError(
        `Cannot write a capture as '${name}' must be ${least} or more: current value is ${value}`,
      );
    };
    check("bytes", bytes, 1);
    check("seconds", seconds, 0.001);
    check("files", files, 1);
    this.#isSeries = bytes !== undefined || seconds !== undefined;
    if (files !== undefined && !this.#isSeries) {
      throw new TypeError(
        `Cannot write a capture as 'bytes' or 'seconds' must say when a file is full where 'files' is given: current value is ${files}`,
      );
    }
    this.#path = targetPath(options.path);
    this.#bytes = bytes ?? Infinity;
    this.#seconds = seconds ?? Infinity;
    this.#keep = files ?? Infinity;
    this.#overwrite = overwrite;
    this.#interfaces = interfaces;
    this.#begin();
  }

  /**
   * Begins the first file.
   *
   * @param spec Its path, or with it when the next is to be begun.
   * @param interfaces The interfaces that packets are to come from, by number.
   * @returns The writer.
   * @throws {NetError} If there is such a file (`"exists"`), or the system cannot
   * write (`"no-space"`, `"io"`).
   * @throws {PermissionError} If it may not be written.
   * @throws {RangeError} If a limit is not above 0.
   * @throws {TypeError} If `files` is given, but nothing that fills one.
   */
  static open(
    spec: string | URL | RotatingOptions,
    interfaces: readonly RotatingInterface[],
  ): RotatingFile {
    const options = typeof spec === "string" || spec instanceof URL
      ? { path: spec }
      : spec;
    checkOptions("write a capture", options, ROTATING, {
      size: "bytes",
      maxSize: "bytes",
      maxFiles: "files",
    });
    return new RotatingFile(options, interfaces);
  }

  /** The paths of the files that there are, the oldest first. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Packets that have been written, those that are still gathered not among them. */
  get packets(): number {
    return this.#safe;
  }

  /**
   * Writes a packet, to the next file if this one is full.
   *
   * @param octets The buffer that it lies in; it may be changed afterwards.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @param length Octets that it had on the wire.
   * @param seconds Its time, in whole seconds since 1970.
   * @param nanoseconds And nanoseconds.
   * @param interfaceIndex Where it came from: a place in the list of interfaces.
   * @throws {NetError} If the system cannot write (`"no-space"`, `"io"`), from
   * then on.
   */
  write(
    octets: Uint8Array,
    start: number,
    end: number,
    length: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    if (this.#file === undefined) this.#refuse();
    if (this.#isSeries && this.#isFull(end - start, seconds, nanoseconds)) {
      this.#finish();
      this.#begin();
    }
    const encoder = this.#encoder;
    const packet = this.#packet;
    packet.octets = octets;
    packet.start = start;
    packet.end = end;
    packet.length = length;
    packet.seconds = seconds;
    packet.nanoseconds = nanoseconds;
    const before = encoder.used;
    encoder.packet(interfaceIndex, packet);
    this.#size += encoder.used - before;
    this.#packets++;
    this.#gathered++;
    if (encoder.used >= FULL) this.flush();
  }

  /**
   * Hands what is gathered to the system.
   *
   * @throws {NetError} If it cannot write all of it (`"no-space"`, `"io"`): the
   * file then ends with the last packet that is in it.
   */
  flush(): void {
    if (this.#file === undefined) return this.#refuse();
    const octets = this.#encoder.take();
    let at = 0;
    try {
      while (at < octets.length) {
        at += this.#file.writeSync(octets.subarray(at));
      }
    } catch (error) {
      this.#fail(error, octets, at);
    }
    this.#written += octets.length;
    this.#safe += this.#gathered;
    this.#gathered = 0;
  }

  /**
   * Writes what is gathered and closes the file; a second time does nothing.
   *
   * @throws {NetError} If the system cannot write it.
   */
  close(): void {
    if (this.#file !== undefined) this.#finish();
  }

  /** As {@linkcode RotatingFile.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #isFull(captured: number, seconds: number, nanoseconds: number): boolean {
    // A clock that was set back does not go back to an earlier file.
    const time = seconds + nanoseconds / 1e9;
    this.#first ??= time;
    const step = Math.floor((time - this.#first) / this.#seconds);
    const isNext = step > this.#step && this.#packets > 0;
    if (step > this.#step) this.#step = step;
    // A packet's block has 32 octets besides, and its end is filled up to four.
    const block = 32 + (captured + 3 & ~3);
    return isNext || this.#packets > 0 && this.#size + block > this.#bytes;
  }

  #begin(): void {
    const path = this.#isSeries
      ? numbered(this.#path, ++this.#begun)
      : this.#path;
    try {
      this.#file = Deno.openSync(path, {
        write: true,
        truncate: this.#overwrite,
        create: this.#overwrite,
        createNew: !this.#overwrite,
      });
    } catch (error) {
      throw this.#error = writeError(error, "create", path, this.#safe, 0);
    }
    this.#files.push(path);
    const encoder = this.#encoder;
    encoder.begin();
    for (const face of this.#interfaces) encoder.interface(face);
    this.#size = encoder.used;
    this.#written = 0;
    this.#packets = 0;
    // A file that nothing comes to is one that can be read.
    try {
      this.flush();
    } catch (error) {
      remove(this.#files.pop()!);
      throw error;
    }
    if (this.#files.length > this.#keep) remove(this.#files.shift()!);
  }

  #finish(): void {
    try {
      this.flush();
    } finally {
      this.#file?.close();
      this.#file = undefined;
    }
  }

  /** Ends the file with its last whole packet, and tells. */
  #fail(error: unknown, octets: Uint8Array, at: number): never {
    const whole = wholeBlocks(octets, at);
    this.#safe += whole.packets;
    const lost = this.#gathered - whole.packets;
    const file = this.#file!;
    this.#file = undefined;
    try {
      file.truncateSync(this.#written + whole.octets);
    } finally {
      file.close();
    }
    const path = this.#files.at(-1)!;
    throw this.#error = writeError(error, "write", path, this.#safe, lost);
  }

  #refuse(): never {
    throw this.#error ?? new NetError("it was closed", {
      code: "closed",
      op: "write",
      target: this.#path,
    });
  }
}

/** What there is of whole blocks in octets of which so many were written. */
function wholeBlocks(
  octets: Uint8Array,
  written: number,
): { packets: number; octets: number } {
  const view = dataView(octets);
  let packets = 0;
  let at = 0;
  while (at + LEAST_BLOCK <= written) {
    const end = at + view.getUint32(at + 4, true);
    if (end > written) break;
    if (view.getUint32(at, true) === BlockType.packet) packets++;
    at = end;
  }
  return { packets, octets: at };
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // Whoever has removed it already has done what we want.
    if (error instanceof Deno.errors.NotFound) return;
    throw fileError(error, "remove", path);
  }
}

/** `lab.pcapng` as `lab_00001_20240506070809.pcapng`. */
function numbered(path: string, number: number): string {
  const name = path.lastIndexOf("/") + 1;
  const dot = path.lastIndexOf(".");
  const cut = dot > name ? dot : path.length;
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const count = `${number}`.padStart(5, "0");
  return `${path.slice(0, cut)}_${count}_${time}${path.slice(cut)}`;
}

function writeError(
  error: unknown,
  op: string,
  path: string,
  safe: number,
  lost: number,
): unknown {
  const isFull = error instanceof Error &&
    (error as { code?: unknown }).code === "ENOSPC";
  if (!isFull) return fileError(error, op, path);
  const those = lost === 0 ? "" : `, ${lost} more are lost`;
  return new NetError(
    `no space left on the disk: ${safe} packets are written${those}`,
    {
      code: "no-space",
      op,
      target: path,
      hint: `df -h ${path.slice(0, path.lastIndexOf("/") + 1) || "."}`,
      cause: error,
    },
  );
}
