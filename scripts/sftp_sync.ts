#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write --allow-env=HOME,USER,LOGNAME,SSH_AUTH_SOCK --allow-sys=hostname,uid
/**
 * Makes a folder here the same as one on another machine, or the other way
 * round, over SSH: only what differs travels, and nobody ever sees half a file.
 *
 * It logs in as ssh does: `~/.ssh/config`, the agent, the keys of `~/.ssh`. Made
 * for cron too: its exit code says whether all went well.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: sftp_sync.ts [USER@]HOST:FOLDER FOLDER [OPTIONS]
  HOST:FOLDER      the folder on the other machine; one that does not begin with /
                   is in the user's home. An alias of ~/.ssh/config is a host too,
                   IPv6 stands in brackets: ada@[2001:db8::5]:/srv/www
  FOLDER           the folder here; both are compared by size and time
  --up             makes the other machine's the same as ours, not ours as its
  --remove         removes what is not in the original
  --dry-run        says what would be done, and does nothing
  --only PATTERN   only files like *.html or css/*, and all in folders called
                   so; as often as needed
  --skip PATTERN   all but these; what is skipped is not removed either
  --port N         the port of SSH  (22)
  --key FILE       a private key to log in with
  --host-key WHAT  the fingerprint of the server's key, SHA256:…; or new, which
                   trusts a server that nobody knows yet
  --jump HOST      the machine to go through
  --at-once N      files under way at a time  (4)
  --quiet          says only what went wrong
  --json           the report as JSON, for programs
It ends with 0 if all is well, 1 if something failed, 2 if the command line is
wrong, 130 if Ctrl-C stopped it: files that are whole then stay.`;

type Step = net.ssh.SyncReport["steps"][number];

/** What is said of each step, and in a dry run. */
const WORDS: Readonly<Record<Step["action"], readonly [string, string]>> = {
  copied: ["copied", "would copy"],
  made: ["made", "would make"],
  linked: ["linked", "would link"],
  removed: ["removed", "would remove"],
  skipped: ["skipped", "would skip"],
  failed: ["✗", "✗"],
};

/** Takes `ada@host:/folder` apart. */
function readPlace(text: string): { machine: string; folder: string } {
  const [, machine, folder] =
    /^((?:[^@:/]+@)?(?:\[[^\]]+\]|[^@:/[\]]+)):(.*)$/s.exec(text) ?? [];
  if (machine !== undefined && folder !== undefined) {
    return { machine, folder: folder.replace(/(?<=.)\/+$/, "") || "." };
  }
  throw new TypeError(
    `The other machine's folder must be as ada@host:/srv/www: current value is ${text}`,
  );
}

/** A pattern for paths: `*` within a name, `**` across folders. */
function readPattern(pattern: string): RegExp {
  const source = pattern.replace(/^\.?\/|\/$/g, "")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(
      /\*\*|\*|\?/g,
      (sign) => sign === "**" ? ".*" : sign === "*" ? "[^/]*" : "[^/]",
    );
  // Without a slash it is about names, in any folder; a folder is all within.
  const where = pattern.includes("/") ? "" : "(.*/)?";
  return new RegExp(`^${where}${source}(/.*)?$`, "s");
}

