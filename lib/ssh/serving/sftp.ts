/**
 * SFTP for the clients of an SSH server: one folder, and nothing outside it.
 *
 * @see draft-ietf-secsh-filexfer-02
 * @module
 */

import type { ByteReader } from "../../bytes/reader.ts";
import { DecodeError } from "../../errors.ts";
import { Jail } from "./jail.ts";
import type { ServerSession } from "./session.ts";
import { Refusal, statusOf } from "./sftp_refusal.ts";
import {
  attributesOf,
  change,
  exists,
  longName,
  openOptions,
} from "./sftp_files.ts";
import {
  begin,
  finish,
  Kind,
  MOST_PACKET,
  type Name,
  namesPacket,
  Packets,
  putAttributes,
  putBytes,
  putText,
  Status,
  statusPacket,
  swapsLinks,
  takeAttributes,
  takeBytes,
  takeText,
} from "./sftp_wire.ts";
import type { SftpFolder } from "./site.ts";

/** Files and folders that one client may have open. */
const MOST_HANDLES = 256;
/** Octets that one READ gives, and that fit a packet. */
const MOST_READ = MOST_PACKET - 1024;
/** Names that one READDIR gives. */
const NAMES_AT_ONCE = 100;

/** What goes beyond version 3, and is announced; see OpenSSH's PROTOCOL §4. */
const EXTENSIONS: readonly (readonly [string, string])[] = [
  ["posix-rename@openssh.com", "1"],
  ["hardlink@openssh.com", "1"],
  ["fsync@openssh.com", "1"],
  ["limits@openssh.com", "1"],
];

interface OpenFile {
  readonly file: Deno.FsFile;
  readonly path: string;
  readonly appends: boolean;
  /** Where the next octet would be read or written without a seek. */
  at: number;
}

interface OpenFolder {
  /** As the client named it: what that leads to may change. */
  readonly path: string;
  /** Those that have not been listed. */
  readonly names: string[];
}

const jails = new WeakMap<SftpFolder, Promise<Jail>>();

/**
 * Serves a client until it has no more requests.
 *
 * @param session The session of the subsystem `sftp`.
 * @param folder What it may see.
 * @param software How the server names itself, if not as ssh2 does.
 */
export async function serveSftp(
  session: ServerSession,
  folder: SftpFolder,
  software: string | undefined,
): Promise<void> {
  let opening = jails.get(folder);
  if (opening === undefined) {
    jails.set(folder, opening = Jail.open(folder.root));
  }
  const isSwapped = swapsLinks(session.software, software);
  const files = new Files(await opening, folder.readOnly === true, isSwapped);
  const packets = new Packets();
  try {
    for await (const octets of session) {
      for (const packet of packets.push(octets)) {
        const answer = await files.answer(packet);
        if (answer !== undefined) await session.write(answer);
      }
    }
  } catch (error) {
    // Octets that are no SFTP end the session, as every server has it.
    if (!(error instanceof DecodeError)) throw error;
  } finally {
    files.close();
  }
}

/** What one client has open, and its requests. */
class Files {
  readonly #jail: Jail;
  readonly #readOnly: boolean;
  readonly #isSwapped: boolean;
  readonly #handles = new Map<number, OpenFile | OpenFolder>();
  #next = 0;

  constructor(jail: Jail, readOnly: boolean, isSwapped: boolean) {
    this.#jail = jail;
    this.#readOnly = readOnly;
    this.#isSwapped = isSwapped;
  }

  close(): void {
    for (const handle of this.#handles.values()) {
      if ("file" in handle) handle.file.close();
    }
    this.#handles.clear();
  }

  async answer(packet: ByteReader): Promise<Uint8Array | undefined> {
    const kind = packet.u8();
    if (kind === Kind.INIT) {
      const version = begin(Kind.VERSION).u32(3);
      for (const [name, value] of EXTENSIONS) {
        putText(putText(version, name), value);
      }
      return finish(version);
    }
    const id = packet.u32();
    try {
      return await this.#do(kind, id, packet) ??
        statusPacket(id, Status.OK, "done");
    } catch (error) {
      if (error instanceof DecodeError) throw error;
      return statusPacket(id, ...statusOf(error));
    }
  }

