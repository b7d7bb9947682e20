/**
 * The program `ip`'s door, for where the C library may not be called.
 *
 * @see ip(8)
 * @module
 */

import { NetError } from "../errors.ts";

/** An object of `ip -j`. */
export type IpObject = Readonly<Record<string, unknown>>;

/** Runs `ip -j -d`, in one network namespace. */
export class IpJson {
  readonly #before: readonly string[];
  readonly #signal: AbortSignal | undefined;

  /**
   * Says where.
   *
   * @param namespace The file of a namespace that `ip netns` knows.
   * @param signal Ends the program.
   * @throws {NetError} If `ip` cannot go there.
   */
  constructor(
    namespace: number | string | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#signal = signal;
    const name = /^\/(?:var\/)?run\/netns\/([^/]+)$/.exec(String(namespace));
    if (namespace !== undefined && name === null) {
      throw new NetError("ip enters only the namespaces of ip netns", {
        code: "unsupported",
        op: "look into",
        target: `namespace ${namespace}`,
        hint: "run this with --allow-ffi",
      });
    }
    this.#before = name === null ? [] : ["-n", name[1]!];
  }

  /**
   * Runs it and reads what it shows.
   *
   * @param words The command: `"-s", "link", "show"`.
   * @returns The objects.
   * @throws {NetError} If it fails, with what it said.
   */
  async show(...words: string[]): Promise<IpObject[]> {
    return parsed(await this.#run("ip", ["-j", "-d", ...words]));
  }

  /**
   * Runs tc in its place.
   *
   * @param words The command: `"-s", "qdisc", "show"`.
   * @returns The objects.
   * @throws {NetError} If it fails, with what it said.
   */
  async showTc(...words: string[]): Promise<IpObject[]> {
    return parsed(await this.#run("tc", ["-j", "-d", ...words]));
  }

  /**
   * Runs a command that changes something.
   *
   * @param words The command, with its program: `"ip", "link", "add", …`.
   * @throws {NetError} If it fails, with what it said.
   */
  async change(words: readonly string[]): Promise<void> {
    await this.#run(words[0]!, words.slice(1));
  }

  async #run(program: string, words: readonly string[]): Promise<string> {
    const args = [...this.#before, ...words];
    const failure = (reason: string, code: string, cause?: unknown) =>
      new NetError(reason, {
        code,
        op: "run",
        target: `${program} ${args.join(" ")}`,
        cause,
      });
    let output;
    try {
      // Each program by its name, as the permission to run it wants.
      output = await new Deno.Command(program, {
        args,
        stdin: "null",
        ...(this.#signal && { signal: this.#signal }),
      }).output();
    } catch (cause) {
      throw failure("it could not be started", "not-found", cause);
    }
    this.#signal?.throwIfAborted();
    const decoder = new TextDecoder();
    if (!output.success) {
      const said = decoder.decode(output.stderr).trim().split("\n")[0];
      throw failure(said || `it ended with ${output.code}`, "failed");
    }
    return decoder.decode(output.stdout);
  }
}

/** What has nothing to show is not even an empty list; and empty objects fill in. */
function parsed(text: string): IpObject[] {
  const objects: IpObject[] = text.trim() === "" ? [] : JSON.parse(text);
  return objects.filter((object) => Object.keys(object).length > 0);
}
