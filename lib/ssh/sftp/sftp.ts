/**
 * Files on the other machine, over SFTP (version 3, as every server has it).
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { TRANSFER } from "../option_names.ts";
import type { SFTPWrapper } from "../ssh2.ts";
import {
  type Answer,
  callWithin,
  checkMode,
  checkPath,
  endOf,
  endSession,
  watchEnd,
} from "./calls.ts";
import { getFile, putFile } from "./copying.ts";
import { FileInfo, type RawAttributes } from "./file_info.ts";
import type { FileList } from "./file_list.ts";
import { listFolder, makeFolder, remove, walkFolder } from "./folders.ts";
import { checkReadable, replace, statOf } from "./remote_file.ts";
import type {
  MakeFolderOptions,
  RemoveOptions,
  SftpOptions,
  WriteFileOptions,
} from "./sftp_options.ts";
import { syncDown, syncUp } from "./sync.ts";
import type { SyncOptions, SyncReport } from "./sync_report.ts";
import type { Transfer, TransferOptions } from "./transfer.ts";
import { readWhole, writeWhole } from "./whole_file.ts";

/**
 * An open session of SFTP; `sftp()` of a connection gives it. Paths that do not
 * begin with `/` are relative to the user's home.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using ssh = await net.ssh.connect("backup@192.0.2.7");
 * await using sftp = await ssh.sftp();
 * for (const file of await sftp.list("/var/log")) console.log(file.name, file.size);
 * await sftp.get("/var/log/messages", "messages");
 * ```
 *
 * @see draft-ietf-secsh-filexfer-02
 */
export class Sftp implements AsyncDisposable {
  readonly #sftp: SFTPWrapper;
  readonly #closed: Promise<void>;

