/**
 * The prompt's commands. To add one, add one entry to {@linkcode commands}.
 *
 * @module
 */

import { fileUrl } from "./file_url.ts";
import { parseScript } from "./script.ts";
import { toScript } from "./save.ts";
import type { Command, Session } from "./session.ts";
import { showValue } from "./show.ts";

/** All commands, by name. */
export const commands: Readonly<Record<string, Command>> = {
  help: {
    usage: ".help [NAME]",
    summary: "this page, or what a name is; also NAME?",
    async run(session, name) {
      const page = (await session.help()).page(name || undefined);
      session.host.print(showValue(page, session.host));
    },
  },
  save: {
    usage: ".save [-f] FILE",
    summary: "the session as a script; -f overwrites",
    run: save,
  },
  load: {
    usage: ".load FILE",
    summary: "runs a script's cells here, as if typed",
    run: load,
  },
  book: {
    usage: ".book [CHAPTER]",
    summary: "the lessons, or one of them, cell by cell",
    run: book,
  },
  lab: {
    usage: ".lab [up NAME | down]",
    summary: "a network on this machine: its state, up, down",
    run: async (...given) => (await labCommands()).lab(...given),
    next: async (...given) => (await labCommands()).afterLab(...given),
  },
  on: {
    usage: ".on [HOST]",
    summary: "entries run in that host of the lab, or here again",
    run: async (...given) => (await labCommands()).on(...given),
    next: async (...given) => (await labCommands()).afterOn(...given),
  },
  shell: {
    usage: ".shell [HOST]",
    summary: "a shell in that host of the lab",
    run: async (session, name) => (await labCommands()).shell(session, name),
    next: async (...given) => (await labCommands()).afterOn(...given),
  },
  journal: {
    usage: ".journal",
    summary: "what was typed so far, and what went well",
    run({ journal, host }) {
      host.print(
        journal.entries.map(({ id, source, ok, place }) =>
          `${ok ? " " : "x"} ${String(id).padStart(3)}  ${
            place === undefined ? "" : `${place}> `
          }${source.replaceAll("\n", "\n       ")}`
        ).join("\n") || "Nothing yet.",
      );
      return Promise.resolve();
    },
  },
  exit: {
    usage: ".exit",
    summary: "ends the session; so does Ctrl-D",
    run(session) {
      session.ended = true;
      return Promise.resolve();
    },
  },
};

/** What belongs to labs loads when it is first typed. */
function labCommands(): Promise<typeof import("./lab_commands.ts")> {
  return import("./lab_commands.ts");
}

async function save(session: Session, argument: string): Promise<boolean> {
  const { host } = session;
  const [, force, named] = /^(-f\s+)?(.*)$/.exec(argument)!;
  if (!named) {
    host.complain("Cannot save without a file's name. Try: .save session.ts");
    return false;
  }
  const file = /\.[cm]?ts$/.test(named) ? named : `${named}.ts`;
  if (session.journal.entries.every(({ ok }) => !ok)) {
    host.complain("There is nothing to save yet: no entry has worked.");
    return false;
  }
  if (!force && await exists(file)) {
    if (!host.confirm) {
      host.complain(
        `${file} is there already. Try: .save -f ${file}`,
      );
      return false;
    }
    if (!await host.confirm(`${file} is there already. Overwrite it?`)) {
      host.print("Left as it was.");
      return false;
    }
  }
  const { entries } = session.journal;
  // What ran in hosts of a lab stands in the script as functions for them.
  const here = entries.some(({ place }) => place !== undefined)
    ? (await import("./lab_script.ts")).foldHosts(entries)
    : { entries, kept: 0 };
  const script = toScript(here.entries, {
    title: file.replace(/^.*\//, "").replace(/\.[cm]?ts$/, ""),
    folder: Deno.cwd(),
    audited: session.audited,
  });
  await replaceFile(file, await format(script.text));
  const kept = script.kept + here.kept;
  const left = kept === entries.length
    ? ""
    : `, ${entries.length - kept} left out (mistakes, looks, replaced)`;
  host.print(
    `Saved ${kept} ${kept === 1 ? "entry" : "entries"} to ${file}${left}.`,
  );
  if (!session.audited) {
    host.print(
      "It asks for all permissions, since this prompt was not started by its task or program.",
    );
  }
  // Told first: the check may take a while, and the script runs without it.
  host.print(`Run it: ${runLine(file, script.flags, session.root)}`);
  const trouble = await typeCheck(file, session.root);
  if (trouble === undefined) return true;
  host.complain(`It runs here, but deno check says:\n${trouble}`);
  return false;
}

/** Writes a whole file or leaves what was there. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${Deno.pid}.tmp`;
  try {
    await Deno.writeTextFile(temporary, text, { mode: 0o755 });
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(
      `Cannot save ${file}: ${
        (error as Error).message
      }. The session is still here.`,
    );
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch {
    return false;
  }
}

/** `deno fmt`, or the text as it is where this program is no `deno`. */
async function format(text: string): Promise<string> {
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--no-config", "--ext", "ts", "-"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { success, stdout } = await child.output();
    return success ? new TextDecoder().decode(stdout) : text;
  } catch {
    return text;
  }
}

