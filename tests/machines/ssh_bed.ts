/**
 * A real sshd of one's own: on a free port of 127.0.0.1, with keys and
 * configuration of its own, in a folder that goes with it.
 *
 * @module
 */

import { freePort } from "../free_port.ts";

/** Kinds of keys that ssh-keygen makes; RSA takes a fifth of a second. */
export type BedKeyType = "ed25519" | "ecdsa" | "rsa";

/** How a bed is made. */
export interface SshBedOptions {
  /** Lines for sshd_config; those come first, so they win. */
  readonly config?: string;
  /** The server's keys. @default {["ed25519"]} */
  readonly hostKeys?: readonly BedKeyType[];
  /** The user's keys, all of them authorized. @default {["ed25519"]} */
  readonly clientKeys?: readonly BedKeyType[];
}

/** A running sshd; dispose of it to end it and all that it started. */
export interface SshBed extends AsyncDisposable {
  /** Always 127.0.0.1. */
  readonly hostname: string;
  /** Its port. */
  readonly port: number;
  /** Who may log in with the client's keys: whoever runs the test. */
  readonly user: string;
  /** Where everything of it is. */
  readonly folder: string;
  /** Paths of the server's private keys by type; `.pub` beside them. */
  readonly hostKeys: Readonly<Partial<Record<BedKeyType, string>>>;
  /** Paths of the user's private keys by type; `.pub` beside them. */
  readonly clientKeys: Readonly<Partial<Record<BedKeyType, string>>>;
  /** A known_hosts file with the server's keys. */
  readonly knownHosts: string;
  /** The process that listens. */
  readonly pid: number;
  /** What sshd has written so far. */
  log(): string;
  /** Waits until the log has it. */
  logged(pattern: RegExp): Promise<void>;
  /** The processes of its sessions, the one that listens not among them. */
  sessions(): number[];
  /** Sends all sessions a signal; the one that listens goes on. */
  signalSessions(signal: Deno.Signal): void;
  /** Ends it and its sessions at once, as a crash would. */
  kill(): Promise<void>;
}

/** Why there can be no bed here, if so: for `testUnless`. */
export const noSshd: string | undefined = missing();

function missing(): string | undefined {
  for (const path of ["/usr/sbin/sshd", "/usr/bin/ssh-keygen"]) {
    try {
      Deno.statSync(path);
    } catch {
      return `there is no ${path}; apt-get install openssh-server`;
    }
  }
  return undefined;
}

/**
 * Runs a program to its end.
 *
 * @returns What it wrote to its standard output.
 * @throws If it failed, with what it wrote to its standard error.
 */
export async function exec(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdin: "null",
  }).output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  if (!success) throw new Error(`${command} ${args[0]}: ${text(stderr)}`);
  return text(stdout);
}

/**
 * Makes a key pair.
 *
 * @param path Where the private one goes; the public one beside it.
 * @param more More arguments of ssh-keygen: `["-m", "PEM"]`, `["-b", "384"]`.
 */
export async function makeKey(
  path: string,
  type: BedKeyType,
  more: readonly string[] = [],
): Promise<void> {
  const passphrase = more.includes("-N") ? [] : ["-N", ""];
  const args = ["-q", "-t", type, "-C", `test ${type}`, ...passphrase];
  await exec("ssh-keygen", [...args, "-f", path, ...more]);
}

