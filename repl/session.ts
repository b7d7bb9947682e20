/**
 * A session: an entry comes in, is a command, a question or code, and what
 * comes of it is printed and kept in the journal. Where entries come from (a
 * terminal, a pipe, a lesson) is the caller's affair.
 *
 * @module
 */

import { loadMentioned, loadRoom, loadRooms, net } from "./net.ts";
import { type DocIndex, Help, type HelpPage } from "./help.ts";
import type { Member } from "./inspector.ts";
import { Journal } from "./journal.ts";
import { adviceOn, adviceOnNothing, type Looking } from "./misuse.ts";
import { isQuestion } from "./question.ts";
import { Interrupted, Kernel } from "./kernel.ts";
import type { CommandOf, Offers, SessionHost } from "./command.ts";
import { nearest } from "./nearest.ts";
import { Audit } from "./permissions.ts";
import type { Place } from "./place.ts";
import { isRoom, roomNames } from "./rooms.ts";
import type { ScriptCell } from "./script.ts";
import { showError, showValue } from "./show.ts";

export type { SessionHost };

/** A command that begins with a dot. */
export type Command = CommandOf<Session>;

/** A lesson that is being read, and how far. */
export interface OpenLesson {
  readonly chapter: string;
  readonly title: string;
  readonly cells: readonly ScriptCell[];
  /** The cell that comes next, from 0. */
  readonly next: number;
}

/** How long keys are looked after between two rooms that load, in milliseconds. */
const PAUSE = 20;