/** Reads what was typed; where it makes no sense, the program ends. */
function typed(args: string[]) {
  if (args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        "up": { type: "boolean", default: false },
        "remove": { type: "boolean", default: false },
        "dry-run": { type: "boolean", default: false },
        "only": { type: "string", multiple: true, default: [] as string[] },
        "skip": { type: "string", multiple: true, default: [] as string[] },
        "port": { type: "string" },
        "key": { type: "string", multiple: true, default: [] as string[] },
        "host-key": { type: "string" },
        "jump": { type: "string", multiple: true },
        "at-once": { type: "string", default: "4" },
        "quiet": { type: "boolean", default: false },
        "json": { type: "boolean", default: false },
      },
    });
    const [place, here, ...more] = positionals;
    if (place === undefined || here === undefined || more.length > 0) {
      throw new TypeError("HOST:FOLDER and FOLDER are needed, and no more");
    }
    const number = (name: "port" | "at-once", most: number) => {
      const value = Number(values[name] || NaN);
      if (Number.isInteger(value) && value >= 1 && value <= most) return value;
      throw new RangeError(
        `--${name} must be 1 to ${most}: current value is ${values[name]}`,
      );
    };
    const only = values.only.map(readPattern);
    const skip = values.skip.map(readPattern);
    const include = (path: string) =>
      (only.length === 0 || only.some((one) => one.test(path))) &&
      !skip.some((one) => one.test(path));
    const hostKey = values["host-key"];
    return {
      ...readPlace(place),
      here: here.replace(/(?<=.)\/+$/, ""),
      up: values.up,
      login: {
        port: values.port === undefined ? undefined : number("port", 65_535),
        keys: values.key,
        jump: values.jump,
        hostKeys: hostKey === undefined
          ? undefined
          : hostKey === "new"
          ? "accept-new" as const
          : { fingerprint: hostKey },
      },
      sync: {
        remove: values.remove,
        dryRun: values["dry-run"],
        include: only.length + skip.length > 0 ? include : undefined,
        concurrency: number("at-once", 64),
      },
      quiet: values.quiet,
      json: values.json,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

type Typed = ReturnType<typeof typed>;

const MIB = 1024 * 1024;

/** Synchronizes, and says what is done as it is done. */
async function synchronize(
  all: Typed,
  signal: AbortSignal,
): Promise<net.ssh.SyncReport> {
  const { machine, folder, here, up, login, quiet, json } = all;
  await using on = await net.ssh.connect(machine, {
    ...login,
    signal,
  });
  await using sftp = await on.sftp({ signal });
  const there = `${machine}:${folder}`;
  const way = up ? `${here} → ${there}` : `${there} → ${here}`;
  const onStep = (step: Step) => {
    const { action, path, size, reason } = step;
    const isBad = action === "failed";
    if (json || quiet && !isBad) return;
    const word = WORDS[action][all.sync.dryRun ? 1 : 0];
    const note = size === undefined ? "" : ` (${net.inspect.bytes(size)})`;
    const why = reason === undefined ? "" : `: ${reason}`;
    const line = net.inspect.visible(`${word} ${path}${note}${why}`);
    if (isBad) console.error(line);
    else console.log(line);
  };
  return await new net.inspect.Run<never, net.ssh.SyncReport>(
    `${way}, MiB`,
    ({ progress, signal }) => {
      const options = {
        ...all.sync,
        signal,
        onStep,
        onProgress: ({ allDone, allTotal }: net.ssh.SyncProgress) =>
          progress(Math.floor(allDone / MIB), Math.ceil(allTotal / MIB)),
      };
      return up
        ? sftp.syncUp(here, folder, options)
        : sftp.syncDown(folder, here, options);
    },
    { signal },
  );
}

async function main(args: string[]): Promise<number> {
  const all = typed(args);
  using stage = net.inspect.stage(Deno, { console });
  using _asker = net.inspect.askAt(Deno, { stage });
  const stop = new AbortController();
  const interrupt = () => {
    // The next one ends the program as it would any other.
    Deno.removeSignalListener("SIGINT", interrupt);
    stop.abort(new DOMException("Interrupted by Ctrl-C", "AbortError"));
  };
  Deno.addSignalListener("SIGINT", interrupt);
  const report = await synchronize(all, stop.signal);
  if (all.json) console.log(JSON.stringify(report, null, 2));
  else if (!all.quiet) {
    const { copied, bytes, unchanged, elapsed, steps } = report;
    const removed = steps.filter(({ action }) => action === "removed").length;
    console.log(
      `${copied} ${all.sync.dryRun ? "to copy" : "copied"} (${
        net.inspect.bytes(bytes)
      }), ${unchanged} unchanged, ${removed} ${
        all.sync.dryRun ? "to remove" : "removed"
      }, in ${net.inspect.duration(elapsed)}`,
    );
  }
  return report.ok ? 0 : 1;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof DOMException) {
    console.error("Stopped: what is whole stays, the rest is done next time");
    Deno.exit(130);
  }
  const isMistake = error instanceof net.ParseError ||
    error instanceof RangeError || error instanceof TypeError;
  if (!isMistake && !(error instanceof net.NetError)) throw error;
  console.error(isMistake ? `${error.message}\n${USAGE}` : error.message);
  if (error instanceof net.ssh.HostKeyError) {
    if (error.code === "host-key-unknown") {
      console.error(`Here that is: --host-key ${error.offered}`);
    }
  } else if (error instanceof net.ssh.SshAuthError) {
    console.error("A key is named by --key FILE, or in ~/.ssh/config");
  }
  Deno.exit(isMistake ? 2 : 1);
}
