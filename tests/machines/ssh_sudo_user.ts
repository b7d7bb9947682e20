/**
 * Users of this machine that a test makes for itself and takes away again, with
 * the right to run all by sudo.
 *
 * @module
 */

import { exec, noSshd } from "./ssh_bed.ts";

/** How a user is made. */
export interface SudoUserOptions {
  /** Whether sudo asks for the password. @default {true} */
  readonly asks?: boolean;
  /** What else sudo is told of this user: `passwd_tries=1`. */
  readonly defaults?: string;
}

/** A user; dispose of it to take it away. */
export interface SudoUser extends AsyncDisposable {
  /** Its name, which no other user has. */
  readonly name: string;
  /** Its password. */
  readonly password: string;
}

/** Why no such user can be made here, if so: for `testUnless`. */
export const noSudoUser: string | undefined = noSshd ?? missing();

function missing(): string | undefined {
  if (Deno.uid() !== 0) {
    return "only root can make users; run the tests as root";
  }
  for (
    const [path, name] of [
      ["/usr/bin/sudo", "sudo"],
      ["/etc/sudoers.d", "sudo"],
      ["/usr/sbin/useradd", "passwd"],
      ["/usr/sbin/chpasswd", "passwd"],
    ] as const
  ) {
    try {
      Deno.statSync(path);
    } catch {
      return `there is no ${path}; apt-get install ${name}`;
    }
  }
  return undefined;
}

/** Makes a user that may run all by sudo. */
export async function sudoUser(
  options: SudoUserOptions = {},
): Promise<SudoUser> {
  const { asks = true, defaults } = options;
  const name = `netrepl_${crypto.randomUUID().slice(0, 8)}`;
  const password = `it's ${crypto.randomUUID()}`;
  const home = await Deno.makeTempDir({ prefix: `${name}_` });
  const rights = `/etc/sudoers.d/${name}`;
  const user: SudoUser = {
    name,
    password,
    async [Symbol.asyncDispose]() {
      // Its rights, and the mark that sudo has lectured it.
      for (const path of [rights, `/var/lib/sudo/lectured/${name}`]) {
        await Deno.remove(path).catch(ignoreMissing);
      }
      // What still runs for it is no reason to leave it there.
      if (await exists(name)) await exec("/usr/sbin/userdel", ["-f", name]);
      await Deno.remove(home, { recursive: true });
    },
  };
  try {
    await exec("/usr/sbin/useradd", [
      ...["--home-dir", home, "--no-create-home", "--shell", "/bin/sh", name],
    ]);
    await setPassword(name, password);
    await exec("chown", [`${name}:`, home]);
    const lines = [
      `Defaults:${name} timestamp_timeout=0`,
      ...defaults === undefined ? [] : [`Defaults:${name} ${defaults}`],
      `${name} ALL=(ALL:ALL) ${asks ? "" : "NOPASSWD: "}ALL`,
    ];
    const text = `${lines.join("\n")}\n`;
    await Deno.writeTextFile(rights, text, { mode: 0o440, createNew: true });
    return user;
  } catch (error) {
    await user[Symbol.asyncDispose]();
    throw error;
  }
}

/** By standard input: other users see the arguments of every program. */
async function setPassword(name: string, password: string): Promise<void> {
  const child = new Deno.Command("/usr/sbin/chpasswd", {
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${name}:${password}\n`));
  await writer.close();
  const { success, stderr } = await child.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function exists(name: string): Promise<boolean> {
  const { success } = await new Deno.Command("id", {
    args: ["-u", name],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
