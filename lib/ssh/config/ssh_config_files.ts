/**
 * Configurations in files: the user's, the system's, and those that they
 * include.
 *
 * @see ssh_config(5), Include
 * @module
 */

import { NetError } from "../../errors.ts";
import { withFile } from "../../file_failure.ts";
import { mayRead } from "../environment.ts";
import { type LocalFacts, localFacts } from "./local_facts.ts";
import { type ConfigProblem, SshConfig } from "./ssh_config.ts";
import {
  checkDepth,
  checkedParts,
  type ConfigPart,
} from "./ssh_config_blocks.ts";

/** Where the system's configuration is. */
const SYSTEM = "/etc/ssh/ssh_config";

/**
 * Reads a configuration with all that it includes.
 *
 * @param config A path; `true` for `~/.ssh/config` and `/etc/ssh/ssh_config`,
 * each if it is there and this program may read it unasked; `false` for none; or
 * one that was read.
 * @param local Who and where we are. @default {what the environment says}
 * @returns The configuration; nothing for `false`.
 * @throws {NetError} If a file that was named is not there, others may write to
 * the user's own, or a line is wrong; the error names file and line.
 * @see ssh_config(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await net.ssh.loadSshConfig(false), undefined);
 * ```
 */
export async function loadSshConfig(
  config: boolean | string | SshConfig = true,
  local: Partial<LocalFacts> = {},
): Promise<SshConfig | undefined> {
  if (config === false) return undefined;
  if (config instanceof SshConfig) return config;
  const facts = { ...localFacts(), ...local };
  const loader = new Loader(facts);
  if (typeof config === "string") {
    const path = config.replace(/^~(?=\/|$)/, facts.home);
    const base = `${facts.home}/.ssh`;
    return loader.config([await loader.file(path, { base, isOurs: false })]);
  }
  const own = { base: `${facts.home}/.ssh`, isOurs: true };
  const system = { base: "/etc/ssh", isOurs: false };
  return loader.config([
    await loader.maybe(`${own.base}/config`, own),
    await loader.maybe(SYSTEM, system),
  ]);
}

/** Where a file stands. */
interface Origin {
  /** The folder that its `Include` lines start from. */
  readonly base: string;
  /** Whether nobody else may be able to write to it. */
  readonly isOurs: boolean;
}

class Loader {
  readonly #local: LocalFacts;
  readonly #paths: string[] = [];
  readonly #problems: ConfigProblem[] = [];

  constructor(local: LocalFacts) {
    this.#local = local;
  }

  config(files: readonly (readonly ConfigPart[])[]): SshConfig {
    return new SshConfig(files, this.#paths, this.#problems);
  }

  /** A file that need not be there. */
  async maybe(path: string, origin: Origin): Promise<ConfigPart[]> {
    if (!mayRead(path)) return [];
    try {
      return await this.file(path, origin);
    } catch (error) {
      if (error instanceof NetError && error.code === "not-found") return [];
      throw error;
    }
  }

  async file(path: string, origin: Origin, depth = 0): Promise<ConfigPart[]> {
    const text = await withFile("read", path, () => Deno.readTextFile(path));
    if (origin.isOurs) await mustBeOurs(path);
    const parts = checkedParts(text, path, this.#problems);
    this.#paths.push(path);
    for (const part of parts) {
      if (part.kind !== "include") continue;
      checkDepth(depth, part);
      const files: (readonly ConfigPart[])[] = [];
      for (const pattern of part.patterns) {
        for (const path of await this.#find(pattern, origin.base)) {
          files.push(await this.file(path, origin, depth + 1));
        }
      }
      part.files = files;
    }
    return parts;
  }

  async #find(pattern: string, base: string): Promise<string[]> {
    const whole = pattern.startsWith("~/")
      ? this.#local.home + pattern.slice(1)
      : pattern.startsWith("/")
      ? pattern
      : `${base}/${pattern}`;
    return await glob(whole);
  }
}

/** Who can write to a configuration can run programs in its user's name. */
async function mustBeOurs(path: string): Promise<void> {
  const { mode } = await withFile("read", path, () => Deno.stat(path));
  if (mode === null || (mode & 0o022) === 0) return;
  throw new NetError("others may write to it", {
    code: "permissions",
    op: "read",
    target: path,
    hint: `chmod 600 ${path}`,
  });
}

/**
 * Finds the files that a pattern names, in the order of their names.
 *
 * @param pattern An absolute path in which `*`, `?` and `[…]` stand for parts of
 * names.
 */
export async function glob(pattern: string): Promise<string[]> {
  let found = [""];
  for (const part of pattern.split("/").slice(1)) {
    if (part === "") continue;
    if (!/[*?[]/.test(part)) {
      found = found.map((path) => `${path}/${part}`);
      continue;
    }
    const matcher = nameMatcher(part);
    const next: string[] = [];
    for (const folder of found) {
      const names = await namesIn(folder === "" ? "/" : folder);
      next.push(
        ...names.filter((name) => matcher.test(name)).sort()
          .map((name) => `${folder}/${name}`),
      );
    }
    found = next;
  }
  const isFile = async (path: string) =>
    (await Deno.stat(path).catch(() => undefined))?.isFile;
  const files = await Promise.all(found.map(isFile));
  return found.filter((_, i) => files[i]);
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    // What cannot be looked into has no files, as a shell has it; but what this
    // program must not see is no secret.
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
  return names;
}

/** Names that begin with a dot must be named with it. */
function nameMatcher(part: string): RegExp {
  const source = part.replace(
    /\[(!?)((?:\]|[^\]])[^\]]*)\]|[\s\S]/g,
    (whole, not: string | undefined, set: string | undefined) =>
      set !== undefined
        ? `[${not ? "^" : ""}${set.replace(/[\\\]^[]/g, "\\$&")}]`
        : whole === "*"
        ? "[^/]*"
        : whole === "?"
        ? "[^/]"
        : whole.replace(/[.+^${}()|[\]\\]/, "\\$&"),
  );
  return new RegExp(`^${part.startsWith(".") ? "" : "(?!\\.)"}${source}$`);
}