  /**
   * Takes the protocol's session.
   *
   * @param sftp The session.
   */
  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
    this.#closed = watchEnd(sftp);
    // Without a listener an error of the session would end the program; the
    // calls under way are told of it.
    sftp.on("error", () => {});
  }

  #ask<T>(
    op: string,
    path: string,
    options: SftpOptions,
    start: (answer: Answer<T>) => void,
  ): Promise<T> {
    return callWithin(this.#sftp, op, path, options, start);
  }

  /**
   * Tells what is known of a file; of what a link points to, if it is one.
   *
   * @param path The file.
   * @param options A time limit and a signal.
   * @throws {NetError} `"not-found"`, `"permission"`, `"closed"`, `"timeout"`.
   */
  async stat(path: string, options: SftpOptions = {}): Promise<FileInfo> {
    return new FileInfo(
      path,
      await this.#ask<RawAttributes>(
        "stat",
        path,
        options,
        (answer) => this.#sftp.stat(path, answer),
      ),
    );
  }

  /**
   * Tells what is known of a file or of a link itself, and where that points to.
   *
   * @param path The file.
   * @param options A time limit and a signal.
   * @throws {NetError} As {@linkcode Sftp.stat}.
   */
  async lstat(path: string, options: SftpOptions = {}): Promise<FileInfo> {
    const raw = await this.#ask<RawAttributes>(
      "stat",
      path,
      options,
      (answer) => this.#sftp.lstat(path, answer),
    );
    const info = new FileInfo(path, raw);
    return info.kind === "link"
      ? new FileInfo(path, raw, await this.readLink(path, options))
      : info;
  }

  /**
   * Tells whether there is something of that name.
   *
   * @param path The file.
   * @param options A time limit and a signal.
   */
  async exists(path: string, options: SftpOptions = {}): Promise<boolean> {
    return await statOf(this.#sftp, path, options, false) !== undefined;
  }

  /**
   * Lists a folder, by name; links as links.
   *
   * @param path The folder. Without it, the user's home.
   * @param options A time limit and a signal.
   * @throws {NetError} As {@linkcode Sftp.stat}.
   */
  list(path = ".", options: SftpOptions = {}): Promise<FileList> {
    return listFolder(this.#sftp, path, options);
  }

  /**
   * Walks a tree, each folder before what is in it; links are told and not
   * followed.
   *
   * @param path The folder at its root, which is not told itself.
   * @param options A time limit for each folder, and a signal.
   */
  walk(path = ".", options: SftpOptions = {}): AsyncGenerator<FileInfo> {
    return walkFolder(this.#sftp, path, options);
  }

  /**
   * Reads a whole file into memory.
   *
   * @param path The file.
   * @param options A time limit for each answer, and a signal.
   * @throws {NetError} As {@linkcode Sftp.stat}; `"too-large"` above 512 MiB,
   * `"not-a-file"` for a pipe.
   */
  async read(
    path: string,
    options: SftpOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const info = await this.stat(path, options);
    checkReadable("read", info);
    return await readWhole(this.#sftp, path, info.size, options);
  }

  /**
   * Reads a whole file as text in UTF-8.
   *
   * @param path The file.
   * @param options A time limit for each answer, and a signal.
   */
  async readText(path: string, options: SftpOptions = {}): Promise<string> {
    return new TextDecoder().decode(await this.read(path, options));
  }

  /**
   * Writes a whole file: beside it, and then in its place.
   *
   * @param path The file.
   * @param data Its content; text as UTF-8.
   * @param options A time limit for each answer, a signal and its permissions.
   */
  write(
    path: string,
    data: Uint8Array | string,
    options: WriteFileOptions = {},
  ): Promise<void> {
    return writeWhole(this.#sftp, path, data, options);
  }

  /**
   * Fetches a file.
   *
   * @param remote The file on the other machine.
   * @param local Where it goes. Without it, the same name in this folder.
   * @param options Resumption, permissions, progress.
   * @returns What was copied, and how fast.
   * @throws {NetError} `"not-found"`, `"permission"`, `"folder"`, `"truncated"`,
   * `"closed"`, `"timeout"`. What has arrived stays in `local.part`.
   */
  async get(
    remote: string,
    local?: string,
    options: TransferOptions = {},
  ): Promise<Transfer> {
    for (const path of [remote, local ?? ""]) checkPath(path);
    onlyKnown("get a file", options, TRANSFER);
    checkMode(options.mode);
    const name = remote.slice(remote.lastIndexOf("/") + 1);
    return await getFile(this.#sftp, remote, local ?? name, options);
  }

  /**
   * Sends a file.
   *
   * @param local The file here.
   * @param remote Where it goes. Without it, the same name in the user's home.
   * @param options Resumption, permissions, progress.
   * @returns What was copied, and how fast.
   * @throws {NetError} As {@linkcode Sftp.get}. What has arrived stays in
   * `remote.part`.
   */
  async put(
    local: string,
    remote?: string,
    options: TransferOptions = {},
  ): Promise<Transfer> {
    for (const path of [local, remote ?? ""]) checkPath(path);
    onlyKnown("put a file", options, TRANSFER);
    checkMode(options.mode);
    const name = local.slice(local.lastIndexOf("/") + 1);
    return await putFile(this.#sftp, local, remote ?? name, options);
  }

  /**
   * Makes a folder here the same as one on the other machine.
   *
   * @param remote The folder on the other machine.
   * @param local The folder here; it is made if it is not there.
   * @param options What to copy and what to remove.
   * @returns What was done to each file.
   */
  syncDown(
    remote: string,
    local: string,
    options: SyncOptions = {},
  ): Promise<SyncReport> {
    return syncDown(this, remote, local, options);
  }

  /**
   * Makes a folder on the other machine the same as one here.
   *
   * @param local The folder here.
   * @param remote The folder on the other machine; it is made if it is not there.
   * @param options What to copy and what to remove.
   * @returns What was done to each file.
   */
  syncUp(
    local: string,
    remote: string,
    options: SyncOptions = {},
  ): Promise<SyncReport> {
    return syncUp(this, local, remote, options);
  }

  /**
   * Makes a folder.
   *
   * @param path The folder.
   * @param options Whether folders above it are made too.
   * @throws {NetError} `"failed"` if there is something of that name.
   */
  mkdir(path: string, options: MakeFolderOptions = {}): Promise<void> {
    return makeFolder(this.#sftp, path, options);
  }

  /**
   * Removes a file, a link or an empty folder.
   *
   * @param path What goes.
   * @param options Whether a folder goes with all that is in it.
   * @throws {NetError} `"not-found"`, `"permission"`; `"failed"` for a folder
   * that is not empty.
   */
  remove(path: string, options: RemoveOptions = {}): Promise<void> {
    return remove(this.#sftp, path, options);
  }

  /**
   * Gives a file another name; what had that name is replaced.
   *
   * @param from The file.
   * @param to Its new name.
   */
  async rename(from: string, to: string): Promise<void> {
    for (const path of [from, to]) checkPath(path);
    await replace(this.#sftp, from, to);
  }

  /**
   * Sets permissions.
   *
   * @param path The file.
   * @param mode The permissions: `0o640`.
   * @param options A time limit and a signal.
   */
  async chmod(
    path: string,
    mode: number,
    options: SftpOptions = {},
  ): Promise<void> {
    checkMode(mode);
    await this.#ask(
      "change",
      path,
      options,
      (answer) => this.#sftp.chmod(path, mode & 0o7777, answer),
    );
  }

  /**
   * Makes a symbolic link.
   *
   * @param target What it points to.
   * @param path The link.
   * @param options A time limit and a signal.
   */
  async symlink(
    target: string,
    path: string,
    options: SftpOptions = {},
  ): Promise<void> {
    checkPath(target);
    await this.#ask(
      "make",
      path,
      options,
      (answer) => this.#sftp.symlink(target, path, answer),
    );
  }

  /**
   * Tells what a link points to.
   *
   * @param path The link.
   * @param options A time limit and a signal.
   */
  readLink(path: string, options: SftpOptions = {}): Promise<string> {
    return this.#ask(
      "read",
      path,
      options,
      (answer) => this.#sftp.readlink(path, answer),
    );
  }

  /**
   * Tells the whole path of a file, links followed: `realPath(".")` is the home.
   *
   * @param path The file.
   * @param options A time limit and a signal.
   */
  realPath(path: string, options: SftpOptions = {}): Promise<string> {
    return this.#ask(
      "find",
      path,
      options,
      (answer) => this.#sftp.realpath(path, answer),
    );
  }

  /** Ends the session; the connection stays. */
  async close(): Promise<void> {
    endSession(this.#sftp);
    // A server that is not there any more would keep us waiting.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, 1000);
    await Promise.race([this.#closed, late]);
    clearTimeout(timer);
  }

  /** Shows in one line. */
  [Symbol.for("Deno.customInspect")](): string {
    const end = endOf(this.#sftp);
    return `SFTP session, ${end === undefined ? "open" : `over: ${end}`}`;
  }

  /** Ends the session. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
