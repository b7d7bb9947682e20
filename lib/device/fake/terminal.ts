/**
 * One session at a fake device: what a person, or a program that takes itself
 * for one, sees and types.
 *
 * @module
 */

import type { Step } from "../platform.ts";
import { piped } from "./filter.ts";
import { LineInput } from "./line_input.ts";
import { changesOf, doAction } from "./actions.ts";
import type { Found } from "./lexicon.ts";
import type { Outlet } from "./outlet.ts";
import { lookAround, type Place, promptOf } from "./place.ts";
import { moreText, sample } from "./sample.ts";
import { asked, linesOf, unknown } from "./words.ts";
import type { DeviceState } from "./state.ts";

/** How a session is begun. */
export interface TerminalOptions {
  /** Lines of the screen; 0 for no end. */
  readonly rows: number;
  /** Whether it asks who one is. */
  readonly login?: ((user: string, password: string) => boolean) | undefined;
  /** The password of whoever is logged in already, for `sudo`. */
  readonly password?: string | undefined;
  /** Whether it waits for a key before it says anything, as a console does. */
  readonly waits?: boolean | undefined;
}

/** A question, and what becomes of its answer. */
interface Question {
  readonly prompt: string;
  readonly isSecret: boolean;
  answered(answer: string): void;
}

const TRIES = 3;

/** A session. */
export class FakeTerminal {
  /** Lines of the screen; 0 for no end. */
  rows: number;
  readonly #device: DeviceState;
  readonly #outlet: Outlet;
  readonly #options: TerminalOptions;
  readonly #input = new LineInput();
  readonly #decoder = new TextDecoder();
  readonly #place: Place;
  #pages: boolean;
  #question: Question | undefined;
  /** What has not been shown yet. */
  #rest: readonly string[] | undefined;
  #waits = false;
  #isSilent = false;
  #buffer = "";

  /**
   * @param device The device.
   * @param outlet The way to the client.
   * @param options How it begins.
   */
  constructor(device: DeviceState, outlet: Outlet, options: TerminalOptions) {
    this.#device = device;
    this.#outlet = outlet;
    this.#options = options;
    this.rows = options.rows;
    const { platform, pages } = device.species;
    this.#pages = pages && platform.paging !== undefined;
    this.#place = { mode: platform.dialogue.start, path: [] };
  }

  /** Shows what comes first. */
  begin(): void {
    if (this.#options.waits) this.#waits = true;
    else this.#greet();
    this.#flush();
  }

  /**
   * Takes what is typed.
   *
   * @param octets UTF-8, cut anywhere.
   */
  type(octets: Uint8Array): void {
    if (this.#isSilent) return;
    const show = (text: string) => this.#show(text);
    for (const char of this.#decoder.decode(octets, { stream: true })) {
      if (this.#isSilent) break;
      if (this.#rest !== undefined) this.#turn(char);
      else {
        const typed = this.#input.type(char, show);
        if (typed !== undefined) this.#typed(typed);
      }
    }
    this.#flush();
  }

  /**
   * Runs one command for somebody who wants its output and nothing else.
   *
   * @param command The command.
   */
  once(command: string): void {
    const { config, dialogue } = this.#device.species.platform;
    this.#pages = false;
    this.#place.mode = config.showMode ?? dialogue.start;
    this.#device.commands.push(command);
    this.#answer(command, (lines, meant) => {
      if (lines === "over") return this.#outlet.end();
      this.#print(lines, meant, () => {
        this.#flush();
        this.#outlet.end();
      });
    });
    this.#flush();
  }

  #typed(typed: Exclude<ReturnType<LineInput["type"]>, undefined>): void {
    switch (typed.kind) {
      case "line":
        return this.#line(typed.line);
      case "key":
        this.#show("\r\n");
        return this.#answered(typed.key);
      case "interrupt":
        this.#question = undefined;
        this.#show("^C\r\n");
        return this.#prompt();
      case "end":
        this.#show("^Z\r\n");
        return this.#run("end");
      case "leave":
        return this.#run("exit");
      case "complete": {
        if (this.#question !== undefined) return;
        const { lexicon } = this.#device.species;
        const { text } = this.#input;
        const rest = lexicon.complete(this.#place.mode, text);
        if (rest !== undefined) {
          this.#input.complete(rest, (shown) => this.#show(shown));
        }
      }
    }
  }

  #line(line: string): void {
    if (this.#waits) {
      this.#waits = false;
      return this.#greet();
    }
    if (this.#question !== undefined) return this.#answered(line);
    this.#run(line.trim());
  }

  #greet(): void {
    const { login } = this.#options;
    if (login !== undefined) return this.#logIn(login, TRIES);
    this.#enter();
  }