  async #do(
    kind: number,
    id: number,
    packet: ByteReader,
  ): Promise<Uint8Array | undefined> {
    switch (kind) {
      case Kind.READ:
        return await this.#read(id, packet);
      case Kind.WRITE:
        return await this.#write(packet);
      case Kind.CLOSE:
        return this.#close(packet);
      case Kind.READDIR:
        return await this.#list(id, packet);
      case Kind.FSTAT:
        return stat(id, await this.#file(packet).file.stat());
      case Kind.FSETSTAT:
        this.#mayWrite();
        return await this.#jail.alone(() => this.#changeOpen(packet));
      case Kind.REALPATH: {
        const name = Jail.normal(takeText(packet));
        return namesPacket(id, [{ name, long: name, attributes: {} }]);
      }
      default:
        return await this.#jail.alone(() => this.#doPath(kind, id, packet));
    }
  }

  /** What names paths; nobody else is at work on them meanwhile. */
  async #doPath(
    kind: number,
    id: number,
    packet: ByteReader,
  ): Promise<Uint8Array | undefined> {
    const follow = () => this.#jail.real(takeText(packet), true);
    const itself = () => this.#jail.real(takeText(packet), false);
    switch (kind) {
      case Kind.STAT:
        return stat(id, await Deno.stat(await follow()));
      case Kind.LSTAT:
        return stat(id, await Deno.lstat(await itself()));
      case Kind.OPEN:
        return await this.#open(id, await follow(), packet);
      case Kind.OPENDIR: {
        const path = takeText(packet);
        const names = [".", ".."];
        for await (
          const { name } of Deno.readDir(await this.#jail.real(path, true))
        ) names.push(name);
        return this.#handle(id, { path, names });
      }
      case Kind.READLINK: {
        const name = await Deno.readLink(await itself());
        return namesPacket(id, [{ name, long: name, attributes: {} }]);
      }
    }
    this.#mayWrite();
    switch (kind) {
      case Kind.SETSTAT:
        return await change(await follow(), takeAttributes(packet));
      case Kind.REMOVE: {
        const path = await itself();
        if ((await Deno.lstat(path)).isDirectory) {
          throw new Refusal(Status.FAILURE, "it is a folder");
        }
        return void await Deno.remove(path);
      }
      case Kind.MKDIR: {
        const path = await itself();
        const { mode = 0o777 } = takeAttributes(packet);
        return void await Deno.mkdir(path, { mode: mode & 0o777 });
      }
      case Kind.RMDIR: {
        const path = await itself();
        if (!(await Deno.lstat(path)).isDirectory) {
          throw new Refusal(Status.FAILURE, "it is no folder");
        }
        return void await Deno.remove(path);
      }
      case Kind.RENAME: {
        const [from, to] = [await itself(), await itself()];
        if (await exists(to)) {
          throw new Refusal(Status.FAILURE, "there is something by that name");
        }
        return void await Deno.rename(from, to);
      }
      case Kind.SYMLINK: {
        const [a, b] = [takeText(packet), takeText(packet)];
        const [target, link] = this.#isSwapped ? [a, b] : [b, a];
        const text = Jail.linkText(target, link);
        return void await Deno.symlink(
          text,
          await this.#jail.real(link, false),
        );
      }
      case Kind.EXTENDED:
        return await this.#extended(id, takeText(packet), packet);
      default:
        throw new Refusal(Status.OP_UNSUPPORTED, "not supported");
    }
  }

  async #extended(
    id: number,
    name: string,
    packet: ByteReader,
  ): Promise<Uint8Array | undefined> {
    const itself = () => this.#jail.real(takeText(packet), false);
    switch (name) {
      case "posix-rename@openssh.com":
        return void await Deno.rename(await itself(), await itself());
      case "hardlink@openssh.com":
        return void await Deno.link(await itself(), await itself());
      case "fsync@openssh.com":
        return void await this.#file(packet).file.sync();
      case "limits@openssh.com":
        return finish(
          begin(Kind.EXTENDED_REPLY, id).u64(MOST_PACKET).u64(MOST_READ)
            .u64(MOST_READ).u64(MOST_HANDLES),
        );
      default:
        throw new Refusal(Status.OP_UNSUPPORTED, "not supported");
    }
  }

  async #open(
    id: number,
    path: string,
    packet: ByteReader,
  ): Promise<Uint8Array> {
    const options = openOptions(packet.u32(), takeAttributes(packet));
    if (options.write || options.append) this.#mayWrite();
    // To open a pipe would wait for its other end.
    if (await exists(path) && !(await Deno.stat(path)).isFile) {
      throw new Refusal(Status.FAILURE, "it is no file");
    }
    const file = await Deno.open(path, options);
    const appends = options.append === true;
    try {
      return this.#handle(id, { file, path, appends, at: appends ? -1 : 0 });
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #handle(id: number, handle: OpenFile | OpenFolder): Uint8Array {
    if (this.#handles.size >= MOST_HANDLES) {
      throw new Refusal(Status.FAILURE, "too many open files");
    }
    const number = this.#next++;
    this.#handles.set(number, handle);
    return finish(begin(Kind.HANDLE, id).u32(4).u32(number));
  }

  #find(packet: ByteReader): [number, OpenFile | OpenFolder] {
    const octets = takeBytes(packet);
    const number = octets.length === 4
      ? new DataView(octets.buffer, octets.byteOffset).getUint32(0)
      : -1;
    const handle = this.#handles.get(number);
    if (handle === undefined) {
      throw new Refusal(Status.FAILURE, "no such handle");
    }
    return [number, handle];
  }

  #file(packet: ByteReader): OpenFile {
    const [, handle] = this.#find(packet);
    if ("file" in handle) return handle;
    throw new Refusal(Status.FAILURE, "it is a folder");
  }

  #close(packet: ByteReader): undefined {
    const [number, handle] = this.#find(packet);
    this.#handles.delete(number);
    if ("file" in handle) handle.file.close();
  }

  async #read(id: number, packet: ByteReader): Promise<Uint8Array> {
    const handle = this.#file(packet);
    await seek(handle, Number(packet.u64()));
    const octets = new Uint8Array(Math.min(packet.u32(), MOST_READ));
    const got = await handle.file.read(octets);
    if (got === null) throw new Refusal(Status.EOF, "end of file");
    handle.at += got;
    return finish(putBytes(begin(Kind.DATA, id), octets.subarray(0, got)));
  }

  async #write(packet: ByteReader): Promise<undefined> {
    const handle = this.#file(packet);
    this.#mayWrite();
    const at = Number(packet.u64());
    const octets = takeBytes(packet);
    if (!handle.appends) await seek(handle, at);
    for (let done = 0; done < octets.length;) {
      done += await handle.file.write(octets.subarray(done));
    }
    handle.at += octets.length;
  }

  async #list(id: number, packet: ByteReader): Promise<Uint8Array> {
    const [, handle] = this.#find(packet);
    if ("file" in handle) throw new Refusal(Status.FAILURE, "it is no folder");
    const some = handle.names.splice(0, NAMES_AT_ONCE);
    if (some.length === 0) throw new Refusal(Status.EOF, "no more names");
    const folder = await this.#jail.alone(() =>
      this.#jail.real(handle.path, true)
    );
    const found = await Promise.all(some.map(async (name) => {
      // The folder above the root is nobody's business.
      const path = name === ".." ? folder : `${folder}/${name}`;
      const info = await Deno.lstat(path).catch(() => undefined);
      if (info === undefined) return undefined;
      const attributes = attributesOf(info);
      return { name, long: longName(name, info), attributes } satisfies Name;
    }));
    return namesPacket(id, found.filter((one) => one !== undefined));
  }

  async #changeOpen(packet: ByteReader): Promise<undefined> {
    const { file, path } = this.#file(packet);
    const { size, mode, atime, mtime } = takeAttributes(packet);
    if (size !== undefined) await file.truncate(size);
    if (mode !== undefined) {
      const [open, there] = [await file.stat(), await Deno.lstat(path)];
      if (open.ino !== there.ino || open.dev !== there.dev) {
        throw new Refusal(Status.NO_SUCH_FILE, "it has been renamed");
      }
      await change(path, { mode });
    }
    if (atime !== undefined && mtime !== undefined) {
      await file.utime(atime, mtime);
    }
  }

  #mayWrite(): void {
    if (this.#readOnly) {
      throw new Refusal(
        Status.PERMISSION_DENIED,
        "nothing here may be changed",
      );
    }
  }
}

async function seek(handle: OpenFile, to: number): Promise<void> {
  if (handle.at === to) return;
  handle.at = await handle.file.seek(to, Deno.SeekMode.Start);
}

function stat(id: number, info: Deno.FileInfo): Uint8Array {
  return finish(putAttributes(begin(Kind.ATTRS, id), attributesOf(info)));
}