/** One reader's session. */
export class Session {
  /** What evaluates. */
  readonly kernel: Kernel;
  /** What happened so far. */
  readonly journal = new Journal();
  /** What prints. */
  readonly host: SessionHost;
  /** The program's folder: the book is in its `scripts`. */
  readonly root: URL;
  /** The lesson that is open. */
  lesson: OpenLesson | undefined;
  /** Set by `.exit`. */
  ended = false;
  /** Where entries run, if not here. */
  place: Place | undefined;
  readonly #commands: Readonly<Record<string, Command>>;
  readonly #audit: Audit | undefined;
  readonly #looking: Looking = {
    value: (expression) => this.#valueOf(expression),
    members: (expression) => this.members(expression),
    names: () => this.names(),
    help: () => this.help(),
  };
  #help: Promise<Help> | undefined;
  #closing: Promise<void> | undefined;
  /** The command that runs. */
  #running: AbortController | undefined;

  /**
   * @param host Where to print.
   * @param root The program's folder.
   * @param commands What may follow a dot.
   */
  constructor(
    host: SessionHost,
    root: URL,
    commands: Readonly<Record<string, Command>>,
  ) {
    this.host = host;
    this.root = root;
    this.#commands = commands;
    this.#audit = Audit.open();
    this.kernel = new Kernel({
      globals: {
        net,
        help: (asked?: unknown): Promise<HelpPage> => this.#page(asked),
      },
      modules: ownModule,
      prepare: loadMentioned,
      endsAt: host.endsAt,
    });
  }

  /** Whether the runtime logs what permissions entries use. */
  get audited(): boolean {
    return this.#audit !== undefined;
  }

  /** What may follow a dot. */
  get commandNames(): string[] {
    return Object.keys(this.#commands);
  }

  /** The doc index, loaded when it is first asked for. */
  help(): Promise<Help> {
    return this.#help ??= import("./docs.json", { with: { type: "json" } })
      .then(({ default: index }) =>
        new Help(
          index as unknown as DocIndex,
          Object.values(this.#commands).map(({ usage, summary }) =>
            [usage, summary] as const
          ),
        )
      );
  }

  /** Loads what later entries may need, a piece at a turn of the event loop. */
  async warm(): Promise<void> {
    await this.kernel.warm();
    for (const name of roomNames) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      // If it does not load, the entry that names it says why.
      await loadRoom(name).catch(() => {});
    }
  }

  /**
   * Takes one entry.
   *
   * @param text What was typed.
   * @param base What relative imports are relative to; the working folder
   * unless a file is being loaded.
   * @returns Whether it went well.
   */
  async enter(text: string, base?: string): Promise<boolean> {
    const source = text.replace(/\s+$/, "");
    const command = /^\s*\.([a-zA-Z]\S*)\s*([\s\S]*)$/.exec(source);
    if (source.trim() === "") return true;
    if (command) return await this.#command(command[1]!, command[2]!);
    if (isQuestion(source)) return await this.#question(source);
    if (this.place) return await this.#enterThere(this.place, source, base);
    return await this.#evaluate(source, base);
  }

  /** Ends the entry or the command that runs. */
  interrupt(): void {
    this.#running?.abort(new Interrupted());
    this.place?.interrupt();
    this.kernel.interrupt();
  }

  /**
   * What may stand after a command.
   *
   * @param name The command.
   * @param words The words that stand between it and the cursor.
   */
  async offers(name: string, words: readonly string[]): Promise<Offers> {
    const command = Object.hasOwn(this.#commands, name) &&
      this.#commands[name];
    return command && await command.next?.(this, words) || { words: [] };
  }

  /**
   * Keeps in the journal what a command did.
   *
   * @param source What was typed.
   * @param text The entry that does the same.
   * @param id Its number. @default {the next}
   */
  record(source: string, text: string, id = this.kernel.count()): void {
    const permissions = this.#audit?.take() ?? [];
    const facts = { ok: true, awaited: false, hasValue: false };
    this.journal.add({ id, source, text, ...facts, permissions });
  }

  /** Ends the session: lets go of what entries hold. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    for (const error of await this.kernel.close()) {
      this.host.complain(showError(error, "", this.host));
    }
  }

  async #command(name: string, argument: string): Promise<boolean> {
    const command: Command | undefined = Object.hasOwn(this.#commands, name)
      ? this.#commands[name]
      : undefined;
    if (!command) {
      const close = nearest(name, Object.keys(this.#commands));
      this.host.complain(
        `There is no .${name}. ${
          close === undefined ? "Try: .help" : `Did you mean .${close}?`
        }`,
      );
      return false;
    }
    this.#audit?.take();
    const outer = this.#running;
    const controller = this.#running = new AbortController();
    try {
      return await command.run(this, argument.trim(), controller.signal) ??
        true;
    } catch (error) {
      this.host.complain(showError(error, "", this.host));
      return false;
    } finally {
      this.#running = outer;
    }
  }

  async #question(source: string): Promise<boolean> {
    const asked = source.trim().replace(/\?+$/, "").trim();
    const help = await this.help();
    const known = help.entry(asked) || asked === "";
    if (!known && this.place) return await this.#enterThere(this.place, source);
    const value = known
      ? asked || undefined
      : (await this.#valueOf(asked))?.value ?? asked;
    this.host.print(showValue(await this.#page(value), this.host));
    return true;
  }

  /**
   * The members of an expression, without running anything.
   *
   * @param expression What stands before the dot. The rooms in it are loaded;
   * those of `net` are known by name.
   */
  async members(expression: string): Promise<Member[]> {
    if (this.place) return await this.place.members(expression);
    const { inspector } = this.kernel;
    if (expression.trim() !== "net") {
      await loadMentioned(expression);
      return await inspector.members(expression);
    }
    return (await inspector.members(expression)).map((member) =>
      isRoom(member.name) ? { ...member, kind: "namespace" } : member
    );
  }

  /** The value of an expression that has no side effects, in a box. */
  async #valueOf(expression: string): Promise<{ value: unknown } | undefined> {
    await loadMentioned(expression);
    return await this.kernel.inspector.value(expression);
  }

  async #page(asked: unknown): Promise<HelpPage> {
    const help = await this.help();
    const isName = asked === undefined || typeof asked === "string";
    // An instance may come from a room that was never named.
    if (!isName && !help.knows(asked)) await loadRooms();
    return help.page(asked);
  }

  /** Names that entries declared. */
  async names(): Promise<string[]> {
    return await (this.place ?? this.kernel.inspector).names();
  }

  async #enterThere(
    place: Place,
    source: string,
    base?: string,
  ): Promise<boolean> {
    const { ok, entry } = await place.enter(source, base);
    if (entry) this.journal.add({ ...entry, place: place.name });
    return ok;
  }

  async #evaluate(source: string, base?: string): Promise<boolean> {
    this.#audit?.take();
    const { id, ok, value, error, awaited, text } = await this.kernel.evaluate(
      source,
      base,
    );
    const permissions = this.#audit?.take() ?? [];
    const hasValue = value !== undefined;
    this.journal.add({ id, source, text, ok, awaited, hasValue, permissions });
    if (!ok) {
      const said = showError(error, source, this.host);
      const advice = await adviceOn(error, source, id, this.#looking);
      this.host.complain(advice ? `${said}\n${advice}` : said);
      return false;
    }
    if (hasValue) this.host.print(showValue(value, this.host));
    else {
      const advice = await adviceOnNothing(source, this.#looking);
      if (advice) this.host.complain(advice);
    }
    return true;
  }
}

/** `netrepl` and its rooms are those of the prompt, wherever it was started. */
function ownModule(specifier: string): unknown {
  if (specifier === "netrepl") return net;
  const room = /^netrepl\/(\w+)$/.exec(specifier)?.[1];
  return room !== undefined && isRoom(room) ? loadRoom(room) : undefined;
}
