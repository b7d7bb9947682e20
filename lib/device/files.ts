/**
 * Files of a device: by SFTP, and where it has none by the protocol of `scp`.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import type { SshConnection } from "../ssh/connection.ts";
import { scpGet, scpPut } from "../ssh/scp.ts";
import type { Sftp } from "../ssh/sftp/sftp.ts";
import type { Transfer } from "../ssh/sftp/transfer.ts";
import type { DeviceFileOptions } from "./session_options.ts";

/** The session of SFTP; undefined if the device has none and may be asked otherwise. */
async function sftpOf(
  ssh: SshConnection,
  { protocol, timeout, signal }: DeviceFileOptions,
): Promise<Sftp | undefined> {
  if (protocol === "scp") return undefined;
  try {
    return await ssh.sftp({ timeout, signal });
  } catch (error) {
    const hasNone = error instanceof NetError && error.code === "unsupported";
    if (!hasNone || protocol === "sftp") throw error;
    return undefined;
  }
}

function needed(ssh: SshConnection | undefined, target: string): SshConnection {
  if (ssh) return ssh;
  throw new NetError("files take a session over SSH", {
    code: "unsupported",
    op: "copy files of",
    target,
    hint: 'net.device.connect({ transport: "ssh", … })',
  });
}

/** Fetches a file of a device. */
export async function getDeviceFile(
  connection: SshConnection | undefined,
  target: string,
  remote: string,
  local: string | undefined,
  options: DeviceFileOptions,
): Promise<Transfer> {
  const ssh = needed(connection, target);
  const name = local ?? remote.slice(
    Math.max(
      remote.lastIndexOf("/"),
      remote.lastIndexOf(":"),
    ) + 1,
  );
  await using sftp = await sftpOf(ssh, options);
  return await (sftp
    ? sftp.get(remote, name, sftpOptions(options))
    : scpGet(ssh, remote, name, options));
}

/** Sends a file to a device. */
export async function putDeviceFile(
  connection: SshConnection | undefined,
  target: string,
  local: string,
  remote: string | undefined,
  options: DeviceFileOptions,
): Promise<Transfer> {
  const ssh = needed(connection, target);
  const name = remote ?? local.slice(local.lastIndexOf("/") + 1);
  await using sftp = await sftpOf(ssh, options);
  // Flash memories rename to free names only, and have no room for two.
  return await (sftp
    ? sftp.put(local, name, { ...sftpOptions(options), atomic: false })
    : scpPut(ssh, local, name, options));
}

/** What of the options the protocol itself has. */
function sftpOptions({ protocol: _, ...others }: DeviceFileOptions) {
  return others;
}