/** What `deno check` says of a script, where the library's types are at hand. */
async function typeCheck(
  file: string,
  root: URL,
): Promise<string | undefined> {
  if (!await exists(new URL("mod.ts", root).pathname)) return undefined;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--config", configOf(root), file],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  return success
    ? undefined
    : new TextDecoder().decode(stderr).split("\n\n").slice(0, 3).join("\n")
      .trim();
}

function configOf(root: URL): string {
  return decodeURIComponent(new URL("deno.json", root).pathname);
}

function runLine(file: string, flags: readonly string[], root: URL): string {
  if (Deno.env.has("NETREPL_PROGRAM")) return `netrepl run ${file}`;
  const folder = decodeURIComponent(root.pathname);
  const inside = `${Deno.cwd()}/`.startsWith(folder) && !file.startsWith("/");
  return [
    "deno run",
    ...(inside ? [] : [`--config ${configOf(root)}`]),
    ...flags,
    file,
  ].join(" ");
}

async function load(session: Session, file: string): Promise<boolean> {
  if (file === "") {
    session.host.complain(
      "Cannot load without a file's name. Try: .load session.ts",
    );
    return false;
  }
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (error as Error).message;
    session.host.complain(`Cannot load ${absolute(file)}: ${reason}.`);
    return false;
  }
  const base = new URL("./", fileUrl(absolute(file))).href;
  for (const { title, text: cell } of parseScript(text).cells) {
    if (title !== "") session.host.print(`%% ${title}`);
    if (!await session.enter(cell, base)) {
      session.host.complain(
        `Stopped loading ${file} there; what ran before stays.`,
      );
      return false;
    }
    if (session.ended) break;
  }
  return true;
}

function absolute(file: string): string {
  return file.startsWith("/") ? file : `${Deno.cwd()}/${file}`;
}

async function book(session: Session, chapter: string): Promise<boolean> {
  const { host, root } = session;
  const { lessons } = await import(
    new URL("scripts/all.ts", root).href
  ) as { lessons: readonly string[] };
  if (chapter === "" && session.lesson) {
    const { title, next, cells } = session.lesson;
    if (next < cells.length) {
      host.print(`${title}: cell ${next + 1} of ${cells.length} is next.`);
      return true;
    }
  }
  const read = async (file: string) =>
    parseScript(await Deno.readTextFile(new URL(`scripts/${file}`, root)));
  if (chapter === "") {
    for (const file of lessons) {
      const { header } = await read(file);
      host.print(
        `  .book ${(header.chapter ?? "").padEnd(4)} ${header.title ?? file}`,
      );
    }
    return true;
  }
  const wanted = chapter.toLowerCase().replace(/^ch0*/, "");
  const file = lessons.find((name) =>
    new RegExp(`^ch0*${wanted.replace(/\W/g, "")}_`).test(name)
  );
  if (file === undefined) {
    host.complain(
      `There is no lesson for chapter ${chapter} yet. Try: .book`,
    );
    return false;
  }
  const { header, cells } = await read(file);
  const title = `Chapter ${header.chapter}: ${header.title}`;
  session.lesson = { chapter, title, cells, next: 0 };
  host.print(title);
  if (header.goal) host.print(header.goal);
  host.print(
    `${cells.length} cells. Each waits at the prompt: change it, then Enter runs it. Ctrl-C leaves the lesson, .book goes on.`,
  );
  return true;
}
