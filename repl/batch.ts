/**
 * Sessions without a terminal: a pipe, one expression, a script.
 *
 * @module
 */

import { commands } from "./commands.ts";
import { isWhole } from "./question.ts";
import { parseScript } from "./script.ts";
import { Session, type SessionHost } from "./session.ts";
import { showError } from "./show.ts";

const encoder = new TextEncoder();

function writeAll(
  to: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = encoder.encode(`${text}\n`);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    // `| head` has read enough: it is no mistake, and nobody hears of it.
    Deno.exit(0);
  }
}

/** Prints to the standard streams. */
export const host: SessionHost = {
  colors: !Deno.noColor && Deno.stdout.isTerminal(),
  print: (text) => writeAll(Deno.stdout, text),
  complain: (text) => writeAll(Deno.stderr, text),
};

/** Runs a session to its end; a background failure counts as one. */
async function within(
  root: URL,
  work: (session: Session) => Promise<boolean>,
): Promise<number> {
  const session = new Session(host, root, commands);
  let failed = false;
  const onFailure = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    failed = true;
    const error = "reason" in event ? event.reason : event.error;
    host.complain(showError(error, "", host));
  };
  globalThis.addEventListener("unhandledrejection", onFailure);
  globalThis.addEventListener("error", onFailure);
  let ok = false;
  try {
    ok = await work(session);
  } catch (error) {
    // What the value itself threw when it was to be shown.
    host.complain(showError(error, "", host));
  }
  await session.close();
  // What was rejected in the last turn is reported in the next.
  await new Promise((resolve) => setTimeout(resolve, 0));
  return ok && !failed ? 0 : 1;
}

/**
 * Runs the entries of a piped text, up to the first that fails.
 *
 * @param text What came through the pipe.
 * @param root The program's folder.
 * @returns The exit code.
 */
export function runText(text: string, root: URL): Promise<number> {
  return within(root, async (session) => {
    for (const entry of entriesOf(text)) {
      if (!await session.enter(entry)) return false;
      if (session.ended) break;
    }
    return true;
  });
}

/**
 * Evaluates one expression and prints its value.
 *
 * @param expression TypeScript, any number of statements.
 * @param json Whether to print the value as one line of JSON.
 * @param root The program's folder.
 * @returns The exit code.
 */
export function evaluate(
  expression: string,
  json: boolean,
  root: URL,
): Promise<number> {
  return within(root, async (session) => {
    if (!json) return await session.enter(expression);
    const { ok, value, error } = await session.kernel.evaluate(expression);
    if (!ok) {
      host.complain(showError(error, expression, host));
      return false;
    }
    host.print(
      JSON.stringify(
        value,
        (_, inner) => typeof inner === "bigint" ? inner.toString() : inner,
      ) ?? "null",
    );
    return true;
  });
}

/**
 * Runs a script as `deno run` would, with the permissions that its first line
 * names, and with `netrepl` at hand wherever the file is.
 *
 * @param file The script; `-` is the standard input.
 * @param args What the script finds in `Deno.args`.
 * @param root The program's folder.
 * @returns The script's exit code.
 */
export async function runFile(
  file: string,
  args: readonly string[],
  root: URL,
): Promise<number> {
  let text: string;
  let passing: boolean;
  try {
    file = await scriptNamed(file, root);
    // What can be read but once, as `-` and `<(command)`, the script reads from us.
    passing = file === "-" || !(await Deno.stat(file)).isFile;
    text = file === "-"
      ? await new Response(Deno.stdin.readable).text()
      : await Deno.readTextFile(file);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "it is a folder"
      : (error as Error).message;
    host.complain(`Cannot run ${file}: ${reason}.`);
    return 1;
  }
  if (Deno.build.standalone) {
    return await within(root, (session) => session.enter(`.load ${file}`));
  }
  const flags = /^#!.*\bdeno run\b/.test(text)
    ? parseScript(text).flags
    : ["--allow-all"];
  Deno.env.delete("DENO_AUDIT_PERMISSIONS");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      "--config",
      decodeURIComponent(new URL("deno.json", root).pathname),
      ...flags,
      passing ? "-" : file,
      ...args,
    ],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: passing ? "piped" : "inherit",
  }).spawn();
  if (passing) {
    // A script that ends before it has read all is no failure of ours.
    new Blob([text]).stream().pipeTo(child.stdin).catch(() => {});
  }
  const pass = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has just ended by itself.
    }
  };
  const listeners = new Map<Deno.Signal, () => void>([
    // Ctrl-C goes to the whole group: the script decides, this process waits.
    ["SIGINT", () => {}],
    // These come to this process alone, and it is the script that is meant.
    ["SIGHUP", () => pass("SIGHUP")],
    ["SIGTERM", () => pass("SIGTERM")],
  ]);
  for (const [signal, act] of listeners) Deno.addSignalListener(signal, act);
  const { code } = await child.status;
  for (const [signal, act] of listeners) Deno.removeSignalListener(signal, act);
  return code;
}

/** A reader's own file, or one of ours by its name, with `.ts` or without. */
async function scriptNamed(file: string, root: URL): Promise<string> {
  if (file === "-" || file.includes("/")) return file;
  const isThere = (path: string | URL) =>
    Deno.stat(path).then(() => true, () => false);
  if (await isThere(file)) return file;
  const own = new URL(`scripts/${file.replace(/(\.ts)?$/, ".ts")}`, root);
  return await isThere(own) ? decodeURIComponent(own.pathname) : file;
}

/** Cuts a text where the prompt would take an entry. */
export function* entriesOf(text: string): Generator<string> {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  let entry = "";
  for (const [index, line] of lines.entries()) {
    entry = entry === "" ? line : `${entry}\n${line}`;
    const next = lines.slice(index + 1).find((line) => line.trim() !== "");
    // `}` ends an entry at the prompt; here we can see what follows.
    const goesOn = next !== undefined &&
      /^\s*(else|catch|finally|\?\.|\.\s*[a-z]\w*\()/.test(next);
    if (entry.trim() === "") entry = "";
    else if (isWhole(entry) && !goesOn) {
      yield entry;
      entry = "";
    }
  }
  if (entry.trim() !== "") yield entry;
}
