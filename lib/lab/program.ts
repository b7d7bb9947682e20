/**
 * Where the programs of a lab are, and how they are started: from the source
 * tree as they stand, from the single file as the bundle has them.
 *
 * @module
 */

/** The programs, and their folders: those of `repl/` own their standard streams. */
const FOLDERS = {
  agent: "repl",
  capture: "repl",
  host: "repl",
  fabric_worker: "lib/lab",
  probe_program: "lib/lab",
} as const;

/** A program that a lab starts, as a process or as a thread. */
export type Program = keyof typeof FOLDERS;

/**
 * From this text to the folder that holds `lib/` and `repl/`: a bundle puts it
 * into one of the programs, or into a part at the top that several share.
 */
const HOME = new URL(
  /\/lib\/lab\/[^/]+$/.test(import.meta.url)
    ? "../../"
    : /\/repl\/(?:agent|capture|host|main|net)\.[jt]s$/.test(import.meta.url)
    ? "../"
    : "./",
  import.meta.url,
);

const EXTENSION = /\.ts$/.test(import.meta.url) ? "ts" : "js";

/**
 * Finds a program.
 *
 * @param program Its name.
 * @returns The URL of its main module.
 *
 * @example
 * ```ts
 * import { programUrl } from "./program.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(programUrl("agent").href, /\/repl\/agent\.[jt]s$/);
 * ```
 */
export function programUrl(program: Program): URL {
  return new URL(`${FOLDERS[program]}/${program}.${EXTENSION}`, HOME);
}

/** Flags for all: nothing is asked of the net, which a lab does not have. */
const FLAGS = ["run", "-q", "-A", "--no-lock", "--no-check", "--cached-only"];

/**
 * Gives the command line that starts a program with this runtime.
 *
 * @param program Its name.
 * @param options Arguments for it.
 * @returns The runtime's path and its arguments.
 *
 * @example
 * ```ts
 * import { programCommand } from "./program.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(programCommand("host", ["web"]).at(-1), "web");
 * ```
 */
export function programCommand(
  program: Program,
  options: readonly string[] = [],
): string[] {
  // A host has all of net, packages included; the agent has neither.
  const config = program === "host"
    ? [`--config=${fromUrl(new URL("deno.json", HOME))}`]
    // It listens for datagrams in the network of a node, which that is for.
    : ["--no-config", "--no-npm", "--unstable-net"];
  return [
    Deno.execPath(),
    ...FLAGS,
    ...config,
    fromUrl(programUrl(program)),
    ...options,
  ];
}

/** A path for what is a file, which is what people read in a list of processes. */
function fromUrl(url: URL): string {
  return url.protocol === "file:" ? decodeURIComponent(url.pathname) : url.href;
}

/** Variables of this program that are not for those of the lab: its record of permissions used. */
const PRIVATE = ["DENO_AUDIT_PERMISSIONS"];

/**
 * Puts before a command line what keeps this program's private environment from
 * it.
 *
 * @param command The command line.
 * @returns The longer one.
 *
 * @example
 * ```ts
 * import { withoutPrivate } from "./program.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(withoutPrivate(["deno"])[0], "env");
 * ```
 */
export function withoutPrivate(command: readonly string[]): string[] {
  return ["env", ...PRIVATE.flatMap((name) => ["-u", name]), ...command];
}

/** What a program of the lab is told by its environment. */
export const PROGRAM_ENV: Readonly<Record<string, string>> = {
  DENO_NO_UPDATE_CHECK: "1",
};
