/**
 * What is said to calls of a session of SFTP.
 *
 * @module
 */

/** Options for calls of an {@linkcode Sftp}. */
export interface SftpOptions {
  /** The longest wait for an answer, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** Stops the wait. */
  signal?: AbortSignal | undefined;
}

/** Options for `write` of an {@linkcode Sftp}. */
export interface WriteFileOptions extends SftpOptions {
  /** Its permissions: `0o600`. @default {as a file that it replaces, or as new files are} */
  readonly mode?: number | undefined;
}

/** Options for `mkdir` of an {@linkcode Sftp}. */
export interface MakeFolderOptions extends SftpOptions {
  /** Make what is lacking above it too; a folder that is there is no error. @default {false} */
  recursive?: boolean | undefined;
  /** Its permissions. @default {as the server makes folders} */
  mode?: number | undefined;
}

/** Options for `remove` of an {@linkcode Sftp}. */
export interface RemoveOptions extends SftpOptions {
  /** Remove a folder with all that is in it. @default {false} */
  recursive?: boolean | undefined;
}