/** Starts an sshd. */
export async function sshBed(options: SshBedOptions = {}): Promise<SshBed> {
  const { hostKeys = ["ed25519"], clientKeys = ["ed25519"] } = options;
  const { config = "" } = options;
  const folder = await Deno.makeTempDir({ prefix: "netrepl_ssh_" });
  // Other users of a test's own have to get at their authorized_keys.
  await Deno.chmod(folder, 0o711);
  await Deno.mkdir(`${folder}/bin`);
  const paths = (prefix: string, types: readonly BedKeyType[]) =>
    Object.fromEntries(
      types.map((type) => [type, `${folder}/${prefix}${type}`]),
    );
  const hosts = paths("host_", hostKeys);
  const clients = paths("id_", clientKeys);
  const [user] = await Promise.all([
    exec("id", ["-un"]),
    ...hostKeys.map((type) => makeKey(hosts[type]!, type)),
    ...clientKeys.map((type) => makeKey(clients[type]!, type)),
    // Where sshd puts those whom it does not trust yet.
    Deno.uid() === 0 && Deno.mkdir("/run/sshd", { recursive: true }),
  ]);
  const publics = (all: Record<string, string>) =>
    Promise.all(Object.values(all).map((x) => Deno.readTextFile(`${x}.pub`)));
  const authorized = `${folder}/authorized_keys`;
  await Deno.writeTextFile(authorized, (await publics(clients)).join(""));
  const settings = [
    config,
    ...Object.values(hosts).map((path) => `HostKey ${path}`),
    `AuthorizedKeysFile ${authorized}`,
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "UsePAM no",
    "StrictModes no",
    "PidFile none",
    "LogLevel VERBOSE",
    "Subsystem sftp internal-sftp",
    // Shells then read no start-up files of whoever runs the test, and what a
    // test puts into the folder's bin comes before other programs. A bash that
    // is hung up on writes its history, also after its sshd has ended: into the
    // folder, while that is being removed.
    `SetEnv HISTFILE= HOME=${folder} PATH=${folder}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
  ];
  let daemon: Daemon | undefined;
  // A port that was free may be taken before sshd comes to it.
  for (let tries = 0; daemon === undefined; tries++) {
    const port = freePort();
    const file = `${folder}/sshd_config`;
    const listen = [`ListenAddress 127.0.0.1`, `Port ${port}`];
    await Deno.writeTextFile(file, [...listen, ...settings, ""].join("\n"));
    daemon = await Daemon.start(file, port).catch((error) => {
      if (tries < 3 && /in use/.test(error.message)) return undefined;
      throw error;
    });
  }
  const known = `${folder}/known_hosts`;
  const lines = (await publics(hosts)).map((key) =>
    `[127.0.0.1]:${daemon.port} ${key}`
  );
  await Deno.writeTextFile(known, lines.join(""));
  const { pid, port } = daemon;
  return {
    hostname: "127.0.0.1",
    port,
    user: user.trim(),
    folder,
    hostKeys: hosts,
    clientKeys: clients,
    knownHosts: known,
    pid,
    log: () => daemon.text,
    logged: (pattern) => daemon.logged(pattern),
    sessions: () => descendants(pid),
    signalSessions: (signal) => signalAll(descendants(pid), signal),
    kill: () => daemon.kill(),
    async [Symbol.asyncDispose]() {
      await daemon.kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

class Daemon {
  readonly port: number;
  readonly pid: number;
  text = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #isOver = false;
  #grown = Promise.withResolvers<void>();

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid;
    this.#reading = this.#read();
  }

  static async start(file: string, port: number): Promise<Daemon> {
    const child = new Deno.Command("/usr/sbin/sshd", {
      args: ["-D", "-e", "-f", file],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const daemon = new Daemon(child, port);
    try {
      await daemon.logged(/Server listening on/);
    } catch (error) {
      await daemon.kill();
      throw error;
    }
    return daemon;
  }

  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      if (this.#isOver) throw new Error(`sshd has ended: ${this.text}`);
      await this.#grown.promise;
    }
  }

  async kill(): Promise<void> {
    // First the one that listens, so that none is born meanwhile; its
    // children are known by it, so they are counted before.
    const sessions = descendants(this.pid);
    signalAll([this.pid], "SIGSTOP");
    signalAll([...sessions, ...descendants(this.pid)], "SIGKILL");
    signalAll([this.pid], "SIGKILL");
    await this.#child.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stderr) {
      this.text += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
    this.#isOver = true;
    this.#wake();
  }

  #wake(): void {
    this.#grown.resolve();
    this.#grown = Promise.withResolvers();
  }
}

/** All that a process has started, and what that has started. */
export function descendants(pid: number): number[] {
  let children: number[];
  try {
    children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`)
      .split(" ").filter((x) => x !== "").map(Number);
  } catch {
    return []; // It has ended.
  }
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function signalAll(pids: readonly number[], signal: Deno.Signal): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}
