/**
 * A session of SFTP over a connection.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { Client, SFTPWrapper } from "../ssh2.ts";
import { Sftp } from "./sftp.ts";
import { limits } from "./calls.ts";
import type { SftpOptions } from "./sftp_options.ts";

/**
 * Opens a session of SFTP over a connection.
 *
 * @param client The protocol's connection.
 * @param target Its name, for errors.
 * @param options A time limit and a signal.
 * @returns The session.
 * @throws {NetError} If the server has no SFTP.
 */
export async function openSftp(
  client: Client,
  target: string,
  options: SftpOptions = {},
): Promise<Sftp> {
  const opening = new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, sftp) => {
      if (!error) return resolve(sftp);
      reject(
        new NetError(`the server opens no SFTP: ${error.message}`, {
          code: "unsupported",
          op: "open SFTP on",
          target,
          hint: "look for a line Subsystem sftp in its sshd_config",
          cause: error,
        }),
      );
    })
  );
  // Opened too late, it is closed again.
  using deadline = new Deadline("open SFTP on", target, limits(options));
  try {
    return new Sftp(await deadline.race(opening));
  } catch (error) {
    opening.then((sftp) => sftp.end(), () => {});
    throw error;
  }
}
