/**
 * Folders on the other machine: what is in them, and making and removing them.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { SFTPWrapper } from "../ssh2.ts";
import { callWithin, checkMode, joinRemote } from "./calls.ts";
import { FileInfo, type RawAttributes } from "./file_info.ts";
import { FileList } from "./file_list.ts";
import { notFolder, statOf } from "./remote_file.ts";
import type {
  MakeFolderOptions,
  RemoveOptions,
  SftpOptions,
} from "./sftp_options.ts";

/**
 * Lists a folder, by name; links as links.
 *
 * @param sftp The protocol's session.
 * @param path The folder.
 * @param options A time limit and a signal.
 */
export async function listFolder(
  sftp: SFTPWrapper,
  path: string,
  options: SftpOptions,
): Promise<FileList> {
  const entries = await callWithin<
    { filename: string; attrs: RawAttributes }[]
  >(sftp, "list", path, options, (answer) => sftp.readdir(path, answer))
    .catch(async (error) => {
      // OpenSSH's server says that there is no such folder where a file is.
      const there = error instanceof NetError && error.code === "not-found"
        ? await statOf(sftp, path, options)
        : undefined;
      throw there && there.kind !== "folder"
        ? notFolder("list", path, there.kind)
        : error;
    });
  const files = entries
    .filter(({ filename }) => filename !== "." && filename !== "..")
    .map(({ filename, attrs }) =>
      new FileInfo(joinRemote(path, filename), attrs)
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return FileList.from(files) as FileList;
}

/**
 * Walks a tree, each folder before what is in it; links are not followed.
 *
 * @param sftp The protocol's session.
 * @param path The folder at its root.
 * @param options A time limit for each folder, and a signal.
 */
export async function* walkFolder(
  sftp: SFTPWrapper,
  path: string,
  options: SftpOptions,
): AsyncGenerator<FileInfo> {
  for (const info of await listFolder(sftp, path, options)) {
    // Such a name can lead out of the tree: only a hostile server says it.
    if (info.name.includes("/") || info.name === "..") continue;
    yield info;
    if (info.kind === "folder") yield* walkFolder(sftp, info.path, options);
  }
}

/**
 * Makes a folder.
 *
 * @param sftp The protocol's session.
 * @param path The folder.
 * @param options Whether folders above it are made too.
 */
export async function makeFolder(
  sftp: SFTPWrapper,
  path: string,
  options: MakeFolderOptions,
): Promise<void> {
  const { recursive = false, mode } = options;
  checkMode(mode);
  const attributes = mode === undefined ? {} : { mode };
  const make = (path: string) =>
    callWithin<void>(
      sftp,
      "make",
      path,
      options,
      (answer) => sftp.mkdir(path, attributes, answer),
    );
  if (!recursive) return await make(path);
  const parts = path.split("/");
  for (let n = 1; n <= parts.length; n++) {
    const upper = parts.slice(0, n).join("/");
    if (upper === "" || upper === ".") continue;
    try {
      await make(upper);
    } catch (error) {
      const there = await statOf(sftp, upper, options);
      if (there?.kind !== "folder") throw error;
    }
  }
}

/**
 * Removes a file, a link or a folder.
 *
 * @param sftp The protocol's session.
 * @param path What goes.
 * @param options Whether a folder goes with all that is in it.
 */
export async function remove(
  sftp: SFTPWrapper,
  path: string,
  options: RemoveOptions,
): Promise<void> {
  const info = await statOf(sftp, path, options, false);
  if (info === undefined) {
    throw new NetError("no such file or folder", {
      code: "not-found",
      op: "remove",
      target: path,
    });
  }
  const isFolder = info.kind === "folder";
  if (isFolder && options.recursive) {
    for (const { path: inside } of await listFolder(sftp, path, options)) {
      await remove(sftp, inside, options);
    }
  }
  await callWithin<void>(
    sftp,
    "remove",
    path,
    options,
    (answer) => isFolder ? sftp.rmdir(path, answer) : sftp.unlink(path, answer),
  ).catch(async (error) => {
    const isFull = isFolder && error instanceof NetError &&
      error.code === "failed" &&
      (await listFolder(sftp, path, options)).length > 0;
    throw isFull ? notEmpty(path, error) : error;
  });
}

function notEmpty(path: string, cause: NetError): NetError {
  return new NetError("the folder is not empty", {
    code: "failed",
    op: "remove",
    target: path,
    hint: `sftp.remove(${
      JSON.stringify(path)
    }, { recursive: true }), which removes all that is in it`,
    cause,
  });
}
