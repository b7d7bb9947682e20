/**
 * The packets of SFTP version 3, as its server reads and writes them.
 *
 * @see draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL
 * @module
 */

import { ByteReader } from "../../bytes/reader.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import { DecodeError } from "../../errors.ts";

/** Kinds of packets (§3). */
export const Kind = {
  INIT: 1,
  VERSION: 2,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  WRITE: 6,
  LSTAT: 7,
  FSTAT: 8,
  SETSTAT: 9,
  FSETSTAT: 10,
  OPENDIR: 11,
  READDIR: 12,
  REMOVE: 13,
  MKDIR: 14,
  RMDIR: 15,
  REALPATH: 16,
  STAT: 17,
  RENAME: 18,
  READLINK: 19,
  SYMLINK: 20,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED: 200,
  EXTENDED_REPLY: 201,
} as const;

/** How a request ended (§7). */
export const Status = {
  OK: 0,
  EOF: 1,
  NO_SUCH_FILE: 2,
  PERMISSION_DENIED: 3,
  FAILURE: 4,
  BAD_MESSAGE: 5,
  OP_UNSUPPORTED: 8,
} as const;

/** The longest packet that is taken, as with OpenSSH. */
export const MOST_PACKET = 256 * 1024;

/** What is known of a file, or wanted for it (§5). */
export interface Attributes {
  /** Octets. */
  readonly size?: number | undefined;
  /** The owner's number. */
  readonly uid?: number | undefined;
  /** The group's number. */
  readonly gid?: number | undefined;
  /** Permissions, and in answers the kind of file. */
  readonly mode?: number | undefined;
  /** Last read, in seconds since 1970. */
  readonly atime?: number | undefined;
  /** Last written, in seconds since 1970. */
  readonly mtime?: number | undefined;
}

/** One entry of a folder. */
export interface Name {
  /** Its name. */
  readonly name: string;
  /** A line as `ls -l` has it. */
  readonly long: string;
  /** What is known of it. */
  readonly attributes: Attributes;
}

const SIZE = 1;
const OWNER = 2;
const MODE = 4;
const TIMES = 8;

/** Cuts a stream of octets into packets. */
export class Packets {
  #parts: Uint8Array[] = [];
  #length = 0;

  /**
   * Takes octets.
   *
   * @param octets The next ones.
   * @returns The packets that are whole now, without their lengths.
   * @throws {DecodeError} If one is longer than is taken.
   */
  *push(octets: Uint8Array): Generator<ByteReader> {
    this.#parts.push(octets);
    this.#length += octets.length;
    while (this.#length >= 4) {
      const first = this.#parts[0]!;
      const head = first.length >= 4 ? first : this.#join();
      const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
      if (size < 1 || size > MOST_PACKET) {
        throw new DecodeError(`a packet of ${size} octets`, {
          layer: "sftp",
          offset: 0,
        });
      }
      if (this.#length < 4 + size) return;
      const all = head.length >= 4 + size ? head : this.#join();
      const rest = all.subarray(4 + size);
      this.#length -= 4 + size;
      if (rest.length > 0) this.#parts[0] = rest;
      else this.#parts.shift();
      yield new ByteReader(all.subarray(4, 4 + size), { layer: "sftp" });
    }
  }

  #join(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#parts = [all];
    return all;
  }
}

/** Reads a string of octets, which its length stands before. */
export function takeBytes(reader: ByteReader): Uint8Array {
  return reader.take(reader.u32(), "string length");
}

/** Reads a text. */
export function takeText(reader: ByteReader): string {
  return new TextDecoder().decode(takeBytes(reader));
}

/** Reads attributes. */
export function takeAttributes(reader: ByteReader): Attributes {
  const flags = reader.u32();
  return {
    ...flags & SIZE ? { size: Number(reader.u64()) } : {},
    ...flags & OWNER ? { uid: reader.u32(), gid: reader.u32() } : {},
    ...flags & MODE ? { mode: reader.u32() } : {},
    ...flags & TIMES ? { atime: reader.u32(), mtime: reader.u32() } : {},
  };
}

/** Begins a packet; {@linkcode finish} puts its length in. */
export function begin(kind: number, id?: number): ByteWriter {
  const writer = new ByteWriter().u32(0).u8(kind);
  return id === undefined ? writer : writer.u32(id);
}

/** Ends a packet. */
export function finish(writer: ByteWriter): Uint8Array {
  writer.setU32(0, writer.length - 4);
  return writer.toBytes();
}

/** Writes octets with their length. */
export function putBytes(writer: ByteWriter, octets: Uint8Array): ByteWriter {
  return writer.u32(octets.length).bytes(octets);
}

/** Writes a text. */
export function putText(writer: ByteWriter, text: string): ByteWriter {
  return putBytes(writer, new TextEncoder().encode(text));
}

/** Writes attributes. */
export function putAttributes(writer: ByteWriter, of: Attributes): ByteWriter {
  const { size, uid, gid, mode, atime, mtime } = of;
  const hasOwner = uid !== undefined && gid !== undefined;
  const hasTimes = atime !== undefined && mtime !== undefined;
  writer.u32(
    (size === undefined ? 0 : SIZE) | (hasOwner ? OWNER : 0) |
      (mode === undefined ? 0 : MODE) | (hasTimes ? TIMES : 0),
  );
  if (size !== undefined) writer.u64(size);
  if (hasOwner) writer.u32(uid).u32(gid);
  if (mode !== undefined) writer.u32(mode);
  if (hasTimes) writer.u32(atime).u32(mtime);
  return writer;
}

/** A whole answer that is a status. */
export function statusPacket(
  id: number,
  status: number,
  message: string,
): Uint8Array {
  const packet = begin(Kind.STATUS, id).u32(status);
  return finish(putText(putText(packet, message), ""));
}

/** A whole answer that is a list of names. */
export function namesPacket(id: number, names: readonly Name[]): Uint8Array {
  const packet = begin(Kind.NAME, id).u32(names.length);
  for (const { name, long, attributes } of names) {
    putAttributes(putText(putText(packet, name), long), attributes);
  }
  return finish(packet);
}

/**
 * Whether a client gives the two paths of SYMLINK as OpenSSH does, which is the
 * other way round than the draft. Some clients look at the server's name.
 *
 * @param client How the client names itself.
 * @param server How the server does, if not as ssh2 does.
 */
export function swapsLinks(
  client: string,
  server: string | undefined,
): boolean {
  return /^(OpenSSH|dropbear|paramiko)/.test(client) ||
    /^OpenSSH/.test(server ?? "");
}
