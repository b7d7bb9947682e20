/**
 * openssl for the tests of the authority: the second opinion on all it writes.
 *
 * @module
 */

/** What a program said. */
export interface Said {
  /** Its exit code. */
  readonly code: number;
  /** All that it wrote, errors too. */
  readonly text: string;
}

/** Runs a program in a folder. */
export async function run(
  folder: string,
  command: string,
  ...args: string[]
): Promise<Said> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: folder,
    stdin: "null",
    env: { LC_ALL: "C.UTF-8" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Says which of some programs are not here, or nothing. */
export async function missing(
  ...commands: string[]
): Promise<string | undefined> {
  for (const command of commands) {
    try {
      await new Deno.Command(command, {
        args: [command === "openssl" ? "version" : "--version"],
        stdout: "null",
        stderr: "null",
      }).output();
    } catch {
      return `${command} is not here: apt-get install ${command}`;
    }
  }
  return undefined;
}

/** A folder for a test, gone after it, with openssl to run in it. */
export class Bench implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Bench> {
    return new Bench(await Deno.makeTempDir({ prefix: "netrepl-ca-" }));
  }

  /** Writes files. */
  async write(files: Readonly<Record<string, string | Uint8Array>>) {
    for (const [name, data] of Object.entries(files)) {
      const octets = typeof data === "string"
        ? new TextEncoder().encode(data)
        : data;
      await Deno.writeFile(`${this.folder}/${name}`, octets);
    }
  }

  /** Runs openssl; its words come apart at spaces. */
  openssl(words: string, ...more: string[]): Promise<Said> {
    return run(this.folder, "openssl", ...words.split(" "), ...more);
  }

  /** Reads a file that openssl wrote. */
  read(name: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${name}`);
  }

  async [Symbol.asyncDispose]() {
    await Deno.remove(this.folder, { recursive: true });
  }
}