  #logIn(login: NonNullable<TerminalOptions["login"]>, tries: number): void {
    const { username, password, failed } = this.#device.species.platform.login;
    this.#ask(`${sample(username).trimEnd()} `, false, (user) => {
      // An empty line asks once more, and counts as nothing.
      if (user === "") return this.#logIn(login, tries);
      this.#ask(`${sample(password).trimEnd()} `, true, (given) => {
        this.#isSilent = this.#device.faults.hang === "auth";
        if (this.#isSilent) return;
        // RouterOS takes wishes about the terminal behind the name.
        const bare = user.replace(/\+[a-z\d]+$/, "");
        if (login(bare, given)) return this.#enter();
        this.#show(`${sample(failed)}\r\n\r\n`);
        if (tries > 1) return this.#logIn(login, tries - 1);
        this.#outlet.end();
      });
    });
  }

  #enter(): void {
    const { banner } = this.#device.species.platform.dialogue;
    if (banner !== undefined) this.#say(this.#device.own(banner).split("\n"));
    this.#isSilent = this.#device.faults.hang === "prompt";
    if (!this.#isSilent) this.#prompt();
  }

  #run(typed: string): void {
    if (typed !== "") this.#device.commands.push(typed);
    if (typed === "") return this.#prompt();
    const done = () => this.#prompt();
    this.#answer(typed, (lines, meant) => {
      if (lines === "over") return this.#outlet.end();
      this.#print(lines, meant, done);
    });
  }

  /** Finds what a command says and does; it may have to ask first. */
  #answer(
    typed: string,
    say: (lines: readonly string[] | "over", meant: string) => void,
  ): void {
    const { species } = this.#device;
    const own = species.answers[typed];
    if (own !== undefined) return say(linesOf(own), typed);
    const found = lookAround(this.#device, this.#place, typed);
    if (found.kind === "said") return say(found.lines, typed);
    if (found.kind === "over") return say("over", typed);
    if (found.kind === "unknown") {
      const pipe = piped(typed);
      if (pipe !== undefined) {
        const pages = this.#pages;
        if (pipe.isWhole) this.#pages = false;
        return this.#answer(pipe.command, (all, meant) => {
          say(all === "over" ? all : pipe.filter(all), meant);
          this.#pages = pages;
        });
      }
      if (
        /^(?:reload|reboot|request system reboot|system reboot)$/.test(typed)
      ) {
        return this.#ask("Proceed with reload? [confirm]", false, (answer) => {
          if (/^n/i.test(answer)) return say([], typed);
          this.#device.restart();
        });
      }
      return say(linesOf(unknown(this.#device, typed)), typed);
    }
    const { command, text } = found.found;
    if (command.stopsPaging) this.#pages = false;
    const leaves = command.moves !== undefined &&
      species.lexicon.configModes.has(this.#place.mode);
    const isDirty = leaves && this.#device.configuration.isDirty;
    const finish = () => {
      const change = doAction(this.#device, this.#place, found.found);
      if (change === "over") return say("over", text);
      say(change, text);
    };
    if (command.step === undefined) return finish();
    if (isDirty && command.step.answers !== undefined) {
      const [{ question } = { question: "" }] = command.step.answers;
      return this.#ask(sample(question), false, (answer) => {
        if (changesOf(this.#device.configuration, question, answer)) finish();
        else say([], text);
      });
    }
    this.#askAll(found.found, command.step, finish, () => say([], text));
  }

  /** Asks what a command asks before it answers. */
  #askAll(
    { command, text }: Found,
    step: Step,
    finish: () => void,
    refuse: () => void,
  ): void {
    const { questions, secret } = asked(this.#device, { command, text }, step);
    if (secret !== undefined) {
      const isSudo = secret === "password";
      const right = isSudo
        ? this.#options.password
        : this.#device.species.enableSecret;
      if (right === undefined) return finish();
      const [prompt = ""] = questions;
      return this.#askSecret(prompt, right, isSudo, TRIES, finish, refuse);
    }
    const next = (i: number) => {
      const prompt = questions[i];
      if (prompt === undefined) return finish();
      this.#ask(prompt, false, (answer) => {
        if (/^n/i.test(answer) && /y/i.test(prompt)) refuse();
        else next(i + 1);
      });
    };
    next(0);
  }

  #askSecret(
    prompt: string,
    right: string,
    isSudo: boolean,
    tries: number,
    finish: () => void,
    refuse: () => void,
  ): void {
    this.#ask(prompt, true, (answer) => {
      if (answer === right) return finish();
      if (isSudo) this.#show("Sorry, try again.\r\n");
      if (tries > 1) {
        return this.#askSecret(
          prompt,
          right,
          isSudo,
          tries - 1,
          finish,
          refuse,
        );
      }
      if (!isSudo) this.#show("% Bad secrets\r\n\r\n");
      refuse();
    });
  }

  #ask(
    prompt: string,
    isSecret: boolean,
    answered: Question["answered"],
  ): void {
    this.#question = { prompt, isSecret, answered };
    this.#input.echoes = !isSecret;
    // Where Enter is all that is wanted, any key will do.
    this.#input.wantsKey = /\[confirm\] ?$/.test(prompt);
    this.#show(prompt.replaceAll("\n", "\r\n"));
  }

  #answered(answer: string): void {
    const question = this.#question;
    this.#question = undefined;
    this.#input.echoes = true;
    this.#input.wantsKey = false;
    if (question !== undefined) question.answered(answer.trim());
    else this.#prompt();
  }

  #prompt(): void {
    this.#show(promptOf(this.#device, this.#place));
  }

  /** Shows an answer, with all that is wrong with the device. */
  #print(
    all: readonly string[],
    meant: string,
    done: () => void,
  ): void {
    const { hang, drop, lie } = this.#device.faults;
    const half = all.slice(0, Math.ceil(all.length / 2));
    const isNamed = (fault: unknown) =>
      typeof fault === "object" && fault !== null && "command" in fault &&
      fault.command === meant;
    if (isNamed(hang) || isNamed(drop)) {
      this.#say(half);
      this.#isSilent = true;
      this.#flush();
      if (isNamed(drop)) this.#outlet.cut();
      return;
    }
    if (lie !== undefined && lie !== false && all.length > 0) {
      const { text = lie, pause = 0 } = typeof lie === "object" ? lie : {};
      const own = promptOf(this.#device, this.#place).split("\r\n").at(-1)!;
      this.#say(half);
      this.#show(typeof text === "string" ? text : own);
      this.#flush();
      if (pause > 0) this.#outlet.pause(pause);
      this.#show("\r\n");
      this.#say(all.slice(half.length));
      return done();
    }
    const most = this.#pages && this.rows > 1 ? this.rows - 1 : Infinity;
    if (all.length <= most) {
      this.#say(all);
      return done();
    }
    this.#say(all.slice(0, most));
    this.#rest = all.slice(most);
    this.#show(this.#more());
  }

  /** A key at the end of a page. */
  #turn(key: string): void {
    const more = this.#more().length;
    this.#show("\b".repeat(more) + " ".repeat(more) + "\b".repeat(more));
    const all = "qQ\x03".includes(key) ? [] : this.#rest!;
    const count = /[\r\n]/.test(key) ? 1 : this.rows - 1;
    this.#say(all.slice(0, count));
    const rest = all.slice(count);
    this.#rest = rest.length > 0 ? rest : undefined;
    if (rest.length > 0) this.#show(this.#more());
    else this.#prompt();
  }

  #more(): string {
    return moreText(this.#device.species.platform.paging?.more ?? "");
  }

  #say(all: readonly string[]): void {
    if (all.length > 0) this.#show(`${all.join("\r\n")}\r\n`);
  }

  #show(text: string): void {
    this.#buffer += text;
  }

  #flush(): void {
    const text = this.#buffer;
    this.#buffer = "";
    this.#outlet.write(text);
  }
}
