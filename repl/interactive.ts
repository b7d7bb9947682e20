/**
 * The prompt at a terminal: reads entries with the editor, hands them to the
 * session, and keeps the two apart while background work prints.
 *
 * @module
 */

import { complete, type Sources } from "./complete.ts";
import { Editor } from "./editor/editor.ts";
import { hinter } from "./editor/history.ts";
import type { Terminal } from "./editor/terminal.ts";
import { highlight } from "./highlight.ts";
import { openHistory } from "./history.ts";
import { indentAt } from "./lex.ts";
import { LiveStage } from "./live_stage.ts";
import { isWhole } from "./question.ts";
import type { Session, SessionHost } from "./session.ts";

/** How long the terminal must be left alone before slow things are loaded. */
const IDLE = 150;

/**
 * Runs a session at a terminal until its end.
 *
 * @param terminal A terminal in raw mode that shows the prompt.
 * @param prompt What it shows.
 * @param root The program's folder.
 * @param first An entry to begin with; its failure ends the session.
 * @returns The exit code.
 */
export async function interact(
  terminal: Terminal & Disposable,
  prompt: string,
  root: URL,
  first?: string,
): Promise<number> {
  using _restored = terminal;
  const colors = !Deno.noColor;
  // The kernel loads while the editor already takes keys.
  const { promise: loaded, resolve: setSession } = Promise.withResolvers<
    Session
  >();
  const history = openHistory(`${stateFolder()}/history`, {
    onError: ({ message }) => editor.print(`History is not kept: ${message}`),
  });
  using live = new LiveStage(terminal, colors);
  const editor: Editor = new Editor({
    terminal: live.terminal,
    history,
    colors,
    language: {
      isComplete: isWhole,
      indent: indentAt,
      highlight,
      complete: async (text, cursor) =>
        complete(text, cursor, await sourcesOf(await loaded)),
      hint: hinter(history),
    },
  });
  const print = (text: string) => live.aside(() => editor.print(text));
  const confirm = async (question: string) => {
    // The editor draws no prompt that leaves no room for what is typed.
    const isLong = question.length > terminal.size().columns - 24;
    if (isLong) editor.print(question);
    const answer = await editor.readEntry({
      prompt: isLong ? "[y/N] " : `${question} [y/N] `,
      continuation: "",
      isAnswer: true,
    });
    return answer.kind === "submit" && /^\s*y(es)?\s*$/i.test(answer.text);
  };
  const type = async (prompt: string, isHidden: boolean) => {
    const answer = await editor.readEntry({
      prompt,
      continuation: "",
      isAnswer: true,
      isHidden,
    });
    return answer.kind === "submit" ? answer.text : undefined;
  };
  const host: SessionHost = {
    colors,
    print,
    complain: print,
    endsAt: Object.keys(ENDING) as Deno.Signal[],
    confirm: (question) => live.away(() => confirm(question)),
    lend: (run) =>
      live.away(async () => {
        terminal.setRaw(false);
        try {
          return await run();
        } finally {
          terminal.setRaw("cbreak");
        }
      }),
  };
  const start = setTimeout(async () => {
    const session = await startSession(host, root);
    await live.open(confirm, type);
    setSession(session);
  }, 0);
  const write = (print: () => void) => live.aside(() => editor.aside(print));
  const restore = captureOutput(write, host, loaded);
  const stop = endOnSignal(loaded, terminal);
  try {
    if (first !== undefined) {
      terminal.setRaw("cbreak");
      editor.print(prompt + first);
    }
    return await converse({ editor, live, prompt, loaded, first });
  } finally {
    clearTimeout(start);
    restore();
    stop();
  }
}

async function startSession(host: SessionHost, root: URL): Promise<Session> {
  const [{ Session }, { commands }] = await Promise.all([
    import("./session.ts"),
    import("./commands.ts"),
  ]);
  const session = new Session(host, root, commands);
  // All the time: one that comes between an entry's end and its start is its own.
  Deno.addSignalListener("SIGINT", () => session.interrupt());
  setTimeout(() => session.warm(), IDLE);
  return session;
}

async function converse({ editor, live, prompt: own, loaded, first }: {
  editor: Editor;
  live: LiveStage;
  prompt: string;
  loaded: Promise<Session>;
  first: string | undefined;
}): Promise<number> {
  if (first !== undefined) {
    const session = await loaded;
    if (!await enter(session, live, first)) {
      await session.close();
      return 1;
    }
  }
  let prompt = own;
  let initial = "";
  for (let isDrawn = first === undefined;; isDrawn = false) {
    const continuation = "...".padEnd(prompt.length);
    const entry = await editor.readEntry({
      prompt,
      continuation,
      initial,
      isDrawn,
    });
    const session = await loaded;
    if (entry.kind === "eof") {
      await session.close();
      return 0;
    }
    if (entry.kind === "cancel") {
      session.lesson = undefined;
      initial = "";
      continue;
    }
    await enter(session, live, entry.text, entry.isInterrupted);
    if (session.ended) {
      await session.close();
      return 0;
    }
    initial = nextCell(session, entry.text);
    prompt = session.place ? `${session.place.name}> ` : own;
  }
}

