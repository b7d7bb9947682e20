/**
 * The program nft, and what it says.
 *
 * libnftables inside this process would take it down with it (it crashes on
 * some rules, and where it gets a high descriptor), so nft is a child.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { inside } from "../../linux/entering.ts";

/** Where nft works. */
export interface NftOptions {
  /** Another network namespace: a descriptor of it, or its file. @default {this program's} */
  namespace?: number | string | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs nft, or a program that runs nft.
 *
 * @param words The program and its words.
 * @param input What it reads.
 * @param op What that is for, as errors say it.
 * @param options Where.
 * @returns What it printed.
 * @throws {NetError} With code `"refused"` and what nft said.
 * @throws {PermissionError} If it may not be run, or may not change rules.
 */
export async function runNft(
  words: readonly string[],
  input: string,
  op: string,
  options: NftOptions,
): Promise<string> {
  options.signal?.throwIfAborted();
  const child = startIn(options.namespace, words, op);
  const kill = () => endChild(child);
  options.signal?.addEventListener("abort", kill, { once: true });
  try {
    const writing = writeAll(child.stdin, input);
    const [{ success, stdout, stderr }] = await Promise.all([
      child.output(),
      writing,
    ]);
    options.signal?.throwIfAborted();
    const decoder = new TextDecoder();
    if (!success) throw refusal(decoder.decode(stderr), op);
    return decoder.decode(stdout);
  } finally {
    options.signal?.removeEventListener("abort", kill);
  }
}

/** nft may have ended before it read everything; what it says then is the news. */
async function writeAll(
  stdin: WritableStream<Uint8Array>,
  input: string,
): Promise<void> {
  try {
    await new Blob([input]).stream().pipeTo(stdin);
  } catch {
    // Its exit and its words follow.
  }
}

/**
 * Starts a child in a namespace, with pipes.
 *
 * @param namespace Which. @default {this program's}
 * @param words The program and its words.
 * @param op What that is for, as errors say it.
 * @returns The child.
 * @throws {NetError} With code `"not-found"` if there is no such program.
 */
export function startIn(
  namespace: number | string | undefined,
  [program, ...args]: readonly string[],
  op: string,
): Deno.ChildProcess {
  try {
    return inside(
      namespace,
      () =>
        new Deno.Command(program!, {
          args,
          stdin: "piped",
          stdout: "piped",
          stderr: "piped",
          env: { LC_ALL: "C", ...systemPath() },
        }).spawn(),
    );
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw missing(program!, op, cause);
  }
}

/**
 * Kills a child, if it is there still: nobody would catch what an abort throws.
 *
 * @param child The child.
 */
export function endChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended; what it said is on its way.
  }
}

/** Users other than root may have no path to nft. */
function systemPath(): { PATH?: string } {
  const { state } = Deno.permissions.querySync({
    name: "env",
    variable: "PATH",
  });
  if (state !== "granted") return {};
  return { PATH: `${Deno.env.get("PATH") ?? "/usr/bin:/bin"}:/usr/sbin:/sbin` };
}

function missing(program: string, op: string, cause?: unknown): NetError {
  return new NetError(`there is no program ${program}`, {
    code: "not-found",
    op,
    hint: program === "nft" ? "apt install nftables" : undefined,
    cause,
  });
}

/**
 * Makes the error for what nft said, or a program before it.
 *
 * @param said What it wrote.
 * @param op What it was for.
 * @returns The error.
 */
export function refusal(said: string, op: string): NetError {
  const text = said.trim() || "nft failed without a word";
  if (/failed to execute nft|nft: not found/.test(text)) {
    return missing("nft", op);
  }
  if (/^unshare: /m.test(text)) {
    return new PermissionError("users may make no namespaces here", {
      code: "no-namespaces",
      op,
      hint: "sudo",
    });
  }
  if (/Operation not permitted/.test(text)) {
    return new PermissionError("rules are for root to read and to change", {
      code: "not-permitted",
      op,
      hint: "sudo, or a lab: .lab up pair",
    });
  }
  return new NetError(`nft says: ${text}`, { code: "refused", op });
}