/** Runs an entry; the editor has left the terminal so that Ctrl-C raises SIGINT. */
function enter(
  session: Session,
  live: LiveStage,
  text: string,
  isInterrupted = false,
): Promise<boolean> {
  return live.during(() => {
    const entered = session.enter(text);
    if (isInterrupted) session.interrupt();
    return entered;
  });
}

/** The lesson's next cell, ready to be run; its mark tells it from other text. */
function nextCell(session: Session, entered: string): string {
  const { lesson } = session;
  if (!lesson) return "";
  const mark = (text: string) => /^\/\/ %%.*/.exec(text.trim())?.[0];
  const current = lesson.cells[lesson.next];
  const ran = current !== undefined &&
    (mark(current.text) ?? current.text) ===
      (mark(entered) ?? entered.trim());
  const next = ran ? lesson.next + 1 : lesson.next;
  session.lesson = next < lesson.cells.length ? { ...lesson, next } : undefined;
  if (!session.lesson) session.host.print(`The end of ${lesson.title}.`);
  return lesson.cells[next]?.text ?? "";
}

async function sourcesOf(session: Session): Promise<Sources> {
  const help = await session.help();
  return {
    commands: session.commandNames,
    next: (command, words) => session.offers(command, words),
    names: async () =>
      [
        ...await session.names(),
        ...Object.getOwnPropertyNames(globalThis),
      ].filter((name) => !name.startsWith("__")),
    members: async (expression) => {
      const found = await session.members(expression);
      return found.length > 0 ? found : help.membersOfCall(expression);
    },
    options: (callee) => help.optionsFor(callee),
    list: async (folder) => {
      const names: string[] = [];
      const home = Deno.env.get("HOME") ?? "";
      for await (
        const entry of Deno.readDir(folder.replace(/^~\//, `${home}/`))
      ) {
        names.push(entry.isDirectory ? `${entry.name}/` : entry.name);
      }
      return names.sort();
    },
  };
}

/** Where history is kept: the XDG state folder. */
function stateFolder(): string {
  const home = Deno.env.get("HOME") ?? ".";
  return `${Deno.env.get("XDG_STATE_HOME") || `${home}/.local/state`}/netrepl`;
}

/** The console's methods that print. */
const PRINTING = [
  "log",
  "info",
  "debug",
  "warn",
  "error",
  "table",
  "dir",
  "trace",
] as const;

/**
 * Puts what background work prints, and failures that nobody waits for, above
 * the line that is being edited.
 *
 * @returns Undoes it.
 */
function captureOutput(
  write: (print: () => void) => void,
  host: SessionHost,
  loaded: Promise<Session>,
): () => void {
  const original = new Map(PRINTING.map((name) => [name, console[name]]));
  for (const [name, print] of original) {
    console[name] = (...values: unknown[]) =>
      write(() => Reflect.apply(print, console, values));
  }
  const onFailure = (event: PromiseRejectionEvent | ErrorEvent) => {
    event.preventDefault();
    const error = "reason" in event ? event.reason : event.error;
    import("./show.ts").then(({ showError }) =>
      host.complain(`In the background: ${showError(error, "", host)}`)
    );
    // The entry that is running is in the journal only when it is done.
    loaded.then(({ journal }) => setTimeout(() => journal.blame(error), 0));
  };
  globalThis.addEventListener("unhandledrejection", onFailure);
  globalThis.addEventListener("error", onFailure);
  return () => {
    for (const [name, print] of original) console[name] = print;
    globalThis.removeEventListener("unhandledrejection", onFailure);
    globalThis.removeEventListener("error", onFailure);
  };
}

/** Signals that end programs, and their numbers. */
const ENDING = { SIGHUP: 1, SIGTERM: 15 } as const;

/** A signal that ends programs ends the session in good order. */
function endOnSignal(
  loaded: Promise<Session>,
  terminal: Disposable,
): () => void {
  const listeners = Object.entries(ENDING).map(([name, number]) => {
    const listener = async () => {
      terminal[Symbol.dispose]();
      await (await loaded).close();
      Deno.exit(128 + number);
    };
    Deno.addSignalListener(name as Deno.Signal, listener);
    return () => Deno.removeSignalListener(name as Deno.Signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
